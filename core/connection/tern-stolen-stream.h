/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection as the GIOStream that a program goes on with, when what comes over it is not HTTP
 * any more: behind CONNECT, or after a switch of protocols. */
#pragma once

#include <gio/gio.h>

#include "net/tern-transport.h"

#define TERN_TYPE_STOLEN_STREAM (tern_stolen_stream_get_type ())
G_DECLARE_FINAL_TYPE (TernStolenStream, tern_stolen_stream, TERN, STOLEN_STREAM, GIOStream)

/* Takes @transport. One thread may read while another writes. */
GIOStream *tern_stolen_stream_new (TernTransport *transport);
