/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads what is kept in a slot, whichever of the two ways the store keeps it. May block. */
#pragma once

#include "cache/tern-cache-slot.h"
#include "plugin/tern-cache-parts.h"
#include "policy/tern-cache-record.h"

/* The record in a slot; NULL without an error: nothing is there. A record of another URI is an
 * error. @parts (NULL: not wanted) gets meta and, of an entry, the body that goes with it. */
TernCacheRecord *tern_cache_entry_parts_read (TernCacheStore *store,
                                              const TernCacheSlot *slot,
                                              TernCacheParts *parts,
                                              GError **error);

/* The body of a record that was read so, as a stream. Error: CACHE where it does not fit. */
GInputStream *tern_cache_entry_parts_body (TernCacheStore *store,
                                           const TernCacheSlot *slot,
                                           const TernCacheRecord *record,
                                           const TernCacheParts *parts,
                                           GError **error);

/* Forgets a slot, both values where it is two. */
gboolean
tern_cache_entry_parts_delete (TernCacheStore *store, const TernCacheSlot *slot, GError **error);
