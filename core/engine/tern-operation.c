/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does what stages ask for. A cache store that fails, or takes its time, never fails the request.
 */
#include "engine/tern-operation.h"

#include "engine/tern-auth-operation.h"
#include "engine/tern-cache-join.h"
#include "engine/tern-flow.h"
#include "engine/tern-store-call.h"
#include "message/tern-request-question.h"

/* What is worth reading of a body that nobody wants, to keep its connection, and how long. */
#define DRAIN_CAP (64 * 1024)
#define DRAIN_TIME (G_TIME_SPAN_SECOND / 2)

void
tern_operation_clear (TernOperation *self)
{
  g_clear_pointer (&self->question, tern_proxy_question_free);
  g_clear_pointer (&self->routes, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_clear_pointer (&self->exchange, tern_exchange_free);
  g_clear_pointer (&self->job, tern_job_drop);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_clear_pointer (&self->before, g_bytes_unref);
  tern_cache_parts_clear (&self->parts);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->credentials, tern_credentials_unref);
  g_clear_pointer (&self->hash, g_free);
  g_clear_pointer (&self->kept, g_byte_array_unref);
  if (self->joining.flight)
    tern_cache_joining_clear (&self->joining);
  if (self->asking)
    tern_request_question_end (g_steal_pointer (&self->asking));
  self->challenge = NULL;
  self->drained = 0;
  self->until = 0;
}

/* A store that is dead must not hold the request for ever: after the time in which the network
 * would have to move, or at the end of all time, it counts as a miss. */
static gint64
get_patience (const TernFlow *flow)
{
  if (flow->env.idle_timeout == 0)
    return flow->env.total_deadline;
  return MIN (flow->env.total_deadline, g_get_monotonic_time () + flow->env.idle_timeout);
}

static TernStoreCall
make_store_call (TernOperation *op)
{
  static const TernStoreCallKind kinds[] = {
    [TERN_OP_CACHE_GET] = TERN_STORE_GET,     [TERN_OP_CACHE_SET] = TERN_STORE_SET,
    [TERN_OP_CACHE_FIND] = TERN_STORE_FIND,   [TERN_OP_CACHE_OPEN] = TERN_STORE_OPEN,
    [TERN_OP_CACHE_STORE] = TERN_STORE_AMEND, [TERN_OP_CACHE_DELETE] = TERN_STORE_REMOVE,
  };
  TernStoreCall call = { .kind = kinds[op->kind], .keep_until = op->keep_until };

  call.key = g_steal_pointer (&op->key);
  call.before = g_steal_pointer (&op->before);
  *(op->kind == TERN_OP_CACHE_STORE ? &call.meta : &call.value) = g_steal_pointer (&op->value);
  return call;
}

static void
take_outcome (TernOperation *op, TernStoreCall *call)
{
  if (op->kind == TERN_OP_CACHE_GET)
    op->value = g_steal_pointer (&call->value);
  op->parts = call->parts;
  call->parts = (TernCacheParts){ NULL };
}

static TernStep
perform_store (TernFlow *flow, TernWait *wait)
{
  TernOperation *op = &flow->op;
  TernCacheStore *store = flow->settings->cache_store;

  wait->may_block = FALSE;
  if (!op->job)
    {
      g_auto (TernStoreCall) call = { 0 };

      tern_cache_parts_clear (&op->parts); /* of the operation before */
      if (op->kind == TERN_OP_CACHE_GET)
        g_clear_pointer (&op->value, g_bytes_unref);
      call = make_store_call (op);
      if (tern_store_runs_in_place (store))
        {
          tern_store_call_run (&call, store);
          take_outcome (op, &call);
          return TERN_STEP_DONE;
        }
      op->until = get_patience (flow);
      op->job = tern_store_call_start (&call, store, tern_wait_get_wake (wait));
    }
  if (tern_job_is_done (op->job))
    take_outcome (op, tern_store_call_of (op->job));
  else if (g_get_monotonic_time () < op->until)
    {
      tern_wait_add_deadline (wait, op->until);
      return TERN_STEP_WAIT;
    }
  g_clear_pointer (&op->job, tern_job_drop);
  return TERN_STEP_DONE;
}

/* Finding a proxy is part of making a connection, and has no more time than that. */
static TernStep
perform_proxy_find (TernFlow *flow, TernWait *wait)
{
  TernOperation *op = &flow->op;
  gint64 deadline = flow->env.total_deadline;

  flow->phase = TERN_PHASE_RESOLVE;
  if (!op->question)
    {
      if (flow->env.connect_timeout > 0)
        deadline = MIN (deadline, g_get_monotonic_time () + flow->env.connect_timeout);
      op->question
          = tern_proxy_question_new (flow->settings->proxy_finder, flow->call.uri, deadline);
    }
  if (tern_proxy_question_step (op->question, wait, &op->routes, &op->error) == TERN_STEP_WAIT)
    return TERN_STEP_WAIT;
  g_clear_pointer (&op->question, tern_proxy_question_free);
  return TERN_STEP_DONE;
}

static TernStep
perform_exchange (TernFlow *flow, TernWait *wait)
{
  TernOperation *op = &flow->op;
  GError *error = NULL;
  TernReader *body = NULL;
  TernStep step;

  if (!op->exchange)
    op->exchange = tern_exchange_new (&flow->env, &flow->call, op->fresh, op->allow_expect);
  step = tern_exchange_step (op->exchange, wait, &error);
  op->facts = *tern_exchange_get_facts (op->exchange);
  flow->phase = op->facts.phase;
  if (step == TERN_STEP_WAIT)
    return step;
  if (step == TERN_STEP_FAILED)
    {
      tern_result_fail (&flow->result, error);
      flow->result.failure->phase = op->facts.phase;
    }
  else
    {
      TernResponse *response = tern_exchange_steal_response (op->exchange, &body);

      tern_result_answer (&flow->result, response, body);
    }
  g_clear_pointer (&op->exchange, tern_exchange_free);
  return TERN_STEP_DONE;
}

/* Reads what is left as it comes, without undoing its codings: nobody looks at it. */
static TernStep
perform_drain (TernFlow *flow, TernWait *wait)
{
  TernOperation *op = &flow->op;
  TernResult *result = &flow->result;
  TernReader *body = result->body ? tern_reader_peel (result->body) : NULL;
  g_autoptr (GError) ignored = NULL;
  char scratch[8192];

  if (body && op->until == 0)
    op->until = g_get_monotonic_time () + DRAIN_TIME;
  while (body && op->drained < DRAIN_CAP && tern_reader_get_remaining (body) <= DRAIN_CAP)
    {
      gsize n = 0;
      TernStep step;

      tern_wait_add_deadline (wait, op->until);
      step = tern_reader_read (body, scratch, sizeof scratch, &n, wait, &ignored);
      if (step == TERN_STEP_WAIT && g_get_monotonic_time () < op->until)
        return step;
      if (step != TERN_STEP_DONE || n == 0)
        break;
      op->drained += n;
    }
  g_clear_pointer (&result->body, tern_reader_free);
  return TERN_STEP_DONE;
}

TernStep
tern_operation_perform (gpointer data, TernWait *wait)
{
  TernFlow *flow = data;

  switch (flow->op.kind)
    {
    case TERN_OP_CACHE_GET:
    case TERN_OP_CACHE_SET:
    case TERN_OP_CACHE_FIND:
    case TERN_OP_CACHE_OPEN:
    case TERN_OP_CACHE_STORE:
    case TERN_OP_CACHE_DELETE:
      return perform_store (flow, wait);
    case TERN_OP_JOIN:
      return tern_cache_join_perform (flow, wait);
    case TERN_OP_PROXY_FIND:
      return perform_proxy_find (flow, wait);
    case TERN_OP_CREDENTIALS:
      return tern_auth_operation_ask (flow, wait);
    case TERN_OP_BODY_HASH:
      return tern_auth_operation_hash (flow, wait);
    case TERN_OP_KEEP:
      return tern_auth_operation_keep (flow, wait);
    case TERN_OP_EXCHANGE:
      return perform_exchange (flow, wait);
    case TERN_OP_DRAIN:
      return perform_drain (flow, wait);
    case TERN_OP_NONE:
    default:
      return TERN_STEP_DONE;
    }
}
