/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "PREFIX" and 64 hexadecimal digits; parts have ":NONCE:NUMBER" behind that. It must never let a
 * byte of the cache key through. */
#include "memcache-key.h"

#include <string.h>

void
memcache_key_make (MemcacheKey *key, const char *prefix, const char *cache_key)
{
  static const char digits[] = "0123456789abcdef";
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = MEMCACHE_DIGEST_SIZE;
  gsize at = g_strlcpy (key->name, prefix, MEMCACHE_KEY_SIZE);

  g_checksum_update (sum, (const guchar *)cache_key, strlen (cache_key));
  g_checksum_get_digest (sum, key->digest, &size);
  g_assert (at + 2 * size < MEMCACHE_KEY_SIZE);
  for (gsize i = 0; i < size; i++)
    {
      key->name[at++] = digits[key->digest[i] >> 4];
      key->name[at++] = digits[key->digest[i] & 15];
    }
  key->name[at] = '\0';
}

void
memcache_key_name_part (const MemcacheKey *key,
                        guint64 nonce,
                        guint number,
                        char name[MEMCACHE_KEY_SIZE])
{
  g_snprintf (name, MEMCACHE_KEY_SIZE, "%s:%016" G_GINT64_MODIFIER "x:%u", key->name, nonce,
              number);
}
