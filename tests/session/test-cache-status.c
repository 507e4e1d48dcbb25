/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every answer that went past a cache says what the cache did and why: in the response and to who
 * listens, with the same words. */

#include "page.h"

#include <string.h>

#define FRESH "Cache-Control: max-age=60\r\n"
#define TAG "ETag: \"1\"\r\n"
/* It comes a minute too old. */
#define OLD "Age: 120\r\n"

typedef struct
{
  const char *name;
  guint status; /* what the origin says */
  const char *fields;
  const char *before; /* a GET with this field first; "" without one; NULL: nothing was asked yet */
  guint then;         /* if not 0, what the origin says by then */
  const char *method;
  const char *field; /* "NAME: VALUE" of the request, or NULL */
  guint wanted;
  const char *text; /* the number behind ttl= as N */
} Row;

static const Row rows[] = {
  { "stored", 200, FRESH, NULL, 0, "GET", NULL, 200, "tern; fwd=uri-miss; fwd-status=200; stored" },
  { "hit", 200, FRESH, "", 0, "GET", NULL, 200, "tern; hit; ttl=N" },
  { "hit-head", 200, FRESH, "", 0, "HEAD", NULL, 200, "tern; hit; ttl=N" },
  { "hit-own-condition", 200, FRESH TAG, "", 0, "GET", "If-None-Match: \"1\"", 304,
    "tern; hit; ttl=N" },
  { "max-stale", 200, FRESH OLD, "", 0, "GET", "Cache-Control: max-stale=600", 200,
    "tern; hit; ttl=-N; detail=max-stale" },
  { "stale-while-revalidate", 200, "Cache-Control: max-age=60, stale-while-revalidate=600\r\n" OLD,
    "", 0, "GET", NULL, 200, "tern; hit; ttl=-N; detail=stale-while-revalidate" },
  { "vary-miss", 200, FRESH "Vary: X-Tongue\r\n", "X-Tongue: de", 0, "GET", "X-Tongue: fr", 200,
    "tern; fwd=vary-miss; fwd-status=200; stored" },
  { "stale", 200, FRESH OLD, "", 0, "GET", NULL, 200,
    "tern; fwd=stale; fwd-status=200; stored" },
  { "validated", 200, FRESH OLD TAG, "", 0, "GET", NULL, 200,
    "tern; fwd=stale; fwd-status=304; stored" },
  { "reload", 200, FRESH TAG, "", 0, "GET", "Cache-Control: no-cache", 200,
    "tern; fwd=request; fwd-status=304; stored" },
  { "stale-if-error", 200, "Cache-Control: max-age=60, stale-if-error=600\r\n" OLD, "", 503, "GET",
    NULL, 200, "tern; fwd=stale; fwd-status=503; ttl=-N; detail=stale-if-error" },
  { "only-if-cached", 200, FRESH, NULL, 0, "GET", "Cache-Control: only-if-cached", 504,
    "tern; detail=only-if-cached" },
  { "method", 200, FRESH, "", 0, "POST", NULL, 200, "tern; fwd=method; fwd-status=200" },
  { "own-condition", 304, NULL, NULL, 0, "GET", "If-None-Match: \"9\"", 304,
    "tern; fwd=uri-miss; fwd-status=304; detail=status" },
  { "own-condition-beside", 200, FRESH OLD TAG, "", 304, "GET", "If-None-Match: \"9\"", 304,
    "tern; fwd=stale; fwd-status=304" },
  /* Why it was not kept. */
  { "request-no-store", 200, FRESH, NULL, 0, "GET", "Cache-Control: no-store", 200,
    "tern; fwd=request; fwd-status=200; detail=request-no-store" },
  { "no-store", 200, "Cache-Control: no-store\r\n", NULL, 0, "GET", NULL, 200,
    "tern; fwd=uri-miss; fwd-status=200; detail=no-store" },
  { "must-understand", 418, FRESH "Cache-Control: must-understand\r\n", NULL, 0, "GET", NULL, 418,
    "tern; fwd=uri-miss; fwd-status=418; detail=must-understand" },
  { "no-lifetime", 200, NULL, NULL, 0, "GET", NULL, 200,
    "tern; fwd=uri-miss; fwd-status=200; detail=no-lifetime" },
  { "vary-any", 200, FRESH "Vary: *\r\n", NULL, 0, "GET", NULL, 200,
    "tern; fwd=uri-miss; fwd-status=200; detail=vary" },
  { "server-error", 500, NULL, NULL, 0, "GET", NULL, 500,
    "tern; fwd=uri-miss; fwd-status=500; detail=server-error" },
  { "status", 429, FRESH, NULL, 0, "GET", NULL, 429,
    "tern; fwd=uri-miss; fwd-status=429; detail=status" },
};

static char *
mask_ttl (const char *text)
{
  g_autoptr (GRegex) ttl = g_regex_new ("ttl=(-?)[0-9]+", 0, 0, NULL);

  return g_regex_replace (ttl, text, -1, 0, "ttl=\\1N", 0, NULL);
}

static void
on_log (TernClient *client, TernRequest *request, TernLogEvent event, const char *text,
        GString *told)
{
  if (event == TERN_LOG_EVENT_CACHE)
    g_string_append_printf (told, "%s|", text);
}

static void
ask (Page *p, const char *method, const char *field)
{
  session_ask (&p->session, method, "/page");
  if (field && *field)
    {
      g_auto (GStrv) parts = g_strsplit (field, ": ", 2);

      session_header (&p->session, parts[0], parts[1]);
    }
  session_fetch (&p->session);
  g_assert_no_error (p->session.error);
}

static void
test_row (gboolean async, gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GString) told = g_string_new (NULL);
  g_autofree char *text = NULL, *heard = NULL, *wanted = NULL;
  g_auto (Page) p;

  page_init (&p, async, STORE_MEMORY);
  page_set (&p, row->status, row->fields, "page");
  if (row->before)
    ask (&p, "GET", row->before);
  if (row->then)
    page_set (&p, row->then, NULL, "later");
  g_signal_connect (p.session.client, "log", G_CALLBACK (on_log), told);
  ask (&p, row->method, row->field);
  session_assert (&p.session, row->wanted, NULL);
  g_assert_nonnull (tern_response_get_cache_status (p.session.response));
  text = mask_ttl (tern_response_get_cache_status (p.session.response));
  g_assert_cmpstr (text, ==, row->text);
  heard = mask_ttl (told->str);
  wanted = g_strdup_printf ("/page: %s|", row->text);
  g_assert_cmpstr (heard, ==, wanted);
}

/* A client without a store has nothing to say; but who must not use the network is told. */
static void
test_without_store (gboolean async, gconstpointer data)
{
  g_auto (Page) p;

  page_init (&p, async, STORE_NONE);
  page_set (&p, 200, FRESH, "page");
  ask (&p, "GET", NULL);
  g_assert_null (tern_response_get_cache_status (p.session.response));
  ask (&p, "GET", "Cache-Control: only-if-cached");
  session_assert (&p.session, 504, NULL);
  g_assert_cmpstr (tern_response_get_cache_status (p.session.response), ==,
                   "tern; detail=only-if-cached");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/session/cache/status/", rows[i].name, NULL);

      tern_test_add_both (path, test_row, &rows[i]);
    }
  tern_test_add_both ("/session/cache/status/without-store", test_without_store, NULL);
  return g_test_run ();
}
