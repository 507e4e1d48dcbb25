/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of a cached response between the network, the program and the store. */
#pragma once

#include <tern/tern-cache.h>

#include "engine/tern-cache-draft.h"
#include "io/tern-reader.h"

/* What is larger is not stored in a store that takes values whole. */
#define TERN_CACHE_MAX_ENTRY (8 * 1024 * 1024)

/* Reads through @body (taken, NULL is an empty one) and keeps a copy, behind that of @before (NULL
 * is nothing); when it was read to its end, the entry (taken) is stored. What is given up, fails or
 * is too large is never stored. NULL for an empty body, which is stored at once. */
TernReader *tern_cache_body_tee (TernReader *body,
                                 GBytes *before,
                                 TernCacheStore *store,
                                 TernCacheDraft *entry);
