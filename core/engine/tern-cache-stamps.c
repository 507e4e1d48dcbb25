/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts invalidations, of all stores together, in a table of fixed size. Keys that share a place
 * cost an entry that is not kept now and then; it must never miss an invalidation. */
#include "engine/tern-cache-stamps.h"

#include "policy/tern-cache-key.h"

#define N_PLACES 1024

static guint places[N_PLACES]; /* atomic */

guint
tern_cache_stamp_of (const char *key)
{
  return g_atomic_int_get (&places[tern_cache_key_hash (key) % N_PLACES]);
}

void
tern_cache_stamp_change (const char *key)
{
  g_atomic_int_inc (&places[tern_cache_key_hash (key) % N_PLACES]);
}
