/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program's own cache store that can list what it holds: of plain values, or of entries. */
#pragma once

#include <tern/tern-cache.h>

#define TYPE_SHELF (shelf_get_type ())
G_DECLARE_FINAL_TYPE (Shelf, shelf, , SHELF, GObject)

/* The same with the slots for entries. */
#define TYPE_ENTRY_SHELF (entry_shelf_get_type ())
GType entry_shelf_get_type (void);

/* What stands under a key; @meta NULL: a plain value. */
void shelf_put (TernCacheStore *store, const char *key, GBytes *meta, GBytes *body);
/* NULL where it is not there. */
GBytes *shelf_peek_meta (TernCacheStore *store, const char *key);
GBytes *shelf_peek (TernCacheStore *store, const char *key);
guint shelf_count (TernCacheStore *store);
/* From now on every call fails. */
void shelf_break (TernCacheStore *store);
/* How often something was read. */
guint shelf_n_reads (TernCacheStore *store);
