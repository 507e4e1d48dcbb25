/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an exchange needs to know of its client: where connections come from and how long anything
 * may take. Borrowed for the time of one operation; what lives longer copies what it needs. */
#pragma once

#include <tern/tern-connector.h>

#include "base/tern-debug.h"
#include "http1/tern-http1-head.h"
#include "io/tern-resolver.h"
#include "message/tern-route.h"
#include "net/tern-pool.h"
#include "net/tern-tls.h"

typedef struct
{
  TernPool *pool;
  TernTlsSettings *tls;
  guint tls_serial; /* tells one TLS settings object from the next in the pool's key */
  TernConnector *connector; /* NULL: the built-in dialer */
  guint connector_serial;   /* tells one from the next in the pool's key; 0 without one */
  TernLookupFunc lookup;
  gpointer lookup_data;
  const TernAddress *source; /* where to connect from; NULL for anywhere */
  TernHttp1Limits limits;
  gint64 idle_timeout;    /* microseconds without a byte; 0 is none */
  gint64 connect_timeout; /* look-up, connect, TLS together; 0 is none */
  gint64 total_deadline;  /* g_get_monotonic_time(), TERN_NEVER for none */
  const char *user_agent;
  const char *partition; /* NULL for none */
  TernRoute *route;           /* NULL: direct */
  TernHeaders *tunnel_fields; /* that go with CONNECT beside the route's own; NULL for none */
  /* The same from who has to know how CONNECT names the origin, asked for each CONNECT (transfer
   * full); NULL where there is nobody. */
  TernHeaders *(*tunnel_answer) (gpointer data, const char *target);
  gpointer tunnel_data;
  /* Each is NULL where nobody listens. */
  void (*head) (gpointer data, gboolean is_sent, const char *text);
  void (*informational) (gpointer data, guint status, TernHeaders *headers);
  void (*uploaded) (gpointer data, guint64 sent);
  TernTlsAskFunc certificate_error;
  TernDebugFunc log; /* all but the heads */
  gpointer data;
} TernExchangeEnv;
