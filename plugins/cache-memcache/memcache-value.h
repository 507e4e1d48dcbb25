/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One value on one server: an item, or where it is too large for one, a head and parts. Parts have
 * names that no other writing of the value uses, and the head is written last, so whatever is
 * missing, torn or of two writings is a miss and never a value. */
#pragma once

#include "memcache-key.h"
#include "memcache-server.h"

typedef struct
{
  MemcacheServer *server;
  MemcacheKey key;
  gint64 deadline; /* on the monotonic clock, for all of it */
  gint64 now;      /* Unix time in seconds */
  gsize item_size;
  gsize max_size;
} MemcacheValue;

/* NULL for a miss, whatever the reason. */
GBytes *memcache_value_get (const MemcacheValue *self);

/* What is too large or too old is not kept, and what was there is deleted. */
gboolean
memcache_value_set (const MemcacheValue *self, GBytes *value, gint64 keep_until, GError **error);

gboolean memcache_value_delete (const MemcacheValue *self, GError **error);
