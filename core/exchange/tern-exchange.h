/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One request and one response on one connection: find or make the connection, send, read the head,
 * hand out the body. It tries once; whether to try again is for the stage above. */
#pragma once

#include <tern/tern-failure.h>
#include <tern/tern-response.h>

#include "exchange/tern-exchange-env.h"
#include "io/tern-reader.h"
#include "message/tern-call.h"

typedef struct _TernExchange TernExchange;

typedef struct
{
  TernPhase phase;         /* what was being done when it failed */
  gboolean reused;         /* on a kept connection */
  gboolean request_sent;   /* a byte of the request may have reached the server */
  gboolean answer_started; /* a byte of the answer came */
  gboolean expected;       /* Expect: 100-continue was sent */
  gboolean local;          /* it failed for a reason of the program\'s own: its body */
  gboolean via_proxy;      /* through an HTTP proxy in absolute form: a 407 is the proxy's */
  gboolean refused_tunnel; /* the response is a proxy's refusal of CONNECT */
} TernExchangeFacts;

/* @fresh: never on a kept connection; @allow_expect: as the request asks, else never. @env and
 * @call are borrowed until the exchange is freed. */
TernExchange *tern_exchange_new (const TernExchangeEnv *env,
                                 TernCall *call,
                                 gboolean fresh,
                                 gboolean allow_expect);
TernStep tern_exchange_step (TernExchange *self, TernWait *wait, GError **error);
const TernExchangeFacts *tern_exchange_get_facts (TernExchange *self);
/* After DONE (transfer full both); the body is NULL where there is none. */
TernResponse *tern_exchange_steal_response (TernExchange *self, TernReader **body);
/* Frees it; a connection in use is closed. */
void tern_exchange_free (TernExchange *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernExchange, tern_exchange_free)
