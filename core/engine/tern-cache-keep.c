/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts bodies on their way into the store: while they come, where it takes entries and is called in
 * place; else as a copy that is stored when it is whole. It must never take a body away from who
 * asked for it. */
#include "engine/tern-cache-keep.h"

#include "engine/tern-cache-body.h"
#include "engine/tern-cache-reply.h"
#include "engine/tern-store-call.h"

static void
land (TernFlow *flow, TernCacheWalk *state, const TernCacheRecord *record, TernCacheFetch *fetch)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);

  tern_cache_flight_land (state->flight,
                          tern_cache_record_renew (record, &request,
                                                   tern_headers_copy (record->headers),
                                                   record->request_time, record->response_time),
                          fetch);
}

/* The body, @network or what ends with it, as one that several read, each by clocks of his own.
 * @at: where the program begins to read. Takes @record alone; the body stays as it is where the
 * store would not have it. */
static gboolean
stream (
    TernFlow *flow, TernCacheWalk *state, TernCacheRecord *record, TernReader *network, guint64 at)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  TernCacheStore *store = flow->settings->cache_store;
  TernCacheDraft *draft
      = tern_cache_draft_new (state->key, state->asked_as, &request, &state->found, record);
  TernCacheWriter *writer = tern_cache_draft_begin (draft, store);
  g_autoptr (TernCacheFetch) fetch = NULL;

  if (!writer)
    {
      tern_cache_draft_free (draft);
      return FALSE;
    }
  tern_reader_unbind (network);
  fetch = tern_cache_fetch_new (g_steal_pointer (&flow->result.body), store, writer, draft,
                                state->flight != NULL);
  flow->result.body = tern_cache_fetch_attach (fetch, at, flow->env.idle_timeout,
                                               flow->env.total_deadline, flow->call.uri->host);
  if (state->flight)
    land (flow, state, record, fetch);
  return TRUE;
}

static void
copy (TernFlow *flow, TernCacheWalk *state, TernCacheRecord *record, GBytes *before)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  TernCacheDraft *draft
      = tern_cache_draft_new (state->key, state->asked_as, &request, &state->found, record);

  flow->result.body
      = tern_cache_body_tee (flow->result.body, before, flow->settings->cache_store, draft);
}

gboolean
tern_cache_keep (TernFlow *flow, TernCacheWalk *state, TernCacheRecord *record)
{
  if (flow->result.body && tern_store_streams (flow->settings->cache_store))
    return stream (flow, state, record, flow->result.body, 0);
  state->stored = !flow->result.body;
  copy (flow, state, record, NULL);
  return TRUE;
}

/* The program reads what is new, and has to wait for nothing else: so what is old must be in memory
 * to be kept with it. */
static gboolean
copy_behind (TernFlow *flow,
             TernCacheWalk *state,
             TernCacheRecord *record,
             const TernCacheRecord *found,
             guint64 size)
{
  const TernCacheParts *parts = tern_cache_found_parts (&state->found, found);
  g_autoptr (GBytes) before = NULL;

  if (!parts->body)
    {
      tern_cache_record_free (record);
      return FALSE;
    }
  before = g_bytes_new_from_bytes (parts->body, 0, size);
  copy (flow, state, record, before);
  return TRUE;
}

gboolean
tern_cache_keep_behind (TernFlow *flow,
                        TernCacheWalk *state,
                        TernCacheRecord *record,
                        const TernCacheRecord *found,
                        guint64 size,
                        gboolean whole)
{
  const gboolean streams = tern_store_streams (flow->settings->cache_store);
  TernReader *network = flow->result.body;

  if (!streams && !whole)
    return copy_behind (flow, state, record, found, size);
  flow->result.body
      = tern_reader_new_chain (tern_cache_reply_slice (flow, state, found, 0, size), network);
  if (!streams)
    {
      copy (flow, state, record, NULL);
      return TRUE;
    }
  if (stream (flow, state, record, network, whole ? 0 : size))
    return TRUE;
  if (!whole)
    flow->result.body = tern_reader_chain_drop (flow->result.body);
  return FALSE;
}
