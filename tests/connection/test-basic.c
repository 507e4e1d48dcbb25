/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reference's examples, and the life of a connection between them. */
#include "wire.h"

/* httplib's first example. */
static void
test_get (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Wire) wire = { 0 };

  tern_origin_add_reply (origin, "/index.html", 200, "X-Kind: page\r\n", "<html>");
  wire_init (&wire, async, origin);
  g_assert_true (wire_request (&wire, "GET", "/index.html", NULL, NULL));
  wire_assert_state (&wire, REQUEST_SENT);
  wire_assert_answer (&wire, 200, "<html>");
  wire_assert_state (&wire, IDLE);
  g_assert_cmpstr (tern_response_get_reason (wire.response), ==, "OK");
  g_assert_cmpuint (tern_response_get_version (wire.response), ==, 11);
  g_assert_false (tern_headers_has (tern_response_get_headers (wire.response), "content-location"));

  g_assert_true (wire_request (&wire, "GET", "/parrot.spam", NULL, NULL));
  g_assert_true (wire_get (&wire));
  g_assert_cmpuint (tern_response_get_status (wire.response), ==, 404);
  g_assert_cmpstr (tern_response_get_reason (wire.response), ==, "Not Found");
  g_free (wire_read_all (&wire, NULL));
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
  tern_connection_close (wire.connection);
  g_assert_true (tern_origin_wait_closed (origin, 0, 10000));
}

/* And its second. */
static void
test_post (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autoptr (TernOriginRequest) request = NULL;
  g_autofree char *expected = NULL;
  g_auto (Wire) wire = { 0 };

  tern_origin_add_reply (origin, "/cgi-bin/query", 200, NULL, "found");
  tern_headers_append (headers, "Content-type", "application/x-www-form-urlencoded");
  tern_headers_append (headers, "Accept", "text/plain");
  wire_init (&wire, async, origin);
  g_assert_true (wire_request (&wire, "POST", "/cgi-bin/query", headers, "spam=1&eggs=2&bacon=0"));
  wire_assert_answer (&wire, 200, "found");
  request = tern_origin_get_request (origin, 0);
  expected = g_strdup_printf ("POST /cgi-bin/query HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                              "Accept-Encoding: identity\r\nContent-Length: 21\r\n"
                              "Content-type: application/x-www-form-urlencoded\r\n"
                              "Accept: text/plain\r\n\r\n",
                              tern_origin_get_port (origin));
  g_assert_cmpstr (tern_origin_request_head (request), ==, expected);
  g_assert_cmpstr (tern_origin_request_body (request, NULL), ==, "spam=1&eggs=2&bacon=0");
}

static void
test_head (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Wire) wire = { 0 };

  tern_origin_add_reply (origin, "/", 200, NULL, "nine byte");
  wire_init (&wire, async, origin);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *length = NULL;

      g_assert_true (wire_request (&wire, "HEAD", "/", NULL, NULL));
      wire_assert_answer (&wire, 200, "");
      length = tern_response_get_header (wire.response, "content-length");
      g_assert_cmpstr (length, ==, "9");
    }
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

/* A response that closes has the stream for itself; the next request opens anew. */
static void
test_closing_response (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernResponse) first = NULL;
  g_autofree char *text = NULL;
  g_auto (Wire) wire = { 0 };

  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it", -1,
                           TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  tern_origin_add_reply (origin, "/", 200, NULL, "second");
  wire_init (&wire, async, origin);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  g_assert_true (wire_get (&wire));
  first = g_steal_pointer (&wire.response);
  g_assert_false (tern_connection_is_open (wire.connection));
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_answer (&wire, 200, "second");
  text = wire_read_all (&wire, first);
  g_assert_cmpstr (text, ==, "all of it");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
}

/* One request may be sent while the response before is unread. */
static void
test_unread (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernResponse) first = NULL;
  g_autofree char *text = NULL;
  g_auto (Wire) wire = { 0 };

  tern_origin_add_reply (origin, "/1", 200, NULL, "one");
  tern_origin_add_reply (origin, "/2", 200, NULL, "two");
  wire_init (&wire, async, origin);
  g_assert_true (wire_request (&wire, "GET", "/1", NULL, NULL));
  g_assert_true (wire_get (&wire));
  wire_assert_state (&wire, IDLE);
  g_assert_false (wire_get (&wire));
  wire_assert_error (&wire, RESPONSE_NOT_READY, "Idle");
  g_assert_true (wire_request (&wire, "GET", "/1", NULL, NULL));
  g_assert_false (wire_get (&wire));
  wire_assert_error (&wire, RESPONSE_NOT_READY, "Request-sent");
  tern_connection_close (wire.connection);

  g_assert_true (wire_request (&wire, "GET", "/1", NULL, NULL));
  g_assert_true (wire_get (&wire));
  first = g_steal_pointer (&wire.response);
  g_assert_true (wire_request (&wire, "GET", "/2", NULL, NULL));
  g_assert_false (wire_get (&wire));
  wire_assert_error (&wire, RESPONSE_NOT_READY, NULL);
  text = wire_read_all (&wire, first);
  g_assert_cmpstr (text, ==, "one");
  wire_assert_answer (&wire, 200, "two");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
}

/* A body whose connection the program has closed does not end as if it were whole. */
static void
test_close_unread (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Wire) wire = { 0 };

  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", -1,
                           TERN_ORIGIN_SCRIPT_HANG_AFTER);
  wire_init (&wire, async, origin);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  g_assert_true (wire_get (&wire));
  tern_connection_close (wire.connection);
  g_assert_null (wire_read_all (&wire, NULL));
  wire_assert_error (&wire, NOT_CONNECTED, NULL);
}

static void
test_auto_open (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Wire) wire = { 0 };

  tern_origin_add_reply (origin, "/", 200, NULL, "ok");
  wire_init (&wire, async, origin);
  tern_connection_set_auto_open (wire.connection, FALSE);
  g_assert_false (wire_send (&wire, "x"));
  wire_assert_error (&wire, NOT_CONNECTED, NULL);
  g_assert_false (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_error (&wire, NOT_CONNECTED, NULL);
  wire_assert_state (&wire, REQUEST_SENT);
  tern_connection_close (wire.connection);
  wire_assert_state (&wire, IDLE);
  g_assert_true (wire_open (&wire));
  g_assert_true (wire_open (&wire));
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_answer (&wire, 200, "ok");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

/* What the server closed while it was idle is opened anew, or said to be closed. */
static void
test_idle_end (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Wire) wire = { 0 };

  tern_origin_add_reply (origin, "/", 200, NULL, "ok");
  wire_init (&wire, async, origin);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
      wire_assert_answer (&wire, 200, "ok");
      g_assert_cmpuint (tern_origin_close_idle (origin), ==, 1);
      g_assert_true (tern_origin_wait_n_open (origin, 0, 10000));
    }
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
  tern_connection_set_auto_open (wire.connection, FALSE);
  g_assert_false (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_error (&wire, NOT_CONNECTED, NULL);
}

static void
test_refused (gboolean async, gconstpointer data)
{
  g_auto (Wire) wire = { .async = async, .peer = -1 };

  wire.connection = tern_connection_new ("127.0.0.1", tern_test_unused_port (), FALSE);
  g_assert_false (wire_open (&wire));
  tern_test_assert_error (wire.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "127.0.0.1");
  g_assert_false (wire_request (&wire, "GET", "/", NULL, NULL));
  tern_test_assert_error (wire.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, NULL);
  g_assert_false (wire_get (&wire));
  wire_assert_error (&wire, NOT_CONNECTED, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/connection/basic/get", test_get, NULL);
  tern_test_add_both ("/connection/basic/post", test_post, NULL);
  tern_test_add_both ("/connection/basic/head", test_head, NULL);
  tern_test_add_both ("/connection/basic/closing-response", test_closing_response, NULL);
  tern_test_add_both ("/connection/basic/unread", test_unread, NULL);
  tern_test_add_both ("/connection/basic/close-unread", test_close_unread, NULL);
  tern_test_add_both ("/connection/basic/auto-open", test_auto_open, NULL);
  tern_test_add_both ("/connection/basic/idle-end", test_idle_end, NULL);
  tern_test_add_both ("/connection/basic/refused", test_refused, NULL);
  return g_test_run ();
}
