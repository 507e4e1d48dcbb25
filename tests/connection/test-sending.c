/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies of every kind on their way out, and what becomes of those that do not get there. */
#include <glib/gstdio.h>
#include <unistd.h>

#include "wire.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

static char *
make_file (const char *dir, const char *content)
{
  char *path = g_build_filename (dir, "body", NULL);

  g_assert_true (g_file_set_contents (path, content, -1, NULL));
  return path;
}

static void
test_stream (gboolean async, gconstpointer data)
{
  g_autoptr (GInputStream) known = g_memory_input_stream_new_from_data ("body and more", 13, NULL);
  g_autoptr (GInputStream) unknown = g_memory_input_stream_new_from_data ("body", 4, NULL);
  g_autoptr (GInputStream) nothing = g_memory_input_stream_new ();
  g_autoptr (GInputStream) early = g_memory_input_stream_new_from_data ("bo", 2, NULL);
  g_autofree char *sent = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, OK_ANSWER OK_ANSWER OK_ANSWER, -1);
  g_assert_true (wire_request_stream (&wire, "POST", NULL, known, 4));
  wire_assert_answer (&wire, 200, "");
  g_assert_true (wire_request_stream (&wire, "POST", NULL, unknown, -1));
  wire_assert_answer (&wire, 200, "");
  g_assert_true (wire_request_stream (&wire, "POST", NULL, nothing, -1));
  wire_assert_answer (&wire, 200, "");
  sent = wire_sent (&wire);
#define HEAD "POST / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n"
  g_assert_cmpstr (sent, ==,
                   HEAD "Content-Length: 4\r\n\r\nbody" HEAD
                        "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n" HEAD
                        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  g_assert_false (wire_request_stream (&wire, "POST", NULL, early, 4));
  wire_assert_error (&wire, INCOMPLETE_READ, "2");
}

static void
test_closed_stream (gboolean async, gconstpointer data)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data ("body", 4, NULL);
  g_autofree char *sent = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, OK_ANSWER, -1);
  g_input_stream_close (stream, NULL, NULL);
  g_assert_false (wire_request_stream (&wire, "POST", NULL, stream, -1));
  wire_assert_error (&wire, UNSUPPORTED_FILE_MODE, NULL);
  wire_assert_state (&wire, IDLE);
  g_assert_false (wire_send_stream (&wire, stream));
  wire_assert_error (&wire, UNSUPPORTED_FILE_MODE, NULL);
  sent = wire_sent (&wire);
  g_assert_cmpstr (sent, ==, "");
}

static void
test_file (gboolean async, gconstpointer data)
{
  g_autofree char *dir = tern_test_make_dir ("tern-connection");
  g_autofree char *path = make_file (dir, "file body");
  g_autofree char *missing_path = g_build_filename (dir, "missing", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) missing = g_file_new_for_path (missing_path);
  g_autoptr (GFile) folder = g_file_new_for_path (dir);
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autofree char *sent = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, OK_ANSWER OK_ANSWER OK_ANSWER, -1);
  g_assert_false (wire_request_file (&wire, "PUT", NULL, missing));
  tern_test_assert_error (wire.error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "missing");
  g_assert_false (wire_request_file (&wire, "PUT", NULL, folder));
  wire_assert_error (&wire, UNSUPPORTED_FILE_MODE, NULL);
  g_assert_true (wire_request_file (&wire, "PUT", NULL, file));
  wire_assert_answer (&wire, 200, "");
  tern_headers_append (headers, "Content-Length", "9");
  g_assert_true (wire_request_file (&wire, "PUT", headers, file));
  wire_assert_answer (&wire, 200, "");
  g_assert_true (wire_put (&wire, "PUT", "/", TERN_PUT_SKIP_HOST | TERN_PUT_SKIP_ACCEPT_ENCODING));
  g_assert_true (wire_header (&wire, "Content-Length", "9"));
  g_assert_true (wire_end_headers (&wire, NULL));
  g_assert_true (wire_send_file (&wire, file));
  wire_assert_answer (&wire, 200, "");
  sent = wire_sent (&wire);
  g_assert_cmpstr (sent, ==,
                   "PUT / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n"
                   "Content-Length: 9\r\n\r\nfile body"
                   "PUT / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n"
                   "Content-Length: 9\r\n\r\nfile body"
                   "PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\nfile body");
  tern_test_remove_dir (dir);
}

static void
test_send_stream (gboolean async, gconstpointer data)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data ("raw", 3, NULL);
  g_autofree char *sent = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, "", -1);
  g_assert_true (wire_send (&wire, "first "));
  g_assert_true (wire_send_stream (&wire, stream));
  g_assert_true (wire_send (&wire, ""));
  wire_assert_state (&wire, IDLE);
  sent = wire_sent (&wire);
  g_assert_cmpstr (sent, ==, "first raw");
}

/* What was sent is not what was announced: the connection is not kept. */
static void
test_wrong_length (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Wire) wire = { 0 };

  tern_origin_add_reply (origin, "/", 200, NULL, "ok");
  wire_init (&wire, async, origin);
  g_assert_true (wire_put (&wire, "POST", "/", 0));
  g_assert_true (wire_header (&wire, "Content-Length", "4"));
  g_assert_true (wire_end_headers (&wire, "body"));
  g_assert_true (wire_send (&wire, "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"));
  wire_assert_answer (&wire, 200, "ok");
  g_assert_false (tern_connection_is_open (wire.connection));
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_answer (&wire, 200, "ok");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
}

static char *
make_large (void)
{
  return g_strnfill (8 * 1024 * 1024, 'x');
}

static void
test_large (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernOriginRequest) request = NULL;
  g_autofree char *body = make_large ();
  g_auto (Wire) wire = { 0 };

  tern_origin_add_reply (origin, "/", 200, NULL, "ok");
  wire_init (&wire, async, origin);
  g_assert_true (wire_request (&wire, "POST", "/", NULL, body));
  wire_assert_answer (&wire, 200, "ok");
  request = tern_origin_get_request (origin, 0);
  g_assert_cmpuint (tern_origin_request_body_length (request), ==, strlen (body));
}

/* A server that answers and reads no more: the rest of the body is not sent, and the answer is the
 * response. */
static void
test_early_answer (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autofree char *body = make_large ();
  g_auto (Wire) wire = { 0 };

  tern_origin_push_script (origin, "HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge", -1,
                           TERN_ORIGIN_SCRIPT_BEFORE_BODY | TERN_ORIGIN_SCRIPT_HANG_AFTER);
  tern_origin_add_reply (origin, "/", 200, NULL, "ok");
  wire_init (&wire, async, origin);
  g_assert_true (wire_request (&wire, "POST", "/", NULL, body));
  wire_assert_answer (&wire, 413, "large");
  g_assert_false (tern_connection_is_open (wire.connection));
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_answer (&wire, 200, "ok");
}

/* The server has answered and gone: sending is an error, and the answer can be fetched. */
static void
test_broken_pipe (gboolean async, gconstpointer data)
{
  g_autofree char *body = make_large ();
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, "HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno", -1);
  g_assert_cmpint (close (wire.peer), ==, 0);
  wire.peer = -1;
  g_assert_false (wire_request (&wire, "PUT", "/url", NULL, body));
  tern_test_assert_error (wire.error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "sending");
  wire_assert_state (&wire, REQUEST_SENT);
  g_assert_false (wire_send (&wire, "more"));
  wire_assert_error (&wire, NOT_CONNECTED, NULL);
  wire_assert_answer (&wire, 401, "no");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/connection/sending/stream", test_stream, NULL);
  tern_test_add_both ("/connection/sending/closed-stream", test_closed_stream, NULL);
  tern_test_add_both ("/connection/sending/file", test_file, NULL);
  tern_test_add_both ("/connection/sending/send-stream", test_send_stream, NULL);
  tern_test_add_both ("/connection/sending/wrong-length", test_wrong_length, NULL);
  tern_test_add_both ("/connection/sending/large", test_large, NULL);
  tern_test_add_both ("/connection/sending/early-answer", test_early_answer, NULL);
  tern_test_add_both ("/connection/sending/broken-pipe", test_broken_pipe, NULL);
  return g_test_run ();
}
