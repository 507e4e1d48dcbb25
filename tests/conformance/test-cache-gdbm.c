/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cache in a GDBM database promises beyond the contract: limits, what goes first, and
 * waiting that ends. */
#include <sys/resource.h>

#include "gdbm-store.h"

static void
test_options (void)
{
  const char *const bad[] = { "max-size=",    "max-size=0",       "max-size=511K", "max-size=-5M",
                              "max-size=5MB", "max-entry-size=x", "wait=",         "wait=-1",
                              "wait=1s",      "wait=61",          "wait=1.5.2",    "mode=600" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (gdbm_store_try ("/nonexistent/cache.gdbm", bad[i], &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
      g_assert_nonnull (strstr (error->message, bad[i]));
    }
}

/* Persistent: the next program finds what this one kept; and what others may not read. */
static void
test_persists (GdbmFixture *f, gconstpointer data)
{
  struct stat info;

  gdbm_set (f->store, "key", "value", 5, 0);
  g_clear_object (&f->store);
  f->store = gdbm_store_open (f->path, "wait=0.5&max-size=1M&max-entry-size=10K");
  g_assert_true (gdbm_has (f->store, "key"));
  g_assert_cmpint (stat (f->path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 07777, ==, 0600);
}

static void
fill (GdbmFixture *f, guint from, guint to, gsize size)
{
  for (guint i = from; i < to; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      gdbm_set_letters (f->store, key, 'a' + i % 26, size);
    }
}

static gboolean
has (GdbmFixture *f, guint number)
{
  g_autofree char *key = g_strdup_printf ("key %u", number);

  return gdbm_has (f->store, key);
}

static void
test_limit (GdbmFixture *f, gconstpointer data)
{
  for (guint i = 0; i < 60; i++)
    {
      fill (f, i * 20, i * 20 + 20, i % 2 ? 100 : 20000);
      g_assert_cmpint (gdbm_file_size (f->path) + gdbm_file_size (f->old), <=, 1024 * 1024);
      g_assert_true (has (f, i * 20 + 19));
    }
  g_assert_cmpint (gdbm_file_size (f->old), >, 256 * 1024);
  g_assert_false (has (f, 0));
}

/* The least recently written goes first; what is read is as good as written. */
static void
test_order (GdbmFixture *f, gconstpointer data)
{
  guint kept = 0;

  fill (f, 0, 2, 10000);
  for (guint i = 2; i < 400; i++)
    {
      fill (f, i, i + 1, 10000);
      g_assert_true (has (f, 0));
      if (i > 5)
        g_assert_true (has (f, i - 5));
    }
  g_assert_false (has (f, 1));
  for (guint i = 2; i < 400; i++)
    kept += has (f, i);
  g_assert_cmpuint (kept, >, 25);
  g_assert_cmpuint (kept, <, 110);
}

static void
make_old (GdbmFixture *f)
{
  struct stat before = { 0 }, after = { 0 };

  stat (f->old, &before);
  for (guint i = 0; i < 1000 && (after.st_ino == 0 || after.st_ino == before.st_ino); i++)
    {
      fill (f, 10000 + i, 10001 + i, 20000);
      stat (f->old, &after);
    }
  g_assert_cmpuint (after.st_ino, !=, 0);
}

/* What the older file has is neither seen nor brought back once the key has another value, or
 * none. */
static void
test_hides_old (GdbmFixture *f, gconstpointer data)
{
  g_autoptr (GBytes) value = NULL;
  g_autofree char *large = g_malloc0 (300 * 1024);

  gdbm_set_letters (f->store, "replaced", 'o', 100);
  gdbm_set_letters (f->store, "deleted", 'o', 100);
  gdbm_set_letters (f->store, "too large", 'o', 100);
  gdbm_set_letters (f->store, "past", 'o', 100);
  gdbm_set_letters (f->store, "kept", 'o', 100);
  make_old (f);
  gdbm_set_letters (f->store, "replaced", 'n', 100);
  gdbm_delete (f->store, "deleted");
  gdbm_set (f->store, "too large", large, 300 * 1024, 0);
  gdbm_set (f->store, "past", "x", 1, 1);
  value = gdbm_get (f->store, "replaced");
  g_assert_cmpmem (g_bytes_get_data (value, NULL), 1, "n", 1);
  g_assert_false (gdbm_has (f->store, "deleted"));
  g_assert_false (gdbm_has (f->store, "too large"));
  g_assert_false (gdbm_has (f->store, "past"));
  g_assert_true (gdbm_has (f->store, "kept"));
  make_old (f);
  g_assert_false (gdbm_has (f->store, "deleted"));
  g_assert_false (gdbm_has (f->store, "past"));
  g_assert_true (gdbm_has (f->store, "kept"));
  gdbm_set_letters (f->store, "deleted", 'n', 10);
  g_assert_true (gdbm_has (f->store, "deleted"));
}

/* The files may go while the store is in use; the older one alone is still good. */
static void
test_files_go (GdbmFixture *f, gconstpointer data)
{
  gdbm_set (f->store, "key", "value", 5, 0);
  g_assert_cmpint (unlink (f->path), ==, 0);
  g_assert_false (gdbm_has (f->store, "key"));
  gdbm_delete (f->store, "key");
  g_assert_cmpint (access (f->path, F_OK), !=, 0);
  gdbm_set (f->store, "key", "value", 5, 0);
  g_assert_true (gdbm_has (f->store, "key"));
  g_assert_cmpint (rename (f->path, f->old), ==, 0);
  g_assert_true (gdbm_has (f->store, "key"));
  gdbm_delete (f->store, "key");
  g_assert_false (gdbm_has (f->store, "key"));
}

static void
test_expired (GdbmFixture *f, gconstpointer data)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  gdbm_set (f->store, "key", "value", 5, now + 1);
  gdbm_set (f->store, "other", "value", 5, now + 1000);
  g_usleep (2100 * 1000);
  g_assert_false (gdbm_has (f->store, "key"));
  g_assert_false (gdbm_has (f->store, "key"));
  g_assert_true (gdbm_has (f->store, "other"));
}

static void
test_entry_limit (GdbmFixture *f, gconstpointer data)
{
  fill (f, 0, 1, 20000);
  g_assert_true (has (f, 0));
  fill (f, 0, 1, 40000);
  g_assert_false (has (f, 0));
}

static int
hold (const char *path, int operation)
{
  int fd = open (path, O_RDWR | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (flock (fd, operation), ==, 0);
  return fd;
}

/* Somebody has the lock and keeps it: misses, after a wait that ends and is not repeated. */
static void
test_locked (GdbmFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernCacheStore) second = NULL;
  gint64 start;
  int fd;

  gdbm_set (f->store, "key", "value", 5, 0);
  fd = hold (f->path, LOCK_EX);
  start = g_get_monotonic_time ();
  g_assert_false (gdbm_has (f->store, "key"));
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 300 * 1000);
  for (guint i = 0; i < 1000; i++)
    g_assert_false (gdbm_has (f->store, "key"));
  g_assert_false (gdbm_try_set (f->store, "key", "other", 5, 0, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_clear_error (&error);
  g_assert_false (tern_cache_store_delete (f->store, "key", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  /* A thousand waits would have been five minutes. */
  g_assert_cmpint (g_get_monotonic_time () - start, <, 100 * G_USEC_PER_SEC);
  second = gdbm_store_open (f->path, "wait=0.01");
  close (fd);
  g_assert_true (gdbm_has (f->store, "key"));
  g_assert_true (gdbm_has (second, "key"));
}

/* Readers do not keep each other out. */
static void
test_shared (GdbmFixture *f, gconstpointer data)
{
  int fd;

  gdbm_set (f->store, "key", "value", 5, 0);
  fd = hold (f->path, LOCK_SH);
  g_assert_true (gdbm_has (f->store, "key"));
  g_assert_false (gdbm_try_set (f->store, "key", "other", 5, 0, NULL));
  close (fd);
}

static gpointer
release_later (gpointer fd)
{
  g_usleep (200 * 1000);
  close (GPOINTER_TO_INT (fd));
  return NULL;
}

/* Who gets the lock in time is served. */
static void
test_waits (GdbmFixture *f, gconstpointer data)
{
  g_autoptr (TernCacheStore) store = gdbm_store_open (f->path, "wait=60");
  GThread *thread;

  gdbm_set (store, "key", "value", 5, 0);
  thread = g_thread_new ("holder", release_later, GINT_TO_POINTER (hold (f->path, LOCK_EX)));
  g_assert_true (gdbm_has (store, "key"));
  g_thread_join (thread);
  thread = g_thread_new ("holder", release_later, GINT_TO_POINTER (hold (f->path, LOCK_EX)));
  gdbm_set (store, "key", "other", 5, 0);
  g_thread_join (thread);
}

static void
use_two (guint number, gpointer data)
{
  TernCacheStore **stores = data;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i % 7);

      if ((i + number) % 3 == 0)
        gdbm_set_letters (stores[number % 2], key, 'a' + number, 10 * i);
      else
        {
          g_autoptr (GBytes) value = gdbm_get (stores[number % 2], key);

          g_assert_true (value == NULL || gdbm_is_of_one_letter (value));
        }
    }
}

/* Two stores of one process on one file, the second by another name of the folder. */
static void
test_two_stores (GdbmFixture *f, gconstpointer data)
{
  g_autofree char *link = g_strconcat (f->top, "-link", NULL);
  g_autofree char *path = g_build_filename (link, "a cache.gdbm", NULL);
  TernCacheStore *stores[2];

  g_assert_cmpint (symlink (f->top, link), ==, 0);
  stores[0] = gdbm_store_open (f->path, "wait=60");
  stores[1] = gdbm_store_open (path, "wait=60");
  tern_test_run_threads (4, use_two, stores);
  g_object_unref (stores[0]);
  g_object_unref (stores[1]);
  g_assert_cmpint (unlink (link), ==, 0);
}

/* Writing past the limit of the process would be a signal. */
static void
test_file_size_limit (GdbmFixture *f, gconstpointer data)
{
  int status = -1;
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      struct rlimit limit = { 300 * 1024, 300 * 1024 };
      gboolean fine = setrlimit (RLIMIT_FSIZE, &limit) == 0;

      for (guint i = 0; i < 100 && fine; i++)
        {
          g_autofree char *key = g_strdup_printf ("key %u", i);

          gdbm_set_letters (f->store, key, 'x', 10000);
          fine = gdbm_has (f->store, key);
        }
      limit.rlim_cur = 1000;
      fine = fine && setrlimit (RLIMIT_FSIZE, &limit) == 0
             && !gdbm_try_set (f->store, "key", "value", 5, 0, NULL);
      _exit (fine ? 0 : 1);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

static void
test_descriptors (GdbmFixture *f, gconstpointer data)
{
  guint before = tern_test_count_fds ();

  fill (f, 0, 100, 20000);
  for (guint i = 0; i < 100; i++)
    has (f, i);
  g_assert_cmpuint (tern_test_count_fds (), ==, before);
  g_clear_object (&f->store);
  g_assert_cmpuint (tern_test_count_fds (), ==, before - 1);
}

#define ADD(path, options, func)                                                                   \
  g_test_add ("/cache-gdbm/" path, GdbmFixture, options, gdbm_set_up, func, gdbm_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-gdbm/options", test_options);
  ADD ("persists", "", test_persists);
  ADD ("limit", "max-size=1M", test_limit);
  ADD ("order", "max-size=1M", test_order);
  ADD ("hides-old", "max-size=1M", test_hides_old);
  ADD ("files-go", "", test_files_go);
  ADD ("expired", "", test_expired);
  ADD ("entry-limit", "max-entry-size=30000", test_entry_limit);
  ADD ("locked", "wait=0.3", test_locked);
  ADD ("shared", "wait=0.1", test_shared);
  ADD ("waits", "", test_waits);
  ADD ("two-stores", "", test_two_stores);
  ADD ("file-size-limit", "", test_file_size_limit);
  ADD ("descriptors", "max-size=1M", test_descriptors);
  return g_test_run ();
}
