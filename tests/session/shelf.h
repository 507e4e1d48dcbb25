/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every kind of store that the tests of the cache run over, opened empty and by name; memcached is
 * the real one, started once for a test program. It must never say what a store should do. */

#pragma once

#include <tern/tern-cache.h>

#include "tern-real-server.h"

G_BEGIN_DECLS

typedef enum
{
  STORE_NONE,
  STORE_MEMORY,
  STORE_FILE,
  STORE_GDBM,
  STORE_MEMCACHE, /* one server */
  STORE_RING,     /* three */
  STORE_OWN,      /* a program's own, called in the thread that asked */
  STORE_SLOW,     /* the same for any thread, not local: on the worker pool */
  STORE_ENTRIES,  /* one that takes entries, local, for any thread */
  STORE_ENTRIES_OWN,
  STORE_ENTRIES_SLOW,
  N_STORES,
} StoreKind;

#define SHELF_RING_SIZE 3

const char *shelf_get_name (StoreKind kind);

/* Whether the kind can be tried here: gdbm may not be built, memcached not be installed. */
gboolean shelf_has (StoreKind kind);

/* The URI of an empty store of that kind; @dir is what is to be removed afterwards, or NULL. Not of
 * those of the test's own. */
char *shelf_make_uri (StoreKind kind, char **dir);
TernCacheStore *shelf_open (const char *uri);

/* A ring of the caller's own; FALSE where memcached is not installed, which skips the test. */
gboolean shelf_start_ring (TernRealServer *servers[SHELF_RING_SIZE]);
/* The location of a store on the first @n of them. */
char *shelf_make_ring_uri (TernRealServer *const servers[], guint n, const char *prefix);

G_END_DECLS
