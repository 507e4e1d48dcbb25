/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stage may ask to be done for it, as a value: it fills in what the kind needs and reads the
 * outcome when it is called again. */
#pragma once

#include "engine/tern-cache-flight.h"
#include "engine/tern-proxy-question.h"
#include "exchange/tern-exchange.h"
#include "io/tern-worker.h"
#include "plugin/tern-cache-parts.h"

typedef enum
{
  TERN_OP_NONE,
  TERN_OP_CACHE_GET,    /* a plain value: key → value; a store that fails is a miss, always */
  TERN_OP_CACHE_SET,    /* a plain value: key, value, keep_until */
  TERN_OP_CACHE_FIND,   /* an entry → parts: meta and, where the store takes entries, the body */
  TERN_OP_CACHE_OPEN,   /* an entry → parts.body, where FIND had none */
  TERN_OP_CACHE_STORE,  /* the meta of an entry: before, value, keep_until */
  TERN_OP_CACHE_DELETE, /* an entry */
  TERN_OP_JOIN,         /* joining → joining: waits for who asks for the same already */
  TERN_OP_PROXY_FIND,   /* → routes (NULL: direct) or error */
  TERN_OP_CREDENTIALS,  /* challenge, attempt → credentials (NULL: nobody) or error */
  TERN_OP_BODY_HASH,    /* key: the hash's name → hash, NULL where there is none */
  TERN_OP_KEEP,         /* the start of flow->result's body, in memory; it reads as before */
  TERN_OP_EXCHANGE,     /* fresh, allow_expect → flow->result, facts */
  TERN_OP_DRAIN,        /* what is left of flow->result's body, up to a cap; then it is gone */
} TernOperationKind;

/* A JOIN: what it asks and what came of it. */
typedef struct
{
  const char *key;     /* of the URI; as the next, */
  TernHeaders *fields; /* borrowed from who asks, and never changed any more */
  guint stamp;
  TernFlightState state;
  TernCacheFlight *flight;
  TernWake *wake; /* of who waits */
} TernCacheJoining;

typedef struct
{
  TernOperationKind kind;
  gboolean finished; /* the outcome is there */

  char *key;
  GBytes *value;
  GBytes *before;
  TernCacheParts parts;
  TernCacheJoining joining;
  gint64 keep_until;

  TernChallenge *challenge; /* borrowed from who asks */
  guint attempt;
  TernCredentials *credentials;
  char *hash;

  GPtrArray *routes;
  GError *error;

  gboolean fresh;
  gboolean allow_expect;
  TernExchangeFacts facts;

  /* The work under way. */
  TernProxyQuestion *question;
  TernExchange *exchange;
  TernJob *job;
  TernRequest *asking; /* borrowed: the request that waits for an answer */
  GByteArray *kept;
  gsize drained;
  gint64 until; /* when somebody loses patience with it; 0 as long as it did not begin */
} TernOperation;
