/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an origin to a transport that HTTP can be spoken on: dial, go through the proxy where the
 * environment of the exchange has a route, then TLS where the scheme asks for it. One deadline
 * covers all of it. */
#pragma once

#include <tern/tern-failure.h>
#include <tern/tern-response.h>

#include "base/tern-uri.h"
#include "exchange/tern-exchange-env.h"

typedef struct _TernEstablish TernEstablish;

TernEstablish *
tern_establish_new (const TernExchangeEnv *env, TernUri *uri, const char *ticket_key);
/* Fills in resolve, connect and tls of @timings as they pass; what is done with a proxy is part of
 * connect. DONE without a transport: the proxy refused. */
TernStep
tern_establish_step (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error);
TernPhase tern_establish_get_phase (TernEstablish *self);
TernTransport *tern_establish_steal_transport (TernEstablish *self);
/* What a proxy answered to CONNECT where it would not (transfer full); else NULL. */
TernResponse *tern_establish_steal_refusal (TernEstablish *self);
void tern_establish_free (TernEstablish *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernEstablish, tern_establish_free)
