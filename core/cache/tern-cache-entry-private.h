/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An entry as its own files see it: what was read when it was made. Nothing of it changes. */
#pragma once

#include <tern/tern-cache-entry.h>

#include "cache/tern-cache-slot.h"
#include "policy/tern-cache-record.h"

struct _TernCacheEntry
{
  GObject parent;
  TernCacheStore *store;
  TernCacheSlot slot;
  TernCacheRecord *record; /* NULL where it cannot be read */
  GError *error;           /* why not */
  gboolean orphaned;
};

/* Reads the entry with this key of a store; NULL where the key is of no response, or nothing is
 * there any more. What cannot be read is an entry with an error. */
TernCacheEntry *tern_cache_entry_read (TernCacheStore *store, const char *key);
/* The same, but never NULL: what is not there is an entry with an error. */
TernCacheEntry *tern_cache_entry_read_anyhow (TernCacheStore *store, const char *key);

/* Adds the variants of a URI to the list: the home slot and what it tells of. */
gboolean tern_cache_entries_collect (TernCacheStore *store,
                                     const char *uri,
                                     const char *partition,
                                     GPtrArray *entries,
                                     GError **error);
