/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A response that is about to be stored: its record, its slot among the variants of its URI, and
 * what of the others has to change for it. */
#pragma once

#include <tern/tern-cache.h>

#include "policy/tern-cache-record.h"

typedef struct _TernCacheEntry TernCacheEntry;

/* An entry of two keys, so that a 304 rewrites the small one alone; @slot NULL is the home slot. */
char *tern_cache_meta_key (const char *key, const char *slot);
char *tern_cache_body_key (const char *key, const char *slot);

/* Takes @record; @home is what is in the home slot of @key, NULL where nothing is. */
TernCacheEntry *tern_cache_entry_new (const char *key,
                                      const TernCacheRequest *request,
                                      const TernCacheRecord *home,
                                      TernCacheRecord *record);
void tern_cache_entry_free (TernCacheEntry *self);

/* Hands it to the store, without anybody waiting for that. */
void tern_cache_entry_store (TernCacheEntry *self, TernCacheStore *store, GBytes *body);
/* Takes back what was stored. */
void tern_cache_entry_remove (const TernCacheEntry *self, TernCacheStore *store);
