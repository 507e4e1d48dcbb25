/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record, all numbers big-endian: "tern", version, kind, number (2), length (8), keep until
 * (8), nonce (8), half the digest of the key (16), sum of the value (4), sum of all this (4). It
 * must never take a number from bytes whose sum is wrong. */
#include "memcache-record.h"

#include <string.h>
#include <zlib.h>

#define MAGIC "tern"
#define VERSION 1
#define DIGEST_AT 32
#define DIGEST_PART 16
#define SUM_AT 48
#define HEAD_SUM_AT 52

/* A number of seconds up to this is counted from now, a larger one is a date (memcached's
 * doc/protocol.txt, "Expiration times"). */
#define LONGEST_RELATIVE (60 * 60 * 24 * 30)

static void
put (guint8 *at, guint64 number, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++)
    at[i] = (guint8)(number >> (8 * (n_bytes - 1 - i)));
}

static guint64
take (const guint8 *at, guint n_bytes)
{
  guint64 number = 0;

  for (guint i = 0; i < n_bytes; i++)
    number = number << 8 | at[i];
  return number;
}

guint32
memcache_record_add_sum (guint32 sum, const void *data, gsize len)
{
  return len > 0 ? (guint32)crc32_z (sum, data, len) : sum;
}

void
memcache_record_write (const MemcacheRecord *record,
                       const MemcacheKey *key,
                       guint8 bytes[MEMCACHE_RECORD_SIZE])
{
  memcpy (bytes, MAGIC, 4);
  bytes[4] = VERSION;
  bytes[5] = record->kind;
  put (bytes + 6, record->number, 2);
  put (bytes + 8, record->length, 8);
  put (bytes + 16, record->keep_until, 8);
  put (bytes + 24, record->nonce, 8);
  memcpy (bytes + DIGEST_AT, key->digest, DIGEST_PART);
  put (bytes + SUM_AT, record->sum, 4);
  put (bytes + HEAD_SUM_AT, memcache_record_add_sum (0, bytes, HEAD_SUM_AT), 4);
}

gboolean
memcache_record_read (MemcacheRecord *record,
                      const MemcacheKey *key,
                      const guint8 *bytes,
                      gsize len)
{
  if (len < MEMCACHE_RECORD_SIZE || memcmp (bytes, MAGIC, 4) != 0 || bytes[4] != VERSION
      || bytes[5] > MEMCACHE_RECORD_PART
      || take (bytes + HEAD_SUM_AT, 4) != memcache_record_add_sum (0, bytes, HEAD_SUM_AT)
      || memcmp (bytes + DIGEST_AT, key->digest, DIGEST_PART) != 0)
    return FALSE;
  record->kind = bytes[5];
  record->number = take (bytes + 6, 2);
  record->length = take (bytes + 8, 8);
  record->keep_until = take (bytes + 16, 8);
  record->nonce = take (bytes + 24, 8);
  record->sum = take (bytes + SUM_AT, 4);
  return TRUE;
}

gboolean
memcache_record_get_expiry (gint64 keep_until, gint64 now, guint32 *expiry)
{
  *expiry = 0;
  if (keep_until == 0)
    return TRUE;
  if (keep_until < now)
    return FALSE;
  /* Relative where that is possible, for the server's clock may be wrong. The second itself still
   * counts; and 0 would be never. */
  if (keep_until - now < LONGEST_RELATIVE)
    *expiry = keep_until - now + 1;
  /* memcached reads 31 bits; what lies beyond never expires there, and does so here. */
  else if (keep_until <= G_MAXINT32)
    *expiry = keep_until;
  return TRUE;
}
