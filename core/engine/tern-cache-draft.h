/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A response that is about to be stored: its record, its slot among the variants of its URI, and
 * what of the others has to change for it. */
#pragma once

#include <tern/tern-cache.h>

#include "engine/tern-cache-found.h"

typedef struct _TernCacheDraft TernCacheDraft;

/* Takes @record; @found is what is stored under @key, and @stamp that of the key when the request
 * was sent. */
TernCacheDraft *tern_cache_draft_new (const char *key,
                                      guint stamp,
                                      const TernCacheRequest *request,
                                      const TernCacheFound *found,
                                      TernCacheRecord *record);
void tern_cache_draft_free (TernCacheDraft *self);

/* Hands it to the store, without anybody waiting for that. */
void tern_cache_draft_store (TernCacheDraft *self, TernCacheStore *store, GBytes *body);

/* Begins to write it; NULL where the store would not have it. */
TernCacheWriter *tern_cache_draft_begin (TernCacheDraft *self, TernCacheStore *store);
/* All @length bytes of the body are written; FALSE where it is no entry. */
gboolean tern_cache_draft_commit (TernCacheDraft *self,
                                  TernCacheStore *store,
                                  TernCacheWriter *writer,
                                  guint64 length);

/* Takes back what was stored. */
void tern_cache_draft_remove (const TernCacheDraft *self, TernCacheStore *store);
