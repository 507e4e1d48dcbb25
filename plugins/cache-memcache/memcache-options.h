/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the servers are and how they are used, from the URI of a store. Pure; no server is asked
 * whether it exists. */
#pragma once

#include <gio/gio.h>

typedef struct
{
  char *host;   /* as it was written, without brackets; the ring depends on every letter */
  guint16 port; /* 0: the host is the path of a socket */
} MemcacheAddress;

typedef struct
{
  GPtrArray *addresses; /* of MemcacheAddress; NULL before anything was parsed */
  char *prefix;         /* of every key */
  gint64 timeout;       /* microseconds for one get, set or delete */
  gsize item_size;      /* bytes that a server takes for one item, all counted */
  gsize max_entry_size; /* bytes; larger values are not kept */
  guint connections;    /* to one server at once */
  gboolean classic;     /* the servers are not asked whether they know meta commands */
} MemcacheOptions;

gboolean memcache_options_parse (MemcacheOptions *options,
                                 const char *location,
                                 GHashTable *items,
                                 GError **error);
void memcache_options_clear (MemcacheOptions *options);
