/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeping what comes from the network, as the store can. */
#pragma once

#include "engine/tern-cache-walk.h"

/* Makes flow->result's body one that is kept while it is read; who waits for the request reads it,
 * too. Takes @record. FALSE where the store would not have it; the body can be read all the same.
 */
gboolean tern_cache_keep (TernFlow *flow, TernCacheWalk *state, TernCacheRecord *record);

/* The same for a body that goes on where @size bytes of what was found with @found end: both
 * together are kept. @whole: and read, by who asked for the whole; else he reads the new bytes
 * alone. */
gboolean tern_cache_keep_behind (TernFlow *flow,
                                 TernCacheWalk *state,
                                 TernCacheRecord *record,
                                 const TernCacheRecord *found,
                                 guint64 size,
                                 gboolean whole);
