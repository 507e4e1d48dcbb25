/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A lease: the right to one connection, and the connection once there is one. It has one owner at a
 * time, so what it holds needs no lock; the pool's accounts do. */
#include "net/tern-pool-private.h"

TernTransport *
tern_lease_get_transport (TernLease *self)
{
  return self->transport;
}

void
tern_lease_set_transport (TernLease *self, TernTransport *transport)
{
  g_clear_pointer (&self->transport, tern_transport_free);
  self->transport = transport;
  self->reused = FALSE;
}

gboolean
tern_lease_is_reused (TernLease *self)
{
  return self->reused;
}

/* Closes a connection that did not stay quiet. Another kept one takes its place if there is one,
 * else the lease stays as the right to dial; the number in use is the same either way. */
static TernLease *
replace (TernLease *self)
{
  TernPool *pool = self->pool;
  TernPoolHost *host = self->host;
  TernLease *other;

  g_clear_pointer (&self->transport, tern_transport_free);
  self->reused = FALSE;
  g_mutex_lock (&pool->lock);
  if (host->idle.length == 0)
    {
      self->generation = g_atomic_int_get (&pool->generation);
      g_mutex_unlock (&pool->lock);
      return self;
    }
  other = tern_pool_pop_idle (pool, host);
  host->n--;
  pool->n_total--;
  g_mutex_unlock (&pool->lock);
  g_free (self);
  tern_pool_unref (pool);
  return other;
}

TernLease *
tern_lease_ensure_quiet (TernLease *self)
{
  /* A grant may have waited while the pool was closed. */
  while (self->transport
         && (self->generation != g_atomic_int_get (&self->pool->generation)
             || !tern_transport_is_quiet (self->transport)))
    self = replace (self);
  return self;
}

static gboolean
is_wanted (const TernPool *pool, const TernLease *lease)
{
  return lease->transport && !lease->transport->unshared && pool->idle_timeout > 0
         && lease->generation == g_atomic_int_get (&pool->generation)
         && lease->host->n <= pool->max_per_host && pool->n_total <= pool->max_total;
}

TernLease *
tern_lease_new_private (TernTransport *transport,
                        void (*returned) (gpointer data, TernTransport *transport),
                        gpointer data)
{
  TernLease *self = g_new0 (TernLease, 1);

  self->transport = transport;
  self->returned = returned;
  self->data = data;
  return self;
}

static void
release_private (TernLease *self, gboolean reusable)
{
  if (!reusable)
    g_clear_pointer (&self->transport, tern_transport_free);
  self->returned (self->data, self->transport);
  g_free (self);
}

static void
release_pooled (TernLease *self, gboolean reusable, gint64 now)
{
  TernPoolAfter after = TERN_POOL_AFTER_INIT;
  TernPool *pool = self->pool;
  TernPoolHost *host = self->host;

  g_mutex_lock (&pool->lock);
  if (reusable && is_wanted (pool, self))
    {
      self->reused = TRUE;
      self->idle_since = now;
      tern_pool_push_idle (pool, self);
      tern_pool_host_settle (pool, host);
    }
  else
    {
      host->n--;
      pool->n_total--;
      g_queue_push_tail_link (&after.dead, &self->pool_link);
      tern_pool_host_settle (pool, host);
      tern_pool_host_drop (pool, host);
    }
  /* From here on the host may be gone: its place may go to another. */
  tern_pool_dispatch (pool, &after);
  tern_pool_expire (pool, now, &after);
  tern_pool_unlock (pool, &after);
  tern_pool_unref (pool);
}

void
tern_lease_release (TernLease *self, gboolean reusable, gint64 now)
{
  if (!self->pool)
    {
      release_private (self, reusable);
      return;
    }
  release_pooled (self, reusable, now);
}
