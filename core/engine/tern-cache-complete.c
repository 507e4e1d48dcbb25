/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completes what is stored in part. It must never hand the program a part where it asked for the
 * whole, nor put together what belongs to two versions. */
#include "engine/tern-cache-complete.h"

#include "engine/tern-cache-keep.h"
#include "engine/tern-cache-reply.h"
#include "engine/tern-cache-stamps.h"
#include "engine/tern-stage.h"
#include "message/tern-response-private.h"
#include "policy/tern-cache-answer.h"
#include "policy/tern-cache-storing.h"
#include "policy/tern-cache-validation.h"

gboolean
tern_cache_complete_ask (TernFlow *flow, TernCacheWalk *state)
{
  g_autoptr (TernHeaders) fields = NULL;

  if (!state->decision.can_complete)
    return FALSE;
  fields = tern_headers_new ();
  state->asks_rest = tern_cache_add_completion (state->decision.record, fields);
  if (state->asks_rest)
    tern_call_edit_all (&flow->call, TERN_STAGE_CACHE, fields);
  return state->asks_rest;
}

gboolean
tern_cache_complete_wants (const TernFlow *flow, const TernCacheWalk *state)
{
  const TernResponse *response = flow->result.response;
  TernCacheRequest request = tern_cache_walk_view (flow, state);
  g_autoptr (TernHeaders) sent = NULL;

  if (!response || !state->decision.record)
    return FALSE;
  /* No condition was sent of which a 304 could speak. */
  if (state->asks_rest && (response->status == 304 || response->status == 416))
    return TRUE;
  if (response->status != 206)
    return FALSE;
  if (state->asks_rest)
    return TRUE;
  sent = tern_call_merge (&flow->call);
  request.headers = sent;
  return tern_cache_may_store (&request, response->status, response->headers,
                               state->decision.record)
         == TERN_STORING_COMBINE;
}

/* The whole, without any word of what is stored: that did not help. */
static TernGo
ask_again (TernFlow *flow, TernCacheWalk *state)
{
  state->asks_rest = FALSE;
  state->decision.verdict = TERN_CACHE_MISS;
  state->decision.can_complete = FALSE;
  state->place = AT_FORWARDED;
  state->asked_at = tern_cache_walk_now ();
  state->asked_as = tern_cache_stamp_of (state->key);
  tern_call_clear_edits (&flow->call, TERN_STAGE_CACHE);
  return TERN_GO_AGAIN;
}

static TernCacheStatus
describe (const TernCacheWalk *state, gboolean stored)
{
  return (TernCacheStatus){ .decision = &state->decision, .forward_status = 206, .stored = stored };
}

/* The stored bytes and those that are coming, as the one response that the program asked for. */
static TernGo
answer_whole (TernFlow *flow, TernCacheWalk *state, TernCacheRecord *record, guint64 size)
{
  const TernCacheAnswer form = { .kind = TERN_ANSWER_WHOLE };
  const TernResponse *network = flow->result.response;
  TernResponse *response = tern_response_new (
      record->status, record->version, g_strdup (record->reason),
      tern_cache_answer_fields (&form, record, tern_cache_walk_now (), TRUE), flow->call.uri);
  TernCacheStatus status;

  response->timings = network->timings;
  response->tls = network->tls ? tern_tls_info_ref (network->tls) : NULL;
  status = describe (
      state, tern_cache_keep_behind (flow, state, record, state->decision.record, size, TRUE));
  response->expected = tern_reader_get_remaining (flow->result.body);
  tern_result_answer (&flow->result, response, g_steal_pointer (&flow->result.body));
  tern_cache_reply_note (flow, response, &status);
  return TERN_GO_ON;
}

/* Whether as many bytes are coming as are said to be. Of chunks nobody can tell that before their
 * end, when the program has long been told that it gets the whole. */
static gboolean
is_all_there (const TernResponse *response, TernReader *body)
{
  TernCacheRange part;
  guint64 total;

  return tern_cache_range_of (response->headers, &part, &total)
         && tern_reader_get_remaining (body) == (gint64)(part.end - part.first);
}

TernGo
tern_cache_complete_with_body (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const TernCacheRecord *stored = state->decision.record;
  TernResponse *response = flow->result.response;
  g_autoptr (TernCacheRecord) record = NULL;
  TernCacheStatus status = describe (state, FALSE);
  guint64 size = 0;

  if (response->status == 206 && flow->result.body
      && tern_cache_walk_has_body (flow, state, stored))
    record = tern_cache_combine (stored, &request, response->headers, state->asked_at,
                                 tern_cache_walk_now (), &size);
  if (state->asks_rest)
    return record && !record->partial && is_all_there (response, flow->result.body)
               ? answer_whole (flow, state, g_steal_pointer (&record), size)
               : ask_again (flow, state);
  if (record)
    status = describe (state, tern_cache_keep_behind (flow, state, g_steal_pointer (&record),
                                                      stored, size, FALSE));
  tern_cache_reply_note (flow, response, &status);
  return TERN_GO_ON;
}

TernGo
tern_cache_complete (TernFlow *flow, TernCacheWalk *state)
{
  if (flow->result.response->status != 206)
    return ask_again (flow, state);
  return tern_cache_walk_open (flow, state, state->decision.record, AT_PREFIX,
                               tern_cache_complete_with_body);
}
