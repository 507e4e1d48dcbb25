/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing into a descriptor that somebody else reads, or does not. It waits with poll, so that it
 * can be cancelled; the flags of the caller's own end are never changed, for others share them. */
#include "transfer-private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <tern/tern.h>
#include <unistd.h>

/* The same pipe under another description, which alone is non-blocking. Where that is not to be had
 * (no /proc, no right) the pipe is written PIPE_BUF bytes at a time. */
void
transfer_prepare_out (TransferSpec *spec)
{
  char path[64];
  int fd;

  if (spec->out < 0 || spec->kind != DESCRIPTOR_PIPE || (fcntl (spec->out, F_GETFL) & O_NONBLOCK))
    return;
  g_snprintf (path, sizeof path, "/proc/self/fd/%d", spec->out);
  fd = open (path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    return;
  close (spec->out);
  spec->out = fd;
}

static void
set_waiting (Transfer *self, gboolean waits)
{
  g_mutex_lock (&self->lock);
  self->waits_since = waits ? g_get_monotonic_time () : 0;
  g_mutex_unlock (&self->lock);
}

static gboolean
wait_writable (Transfer *self, GError **error)
{
  GPollFD polls[2] = { { .fd = self->spec->out, .events = G_IO_OUT } };
  gboolean can_cancel;

  if (g_poll (polls, 1, 0) == 1)
    return TRUE;
  can_cancel = g_cancellable_make_pollfd (self->cancellable, &polls[1]);
  set_waiting (self, TRUE);
  g_poll (polls, can_cancel ? 2 : 1, -1);
  set_waiting (self, FALSE);
  if (can_cancel)
    g_cancellable_release_fd (self->cancellable);
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

static gssize
write_some (const TransferSpec *spec, const guint8 *data, gsize size)
{
  if (spec->kind == DESCRIPTOR_SOCKET)
    return send (spec->out, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  /* POSIX: a pipe that polls as writable takes PIPE_BUF bytes without blocking. */
  if (spec->kind == DESCRIPTOR_PIPE && !(fcntl (spec->out, F_GETFL) & O_NONBLOCK))
    size = MIN (size, PIPE_BUF);
  return write (spec->out, data, size);
}

gboolean
transfer_write (Transfer *self, const guint8 *data, gsize size, GError **error)
{
  const TransferSpec *spec = self->spec;

  if (spec->out < 0)
    return TRUE;
  while (size > 0)
    {
      gssize n;

      if (spec->kind != DESCRIPTOR_FILE && !wait_writable (self, error))
        return FALSE;
      n = write_some (spec, data, size);
      if (n < 0 && errno != EINTR && errno != EAGAIN)
        {
          g_set_error (error, TERN_FETCH_ERROR,
                       errno == ENOSPC || errno == EDQUOT ? TERN_FETCH_ERROR_NO_SPACE
                                                          : TERN_FETCH_ERROR_WRITE,
                       "the descriptor cannot be written to: %s", g_strerror (errno));
          return FALSE;
        }
      data += n > 0 ? n : 0;
      size -= n > 0 ? (gsize)n : 0;
    }
  return TRUE;
}
