/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the many variants of one URI lie in a store that knows nothing but keys. Pure.
 *
 * The key of the URI is the home slot: a whole entry, with meta and body, of the variant that came
 * first. What comes later for other wishes lies in a slot of its own, under the key, "#" and a
 * digest of what it was chosen by; the meta of the home slot has one line about each (its
 * siblings): what it was chosen by, its tag, its slot. So
 *
 * - a URI with one variant, as nearly all are, costs one look-up, whether it has Vary or not;
 *   another variant costs one more, and nothing is opened that does not answer;
 * - all tags are known without opening anything, to ask about all variants in one If-None-Match;
 * - deleting the home slot makes the whole URI invalid: what no line tells of is never found, and
 *   is overwritten when its variant comes again, as its slot depends on nothing else;
 * - two writers that add lines at the same time lose one of them at worst, which is a miss later.
 *   Nothing is ever answered by the line alone: the meta in the slot has to fit the request, too.
 */
#pragma once

#include "policy/tern-cache-record.h"
#include "policy/tern-cache-sibling.h"

/* What more variants come, the oldest line makes room for. */
#define TERN_CACHE_MAX_SIBLINGS 15

/* The key of a slot; @slot NULL is the home slot. */
char *tern_cache_slot_key (const char *key, const char *slot);

/* In a store that takes plain values alone, an entry is two of them, so that a 304 rewrites the
 * small one only. */
char *tern_cache_meta_key (const char *key, const char *slot);
char *tern_cache_body_key (const char *key, const char *slot);

/* The line about the variant that was stored for such a request, the newest one where several fit;
 * NULL where there is none. The home slot itself is not looked at. */
const TernCacheSibling *tern_cache_find_sibling (const TernCacheRecord *home,
                                                 const TernCacheRequest *request);

/* The line about the variant with such a tag, for a 304 that names it; never one of other
 * credentials. */
const TernCacheSibling *tern_cache_find_tagged_sibling (const TernCacheRecord *home,
                                                        const TernCacheRequest *request,
                                                        const TernHeaders *response_headers);

/* Where a new response goes. */
typedef struct
{
  char *slot;          /* NULL: the home slot */
  GPtrArray *siblings; /* what the home slot has to tell from then on */
  char **dropped;      /* the slots that no line tells of any more: delete them */
} TernCachePlace;

/* @home is what is stored in the home slot, NULL where nothing is, or nothing of this URI. */
void tern_cache_place (TernCachePlace *place,
                       const TernCacheRecord *home,
                       const TernCacheRequest *request,
                       const TernCacheRecord *fresh);
void tern_cache_place_clear (TernCachePlace *place);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TernCachePlace, tern_cache_place_clear)
