/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking the origin whether what is stored still holds (RFC 9111 §4.3.1), or for the part that is
 * missing. Pure; what the answer changes is tern-cache-merge.h. */
#pragma once

#include "policy/tern-cache-record.h"

/* Adds to @conditions the fields that stand in place of the request's: If-None-Match (unless
 * @ignore_etag) with the tags of @chosen, of the other variants in @records and of the siblings
 * that these tell of, and with those of the caller; If-Modified-Since where @chosen alone is asked
 * about.
 * @chosen is NULL on a vary-miss. FALSE where nothing was added: a 304 then is the caller's. */
gboolean tern_cache_add_conditions (const TernCacheRequest *request,
                                    const TernCacheRecord *const *records,
                                    gsize n_records,
                                    const TernCacheRecord *chosen,
                                    gboolean ignore_etag,
                                    TernHeaders *conditions);

/* Adds Range and If-Range for what is missing behind the stored part (§3.4); FALSE where it has no
 * strong validator. The answer is a 206 to combine, or the whole anew. */
gboolean tern_cache_add_completion (const TernCacheRecord *record, TernHeaders *conditions);
