/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How long a chain of redirects may be, what is kept of it, and what becomes of the bodies that
 * nobody reads. */

#include "ask.h"
#include "session.h"

#include <string.h>

/* ---- limits ---- */

static void
test_limit (gboolean async, gconstpointer data)
{
  TernResponse *last;
  g_auto (Session) s;

  session_init (&s, async);
  session_get (&s, "/redirect-chain?n=5", 200, TERN_ORIGIN_DEMO_TEXT); /* the default is 5 */
  tern_origin_clear_log (s.origin);
  session_ask (&s, "GET", "/redirect-chain?n=6");
  session_fetch (&s);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_REDIRECT_LIMIT, "limit");
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 6);
  last = tern_failure_get_response (session_failure (&s));
  for (guint left = 1; left <= 6; left++)
    {
      g_autofree char *path = g_strdup_printf ("/redirect-chain?n=%u", left);
      g_autofree char *uri = tern_origin_uri (s.origin, path);

      g_assert_nonnull (last);
      g_assert_cmpuint (tern_response_get_status (last), ==, 302);
      response_assert_header (last, "Content-Location", uri);
      last = tern_response_get_previous (last);
    }
  g_assert_null (last);
}

static void
test_limits_set (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_max_redirects (s.client, 1);
  session_get (&s, "/redirect-chain?n=1", 200, TERN_ORIGIN_DEMO_TEXT);
  session_ask (&s, "GET", "/redirect-chain?n=2");
  session_fetch (&s);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_REDIRECT_LIMIT, NULL);
  /* The request's own word counts more. */
  session_ask (&s, "GET", "/redirect-chain?n=8");
  tern_request_set_max_redirects (s.request, 8);
  session_fetch (&s);
  session_assert (&s, 200, TERN_ORIGIN_DEMO_TEXT);
  session_ask (&s, "GET", "/redirect");
  tern_request_set_max_redirects (s.request, 0);
  session_fetch (&s);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_REDIRECT_LIMIT, NULL);
  session_ask (&s, "GET", "/plain");
  tern_request_set_max_redirects (s.request, 0);
  session_fetch (&s);
  session_assert (&s, 200, TERN_ORIGIN_DEMO_TEXT);
}

static void
test_loop (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_reply (s.origin, "/loop", 307, "Location: /loop\r\n", "round and round");
  session_ask (&s, "GET", "/loop");
  tern_request_set_max_redirects (s.request, 1000);
  session_fetch (&s);
  /* The walker has a bound of its own behind the program's. */
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_REDIRECT_LIMIT, NULL);
  g_assert_cmpuint (tern_origin_n_requests (s.origin), <=, 101);
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 1);
}

/* ---- the chain ---- */

static void
assert_previous (TernResponse *response, TernOrigin *origin, const char *path)
{
  g_autofree char *uri = tern_origin_uri (origin, path);

  g_assert_nonnull (response);
  g_assert_cmpuint (tern_response_get_status (response), ==, 302);
  g_assert_cmpstr (tern_response_get_uri (response), ==, uri);
  response_assert_header (response, "content-location", uri);
}

static void
test_chain (gboolean async, gconstpointer data)
{
  g_autofree char *final = NULL;
  TernResponse *hop;
  g_auto (Session) s;

  session_init (&s, async);
  session_get (&s, "/redirect-chain?n=3", 200, TERN_ORIGIN_DEMO_TEXT);
  final = tern_origin_uri (s.origin, "/plain");
  session_assert_header (&s, "Content-Location", final);
  hop = tern_response_get_previous (s.response);
  assert_previous (hop, s.origin, "/redirect-chain?n=1");
  hop = tern_response_get_previous (hop);
  assert_previous (hop, s.origin, "/redirect-chain?n=2");
  hop = tern_response_get_previous (hop);
  assert_previous (hop, s.origin, "/redirect-chain?n=3");
  g_assert_null (tern_response_get_previous (hop));
}

/* Every failure that has a response has the chain as well. */
static void
test_chain_of_failures (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *answer;
    TernOriginScriptFlags flags;
    int code;
  } cases[] = {
    { "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", 0, TERN_ERROR_REDIRECT_MISSING_LOCATION },
    { "HTTP/1.1 302 Found\r\nLocation: x:y\r\nContent-Length: 0\r\n\r\n", 0,
      TERN_ERROR_UNSUPPORTED_SCHEME },
    { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", TERN_ORIGIN_SCRIPT_CLOSE_AFTER,
      TERN_ERROR_INCOMPLETE_READ },
    { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf", 0,
      TERN_ERROR_DECOMPRESS_FAILED },
    { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip,gzip,gzip,gzip\r\nContent-Length: 4\r\n\r\nhalf",
      0, TERN_ERROR_DECOMPRESS_FAILED },
  };
  g_auto (Session) s;

  session_init (&s, async);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TernResponse *hop;

      tern_origin_push_script (s.origin,
                               "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n",
                               -1, TERN_ORIGIN_SCRIPT_DEFAULT);
      tern_origin_push_script (s.origin, cases[i].answer, -1, cases[i].flags);
      session_ask (&s, "GET", "/a");
      session_fetch (&s);
      session_assert_error (&s, TERN_ERROR, cases[i].code, NULL);
      hop = tern_failure_get_response (session_failure (&s));
      g_assert_nonnull (hop);
      assert_previous (tern_response_get_previous (hop), s.origin, "/a");
    }
}

/* Without a response there is nothing that could hold a chain, and the error names the host. */
static void
test_chain_refused (gboolean async, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  path = g_strdup_printf ("/redirect?to=http://127.0.0.1:%u/", tern_test_unused_port ());
  session_ask (&s, "GET", path);
  session_fetch (&s);
  session_assert_error (&s, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "127.0.0.1");
  g_assert_null (tern_failure_get_response (session_failure (&s)));
  g_assert_cmpint (tern_failure_get_phase (session_failure (&s)), ==,
                   TERN_PHASE_CONNECT);
}

/* ---- the signal ---- */

typedef struct
{
  GThread *thread;
  GString *seen;
} Listener;

static void
on_redirected (TernClient *client, TernResponse *previous, const char *next, gpointer data)
{
  Listener *listener = data;

  g_assert_true (g_thread_self () == listener->thread);
  g_string_append_printf (listener->seen, "%u %s > %s\n", tern_response_get_status (previous),
                          strrchr (tern_response_get_uri (previous), '/'), strrchr (next, '/'));
}

static void
test_signal (gboolean async, gconstpointer data)
{
  Listener listener = { g_thread_self (), g_string_new (NULL) };
  g_auto (Session) s;

  session_init (&s, async);
  g_signal_connect (s.client, "redirected", G_CALLBACK (on_redirected), &listener);
  session_get (&s, "/redirect-chain?n=2", 200, TERN_ORIGIN_DEMO_TEXT);
  g_assert_cmpstr (listener.seen->str, ==,
                   "302 /redirect-chain?n=2 > /redirect-chain?n=1\n"
                   "302 /redirect-chain?n=1 > /plain\n");
  /* What is not followed is not told. */
  g_string_truncate (listener.seen, 0);
  session_ask (&s, "POST", "/redirect?code=301");
  session_fetch (&s);
  session_ask (&s, "GET", "/redirect");
  tern_request_set_max_redirects (s.request, 0);
  session_fetch (&s);
  g_assert_cmpstr (listener.seen->str, ==, "");
  g_string_free (listener.seen, TRUE);
}

/* ---- bodies that nobody reads ---- */

/* A redirect's body is not decoded: not even a wrong one matters, and its connection stays. */
static void
test_coded_bodies (gboolean async, gconstpointer data)
{
  static const char *const fields[] = {
    "Location: /plain\r\nContent-Encoding: gzip\r\n",
    "Location: /plain\r\nContent-Encoding: gzip, gzip, gzip, gzip, gzip\r\n",
    "Location: /plain\r\nContent-Encoding: deflate\r\nContent-Encoding: gzip\r\n",
    "Location: /plain\r\nContent-Encoding: no such\r\n",
  };
  g_auto (Session) s;

  session_init (&s, async);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      tern_origin_add_reply (s.origin, "/away", 302, fields[i], "this is no gzip");
      session_get (&s, "/away", 200, TERN_ORIGIN_DEMO_TEXT);
      session_assert_header (&s, "Content-Encoding", NULL);
    }
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 1);
}

static void
on_large (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  static char block[1024 * 1024];
  gboolean *all = data;

  tern_origin_write (conn, "HTTP/1.1 302 Found\r\nLocation: /plain\r\n", -1);
  if (strstr (tern_origin_request_path (request), "chunked"))
    {
      tern_origin_write (conn, "Transfer-Encoding: chunked\r\n\r\n", -1);
      for (guint i = 0; i < 64; i++)
        if (!tern_origin_write_chunk (conn, block, sizeof block))
          return;
    }
  else
    {
      tern_origin_write (conn, "Content-Length: 67108864\r\n\r\n", -1);
      for (guint i = 0; i < 64; i++)
        if (!tern_origin_write (conn, block, sizeof block))
          return;
    }
  *all = TRUE;
}

/* 64 MiB are not worth a connection. */
static void
test_large_body (gboolean async, gconstpointer data)
{
  gboolean all = FALSE;
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_route (s.origin, "/large", on_large, &all);
  session_get (&s, "/large", 200, TERN_ORIGIN_DEMO_TEXT);
  session_get (&s, "/large/chunked", 200, TERN_ORIGIN_DEMO_TEXT);
  g_assert_true (tern_origin_wait_closed (s.origin, 0, 5000));
  g_assert_false (all);
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 3);
}

static void
on_endless (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  tern_origin_write (conn,
                     "HTTP/1.1 302 Found\r\nLocation: /plain\r\nContent-Length: 100\r\n\r\nhalf",
                     -1);
  if (data)
    tern_origin_write_slowly (conn, "a byte now and then, and never the end of it all", -1, 1, 200);
  tern_origin_hang (conn);
}

/* Nor is one that does not come, or comes a byte at a time. */
static void
test_endless_body (gboolean async, gconstpointer data)
{
  const gint64 start = tern_test_watch_start ();
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_route (s.origin, "/endless", on_endless, (gpointer) data);
  session_get (&s, "/endless", 200, TERN_ORIGIN_DEMO_TEXT);
  g_assert_cmpfloat (tern_test_watch_ms (start), <, 8000 * ask_slack ());
  g_assert_true (tern_origin_wait_closed (s.origin, 0, 5000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/redirect-chain/limit", test_limit, NULL);
  tern_test_add_both ("/redirect-chain/limits-set", test_limits_set, NULL);
  tern_test_add_both ("/redirect-chain/loop", test_loop, NULL);
  tern_test_add_both ("/redirect-chain/previous", test_chain, NULL);
  tern_test_add_both ("/redirect-chain/of-failures", test_chain_of_failures, NULL);
  tern_test_add_both ("/redirect-chain/refused", test_chain_refused, NULL);
  tern_test_add_both ("/redirect-chain/signal", test_signal, NULL);
  tern_test_add_both ("/redirect-chain/coded-bodies", test_coded_bodies, NULL);
  tern_test_add_both ("/redirect-chain/large-body", test_large_body, NULL);
  tern_test_add_both ("/redirect-chain/endless-body", test_endless_body, NULL);
  tern_test_add_both ("/redirect-chain/dripping-body", test_endless_body, "drip");
  return g_test_run ();
}
