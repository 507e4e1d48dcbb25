/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The safe way to use a store that takes entries: meta and body under one key. What a store does
 * wrong becomes an error of TERN_ERROR_CACHE. Every call may block. */
#pragma once

#include <tern/plugin/tern-cache-store.h>

/* Whether the store takes entries; else meta and body are two plain values of it. */
gboolean tern_cache_parts_taken_by (TernCacheStore *store);

/* One entry, as it was found; exactly one of body and stream is there, and neither where nothing
 * was found. */
typedef struct
{
  GBytes *meta;
  GBytes *body;
  GInputStream *stream;
} TernCacheParts;

void tern_cache_parts_clear (TernCacheParts *self);

/* FALSE without an error: a miss. */
gboolean tern_cache_parts_open (TernCacheParts *self,
                                TernCacheStore *store,
                                const char *key,
                                GError **error);
gboolean tern_cache_parts_set_meta (TernCacheStore *store,
                                    const char *key,
                                    GBytes *before,
                                    GBytes *meta,
                                    gint64 keep_until,
                                    GError **error);

/* The writer of a new entry; dropped without a commit it leaves nothing. */
TernCacheWriter *
tern_cache_parts_create (TernCacheStore *store, const char *key, GBytes *meta, GError **error);
gboolean
tern_cache_parts_write (TernCacheWriter *writer, const void *data, gsize len, GError **error);
gssize tern_cache_parts_read (
    TernCacheWriter *writer, guint64 offset, void *buffer, gsize len, GError **error);
gboolean
tern_cache_parts_commit (TernCacheWriter *writer, GBytes *meta, gint64 keep_until, GError **error);

/* An error of the store or of its writer as our own: callers tell those of the cache from those of
 * the network by their one code. */
void tern_cache_parts_fail (gpointer object, const char *what, const GError *inner, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TernCacheParts, tern_cache_parts_clear)
