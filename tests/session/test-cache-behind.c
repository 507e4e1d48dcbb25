/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* stale-while-revalidate (RFC 5861 §3): what is stale answers at once, and one question to the
 * origin goes behind it. Where nothing may be done behind the program's back, it is asked first. */

#include "behind.h"
#include "engine/tern-revalidation.h"

#include <string.h>

/* ---- what is answered, and when is asked ---- */

static void
test_changed (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  behind_fill (&p);
  page_set (&p, 200, NEW_TWO, "two");
  if (!page_asks_behind (&p))
    {
      page_get (&p, "two", 1);
      page_assert_cache (&p, FALSE, "tern; fwd=stale; fwd-status=200; stored");
      return;
    }
  behind_get (&p, "/page");
  behind_wait ();
  g_assert_cmpuint (page_get_n_asked (&p), ==, 2);
  origin_assert_field (p.session.origin, 1, "If-None-Match", "\"1\"");
  page_get (&p, "two", 0);
  page_assert_cache (&p, TRUE, "tern; hit; ttl=");
}

static void
test_unchanged (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  behind_fill (&p);
  page_set (&p, 200, "Cache-Control: max-age=60\r\nAge: 0\r\nETag: \"1\"\r\nX-New: yes\r\n", "one");
  if (!page_asks_behind (&p))
    {
      page_get (&p, "one", 1);
      page_assert_cache (&p, TRUE, "tern; fwd=stale; fwd-status=304; stored");
      return;
    }
  behind_get (&p, "/page");
  session_assert_header (&p.session, "X-New", NULL);
  behind_wait ();
  g_assert_cmpuint (page_get_n_asked (&p), ==, 2);
  page_get (&p, "one", 0);
  session_assert_header (&p.session, "X-New", "yes");
  page_assert_cache (&p, TRUE, "tern; hit; ttl=");
}

/* Every hit is answered while one question hangs. */
static void
test_one_for_many (gboolean async, gconstpointer kind)
{
  g_auto (Gate) gate = { 0 }; /* outlives the origin */
  g_auto (Page) p;

  gate_init (&gate);
  page_init (&p, async, GPOINTER_TO_UINT (kind));
  tern_origin_add_route (p.session.origin, "/gated", gate_on_request, &gate);
  session_get (&p.session, "/gated", 200, "one");
  for (guint i = 0; i < 10; i++)
    behind_get (&p, "/gated");
  g_assert_cmpuint (tern_revalidation_count (), ==, 1);
  g_assert_true (tern_origin_wait_requests (p.session.origin, 2, 60 * 1000));
  behind_get (&p, "/gated");
  gate_open (&gate);
  behind_wait ();
  session_get (&p.session, "/gated", 200, "two");
  page_assert_cache (&p, TRUE, "tern; hit");
  g_assert_cmpuint (tern_origin_n_requests (p.session.origin), ==, 2);
}

/* What the origin says, or does not say, changes nothing for who is answered; the next one asks
 * again. */
static void
test_failing (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  behind_fill (&p);
  page_set (&p, 503, NULL, "down");
  for (guint i = 0; i < 3; i++)
    {
      behind_get (&p, "/page");
      behind_wait ();
      g_assert_cmpuint (page_get_n_asked (&p), ==, 2 + i);
    }
  tern_origin_push_script (p.session.origin, "rubbish\r\n\r\n", -1, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  behind_get (&p, "/page");
  behind_wait ();
  /* A body that breaks off takes the place of nothing. */
  tern_origin_push_script (
      p.session.origin,
      "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 9\r\n\r\ntw", -1,
      TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  behind_get (&p, "/page");
  behind_wait ();
  g_assert_cmpuint (tern_origin_n_scripts (p.session.origin), ==, 0);
  page_set (&p, 200, NEW_TWO, "two");
  behind_get (&p, "/page");
  behind_wait ();
  page_get (&p, "two", 0);
  /* One that is gone is gone, for the next. */
  page_set (&p, 200, OLD_ONE, "one");
  page_get_with (&p, "Cache-Control", "no-cache", "one", 1);
  page_set (&p, 404, NULL, "gone");
  behind_get (&p, "/page");
  behind_wait ();
  page_get (&p, "gone", 1);
  page_assert_cache (&p, FALSE, "tern; fwd=uri-miss; fwd-status=404");
}

/* The origin has gone: nobody is told, and what there is goes on answering. */
static void
test_no_origin (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  behind_fill (&p);
  tern_origin_stop_listening (p.session.origin);
  tern_origin_close_idle (p.session.origin);
  for (guint i = 0; i < 2; i++)
    {
      behind_get (&p, "/page");
      behind_wait ();
    }
}

/* It ends by the client's own time-outs; a store that had to be waited for would be given up
 * likewise. */
static void
test_hanging (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  behind_fill (&p);
  tern_client_set_timeout (p.session.client, 0.1);
  tern_origin_push_script (p.session.origin, "", 0, TERN_ORIGIN_SCRIPT_HANG_AFTER);
  behind_get (&p, "/page");
  behind_wait ();
  tern_origin_push_script (p.session.origin, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ntw", -1,
                           TERN_ORIGIN_SCRIPT_HANG_AFTER);
  behind_get (&p, "/page");
  behind_wait ();
  g_assert_cmpuint (tern_origin_n_scripts (p.session.origin), ==, 0);
}

/* The client goes while the question hangs: it is asked to its end, and leaves nothing behind. */
static void
test_client_gone (gboolean async, gconstpointer kind)
{
  g_auto (Gate) gate = { 0 }; /* outlives the origin */
  TernCacheStore *store;
  gpointer store_watch;
  gpointer client_watch;
  g_auto (Page) p;

  gate_init (&gate);
  page_init (&p, async, GPOINTER_TO_UINT (kind));
  tern_origin_add_route (p.session.origin, "/gated", gate_on_request, &gate);
  session_get (&p.session, "/gated", 200, "one");
  behind_get (&p, "/gated");
  g_assert_true (tern_origin_wait_requests (p.session.origin, 2, 60 * 1000));
  client_watch = p.session.client;
  g_object_add_weak_pointer (client_watch, &client_watch);
  session_ask (&p.session, "GET", "/gated"); /* forgets the response */
  g_clear_object (&p.session.client);
  g_assert_null (client_watch);
  gate_open (&gate);
  behind_wait ();
  p.session.client = tern_client_new ();
  tern_client_set_cache_store (p.session.client, p.store);
  session_get (&p.session, "/gated", 200, "two");
  page_assert_cache (&p, TRUE, "tern; hit");
  /* Neither the store nor a connection is held any more. */
  store_watch = store = p.store;
  g_object_add_weak_pointer (G_OBJECT (store), &store_watch);
  session_ask (&p.session, "GET", "/gated");
  g_clear_object (&p.session.client);
  g_clear_object (&p.store);
  g_assert_null (store_watch);
  g_assert_true (tern_origin_wait_n_open (p.session.origin, 0, 60 * 1000));
}

/* ---- nobody is told ---- */

static void
on_told (TernClient *client)
{
  g_error ("somebody was told of what happens in the background");
}

static TernCredentials *
on_authenticate (TernClient *client)
{
  g_error ("somebody was asked for what happens in the background");
  return NULL;
}

static void
test_silent (gboolean async, gconstpointer kind)
{
  static const char *const told[] = { "informational", "redirected", "certificate-error" };
  guint n_heads = 0;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  behind_fill (&p);
  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    g_signal_connect (p.session.client, told[i], G_CALLBACK (on_told), NULL);
  g_signal_connect (p.session.client, "authenticate", G_CALLBACK (on_authenticate), NULL);
  g_signal_connect_swapped (p.session.client, "head", G_CALLBACK (g_atomic_int_inc), &n_heads);
  tern_origin_push_script (p.session.origin,
                           "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                           "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                           "Content-Length: 2\r\n\r\nno",
                           -1, 0);
  behind_get (&p, "/page");
  behind_wait ();
  page_set (&p, 200, OLD_ONE, "one");
  g_signal_handlers_disconnect_by_func (p.session.client, on_told, NULL);
  page_get_with (&p, "Cache-Control", "no-cache", "one", 1);
  n_heads = 0;
  page_set (&p, 302, "Location: /elsewhere\r\n", NULL);
  g_signal_connect (p.session.client, "redirected", G_CALLBACK (on_told), NULL);
  behind_get (&p, "/page");
  behind_wait ();
  g_assert_cmpuint (g_atomic_int_get (&n_heads), ==, 0);
}

/* ---- what is asked ---- */

/* Parts, heads and comparisons are answered; the question is about what is stored. */
static void
test_forms (gboolean async, gconstpointer kind)
{
  static const struct
  {
    const char *method, *name, *value;
    guint status;
    const char *body, *asked;
  } rows[] = {
    { "GET", "Range", "bytes=1-1", 206, "n", "GET /page" },
    { "GET", "If-None-Match", "\"1\"", 304, "", "GET /page" },
    { "GET", "X-Mine", "yes", 200, "one", "GET /page" },
    { "HEAD", "X-Mine", "yes", 200, "", "HEAD /page" },
  };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  behind_fill (&p);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      session_ask (&p.session, rows[i].method, "/page");
      session_header (&p.session, rows[i].name, rows[i].value);
      session_fetch (&p.session);
      session_assert (&p.session, rows[i].status, rows[i].body);
      page_assert_cache (&p, TRUE, "tern; hit; ttl=-");
      behind_wait ();
      origin_assert_request (p.session.origin, i + 1, rows[i].asked);
      origin_assert_field (p.session.origin, i + 1, "If-None-Match", "\"1\"");
      origin_assert_field (p.session.origin, i + 1, "Range", NULL);
      origin_assert_field (p.session.origin, i + 1, "X-Mine", i < 2 ? NULL : "yes");
    }
}

/* Of many variants the one that answered is asked about, with the wishes that chose it. */
static void
test_variants (gboolean async, gconstpointer kind)
{
  static const char *const tongues[] = { "de", "fr" };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *fields
          = g_strdup_printf (OLD "Vary: X-Tongue\r\nETag: \"%s\"\r\n", tongues[i]);

      page_set (&p, 200, fields, tongues[i]);
      page_get_with (&p, "X-Tongue", tongues[i], tongues[i], 1);
    }
  page_set (&p, 200, NEW_TWO "Vary: X-Tongue\r\n", "new");
  for (guint i = 0; i < 2; i++)
    {
      session_ask (&p.session, "GET", "/page");
      session_header (&p.session, "X-Tongue", tongues[i]);
      session_fetch (&p.session);
      behind_assert_stale (&p, tongues[i]);
      behind_wait ();
      origin_assert_field (p.session.origin, 2 + i, "X-Tongue", tongues[i]);
      page_get_with (&p, "X-Tongue", tongues[i], "new", 0);
    }
}

/* It is asked as the request that was answered would have: with its credentials, for its hop, in
 * its partition. */
static void
test_as_asked (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  tern_client_add_credentials (p.session.client, "user", "secret", NULL);
  tern_client_set_preemptive_auth (p.session.client, TRUE);
  tern_origin_add_reply (p.session.origin, "/jump", 302,
                         "Location: /page\r\nCache-Control: no-store\r\n", NULL);
  page_set (&p, 200, OLD_ONE, "one");
  for (guint i = 0; i < 2; i++)
    {
      session_ask (&p.session, "GET", "/jump");
      tern_request_set_partition (p.session.request, "mine");
      session_fetch (&p.session);
      session_assert (&p.session, 200, "one");
    }
  behind_assert_stale (&p, "one");
  behind_wait ();
  g_assert_cmpuint (tern_origin_n_requests (p.session.origin), ==, 4);
  origin_assert_request (p.session.origin, 3, "GET /page");
  origin_assert_field (p.session.origin, 3, "Authorization", "Basic dXNlcjpzZWNyZXQ=");
  origin_assert_field (p.session.origin, 3, "If-None-Match", "\"1\"");
}

/* The server and the caller can rule it out, and it has an end. */
static void
test_ruled_out (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  behind_fill (&p);
  page_get_with (&p, "Cache-Control", "no-cache", "one", 1);
  page_get_with (&p, "Cache-Control", "max-age=10", "one", 1);
  page_get_with (&p, "Cache-Control", "min-fresh=1", "one", 1);
  page_get_with (&p, "Cache-Control", "max-stale", "one", 0); /* good as it is: nobody asks */
  page_get_with (&p, "Cache-Control", "only-if-cached", "one", 0);
  g_assert_cmpuint (tern_revalidation_count (), ==, 0);
  page_set (&p, 200, OLD_ONE "Cache-Control: must-revalidate\r\n", "one");
  page_get_with (&p, "Cache-Control", "no-cache", "one", 1);
  page_get (&p, "one", 1);
  page_set (&p, 200,
            "Age: 100\r\nETag: \"2\"\r\nCache-Control: max-age=60, stale-while-revalidate=30\r\n",
            "two");
  page_get (&p, "two", 1);
  page_get (&p, "two", 1);
  page_assert_cache (&p, TRUE, "tern; fwd=stale; fwd-status=304");
  g_assert_cmpuint (tern_revalidation_count (), ==, 0);
}

static void
hit_in_thread (guint number, gpointer data)
{
  Page *p = data;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *uri = tern_origin_uri (p->session.origin, "/gated");
      g_autoptr (TernRequest) request = tern_request_new ("GET", uri);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) content = NULL;
      g_autoptr (TernResponse) response
          = tern_client_fetch (p->session.client, request, &content, NULL, &error);

      g_assert_no_error (error);
      g_assert_true (tern_response_get_from_cache (response));
    }
}

static void
test_threads (void)
{
  g_auto (Gate) gate = { 0 }; /* outlives the origin */
  g_auto (Page) p;

  gate_init (&gate);
  page_init (&p, FALSE, STORE_MEMORY);
  tern_origin_add_route (p.session.origin, "/gated", gate_on_request, &gate);
  session_get (&p.session, "/gated", 200, "one");
  tern_test_run_threads (6, hit_in_thread, &p);
  g_assert_true (tern_origin_wait_requests (p.session.origin, 2, 60 * 1000));
  gate_open (&gate);
  behind_wait ();
  g_assert_cmpuint (tern_origin_n_requests (p.session.origin), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  page_add_test ("/cache/behind/changed", test_changed);
  page_add_test ("/cache/behind/unchanged", test_unchanged);
  page_add_test_any_thread ("/cache/behind/one-for-many", test_one_for_many);
  page_add_test_any_thread ("/cache/behind/failing", test_failing);
  page_add_test_any_thread ("/cache/behind/no-origin", test_no_origin);
  tern_test_add_both ("/cache/behind/hanging", test_hanging, GUINT_TO_POINTER (STORE_MEMORY));
  page_add_test_any_thread ("/cache/behind/client-gone", test_client_gone);
  page_add_test_any_thread ("/cache/behind/silent", test_silent);
  page_add_test_any_thread ("/cache/behind/forms", test_forms);
  page_add_test_any_thread ("/cache/behind/variants", test_variants);
  page_add_test_any_thread ("/cache/behind/as-asked", test_as_asked);
  page_add_test_any_thread ("/cache/behind/ruled-out", test_ruled_out);
  g_test_add_func ("/cache/behind/threads", test_threads);
  return g_test_run ();
}
