/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ways in which an origin may be reached, in the order in which they are tried: a list of
 * routes, in which a NULL is a direct connection. NULL in place of a list is a direct connection,
 * so that this costs nothing where there is no proxy. Never changed once it is shared. */
#pragma once

#include "message/tern-route.h"

/* The list of one. Errors: those of tern_route_new(). */
GPtrArray *tern_proxy_routes_new (TernProxy *proxy, GError **error);

/* What a GProxyResolver answered. What is no proxy of ours is left out; FALSE with
 * PROXY_UNAVAILABLE where nothing is left, or nothing was said: only "direct://" is a direct
 * connection. @host is who is to be reached. */
gboolean
tern_proxy_routes_from_uris (char **uris, const char *host, GPtrArray **routes, GError **error);
