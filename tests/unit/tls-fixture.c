/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One TLS connection for a test; see the header. */
#include "tls-fixture.h"

#include <string.h>
#include <tern/tern-error.h>

#include "tern-test-util.h"

TernTestCerts *tls_certs;

void
tls_fixture_init (TlsFixture *self, const char *priority, TlsServe serve)
{
  g_autoptr (GError) error = NULL;
  int fd;

  memset (self, 0, sizeof *self);
  self->go = g_async_queue_new ();
  self->done = g_async_queue_new ();
  self->peer = tls_peer_new (tls_certs, TERN_TEST_CERT_SERVER, priority);
  self->settings = tern_tls_settings_new (tern_test_certs_get_ca_file (tls_certs), TRUE, 0, 0);
  self->conn = tls_peer_accept (self->peer, serve, self, &fd);
  self->transport = tls_client_connect (self->settings, tls_pipe_new (&self->pipe, fd),
                                        "localhost", "origin", 20000, &error);
  g_assert_no_error (error);
}

void
tls_fixture_clear (TlsFixture *self)
{
  g_clear_pointer (&self->transport, tern_transport_free);
  tls_conn_free (self->conn);
  tls_peer_free (self->peer);
  tern_tls_settings_unref (self->settings);
  g_async_queue_unref (self->go);
  g_async_queue_unref (self->done);
}

void
tls_say (GAsyncQueue *queue)
{
  g_async_queue_push (queue, queue);
}

/* Never for ever: a test that failed has left. */
void
tls_await (GAsyncQueue *queue)
{
  g_async_queue_timeout_pop (queue, 20 * G_TIME_SPAN_SECOND);
}

void
tls_fixture_send (TlsFixture *self, const char *text)
{
  g_autoptr (GError) error = NULL;

  tls_client_write (self->transport, text, strlen (text), &error);
  g_assert_no_error (error);
}

void
tls_fixture_expect (TlsFixture *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *buffer = g_malloc0 (strlen (text) + 1);

  tls_client_read (self->transport, buffer, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (buffer, ==, text);
}

void
tls_fixture_expect_end (TlsFixture *self)
{
  g_autoptr (GError) error = NULL;
  char byte;

  g_assert_cmpint (tls_client_read (self->transport, &byte, 1, &error), ==, 0);
  g_assert_no_error (error);
}

void
tls_fixture_expect_failure (TlsFixture *self, const char *text)
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
