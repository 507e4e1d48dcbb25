/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is kept of a body, and what a hit hands out: only what came whole, in the form in which it
 * came. */

#include "engine/tern-store-call.h"
#include "page.h"

#include <string.h>

#define FRESH "Cache-Control: max-age=60\r\n"
#define CAP ((gsize)8 * 1024 * 1024)

/* An answer of any bytes, to be cached. */
typedef struct
{
  const char *fields;
  GBytes *body;
  gint n_asked; /* atomic */
} Answer;

static void
on_answer (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Answer *answer = data;
  gsize size;
  const void *bytes = g_bytes_get_data (answer->body, &size);

  g_atomic_int_inc (&answer->n_asked);
  tern_origin_reply_bytes (conn, 200, NULL, answer->fields, bytes, size);
}

/* ---- coded bodies ---- */

static void
test_coded (gboolean async, gconstpointer kind)
{
  g_autoptr (GBytes) coded = tern_origin_demo_compress (TERN_ORIGIN_CODING_GZIP, "plain text", -1);
  Answer answer = { FRESH "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n", coded, 0 };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  tern_origin_add_route (p.session.origin, "/answer", on_answer, &answer);
  for (guint i = 0; i < 3; i++)
    {
      session_get (&p.session, "/answer", 200, "plain text");
      session_assert_header (&p.session, "Content-Encoding", NULL);
      session_assert_header (&p.session, "Content-Length", "10");
      g_assert_cmpint (tern_response_get_from_cache (p.session.response), ==, i > 0);
    }
  g_assert_cmpint (g_atomic_int_get (&answer.n_asked), ==, 1);
  /* Who wants the raw bytes is another reader; the store has them as they came. */
  session_ask (&p.session, "GET", "/answer");
  session_header (&p.session, "Accept-Encoding", "gzip, deflate");
  tern_request_set_accept_encoding (p.session.request, FALSE);
  session_fetch (&p.session);
  session_assert (&p.session, 200, NULL);
  g_assert_true (g_bytes_equal (p.session.content, coded));
}

/* A body that cannot be decoded would fail again for a minute. */
static void
test_undecodable (gboolean async, gconstpointer kind)
{
  g_autoptr (GBytes) coded = tern_origin_demo_compress (TERN_ORIGIN_CODING_GZIP, "plain text", -1);
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (coded, 0, g_bytes_get_size (coded) - 4);
  g_autoptr (GBytes) junk = g_bytes_new_static ("this is no gzip at all", 22);
  GBytes *const bodies[] = { cut, junk };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      Answer answer = { FRESH "Content-Encoding: gzip\r\n", bodies[i], 0 };

      tern_origin_add_route (p.session.origin, "/answer", on_answer, &answer);
      for (guint times = 1; times <= 2; times++)
        {
          session_ask (&p.session, "GET", "/answer");
          session_fetch (&p.session);
          session_assert_error (&p.session, TERN_ERROR, TERN_ERROR_DECOMPRESS_FAILED, NULL);
          g_assert_cmpint (g_atomic_int_get (&answer.n_asked), ==, times);
        }
    }
}

/* ---- whole or not at all ---- */

static void
test_framings (gboolean async, gconstpointer kind)
{
  static const char *const answers[] = {
    "HTTP/1.1 200 OK\r\n" FRESH "Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n"
    "2\r\non\r\n1\r\ne\r\n0\r\nX: y\r\n\r\n",
    "HTTP/1.1 200 OK\r\n" FRESH "Connection: close\r\n\r\none",
    "HTTP/1.0 200 OK\r\n" FRESH "Content-Length: 3\r\n\r\none",
  };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/framing/%u", i);

      tern_origin_push_script (p.session.origin, answers[i], -1,
                               i > 0 ? TERN_ORIGIN_SCRIPT_CLOSE_AFTER : TERN_ORIGIN_SCRIPT_DEFAULT);
      session_get (&p.session, path, 200, "one");
      g_assert_false (tern_response_get_from_cache (p.session.response));
      session_get (&p.session, path, 200, "one");
      g_assert_true (tern_response_get_from_cache (p.session.response));
      session_assert_header (&p.session, "Transfer-Encoding", NULL);
      session_assert_header (&p.session, "Connection", NULL);
    }
}

static void
test_truncated (gboolean async, gconstpointer kind)
{
  static const char *const answers[] = {
    "HTTP/1.1 200 OK\r\n" FRESH "Content-Length: 9\r\n\r\nhalf",
    "HTTP/1.1 200 OK\r\n" FRESH "Content-Length: 9\r\n\r\n",
    "HTTP/1.1 200 OK\r\n" FRESH "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "HTTP/1.1 200 OK\r\n" FRESH "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n",
    "HTTP/1.1 200 OK\r\n" FRESH "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nx\r\n",
  };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, FRESH, "whole");
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/page/%u", i);

      tern_origin_push_script (p.session.origin, answers[i], -1, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
      session_ask (&p.session, "GET", path);
      session_fetch (&p.session);
      g_assert_nonnull (p.session.error);
      session_get (&p.session, path, 200, "whole");
      g_assert_false (tern_response_get_from_cache (p.session.response));
      session_get (&p.session, path, 200, "whole");
      g_assert_true (tern_response_get_from_cache (p.session.response));
    }
}

/* Sends for the page, reads @size of it (0: nothing) and lets go. */
static void
read_some (Page *p, gsize size, gsize expected)
{
  g_autoptr (GError) error = NULL;
  gsize total = 0;

  session_ask (&p->session, "GET", "/page");
  session_send (&p->session);
  session_assert (&p->session, 200, NULL);
  while (total < size)
    {
      g_autoptr (GBytes) part = session_read (&p->session, size - total, &error);

      g_assert_no_error (error);
      if (g_bytes_get_size (part) == 0)
        break;
      total += g_bytes_get_size (part);
    }
  g_assert_cmpuint (total, ==, expected);
}

static void
test_abandoned (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, FRESH, "a body of some length");
  read_some (&p, 0, 0);
  page_get (&p, "a body of some length", 1); /* nothing was kept of it */
  page_get (&p, "a body of some length", 0);
  /* A hit may be given up as well. */
  read_some (&p, 4, 4);
  page_get (&p, "a body of some length", 0);
}

static void
test_partly_read (gboolean async, gconstpointer kind)
{
  g_autofree char *body = g_strnfill (200000, 'x');
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, FRESH, body);
  read_some (&p, 1000, 1000);
  page_get (&p, body, 1);
  page_get (&p, body, 0);
}

/* Read to its last byte, though nobody asked for the end behind it. */
static void
test_read_exactly (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, FRESH, "exactly");
  read_some (&p, 7, 7);
  page_get (&p, "exactly", 0);
}

/* Read to its end, with the response still in hand. */
static void
test_read_to_end (gboolean async, gconstpointer kind)
{
  g_autoptr (TernResponse) first = NULL;
  g_autoptr (GBytes) all = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, FRESH, "streamed");
  session_ask (&p.session, "GET", "/page");
  session_send (&p.session);
  session_assert (&p.session, 200, NULL);
  all = session_read_all (&p.session, &error);
  g_assert_no_error (error);
  tern_test_assert_bytes (g_bytes_get_data (all, NULL), (gssize)g_bytes_get_size (all), "streamed",
                          -1);
  first = g_object_ref (p.session.response);
  page_get (&p, "streamed", 0);
  page_assert_cache (&p, TRUE, "tern; hit");
}

static void
test_empty (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, FRESH, "");
  page_get (&p, "", 1);
  page_get (&p, "", 0);
  page_assert_cache (&p, TRUE, "tern; hit");
  session_ask (&p.session, "GET", "/page");
  session_send (&p.session);
  session_assert (&p.session, 200, NULL);
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) all = session_read_all (&p.session, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (g_bytes_get_size (all), ==, 0);
  }
}

static void
test_too_large (gboolean async, gconstpointer kind)
{
  /* Some stores count the key and the bookkeeping. */
  static const gsize sizes[] = { CAP - 4096, CAP + 1 };
  gint n_asked;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  /* Bytes by the million, each looked at: once is enough. */
  if (async && g_getenv ("TERN_TEST_MEMCHECK"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      Answer answer = { FRESH, g_bytes_new_take (g_malloc0 (sizes[i]), sizes[i]), 0 };
      g_autofree char *path = g_strdup_printf ("/answer/%u", i);

      tern_origin_add_route (p.session.origin, path, on_answer, &answer);
      for (guint times = 0; times < 2; times++)
        {
          session_get (&p.session, path, 200, NULL);
          g_assert_true (g_bytes_equal (p.session.content, answer.body));
        }
      n_asked = g_atomic_int_get (&answer.n_asked);
      /* What is written while it comes may be larger, as far as the store goes along. */
      if (GPOINTER_TO_UINT (kind) < STORE_OWN && tern_store_streams (p.store))
        g_assert_cmpint (n_asked, <=, (gint)i + 1);
      else
        g_assert_cmpint (n_asked, ==, i == 0 || tern_store_streams (p.store) ? 1 : 2);
      g_bytes_unref (answer.body);
    }
}

/* ---- methods ---- */

static void
test_head (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, FRESH, "body");
  for (guint i = 0; i < 2; i++)
    {
      session_ask (&p.session, "HEAD", "/page");
      session_fetch (&p.session);
      session_assert (&p.session, 200, ""); /* never with the body of a GET */
      session_assert_header (&p.session, "Content-Length", "4");
      page_get (&p, "body", i == 0); /* never with the emptiness of a HEAD */
    }
}

/* ---- redirects ---- */

static void
test_redirect (gboolean async, gconstpointer kind)
{
  TernResponse *previous;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, FRESH, "there");
  tern_origin_add_reply (p.session.origin, "/moved", 301, FRESH "Location: /page\r\n", "moved");
  for (guint i = 0; i < 2; i++)
    {
      session_get (&p.session, "/moved", 200, "there");
      previous = tern_response_get_previous (p.session.response);
      g_assert_nonnull (previous);
      g_assert_cmpuint (tern_response_get_status (previous), ==, 301);
      g_assert_cmpint (tern_response_get_from_cache (previous), ==, i);
      g_assert_cmpint (tern_response_get_from_cache (p.session.response), ==, i);
    }
  g_assert_cmpuint (tern_origin_n_requests (p.session.origin), ==, 2);
  /* What is stored is not followed by who does not follow, and counts against the limit. */
  session_ask (&p.session, "GET", "/moved");
  tern_request_set_max_redirects (p.session.request, 0);
  session_fetch (&p.session);
  session_assert_error (&p.session, TERN_ERROR, TERN_ERROR_REDIRECT_LIMIT, NULL);
  tern_client_set_follow_redirects (p.session.client, FALSE);
  session_get (&p.session, "/moved", 301, "moved");
  g_assert_cmpuint (tern_origin_n_requests (p.session.origin), ==, 2);
}

/* A body that is long, but not so long that a store hands it out as a stream: the program may get
 * the very bytes of the store, which stay good whatever becomes of it. */
static void
test_whole (gboolean async, gconstpointer kind)
{
  g_autofree char *long_text = g_strnfill (50000, 'l');
  g_autoptr (GBytes) first = NULL;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, FRESH, long_text);
  page_get (&p, long_text, 1);
  page_get (&p, long_text, 0);
  first = g_bytes_ref (p.session.content);
  page_get (&p, long_text, 0);
  if (GPOINTER_TO_UINT (kind) == STORE_MEMORY)
    g_assert_true (g_bytes_get_data (p.session.content, NULL) == g_bytes_get_data (first, NULL));
  page_set (&p, 200, FRESH, "short");
  page_get_with (&p, "Cache-Control", "no-cache", "short", 1);
  page_get (&p, "short", 0);
  g_assert_cmpmem (g_bytes_get_data (first, NULL), g_bytes_get_size (first), long_text, 50000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  page_add_test ("/cache-bodies/coded", test_coded);
  page_add_test ("/cache-bodies/undecodable", test_undecodable);
  page_add_test ("/cache-bodies/framings", test_framings);
  page_add_test ("/cache-bodies/truncated", test_truncated);
  page_add_test ("/cache-bodies/abandoned", test_abandoned);
  page_add_test ("/cache-bodies/partly-read", test_partly_read);
  page_add_test ("/cache-bodies/read-exactly", test_read_exactly);
  page_add_test ("/cache-bodies/read-to-end", test_read_to_end);
  page_add_test ("/cache-bodies/whole", test_whole);
  page_add_test ("/cache-bodies/empty", test_empty);
  page_add_test ("/cache-bodies/too-large", test_too_large);
  page_add_test ("/cache-bodies/head", test_head);
  page_add_test ("/cache-bodies/redirect", test_redirect);
  return g_test_run ();
}
