/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cache did, as a member of Cache-Status (RFC 9211): for people and for tools. Pure. */
#pragma once

#include "policy/tern-cache-decision.h"

typedef struct
{
  const TernCacheDecision *decision;
  guint forward_status; /* of the answer to what was forwarded; 0 where nothing was */
  gboolean stored;      /* the answer is kept */
  gboolean collapsed;   /* another request fetched it */
  gboolean rescued;     /* what is stored stands in for a failure of the origin */
  const char *key;      /* NULL leaves it out */
  const char *detail;   /* any text; NULL leaves it out */
} TernCacheStatus;

/* "tern; hit; ttl=30", "tern; fwd=stale; fwd-status=304; stored". */
char *tern_cache_status_text (const TernCacheStatus *status);
