/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program's own conditional requests, judged by what is stored (RFC 9111 §4.3.2, RFC 9110 §13).
 * Pure. */
#pragma once

#include "policy/tern-cache-record.h"

typedef enum
{
  TERN_CONDITIONS_SEND,         /* none, or ones that ask for the response */
  TERN_CONDITIONS_NOT_MODIFIED, /* 304: the program has what is stored */
  TERN_CONDITIONS_ORIGIN,       /* only the origin can judge them */
} TernCacheConditions;

TernCacheConditions tern_cache_judge_conditions (const TernCacheRequest *request,
                                                 const TernCacheRecord *record);

/* Whether If-Range, where there is one, lets Range count; if not, the whole is sent (RFC 9110
 * §13.1.5). */
gboolean tern_cache_range_counts (const TernCacheRequest *request, const TernCacheRecord *record);

/* Whether a 304 may be the answer to the program itself, and not only to what the cache asks; it is
 * none to If-Range alone. */
gboolean tern_cache_expects_304 (const TernHeaders *request_headers);

/* Whether the program compares by itself, in any way. */
gboolean tern_cache_has_conditions (const TernHeaders *request_headers);
