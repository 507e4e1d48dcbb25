/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a private cache does with a request and with a response (RFC 9111). Pure: the time is
 * handed in and nothing is fetched or stored here. */
#pragma once

#include "policy/tern-cache-record.h"

typedef enum
{
  TERN_CACHE_BYPASS,          /* not for the cache: forward, and do not store */
  TERN_CACHE_MISS,            /* forward as it is */
  TERN_CACHE_FRESH,           /* answer from the record */
  TERN_CACHE_VALIDATE,        /* forward with tern_cache_add_conditions () */
  TERN_CACHE_GATEWAY_TIMEOUT, /* only-if-cached, and nothing usable: 504 without the network */
} TernCacheVerdict;

typedef struct
{
  TernCacheVerdict verdict;
  const char *forward; /* RFC 9211 §2.2: "uri-miss", "stale", …; NULL where nothing is forwarded */
  gint64 age;          /* of the record; 0 without one */
  gint64 ttl;          /* lifetime less age; negative where it is stale */
} TernCacheDecision;

/* @record is NULL where nothing is stored. */
TernCacheDecision tern_cache_decide (const TernCacheRequest *request, const TernCacheRecord *record,
                                     gint64 now);

/* Whether the decision can differ by what is stored; FALSE saves the look-up (pass NULL as
 * record). */
gboolean tern_cache_wants_lookup (const TernCacheRequest *request);

typedef enum
{
  TERN_STORING_REPLACE, /* keep it, in place of what was stored */
  TERN_STORING_LEAVE,   /* leave what is stored alone */
  TERN_STORING_FORGET,  /* delete what is stored: it is out of date, and this may not replace it */
} TernCacheStoring;

/* What to do with the head of a response that came from the network; not for a 304 to our own
 * validation (merge it first and hand in the merged status and fields). */
TernCacheStoring tern_cache_may_store (const TernCacheRequest *request, guint status,
                                       const TernHeaders *response_headers);

/* The Cache-Status member (RFC 9211): "tern; hit; ttl=30", "tern; fwd=stale; fwd-status=304;
 * stored". @forward_status is 0 where nothing was forwarded. */
char *tern_cache_status_text (const TernCacheDecision *decision, guint forward_status,
                              gboolean stored);

/* The fields of an answer from the cache: those of the record with Age (RFC 9111 §5.1). */
TernHeaders *tern_cache_answer_fields (const TernCacheRecord *record, gint64 now);
