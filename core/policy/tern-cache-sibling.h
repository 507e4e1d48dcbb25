/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line about a variant that is kept elsewhere: enough to choose it by and to ask about it, so
 * that nothing has to be opened that does not answer. */
#pragma once

#include <glib.h>

typedef struct
{
  char *slot;       /* see tern_cache_slot_key() */
  GPtrArray *vary;  /* of TernCacheVary */
  char *tag;        /* its ETag as it stood in the field, NULL where it had none */
  gint64 stored_at; /* Unix seconds */
} TernCacheSibling;

/* Takes all three. */
TernCacheSibling *tern_cache_sibling_new (char *slot, GPtrArray *vary, char *tag, gint64 stored_at);
TernCacheSibling *tern_cache_sibling_copy (const TernCacheSibling *sibling);
void tern_cache_sibling_free (TernCacheSibling *sibling);

/* (element-type TernCacheSibling): an empty list that owns its members. */
GPtrArray *tern_cache_siblings_new (void);

/* The empty list that all share, which nobody may change. */
GPtrArray *tern_cache_siblings_none (void);
