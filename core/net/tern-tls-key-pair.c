/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a key and its certificates, with words for everything that can be wrong with them. It must
 * never ask anybody for a password: what was not given is missing; and it must never say one. */
#include "net/tern-tls-key-pair.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"

static gboolean
is_uri (const char *name)
{
  return g_ascii_strncasecmp (name, "pkcs11:", 7) == 0;
}

/* RFC 7512 §2.4: the query of a URI may hold the PIN, or say where it lies; older ones had it in
 * the path. */
static char *
show_name (const char *name)
{
  gsize len = 0;

  if (!is_uri (name))
    return g_filename_display_name (name);
  while (name[len] && name[len] != '?' && g_ascii_strncasecmp (name + len, ";pin-", 5) != 0)
    len++;
  return g_utf8_make_valid (name, (gssize)len);
}

/* Takes @message. */
static gboolean
fail (GError **error, char *message)
{
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, message);
  g_free (message);
  return FALSE;
}

/* Always set, so that the program's global callback, which may ask a person, is not. A PIN is said
 * once: GnuTLS asks again where it was wrong, and a token counts the tries. */
static int
give_pin (void *data,
          int attempt,
          const char *token,
          const char *label,
          unsigned flags,
          char *room,
          size_t size)
{
  const TernTlsKeyPair *self = data;
  const gsize len = self->password ? strlen (self->password) : 0;

  if (!self->password || attempt > 0 || (flags & GNUTLS_PIN_WRONG) || len >= size)
    return GNUTLS_E_PKCS11_PIN_ERROR;
  memcpy (room, self->password, len + 1);
  return 0;
}

static gboolean
is_pin_error (int result)
{
  return result == GNUTLS_E_PKCS11_PIN_ERROR || result == GNUTLS_E_PKCS11_PIN_EXPIRED
         || result == GNUTLS_E_PKCS11_PIN_LOCKED || result == GNUTLS_E_PKCS11_USER_ERROR;
}

static gboolean
read_file (const char *name, char **text, gnutls_datum_t *data, GError **error)
{
  g_autoptr (GError) reason = NULL;
  gsize len = 0;

  if (!g_file_get_contents (name, text, &len, &reason))
    return fail (error, g_strdup_printf (_ ("cannot read the client's certificate or key: %s"),
                                         reason->message));
  data->data = (unsigned char *)*text;
  data->size = (unsigned)MIN (len, G_MAXUINT);
  return TRUE;
}

/* ---- the key ---- */

/* Given beside the name or in it. */
static gboolean
has_password (const TernTlsKeyPair *self, const char *name)
{
  return self->password || (is_uri (name) && strstr (name, "pin-"));
}

static gboolean
fail_key (TernTlsKeyPair *self, const char *name, int result, gboolean is_locked, GError **error)
{
  g_autofree char *shown = show_name (name);

  if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE
      || result == GNUTLS_E_BASE64_UNEXPECTED_HEADER_ERROR)
    return fail (error, g_strdup_printf (_ ("“%s” holds no private key"), shown));
  if (is_locked && !has_password (self, name))
    return fail (error, g_strdup_printf (_ ("the private key “%s” needs a password and none was "
                                            "given"),
                                         shown));
  if (is_locked)
    return fail (error, g_strdup_printf (_ ("the password does not open the private key “%s”: %s"),
                                         shown, gnutls_strerror (result)));
  return fail (error, g_strdup_printf (_ ("the private key “%s” cannot be used: %s"), shown,
                                       gnutls_strerror (result)));
}

/* PKCS#8 says so in its header (RFC 7468 §11), the older forms in a field of RFC 1421. */
static gboolean
is_encrypted (const char *pem)
{
  return strstr (pem, "-----BEGIN ENCRYPTED PRIVATE KEY") || strstr (pem, "Proc-Type: 4,ENCRYPTED");
}

static gboolean
load_key_file (TernTlsKeyPair *self, const char *name, GError **error)
{
  g_autofree char *pem = NULL;
  gnutls_datum_t data = { NULL, 0 };
  gboolean is_locked;
  int result;

  if (!read_file (name, &pem, &data, error))
    return FALSE;
  is_locked = is_encrypted (pem);
  if (is_locked && !self->password)
    result = GNUTLS_E_DECRYPTION_FAILED;
  else
    result = gnutls_privkey_import_x509_raw (self->key, &data, GNUTLS_X509_FMT_PEM,
                                             is_locked ? self->password : NULL, 0);
  gnutls_memset (pem, 0, data.size);
  return result < 0 ? fail_key (self, name, result, is_locked, error) : TRUE;
}

static gboolean
load_key (TernTlsKeyPair *self, const char *name, gboolean *is_token_pin, GError **error)
{
  int result = gnutls_privkey_init (&self->key);

  if (result < 0)
    return fail_key (self, name, result, FALSE, error);
  gnutls_privkey_set_pin_function (self->key, give_pin, self);
  if (!is_uri (name))
    return load_key_file (self, name, error);
  result = gnutls_privkey_import_url (self->key, name, 0);
  if (result >= 0)
    return TRUE;
  *is_token_pin = is_pin_error (result);
  return fail_key (self, name, result, is_pin_error (result), error);
}

/* ---- the certificates ---- */

static gboolean
fail_certificate (GError **error, const char *name, int result)
{
  g_autofree char *shown = show_name (name);

  if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE || result == GNUTLS_E_NO_CERTIFICATE_FOUND
      || result == GNUTLS_E_BASE64_UNEXPECTED_HEADER_ERROR)
    return fail (error, g_strdup_printf (_ ("“%s” holds no certificate"), shown));
  return fail (error, g_strdup_printf (_ ("the certificate “%s” cannot be used: %s"), shown,
                                       gnutls_strerror (result)));
}

static gboolean
load_certificates (TernTlsKeyPair *self, const char *name, GError **error)
{
  g_autofree char *pem = NULL;
  gnutls_datum_t data = { NULL, 0 };
  unsigned n = TERN_TLS_KEY_PAIR_MAX_CHAIN;
  int result;

  if (is_uri (name))
    /* The token is open by now where it has to be; who asks again is given nothing new. */
    result = gnutls_pcert_list_import_x509_file (self->certs, &n, name, GNUTLS_X509_FMT_PEM,
                                                 give_pin, self, 0);
  else if (read_file (name, &pem, &data, error))
    result = gnutls_pcert_list_import_x509_raw (self->certs, &n, &data, GNUTLS_X509_FMT_PEM,
                                                GNUTLS_X509_CRT_LIST_SORT);
  else
    return FALSE;
  if (pem)
    gnutls_memset (pem, 0, data.size); /* the key may be in the same file */
  if (result < 0 || n == 0)
    return fail_certificate (error, name, result < 0 ? result : GNUTLS_E_NO_CERTIFICATE_FOUND);
  self->n_certs = n;
  return TRUE;
}

/* ---- whether they are a pair ---- */

static gboolean
has_same_id (gnutls_pubkey_t a, gnutls_pubkey_t b)
{
  guint8 id_a[64];
  guint8 id_b[64];
  size_t len_a = sizeof id_a;
  size_t len_b = sizeof id_b;

  return gnutls_pubkey_get_key_id (a, GNUTLS_KEYID_USE_SHA256, id_a, &len_a) >= 0
         && gnutls_pubkey_get_key_id (b, GNUTLS_KEYID_USE_SHA256, id_b, &len_b) >= 0
         && len_a == len_b && memcmp (id_a, id_b, len_a) == 0;
}

/* Told here and not by the server, which would only say that the signature is wrong. */
static gboolean
check_pair (TernTlsKeyPair *self, const char *key_file, const char *cert_file, GError **error)
{
  g_autofree char *shown_key = show_name (key_file);
  g_autofree char *shown_cert = show_name (cert_file);
  gnutls_pubkey_t pubkey;
  gboolean fits;
  int result = gnutls_pubkey_init (&pubkey);

  if (result < 0)
    return fail_key (self, key_file, result, FALSE, error);
  result = gnutls_pubkey_import_privkey (pubkey, self->key, 0, 0);
  fits = result >= 0 && has_same_id (pubkey, self->certs[0].pubkey);
  gnutls_pubkey_deinit (pubkey);
  if (result < 0)
    return fail_key (self, key_file, result, FALSE, error);
  if (fits)
    return TRUE;
  return fail (error, g_strdup_printf (_ ("the private key “%s” does not belong to the certificate "
                                          "“%s”"),
                                       shown_key, shown_cert));
}

TernTlsKeyPair *
tern_tls_key_pair_load (const char *key_file,
                        const char *cert_file,
                        const char *password,
                        gboolean *is_token_pin,
                        GError **error)
{
  g_autoptr (TernTlsKeyPair) self = g_new0 (TernTlsKeyPair, 1);

  self->password = password;
  *is_token_pin = FALSE;
  if (!load_key (self, key_file, is_token_pin, error) || !load_certificates (self, cert_file, error)
      || !check_pair (self, key_file, cert_file, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
tern_tls_key_pair_free (TernTlsKeyPair *self)
{
  for (unsigned i = 0; i < self->n_certs; i++)
    gnutls_pcert_deinit (&self->certs[i]);
  if (self->key)
    gnutls_privkey_deinit (self->key);
  g_free (self);
}
