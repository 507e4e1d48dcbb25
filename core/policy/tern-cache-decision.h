/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a private cache does with a request (RFC 9111 §4). Pure: the time is handed in and nothing
 * is fetched or stored here. What it does with a response is tern-cache-storing.h. */
#pragma once

#include "policy/tern-cache-record.h"

typedef enum
{
  TERN_CACHE_MISS,      /* forward as it is */
  TERN_CACHE_HIT,       /* answer from the record */
  TERN_CACHE_HIT_STALE, /* the same, and validate in the background (RFC 5861 §3) */
  TERN_CACHE_VALIDATE,  /* forward with tern_cache_add_conditions () */
  TERN_CACHE_FAIL_504,  /* only-if-cached, and nothing usable: 504 without the network */
} TernCacheVerdict;

/* Why a request is forwarded (RFC 9211 §2.2). */
typedef enum
{
  TERN_FORWARD_NONE, /* it is not */
  TERN_FORWARD_BYPASS,
  TERN_FORWARD_METHOD,
  TERN_FORWARD_URI_MISS,
  TERN_FORWARD_VARY_MISS,
  TERN_FORWARD_REQUEST,
  TERN_FORWARD_STALE,
  TERN_FORWARD_PARTIAL,
} TernCacheForward;

typedef struct
{
  TernCacheVerdict verdict;
  TernCacheForward forward;
  const TernCacheRecord *record; /* the chosen one of those handed in, NULL where none fits */
  gboolean can_complete;         /* MISS: tern_cache_add_completion () asks for the rest alone */
  gint64 ttl;                    /* lifetime less age; 0 or less where it is stale */
  const char *leave;             /* HIT, HIT_STALE: by whose word what is stale answers; or NULL */
} TernCacheDecision;

/* @records are what is stored for the URI: its variants, in any order. In which form the chosen one
 * answers a HIT is tern_cache_answer (). */
TernCacheDecision tern_cache_decide (const TernCacheRequest *request,
                                     const TernCacheRecord *const *records,
                                     gsize n_records,
                                     gint64 now);

/* Whether the decision can differ by what is stored; FALSE saves the look-up (pass no records). */
gboolean tern_cache_wants_lookup (const TernCacheRequest *request);

/* The most recent of the records that were stored for such a request (§4.1), or NULL. */
const TernCacheRecord *tern_cache_choose (const TernCacheRequest *request,
                                          const TernCacheRecord *const *records,
                                          gsize n_records);

/* Whether a stored response may stand in for the failure of the origin (RFC 5861 §4): @status is
 * what it answered with, 0 where no answer came. */
gboolean tern_cache_may_rescue (const TernCacheRequest *request,
                                const TernCacheRecord *record,
                                guint status,
                                gint64 now);
