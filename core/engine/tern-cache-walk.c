/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of the cache's stage. It must never decide anything. */
#include "engine/tern-cache-walk.h"

#include "policy/tern-cache-freshness.h"
#include "policy/tern-cache-variants.h"

void
tern_cache_walk_let_go (TernCacheWalk *state, gboolean again)
{
  if (!state->flight)
    return;
  tern_cache_flight_end (state->flight, again);
  g_clear_pointer (&state->flight, tern_cache_flight_unref);
}

void
tern_cache_walk_clear (gpointer data)
{
  TernCacheWalk *state = ((TernCacheState *)data)->walk;

  if (!state)
    return;
  g_clear_pointer (&state->fields, tern_headers_unref);
  g_clear_pointer (&state->key, g_free);
  tern_cache_found_clear (&state->found);
  g_clear_pointer (&state->fresh, tern_cache_record_free);
  g_clear_pointer (&state->doomed, g_strfreev);
  tern_cache_walk_let_go (state, FALSE);
  g_free (state);
}

gint64
tern_cache_walk_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

TernCacheRequest
tern_cache_walk_view (const TernFlow *flow, const TernCacheWalk *state)
{
  return (TernCacheRequest){ flow->call.method, flow->call.uri, flow->call.request->partition,
                             state->fields, state->salt };
}

TernGo
tern_cache_walk_operate (TernFlow *flow,
                         TernCacheWalk *state,
                         TernOperationKind kind,
                         char *key,
                         TernCacheWalkPlace place)
{
  flow->op.kind = kind;
  flow->op.key = key;
  state->place = place;
  return TERN_GO_OPERATE;
}

TernGo
tern_cache_walk_find (TernFlow *flow,
                      TernCacheWalk *state,
                      const char *slot,
                      TernCacheWalkPlace place)
{
  return tern_cache_walk_operate (flow, state, TERN_OP_CACHE_FIND,
                                  tern_cache_slot_key (state->key, slot), place);
}

TernGo
tern_cache_walk_open (TernFlow *flow,
                      TernCacheWalk *state,
                      const TernCacheRecord *record,
                      TernCacheWalkPlace place,
                      TernGo (*next) (TernFlow *flow, TernCacheWalk *state))
{
  const char *slot = tern_cache_found_slot (&state->found, record);
  const TernCacheParts *parts = tern_cache_found_parts (&state->found, record);

  state->place = place;
  if (parts->body || parts->stream)
    return next (flow, state);
  return tern_cache_walk_operate (flow, state, TERN_OP_CACHE_OPEN,
                                  tern_cache_slot_key (state->key, slot), place);
}

gboolean
tern_cache_walk_has_body (TernFlow *flow, TernCacheWalk *state, const TernCacheRecord *record)
{
  return tern_cache_found_take_body (&state->found, record,
                                     flow->op.kind == TERN_OP_CACHE_OPEN ? &flow->op.parts : NULL);
}

TernGo
tern_cache_walk_rewrite (TernFlow *flow,
                         TernCacheWalk *state,
                         const TernCacheRecord *found,
                         const TernCacheRecord *record,
                         TernCacheWalkPlace place)
{
  g_clear_pointer (&flow->op.value, g_bytes_unref); /* of the operation before */
  g_clear_pointer (&flow->op.before, g_bytes_unref);
  flow->op.value = tern_cache_record_serialize (record);
  flow->op.before = g_bytes_ref (tern_cache_found_parts (&state->found, found)->meta);
  flow->op.keep_until = tern_cache_keep_until (record);
  return tern_cache_walk_operate (
      flow, state, TERN_OP_CACHE_STORE,
      tern_cache_slot_key (state->key, tern_cache_found_slot (&state->found, found)), place);
}
