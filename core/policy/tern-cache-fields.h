/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which header fields belong to a stored response and which to one connection only (RFC 9110
 * §7.6.1, RFC 9111 §3.1). Pure. */
#pragma once

#include "base/tern-headers-private.h"

/* Which fields of a message concern one hop only: the known ones, and those that its Connection
 * names. */
typedef struct
{
  GHashTable *names; /* NULL where Connection names none but the known ones */
} TernCacheHops;

void tern_cache_hops_init (TernCacheHops *self, const TernHeaders *headers);
gboolean tern_cache_hops_has (const TernCacheHops *self, const char *name, gsize len);
void tern_cache_hops_clear (TernCacheHops *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TernCacheHops, tern_cache_hops_clear)

/* A copy without what concerns one hop only. */
TernHeaders *tern_cache_fields_end_to_end (const TernHeaders *headers);

/* The field that may stand once only: NULL where there is none, or several that differ. */
const TernField *tern_cache_fields_single (const TernHeaders *headers, const char *name);
