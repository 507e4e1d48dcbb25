/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program's GIOStream as a transport, of whatever kind it is. */
#pragma once

#include <gio/gio.h>

#include "net/tern-transport.h"

/* Takes a reference; the stream is closed when the transport is freed and no call of it is still
 * running. Sockets are used by their descriptors, other pollable streams with a descriptor are
 * polled, and the rest is called on the worker pool. */
TernTransport *tern_transport_new_stream (GIOStream *stream);
