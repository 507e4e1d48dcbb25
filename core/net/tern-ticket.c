/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A place in the queue for a connection. It must never swallow what it was given: a ticket that
 * goes away hands its lease to the next. */
#include "net/tern-pool-private.h"

TernTicket *
tern_ticket_new (TernPool *pool, const char *key, guint hash, gboolean fresh)
{
  TernTicket *self = g_new0 (TernTicket, 1);

  self->pool = tern_pool_ref (pool);
  self->key = g_strdup (key);
  self->hash = hash;
  self->fresh = fresh;
  self->link.data = self;
  return self;
}

/* Takes a lease or a place in the queue, with the lock held. */
static void
ask (TernTicket *self, TernPoolAfter *after)
{
  TernPool *pool = self->pool;
  TernPoolHost *host = tern_pool_find_host (pool, self->key, self->hash, TRUE);

  self->lease = tern_pool_take (pool, host, self->fresh, after);
  if (self->lease)
    return;
  self->number = ++pool->last_number;
  self->is_queued = TRUE;
  self->host = host;
  pool->n_waiting++;
  g_queue_push_tail_link (&host->tickets, &self->link);
  tern_pool_host_settle (pool, host);
}

TernStep
tern_ticket_step (TernTicket *self, gint64 now, TernWait *wait, GError **error)
{
  TernPoolAfter after = TERN_POOL_AFTER_INIT;
  gboolean is_queued;

  if (self->is_ready)
    return TERN_STEP_DONE;

  g_mutex_lock (&self->pool->lock);
  if (!self->is_queued && !self->lease)
    {
      tern_pool_expire (self->pool, now, &after);
      ask (self, &after);
    }
  /* The handle is the driver's, and the next call may come from another driver. */
  if (self->is_queued && self->wake != tern_wait_get_wake (wait))
    {
      g_clear_pointer (&self->wake, tern_wake_unref);
      self->wake = tern_wake_ref (tern_wait_get_wake (wait));
    }
  is_queued = self->is_queued;
  tern_pool_unlock (self->pool, &after);
  if (is_queued)
    return TERN_STEP_WAIT;

  self->lease = tern_lease_ensure_quiet (self->lease);
  self->is_ready = TRUE;
  return TERN_STEP_DONE;
}

TernLease *
tern_ticket_steal_lease (TernTicket *self)
{
  return g_steal_pointer (&self->lease);
}

void
tern_ticket_free (TernTicket *self)
{
  TernPool *pool = self->pool;

  g_mutex_lock (&pool->lock);
  if (self->is_queued)
    {
      g_queue_unlink (&self->host->tickets, &self->link);
      pool->n_waiting--;
      tern_pool_host_settle (pool, self->host);
      tern_pool_host_drop (pool, self->host);
    }
  g_mutex_unlock (&pool->lock);
  /* Nobody else knows it any more. A connection in it was not used: it is as old as before. */
  if (self->lease)
    tern_lease_release (self->lease, TRUE, self->lease->idle_since);
  g_clear_pointer (&self->wake, tern_wake_unref);
  g_free (self->key);
  tern_pool_unref (pool);
  g_free (self);
}
