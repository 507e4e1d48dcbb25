/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a TLS transport carries data: records, ends in order and out of order, memory. */
#include <malloc.h>
#include <string.h>
#include <sys/socket.h>
#include <tern/tern-error.h>
#include <unistd.h>

#include "tern-test-util.h"
#include "tls-fixture.h"

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
  TlsFixture self;

  tls_fixture_init (&self, priority, serve_end);
  tls_fixture_expect (&self, "body to the end");
  tls_fixture_expect_end (&self);
  tls_fixture_expect_end (&self);
  g_assert_false (tern_transport_is_quiet (self.transport));
  tls_fixture_clear (&self);
}

static void
test_cut (gconstpointer priority)
{
  const TlsServe serves[] = { serve_cut, serve_cut_record };

  for (guint i = 0; i < G_N_ELEMENTS (serves); i++)
    {
      TlsFixture self;

      tls_fixture_init (&self, priority, serves[i]);
      tls_fixture_expect (&self, "body to the end");
      tls_fixture_expect_failure (&self, "localhost closed without close_notify");
      tls_fixture_clear (&self);
    }
}

/* Bytes and the failure behind them in one read: the bytes are not lost. */
static void
test_cut_behind_bytes (void)
{
  TlsFixture self;
  g_autoptr (GError) error = NULL;
  char buffer[100];

  tls_fixture_init (&self, ONLY_12, serve_cut);
  tls_conn_join (self.conn);
  g_assert_cmpint (tls_client_read (self.transport, buffer, 15, &error), ==, 15);
  g_assert_no_error (error);
  tls_fixture_expect_failure (&self, "close_notify");
  tls_fixture_clear (&self);
}

static void
serve_alert (TlsConn *conn)
{
  gnutls_alert_send (conn->session, GNUTLS_AL_FATAL, GNUTLS_A_INTERNAL_ERROR);
}

static void
test_alert (void)
{
  TlsFixture self;

  tls_fixture_init (&self, ONLY_13, serve_alert);
  tls_fixture_expect_failure (&self,
                              "localhost ended the TLS connection with the alert “Internal error”");
  tls_fixture_clear (&self);
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
  TlsFixture self;

  tls_fixture_init (&self, ONLY_13, serve_forgery);
  tls_fixture_expect_failure (&self, "TLS connection to localhost failed");
  tls_conn_join (self.conn);
  g_assert_cmpint (self.conn->alert, ==, GNUTLS_A_BAD_RECORD_MAC);
  tls_fixture_clear (&self);
}

/* An answer that was sent before the server went away is still there to be read. */
static void
test_answer_behind_broken_pipe (void)
{
  TlsFixture self;
  g_autoptr (GError) error = NULL;
  g_autofree char *body = g_malloc0 (1 << 20);

  tls_fixture_init (&self, ONLY_12, serve_end);
  tls_conn_join (self.conn);
  g_assert_false (tls_client_write (self.transport, body, 1 << 20, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  tls_fixture_expect (&self, "body to the end");
  tls_fixture_expect_end (&self);
  tls_fixture_clear (&self);
}

/* ---- records ---- */

static void
serve_sizes (TlsConn *conn)
{
  TlsFixture *self = conn->data;
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
  TlsFixture self;
  TernWait wait;
  gsize n;

  /* A server of TLS 1.3 would fail to send its tickets to a client that has gone. */
  tls_fixture_init (&self, ONLY_12, serve_sizes);
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
  tls_fixture_clear (&self);
}

/* Several records that lie ready cost one read of the socket and one call. */
static void
serve_many (TlsConn *conn)
{
  TlsFixture *self = conn->data;

  tls_await (self->go);
  for (guint i = 0; i < 5; i++)
    tls_conn_write (conn, "0123456789");
  tls_say (self->done);
  tls_await (self->go);
}

static void
test_many_records (void)
{
  g_autoptr (GError) error = NULL;
  char buffer[100];
  TlsFixture self;
  TernWait wait;
  gsize n;
  guint before;

  tls_fixture_init (&self, ONLY_12, serve_many);
  tls_say (self.go);
  tls_await (self.done);
  before = self.pipe.n_reads;
  tern_wait_init (&wait, NULL, NULL);
  g_assert_cmpint (tern_transport_read (self.transport, buffer, sizeof buffer, &n, &wait, &error),
                   ==, TERN_STEP_DONE);
  g_assert_cmpuint (n, ==, 50);
  g_assert_cmpuint (self.pipe.n_reads, ==, before + 1);
  g_assert_true (tern_transport_is_quiet (self.transport));
  tern_wait_clear (&wait);
  tls_say (self.go);
  tls_fixture_clear (&self);
}

/* A connection that waits holds no receive buffer: 64 KiB each would be the most of its memory.
 * Each comes with a server and settings of its own, which take 100 KiB. */
static void
test_waiting_memory (void)
{
  TlsFixture fixtures[16];
  gsize before = mallinfo2 ().uordblks;

  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    {
      g_autoptr (GError) error = NULL;
      TernWait wait;
      char byte;
      gsize n;

      tls_fixture_init (&fixtures[i], ONLY_12, NULL);
      tls_fixture_send (&fixtures[i], "there and back");
      tls_fixture_expect (&fixtures[i], "there and back");
      tern_wait_init (&wait, NULL, NULL);
      g_assert_cmpint (tern_transport_read (fixtures[i].transport, &byte, 1, &n, &wait, &error),
                       ==, TERN_STEP_WAIT);
      tern_wait_clear (&wait);
    }
  gsize after = mallinfo2 ().uordblks;
  for (guint i = 0; i < G_N_ELEMENTS (fixtures); i++)
    tls_fixture_clear (&fixtures[i]);
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
      TlsFixture self;

      tls_fixture_init (&self, priority, serve_large);
      self.pipe.max_read = self.pipe.max_write = paces[i];
      g_assert_true (tls_client_write (self.transport, bytes, LARGE, &error));
      tls_fixture_expect (&self, sum);
      g_assert_cmpint (tls_client_read (self.transport, back, LARGE, &error), ==, LARGE);
      g_assert_no_error (error);
      g_assert_true (memcmp (bytes, back, LARGE) == 0);
      g_assert_true (tern_transport_is_quiet (self.transport));
      g_clear_pointer (&self.transport, tern_transport_free);
      tls_conn_join (self.conn);
      g_assert_true (self.conn->got_bye);
      tls_fixture_clear (&self);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tls_certs = tern_test_certs_new ();
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

  int result = g_test_run ();
  tern_test_certs_free (tls_certs);
  return result;
}
