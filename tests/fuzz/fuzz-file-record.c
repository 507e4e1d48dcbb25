/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a file of the cache in files: what is taken for a part of a record lies within the
 * file. And a record made of any key, meta and body is read as what it was. */
#include <string.h>

#include "file-hash.h"
#include "file-record.h"
#include "fuzz.h"

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED ("\3\5keymetas and the body"),
  FUZZ_SEED ("\0\0a value"),
  FUZZ_SEED ("\0\0"),
  FUZZ_SEED ("TERNval\5\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0"
             "\1\2\3\4\5\6\7\10\1\2\3\4\5\6\7\10keyareas and the rest of it"),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED ("TERNval\5"),
  FUZZ_SEED ("TERNval\4"),
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

static guint64
take (const guint8 *at)
{
  guint64 number;

  memcpy (&number, at, sizeof number);
  return GUINT64_FROM_LE (number);
}

static void
forge_area (const FileRecord *record, guint8 *front, guint area)
{
  guint8 *head = front + file_record_get_area_at (record, area);
  const gsize len = MIN (take (head + 8), record->meta_room);

  file_record_write_sum (head + 24, file_hash (head + FILE_RECORD_AREA_HEAD_SIZE, len,
                                               file_hash (head, 24, record->nonce)));
}

/* With lengths that fit and the right sums put in, as anybody can who writes into the folder: it is
 * taken, and all that it says lies within it. */
static void
check_forged (const guint8 *data, gsize size)
{
  const gsize key_len = data[8] % 32, room = data[16] % 64;
  const gsize front_len = FILE_RECORD_HEAD_SIZE + key_len + 2 * (FILE_RECORD_AREA_HEAD_SIZE + room);
  g_autofree guint8 *front = g_malloc0 (front_len), *made = NULL;
  FileRecord record;
  FileMeta meta;

  file_record_init (&record, "", 0);
  made = file_record_make_front (&record, "", NULL, 0, 0);
  memcpy (front, data, MIN (size, front_len));
  memcpy (front, made, 8);           /* the magic word */
  memcpy (front + 32, made + 32, 8); /* the size of blocks */
  file_record_write_sum (front + 8, key_len);
  file_record_write_sum (front + 16, room);
  file_record_write_sum (
      front + 48, file_hash (front + FILE_RECORD_HEAD_SIZE, key_len, file_hash (front, 48, 0)));
  record = (FileRecord){ key_len, room, take (front + 24), take (front + 40) };
  if (!file_record_parse (&record, front, front_len, file_record_get_size (&record)))
    {
      g_assert_cmpuint (record.body_len, >, G_MAXUINT64 / 2); /* no file is that large */
      return;
    }
  forge_area (&record, front, 0);
  forge_area (&record, front, 1);
  if (!file_record_find_meta (&record, front, &meta))
    return;
  g_assert_true (meta.data >= front && meta.data + meta.len <= front + front_len);
  g_assert_cmpuint (meta.number + 1, >, meta.number);
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
  if (size > 16)
    check_forged (data, size);
  return 0;
}
