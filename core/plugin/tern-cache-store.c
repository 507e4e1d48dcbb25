/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface of cache stores; how programs and the core call one is tern-cache.c. */
#include <tern/plugin/tern-cache-store.h>

/**
 * TernCacheStore:
 *
 * Keeps cached responses: bytes under keys. A store may forget what it wants whenever it wants.
 *
 * A program may implement it; then it is called in the thread that asked, unless
 * %TERN_CACHE_STORE_ANY_THREAD says more.
 */
G_DEFINE_INTERFACE (TernCacheStore, tern_cache_store, G_TYPE_OBJECT)

static void
tern_cache_store_default_init (TernCacheStoreInterface *iface)
{
}
