/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an exchange has to say for debug output beside its heads, which have a hook of their own.
 * Each costs one test where nobody listens. */
#pragma once

#include <tern/tern-failure.h>
#include <tern/tern-response.h>

#include "base/tern-uri.h"
#include "exchange/tern-exchange-env.h"

/* A connection is about to be made for that origin, perhaps through a proxy. */
void tern_exchange_log_connect (const TernExchangeEnv *env, const TernUri *uri);
void tern_exchange_log_connect_failed (const TernExchangeEnv *env,
                                       const TernUri *uri,
                                       const GError *error);
/* It was made: with what it is encrypted, if it is. */
void tern_exchange_log_connected (const TernExchangeEnv *env, TernTransport *transport);
/* A kept one is used. */
void tern_exchange_log_reused (const TernExchangeEnv *env, const TernUri *uri);
/* It is about to do that, or waits in it. */
void tern_exchange_log_phase (const TernExchangeEnv *env, TernPhase phase);
/* The head of the response is there; @sent is how much of a body went out. */
void tern_exchange_log_end (const TernExchangeEnv *env, const TernTimings *timings, guint64 sent);
