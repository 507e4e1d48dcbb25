/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* While the program's code has our thread, a worker looks at the clock. It must never outlive the
 * call, nor wait behind anything that may hang: its lane is its own. */
#include "io/tern-in-place.h"

#include "io/tern-worker.h"

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean over;
  gint64 deadline;
  GCancellable *cancellable;
} Watch;

static void
watch_run (gpointer data)
{
  Watch *watch = data;
  gboolean late;

  g_mutex_lock (&watch->lock);
  while (!watch->over && g_cond_wait_until (&watch->changed, &watch->lock, watch->deadline))
    continue;
  late = !watch->over;
  g_mutex_unlock (&watch->lock);
  if (late)
    g_cancellable_cancel (watch->cancellable);
}

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  g_object_unref (watch->cancellable);
  g_mutex_clear (&watch->lock);
  g_cond_clear (&watch->changed);
  g_free (watch);
}

static TernJob *
watch_start (GCancellable *cancellable, gint64 deadline)
{
  Watch *watch;

  if (deadline == TERN_NEVER)
    return NULL;
  watch = g_new0 (Watch, 1);
  g_mutex_init (&watch->lock);
  g_cond_init (&watch->changed);
  watch->deadline = deadline;
  watch->cancellable = g_object_ref (cancellable);
  return tern_job_start (TERN_LANE_WATCH, watch_run, watch, watch_free, NULL);
}

static void
watch_end (TernJob *job)
{
  Watch *watch;

  if (!job)
    return;
  watch = tern_job_get_data (job);
  g_mutex_lock (&watch->lock);
  watch->over = TRUE;
  g_cond_signal (&watch->changed);
  g_mutex_unlock (&watch->lock);
  tern_job_drop (job);
}

static void
on_cancelled (GCancellable *cancellable, gpointer ours)
{
  g_cancellable_cancel (ours);
}

gboolean
tern_in_place_call (TernWait *wait,
                    GCancellable *cancellable,
                    void (*func) (gpointer data),
                    gpointer data)
{
  TernJob *watch = watch_start (cancellable, wait->deadline);
  gulong id = 0;

  if (wait->cancellable)
    id = g_cancellable_connect (wait->cancellable, G_CALLBACK (on_cancelled), cancellable, NULL);
  func (data);
  if (id != 0)
    g_cancellable_disconnect (wait->cancellable, id);
  watch_end (watch);
  return !g_cancellable_is_cancelled (cancellable);
}
