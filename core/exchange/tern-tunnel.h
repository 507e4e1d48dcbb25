/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CONNECT (RFC 9110 §9.3.6): asks an HTTP proxy for a connection to a host, on a transport that
 * reaches the proxy. It knows neither calls nor pools, so that whoever has a transport can use it.
 */
#pragma once

#include <tern/tern-response.h>

#include "exchange/tern-tunnel-head.h"
#include "http1/tern-http1-head.h"
#include "net/tern-transport.h"

typedef struct _TernTunnel TernTunnel;

/* Everything is checked here, before a byte is sent. Errors: INVALID_URL for the host,
 * INVALID_HEADER for a field. */
TernTunnel *tern_tunnel_new (const TernTunnelPlan *plan, GError **error);

/* Takes the transport; once, before the first step. */
void tern_tunnel_take_transport (TernTunnel *self, TernTransport *transport);

/* DONE: the proxy has spoken. Then either the tunnel is open and its transport can be stolen, with
 * not a byte read of what comes behind the head; or there is a refusal. FAILED: PROXY_TUNNEL for
 * an answer that is none, and what the transport says. The caller owns the clocks, but the body of
 * a refusal (at most 64 KiB of it) is waited for by the plan's, and at most two seconds: it must
 * not be late then. */
TernStep tern_tunnel_step (TernTunnel *self, TernWait *wait, GError **error);

/* The head of the last answer, NULL before there was one (transfer none). */
const TernHttp1Head *tern_tunnel_get_head (TernTunnel *self);
/* "host:port" as it was asked for. */
const char *tern_tunnel_get_target (TernTunnel *self);
/* Grows whenever something moves, for an idle clock. */
guint64 tern_tunnel_count_moved (TernTunnel *self);
/* Whether what is read now is the body of a refusal. */
gboolean tern_tunnel_is_refused (TernTunnel *self);

/* NULL where it was refused: that connection was closed (transfer full). */
TernTransport *tern_tunnel_steal_transport (TernTunnel *self);
/* The proxy's answer with its body as content; NULL where the tunnel is open (transfer full). */
TernResponse *tern_tunnel_steal_refusal (TernTunnel *self);

void tern_tunnel_free (TernTunnel *self);

/* The error that a refusal becomes in the end: PROXY_AUTH for 407, else PROXY_TUNNEL. @proxy is how
 * the message names the proxy. */
void tern_tunnel_set_refused (
    GError **error, const char *proxy, const char *target, guint status, const char *reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTunnel, tern_tunnel_free)
