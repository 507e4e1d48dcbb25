/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last bytes of a body that no store keeps, for those of its readers who are a little behind.
 * Pure. */
#pragma once

#include <glib.h>

/* More than that is not held for anybody. */
#define TERN_CACHE_WINDOW_MAX ((gsize)8 * 1024 * 1024)

typedef struct
{
  GByteArray *bytes; /* NULL as long as it is empty */
  gsize head;        /* what was trimmed of them */
  guint64 start;     /* where the first byte stands in the body */
} TernCacheWindow;

/* Empty, at that place of the body. */
void tern_cache_window_init (TernCacheWindow *self, guint64 start);
void tern_cache_window_clear (TernCacheWindow *self);

/* Adds what follows; what it cannot hold of the oldest goes. */
void tern_cache_window_append (TernCacheWindow *self, const void *data, gsize len);

/* Nobody needs what lies before @at. */
void tern_cache_window_trim (TernCacheWindow *self, guint64 at);

/* Copies from @at on; 0 where that is gone or has not come. */
gsize tern_cache_window_copy (const TernCacheWindow *self, guint64 at, void *buffer, gsize len);
