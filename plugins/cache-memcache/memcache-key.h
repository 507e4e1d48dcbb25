/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of items on a server. A cache key has any length and any bytes, memcached's at most 250
 * without blanks, so it is always prefix and SHA-256, never the key itself: no key can end a
 * command, and two keys never share a name. Pure. */
#pragma once

#include <glib.h>

#define MEMCACHE_KEY_SIZE 251 /* with the NUL */
#define MEMCACHE_DIGEST_SIZE 32

typedef struct
{
  char name[MEMCACHE_KEY_SIZE];
  guint8 digest[MEMCACHE_DIGEST_SIZE]; /* of the cache key */
} MemcacheKey;

/* @prefix: at most 128 bytes. */
void memcache_key_make (MemcacheKey *key, const char *prefix, const char *cache_key);

/* The name of one part of a value that is split; the nonce is that of the value. */
void memcache_key_name_part (const MemcacheKey *key,
                             guint64 nonce,
                             guint number,
                             char name[MEMCACHE_KEY_SIZE]);
