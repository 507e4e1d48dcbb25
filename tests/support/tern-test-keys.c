/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes keys down; see the header. GnuTLS reads the oldest encrypted form and does not write it,
 * so that one is made here. Failures abort: without keys there is no test. */
#include "tern-test-keys.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "tern-test-rsa.h"

static void
check (int result)
{
  if (result < 0)
    g_error ("test key: %s", gnutls_strerror (result));
}

gnutls_x509_privkey_t
tern_test_key_new_ec (void)
{
  gnutls_x509_privkey_t key;

  check (gnutls_x509_privkey_init (&key));
  check (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                       GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0));
  return key;
}

gnutls_x509_privkey_t
tern_test_key_new_rsa (void)
{
  gnutls_x509_privkey_t key;
  gnutls_datum_t data = { (unsigned char *)tern_test_rsa_2048, 0 };

  data.size = (unsigned)strlen (tern_test_rsa_2048);
  check (gnutls_x509_privkey_init (&key));
  check (gnutls_x509_privkey_import (key, &data, GNUTLS_X509_FMT_PEM));
  return key;
}

static char *
take_text (gnutls_datum_t data)
{
  char *text = g_strndup ((const char *)data.data, data.size);

  gnutls_free (data.data);
  return text;
}

/* RFC 1421 §4.6.1.3 and what OpenSSL made of it: the key is MD5 of the password and the first eight
 * bytes of the initialization vector, the end is padded with its length. */
static void
encrypt (guint8 *bytes, gsize len, const guint8 *iv)
{
  guint8 secret[sizeof TERN_TEST_KEY_PASSWORD - 1 + 8];
  guint8 hash[16];
  const gnutls_datum_t key = { hash, sizeof hash };
  const gnutls_datum_t start = { (unsigned char *)iv, 16 };
  gnutls_cipher_hd_t cipher;

  memcpy (secret, TERN_TEST_KEY_PASSWORD, sizeof secret - 8);
  memcpy (secret + sizeof secret - 8, iv, 8);
  check (gnutls_hash_fast (GNUTLS_DIG_MD5, secret, sizeof secret, hash));
  check (gnutls_cipher_init (&cipher, GNUTLS_CIPHER_AES_128_CBC, &key, &start));
  check (gnutls_cipher_encrypt (cipher, bytes, len));
  gnutls_cipher_deinit (cipher);
}

static void
append_base64 (GString *pem, const guint8 *bytes, gsize len)
{
  g_autofree char *text = g_base64_encode (bytes, len);
  gsize left = strlen (text);

  for (const char *line = text; left > 0;)
    {
      const gsize n = MIN (left, 64);

      g_string_append_len (pem, line, (gssize)n);
      g_string_append_c (pem, '\n');
      line += n;
      left -= n;
    }
}

static char *
to_legacy (gnutls_x509_privkey_t key)
{
  static const guint8 iv[16] = "sixteen bytes..";
  const char *name = gnutls_x509_privkey_get_pk_algorithm (key) == GNUTLS_PK_RSA ? "RSA" : "EC";
  GString *pem = g_string_new (NULL);
  gnutls_datum_t der;
  g_autofree guint8 *bytes = NULL;
  gsize len;

  check (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_DER, &der));
  len = (der.size / 16 + 1) * 16;
  bytes = g_malloc (len);
  memset (bytes, (int)(len - der.size), len);
  memcpy (bytes, der.data, der.size);
  gnutls_free (der.data);
  encrypt (bytes, len, iv);

  g_string_printf (pem,
                   "-----BEGIN %s PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
                   "AES-128-CBC,",
                   name);
  for (guint i = 0; i < sizeof iv; i++)
    g_string_append_printf (pem, "%02X", iv[i]);
  g_string_append (pem, "\n\n");
  append_base64 (pem, bytes, len);
  g_string_append_printf (pem, "-----END %s PRIVATE KEY-----\n", name);
  return g_string_free (pem, FALSE);
}

char *
tern_test_key_to_pem (gnutls_x509_privkey_t key, TernTestKeyForm form)
{
  gnutls_datum_t pem;

  switch (form)
    {
    case TERN_TEST_KEY_LEGACY_ENCRYPTED:
      return to_legacy (key);
    case TERN_TEST_KEY_PKCS8:
      check (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
                                                &pem));
      return take_text (pem);
    case TERN_TEST_KEY_PKCS8_ENCRYPTED:
      check (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, TERN_TEST_KEY_PASSWORD,
                                                GNUTLS_PKCS_PBES2_AES_256, &pem));
      return take_text (pem);
    case TERN_TEST_KEY_TRADITIONAL:
    default:
      check (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &pem));
      return take_text (pem);
    }
}
