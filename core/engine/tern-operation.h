/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stage may ask to be done for it. A stage fills in what the kind needs and reads the outcome when
 * it is called again; the doing is here, the deciding never. */
#pragma once

#include <tern/tern-cache.h>

#include "exchange/tern-exchange.h"
#include "io/tern-worker.h"

typedef enum
{
  TERN_OP_NONE,
  TERN_OP_CACHE_FIND,   /* key → value, NULL for a miss; a store that fails is a miss */
  TERN_OP_CACHE_STORE,  /* key, value, keep_until */
  TERN_OP_CACHE_DELETE, /* key */
  TERN_OP_EXCHANGE,     /* fresh, allow_expect → flow->result, facts */
  TERN_OP_DRAIN,        /* what is left of flow->result's body, up to a cap; then it is gone */
} TernOperationKind;

typedef struct
{
  TernOperationKind kind;
  gboolean finished; /* the outcome is there */

  char *key;
  GBytes *value;
  gint64 keep_until;

  gboolean fresh;
  gboolean allow_expect;
  TernExchangeFacts facts;

  /* The work under way. */
  TernExchange *exchange;
  TernJob *job;
  gsize drained;
} TernOperation;

void tern_operation_clear (TernOperation *self);

/* Starts or goes on with flow->op. Never FAILED: what goes wrong is part of the outcome. */
TernStep tern_operation_perform (gpointer flow, TernWait *wait);

/* A store operation outside of a flow, for a body that was read to its end: in place where the store
 * allows it, else on the worker pool without anybody waiting. Takes @key and @value (NULL deletes). */
void tern_operation_store_later (TernCacheStore *store, char *key, GBytes *value, gint64 keep_until);
