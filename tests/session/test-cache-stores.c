/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What makes an entry go, and stores that fail, dawdle or hold rubbish: the request never suffers.
 */

#include "io/tern-worker.h"
#include "page.h"

#include <string.h>

#define FRESH "Cache-Control: max-age=60\r\n"

/* ---- invalidation ---- */

static void
change (Page *p, const char *method, const char *path, guint status, const char *fields)
{
  tern_origin_add_reply (p->session.origin, "/change", status, fields, "changed");
  session_ask (&p->session, method, path);
  session_fetch (&p->session);
  session_assert (&p->session, status, NULL);
}

static void
test_unsafe (gboolean async, gconstpointer kind)
{
  static const char *const methods[] = { "POST", "PUT", "DELETE", "PATCH", "FROBNICATE" };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, FRESH, "page");
  page_get (&p, "page", 1);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      change (&p, methods[i], "/page", 200, NULL);
      page_get (&p, "page", 1);
      page_get (&p, "page", 0);
    }
  /* Safe methods leave it, and so does a change that was refused. */
  change (&p, "HEAD", "/page", 200, NULL);
  change (&p, "OPTIONS", "/page", 200, NULL);
  page_get (&p, "page", 0);
  page_set (&p, 403, FRESH, "no");
  change (&p, "DELETE", "/page", 403, NULL);
  page_set (&p, 500, FRESH, "no");
  change (&p, "DELETE", "/page", 500, NULL);
  page_get (&p, "page", 0);
  session_assert (&p.session, 200, "page");
}

static void
test_named (gboolean async, gconstpointer kind)
{
  g_autofree char *same = NULL;
  g_autofree char *other = NULL;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  same = g_strdup_printf ("Location: http://127.0.0.1:%u/page\r\n",
                          tern_origin_get_port (p.session.origin));
  other = g_strdup_printf ("Location: http://127.0.0.1:%u/page\r\n",
                           tern_origin_get_port (p.session.origin) ^ 1);
  page_set (&p, 200, FRESH, "page");
  page_get (&p, "page", 1);
  change (&p, "POST", "/change", 201, "Location: page\r\n");
  page_get (&p, "page", 1);
  change (&p, "POST", "/change", 201, same);
  page_get (&p, "page", 1);
  change (&p, "POST", "/change", 200, "Content-Location: /page\r\n");
  page_get (&p, "page", 1);
  /* One origin has no say in what is kept of another, nor an error in anything. */
  change (&p, "POST", "/change", 201, other);
  change (&p, "POST", "/change", 400, same);
  change (&p, "POST", "/change", 201, "Location: /pages\r\n");
  page_get (&p, "page", 0);
}

/* ---- stores that fail ---- */

static void
test_failing (gboolean async, gconstpointer data)
{
  const StoreKind kind = GPOINTER_TO_UINT (data);
  TestStore *store;
  g_auto (Page) p;

  page_init (&p, async, kind);
  store = TEST_STORE (p.store);
  store->fails = TRUE;
  page_set (&p, 200, FRESH "ETag: \"1\"\r\n", "page");
  page_get (&p, "page", 1);
  page_get (&p, "page", 1);
  change (&p, "POST", "/page", 200, NULL);
  page_get_with (&p, "Cache-Control", "no-store", "page", 1);
  g_assert_cmpuint (test_store_count (store), ==, 0);
}

/* A store that does not answer is waited for as long as the network would be, and not longer. */
static void
test_dead (gboolean async, gconstpointer data)
{
  const gint64 start = tern_test_watch_start ();
  g_autoptr (TestStore) store = NULL;
  g_auto (Page) p;

  page_init (&p, async, STORE_SLOW);
  store = g_object_ref (TEST_STORE (p.store));
  g_atomic_int_set (&store->hangs, TRUE);
  tern_client_set_timeout (p.session.client, 0.3);
  page_set (&p, 200, FRESH, "page");
  page_get (&p, "page", 1);
  g_assert_cmpfloat (tern_test_watch_ms (start), >, 250);
  /* Whatever is still asked of it ends before the next test begins. */
  g_atomic_int_set (&store->hangs, FALSE);
  tern_client_close (p.session.client);
  while (tern_worker_count (TERN_LANE_STORE) > 0)
    g_usleep (1000);
}

/* While a store takes its time, an async call lets the main loop go on. */
static gboolean
on_tick (gpointer data)
{
  (*(guint *)data)++;
  return G_SOURCE_CONTINUE;
}

typedef struct
{
  guint ticks;
  gboolean done;
} Ticking;

static void
on_fetched (GObject *client, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernResponse) response G_GNUC_UNUSED
      = tern_client_fetch_finish (TERN_CLIENT (client), result, NULL, &error);

  g_assert_no_error (error);
  ((Ticking *)data)->done = TRUE;
}

static void
test_loop_runs (void)
{
  Ticking ticking = { 0, FALSE };
  g_autoptr (GSource) source = g_timeout_source_new (5);
  g_auto (Page) p;

  page_init (&p, TRUE, STORE_SLOW);
  TEST_STORE (p.store)->delay_ms = 300;
  page_set (&p, 200, FRESH, "page");
  session_ask (&p.session, "GET", "/page");
  g_source_set_callback (source, on_tick, &ticking.ticks, NULL);
  g_source_attach (source, NULL);
  tern_client_fetch_async (p.session.client, p.session.request, NULL, on_fetched, &ticking);
  tern_test_run_until (&ticking.done, 20 * 1000);
  g_assert_cmpuint (ticking.ticks, >, 10);
  g_source_destroy (source);
}

/* What was stored before a change is gone after it, however slow the store is. */
static void
test_order (gboolean async, gconstpointer data)
{
  g_auto (Page) p;

  page_init (&p, async, STORE_SLOW);
  page_set (&p, 200, FRESH, "old");
  TEST_STORE (p.store)->delay_ms = 20;
  for (guint i = 0; i < 3; i++)
    {
      page_set (&p, 200, FRESH, "old");
      page_get (&p, "old", 1);
      change (&p, "DELETE", "/page", 200, NULL);
      page_set (&p, 200, FRESH, "new");
      page_get (&p, "new", 1);
      change (&p, "DELETE", "/page", 200, NULL);
    }
}

/* ---- rubbish in the store ---- */

static GBytes *
damaged (TestStore *store, const char *suffix, guint how)
{
  GByteArray *bytes = test_store_peek (store, suffix);

  switch (how)
    {
    case 0:
      g_byte_array_set_size (bytes, 0);
      break;
    case 1:
      g_byte_array_set_size (bytes, bytes->len / 2);
      break;
    case 2:
      g_byte_array_append (bytes, (const guint8 *)"x", 1);
      break;
    default:
      bytes->data[(how - 3) % bytes->len] ^= 0x55;
    }
  return g_byte_array_free_to_bytes (bytes);
}

static void
test_rubbish (gboolean async, gconstpointer suffix)
{
  g_auto (Page) p;

  page_init (&p, async, STORE_OWN);
  page_set (&p, 200, FRESH "ETag: \"1\"\r\n", "the page itself");
  for (guint how = 0; how < 60; how++)
    {
      g_autoptr (GBytes) bad = NULL;

      page_get_with (&p, "Cache-Control", "max-age=0", "the page itself", 1);
      page_get (&p, "the page itself", 0);
      bad = damaged (TEST_STORE (p.store), suffix, how);
      test_store_damage (TEST_STORE (p.store), suffix, bad);
      page_get (&p, "the page itself", 1);
      page_assert_cache (&p, FALSE, "tern; fwd=uri-miss; fwd-status=200; stored");
    }
}

/* One half of an entry is none, and a 304 about it is asked again in full. */
static void
test_half (gboolean async, gconstpointer suffix)
{
  g_auto (Page) p;

  page_init (&p, async, STORE_OWN);
  page_set (&p, 200, FRESH "ETag: \"1\"\r\n", "page");
  page_get (&p, "page", 1);
  test_store_damage (TEST_STORE (p.store), suffix, NULL);
  page_get (&p, "page", 1);
  page_get (&p, "page", 0);
  page_set (&p, 200, "Cache-Control: no-cache\r\nETag: \"2\"\r\n", "next");
  page_get_with (&p, "Cache-Control", "max-age=0", "next", 1);
  test_store_damage (TEST_STORE (p.store), suffix, NULL);
  tern_origin_clear_log (p.session.origin);
  if (strcmp (suffix, "#meta") == 0)
    {
      page_get (&p, "next", 1);
      return;
    }
  page_get (&p, "next", 2);
  page_assert_cache (&p, FALSE, "tern; fwd=");
  session_assert (&p.session, 200, "next");
  origin_assert_field (p.session.origin, 0, "If-None-Match", "\"2\"");
  origin_assert_field (p.session.origin, 1, "If-None-Match", NULL);
  page_get (&p, "next", 1); /* a 304 again, and all is well */
  page_assert_cache (&p, TRUE, "tern; fwd=stale; fwd-status=304");
}

/* A 304 about another ETag than was asked about speaks of nothing that we have. */
static void
on_wrong_304 (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  if (tern_origin_request_header (request, "If-None-Match"))
    tern_origin_reply (conn, 304, NULL, FRESH "ETag: \"2\"\r\n", NULL);
  else
    tern_origin_reply (conn, 200, NULL, "Cache-Control: no-cache\r\nETag: \"1\"\r\n", data);
}

static void
test_wrong_304 (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  tern_origin_add_route (p.session.origin, "/wrong", on_wrong_304, (gpointer) "one");
  session_get (&p.session, "/wrong", 200, "one");
  tern_origin_add_route (p.session.origin, "/wrong", on_wrong_304, (gpointer) "two");
  session_get (&p.session, "/wrong", 200, "two");
  page_assert_cache (&p, FALSE, "tern; fwd=");
  g_assert_cmpuint (tern_origin_n_requests (p.session.origin), ==, 3);
}

/* A 304 that forbids to store takes the entry away, and is answered all the same. */
static void
on_forbidding_304 (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const gboolean asked = tern_origin_request_header (request, "If-None-Match") != NULL;

  tern_origin_reply (conn, asked ? 304 : 200, NULL,
                     asked ? "Cache-Control: no-store\r\nETag: \"1\"\r\n"
                           : "Cache-Control: no-cache\r\nETag: \"1\"\r\n", "page");
}

static void
test_forbidding_304 (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  tern_origin_add_route (p.session.origin, "/forbids", on_forbidding_304, NULL);
  session_get (&p.session, "/forbids", 200, "page");
  session_get (&p.session, "/forbids", 200, "page");
  page_assert_cache (&p, TRUE, "tern; fwd=stale; fwd-status=304");
  g_assert_null (strstr (tern_response_get_cache_status (p.session.response), "stored"));
  session_get (&p.session, "/forbids", 200, "page");
  page_assert_cache (&p, FALSE, "tern; fwd=uri-miss; fwd-status=200; stored");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  page_add_test ("/cache-stores/unsafe", test_unsafe);
  page_add_test ("/cache-stores/named", test_named);
  tern_test_add_both ("/cache-stores/failing/own", test_failing, GUINT_TO_POINTER (STORE_OWN));
  tern_test_add_both ("/cache-stores/failing/slow", test_failing, GUINT_TO_POINTER (STORE_SLOW));
  tern_test_add_both ("/cache-stores/dead", test_dead, NULL);
  g_test_add_func ("/cache-stores/loop-runs", test_loop_runs);
  tern_test_add_both ("/cache-stores/order", test_order, NULL);
  tern_test_add_both ("/cache-stores/rubbish/meta", test_rubbish, "#meta");
  tern_test_add_both ("/cache-stores/rubbish/body", test_rubbish, "#body");
  tern_test_add_both ("/cache-stores/half/meta", test_half, "#meta");
  tern_test_add_both ("/cache-stores/half/body", test_half, "#body");
  page_add_test ("/cache-stores/wrong-304", test_wrong_304);
  page_add_test ("/cache-stores/forbidding-304", test_forbidding_304);
  return g_test_run ();
}
