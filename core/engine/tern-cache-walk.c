/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of the cache's stage. It must never decide anything. */
#include "engine/tern-cache-walk.h"

#include "policy/tern-cache-variants.h"

void
tern_cache_walk_clear (gpointer data)
{
  TernCacheWalk *state = data;

  g_clear_pointer (&state->fields, tern_headers_unref);
  g_clear_pointer (&state->key, g_free);
  tern_cache_found_clear (&state->found);
  g_clear_pointer (&state->fresh, tern_cache_record_free);
  g_clear_pointer (&state->body, g_bytes_unref);
  g_clear_pointer (&state->doomed, g_strfreev);
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
tern_cache_walk_find_meta (TernFlow *flow,
                           TernCacheWalk *state,
                           const char *slot,
                           TernCacheWalkPlace place)
{
  return tern_cache_walk_operate (flow, state, TERN_OP_CACHE_FIND,
                                  tern_cache_meta_key (state->key, slot), place);
}

TernGo
tern_cache_walk_find_body (TernFlow *flow,
                           TernCacheWalk *state,
                           const TernCacheRecord *record,
                           TernCacheWalkPlace place)
{
  const char *slot = tern_cache_found_slot (&state->found, record);

  return tern_cache_walk_operate (flow, state, TERN_OP_CACHE_FIND,
                                  tern_cache_body_key (state->key, slot), place);
}

TernGo
tern_cache_walk_store (TernFlow *flow,
                       TernCacheWalk *state,
                       char *key,
                       GBytes *value,
                       gint64 keep_until,
                       TernCacheWalkPlace place)
{
  g_clear_pointer (&flow->op.value, g_bytes_unref); /* what was found before */
  flow->op.value = value;
  flow->op.keep_until = keep_until;
  return tern_cache_walk_operate (flow, state, TERN_OP_CACHE_STORE, key, place);
}
