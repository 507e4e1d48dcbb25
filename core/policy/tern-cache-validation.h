/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking whether a stored response still holds, and what an answer changes in the store (RFC 9111
 * §4.3, §4.4). Pure. */
#pragma once

#include "policy/tern-cache-record.h"

/* Whether the fields hold a validator that can be asked about. */
gboolean tern_cache_has_validator (const TernHeaders *response_headers);

/* Adds If-None-Match (unless @ignore_etag) and If-Modified-Since from the record, only valid
 * values and never over the caller's own conditions. FALSE where nothing was added. */
gboolean tern_cache_add_conditions (const TernCacheRecord *record, gboolean ignore_etag,
                                    TernHeaders *request_headers);

/* The record after a 304 (§3.2, §4.3.4); the body stays. NULL where the 304 speaks of another
 * representation: then forget the record and ask again without conditions. */
TernCacheRecord *tern_cache_merge_not_modified (const TernCacheRecord *record,
                                                const TernCacheRequest *request,
                                                const TernHeaders *response_headers,
                                                gint64 request_time, gint64 response_time);

/* The keys that an answer with @status to @request makes invalid (§4.4): none for a safe method
 * or an error; else the URI and those of Location and Content-Location that are of its origin. */
char **tern_cache_invalidated_keys (const TernCacheRequest *request, guint status,
                                    const TernHeaders *response_headers);
