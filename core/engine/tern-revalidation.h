/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stale-while-revalidate (RFC 5861 §3): the question that goes to the origin behind the back of a
 * request which was answered by what is stale. */
#pragma once

#include "engine/tern-flow.h"
#include "policy/tern-cache-record.h"

/* Whether the request may be answered now and asked about later: not where the store or the
 * connector is an object of the program's that is called in its own thread only, nor from a
 * question that is a revalidation itself. */
gboolean tern_revalidation_is_possible (const TernFlow *flow);

/* Starts asking about @record, which lies under @slot_key and of which @fields were wanted, on the
 * worker pool; nobody waits for it and no signal tells of it. Does nothing where that key is being
 * asked about already. */
void tern_revalidation_start (const TernFlow *flow,
                              const TernHeaders *fields,
                              const char *slot_key,
                              const TernCacheRecord *record);

/* How many are queued or asking: for the tests. */
guint tern_revalidation_count (void);
