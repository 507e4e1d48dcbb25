/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The talk with a SOCKS proxy on a transport that reaches it. */
#pragma once

#include "net/tern-socks.h"
#include "net/tern-transport.h"

typedef struct _TernSocksHandshake TernSocksHandshake;

/* Checks the plan, before there is a transport; errors as tern_socks_new(). */
TernSocksHandshake *tern_socks_handshake_new (const TernSocksPlan *plan, GError **error);
/* Once, before the first step (transfer full). */
void tern_socks_handshake_take_transport (TernSocksHandshake *self, TernTransport *transport);

/* DONE: the transport reaches the target, and not a byte of what it says was read. */
TernStep tern_socks_handshake_step (TernSocksHandshake *self, TernWait *wait, GError **error);
/* Grows whenever something moves, for an idle clock. */
guint64 tern_socks_handshake_count_moved (TernSocksHandshake *self);
/* (transfer full) */
TernTransport *tern_socks_handshake_steal_transport (TernSocksHandshake *self);
void tern_socks_handshake_free (TernSocksHandshake *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernSocksHandshake, tern_socks_handshake_free)
