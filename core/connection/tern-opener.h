/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From what a program said about a connection to a transport: dial or take its stream, CONNECT
 * where a tunnel is wanted, TLS. One deadline covers all of it. */
#pragma once

#include "connection/tern-connection-private.h"

typedef struct _TernOpener TernOpener;

/* @connection outlives it. Errors: INVALID_URL, INVALID_HEADER, CERTIFICATE, NOT_CONNECTED for a
 * stream that is used up. */
TernOpener *tern_opener_new (TernConnection *connection, GError **error);
TernStep tern_opener_step (TernOpener *self, TernWait *wait, GError **error);
TernPhase tern_opener_get_phase (TernOpener *self);
/* After DONE (transfer full). */
TernTransport *tern_opener_steal_transport (TernOpener *self);
/* What the proxy said to CONNECT, its body too where it refused; once (transfer full). NULL where
 * it said nothing. */
TernResponse *tern_opener_make_tunnel_response (TernOpener *self);
const TernTimings *tern_opener_get_timings (TernOpener *self);
void tern_opener_free (TernOpener *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernOpener, tern_opener_free)
