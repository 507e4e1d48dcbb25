/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a TLS transport does after the handshake: records, ends, late tickets, things nobody asked
 * for. */
#include <malloc.h>
#include <string.h>
#include <sys/socket.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "tern-test-util.h"
#include "tls-peer.h"

#define ONLY_12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define ONLY_13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

static TernTestCerts *certs;

/* One connection to a server that does one thing. */
typedef struct
{
  TlsPeer *peer;
  TernTlsSettings *settings;
  TlsConn *conn;
  TlsPipe pipe;
  TernTransport *transport;
  /* The server goes on when the test says so, and the other way round. */
  GAsyncQueue *go;
  GAsyncQueue *done;
} Fixture;

static void
fixture_init (Fixture *self, const char *priority, TlsServe serve)
{
  g_autoptr (GError) error = NULL;
  int fd;

  memset (self, 0, sizeof *self);
  self->go = g_async_queue_new ();
  self->done = g_async_queue_new ();
  self->peer = tls_peer_new (certs, TERN_TEST_CERT_SERVER, priority);
  self->settings = tern_tls_settings_new (tern_test_certs_get_ca_file (certs), TRUE, 0, 0);
  self->conn = tls_peer_accept (self->peer, serve, self, &fd);
  self->transport = tls_client_connect (self->settings, tls_pipe_new (&self->pipe, fd),
                                        "localhost", "origin", 20000, &error);
  g_assert_no_error (error);
}

static void
fixture_clear (Fixture *self)
{
  g_clear_pointer (&self->transport, tern_transport_free);
  tls_conn_free (self->conn);
  tls_peer_free (self->peer);
  tern_tls_settings_unref (self->settings);
  g_async_queue_unref (self->go);
  g_async_queue_unref (self->done);
}

static void
say (GAsyncQueue *queue)
{
  g_async_queue_push (queue, queue);
}

/* Never for ever: a test that failed has left. */
static void
await (GAsyncQueue *queue)
{
  g_async_queue_timeout_pop (queue, 20 * G_TIME_SPAN_SECOND);
}

static void
send_text (Fixture *self, const char *text)
{
  g_autoptr (GError) error = NULL;

  tls_client_write (self->transport, text, strlen (text), &error);
  g_assert_no_error (error);
}

static void
expect_text (Fixture *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *buffer = g_malloc0 (strlen (text) + 1);

  tls_client_read (self->transport, buffer, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (buffer, ==, text);
}

static void
expect_end (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  char byte;

  g_assert_cmpint (tls_client_read (self->transport, &byte, 1, &error), ==, 0);
  g_assert_no_error (error);
}

static void
expect_failure (Fixture *self, const char *text)
{
  char byte;

  /* A transport that failed fails for ever, and says the same. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (tls_client_read (self->transport, &byte, 1, &error), ==, -1);
      tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_TLS, text);
    }
}

/* ---- ends ---- */

static void
serve_end (TlsConn *conn)
{
  tls_conn_write (conn, "body to the end");
  gnutls_bye (conn->session, GNUTLS_SHUT_WR);
}

static void
serve_cut (TlsConn *conn)
{
  tls_conn_write (conn, "body to the end");
}

static void
serve_cut_record (TlsConn *conn)
{
  static const guint8 start[] = { 23, 3, 3, 0, 100, 1, 2, 3 };

  tls_conn_write (conn, "body to the end");
  g_assert_cmpint (write (conn->fd, start, sizeof start), ==, sizeof start);
}

static void
test_end (gconstpointer priority)
{
  Fixture self;

  fixture_init (&self, priority, serve_end);
  expect_text (&self, "body to the end");
  expect_end (&self);
  expect_end (&self);
  g_assert_false (tern_transport_is_quiet (self.transport));
  fixture_clear (&self);
}

static void
test_cut (gconstpointer priority)
{
  const TlsServe serves[] = { serve_cut, serve_cut_record };

  for (guint i = 0; i < G_N_ELEMENTS (serves); i++)
    {
      Fixture self;

      fixture_init (&self, priority, serves[i]);
      expect_text (&self, "body to the end");
      expect_failure (&self, "localhost closed without close_notify");
      fixture_clear (&self);
    }
}

/* Bytes and the failure behind them in one read: the bytes are not lost. */
static void
test_cut_behind_bytes (void)
{
  Fixture self;
  g_autoptr (GError) error = NULL;
  char buffer[100];

  fixture_init (&self, ONLY_12, serve_cut);
  tls_conn_join (self.conn);
  g_assert_cmpint (tls_client_read (self.transport, buffer, 15, &error), ==, 15);
  g_assert_no_error (error);
  expect_failure (&self, "close_notify");
  fixture_clear (&self);
}

static void
serve_alert (TlsConn *conn)
{
  gnutls_alert_send (conn->session, GNUTLS_AL_FATAL, GNUTLS_A_INTERNAL_ERROR);
}

static void
test_alert (void)
{
  Fixture self;

  fixture_init (&self, ONLY_13, serve_alert);
  expect_failure (&self, "localhost ended the TLS connection with the alert “Internal error”");
  fixture_clear (&self);
}

static void
serve_forgery (TlsConn *conn)
{
  static const guint8 record[] = { 23, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
                                   15, 16, 17, 18, 19, 20 };

  g_assert_cmpint (write (conn->fd, record, sizeof record), ==, sizeof record);
  tls_conn_read_to_end (conn);
}

static void
test_forgery (void)
{
  Fixture self;

  fixture_init (&self, ONLY_13, serve_forgery);
  expect_failure (&self, "TLS connection to localhost failed");
  tls_conn_join (self.conn);
  g_assert_cmpint (self.conn->alert, ==, GNUTLS_A_BAD_RECORD_MAC);
  fixture_clear (&self);
}

/* An answer that was sent before the server went away is still there to be read. */
static void
test_answer_behind_broken_pipe (void)
{
  Fixture self;
  g_autoptr (GError) error = NULL;
  g_autofree char *body = g_malloc0 (1 << 20);

  fixture_init (&self, ONLY_12, serve_end);
  tls_conn_join (self.conn);
  g_assert_false (tls_client_write (self.transport, body, 1 << 20, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  expect_text (&self, "body to the end");
  expect_end (&self);
  fixture_clear (&self);
}

/* ---- records ---- */

static void
serve_sizes (TlsConn *conn)
{
  Fixture *self = conn->data;
  g_autofree char *buffer = g_malloc (32768);
  gssize n;

  while ((n = gnutls_record_recv (conn->session, buffer, 32768)) > 0)
    g_async_queue_push (self->done, GSIZE_TO_POINTER (n));
}

static void
test_records (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *body = g_malloc0 (40000);
  struct iovec small[] = { { body, 200 }, { body, 0 }, { body, 1000 } };
  struct iovec large[] = { { body, 200 }, { body, 40000 } };
  const gsize expected[] = { 1200, 16384, 16384, 40200 - 2 * 16384 };
  Fixture self;
  TernWait wait;
  gsize n;

  /* A server of TLS 1.3 would fail to send its tickets to a client that has gone. */
  fixture_init (&self, ONLY_12, serve_sizes);
  tern_wait_init (&wait, NULL, NULL);
  g_assert_cmpint (tern_transport_write (self.transport, small, 3, &n, &wait, &error), ==,
                   TERN_STEP_DONE);
  g_assert_cmpuint (n, ==, 1200);
  g_assert_cmpint (tern_transport_write (self.transport, large, 2, &n, &wait, &error), ==,
                   TERN_STEP_DONE);
  g_assert_cmpuint (n, ==, 40200);
  tern_wait_clear (&wait);
  g_clear_pointer (&self.transport, tern_transport_free);
  tls_conn_join (self.conn);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (GPOINTER_TO_SIZE (g_async_queue_try_pop (self.done)), ==, expected[i]);
  g_assert_null (g_async_queue_try_pop (self.done));
  fixture_clear (&self);
}

/* Several records that lie ready cost one read of the socket and one call. */
static void
serve_many (TlsConn *conn)
{
  Fixture *self = conn->data;

  await (self->go);
  for (guint i = 0; i < 5; i++)
    tls_conn_write (conn, "0123456789");
  say (self->done);
  await (self->go);
}

static void
test_many_records (void)
{
  g_autoptr (GError) error = NULL;
  char buffer[100];
  Fixture self;
  TernWait wait;
  gsize n;
  guint before;

  fixture_init (&self, ONLY_12, serve_many);
  say (self.go);
  await (self.done);
  before = self.pipe.n_reads;
  tern_wait_init (&wait, NULL, NULL);
  g_assert_cmpint (tern_transport_read (self.transport, buffer, sizeof buffer, &n, &wait, &error),
                   ==, TERN_STEP_DONE);
  g_assert_cmpuint (n, ==, 50);
  g_assert_cmpuint (self.pipe.n_reads, ==, before + 1);
  g_assert_true (tern_transport_is_quiet (self.transport));
  tern_wait_clear (&wait);
  say (self.go);
  fixture_clear (&self);
}

/* A connection that waits holds no receive buffer: 64 KiB each would be the most of its memory. Each
 * comes with a server and settings of its own, which take 100 KiB. */
static void
test_waiting_memory (void)
{
  Fixture fixtures[16];
  gsize before = mallinfo2 ().uordblks;

  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autoptr (GError) error = NULL;
      TernWait wait;
      char byte;
      gsize n;

      fixture_init (&fixtures[i], ONLY_12, NULL);
      send_text (&fixtures[i], "there and back");
      expect_text (&fixtures[i], "there and back");
      tern_wait_init (&wait, NULL, NULL);
      g_assert_cmpint (tern_transport_read (fixtures[i].transport, &byte, 1, &n, &wait, &error),
                       ==, TERN_STEP_WAIT);
      tern_wait_clear (&wait);
    }
  gsize after = mallinfo2 ().uordblks;
  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    fixture_clear (&fixtures[i]);
  /* A checker that brings its own allocator counts nothing here. */
  if (before == 0)
    g_test_skip ("the allocator does not count");
  else
    {
      g_test_message ("%zu bytes each", (after - before) / G_N_ELEMENTS (fixtures));
      g_assert_cmpuint (after - before, <, G_N_ELEMENTS (fixtures) * 128 * 1024);
    }
}

#define LARGE (8 * 1024 * 1024 + 12345)

static void
serve_large (TlsConn *conn)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *bytes = g_malloc (LARGE);
  gsize n = 0;

  while (n < LARGE)
    {
      gssize got = gnutls_record_recv (conn->session, bytes + n, LARGE - n);

      if (got <= 0)
        break;
      n += (gsize) got;
    }
  g_checksum_update (sum, bytes, (gssize) n);
  tls_conn_write (conn, g_checksum_get_string (sum));
  for (gsize i = 0; i < n;)
    {
      gssize sent = gnutls_record_send (conn->session, bytes + i, n - i);

      if (sent <= 0)
        break;
      i += (gsize) sent;
    }
  tls_conn_read_to_end (conn);
}

static void
test_large (gconstpointer priority)
{
  /* The socket's own pace, and one that cuts every record. */
  const gsize paces[] = { 0, 5000 };
  g_autofree guchar *bytes = g_malloc (LARGE);
  g_autofree guchar *back = g_malloc (LARGE);

  for (gsize i = 0; i < LARGE; i++)
    bytes[i] = (guchar) (i * 2654435761u >> 13);
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, LARGE);
  for (guint i = 0; i < G_N_ELEMENTS (paces); i++)
    {
      g_autoptr (GError) error = NULL;
      Fixture self;

      fixture_init (&self, priority, serve_large);
      self.pipe.max_read = self.pipe.max_write = paces[i];
      g_assert_true (tls_client_write (self.transport, bytes, LARGE, &error));
      expect_text (&self, sum);
      g_assert_cmpint (tls_client_read (self.transport, back, LARGE, &error), ==, LARGE);
      g_assert_no_error (error);
      g_assert_true (memcmp (bytes, back, LARGE) == 0);
      g_assert_true (tern_transport_is_quiet (self.transport));
      g_clear_pointer (&self.transport, tern_transport_free);
      tls_conn_join (self.conn);
      g_assert_true (self.conn->got_bye);
      fixture_clear (&self);
    }
}

/* ---- what nobody asked for ---- */

static void
serve_late_tickets (TlsConn *conn)
{
  Fixture *self = conn->data;
  char byte;

  if (gnutls_record_recv (conn->session, &byte, 1) != 1)
    return;
  tls_conn_write (conn, "answer");
  await (self->go);
  gnutls_session_ticket_send (conn->session, 2, 0);
  say (self->done);
  tls_conn_read_to_end (conn);
}

static void
test_late_tickets (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TlsConn) again = NULL;
  TernTransport *transport;
  TlsPipe pipe = { 0 };
  Fixture self;
  int fd;

  fixture_init (&self, ONLY_13, serve_late_tickets);
  send_text (&self, "?");
  expect_text (&self, "answer");
  g_assert_true (tern_transport_is_quiet (self.transport));
  say (self.go);
  await (self.done);
  guint before = self.pipe.n_reads;
  g_assert_true (tern_transport_is_quiet (self.transport));
  g_assert_cmpuint (self.pipe.n_reads, >, before);
  g_assert_true (tern_transport_is_quiet (self.transport));
  g_clear_pointer (&self.transport, tern_transport_free);

  again = tls_peer_accept (self.peer, NULL, NULL, &fd);
  transport = tls_client_connect (self.settings, tls_pipe_new (&pipe, fd), "localhost", "origin",
                                  20000, &error);
  g_assert_no_error (error);
  tern_transport_free (transport);
  tls_conn_join (again);
  g_assert_true (again->resumed);
  fixture_clear (&self);
}

static void
serve_early (TlsConn *conn)
{
  static const guint8 start[] = { 23, 3, 3, 0, 100, 1, 2, 3 };
  Fixture *self = conn->data;

  await (self->go);
  switch (GPOINTER_TO_UINT (g_async_queue_try_pop (self->go)))
    {
    case 1:
      tls_conn_write (conn, "HTTP/1.1 200 OK\r\n\r\n");
      break;
    case 2:
      gnutls_bye (conn->session, GNUTLS_SHUT_WR);
      break;
    case 3:
      shutdown (conn->fd, SHUT_WR);
      break;
    case 4:
      g_assert_cmpint (write (conn->fd, start, sizeof start), ==, sizeof start);
      break;
    case 5:
      g_assert_cmpint (write (conn->fd, start, 3), ==, 3);
      break;
    default:
      gnutls_alert_send (conn->session, GNUTLS_AL_FATAL, GNUTLS_A_INTERNAL_ERROR);
      break;
    }
  say (self->done);
  tls_conn_read_to_end (conn);
}

/* Whatever comes on an idle connection that is no ticket ends it. */
static void
test_not_quiet (gconstpointer priority)
{
  for (guint i = 1; i <= 6; i++)
    {
      Fixture self;

      fixture_init (&self, priority, serve_early);
      /* The server's tickets have to be out of the way of what is measured. */
      send_text (&self, "?");
      g_async_queue_lock (self.go);
      g_async_queue_push_unlocked (self.go, self.go);
      g_async_queue_push_unlocked (self.go, GUINT_TO_POINTER (i));
      g_async_queue_unlock (self.go);
      await (self.done);
      g_test_message ("%s, case %u", (const char *) priority, i);
      g_assert_false (tern_transport_is_quiet (self.transport));
      g_assert_false (tern_transport_is_quiet (self.transport));
      fixture_clear (&self);
    }
}

static void
serve_key_updates (TlsConn *conn)
{
  for (guint i = 0; i < 3; i++)
    {
      gnutls_session_key_update (conn->session, GNUTLS_KU_PEER);
      tls_conn_write (conn, "new key");
    }
  tls_conn_read_to_end (conn);
}

static void
test_key_update (void)
{
  Fixture self;

  fixture_init (&self, ONLY_13, serve_key_updates);
  for (guint i = 0; i < 3; i++)
    {
      expect_text (&self, "new key");
      send_text (&self, "thanks");
    }
  g_clear_pointer (&self.transport, tern_transport_free);
  tls_conn_join (self.conn);
  g_assert_true (self.conn->got_bye);
  fixture_clear (&self);
}

/* TLS 1.2: asked to negotiate again, the client declines and goes on. */
static void
serve_rehandshake (TlsConn *conn)
{
  char buffer[100];
  gssize n;

  gnutls_rehandshake (conn->session);
  tls_conn_write (conn, "goes on");
  do
    {
      n = gnutls_record_recv (conn->session, buffer, sizeof buffer);
      if (n == GNUTLS_E_WARNING_ALERT_RECEIVED)
        conn->alert = (int) gnutls_alert_get (conn->session);
    }
  while (n > 0 || n == GNUTLS_E_WARNING_ALERT_RECEIVED);
  conn->got_bye = n == 0;
}

static void
test_rehandshake (void)
{
  Fixture self;

  fixture_init (&self, ONLY_12, serve_rehandshake);
  expect_text (&self, "goes on");
  send_text (&self, "indeed");
  g_clear_pointer (&self.transport, tern_transport_free);
  tls_conn_join (self.conn);
  g_assert_cmpint (self.conn->alert, ==, GNUTLS_A_NO_RENEGOTIATION);
  g_assert_true (self.conn->got_bye);
  fixture_clear (&self);
}

/* A server that sends tickets and nothing else does not keep its client busy for ever. */
static void
serve_flood (TlsConn *conn)
{
  for (guint i = 0; i < 600; i++)
    if (gnutls_session_ticket_send (conn->session, 1, 0) < 0)
      return;
  tls_conn_read_to_end (conn);
}

static void
test_flood (void)
{
  Fixture self;

  fixture_init (&self, ONLY_13, serve_flood);
  expect_failure (&self, "without end");
  g_clear_pointer (&self.transport, tern_transport_free);
  fixture_clear (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  g_test_add_data_func ("/tls-data/end/1.2", ONLY_12, test_end);
  g_test_add_data_func ("/tls-data/end/1.3", ONLY_13, test_end);
  g_test_add_data_func ("/tls-data/cut/1.2", ONLY_12, test_cut);
  g_test_add_data_func ("/tls-data/cut/1.3", ONLY_13, test_cut);
  g_test_add_func ("/tls-data/cut/behind-bytes", test_cut_behind_bytes);
  g_test_add_func ("/tls-data/alert", test_alert);
  g_test_add_func ("/tls-data/forgery", test_forgery);
  g_test_add_func ("/tls-data/answer-behind-broken-pipe", test_answer_behind_broken_pipe);
  g_test_add_func ("/tls-data/records/sizes", test_records);
  g_test_add_func ("/tls-data/records/many", test_many_records);
  g_test_add_func ("/tls-data/waiting-memory", test_waiting_memory);
  g_test_add_data_func ("/tls-data/large/1.2", ONLY_12, test_large);
  g_test_add_data_func ("/tls-data/large/1.3", ONLY_13, test_large);
  g_test_add_func ("/tls-data/late-tickets", test_late_tickets);
  g_test_add_data_func ("/tls-data/not-quiet/1.2", ONLY_12, test_not_quiet);
  g_test_add_data_func ("/tls-data/not-quiet/1.3", ONLY_13, test_not_quiet);
  g_test_add_func ("/tls-data/key-update", test_key_update);
  g_test_add_func ("/tls-data/rehandshake", test_rehandshake);
  g_test_add_func ("/tls-data/flood", test_flood);

  int result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
