/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plain transport: a connected socket. It must never raise SIGPIPE, and blocks in one case
 * only: when the socket is ours and the wait says that its driver would do nothing else. */
#include "net/tern-transport.h"

#include <errno.h>
#include <gio/gio.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  TernTransport base;
  gboolean blocking; /* O_NONBLOCK was taken off: every call but one says MSG_DONTWAIT */
  gint64 block_time; /* SO_RCVTIMEO in microseconds, 0 for ever */
  GDestroyNotify let_go; /* of somebody else's socket, whose flags are not to be touched */
  gpointer owner;
} TcpTransport;

static TernStep
fail (GError **error, int code)
{
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code), g_strerror (code));
  return TERN_STEP_FAILED;
}

/* Lets the next recv() block for no longer than until @deadline; FALSE when it may not. The
 * time-out of the socket is left alone while it ends early enough but not uselessly so: the
 * driver polls for what is left of the time, and most requests cost no call here. */
static gboolean
prepare_to_block (TcpTransport *self, gint64 deadline)
{
  gint64 left = 0;
  struct timeval timeout;

  if (deadline != TERN_NEVER)
    {
      left = deadline - g_get_monotonic_time ();
      /* The kernel counts in ticks; what is shorter than a few of them is the driver's. */
      if (left < 50 * G_TIME_SPAN_MILLISECOND)
        return FALSE;
    }
  if (!self->blocking)
    {
      int non_blocking = 0;

      if (ioctl (self->base.fd, FIONBIO, &non_blocking) < 0)
        return FALSE;
      self->blocking = TRUE;
    }
  if (left == 0 || (self->block_time > 0 && self->block_time <= left
                    && self->block_time >= left / 2))
    return TRUE;

  left -= left / 8;
  timeout.tv_sec = left / G_TIME_SPAN_SECOND;
  timeout.tv_usec = left % G_TIME_SPAN_SECOND;
  if (setsockopt (self->base.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0)
    return FALSE;
  self->block_time = left;
  return TRUE;
}

/* @peek: MSG_PEEK or 0. */
static TernStep
receive (TernTransport *base, void *buffer, gsize len, int peek, gsize *n, TernWait *wait,
         GError **error)
{
  TcpTransport *self = (TcpTransport *) base;
  const gboolean blocks
      = wait->may_block && !self->let_go && prepare_to_block (self, wait->deadline);
  const int flags = blocks ? 0 : MSG_DONTWAIT;
  ssize_t got;

  do
    got = recv (base->fd, buffer, len, flags | peek);
  while (got < 0 && errno == EINTR && flags != 0);

  if (got >= 0)
    {
      *n = got;
      return TERN_STEP_DONE;
    }
  /* A signal must not begin the whole time anew: the driver waits for the rest of it. */
  if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
    return fail (error, errno);
  tern_wait_add_fd (wait, base->fd, G_IO_IN);
  return TERN_STEP_WAIT;
}

static TernStep
tcp_read (TernTransport *base, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  return receive (base, buffer, len, 0, n, wait, error);
}

static TernStep
tcp_read_line (TernTransport *base, void *buffer, gsize len, gsize *n, TernWait *wait,
               GError **error)
{
  const TernStep step = receive (base, buffer, len, MSG_PEEK, n, wait, error);
  const char *end;

  if (step != TERN_STEP_DONE || *n == 0)
    return step;
  end = memchr (buffer, '\n', *n);
  /* What was seen is there to be taken. */
  wait->may_block = FALSE;
  return receive (base, buffer, end ? (gsize) (end + 1 - (const char *) buffer) : *n, 0, n, wait,
                  error);
}

static TernStep
tcp_write (TernTransport *base, const struct iovec *parts, int n_parts, gsize *n, TernWait *wait,
           GError **error)
{
  const int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
  struct msghdr message = { .msg_iov = (struct iovec *) parts,
                            .msg_iovlen = MIN (n_parts, IOV_MAX) };
  ssize_t put;

  do
    put = n_parts == 1 ? send (base->fd, parts->iov_base, parts->iov_len, flags)
                       : sendmsg (base->fd, &message, flags);
  while (put < 0 && errno == EINTR);

  if (put >= 0)
    {
      *n = put;
      return TERN_STEP_DONE;
    }
  if (errno != EAGAIN && errno != EWOULDBLOCK)
    return fail (error, errno);
  tern_wait_add_fd (wait, base->fd, G_IO_OUT);
  return TERN_STEP_WAIT;
}

/* Bytes that nobody asked for (RFC 9112 §9.3), the end and a reset all end the quiet. */
static gboolean
tcp_is_quiet (TernTransport *base)
{
  char byte;
  ssize_t got;

  do
    got = recv (base->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

static void
tcp_free (TernTransport *base)
{
  TcpTransport *self = (TcpTransport *)base;

  if (self->let_go)
    self->let_go (self->owner);
  else
    close (base->fd);
  g_free (self);
}

static const TernTransportClass tcp_class = {
  .read = tcp_read,
  .read_line = tcp_read_line,
  .write = tcp_write,
  .is_quiet = tcp_is_quiet,
  .free = tcp_free,
};

TernTransport *
tern_transport_new_tcp (int fd)
{
  TcpTransport *self = g_new0 (TcpTransport, 1);

  self->base.klass = &tcp_class;
  self->base.fd = fd;
  return &self->base;
}

TernTransport *
tern_transport_new_socket (int fd, GDestroyNotify let_go, gpointer owner)
{
  TernTransport *base = tern_transport_new_tcp (fd);

  ((TcpTransport *)base)->let_go = let_go;
  ((TcpTransport *)base)->owner = owner;
  return base;
}
