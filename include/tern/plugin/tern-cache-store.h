/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract of a cache store: keys and bytes; it knows nothing of HTTP. */
#pragma once

#include <tern/plugin/tern-plugin-abi.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

/**
 * TernCacheStoreFlags:
 * @TERN_CACHE_STORE_NONE: may block; called on the library's worker pool, or in the thread that
 * asked where it is a program's own object
 * @TERN_CACHE_STORE_LOCAL: bounded and local, so it is called in place
 * @TERN_CACHE_STORE_ANY_THREAD: may be called from any thread
 *
 * How a store may be called.
 */
typedef enum /*< flags >*/
{
  TERN_CACHE_STORE_NONE = 0,
  TERN_CACHE_STORE_LOCAL = 1 << 0,
  TERN_CACHE_STORE_ANY_THREAD = 1 << 1,
} TernCacheStoreFlags;

#define TERN_TYPE_CACHE_STORE (tern_cache_store_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (TernCacheStore, tern_cache_store, TERN, CACHE_STORE, GObject)

/**
 * TernCacheStoreInterface:
 * @g_iface: the parent
 * @get: the value kept under a key; %NULL without an error is a miss
 * @set: keeps a value; keep_until is a Unix time in seconds after which it is of no use, 0 where
 * that is not known
 * @delete: forgets a key; that it was not there is no error
 * @get_flags: (nullable): how the store may be called; absent it is NONE
 * @configure: (nullable): called once by tern_cache_store_open() with what stands behind the scheme
 *   of the URI and its query items
 *
 * @get, @set and @delete are all that an author must write.
 */
struct _TernCacheStoreInterface
{
  GTypeInterface g_iface;

  GBytes *(*get) (TernCacheStore *self, const char *key, GError **error);
  gboolean (*set) (TernCacheStore *self, const char *key, GBytes *value, gint64 keep_until,
                   GError **error);
#ifdef __cplusplus
  gboolean (*delete_) (TernCacheStore *self, const char *key, GError **error);
#else
  gboolean (*delete) (TernCacheStore *self, const char *key, GError **error);
#endif
  TernCacheStoreFlags (*get_flags) (TernCacheStore *self);
  gboolean (*configure) (TernCacheStore *self, const char *location, GHashTable *options,
                    GError **error);
};

G_END_DECLS
