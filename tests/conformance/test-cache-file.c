/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cache in files promises beyond the contract: limits, order of use, many processes. */
#include <signal.h>
#include <sys/wait.h>

#include "file-store.h"

static void
test_modes (void)
{
  static const struct
  {
    const char *options;
    guint folder, file;
  } cases[] = { { "", 0700, 0600 }, { "mode=644", 0755, 0644 }, { "mode=0660", 0770, 0660 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      mode_t old = umask (0);
      FileFixture f;
      g_autofree char *path = NULL;
      struct stat info;

      file_set_up (&f, cases[i].options);
      umask (old);
      file_set (f.store, "key", "value", 5, 0);
      path = file_path (&f, "key");
      g_assert_cmpint (stat (f.folder, &info), ==, 0);
      g_assert_cmpuint (info.st_mode & 07777, ==, cases[i].folder);
      g_assert_cmpint (stat (path, &info), ==, 0);
      g_assert_cmpuint (info.st_mode & 07777, ==, cases[i].file);
      file_tear_down (&f, NULL);
    }
}

static void
test_options (void)
{
  const char *const bad[] = { "max-size=",    "max-size=0", "max-size=1K", "max-size=-5M",
                              "max-size=5MB", "mode=999",   "mode=0400",   "mode=0777",
                              "mode=02600",   "mode=",      "size=5M",     "max-entry-size=x" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *uri = g_strdup_printf ("file:///nonexistent/folder?%s", bad[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (tern_cache_store_open (uri, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
      g_assert_nonnull (strstr (error->message, bad[i]));
    }
}

/* Persistent: the next program finds what this one kept. */
static void
test_persists (FileFixture *f, gconstpointer data)
{
  file_set (f->store, "key", "value", 5, 0);
  g_clear_object (&f->store);
  f->store = file_store_open (f->folder, "");
  g_assert_true (file_has (f->store, "key"));
}

static void
fill (FileFixture *f, guint from, guint to, gsize size, gint64 keep_until)
{
  g_autofree char *data = g_malloc0 (size);

  for (guint i = from; i < to; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      file_set (f->store, key, data, size, keep_until);
    }
}

static gboolean
has (FileFixture *f, guint number)
{
  g_autofree char *key = g_strdup_printf ("key %u", number);

  return file_has (f->store, key);
}

static void
test_limit (FileFixture *f, gconstpointer data)
{
  guint64 size;

  for (guint i = 0; i < 40; i++)
    {
      fill (f, i * 20, i * 20 + 20, i % 2 ? 3000 : 30000, 0);
      g_assert_cmpuint (file_count (f, &size), >, 10);
      g_assert_cmpuint (size, <=, 1024 * 1024);
    }
  g_assert_cmpuint (size, >, 512 * 1024);
  g_assert_true (has (f, 799));
  g_assert_false (has (f, 0));
}

static void
test_order_of_use (FileFixture *f, gconstpointer data)
{
  g_autofree char *old = file_path (f, "key 3");
  g_autofree char *used = file_path (f, "key 4");

  fill (f, 0, 100, 3000, 0);
  file_age (old, 1000);
  file_age (used, 1000);
  /* Being read makes it young again. */
  g_assert_true (has (f, 4));
  fill (f, 100, 300, 3000, 0);
  g_assert_false (has (f, 3));
  g_assert_false (has (f, 5));
  g_assert_true (has (f, 4));
  g_assert_true (has (f, 299));
}

static void
test_touch (FileFixture *f, gconstpointer data)
{
  g_autofree char *path = file_path (f, "key 0");
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  struct stat info;

  fill (f, 0, 1, 100, 0);
  file_age (path, 1000);
  g_assert_true (has (f, 0));
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mtime, >=, now - 5);
  /* But not each time: that would be a write for every read. */
  file_age (path, 30);
  g_assert_true (has (f, 0));
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mtime, <=, now - 25);
}

static void
test_expired_first (FileFixture *f, gconstpointer data)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  fill (f, 0, 80, 3000, 0);
  fill (f, 80, 160, 3000, now + 1);
  g_usleep (2100 * 1000);
  /* 160 files of a block each; one sweep at the least in what follows makes room out of the 80. */
  fill (f, 160, 226, 3000, 0);
  for (guint i = 0; i < 80; i++)
    g_assert_true (has (f, i));
  for (guint i = 80; i < 160; i++)
    g_assert_false (has (f, i));
}

static void
test_entry_limit (FileFixture *f, gconstpointer data)
{
  fill (f, 0, 1, 20000, 0);
  g_assert_true (has (f, 0));
  fill (f, 0, 1, 40000, 0);
  g_assert_false (has (f, 0));
}

/* What dead writers leave is removed; what nobody knows is left alone, even when room is short. */
static void
test_foreign_files (FileFixture *f, gconstpointer data)
{
  const char *const foreign[] = { "README", "tmp-mine", "notes.tern", "tmp-", ".hidden.tern" };
  g_autofree char *dead = g_build_filename (f->folder, "tmp-1-1-00000000.tern", NULL);
  g_autofree char *alive = g_build_filename (f->folder, "tmp-2-2-00000000.tern", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      g_autofree char *path = g_build_filename (f->folder, foreign[i], NULL);

      file_put (path, "mine", 4);
      file_age (path, 100000);
    }
  file_put (dead, "half", 4);
  file_age (dead, 3600);
  file_put (alive, "half", 4);
  fill (f, 0, 600, 3000, 0);
  g_assert_false (g_file_test (dead, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (alive, G_FILE_TEST_EXISTS));
  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      g_autofree char *path = g_build_filename (f->folder, foreign[i], NULL);

      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

/* Writes and reads values of one letter; returns whether all that it read were whole. */
static gboolean
use (TernCacheStore *store, guint number, guint rounds)
{
  GRand *rand = g_rand_new_with_seed (number);
  gboolean fine = TRUE;

  for (guint i = 0; i < rounds && fine; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %d", g_rand_int_range (rand, 0, 4));
      gsize size = g_rand_int_range (rand, 1, 20000), len = 0;
      g_autofree char *letters = g_strnfill (size, 'a' + number % 26);
      g_autoptr (GBytes) value = g_bytes_new_static (letters, size);
      g_autoptr (GBytes) kept = tern_cache_store_get (store, key, NULL);
      const char *data = kept != NULL ? g_bytes_get_data (kept, &len) : NULL;

      for (gsize j = 1; j < len; j++)
        fine = fine && data[j] == data[0];
      fine = fine && tern_cache_store_set (store, key, value, 0, NULL);
    }
  g_rand_free (rand);
  return fine;
}

static void
test_processes (FileFixture *f, gconstpointer data)
{
  pid_t children[3];

  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      children[i] = fork ();
      g_assert_cmpint (children[i], >=, 0);
      if (children[i] == 0)
        _exit (use (f->store, i + 1, 300) ? 0 : 1);
    }
  g_assert_true (use (f->store, 0, 300));
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      int status = -1;

      g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
      g_assert_cmpint (status, ==, 0);
    }
}

/* A writer is killed again and again; every value is whole or not there. */
static void
test_killed (FileFixture *f, gconstpointer data)
{
  for (guint i = 0; i < 40; i++)
    {
      pid_t child = fork ();

      g_assert_cmpint (child, >=, 0);
      if (child == 0)
        _exit (use (f->store, i, G_MAXUINT) ? 0 : 1);
      g_usleep (1000 + g_random_int_range (0, 5000));
      kill (child, SIGKILL);
      g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
      g_assert_true (use (f->store, i, 8));
    }
}

#define ADD(path, options, func)                                                                   \
  g_test_add ("/cache-file/" path, FileFixture, options, file_set_up, func, file_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-file/modes", test_modes);
  g_test_add_func ("/cache-file/options", test_options);
  ADD ("persists", "", test_persists);
  ADD ("limit", "max-size=1M", test_limit);
  ADD ("order-of-use", "max-size=1M", test_order_of_use);
  ADD ("touch", "", test_touch);
  ADD ("expired-first", "max-size=1M", test_expired_first);
  ADD ("entry-limit", "max-entry-size=30000", test_entry_limit);
  ADD ("foreign-files", "max-size=1M", test_foreign_files);
  ADD ("processes", "", test_processes);
  ADD ("killed", "", test_killed);
  return g_test_run ();
}
