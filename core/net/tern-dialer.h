/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connects to a name: looks it up, races its addresses 250 ms apart (RFC 8305), at most six at
 * once. Or has a program's connector do all that. Knows neither TLS nor HTTP. */
#pragma once

#include <tern/tern-connector.h>

#include "io/tern-resolver.h"
#include "net/tern-transport.h"

typedef struct _TernDialer TernDialer;

typedef enum
{
  TERN_DIAL_RESOLVE,
  TERN_DIAL_CONNECT,
  TERN_DIAL_DONE,
} TernDialPhase;

TernDialer *tern_dialer_new (const char *host, guint16 port, TernLookupFunc lookup,
                             gpointer lookup_data);

/* Before the first step: the address, and port if not 0, to connect from; addresses of another
 * family are then out of reach. */
void tern_dialer_set_source (TernDialer *self, const TernAddress *source);

/* @scheme is what is to be spoken over the stream. */
TernDialer *tern_dialer_new_connector (TernConnector *connector, const char *scheme,
                                       const char *host, guint16 port);

/* The caller watches its own deadline, which it puts into @wait before; tern_dialer_get_phase()
 * tells what was being done. Errors name the host and, when every address failed, the last one's
 * reason (G_IO_ERROR codes). */
TernStep tern_dialer_step (TernDialer *self, TernWait *wait, GError **error);
TernDialPhase tern_dialer_get_phase (TernDialer *self);
/* Microseconds spent in look-up and connect, once done. */
gint64 tern_dialer_get_resolve_time (TernDialer *self);
gint64 tern_dialer_get_connect_time (TernDialer *self);
/* Once done: the transport (transfer full). */
TernTransport *tern_dialer_steal_transport (TernDialer *self);
void tern_dialer_free (TernDialer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernDialer, tern_dialer_free)

/* For the tests: how long an attempt is given before the next starts beside it. */
#define TERN_DIAL_DELAY (250 * G_TIME_SPAN_MILLISECOND)
#define TERN_DIAL_MAX 6
