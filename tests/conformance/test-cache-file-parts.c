/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cache in files decides without a folder: its sums, which files go first, and where in a
 * record things lie. */
#include <string.h>

#include "file-buffer.h"
#include "file-hash-wide.h"
#include "file-hash.h"
#include "file-names.h"
#include "file-oldest.h"
#include "file-record.h"

/* Of the specification's own program, so that a folder can be read by what others write. */
static void
test_sums (void)
{
  const char *const text = "Nobody inspects the spammish repetition";

  g_assert_cmphex (file_hash ("", 0, 0), ==, G_GUINT64_CONSTANT (0xef46db3751d8e999));
  g_assert_cmphex (file_hash ("a", 1, 0), ==, G_GUINT64_CONSTANT (0xd24ec4f1a98c6e5b));
  g_assert_cmphex (file_hash ("abc", 3, 0), ==, G_GUINT64_CONSTANT (0x44bc2cf5ad770999));
  g_assert_cmphex (file_hash (text, strlen (text), 0), ==, G_GUINT64_CONSTANT (0xfbcea83c8a378bf1));
  g_assert_cmphex (file_hash ("abc", 3, 1), !=, file_hash ("abc", 3, 0));
  g_assert_cmphex (file_hash_block ("abc", 3, 1), !=, file_hash_block ("abc", 3, 0));
#ifdef HAVE_XXHASH
  g_assert_cmphex (file_hash_block ("", 0, 0), ==, G_GUINT64_CONSTANT (0x2d06800538d394c2));
#else
  g_assert_cmphex (file_hash_block ("a", 1, 0), ==, G_GUINT64_CONSTANT (0xd24ec4f1a98c6e5b));
#endif
}

/* What one machine wrote another one reads, whatever their processors can do. */
static void
test_wide_sums (void)
{
#ifdef FILE_HASH_WIDE
  static guint8 data[70000];
  const gsize sizes[] = { 0, 1, 16, 17, 128, 129, 240, 241, 512, 513, 1024, 1025, 65536, 70000 };

  if (!__builtin_cpu_supports ("avx2"))
    {
      g_test_skip ("not on this processor");
      return;
    }
  for (gsize i = 0; i < sizeof data; i++)
    data[i] = (guint8)(i * 31 + i / 256);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint64 seed = 0; seed < 3; seed++)
      g_assert_cmphex (file_hash_wide (data, sizes[i], seed), ==,
                       file_hash_narrow (data, sizes[i], seed));
#else
  g_test_skip ("not built for such a processor");
#endif
}

/* Whoever has one has it alone, though they are used again. */
static void
test_buffers (void)
{
  static const gsize sizes[] = { 0, 1, 1024, 1025, 2032, 2033, 3056, 3057, 4080, 4081, 100000 };
  guint8 *buffers[G_N_ELEMENTS (sizes)][2 * FILE_BUFFER_KEPT];

  for (guint round = 0; round < 3; round++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      for (guint j = 0; j < 2 * FILE_BUFFER_KEPT; j++)
        {
          if (round > 0)
            for (gsize at = 0; at < sizes[i]; at++)
              g_assert_cmpuint (buffers[i][j][at], ==, (guint8)(i * 16 + j));
          if (round == 1)
            buffers[i][j] = file_buffer_grow (buffers[i][j], sizes[i], sizes[i] + 1000);
          else if (round == 2)
            file_buffer_free (buffers[i][j]);
          else
            {
              buffers[i][j] = file_buffer_new (sizes[i]);
              memset (buffers[i][j], i * 16 + j, sizes[i]);
            }
        }
  file_buffer_free (NULL);
}

/* Of however many, those that are left are the ones of the lowest ranks, in order. */
static void
test_oldest (void)
{
  static const guint numbers[] = { 0, 1, 2, 100, FILE_OLDEST_MAX, 3 * FILE_OLDEST_MAX };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      const guint n = numbers[i];
      FileOldest oldest;
      FileOldestItem item;
      guint taken = 0;

      file_oldest_init (&oldest);
      /* Each rank once: 7919 has no divisor in common with any of them. */
      for (guint64 j = 0; j < n; j++)
        {
          const guint rank = j * 7919 % n;
          g_autofree char *name = g_strdup_printf ("%u", rank);

          file_oldest_add (&oldest, name, (gint64)rank - 50, rank + 1);
        }
      file_oldest_sort (&oldest);
      while (file_oldest_take (&oldest, &item))
        {
          g_autofree char *name = item.name;

          g_assert_cmpint (item.rank, ==, (gint64)taken - 50);
          g_assert_cmpuint (item.size, ==, taken + 1);
          g_assert_cmpuint (g_ascii_strtoull (name, NULL, 10), ==, taken);
          taken++;
        }
      g_assert_cmpuint (taken, ==, MIN (n, FILE_OLDEST_MAX));
      file_oldest_clear (&oldest);
    }
}

static void
test_places (void)
{
  FileRecord record;

  file_record_init (&record, "key", 100);
  g_assert_cmpuint (record.meta_room, >=, 100);
  g_assert_cmpuint (record.meta_room, <, 1000);
  g_assert_cmpuint (file_record_get_area_at (&record, 0), ==, FILE_RECORD_HEAD_SIZE + 3);
  g_assert_cmpuint (file_record_get_body_at (&record), ==,
                    FILE_RECORD_HEAD_SIZE + 3
                        + 2 * (FILE_RECORD_AREA_HEAD_SIZE + record.meta_room));
  g_assert_cmpuint (file_record_get_n_blocks (&record), ==, 0);
  record.body_len = FILE_RECORD_BLOCK_SIZE;
  g_assert_cmpuint (file_record_get_n_blocks (&record), ==, 1);
  g_assert_cmpuint (file_record_get_block_len (&record, 0), ==, FILE_RECORD_BLOCK_SIZE);
  record.body_len++;
  g_assert_cmpuint (file_record_get_n_blocks (&record), ==, 2);
  g_assert_cmpuint (file_record_get_block_len (&record, 1), ==, 1);
  g_assert_cmpuint (file_record_get_size (&record), ==,
                    file_record_get_body_at (&record) + record.body_len + 16);
  g_assert_cmphex (file_record_sum_block (&record, 0, "abc", 3), !=,
                   file_record_sum_block (&record, 1, "abc", 3));
  /* A value that has no meta has no room for one. */
  g_assert_cmpuint (file_record_make_room (0), ==, 0);
}

static void
test_names (void)
{
  const FileNames by_hash = { FILE_NAMES_HASH }, safe = { FILE_NAMES_SAFE };
  const char *const no_hashes[] = { "README", "", ".", "..", "0123.tern", "tmp-1-1-00000000.tern" };
  char name[FILE_NAMES_SIZE];

  g_assert_true (file_names_make (&by_hash, "key", name, NULL));
  g_assert_true (file_names_may_be (&by_hash, name));
  name[0] = 'A';
  g_assert_false (file_names_may_be (&by_hash, name));
  for (guint i = 0; i < G_N_ELEMENTS (no_hashes); i++)
    g_assert_false (file_names_may_be (&by_hash, no_hashes[i]));
  g_assert_true (file_names_make (&safe, "tmp-1.tern", name, NULL));
  g_assert_true (file_names_may_be (&safe, name));
  g_assert_false (file_names_is_temp (name));
  g_assert_true (file_names_is_temp ("tmp-1-1-00000000.tern"));
  g_assert_false (file_names_may_be (&safe, "tmp-1-1-00000000.tern"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-file/parts/sums", test_sums);
  g_test_add_func ("/cache-file/parts/wide-sums", test_wide_sums);
  g_test_add_func ("/cache-file/parts/buffers", test_buffers);
  g_test_add_func ("/cache-file/parts/oldest", test_oldest);
  g_test_add_func ("/cache-file/parts/places", test_places);
  g_test_add_func ("/cache-file/parts/names", test_names);
  return g_test_run ();
}
