/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which certificates are refused, in which words, and what the server is told. */
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <string.h>
#include <tern/tern-error.h>

#include "tern-test-util.h"
#include "tls-peer.h"

static TernTestCerts *certs;

/* A handshake to its end; what the server saw is in *@conn. */
static gboolean
try (TlsPeer *peer, TernTlsSettings *settings, const char *host, TlsConn **conn, GError **error)
{
  TlsPipe pipe = { 0 };
  TernTransport *transport;
  int fd;

  *conn = tls_peer_accept (peer, NULL, NULL, &fd);
  transport
      = tls_client_connect (settings, tls_pipe_new (&pipe, fd), host, "origin", 20000, error);
  if (transport)
    tern_transport_free (transport);
  tls_conn_join (*conn);
  return transport != NULL;
}

static const struct
{
  const char *path;
  TernTestCert cert;
  const char *host;
  const char *text; /* of the refusal; NULL when it is good */
  int alert;
} cases[] = {
  { "good/name", TERN_TEST_CERT_SERVER, "localhost", NULL, -1 },
  { "good/ipv4", TERN_TEST_CERT_SERVER, "127.0.0.1", NULL, -1 },
  { "good/ipv6", TERN_TEST_CERT_SERVER, "0:0::1", NULL, -1 },
  { "good/chain", TERN_TEST_CERT_CHAIN, "localhost", NULL, -1 },
  { "good/wildcard", TERN_TEST_CERT_WILDCARD, "a.example.test", NULL, -1 },
  { "wrong-host", TERN_TEST_CERT_WRONG_HOST, "localhost",
    "“CN=wrong.example.test” is not for host “localhost”, it is for wrong.example.test",
    GNUTLS_A_BAD_CERTIFICATE },
  { "wrong-ip", TERN_TEST_CERT_SERVER, "127.0.0.2",
    "is not for host “127.0.0.2”, it is for localhost, 127.0.0.1, ::1",
    GNUTLS_A_BAD_CERTIFICATE },
  { "wildcard/base", TERN_TEST_CERT_WILDCARD, "example.test", "it is for *.example.test",
    GNUTLS_A_BAD_CERTIFICATE },
  { "wildcard/deeper", TERN_TEST_CERT_WILDCARD, "a.b.example.test", "it is for *.example.test",
    GNUTLS_A_BAD_CERTIFICATE },
  { "wildcard/double", TERN_TEST_CERT_WILDCARD_DOUBLE, "a.b.test", "it is for *.*.test",
    GNUTLS_A_BAD_CERTIFICATE },
  { "cn-only", TERN_TEST_CERT_CN_ONLY, "localhost", "it has no subject alternative name",
    GNUTLS_A_BAD_CERTIFICATE },
  { "expired", TERN_TEST_CERT_EXPIRED, "localhost", "“CN=localhost” expired on 20",
    GNUTLS_A_CERTIFICATE_EXPIRED },
  { "not-yet-valid", TERN_TEST_CERT_NOT_YET_VALID, "localhost",
    "“CN=localhost” is not valid before 20", GNUTLS_A_CERTIFICATE_EXPIRED },
  { "self-signed", TERN_TEST_CERT_SELF_SIGNED, "localhost",
    "“CN=localhost” is self-signed and not trusted", GNUTLS_A_UNKNOWN_CA },
  { "unknown-ca", TERN_TEST_CERT_UNKNOWN_CA, "localhost",
    "“CN=localhost” is signed by an unknown authority, “CN=Unknown CA”", GNUTLS_A_UNKNOWN_CA },
  { "missing-intermediate", TERN_TEST_CERT_MISSING_INTERMEDIATE, "localhost",
    "is signed by an unknown authority, “CN=Test Intermediate”", GNUTLS_A_UNKNOWN_CA },
  { "client", TERN_TEST_CERT_CLIENT, "client.example.test",
    "“CN=client” is not meant for a server", GNUTLS_A_UNSUPPORTED_CERTIFICATE },
};

static void
test_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  const char *versions[] = { "NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL" };

  for (guint v = 0; v < G_N_ELEMENTS (versions); v++)
    {
      g_autoptr (TlsPeer) peer = tls_peer_new (certs, cases[i].cert, versions[v]);
      g_autoptr (TernTlsSettings) settings
          = tern_tls_settings_new (tern_test_certs_get_ca_file (certs), TRUE, 0, 0);
      g_autoptr (TernTlsSettings) lax = tern_tls_settings_new ("/nonexistent", FALSE, 0, 0);
      g_autoptr (TlsConn) strict_conn = NULL;
      g_autoptr (TlsConn) lax_conn = NULL;
      g_autoptr (TlsConn) again = NULL;
      g_autoptr (GError) error = NULL;

      /* Who does not ask for checks gets a connection, and its tickets help nobody else. */
      g_assert_true (try (peer, lax, cases[i].host, &lax_conn, &error));
      g_assert_no_error (error);

      g_assert_cmpint (try (peer, settings, cases[i].host, &strict_conn, &error), ==,
                       cases[i].text == NULL);
      /* A server that is still sending its tickets may not come to read the alert. */
      if (v == 0 || strict_conn->result != GNUTLS_E_PUSH_ERROR)
        g_assert_cmpint (strict_conn->alert, ==, cases[i].alert);
      g_assert_false (strict_conn->resumed);
      if (!cases[i].text)
        continue;
      tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, cases[i].text);
      tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, cases[i].host);
      g_clear_error (&error);
      g_assert_false (try (peer, settings, cases[i].host, &again, &error));
      g_assert_false (again->resumed);
    }
}

static void
test_other_trust (void)
{
  g_autoptr (TlsPeer) peer = tls_peer_new (certs, TERN_TEST_CERT_SERVER, NULL);
  g_autoptr (TernTlsSettings) other
      = tern_tls_settings_new (tern_test_certs_get_unknown_ca_file (certs), TRUE, 0, 0);
  g_autoptr (TernTlsSettings) system = tern_tls_settings_new (NULL, TRUE, 0, 0);
  g_autoptr (TlsConn) first = NULL;
  g_autoptr (TlsConn) second = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (try (peer, other, "localhost", &first, &error));
  tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, "“CN=Test CA”");
  g_clear_error (&error);
  /* The system's store, whatever it holds, does not know a test's authority. */
  g_assert_false (try (peer, system, "localhost", &second, &error));
  tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, NULL);
}

/* ---- settings that cannot be loaded ---- */

static void
test_ca_file (void)
{
  g_autofree char *missing = g_build_filename (tern_test_certs_get_dir (certs), "none.pem", NULL);
  g_autofree char *empty = g_build_filename (tern_test_certs_get_dir (certs), "empty.pem", NULL);
  g_autoptr (TernTlsSettings) settings = tern_tls_settings_new (missing, TRUE, 0, 0);
  g_autoptr (TernTlsSettings) nothing = tern_tls_settings_new (empty, TRUE, 0, 0);
  g_autoptr (TlsPeer) peer = tls_peer_new (certs, TERN_TEST_CERT_SERVER, NULL);
  g_autoptr (TlsConn) conn = NULL;
  g_autoptr (TlsConn) later = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *pem = NULL;

  g_assert_false (tern_tls_settings_load (settings, &error));
  tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, missing);
  g_clear_error (&error);
  g_assert_false (try (peer, settings, "localhost", &conn, &error));
  tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, missing);
  /* Not a byte was sent. */
  g_assert_cmpint (conn->result, ==, GNUTLS_E_PREMATURE_TERMINATION);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (empty, "no certificate\n", -1, NULL));
  g_assert_false (tern_tls_settings_load (nothing, &error));
  tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, empty);
  g_clear_error (&error);

  /* It is read again once it is there. */
  g_assert_true (
      g_file_get_contents (tern_test_certs_get_ca_file (certs), &pem, NULL, &error));
  g_assert_true (g_file_set_contents (missing, pem, -1, NULL));
  g_assert_true (try (peer, settings, "localhost", &later, &error));
  g_assert_no_error (error);
}

/* ---- certificates that no authority should have signed ---- */

typedef struct
{
  gnutls_x509_crt_t ca;
  gnutls_x509_privkey_t ca_key;
  gnutls_x509_privkey_t key;
} Maker;

static void
check (int result)
{
  if (result < 0)
    g_error ("odd certificate: %s", gnutls_strerror (result));
}

static gnutls_x509_crt_t
crt_new (gnutls_x509_privkey_t key, const char *cn)
{
  gnutls_x509_crt_t crt;

  check (gnutls_x509_crt_init (&crt));
  check (gnutls_x509_crt_set_version (crt, 3));
  check (gnutls_x509_crt_set_serial (crt, "\1", 1));
  check (gnutls_x509_crt_set_key (crt, key));
  check (gnutls_x509_crt_set_activation_time (crt, time (NULL) - 1000));
  check (gnutls_x509_crt_set_expiration_time (crt, time (NULL) + 100000));
  check (gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, cn,
                                        (unsigned) strlen (cn)));
  return crt;
}

static gnutls_x509_privkey_t
key_new (void)
{
  gnutls_x509_privkey_t key;

  check (gnutls_x509_privkey_init (&key));
  check (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                       GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0));
  return key;
}

static void
maker_init (Maker *self)
{
  self->key = key_new ();
  self->ca_key = key_new ();
  self->ca = crt_new (self->ca_key, "Odd CA");
  check (gnutls_x509_crt_set_basic_constraints (self->ca, 1, -1));
  check (gnutls_x509_crt_set_key_usage (self->ca, GNUTLS_KEY_KEY_CERT_SIGN));
  check (gnutls_x509_crt_sign2 (self->ca, self->ca, self->ca_key, GNUTLS_DIG_SHA256, 0));
}

static void
maker_clear (Maker *self)
{
  gnutls_x509_crt_deinit (self->ca);
  gnutls_x509_privkey_deinit (self->ca_key);
  gnutls_x509_privkey_deinit (self->key);
}

static char *
put (const char *name, gnutls_datum_t pem)
{
  char *path = g_build_filename (tern_test_certs_get_dir (certs), name, NULL);

  g_assert_true (g_file_set_contents (path, (const char *) pem.data, (gssize) pem.size, NULL));
  gnutls_free (pem.data);
  return path;
}

static char *
put_crt (const char *name, gnutls_x509_crt_t crt)
{
  gnutls_datum_t pem;

  check (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &pem));
  return put (name, pem);
}

static char *
put_key (gnutls_x509_privkey_t key)
{
  gnutls_datum_t pem;

  check (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &pem));
  return put ("odd-key.pem", pem);
}

static const struct
{
  const char *path;
  const char *host;
  const char *san; /* as a dNSName */
  guint san_len;
  gnutls_digest_algorithm_t digest;
  const char *text;
} odd[] = {
  { "good", "a.example", "a.example", 9, GNUTLS_DIG_SHA256, NULL },
  { "sha1", "a.example", "a.example", 9, GNUTLS_DIG_SHA1, "insecure algorithm" },
  { "nul", "a.example", "a.example\0.evil", 15, GNUTLS_DIG_SHA256, "is not for host “a.example”" },
  { "ip-as-name", "127.0.0.1", "127.0.0.1", 9, GNUTLS_DIG_SHA256,
    "is not for host “127.0.0.1”, it is for 127.0.0.1" },
  { "control", "a.example", "b.\033[2Jexample", 13, GNUTLS_DIG_SHA256, "b.?[2Jexample" },
};

/* By hand (RFC 5280 §4.2.1.6), GnuTLS would end the name at a NUL. */
static void
set_name (gnutls_x509_crt_t crt, const char *name, guint len)
{
  guint8 der[64] = { 0x30, (guint8) (len + 2), 0x82, (guint8) len };

  memcpy (der + 4, name, len);
  check (gnutls_x509_crt_set_extension_by_oid (crt, GNUTLS_X509EXT_OID_SAN, der, len + 4, 0));
}

static void
test_odd (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  Maker maker;

  maker_init (&maker);
  gnutls_x509_crt_t crt = crt_new (maker.key, "a.example");
  set_name (crt, odd[i].san, odd[i].san_len);
  check (gnutls_x509_crt_sign2 (crt, maker.ca, maker.ca_key, odd[i].digest, 0));
  g_autofree char *ca_file = put_crt ("odd-ca.pem", maker.ca);
  g_autofree char *cert_file = put_crt ("odd.pem", crt);
  g_autofree char *key_file = put_key (maker.key);
  g_autoptr (TlsPeer) peer = tls_peer_new_files (cert_file, key_file, NULL);
  g_autoptr (TernTlsSettings) settings = tern_tls_settings_new (ca_file, TRUE, 0, 0);
  g_autoptr (TlsConn) conn = NULL;
  g_autoptr (GError) error = NULL;

  gboolean is_good = try (peer, settings, odd[i].host, &conn, &error);
  g_test_message ("%s", error ? error->message : "good");
  g_assert_cmpint (is_good, ==, odd[i].text == NULL);
  if (odd[i].text)
    tern_test_assert_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, odd[i].text);
  gnutls_x509_crt_deinit (crt);
  maker_clear (&maker);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/tls-verify/", cases[i].path, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autofree char *path = g_strconcat ("/tls-verify/odd/", odd[i].path, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_odd);
    }
  g_test_add_func ("/tls-verify/other-trust", test_other_trust);
  g_test_add_func ("/tls-verify/ca-file", test_ca_file);

  int result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
