/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host that a program gives to a connection: "host", "host:port", "[::1]:port". Pure. */
#pragma once

#include "base/tern-uri.h"

/* @port -1: the one in @host, or the scheme's. The host of the URI is what is dialed, with the zone
 * of a link-local address; its authority is what the Host field says, without. INVALID_URL. */
TernUri *tern_connection_host_parse (const char *host, int port, gboolean secure, GError **error);
