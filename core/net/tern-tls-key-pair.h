/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A private key and the certificates that go with it, out of files or a token. */
#pragma once

#include <glib.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

/* Longer chains are taken by no server either. */
#define TERN_TLS_KEY_PAIR_MAX_CHAIN 16

typedef struct
{
  gnutls_privkey_t key;
  const char *password; /* borrowed: a token may ask for it at each signature */
  unsigned n_certs;     /* the key's own first */
  gnutls_pcert_st certs[TERN_TLS_KEY_PAIR_MAX_CHAIN];
} TernTlsKeyPair;

/* @key_file and @cert_file are names of PEM files or PKCS#11 URIs, and may be the same. @password
 * opens the key or the token and outlives the pair; NULL for none. Reads now and blocks. Errors:
 * TERN_ERROR_CERTIFICATE, which names the file and the cause and never the password; *@is_token_pin
 * is TRUE when it was a token that refused the password: to try that again would lock the token. */
TernTlsKeyPair *tern_tls_key_pair_load (const char *key_file,
                                        const char *cert_file,
                                        const char *password,
                                        gboolean *is_token_pin,
                                        GError **error);
void tern_tls_key_pair_free (TernTlsKeyPair *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernTlsKeyPair, tern_tls_key_pair_free)
