/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A private key in every form in which a program may have it in a file. */
#pragma once

#include <glib.h>
#include <gnutls/x509.h>

G_BEGIN_DECLS

typedef enum
{
  TERN_TEST_KEY_TRADITIONAL, /* PKCS#1 for RSA, SEC 1 for EC */
  TERN_TEST_KEY_PKCS8,
  TERN_TEST_KEY_PKCS8_ENCRYPTED,  /* PBES2 with AES-256 */
  TERN_TEST_KEY_LEGACY_ENCRYPTED, /* the traditional one with a DEK-Info field */
  TERN_TEST_KEY_N_FORMS
} TernTestKeyForm;

#define TERN_TEST_KEY_PASSWORD "open sesame"

gnutls_x509_privkey_t tern_test_key_new_ec (void);
/* Always the same one, of 2048 bits. */
gnutls_x509_privkey_t tern_test_key_new_rsa (void);

/* Transfer full; the encrypted forms by TERN_TEST_KEY_PASSWORD. */
char *tern_test_key_to_pem (gnutls_x509_privkey_t key, TernTestKeyForm form);

G_END_DECLS
