/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is remembered of proxies: for how long, of how many origins, and until what changes. */

#include <tern/tern-proxy.h>

#include "engine/tern-proxy-memory.h"
#include "engine/tern-proxy-routes.h"
#include "tern-test-util.h"

#define MINUTE (60 * G_TIME_SPAN_SECOND)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernProxyMemory, tern_proxy_memory_free)

static GPtrArray *
make_routes (const char *uri)
{
  g_autoptr (TernProxy) proxy = tern_proxy_new_from_uri (uri, NULL);
  GPtrArray *routes = tern_proxy_routes_new (proxy, NULL);

  g_assert_nonnull (routes);
  return routes;
}

static void
add (TernProxyMemory *memory, const char *text, guint64 stamp, gint64 now, GPtrArray *routes)
{
  g_autoptr (TernUri) uri = tern_uri_parse (text, NULL);

  tern_proxy_memory_add (memory, uri, stamp, now, routes);
}

/* Whether it is known, and as these routes. */
static gboolean
knows (TernProxyMemory *memory, const char *text, guint64 stamp, gint64 now, GPtrArray *routes)
{
  g_autoptr (TernUri) uri = tern_uri_parse (text, NULL);
  g_autoptr (GPtrArray) found = NULL;

  if (!tern_proxy_memory_find (memory, uri, stamp, now, &found))
    return FALSE;
  g_assert_true (found == routes);
  return TRUE;
}

static void
test_origins (void)
{
  g_autoptr (TernProxyMemory) memory = tern_proxy_memory_new ();
  g_autoptr (GPtrArray) routes = make_routes ("http://proxy.example");

  add (memory, "http://a.example/x", 0, 0, routes);
  add (memory, "https://a.example/", 0, 0, NULL);
  g_assert_true (knows (memory, "http://me:secret@A.example:80/y?z", 0, 1, routes));
  g_assert_true (knows (memory, "https://a.example/y", 0, 1, NULL));
  g_assert_false (knows (memory, "http://a.example:81/", 0, 1, NULL));
  g_assert_false (knows (memory, "http://b.example/", 0, 1, NULL));
}

/* Each a minute from when it was found; another environment ends all. */
static void
test_forgets (void)
{
  g_autoptr (TernProxyMemory) memory = tern_proxy_memory_new ();

  add (memory, "http://a.example/", 1, 0, NULL);
  add (memory, "http://b.example/", 1, 10, NULL);
  g_assert_true (knows (memory, "http://a.example/", 1, MINUTE - 1, NULL));
  g_assert_false (knows (memory, "http://a.example/", 1, MINUTE, NULL));
  g_assert_true (knows (memory, "http://b.example/", 1, MINUTE, NULL));
  g_assert_false (knows (memory, "http://b.example/", 2, MINUTE, NULL));
  g_assert_false (knows (memory, "http://b.example/", 1, MINUTE, NULL));
}

static void
test_bounded (void)
{
  g_autoptr (TernProxyMemory) memory = tern_proxy_memory_new ();
  guint n = 0;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *uri = g_strdup_printf ("http://%u.example/", i);

      add (memory, uri, 0, i, NULL);
      add (memory, uri, 0, i, NULL); /* found by two at once */
    }
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *uri = g_strdup_printf ("http://%u.example/", i);

      n += knows (memory, uri, 0, 1000, NULL);
    }
  g_assert_cmpuint (n, ==, 256);
  g_assert_true (knows (memory, "http://999.example/", 0, 1000, NULL));
}

/* A list that is used by many at once, and changed meanwhile. */
static void
hammer (guint number, gpointer data)
{
  TernProxyMemory *memory = data;

  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *text = g_strdup_printf ("http://%u.example/", i % 300);
      g_autoptr (TernUri) uri = tern_uri_parse (text, NULL);
      g_autoptr (GPtrArray) found = NULL;

      if (!tern_proxy_memory_find (memory, uri, i / 500, i, &found))
        {
          g_autoptr (GPtrArray) routes = make_routes ("http://proxy.example");

          tern_proxy_memory_add (memory, uri, i / 500, i, routes);
        }
    }
}

static void
test_threads (void)
{
  g_autoptr (TernProxyMemory) memory = tern_proxy_memory_new ();

  tern_test_run_threads (4, hammer, memory);
}

/* ---- the words of a resolver ---- */

static void
test_uris (void)
{
  static const struct
  {
    const char *uris;
    const char *routes; /* names with a blank between them, "-" for direct; NULL: an error */
  } rows[] = {
    { "", NULL },
    { "direct://", "" },
    { "DIRECT://|http://a.example:1", "" },
    { "http://a.example:1", "http://a.example:1 " },
    { "http://a.example:1|direct://|https://b.example",
      "http://a.example:1 - https://b.example:443 " },
    { "ftp://a.example|socks://b.example", "socks5://b.example:1080 " },
    { "http://me:secret@a.example", "http://a.example:80 " },
    { "ftp://a.example|direct://", "" },
    { "ftp://a.example", NULL },
    { "http://a example", NULL },
    { "|", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) uris = g_strsplit (rows[i].uris, "|", -1);
      g_autoptr (GString) found = g_string_new (NULL);
      g_autoptr (GPtrArray) routes = NULL;
      g_autoptr (GError) error = NULL;
      const gboolean is_good = tern_proxy_routes_from_uris (uris, "it", &routes, &error);

      g_assert_cmpint (is_good, ==, rows[i].routes != NULL);
      g_assert_cmpint (is_good, ==, error == NULL);
      for (guint k = 0; routes && k < routes->len; k++)
        {
          const TernRoute *route = routes->pdata[k];

          g_string_append_printf (found, "%s ", route ? route->name : "-");
        }
      if (is_good)
        g_assert_cmpstr (found->str, ==, rows[i].routes);
    }
}

/* GIO's socks5 leaves names to the proxy. */
static void
test_gio_socks (void)
{
  char *uris[] = { (char *)"socks5://a.example", NULL };
  g_autoptr (GPtrArray) routes = NULL;

  g_assert_true (tern_proxy_routes_from_uris (uris, "it", &routes, NULL));
  g_assert_true (((TernRoute *)routes->pdata[0])->remote_dns);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxy-memory/origins", test_origins);
  g_test_add_func ("/proxy-memory/forgets", test_forgets);
  g_test_add_func ("/proxy-memory/bounded", test_bounded);
  g_test_add_func ("/proxy-memory/threads", test_threads);
  g_test_add_func ("/proxy-memory/uris", test_uris);
  g_test_add_func ("/proxy-memory/gio-socks", test_gio_socks);
  return g_test_run ();
}
