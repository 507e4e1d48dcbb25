/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Follows redirects: one policy decides where to and with what, this stage counts, drains, and
 * keeps the chain. On top of the table, so that each hop runs through every other stage (RFC 9110
 * §15.4). */
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "engine/tern-stage.h"
#include "message/tern-response-private.h"
#include "policy/tern-redirect.h"

typedef struct
{
  int hops;
  TernResponse *previous; /* the last response that led here */
  TernRedirect next;      /* decided; the old body is being drained */
  gboolean decided;
} State;

G_STATIC_ASSERT (sizeof (State) <= sizeof (TernStageState));

static void
redirect_clear (gpointer data)
{
  State *state = data;

  g_clear_object (&state->previous);
  if (state->decided)
    tern_redirect_clear (&state->next);
}

static TernRedirectRules
get_rules (const TernSettings *settings)
{
  return (TernRedirectRules){
    .follow = settings->follow_redirects,
    .follow_all = settings->follow_all_redirects,
    .forward_authorization = settings->forward_authorization,
    .codes = (const int *)settings->redirect_codes->data,
    .n_codes = settings->redirect_codes->len,
    .safe_methods = (const char *const *)settings->safe_methods,
  };
}

static int
get_limit (const TernFlow *flow)
{
  const int own = flow->call.request->max_redirects;

  return own >= 0 ? own : (int)MIN (flow->settings->max_redirects, G_MAXINT);
}

static void
announce (TernFlow *flow, State *state)
{
  TernResponse *response = flow->result.response;
  g_autofree char *next = NULL;

  if (!flow->hooks.redirected && !flow->hooks.log)
    return;
  next = tern_uri_to_string (state->next.uri, TRUE);
  if (flow->hooks.redirected)
    flow->hooks.redirected (flow->hooks.data, response, next);
  if (flow->hooks.log)
    tern_debug_tell (flow->hooks.log, flow->hooks.data, TERN_LOG_EVENT_REDIRECT, "%u to %s %s",
                     response->status, state->next.method, next);
}

/* The body was drained: turns the call into the next hop's. */
static TernGo
go_there (TernFlow *flow, State *state)
{
  const TernRedirectRules rules = get_rules (flow->settings);
  TernCall *call = &flow->call;

  g_set_object (&state->previous, flow->result.response);
  announce (flow, state);
  tern_redirect_edit_fields (&state->next, &rules, call->headers);
  call->method = state->next.method;
  if (state->next.drop_body)
    tern_call_drop_body (call);
  call->led_astray |= state->next.cross_origin;
  call->led_down |= state->next.downgrade;
  tern_call_set_uri (call, state->next.uri);
  tern_redirect_clear (&state->next);
  state->decided = FALSE;
  state->hops++;
  return TERN_GO_AGAIN;
}

/* What the response asks for; everything that can stop it is looked at before anything is changed.
 */
static TernGo
decide (TernFlow *flow, State *state)
{
  const TernRedirectRules rules = get_rules (flow->settings);
  TernResponse *response = flow->result.response;
  GError *error = NULL;
  TernRedirectVerdict verdict;

  verdict = tern_redirect_decide (&rules, flow->call.method, flow->call.uri, response->status,
                                  response->headers, &state->next, &error);
  if (verdict == TERN_REDIRECT_NONE)
    return TERN_GO_ON;
  state->decided = verdict == TERN_REDIRECT_FOLLOW;
  if (state->decided && state->hops >= get_limit (flow))
    g_set_error (&error, TERN_ERROR, TERN_ERROR_REDIRECT_LIMIT,
                 _ ("Redirected more often than the limit of %d allows (%s)"), get_limit (flow),
                 flow->call.uri->host);
  if (error)
    {
      tern_result_fail (&flow->result, error);
      return TERN_GO_ON;
    }
  if (!state->next.drop_body && !tern_flow_rewind (flow))
    return TERN_GO_ON;
  flow->op.kind = TERN_OP_DRAIN;
  return TERN_GO_OPERATE;
}

/* A failure has the way that led to it as well, with a response or without. */
static void
tell_way (TernFailure *failure, State *state)
{
  if (failure)
    g_set_object (failure->response ? &failure->response->previous : &failure->previous,
                  state->previous);
}

static TernGo
redirect_up (TernFlow *flow, gpointer data)
{
  State *state = data;
  TernResponse *response = flow->result.response;

  if (flow->op.kind == TERN_OP_DRAIN)
    return go_there (flow, state);
  if (!response)
    {
      tell_way (flow->result.failure, state);
      return TERN_GO_ON;
    }
  g_set_object (&response->previous, state->previous);
  return decide (flow, state);
}

const TernStage tern_stage_redirect
    = { .name = "redirect", .up = redirect_up, .clear = redirect_clear };
