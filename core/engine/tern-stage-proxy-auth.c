/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the proxy of each hop, goes to the next one of a list when one is dead, and logs in where
 * a proxy asks for it. The word of a proxy is never taken for the origin's, and what is meant for
 * a proxy never goes anywhere else: a 407 that is not the proxy's draws nothing. */
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-log.h"
#include "engine/tern-login-rounds.h"
#include "engine/tern-stage.h"
#include "exchange/tern-tunnel.h"
#include "message/tern-response-private.h"

/* How a request reaches a proxy decides where its fields go. */
typedef enum
{
  WAY_OTHER,    /* no proxy, or SOCKS, which knows no fields */
  WAY_ABSOLUTE, /* the request itself goes to the proxy */
  WAY_TUNNEL,   /* CONNECT goes to the proxy, the request to the origin */
} Way;

typedef struct
{
  TernLoginRounds rounds;
  GPtrArray *routes;      /* that may be tried; NULL is direct */
  guint at;               /* which of them is tried */
  TernUri *uri;           /* the proxy's; NULL where nobody can log in */
  GPtrArray *credentials; /* the proxy's own, as of origins */
  char *partition;
  TernHeaders *fields; /* the program's own that go with CONNECT */
} State;

G_STATIC_ASSERT (sizeof (State) <= sizeof (TernStageState));

static const TernLoginKind kind
    = { 407, "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Authentication-Info", TRUE };

static void
leave_proxy (State *state)
{
  tern_login_rounds_clear (&state->rounds);
  state->rounds = (TernLoginRounds){ 0 };
  g_clear_pointer (&state->uri, tern_uri_unref);
  g_clear_pointer (&state->credentials, g_ptr_array_unref);
  g_clear_pointer (&state->partition, g_free);
  g_clear_pointer (&state->fields, tern_headers_unref);
}

static void
proxy_auth_clear (gpointer data)
{
  State *state = data;

  leave_proxy (state);
  g_clear_pointer (&state->routes, g_ptr_array_unref);
}

static Way
get_way (const TernFlow *flow)
{
  const TernRoute *route = flow->env.route;

  if (!route || (route->type != TERN_PROXY_HTTP && route->type != TERN_PROXY_HTTPS))
    return WAY_OTHER;
  return flow->call.uri->secure ? WAY_TUNNEL : WAY_ABSOLUTE;
}

/* As it stands in the request that goes to the proxy; about a server as a whole there is no path
 * (RFC 9112 §3.2.4). */
static char *
make_target (const TernFlow *flow)
{
  const TernUri *uri = flow->call.uri;

  if (get_way (flow) == WAY_TUNNEL)
    return tern_tunnel_make_target (uri->host, uri->port);
  return g_strconcat ("http://", uri->authority, strcmp (uri->target, "*") == 0 ? "" : uri->target,
                      NULL);
}

static TernLoginPlace
find_place (TernFlow *flow, State *state, const char *target)
{
  return (TernLoginPlace){
    .memory = flow->settings->proxy_memory,
    .credentials = state->credentials,
    .uri = state->uri,
    .partition = state->partition,
    .preemptive = flow->settings->preemptive_auth,
    .allow_downgrade = flow->settings->allow_auth_downgrade,
    .can_ask = flow->hooks.authenticate != NULL,
    .is_late = get_way (flow) == WAY_TUNNEL,
    .method = get_way (flow) == WAY_TUNNEL ? "CONNECT" : flow->call.method,
    .target = target,
    .headers = flow->call.headers,
    .body = get_way (flow) == WAY_TUNNEL ? NULL : &flow->call.body,
  };
}

/* Of an absolute request; what goes with CONNECT is asked for when that is put together. */
static void
take_fields (TernFlow *flow, State *state)
{
  g_autoptr (TernHeaders) fields = g_steal_pointer (&state->rounds.fields);

  if (!fields || get_way (flow) == WAY_TUNNEL)
    return;
  tern_call_clear_edits (&flow->call, TERN_STAGE_PROXY_AUTH);
  tern_call_edit_all (&flow->call, TERN_STAGE_PROXY_AUTH, fields);
}

/* CONNECT may name the origin by its address, and each has a count of its own. */
static TernHeaders *
answer_tunnel (gpointer data, const char *target)
{
  TernFlow *flow = data;
  State *state = (State *)&flow->states[TERN_STAGE_PROXY_AUTH];
  const TernLoginPlace place = find_place (flow, state, target);

  return tern_login_say (&state->rounds.login, &kind, &place);
}

/* The place where a login holds is the proxy, under the credentials that were given for it; without
 * any, the person may have some. */
static void
prepare_login (TernFlow *flow, State *state)
{
  const TernRoute *route = flow->env.route;
  const char *partition = flow->call.request->partition;

  if (!route->credentials && !flow->hooks.authenticate)
    return;
  state->uri = tern_uri_parse (route->name, NULL);
  state->credentials = tern_domain_credentials_list_copy (NULL);
  if (route->credentials)
    g_ptr_array_add (state->credentials, tern_domain_credentials_new (route->credentials, NULL));
  state->partition = g_strconcat (route->key, partition ? "\n" : NULL, partition, NULL);
  flow->env.tunnel_data = flow;
  flow->env.tunnel_answer = get_way (flow) == WAY_TUNNEL ? answer_tunnel : NULL;
}

static void
forget_fields (TernFlow *flow)
{
  flow->env.tunnel_fields = NULL;
  flow->env.tunnel_answer = NULL;
  tern_call_clear_edits (&flow->call, TERN_STAGE_PROXY_AUTH);
}

/* What the program itself says to the proxy wins: of the proxy's fields, or of the request's. */
static gboolean
take_own (TernFlow *flow, State *state)
{
  const TernRoute *route = flow->env.route;
  const char *own = tern_headers_get (flow->call.headers, kind.answer);

  if (!own)
    return route->headers && tern_headers_has (route->headers, kind.answer);
  if (get_way (flow) == WAY_ABSOLUTE)
    return TRUE; /* it goes where the request goes */
  state->fields = tern_headers_new ();
  tern_headers_append (state->fields, kind.answer, own);
  flow->env.tunnel_fields = state->fields;
  return TRUE;
}

/* From here on the request goes through the route that is up. */
static void
take_route (TernFlow *flow, State *state)
{
  TernRoute *route = state->routes->pdata[state->at];

  flow->env.route = route;
  forget_fields (flow);
  leave_proxy (state);
  tern_log (TERN_LOG_NET, "%s: proxy %s", flow->call.uri->authority, route ? route->name : "none");
  if (get_way (flow) == WAY_OTHER || take_own (flow, state))
    return;
  prepare_login (flow, state);
}

/* What is said before the proxy asks. */
static TernGo
begin_login (TernFlow *flow, State *state)
{
  g_autofree char *target = NULL;
  TernLoginPlace place;
  TernGo go;

  if (!state->uri)
    return TERN_GO_ON;
  target = make_target (flow);
  place = find_place (flow, state, target);
  go = tern_login_rounds_begin (&state->rounds, flow, &kind, &place);
  take_fields (flow, state);
  return go;
}

/* A connector reaches an origin in its own way; through it only a proxy that was set is asked. */
static TernProxyAnswer
find_routes (TernFlow *flow, State *state, GError **error)
{
  TernProxyFinder *finder = flow->settings->proxy_finder;

  if (flow->env.connector && !tern_proxy_finder_get_proxy (finder))
    return TERN_PROXY_KNOWN;
  return tern_proxy_finder_try (finder, flow->call.uri, &state->routes, error);
}

static TernGo
fail_to_find (TernFlow *flow, GError *error)
{
  tern_result_fail (&flow->result, error);
  flow->result.failure->phase = flow->phase = TERN_PHASE_RESOLVE;
  return TERN_GO_ANSWER;
}

static TernGo
proxy_auth_down (TernFlow *flow, gpointer data)
{
  State *state = data;
  GError *error = NULL;
  TernProxyAnswer answer = TERN_PROXY_KNOWN;

  if (tern_login_rounds_is_busy (&state->rounds))
    return begin_login (flow, state);
  if (flow->op.kind == TERN_OP_PROXY_FIND)
    {
      error = g_steal_pointer (&flow->op.error);
      state->routes = g_steal_pointer (&flow->op.routes);
    }
  else
    {
      flow->env.route = NULL;
      forget_fields (flow);
      answer = find_routes (flow, state, &error);
    }
  if (error)
    return fail_to_find (flow, error);
  if (answer == TERN_PROXY_ASK)
    {
      flow->op.kind = TERN_OP_PROXY_FIND;
      return TERN_GO_OPERATE;
    }
  if (!state->routes)
    return TERN_GO_ON;
  take_route (flow, state);
  return begin_login (flow, state);
}

/* Whether the proxy was not reached at all: then the next of the list is asked. Nothing was sent,
 * so nothing is sent twice. */
static gboolean
is_dead (const TernFlow *flow)
{
  const TernExchangeFacts *facts = &flow->op.facts;
  const GError *error = flow->result.error;

  if (!error || facts->request_sent
      || (facts->phase != TERN_PHASE_RESOLVE && facts->phase != TERN_PHASE_CONNECT))
    return FALSE;
  return error->domain == G_IO_ERROR
         || g_error_matches (error, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE);
}

/* What a proxy says to CONNECT is not the origin's answer (RFC 9110 §9.3.6): it is kept for who
 * wants to know why. */
static void
fail_tunnel (TernFlow *flow)
{
  TernResponse *response = flow->result.response;
  g_autofree char *target = tern_tunnel_make_target (flow->call.uri->host, flow->call.uri->port);
  const char *reason = tern_response_get_reason (response);
  GError *error = NULL;

  tern_tunnel_set_refused (&error, flow->env.route->name, target, response->status,
                           reason ? reason : "");
  tern_result_fail (&flow->result, error);
  flow->result.failure->phase = flow->phase = TERN_PHASE_CONNECT;
}

/* The next round, where there is one. The body of a refused CONNECT was read with its head, and
 * the request was not touched. */
static TernGo
answer (TernFlow *flow, State *state)
{
  const gboolean is_tunnel = get_way (flow) == WAY_TUNNEL;
  TernGo go = TERN_GO_ON;

  if (state->uri && flow->result.response->status == kind.status)
    {
      g_autofree char *target = make_target (flow);
      const TernLoginPlace place = find_place (flow, state, target);

      go = tern_login_rounds_answer (&state->rounds, flow, &kind, &place);
      take_fields (flow, state);
    }
  if (go == TERN_GO_ON && is_tunnel && flow->result.response)
    fail_tunnel (flow);
  return go;
}

/* The next proxy of the list. It may be told what opened it before, but nothing that takes time:
 * then it will ask. */
static TernGo
try_next (TernFlow *flow, State *state)
{
  state->at++;
  take_route (flow, state);
  if (begin_login (flow, state) == TERN_GO_OPERATE)
    {
      leave_proxy (state);
      prepare_login (flow, state);
    }
  return TERN_GO_AGAIN;
}

static TernGo
proxy_auth_up (TernFlow *flow, gpointer data)
{
  State *state = data;
  const TernExchangeFacts *facts = &flow->op.facts;

  if (!flow->env.route)
    return TERN_GO_ON;
  if (state->at + 1 < state->routes->len && is_dead (flow))
    return try_next (flow, state);
  if (!flow->result.response)
    return TERN_GO_ON;
  if (tern_login_rounds_is_busy (&state->rounds) || facts->refused_tunnel
      || (facts->via_proxy && flow->result.response->status == kind.status))
    return answer (flow, state);
  if (state->uri)
    {
      g_autofree char *target = make_target (flow);
      const TernLoginPlace place = find_place (flow, state, target);

      tern_login_remember (&state->rounds.login, &kind, &place,
                           facts->via_proxy ? flow->result.response : NULL);
    }
  return TERN_GO_ON;
}

const TernStage tern_stage_proxy_auth = {
  .name = "proxy-auth", .down = proxy_auth_down, .up = proxy_auth_up, .clear = proxy_auth_clear
};
