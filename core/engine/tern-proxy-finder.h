/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a client's proxies come from: the one that the program set, its resolver, the environment
 * or the desktop, in this order. Immutable but for what it remembers; thread-safe, shared by the
 * snapshots of a client that have the same. */
#pragma once

#include <gio/gio.h>
#include <tern/tern-proxy.h>

#include "base/tern-uri.h"

typedef struct _TernProxyFinder TernProxyFinder;

typedef enum
{
  TERN_PROXY_KNOWN,  /* the routes are there; NULL for a direct connection */
  TERN_PROXY_ASK,    /* somebody has to be asked: a TernProxyQuestion */
  TERN_PROXY_FAILED, /* with an error */
} TernProxyAnswer;

/* Either may be NULL. What is wrong with @proxy is the error of every request. */
TernProxyFinder *tern_proxy_finder_new (TernProxy *proxy, GProxyResolver *resolver);
/* The same proxy as it was then, with another resolver. */
TernProxyFinder *tern_proxy_finder_new_like (TernProxyFinder *other, GProxyResolver *resolver);
TernProxyFinder *tern_proxy_finder_ref (TernProxyFinder *self);
void tern_proxy_finder_unref (TernProxyFinder *self);

/* As they were set (transfer none); NULL for none. */
TernProxy *tern_proxy_finder_get_proxy (TernProxyFinder *self);
GProxyResolver *tern_proxy_finder_get_resolver (TernProxyFinder *self);

/* What can be told without waiting. */
TernProxyAnswer tern_proxy_finder_try (TernProxyFinder *self,
                                       const TernUri *uri,
                                       GPtrArray **routes,
                                       GError **error);

/* What the desktop answered when there was nothing in the environment. */
void tern_proxy_finder_remember (TernProxyFinder *self, const TernUri *uri, GPtrArray *routes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernProxyFinder, tern_proxy_finder_unref)
