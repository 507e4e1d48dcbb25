/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guarding against lost updates (RFC 9110 §13.1.1): who overwrites a resource says which version it
 * has seen. Pure. */
#pragma once

#include "policy/tern-cache-record.h"

/* The value of the If-Match field to add to a request with one of @optimistic_methods, from what is
 * stored of its URI: the strong tag of the version that the program saw last. NULL where none is to
 * be added: without one, with @ignore_etag, or where the caller says by itself what it expects. */
char *tern_cache_if_match (const TernCacheRequest *request,
                           const char *const *optimistic_methods,
                           gboolean ignore_etag,
                           const TernCacheRecord *const *records,
                           gsize n_records);
