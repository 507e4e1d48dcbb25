/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The index and the registry over descriptors alone: what is asked here loads no module, and there
 * is none to load. */
#include <string.h>
#include <tern/tern-error.h>

#include "plugin/tern-plugin-index.h"
#include "plugin/tern-registry.h"
#include "tern-test-util.h"

static char *top;

/* @plugin in @folder of the test's folder; returns the path of that. */
static char *
write_plugin (const char *folder, const char *plugin, const char *kind, const char *names, int rank)
{
  g_autofree char *dir = g_build_filename (top, folder, NULL);
  g_autofree char *name = g_strconcat (plugin, ".tern-plugin", NULL);
  g_autofree char *file = g_build_filename (dir, name, NULL);
  g_autofree char *text = g_strdup_printf (
      "[Plugin]\nKind=%s\nNames=%s\nModule=none\nRank=%d\nAbi=1\n", kind, names, rank);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (dir, 0700), ==, 0);
  g_file_set_contents (file, text, -1, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&dir);
}

static void
write_more (const char *folder, const char *plugin, const char *kind, const char *names, int rank)
{
  g_free (write_plugin (folder, plugin, kind, names, rank));
}

static const char *
find (TernPluginIndex *index, const char *name)
{
  TernPluginEntry *entry = tern_plugin_index_find (index, TERN_PLUGIN_CONTENT_CODING, name);

  return entry != NULL ? entry->descriptor->id : NULL;
}

static GType
no_type (void)
{
  return G_TYPE_INVALID;
}

/* Linked in, compiled-in folder, added folders, search path: the first has the name. */
static void
test_order (void)
{
  const TernPlugin plugin = { .get_type = no_type };
  const TernBuiltinPlugin linked[]
      = { { "linked.tern-plugin",
            "[Plugin]\nKind=content-coding\nNames=one\nModule=none\nAbi=1\n", &plugin },
          { NULL } };
  g_autofree char *compiled_in = write_plugin ("order-1", "compiled", "content-coding", "two", 0);
  g_autofree char *added = write_plugin ("order-2", "added", "content-coding", "three;four", 0);
  g_autofree char *path_1 = write_plugin ("order-3", "path-one", "content-coding", "four;five", 0);
  g_autofree char *path_2 = write_plugin ("order-4", "path-two", "content-coding", "five;six", 0);
  g_autofree char *path = g_strdup_printf (":%s::%s:", path_1, path_2);
  g_autoptr (TernPluginIndex) index = NULL;

  write_more ("order-1", "more", "content-coding", "one", 0);
  index = tern_plugin_index_new (linked, compiled_in, path);
  g_assert_cmpstr (find (index, "one"), ==, "linked");
  g_assert_cmpstr (find (index, "two"), ==, "compiled");
  g_assert_cmpstr (find (index, "four"), ==, "path-one");
  g_assert_cmpstr (find (index, "five"), ==, "path-one");
  g_assert_null (find (index, "six"));
  g_assert_cmpuint (tern_plugin_index_get_entries (index)->len, ==, 5);
  tern_plugin_index_add_folder (index, added);
  g_assert_cmpstr (find (index, "three"), ==, "added");
  g_assert_cmpstr (find (index, "four"), ==, "added");
  /* "path-one" has lost a name and with it the others; the next one, which it kept out, has
   * them. */
  g_assert_cmpstr (find (index, "five"), ==, "path-two");
  g_assert_cmpstr (find (index, "six"), ==, "path-two");
  g_assert_cmpuint (tern_plugin_index_get_entries (index)->len, ==, 6);
}

/* One name, three kinds. */
static void
test_kinds (void)
{
  g_autofree char *dir = write_plugin ("kinds", "coding", "content-coding", "same", 1);
  int rank;

  write_more ("kinds", "scheme", "auth-scheme", "same", 2);
  write_more ("kinds", "store", "cache-store", "same", 3);
  tern_registry_add_path (dir);
  g_assert_true (tern_registry_find (TERN_PLUGIN_CONTENT_CODING, "same", &rank));
  g_assert_cmpint (rank, ==, 1);
  g_assert_true (tern_registry_find (TERN_PLUGIN_AUTH_SCHEME, "SAME", &rank));
  g_assert_cmpint (rank, ==, 2);
  g_assert_true (tern_registry_find (TERN_PLUGIN_CACHE_STORE, "Same", &rank));
  g_assert_cmpint (rank, ==, 3);
}

static void
test_ranks (void)
{
  g_autofree char *dir = write_plugin ("ranks", "weak", "auth-scheme", "weak;feeble", -9000);
  g_auto (GStrv) names = NULL;
  guint n;

  write_more ("ranks", "strong", "auth-scheme", "strong", 9000);
  write_more ("ranks", "strong-too", "auth-scheme", "strong-too", 9000);
  tern_registry_add_path (dir);
  names = tern_registry_list_names (TERN_PLUGIN_AUTH_SCHEME);
  n = g_strv_length (names);
  g_assert_cmpuint (n, >=, 3);
  g_assert_cmpstr (names[0], ==, "strong");
  g_assert_cmpstr (names[1], ==, "strong-too");
  g_assert_cmpstr (names[n - 1], ==, "weak");
}

static void
test_allowed (void)
{
  const char *const by_plugin[] = { "the-plugin", NULL };
  const char *const by_alias[] = { "Its-Alias", NULL };
  const char *const others[] = { "something", NULL };
  const char *const none[] = { NULL };
  const struct
  {
    const char *const *names;
    gboolean is_allowed;
  } cases[] = { { by_plugin, TRUE }, { by_alias, TRUE }, { others, FALSE }, { none, FALSE },
                { NULL, TRUE } };
  g_autofree char *dir
      = write_plugin ("allowed", "the-plugin", "content-coding", "its-name;its-alias", 0);

  tern_registry_add_path (dir);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint generation = tern_registry_get_generation ();
      g_autoptr (GError) error = NULL;

      tern_registry_set_allowed (cases[i].names);
      g_assert_cmpuint (tern_registry_get_generation (), !=, generation);
      g_assert_cmpint (tern_registry_find (TERN_PLUGIN_CONTENT_CODING, "its-name", NULL), ==,
                       cases[i].is_allowed);
      if (cases[i].is_allowed)
        continue;
      g_assert_null (tern_registry_create (TERN_PLUGIN_CONTENT_CODING, "its-name", &error));
      g_assert_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_NOT_ALLOWED);
    }
}

/* Names come from the network. */
static void
test_strange_names (void)
{
  g_autofree char *long_name = g_strnfill (100000, 'a');
  const char *const names[] = { "",       " ",    "/",     "..",   "../../lib/x", "a\nb",
                                "0:gzip", "\xff", "gzip ", "%s%n", long_name };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tern_registry_find (TERN_PLUGIN_CONTENT_CODING, names[i], NULL));
      g_assert_null (tern_registry_create (TERN_PLUGIN_CONTENT_CODING, names[i], &error));
      g_assert_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_NOT_FOUND);
      g_assert_cmpuint (strlen (error->message), <, 1000);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

/* One whose module does not load is not offered again, and callers are told to look anew. */
static void
test_failure_is_remembered (void)
{
  g_autofree char *dir = write_plugin ("failure", "failing", "content-coding", "failing", 0);
  guint generation;

  tern_registry_add_path (dir);
  generation = tern_registry_get_generation ();
  g_assert_true (tern_registry_find (TERN_PLUGIN_CONTENT_CODING, "failing", NULL));
  g_assert_cmpuint (tern_registry_get_generation (), ==, generation);
  g_assert_null (tern_registry_create (TERN_PLUGIN_CONTENT_CODING, "failing", NULL));
  g_assert_false (tern_registry_find (TERN_PLUGIN_CONTENT_CODING, "failing", NULL));
  g_assert_cmpuint (tern_registry_get_generation (), !=, generation);
  generation = tern_registry_get_generation ();
  g_assert_null (tern_registry_create (TERN_PLUGIN_CONTENT_CODING, "failing", NULL));
  g_assert_cmpuint (tern_registry_get_generation (), ==, generation);
}

static void
ask_in_thread (guint number, gpointer data)
{
  g_autofree char *dir = g_strdup_printf ("%s/threads-%u", top, number);

  for (guint i = 0; i < 200; i++)
    {
      g_auto (GStrv) names = tern_registry_list_names (TERN_PLUGIN_CONTENT_CODING);
      g_autoptr (GPtrArray) entries = tern_registry_list_entries ();

      g_assert_nonnull (names);
      if (i == 100)
        tern_registry_add_path (dir);
      if (i % 50 == 0)
        tern_registry_set_allowed (NULL);
      g_assert_null (tern_registry_create (TERN_PLUGIN_CONTENT_CODING, "thread-0", NULL));
      g_assert_cmpuint (entries->len, >, 0);
    }
}

static void
test_threads (void)
{
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *folder = g_strdup_printf ("threads-%u", i);
      g_autofree char *name = g_strdup_printf ("thread-%u", i);

      write_more (folder, name, "content-coding", name, 0);
    }
  tern_test_run_threads (4, ask_in_thread, NULL);
  g_assert_true (tern_registry_find (TERN_PLUGIN_CONTENT_CODING, "thread-3", NULL));
}

/* The index of as many plugins as there will be some day is read in no time worth speaking of. */
static void
test_cost (void)
{
  g_autofree char *dir = NULL;
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < 24; i++)
    {
      g_autofree char *name = g_strdup_printf ("cost-%u", i);

      g_free (dir);
      dir = write_plugin ("cost", name, "content-coding", name, 0);
    }
  for (guint i = 0; i < 20; i++)
    {
      gint64 start = g_get_monotonic_time ();
      g_autoptr (TernPluginIndex) index = tern_plugin_index_new (NULL, dir, NULL);

      best = MIN (best, g_get_monotonic_time () - start);
      g_assert_cmpuint (tern_plugin_index_get_entries (index)->len, ==, 24);
    }
  g_test_message ("an index of 24 plugins: %" G_GINT64_FORMAT " µs", best);
  /* A sanitizer makes it slower, a loaded machine, too; loading modules would cost far more. */
  g_assert_cmpint (best, <, g_getenv ("TERN_TEST_MEMCHECK") ? 500000 : 20000);
}

int
main (int argc, char **argv)
{
  int result;

  g_unsetenv ("TERN_PLUGIN_PATH");
  g_test_init (&argc, &argv, NULL);
  top = tern_test_make_dir ("tern-registry");
  g_test_add_func ("/registry/order", test_order);
  g_test_add_func ("/registry/kinds", test_kinds);
  g_test_add_func ("/registry/ranks", test_ranks);
  g_test_add_func ("/registry/allowed", test_allowed);
  g_test_add_func ("/registry/strange-names", test_strange_names);
  g_test_add_func ("/registry/failure-is-remembered", test_failure_is_remembered);
  g_test_add_func ("/registry/threads", test_threads);
  g_test_add_func ("/registry/cost", test_cost);
  result = g_test_run ();
  tern_test_remove_dir (top);
  g_free (top);
  return result;
}
