/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and using a cache store by hand; the stage that uses it by itself needs none of this. */
#pragma once

#include <tern/plugin/tern-cache-store.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

TERN_AVAILABLE_IN_ALL
TernCacheStore *tern_cache_store_open (const char *uri, GError **error);
TERN_AVAILABLE_IN_ALL
GBytes *tern_cache_store_get (TernCacheStore *self, const char *key, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_store_set (TernCacheStore *self, const char *key, GBytes *value,
                               gint64 keep_until, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_store_delete (TernCacheStore *self, const char *key, GError **error);
TERN_AVAILABLE_IN_ALL
TernCacheStoreFlags tern_cache_store_get_flags (TernCacheStore *self);

TERN_AVAILABLE_IN_ALL
TernCacheStore *tern_cache_store_open_file (GFile *folder, TernCacheNameFunc name_func,
                                            gpointer user_data, GDestroyNotify destroy,
                                            GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_store_foreach (TernCacheStore *self, TernCacheStoreFunc func,
                                   gpointer user_data, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_store_usage (TernCacheStore *self, guint64 *n_keys, guint64 *size,
                                 GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_store_clear (TernCacheStore *self, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_store_verify (TernCacheStore *self, TernCacheDamageFunc func,
                                  gpointer user_data, GError **error);

G_END_DECLS
