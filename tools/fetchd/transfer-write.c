/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing into the pipe of a stream, which is ours and does not block. It waits with poll, so that
 * it can be cancelled, and never longer than there is a reader. */
#include "transfer-private.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <tern/tern.h>
#include <unistd.h>

static gboolean
wait_writable (Transfer *self, GError **error)
{
  GPollFD polls[2] = { { .fd = self->spec->out, .events = G_IO_OUT } };
  const gboolean can_cancel = g_cancellable_make_pollfd (self->cancellable, &polls[1]);

  g_poll (polls, can_cancel ? 2 : 1, -1);
  if (can_cancel)
    g_cancellable_release_fd (self->cancellable);
  return !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

gboolean
transfer_write (Transfer *self, const guint8 *data, gsize size, GError **error)
{
  if (self->spec->out < 0)
    return TRUE;
  while (size > 0)
    {
      const gssize n = write (self->spec->out, data, size);

      if (n < 0 && errno == EAGAIN)
        {
          if (!wait_writable (self, error))
            return FALSE;
        }
      else if (n < 0 && errno != EINTR)
        {
          g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_WRITE,
                       _ ("The pipe cannot be written to: %s"), g_strerror (errno));
          return FALSE;
        }
      data += n > 0 ? n : 0;
      size -= n > 0 ? (gsize)n : 0;
    }
  return TRUE;
}
