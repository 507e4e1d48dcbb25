/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection of one exchange: a kept one, or a new one once it is our turn. It is part of the
 * exchange, so that a request on a kept connection allocates nothing for it. */
#pragma once

#include <tern/tern-failure.h>
#include <tern/tern-response.h>

#include "base/tern-uri.h"
#include "exchange/tern-establish.h"
#include "exchange/tern-exchange-env.h"

typedef struct
{
  const TernExchangeEnv *env;
  TernUri *uri; /* the call's */
  gboolean fresh;
  TernTicket *ticket; /* while it waits for its turn */
  TernLease *lease;
  TernEstablish *establish;
  TernResponse *refusal; /* of a proxy */
  const char *own_authorization;
} TernOpening;

/* All is borrowed until it is cleared; @fresh: never a kept connection; @own_authorization: what
 * the program itself says to the proxy of the route, NULL for nothing. */
void tern_opening_init (TernOpening *self,
                        const TernExchangeEnv *env,
                        TernUri *uri,
                        gboolean fresh,
                        const char *own_authorization);

/* Gives back what it holds; a connection in use is closed. */
void tern_opening_clear (TernOpening *self);

/* DONE: there is a lease; its transport is NULL where one has to be made. */
TernStep tern_opening_lease (TernOpening *self, gint64 now, TernWait *wait, GError **error);

/* Makes the transport of the lease. @phase is what is being done, and was being done when it
 * failed. DONE without a transport: a proxy refused, and there is no lease any more. */
TernStep tern_opening_establish (
    TernOpening *self, TernTimings *timings, TernPhase *phase, TernWait *wait, GError **error);

/* Of the lease; NULL before there is one (transfer none). */
TernTransport *tern_opening_get_transport (TernOpening *self);

/* What a proxy answered to CONNECT where it would not (transfer full); else NULL. */
TernResponse *tern_opening_steal_refusal (TernOpening *self);

/* The lease, for who reads the body (transfer full). */
TernLease *tern_opening_steal_lease (TernOpening *self);
