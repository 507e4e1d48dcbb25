/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Words the events of a connection as httplib2 does, where it has them. No body and no credential
 * is ever handed in here. */
#include "exchange/tern-exchange-log.h"

#include <inttypes.h>

#include "base/tern-debug-text.h"

void
tern_exchange_log_connect (const TernExchangeEnv *env, const TernUri *uri)
{
  if (!env->log)
    return;
  tern_debug_tell (env->log, env->data, TERN_LOG_EVENT_CONNECT, "(%s, %u)", uri->host, uri->port);
  if (env->route)
    tern_debug_tell (env->log, env->data, TERN_LOG_EVENT_PROXY, "%s", env->route->name);
}

void
tern_exchange_log_connect_failed (const TernExchangeEnv *env,
                                  const TernUri *uri,
                                  const GError *error)
{
  g_autofree char *message = NULL;

  if (!env->log)
    return;
  message = tern_debug_message (error);
  tern_debug_tell (env->log, env->data, TERN_LOG_EVENT_CONNECT_FAILED, "(%s, %u) %s", uri->host,
                   uri->port, message);
}

void
tern_exchange_log_connected (const TernExchangeEnv *env, TernTransport *transport)
{
  g_autoptr (TernTlsInfo) info = NULL;

  if (!env->log)
    return;
  info = tern_transport_get_tls_info (transport);
  if (info)
    tern_debug_tell (env->log, env->data, TERN_LOG_EVENT_TLS, "TLS 1.%d, %s%s",
                     tern_tls_info_get_version (info) % 10, tern_tls_info_get_cipher (info),
                     tern_tls_info_get_resumed (info) ? ", resumed" : "");
}

void
tern_exchange_log_reused (const TernExchangeEnv *env, const TernUri *uri)
{
  if (!env->log)
    return;
  tern_debug_tell (env->log, env->data, TERN_LOG_EVENT_POOL, "kept connection to (%s, %u)",
                   uri->host, uri->port);
}

void
tern_exchange_log_phase (const TernExchangeEnv *env, TernPhase phase)
{
  static const char *const nicks[] = {
    [TERN_PHASE_NONE] = "none",       [TERN_PHASE_QUEUE] = "queue",
    [TERN_PHASE_RESOLVE] = "resolve", [TERN_PHASE_CONNECT] = "connect",
    [TERN_PHASE_TLS] = "tls",         [TERN_PHASE_SEND] = "send",
    [TERN_PHASE_WAIT] = "wait",       [TERN_PHASE_RECEIVE] = "receive",
  };

  if (env->log)
    tern_debug_tell (env->log, env->data, TERN_LOG_EVENT_PHASE, "%s", nicks[phase]);
}

void
tern_exchange_log_end (const TernExchangeEnv *env, const TernTimings *timings, guint64 sent)
{
  if (!env->log)
    return;
  if (sent > 0)
    tern_debug_tell (env->log, env->data, TERN_LOG_EVENT_BODY, "%" PRIu64 " bytes sent", sent);
  tern_debug_tell (env->log, env->data, TERN_LOG_EVENT_TIMING,
                   "queue %" PRId64 ", resolve %" PRId64 ", connect %" PRId64 ", tls %" PRId64
                   ", send %" PRId64 ", wait %" PRId64 " microseconds",
                   timings->queue, timings->resolve, timings->connect, timings->tls, timings->send,
                   timings->wait);
}
