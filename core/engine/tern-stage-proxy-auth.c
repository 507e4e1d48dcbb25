/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the proxy of each hop, goes to the next one of a list when one is dead, and logs in where
 * a proxy asks for it. The word of a proxy is never taken for the origin's, and what is meant for
 * a proxy never goes anywhere else: a 407 that is not the proxy's draws nothing. */
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-log.h"
#include "engine/tern-login.h"
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
  TernLogin login;
  GPtrArray *routes; /* that may be tried; NULL is direct */
  guint at;          /* which of them is tried */
  gboolean draining;
  TernUri *uri;           /* the proxy's; NULL where nobody can log in */
  GPtrArray *credentials; /* the proxy's own, as of origins */
  char *partition;
  TernHeaders *fields; /* that go with CONNECT */
} State;

G_STATIC_ASSERT (sizeof (State) <= sizeof (TernStageState));

static const TernLoginKind kind = { 407, "Proxy-Authenticate", "Proxy-Authorization", TRUE };

static void
leave_proxy (State *state)
{
  tern_login_clear (&state->login);
  state->login = (TernLogin){ 0 };
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

/* The place where a login holds is the proxy, under the credentials that were given for it. */
static void
prepare_login (TernFlow *flow, State *state)
{
  const TernRoute *route = flow->env.route;
  const char *partition = flow->call.request->partition;

  if (!route->credentials || !(state->uri = tern_uri_parse (route->name, NULL)))
    return;
  state->credentials = tern_domain_credentials_list_copy (NULL);
  g_ptr_array_add (state->credentials, tern_domain_credentials_new (route->credentials, NULL));
  state->partition = g_strconcat (route->key, partition ? "\n" : NULL, partition, NULL);
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
    .method = get_way (flow) == WAY_TUNNEL ? "CONNECT" : flow->call.method,
    .target = target,
    .headers = flow->call.headers,
  };
}

/* Takes @fields, NULL for none. */
static void
send_fields (TernFlow *flow, State *state, TernHeaders *fields)
{
  tern_call_clear_edits (&flow->call, TERN_STAGE_PROXY_AUTH);
  g_clear_pointer (&state->fields, tern_headers_unref);
  state->fields = fields;
  flow->env.tunnel_fields = get_way (flow) == WAY_TUNNEL ? fields : NULL;
  if (fields && get_way (flow) == WAY_ABSOLUTE)
    tern_call_edit_all (&flow->call, TERN_STAGE_PROXY_AUTH, fields);
}

/* What the program itself says to the proxy wins: of the proxy's fields, or of the request's. */
static gboolean
take_own (TernFlow *flow, State *state)
{
  const TernRoute *route = flow->env.route;
  const char *own = tern_headers_get (flow->call.headers, kind.answer);
  TernHeaders *fields;

  if (!own)
    return route->headers && tern_headers_has (route->headers, kind.answer);
  if (get_way (flow) == WAY_ABSOLUTE)
    return TRUE; /* it goes where the request goes */
  fields = tern_headers_new ();
  tern_headers_append (fields, kind.answer, own);
  send_fields (flow, state, fields);
  return TRUE;
}

/* From here on the request goes through the route that is up. */
static void
take_route (TernFlow *flow, State *state)
{
  TernRoute *route = state->routes->pdata[state->at];

  flow->env.route = route;
  flow->env.tunnel_fields = NULL;
  tern_call_clear_edits (&flow->call, TERN_STAGE_PROXY_AUTH);
  leave_proxy (state);
  tern_log (TERN_LOG_NET, "%s: proxy %s", flow->call.uri->authority, route ? route->name : "none");
  if (get_way (flow) == WAY_OTHER || take_own (flow, state))
    return;
  prepare_login (flow, state);
  if (state->uri)
    {
      g_autofree char *target = make_target (flow);
      const TernLoginPlace place = find_place (flow, state, target);

      send_fields (flow, state, tern_login_begin (&state->login, &kind, &place));
    }
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

  if (flow->op.kind == TERN_OP_PROXY_FIND)
    {
      error = g_steal_pointer (&flow->op.error);
      state->routes = g_steal_pointer (&flow->op.routes);
    }
  else
    {
      flow->env.route = NULL;
      flow->env.tunnel_fields = NULL;
      answer = find_routes (flow, state, &error);
    }
  if (error)
    return fail_to_find (flow, error);
  if (answer == TERN_PROXY_ASK)
    {
      flow->op.kind = TERN_OP_PROXY_FIND;
      return TERN_GO_OPERATE;
    }
  if (state->routes)
    take_route (flow, state);
  return TERN_GO_ON;
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

/* The fields of the next round; NULL where there is none. */
static TernHeaders *
answer_refusal (TernFlow *flow, State *state)
{
  g_autofree char *target = NULL;
  TernLoginPlace place;
  TernHeaders *fields;

  if (!state->uri)
    return NULL;
  target = make_target (flow);
  place = find_place (flow, state, target);
  fields = tern_login_answer (&state->login, &kind, &place, flow->result.response);
  tern_login_tell (&state->login, &kind, fields, flow->hooks.log, flow->hooks.data);
  return fields;
}

/* The body of such a refusal was read with its head, and the request was not touched. */
static TernGo
answer_tunnel (TernFlow *flow, State *state)
{
  TernHeaders *fields = NULL;

  if (flow->result.response->status == kind.status)
    fields = answer_refusal (flow, state);
  if (!fields)
    {
      fail_tunnel (flow);
      return TERN_GO_ON;
    }
  send_fields (flow, state, fields);
  return TERN_GO_AGAIN;
}

static TernGo
answer_absolute (TernFlow *flow, State *state)
{
  g_autoptr (TernHeaders) fields = answer_refusal (flow, state);

  if (!fields || !tern_flow_rewind (flow))
    return TERN_GO_ON;
  send_fields (flow, state, g_steal_pointer (&fields));
  state->draining = TRUE;
  flow->op.kind = TERN_OP_DRAIN;
  return TERN_GO_OPERATE;
}

static TernGo
proxy_auth_up (TernFlow *flow, gpointer data)
{
  State *state = data;
  const TernExchangeFacts *facts = &flow->op.facts;

  if (!flow->env.route)
    return TERN_GO_ON;
  if (state->draining)
    {
      state->draining = FALSE;
      return TERN_GO_AGAIN;
    }
  if (state->at + 1 < state->routes->len && is_dead (flow))
    {
      state->at++;
      take_route (flow, state);
      return TERN_GO_AGAIN;
    }
  if (!flow->result.response)
    return TERN_GO_ON;
  if (facts->refused_tunnel)
    return answer_tunnel (flow, state);
  if (facts->via_proxy && flow->result.response->status == kind.status)
    return answer_absolute (flow, state);
  if (state->uri)
    {
      const TernLoginPlace place = find_place (flow, state, NULL);

      tern_login_remember (&state->login, &place);
    }
  return TERN_GO_ON;
}

const TernStage tern_stage_proxy_auth = {
  .name = "proxy-auth", .down = proxy_auth_down, .up = proxy_auth_up, .clear = proxy_auth_clear
};
