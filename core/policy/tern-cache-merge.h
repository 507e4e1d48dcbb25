/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the answer to a question about a stored response changes in it (RFC 9111 §3.2, §4.3.4,
 * §4.3.5). Pure. */
#pragma once

#include "policy/tern-cache-record.h"

/* The stored fields with those of the newer message in place of their namesakes, but for what
 * describes the stored bytes, or one connection. *@only_dated: none but Date and Age changed. */
TernHeaders *tern_cache_merge_fields (const TernHeaders *stored,
                                      const TernHeaders *response_headers,
                                      gboolean *only_dated);

/* The record after a 304 to @request; the body stays. NULL where the 304 speaks of another
 * representation: then forget the record and ask again without conditions; or hand the 304 on,
 * where the request had conditions of its own. */
TernCacheRecord *tern_cache_merge_not_modified (const TernCacheRecord *record,
                                                const TernCacheRequest *request,
                                                const TernHeaders *response_headers,
                                                gint64 request_time,
                                                gint64 response_time);

/* Of which record a 304 speaks, when @chosen (NULL on a vary-miss) and the tags of the others were
 * asked about; NULL where that cannot be told. */
const TernCacheRecord *tern_cache_select_validated (const TernCacheRequest *request,
                                                    const TernCacheRecord *const *records,
                                                    gsize n_records,
                                                    const TernCacheRecord *chosen,
                                                    const TernHeaders *response_headers);

/* What the answer to a HEAD says of the stored answer to a GET (§4.3.5). The record with the newer
 * fields; NULL where it says nothing, and, with @outdated set, where it is another version: then
 * forget what is stored. */
TernCacheRecord *tern_cache_freshen (const TernCacheRecord *record,
                                     const TernCacheRequest *request,
                                     guint status,
                                     const TernHeaders *response_headers,
                                     gint64 request_time,
                                     gint64 response_time,
                                     gboolean *outdated);
