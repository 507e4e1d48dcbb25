/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes and checks records. */
#include "db-record.h"

#include <string.h>

#include "db-hash.h"

/* The last byte is the version: another layout is another magic, and what an older program kept is
 * damaged to a newer one. */
static const char magic[8] = { 'T', 'E', 'R', 'N', 'g', 'd', 'b', 1 };

enum
{
  AT_MAGIC = 0,
  AT_KIND = 8,
  AT_KEY_LEN = 16,
  AT_VALUE_LEN = 24,
  AT_KEEP_UNTIL = 32,
  AT_SUM = 40, /* over the head before it, the key and the value */
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

static guint64
make_sum (const guint8 *record, gsize len, guint64 seed)
{
  guint64 sum = db_hash (record, AT_SUM, seed);

  return db_hash (record + DB_RECORD_HEAD_SIZE, len - DB_RECORD_HEAD_SIZE, sum);
}

guint8 *
db_record_make (
    DbRecordKind kind, const char *key, GBytes *value, gint64 keep_until, guint64 seed, gsize *len)
{
  gsize key_len = strlen (key), value_len = 0;
  const void *data = value != NULL ? g_bytes_get_data (value, &value_len) : NULL;
  guint8 *record = g_malloc (DB_RECORD_HEAD_SIZE + key_len + value_len);

  *len = DB_RECORD_HEAD_SIZE + key_len + value_len;
  memcpy (record + AT_MAGIC, magic, sizeof magic);
  put (record + AT_KIND, kind);
  put (record + AT_KEY_LEN, key_len);
  put (record + AT_VALUE_LEN, value_len);
  put (record + AT_KEEP_UNTIL, (guint64)keep_until);
  memcpy (record + DB_RECORD_HEAD_SIZE, key, key_len);
  if (value_len > 0)
    memcpy (record + DB_RECORD_HEAD_SIZE + key_len, data, value_len);
  put (record + AT_SUM, make_sum (record, *len, seed));
  return record;
}

gboolean
db_record_check (const guint8 *record, gsize len, const char *key, gsize key_len, guint64 seed)
{
  /* The lengths first, and against what is there: nothing is believed before the sum is right. */
  return len >= DB_RECORD_HEAD_SIZE && len - DB_RECORD_HEAD_SIZE >= key_len
         && memcmp (record, magic, sizeof magic) == 0 && take (record + AT_KEY_LEN) == key_len
         && take (record + AT_VALUE_LEN) == len - DB_RECORD_HEAD_SIZE - key_len
         && memcmp (record + DB_RECORD_HEAD_SIZE, key, key_len) == 0
         && take (record + AT_SUM) == make_sum (record, len, seed);
}

char *
db_record_dup_key (const guint8 *record, gsize len, guint64 seed)
{
  g_autofree char *key = NULL;
  guint64 key_len;

  if (len < DB_RECORD_HEAD_SIZE)
    return NULL;
  key_len = take (record + AT_KEY_LEN);
  if (key_len > len - DB_RECORD_HEAD_SIZE)
    return NULL;
  key = g_strndup ((const char *)record + DB_RECORD_HEAD_SIZE, key_len);
  return db_record_check (record, len, key, key_len, seed) ? g_steal_pointer (&key) : NULL;
}

gboolean
db_record_is_in (const void *bytes, gsize len)
{
  return memmem (bytes, len, magic, sizeof magic) != NULL;
}

DbRecordKind
db_record_get_kind (const guint8 *record)
{
  return (DbRecordKind)take (record + AT_KIND);
}

gint64
db_record_get_keep_until (const guint8 *record)
{
  return (gint64)take (record + AT_KEEP_UNTIL);
}
