/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How old a stored response is and how long it is fresh (RFC 9111 §4.2). Pure: the time is handed
 * in. */
#pragma once

#include "policy/tern-cache-record.h"

/* Seconds since the origin made or validated it (§4.2.3); never negative. */
gint64 tern_cache_age (const TernCacheRecord *record, gint64 now);

/* What is guessed is never believed for longer than that. */
#define TERN_CACHE_GUESS_MAX (24 * 60 * 60)

/* Seconds for which it is fresh (§4.2.1): what it says, else a guess where one is allowed (§4.2.2),
 * else 0. */
gint64 tern_cache_lifetime (const TernCacheRecord *record);

/* Statuses that may be kept and guessed about without being told so (RFC 9110 §15.1). */
gboolean tern_cache_is_heuristic (guint status);

/* Whether the response says itself how long it is fresh: max-age or Expires. */
gboolean tern_cache_has_explicit_lifetime (const TernHeaders *response_headers);

/* What was fresh when it came, and may be sent stale, is kept for that long after it was: for who
 * takes it by max-stale. */
#define TERN_CACHE_KEPT_STALE (24 * 60 * 60)

/* Until when a store should keep it, Unix seconds: as long as it may be sent, fresh or stale; 0
 * where that is not known, as it can be validated. */
gint64 tern_cache_keep_until (const TernCacheRecord *record);
