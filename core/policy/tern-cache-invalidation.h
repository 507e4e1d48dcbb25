/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which entries a request makes invalid that may have changed something (RFC 9111 §4.4). Pure. */
#pragma once

#include "policy/tern-cache-record.h"

/* The keys of the entries to delete, after the answer @status to @request (0: it may have arrived,
 * and no answer came). None for one of @safe_methods (NULL: those of RFC 9110) or after an error;
 * else the URI, and those of Location and Content-Location that are of its origin. */
char **tern_cache_invalidated_keys (const TernCacheRequest *request,
                                    const char *const *safe_methods,
                                    guint status,
                                    const TernHeaders *response_headers);
