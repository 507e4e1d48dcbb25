/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a cache store holds, as responses: for people and programs that look after a cache. */
#pragma once

#include <tern/plugin/tern-cache-store.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_TYPE_CACHE_ENTRY (tern_cache_entry_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernCacheEntry, tern_cache_entry, TERN, CACHE_ENTRY, GObject)

/**
 * TernCacheEntryFunc:
 * @entry: a stored response
 * @user_data: what was handed in with the function
 *
 * Told of what a store holds.
 *
 * Returns: whether to go on
 */
typedef gboolean (*TernCacheEntryFunc) (TernCacheEntry *entry, gpointer user_data);

TERN_AVAILABLE_IN_ALL
GListModel *tern_cache_entries (TernCacheStore *store);
TERN_AVAILABLE_IN_ALL
GListModel *tern_cache_entries_list (TernCacheStore *store, GError **error);
TERN_AVAILABLE_IN_ALL
GListModel *tern_cache_entries_find (TernCacheStore *store, const char *uri, const char *partition,
                                     GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_entries_foreach (TernCacheStore *store, const char *uri,
                                     TernCacheEntryFunc func, gpointer user_data, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_entries_remove (TernCacheStore *store, const char *uri, const char *partition,
                                    guint *n_removed, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_entries_verify (TernCacheStore *store, TernCacheDamageFunc func,
                                    gpointer user_data, GError **error);

TERN_AVAILABLE_IN_ALL
const char *tern_cache_entry_get_key (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
const char *tern_cache_entry_get_uri (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
const char *tern_cache_entry_get_partition (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
guint tern_cache_entry_get_status (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
const char *tern_cache_entry_get_reason (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
TernHeaders *tern_cache_entry_get_headers (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
char **tern_cache_entry_get_vary (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
guint64 tern_cache_entry_get_size (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_entry_get_part (TernCacheEntry *self, guint64 *first, guint64 *end,
                                    guint64 *total);
TERN_AVAILABLE_IN_ALL
gint64 tern_cache_entry_get_stored_at (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
gint64 tern_cache_entry_get_age (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
gint64 tern_cache_entry_get_lifetime (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_entry_is_fresh (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_entry_is_orphaned (TernCacheEntry *self);
TERN_AVAILABLE_IN_ALL
const GError *tern_cache_entry_get_error (TernCacheEntry *self);

TERN_AVAILABLE_IN_ALL
GInputStream *tern_cache_entry_open_body (TernCacheEntry *self, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_entry_verify (TernCacheEntry *self, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_cache_entry_delete (TernCacheEntry *self, GError **error);

G_END_DECLS
