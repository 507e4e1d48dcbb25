/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A meta is replaced through the file that was opened before, where that is still the entry; and
 * never in a file that nobody finds any more. */
#include "file-entries.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void
assert_meta (TernCacheStore *store, const char *meta)
{
  g_auto (FileParts) parts = { NULL };

  g_assert_true (file_open (store, "key", &parts));
  g_assert_true (file_is_text (parts.meta, meta));
}

/* Somebody else replaces the entry by one with the very same meta. */
static void
test_replaced (FileFixture *f, gconstpointer options)
{
  g_autoptr (TernCacheStore) other = file_store_open (f->folder, options);
  g_autoptr (GBytes) first = file_make_body (100, 1);
  g_autoptr (GBytes) second = file_make_body (100, 2);

  file_store_entry (f->store, "key", "old", first);
  assert_meta (f->store, "old");
  file_store_entry (other, "key", "old", second);
  file_set_meta (f->store, "key", "old", "new");
  file_assert_entry (other, "key", "new", second);
  file_assert_entry (f->store, "key", "new", second);
}

static void
test_removed (FileFixture *f, gconstpointer options)
{
  g_autoptr (TernCacheStore) other = file_store_open (f->folder, options);
  g_autoptr (GBytes) body = file_make_body (100, 1);
  g_autoptr (GError) error = NULL;

  file_store_entry (f->store, "key", "old", body);
  assert_meta (f->store, "old");
  g_assert_true (tern_cache_store_delete (other, "key", &error));
  g_assert_no_error (error);
  file_set_meta (f->store, "key", "old", "new");
  file_assert_no_entry (f->store, "key");
}

/* What was read when it was opened says nothing about what is there by now. */
static void
test_changed (FileFixture *f, gconstpointer options)
{
  g_autoptr (TernCacheStore) other = file_store_open (f->folder, options);
  g_autoptr (GBytes) body = file_make_body (100, 1);

  file_store_entry (f->store, "key", "old", body);
  assert_meta (f->store, "old");
  file_set_meta (other, "key", "old", "theirs");
  file_set_meta (f->store, "key", "old", "ours");
  file_assert_entry (f->store, "key", "theirs", body);
  file_set_meta (f->store, "key", "theirs", "ours");
  file_assert_entry (other, "key", "ours", body);
}

static void
test_damaged (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) body = file_make_body (100, 1);
  g_autofree char *path = file_path (f, "key");

  file_store_entry (f->store, "key", "old", body);
  assert_meta (f->store, "old");
  g_assert_cmpint (truncate (path, 70), ==, 0);
  file_set_meta (f->store, "key", "old", "new");
  file_assert_no_entry (f->store, "key");
}

/* A child has its parent's descriptors, and with them the locks; it does not rely on them. */
static void
test_fork (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) body = file_make_body (100, 1);
  int status;
  pid_t child;

  file_store_entry (f->store, "key", "old", body);
  assert_meta (f->store, "old");
  child = fork ();
  if (child == 0)
    {
      file_set_meta (f->store, "key", "old", "the child's");
      /* Only the parent needs it, so that here it would count as lost. */
      g_clear_pointer (&body, g_bytes_unref);
      _exit (0);
    }
  g_assert_cmpint (child, >, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  file_set_meta (f->store, "key", "the child's", "the parent's");
  file_assert_entry (f->store, "key", "the parent's", body);
}

static guint
count_descriptors (void)
{
  DIR *dir = opendir ("/proc/self/fd");
  guint n = 0;

  if (dir == NULL)
    return 0;
  while (readdir (dir) != NULL)
    n++;
  closedir (dir);
  return n;
}

static void
test_bounded (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) body = file_make_body (100, 1);
  const guint before = count_descriptors ();

  if (before == 0)
    {
      g_test_skip ("descriptors cannot be counted here");
      return;
    }
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      file_store_entry (f->store, key, "meta", body);
      file_assert_entry (f->store, key, "meta", body);
    }
  g_assert_cmpuint (count_descriptors (), <=, before + 16);
  g_clear_object (&f->store);
  g_assert_cmpuint (count_descriptors (), <, before);
}

/* Of many stores none may take the descriptors that the program needs. */
static void
test_many_stores (FileFixture *f, gconstpointer options)
{
  g_autoptr (GPtrArray) stores = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GBytes) body = file_make_body (100, 1);
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = 256;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  for (guint i = 0; i < 40; i++)
    {
      TernCacheStore *store = file_store_open (f->folder, options);

      g_ptr_array_add (stores, store);
      for (guint n = 0; n < 60; n++)
        {
          g_autofree char *key = g_strdup_printf ("key %u", n);

          if (i == 0)
            file_store_entry (store, key, "meta", body);
          file_assert_entry (store, key, "meta", body);
        }
    }
}

#define ADD(path, func)                                                                            \
  g_test_add ("/cache-file/recent/" path, FileFixture, "max-size=16M", file_set_up, func,          \
              file_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("replaced", test_replaced);
  ADD ("removed", test_removed);
  ADD ("changed", test_changed);
  ADD ("damaged", test_damaged);
  ADD ("fork", test_fork);
  ADD ("bounded", test_bounded);
  ADD ("many-stores", test_many_stores);
  return g_test_run ();
}
