/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proxies as URIs, beside the public tern_proxy_new_from_uri(). Pure. */
#pragma once

#include <tern/tern-proxy.h>

/* The URI as GIO's proxies read it. It HOLDS THE CREDENTIALS: for answers of a GProxyResolver,
 * never for a message or a log (that is a route's name). */
char *tern_proxy_uri_for_gio (TernProxy *proxy);
