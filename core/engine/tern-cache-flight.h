/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The requests that are on their way to fill an entry, so that others who ask for the same wait for
 * what the first one brings, in whatever thread and of whatever client that shares the store. */
#pragma once

#include "engine/tern-cache-fetch.h"
#include "io/tern-wait.h"

typedef struct _TernCacheFlight TernCacheFlight;

typedef enum
{
  TERN_FLIGHT_LEADS,  /* this request goes, and others may wait for it */
  TERN_FLIGHT_WAITS,  /* another one is on its way */
  TERN_FLIGHT_LANDED, /* its answer is there: record and body */
  TERN_FLIGHT_AGAIN,  /* what is stored has changed: look it up again */
  TERN_FLIGHT_ALONE,  /* nothing came of it, or nobody could be waited for */
} TernFlightState;

/* Who asks. */
typedef struct
{
  TernCacheStore *store;
  const char *key; /* of the URI, see policy/tern-cache-key.h */
  /* As they would be sent, but for conditions of the cache's own; never changed any more. */
  TernHeaders *fields;
  guint stamp; /* see below */
} TernFlightQuestion;

/* Changes whenever an answer has landed: who has looked into the store before that looks again
 * before it leads. */
guint tern_cache_flights_stamp (void);

/* What to do, and a reference to the flight for LEADS, WAITS and LANDED. ALONE where waiting would
 * be for this very thread. WAITS: the wake of @wait is fired when that changes, and the body waits
 * until this one has left. */
TernFlightState tern_cache_flight_join (const TernFlightQuestion *question,
                                        TernWait *wait,
                                        TernCacheFlight **flight);

/* Of one who was told WAITS: what has become of it. */
TernFlightState tern_cache_flight_poll (TernCacheFlight *self);
/* The same, with the wake of his wait: reads nothing more but by the readers that he has. */
void tern_cache_flight_leave (TernCacheFlight *self, TernWake *wake);

/* Of the one who leads: the head of the answer is there, and its body, which can be read by all.
 * Takes @record. */
void tern_cache_flight_land (TernCacheFlight *self, TernCacheRecord *record, TernCacheFetch *fetch);
/* Nothing comes of it for others, but for what is stored now where @again. After LANDED it does
 * nothing. */
void tern_cache_flight_end (TernCacheFlight *self, gboolean again);

/* Of a flight that has landed. */
const TernCacheRecord *tern_cache_flight_get_record (const TernCacheFlight *self);
TernCacheFetch *tern_cache_flight_get_fetch (const TernCacheFlight *self);

/* What is on its way under that key was asked for before it became invalid: nobody joins it any
 * more, and what has landed is not kept. */
void tern_cache_flights_doom (TernCacheStore *store, const char *key);

void tern_cache_flight_unref (TernCacheFlight *self);

/* How many are in the air, and how many wait for them: for the tests. */
guint tern_cache_flights_count (guint *n_waiting);
