/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What requests have stored, as programs are told of it, over every kind of store. */

#include "page.h"

#include <string.h>
#include <tern/tern-cache-entry.h>

#define FIELDS "Cache-Control: max-age=60\r\nVary: X-Tongue\r\n"
/* More than a store hands out in one piece. */
#define LARGE (3 * 1024 * 1024)

static char *
page_uri (Page *p)
{
  return g_strdup_printf ("http://127.0.0.1:%u/page", tern_origin_get_port (p->session.origin));
}

/* What is found of the page, as soon as it is so much: who may block keeps it a bit later. */
static GListModel *
find (Page *p, guint n)
{
  g_autofree char *uri = page_uri (p);
  g_autoptr (GListModel) found = NULL;

  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (GError) error = NULL;

      g_clear_object (&found);
      found = tern_cache_entries_find (p->store, uri, NULL, &error);
      g_assert_no_error (error);
      if (g_list_model_get_n_items (found) == n)
        return g_steal_pointer (&found);
      g_usleep (5000);
    }
  g_error ("%u entries, not %u", g_list_model_get_n_items (found), n);
}

static void
assert_entry (GListModel *found, guint i, const char *tongue, const char *body)
{
  g_autoptr (TernCacheEntry) entry = g_list_model_get_item (found, i);
  g_autofree char *line = g_strconcat ("x-tongue: ", tongue, NULL);
  g_auto (GStrv) vary = tern_cache_entry_get_vary (entry);
  g_autofree char *buffer = g_malloc (LARGE + 1);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  g_assert_no_error (tern_cache_entry_get_error (entry));
  g_assert_cmpuint (tern_cache_entry_get_status (entry), ==, 200);
  g_assert_cmpuint (tern_cache_entry_get_size (entry), ==, strlen (body));
  g_assert_cmpint (tern_cache_entry_get_lifetime (entry), ==, 60);
  g_assert_true (tern_cache_entry_is_fresh (entry));
  g_assert_cmpstr (vary[0], ==, line);
  stream = tern_cache_entry_open_body (entry, &error);
  g_assert_no_error (error);
  g_assert_true (g_input_stream_read_all (stream, buffer, LARGE + 1, &n, NULL, &error));
  tern_test_assert_bytes (buffer, (gssize)n, body, -1);
  g_assert_true (tern_cache_entry_verify (entry, &error));
  g_assert_no_error (error);
}

static void
on_damage (const char *name, const char *what, gpointer data)
{
  g_error ("%s: %s", name, what);
}

/* FALSE where the store cannot list. */
static gboolean
assert_listed (Page *p, guint n)
{
  g_autofree char *uri = page_uri (p);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) list = tern_cache_entries_list (p->store, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    return FALSE;
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (TernCacheEntry) entry = g_list_model_get_item (list, i);

      g_assert_cmpstr (tern_cache_entry_get_uri (entry), ==, uri);
      g_assert_false (tern_cache_entry_is_orphaned (entry));
    }
  g_assert_true (tern_cache_entries_verify (p->store, on_damage, NULL, &error));
  g_assert_no_error (error);
  return TRUE;
}

static void
test_entries (gboolean async, gconstpointer kind)
{
  g_autofree char *large = g_strnfill (LARGE, 'x');
  g_autofree char *uri = NULL;
  g_autoptr (GListModel) found = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  uri = page_uri (&p);
  page_set (&p, 200, FIELDS, "klein");
  page_get_with (&p, "X-Tongue", "de", "klein", 1);
  g_clear_object (&found);
  found = find (&p, 1);
  page_set (&p, 200, FIELDS, large);
  page_get_with (&p, "X-Tongue", "en", large, 1);
  g_clear_object (&found);
  found = find (&p, 2);
  assert_entry (found, 0, "de", "klein");
  assert_entry (found, 1, "en", large);
  if (assert_listed (&p, 2))
    g_test_message ("it can list");
  /* To look at it has changed nothing. */
  page_get_with (&p, "X-Tongue", "de", "klein", 0);
  page_get_with (&p, "X-Tongue", "en", large, 0);
  g_assert_true (tern_cache_entries_remove (p.store, uri, NULL, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 2);
  assert_listed (&p, 0);
  page_get_with (&p, "X-Tongue", "de", large, 1);
}

/* One of two is forgotten alone, and comes back to its place. */
static void
test_one (gboolean async, gconstpointer kind)
{
  g_autoptr (GListModel) found = NULL, left = NULL, again = NULL;
  g_autoptr (TernCacheEntry) second = NULL;
  g_auto (Page) p;

  page_init (&p, async, GPOINTER_TO_UINT (kind));
  page_set (&p, 200, FIELDS, "page");
  page_get_with (&p, "X-Tongue", "de", "page", 1);
  found = find (&p, 1);
  page_get_with (&p, "X-Tongue", "en", "page", 1);
  g_clear_object (&found);
  found = find (&p, 2);
  second = g_list_model_get_item (found, 1);
  g_assert_true (tern_cache_entry_delete (second, NULL));
  left = find (&p, 1);
  page_get_with (&p, "X-Tongue", "de", "page", 0);
  page_get_with (&p, "X-Tongue", "en", "page", 1);
  again = find (&p, 2);
  assert_listed (&p, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  page_add_test ("/session/cache/entries/all", test_entries);
  page_add_test ("/session/cache/entries/one", test_one);
  return g_test_run ();
}
