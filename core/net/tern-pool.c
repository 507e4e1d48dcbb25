/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pool: limits, idle connections and who is next. It must never close a transport, look at one
 * or wake anybody while it holds its lock. */
#include "net/tern-pool-private.h"

TernPool *
tern_pool_new (void)
{
  TernPool *self = g_new0 (TernPool, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->hosts = tern_pool_host_table_new ();
  self->turns = g_sequence_new (NULL);
  self->max_total = 64;
  self->max_per_host = 6;
  self->idle_timeout = 90 * G_TIME_SPAN_SECOND;
  return self;
}

TernPool *
tern_pool_ref (TernPool *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/* --- what waits for the lock to be let go ---------------------------------------------------- */

static void
bury (GQueue *dead)
{
  GList *link;

  while ((link = g_queue_pop_head_link (dead)))
    {
      TernLease *lease = link->data;

      g_clear_pointer (&lease->transport, tern_transport_free);
      g_free (lease);
    }
}

void
tern_pool_unlock (TernPool *self, TernPoolAfter *after)
{
  g_mutex_unlock (&self->lock);
  for (GSList *i = after->wakes; i; i = i->next)
    {
      tern_wake_fire (i->data);
      tern_wake_unref (i->data);
    }
  g_slist_free (after->wakes);
  bury (&after->dead);
}

/* Leases and tickets hold references, so all that is left is idle. */
void
tern_pool_unref (TernPool *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  bury (&self->idle);
  g_sequence_free (self->turns);
  g_hash_table_unref (self->hosts);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* --- idle connections ------------------------------------------------------------------------ */

static void
remove_idle (TernPool *self, TernLease *lease)
{
  g_queue_unlink (&lease->host->idle, &lease->host_link);
  g_queue_unlink (&self->idle, &lease->pool_link);
}

/* Takes an idle connection out of all accounts. What is in use stays the same, so nobody's turn
 * comes by it. */
static void
condemn (TernPool *self, TernLease *lease, TernPoolAfter *after)
{
  remove_idle (self, lease);
  self->n_total--;
  lease->host->n--;
  tern_pool_host_drop (self, lease->host);
  g_queue_push_tail_link (&after->dead, &lease->pool_link);
}

TernLease *
tern_pool_pop_idle (TernPool *self, TernPoolHost *host)
{
  TernLease *lease = host->idle.head->data;

  remove_idle (self, lease);
  lease->pool = tern_pool_ref (self);
  return lease;
}

void
tern_pool_push_idle (TernPool *self, TernLease *lease)
{
  GList *after = self->idle.tail;

  g_queue_push_head_link (&lease->host->idle, &lease->host_link);
  /* Threads read the clock before they get the lock: mostly no step back, seldom one or two. */
  while (after && ((TernLease *) after->data)->idle_since > lease->idle_since)
    after = after->prev;
  if (after)
    g_queue_insert_after_link (&self->idle, after, &lease->pool_link);
  else
    g_queue_push_head_link (&self->idle, &lease->pool_link);
}

void
tern_pool_expire (TernPool *self, gint64 now, TernPoolAfter *after)
{
  /* Each is closed once, so this costs nothing over many calls. */
  while (self->idle.head)
    {
      TernLease *oldest = self->idle.head->data;

      if (now - oldest->idle_since < self->idle_timeout)
        return;
      condemn (self, oldest, after);
    }
}

/* --- who may have one ------------------------------------------------------------------------ */

static gboolean
is_full (const TernPool *self)
{
  return self->n_total - self->idle.length >= self->max_total;
}

TernLease *
tern_pool_take (TernPool *self, TernPoolHost *host, gboolean fresh, TernPoolAfter *after)
{
  TernLease *lease;

  if (is_full (self) || host->n - host->idle.length >= self->max_per_host)
    return NULL;
  if (!fresh && host->idle.length > 0)
    return tern_pool_pop_idle (self, host);

  lease = g_new0 (TernLease, 1);
  lease->pool = tern_pool_ref (self);
  lease->host = host;
  lease->generation = g_atomic_int_get (&self->generation);
  lease->host_link.data = lease;
  lease->pool_link.data = lease;
  host->n++;
  self->n_total++;
  /* Idle ones make room: those of the host for its limit, else the longest idle of all. */
  while (host->n > self->max_per_host)
    condemn (self, host->idle.tail->data, after);
  while (self->n_total > self->max_total)
    condemn (self, self->idle.head->data, after);
  return lease;
}

void
tern_pool_dispatch (TernPool *self, TernPoolAfter *after)
{
  while (!g_sequence_is_empty (self->turns) && !is_full (self))
    {
      TernPoolHost *host = g_sequence_get (g_sequence_get_begin_iter (self->turns));
      TernTicket *ticket = g_queue_pop_head_link (&host->tickets)->data;

      self->n_waiting--;
      ticket->is_queued = FALSE;
      ticket->host = NULL;
      ticket->lease = tern_pool_take (self, host, ticket->fresh, after);
      after->wakes = g_slist_prepend (after->wakes, g_steal_pointer (&ticket->wake));
      tern_pool_host_settle (self, host);
    }
}

TernLease *
tern_pool_try (TernPool *self, const char *key, guint hash, gboolean fresh, gint64 now)
{
  TernPoolAfter after = TERN_POOL_AFTER_INIT;
  TernPoolHost *host;
  TernLease *lease = NULL;

  g_mutex_lock (&self->lock);
  tern_pool_expire (self, now, &after);
  /* Who is refused leaves no trace. Nobody is overtaken: where one may be taken nobody waits. */
  host = tern_pool_find_host (self, key, hash, !is_full (self));
  if (host)
    lease = tern_pool_take (self, host, fresh, &after);
  tern_pool_unlock (self, &after);
  return lease ? tern_lease_ensure_quiet (lease) : NULL;
}

/* --- settings -------------------------------------------------------------------------------- */

void
tern_pool_set_limits (TernPool *self, guint max_total, guint max_per_host, gint64 idle_timeout)
{
  TernPoolAfter after = TERN_POOL_AFTER_INIT;
  g_autoptr (GList) hosts = NULL;

  g_mutex_lock (&self->lock);
  self->max_total = MAX (max_total, 1);
  self->max_per_host = MAX (max_per_host, 1);
  self->idle_timeout = idle_timeout;
  hosts = g_hash_table_get_keys (self->hosts);
  for (GList *i = hosts; i; i = i->next)
    {
      TernPoolHost *host = i->data;

      tern_pool_host_settle (self, host);
      /* One connection at least is left, so the host is as well. */
      while (host->n > self->max_per_host && host->idle.length > 0)
        condemn (self, host->idle.tail->data, &after);
    }
  while (self->n_total > self->max_total && self->idle.length > 0)
    condemn (self, self->idle.head->data, &after);
  tern_pool_dispatch (self, &after);
  tern_pool_unlock (self, &after);
}

void
tern_pool_close (TernPool *self)
{
  TernPoolAfter after = TERN_POOL_AFTER_INIT;

  g_mutex_lock (&self->lock);
  g_atomic_int_inc (&self->generation);
  while (self->idle.length > 0)
    condemn (self, self->idle.head->data, &after);
  tern_pool_unlock (self, &after);
}

/* --- counts ---------------------------------------------------------------------------------- */

static guint
read_count (TernPool *self, const guint *count)
{
  guint value;

  g_mutex_lock (&self->lock);
  value = *count;
  g_mutex_unlock (&self->lock);
  return value;
}

guint
tern_pool_count_idle (TernPool *self)
{
  return read_count (self, &self->idle.length);
}

guint
tern_pool_count_total (TernPool *self)
{
  return read_count (self, &self->n_total);
}

guint
tern_pool_count_waiting (TernPool *self)
{
  return read_count (self, &self->n_waiting);
}
