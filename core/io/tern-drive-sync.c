/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drives a step in the thread that asked: call it, poll for its wishes, call it again. It never
 * touches a main context. */
#include "io/tern-drive.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Milliseconds between two looks where nothing can wake the thread. */
#define BLIND_POLL 50

/* One eventfd a thread serves every operation of that thread, one after the other or nested. */
typedef struct
{
  int fd;
  guint depth;
  TernWake *wake;
} Waker;

static void
waker_fire (gpointer target)
{
  const guint64 one = 1;

  /* The counter cannot be full: it is read before each poll that uses it. */
  if (write (((Waker *) target)->fd, &one, sizeof one) < 0)
    return;
}

static void
waker_free (gpointer data)
{
  Waker *waker = data;

  if (waker->wake)
    {
      tern_wake_disarm (waker->wake);
      tern_wake_unref (waker->wake);
      close (waker->fd);
    }
  g_free (waker);
}

static GPrivate waker_key = G_PRIVATE_INIT (waker_free);

static Waker *
get_waker (void)
{
  Waker *waker = g_private_get (&waker_key);

  if (!waker)
    {
      waker = g_new0 (Waker, 1);
      waker->fd = -1;
      g_private_set (&waker_key, waker);
    }
  return waker;
}

static TernWake *
make_wake (gpointer driver)
{
  Waker *waker = driver;

  if (!waker->wake)
    {
      waker->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
      waker->wake = tern_wake_new (waker_fire, waker);
    }
  return tern_wake_ref (waker->wake);
}

static void
on_cancelled (GCancellable *cancellable, gpointer wake)
{
  tern_wake_fire (wake);
}

static int
poll_timeout (gint64 deadline)
{
  gint64 left;

  if (deadline == TERN_NEVER)
    return -1;
  left = deadline - g_get_monotonic_time ();
  if (left <= 0)
    return 0;
  /* Rounded up: a poll that ends just before the deadline would only be polled again. */
  return MIN ((left + 999) / 1000, G_MAXINT);
}

/* Where the process has no descriptor left for a wake handle, the thread looks by itself. */
static int
cap_timeout (int timeout)
{
  return timeout < 0 ? BLIND_POLL : MIN (timeout, BLIND_POLL);
}

static void
wait_for (TernWait *wait, Waker *waker)
{
  int timeout = poll_timeout (wait->deadline);
  guint64 count;

  if (wait->wake && waker->fd < 0)
    waker->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wait->wake && waker->fd < 0)
    timeout = cap_timeout (timeout);
  else if (wait->wake)
    tern_wait_add_fd (wait, waker->fd, G_IO_IN);
  if (g_poll (wait->fds, wait->n_fds, timeout) <= 0 || !wait->wake || waker->fd < 0)
    return;
  if (wait->fds[wait->n_fds - 1].revents && read (waker->fd, &count, sizeof count) < 0
      && errno != EAGAIN)
    g_usleep (1000); /* cannot happen; never spin if it does */
}

gboolean
tern_drive_sync (TernStepFunc step, gpointer self, GCancellable *cancellable, GError **error)
{
  Waker *waker = get_waker ();
  gulong cancel_id = 0;
  TernStep result = TERN_STEP_FAILED;
  TernWait wait;

  tern_wait_init (&wait, make_wake, waker);
  wait.cancellable = cancellable;
  waker->depth++;
  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      tern_wait_reset (&wait);
      wait.may_block = cancellable == NULL && wait.wake == NULL;
      result = step (self, &wait, error);
      if (result != TERN_STEP_WAIT)
        break;
      if (cancellable && cancel_id == 0)
        cancel_id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled),
                                           tern_wait_get_wake (&wait), NULL);
      wait_for (&wait, waker);
      result = TERN_STEP_FAILED; /* what a cancelled loop leaves with */
    }
  if (cancel_id != 0)
    g_cancellable_disconnect (cancellable, cancel_id);
  tern_wait_clear (&wait);
  /* An operation around this one shares the eventfd and may have lost a wake to it: let it look. */
  if (--waker->depth > 0 && waker->wake)
    waker_fire (waker);
  return result == TERN_STEP_DONE;
}
