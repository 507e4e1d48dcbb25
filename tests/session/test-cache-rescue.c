/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is stored in place of an origin that fails (RFC 5861 §4), and what the answer to a HEAD says
 * of it (RFC 9111 §4.3.5). */

#include "page.h"

#include <string.h>

#define OLD "Age: 100\r\nETag: \"1\"\r\nCache-Control: max-age=60"

static void
test_server_error (gboolean async, gconstpointer kind)
{
  static const guint errors[] = { 500, 502, 503, 504 };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, OLD ", stale-if-error=1000\r\n", "one");
  page_get (&p, "one", 1);
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autofree char *text
          = g_strdup_printf ("tern; fwd=stale; fwd-status=%u; ttl=-", errors[i]);

      page_set (&p, errors[i], NULL, "down");
      page_get (&p, "one", 1);
      page_assert_cache (&p, TRUE, text);
      g_assert_true (g_str_has_suffix (tern_response_get_cache_status (p.session.response),
                                       "; detail=stale-if-error"));
      session_assert (&p.session, 200, "one");
    }
  page_set (&p, 501, NULL, "what");
  page_get (&p, "what", 1);
  page_set (&p, 503, NULL, "down");
  page_get_with (&p, "Cache-Control", "no-cache", "down", 1);
}

/* The program may ask for it; the server may rule it out. */
static void
test_wished (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, OLD "\r\n", "one");
  page_get (&p, "one", 1);
  page_set (&p, 503, NULL, "down");
  page_get (&p, "down", 1);
  page_get_with (&p, "Cache-Control", "stale-if-error=10", "down", 1);
  page_get_with (&p, "Cache-Control", "stale-if-error=1000", "one", 1);
  page_set (&p, 200, OLD ", must-revalidate, stale-if-error=1000\r\n", "two");
  page_get_with (&p, "Cache-Control", "no-cache", "one", 1);
  page_set (&p, 503, NULL, "down");
  page_get_with (&p, "Cache-Control", "stale-if-error=1000", "down", 1);
}

static void
test_no_answer (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, OLD ", stale-if-error=1000\r\n", "one");
  page_get (&p, "one", 1);
  session_ask (&p.session, "GET", "/page");
  tern_origin_stop_listening (p.session.origin);
  tern_origin_close_idle (p.session.origin);
  session_fetch (&p.session);
  session_assert (&p.session, 200, "one");
  page_assert_cache (&p, TRUE, "tern; fwd=stale; ttl=-");
}

static void
test_head (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Age: 100\r\nETag: \"1\"\r\nCache-Control: max-age=60\r\n", "one");
  page_get (&p, "one", 1);
  page_set (&p, 200, "ETag: \"1\"\r\nCache-Control: max-age=60\r\nX-New: yes\r\n", "one");
  session_ask (&p.session, "HEAD", "/page");
  session_fetch (&p.session);
  session_assert (&p.session, 200, "");
  page_assert_cache (&p, FALSE, "tern; fwd=stale; fwd-status=200");
  page_get (&p, "one", 0);
  session_assert_header (&p.session, "X-New", "yes");
  /* Another version: what is stored is of no use. */
  page_set (&p, 200, "ETag: \"2\"\r\nCache-Control: max-age=60\r\n", "two");
  session_ask (&p.session, "HEAD", "/page");
  session_header (&p.session, "Cache-Control", "no-cache");
  session_fetch (&p.session);
  session_assert (&p.session, 200, "");
  page_get (&p, "two", 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  page_add_test ("/cache/rescue/server-error", test_server_error);
  page_add_test ("/cache/rescue/wished", test_wished);
  page_add_test ("/cache/rescue/no-answer", test_no_answer);
  page_add_test ("/cache/rescue/head", test_head);
  return g_test_run ();
}
