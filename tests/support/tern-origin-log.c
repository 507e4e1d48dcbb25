/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The log of a TernOrigin: what arrived, on which connection, how TLS went; waiting for it; and
 * the tricks on idle connections. It reads under the lock and hands out copies only. */

#include "tern-origin-private.h"

#include <string.h>
#include <sys/socket.h>

static guint
read_number (TernOrigin  *self,
             const guint *number)
{
  origin_lock (self);
  guint n = *number;
  origin_unlock (self);
  return n;
}

guint
tern_origin_n_requests (TernOrigin *self)
{
  return read_number (self, &self->requests->len);
}

guint
tern_origin_n_connections (TernOrigin *self)
{
  return read_number (self, &self->conns->len);
}

guint
tern_origin_n_open (TernOrigin *self)
{
  return read_number (self, &self->n_open);
}

guint
tern_origin_max_open (TernOrigin *self)
{
  return read_number (self, &self->max_open);
}

guint64
tern_origin_n_bytes_received (TernOrigin *self)
{
  origin_lock (self);
  guint64 n = self->n_bytes;
  origin_unlock (self);
  return n;
}

TernOriginRequest *
tern_origin_get_request (TernOrigin *self,
                         guint       i)
{
  origin_lock (self);
  guint n = self->requests->len;
  TernOriginRequest *copy
      = i < n ? request_copy (g_ptr_array_index (self->requests, i)) : NULL;
  origin_unlock (self);
  if (copy == NULL)
    g_error ("test origin: request %u was asked for, but there were %u", i, n);
  return copy;
}

void
tern_origin_clear_log (TernOrigin *self)
{
  origin_lock (self);
  for (guint i = 0; i < self->requests->len; i++)
    tern_origin_request_free (g_ptr_array_index (self->requests, i));
  g_ptr_array_set_size (self->requests, 0);
  origin_unlock (self);
}

/* Waits for the number to reach @n from either side, or to be it. */
static gboolean
wait_number (TernOrigin  *self,
             const guint *number,
             guint        n,
             gboolean     exactly,
             guint        ms)
{
  gint64 deadline = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);
  gboolean reached;

  origin_lock (self);
  while (!(reached = exactly ? *number == n : *number >= n))
    if (!origin_wait (self, deadline))
      break;
  origin_unlock (self);
  return reached;
}

gboolean
tern_origin_wait_requests (TernOrigin *self,
                           guint       n,
                           guint       ms)
{
  return wait_number (self, &self->requests->len, n, FALSE, ms);
}

gboolean
tern_origin_wait_connections (TernOrigin *self,
                              guint       n,
                              guint       ms)
{
  return wait_number (self, &self->conns->len, n, FALSE, ms);
}

gboolean
tern_origin_wait_n_open (TernOrigin *self,
                         guint       n,
                         guint       ms)
{
  return wait_number (self, &self->n_open, n, TRUE, ms);
}

gboolean
tern_origin_wait_closed (TernOrigin *self,
                         guint       i,
                         guint       ms)
{
  gint64 deadline = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);
  gboolean closed = FALSE;

  origin_lock (self);
  for (;;)
    {
      const TernOriginConn *conn
          = i < self->conns->len ? g_ptr_array_index (self->conns, i) : NULL;

      closed = conn && conn->client_closed;
      if (closed || (conn && conn->state == CONN_CLOSED) || !origin_wait (self, deadline))
        break;
    }
  origin_unlock (self);
  return closed;
}

typedef enum
{
  TRICK_CLOSE,
  TRICK_RESET,
  TRICK_POKE
} Trick;

/* Plays a trick on one idle connection; its thread sits in poll and sees the end as its own. */
static void
play_trick (TernOriginConn *conn,
            Trick           trick,
            gconstpointer   data,
            gsize           length)
{
  struct linger now = { .l_onoff = 1, .l_linger = 0 };

  switch (trick)
    {
    case TRICK_POKE:
      if (conn->tls)
        gnutls_record_send (conn->tls, data, length);
      else
        send (conn->fd, data, length, MSG_NOSIGNAL);
      return;
    case TRICK_RESET:
      /* Reading is shut, which tells the client nothing; the thread's close then resets. */
      setsockopt (conn->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
      conn->state = CONN_ENDING;
      shutdown (conn->fd, SHUT_RD);
      return;
    case TRICK_CLOSE:
    default:
      if (conn->tls && !conn->truncate)
        gnutls_bye (conn->tls, GNUTLS_SHUT_WR);
      conn->state = CONN_ENDING;
      shutdown (conn->fd, SHUT_RDWR);
      return;
    }
}

static gboolean
any_in_state (TernOrigin *self,
              ConnState   state)
{
  for (guint i = 0; i < self->conns->len; i++)
    if (((const TernOriginConn *) g_ptr_array_index (self->conns, i))->state == state)
      return TRUE;
  return FALSE;
}

static guint
trick_idle (TernOrigin   *self,
            Trick         trick,
            gconstpointer data,
            gsize         length)
{
  gint64 deadline = g_get_monotonic_time () + G_USEC_PER_SEC;
  guint n = 0;

  origin_lock (self);
  /* A client can see its answer before the thread is back at its poll. */
  while (any_in_state (self, CONN_BUSY) && origin_wait (self, deadline))
    ;
  for (guint i = 0; i < self->conns->len; i++)
    {
      TernOriginConn *conn = g_ptr_array_index (self->conns, i);

      if (conn->state != CONN_IDLE)
        continue;
      play_trick (conn, trick, data, length);
      n++;
    }
  while (any_in_state (self, CONN_ENDING) && origin_wait (self, deadline))
    ;
  origin_unlock (self);
  return n;
}

guint
tern_origin_close_idle (TernOrigin *self)
{
  return trick_idle (self, TRICK_CLOSE, NULL, 0);
}

guint
tern_origin_reset_idle (TernOrigin *self)
{
  return trick_idle (self, TRICK_RESET, NULL, 0);
}

guint
tern_origin_poke_idle (TernOrigin   *self,
                       gconstpointer data,
                       gssize        length)
{
  return trick_idle (self, TRICK_POKE, data, length < 0 ? strlen (data) : (gsize) length);
}

static TernOriginConn *
get_conn (TernOrigin *self,
          guint       i)
{
  if (i >= self->conns->len)
    g_error ("test origin: connection %u was asked for, but there were %u", i, self->conns->len);
  return g_ptr_array_index (self->conns, i);
}

static gboolean
read_fact (TernOrigin *self,
           guint       i,
           gsize       offset)
{
  origin_lock (self);
  gboolean value = G_STRUCT_MEMBER (gboolean, &get_conn (self, i)->facts, offset);
  origin_unlock (self);
  return value;
}

static char *
read_text (TernOrigin *self,
           guint       i,
           gsize       offset)
{
  origin_lock (self);
  char *value = g_strdup (G_STRUCT_MEMBER (char *, &get_conn (self, i)->facts, offset));
  origin_unlock (self);
  return value;
}

gboolean
tern_origin_connection_resumed (TernOrigin *self,
                                guint       i)
{
  return read_fact (self, i, G_STRUCT_OFFSET (TlsFacts, resumed));
}

gboolean
tern_origin_connection_got_close_notify (TernOrigin *self,
                                         guint       i)
{
  return read_fact (self, i, G_STRUCT_OFFSET (TlsFacts, got_close_notify));
}

gboolean
tern_origin_connection_has_client_cert (TernOrigin *self,
                                        guint       i)
{
  return read_fact (self, i, G_STRUCT_OFFSET (TlsFacts, has_client_cert));
}

char *
tern_origin_connection_client (TernOrigin *self,
                            guint       i)
{
  return read_text (self, i, G_STRUCT_OFFSET (TlsFacts, client));
}

char *
tern_origin_connection_sni (TernOrigin *self,
                            guint       i)
{
  return read_text (self, i, G_STRUCT_OFFSET (TlsFacts, sni));
}

char *
tern_origin_connection_alpn (TernOrigin *self,
                             guint       i)
{
  return read_text (self, i, G_STRUCT_OFFSET (TlsFacts, alpn));
}

char *
tern_origin_connection_tls_version (TernOrigin *self,
                                    guint       i)
{
  return read_text (self, i, G_STRUCT_OFFSET (TlsFacts, version));
}

char *
tern_origin_connection_alert (TernOrigin *self,
                              guint       i)
{
  return read_text (self, i, G_STRUCT_OFFSET (TlsFacts, alert));
}

char *
tern_origin_connection_error (TernOrigin *self,
                              guint       i)
{
  return read_text (self, i, G_STRUCT_OFFSET (TlsFacts, error));
}
