/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GnuTLS session on a transport, as handshake and transport share it: how GnuTLS's bytes come and
 * go, and what its results mean. */
#pragma once

#include <gnutls/gnutls.h>

#include "net/tern-tls-settings.h"

typedef struct
{
  gnutls_session_t session; /* NULL before the handshake starts */
  TernTransport *inner;
  TernTlsSettings *settings;
  char *host;       /* without the root's dot */
  char *ticket_key; /* with the host, so that a ticket never serves another one */
  TernTlsIdentity *identity;   /* ours, NULL for none */
  GTlsCertificateFlags errors; /* of a certificate that somebody took all the same; else 0 */
  gint64 not_after; /* of the certificate that was verified, in this handshake or the resumed one */

  /* Read ahead and not yet asked for by GnuTLS; NULL when nothing is. */
  guint8 *ahead;
  guint ahead_start;
  guint ahead_end;
  /* Where the bytes handed to GnuTLS stand between records. */
  guint8 header[5];
  guint header_len;
  guint body_left;

  /* Pushed by GnuTLS and held back. */
  guint8 *held;
  gsize held_len;
  gsize held_size;

  guint64 moved; /* bytes that went either way, for who asks whether anything does */
  guint rounds;  /* of GnuTLS since something came of it */

  /* Of the call that is running. */
  TernWait *wait;
  gboolean blocked; /* the inner transport said WAIT */
  gboolean no_read; /* take what was read ahead and no more */
  gboolean hold;    /* collect what GnuTLS pushes */

  gboolean is_established;
  gboolean has_heard; /* a first byte came */
  gboolean is_plain;  /* and it was not TLS */
  gboolean is_eof;
  GError *read_error;
  GError *write_error;
} TernTlsLink;

/* Takes @inner. */
TernTlsLink *tern_tls_link_new (TernTlsSettings *settings, TernTransport *inner, const char *host,
                                const char *ticket_key);
/* Makes the session. */
gboolean tern_tls_link_start (TernTlsLink *self, GError **error);

/* Around calls of GnuTLS; pushes are held unless link->hold is cleared in between. */
void tern_tls_link_begin (TernTlsLink *self, TernWait *wait);
void tern_tls_link_end (TernTlsLink *self);

/* TRUE when GnuTLS stopped at @result for no reason that waiting would cure: call it again.
 * Bounded. */
gboolean tern_tls_link_goes_on (TernTlsLink *self, int result);

/* Sends what is held. */
TernStep tern_tls_link_flush (TernTlsLink *self, TernWait *wait);
/* The same once, without waiting; what does not go out stays behind. */
void tern_tls_link_flush_now (TernTlsLink *self);

/* Bytes came that GnuTLS or its caller has not taken. */
gboolean tern_tls_link_has_bytes (TernTlsLink *self);

/* Makes an error of a fatal @result and tells the other side by an alert where that has a sense. */
void tern_tls_link_fail (TernTlsLink *self, int result, GError **error);

/* Frees the session, the inner transport and itself; says close_notify if @bye. */
void tern_tls_link_free (TernTlsLink *self, gboolean bye);
