/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TLS over GnuTLS: the settings that connections share, and the handshake that turns a transport
 * into an encrypted one. */
#pragma once

#include <tern/tern-tls.h>

#include "net/tern-tls-identity.h"
#include "net/tern-transport.h"

typedef struct _TernTlsSettings TernTlsSettings;

/* @ca_file NULL is the system's trust store. Nothing is loaded until the first handshake; then it
 * is loaded once, also when many threads ask. */
TernTlsSettings *tern_tls_settings_new (const char *ca_file, gboolean validate,
                                        TernTlsVersion minimum, TernTlsVersion maximum);
/* Before the settings are shared: who the client is, as a list of TernTlsIdentity, which is not
 * changed any more. NULL or empty is nobody. */
void tern_tls_settings_set_identities (TernTlsSettings *self, GPtrArray *identities);
TernTlsSettings *tern_tls_settings_ref (TernTlsSettings *self);
void tern_tls_settings_unref (TernTlsSettings *self);

/* Loads it now, if it was not: who dials for TLS asks first, so that a missing file costs no
 * packet. Errors: TERN_ERROR_CERTIFICATE naming the file, TERN_ERROR_TLS for versions that leave
 * none. */
gboolean tern_tls_settings_load (TernTlsSettings *self, GError **error);

/* The first identity for this origin (transfer full), loaded; NULL where there is none. To be asked
 * before dialing, too. Errors: TERN_ERROR_CERTIFICATE. */
gboolean tern_tls_settings_find_identity (TernTlsSettings *self, const char *host, guint16 port,
                                          TernTlsIdentity **identity, GError **error);

typedef struct _TernTlsHandshake TernTlsHandshake;

/* Asked about a @chain (of GBytes, DER, the server's first) that did not pass: TRUE takes it all
 * the same, for this one connection, which is never kept or resumed. */
typedef gboolean (*TernTlsAskFunc) (gpointer data, GPtrArray *chain, GTlsCertificateFlags errors);

/* Takes @inner. @host is the ASCII name or IP literal that the certificate must be for; @ticket_key
 * names the origin (and partition) under which session tickets are kept and found. */
TernTlsHandshake *tern_tls_handshake_new (TernTlsSettings *settings, TernTransport *inner,
                                          const char *host, const char *ticket_key);

/* Before the first step: who the client is when the server asks; NULL is nobody. */
void tern_tls_handshake_set_identity (TernTlsHandshake *self, TernTlsIdentity *identity);
/* Before the first step: whom to ask, in the thread that drives and with no lock held. */
void tern_tls_handshake_set_ask (TernTlsHandshake *self, TernTlsAskFunc ask, gpointer data);

/* Errors: TERN_ERROR_CERTIFICATE, TERN_ERROR_TLS, each naming the host. */
TernStep tern_tls_handshake_step (TernTlsHandshake *self, TernWait *wait, GError **error);

/* How many bytes have moved so far: tells a slow other side from a silent one. */
guint64 tern_tls_handshake_count_moved (TernTlsHandshake *self);

/* Once done: the encrypted transport (transfer full). The Finished message may be held back until
 * the first write, so that it shares a packet with the request. */
TernTransport *tern_tls_handshake_steal_transport (TernTlsHandshake *self);
void tern_tls_handshake_free (TernTlsHandshake *self);

/* What is known of a TLS transport (transfer full); NULL for a plain one. */
TernTlsInfo *tern_transport_get_tls_info (TernTransport *transport);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTlsSettings, tern_tls_settings_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTlsHandshake, tern_tls_handshake_free)
