/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The responses that the cache gives by itself, and the word on each that passes it. */
#pragma once

#include "engine/tern-cache-walk.h"
#include "policy/tern-cache-status.h"

/* Answers with the record and the body of the one that was found with it (@found, the same or what
 * it was before a 304), whole or in the form that the request asks for. */
void tern_cache_reply (TernFlow *flow,
                       TernCacheWalk *state,
                       const TernCacheRecord *record,
                       const TernCacheRecord *found,
                       const TernCacheStatus *status);

/* So many bytes from @offset on of the body of what was found with @found, and at hand. */
TernReader *tern_cache_reply_slice (TernFlow *flow,
                                    TernCacheWalk *state,
                                    const TernCacheRecord *found,
                                    guint64 offset,
                                    guint64 length);

/* Answers with the record of a response that another request has brought, and its body (taken). */
void tern_cache_reply_shared (TernFlow *flow,
                              const TernCacheRecord *record,
                              TernReader *body,
                              const TernCacheStatus *status);

/* 504: only-if-cached, and nothing is. */
void tern_cache_reply_timeout (TernFlow *flow, const TernCacheStatus *status);

/* Says in the response, and to who listens, what the cache did. */
void tern_cache_reply_note (TernFlow *flow, TernResponse *response, const TernCacheStatus *status);
