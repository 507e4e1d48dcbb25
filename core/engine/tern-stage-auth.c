/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers the challenges of origins: logs in where a 401 asks for it. What the program put into
 * Authorization itself always wins. The same for proxies is tern-stage-proxy-auth.c. */
#include "engine/tern-login-rounds.h"
#include "engine/tern-stage.h"
#include "message/tern-response-private.h"

typedef struct
{
  TernLoginRounds rounds;
  gboolean own; /* the program's own Authorization: hands off */
} State;

G_STATIC_ASSERT (sizeof (State) <= sizeof (TernStageState));

static const TernLoginKind kind
    = { 401, "WWW-Authenticate", "Authorization", "Authentication-Info", FALSE };

static void
auth_clear (gpointer data)
{
  State *state = data;

  tern_login_rounds_clear (&state->rounds);
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
    .allow_downgrade = flow->settings->allow_auth_downgrade,
    .can_ask = flow->hooks.authenticate != NULL,
    .led_astray = flow->call.led_astray,
    .led_down = flow->call.led_down,
    .method = flow->call.method,
    .target = flow->call.uri->target,
    .headers = flow->call.headers,
    .body = &flow->call.body,
  };
}

static void
take_fields (TernFlow *flow, State *state)
{
  g_autoptr (TernHeaders) fields = g_steal_pointer (&state->rounds.fields);

  if (fields)
    tern_call_edit_all (&flow->call, TERN_STAGE_AUTH, fields);
}

static TernGo
auth_down (TernFlow *flow, gpointer data)
{
  State *state = data;
  const TernLoginPlace place = find_place (flow);
  TernGo go;

  state->own = tern_headers_has (flow->call.headers, kind.answer);
  if (state->own)
    return TERN_GO_ON;
  go = tern_login_rounds_begin (&state->rounds, flow, &kind, &place);
  take_fields (flow, state);
  return go;
}

/* Once more with the next answer, where there is one. */
static TernGo
answer (TernFlow *flow, State *state, const TernLoginPlace *place)
{
  TernGo go;

  if (!tern_login_rounds_is_busy (&state->rounds))
    tern_call_clear_edits (&flow->call, TERN_STAGE_AUTH);
  go = tern_login_rounds_answer (&state->rounds, flow, &kind, place);
  take_fields (flow, state);
  return go;
}

static TernGo
auth_up (TernFlow *flow, gpointer data)
{
  State *state = data;
  TernResponse *response = flow->result.response;
  const TernLoginPlace place = find_place (flow);

  if (!response || state->own)
    return TERN_GO_ON;
  if (tern_login_rounds_is_busy (&state->rounds) || response->status == kind.status)
    return answer (flow, state, &place);
  /* The cache's word for it does not count. */
  if (!response->from_cache)
    tern_login_remember (&state->rounds.login, &kind, &place, response);
  return TERN_GO_ON;
}

const TernStage tern_stage_auth
    = { .name = "auth", .down = auth_down, .up = auth_up, .clear = auth_clear };
