/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GSource over the wishes of a step, for pollable streams: it tells when a non-blocking read is
 * worth another try and calls no step itself. */
#include "io/tern-drive.h"

typedef struct
{
  GSource source;
  TernWait wait;
} WishSource;

static void
on_wake (gpointer target)
{
  g_source_set_ready_time (target, 0);
}

static TernWake *
make_wake (gpointer driver)
{
  return tern_wake_new (on_wake, driver);
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback ? callback (user_data) : G_SOURCE_REMOVE;
}

static void
finalize (GSource *source)
{
  WishSource *self = (WishSource *) source;

  if (self->wait.wake)
    tern_wake_disarm (self->wait.wake);
  tern_wait_clear (&self->wait);
}

static GSourceFuncs wish_funcs = { .dispatch = dispatch, .finalize = finalize };

GSource *
tern_drive_source_new (gboolean (*fill) (gpointer self, TernWait *wait), gpointer self)
{
  WishSource *wish = (WishSource *) g_source_new (&wish_funcs, sizeof (WishSource));

  g_source_set_static_name (&wish->source, "[tern] stream");
  tern_wait_init (&wish->wait, make_wake, wish);
  if (!fill (self, &wish->wait))
    {
      g_source_set_ready_time (&wish->source, 0);
      return &wish->source;
    }
  for (guint i = 0; i < wish->wait.n_fds; i++)
    g_source_add_unix_fd (&wish->source, wish->wait.fds[i].fd, wish->wait.fds[i].events);
  if (wish->wait.deadline != TERN_NEVER)
    g_source_set_ready_time (&wish->source, wish->wait.deadline);
  return &wish->source;
}
