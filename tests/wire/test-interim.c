/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interim responses (RFC 9110 §15.2): told to who listens, counted, and never taken for the answer;
 * 101 is one only where it was asked for. */
#include "ask.h"
#include "client/tern-client-private.h"

#define FINAL "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static void
on_informational (
    TernClient *client, TernRequest *request, guint status, TernHeaders *headers, gpointer data)
{
  const char *link = tern_headers_get (headers, "Link");

  g_assert_true (TERN_IS_REQUEST (request));
  g_string_append_printf (data, "%u %s;", status, link ? link : "-");
}

static void
test_told (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GString) seen = g_string_new (NULL);
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  g_signal_connect (ask.client, "informational", G_CALLBACK (on_informational), seen);
  tern_origin_push_script (origin,
                           "HTTP/1.1 100 Continue\r\n\r\n"
                           "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                           "HTTP/1.1 199 Odd\r\nContent-Length: 77\r\n\r\n" FINAL,
                           -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "hello");
  g_assert_cmpstr (seen->str, ==, "100 -;103 </a>;199 -;");
  /* Interim fields are not the answer's. */
  g_assert_false (tern_headers_has (tern_response_get_headers (ask.response), "Link"));
  g_assert_cmpuint (tern_pool_count_idle (tern_client_peek_pool (ask.client)), ==, 1);
}

static void
push_many (TernOrigin *origin, guint n)
{
  g_autoptr (GString) bytes = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (bytes, "HTTP/1.1 1%02u X\r\n\r\n", 2 + i % 90);
  g_string_append (bytes, FINAL);
  tern_origin_push_script (origin, bytes->str, (gssize)bytes->len, TERN_ORIGIN_SCRIPT_DEFAULT);
}

static void
test_sixteen (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  push_many (origin, 16);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "hello");
  push_many (origin, 17);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TOO_MANY_HEADERS, "16");
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (ask.client)), ==, 0);
}

static void
endless (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  while (tern_origin_write (conn, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", -1))
    continue;
}

static void
test_endless (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_route (origin, "/", endless, NULL);
  ask_init (&ask, async, origin, "GET", "/");
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TOO_MANY_HEADERS, NULL);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
}

static void
test_101_unasked (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin,
                           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n"
                           "Connection: upgrade\r\n\r\n",
                           -1, TERN_ORIGIN_SCRIPT_HANG_AFTER);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, BAD_FRAMING, "switched protocols");
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
}

/* What was asked for is handed out; the connection speaks something else now. */
static void
test_101_asked (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "own answer");
  ask_init (&ask, async, origin, "GET", "/");
  ask_header (&ask, "Connection", "upgrade");
  ask_header (&ask, "Upgrade", "echo");
  tern_origin_push_script (origin,
                           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n"
                           "Connection: upgrade\r\n\r\n",
                           -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 101, "");
  g_assert_cmpuint (tern_pool_count_idle (tern_client_peek_pool (ask.client)), ==, 0);
  ask_again (&ask, origin, "GET", "/");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "own answer");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
}

/* A handler that cancels: the call ends there, whatever has come already. */
static void
cancel_it (
    TernClient *client, TernRequest *request, guint status, TernHeaders *headers, gpointer data)
{
  g_cancellable_cancel (data);
}

static void
test_cancel_in_handler (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  g_signal_connect (ask.client, "informational", G_CALLBACK (cancel_it), cancellable);
  tern_origin_push_script (origin, "HTTP/1.1 103 Early Hints\r\n\r\n", -1,
                           TERN_ORIGIN_SCRIPT_HANG_AFTER);
  g_assert_false (ask_fetch (&ask, cancellable));
  ask_assert_io_error (&ask, CANCELLED, NULL);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/wire/interim/told", test_told, NULL);
  tern_test_add_both ("/wire/interim/sixteen", test_sixteen, NULL);
  tern_test_add_both ("/wire/interim/endless", test_endless, NULL);
  tern_test_add_both ("/wire/interim/101-unasked", test_101_unasked, NULL);
  tern_test_add_both ("/wire/interim/101-asked", test_101_asked, NULL);
  tern_test_add_both ("/wire/interim/cancel-in-handler", test_cancel_in_handler, NULL);
  return g_test_run ();
}
