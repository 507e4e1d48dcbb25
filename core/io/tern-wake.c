/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A wake handle outlives the operation that made it, so its target is taken away under the same
 * lock under which it is used. */
#include "io/tern-wake.h"

struct _TernWake
{
  gatomicrefcount ref_count;
  GMutex lock;
  void (*fire) (gpointer target);
  gpointer target; /* NULL once disarmed */
};

TernWake *
tern_wake_new (void (*fire) (gpointer target), gpointer target)
{
  TernWake *self = g_new0 (TernWake, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->fire = fire;
  self->target = target;
  return self;
}

TernWake *
tern_wake_ref (TernWake *wake)
{
  g_atomic_ref_count_inc (&wake->ref_count);
  return wake;
}

void
tern_wake_unref (TernWake *wake)
{
  if (!g_atomic_ref_count_dec (&wake->ref_count))
    return;
  g_mutex_clear (&wake->lock);
  g_free (wake);
}

void
tern_wake_fire (TernWake *wake)
{
  g_mutex_lock (&wake->lock);
  if (wake->target)
    wake->fire (wake->target);
  g_mutex_unlock (&wake->lock);
}

void
tern_wake_disarm (TernWake *wake)
{
  g_mutex_lock (&wake->lock);
  wake->target = NULL;
  g_mutex_unlock (&wake->lock);
}
