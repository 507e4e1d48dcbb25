/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes of a stored body, or a slice of them, as a reader. */
#pragma once

#include <tern/tern-cache.h>

#include "io/tern-reader.h"

/* The slice of @length bytes from @offset on of the body under @key (taken) in @store, which hands
 * it out as @stream. In place where the store is called in place, else on the worker pool; then
 * nothing may take longer than @idle_timeout (0 is for ever), or past @total_deadline. What cannot
 * be read to its end is an error (CACHE), and the entry goes. */
TernReader *tern_cache_stored_new (TernCacheStore *store,
                                   char *key,
                                   GInputStream *stream,
                                   guint64 offset,
                                   guint64 length,
                                   gint64 idle_timeout,
                                   gint64 total_deadline);
