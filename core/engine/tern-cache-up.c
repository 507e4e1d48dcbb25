/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way of an answer, or of a failure, through the cache: what it says of what is stored, and
 * what is kept of it. It must never make a request fail that did not. */
#include <string.h>

#include "engine/tern-cache-complete.h"
#include "engine/tern-cache-keep.h"
#include "engine/tern-cache-reply.h"
#include "engine/tern-cache-stamps.h"
#include "engine/tern-cache-walk.h"
#include "engine/tern-stage.h"
#include "engine/tern-store-call.h"
#include "message/tern-response-private.h"
#include "policy/tern-cache-conditions.h"
#include "policy/tern-cache-freshness.h"
#include "policy/tern-cache-invalidation.h"
#include "policy/tern-cache-merge.h"
#include "policy/tern-cache-storing.h"
#include "policy/tern-cache-variants.h"

/* Deletes the doomed entries, one operation after the other. */
static TernGo
delete_next (TernFlow *flow, TernCacheWalk *state)
{
  const char *key = state->doomed ? state->doomed[state->n_deleted] : NULL;

  if (key)
    {
      state->n_deleted++;
      return tern_cache_walk_operate (flow, state, TERN_OP_CACHE_DELETE, g_strdup (key),
                                      AT_DELETING);
    }
  return TERN_GO_ON;
}

/* Deletes that record; NULL is whatever lies in the home slot, and with it all variants. */
static TernGo
delete_record (TernFlow *flow, TernCacheWalk *state, const TernCacheRecord *record)
{
  const char *slot = tern_cache_found_slot (&state->found, record);

  g_clear_pointer (&state->doomed, g_strfreev);
  state->doomed = g_new0 (char *, 2);
  state->doomed[0] = tern_cache_slot_key (state->key, slot);
  state->n_deleted = 0;
  tern_cache_found_drop (&state->found, record);
  state->decision.record = NULL;
  return delete_next (flow, state);
}

static TernGo
answer_validated (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheStatus status
      = { .decision = &state->decision, .forward_status = 304, .stored = state->kept };

  tern_cache_reply (flow, state, state->fresh, state->asked, &status);
  return TERN_GO_ON;
}

/* The program's own condition was met by the origin. */
static TernGo
pass_on (TernFlow *flow, TernCacheWalk *state)
{
  tern_cache_reply_note (flow, flow->result.response,
                         &(TernCacheStatus){ .decision = &state->decision,
                                             .forward_status = 304 });
  return TERN_GO_ON;
}

/* A 304 that speaks of nothing that is stored: it is about what the program has, or else what is
 * stored is of no use. */
static TernGo
speaks_of_nothing (TernFlow *flow, TernCacheWalk *state)
{
  return tern_cache_expects_304 (state->fields)
             ? pass_on (flow, state)
             : delete_record (flow, state, state->decision.record);
}

static TernGo rewrite (TernFlow *flow, TernCacheWalk *state);

/* A 304 to our own question: its fields go into the record, whose body is looked up. */
static TernGo
merge (TernFlow *flow, TernCacheWalk *state, const TernCacheRecord *record)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);

  state->asked = record;
  state->fresh = tern_cache_merge_not_modified (record, &request, flow->result.response->headers,
                                                state->asked_at, tern_cache_walk_now ());
  return state->fresh ? tern_cache_walk_open (flow, state, record, AT_VALIDATED, rewrite)
                      : speaks_of_nothing (flow, state);
}

static TernGo
validated (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const TernHeaders *headers = flow->result.response->headers;
  const TernCacheRecord *records[TERN_CACHE_FOUND_MAX];
  const gsize n = tern_cache_found_list (&state->found, records);
  const TernCacheRecord *record
      = tern_cache_select_validated (&request, records, n, state->decision.record, headers);
  const char *slot;

  if (record)
    return merge (flow, state, record);
  /* Those that were asked about by their lines alone are read only now. */
  if (state->decision.record == state->found.sibling)
    state->decision.record = NULL;
  slot = tern_cache_found_seek_tagged (&state->found, &request, headers);
  return slot ? tern_cache_walk_find (flow, state, slot, AT_TAGGED)
              : speaks_of_nothing (flow, state);
}

static TernGo
take_tagged (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);

  tern_cache_found_take_sibling (&state->found, &request, &flow->op.parts);
  return state->found.sibling && !state->found.sibling->partial
             ? merge (flow, state, state->found.sibling)
             : speaks_of_nothing (flow, state);
}

/* A variant turned out to be the answer to other wishes, too: it is stored for them as well, unless
 * it is large; then it is asked about again. */
static TernGo
keep_for_others (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  TernCacheRecord *copy
      = tern_cache_record_renew (state->fresh, &request, tern_headers_copy (state->fresh->headers),
                                 state->fresh->request_time, state->fresh->response_time);
  TernCacheDraft *entry
      = tern_cache_draft_new (state->key, state->asked_as, &request, &state->found, copy);
  const TernCacheParts *parts = tern_cache_found_parts (&state->found, state->asked);

  tern_cache_draft_store (entry, flow->settings->cache_store, parts->body);
  tern_cache_draft_free (entry);
  state->kept = TRUE;
  return answer_validated (flow, state);
}

static TernGo
rewrite (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const char *slot = tern_cache_found_slot (&state->found, state->asked);
  gboolean keeps;

  if (!tern_cache_walk_has_body (flow, state, state->asked))
    {
      g_clear_pointer (&state->fresh, tern_cache_record_free);
      return delete_record (flow, state, state->asked);
    }
  /* The 304 may have taken back the leave to store it. */
  keeps = tern_cache_may_keep (&request, state->fresh);
  if (keeps && state->asked != state->decision.record)
    return tern_cache_found_parts (&state->found, state->asked)->body
               ? keep_for_others (flow, state)
               : answer_validated (flow, state);
  state->kept = keeps;
  if (!keeps)
    return tern_cache_walk_operate (flow, state, TERN_OP_CACHE_DELETE,
                                    tern_cache_slot_key (state->key, slot), AT_REWRITTEN);
  return tern_cache_walk_rewrite (flow, state, state->asked, state->fresh, AT_REWRITTEN);
}

/* What the answer to a HEAD says of the answer to a GET that is stored (RFC 9111 §4.3.5). */
static TernGo
freshen (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const TernResponse *response = flow->result.response;
  const TernCacheRecord *record = state->decision.record;
  gboolean outdated;

  state->fresh = tern_cache_freshen (record, &request, response->status, response->headers,
                                     state->asked_at, tern_cache_walk_now (), &outdated);
  if (outdated)
    return delete_record (flow, state, record);
  if (!state->fresh)
    return TERN_GO_ON;
  return tern_cache_walk_rewrite (flow, state, record, state->fresh, AT_REFRESHED);
}

static gboolean
keep (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const TernResponse *response = flow->result.response;

  return tern_cache_keep (flow, state,
                          tern_cache_record_new (&request, response->status, response->reason,
                                                 response->version, response->headers,
                                                 state->asked_at, tern_cache_walk_now ()));
}

/* What an unsafe request makes invalid; what was asked for before it is not kept after it. */
static void
doom (TernFlow *flow, TernCacheWalk *state, guint status, const TernHeaders *headers)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);

  state->doomed = tern_cache_invalidated_keys (
      &request, (const char *const *)flow->settings->safe_methods, status, headers);
  for (guint i = 0; state->doomed[i]; i++)
    {
      tern_cache_flights_doom (flow->settings->cache_store, state->doomed[i]);
      tern_cache_stamp_change (state->doomed[i]);
    }
}

/* A response that came from the network: kept, or making room. */
static TernGo
received (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  TernResponse *response = flow->result.response;
  const TernCacheRecord *stored = state->decision.record;
  const TernCacheStoring storing
      = tern_cache_may_store (&request, response->status, response->headers, stored);
  const gboolean keeps = storing == TERN_STORING_REPLACE && keep (flow, state);

  tern_cache_reply_note (flow, response,
                         &(TernCacheStatus){ .decision = &state->decision,
                                             .forward_status = response->status,
                                             .stored = keeps,
                                             .detail = tern_cache_why_not_stored (
                                                 &request, response->status,
                                                 response->headers, stored) });
  doom (flow, state, response->status, response->headers);
  if (storing == TERN_STORING_REPLACE)
    return delete_next (flow, state);
  /* What is not stored itself says nothing of what was stored for other wishes. */
  if (storing == TERN_STORING_FORGET && (stored || !state->found.home))
    return delete_record (flow, state, stored);
  if (stored && strcmp (request.method, "HEAD") == 0)
    return freshen (flow, state);
  return delete_next (flow, state);
}

/* Nobody waits for the store here: the time may be up, or nobody there any more. */
static void
remove_doomed (TernFlow *flow, TernCacheWalk *state)
{
  for (guint i = 0; state->doomed && state->doomed[i]; i++)
    tern_store_remove_later (flow->settings->cache_store,
                             tern_cache_slot_key (state->doomed[i], NULL));
}

/* No answer came. What may have arrived may have changed the resource. */
static TernGo
failed (TernFlow *flow, TernCacheWalk *state)
{
  if (!flow->sent)
    return TERN_GO_ON;
  doom (flow, state, 0, NULL);
  remove_doomed (flow, state);
  return TERN_GO_ON;
}

/* Cancelled, while the answer was awaited or what it made invalid was being deleted. */
void
tern_cache_walk_abandon (TernFlow *flow, gpointer data)
{
  TernCacheWalk *state = ((TernCacheState *)data)->walk;

  if (!state)
    return;
  flow->sent = flow->sent || flow->op.facts.request_sent;
  if (state->place == AT_FORWARDED)
    failed (flow, state);
  else if (state->place == AT_DELETING)
    remove_doomed (flow, state);
}

/* Whether what is stored may stand in for the origin (RFC 5861 §4). A server that is not the one it
 * should be is no failure to be covered up, and who has cancelled wants no answer. */
static gboolean
may_rescue (const TernFlow *flow, const TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const TernResponse *response = flow->result.response;
  const TernExchangeFacts *facts = &flow->op.facts;

  if (!state->decision.record || state->beyond_rescue
      || (!response
          && (facts->local || facts->phase == TERN_PHASE_NONE || facts->phase == TERN_PHASE_TLS
              || g_error_matches (flow->result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED))))
    return FALSE;
  return tern_cache_may_rescue (&request, state->decision.record, response ? response->status : 0,
                                tern_cache_walk_now ());
}

static TernGo rescue (TernFlow *flow, TernCacheWalk *state);

/* What came of the request that went down. */
static TernGo
returned (TernFlow *flow, TernCacheWalk *state)
{
  const TernResponse *response = flow->result.response;

  if (response && response->status == 304 && state->decision.verdict == TERN_CACHE_VALIDATE)
    return validated (flow, state);
  if (tern_cache_complete_wants (flow, state))
    return tern_cache_complete (flow, state);
  if (may_rescue (flow, state))
    return tern_cache_walk_open (flow, state, state->decision.record, AT_RESCUE, rescue);
  return response ? received (flow, state) : failed (flow, state);
}

static TernGo
rescue (TernFlow *flow, TernCacheWalk *state)
{
  const TernResponse *response = flow->result.response;
  const TernCacheStatus status = { .decision = &state->decision,
                                   .forward_status = response ? response->status : 0,
                                   .rescued = TRUE };

  if (!tern_cache_walk_has_body (flow, state, state->decision.record))
    {
      state->beyond_rescue = TRUE;
      return returned (flow, state);
    }
  tern_cache_reply (flow, state, state->decision.record, state->decision.record, &status);
  return TERN_GO_ON;
}

static TernGo
deleted (TernFlow *flow, TernCacheWalk *state)
{
  if (state->doomed[state->n_deleted])
    return delete_next (flow, state);
  if (flow->result.response->status != 304 || state->decision.verdict != TERN_CACHE_VALIDATE)
    return TERN_GO_ON;
  /* A 304 about an entry that is no more says nothing: ask again, without conditions. */
  state->decision.verdict = TERN_CACHE_MISS;
  state->place = AT_FORWARDED;
  state->asked_at = tern_cache_walk_now ();
  state->asked_as = tern_cache_stamp_of (state->key);
  g_clear_pointer (&state->doomed, g_strfreev);
  state->n_deleted = 0;
  tern_call_clear_edits (&flow->call, TERN_STAGE_CACHE);
  return TERN_GO_AGAIN;
}

static TernGo
go_up (TernFlow *flow, TernCacheWalk *state)
{
  switch (state->place)
    {
    case AT_FORWARDED:
      return returned (flow, state);
    case AT_TAGGED:
      return take_tagged (flow, state);
    case AT_VALIDATED:
      return rewrite (flow, state);
    case AT_REWRITTEN:
      return answer_validated (flow, state);
    case AT_PREFIX:
      return tern_cache_complete_with_body (flow, state);
    case AT_RESCUE:
      return rescue (flow, state);
    case AT_DELETING:
      return deleted (flow, state);
    default:
      return TERN_GO_ON;
    }
}

/* Who waits for this request goes on when it has passed; after a 304 by what is stored. */
TernGo
tern_cache_walk_up (TernFlow *flow, gpointer data)
{
  TernCacheWalk *state = ((TernCacheState *)data)->walk;
  TernGo go;

  if (!state)
    return TERN_GO_ON;
  go = go_up (flow, state);
  if (go == TERN_GO_ON)
    tern_cache_walk_let_go (state, state->stored || state->kept);
  return go;
}
