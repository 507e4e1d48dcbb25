/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The walker: takes a request down the table of stages and its result up again. It alone moves
 * between stages, resets them and counts how often one said AGAIN; it decides nothing about HTTP.
 */
#include "engine/tern-walker.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "base/tern-log.h"
#include "engine/tern-operation.h"
#include "engine/tern-stage.h"
#include "message/tern-response-private.h"

/* A bound behind the stages' own bounds: no mix of redirects, logins and retries goes on for ever.
 */
#define MAX_AGAIN 100

G_STATIC_ASSERT (TERN_N_STAGES <= TERN_CALL_LAYERS);

static gint64
pick_seconds (double seconds, gint64 otherwise)
{
  if (!(seconds >= 0))
    return otherwise;
  return seconds > 0 ? MAX (1, (gint64) (MIN (seconds, 1e9) * G_TIME_SPAN_SECOND)) : 0;
}

static void
init_env (TernFlow *self, TernRequest *request)
{
  const TernSettings *settings = self->settings;
  const gint64 total = pick_seconds (request->total_timeout, settings->total_timeout);

  self->env = (TernExchangeEnv){
    .pool = settings->pool,
    .tls = settings->tls,
    .tls_serial = settings->tls_serial,
    .connector = settings->connector,
    .connector_serial = settings->connector_serial,
    .lookup = settings->lookup,
    .lookup_data = settings->lookup_data,
    .limits = { .max_line = 64 * 1024,
                .max_size = settings->max_header_size,
                .max_count = settings->max_header_count },
    .idle_timeout = pick_seconds (request->timeout, settings->timeout),
    .connect_timeout = settings->connect_timeout,
    .total_deadline = total > 0 ? self->started + total : TERN_NEVER,
    .user_agent = settings->user_agent,
    .partition = request->partition,
    .head = self->hooks.head,
    .informational = self->hooks.informational,
    .uploaded = self->hooks.uploaded,
    .log = self->hooks.log,
    .certificate_error = self->hooks.certificate_error,
    .data = self->hooks.data,
  };
}

/* One flow that is over, for the next request: it is large, and the C library tidies up for long
 * whenever such a piece is asked for. Where accesses are watched, what is freed is to stay so. */
static TernFlow *spare; /* atomic */

static TernFlow *
flow_alloc (void)
{
  TernFlow *self = g_atomic_pointer_exchange (&spare, NULL);

  if (!self)
    self = g_new (TernFlow, 1);
  memset (self, 0, sizeof *self);
  return self;
}

static void
flow_dispose (TernFlow *self)
{
#ifdef __SANITIZE_ADDRESS__
  g_free (self);
#else
  g_free (g_atomic_pointer_exchange (&spare, self));
#endif
}

TernFlow *
tern_flow_new (TernSettings *settings, TernRequest *request, const TernHooks *hooks)
{
  TernFlow *self = flow_alloc ();
  GError *error = NULL;

  self->settings = tern_settings_ref (settings);
  if (hooks)
    self->hooks = *hooks;
  self->started = g_get_monotonic_time ();
  self->perform = tern_operation_perform;
  init_env (self, request);
  if (!tern_call_init (&self->call, request, &error))
    {
      tern_result_fail (&self->result, error);
      self->over = TRUE;
    }
  if (tern_log_wants (TERN_LOG_FLOW) || self->hooks.log)
    self->trace = g_string_new (NULL);
  return self;
}

static void
reset_stage (TernFlow *self, guint i)
{
  if (tern_stages[i]->clear)
    tern_stages[i]->clear (&self->states[i]);
  self->states[i] = (TernStageState){ 0 };
  tern_call_clear_edits (&self->call, i);
}

void
tern_flow_free (TernFlow *self)
{
  for (guint i = 0; !self->over && i < TERN_N_STAGES; i++)
    if (tern_stages[i]->abandon)
      tern_stages[i]->abandon (self, &self->states[i]);
  tern_operation_clear (&self->op);
  for (guint i = 0; i < TERN_N_STAGES; i++)
    reset_stage (self, i);
  tern_result_clear (&self->result);
  tern_call_clear (&self->call);
  tern_settings_unref (self->settings);
  if (self->trace)
    g_string_free (self->trace, TRUE);
  flow_dispose (self);
}

static void
note (TernFlow *self, const char *sign, const char *what)
{
  if (self->trace)
    g_string_append_printf (self->trace, "%s%s %s", self->trace->len ? ", " : "", sign, what);
}

static void
turn_up (TernFlow *self)
{
  self->up = TRUE;
  if (self->at == self->top)
    self->over = TRUE;
  else
    self->at--;
}

/* What came last goes up as a failure, past the stages that have not seen it yet. */
static void
turn_up_for_good (TernFlow *self)
{
  if (!self->result.error)
    tern_result_fail (&self->result,
                      g_error_new (TERN_ERROR, TERN_ERROR_REDIRECT_LIMIT,
                                   _ ("%s was asked again and again without an end"),
                                   self->call.uri->host));
  turn_up (self);
}

/* Up again to AGAIN: everything beneath starts anew. */
static void
turn_down (TernFlow *self)
{
  if (++self->n_again > MAX_AGAIN)
    {
      turn_up_for_good (self);
      return;
    }
  for (guint i = self->at + 1; i < TERN_N_STAGES; i++)
    reset_stage (self, i);
  tern_result_clear (&self->result);
  self->up = FALSE;
  self->at++;
}

static void
move (TernFlow *self, TernGo go)
{
  switch (go)
    {
    case TERN_GO_ANSWER:
      note (self, "=", tern_stages[self->at]->name);
      turn_up (self);
      break;
    case TERN_GO_AGAIN:
      note (self, "~", tern_stages[self->at]->name);
      turn_down (self);
      break;
    case TERN_GO_ON:
      note (self, self->up ? "^" : "v", tern_stages[self->at]->name);
      if (self->up)
        turn_up (self);
      else
        self->at++;
      break;
    case TERN_GO_OPERATE:
    default:
      break;
    }
}

static void
tell_way (TernFlow *self)
{
  const char *target = self->call.uri ? self->call.uri->target : "";

  tern_log (TERN_LOG_FLOW, "%s %s: %s", self->call.method, target, self->trace->str);
  if (self->hooks.log)
    tern_debug_tell (self->hooks.log, self->hooks.data, TERN_LOG_EVENT_FLOW, "%s %s: %s",
                     self->call.method, target, self->trace->str);
}

static void
finish (TernFlow *self)
{
  if (self->result.response)
    self->result.response->timings.total = g_get_monotonic_time () - self->started;
  if (self->trace)
    tell_way (self);
}

TernStep
tern_flow_step (gpointer flow, TernWait *wait, GError **error)
{
  TernFlow *self = flow;

  while (!self->over)
    {
      const TernStage *stage = tern_stages[self->at];
      TernGo (*const call) (TernFlow *, gpointer) = self->up ? stage->up : stage->down;
      TernGo go = TERN_GO_ON;

      if (self->op.kind != TERN_OP_NONE && !self->op.finished)
        {
          if (self->perform (self, wait) == TERN_STEP_WAIT)
            return TERN_STEP_WAIT;
          self->op.finished = TRUE;
        }
      if (call)
        go = call (self, &self->states[self->at]);
      if (go != TERN_GO_OPERATE && self->op.kind != TERN_OP_NONE)
        {
          tern_operation_clear (&self->op);
          self->op.kind = TERN_OP_NONE;
        }
      self->op.finished = FALSE;
      move (self, go);
    }
  finish (self);
  if (self->result.response)
    return TERN_STEP_DONE;
  g_propagate_error (error, g_error_copy (self->result.error));
  return TERN_STEP_FAILED;
}
