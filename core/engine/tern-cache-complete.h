/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of a response: asking for what is missing behind the stored one, and putting both together
 * (RFC 9111 §3.4). */
#pragma once

#include "engine/tern-cache-walk.h"

/* Makes the request one for the rest alone; FALSE where it stays one for the whole. */
gboolean tern_cache_complete_ask (TernFlow *flow, TernCacheWalk *state);

/* Whether the answer is to be put together with what is stored: a part that goes on where that
 * ends, or whatever came to a question for the rest that is not the whole. */
gboolean tern_cache_complete_wants (const TernFlow *flow, const TernCacheWalk *state);

/* Does so; at AT_PREFIX it goes on with the stored body in hand. */
TernGo tern_cache_complete (TernFlow *flow, TernCacheWalk *state);
TernGo tern_cache_complete_with_body (TernFlow *flow, TernCacheWalk *state);
