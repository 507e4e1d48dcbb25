/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes keys down; see the header. The encrypted forms are made here: GnuTLS reads the oldest and
 * does not write it, and with the other it would turn the password over so often that every test
 * under memcheck took seconds. Failures abort: without keys there is no test. */
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

static const guint8 iv[16] = "sixteen bytes..";

/* @bytes with the padding that says its own length (RFC 1423 §1.1), encrypted; takes @bytes. */
static GByteArray *
encrypt (gnutls_datum_t bytes, gnutls_cipher_algorithm_t algorithm, const gnutls_datum_t *key)
{
  const gnutls_datum_t start = { (unsigned char *)iv, sizeof iv };
  const guint8 n_padding = (guint8)(16 - bytes.size % 16);
  GByteArray *out = g_byte_array_new ();
  gnutls_cipher_hd_t cipher;

  g_byte_array_append (out, bytes.data, bytes.size);
  for (guint i = 0; i < n_padding; i++)
    g_byte_array_append (out, &n_padding, 1);
  gnutls_free (bytes.data);
  check (gnutls_cipher_init (&cipher, algorithm, key, &start));
  check (gnutls_cipher_encrypt (cipher, out->data, out->len));
  gnutls_cipher_deinit (cipher);
  return out;
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

/* RFC 1421 §4.6.1.3 and what OpenSSL made of it: the key is MD5 of the password and the first eight
 * bytes of the initialization vector. */
static char *
to_legacy (gnutls_x509_privkey_t key)
{
  const char *name = gnutls_x509_privkey_get_pk_algorithm (key) == GNUTLS_PK_RSA ? "RSA" : "EC";
  GString *pem = g_string_new (NULL);
  guint8 secret[sizeof TERN_TEST_KEY_PASSWORD - 1 + 8];
  guint8 hash[16];
  gnutls_datum_t der;

  memcpy (secret, TERN_TEST_KEY_PASSWORD, sizeof secret - 8);
  memcpy (secret + sizeof secret - 8, iv, 8);
  check (gnutls_hash_fast (GNUTLS_DIG_MD5, secret, sizeof secret, hash));
  check (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_DER, &der));
  g_autoptr (GByteArray) bytes
      = encrypt (der, GNUTLS_CIPHER_AES_128_CBC, &(gnutls_datum_t){ hash, sizeof hash });

  g_string_printf (pem,
                   "-----BEGIN %s PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
                   "AES-128-CBC,",
                   name);
  for (guint i = 0; i < sizeof iv; i++)
    g_string_append_printf (pem, "%02X", iv[i]);
  g_string_append (pem, "\n\n");
  append_base64 (pem, bytes->data, bytes->len);
  g_string_append_printf (pem, "-----END %s PRIVATE KEY-----\n", name);
  return g_string_free (pem, FALSE);
}

/* The start of a DER value of @len bytes. */
static void
append_tag (GByteArray *der, guint8 tag, gsize len)
{
  const guint8 high = (guint8)(len >> 8);
  const guint8 low = (guint8)len;

  g_byte_array_append (der, &tag, 1);
  if (len > 0xff)
    g_byte_array_append (der, (const guint8[]){ 0x82, high }, 2);
  else if (len > 0x7f)
    g_byte_array_append (der, (const guint8[]){ 0x81 }, 1);
  g_byte_array_append (der, &low, 1);
}

/* PBES2 (RFC 8018 §6.2, appendix A.4) of PBKDF2 with HMAC-SHA-1, eight bytes of salt and
 * N_ROUNDS, and of AES-256 in CBC; the initialization vector follows. */
#define N_ROUNDS 16
static const guint8 pbes2[] = {
  0x30, 0x48, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d,     0x30, 0x3b,
  0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c,     0x30, 0x0d,
  0x04, 0x08, 's',  'o',  'd',  'i',  'u',  'm',  '.',  '.',  0x02, 0x01, N_ROUNDS, 0x30, 0x1d,
  0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a, 0x04, 0x10,
};

static char *
to_pkcs8_encrypted (gnutls_x509_privkey_t key)
{
  static const char password[] = TERN_TEST_KEY_PASSWORD;
  const gnutls_datum_t secret = { (unsigned char *)password, sizeof password - 1 };
  const gnutls_datum_t salt = { (unsigned char *)pbes2 + 32, 8 };
  GString *pem = g_string_new ("-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
  g_autoptr (GByteArray) der = g_byte_array_new ();
  g_autoptr (GByteArray) inner = g_byte_array_new ();
  guint8 derived[32];
  gnutls_datum_t plain;

  check (gnutls_pbkdf2 (GNUTLS_MAC_SHA1, &secret, &salt, N_ROUNDS, derived, sizeof derived));
  check (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN,
                                            &plain));
  g_autoptr (GByteArray) bytes
      = encrypt (plain, GNUTLS_CIPHER_AES_256_CBC, &(gnutls_datum_t){ derived, sizeof derived });

  g_byte_array_append (inner, pbes2, sizeof pbes2);
  g_byte_array_append (inner, iv, sizeof iv);
  append_tag (inner, 0x04, bytes->len);
  g_byte_array_append (inner, bytes->data, bytes->len);
  append_tag (der, 0x30, inner->len);
  g_byte_array_append (der, inner->data, inner->len);
  append_base64 (pem, der->data, der->len);
  g_string_append (pem, "-----END ENCRYPTED PRIVATE KEY-----\n");
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
      return to_pkcs8_encrypted (key);
    case TERN_TEST_KEY_TRADITIONAL:
    default:
      check (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &pem));
      return take_text (pem);
    }
}
