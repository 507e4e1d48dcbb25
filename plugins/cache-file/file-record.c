/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes and checks records. Numbers are little-endian, so a folder may move to another machine. */
#include "file-record.h"

#include <string.h>

#include "file-hash.h"

/* The last byte is the version: another layout is another magic, and what an older program kept is
 * damaged to a newer one. */
static const char magic[8] = { 'T', 'E', 'R', 'N', 'v', 'a', 'l', 1 };

enum
{
  AT_MAGIC = 0,
  AT_KEY_LEN = 8,
  AT_VALUE_LEN = 16,
  AT_KEEP_UNTIL = 24,
  AT_SUM = 32, /* over the head before it, the key and the value */
};

static void
put (guint8 *at, guint64 number)
{
  number = GUINT64_TO_LE (number);
  memcpy (at, &number, sizeof number);
}

static guint64
take (const guint8 *at)
{
  guint64 number;

  memcpy (&number, at, sizeof number);
  return GUINT64_FROM_LE (number);
}

/* A key is a URI and more; its hash is what a file system takes, and tells nobody who lists the
 * folder where somebody has been. */
void
file_record_make_name (const char *key, char name[FILE_RECORD_NAME_SIZE])
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);

  memcpy (name, digest, 64);
  memcpy (name + 64, FILE_RECORD_SUFFIX, sizeof FILE_RECORD_SUFFIX);
}

gboolean
file_record_is_name (const char *name)
{
  return strspn (name, "0123456789abcdef") == 64 && g_str_equal (name + 64, FILE_RECORD_SUFFIX);
}

static guint64
make_sum (const guint8 *head, const char *key, gsize key_len, const void *value, gsize value_len)
{
  guint64 sum = file_hash (head, AT_SUM, 0);

  sum = file_hash (key, key_len, sum);
  return file_hash (value, value_len, sum);
}

void
file_record_write_head (guint8 head[FILE_RECORD_HEAD_SIZE], const char *key, gsize key_len,
                        const void *value, gsize value_len, gint64 keep_until)
{
  memcpy (head + AT_MAGIC, magic, sizeof magic);
  put (head + AT_KEY_LEN, key_len);
  put (head + AT_VALUE_LEN, value_len);
  put (head + AT_KEEP_UNTIL, (guint64) keep_until);
  put (head + AT_SUM, make_sum (head, key, key_len, value, value_len));
}

gboolean
file_record_fits (const guint8 head[FILE_RECORD_HEAD_SIZE], guint64 len, gsize key_len)
{
  return len >= FILE_RECORD_HEAD_SIZE && len - FILE_RECORD_HEAD_SIZE >= key_len
         && memcmp (head, magic, sizeof magic) == 0 && take (head + AT_KEY_LEN) == key_len
         && take (head + AT_VALUE_LEN) == len - FILE_RECORD_HEAD_SIZE - key_len;
}

gboolean
file_record_check (const guint8 *record, gsize len, const char *key, gsize key_len)
{
  const guint8 *at_key = record + FILE_RECORD_HEAD_SIZE;

  /* The lengths first, and against what is there: nothing is believed before the sum is right. */
  return file_record_fits (record, len, key_len) && memcmp (at_key, key, key_len) == 0
         && take (record + AT_SUM)
                == make_sum (record, key, key_len, at_key + key_len,
                             len - FILE_RECORD_HEAD_SIZE - key_len);
}

gint64
file_record_get_keep_until (const guint8 head[FILE_RECORD_HEAD_SIZE])
{
  if (memcmp (head, magic, sizeof magic) != 0)
    return 0;
  return (gint64) take (head + AT_KEEP_UNTIL);
}
