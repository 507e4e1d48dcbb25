/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that have to wait: for how long, who may interrupt them, and what is possible thereafter.
 */
#include "wire.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

/* A server that does not answer: the response can be waited for again. */
static void
test_timeout (gboolean async, gconstpointer data)
{
  g_autoptr (TernFailure) failure = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, "HTTP/1.1 200 ", -1);
  tern_connection_set_timeout (wire.connection, 0.1);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  g_assert_false (wire_get (&wire));
  tern_test_assert_error (wire.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "waiting");
  failure = tern_connection_get_failure (wire.connection);
  g_assert_cmpint (tern_failure_get_phase (failure), ==, TERN_PHASE_WAIT);
  wire_assert_state (&wire, REQUEST_SENT);
  wire_feed (&wire, "OK\r\nContent-Length: 2\r\n\r\nok");
  wire_assert_answer (&wire, 200, "ok");
  g_assert_null (tern_connection_get_failure (wire.connection));
}

static void
test_body_timeout (gboolean async, gconstpointer data)
{
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", -1);
  tern_connection_set_timeout (wire.connection, 0.1);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  g_assert_true (wire_get (&wire));
  g_assert_null (wire_read_all (&wire, NULL));
  tern_test_assert_error (wire.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "receiving");
  g_assert_false (tern_connection_is_open (wire.connection));
}

/* Nobody reads: sending waits until its time is over, which is told once. */
static void
test_send_timeout (gboolean async, gconstpointer data)
{
  g_autoptr (TernFailure) failure = NULL;
  g_autofree char *body = g_strnfill (8 * 1024 * 1024, 'x');
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, "", 0);
  tern_connection_set_timeout (wire.connection, 0.1);
  g_assert_false (wire_request (&wire, "PUT", "/", NULL, body));
  tern_test_assert_error (wire.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "sending the request");
  g_assert_null (strstr (strstr (wire.error->message, "sending") + 1, "sending"));
  failure = tern_connection_get_failure (wire.connection);
  g_assert_cmpint (tern_failure_get_phase (failure), ==, TERN_PHASE_SEND);
}

/* No name is looked up and nobody answers: opening ends as well. */
static void
test_open_timeout (gboolean async, gconstpointer data)
{
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernOrigin) origin
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_HANG);
  g_auto (Wire) wire = { .async = async, .peer = -1 };

  wire.connection = tern_connection_new ("localhost", tern_origin_get_port (origin), TRUE);
  tern_connection_set_ca_file (wire.connection, tern_test_certs_get_ca_file (certs));
  tern_connection_set_timeout (wire.connection, 0.1);
  g_assert_false (wire_open (&wire));
  tern_test_assert_error (wire.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "TLS");
}

static gpointer
cancel_later (gpointer cancellable)
{
  g_usleep (50 * 1000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

/* A wait that was cancelled is one that can be taken up again. */
static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, FALSE, "HTTP/1.1 200 OK\r\n", -1);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  thread = g_thread_new ("cancel", cancel_later, cancellable);
  g_assert_null (tern_connection_get_response (wire.connection, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  wire_assert_state (&wire, REQUEST_SENT);
  wire_feed (&wire, "Content-Length: 2\r\n\r\nok");
  wire_assert_answer (&wire, 200, "ok");
}

/* Cancelled before a byte went out: there is no response to wait for. */
static void
test_cancel_unsent (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, FALSE, OK_ANSWER, -1);
  g_assert_true (wire_open (&wire));
  g_cancellable_cancel (cancellable);
  g_assert_false (
      tern_connection_request (wire.connection, "GET", "/", NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wire_assert_state (&wire, REQUEST_SENT);
  g_assert_false (wire_get (&wire));
  wire_assert_error (&wire, NOT_CONNECTED, NULL);
}

/* What is no value of a property is not an error of anybody's. */
static void
test_values (void)
{
  g_autoptr (TernConnection) connection = tern_connection_new ("host", -1, FALSE);

  tern_connection_set_timeout (connection, 2.5);
  tern_connection_set_timeout (connection, -1);
  g_assert_cmpfloat (tern_connection_get_timeout (connection), ==, 2.5);
  tern_connection_set_http_version (connection, 20);
  g_assert_cmpuint (tern_connection_get_http_version (connection), ==, 11);
  tern_connection_set_max_line_length (connection, 0);
  g_assert_cmpuint (tern_connection_get_max_line_length (connection), ==, 1);
  tern_connection_set_max_header_count (connection, G_MAXUINT);
  g_assert_cmpuint (tern_connection_get_max_header_count (connection), ==, 1 << 24);
}

/* --- two at a time --------------------------------------------------------------------------- */

typedef struct
{
  gboolean done;
  TernResponse *response;
  GError *error;
} Result;

static void
on_response (GObject *source, GAsyncResult *result, gpointer data)
{
  Result *into = data;

  into->response
      = tern_connection_get_response_finish (TERN_CONNECTION (source), result, &into->error);
  into->done = TRUE;
}

static void
on_other (GObject *source, GAsyncResult *result, gpointer data)
{
  Result *into = data;

  tern_connection_request_finish (TERN_CONNECTION (source), result, &into->error);
  into->done = TRUE;
}

static void
on_open (GObject *source, GAsyncResult *result, gpointer data)
{
  Result *into = data;

  tern_connection_open_finish (TERN_CONNECTION (source), result, &into->error);
  into->done = TRUE;
}

static void
test_pending (void)
{
  g_autoptr (GError) error = NULL;
  Result waiting = { 0 };
  Result other = { 0 };
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, FALSE, "", -1);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  tern_connection_get_response_async (wire.connection, NULL, on_response, &waiting);
  g_assert_null (tern_connection_get_response (wire.connection, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  g_assert_false (tern_connection_put_request (wire.connection, "GET", "/", 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  g_assert_null (tern_connection_steal_stream (wire.connection, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  tern_connection_request_async (wire.connection, "GET", "/", NULL, NULL, NULL, on_other, &other);
  tern_test_run_until (&other.done, 10000);
  g_assert_error (other.error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&other.error);
  wire_feed (&wire, OK_ANSWER);
  tern_test_run_until (&waiting.done, 10000);
  g_assert_no_error (waiting.error);
  g_assert_cmpuint (tern_response_get_status (waiting.response), ==, 200);
  g_object_unref (waiting.response);
}

/* A tunnel that is set while the connection opens would be one in name only. */
static void
test_pending_tunnel (void)
{
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernOrigin) origin
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_HANG);
  g_autoptr (GError) error = NULL;
  Result waiting = { 0 };
  g_auto (Wire) wire = { .peer = -1 };

  wire.connection = tern_connection_new ("localhost", tern_origin_get_port (origin), TRUE);
  tern_connection_open_async (wire.connection, NULL, on_open, &waiting);
  g_assert_false (tern_connection_set_tunnel (wire.connection, "there", 80, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  tern_connection_close (wire.connection);
  tern_test_run_until (&waiting.done, 10000);
  g_assert_error (waiting.error, TERN_ERROR, TERN_ERROR_NOT_CONNECTED);
  g_clear_error (&waiting.error);
  g_assert_true (tern_connection_set_tunnel (wire.connection, "there", 80, NULL, NULL));
}

/* Closing interrupts who waits, also for a body, on a stream of any kind. */
static void
test_close (gconstpointer data)
{
  const gboolean pollable = GPOINTER_TO_INT (data);
  Result waiting = { 0 };
  g_auto (Wire) wire = { 0 };

  if (pollable)
    wire_init_canned (&wire, FALSE, "", -1);
  else
    wire_init_unpollable (&wire, FALSE, "", -1);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  tern_connection_get_response_async (wire.connection, NULL, on_response, &waiting);
  g_main_context_iteration (NULL, FALSE);
  tern_connection_close (wire.connection);
  tern_test_run_until (&waiting.done, 10000);
  g_assert_null (waiting.response);
  g_assert_error (waiting.error, TERN_ERROR, TERN_ERROR_NOT_CONNECTED);
  g_clear_error (&waiting.error);
  wire_assert_state (&wire, IDLE);
  if (!pollable)
    wire_end (&wire); /* lets the thread go that still reads */
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Result *into = data;

  g_assert_cmpint (g_input_stream_read_finish (G_INPUT_STREAM (source), result, &into->error), ==,
                   -1);
  into->done = TRUE;
}

static void
test_close_body (void)
{
  Result waiting = { 0 };
  char buffer[16];
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, FALSE, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", -1);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  g_assert_true (wire_get (&wire));
  g_input_stream_read_async (tern_response_get_body (wire.response), buffer, sizeof buffer, 0, NULL,
                             on_read, &waiting);
  g_main_context_iteration (NULL, FALSE);
  tern_connection_close (wire.connection);
  tern_test_run_until (&waiting.done, 10000);
  g_assert_error (waiting.error, TERN_ERROR, TERN_ERROR_NOT_CONNECTED);
  g_clear_error (&waiting.error);
}

/* A program may let go of the connection while it reads the last response. */
static void
test_drop (gboolean async, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, OK_ANSWER, -1);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  g_assert_true (wire_get (&wire));
  g_clear_object (&wire.connection);
  text = wire_read_all (&wire, NULL);
  g_assert_cmpstr (text, ==, "ok");
}

/* What is sent and received, on stderr, without what is secret. */
static void
test_debug (void)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autoptr (TernHeaders) proxy_headers = tern_headers_new ();
  g_auto (Wire) wire = { 0 };

  if (g_test_subprocess ())
    {
      wire_init_canned (&wire, FALSE,
                        "HTTP/1.1 200 Yes\r\nVia: proxy\r\n\r\n"
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Y: z\r\n\r\nok",
                        -1);
      tern_connection_set_debug_level (wire.connection, 1);
      tern_headers_append (proxy_headers, "Proxy-Authorization", "Basic cHJveHk=");
      g_assert_true (
          tern_connection_set_tunnel (wire.connection, "there", 80, proxy_headers, NULL));
      tern_headers_append (headers, "Authorization", "Basic c2VjcmV0");
      g_assert_true (wire_request (&wire, "GET", "/path", headers, NULL));
      wire_assert_answer (&wire, 200, "ok");
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*send: 'CONNECT there:80 HTTP/1.1\\r\\nHost: there:80\\r\\n"
                             "Proxy-Authorization: Basic ***\\r\\n\\r\\n'*");
  g_test_trap_assert_stderr ("*header: Via: proxy*");
  g_test_trap_assert_stderr_unmatched ("*cHJveHk*");
  g_test_trap_assert_stderr ("*send: 'GET /path HTTP/1.1\\r\\n*");
  g_test_trap_assert_stderr ("*reply: 'HTTP/1.1 200 OK*");
  g_test_trap_assert_stderr ("*header: X-Y: z*");
  g_test_trap_assert_stderr_unmatched ("*c2VjcmV0*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/connection/waiting/debug", test_debug);
  /* The process in which only that one runs has nothing to free for the others. */
  if (g_test_subprocess ())
    return g_test_run ();
  tern_test_add_both ("/connection/waiting/timeout", test_timeout, NULL);
  tern_test_add_both ("/connection/waiting/body-timeout", test_body_timeout, NULL);
  tern_test_add_both ("/connection/waiting/send-timeout", test_send_timeout, NULL);
  tern_test_add_both ("/connection/waiting/open-timeout", test_open_timeout, NULL);
  g_test_add_func ("/connection/waiting/cancel", test_cancel);
  g_test_add_func ("/connection/waiting/cancel-unsent", test_cancel_unsent);
  g_test_add_func ("/connection/values", test_values);
  g_test_add_func ("/connection/waiting/pending", test_pending);
  g_test_add_func ("/connection/waiting/pending-tunnel", test_pending_tunnel);
  g_test_add_data_func ("/connection/waiting/close/pollable", GINT_TO_POINTER (TRUE), test_close);
  g_test_add_data_func ("/connection/waiting/close/unpollable", GINT_TO_POINTER (FALSE),
                        test_close);
  g_test_add_func ("/connection/waiting/close/body", test_close_body);
  tern_test_add_both ("/connection/waiting/drop", test_drop, NULL);
  return g_test_run ();
}
