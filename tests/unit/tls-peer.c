/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server side of the TLS tests; see the header. Set-up failures abort. */
#include "tls-peer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "io/tern-drive.h"

/* Longer than anything takes, also under valgrind; it ends a test that hangs. */
#define SERVER_PATIENCE 20000

/* ---- the pipe ---- */

typedef struct
{
  TernTransport parent;
  TlsPipe *pipe;
} PipeTransport;

static TernStep
pipe_read (TernTransport *transport, void *buffer, gsize len, gsize *n, TernWait *wait,
           GError **error)
{
  TlsPipe *pipe = ((PipeTransport *) transport)->pipe;
  gsize max = pipe->max_read > 0 ? MIN (pipe->max_read, len) : len;
  gssize result = recv (transport->fd, buffer, max, MSG_DONTWAIT);

  if (result < 0 && errno == EAGAIN)
    {
      tern_wait_add_fd (wait, transport->fd, G_IO_IN);
      return TERN_STEP_WAIT;
    }
  if (result < 0)
    {
      g_set_error (error, G_IO_ERROR, (int)g_io_error_from_errno (errno), "%s", g_strerror (errno));
      return TERN_STEP_FAILED;
    }
  pipe->n_reads++;
  *n = (gsize) result;
  return TERN_STEP_DONE;
}

static TernStep
pipe_write (TernTransport *transport, const struct iovec *parts, int n_parts, gsize *n,
            TernWait *wait, GError **error)
{
  TlsPipe *pipe = ((PipeTransport *) transport)->pipe;
  struct iovec first = parts[0];
  struct msghdr message = { .msg_iov = (struct iovec *) parts, .msg_iovlen = (size_t) n_parts };
  gssize result;

  if (pipe->max_write > 0)
    {
      first.iov_len = MIN (first.iov_len, pipe->max_write);
      message.msg_iov = &first;
      message.msg_iovlen = 1;
    }
  result = sendmsg (transport->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (result < 0 && errno == EAGAIN)
    {
      tern_wait_add_fd (wait, transport->fd, G_IO_OUT);
      return TERN_STEP_WAIT;
    }
  if (result < 0)
    {
      g_set_error (error, G_IO_ERROR, (int)g_io_error_from_errno (errno), "%s", g_strerror (errno));
      return TERN_STEP_FAILED;
    }
  pipe->n_writes++;
  *n = (gsize) result;
  return TERN_STEP_DONE;
}

static gboolean
pipe_is_quiet (TernTransport *transport)
{
  char byte;

  return recv (transport->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

static void
pipe_free (TernTransport *transport)
{
  ((PipeTransport *) transport)->pipe->is_freed = TRUE;
  close (transport->fd);
  g_free (transport);
}

static const TernTransportClass pipe_class = { pipe_read, pipe_write, pipe_is_quiet, pipe_free };

TernTransport *
tls_pipe_new (TlsPipe *pipe, int fd)
{
  PipeTransport *self = g_new0 (PipeTransport, 1);

  self->parent.klass = &pipe_class;
  self->parent.fd = fd;
  self->pipe = pipe;
  return &self->parent;
}

/* ---- the server ---- */

struct _TlsPeer
{
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t priority;
  gnutls_datum_t ticket_key;
};

static void
check (int result, const char *what)
{
  if (result < 0)
    g_error ("TLS peer: %s: %s", what, gnutls_strerror (result));
}

TlsPeer *
tls_peer_new_files (const char *cert_file, const char *key_file, const char *priority)
{
  TlsPeer *peer = g_new0 (TlsPeer, 1);

  check (gnutls_certificate_allocate_credentials (&peer->credentials), "credentials");
  check (gnutls_certificate_set_x509_key_file (peer->credentials, cert_file, key_file,
                                               GNUTLS_X509_FMT_PEM),
         "certificate");
  check (gnutls_priority_init (&peer->priority, priority ? priority : "NORMAL", NULL), "priority");
  check (gnutls_session_ticket_key_generate (&peer->ticket_key), "ticket key");
  return peer;
}

TlsPeer *
tls_peer_new (const TernTestCerts *certs, TernTestCert which, const char *priority)
{
  return tls_peer_new_files (tern_test_certs_get_cert_file (certs, which),
                             tern_test_certs_get_key_file (certs, which), priority);
}

void
tls_peer_free (TlsPeer *peer)
{
  gnutls_certificate_free_credentials (peer->credentials);
  gnutls_priority_deinit (peer->priority);
  gnutls_free (peer->ticket_key.data);
  g_free (peer);
}

static void
note (TlsConn *conn)
{
  char name[256];
  size_t size = sizeof name;
  unsigned type;
  gnutls_datum_t alpn = { NULL, 0 };

  if (gnutls_server_name_get (conn->session, name, &size, &type, 0) >= 0)
    conn->sni = g_strndup (name, size);
  if (gnutls_alpn_get_selected_protocol (conn->session, &alpn) >= 0)
    conn->alpn = g_strndup ((const char *) alpn.data, alpn.size);
  conn->resumed = gnutls_session_is_resumed (conn->session) != 0;
}

static void
note_result (TlsConn *conn, gssize result)
{
  if (result == 0)
    conn->got_bye = TRUE;
  if (result == GNUTLS_E_FATAL_ALERT_RECEIVED || result == GNUTLS_E_WARNING_ALERT_RECEIVED)
    conn->alert = (int) gnutls_alert_get (conn->session);
}

void
tls_conn_read_to_end (TlsConn *conn)
{
  char buffer[4096];
  gssize n;

  do
    {
      n = gnutls_record_recv (conn->session, buffer, sizeof buffer);
      note_result (conn, n);
    }
  while (n > 0 || (n < 0 && gnutls_error_is_fatal ((int) n) == 0));
}

void
tls_conn_write (TlsConn *conn, const char *text)
{
  if (gnutls_record_send (conn->session, text, strlen (text)) < 0)
    g_message ("TLS peer: the client has gone");
}

static void
echo (TlsConn *conn)
{
  char buffer[16384];
  gssize n;

  do
    {
      n = gnutls_record_recv (conn->session, buffer, sizeof buffer);
      note_result (conn, n);
      if (n > 0)
        check ((int) gnutls_record_send (conn->session, buffer, (gsize) n), "echo");
    }
  while (n > 0 || (n < 0 && gnutls_error_is_fatal ((int) n) == 0));
  if (conn->got_bye)
    gnutls_bye (conn->session, GNUTLS_SHUT_WR);
}

static gnutls_session_t
make_session (TlsPeer *peer, int fd)
{
  static const gnutls_datum_t http11 = { (unsigned char *) "http/1.1", 8 };
  gnutls_session_t session;

  check (gnutls_init (&session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL), "session");
  check (gnutls_priority_set (session, peer->priority), "priority");
  check (gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, peer->credentials),
         "credentials");
  check (gnutls_session_ticket_enable_server (session, &peer->ticket_key), "tickets");
  check (gnutls_alpn_set_protocols (session, &http11, 1, 0), "alpn");
  gnutls_transport_set_int (session, fd);
  gnutls_handshake_set_timeout (session, SERVER_PATIENCE);
  gnutls_record_set_timeout (session, SERVER_PATIENCE);
  return session;
}

static gpointer
run (gpointer data)
{
  TlsConn *conn = data;

  if (conn->peer)
    {
      conn->session = make_session (conn->peer, conn->fd);
      do
        conn->result = gnutls_handshake (conn->session);
      while (conn->result < 0 && gnutls_error_is_fatal (conn->result) == 0);
      note_result (conn, conn->result < 0 ? conn->result : 1);
      note (conn);
      if (conn->result < 0)
        gnutls_alert_send_appropriate (conn->session, conn->result);
      else
        conn->serve (conn);
      gnutls_deinit (conn->session);
    }
  else
    conn->serve (conn);
  close (conn->fd);
  return NULL;
}

static TlsConn *
start (TlsPeer *peer, TlsServe serve, gpointer data, int *client_fd)
{
  TlsConn *conn = g_new0 (TlsConn, 1);
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
    g_error ("socketpair: %s", g_strerror (errno));
  conn->fd = fds[0];
  *client_fd = fds[1];
  conn->peer = peer;
  conn->serve = serve;
  conn->data = data;
  conn->alert = -1;
  conn->thread = g_thread_new ("tls-peer", run, conn);
  return conn;
}

TlsConn *
tls_peer_accept (TlsPeer *peer, TlsServe serve, gpointer data, int *client_fd)
{
  return start (peer, serve ? serve : echo, data, client_fd);
}

TlsConn *
tls_peer_accept_plain (TlsServe serve, gpointer data, int *client_fd)
{
  return start (NULL, serve, data, client_fd);
}

void
tls_conn_join (TlsConn *conn)
{
  if (conn->thread)
    g_thread_join (g_steal_pointer (&conn->thread));
}

void
tls_conn_free (TlsConn *conn)
{
  tls_conn_join (conn);
  g_free (conn->sni);
  g_free (conn->alpn);
  g_free (conn);
}

/* ---- the client ---- */

typedef struct
{
  TernTlsHandshake *handshake;
  TernTransport *transport;
  gint64 deadline;
  guint8 *bytes;
  gsize len;
  gsize done;
} Operation;

static TernStep
handshake_step (gpointer data, TernWait *wait, GError **error)
{
  Operation *self = data;
  TernStep step = tern_tls_handshake_step (self->handshake, wait, error);

  if (step != TERN_STEP_WAIT)
    return step;
  if (g_get_monotonic_time () >= self->deadline)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_NOT_CONNECTED, "late");
      return TERN_STEP_FAILED;
    }
  tern_wait_add_deadline (wait, self->deadline);
  return TERN_STEP_WAIT;
}

TernTransport *
tls_client_connect (TernTlsSettings *settings, TernTransport *inner, const char *host,
                    const char *key, guint timeout, GError **error)
{
  g_autoptr (TernTlsHandshake) handshake = tern_tls_handshake_new (settings, inner, host, key);
  Operation self = { .handshake = handshake,
                     .deadline = g_get_monotonic_time () + (gint64) timeout * 1000 };

  if (!tern_drive_sync (handshake_step, &self, NULL, error))
    return NULL;
  return tern_tls_handshake_steal_transport (handshake);
}

static TernStep
write_step (gpointer data, TernWait *wait, GError **error)
{
  Operation *self = data;

  while (self->done < self->len)
    {
      /* In two parts that are never the same ones, as a head and a body would be. */
      gsize cut = (self->len - self->done) / 3;
      struct iovec parts[2] = { { self->bytes + self->done, cut },
                                { self->bytes + self->done + cut, self->len - self->done - cut } };
      gsize n;
      TernStep step = tern_transport_write (self->transport, parts, 2, &n, wait, error);

      if (step != TERN_STEP_DONE)
        return step;
      g_assert_cmpuint (n, >, 0);
      self->done += n;
    }
  return TERN_STEP_DONE;
}

gboolean
tls_client_write (TernTransport *transport, gconstpointer data, gsize len, GError **error)
{
  Operation self = { .transport = transport, .bytes = (guint8 *) data, .len = len };

  return tern_drive_sync (write_step, &self, NULL, error);
}

static TernStep
read_step (gpointer data, TernWait *wait, GError **error)
{
  Operation *self = data;

  while (self->done < self->len)
    {
      gsize n;
      TernStep step = tern_transport_read (self->transport, self->bytes + self->done,
                                           self->len - self->done, &n, wait, error);

      if (step != TERN_STEP_DONE || n == 0)
        return step;
      self->done += n;
    }
  return TERN_STEP_DONE;
}

gssize
tls_client_read (TernTransport *transport, gpointer buffer, gsize len, GError **error)
{
  Operation self = { .transport = transport, .bytes = buffer, .len = len };

  return tern_drive_sync (read_step, &self, NULL, error) ? (gssize) self.done : -1;
}
