/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes that nobody asked for (RFC 9112 §9.3): they never answer the next request, and the
 * connection that carried them is never used again. */
#include "ask.h"
#include "client/tern-client-private.h"

typedef struct
{
  const char *name;
  const char *method;
  const char *bytes;
  guint status;
  const char *body;
} Left;

#define POISON TERN_ORIGIN_EXTRA_RESPONSE

static const Left left[] = {
  { "length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" POISON, 200, "hello" },
  { "one-byte", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello!", 200, "hello" },
  { "line-end", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\r\n", 200, "hello" },
  { "length-zero", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" POISON, 200, "" },
  { "chunks", "GET",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" POISON, 200,
    "hello" },
  { "chunks-and-trailers", "GET",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 1\r\n\r\n" POISON, 200, "" },
  { "head", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "" },
  { "head-chunks", "HEAD",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200, "" },
  { "204", "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", 204, "" },
  { "204-poison", "DELETE", "HTTP/1.1 204 No Content\r\n\r\n" POISON, 204, "" },
  { "304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello", 304, "" },
  { "error", "GET", "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno!" POISON, 404, "no!" },
};

static void
test_left (gboolean async, gconstpointer data)
{
  const Left *what = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "own answer");
  ask_init (&ask, async, origin, what->method, "/");
  tern_origin_push_script (origin, what->bytes, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, what->status, what->body);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
  ask_again (&ask, origin, "GET", "/");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "own answer");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
}

/* The same where the body is read piece by piece: what follows it may come at any time. */
static void
test_late (gboolean async, gconstpointer data)
{
  const char *whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello" POISON;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) body = NULL;
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "own answer");
  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script_split (origin, whole, -1, strlen (whole) - strlen (POISON),
                                 TERN_ORIGIN_SCRIPT_DEFAULT);
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  body = ask_read_all (&ask, NULL, &ask.error);
  g_assert_no_error (ask.error);
  g_assert_cmpuint (g_bytes_get_size (body), ==, 5);
  g_usleep (60 * 1000);
  ask_again (&ask, origin, "GET", "/");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "own answer");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
}

/* Bodies that are not there where the head says that there is none: the connection stays. */
static void
test_none (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *method;
    const char *bytes;
    guint status;
  } rounds[] = {
    { "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200 },
    { "HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200 },
    { "HEAD", "HTTP/1.1 200 OK\r\n\r\n", 200 },
    { "GET", "HTTP/1.1 204 No Content\r\n\r\n", 204 },
    { "GET", "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", 204 },
    { "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", 304 },
    { "HEAD", "HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\n", 404 },
    { "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200 },
  };
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  for (guint i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      tern_origin_push_script (origin, rounds[i].bytes, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
      ask_again (&ask, origin, rounds[i].method, "/");
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, rounds[i].status, "");
    }
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

static void
test_idle (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "own answer");
  ask_init (&ask, async, origin, "GET", "/");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "own answer");
  g_assert_cmpuint (tern_pool_count_idle (tern_client_peek_pool (ask.client)), ==, 1);
  g_assert_cmpuint (tern_origin_poke_idle (origin, data, -1), ==, 1);
  g_usleep (20 * 1000);
  ask_again (&ask, origin, "POST", "/");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "own answer");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 2);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
}

/* An answer that was written at accept: whether it came before or after the request left cannot be
 * known for sure, but it may answer one request only. */
static void
test_before_request (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  guint n_refused = 0;

  tern_origin_add_reply (origin, "/", 200, NULL, "own answer");
  for (guint i = 0; i < 5; i++)
    {
      g_auto (Ask) ask;

      ask_init (&ask, async, origin, "GET", "/");
      tern_origin_push_script (origin, POISON POISON, -1, TERN_ORIGIN_SCRIPT_BEFORE_REQUEST);
      if (!ask_fetch (&ask, NULL))
        {
          ask_assert_tern_error (&ask, BAD_FRAMING, "127.0.0.1");
          n_refused++;
        }
      ask_again (&ask, origin, "GET", "/");
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "own answer");
    }
  g_test_message ("%u of 5 were seen before the request was sent", n_refused);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (left); i++)
    {
      g_autofree char *path = g_strconcat ("/wire/leftovers/", left[i].name, NULL);

      tern_test_add_both (path, test_left, &left[i]);
    }
  tern_test_add_both ("/wire/leftovers/late", test_late, NULL);
  tern_test_add_both ("/wire/leftovers/none", test_none, NULL);
  tern_test_add_both ("/wire/leftovers/idle/response", test_idle, POISON);
  tern_test_add_both ("/wire/leftovers/idle/timeout-response", test_idle,
                      "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n");
  tern_test_add_both ("/wire/leftovers/idle/one-byte", test_idle, "x");
  tern_test_add_both ("/wire/leftovers/before-request", test_before_request, NULL);
  return g_test_run ();
}
