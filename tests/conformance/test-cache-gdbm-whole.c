/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cache in a GDBM database says of all that it holds: over both of its files, and where
 * they are damaged. */
#include "gdbm-store.h"

#define N_KEYS 30

static gboolean
note_key (const char *key, guint64 size, gint64 keep_until, gpointer data)
{
  g_assert_true (g_hash_table_insert (data, g_strdup (key), GUINT_TO_POINTER ((guint)size)));
  return TRUE;
}

static GHashTable *
list (TernCacheStore *store)
{
  GHashTable *told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_cache_store_foreach (store, note_key, told, &error));
  g_assert_no_error (error);
  return told;
}

/* What is told of both files is what can be got, however it is spread over them. */
static void
test_generations (GdbmFixture *f, gconstpointer options)
{
  g_autoptr (GHashTable) told = NULL;
  guint64 n_keys, size;
  guint n_got = 0;

  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < 100; i++)
      {
        g_autofree char *key = g_strdup_printf ("key %u", i * (round + 1));

        if (i % 11 == 3)
          gdbm_delete (f->store, key);
        else
          gdbm_set_letters (f->store, key, 'a' + round, 4000 + 1000 * round);
      }
  g_assert_cmpint (gdbm_file_size (f->old), >, 0);
  told = list (f->store);
  g_assert_true (tern_cache_store_usage (f->store, &n_keys, &size, NULL));
  g_assert_cmpuint (n_keys, ==, g_hash_table_size (told));
  g_assert_cmpuint (size, ==, gdbm_file_size (f->path) + gdbm_file_size (f->old));
  /* Looked at in the end, for what is got moves from one file to the other. */
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);
      g_autoptr (GBytes) value = gdbm_get (f->store, key);
      guint told_size = GPOINTER_TO_UINT (g_hash_table_lookup (told, key));

      g_assert_cmpuint (told_size, ==, value != NULL ? g_bytes_get_size (value) : 0);
      n_got += value != NULL;
    }
  g_assert_cmpuint (n_got, ==, n_keys);
}

static void
count_damage (const char *name, const char *what, gpointer data)
{
  g_assert_cmpstr (what, !=, "");
  g_assert_true (g_str_has_prefix (name, "a cache.gdbm"));
  ++*(guint *)data;
}

static guint
verify (TernCacheStore *store)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_assert_true (tern_cache_store_verify (store, count_damage, &n, &error));
  g_assert_no_error (error);
  return n;
}

static char *
number_key (guint number)
{
  return g_strdup_printf ("key %u", number);
}

static guint
count_lost (TernCacheStore *store)
{
  guint n = 0;

  for (guint i = 0; i < N_KEYS; i++)
    {
      g_autofree char *key = number_key (i);
      g_autoptr (GBytes) value = gdbm_get (store, key);

      n += value == NULL;
      g_assert_true (value == NULL || g_bytes_get_size (value) == 100 + 300 * i);
      g_assert_true (value == NULL || gdbm_is_of_one_letter (value));
    }
  return n;
}

static void
make_database (GdbmFixture *f, char **data, gsize *len)
{
  for (guint i = 0; i < N_KEYS; i++)
    {
      g_autofree char *key = number_key (i);

      gdbm_set_letters (f->store, key, 'a' + i % 26, 100 + 300 * i);
    }
  gdbm_read_file (f->path, data, len);
}

/* What cannot be got any more is told of, wherever the bit is that was flipped, in the file or in
 * the older one; nothing is told of without a reason; and looking changes nothing. */
static void
check_damage (GdbmFixture *f, const char *path)
{
  g_autofree char *data = NULL;
  guint rounds = tern_test_measures_memory () ? 600 : 40, n_lost = 0;
  gsize len;

  make_database (f, &data, &len);
  unlink (f->path);
  gdbm_put_file (path, data, len);
  g_assert_cmpuint (verify (f->store), ==, 0);
  for (guint i = 0; i < rounds; i++)
    {
      gsize at = g_test_rand_int_range (0, i % 3 == 0 ? 32768 : len);
      char flip = 1 << g_test_rand_int_range (0, 8);
      guint n_told, n;

      data[at] ^= flip;
      unlink (f->path);
      unlink (f->old);
      gdbm_put_file (path, data, len);
      n_told = verify (f->store);
      g_assert_cmpuint (verify (f->store), ==, n_told);
      n = count_lost (f->store);
      g_assert_true (n == 0 || n_told > 0);
      n_lost += n;
      data[at] ^= flip;
    }
  g_assert_cmpuint (n_lost, >, 0);
}

static void
test_damage (GdbmFixture *f, gconstpointer options)
{
  check_damage (f, f->path);
}

static void
test_damage_old (GdbmFixture *f, gconstpointer options)
{
  check_damage (f, f->old);
}

/* Names the record by where it lies, for its key cannot be believed. */
static void
test_record (GdbmFixture *f, gconstpointer options)
{
  g_autofree char *data = NULL;
  char *letters;
  gsize len;

  make_database (f, &data, &len);
  letters = memmem (data, len, "eeeeeeee", 8);
  g_assert_nonnull (letters);
  letters[3] = 'f';
  unlink (f->path);
  gdbm_put_file (f->path, data, len);
  g_assert_cmpuint (verify (f->store), ==, 1);
  g_assert_cmpuint (count_lost (f->store), ==, 1);
  /* Getting it removed it. */
  g_assert_cmpuint (verify (f->store), ==, 0);
}

/* Clearing takes what is damaged, and never what is not the store's. */
static void
test_clear (GdbmFixture *f, gconstpointer options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize len;

  make_database (f, &data, &len);
  unlink (f->path);
  gdbm_put_file (f->path, data, len / 2);
  gdbm_put_file (f->old, data, len);
  g_assert_cmpuint (verify (f->store), >, 0);
  g_assert_true (tern_cache_store_clear (f->store, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (f->old, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_lost (f->store), ==, N_KEYS);

  gdbm_put_file (f->old, "a file of somebody's", 20);
  g_assert_false (tern_cache_store_clear (f->store, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_assert_cmpint (gdbm_file_size (f->old), ==, 20);
}

/* While somebody else keeps it locked, the store cannot say what it holds, and says that. */
static void
test_locked (GdbmFixture *f, gconstpointer options)
{
  g_autoptr (TernCacheStore) store = NULL;
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  guint64 n, size;
  int fd;

  gdbm_set_letters (f->store, "key", 'a', 100);
  store = gdbm_store_open (f->path, "wait=0.05");
  fd = open (f->path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  g_assert_false (tern_cache_store_foreach (store, note_key, told, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_clear_error (&error);
  g_assert_false (tern_cache_store_usage (store, &n, &size, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_clear_error (&error);
  g_assert_false (tern_cache_store_clear (store, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  close (fd);
  g_assert_true (tern_cache_store_usage (store, &n, &size, NULL));
  g_assert_cmpuint (n, ==, 1);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/cache-gdbm/whole/" path, GdbmFixture, "max-size=1M&wait=30", gdbm_set_up, func,    \
              gdbm_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("generations", test_generations);
  ADD ("damage", test_damage);
  ADD ("damage-old", test_damage_old);
  ADD ("record", test_record);
  ADD ("clear", test_clear);
  ADD ("locked", test_locked);
  return g_test_run ();
}
