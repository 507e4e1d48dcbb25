/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers the challenges of origins: logs in where a 401 asks for it. What the program put into
 * Authorization itself always wins. The same for proxies is tern-stage-proxy-auth.c. */
#include "engine/tern-login.h"
#include "engine/tern-stage.h"
#include "message/tern-response-private.h"

typedef struct
{
  TernLogin login;
  gboolean own; /* the program's own Authorization: hands off */
  gboolean draining;
} State;

G_STATIC_ASSERT (sizeof (State) <= sizeof (TernStageState));

static const TernLoginKind kind = { 401, "WWW-Authenticate", "Authorization", FALSE };

static void
auth_clear (gpointer data)
{
  State *state = data;

  tern_login_clear (&state->login);
}

static TernLoginPlace
find_place (TernFlow *flow)
{
  return (TernLoginPlace){
    .memory = flow->settings->auth_memory,
    .credentials = flow->settings->credentials,
    .uri = flow->call.uri,
    .partition = flow->call.request->partition,
    .preemptive = flow->settings->preemptive_auth,
    .led_astray = flow->call.led_astray,
    .method = flow->call.method,
    .target = flow->call.uri->target,
    .headers = flow->call.headers,
  };
}

static TernGo
auth_down (TernFlow *flow, gpointer data)
{
  State *state = data;
  const TernLoginPlace place = find_place (flow);
  g_autoptr (TernHeaders) fields = NULL;

  state->own = tern_headers_has (flow->call.headers, kind.answer);
  if (!state->own)
    fields = tern_login_begin (&state->login, &kind, &place);
  if (fields)
    tern_call_edit_all (&flow->call, TERN_STAGE_AUTH, fields);
  return TERN_GO_ON;
}

/* Once more with the next answer, where there is one. */
static TernGo
answer (TernFlow *flow, State *state, const TernLoginPlace *place)
{
  g_autoptr (TernHeaders) fields
      = tern_login_answer (&state->login, &kind, place, flow->result.response);

  tern_login_tell (&state->login, &kind, fields, flow->hooks.log, flow->hooks.data);
  tern_call_clear_edits (&flow->call, TERN_STAGE_AUTH);
  if (!fields || !tern_flow_rewind (flow))
    return TERN_GO_ON;
  tern_call_edit_all (&flow->call, TERN_STAGE_AUTH, fields);
  state->draining = TRUE;
  flow->op.kind = TERN_OP_DRAIN;
  return TERN_GO_OPERATE;
}

static TernGo
auth_up (TernFlow *flow, gpointer data)
{
  State *state = data;
  TernResponse *response = flow->result.response;
  const TernLoginPlace place = find_place (flow);

  if (state->draining)
    {
      state->draining = FALSE;
      return TERN_GO_AGAIN;
    }
  if (!response || state->own)
    return TERN_GO_ON;
  if (response->status == kind.status)
    return answer (flow, state, &place);
  /* The cache's word for it does not count. */
  if (!response->from_cache)
    tern_login_remember (&state->login, &place);
  return TERN_GO_ON;
}

const TernStage tern_stage_auth
    = { .name = "auth", .down = auth_down, .up = auth_up, .clear = auth_clear };
