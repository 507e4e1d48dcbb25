/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a program changes that it has seen: guarded by If-Match against lost updates, and what of
 * the cache is out of date then. */

#include "page.h"

static void
ask (Page *p, const char *method, const char *field, const char *value, guint status)
{
  session_ask (&p->session, method, "/page");
  if (field)
    session_header (&p->session, field, value);
  session_body (&p->session, "new");
  session_fetch (&p->session);
  session_assert (&p->session, status, NULL);
}

static void
see (Page *p, const char *tag)
{
  g_autofree char *fields = g_strdup_printf ("Cache-Control: max-age=60\r\nETag: %s\r\n", tag);

  page_set (p, 200, fields, "seen");
  page_get_with (p, "Cache-Control", "no-cache", "seen", 1);
}

static void
test_guarded (gboolean async, gconstpointer kind)
{
  static const char *const methods[] = { "PUT", "PATCH" };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      see (&p, "\"1\"");
      page_set (&p, 204, NULL, NULL);
      ask (&p, methods[i], NULL, NULL, 204);
      origin_assert_field (p.session.origin, 2 * i + 1, "If-Match", "\"1\"");
      page_assert_cache (&p, FALSE, "tern; fwd=method; fwd-status=204");
    }
  /* It is gone with the answer: nothing is known of what is there now. */
  ask (&p, "PUT", NULL, NULL, 204);
  origin_assert_field (p.session.origin, 4, "If-Match", NULL);
}

static void
test_refused (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  see (&p, "\"1\"");
  page_set (&p, 412, NULL, "changed");
  ask (&p, "PUT", NULL, NULL, 412);
  origin_assert_field (p.session.origin, 1, "If-Match", "\"1\"");
  session_assert (&p.session, 412, "changed");
  /* Somebody has changed it, so what is stored is no answer any more. */
  page_set (&p, 200, "Cache-Control: max-age=60\r\nETag: \"2\"\r\n", "theirs");
  page_get (&p, "theirs", 1);
  /* An error says nothing of it. */
  page_set (&p, 403, NULL, "no");
  ask (&p, "PUT", NULL, NULL, 403);
  page_get (&p, "theirs", 0);
}

/* Where nobody can say, or the program says it by itself. */
static void
test_unguarded (gboolean async, gconstpointer kind)
{
  static const char *const only_put[] = { "PUT", NULL };
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  see (&p, "W/\"1\"");
  page_set (&p, 500, NULL, "no");
  ask (&p, "PUT", NULL, NULL, 500);
  origin_assert_field (p.session.origin, 1, "If-Match", NULL);
  see (&p, "\"1\"");
  page_set (&p, 500, NULL, "no");
  ask (&p, "POST", NULL, NULL, 500);
  origin_assert_field (p.session.origin, 3, "If-Match", NULL);
  ask (&p, "PUT", "If-Match", "*", 500);
  origin_assert_field (p.session.origin, 4, "If-Match", "*");
  tern_client_set_optimistic_methods (p.session.client, only_put);
  ask (&p, "PATCH", NULL, NULL, 500);
  origin_assert_field (p.session.origin, 5, "If-Match", NULL);
  ask (&p, "PUT", NULL, NULL, 500);
  origin_assert_field (p.session.origin, 6, "If-Match", "\"1\"");
  tern_client_set_optimistic_methods (p.session.client, NULL);
  ask (&p, "PUT", NULL, NULL, 500);
  origin_assert_field (p.session.origin, 7, "If-Match", NULL);
  tern_client_set_optimistic_methods (p.session.client, only_put);
  tern_client_set_ignore_etag (p.session.client, TRUE);
  ask (&p, "PUT", NULL, NULL, 500);
  origin_assert_field (p.session.origin, 8, "If-Match", NULL);
}

/* Of several variants it is the newest that the program has seen, and never another's. */
static void
test_newest (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\nETag: \"m\"\r\n", "mine");
  page_get_with (&p, "Authorization", "Bearer me", "mine", 1);
  page_set (&p, 500, NULL, "no");
  ask (&p, "PUT", "Authorization", "Bearer you", 500);
  origin_assert_field (p.session.origin, 1, "If-Match", NULL);
  ask (&p, "PUT", "Authorization", "Bearer me", 500);
  origin_assert_field (p.session.origin, 2, "If-Match", "\"m\"");
}

/* The origin names what else has changed; no answer at all may mean that it has. */
static void
test_invalid (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "old");
  session_get (&p.session, "/page/a", 200, "old");
  session_get (&p.session, "/page/b", 200, "old");
  page_get (&p, "old", 1);
  page_set (&p, 201, "Location: /page/a\r\nContent-Location: page/b\r\n", NULL);
  ask (&p, "POST", NULL, NULL, 201);
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "new");
  session_get (&p.session, "/page/a", 200, "new");
  session_get (&p.session, "/page/b", 200, "new");
  page_get (&p, "new", 1);
}

/* What was on its way when it became invalid is handed out, and not kept. */
static void
test_overtaken (gboolean async, gconstpointer kind)
{
  g_autoptr (TernResponse) old = NULL;
  g_autoptr (GBytes) all = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "old");
  session_ask (&p.session, "GET", "/page");
  session_send (&p.session);
  session_assert (&p.session, 200, NULL);
  old = g_object_ref (p.session.response);
  page_set (&p, 204, NULL, NULL);
  ask (&p, "PUT", NULL, NULL, 204);
  g_set_object (&p.session.response, old);
  all = session_read_all (&p.session, &error);
  g_assert_no_error (error);
  tern_test_assert_bytes (g_bytes_get_data (all, NULL), (gssize)g_bytes_get_size (all), "old", -1);
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "new");
  page_get (&p, "new", 1);
  page_get (&p, "new", 0);
}

/* ---- no answer ---- */

static const char gone[] = "";

/* The server got it, and then nothing: what is stored may be out of date, and goes. */
static void
test_lost (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  see (&p, "\"1\"");
  tern_client_set_retries (p.session.client, 1);
  tern_origin_push_script (p.session.origin, gone, 0, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  session_ask (&p.session, "PUT", "/page");
  session_body (&p.session, "new");
  session_fetch (&p.session);
  g_assert_nonnull (p.session.error);
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "changed");
  page_get (&p, "changed", 1);
  page_get (&p, "changed", 0);
}

/* The first try got through, over a kept connection, and the second did not: so it does. */
static void
test_lost_then_refused (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  see (&p, "\"1\"");
  tern_origin_stop_listening (p.session.origin);
  tern_origin_push_script (p.session.origin, gone, 0, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  session_ask (&p.session, "PUT", "/page");
  session_body (&p.session, "new");
  session_fetch (&p.session);
  session_assert_error (&p.session, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, NULL);
  page_get_with (&p, "Cache-Control", "only-if-cached", "", 0);
  session_assert (&p.session, 504, "");
}

/* It never got away, so nothing has changed. */
static void
test_not_sent (gboolean async, gconstpointer kind)
{
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  see (&p, "\"1\"");
  tern_origin_stop_listening (p.session.origin);
  tern_client_close (p.session.client);
  session_ask (&p.session, "PUT", "/page");
  session_body (&p.session, "new");
  session_fetch (&p.session);
  session_assert_error (&p.session, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, NULL);
  page_get (&p, "seen", 0);
}

typedef struct
{
  TernOrigin *origin;
  GCancellable *cancellable;
  gboolean done;
} Cancelling;

static gpointer
cancel_when_sent (gpointer data)
{
  Cancelling *c = data;

  g_assert_true (tern_origin_wait_requests (c->origin, 2, 60 * 1000));
  g_cancellable_cancel (c->cancellable);
  return NULL;
}

static void
on_cancelled (GObject *client, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tern_client_fetch_finish (TERN_CLIENT (client), result, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ((Cancelling *)data)->done = TRUE;
}

/* Who cancels does not take back what was sent. */
static void
test_cancelled (gboolean async, gconstpointer kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Cancelling c = { .cancellable = cancellable };
  GThread *thread;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  see (&p, "\"1\"");
  tern_origin_push_script (p.session.origin, gone, 0, TERN_ORIGIN_SCRIPT_HANG_AFTER);
  session_ask (&p.session, "PUT", "/page");
  session_body (&p.session, "new");
  c.origin = p.session.origin;
  thread = g_thread_new ("cancel", cancel_when_sent, &c);
  if (async)
    {
      tern_client_fetch_async (p.session.client, p.session.request, cancellable, on_cancelled, &c);
      tern_test_run_until (&c.done, 60 * 1000);
    }
  else
    {
      g_assert_null (
          tern_client_fetch (p.session.client, p.session.request, NULL, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  g_thread_join (thread);
  page_set (&p, 200, "Cache-Control: max-age=60\r\n", "changed");
  page_get (&p, "changed", 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  page_add_test ("/cache/updates/guarded", test_guarded);
  page_add_test ("/cache/updates/refused", test_refused);
  page_add_test ("/cache/updates/unguarded", test_unguarded);
  page_add_test ("/cache/updates/newest", test_newest);
  page_add_test ("/cache/updates/invalid", test_invalid);
  page_add_test ("/cache/updates/overtaken", test_overtaken);
  page_add_test ("/cache/updates/lost", test_lost);
  page_add_test ("/cache/updates/lost-then-refused", test_lost_then_refused);
  page_add_test ("/cache/updates/not-sent", test_not_sent);
  page_add_test ("/cache/updates/cancelled", test_cancelled);
  return g_test_run ();
}
