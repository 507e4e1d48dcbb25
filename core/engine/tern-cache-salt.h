/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The salt of a store, by which credentials and cookies become digests in it: two stores that hold
 * the same secret do not show it, and a list of common passwords has to be tried on each anew. */
#pragma once

#include <tern/tern-cache.h>

/* The key under which the store keeps it, so that the next process finds what this one stored. */
char *tern_cache_salt_key (void);

/* The one that is known in this process, NULL as long as none is; it lives as long as the store. */
const char *tern_cache_salt_get (TernCacheStore *store);

/* Takes what was found under the key for the salt; FALSE where it is none. Of two that come at the
 * same time the first counts. */
gboolean tern_cache_salt_take (TernCacheStore *store, GBytes *value);

/* A new one; NULL where the system has no random bytes: digests then go without. */
GBytes *tern_cache_salt_make (void);
