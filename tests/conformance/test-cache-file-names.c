/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of the files: readable ones, and those of a program's function. */
#include <tern/tern-util.h>

#include "file-entries.h"

static char *
safe_path (FileFixture *f, const char *key)
{
  g_autofree char *name = tern_cache_safe_name (key);

  return g_build_filename (f->folder, name, NULL);
}

static void
test_safe (FileFixture *f, gconstpointer options)
{
  const char *const keys[]
      = { "http://example.org/a?b=c", "tmp-1.tern", "", "../../etc/passwd", ".", "..", "\xff\xfe" };
  g_autoptr (GBytes) body = file_make_body (1000, 1);
  g_autofree char *foreign = g_build_filename (f->folder, "notes", NULL);
  guint64 n, size;

  file_put (foreign, "mine", 4);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *path = safe_path (f, keys[i]);

      file_store_entry (f->store, keys[i], "meta", body);
      g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    file_assert_entry (f->store, keys[i], "meta", body);
  g_assert_true (tern_cache_store_usage (f->store, &n, &size, NULL));
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (keys));
  g_assert_cmpuint (file_verify (f->store), ==, 0);
  g_assert_true (tern_cache_store_clear (f->store, NULL));
  g_assert_cmpuint (file_count (f, &size), ==, 1);
  g_assert_true (g_file_test (foreign, G_FILE_TEST_EXISTS));
}

/* The limit holds with names that tell nothing, too, and what is not ours stays. */
static void
test_safe_limit (FileFixture *f, gconstpointer options)
{
  g_autofree char *foreign = g_build_filename (f->folder, "notes", NULL);
  g_autofree char *dead = g_build_filename (f->folder, "tmp-1-1-00000000.tern", NULL);
  g_autofree char *data = g_strnfill (2000, 'd');
  guint64 size;

  file_put (foreign, "mine", 4);
  file_age (foreign, 1000000);
  file_put (dead, "half", 4);
  file_age (dead, 1000000);
  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *key = g_strdup_printf ("http://example.org/%u", i);

      file_set (f->store, key, data, 2000, 0);
      g_assert_cmpuint (file_count (f, &size), >, 0);
      g_assert_cmpuint (size, <=, 1024 * 1024 + 2 * 4096);
    }
  g_assert_true (g_file_test (foreign, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (dead, G_FILE_TEST_EXISTS));
  g_assert_true (file_has (f->store, "http://example.org/599"));
  g_assert_false (file_has (f->store, "http://example.org/0"));
}

/* The key is the name; "same …" are all one. */
static char *
make_name (const char *key, gpointer data)
{
  guint *n_calls = data;

  g_atomic_int_inc (n_calls);
  if (g_str_equal (key, "none"))
    return NULL;
  return g_str_has_prefix (key, "same ") ? g_strdup ("same") : g_strdup (key);
}

static void
count_end (gpointer data)
{
  guint *n_calls = data;

  *n_calls = 0;
}

static TernCacheStore *
open_named (FileFixture *f, guint *n_calls)
{
  g_autoptr (GFile) folder = g_file_new_for_path (f->folder);
  g_autoptr (GError) error = NULL;
  TernCacheStore *store
      = tern_cache_store_open_file (folder, make_name, n_calls, count_end, &error);

  g_assert_no_error (error);
  return store;
}

static void
test_func (FileFixture *f, gconstpointer options)
{
  guint n_calls = 0;
  g_autoptr (TernCacheStore) store = open_named (f, &n_calls);
  g_autoptr (GBytes) body = file_make_body (300000, 1);
  g_autofree char *path = g_build_filename (f->folder, "a name", NULL);

  file_store_entry (store, "a name", "meta", body);
  g_assert_cmpuint (n_calls, >, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  file_assert_entry (store, "a name", "meta", body);
  file_set_meta (store, "a name", "meta", "other");
  file_assert_entry (store, "a name", "other", body);
  /* One pushes the other out, and is never taken for it. */
  file_store_entry (store, "same 1", "first", body);
  file_assert_no_entry (store, "same 2");
  file_assert_entry (store, "same 1", "first", body);
  file_store_entry (store, "same 2", "second", body);
  file_assert_no_entry (store, "same 1");
  file_assert_entry (store, "same 2", "second", body);
  g_assert_cmpuint (file_verify (store), ==, 0);
  g_assert_true (tern_cache_store_delete (store, "a name", NULL));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_clear_object (&store);
  g_assert_cmpuint (n_calls, ==, 0);
}

static void
test_bad_names (FileFixture *f, gconstpointer options)
{
  guint n_calls = 0;
  g_autoptr (TernCacheStore) store = open_named (f, &n_calls);
  g_autoptr (GBytes) value = g_bytes_new_static ("value", 5);
  g_autofree char *longest = g_strnfill (255, 'n');
  g_autofree char *too_long = g_strnfill (256, 'n');
  g_autofree char *outside = g_build_filename (f->top, "x", NULL);
  const char *const bad[] = { "none", "", ".", "..", "../x", "/etc/x", "a/b", "tmp-1", too_long };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tern_cache_store_set (store, bad[i], value, 0, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
      g_clear_error (&error);
      g_assert_null (tern_cache_store_get (store, bad[i], &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
      g_clear_error (&error);
      g_assert_false (tern_cache_store_delete (store, bad[i], &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
    }
  g_assert_false (g_file_test (outside, G_FILE_TEST_EXISTS));
  g_assert_true (tern_cache_store_set (store, longest, value, 0, NULL));
  g_assert_true (file_has (store, longest));
}

/* A file of the program's own under such a name is no entry, and stays as long as nothing is
 * written under it. */
static void
test_foreign (FileFixture *f, gconstpointer options)
{
  guint n_calls = 0;
  g_autoptr (TernCacheStore) store = open_named (f, &n_calls);
  g_autofree char *path = g_build_filename (f->folder, "README", NULL);

  file_put (path, "mine, and long enough to be looked at", 37);
  g_assert_false (file_has (store, "README"));
  file_assert_no_entry (store, "README");
  g_assert_cmpuint (file_verify (store), ==, 0);
  g_assert_true (tern_cache_store_clear (store, NULL));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_options (FileFixture *f, gconstpointer options)
{
  const char *const bad[] = { "names=",         "names=SAFE",    "names=md5",     "max-entries=0",
                              "max-entries=15", "max-entries=x", "max-entries=-1" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *uri = g_strdup_printf ("file://%s?%s", f->folder, bad[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (tern_cache_store_open (uri, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
      g_assert_nonnull (strstr (error->message, bad[i]));
    }
}

/* Who is told that it is no option looks for another name. */
static void
test_too_small (FileFixture *f, gconstpointer options)
{
  static const struct
  {
    const char *option, *least;
  } items[] = { { "max-entries=15", "least is 16" },
                { "max-entries=0", "least is 16" },
                { "max-size=63K", "least is 65536" },
                { "max-entry-size=0", "least is 1" } };

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_autofree char *uri = g_strdup_printf ("file://%s?%s", f->folder, items[i].option);
      g_autoptr (GError) error = NULL;

      g_assert_null (tern_cache_store_open (uri, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
      g_assert_nonnull (strstr (error->message, items[i].option));
      g_assert_nonnull (strstr (error->message, items[i].least));
      g_assert_null (strstr (error->message, "not an option"));
    }
}

#define ADD(path, options, func)                                                                   \
  g_test_add ("/cache-file/names/" path, FileFixture, options, file_set_up, func, file_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("safe", "names=safe", test_safe);
  ADD ("safe-limit", "names=safe&max-size=1M", test_safe_limit);
  ADD ("func", "names=hash", test_func);
  ADD ("bad-names", "", test_bad_names);
  ADD ("foreign", "", test_foreign);
  ADD ("options", "", test_options);
  ADD ("too-small", "", test_too_small);
  return g_test_run ();
}
