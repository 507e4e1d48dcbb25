/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a TLS transport makes of things that nobody asked for: late tickets, key updates, whatever
 * else comes while it is idle. */
#include <sys/socket.h>
#include <unistd.h>

#include "tls-fixture.h"

static void
serve_late_tickets (TlsConn *conn)
{
  TlsFixture *self = conn->data;
  char byte;

  if (gnutls_record_recv (conn->session, &byte, 1) != 1)
    return;
  tls_conn_write (conn, "answer");
  tls_await (self->go);
  gnutls_session_ticket_send (conn->session, 2, 0);
  tls_say (self->done);
  tls_conn_read_to_end (conn);
}

static void
test_late_tickets (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TlsConn) again = NULL;
  TernTransport *transport;
  TlsPipe pipe = { 0 };
  TlsFixture self;
  int fd;

  tls_fixture_init (&self, ONLY_13, serve_late_tickets);
  tls_fixture_send (&self, "?");
  tls_fixture_expect (&self, "answer");
  g_assert_true (tern_transport_is_quiet (self.transport));
  tls_say (self.go);
  tls_await (self.done);
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
  tls_fixture_clear (&self);
}

static void
serve_early (TlsConn *conn)
{
  static const guint8 start[] = { 23, 3, 3, 0, 100, 1, 2, 3 };
  TlsFixture *self = conn->data;

  tls_await (self->go);
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
  tls_say (self->done);
  tls_conn_read_to_end (conn);
}

/* Whatever comes on an idle connection that is no ticket ends it. */
static void
test_not_quiet (gconstpointer priority)
{
  for (guint i = 1; i <= 6; i++)
    {
      TlsFixture self;

      tls_fixture_init (&self, priority, serve_early);
      /* The server's tickets have to be out of the way of what is measured. */
      tls_fixture_send (&self, "?");
      g_async_queue_lock (self.go);
      g_async_queue_push_unlocked (self.go, self.go);
      g_async_queue_push_unlocked (self.go, GUINT_TO_POINTER (i));
      g_async_queue_unlock (self.go);
      tls_await (self.done);
      g_test_message ("%s, case %u", (const char *) priority, i);
      g_assert_false (tern_transport_is_quiet (self.transport));
      g_assert_false (tern_transport_is_quiet (self.transport));
      tls_fixture_clear (&self);
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
  TlsFixture self;

  tls_fixture_init (&self, ONLY_13, serve_key_updates);
  for (guint i = 0; i < 3; i++)
    {
      tls_fixture_expect (&self, "new key");
      tls_fixture_send (&self, "thanks");
    }
  g_clear_pointer (&self.transport, tern_transport_free);
  tls_conn_join (self.conn);
  g_assert_true (self.conn->got_bye);
  tls_fixture_clear (&self);
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
  TlsFixture self;

  tls_fixture_init (&self, ONLY_12, serve_rehandshake);
  tls_fixture_expect (&self, "goes on");
  tls_fixture_send (&self, "indeed");
  g_clear_pointer (&self.transport, tern_transport_free);
  tls_conn_join (self.conn);
  g_assert_cmpint (self.conn->alert, ==, GNUTLS_A_NO_RENEGOTIATION);
  g_assert_true (self.conn->got_bye);
  tls_fixture_clear (&self);
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
  TlsFixture self;

  tls_fixture_init (&self, ONLY_13, serve_flood);
  tls_fixture_expect_failure (&self, "without end");
  g_clear_pointer (&self.transport, tern_transport_free);
  tls_fixture_clear (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tls_certs = tern_test_certs_new ();
  g_test_add_func ("/tls-idle/late-tickets", test_late_tickets);
  g_test_add_data_func ("/tls-idle/not-quiet/1.2", ONLY_12, test_not_quiet);
  g_test_add_data_func ("/tls-idle/not-quiet/1.3", ONLY_13, test_not_quiet);
  g_test_add_func ("/tls-idle/key-update", test_key_update);
  g_test_add_func ("/tls-idle/rehandshake", test_rehandshake);
  g_test_add_func ("/tls-idle/flood", test_flood);

  int result = g_test_run ();
  tern_test_certs_free (tls_certs);
  return result;
}
