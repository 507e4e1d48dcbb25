/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of stores that take entries: what is written is what is opened, nothing is seen before it is
 * committed, and a new meta leaves the body alone. One thread; more of them are in
 * cache-store-entries-at-once.c. */
#include "cache-entry.h"

/* Around the sizes at which a store may change its ways: whole or streamed, memory or file. */
static const gsize body_sizes[]
    = { 0, 1, 1023, 4095, 4096, 65535, 65536, 65537, 131071, 131072, 131073, 1 << 20, 5000011 };

static void
test_round (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "round");

  cache_assert_no_entry (f->store, key);
  for (guint i = 0; i < G_N_ELEMENTS (body_sizes); i++)
    {
      g_autoptr (GBytes) body = cache_make_body (body_sizes[i], i);
      const gsize pieces[] = { 0, 1024 * 1024, 65536, 10007 };

      for (guint j = 0; j < G_N_ELEMENTS (pieces); j++)
        {
          g_autofree char *meta = g_strdup_printf ("meta %u %u", i, j);

          cache_put (f->store, key, meta, body, pieces[j]);
          cache_assert_entry (f->store, key, meta, body);
        }
    }
  cache_delete (f->store, key);
  cache_assert_no_entry (f->store, key);
}

static void
test_keys (CacheFixture *f, gconstpointer data)
{
  g_autofree char *long_key = g_strnfill (8000, 'k');
  g_autofree char *longer_key = g_strnfill (8001, 'k');
  const char *const keys[]
      = { "",         " ",          "../../etc/passwd",
          "/",        "a/b",        ".",
          "..",       "a\r\n\r\nb", "%00",
          "\xff\xfe", long_key,     longer_key,
          "a#1",      "tmp-1.tern", "http://a/#0123456789abcdef0123456789abcdef" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GBytes) body = cache_make_body (100 + i, i);

      cache_put (f->store, keys[i], keys[i], body, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (GBytes) body = cache_make_body (100 + i, i);

      cache_assert_entry (f->store, keys[i], keys[i], body);
      cache_delete (f->store, keys[i]);
      cache_assert_no_entry (f->store, keys[i]);
    }
}

static void
test_metas (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "metas");
  const gsize sizes[] = { 0, 1, 4095, 4096, 70000, 300000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *meta = g_strnfill (sizes[i], 'm');
      g_autoptr (GBytes) body = cache_make_body (5000, i);

      cache_put (f->store, key, meta, body, 0);
      cache_assert_entry (f->store, key, meta, body);
    }
}

/* The meta that counts is the one that was committed. */
static void
test_unseen (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "unseen");
  g_autoptr (GBytes) old = cache_make_body (3000, 1);
  g_autoptr (GBytes) new = cache_make_body (300000, 2);
  g_autoptr (TernCacheWriter) writer = cache_create (f->store, key, "begun");

  cache_assert_no_entry (f->store, key);
  cache_write (writer, g_bytes_get_data (old, NULL), g_bytes_get_size (old));
  cache_assert_no_entry (f->store, key);
  cache_commit (writer, "old");
  cache_assert_entry (f->store, key, "old", old);
  g_clear_object (&writer);
  cache_assert_entry (f->store, key, "old", old);

  writer = cache_create (f->store, key, "begun");
  cache_assert_entry (f->store, key, "old", old);
  cache_write (writer, g_bytes_get_data (new, NULL), g_bytes_get_size (new));
  cache_assert_entry (f->store, key, "old", old);
  cache_commit (writer, "new");
  cache_assert_entry (f->store, key, "new", new);
}

/* An entry that is not committed leaves nothing, and what was there stays. */
static void
test_abort (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "abort");
  g_autofree char *other = cache_key (f, "abort-other");
  g_autoptr (GBytes) old = cache_make_body (3000, 1);
  g_autoptr (GBytes) new = cache_make_body (300000, 2);
  const char *const keys[] = { key, other };

  cache_put (f->store, key, "old", old, 0);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    for (guint j = 0; j < 4; j++)
      {
        g_autoptr (TernCacheWriter) writer = cache_create (f->store, keys[i], "new");

        if ((j & 1) != 0)
          cache_write (writer, g_bytes_get_data (new, NULL), g_bytes_get_size (new));
        if ((j & 2) != 0)
          WRITER_IFACE (writer)->abort (writer);
      }
  cache_assert_entry (f->store, key, "old", old);
  cache_assert_no_entry (f->store, other);
}

static void
assert_reads (TernCacheWriter *writer, GBytes *body, gsize written, GRand *rand)
{
  const guint8 *data = g_bytes_get_data (body, NULL);
  g_autoptr (GError) error = NULL;
  guint8 buffer[5000];

  for (guint i = 0; i < 10; i++)
    {
      gsize at = written > 0 ? (gsize)g_rand_int_range (rand, 0, (gint32)written) : 0;
      gsize wanted = (gsize)g_rand_int_range (rand, 1, sizeof buffer);
      gssize n = WRITER_IFACE (writer)->read (writer, at, buffer, wanted, &error);

      g_assert_no_error (error);
      g_assert_cmpint (n, <=, (gssize)MIN (wanted, written - at));
      g_assert_true (n > 0 || at == written);
      g_assert_cmpmem (buffer, n, data + at, n);
    }
  g_assert_cmpint (WRITER_IFACE (writer)->read (writer, written, buffer, 10, &error), ==, 0);
  g_assert_cmpint (WRITER_IFACE (writer)->read (writer, written + 1, buffer, 10, &error), ==, 0);
  g_assert_no_error (error);
}

/* What was written can be read from the first byte on, and still when it was committed. */
static void
test_read_back (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "read-back");
  g_autoptr (GBytes) body = cache_make_body (700000, 3);
  g_autoptr (TernCacheWriter) writer = cache_create (f->store, key, "meta");
  const guint8 *bytes = g_bytes_get_data (body, NULL);
  GRand *rand = g_rand_new_with_seed (1);
  gsize written = 0;

  assert_reads (writer, body, 0, rand);
  for (gsize piece = 1; written < 700000; piece = piece * 3 + 1)
    {
      gsize len = MIN (piece, 700000 - written);

      cache_write (writer, bytes + written, len);
      written += len;
      assert_reads (writer, body, written, rand);
    }
  cache_commit (writer, "meta");
  assert_reads (writer, body, written, rand);
  cache_delete (f->store, key);
  assert_reads (writer, body, written, rand);
  g_rand_free (rand);
}

static void
test_set_meta (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "set-meta");
  g_autofree char *none = cache_key (f, "set-meta-none");
  g_autoptr (GBytes) body = cache_make_body (200000, 4);

  cache_set_meta (f->store, none, "old", "new");
  cache_assert_no_entry (f->store, none);
  cache_put (f->store, key, "old", body, 0);
  cache_set_meta (f->store, key, "other", "new");
  cache_assert_entry (f->store, key, "old", body);
  cache_set_meta (f->store, key, "ol", "new");
  cache_assert_entry (f->store, key, "old", body);
  cache_set_meta (f->store, key, "old", "new");
  cache_assert_entry (f->store, key, "new", body);
  cache_set_meta (f->store, key, "old", "newer");
  cache_assert_entry (f->store, key, "new", body);
  cache_set_meta_until (f->store, key, "new", "newer", cache_now () + 1000);
  cache_assert_entry (f->store, key, "newer", body);
}

/* Longer than it was by far, and short again; of a small body and of a large one. */
static void
test_meta_sizes (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "meta-sizes");
  const gsize sizes[] = { 10, 400, 0, 3000, 20, 20000, 1, 150000, 149999, 150001, 5 };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) body = cache_make_body (i == 0 ? 700 : 300000, i);
      g_autofree char *before = g_strdup ("before");

      cache_put (f->store, key, before, body, 0);
      for (guint j = 0; j < G_N_ELEMENTS (sizes); j++)
        {
          g_autofree char *meta = g_strnfill (sizes[j], 'a' + j);

          cache_set_meta (f->store, key, before, meta);
          cache_assert_entry (f->store, key, meta, body);
          g_free (before);
          before = g_steal_pointer (&meta);
        }
    }
}

/* What is of no use any more need not be kept, and what was before it is not right either. */
static void
test_expiry (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "expiry");
  g_autoptr (GBytes) body = cache_make_body (3000, 5);
  g_autoptr (TernCacheWriter) writer = NULL;

  cache_put (f->store, key, "meta", body, 0);
  writer = cache_create (f->store, key, "meta");
  cache_commit_until (writer, "meta", cache_now () - 10);
  cache_assert_no_entry (f->store, key);

  cache_put (f->store, key, "meta", body, 0);
  cache_set_meta_until (f->store, key, "meta", "another", cache_now () - 10);
  cache_assert_no_entry (f->store, key);
}

/* A body that was handed out stays good whatever becomes of the store. */
static void
test_lifetime (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "lifetime");
  g_autofree char *meta = NULL;
  g_autoptr (GBytes) body = cache_make_body (3000, 6);
  g_autoptr (GBytes) other = cache_make_body (2000, 7);
  g_autoptr (GBytes) found = NULL;

  cache_put (f->store, key, "meta", body, 0);
  found = cache_open (f->store, key, &meta);
  cache_put (f->store, key, "other", other, 0);
  cache_set_meta (f->store, key, "other", "third");
  cache_delete (f->store, key);
  g_clear_object (&f->store);
  g_assert_true (g_bytes_equal (found, body));
}

/* A stream goes on with its own body, or fails; it never goes on with another. */
static void
test_replaced (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "replaced");
  g_autoptr (GBytes) old = cache_make_body (900000, 8);
  g_autoptr (GBytes) new = cache_make_body (900000, 9);
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autofree guint8 *buffer = g_malloc (900000);
  g_autoptr (GError) error = NULL;
  gsize n = 0;

  cache_put (f->store, key, "old", old, 0);
  g_assert_true (CACHE_IFACE (f->store)->open_entry (f->store, key, &meta, &body, &stream, &error));
  if (stream == NULL)
    return;
  g_assert_true (g_input_stream_read_all (stream, buffer, 1000, &n, NULL, NULL));
  cache_set_meta (f->store, key, "old", "changed");
  cache_put (f->store, key, "new", new, 0);
  cache_delete (f->store, key);
  if (g_input_stream_read_all (stream, buffer + 1000, 899000, &n, NULL, &error))
    g_assert_cmpuint (n, ==, 899000);
  g_assert_cmpmem (buffer, 1000 + n, g_bytes_get_data (old, NULL), 1000 + n);
}

/* A stream that can seek hands out the same bytes from everywhere. */
static void
test_seek (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "seek");
  g_autoptr (GBytes) body = cache_make_body (1500000, 10);
  g_autoptr (GBytes) meta = NULL;
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GInputStream) stream = NULL;
  const guint8 *bytes = g_bytes_get_data (body, NULL);
  g_autofree guint8 *buffer = g_malloc (200000);
  g_autoptr (GError) error = NULL;
  GRand *rand = g_rand_new_with_seed (2);

  cache_put (f->store, key, "meta", body, 0);
  CACHE_IFACE (f->store)->open_entry (f->store, key, &meta, &whole, &stream, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 60 && stream != NULL && G_IS_SEEKABLE (stream); i++)
    {
      goffset at = i == 0 ? 1500000 : g_rand_int_range (rand, 0, 1500000);
      gsize wanted = (gsize)g_rand_int_range (rand, 1, i % 3 == 0 ? 200000 : 300), n = 0;

      g_assert_true (g_seekable_can_seek (G_SEEKABLE (stream)));
      g_assert_true (g_seekable_seek (G_SEEKABLE (stream), at, G_SEEK_SET, NULL, &error));
      g_assert_cmpint (g_seekable_tell (G_SEEKABLE (stream)), ==, at);
      g_assert_true (g_input_stream_read_all (stream, buffer, wanted, &n, NULL, &error));
      g_assert_cmpuint (n, ==, MIN (wanted, (gsize)(1500000 - at)));
      g_assert_cmpmem (buffer, n, bytes + at, n);
    }
  g_rand_free (rand);
}

/* A store may refuse what is large, but then at a write, leaving all that was there. */
static void
test_large (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "large");
  g_autoptr (GBytes) small = cache_make_body (3000, 11);
  g_autoptr (GBytes) piece = cache_make_body (1 << 20, 12);
  g_autoptr (TernCacheWriter) writer = NULL;
  g_autoptr (GError) error = NULL;
  guint8 byte;
  guint i = 0;

  cache_put (f->store, key, "small", small, 0);
  writer = cache_create (f->store, key, "large");
  while (i < 48
         && WRITER_IFACE (writer)->write (writer, g_bytes_get_data (piece, NULL), 1 << 20, &error))
    i++;
  if (error == NULL)
    {
      g_autofree char *meta = NULL;
      g_autoptr (GBytes) found = NULL;

      cache_commit (writer, "large");
      found = cache_open (f->store, key, &meta);
      g_assert_true (found != NULL && g_bytes_get_size (found) == 48 << 20);
      return;
    }
  g_assert_cmpstr (error->message, !=, "");
  for (guint j = 0; j < i; j++)
    {
      g_assert_cmpint (WRITER_IFACE (writer)->read (writer, (j << 20) + 12345, &byte, 1, NULL), ==,
                       1);
      g_assert_cmpint (byte, ==, ((const guint8 *)g_bytes_get_data (piece, NULL))[12345]);
    }
  WRITER_IFACE (writer)->abort (writer);
  cache_assert_entry (f->store, key, "small", small);
}

void
cache_store_add_entries (void)
{
  CACHE_ADD ("entries/round", test_round);
  CACHE_ADD ("entries/keys", test_keys);
  CACHE_ADD ("entries/metas", test_metas);
  CACHE_ADD ("entries/unseen", test_unseen);
  CACHE_ADD ("entries/abort", test_abort);
  CACHE_ADD ("entries/read-back", test_read_back);
  CACHE_ADD ("entries/set-meta", test_set_meta);
  CACHE_ADD ("entries/meta-sizes", test_meta_sizes);
  CACHE_ADD ("entries/expiry", test_expiry);
  CACHE_ADD ("entries/lifetime", test_lifetime);
  CACHE_ADD ("entries/replaced", test_replaced);
  CACHE_ADD ("entries/seek", test_seek);
  CACHE_ADD ("entries/large", test_large);
}
