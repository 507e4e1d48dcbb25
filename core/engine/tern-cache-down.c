/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way of a request through the cache: to an answer, or on to the network with questions about
 * what is stored. It must never change what is stored. */
#include <string.h>

#include "engine/tern-cache-body.h"
#include "engine/tern-cache-complete.h"
#include "engine/tern-cache-join.h"
#include "engine/tern-cache-reply.h"
#include "engine/tern-cache-salt.h"
#include "engine/tern-cache-stamps.h"
#include "engine/tern-cache-walk.h"
#include "engine/tern-revalidation.h"
#include "engine/tern-stage.h"
#include "engine/tern-store-call.h"
#include "policy/tern-cache-conditions.h"
#include "policy/tern-cache-control.h"
#include "policy/tern-cache-key.h"
#include "policy/tern-cache-update.h"
#include "policy/tern-cache-validation.h"
#include "policy/tern-cache-variants.h"
#include "policy/tern-cache-vary.h"

static TernGo
answer_timeout (TernFlow *flow, const TernCacheDecision *decision)
{
  tern_cache_reply_timeout (flow, &(TernCacheStatus){ .decision = decision });
  return TERN_GO_ANSWER;
}

static void
add_guard (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const TernSettings *settings = flow->settings;
  const TernCacheRecord *records[TERN_CACHE_FOUND_MAX];
  const gsize n = tern_cache_found_list (&state->found, records);
  g_autofree char *tags
      = tern_cache_if_match (&request, (const char *const *)settings->optimistic_methods,
                             settings->ignore_etag, records, n);

  if (tags)
    tern_call_edit (&flow->call, TERN_STAGE_CACHE, "If-Match", tags);
}

static TernGo
forward (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const TernCacheRecord *records[TERN_CACHE_FOUND_MAX];
  const gsize n = tern_cache_found_list (&state->found, records);
  g_autoptr (TernHeaders) conditions = NULL;

  state->place = AT_FORWARDED;
  flow->sent = FALSE;
  state->asked_as = tern_cache_stamp_of (state->key);
  state->asked_at = tern_cache_walk_now ();
  if (state->guards)
    add_guard (flow, state);
  if (tern_cache_complete_ask (flow, state) || state->decision.verdict != TERN_CACHE_VALIDATE)
    return TERN_GO_ON;
  conditions = tern_headers_new ();
  if (tern_cache_add_conditions (&request, records, n, state->decision.record,
                                 flow->settings->ignore_etag, conditions))
    tern_call_edit_all (&flow->call, TERN_STAGE_CACHE, conditions);
  else
    state->decision.verdict = TERN_CACHE_MISS; /* a 304 is not for us */
  return TERN_GO_ON;
}

static TernGo decide (TernFlow *flow, TernCacheWalk *state);

static void
revalidate (const TernFlow *flow, const TernCacheWalk *state)
{
  const TernCacheRecord *record = state->decision.record;
  g_autofree char *key
      = tern_cache_slot_key (state->key, tern_cache_found_slot (&state->found, record));

  tern_revalidation_start (flow, state->fields, key, record);
}

static TernGo
answer_hit (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRecord *record = state->decision.record;

  if (!tern_cache_walk_has_body (flow, state, record))
    {
      /* Half an entry is none. */
      tern_cache_found_drop (&state->found, record);
      return decide (flow, state);
    }
  if (state->decision.verdict == TERN_CACHE_HIT_STALE)
    revalidate (flow, state);
  tern_cache_reply (flow, state, record, record,
                    &(TernCacheStatus){ .decision = &state->decision });
  return TERN_GO_ANSWER;
}

/* Whether somebody may wait for this request, and it for others: all that counts is in the fields,
 * and the answer will be for keeping. A connection over the program's own streams is read by the
 * one who asked. */
static gboolean
may_join (const TernFlow *flow, const TernCacheWalk *state)
{
  TernCacheControl wanted;

  if (state->joined || strcmp (flow->call.method, "GET") != 0 || flow->settings->connector
      || flow->call.body.kind != TERN_SOURCE_NONE
      || !tern_store_streams (flow->settings->cache_store)
      || tern_headers_has (state->fields, "Range") || tern_cache_has_conditions (state->fields))
    return FALSE;
  tern_cache_control_read (&wanted, state->fields);
  return !wanted.no_store && !wanted.no_cache && !wanted.only_if_cached && wanted.max_age != 0;
}

static TernGo
join_or_forward (TernFlow *flow, TernCacheWalk *state)
{
  if (!may_join (flow, state))
    return forward (flow, state);
  flow->op.joining.key = state->key;
  flow->op.joining.fields = state->fields;
  flow->op.joining.stamp = state->looked_again ? tern_cache_flights_stamp () : state->stamp;
  return tern_cache_walk_operate (flow, state, TERN_OP_JOIN, NULL, AT_JOINING);
}

/* Another request has brought the answer, or is bringing it. */
static gboolean
answer_with (TernFlow *flow, TernCacheWalk *state, const TernCacheFlight *flight)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const TernCacheRecord *record = tern_cache_flight_get_record (flight);
  const TernCacheDecision decision
      = tern_cache_decide (&request, &record, 1, tern_cache_walk_now ());
  TernReader *body;

  if (decision.verdict != TERN_CACHE_HIT)
    return FALSE;
  body = tern_cache_fetch_attach (tern_cache_flight_get_fetch (flight), 0, flow->env.idle_timeout,
                                  flow->env.total_deadline, flow->call.uri->host);
  if (!body)
    return FALSE;
  tern_cache_reply_shared (flow, record, body,
                           &(TernCacheStatus){ .decision = &state->decision,
                                               .forward_status = record->status,
                                               .collapsed = TRUE });
  return TRUE;
}

/* Whatever is stored was looked up: what now? */
static TernGo
decide (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const TernCacheRecord *records[TERN_CACHE_FOUND_MAX];
  const gsize n = tern_cache_found_list (&state->found, records);

  state->decision = tern_cache_decide (&request, records, n, tern_cache_walk_now ());
  switch (state->decision.verdict)
    {
    case TERN_CACHE_HIT:
      return tern_cache_walk_open (flow, state, state->decision.record, AT_BODY, answer_hit);
    case TERN_CACHE_FAIL_504:
      return answer_timeout (flow, &state->decision);
    case TERN_CACHE_HIT_STALE:
      if (tern_revalidation_is_possible (flow))
        return tern_cache_walk_open (flow, state, state->decision.record, AT_BODY, answer_hit);
      state->decision.verdict = TERN_CACHE_VALIDATE;
      state->decision.forward = TERN_FORWARD_STALE;
      return join_or_forward (flow, state);
    case TERN_CACHE_MISS:
    case TERN_CACHE_VALIDATE:
    default:
      return join_or_forward (flow, state);
    }
}

static TernGo
take_home (TernFlow *flow, TernCacheWalk *state)
{
  const TernCacheRequest request = tern_cache_walk_view (flow, state);
  const char *slot;

  tern_cache_found_take_home (&state->found, &request, &flow->op.parts);
  slot = state->guards ? tern_cache_found_seek_newest (&state->found, &request)
                       : tern_cache_found_seek (&state->found, &request);
  return slot ? tern_cache_walk_find (flow, state, slot, AT_SIBLING) : decide (flow, state);
}

static TernGo
look_up (TernFlow *flow, TernCacheWalk *state)
{
  state->salt = tern_cache_salt_get (flow->settings->cache_store);
  state->stamp = tern_cache_flights_stamp ();
  return tern_cache_walk_find (flow, state, NULL, AT_META);
}

static TernGo
take_joined (TernFlow *flow, TernCacheWalk *state)
{
  TernCacheJoining *joining = &flow->op.joining;
  const gboolean waited = joining->flight != NULL;

  switch (joining->state)
    {
    case TERN_FLIGHT_LEADS:
      state->flight = g_steal_pointer (&joining->flight);
      break;
    case TERN_FLIGHT_LANDED:
      if (answer_with (flow, state, joining->flight))
        return TERN_GO_ANSWER;
      break;
    case TERN_FLIGHT_AGAIN:
      state->joined = waited;
      state->looked_again = TRUE;
      tern_cache_joining_clear (joining);
      return look_up (flow, state);
    case TERN_FLIGHT_WAITS:
    case TERN_FLIGHT_ALONE:
    default:
      break;
    }
  state->joined = TRUE;
  return forward (flow, state);
}

static TernGo
take_salt (TernFlow *flow, TernCacheWalk *state)
{
  TernCacheStore *cache = flow->settings->cache_store;
  g_autoptr (GBytes) made = NULL;
  const char *salt;

  if (tern_cache_salt_take (cache, flow->op.value))
    return look_up (flow, state);
  made = tern_cache_salt_make ();
  if (!made || !tern_cache_salt_take (cache, made))
    return look_up (flow, state);
  /* Another thread may have been the first: the one that counts is stored. */
  salt = tern_cache_salt_get (cache);
  g_clear_pointer (&flow->op.value, g_bytes_unref);
  flow->op.value = g_bytes_new (salt, strlen (salt));
  flow->op.keep_until = 0;
  return tern_cache_walk_operate (flow, state, TERN_OP_CACHE_SET, tern_cache_salt_key (),
                                  AT_SALTED);
}

static gboolean
wants_guard (const TernFlow *flow, const TernCacheWalk *state)
{
  const char *const *methods = (const char *const *)flow->settings->optimistic_methods;

  return !flow->settings->ignore_etag && g_strv_contains (methods, flow->call.method)
         && !tern_cache_has_conditions (state->fields);
}

/* The fields by which answers are chosen: also that one which is written where the request is sent,
 * as Vary may name it. */
static TernHeaders *
collect_fields (const TernFlow *flow)
{
  TernHeaders *fields = tern_call_merge (&flow->call);
  const char *user_agent = flow->settings->user_agent;

  if (user_agent && !tern_headers_find (fields, "User-Agent", 10))
    tern_headers_append_unchecked (fields, "User-Agent", 10, user_agent, strlen (user_agent));
  return fields;
}

static TernGo
begin (TernFlow *flow, TernCacheWalk *state)
{
  TernCacheRequest request;

  state->fields = collect_fields (flow);
  state->key = tern_cache_key (flow->call.uri, flow->call.request->partition);
  state->guards = wants_guard (flow, state);
  request = tern_cache_walk_view (flow, state);
  if (!state->guards && !tern_cache_wants_lookup (&request))
    return decide (flow, state);
  if (!tern_cache_vary_has_secrets (state->fields)
      || tern_cache_salt_get (flow->settings->cache_store))
    return look_up (flow, state);
  return tern_cache_walk_operate (flow, state, TERN_OP_CACHE_GET, tern_cache_salt_key (), AT_SALT);
}

/* Nothing is stored, so what may only come from the cache does not come. */
static TernGo
go_without_store (TernFlow *flow)
{
  static const TernCacheDecision refused = { .verdict = TERN_CACHE_FAIL_504 };
  TernCacheControl wanted;

  if (!tern_headers_has (flow->call.headers, "Cache-Control"))
    return TERN_GO_ON;
  tern_cache_control_read (&wanted, flow->call.headers);
  if (!wanted.only_if_cached)
    return TERN_GO_ON;
  return answer_timeout (flow, &refused);
}

TernGo
tern_cache_walk_down (TernFlow *flow, gpointer data)
{
  TernCacheWalk **walk = &((TernCacheState *)data)->walk;
  TernCacheWalk *state;

  if (!flow->settings->cache_store)
    return go_without_store (flow);
  if (!*walk)
    {
      *walk = g_new (TernCacheWalk, 1);
      **walk = (TernCacheWalk){ AT_START }; /* calloc of the C library is slower */
    }
  state = *walk;
  switch (state->place)
    {
    case AT_SALT:
      return take_salt (flow, state);
    case AT_SALTED:
      return look_up (flow, state);
    case AT_META:
      return take_home (flow, state);
    case AT_SIBLING:
      {
        const TernCacheRequest request = tern_cache_walk_view (flow, state);

        tern_cache_found_take_sibling (&state->found, &request, &flow->op.parts);
        return decide (flow, state);
      }
    case AT_BODY:
      return answer_hit (flow, state);
    case AT_JOINING:
      return take_joined (flow, state);
    default:
      return begin (flow, state);
    }
}
