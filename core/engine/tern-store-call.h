/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call of a cache store: where it runs, in which order, and what it means for a store that
 * takes entries and for one that does not. A store that fails never fails the request. */
#pragma once

#include <tern/tern-cache.h>

#include "io/tern-wake.h"
#include "io/tern-worker.h"
#include "plugin/tern-cache-parts.h"

typedef enum
{
  TERN_STORE_GET,    /* a plain value: key → value */
  TERN_STORE_SET,    /* a plain value: key, value, keep_until */
  TERN_STORE_FIND,   /* an entry → parts: meta and, where the store takes entries, the body */
  TERN_STORE_OPEN,   /* an entry → parts.body, where FIND had only the meta */
  TERN_STORE_PUT,    /* an entry: value is its body, meta, keep_until */
  TERN_STORE_AMEND,  /* its meta alone, where that still is before; keep_until */
  TERN_STORE_REMOVE, /* an entry */
} TernStoreCallKind;

/* What is asked for, and what came of it. */
typedef struct
{
  TernStoreCallKind kind;
  char *key; /* of an entry its slot key, see policy/tern-cache-variants.h */
  GBytes *value;
  GBytes *meta;
  GBytes *before;
  gint64 keep_until;
  TernCacheParts parts;
} TernStoreCall;

void tern_store_call_clear (TernStoreCall *self);

/* What must be of no thread but the caller's, or is done at once, runs in place. */
gboolean tern_store_runs_in_place (TernCacheStore *store);

/* Whether a body can be written while it comes: where entries are taken, and in place. */
gboolean tern_store_streams (TernCacheStore *store);

/* In place. */
void tern_store_call_run (TernStoreCall *self, TernCacheStore *store);

/* On the worker pool; takes what @self holds. Calls for the same entry of the cache run one after
 * the other, in the order in which they were made. */
TernJob *tern_store_call_start (TernStoreCall *self, TernCacheStore *store, TernWake *wake);
/* The call of a job that is done; it stays the job's. */
TernStoreCall *tern_store_call_of (TernJob *job);

/* For a body that was read to its end: in place where the store allows it, else on the worker pool
 * without anybody waiting. Takes what @self holds. */
void tern_store_call_later (TernStoreCall *self, TernCacheStore *store);

/* The same for the entry under @key (taken), which is to go. */
void tern_store_remove_later (TernCacheStore *store, char *key);

/* Until when (monotonic time) a process that ends waits, counted from the first call; and the wait
 * for what it has handed to its stores. */
gint64 tern_store_get_exit_end (void);
void tern_store_wait_at_exit (void);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TernStoreCall, tern_store_call_clear)
