/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the store has of one URI, as far as a request has looked: the record in the home slot and
 * that of one sibling at most (see policy/tern-cache-variants.h). */
#pragma once

#include "plugin/tern-cache-parts.h"
#include "policy/tern-cache-record.h"

typedef struct
{
  TernCacheRecord *home;    /* NULL: nothing there */
  TernCacheRecord *sibling; /* NULL: none was looked for, or it is not there */
  char *slot;               /* of the sibling */
  /* As they lie in the store; the bodies where they were opened. */
  TernCacheParts home_parts;
  TernCacheParts sibling_parts;
} TernCacheFound;

#define TERN_CACHE_FOUND_MAX 2

void tern_cache_found_clear (TernCacheFound *self);

/* All that there is; how many. */
gsize tern_cache_found_list (const TernCacheFound *self,
                             const TernCacheRecord *records[TERN_CACHE_FOUND_MAX]);

/* Takes what was found in the home slot or, after tern_cache_found_seek(), in the sibling's; what
 * cannot be read, or is of another URI, is not there. */
void tern_cache_found_take_home (TernCacheFound *self,
                                 const TernCacheRequest *request,
                                 TernCacheParts *parts);
void tern_cache_found_take_sibling (TernCacheFound *self,
                                    const TernCacheRequest *request,
                                    TernCacheParts *parts);

/* Which sibling is to be looked at, NULL for none: the one that was stored for such a request,
 * where the home slot was not; the one of which a 304 speaks; the newest, to be guarded in an
 * update. The sibling that was found before is forgotten. */
const char *tern_cache_found_seek (TernCacheFound *self, const TernCacheRequest *request);
const char *tern_cache_found_seek_tagged (TernCacheFound *self,
                                          const TernCacheRequest *request,
                                          const TernHeaders *response_headers);
const char *tern_cache_found_seek_newest (TernCacheFound *self, const TernCacheRequest *request);

/* Where that record is; NULL is the home slot. */
const char *tern_cache_found_slot (const TernCacheFound *self, const TernCacheRecord *record);

/* That record's entry. */
TernCacheParts *tern_cache_found_parts (TernCacheFound *self, const TernCacheRecord *record);

/* Whether the body of that record is at hand; where the store took it as a plain value, @parts
 * (may be NULL) has it, and it is looked at whether it is the one. */
gboolean tern_cache_found_take_body (TernCacheFound *self,
                                     const TernCacheRecord *record,
                                     TernCacheParts *parts);

/* That record is not there any more; NULL is whatever the home slot has. */
void tern_cache_found_drop (TernCacheFound *self, const TernCacheRecord *record);
