/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Damaged entries of the cache in files: never a wrong byte, of a meta or of a body. An older meta
 * may come up where the newer one is torn; that is what the two areas are for. */
#include "file-entries.h"

#define BLOCK (64 * 1024)
/* Where things lie, for the key "key" (file-record.h). */
#define AT_AREAS (64 + 3)

static const char first[] = "the meta that was there first";
static const char second[] = "another meta";

/* An entry whose meta was replaced once. */
static void
store_small (FileFixture *f, GBytes *body)
{
  file_store_entry (f->store, "key", first, body);
  file_set_meta (f->store, "key", first, second);
}

/* Whatever the file holds: nothing, or a right entry. Returns whether there is one. */
static gboolean
is_right (FileFixture *f, GBytes *body)
{
  g_auto (FileParts) parts = { NULL };
  g_autoptr (GBytes) kept = NULL;

  if (!file_open (f->store, "key", &parts))
    return FALSE;
  g_assert_true (file_is_text (parts.meta, first) || file_is_text (parts.meta, second));
  kept = file_read_body (&parts);
  g_assert_nonnull (kept);
  g_assert_true (g_bytes_equal (kept, body));
  return TRUE;
}

static void
test_every_length (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) body = file_make_body (200, 1);
  g_autofree char *path = file_path (f, "key");
  g_autofree guint8 *record = NULL;
  gsize len;

  store_small (f, body);
  file_read (path, &record, &len);
  for (gsize i = 0; i < len; i++)
    {
      file_put (path, record, i);
      g_assert_false (is_right (f, body));
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
  file_put (path, record, len);
  g_assert_true (is_right (f, body));
}

static void
test_every_bit (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) body = file_make_body (100, 1);
  g_autofree char *path = file_path (f, "key");
  g_autofree guint8 *record = NULL;
  gsize len, n_hits = 0;

  store_small (f, body);
  file_read (path, &record, &len);
  for (gsize bit = 0; bit < len * 8; bit++)
    {
      record[bit / 8] ^= 1 << bit % 8;
      file_put (path, record, len);
      if (is_right (f, body))
        {
          /* When it was last used is not part of what is proven. */
          if (bit / 8 < FILE_USED_AT || bit / 8 >= FILE_USED_AT + 8)
            g_assert_cmpuint (bit / 8, >=, AT_AREAS);
          g_assert_cmpuint (bit / 8, <, len - 108);
          n_hits++;
        }
      record[bit / 8] ^= 1 << bit % 8;
    }
  g_assert_cmpuint (n_hits, >, 0);
  file_put (path, record, len);
  g_assert_true (is_right (f, body));
}

/* A new meta is written up to every byte, and its writer dies: the old one is there, or the new
 * one, and nothing is damaged. */
static void
test_torn_meta (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) body = file_make_body (100, 1);
  g_autofree char *path = file_path (f, "key");
  g_autofree guint8 *old = NULL;
  g_autofree guint8 *new = NULL;
  gsize len, new_len, at = 0, end = 0;

  file_store_entry (f->store, "key", first, body);
  file_read (path, &old, &len);
  file_set_meta (f->store, "key", first, second);
  file_read (path, &new, &new_len);
  g_assert_cmpuint (len, ==, new_len);
  for (gsize i = 0; i < len; i++)
    if (old[i] != new[i])
      {
        at = at == 0 ? i : at;
        end = i + 1;
      }
  g_assert_cmpuint (at, >, AT_AREAS);
  for (; at <= end; at++)
    {
      g_auto (FileParts) parts = { NULL };

      memcpy (old, new, at);
      file_put (path, old, len);
      g_assert_true (is_right (f, body));
      g_assert_true (file_open (f->store, "key", &parts));
      g_assert_cmpint (file_is_text (parts.meta, second), ==, at == end);
      g_assert_cmpuint (file_verify (f->store), ==, 0);
      /* The next one takes the place of the torn one. */
      file_set_meta (f->store, "key", at == end ? second : first, second);
      file_assert_entry (f->store, "key", second, body);
    }
}

/* Reads up to what is damaged, and returns how much was right. The entry is gone then. */
static gsize
read_damaged (FileFixture *f, FileParts *parts, GBytes *body, gsize at_once)
{
  const guint8 *data = g_bytes_get_data (body, NULL);
  g_autofree guint8 *buffer = g_malloc (at_once);
  g_autoptr (GError) error = NULL;
  gsize done = 0;
  gssize n;

  g_assert_nonnull (parts->stream);
  while ((n = g_input_stream_read (parts->stream, buffer, at_once, NULL, &error)) > 0)
    {
      g_assert_cmpmem (buffer, n, data + done, n);
      done += n;
    }
  g_assert_cmpint (n, <, 0);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  file_assert_no_entry (f->store, "key");
  return done;
}

static void
test_middle (FileFixture *f, gconstpointer options)
{
  static const gsize at_once[] = { 100, 4096, BLOCK, BLOCK + 1, 1000000 };
  static const gsize flips[] = { 0, 1, BLOCK - 1, BLOCK, 3 * BLOCK + 17, 299999 };
  const gsize len = 300000;
  g_autoptr (GBytes) body = file_make_body (len, 3);
  g_autofree char *path = file_path (f, "key");
  const gsize table = 8 * ((len + BLOCK - 1) / BLOCK);

  for (guint i = 0; i < G_N_ELEMENTS (at_once) * G_N_ELEMENTS (flips); i++)
    {
      const gsize flip = flips[i / G_N_ELEMENTS (at_once)];
      g_auto (FileParts) parts = { NULL };
      g_autofree guint8 *record = NULL;
      gsize size;

      file_store_entry (f->store, "key", first, body);
      file_read (path, &record, &size);
      record[size - table - len + flip] ^= 1 << i % 8;
      file_put (path, record, size);
      g_assert_true (file_open (f->store, "key", &parts));
      g_assert_cmpuint (read_damaged (f, &parts, body, at_once[i % G_N_ELEMENTS (at_once)]), ==,
                        flip / BLOCK * BLOCK);
    }
}

/* Every sum of the table, blocks that changed places, and a body of another entry. */
static void
test_table_and_blocks (FileFixture *f, gconstpointer options)
{
  const gsize len = 4 * BLOCK;
  g_autoptr (GBytes) body = file_make_body (len, 3);
  g_autofree char *path = file_path (f, "key");
  g_autofree guint8 *other = NULL;
  gsize size;

  file_store_entry (f->store, "key", first, body);
  file_read (path, &other, &size);
  for (guint i = 0; i < 6; i++)
    {
      g_auto (FileParts) parts = { NULL };
      g_autofree guint8 *record = NULL;
      guint8 *at_body;

      file_store_entry (f->store, "key", first, body);
      file_read (path, &record, &size);
      at_body = record + size - 4 * 8 - len;
      if (i < 4)
        at_body[len + 8 * i] ^= 1;
      else if (i == 4)
        {
          g_autofree guint8 *block = g_memdup2 (at_body + BLOCK, BLOCK);

          memcpy (at_body + BLOCK, at_body + 2 * BLOCK, BLOCK);
          memcpy (at_body + 2 * BLOCK, block, BLOCK);
        }
      else
        memcpy (at_body + len + 2 * 8, other + size - 2 * 8, 2 * 8);
      file_put (path, record, size);
      g_assert_true (file_open (f->store, "key", &parts));
      g_assert_cmpuint (read_damaged (f, &parts, body, 1000), ==,
                        (i < 4    ? i
                         : i == 4 ? 1
                                  : 2)
                            * BLOCK);
    }
}

/* Another process cuts the file, or removes it, while it is read. */
static void
test_cut_meanwhile (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) body = file_make_body (300000, 3);
  g_autofree char *path = file_path (f, "key");
  g_autofree guint8 *buffer = g_malloc (BLOCK);
  g_autoptr (GBytes) kept = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_auto (FileParts) parts = { NULL };

      file_store_entry (f->store, "key", first, body);
      g_assert_true (file_open (f->store, "key", &parts));
      g_assert_cmpint (g_input_stream_read (parts.stream, buffer, 1000, NULL, NULL), ==, 1000);
      g_assert_true (g_seekable_seek (G_SEEKABLE (parts.stream), 0, G_SEEK_SET, NULL, NULL));
      if (i == 0)
        {
          g_assert_cmpint (truncate (path, 100000), ==, 0);
          g_assert_cmpuint (read_damaged (f, &parts, body, 1000), ==, BLOCK);
          continue;
        }
      g_assert_cmpint (unlink (path), ==, 0);
      kept = file_read_body (&parts);
      g_assert_true (g_bytes_equal (kept, body));
    }
}

/* What older versions kept, and what never was ours. */
static void
test_other_formats (FileFixture *f, gconstpointer options)
{
  static const char *const starts[] = { "TERNval\1",
                                        "TERNval\377",
                                        "",
                                        "\177ELF",
                                        "GIF89a",
                                        "HTTP/1.1 200 OK\r\n\r\n",
                                        "status: 200\n" };
  g_autofree char *path = file_path (f, "key");
  g_autofree char *big = g_malloc0 (300000);
  g_autoptr (GBytes) body = file_make_body (10, 3);

  for (guint i = 0; i < 2 * G_N_ELEMENTS (starts); i++)
    {
      memset (big, 0, 300000);
      memcpy (big, starts[i / 2], strlen (starts[i / 2]));
      file_put (path, big, i % 2 == 0 ? strlen (starts[i / 2]) : 300000);
      g_assert_cmpuint (file_verify (f->store), ==, 1);
      file_put (path, big, i % 2 == 0 ? strlen (starts[i / 2]) : 300000);
      file_set_meta (f->store, "key", "", "meta");
      file_assert_no_entry (f->store, "key");
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
      file_store_entry (f->store, "key", first, body);
      file_assert_entry (f->store, "key", first, body);
    }
}

/* A record whose every length is a lie. */
static void
test_lengths (FileFixture *f, gconstpointer options)
{
  static const guint64 lies[]
      = { 0,          1,           0xff,       0xffff,      0x7fffffff,
          0xffffffff, 0x100000000, G_MAXINT64, G_MAXUINT64, G_MAXUINT64 - 100 };
  g_autoptr (GBytes) body = file_make_body (100, 1);
  g_autofree char *path = file_path (f, "key");
  g_autofree guint8 *record = NULL;
  gsize len;

  store_small (f, body);
  file_read (path, &record, &len);
  for (guint i = 0; i < 5 * G_N_ELEMENTS (lies); i++)
    {
      const guint64 lie = GUINT64_TO_LE (lies[i / 5]);
      g_autofree guint8 *copy = g_memdup2 (record, len);

      memcpy (copy + 8 + 8 * (i % 5), &lie, 8);
      file_put (path, copy, len);
      file_assert_no_entry (f->store, "key");
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

/* verify tells of what is wrong, once, and it is a miss from then on. */
static void
test_verify (FileFixture *f, gconstpointer options)
{
  g_autoptr (GBytes) body = file_make_body (300000, 1);
  g_autofree char *path = file_path (f, "key");
  g_autofree char *yek = file_path (f, "yek");
  g_autofree guint8 *record = NULL;
  gsize len;

  file_store_entry (f->store, "key", first, body);
  file_store_entry (f->store, "another", first, body);
  g_assert_cmpuint (file_verify (f->store), ==, 0);
  file_read (path, &record, &len);
  record[len - 100000] ^= 1;
  file_put (path, record, len);
  g_assert_cmpuint (file_verify (f->store), ==, 1);
  g_assert_cmpuint (file_verify (f->store), ==, 0);
  file_assert_no_entry (f->store, "key");
  record[len - 100000] ^= 1;
  file_put (path, record, len);
  g_assert_cmpuint (file_verify (f->store), ==, 0);
  record[20] ^= 1;
  file_put (path, record, len);
  g_assert_cmpuint (file_verify (f->store), ==, 1);
  record[20] ^= 1;
  file_put (yek, record, len);
  g_assert_cmpuint (file_verify (f->store), ==, 1);
  file_assert_no_entry (f->store, "yek");
  file_assert_entry (f->store, "another", first, body);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/cache-file/damage/" path, FileFixture, "", file_set_up, func, file_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("every-length", test_every_length);
  ADD ("every-bit", test_every_bit);
  ADD ("torn-meta", test_torn_meta);
  ADD ("middle", test_middle);
  ADD ("table-and-blocks", test_table_and_blocks);
  ADD ("cut-meanwhile", test_cut_meanwhile);
  ADD ("other-formats", test_other_formats);
  ADD ("lengths", test_lengths);
  ADD ("verify", test_verify);
  return g_test_run ();
}
