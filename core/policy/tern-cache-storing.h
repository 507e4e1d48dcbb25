/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a response a private cache keeps (RFC 9111 §3). Pure. */
#pragma once

#include "policy/tern-cache-record.h"

typedef enum
{
  TERN_STORING_REPLACE, /* keep it, in place of what was stored */
  TERN_STORING_COMBINE, /* a 206 that goes on where the stored part ends: tern_cache_combine () */
  TERN_STORING_LEAVE,   /* leave what is stored alone */
  TERN_STORING_FORGET,  /* delete what is stored: it is out of date, and this may not replace it */
} TernCacheStoring;

/* What to do with the head of a response that came from the network; not for a 304 to our own
 * validation (merge it first and hand in the merged status and fields). @stored is what is kept for
 * such a request, NULL where nothing is. */
TernCacheStoring tern_cache_may_store (const TernCacheRequest *request,
                                       guint status,
                                       const TernHeaders *response_headers,
                                       const TernCacheRecord *stored);

/* Whether what is stored may stay so with the fields that it has now. */
gboolean tern_cache_may_keep (const TernCacheRequest *request, const TernCacheRecord *record);

/* Why it is not kept, as a word for Cache-Status; NULL where it is, and where the method says that
 * already. */
const char *tern_cache_why_not_stored (const TernCacheRequest *request,
                                       guint status,
                                       const TernHeaders *response_headers,
                                       const TernCacheRecord *stored);

/* The record of the stored part and a 206 put together (§3.4): the fields of the newer, the bytes
 * of both. The bytes of the 206 begin at @offset of the stored body; what is behind that there
 * goes. NULL where they do not fit. Body length and checksum are the caller's to set. */
TernCacheRecord *tern_cache_combine (const TernCacheRecord *stored,
                                     const TernCacheRequest *request,
                                     const TernHeaders *response_headers,
                                     gint64 request_time,
                                     gint64 response_time,
                                     guint64 *offset);
