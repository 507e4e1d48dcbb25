/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cache in a GDBM database against damaged files and planted ones: a miss or a clear error,
 * never a wrong value, a signal or a write to somewhere else. */
#include <sched.h>
#include <sys/mount.h>

#include "gdbm-store.h"

#define N_KEYS 40

/* Letters and lengths that tell the key. */
static void
set_number (TernCacheStore *store, guint number)
{
  g_autofree char *key = g_strdup_printf ("key %u", number);

  gdbm_set_letters (store, key, 'a' + number % 26, 100 + 300 * number);
}

/* Whether it is there; and then it is right. */
static gboolean
check_number (TernCacheStore *store, guint number)
{
  g_autofree char *key = g_strdup_printf ("key %u", number);
  g_autoptr (GBytes) value = gdbm_get (store, key);
  const char *letters;

  if (value == NULL)
    return FALSE;
  letters = g_bytes_get_data (value, NULL);
  g_assert_cmpuint (g_bytes_get_size (value), ==, 100 + 300 * number);
  g_assert_cmpint (letters[0], ==, 'a' + number % 26);
  g_assert_true (gdbm_is_of_one_letter (value));
  return TRUE;
}

/* A database with some values, and with holes of others that were there. */
static void
make_database (GdbmFixture *f, char **data, gsize *len)
{
  for (guint i = 0; i < N_KEYS; i++)
    set_number (f->store, i);
  for (guint i = 0; i < N_KEYS; i += 5)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      gdbm_delete (f->store, key);
    }
  gdbm_read_file (f->path, data, len);
}

/* Free space that is none may swallow a value or two before it is used up, or found out. */
static void
assert_keeps (TernCacheStore *store, guint number)
{
  for (guint i = 0; i < 20; i++)
    {
      set_number (store, number);
      if (check_number (store, number))
        return;
    }
  g_assert_not_reached ();
}

/* All that happens to a damaged file: what is read is right or missing, and new values are kept.
 * The disk is not filled up either. */
static void
assert_survives (GdbmFixture *f, const char *data, gsize len)
{
  unlink (f->old);
  gdbm_put_file (f->path, data, len);
  for (guint i = 0; i < N_KEYS; i += 7)
    check_number (f->store, i);
  assert_keeps (f->store, 3);
  gdbm_delete (f->store, "key 4");
  g_assert_false (check_number (f->store, 4));
  for (guint i = 20; i < N_KEYS; i += 7)
    assert_keeps (f->store, i);
  g_assert_cmpint (gdbm_file_size (f->path), <, 4 << 20);
}

/* Sanitizers and memcheck take many times as long. */
static guint
count_rounds (guint rounds)
{
  return tern_test_measures_memory () ? rounds : rounds / 10 + 1;
}

static void
test_header_bits (GdbmFixture *f, gconstpointer options)
{
  g_autofree char *data = NULL;
  guint step = tern_test_measures_memory () ? 1 : 7;
  gsize len;

  make_database (f, &data, &len);
  for (guint bit = 0; bit < 64 * 8; bit += step)
    {
      data[bit / 8] ^= 1 << bit % 8;
      assert_survives (f, data, len);
      data[bit / 8] ^= 1 << bit % 8;
    }
}

/* Wherever there is something else than zeros. */
static void
test_bits (GdbmFixture *f, gconstpointer options)
{
  g_autofree char *data = NULL;
  guint rounds = count_rounds (600);
  gsize len;

  make_database (f, &data, &len);
  for (guint i = 0; i < rounds; i++)
    {
      gsize at = g_test_rand_int_range (0, len);
      char flip = 1 << g_test_rand_int_range (0, 8);

      while (data[at] == 0 || g_ascii_islower (data[at]))
        at = (at + 1) % len;
      data[at] ^= flip;
      assert_survives (f, data, len);
      data[at] ^= flip;
    }
}

/* Words of all kinds in all the tables: numbers and addresses of libgdbm's. */
static void
test_words (GdbmFixture *f, gconstpointer options)
{
  static const gint32 words[] = { 0, 1, -1, 6, 7, 255, 8192, 65535, G_MAXINT32, G_MININT32 };
  g_autofree char *data = NULL;
  guint rounds = count_rounds (300);
  gsize len;

  make_database (f, &data, &len);
  for (guint i = 0; i < rounds; i++)
    {
      gsize block = g_test_rand_int_range (0, 4);
      gsize at = block * 8192 + 4 * g_test_rand_int_range (0, i % 2 ? 48 : 2048);
      gint32 word = words[g_test_rand_int_range (0, G_N_ELEMENTS (words))], saved;

      memcpy (&saved, data + at, sizeof saved);
      memcpy (data + at, &word, sizeof word);
      assert_survives (f, data, len);
      memcpy (data + at, &saved, sizeof saved);
    }
}

static void
test_cut (GdbmFixture *f, gconstpointer options)
{
  g_autofree char *data = NULL;
  g_autofree char *longer = NULL;
  gsize len;

  make_database (f, &data, &len);
  for (gsize cut = 0; cut < len; cut += 4096)
    {
      assert_survives (f, data, cut);
      assert_survives (f, data, cut + 3);
      assert_survives (f, data, MIN (cut + 4095, len));
    }
  longer = g_malloc0 (len + 8192);
  memcpy (longer, data, len);
  assert_survives (f, longer, len + 1);
  assert_survives (f, longer, len + 8192);
}

/* Holes of zeros where data was not written before the power went. */
static void
test_zeros (GdbmFixture *f, gconstpointer options)
{
  g_autofree char *data = NULL;
  gsize len;

  make_database (f, &data, &len);
  for (gsize at = 0; at < len; at += 4096)
    {
      g_autofree char *holed = g_memdup2 (data, len);

      memset (holed + at, 0, MIN (4096, len - at));
      assert_survives (f, holed, len);
      memset (holed + at, 0, len - at);
      assert_survives (f, holed, len);
    }
}

/* A value that is whole but of another time: the place of one is taken by another's bytes. */
static void
test_mixed (GdbmFixture *f, gconstpointer options)
{
  g_autofree char *data = NULL;
  gsize len;

  make_database (f, &data, &len);
  for (gsize at = 4096; at < len; at += 4096)
    for (gsize from = 4096; from < len; from += len / 5)
      {
        g_autofree char *mixed = g_memdup2 (data, len);

        memcpy (mixed + at, data + from, MIN (4096, len - MAX (at, from)));
        assert_survives (f, mixed, len);
      }
}

static void
test_old_damaged (GdbmFixture *f, gconstpointer options)
{
  g_autofree char *data = NULL;
  guint rounds = count_rounds (300);
  gsize len;

  make_database (f, &data, &len);
  for (guint i = 0; i < rounds; i++)
    {
      gsize at = g_test_rand_int_range (0, MIN (len, 40000));

      data[at] ^= 0x55;
      gdbm_put_file (f->old, data, i % 3 ? len : at);
      gdbm_put_file (f->path, "", 0);
      for (guint j = 0; j < N_KEYS; j += 3)
        check_number (f->store, j);
      gdbm_delete (f->store, "key 6");
      g_assert_false (check_number (f->store, 6));
      set_number (f->store, 7);
      g_assert_true (check_number (f->store, 7));
      data[at] ^= 0x55;
    }
}

/* The file is cut off while it is in use, again and again. */
static gpointer
cut_again (gpointer data)
{
  GdbmFixture *f = data;

  for (guint i = 0; i < 300; i++)
    {
      if (truncate (f->path, g_random_int_range (0, 100000)) != 0)
        return NULL;
      g_usleep (g_random_int_range (0, 1000));
    }
  return NULL;
}

static void
test_cut_in_use (GdbmFixture *f, gconstpointer options)
{
  GThread *thread = g_thread_new ("cutter", cut_again, f);

  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i % N_KEYS);
      g_autofree char *letters = g_strnfill (100 + 300 * (i % N_KEYS), 'a' + i % N_KEYS % 26);

      gdbm_try_set (f->store, key, letters, strlen (letters), 0, NULL);
      check_number (f->store, i * 3 % N_KEYS);
    }
  g_thread_join (thread);
  set_number (f->store, 1);
  g_assert_true (check_number (f->store, 1));
}

static void
assert_refused (const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gdbm_store_try (path, "", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_assert_nonnull (strstr (error->message, path));
}

/* Refused when the store is opened; and where one takes the place of the file later, it stays as
 * it is, and there is no value. */
static void
assert_left_alone (GdbmFixture *f, const char *path, const char *data, gsize len)
{
  g_autofree char *after = NULL;
  gsize after_len;

  gdbm_put_file (path, data, len);
  assert_refused (f->path);
  g_assert_false (gdbm_has (f->store, "key"));
  gdbm_try_set (f->store, "key", "value", 5, 0, NULL);
  tern_cache_store_delete (f->store, "key", NULL);
  gdbm_read_file (path, &after, &after_len);
  g_assert_cmpmem (after, after_len, data, len);
}

/* What libgdbm 1.23 writes for other programs begins like this, with blocks of another size. */
static void
test_foreign (GdbmFixture *f, gconstpointer options)
{
  static const guint32 magics[] = { 0x13579acf, 0x13579ad1, 0xcf9a5713, 0x13579acd, 0x13579ace };
  static const char text[] = "# my notes\n";
  g_autofree char *data = g_malloc0 (16384);

  assert_left_alone (f, f->path, text, strlen (text));
  assert_left_alone (f, f->path, "x", 1);
  for (guint i = 0; i < G_N_ELEMENTS (magics); i++)
    {
      const guint32 head[] = { magics[i], 4096, 4096, 0, 4096, 9, 4096, 165, 16384, 0, 245 };

      memset (data, 0, 16384);
      memcpy (data, head, sizeof head);
      assert_left_alone (f, f->path, data, 16384);
    }
  gdbm_put_file (f->path, "", 0);
  gdbm_put_file (f->old, text, strlen (text));
  assert_refused (f->path);
}

static void
test_links (GdbmFixture *f, gconstpointer options)
{
  g_autofree char *target = g_build_filename (f->top, "target", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize before_len, after_len;

  gdbm_set (f->store, "key", "value", 5, 0);
  g_assert_cmpint (rename (f->path, target), ==, 0);
  g_assert_cmpint (symlink (target, f->path), ==, 0);
  gdbm_read_file (target, &before, &before_len);
  /* A good database, but behind a link. */
  assert_refused (f->path);
  g_assert_false (gdbm_has (f->store, "key"));
  g_assert_false (gdbm_try_set (f->store, "key", "other", 5, 0, NULL));
  gdbm_read_file (target, &after, &after_len);
  g_assert_cmpmem (after, after_len, before, before_len);
  g_assert_cmpint (unlink (f->path), ==, 0);
  g_assert_cmpint (link (target, f->path), ==, 0);
  assert_refused (f->path);
  g_assert_cmpint (unlink (target), ==, 0);
  g_assert_true (gdbm_has (f->store, "key"));
}

static void
test_not_files (GdbmFixture *f, gconstpointer options)
{
  g_autofree char *below = g_build_filename (f->path, "cache.gdbm", NULL);
  g_autofree char *folder = g_strconcat (f->top, "/", NULL);

  assert_refused (below);
  assert_refused (folder);
  assert_refused ("/dev/null");
  g_assert_cmpint (unlink (f->path), ==, 0);
  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  assert_refused (f->path);
  g_assert_false (gdbm_has (f->store, "key"));
  g_assert_cmpint (unlink (f->path), ==, 0);
  g_assert_cmpint (mkdir (f->path, 0700), ==, 0);
  assert_refused (f->path);
  g_assert_false (gdbm_has (f->store, "key"));
  g_assert_false (gdbm_try_set (f->store, "key", "value", 5, 0, NULL));
  g_assert_cmpint (rmdir (f->path), ==, 0);
  g_assert_cmpint (mkdir (f->old, 0700), ==, 0);
  assert_refused (f->path);
  g_assert_cmpint (rmdir (f->old), ==, 0);
}

/* Others could plant answers of any server. */
static void
test_permissions (GdbmFixture *f, gconstpointer options)
{
  gdbm_set (f->store, "key", "value", 5, 0);
  g_assert_cmpint (chmod (f->path, 0622), ==, 0);
  assert_refused (f->path);
  g_assert_false (gdbm_has (f->store, "key"));
  g_assert_cmpint (chmod (f->path, 0600), ==, 0);
  g_assert_true (gdbm_has (f->store, "key"));
  if (geteuid () != 0)
    {
      g_assert_cmpint (chmod (f->path, 0400), ==, 0);
      assert_refused (f->path);
      return;
    }
  g_assert_cmpint (chown (f->path, 65534, -1), ==, 0);
  assert_refused (f->path);
  g_assert_false (gdbm_has (f->store, "key"));
}

/* As a user who is not root, for root may write anywhere. */
static void
test_unwritable_folder (GdbmFixture *f, gconstpointer options)
{
  g_autofree char *path = g_build_filename (f->top, "new.gdbm", NULL);
  g_autofree char *below = g_build_filename (f->top, "new", "new.gdbm", NULL);
  int status = -1;
  pid_t child;

  g_assert_cmpint (chmod (f->top, 0555), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      if (geteuid () == 0 && seteuid (65534) != 0)
        _exit (2);
      assert_refused (path);
      assert_refused (below);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpint (chmod (f->top, 0700), ==, 0);
}

/* A small file system of its own, where that is allowed. */
static void
test_full_disk (GdbmFixture *f, gconstpointer options)
{
  g_autofree char *disk = g_build_filename (f->top, "disk", NULL);
  g_autofree char *path = g_build_filename (disk, "cache.gdbm", NULL);
  g_autoptr (TernCacheStore) store = NULL;
  guint kept = 0;

  g_assert_cmpint (mkdir (disk, 0700), ==, 0);
  /* In a name space that ends with this process. */
  if (unshare (CLONE_NEWNS) != 0 || mount ("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0
      || mount ("tmpfs", disk, "tmpfs", 0, "size=400k,mode=0700") != 0)
    {
      g_test_skip ("no file system can be mounted here");
      return;
    }
  store = gdbm_store_open (path, "");
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i % N_KEYS);
      g_autofree char *letters = g_strnfill (100 + 300 * (i % N_KEYS), 'a' + i % N_KEYS % 26);

      kept += gdbm_try_set (store, key, letters, strlen (letters), 0, NULL);
      check_number (store, i * 3 % N_KEYS);
    }
  g_assert_cmpuint (kept, >, 50);
  set_number (store, 1);
  g_assert_true (check_number (store, 1));
  g_assert_cmpint (mount ("tmpfs", disk, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), ==, 0);
  assert_refused (path);
  g_assert_true (check_number (store, 1));
  g_assert_false (gdbm_try_set (store, "key", "value", 5, 0, NULL));
  g_clear_object (&store);
  g_assert_cmpint (umount (disk), ==, 0);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/cache-gdbm/damage/" path, GdbmFixture, "wait=30", gdbm_set_up, func, gdbm_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("header-bits", test_header_bits);
  ADD ("bits", test_bits);
  ADD ("words", test_words);
  ADD ("cut", test_cut);
  ADD ("zeros", test_zeros);
  ADD ("mixed", test_mixed);
  ADD ("old-damaged", test_old_damaged);
  ADD ("cut-in-use", test_cut_in_use);
  ADD ("foreign", test_foreign);
  ADD ("links", test_links);
  ADD ("not-files", test_not_files);
  ADD ("permissions", test_permissions);
  ADD ("unwritable-folder", test_unwritable_folder);
  ADD ("full-disk", test_full_disk);
  return g_test_run ();
}
