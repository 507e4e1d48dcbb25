/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drives a step from one GSource in the caller's thread-default main context. It never iterates a
 * context, and its source never outlives the operation. */
#include "io/tern-drive.h"

#include <string.h>

typedef struct
{
  int fd;
  GIOCondition condition;
  gpointer tag;
} Watch;

typedef struct
{
  GSource source;
  TernStepFunc step;
  gpointer self;
  GCancellable *cancellable;
  gulong cancel_id;
  TernDriveDone done;
  gpointer data;
  TernWait wait;
  int woken; /* atomic: a wake came since the step was last called */
  guint n_watches;
  guint n_alloc;
  Watch *watches;
  Watch inline_watches[2];
} Drive;

static void
on_wake (gpointer target)
{
  Drive *drive = target;

  g_atomic_int_set (&drive->woken, 1);
  g_source_set_ready_time (&drive->source, 0);
}

static TernWake *
make_wake (gpointer driver)
{
  return tern_wake_new (on_wake, driver);
}

static void
on_cancelled (GCancellable *cancellable, gpointer wake)
{
  tern_wake_fire (wake);
}

static void
reserve_watches (Drive *drive, guint n)
{
  Watch *more;

  if (n <= drive->n_alloc)
    return;
  more = g_new (Watch, n * 2);
  memcpy (more, drive->watches, drive->n_watches * sizeof (Watch));
  if (drive->watches != drive->inline_watches)
    g_free (drive->watches);
  drive->watches = more;
  drive->n_alloc = n * 2;
}

/* Makes the source watch what the step waits for; in the common case, the same descriptor as last
 * time, nothing changes. */
static void
update_watches (Drive *drive)
{
  const TernWait *wait = &drive->wait;
  guint i;

  reserve_watches (drive, wait->n_fds);
  while (drive->n_watches > wait->n_fds)
    g_source_remove_unix_fd (&drive->source, drive->watches[--drive->n_watches].tag);
  for (i = 0; i < wait->n_fds; i++)
    {
      Watch *watch = &drive->watches[i];
      const GPollFD *wish = &wait->fds[i];

      if (i < drive->n_watches && watch->fd == wish->fd)
        {
          if (watch->condition != wish->events)
            g_source_modify_unix_fd (&drive->source, watch->tag, wish->events);
        }
      else
        {
          if (i < drive->n_watches)
            g_source_remove_unix_fd (&drive->source, watch->tag);
          watch->tag = g_source_add_unix_fd (&drive->source, wish->fd, wish->events);
        }
      watch->fd = wish->fd;
      watch->condition = wish->events;
    }
  drive->n_watches = wait->n_fds;
}

/* Calls the step once; TRUE when the operation goes on. */
static gboolean
advance (Drive *drive, GError **error)
{
  g_atomic_int_set (&drive->woken, 0);
  if (g_cancellable_set_error_if_cancelled (drive->cancellable, error))
    return FALSE;
  tern_wait_reset (&drive->wait);
  if (drive->step (drive->self, &drive->wait, error) != TERN_STEP_WAIT)
    return FALSE;
  if (drive->cancellable && drive->cancel_id == 0)
    drive->cancel_id = g_cancellable_connect (drive->cancellable, G_CALLBACK (on_cancelled),
                                              tern_wait_get_wake (&drive->wait), NULL);
  update_watches (drive);
  g_source_set_ready_time (&drive->source,
                           drive->wait.deadline == TERN_NEVER ? -1 : drive->wait.deadline);
  /* A wake that came while the step ran must not be lost to the line above. */
  if (g_atomic_int_get (&drive->woken))
    g_source_set_ready_time (&drive->source, 0);
  return TRUE;
}

/* Takes everything down before the result goes out, so that the callback may do as it likes. */
static void
finish (Drive *drive, GError *error)
{
  const TernDriveDone done = drive->done;
  gpointer self = drive->self;
  gpointer data = drive->data;

  if (drive->cancel_id != 0)
    g_cancellable_disconnect (drive->cancellable, drive->cancel_id);
  drive->cancel_id = 0;
  if (drive->wait.wake)
    tern_wake_disarm (drive->wait.wake);
  g_source_destroy (&drive->source);
  done (self, error, data);
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Drive *drive = (Drive *) source;
  GError *error = NULL;

  if (!advance (drive, &error))
    finish (drive, error);
  return G_SOURCE_CONTINUE;
}

/* Also reached when the context goes away with the operation unfinished; then nobody is left to
 * tell. */
static void
finalize (GSource *source)
{
  Drive *drive = (Drive *) source;

  if (drive->wait.wake)
    tern_wake_disarm (drive->wait.wake);
  if (drive->cancel_id != 0)
    g_cancellable_disconnect (drive->cancellable, drive->cancel_id);
  g_clear_object (&drive->cancellable);
  tern_wait_clear (&drive->wait);
  if (drive->watches != drive->inline_watches)
    g_free (drive->watches);
}

static GSourceFuncs drive_funcs = { .dispatch = dispatch, .finalize = finalize };

void
tern_drive_async (TernStepFunc step, gpointer self, GCancellable *cancellable, TernDriveDone done,
                  gpointer data)
{
  Drive *drive = (Drive *) g_source_new (&drive_funcs, sizeof (Drive));
  GError *error = NULL;

  drive->step = step;
  drive->self = self;
  drive->cancellable = cancellable ? g_object_ref (cancellable) : NULL;
  drive->done = done;
  drive->data = data;
  drive->watches = drive->inline_watches;
  drive->n_alloc = G_N_ELEMENTS (drive->inline_watches);
  tern_wait_init (&drive->wait, make_wake, drive);
  drive->wait.in_loop = TRUE;
  drive->wait.context = g_main_context_get_thread_default ();
  drive->wait.cancellable = drive->cancellable;
  g_source_set_static_name (&drive->source, "[tern] operation");
  if (advance (drive, &error))
    {
      g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

      g_source_attach (&drive->source, context);
    }
  else
    finish (drive, error);
  g_source_unref (&drive->source);
}
