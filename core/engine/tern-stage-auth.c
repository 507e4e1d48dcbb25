/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers authentication challenges (RFC 9110 §11): strongest scheme first, one set of credentials
 * after the other, in a bounded number of rounds. Nothing is sent that was not asked for, unless it
 * opened the same space before; what the program put into Authorization itself always wins. */

#include <string.h>

#include "engine/tern-auth-candidates.h"
#include "engine/tern-stage.h"
#include "message/tern-response-private.h"
#include "policy/tern-challenge.h"

/* Rounds per request, whatever the server says: stale answers included (RFC 7616 §3.3). */
#define MAX_ROUNDS 10
#define MAX_STALE 2

typedef struct
{
  TernAuthAnswer answer;  /* what was sent with the last round */
  TernAuthScheme *opened; /* the one that had opened the space before; NULL for a new answer */
  gboolean own;           /* the program's own Authorization: hands off */
  gboolean draining;
  guint rounds;
  guint stale;
  guint next_credentials; /* which set is tried next */
} State;

G_STATIC_ASSERT (sizeof (State) <= sizeof (TernStageState));

static void
auth_clear (gpointer data)
{
  State *state = data;

  tern_auth_answer_clear (&state->answer);
  g_clear_object (&state->opened);
}

/* Puts the scheme's fields on the call; FALSE where the scheme will not. */
static gboolean
respond (TernFlow *flow, State *state)
{
  g_autoptr (TernHeaders) fields
      = tern_auth_candidate_respond (&state->answer, &flow->call, flow->call.uri);

  if (!fields)
    {
      tern_call_clear_edits (&flow->call, TERN_STAGE_AUTH);
      tern_auth_answer_clear (&state->answer);
      return FALSE;
    }
  tern_call_edit_all (&flow->call, TERN_STAGE_AUTH, fields);
  return TRUE;
}

/* What has opened this space before, unless the URI names somebody else. */
static void
recall (TernFlow *flow, State *state)
{
  if (!tern_auth_memory_find (flow->settings->auth_memory, flow->call.uri,
                              flow->call.request->partition, &state->answer))
    return;
  if (tern_auth_candidate_suits (&state->answer, flow->call.uri))
    state->opened = g_object_ref (state->answer.scheme);
  else
    tern_auth_answer_clear (&state->answer);
}

static TernGo
auth_down (TernFlow *flow, gpointer data)
{
  State *state = data;

  state->own = tern_headers_has (flow->call.headers, "Authorization");
  if (state->own)
    return TERN_GO_ON;
  recall (flow, state);
  if (!state->opened && flow->settings->preemptive_auth)
    tern_auth_candidate_preempt (flow->settings->credentials, flow->call.uri, flow->call.led_astray,
                                 &state->answer);
  if (state->answer.scheme)
    respond (flow, state);
  return TERN_GO_ON;
}

static TernAuthVerdict
judge (State *state, GPtrArray *challenges)
{
  TernAuthVerdict verdict = TERN_AUTH_WRONG;

  if (state->answer.scheme)
    verdict = tern_auth_candidate_judge (&state->answer, challenges);
  if (verdict == TERN_AUTH_STALE && ++state->stale > MAX_STALE)
    verdict = TERN_AUTH_WRONG;
  return verdict;
}

/* Puts the next answer to try for this 401 on the call; FALSE when there is none left. */
static gboolean
choose (TernFlow *flow, State *state)
{
  g_autoptr (GPtrArray) challenges
      = tern_challenges_from_headers (flow->result.response->headers, "WWW-Authenticate", FALSE);
  const TernAuthVerdict verdict = judge (state, challenges);
  TernAuthAnswer refused;
  gboolean found = FALSE;

  if (verdict != TERN_AUTH_WRONG && tern_auth_candidate_renew (&state->answer, challenges)
      && respond (flow, state))
    return TRUE;
  if (state->opened)
    tern_auth_memory_forget (flow->settings->auth_memory, flow->call.uri, state->opened);
  g_clear_object (&state->opened);
  refused = state->answer;
  state->answer = (TernAuthAnswer){ NULL, NULL };
  /* Some credentials cannot be put into some schemes: those are not worth a request. */
  while (!found
         && tern_auth_candidate_next (flow->settings->credentials, flow->call.uri, challenges,
                                      &refused, &state->next_credentials, &state->answer))
    found = respond (flow, state);
  tern_auth_answer_clear (&refused);
  return found;
}

/* What the server has let pass is remembered; the cache's word for it does not count. */
static void
remember (TernFlow *flow, State *state)
{
  TernAuthMemory *memory = flow->settings->auth_memory;

  if (!state->answer.scheme || flow->result.response->from_cache)
    return;
  if (!state->opened)
    tern_auth_memory_add (memory, flow->call.uri, flow->call.request->partition,
                          tern_auth_candidate_is_own (&state->answer, flow->call.uri),
                          &state->answer);
  else if (state->opened != state->answer.scheme)
    tern_auth_memory_renew (memory, flow->call.uri, state->opened, &state->answer);
}

/* With which scheme it is tried next; the answer itself is never shown. */
static void
announce (TernFlow *flow, State *state, gboolean is_answered)
{
  const char *answer = is_answered ? tern_call_get (&flow->call, "Authorization") : NULL;
  const char *space = answer ? strchr (answer, ' ') : NULL;

  if (!flow->hooks.log)
    return;
  if (is_answered)
    tern_debug_tell (flow->hooks.log, flow->hooks.data, TERN_LOG_EVENT_AUTH,
                     "round %u, answered with %.*s", state->rounds,
                     space ? (int)(space - answer) : 3, space ? answer : "***");
  else
    tern_debug_tell (flow->hooks.log, flow->hooks.data, TERN_LOG_EVENT_AUTH,
                     "round %u, nothing left to answer with", state->rounds);
}

static TernGo
auth_up (TernFlow *flow, gpointer data)
{
  State *state = data;
  TernResponse *response = flow->result.response;

  if (state->draining)
    {
      state->draining = FALSE;
      return TERN_GO_AGAIN;
    }
  if (!response || state->own)
    return TERN_GO_ON;
  if (response->status != 401)
    {
      remember (flow, state);
      return TERN_GO_ON;
    }
  if (++state->rounds > MAX_ROUNDS || !choose (flow, state))
    {
      announce (flow, state, FALSE);
      return TERN_GO_ON;
    }
  if (!tern_flow_rewind (flow))
    return TERN_GO_ON;
  announce (flow, state, TRUE);
  state->draining = TRUE;
  flow->op.kind = TERN_OP_DRAIN;
  return TERN_GO_OPERATE;
}

const TernStage tern_stage_auth
    = { .name = "auth", .down = auth_down, .up = auth_up, .clear = auth_clear };
