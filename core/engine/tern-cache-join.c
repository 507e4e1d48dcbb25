/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits for a flight under the clocks of the request that waits. It must never make a request fail,
 * nor wait twice. */
#include "engine/tern-cache-join.h"

/* Where the request has no clocks of its own. */
#define PATIENCE (60 * G_TIME_SPAN_SECOND)

void
tern_cache_joining_clear (TernCacheJoining *self)
{
  if (self->flight && self->wake)
    tern_cache_flight_leave (self->flight, self->wake);
  g_clear_pointer (&self->flight, tern_cache_flight_unref);
  g_clear_pointer (&self->wake, tern_wake_unref);
}

static gint64
get_patience (const TernFlow *flow)
{
  const gint64 patience = flow->env.idle_timeout > 0 ? flow->env.idle_timeout : PATIENCE;

  return MIN (flow->env.total_deadline, g_get_monotonic_time () + patience);
}

TernStep
tern_cache_join_perform (TernFlow *flow, TernWait *wait)
{
  TernOperation *op = &flow->op;
  TernCacheJoining *joining = &op->joining;

  wait->may_block = FALSE;
  if (!joining->flight)
    {
      const TernFlightQuestion question
          = { flow->settings->cache_store, joining->key, joining->fields, joining->stamp };

      joining->state = tern_cache_flight_join (&question, wait, &joining->flight);
      if (joining->state == TERN_FLIGHT_WAITS)
        joining->wake = tern_wake_ref (tern_wait_get_wake (wait));
      op->until = get_patience (flow);
    }
  if (joining->state != TERN_FLIGHT_WAITS)
    return TERN_STEP_DONE;
  joining->state = tern_cache_flight_poll (joining->flight);
  if (joining->state != TERN_FLIGHT_WAITS)
    return TERN_STEP_DONE;
  if (g_get_monotonic_time () < op->until)
    {
      tern_wait_add_deadline (wait, op->until);
      return TERN_STEP_WAIT;
    }
  joining->state = TERN_FLIGHT_ALONE;
  return TERN_STEP_DONE;
}
