/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does what stages ask for. A cache store that fails, or takes its time, never fails the request.
 */
#include "engine/tern-operation.h"

#include "base/tern-log.h"
#include "engine/tern-flow.h"

/* What is worth reading of a body that nobody wants, to keep its connection. */
#define DRAIN_CAP (64 * 1024)

/* One call of a store, owned by the job that makes it. */
typedef struct
{
  TernOperationKind kind;
  TernCacheStore *store;
  char *key;
  GBytes *value;
  gint64 keep_until;
} StoreCall;

static void
store_call_free (gpointer data)
{
  StoreCall *call = data;

  g_object_unref (call->store);
  g_clear_pointer (&call->value, g_bytes_unref);
  g_free (call->key);
  g_free (call);
}

static void
store_call_run (gpointer data)
{
  StoreCall *call = data;
  g_autoptr (GError) error = NULL;

  if (call->kind == TERN_OP_CACHE_FIND)
    call->value = tern_cache_store_get (call->store, call->key, &error);
  else if (call->kind == TERN_OP_CACHE_STORE)
    tern_cache_store_set (call->store, call->key, call->value, call->keep_until, &error);
  else
    tern_cache_store_delete (call->store, call->key, &error);
  if (error)
    tern_log (TERN_LOG_CACHE, "store: %s", error->message);
}

/* A program's own object is called in the thread that asked; so is a store that says it is local.
 */
static gboolean
runs_in_place (TernCacheStore *store)
{
  const TernCacheStoreFlags flags = tern_cache_store_get_flags (store);

  return (flags & TERN_CACHE_STORE_LOCAL) || !(flags & TERN_CACHE_STORE_ANY_THREAD);
}

static StoreCall *
store_call_new (
    TernOperationKind kind, TernCacheStore *store, char *key, GBytes *value, gint64 keep_until)
{
  StoreCall *call = g_new0 (StoreCall, 1);

  call->kind = kind;
  call->store = g_object_ref (store);
  call->key = key;
  call->value = value;
  call->keep_until = keep_until;
  return call;
}

void
tern_operation_store_later (TernCacheStore *store, char *key, GBytes *value, gint64 keep_until)
{
  StoreCall *call = store_call_new (value ? TERN_OP_CACHE_STORE : TERN_OP_CACHE_DELETE, store, key,
                                    value, keep_until);

  if (runs_in_place (store))
    {
      store_call_run (call);
      store_call_free (call);
      return;
    }
  tern_job_detach (TERN_LANE_STORE, store_call_run, call, store_call_free);
}

void
tern_operation_clear (TernOperation *self)
{
  g_clear_pointer (&self->exchange, tern_exchange_free);
  g_clear_pointer (&self->job, tern_job_drop);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_clear_pointer (&self->key, g_free);
}

static TernStep
perform_store (TernFlow *flow, TernWait *wait)
{
  TernOperation *op = &flow->op;
  TernCacheStore *store = flow->settings->cache_store;
  StoreCall *call;

  wait->may_block = FALSE;
  if (!op->job)
    {
      const gboolean in_place = runs_in_place (store);

      /* What an earlier operation found. */
      if (op->kind != TERN_OP_CACHE_STORE)
        g_clear_pointer (&op->value, g_bytes_unref);
      call = store_call_new (op->kind, store, g_steal_pointer (&op->key),
                             g_steal_pointer (&op->value), op->keep_until);
      if (in_place)
        {
          store_call_run (call);
          op->value = op->kind == TERN_OP_CACHE_FIND ? g_steal_pointer (&call->value) : NULL;
          store_call_free (call);
          return TERN_STEP_DONE;
        }
      op->job = tern_job_start (TERN_LANE_STORE, store_call_run, call, store_call_free,
                                tern_wait_get_wake (wait));
    }
  if (!tern_job_is_done (op->job))
    {
      /* A store that is dead must not hold the request past its deadlines: it counts as a miss. */
      if (g_get_monotonic_time () < flow->env.total_deadline)
        {
          tern_wait_add_deadline (wait, flow->env.total_deadline);
          return TERN_STEP_WAIT;
        }
    }
  else if (op->kind == TERN_OP_CACHE_FIND)
    {
      call = tern_job_get_data (op->job);
      op->value = g_steal_pointer (&call->value);
    }
  g_clear_pointer (&op->job, tern_job_drop);
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

static TernStep
perform_drain (TernFlow *flow, TernWait *wait)
{
  TernResult *result = &flow->result;
  g_autoptr (GError) ignored = NULL;
  char scratch[8192];

  while (result->body && flow->op.drained < DRAIN_CAP
         && tern_reader_get_remaining (result->body) <= DRAIN_CAP)
    {
      gsize n = 0;
      const TernStep step
          = tern_reader_read (result->body, scratch, sizeof scratch, &n, wait, &ignored);

      if (step == TERN_STEP_WAIT)
        return step;
      if (step == TERN_STEP_FAILED || n == 0)
        break;
      flow->op.drained += n;
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
    case TERN_OP_CACHE_FIND:
    case TERN_OP_CACHE_STORE:
    case TERN_OP_CACHE_DELETE:
      return perform_store (flow, wait);
    case TERN_OP_EXCHANGE:
      return perform_exchange (flow, wait);
    case TERN_OP_DRAIN:
      return perform_drain (flow, wait);
    case TERN_OP_NONE:
    default:
      return TERN_STEP_DONE;
    }
}
