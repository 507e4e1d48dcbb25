/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bytes of a TernOrigin connection: reading, writing and ending, plain or TLS alike. It
 * knows no HTTP. Whatever goes wrong on the wire ends the connection and never the test. */

#include "tern-origin-private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE (64 * 1024)

void
conn_set_state (TernOriginConn *self,
                ConnState       state)
{
  origin_lock (self->origin);
  /* Another thread shut it down in its idle moment; nothing takes that back. */
  if (self->state != CONN_ENDING)
    self->state = state;
  origin_changed (self->origin);
  origin_unlock (self->origin);
}

/* The other side ended the connection, unless it was us. */
void
conn_mark_gone (TernOriginConn *self)
{
  self->ended = TRUE;
  origin_lock (self->origin);
  if (self->state != CONN_ENDING && !self->origin->stopping)
    self->client_closed = TRUE;
  origin_changed (self->origin);
  origin_unlock (self->origin);
}

/* Waits for @events; POLLRDHUP in @events also means "tell me when the client closes".
 * Freeing the origin shuts the socket down, which ends every wait. */
gboolean
conn_poll (TernOriginConn *self,
           short           events,
           int             timeout_ms)
{
  struct pollfd p = { .fd = self->fd, .events = events };
  gint64 end = g_get_monotonic_time () + timeout_ms * G_GINT64_CONSTANT (1000);

  for (;;)
    {
      gint64 left = timeout_ms < 0 ? -1 : MAX (0, (end - g_get_monotonic_time () + 999) / 1000);
      int n = poll (&p, 1, (int) left);

      if (n > 0)
        return TRUE;
      if (n == 0 || errno != EINTR)
        return FALSE;
    }
}

/* One non-blocking receive: > 0 bytes, 0 at the end, -1 for "wait", -2 for an error. */
static gssize
receive (TernOriginConn *self,
         guint8         *buffer,
         gsize           size)
{
  gssize n;

  if (self->tls)
    {
      n = gnutls_record_recv (self->tls, buffer, size);
      if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED || n == GNUTLS_E_REHANDSHAKE)
        return -1;
      if (n <= 0)
        conn_note_tls_error (self, (int) n);
      /* A missing close_notify is an end like any other here; the log keeps the difference. */
      return n < 0 ? (n == GNUTLS_E_PREMATURE_TERMINATION ? 0 : -2) : n;
    }
  n = recv (self->fd, buffer, size, 0);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? -1 : -2;
  return n;
}

/* Waits for the first byte of a request. Only here may other threads write or shut down. */
static void
wait_idle (TernOriginConn *self)
{
  conn_set_state (self, CONN_IDLE);
  conn_poll (self, POLLIN, -1);
  conn_set_state (self, CONN_BUSY);
}

/* Reads more into the buffer; 0 or less when nothing will come any more. */
gssize
conn_fill (TernOriginConn *self,
           gboolean        idle)
{
  guint old = self->in->len;
  gboolean pending = self->tls && gnutls_record_check_pending (self->tls) > 0;
  gssize n = -1;

  if (idle && !pending)
    wait_idle (self);
  g_byte_array_set_size (self->in, old + READ_SIZE);
  while ((n = receive (self, self->in->data + old, READ_SIZE)) == -1)
    if (idle)
      wait_idle (self);
    else
      conn_poll (self, POLLIN, -1);
  g_byte_array_set_size (self->in, old + (guint) MAX (n, 0));
  if (n <= 0)
    {
      conn_mark_gone (self);
      return n;
    }
  origin_lock (self->origin);
  self->origin->n_bytes += (guint64) n;
  origin_unlock (self->origin);
  return n;
}

void
conn_consume (TernOriginConn *self,
              gsize           n)
{
  g_byte_array_remove_range (self->in, 0, (guint) n);
}

/* One non-blocking send: bytes, -1 for "wait", -2 for an error. */
static gssize
transmit (TernOriginConn *self,
          const guint8   *data,
          gsize           length)
{
  gssize n;

  if (self->tls)
    {
      n = gnutls_record_send (self->tls, data, length);
      if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
        return -1;
      return n < 0 ? -2 : n;
    }
  n = send (self->fd, data, length, MSG_NOSIGNAL);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? -1 : -2;
  return n;
}

gboolean
conn_send (TernOriginConn *self,
           gconstpointer   data,
           gsize           length)
{
  const guint8 *p = data;

  while (length > 0)
    {
      gssize n = transmit (self, p, length);

      if (n == -2 || (n == -1 && !conn_poll (self, POLLOUT, -1)))
        {
          conn_mark_gone (self);
          return FALSE;
        }
      p += MAX (n, 0);
      length -= (gsize) MAX (n, 0);
    }
  return TRUE;
}

/* Closing a socket with unread bytes sends RST, which can overtake the answer; so the rest of a
 * body that nobody wants is drained for a moment first (RFC 9112 §9.6). */
static void
linger (TernOriginConn *self)
{
  int unread = 0;
  guint8 sink[4096];
  gint64 end = g_get_monotonic_time () + 200 * 1000;

  ioctl (self->fd, FIONREAD, &unread);
  if (unread == 0 && !self->body_unread)
    return;
  shutdown (self->fd, SHUT_WR);
  while (g_get_monotonic_time () < end)
    {
      gssize n = recv (self->fd, sink, sizeof sink, 0);

      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        return;
      if (n < 0)
        conn_poll (self, POLLIN, 20);
    }
}

/* Ends the connection in the way that was asked for. */
void
conn_shut (TernOriginConn *self)
{
  origin_lock (self->origin);
  gboolean ours = !self->client_closed && self->state != CONN_ENDING && !self->origin->stopping;
  origin_unlock (self->origin);
  ours = ours && !self->reset;

  if (ours && self->tls && !self->truncate)
    gnutls_bye (self->tls, GNUTLS_SHUT_WR);
  if (ours)
    linger (self);

  origin_lock (self->origin);
  if (self->tls)
    gnutls_deinit (self->tls);
  self->tls = NULL;
  close (self->fd);
  self->fd = -1;
  self->state = CONN_CLOSED;
  self->origin->n_open--;
  origin_changed (self->origin);
  origin_unlock (self->origin);
}
