/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GSource over the wishes of a step, for pollable streams: it tells when a non-blocking read is
 * worth another try. What is waited for changes with each read, so the wishes are asked for anew
 * before each wait that follows a dispatch. */
#include "io/tern-drive.h"

typedef struct
{
  GSource source;
  TernWait wait;
  gboolean (*fill) (gpointer self, TernWait *wait);
  gpointer self;
  gboolean stale;  /* dispatched since the wishes were stated */
  GPtrArray *tags; /* of the descriptors that are watched */
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

/* TRUE when there is nothing to wait for. */
static gboolean
restate (WishSource *wish)
{
  for (guint i = 0; i < wish->tags->len; i++)
    g_source_remove_unix_fd (&wish->source, wish->tags->pdata[i]);
  g_ptr_array_set_size (wish->tags, 0);
  tern_wait_reset (&wish->wait);
  /* Before the question: a wake that comes while it is answered must not be undone. */
  g_source_set_ready_time (&wish->source, -1);
  if (!wish->fill (wish->self, &wish->wait))
    return TRUE;
  for (guint i = 0; i < wish->wait.n_fds; i++)
    g_ptr_array_add (wish->tags, g_source_add_unix_fd (&wish->source, wish->wait.fds[i].fd,
                                                       wish->wait.fds[i].events));
  if (wish->wait.deadline != TERN_NEVER && g_source_get_ready_time (&wish->source) != 0)
    g_source_set_ready_time (&wish->source, wish->wait.deadline);
  return FALSE;
}

static gboolean
prepare (GSource *source, int *timeout)
{
  WishSource *wish = (WishSource *)source;

  *timeout = -1;
  if (wish->stale && restate (wish))
    return TRUE;
  wish->stale = FALSE;
  return FALSE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  ((WishSource *)source)->stale = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
finalize (GSource *source)
{
  WishSource *wish = (WishSource *)source;

  if (wish->wait.wake)
    tern_wake_disarm (wish->wait.wake);
  tern_wait_clear (&wish->wait);
  g_ptr_array_unref (wish->tags);
}

static GSourceFuncs wish_funcs = { .prepare = prepare, .dispatch = dispatch, .finalize = finalize };

GSource *
tern_drive_source_new (gboolean (*fill) (gpointer self, TernWait *wait), gpointer self)
{
  WishSource *wish = (WishSource *)g_source_new (&wish_funcs, sizeof (WishSource));

  g_source_set_static_name (&wish->source, "[tern] stream");
  tern_wait_init (&wish->wait, make_wake, wish);
  wish->fill = fill;
  wish->self = self;
  wish->stale = TRUE;
  wish->tags = g_ptr_array_new ();
  return &wish->source;
}
