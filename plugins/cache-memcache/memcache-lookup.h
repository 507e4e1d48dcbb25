/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a server is: socket addresses for its name, looked up when first needed and again after a
 * while. getaddrinfo() knows no deadline, so it runs in a thread of its own; who is out of time
 * goes away and finds the result later. Thread-safe. */
#pragma once

#include <sys/socket.h>

#include "memcache-options.h"

typedef struct
{
  struct sockaddr_storage address;
  socklen_t len;
} MemcacheTarget;

typedef struct _MemcacheLookup MemcacheLookup;

MemcacheLookup *memcache_lookup_new (const MemcacheAddress *address);
void memcache_lookup_unref (MemcacheLookup *self);

/* MemcacheTargets, at least one; @deadline is on the monotonic clock. */
GArray *memcache_lookup_find (MemcacheLookup *self, gint64 deadline, GError **error);

/* None of them could be reached: the next to ask wants new ones. */
void memcache_lookup_forget (MemcacheLookup *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MemcacheLookup, memcache_lookup_unref)
