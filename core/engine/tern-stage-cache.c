/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers from the cache, asks the origin whether what is stored still holds, and keeps what may be
 * kept (RFC 9111). Every decision is one of policy/; this stage only asks for the store's work in
 * turn. */
#include <string.h>

#include "base/tern-log.h"
#include "engine/tern-cache-body.h"
#include "engine/tern-stage.h"
#include "message/tern-response-private.h"
#include "policy/tern-cache-answer.h"
#include "policy/tern-cache-conditions.h"
#include "policy/tern-cache-control.h"
#include "policy/tern-cache-decision.h"
#include "policy/tern-cache-freshness.h"
#include "policy/tern-cache-invalidation.h"
#include "policy/tern-cache-key.h"
#include "policy/tern-cache-merge.h"
#include "policy/tern-cache-status.h"
#include "policy/tern-cache-storing.h"
#include "policy/tern-cache-validation.h"

typedef enum
{
  AT_START,
  AT_META,      /* the record is being looked up */
  AT_BODY,      /* of a fresh record */
  AT_FORWARDED, /* the request went down */
  AT_VALIDATED, /* 304: the body of the record is being looked up */
  AT_REWRITTEN, /* 304: the record is being rewritten */
  AT_DELETING,  /* what an unsafe request, or an answer, made invalid */
} Place;

typedef struct
{
  Place place;
  TernHeaders *fields; /* the request as it came down to here */
  char *key;
  TernCacheRecord *record;
  TernCacheDecision decision;
  gint64 asked_at; /* Unix seconds */
  GBytes *body;
  gboolean kept; /* the record was rewritten after a 304 */
  char **doomed;
  guint n_deleted;
} State;

G_STATIC_ASSERT (sizeof (State) <= sizeof (TernStageState));

static void
cache_clear (gpointer data)
{
  State *state = data;

  g_clear_pointer (&state->fields, tern_headers_unref);
  g_clear_pointer (&state->key, g_free);
  g_clear_pointer (&state->record, tern_cache_record_free);
  g_clear_pointer (&state->body, g_bytes_unref);
  g_clear_pointer (&state->doomed, g_strfreev);
}

static gint64
unix_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static TernCacheRequest
view (const TernFlow *flow, const State *state)
{
  return (TernCacheRequest){ flow->call.method, flow->call.uri, flow->call.request->partition,
                             state->fields, NULL };
}

static char *
status_text (const State *state, guint forward_status, gboolean stored)
{
  const TernCacheStatus status
      = { .decision = &state->decision, .forward_status = forward_status, .stored = stored };

  return tern_cache_status_text (&status);
}

static TernGo
operate (TernFlow *flow, State *state, TernOperationKind kind, char *key, Place place)
{
  flow->op.kind = kind;
  flow->op.key = key;
  state->place = place;
  return TERN_GO_OPERATE;
}

static void
announce (TernFlow *flow, const TernResponse *response)
{
  tern_log (TERN_LOG_CACHE, "%s: %s", flow->call.uri->target, response->cache_status);
  if (flow->hooks.log)
    tern_debug_tell (flow->hooks.log, flow->hooks.data, TERN_LOG_EVENT_CACHE, "%s: %s",
                     flow->call.uri->target, response->cache_status);
}

/* The bytes of the stored body that go with the answer; NULL where none do. */
static GBytes *
slice (const TernCacheAnswer *answer, const TernCacheRequest *request, const State *state)
{
  guint64 offset, length;

  return tern_cache_answer_body (answer, request, state->record, &offset, &length)
             ? g_bytes_new_from_bytes (state->body, offset, length)
             : NULL;
}

/* Answers with the record; the status text says how it came to that. */
static void
answer (TernFlow *flow, State *state, guint forward_status, gboolean stored)
{
  const TernCacheRequest request = view (flow, state);
  const TernCacheAnswer form = tern_cache_answer (&request, state->record);
  g_autoptr (GBytes) bytes = slice (&form, &request, state);
  TernResponse *response;

  response = tern_response_new (
      tern_cache_answer_status (&form, state->record), state->record->version,
      g_strdup (tern_cache_answer_reason (&form, state->record)),
      tern_cache_answer_fields (&form, state->record, unix_now (), forward_status > 0),
      flow->call.uri);
  response->from_cache = TRUE;
  response->expected = bytes ? g_bytes_get_size (bytes) : 0;
  if (flow->result.response)
    {
      /* The 304 came over a connection of which the program may want to know. */
      response->timings = flow->result.response->timings;
      response->tls
          = flow->result.response->tls ? tern_tls_info_ref (flow->result.response->tls) : NULL;
    }
  tern_result_answer (&flow->result, response, bytes ? tern_reader_new_bytes (bytes) : NULL);
  response->cache_status = status_text (state, forward_status, stored);
  announce (flow, response);
}

static TernGo
answer_timeout (TernFlow *flow, State *state)
{
  TernResponse *response = tern_response_new (504, 11, g_strdup ("Gateway Timeout"),
                                              tern_headers_new (), flow->call.uri);

  response->expected = 0;
  response->cache_status = status_text (state, 0, FALSE);
  announce (flow, response);
  tern_result_answer (&flow->result, response, NULL);
  return TERN_GO_ANSWER;
}

/* What may be sent while it is validated is validated first: nobody here asks behind the program's
 * back. */
static TernGo
forward (TernFlow *flow, State *state)
{
  const TernCacheRequest request = view (flow, state);
  const TernCacheRecord *const records[] = { state->record };
  g_autoptr (TernHeaders) conditions = NULL;

  state->place = AT_FORWARDED;
  state->asked_at = unix_now ();
  if (state->decision.verdict != TERN_CACHE_VALIDATE)
    return TERN_GO_ON;
  conditions = tern_headers_new ();
  if (tern_cache_add_conditions (&request, records, 1, state->decision.record,
                                 flow->settings->ignore_etag, conditions))
    tern_call_edit_all (&flow->call, TERN_STAGE_CACHE, conditions);
  else
    state->decision.verdict = TERN_CACHE_MISS; /* a 304 is not for us */
  return TERN_GO_ON;
}

/* The record was looked up, or there is none: what now? */
static TernGo
decide (TernFlow *flow, State *state)
{
  const TernCacheRequest request = view (flow, state);
  const TernCacheRecord *const records[] = { state->record };

  state->decision = tern_cache_decide (&request, records, state->record ? 1 : 0, unix_now ());
  switch (state->decision.verdict)
    {
    case TERN_CACHE_HIT:
      return operate (flow, state, TERN_OP_CACHE_FIND, tern_cache_body_key (state->key), AT_BODY);
    case TERN_CACHE_FAIL_504:
      return answer_timeout (flow, state);
    case TERN_CACHE_HIT_STALE:
      state->decision.verdict = TERN_CACHE_VALIDATE;
      state->decision.forward = TERN_FORWARD_STALE;
      return forward (flow, state);
    case TERN_CACHE_MISS:
    case TERN_CACHE_VALIDATE:
    default:
      return forward (flow, state);
    }
}

static void
take_record (TernFlow *flow, State *state)
{
  const TernCacheRequest request = view (flow, state);
  g_autoptr (GError) error = NULL;

  if (!flow->op.value)
    return;
  state->record = tern_cache_record_parse (flow->op.value, &error);
  if (!state->record)
    tern_log (TERN_LOG_CACHE, "%s: %s", state->key, error->message);
  else if (!tern_cache_record_is_for (state->record, &request))
    g_clear_pointer (&state->record, tern_cache_record_free);
}

/* Nothing is stored, so what may only come from the cache does not come. */
static TernGo
go_without_store (TernFlow *flow, State *state)
{
  TernCacheControl wanted;

  if (!tern_headers_has (flow->call.headers, "Cache-Control"))
    return TERN_GO_ON;
  tern_cache_control_read (&wanted, flow->call.headers);
  if (!wanted.only_if_cached)
    return TERN_GO_ON;
  state->decision.verdict = TERN_CACHE_FAIL_504;
  return answer_timeout (flow, state);
}

static TernGo
cache_down (TernFlow *flow, gpointer data)
{
  State *state = data;
  TernCacheRequest request;

  if (!flow->settings->cache_store)
    return go_without_store (flow, state);
  switch (state->place)
    {
    case AT_META:
      take_record (flow, state);
      return decide (flow, state);
    case AT_BODY:
      if (tern_cache_body_take (state->record, flow->op.value, &state->body))
        {
          answer (flow, state, 0, FALSE);
          return TERN_GO_ANSWER;
        }
      /* Half an entry is none. */
      g_clear_pointer (&state->record, tern_cache_record_free);
      return decide (flow, state);
    default:
      break;
    }
  g_clear_pointer (&state->fields, tern_headers_unref);
  state->fields = tern_call_merge (&flow->call);
  g_free (state->key);
  state->key = tern_cache_key (flow->call.uri, flow->call.request->partition);
  request = view (flow, state);
  if (!tern_cache_wants_lookup (&request))
    return decide (flow, state);
  return operate (flow, state, TERN_OP_CACHE_FIND, tern_cache_meta_key (state->key), AT_META);
}

/* Deletes the doomed keys, meta and body each, one operation after the other. */
static TernGo
delete_next (TernFlow *flow, State *state)
{
  const char *key = state->doomed ? state->doomed[state->n_deleted / 2] : NULL;

  if (key)
    return operate (flow, state, TERN_OP_CACHE_DELETE,
                    state->n_deleted++ % 2 ? tern_cache_body_key (key) : tern_cache_meta_key (key),
                    AT_DELETING);
  return TERN_GO_ON;
}

static TernGo
delete_own (TernFlow *flow, State *state)
{
  g_clear_pointer (&state->doomed, g_strfreev);
  state->doomed = g_new0 (char *, 2);
  state->doomed[0] = g_strdup (state->key);
  state->n_deleted = 0;
  return delete_next (flow, state);
}

/* A 304 to our own question: its fields go into the record, whose body is looked up. */
static TernGo
validated (TernFlow *flow, State *state)
{
  const TernCacheRequest request = view (flow, state);
  TernCacheRecord *merged;

  merged = tern_cache_merge_not_modified (state->record, &request, flow->result.response->headers,
                                          state->asked_at, unix_now ());
  if (!merged && tern_cache_has_conditions (state->fields))
    return TERN_GO_ON; /* it is about what the program has */
  g_clear_pointer (&state->record, tern_cache_record_free);
  state->record = merged;
  if (!merged)
    return delete_own (flow, state);
  return operate (flow, state, TERN_OP_CACHE_FIND, tern_cache_body_key (state->key), AT_VALIDATED);
}

static TernGo
rewrite (TernFlow *flow, State *state)
{
  const TernCacheRequest request = view (flow, state);

  if (!tern_cache_body_take (state->record, flow->op.value, &state->body))
    {
      g_clear_pointer (&state->record, tern_cache_record_free);
      return delete_own (flow, state);
    }
  /* The 304 may have taken back the leave to store it. */
  if (tern_cache_may_store (&request, state->record->status, state->record->headers, NULL)
      != TERN_STORING_REPLACE)
    return operate (flow, state, TERN_OP_CACHE_DELETE, tern_cache_meta_key (state->key),
                    AT_REWRITTEN);
  state->kept = TRUE;
  g_clear_pointer (&flow->op.value, g_bytes_unref); /* the body, of which we have a reference */
  flow->op.value = tern_cache_record_serialize (state->record);
  flow->op.keep_until = tern_cache_keep_until (state->record);
  return operate (flow, state, TERN_OP_CACHE_STORE, tern_cache_meta_key (state->key), AT_REWRITTEN);
}

/* A response that came from the network: kept while it is read, or making room. */
static TernGo
received (TernFlow *flow, State *state)
{
  const TernCacheRequest request = view (flow, state);
  TernResponse *response = flow->result.response;
  TernCacheStoring storing;

  if (response->status == 304 && state->decision.verdict == TERN_CACHE_VALIDATE)
    return validated (flow, state);
  state->doomed = tern_cache_invalidated_keys (&request,
                                               (const char *const *)flow->settings->safe_methods,
                                               response->status, response->headers);
  storing = tern_cache_may_store (&request, response->status, response->headers, state->record);
  response->cache_status
      = status_text (state, response->status, storing == TERN_STORING_REPLACE);
  announce (flow, response);
  if (storing == TERN_STORING_REPLACE)
    {
      TernCacheRecord *record
          = tern_cache_record_new (&request, response->status, response->reason, response->version,
                                   response->headers, state->asked_at, unix_now ());

      flow->result.body = tern_cache_body_tee (flow->result.body, flow->settings->cache_store,
                                               state->key, record);
    }
  else if (storing == TERN_STORING_FORGET)
    return delete_own (flow, state);
  return delete_next (flow, state);
}

static TernGo
cache_up (TernFlow *flow, gpointer data)
{
  State *state = data;

  switch (state->place)
    {
    case AT_FORWARDED:
      return flow->result.response ? received (flow, state) : TERN_GO_ON;
    case AT_VALIDATED:
      return rewrite (flow, state);
    case AT_REWRITTEN:
      answer (flow, state, 304, state->kept);
      return TERN_GO_ON;
    case AT_DELETING:
      if (state->doomed && state->doomed[state->n_deleted / 2])
        return delete_next (flow, state);
      /* A 304 about an entry that is no more says nothing: ask again, without conditions. */
      if (flow->result.response->status == 304 && state->decision.verdict == TERN_CACHE_VALIDATE)
        {
          state->decision.verdict = TERN_CACHE_MISS;
          state->place = AT_FORWARDED;
          state->asked_at = unix_now ();
          g_clear_pointer (&state->doomed, g_strfreev);
          state->n_deleted = 0;
          tern_call_clear_edits (&flow->call, TERN_STAGE_CACHE);
          return TERN_GO_AGAIN;
        }
      return TERN_GO_ON;
    default:
      return TERN_GO_ON;
    }
}

const TernStage tern_stage_cache
    = { .name = "cache", .down = cache_down, .up = cache_up, .clear = cache_clear };
