/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One server: its connections, and whether it is worth asking. Thread-safe; no lock is held while
 * anything waits for the network. It must never open more connections than it was allowed to. */
#pragma once

#include "memcache-conn.h"
#include "memcache-options.h"

typedef struct _MemcacheServer MemcacheServer;

MemcacheServer *memcache_server_new (const MemcacheAddress *address,
                                     const MemcacheOptions *options);

/* Nobody asks any more. */
void memcache_server_free (MemcacheServer *self);

/* One question; @deadline is on the monotonic clock. Errors, of which a server that is known to be
 * away is one, name the server. */
gboolean memcache_server_ask (MemcacheServer *self,
                              const MemcacheCommand *command,
                              gint64 deadline,
                              MemcacheReply *reply,
                              GError **error);
