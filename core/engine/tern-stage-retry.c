/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tries again what cannot have had an effect: a kept connection that died before a byte of the
 * answer, a connection that never came to be, an expectation that was refused. It never sends a
 * request twice that the server may have read, unless its method allows it (RFC 9110 §9.2.2). */
#include <string.h>
#include <tern/tern-error.h>

#include "engine/tern-stage.h"
#include "message/tern-response-private.h"

typedef struct
{
  guint tries; /* that failed */
} State;

G_STATIC_ASSERT (sizeof (State) <= sizeof (TernStageState));

/* How the exchange beneath is to be made stays in the operation until this stage says otherwise. */
static TernGo
retry_down (TernFlow *flow, gpointer data)
{
  flow->op.fresh = FALSE;
  flow->op.allow_expect = TRUE;
  return TERN_GO_ON;
}

static gboolean
is_idempotent (const char *method)
{
  static const char *const methods[] = { "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE" };

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (method, methods[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Whether another connection may do better: not when the time is up, or somebody cancelled. */
static gboolean
may_try_again (const TernFlow *flow)
{
  const TernExchangeFacts *facts = &flow->op.facts;
  const GError *error = flow->result.error;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;
  if (facts->local)
    return FALSE;
  /* A proxy that was reached and has said no, or that is not the one it should be, is so the next
   * time too. */
  if (facts->phase == TERN_PHASE_CONNECT && !facts->request_sent)
    return error->domain != TERN_ERROR;
  if (!facts->reused || facts->answer_started)
    return FALSE;
  return !facts->request_sent || is_idempotent (flow->call.method);
}

static void
announce (TernFlow *flow, const char *why)
{
  if (flow->hooks.log)
    tern_debug_tell (flow->hooks.log, flow->hooks.data, TERN_LOG_EVENT_RETRY, "%s", why);
}

static TernGo
retry_up (TernFlow *flow, gpointer data)
{
  State *state = data;
  const TernResult *result = &flow->result;

  flow->sent = flow->sent || flow->op.facts.request_sent;
  if (flow->op.facts.refused_tunnel)
    return TERN_GO_ON; /* it is not the origin that speaks */
  if (result->response && result->response->status == 417 && flow->op.facts.expected)
    {
      /* RFC 9110 §10.1.1: a refused expectation, the body was not sent: once more without it. */
      if (!tern_flow_rewind (flow))
        return TERN_GO_ON;
      announce (flow, "the expectation was refused");
      flow->op.allow_expect = FALSE;
      return TERN_GO_AGAIN;
    }
  if (!result->error || ++state->tries >= MAX (1, flow->settings->retries) || !may_try_again (flow))
    return TERN_GO_ON;
  if (flow->call.body_sent_once && !tern_body_source_can_rewind (&flow->call.body))
    return TERN_GO_ON;
  announce (flow, result->error->message);
  flow->op.fresh = flow->op.facts.reused;
  return TERN_GO_AGAIN;
}

const TernStage tern_stage_retry = { .name = "retry", .down = retry_down, .up = retry_up };
