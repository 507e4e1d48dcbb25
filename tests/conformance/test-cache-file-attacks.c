/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cache in files against damaged records and planted files: a miss, never a wrong value, a
 * hang or a write to somewhere else. */
#include <sys/wait.h>

#include "file-entries.h"

static const char value[] = "a value, of which nobody wants to see but all or nothing";

static void
read_file (const char *path, char **data, gsize *len)
{
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, data, len, &error);
  g_assert_no_error (error);
}

/* A miss, and the damaged file is gone. */
static void
assert_damaged (FileFixture *f, const char *path, const void *data, gsize len)
{
  file_put (path, data, len);
  g_assert_false (file_has (f->store, "key"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_every_length (FileFixture *f, gconstpointer options)
{
  g_autofree char *path = file_path (f, "key");
  g_autofree char *record = NULL;
  g_autofree char *longer = NULL;
  gsize len;

  file_set (f->store, "key", value, sizeof value, 0);
  read_file (path, &record, &len);
  for (gsize i = 0; i < len; i++)
    assert_damaged (f, path, record, i);
  longer = g_malloc0 (len + 100);
  memcpy (longer, record, len);
  for (gsize i = len + 1; i <= len + 100; i++)
    assert_damaged (f, path, longer, i);
  file_put (path, record, len);
  g_assert_true (file_has (f->store, "key"));
}

/* The second of the two areas for the meta, as long as no meta was ever replaced, and when the
 * record was last used: damage there hurts nothing. The areas lie behind the head and the key. */
static gboolean
is_spare (gsize at)
{
  const gsize spare = 64 + strlen ("key") + 32;

  return (at >= FILE_USED_AT && at < FILE_USED_AT + 8) || (at >= spare && at < spare + 32);
}

static void
test_every_bit (FileFixture *f, gconstpointer options)
{
  g_autofree char *path = file_path (f, "key");
  g_autofree char *record = NULL;
  gsize len;

  file_set (f->store, "key", value, sizeof value, 4000000000);
  read_file (path, &record, &len);
  for (gsize bit = 0; bit < len * 8; bit++)
    {
      record[bit / 8] ^= 1 << bit % 8;
      if (is_spare (bit / 8))
        {
          g_autoptr (GBytes) kept = NULL;

          file_put (path, record, len);
          kept = file_get (f->store, "key");
          g_assert_cmpmem (g_bytes_get_data (kept, NULL), g_bytes_get_size (kept), value,
                           sizeof value);
        }
      else
        assert_damaged (f, path, record, len);
      record[bit / 8] ^= 1 << bit % 8;
    }
  file_put (path, record, len);
  g_assert_true (file_has (f->store, "key"));
}

/* A hole of zeros where the data was not written before the power went. */
static void
test_zeros (FileFixture *f, gconstpointer options)
{
  g_autofree char *path = file_path (f, "key");
  g_autofree char *record = NULL;
  g_autofree char *large = g_strnfill (20000, 'x');
  gsize len;

  file_set (f->store, "key", large, 20000, 0);
  read_file (path, &record, &len);
  memset (record + 4096, 0, len - 4096);
  assert_damaged (f, path, record, len);
  memset (record, 0, len);
  assert_damaged (f, path, record, len);
}

static void
test_other_key (FileFixture *f, gconstpointer options)
{
  g_autofree char *path = file_path (f, "key");
  g_autofree char *other = file_path (f, "yek");

  file_set (f->store, "yek", value, sizeof value, 0);
  g_assert_cmpint (rename (other, path), ==, 0);
  g_assert_false (file_has (f->store, "key"));
}

static void
test_sparse (FileFixture *f, gconstpointer options)
{
  g_autofree char *path = file_path (f, "key");

  file_put (path, "", 0);
  if (truncate (path, G_GINT64_CONSTANT (1) << 38) != 0)
    {
      g_test_skip ("no sparse files here");
      return;
    }
  g_assert_false (file_has (f->store, "key"));
}

static void
test_links (FileFixture *f, gconstpointer options)
{
  g_autofree char *path = file_path (f, "key");
  g_autofree char *target = g_build_filename (f->top, "target", NULL);
  g_autofree char *contents = NULL;
  struct stat info;
  gsize len;

  file_set (f->store, "key", value, sizeof value, 0);
  g_assert_cmpint (rename (path, target), ==, 0);
  g_assert_cmpint (symlink (target, path), ==, 0);
  read_file (target, &contents, &len);
  /* A good record, but behind a link. */
  g_assert_false (file_has (f->store, "key"));
  file_set (f->store, "key", "other", 5, 0);
  g_assert_cmpint (lstat (path, &info), ==, 0);
  g_assert_true (S_ISREG (info.st_mode));
  g_assert_true (file_has (f->store, "key"));
  g_clear_pointer (&contents, g_free);
  read_file (target, &contents, &len);
  g_assert_cmpmem (contents + len - 8 - sizeof value, sizeof value, value, sizeof value);
}

static void
test_fifo (FileFixture *f, gconstpointer options)
{
  g_autofree char *path = file_path (f, "key");

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_false (file_has (f->store, "key"));
  file_set (f->store, "key", value, sizeof value, 0);
  g_assert_true (file_has (f->store, "key"));
}

static void
test_directory (FileFixture *f, gconstpointer options)
{
  g_autofree char *path = file_path (f, "key");
  g_autoptr (GBytes) bytes = g_bytes_new_static (value, sizeof value);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkdir (path, 0700), ==, 0);
  g_assert_false (file_has (f->store, "key"));
  g_assert_false (tern_cache_store_set (f->store, "key", bytes, 0, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_clear_error (&error);
  g_assert_false (tern_cache_store_delete (f->store, "key", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  file_set (f->store, "other", value, sizeof value, 0);
  g_assert_true (file_has (f->store, "other"));
}

/* The same with entries: nothing is read, changed or written through what somebody planted. */
static void
test_planted (FileFixture *f, gconstpointer options)
{
  g_autofree char *path = file_path (f, "key");
  g_autofree char *target = g_build_filename (f->top, "target", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GBytes) body = file_make_body (300000, 1);
  gsize before_len, after_len;

  file_store_entry (f->store, "key", "meta", body);
  g_assert_cmpint (rename (path, target), ==, 0);
  read_file (target, &before, &before_len);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (TernCacheWriter) writer = file_create (f->store, "key", "new");
      g_autoptr (GError) error = NULL;

      if (i == 0)
        g_assert_cmpint (symlink (target, path), ==, 0);
      else
        g_assert_cmpint (i == 1 ? mkfifo (path, 0600) : mkdir (path, 0700), ==, 0);
      file_assert_no_entry (f->store, "key");
      file_set_meta (f->store, "key", "meta", "other");
      g_assert_cmpuint (file_verify (f->store), ==, 0);
      g_assert_true (file_write (writer, body, 0, 300000, NULL));
      /* A folder is in the way for good. */
      g_assert_cmpint (file_commit (writer, "new", 0, &error), ==, i < 2);
      file_assert_no_temp (f);
      if (i < 2)
        file_assert_entry (f->store, "key", "new", body);
      g_assert_cmpint (remove (path), ==, 0);
    }
  read_file (target, &after, &after_len);
  g_assert_cmpmem (before, before_len, after, after_len);
}

/* Somebody removes what is being written. */
static void
test_temp_taken_away (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) body = file_make_body (300000, 1);
  g_autoptr (TernCacheWriter) writer = file_create (f->store, "key", "meta");
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_assert_true (file_write (writer, body, 0, 300000, NULL));
  dir = g_dir_open (f->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->folder, name, NULL);

      g_assert_cmpint (unlink (path), ==, 0);
    }
  g_assert_false (file_commit (writer, "meta", 0, &error));
  g_assert_nonnull (error);
  file_assert_no_entry (f->store, "key");
}

/* The folder is taken away under the store. */
static void
test_gone (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (value, sizeof value);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (rmdir (f->folder), ==, 0);
  g_assert_false (file_has (f->store, "key"));
  g_assert_false (tern_cache_store_set (f->store, "key", bytes, 0, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_assert_true (tern_cache_store_delete (f->store, "key", NULL));
}

static void
assert_refused (const char *folder)
{
  g_autofree char *uri = g_strconcat ("file://", folder, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (tern_cache_store_open (uri, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_assert_nonnull (strstr (error->message, folder));
}

static void
test_folders (FileFixture *f, gconstpointer options)
{
  g_autofree char *link = g_build_filename (f->top, "link", NULL);
  g_autofree char *file = g_build_filename (f->top, "file", NULL);
  g_autofree char *below_file = g_build_filename (file, "folder", NULL);
  g_autofree char *loop = g_build_filename (f->top, "loop", NULL);
  g_autoptr (TernCacheStore) shared = NULL;

  g_assert_cmpint (symlink (f->folder, link), ==, 0);
  assert_refused (link);
  file_put (file, "", 0);
  assert_refused (file);
  assert_refused (below_file);
  g_assert_cmpint (symlink (loop, loop), ==, 0);
  assert_refused (loop);
  /* Others could plant answers of any server; with a mode that shares, that is what was asked
   * for. */
  g_assert_cmpint (chmod (f->folder, 0777), ==, 0);
  assert_refused (f->folder);
  shared = file_store_open (f->folder, "mode=666");
  g_assert_nonnull (shared);
  g_assert_cmpint (chmod (f->folder, 0700), ==, 0);
}

/* As a user who is not root, for root may write anywhere. */
static void
test_unwritable (FileFixture *f, gconstpointer options)
{
  int status = -1;
  pid_t child;

  if (geteuid () != 0)
    {
      g_assert_cmpint (chmod (f->folder, 0500), ==, 0);
      assert_refused (f->folder);
      g_assert_cmpint (chmod (f->folder, 0700), ==, 0);
      return;
    }
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      g_autofree char *uri = g_strconcat ("file://", f->folder, "?mode=644", NULL);
      g_autoptr (GError) error = NULL;
      TernCacheStore *store;

      if (chmod (f->top, 0755) != 0 || chmod (f->folder, 0755) != 0 || seteuid (65534) != 0)
        _exit (2);
      store = tern_cache_store_open (uri, &error);
      _exit (store == NULL && g_error_matches (error, TERN_ERROR, TERN_ERROR_CACHE) ? 0 : 1);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

static void
test_somebody_elses (FileFixture *f, gconstpointer options)
{
  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a folder away");
      return;
    }
  g_assert_cmpint (chown (f->folder, 65534, -1), ==, 0);
  assert_refused (f->folder);
  g_assert_cmpint (chown (f->folder, 0, -1), ==, 0);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/cache-file/" path, FileFixture, "", file_set_up, func, file_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("every-length", test_every_length);
  ADD ("every-bit", test_every_bit);
  ADD ("zeros", test_zeros);
  ADD ("other-key", test_other_key);
  ADD ("sparse", test_sparse);
  ADD ("links", test_links);
  ADD ("fifo", test_fifo);
  ADD ("directory", test_directory);
  ADD ("planted", test_planted);
  ADD ("temp-taken-away", test_temp_taken_away);
  ADD ("gone", test_gone);
  ADD ("folders", test_folders);
  ADD ("unwritable", test_unwritable);
  ADD ("somebody-elses", test_somebody_elses);
  return g_test_run ();
}
