/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The private cache as a program and an origin see it: what is answered without asking, what is
 * asked about, what is never kept. Every test runs over every kind of store. Bodies are in
 * test-cache-bodies.c, stores and their faults in test-cache-stores.c. */

#include "page.h"

#include <string.h>
#include <tern/tern-util.h>

#define NOW (g_get_real_time () / G_USEC_PER_SEC)

/* "NAME: date\r\n", so many seconds from now. */
static char *
date_field (const char *name, gint64 offset)
{
  g_autofree char *date = tern_http_date_format (NOW + offset);

  return g_strdup_printf ("%s: %s\r\n", name, date);
}

/* ---- fresh ---- */

static void
test_max_age (gboolean async, gconstpointer kind)
{
  g_autofree char *uri = NULL;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nX-A: b\r\nX-A: c\r\n", "one");
  page_get (&p, "one", 1);
  page_assert_cache (&p, FALSE, "tern; fwd=uri-miss; fwd-status=200; stored");
  page_set (&p, 200, NULL, "two");
  page_get (&p, "one", 0);
  page_assert_cache (&p, TRUE, "tern; hit; ttl=");
  session_assert (&p.session, 200, "one");
  session_assert_header (&p.session, "X-A", "b, c");
  session_assert_header (&p.session, "Content-Length", "3");
  uri = tern_origin_uri (p.session.origin, "/page");
  session_assert_header (&p.session, "Content-Location", uri);
  g_assert_true (tern_headers_has (tern_response_get_headers (p.session.response), "Age"));
  g_assert_cmpstr (tern_response_get_reason (p.session.response), ==, "OK");
  /* A fragment is not part of what is asked, a query is. */
  session_get (&p.session, "/page#part", 200, "one");
  session_get (&p.session, "/page?query", 200, "two");
}

static void
test_expires (gboolean async, gconstpointer kind)
{
  g_autofree char *future = date_field ("Expires", 60);
  g_autofree char *past = date_field ("Expires", -60);
  g_autofree char *last = date_field ("Last-Modified", -1000);
  g_autofree char *stale = g_strconcat (past, last, NULL);
  g_autofree char *both = g_strconcat (past, "Cache-Control: max-age=60\r\n", NULL);
  g_autofree char *date = date_field ("Date", -100);
  g_autofree char *old = g_strconcat (date, "Cache-Control: max-age=60\r\n", last, NULL);
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, future, "one");
  page_get (&p, "one", 1);
  page_get (&p, "one", 0);
  page_set (&p, 200, stale, "two");
  page_get_with (&p, "Cache-Control", "no-cache", "two", 1);
  page_get (&p, "two", 1);
  page_assert_cache (&p, TRUE, "tern; fwd=stale; fwd-status=304");
  page_set (&p, 200, both, "three"); /* max-age says more */
  page_get (&p, "three", 1);
  page_get (&p, "three", 0);
  page_set (&p, 200, old, "four"); /* too old when it came */
  page_get_with (&p, "Cache-Control", "no-cache", "four", 1);
  page_get (&p, "four", 1);
  page_assert_cache (&p, TRUE, "tern; fwd=stale; fwd-status=304");
  page_set (&p, 200, "Expires: 0\r\nETag: \"5\"\r\n", "five");
  page_get_with (&p, "Cache-Control", "no-cache", "five", 1);
  page_get (&p, "five", 1);
  page_assert_cache (&p, TRUE, "tern; fwd=stale; fwd-status=304");
}

/* Without any word on how long, nothing is guessed and nothing is kept. */
static void
test_nothing_said (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, NULL, "one");
  page_get (&p, "one", 1);
  page_assert_cache (&p, FALSE, "tern; fwd=uri-miss; fwd-status=200");
  g_assert_null (strstr (tern_response_get_cache_status (p.session.response), "stored"));
  page_get (&p, "one", 1);
  page_set (&p, 206, "Cache-Control: max-age=60\r\n", "part");
  page_get (&p, "part", 1);
  page_get (&p, "part", 1);
  page_set (&p, 404, "Cache-Control: max-age=60\r\n", "none");
  page_get (&p, "none", 1);
  page_get (&p, "none", 0);
  session_assert (&p.session, 404, "none");
}

/* ---- asked about ---- */

static void
test_etag (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200,
            "Cache-Control: no-cache\r\nETag: \"1\"\r\nX-Old: old\r\nX-Both: old\r\n", "one");
  page_get (&p, "one", 1);
  origin_assert_field (p.session.origin, 0, "If-None-Match", NULL);
  page_set (&p, 200,
            "Cache-Control: max-age=60\r\nETag: \"1\"\r\nX-New: new\r\nX-Both: new\r\n"
            "Content-Encoding: gzip\r\nConnection: keep-alive\r\n", "two");
  page_get (&p, "one", 1);
  origin_assert_field (p.session.origin, 1, "If-None-Match", "\"1\"");
  page_assert_cache (&p, TRUE, "tern; fwd=stale; fwd-status=304; stored");
  session_assert (&p.session, 200, "one");
  /* The 304 brings new fields, but says nothing of the body. */
  for (guint i = 0; i < 2; i++)
    {
      session_assert_header (&p.session, "X-Old", "old");
      session_assert_header (&p.session, "X-New", "new");
      session_assert_header (&p.session, "X-Both", "new");
      session_assert_header (&p.session, "Content-Length", "3");
      session_assert_header (&p.session, "Content-Encoding", NULL);
      page_get (&p, "one", 0); /* and it is fresh again */
    }
  page_assert_cache (&p, TRUE, "tern; hit");
}

static void
test_last_modified (gboolean async, gconstpointer kind)
{
  static const char fields[]
      = "Cache-Control: max-age=0\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, fields, "one");
  page_get (&p, "one", 1);
  page_get (&p, "one", 1);
  origin_assert_field (p.session.origin, 1, "If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT");
  page_assert_cache (&p, TRUE, "tern; fwd=stale; fwd-status=304; stored");
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "two");
  page_get (&p, "two", 1);
  page_assert_cache (&p, FALSE, "tern; fwd=stale; fwd-status=200; stored");
  page_get (&p, "two", 0);
}

static void
test_ignore_etag (gboolean async, gconstpointer kind)
{
  static const char fields[] = "Cache-Control: no-cache\r\nETag: \"1\"\r\n"
                               "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  tern_client_set_ignore_etag (p.session.client, TRUE);
  page_set (&p, 200, fields, "one");
  page_get (&p, "one", 1);
  page_get (&p, "one", 1);
  origin_assert_field (p.session.origin, 1, "If-None-Match", NULL);
  origin_assert_field (p.session.origin, 1, "If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT");
  page_set (&p, 200, "Cache-Control: no-cache\r\nETag: \"1\"\r\n", "two");
  page_get (&p, "two", 1);
  page_get (&p, "two", 1);
  origin_assert_field (p.session.origin, 3, "If-None-Match", NULL);
  page_assert_cache (&p, FALSE, "tern; fwd=");
}

/* The origin fails when it is asked: that says nothing of what is stored. */
static void
test_validation_fails (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: no-cache\r\nETag: \"1\"\r\n", "one");
  page_get (&p, "one", 1);
  page_set (&p, 503, NULL, "down");
  page_get (&p, "down", 1);
  page_assert_cache (&p, FALSE, "tern; fwd=stale; fwd-status=503");
  page_set (&p, 200, "Cache-Control: no-cache\r\nETag: \"1\"\r\n", "two");
  page_get (&p, "one", 1);
  page_assert_cache (&p, TRUE, "tern; fwd=stale; fwd-status=304");
  page_set (&p, 404, NULL, "gone"); /* but this does */
  page_get (&p, "gone", 1);
  page_set (&p, 200, "ETag: \"1\"\r\n", "three");
  page_get (&p, "three", 1);
}

/* Who compares by itself is answered by what is fresh, and else by the origin. */
static void
test_own_condition (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nETag: \"1\"\r\n", "one");
  page_get (&p, "one", 1);
  page_get_with (&p, "If-None-Match", "\"1\"", "", 0);
  session_assert (&p.session, 304, "");
  page_assert_cache (&p, TRUE, "tern; hit; ttl=");
  session_assert_header (&p.session, "ETag", "\"1\"");
  page_get_with (&p, "If-None-Match", "\"2\"", "one", 0);
  session_assert (&p.session, 200, "one");
  page_get_with (&p, "If-Match", "\"1\"", "one", 1);
  page_assert_cache (&p, FALSE, "tern; fwd=request; fwd-status=200; stored");
  page_get (&p, "one", 0);
  /* Not fresh: the origin compares. */
  page_set (&p, 200, "Cache-Control: max-age=0\r\nETag: \"1\"\r\n", "one");
  page_get_with (&p, "Cache-Control", "no-cache", "one", 1);
  page_get_with (&p, "If-None-Match", "\"1\"", "", 1);
  session_assert (&p.session, 304, "");
}

/* A part of what is stored, and its head alone. */
static void
test_parts (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nETag: \"1\"\r\n", "one");
  page_get (&p, "one", 1);
  page_get_with (&p, "Range", "bytes=1-1", "n", 0);
  session_assert (&p.session, 206, "n");
  session_assert_header (&p.session, "Content-Range", "bytes 1-1/3");
  session_assert_header (&p.session, "Content-Length", "1");
  page_get_with (&p, "Range", "bytes=-2", "ne", 0);
  page_get_with (&p, "Range", "bytes=0-0,2-2", "one", 0);
  session_assert (&p.session, 200, "one");
  page_get_with (&p, "Range", "bytes=3-", "", 0);
  session_assert (&p.session, 416, "");
  session_assert_header (&p.session, "Content-Range", "bytes */3");
  session_ask (&p.session, "HEAD", "/page");
  session_fetch (&p.session);
  session_assert (&p.session, 200, "");
  session_assert_header (&p.session, "Content-Length", "3");
  page_assert_cache (&p, TRUE, "tern; hit");
  page_get (&p, "one", 0);
}

/* ---- directives ---- */

static void
test_no_store (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60, no-store\r\n", "one");
  page_get (&p, "one", 1);
  page_get (&p, "one", 1);
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "two");
  page_get_with (&p, "Cache-Control", "no-store", "two", 1);
  page_get (&p, "two", 1);
  page_get (&p, "two", 0);
  /* It also forgets what was there. */
  page_get_with (&p, "Cache-Control", "no-store", "two", 1);
  page_get (&p, "two", 1);
  page_set (&p, 200, "Cache-Control: no-store\r\nETag: \"1\"\r\n", "three");
  page_get_with (&p, "Cache-Control", "max-age=0", "three", 1);
  page_get (&p, "three", 1);
}

static void
test_wishes (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nAge: 30\r\nETag: \"1\"\r\n", "one");
  page_get (&p, "one", 1);
  page_get (&p, "one", 0);
  page_get_with (&p, "Cache-Control", "no-cache", "one", 1);
  page_assert_cache (&p, TRUE, "tern; fwd=request; fwd-status=304");
  page_get_with (&p, "Pragma", "no-cache", "one", 1);
  page_get_with (&p, "Cache-Control", "max-age=0", "one", 1);
  page_get_with (&p, "Cache-Control", "max-age=20", "one", 1);
  page_get_with (&p, "Cache-Control", "max-age=50", "one", 0);
  page_get_with (&p, "Cache-Control", "min-fresh=50", "one", 1);
  page_get_with (&p, "Cache-Control", "min-fresh=10", "one", 0);
  page_set (&p, 200, "Cache-Control: max-age=60\r\nAge: 100\r\nETag: \"2\"\r\n", "two");
  page_get_with (&p, "Cache-Control", "no-cache", "two", 1);
  page_get_with (&p, "Cache-Control", "max-stale=10", "two", 1);
  page_get_with (&p, "Cache-Control", "max-stale=100", "two", 0);
  page_get_with (&p, "Cache-Control", "max-stale", "two", 0);
  page_get (&p, "two", 1);
}

static void
test_only_if_cached (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nETag: \"1\"\r\n", "one");
  page_get_with (&p, "Cache-Control", "only-if-cached", "", 0);
  session_assert (&p.session, 504, "");
  page_assert_cache (&p, FALSE, "tern; detail=only-if-cached");
  g_assert_cmpuint (tern_origin_n_connections (p.session.origin), ==, 0);
  page_get (&p, "one", 1);
  page_get_with (&p, "Cache-Control", "only-if-cached", "one", 0);
  page_assert_cache (&p, TRUE, "tern; hit");
  page_get_with (&p, "Cache-Control", "only-if-cached, max-age=0", "", 0);
  session_assert (&p.session, 504, "");
  session_ask (&p.session, "POST", "/page");
  session_header (&p.session, "Cache-Control", "only-if-cached");
  session_fetch (&p.session);
  session_assert (&p.session, 504, "");
  g_assert_cmpuint (page_get_n_asked (&p), ==, 1);
}

/* Without a cache nothing is ever in it. */
static void
test_no_cache_at_all (gboolean async, gconstpointer data)
{
  g_auto (Page) p;

  page_init (&p, async, STORE_NONE);
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "one");
  page_get (&p, "one", 1);
  page_assert_cache (&p, FALSE, NULL);
  page_get (&p, "one", 1);
  page_get_with (&p, "Cache-Control", "only-if-cached", "", 0);
  session_assert (&p.session, 504, "");
  page_get_with (&p, "Cache-Control", "max-age=0", "one", 1);
}

/* ---- for whom ---- */

static void
test_vary (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: X-Tongue\r\n", "one");
  page_get_with (&p, "X-Tongue", "de, en", "one", 1);
  page_get_with (&p, "x-tongue", "de,en", "one", 0);
  page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: X-Tongue\r\n", "two");
  page_get_with (&p, "X-Tongue", "fr", "two", 1);
  page_assert_cache (&p, FALSE, "tern; fwd=vary-miss; fwd-status=200; stored");
  page_get (&p, "two", 1);
  page_get (&p, "two", 0);
  page_set (&p, 200, "Cache-Control: max-age=60\r\nVary: *\r\n", "three");
  page_get_with (&p, "X-Tongue", "it", "three", 1);
  page_get_with (&p, "X-Tongue", "it", "three", 1);
}

static void
test_authorization (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "mine");
  page_get_with (&p, "Authorization", "Bearer me", "mine", 1);
  page_get_with (&p, "Authorization", "Bearer me", "mine", 0);
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "yours");
  page_get_with (&p, "Authorization", "Bearer you", "yours", 1);
  page_get (&p, "yours", 1); /* nor is it anybody's */
}

/* A page behind a login: what was fetched with it is a hit with it, and without it is asked for. */
static void
test_login (gboolean async, gconstpointer kind)
{
  static const char ask[] = "WWW-Authenticate: Basic realm=\"x\"\r\nCache-Control: max-age=60\r\n";
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  tern_client_add_credentials (p.session.client, "user", "secret", NULL);
  page_set (&p, 401, ask, "no");
  page_get (&p, "no", 2);
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "in");
  tern_client_set_preemptive_auth (p.session.client, TRUE);
  page_get (&p, "in", 1);
  page_get (&p, "in", 0);
  tern_client_clear_credentials (p.session.client);
  page_set (&p, 401, ask, "no");
  page_get (&p, "no", 1);
}

static void
test_partitions (gboolean async, gconstpointer kind)
{
  static const char *const partitions[] = { "one", "two", NULL, "one", "" };
  static const guint asked[] = { 1, 2, 3, 3, 4 };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "page");
  for (guint i = 0; i < G_N_ELEMENTS (partitions); i++)
    {
      session_ask (&p.session, "GET", "/page");
      tern_request_set_partition (p.session.request, partitions[i]);
      session_fetch (&p.session);
      session_assert (&p.session, 200, "page");
      g_assert_cmpuint (page_get_n_asked (&p), ==, asked[i]);
    }
}

/* What the sync call stored is there for the async one, and the other way round. */
static void
test_both_ways (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nETag: \"1\"\r\n", "one");
  page_get (&p, "one", 1);
  p.session.async = !async;
  page_get (&p, "one", 0);
  page_get_with (&p, "Cache-Control", "max-age=0", "one", 1);
  p.session.async = async;
  page_get (&p, "one", 0);
  page_assert_cache (&p, TRUE, "tern; hit");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  page_add_test ("/cache/max-age", test_max_age);
  page_add_test ("/cache/expires", test_expires);
  page_add_test ("/cache/nothing-said", test_nothing_said);
  page_add_test ("/cache/etag", test_etag);
  page_add_test ("/cache/last-modified", test_last_modified);
  page_add_test ("/cache/ignore-etag", test_ignore_etag);
  page_add_test ("/cache/validation-fails", test_validation_fails);
  page_add_test ("/cache/own-condition", test_own_condition);
  page_add_test ("/cache/parts", test_parts);
  page_add_test ("/cache/no-store", test_no_store);
  page_add_test ("/cache/wishes", test_wishes);
  page_add_test ("/cache/only-if-cached", test_only_if_cached);
  tern_test_add_both ("/cache/none", test_no_cache_at_all, NULL);
  page_add_test ("/cache/vary", test_vary);
  page_add_test ("/cache/authorization", test_authorization);
  page_add_test ("/cache/login", test_login);
  page_add_test ("/cache/partitions", test_partitions);
  page_add_test ("/cache/both-ways", test_both_ways);
  return g_test_run ();
}
