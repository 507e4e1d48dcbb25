/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract of a cache store: keys and bytes; it knows nothing of HTTP. */
#pragma once

#include <tern/plugin/tern-cache-writer.h>
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
 * TernCacheStoreFunc:
 * @key: a key, of a value or of an entry
 * @size: how much is kept under it, in bytes
 * @keep_until: Unix time in seconds after which it is of no use; 0 where that is not known
 * @user_data: what was handed in with the function
 *
 * Told of what a store holds.
 *
 * Returns: whether to go on
 */
typedef gboolean (*TernCacheStoreFunc) (const char *key, guint64 size, gint64 keep_until,
                                        gpointer user_data);

/**
 * TernCacheDamageFunc:
 * @name: of what is damaged: a key, or the name of a file where the key cannot be told
 * @what: what is wrong with it, for people
 * @user_data: what was handed in with the function
 *
 * Told of what in a store is not as it was written.
 */
typedef void (*TernCacheDamageFunc) (const char *name, const char *what, gpointer user_data);

/**
 * TernCacheNameFunc:
 * @key: a key
 * @user_data: what was handed in with the function
 *
 * Makes the name of the file in which something is kept; called from any thread that uses the
 * store. Two keys that get the same name push each other out, and are never mistaken for each
 * other.
 *
 * Returns: (transfer full): a name without a slash, at most 255 bytes
 */
typedef char *(*TernCacheNameFunc) (const char *key, gpointer user_data);

/**
 * TernCacheStoreInterface:
 * @g_iface: the parent
 * @get: the value kept under a key; %NULL without an error is a miss
 * @set: keeps a value; keep_until is a Unix time in seconds after which it is of no use, 0 where
 * that is not known
 * @delete: forgets a key and the value or the entry under it; that it was not there is no error
 * @get_flags: (nullable): how the store may be called; absent it is NONE
 * @configure: (nullable): called once by tern_cache_store_open() with what stands behind the scheme
 *   of the URI and its query items
 * @open_entry: (nullable): opens an entry: its meta, and its body either whole or as a stream,
 *   which may be seekable; %FALSE without an error is a miss. Whatever is handed out is what was
 *   written: a stream fails before it hands out a byte that is not
 * @create_entry: (nullable): begins an entry; nothing is seen of it before its writer commits it,
 *   and what was under the key stays until then
 * @set_meta: (nullable): replaces the meta of an entry, and leaves the body alone, where the meta
 *   still is @before; where it is not, or nothing is there, it does nothing, which is no error
 * @foreach: (nullable): tells of each key once; what comes or goes meanwhile may be told of or not
 * @usage: (nullable): how many keys there are and how many bytes they take, keys and bookkeeping
 *   counted
 * @clear: (nullable): forgets everything
 * @verify: (nullable): reads everything and tells of what is damaged; that is then a miss
 * @set_name_function: (nullable): called before @configure by tern_cache_store_open_file()
 * @list_keys: (nullable): all keys; asked where there is no @foreach, which languages cannot write
 *   that give no functions to methods, as JavaScript in gjs
 *
 * @get, @set and @delete are all that an author must write. With @open_entry, @create_entry and
 * @set_meta, which come together, the store takes entries: two parts under one key, a small one
 * (meta) that changes and a body of any size that does not. The core keeps values and entries under
 * keys of different names.
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

  gboolean (*open_entry) (TernCacheStore *self, const char *key, GBytes **meta, GBytes **body,
                          GInputStream **stream, GError **error);
  TernCacheWriter *(*create_entry) (TernCacheStore *self, const char *key, GBytes *meta,
                                    GError **error);
  gboolean (*set_meta) (TernCacheStore *self, const char *key, GBytes *before, GBytes *meta,
                        gint64 keep_until, GError **error);
  gboolean (*foreach) (TernCacheStore *self, TernCacheStoreFunc func, gpointer user_data,
                       GError **error);
  gboolean (*usage) (TernCacheStore *self, guint64 *n_keys, guint64 *size, GError **error);
  gboolean (*clear) (TernCacheStore *self, GError **error);
  gboolean (*verify) (TernCacheStore *self, TernCacheDamageFunc func, gpointer user_data,
                      GError **error);
  gboolean (*set_name_function) (TernCacheStore *self, TernCacheNameFunc func, gpointer user_data,
                                 GDestroyNotify destroy, GError **error);
  char **(*list_keys) (TernCacheStore *self, GError **error);
};

G_END_DECLS
