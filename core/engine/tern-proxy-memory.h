/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How origins were reached not long ago, so that nobody is asked again for each request.
 * Thread-safe, bounded, and empty again when the environment says something else. */
#pragma once

#include "base/tern-uri.h"

typedef struct _TernProxyMemory TernProxyMemory;

TernProxyMemory *tern_proxy_memory_new (void);
void tern_proxy_memory_free (TernProxyMemory *self);

/* @stamp is what the environment says now; what was found under another one is forgotten. TRUE:
 * @routes (transfer full) is known, NULL for a direct connection. */
gboolean tern_proxy_memory_find (
    TernProxyMemory *self, const TernUri *uri, guint64 stamp, gint64 now, GPtrArray **routes);
void tern_proxy_memory_add (
    TernProxyMemory *self, const TernUri *uri, guint64 stamp, gint64 now, GPtrArray *routes);
