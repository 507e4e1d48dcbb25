/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ways to a server and away from HTTP: tunnels, TLS, source addresses, connectors, and the
 * stream that a program takes over. */
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

#define TUNNEL "HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\nContent-Length: 9\r\n\r\n"
#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* --- tunnels --------------------------------------------------------------------------------- */

/* The proxy's connection goes on to be the server's. */
static void
test_tunnel (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autoptr (TernOriginRequest) connect = NULL;
  g_autoptr (TernOriginRequest) request = NULL;
  g_auto (Wire) wire = { 0 };

  tern_origin_add_reply (origin, "/", 200, NULL, "through");
  tern_headers_append (headers, "X-Ask", "please");
  wire_init (&wire, async, origin);
  for (guint i = 0; i < 2; i++)
    {
      tern_origin_push_script (origin, TUNNEL, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
      if (i == 0)
        {
          g_assert_true (tern_connection_set_tunnel (wire.connection, "destination.example", 8080,
                                                     headers, NULL));
          /* It was copied. */
          tern_headers_append (headers, "X-Late", "no");
          g_assert_null (tern_connection_get_proxy_response_headers (wire.connection));
        }
      g_assert_true (wire_request (&wire, "GET", "/x", NULL, NULL));
      wire_assert_answer (&wire, 200, "through");
      g_assert_cmpstr (tern_headers_get (
                           tern_connection_get_proxy_response_headers (wire.connection), "x-proxy"),
                       ==, "yes");
      tern_connection_close (wire.connection);
    }
  connect = tern_origin_get_request (origin, 2);
  g_assert_cmpstr (tern_origin_request_head (connect), ==,
                   "CONNECT destination.example:8080 HTTP/1.1\r\n"
                   "Host: destination.example:8080\r\nX-Ask: please\r\n\r\n");
  request = tern_origin_get_request (origin, 3);
  g_assert_cmpstr (tern_origin_request_header (request, "Host"), ==, "destination.example:8080");
}

static void
test_tunnel_refused (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernFailure) failure = NULL;
  g_autofree char *page = NULL;
  g_auto (Wire) wire = { 0 };

  tern_origin_push_script (
      origin, "HTTP/1.1 403 Not You\r\nContent-Length: 5\r\nX-Why: rules\r\n\r\nnever", -1, 0);
  wire_init (&wire, async, origin);
  g_assert_true (
      tern_connection_set_tunnel (wire.connection, "destination.example:444", -1, NULL, NULL));
  g_assert_false (wire_open (&wire));
  wire_assert_error (&wire, PROXY_TUNNEL, "403");
  failure = tern_connection_get_failure (wire.connection);
  g_assert_nonnull (tern_failure_get_response (failure));
  g_assert_cmpuint (tern_response_get_status (tern_failure_get_response (failure)), ==, 403);
  page = wire_read_all (&wire, tern_failure_get_response (failure));
  g_assert_cmpstr (page, ==, "never");
  g_assert_cmpstr (
      tern_headers_get (tern_connection_get_proxy_response_headers (wire.connection), "x-why"), ==,
      "rules");

  tern_origin_push_script (origin, "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n", -1,
                           TERN_ORIGIN_SCRIPT_DEFAULT);
  g_assert_false (wire_open (&wire));
  wire_assert_error (&wire, PROXY_AUTH, "407");
}

/* The proxy has said why, only its page does not end: the time is over, the reason is known. */
static void
test_tunnel_late_refusal (gboolean async, gconstpointer data)
{
  g_autoptr (TernFailure) failure = NULL;
  g_autofree char *page = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, "HTTP/1.1 407 Who\r\nContent-Length: 9\r\n\r\nhalf", -1);
  tern_connection_set_timeout (wire.connection, 0.2);
  g_assert_true (tern_connection_set_tunnel (wire.connection, "there", 80, NULL, NULL));
  g_assert_false (wire_open (&wire));
  wire_assert_error (&wire, PROXY_AUTH, "407");
  failure = tern_connection_get_failure (wire.connection);
  page = wire_read_all (&wire, tern_failure_get_response (failure));
  g_assert_cmpstr (page, ==, "half");
}

static void
test_tunnel_rules (gboolean async, gconstpointer data)
{
  static const char *const bad[] = { "a b", "a\r\nb", "", "x:y", "me@host" };
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GError) error = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init (&wire, async, origin);
  g_assert_true (wire_open (&wire));
  g_assert_false (tern_connection_set_tunnel (wire.connection, "host", 80, NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CANNOT_SEND_REQUEST);
  tern_connection_close (wire.connection);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_true (tern_connection_set_tunnel (wire.connection, bad[i], -1, NULL, NULL));
      g_assert_false (wire_open (&wire));
      wire_assert_error (&wire, INVALID_URL, NULL);
      g_assert_false (wire_request (&wire, "GET", "/", NULL, NULL));
      wire_assert_error (&wire, INVALID_URL, NULL);
    }
  g_assert_true (tern_connection_set_tunnel (wire.connection, NULL, -1, NULL, NULL));
  g_assert_true (wire_open (&wire));
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 0);
}

/* --- TLS ------------------------------------------------------------------------------------- */

static void
test_tls (gboolean async, gconstpointer data)
{
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernOrigin) origin
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_ASK_CLIENT_CERT);
  const guint16 port = tern_origin_get_port (origin);
  g_auto (Wire) wire = { .async = async, .peer = -1 };

  tern_origin_add_reply (origin, "/", 200, NULL, "secret");
  wire.connection = tern_connection_new ("localhost", port, TRUE);
  tern_connection_set_ca_file (wire.connection, tern_test_certs_get_unknown_ca_file (certs));
  g_assert_false (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_error (&wire, CERTIFICATE, "localhost");
  tern_connection_close (wire.connection);

  tern_connection_set_ca_file (wire.connection, tern_test_certs_get_ca_file (certs));
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_answer (&wire, 200, "secret");
  g_assert_nonnull (tern_response_get_tls (wire.response));
  g_assert_cmpint (tern_tls_info_get_version (tern_response_get_tls (wire.response)), ==,
                   TERN_TLS_VERSION_1_3);
  tern_connection_close (wire.connection);
  g_assert_true (tern_origin_wait_closed (origin, 1, 10000));
  g_assert_true (tern_origin_connection_got_close_notify (origin, 1));
  g_assert_false (tern_origin_connection_has_client_cert (origin, 1));

  tern_connection_set_tls_maximum_version (wire.connection, TERN_TLS_VERSION_1_2);
  tern_connection_set_certificate (
      wire.connection, tern_test_certs_get_key_file (certs, TERN_TEST_CERT_CLIENT),
      tern_test_certs_get_cert_file (certs, TERN_TEST_CERT_CLIENT), NULL);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_answer (&wire, 200, "secret");
  g_assert_cmpint (tern_tls_info_get_version (tern_response_get_tls (wire.response)), ==,
                   TERN_TLS_VERSION_1_2);
  g_assert_true (tern_origin_connection_has_client_cert (origin, 2));
  tern_connection_close (wire.connection);

  tern_connection_set_certificate (wire.connection, "/nowhere/key.pem", NULL, NULL);
  g_assert_false (wire_open (&wire));
  wire_assert_error (&wire, CERTIFICATE, "/nowhere/key.pem");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 3);
}

static void
test_tls_truncated (gboolean async, gconstpointer data)
{
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernOrigin) origin = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, 0);
  g_auto (Wire) wire = { .async = async, .peer = -1 };

  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\n\r\nnot all", -1,
                           TERN_ORIGIN_SCRIPT_TRUNCATE_AFTER);
  wire.connection = tern_connection_new ("localhost", tern_origin_get_port (origin), TRUE);
  tern_connection_set_validate_certificates (wire.connection, FALSE);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  g_assert_true (wire_get (&wire));
  g_assert_null (wire_read_all (&wire, NULL));
  wire_assert_error (&wire, TLS, NULL);
}

/* --- where from ------------------------------------------------------------------------------ */

static void
test_source (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GSocketAddress) here = g_inet_socket_address_new_from_string ("127.0.0.3", 0);
  g_autoptr (GSocketAddress) other = g_inet_socket_address_new_from_string ("::1", 0);
  g_autoptr (GSocketAddress) foreign = g_inet_socket_address_new_from_string ("192.0.2.1", 0);
  g_auto (Wire) wire = { 0 };

  tern_origin_add_reply (origin, "/", 200, NULL, "ok");
  wire_init (&wire, async, origin);
  tern_connection_set_source_address (wire.connection, here);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_answer (&wire, 200, "ok");
  tern_connection_close (wire.connection);
  tern_connection_set_source_address (wire.connection, foreign);
  g_assert_false (wire_open (&wire));
  g_assert_cmpuint (wire.error->domain, ==, G_IO_ERROR);
  tern_connection_set_source_address (wire.connection, other);
  g_assert_false (wire_open (&wire));
  g_assert_cmpuint (wire.error->domain, ==, G_IO_ERROR);
}

/* --- away from HTTP -------------------------------------------------------------------------- */

typedef struct
{
  gboolean done;
  gssize n;
} Moved;

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Moved *)data)->n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);
  ((Moved *)data)->done = TRUE;
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  gsize n = 0;

  g_assert_true (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &n, NULL));
  ((Moved *)data)->n = (gssize)n;
  ((Moved *)data)->done = TRUE;
}

static gssize
read_some (gboolean async, GIOStream *stream, void *buffer, gsize size)
{
  GInputStream *input = g_io_stream_get_input_stream (stream);
  Moved moved = { 0 };

  if (!async)
    return g_input_stream_read (input, buffer, size, NULL, NULL);
  g_input_stream_read_async (input, buffer, size, 0, NULL, on_read, &moved);
  tern_test_run_until (&moved.done, 10000);
  return moved.n;
}

static void
write_all (gboolean async, GIOStream *stream, const char *text)
{
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  Moved moved = { 0 };

  if (!async)
    {
      g_assert_true (g_output_stream_write_all (output, text, strlen (text), NULL, NULL, NULL));
      return;
    }
  g_output_stream_write_all_async (output, text, strlen (text), 0, NULL, on_written, &moved);
  tern_test_run_until (&moved.done, 10000);
  g_assert_cmpint (moved.n, ==, (gssize)strlen (text));
}

static gboolean
on_ready (GObject *stream, gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

/* The source of the pollable half fires when there is something. */
static void
check_pollable (Wire *wire, GIOStream *stream)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
  g_autoptr (GSource) source = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ready = FALSE;
  char buffer[16];

  g_assert_false (g_pollable_input_stream_is_readable (input));
  g_assert_cmpint (
      g_pollable_input_stream_read_nonblocking (input, buffer, sizeof buffer, NULL, &error), ==,
      -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  source = g_pollable_input_stream_create_source (input, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_ready), &ready, NULL);
  g_source_attach (source, NULL);
  wire_feed (wire, "poll");
  tern_test_run_until (&ready, 10000);
  g_assert_true (g_pollable_input_stream_is_readable (input));
  g_assert_cmpint (
      g_pollable_input_stream_read_nonblocking (input, buffer, sizeof buffer, NULL, NULL), ==, 4);
}

static void
check_stolen (Wire *wire, const char *first)
{
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sent = NULL;
  char buffer[64];
  gssize n;

  g_free (wire_sent (wire));
  stream = tern_connection_steal_stream (wire->connection, &error);
  g_assert_no_error (error);
  g_assert_false (tern_connection_is_open (wire->connection));
  n = read_some (wire->async, stream, buffer, sizeof buffer);
  tern_test_assert_bytes (buffer, n, first, -1);
  write_all (wire->async, stream, "pong");
  sent = wire_sent (wire);
  g_assert_cmpstr (sent, ==, "pong");
  check_pollable (wire, stream);
  wire_end (wire);
  g_assert_cmpint (read_some (wire->async, stream, buffer, sizeof buffer), ==, 0);
  g_assert_true (g_io_stream_close (stream, NULL, NULL));
  g_assert_cmpint (recv (wire->peer, buffer, sizeof buffer, 0), ==, 0);
}

/* All of it without blocking; what did not go is offered again when the source says so. */
static void
write_polled (GIOStream *stream, const char *text, gsize len)
{
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream));

  g_assert_true (g_pollable_output_stream_can_poll (output));
  while (len > 0)
    {
      g_autoptr (GSource) source = NULL;
      g_autoptr (GError) error = NULL;
      gboolean ready = FALSE;
      const gssize n
          = g_pollable_output_stream_write_nonblocking (output, text, len, NULL, &error);

      if (n > 0)
        {
          text += n;
          len -= n;
          continue;
        }
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      source = g_pollable_output_stream_create_source (output, NULL);
      g_source_set_callback (source, G_SOURCE_FUNC (on_ready), &ready, NULL);
      g_source_attach (source, NULL);
      tern_test_run_until (&ready, 10000);
    }
}

static void
read_until (gboolean async, GIOStream *stream, const char *end)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[64];

  while (!g_str_has_suffix (text->str, end))
    {
      const gssize n = read_some (async, stream, buffer, sizeof buffer);

      g_assert_cmpint (n, >, 0);
      g_string_append_len (text, buffer, n);
    }
}

/* What is taken out of an encrypted connection is encrypted still, and ends in order. */
static void
test_steal_tls (gboolean async, gconstpointer data)
{
  const gsize size = 4 * 1024 * 1024;
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernOrigin) origin = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, 0);
  g_autoptr (GIOStream) stream = NULL;
  g_autofree char *body = g_strnfill (size, 'x');
  g_autofree char *head
      = g_strdup_printf ("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", size);
  g_auto (Wire) wire = { .async = async, .peer = -1 };

  tern_origin_push_script (origin, TUNNEL, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  tern_origin_add_reply (origin, "/", 200, NULL, "secret");
  wire.connection = tern_connection_new ("localhost", tern_origin_get_port (origin), TRUE);
  tern_connection_set_ca_file (wire.connection, tern_test_certs_get_ca_file (certs));
  g_assert_true (wire_request (&wire, "CONNECT", "host:1", NULL, NULL));
  wire_assert_answer (&wire, 200, "");
  stream = tern_connection_steal_stream (wire.connection, NULL);
  g_assert_nonnull (stream);

  write_all (async, stream, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  read_until (async, stream, "secret");
  write_polled (stream, head, strlen (head));
  write_polled (stream, body, size);
  read_until (async, stream, "secret");
  g_assert_true (g_io_stream_close (stream, NULL, NULL));
  g_assert_true (tern_origin_wait_closed (origin, 0, 10000));
  g_assert_true (tern_origin_connection_got_close_notify (origin, 0));
}

static void
test_connect (gboolean async, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, TUNNEL "ping", -1);
  g_assert_null (tern_connection_steal_stream (wire.connection, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_NOT_CONNECTED);
  g_clear_error (&error);
  g_assert_true (wire_request (&wire, "CONNECT", "host:1", NULL, NULL));
  g_assert_null (tern_connection_steal_stream (wire.connection, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_RESPONSE_NOT_READY);
  wire_assert_answer (&wire, 200, "");
  check_stolen (&wire, "ping");
}

static void
test_upgrade (gboolean async, gconstpointer data)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_auto (Wire) wire = { 0 };

  tern_headers_append (headers, "Connection", "Upgrade");
  tern_headers_append (headers, "Upgrade", "ping");
  wire_init_canned (&wire, async,
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ping\r\n"
                    "\r\nping",
                    -1);
  g_assert_true (wire_request (&wire, "GET", "/", headers, NULL));
  wire_assert_answer (&wire, 101, "");
  g_assert_false (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_error (&wire, CANNOT_SEND_REQUEST, NULL);
  wire_assert_state (&wire, IDLE);
  check_stolen (&wire, "ping");
}

/* An upgrade that was not taken is an answer like any other. */
static void
test_no_upgrade (gboolean async, gconstpointer data)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autoptr (GError) error = NULL;
  g_auto (Wire) wire = { 0 };

  tern_headers_append (headers, "Upgrade", "ping");
  wire_init_canned (&wire, async, OK_ANSWER, -1);
  g_assert_true (wire_request (&wire, "GET", "/", headers, NULL));
  wire_assert_answer (&wire, 200, "ok");
  g_assert_null (tern_connection_steal_stream (wire.connection, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_RESPONSE_NOT_READY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/connection/tunnel/open", test_tunnel, NULL);
  tern_test_add_both ("/connection/tunnel/refused", test_tunnel_refused, NULL);
  tern_test_add_both ("/connection/tunnel/late-refusal", test_tunnel_late_refusal, NULL);
  tern_test_add_both ("/connection/tunnel/rules", test_tunnel_rules, NULL);
  tern_test_add_both ("/connection/tls/identities", test_tls, NULL);
  tern_test_add_both ("/connection/tls/truncated", test_tls_truncated, NULL);
  tern_test_add_both ("/connection/source", test_source, NULL);
  tern_test_add_both ("/connection/steal/connect", test_connect, NULL);
  tern_test_add_both ("/connection/steal/tls", test_steal_tls, NULL);
  tern_test_add_both ("/connection/steal/upgrade", test_upgrade, NULL);
  tern_test_add_both ("/connection/steal/no-upgrade", test_no_upgrade, NULL);
  return g_test_run ();
}
