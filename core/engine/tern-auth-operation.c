/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a login has to wait for. The clock of the network stands still while a person thinks; the
 * clock of the whole call does not. */
#include "engine/tern-auth-operation.h"

#include "engine/tern-body-hash.h"
#include "exchange/tern-deadline.h"
#include "message/tern-request-question.h"

/* How much of a refusal is put aside, and how long that may take; the rest stays where it is. */
#define KEEP_CAP (64 * 1024)
#define KEEP_TIME (G_TIME_SPAN_SECOND)

TernStep
tern_auth_operation_keep (TernFlow *flow, TernWait *wait)
{
  TernOperation *op = &flow->op;
  TernReader *body = flow->result.body;

  if (!op->kept)
    {
      op->kept = g_byte_array_new ();
      op->until = g_get_monotonic_time () + KEEP_TIME;
    }
  while (op->kept->len < KEEP_CAP)
    {
      const guint at = op->kept->len;
      gsize n = 0;
      TernStep step;

      tern_wait_add_deadline (wait, op->until);
      g_byte_array_set_size (op->kept, at + 8192);
      /* What fails now fails again when the program reads it. */
      step = tern_reader_read (body, op->kept->data + at, 8192, &n, wait, NULL);
      g_byte_array_set_size (op->kept, at + (step == TERN_STEP_DONE ? n : 0));
      if (step == TERN_STEP_WAIT && g_get_monotonic_time () < op->until)
        return step;
      if (step != TERN_STEP_DONE || n == 0)
        break;
    }
  flow->result.body = tern_reader_new_prefix (g_steal_pointer (&op->kept), body);
  return TERN_STEP_DONE;
}

static void
settle (TernOperation *op)
{
  tern_request_question_end (op->asking);
  op->asking = NULL;
}

TernStep
tern_auth_operation_ask (TernFlow *flow, TernWait *wait)
{
  TernOperation *op = &flow->op;
  const gint64 until = flow->env.total_deadline;

  wait->may_block = FALSE;
  if (!op->asking)
    {
      op->asking = flow->call.request;
      tern_request_question_begin (op->asking, op->attempt);
      op->credentials = flow->hooks.authenticate (flow->hooks.data, op->challenge);
    }
  if (!op->credentials
      && !tern_request_question_poll (
          op->asking, &op->credentials, (void (*) (gpointer))tern_wake_fire,
          tern_wake_ref (tern_wait_get_wake (wait)), (GDestroyNotify)tern_wake_unref))
    {
      if (until == TERN_NEVER || g_get_monotonic_time () < until)
        {
          tern_wait_add_deadline (wait, until);
          return TERN_STEP_WAIT;
        }
      tern_deadline_set_error (&op->error, TERN_PHASE_WAIT, flow->call.uri->host);
    }
  settle (op);
  return TERN_STEP_DONE;
}

TernStep
tern_auth_operation_hash (TernFlow *flow, TernWait *wait)
{
  TernOperation *op = &flow->op;

  wait->may_block = FALSE;
  if (!op->job)
    {
      op->job = tern_body_hash_start (op->key, &flow->call.body, tern_wait_get_wake (wait));
      /* Wherever the hashing ends, the body is sent from its start. */
      flow->call.body_sent_once |= flow->call.body.kind == TERN_SOURCE_STREAM;
    }
  if (tern_job_is_done (op->job))
    op->hash = tern_body_hash_steal (op->job);
  else if (flow->env.total_deadline == TERN_NEVER
           || g_get_monotonic_time () < flow->env.total_deadline)
    {
      tern_wait_add_deadline (wait, flow->env.total_deadline);
      return TERN_STEP_WAIT;
    }
  g_clear_pointer (&op->job, tern_job_drop);
  return TERN_STEP_DONE;
}
