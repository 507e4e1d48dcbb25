/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of a cache store: where it runs, and in which order. A store that fails never fails the
 * request. */
#pragma once

#include <tern/tern-cache.h>

#include "io/tern-wake.h"
#include "io/tern-worker.h"

typedef enum
{
  TERN_STORE_GET,
  TERN_STORE_SET,
  TERN_STORE_DELETE,
} TernStoreCallKind;

/* What must be of no thread but the caller's, or is done at once, runs in place. */
gboolean tern_store_runs_in_place (TernCacheStore *store);

/* In place; takes @key and @value. The value that was found, or NULL. */
GBytes *tern_store_call_run (
    TernStoreCallKind kind, TernCacheStore *store, char *key, GBytes *value, gint64 keep_until);

/* On the worker pool; takes @key and @value. Calls for the same entry of the cache run one after
 * the other, in the order in which they were made. */
TernJob *tern_store_call_start (TernStoreCallKind kind,
                                TernCacheStore *store,
                                char *key,
                                GBytes *value,
                                gint64 keep_until,
                                TernWake *wake);
/* After it is done. */
GBytes *tern_store_call_steal_value (TernJob *job);

/* For a body that was read to its end: in place where the store allows it, else on the worker pool
 * without anybody waiting. Takes @key and @value (NULL deletes). */
void tern_store_call_later (TernCacheStore *store, char *key, GBytes *value, gint64 keep_until);
