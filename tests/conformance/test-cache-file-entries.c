/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries of the cache in files: bodies of every size, writers that are read from, metas that
 * change, and what is told of the folder as a whole. */
#include "file-entries.h"

#define BLOCK (64 * 1024)

static const gsize sizes[] = { 0,
                               1,
                               1000,
                               BLOCK - 1,
                               BLOCK,
                               BLOCK + 1,
                               2 * BLOCK - 1,
                               2 * BLOCK,
                               2 * BLOCK + 1,
                               3 * BLOCK + 7,
                               5 * 1000 * 1000 };

static void
test_sizes (FileFixture *f, gconstpointer options)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) body = file_make_body (sizes[i], i);
      g_autoptr (GBytes) value = NULL;

      file_store_entry (f->store, "key", "the meta", body);
      file_assert_entry (f->store, "key", "the meta", body);
      /* One thing under one key. */
      value = file_get (f->store, "key");
      g_assert_true (g_bytes_equal (value, body));
      g_assert_true (tern_cache_store_set (f->store, "key", body, 0, NULL));
      file_assert_entry (f->store, "key", "", body);
    }
  g_assert_cmpuint (file_verify (f->store), ==, 0);
  file_assert_no_temp (f);
}

/* In pieces of every kind; what was written is read back at once, at every place. */
static void
test_pieces (FileFixture *f, gconstpointer options)
{
  static const gsize pieces[] = { 1, 100, 4096, 65536, 70000, 200000, 3 };
  const gsize len = 1000000;
  g_autoptr (GBytes) body = file_make_body (len, 5);
  g_autoptr (TernCacheWriter) writer = file_create (f->store, "key", "meta");
  const guint8 *data = g_bytes_get_data (body, NULL);
  guint8 buffer[3000];

  for (gsize at = 0, i = 0; at < len; i++)
    {
      const gsize n = MIN (pieces[i % G_N_ELEMENTS (pieces)], len - at);

      g_assert_true (file_write (writer, body, at, n, NULL));
      at += n;
      for (guint j = 0; j < 5; j++)
        {
          const guint64 from = g_test_rand_int_range (0, at);
          const gssize got = TERN_CACHE_WRITER_GET_IFACE (writer)->read (
              writer, j == 0 ? at - 1 : from, buffer, sizeof buffer, NULL);

          g_assert_cmpint (got, >, 0);
          g_assert_cmpmem (buffer, got, data + (j == 0 ? at - 1 : from), got);
        }
      g_assert_cmpint (
          TERN_CACHE_WRITER_GET_IFACE (writer)->read (writer, at, buffer, sizeof buffer, NULL), ==,
          0);
    }
  file_assert_no_entry (f->store, "key");
  g_assert_true (file_commit (writer, "other meta", 0, NULL));
  file_assert_entry (f->store, "key", "other meta", body);
  /* Nothing but reading follows, and that still works. */
  g_assert_cmpint (
      TERN_CACHE_WRITER_GET_IFACE (writer)->read (writer, 0, buffer, sizeof buffer, NULL), >, 0);
  g_assert_cmpmem (buffer, 1000, data, 1000);
  g_assert_false (file_write (writer, body, 0, 1, NULL));
  g_assert_false (file_commit (writer, "meta", 0, NULL));
  file_assert_entry (f->store, "key", "other meta", body);
}

static void
test_abandoned (FileFixture *f, gconstpointer options)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) old = file_make_body (100, 1);
      g_autoptr (GBytes) body = file_make_body (sizes[i / 2], i);
      g_autoptr (TernCacheWriter) writer = NULL;

      file_store_entry (f->store, "key", "old", old);
      writer = file_create (f->store, "key", "new");
      g_assert_true (file_write (writer, body, 0, sizes[i / 2], NULL));
      file_assert_entry (f->store, "key", "old", old);
      if (i % 2 == 0)
        {
          TERN_CACHE_WRITER_GET_IFACE (writer)->abort (writer);
          g_assert_false (file_commit (writer, "new", 0, NULL));
        }
      g_clear_object (&writer);
      file_assert_entry (f->store, "key", "old", old);
      file_assert_no_temp (f);
    }
}

/* Metas that fit into the room, and metas that make the whole file anew. */
static void
test_metas (FileFixture *f, gconstpointer options)
{
  static const gsize lengths[] = { 10, 12, 300, 100, 2000, 20000, 5, 0, 700, 100000, 100001 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) body = file_make_body (sizes[i], i);
      g_autofree char *before = g_strdup ("first");

      file_store_entry (f->store, "key", before, body);
      for (guint j = 0; j < G_N_ELEMENTS (lengths); j++)
        {
          g_autofree char *meta = g_strnfill (lengths[j], 'a' + j);

          file_set_meta (f->store, "key", "not it", "wrong");
          file_assert_entry (f->store, "key", before, body);
          file_set_meta (f->store, "key", before, meta);
          file_assert_entry (f->store, "key", meta, body);
          g_free (before);
          before = g_steal_pointer (&meta);
        }
    }
  file_set_meta (f->store, "nothing", "", "meta");
  file_assert_no_entry (f->store, "nothing");
  g_assert_cmpuint (file_verify (f->store), ==, 0);
  file_assert_no_temp (f);
}

/* The meta of the commit may be much larger than that of the beginning. */
static void
test_late_meta (FileFixture *f, gconstpointer options)
{
  g_autofree char *late = g_strnfill (50000, 'm');

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) body = file_make_body (sizes[i], i);
      g_autoptr (TernCacheWriter) writer = file_create (f->store, "key", "early");
      guint8 buffer[10];

      g_assert_true (file_write (writer, body, 0, sizes[i], NULL));
      g_assert_true (file_commit (writer, late, 0, NULL));
      file_assert_entry (f->store, "key", late, body);
      g_assert_cmpint (TERN_CACHE_WRITER_GET_IFACE (writer)->read (writer, 0, buffer, 10, NULL), ==,
                       MIN (sizes[i], 10));
    }
  file_assert_no_temp (f);
}

/* The entry is replaced while its body is read. */
static void
test_replaced (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) first = file_make_body (1000000, 1);
  g_autoptr (GBytes) second = file_make_body (900000, 2);
  g_auto (FileParts) parts = { NULL };
  g_autoptr (GBytes) kept = NULL;

  file_store_entry (f->store, "key", "meta", first);
  g_assert_true (file_open (f->store, "key", &parts));
  file_store_entry (f->store, "key", "meta", second);
  file_set_meta (f->store, "key", "meta", "another");
  g_clear_object (&f->store);
  kept = file_read_body (&parts);
  g_assert_nonnull (kept);
  g_assert_true (g_bytes_equal (kept, first));
}

static void
test_seek (FileFixture *f, gconstpointer options)
{
  const gsize len = 300000;
  g_autoptr (GBytes) body = file_make_body (len, 9);
  const guint8 *data = g_bytes_get_data (body, NULL);
  g_auto (FileParts) parts = { NULL };
  GSeekable *seekable;
  guint8 buffer[100000];
  gsize n;

  file_store_entry (f->store, "key", "meta", body);
  g_assert_true (file_open (f->store, "key", &parts));
  g_assert_nonnull (parts.stream);
  seekable = G_SEEKABLE (parts.stream);
  for (guint i = 0; i < 300; i++)
    {
      const gsize at = g_test_rand_int_range (0, len + 1);
      const gsize count = i % 3 == 0 ? BLOCK : (gsize)g_test_rand_int_range (1, sizeof buffer);

      g_assert_true (
          g_seekable_seek (seekable, i % 3 == 0 ? at / BLOCK * BLOCK : at, G_SEEK_SET, NULL, NULL));
      g_assert_true (g_input_stream_read_all (parts.stream, buffer, count, &n, NULL, NULL));
      g_assert_cmpmem (buffer, n, data + g_seekable_tell (seekable) - n, n);
    }
  g_assert_true (g_seekable_seek (seekable, -10, G_SEEK_END, NULL, NULL));
  g_assert_cmpint (g_input_stream_read (parts.stream, buffer, 100, NULL, NULL), ==, 10);
  g_assert_cmpint (g_input_stream_read (parts.stream, buffer, 100, NULL, NULL), ==, 0);
  g_assert_false (g_seekable_seek (seekable, 1, G_SEEK_END, NULL, NULL));
  g_assert_false (g_seekable_seek (seekable, -1, G_SEEK_SET, NULL, NULL));
  g_assert_false (g_seekable_seek (seekable, G_MAXINT64, G_SEEK_CUR, NULL, NULL));
  g_assert_false (g_seekable_seek (seekable, G_MININT64, G_SEEK_CUR, NULL, NULL));
  g_assert_false (g_seekable_can_truncate (seekable));
}

static void
test_expiry (FileFixture *f, gconstpointer options)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GBytes) body = file_make_body (200000, 1);
  g_autoptr (GBytes) meta = g_bytes_new_static ("meta", 4);
  g_autoptr (TernCacheWriter) writer = NULL;
  guint64 size;

  file_store_entry (f->store, "key", "meta", body);
  g_assert_true (TERN_CACHE_STORE_GET_IFACE (f->store)->set_meta (f->store, "key", meta, meta,
                                                                  now + 1000, NULL));
  file_assert_entry (f->store, "key", "meta", body);
  g_assert_true (TERN_CACHE_STORE_GET_IFACE (f->store)->set_meta (f->store, "key", meta, meta,
                                                                  now - 10, NULL));
  file_assert_no_entry (f->store, "key");
  file_store_entry (f->store, "key", "meta", body);
  writer = file_create (f->store, "key", "meta");
  g_assert_true (file_write (writer, body, 0, 200000, NULL));
  g_assert_true (file_commit (writer, "meta", now - 10, NULL));
  file_assert_no_entry (f->store, "key");
  g_assert_cmpuint (file_count (f, &size), ==, 0);
}

typedef struct
{
  guint n;
  guint64 size;
  guint stop_after;
} Told;

static gboolean
count_key (const char *key, guint64 size, gint64 keep_until, gpointer data)
{
  Told *told = data;

  g_assert_true (g_str_has_prefix (key, "key "));
  g_assert_cmpint (keep_until, ==, 0);
  told->n++;
  told->size += size;
  return told->n < told->stop_after;
}

static void
test_whole (FileFixture *f, gconstpointer options)
{
  g_autofree char *foreign = g_build_filename (f->folder, "README", NULL);
  g_autoptr (GBytes) body = file_make_body (1000, 1);
  g_autoptr (GError) error = NULL;
  Told told = { .stop_after = 1000 };
  guint64 n, size;

  file_put (foreign, "mine", 4);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);

      file_store_entry (f->store, key, "meta", body);
    }
  g_assert_true (tern_cache_store_foreach (f->store, count_key, &told, &error));
  g_assert_cmpuint (told.n, ==, 100);
  g_assert_cmpuint (told.size, ==, 100 * 1004);
  told = (Told){ .stop_after = 7 };
  g_assert_true (tern_cache_store_foreach (f->store, count_key, &told, &error));
  g_assert_cmpuint (told.n, ==, 7);
  g_assert_true (tern_cache_store_usage (f->store, &n, &size, &error));
  g_assert_cmpuint (n, ==, 100);
  g_assert_cmpuint (size, ==, 100 * 4096);
  g_assert_cmpuint (file_verify (f->store), ==, 0);
  g_assert_true (tern_cache_store_clear (f->store, &error));
  g_assert_true (tern_cache_store_usage (f->store, &n, &size, &error));
  g_assert_cmpuint (n + size, ==, 0);
  file_assert_no_entry (f->store, "key 1");
  g_assert_true (g_file_test (foreign, G_FILE_TEST_EXISTS));
}

#define ADD(path, func)                                                                            \
  g_test_add ("/cache-file/entries/" path, FileFixture, "", file_set_up, func, file_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("sizes", test_sizes);
  ADD ("pieces", test_pieces);
  ADD ("abandoned", test_abandoned);
  ADD ("metas", test_metas);
  ADD ("late-meta", test_late_meta);
  ADD ("replaced", test_replaced);
  ADD ("seek", test_seek);
  ADD ("expiry", test_expiry);
  ADD ("whole", test_whole);
  return g_test_run ();
}
