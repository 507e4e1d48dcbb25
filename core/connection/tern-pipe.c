/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lock is held for each try of a read or a write and never while anybody waits, so a reader
 * that waits does not keep a writer out. */
#include "connection/tern-pipe.h"

#include <string.h>
#include <sys/stat.h>

#include "base/tern-i18n.h"

/* Read ahead by who asks whether there is something. */
#define PEEK_SIZE 4096

struct _TernPipe
{
  gatomicrefcount ref_count;
  GMutex lock;
  TernTransport *transport; /* NULL once both sides are closed */
  gboolean is_closed[2];    /* input, output */
  char *peeked;
  gsize peeked_at;
  gsize peeked_end;
  gboolean has_ended;   /* a read ahead met the end */
  GError *read_failure; /* or this */
};

TernPipe *
tern_pipe_new (TernTransport *transport)
{
  TernPipe *self = g_new0 (TernPipe, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->transport = transport;
  /* Who reads now wants all that there is. */
  transport->frugal = FALSE;
  return self;
}

TernPipe *
tern_pipe_ref (TernPipe *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tern_pipe_unref (TernPipe *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->transport, tern_transport_free);
  g_clear_error (&self->read_failure);
  g_mutex_clear (&self->lock);
  g_free (self->peeked);
  g_free (self);
}

void
tern_pipe_close_side (TernPipe *self, gboolean is_output)
{
  g_autoptr (TernTransport) transport = NULL;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  self->is_closed[is_output] = TRUE;
  if (self->is_closed[0] && self->is_closed[1])
    transport = g_steal_pointer (&self->transport);
}

static gboolean
check_open (TernPipe *self, gboolean is_output, GError **error)
{
  if (self->transport && !self->is_closed[is_output])
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("The connection was closed"));
  return FALSE;
}

static gsize
take_peeked (TernPipe *self, void *buffer, gsize len)
{
  const gsize n = MIN (len, self->peeked_end - self->peeked_at);

  memcpy (buffer, self->peeked + self->peeked_at, n);
  self->peeked_at += n;
  return n;
}

TernStep
tern_pipe_read (TernPipe *self, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  *n = 0;
  if (!check_open (self, FALSE, error))
    return TERN_STEP_FAILED;
  if (self->peeked_at < self->peeked_end)
    {
      *n = take_peeked (self, buffer, len);
      return TERN_STEP_DONE;
    }
  if (self->read_failure)
    {
      g_propagate_error (error, g_steal_pointer (&self->read_failure));
      return TERN_STEP_FAILED;
    }
  if (self->has_ended || len == 0)
    return TERN_STEP_DONE;
  wait->may_block = FALSE;
  return tern_transport_read (self->transport, buffer, len, n, wait, error);
}

TernStep
tern_pipe_write (
    TernPipe *self, const void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  const struct iovec part = { (void *)buffer, len };
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  *n = 0;
  if (!check_open (self, TRUE, error))
    return TERN_STEP_FAILED;
  if (len == 0)
    return TERN_STEP_DONE;
  wait->may_block = FALSE;
  return tern_transport_write (self->transport, &part, 1, n, wait, error);
}

gboolean
tern_pipe_is_readable (TernPipe *self, TernWait *wait)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  gsize n = 0;
  TernStep step;

  if (!self->transport || self->is_closed[0] || self->peeked_at < self->peeked_end
      || self->has_ended || self->read_failure)
    return TRUE;
  if (!self->peeked)
    self->peeked = g_malloc (PEEK_SIZE);
  wait->may_block = FALSE;
  step = tern_transport_read (self->transport, self->peeked, PEEK_SIZE, &n, wait,
                              &self->read_failure);
  if (step == TERN_STEP_WAIT)
    return FALSE;
  self->peeked_at = 0;
  self->peeked_end = n;
  self->has_ended = step == TERN_STEP_DONE && n == 0;
  return TRUE;
}

gboolean
tern_pipe_is_writable (TernPipe *self, TernWait *wait)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  GPollFD fd = { .fd = -1, .events = G_IO_OUT };

  if (!self->transport || self->is_closed[1])
    return TRUE;
  fd.fd = self->transport->fd;
  if (g_poll (&fd, 1, 0) != 0)
    return TRUE;
  tern_wait_add_fd (wait, fd.fd, G_IO_OUT);
  return FALSE;
}

/* Only a socket is one descriptor for both ways. */
gboolean
tern_pipe_can_poll_output (TernPipe *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  struct stat info;

  return self->transport && self->transport->fd >= 0 && fstat (self->transport->fd, &info) == 0
         && S_ISSOCK (info.st_mode);
}
