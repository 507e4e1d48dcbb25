/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands before the bytes of every item, so that an item proves itself: the key that it
 * belongs to, its length and a check sum. It tells damage and mix-ups, not forgery: who can write
 * to the server can write what he likes. Pure. */
#pragma once

#include "memcache-key.h"

#define MEMCACHE_RECORD_SIZE 56

typedef enum
{
  MEMCACHE_RECORD_WHOLE, /* the value follows */
  MEMCACHE_RECORD_HEAD,  /* nothing follows; the value is in parts under other names */
  MEMCACHE_RECORD_PART,  /* some of the value follows */
} MemcacheRecordKind;

typedef struct
{
  MemcacheRecordKind kind;
  guint16 number;    /* how many parts, or which */
  guint64 length;    /* of the value */
  gint64 keep_until; /* Unix time in seconds; 0 where not known */
  guint64 nonce;     /* of the value; no two writings have the same */
  guint32 sum;       /* of the value */
} MemcacheRecord;

void memcache_record_write (const MemcacheRecord *record,
                            const MemcacheKey *key,
                            guint8 bytes[MEMCACHE_RECORD_SIZE]);

/* Whether @bytes begin with a record of that key. */
gboolean memcache_record_read (MemcacheRecord *record,
                               const MemcacheKey *key,
                               const guint8 *bytes,
                               gsize len);

/* The sum of what came before, 0 for nothing, and these bytes. */
guint32 memcache_record_add_sum (guint32 sum, const void *data, gsize len);

/* The time that a server understands; 0 is never. FALSE if it is over already. */
gboolean memcache_record_get_expiry (gint64 keep_until, gint64 now, guint32 *expiry);
