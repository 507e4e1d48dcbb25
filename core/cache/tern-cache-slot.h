/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a key of a store says: the way back from policy/tern-cache-variants.h. */
#pragma once

#include <glib.h>

typedef enum
{
  TERN_CACHE_SLOT_NONE,  /* nothing that the cache keeps as a response */
  TERN_CACHE_SLOT_ENTRY, /* an entry of a store that takes entries */
  TERN_CACHE_SLOT_META,  /* one of two plain values */
  TERN_CACHE_SLOT_BODY,
} TernCacheSlotKind;

typedef struct
{
  TernCacheSlotKind kind;
  char *key;        /* of the slot, without what tells the kind */
  char *uri;        /* without userinfo and fragment */
  char *partition;  /* NULL where there is none */
  char *home;       /* the key of the home slot, where this is another; NULL where it is the home */
  const char *slot; /* within key; NULL for the home slot */
} TernCacheSlot;

/* A key that is none of the cache's is NONE, with everything else NULL. */
void tern_cache_slot_read (TernCacheSlot *self, const char *key);
void tern_cache_slot_clear (TernCacheSlot *self);

/* Whether the key is one of that URI, of whatever partition and variant; cheaper than reading it.
 */
gboolean tern_cache_slot_is_of (const char *key, const char *uri);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TernCacheSlot, tern_cache_slot_clear)
