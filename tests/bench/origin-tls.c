/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The certificates of the benchmark origin; see origin-tls.h for what they must never be used for.
 */
#include "origin-tls.h"

#include <gnutls/x509.h>
#include <stdio.h>
#include <time.h>

static gnutls_certificate_credentials_t credentials;
static gnutls_datum_t ticket_key;

static bool
make_key (gnutls_x509_privkey_t *key)
{
  return gnutls_x509_privkey_init (key) == 0
         && gnutls_x509_privkey_generate (*key, GNUTLS_PK_ECDSA,
                                          GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0)
                == 0;
}

static bool
make_certificate (gnutls_x509_crt_t *certificate,
                  gnutls_x509_privkey_t key,
                  const char *name,
                  unsigned char serial)
{
  time_t now = time (NULL);

  return gnutls_x509_crt_init (certificate) == 0
         && gnutls_x509_crt_set_version (*certificate, 3) == 0
         && gnutls_x509_crt_set_serial (*certificate, &serial, 1) == 0
         && gnutls_x509_crt_set_activation_time (*certificate, now - 3600) == 0
         && gnutls_x509_crt_set_expiration_time (*certificate, now + 7 * 86400) == 0
         && gnutls_x509_crt_set_key (*certificate, key) == 0
         && gnutls_x509_crt_set_dn (*certificate, name, NULL) == 0;
}

static bool
make_ca (gnutls_x509_crt_t *ca, gnutls_x509_privkey_t *key)
{
  return make_key (key) && make_certificate (ca, *key, "CN=tern bench CA", 1)
         && gnutls_x509_crt_set_ca_status (*ca, 1) == 0
         && gnutls_x509_crt_set_key_usage (*ca, GNUTLS_KEY_KEY_CERT_SIGN) == 0
         && gnutls_x509_crt_sign2 (*ca, *ca, *key, GNUTLS_DIG_SHA256, 0) == 0;
}

static bool
make_server (gnutls_x509_crt_t *server,
             gnutls_x509_privkey_t *key,
             gnutls_x509_crt_t ca,
             gnutls_x509_privkey_t ca_key)
{
  static const unsigned char loopback[] = { 127, 0, 0, 1 };

  return make_key (key) && make_certificate (server, *key, "CN=localhost", 2)
         && gnutls_x509_crt_set_subject_alt_name (*server, GNUTLS_SAN_DNSNAME, "localhost", 9, 0)
                == 0
         && gnutls_x509_crt_set_subject_alt_name (*server, GNUTLS_SAN_IPADDRESS, loopback,
                                                  sizeof loopback, GNUTLS_FSAN_APPEND)
                == 0
         && gnutls_x509_crt_set_key_usage (*server, GNUTLS_KEY_DIGITAL_SIGNATURE) == 0
         && gnutls_x509_crt_set_key_purpose_oid (*server, GNUTLS_KP_TLS_WWW_SERVER, 0) == 0
         && gnutls_x509_crt_sign2 (*server, ca, ca_key, GNUTLS_DIG_SHA256, 0) == 0;
}

static bool
write_pem (gnutls_x509_crt_t certificate, const char *path)
{
  gnutls_datum_t pem;

  if (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &pem) != 0)
    return false;

  FILE *file = fopen (path, "w");

  if (file == NULL)
    return false;

  bool written = fwrite (pem.data, 1, pem.size, file) == pem.size;

  gnutls_free (pem.data);

  return fclose (file) == 0 && written;
}

bool
origin_tls_prepare (const char *ca_file)
{
  gnutls_x509_crt_t ca;
  gnutls_x509_crt_t server;
  gnutls_x509_privkey_t ca_key;
  gnutls_x509_privkey_t server_key;

  return make_ca (&ca, &ca_key) && make_server (&server, &server_key, ca, ca_key)
         && write_pem (ca, ca_file) && gnutls_certificate_allocate_credentials (&credentials) == 0
         && gnutls_certificate_set_x509_key (credentials, &server, 1, server_key) >= 0
         && gnutls_session_ticket_key_generate (&ticket_key) == 0;
}

gnutls_session_t
origin_tls_session_new (bool tickets)
{
  gnutls_session_t session;

  if (gnutls_init (&session, GNUTLS_SERVER | GNUTLS_NONBLOCK) != 0)
    return NULL;
  gnutls_set_default_priority (session);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_certificate_server_set_request (session, GNUTLS_CERT_IGNORE);
  if (tickets)
    gnutls_session_ticket_enable_server (session, &ticket_key);

  return session;
}
