/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which server a key belongs to: the ring of libketama, point for point as libmemcached has it in
 * its weighted ketama mode with equal weights, so that other clients look in the same places. A
 * server that comes or goes moves its own keys and no others. Pure; immutable. */
#pragma once

#include "memcache-options.h"

typedef struct _MemcacheKetama MemcacheKetama;

/* @addresses: at least one MemcacheAddress. */
MemcacheKetama *memcache_ketama_new (GPtrArray *addresses);
void memcache_ketama_free (MemcacheKetama *self);

/* The index of the key's server among the addresses. */
guint memcache_ketama_find (const MemcacheKetama *self, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MemcacheKetama, memcache_ketama_free)
