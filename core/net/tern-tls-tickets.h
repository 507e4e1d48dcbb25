/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The session tickets of one TernTlsSettings, by origin. */
#pragma once

#include <glib.h>
#include <gnutls/gnutls.h>

typedef struct _TernTlsTickets TernTlsTickets;

/* What a later handshake with the same origin needs to resume. Immutable, reference counted. */
typedef struct
{
  gatomicrefcount ref_count;
  gnutls_datum_t data;  /* gnutls_session_get_data2() */
  gint64 not_after;     /* seconds since 1970: the certificate that was verified ends then */
  gint64 expires;       /* seconds since 1970; never later than not_after */
  gboolean single_use;  /* TLS 1.3 (RFC 8446 app. C.4): reuse lets an observer link connections */
} TernTlsTicket;

/* Takes the data of gnutls_session_get_data2(). */
TernTlsTicket *tern_tls_ticket_new (gnutls_datum_t data, gint64 now, gint64 not_after,
                                    gboolean single_use);
void tern_tls_ticket_unref (TernTlsTicket *ticket);

TernTlsTickets *tern_tls_tickets_new (void);
void tern_tls_tickets_free (TernTlsTickets *self);

/* Takes the ticket. Thread-safe, as is the next. */
void tern_tls_tickets_put (TernTlsTickets *self, const char *key, TernTlsTicket *ticket);
/* The newest that has not expired (transfer full), or NULL. */
TernTlsTicket *tern_tls_tickets_take (TernTlsTickets *self, const char *key, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTlsTicket, tern_tls_ticket_unref)

#define TERN_TLS_TICKETS_ORIGINS 256
#define TERN_TLS_TICKETS_PER_ORIGIN 4
