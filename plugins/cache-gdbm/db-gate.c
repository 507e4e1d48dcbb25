/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A lock that is handed over in the order of arrival, and that nobody waits for longer than he
 * wants to. */
#include "db-gate.h"

struct _DbGate
{
  char *path;
  guint users; /* under gates_lock */

  GMutex lock;
  gboolean is_taken;
  GQueue waiters; /* Waiter * on the stacks of those who wait */
};

typedef struct
{
  GCond cond;
  gboolean has_turn;
} Waiter;

static GMutex gates_lock;
static GHashTable *gates; /* path to DbGate; absent while it would be empty */

DbGate *
db_gate_get (const char *path)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&gates_lock);
  DbGate *self;

  if (gates == NULL)
    gates = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (gates, path);
  if (self == NULL)
    {
      self = g_new0 (DbGate, 1);
      self->path = g_strdup (path);
      g_mutex_init (&self->lock);
      g_queue_init (&self->waiters);
      g_hash_table_insert (gates, self->path, self);
    }
  self->users++;
  return self;
}

void
db_gate_release (DbGate *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&gates_lock);

  if (--self->users > 0)
    return;
  g_hash_table_remove (gates, self->path);
  if (g_hash_table_size (gates) == 0)
    g_clear_pointer (&gates, g_hash_table_unref);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self);
}

gboolean
db_gate_enter (DbGate *self, gint64 deadline)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  Waiter waiter = { .has_turn = FALSE };

  if (!self->is_taken)
    {
      self->is_taken = TRUE;
      return TRUE;
    }
  g_cond_init (&waiter.cond);
  g_queue_push_tail (&self->waiters, &waiter);
  while (!waiter.has_turn)
    if (!g_cond_wait_until (&waiter.cond, &self->lock, deadline))
      break;
  /* The turn may have come in the moment in which the time was over. */
  if (!waiter.has_turn)
    g_queue_remove (&self->waiters, &waiter);
  g_cond_clear (&waiter.cond);
  return waiter.has_turn;
}

void
db_gate_leave (DbGate *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  Waiter *next = g_queue_pop_head (&self->waiters);

  if (next == NULL)
    {
      self->is_taken = FALSE;
      return;
    }
  next->has_turn = TRUE;
  g_cond_signal (&next->cond);
}
