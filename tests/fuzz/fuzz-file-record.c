/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a file of the cache in files: what is taken for a part of a record lies within the
 * file. And a record made of any key, meta and body is read as what it was. */
#include <string.h>

#include "file-record.h"
#include "fuzz.h"

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED ("\3\5keymetas and the body"),
  FUZZ_SEED ("\0\0a value"),
  FUZZ_SEED ("\0\0"),
  FUZZ_SEED ("TERNval\2\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0"
             "\1\2\3\4\5\6\7\10\1\2\3\4\5\6\7\10keyareas and the rest of it"),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED ("TERNval\2"),
  FUZZ_SEED ("TERNval\1"),
  FUZZ_SEED ("\0\0\1\0\0\0\0\0"),
  FUZZ_SEED ("\377\377\377\377\377\377\377\377"),
  FUZZ_SEED ("\377\377\377\377\377\377\377\177"),
  FUZZ_SEED ("\0\0\0\0\0\0\0\0"),
  FUZZ_SEED ("\1\0\0\0\0\0\0\0"),
  { NULL, 0 },
};

static void
check_within (const guint8 *data, gsize size)
{
  const guint64 front = file_record_peek_front (data, size, size);
  FileRecord record;
  FileMeta meta;

  g_assert_cmpuint (front, <=, size);
  if (!file_record_parse (&record, data, size, size))
    return;
  g_assert_cmpuint (file_record_get_body_at (&record), ==, front);
  g_assert_cmpuint (file_record_get_size (&record), ==, size);
  if (file_record_find_meta (&record, data, &meta))
    g_assert_true (meta.data >= data && meta.data + meta.len <= data + front);
}

/* The first two bytes say how the others are divided among key, meta and body. */
static void
check_same (const guint8 *data, gsize size)
{
  const gsize key_len = MIN (data[0] % 16, size - 2);
  const gsize meta_len = MIN (data[1] % 64, size - 2 - key_len);
  const guint8 *meta = data + 2 + key_len;
  g_autofree char *key = g_strndup ((const char *)data + 2, key_len);
  g_autofree guint8 *front = NULL;
  FileRecord made, record;
  FileMeta found;
  gsize front_len;

  file_record_init (&made, key, meta_len);
  made.body_len = size - 2 - key_len - meta_len;
  front = file_record_make_front (&made, key, meta, meta_len, data[0]);
  front_len = file_record_get_body_at (&made);
  g_assert_true (file_record_parse (&record, front, front_len, file_record_get_size (&made)));
  g_assert_cmpuint (record.key_len, ==, strlen (key));
  g_assert_cmpuint (record.body_len, ==, made.body_len);
  g_assert_true (file_record_find_meta (&record, front, &found));
  g_assert_cmpmem (found.data, found.len, meta, meta_len);
  g_assert_cmpint (found.keep_until, ==, data[0]);
  g_assert_cmpuint (found.number, ==, 1);
  /* With any byte changed it is another record, or none; but for when it was used last. */
  front[data[1] % FILE_RECORD_USED_AT] ^= 1 + data[0] % 255;
  g_assert_false (file_record_parse (&record, front, front_len, file_record_get_size (&made)));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  check_within (data, size);
  if (size >= 2)
    check_same (data, size);
  return 0;
}
