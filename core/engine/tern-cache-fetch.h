/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One body on its way from the network into an entry of the store, and through it to everybody who
 * reads it: each at a place and a pace of his own, in a thread of his own. */
#pragma once

#include "engine/tern-cache-draft.h"
#include "io/tern-reader.h"

typedef struct _TernCacheFetch TernCacheFetch;

/* Takes @source, @writer and @draft. @shared: readers may be attached while others read. The
 * entry is committed as soon as the last byte is there; it is never made where the last reader goes
 * before that, or where the body fails. */
TernCacheFetch *tern_cache_fetch_new (TernReader *source,
                                      TernCacheStore *store,
                                      TernCacheWriter *writer,
                                      TernCacheDraft *draft,
                                      gboolean shared);
TernCacheFetch *tern_cache_fetch_ref (TernCacheFetch *self);
void tern_cache_fetch_unref (TernCacheFetch *self);

/* Called once, in any thread and without a lock, when the body is whole, has failed or was given
 * up: nobody can be attached any more to what is not in the store. Set before anybody reads. */
void tern_cache_fetch_set_over (TernCacheFetch *self, void (*over) (gpointer data), gpointer data);

/* What is read is not to be kept, whatever becomes of it. */
void tern_cache_fetch_spoil (TernCacheFetch *self);

/* So many may attach themselves yet, and until then it is not given up; each lets go once. */
void tern_cache_fetch_reserve (TernCacheFetch *self, guint n);
void tern_cache_fetch_release (TernCacheFetch *self);

/* A reader from @at on; it may lie ahead of what has come where nobody else reads. The clocks are
 * its own: nothing may stand still for longer than @idle_timeout, and @total_deadline ends it. NULL
 * where the beginning cannot be had any more. */
TernReader *tern_cache_fetch_attach (
    TernCacheFetch *self, guint64 at, gint64 idle_timeout, gint64 total_deadline, const char *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernCacheFetch, tern_cache_fetch_unref)
