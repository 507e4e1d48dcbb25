/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TLS over GnuTLS: the settings that connections share, and the handshake that turns a transport
 * into an encrypted one. */
#pragma once

#include <tern/tern-tls.h>

#include "net/tern-transport.h"

typedef struct _TernTlsSettings TernTlsSettings;

/* @ca_file NULL is the system's trust store. Nothing is loaded until the first handshake; then it
 * is loaded once, also when many threads ask. */
TernTlsSettings *tern_tls_settings_new (const char *ca_file, gboolean validate,
                                        TernTlsVersion minimum, TernTlsVersion maximum);
TernTlsSettings *tern_tls_settings_ref (TernTlsSettings *self);
void tern_tls_settings_unref (TernTlsSettings *self);

/* Loads it now, if it was not: who dials for TLS asks first, so that a missing file costs no
 * packet. Errors: TERN_ERROR_CERTIFICATE naming the file, TERN_ERROR_TLS for versions that leave
 * none. */
gboolean tern_tls_settings_load (TernTlsSettings *self, GError **error);

typedef struct _TernTlsHandshake TernTlsHandshake;

/* Takes @inner. @host is the ASCII name or IP literal that the certificate must be for; @ticket_key
 * names the origin (and partition) under which session tickets are kept and found. */
TernTlsHandshake *tern_tls_handshake_new (TernTlsSettings *settings, TernTransport *inner,
                                          const char *host, const char *ticket_key);

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
