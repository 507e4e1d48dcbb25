/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who a client says it is to a server that asks: a key and a certificate chain, and for which
 * hosts. */
#pragma once

#include <glib.h>
#include <gnutls/abstract.h>

typedef struct _TernTlsIdentity TernTlsIdentity;

/* Nothing is read before the first connection that may need it. @cert_file NULL: the certificates
 * are where the key is. @domain is a host or host:port in any case; NULL or empty is every host. */
TernTlsIdentity *tern_tls_identity_new (const char *key_file,
                                        const char *cert_file,
                                        const char *domain,
                                        const char *password);
TernTlsIdentity *tern_tls_identity_ref (TernTlsIdentity *self);
void tern_tls_identity_unref (TernTlsIdentity *self);

/* @host is an ASCII name or an IP literal without brackets. */
gboolean tern_tls_identity_is_for (const TernTlsIdentity *self, const char *host, guint16 port);

/* Reads the files, once; what failed is tried again by the next call, except for the PIN of a
 * token. Errors: TERN_ERROR_CERTIFICATE. Thread-safe. */
gboolean tern_tls_identity_load (TernTlsIdentity *self, GError **error);

/* Once loaded: @session, and no other, shows it where the server asks; NULL shows nothing. The
 * credentials of the session need tern_tls_identity_retrieve(). */
void tern_tls_identity_attach (TernTlsIdentity *self, gnutls_session_t session);

/* For gnutls_certificate_set_retrieve_function2(). */
int tern_tls_identity_retrieve (gnutls_session_t session,
                                const gnutls_datum_t *authorities,
                                int n_authorities,
                                const gnutls_pk_algorithm_t *algorithms,
                                int n_algorithms,
                                gnutls_pcert_st **certs,
                                unsigned *n_certs,
                                gnutls_privkey_t *key);

/* Tells it from every other one of the process. */
guint tern_tls_identity_get_serial (const TernTlsIdentity *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTlsIdentity, tern_tls_identity_unref)
