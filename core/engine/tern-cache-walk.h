/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cache's stage remembers of a request, and how it asks for the store's work in turn:
 *
 *   down  START → (SALT → SALTED →) META → (SIBLING →) hit:  BODY → the answer
 *                                                      else: (JOINING →) FORWARDED
 *         JOINING → another's answer, or META again where the store has changed
 *   up    FORWARDED → 304:     (TAGGED →) VALIDATED → REWRITTEN → the answer
 *                              it speaks of nothing: DELETING → FORWARDED again, unconditionally
 *                     206:     PREFIX → both parts, or FORWARDED again for the whole
 *                     failure: RESCUE → the stored answer, or on as below
 *                     else:    DELETING or REFRESHED → the answer of the origin
 */
#pragma once

#include "engine/tern-cache-found.h"
#include "engine/tern-flow.h"
#include "policy/tern-cache-decision.h"

typedef enum
{
  AT_START,
  AT_SALT,      /* the salt of the store is being looked up */
  AT_SALTED,    /* there was none: a new one is being stored */
  AT_META,      /* the record in the home slot is being looked up */
  AT_SIBLING,   /* that of another variant */
  AT_BODY,      /* of the record that answers */
  AT_JOINING,   /* others may be asking for the same */
  AT_FORWARDED, /* the request went down */
  AT_TAGGED,    /* 304: the record that it names is being looked up */
  AT_VALIDATED, /* 304: the body of the record is being looked up */
  AT_REWRITTEN, /* 304: the record is being rewritten */
  AT_REFRESHED, /* the answer to a HEAD: the same */
  AT_RESCUE,    /* the origin failed: the body of the record is being looked up */
  AT_PREFIX,    /* a part came: the body of the part that is stored is being looked up */
  AT_DELETING,  /* what an unsafe request, or an answer, made invalid */
} TernCacheWalkPlace;

typedef struct
{
  TernCacheWalkPlace place;
  gboolean guards;     /* an update, which is to say what it overwrites */
  TernHeaders *fields; /* the request as it came down to here */
  char *key;
  const char *salt; /* borrowed from the store */
  TernCacheFound found;
  TernCacheDecision decision;
  gint64 asked_at; /* Unix seconds */
  guint asked_as;  /* the stamp of the key at that time, see tern-cache-stamps.h */
  const TernCacheRecord *asked; /* of those found, the one of which a 304 speaks */
  TernCacheRecord *fresh;       /* the same after the 304 */
  gboolean kept;                /* and it was rewritten */
  gboolean beyond_rescue;
  gboolean asks_rest; /* of a part */
  TernCacheFlight *flight; /* that this request leads */
  guint stamp;             /* of the flights, before the store was looked into */
  gboolean looked_again;
  gboolean joined;         /* once is enough */
  gboolean stored;         /* the answer is in the store already */
  char **doomed;
  guint n_deleted;
} TernCacheWalk;

/* The state of the stage: NULL as long as there is no store. */
typedef struct
{
  TernCacheWalk *walk;
} TernCacheState;

void tern_cache_walk_clear (gpointer data);

/* Those who wait for this request go on: by what is stored where @again, else by themselves. */
void tern_cache_walk_let_go (TernCacheWalk *state, gboolean again);

/* Unix seconds. */
gint64 tern_cache_walk_now (void);

/* The request as the policy sees it; borrowed from both. */
TernCacheRequest tern_cache_walk_view (const TernFlow *flow, const TernCacheWalk *state);

/* Each asks for one operation on a key (taken), after which the stage goes on at @place. */
TernGo tern_cache_walk_operate (TernFlow *flow,
                                TernCacheWalk *state,
                                TernOperationKind kind,
                                char *key,
                                TernCacheWalkPlace place);
TernGo tern_cache_walk_find (TernFlow *flow,
                             TernCacheWalk *state,
                             const char *slot,
                             TernCacheWalkPlace place);
/* Goes on with @next at once where the body of the record came with it. */
TernGo tern_cache_walk_open (TernFlow *flow,
                             TernCacheWalk *state,
                             const TernCacheRecord *record,
                             TernCacheWalkPlace place,
                             TernGo (*next) (TernFlow *flow, TernCacheWalk *state));
/* In @next: FALSE where there is none that is right. */
gboolean
tern_cache_walk_has_body (TernFlow *flow, TernCacheWalk *state, const TernCacheRecord *record);
/* The meta of what was found becomes @record, unless somebody else has changed it meanwhile. */
TernGo tern_cache_walk_rewrite (TernFlow *flow,
                                TernCacheWalk *state,
                                const TernCacheRecord *found,
                                const TernCacheRecord *record,
                                TernCacheWalkPlace place);

/* The two ways of the stage. */
TernGo tern_cache_walk_down (TernFlow *flow, gpointer data);
TernGo tern_cache_walk_up (TernFlow *flow, gpointer data);
void tern_cache_walk_abandon (TernFlow *flow, gpointer data);
