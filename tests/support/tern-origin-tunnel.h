/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What makes an HTTP proxy of a TernOrigin: real tunnels for CONNECT. Whatever host is named, they
 * lead to the loopback address with that port. */

#pragma once

#include "tern-origin.h"

G_BEGIN_DECLS

/* For handlers: connects to where the request, a CONNECT, wants to go, writes @answer (a whole
 * head) and carries bytes both ways until one side ends. Without a target it answers 502. */
void tern_origin_tunnel    (TernOriginConn          *conn,
                            const TernOriginRequest *request,
                            const char              *answer);

/* A route "" that opens tunnels, and answers everything else with 200 and the request's target. */
void tern_origin_add_proxy (TernOrigin              *origin);

G_END_DECLS
