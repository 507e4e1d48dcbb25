/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cache in files where room ends: its own limits, a limit of the process, a full disk. What
 * cannot be kept leaves nothing, and what was written before can still be read. */
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "file-entries.h"

static void
test_count (FileFixture *f, gconstpointer options)
{
  guint64 size;
  guint n = 0;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      file_set (f->store, key, key, strlen (key), 0);
      n = file_count (f, &size);
      g_assert_cmpuint (n, <=, 100);
      g_assert_true (file_has (f->store, key));
    }
  g_assert_cmpuint (n, >, 70);
  g_assert_false (file_has (f->store, "key 0"));
}

/* What was used in the future, by a clock that was wrong, is not kept until then: in 2100 or, if
 * the file system can tell, in 2286, whose nanoseconds no number of 64 bits holds. */
static void
test_future (FileFixture *f, gconstpointer options)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const gint64 times[] = { G_GINT64_CONSTANT (4102444800), G_GINT64_CONSTANT (10000000000) };
  g_autofree char *temp = g_build_filename (f->folder, "tmp-1-1-00000000.tern", NULL);

  file_put (temp, "half of it", 10);
  file_age (temp, now - times[0]);
  for (guint i = 0; i < 240; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);
      g_autofree char *path = file_path (f, key);

      file_set (f->store, key, key, strlen (key), 0);
      if (i < 40)
        file_age (path, now - times[i % 2]);
    }
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      g_assert_false (file_has (f->store, key));
    }
  g_assert_false (g_file_test (temp, G_FILE_TEST_EXISTS));
}

/* Many writers at once, with bodies of every size; the limit holds all the same, up to what each
 * has in hand. */
static void
write_in_thread (guint number, gpointer data)
{
  TernCacheStore *store = data;

  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u %u", number, i);
      g_autoptr (GBytes) body = file_make_body (i % 10 == 0 ? 300000 : i * 1000, i);

      file_store_entry (store, key, "meta", body);
    }
}

static void
test_size_with_threads (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) body = file_make_body (10, 1);
  guint64 size;

  /* GObject makes a class in the first thread that needs it, by means that no sanitizer sees. */
  file_store_entry (f->store, "first", "meta", body);
  tern_test_run_threads (4, write_in_thread, f->store);
  g_assert_cmpuint (file_count (f, &size), >, 10);
  g_assert_cmpuint (size, <=, (4 << 20) + 4 * 300000);
  g_assert_cmpuint (file_verify (f->store), ==, 0);
  file_assert_no_temp (f);
}

/* The first sweep of a process ends what it began, or one that writes a little each time would
 * fill the disk. */
static void
test_short_lives (FileFixture *f, gconstpointer options)
{
  guint64 size;

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (TernCacheStore) store = file_store_open (f->folder, options);
      g_autofree char *data = g_malloc0 (30000);
      g_autofree char *key = g_strdup_printf ("key %u", i);

      file_set (store, key, data, 30000, 0);
    }
  g_assert_cmpuint (file_count (f, &size), >, 10);
  /* Each has to find the moment by chance. */
  g_assert_cmpuint (size, <=, 3 << 20);
}

static void
test_entry_limit (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) old = file_make_body (10, 1);
  g_autoptr (GBytes) body = file_make_body (500000, 1);
  g_autofree char *large_meta = g_strnfill (350000, 'm');
  g_autoptr (TernCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;
  guint8 buffer[100];

  file_store_entry (f->store, "key", "old", old);
  writer = file_create (f->store, "key", "meta");
  g_assert_true (file_write (writer, body, 0, 290000, &error));
  g_assert_false (file_write (writer, body, 290000, 20000, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_nonnull (strstr (error->message, "300000"));
  file_assert_no_temp (f);
  g_assert_cmpint (TERN_CACHE_WRITER_GET_IFACE (writer)->read (writer, 289950, buffer, 100, NULL),
                   ==, 50);
  g_assert_cmpmem (buffer, 50, (const guint8 *)g_bytes_get_data (body, NULL) + 289950, 50);
  g_assert_false (file_commit (writer, "meta", 0, NULL));
  file_assert_entry (f->store, "key", "old", old);
  g_clear_object (&writer);
  writer = file_create (f->store, "key", "meta");
  g_assert_false (file_commit (writer, large_meta, 0, NULL));
  file_assert_entry (f->store, "key", "old", old);
}

static char *
find_temp (FileFixture *f)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "tmp-"))
      return g_build_filename (f->folder, name, NULL);
  return NULL;
}

/* A download that stands still for an hour is not swept away under its writer. */
static void
test_slow_writer (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) body = file_make_body (200000, 1);
  g_autoptr (TernCacheWriter) writer = file_create (f->store, "slow", "meta");
  g_autofree char *temp = NULL;

  g_assert_true (file_write (writer, body, 0, 200000, NULL));
  temp = find_temp (f);
  g_assert_nonnull (temp);
  file_age (temp, 3600);
  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      file_set (f->store, key, key, strlen (key), 0);
    }
  g_assert_true (g_file_test (temp, G_FILE_TEST_EXISTS));
  g_assert_true (file_commit (writer, "meta", 0, NULL));
  file_assert_entry (f->store, "slow", "meta", body);
  /* And the lock is no more: the next meta can be written. */
  file_set_meta (f->store, "slow", "meta", "other");
  file_assert_entry (f->store, "slow", "other", body);
}

typedef void (*ChildFunc) (FileFixture *f);

/* FALSE: the child could not do it. */
static gboolean
run_child (FileFixture *f, ChildFunc func)
{
  pid_t child = fork ();
  int status = -1;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      func (f);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_true (WEXITSTATUS (status) == 0 || WEXITSTATUS (status) == 77);
  return WEXITSTATUS (status) == 0;
}

/* Bodies in pieces until one does not fit; the pieces before can be read, the entry before is
 * there, and no half-made file. */
static void
fill_until_full (FileFixture *f, TernCacheStore *store)
{
  g_autoptr (GBytes) old = file_make_body (10, 1);
  g_autoptr (GBytes) body = file_make_body (3000000, 1);
  g_autoptr (TernCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *buffer = g_malloc (3000000);
  gsize at = 0;
  gssize n;

  file_store_entry (store, "key", "old", old);
  writer = file_create (store, "key", "meta");
  while (at < 3000000 && file_write (writer, body, at, 30000, &error))
    at += 30000;
  g_assert_cmpuint (at, <, 3000000);
  g_assert_nonnull (error);
  g_assert_cmpuint (error->domain, ==, G_IO_ERROR);
  file_assert_no_temp (f);
  for (gsize done = 0; done < at; done += n)
    {
      n = TERN_CACHE_WRITER_GET_IFACE (writer)->read (writer, done, buffer, at - done, NULL);
      g_assert_cmpint (n, >, 0);
      g_assert_cmpmem (buffer, n, (const guint8 *)g_bytes_get_data (body, NULL) + done, n);
    }
  g_assert_false (file_commit (writer, "meta", 0, NULL));
  g_clear_object (&writer);
  file_assert_entry (store, "key", "old", old);
  g_clear_error (&error);
  g_assert_false (tern_cache_store_set (store, "other", body, 0, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  file_assert_no_temp (f);
  file_assert_no_entry (store, "other");
  g_assert_cmpuint (file_verify (store), ==, 0);
}

/* The signal that comes with the limit would end the process. */
static void
with_file_limit (FileFixture *f)
{
  const struct rlimit limit = { 1000000, 1000000 };

  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  fill_until_full (f, f->store);
}

static void
test_file_limit (FileFixture *f, gconstpointer options)
{
  g_assert_true (run_child (f, with_file_limit));
}

/* In a mount namespace of its own, so that nothing is left whatever happens. */
static void
on_small_disk (FileFixture *f)
{
  g_autofree char *small = g_strnfill (3000, 's');
  g_autoptr (GBytes) value = g_bytes_new_static (small, 3000);
  g_autoptr (TernCacheStore) store = NULL;
  guint n_kept = 0;
  guint64 n;

  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("none", f->folder, "tmpfs", MS_NOSUID, "size=1m,mode=700") != 0)
    _exit (77);
  store = file_store_open (f->folder, "max-size=64M");
  fill_until_full (f, store);
  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);
      g_autoptr (GError) error = NULL;

      if (tern_cache_store_set (store, key, value, 0, &error))
        n_kept++;
      else
        g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
    }
  g_assert_cmpuint (n_kept, >, 100);
  g_assert_cmpuint (n_kept, <, 400);
  file_assert_no_temp (f);
  g_assert_true (tern_cache_store_usage (store, &n, NULL, NULL));
  g_assert_cmpuint (n, ==, n_kept + 1);
  g_assert_cmpuint (file_verify (store), ==, 0);
  /* What is there can be given a new meta, for its room was taken before. */
  file_set_meta (store, "key", "old", "new");
  g_assert_true (tern_cache_store_clear (store, NULL));
  g_assert_true (tern_cache_store_set (store, "key", value, 0, NULL));
}

static void
test_full_disk (FileFixture *f, gconstpointer options)
{
  if (!run_child (f, on_small_disk))
    g_test_skip ("no tmpfs can be mounted here");
}

#define ADD(path, options, func)                                                                   \
  g_test_add ("/cache-file/room/" path, FileFixture, options, file_set_up, func, file_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("count", "max-entries=100", test_count);
  ADD ("future", "max-entries=100", test_future);
  ADD ("size-with-threads", "max-size=4M", test_size_with_threads);
  ADD ("short-lives", "max-size=1M", test_short_lives);
  ADD ("entry-limit", "max-entry-size=300000", test_entry_limit);
  ADD ("slow-writer", "max-size=1M", test_slow_writer);
  ADD ("file-limit", "max-size=64M", test_file_limit);
  ADD ("full-disk", "", test_full_disk);
  return g_test_run ();
}
