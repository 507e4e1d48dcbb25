/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The TLS half of the support library's own tests: the certificates are what their names say,
 * and the origin's TLS options do what they say. */

#include "test-support.h"
#include "test-visit.h"

#include "tern-origin.h"
#include "tern-test-util.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <unistd.h>

static void
test_certs (void)
{
  static const struct
  {
    TernTestCert which;
    const char  *host;
    guint        expected; /* 0: valid; else one of these bits */
  } cases[] = {
    { TERN_TEST_CERT_SERVER, "localhost", 0 },
    { TERN_TEST_CERT_WRONG_HOST, "localhost", GNUTLS_CERT_UNEXPECTED_OWNER },
    { TERN_TEST_CERT_EXPIRED, "localhost", GNUTLS_CERT_EXPIRED },
    { TERN_TEST_CERT_NOT_YET_VALID, "localhost", GNUTLS_CERT_NOT_ACTIVATED },
    { TERN_TEST_CERT_SELF_SIGNED, "localhost", GNUTLS_CERT_SIGNER_NOT_FOUND },
    { TERN_TEST_CERT_WILDCARD, "a.example.test", 0 },
    { TERN_TEST_CERT_WILDCARD, "a.b.example.test", GNUTLS_CERT_UNEXPECTED_OWNER },
    { TERN_TEST_CERT_WILDCARD_DOUBLE, "a.b.test", GNUTLS_CERT_UNEXPECTED_OWNER },
    { TERN_TEST_CERT_UNKNOWN_CA, "localhost", GNUTLS_CERT_SIGNER_NOT_FOUND },
    { TERN_TEST_CERT_MISSING_INTERMEDIATE, "localhost", GNUTLS_CERT_SIGNER_NOT_FOUND },
    { TERN_TEST_CERT_CHAIN, "localhost", 0 },
  };
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autofree char *dir = g_strdup (tern_test_certs_get_dir (certs));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TernOrigin) origin = tern_origin_new_tls (certs, cases[i].which, NULL, 0);
      g_auto (Visit) visit = { 0 };

      visit_run (&visit, tern_origin_get_port (origin), certs, cases[i].host);
      g_test_message ("%s", tern_test_certs_get_cert_file (certs, cases[i].which));
      g_assert_cmpint (visit.handshake, ==, 0);
      if (cases[i].expected == 0)
        g_assert_cmphex (visit.verify, ==, 0);
      else
        g_assert_cmphex (visit.verify & cases[i].expected, ==, cases[i].expected);
    }
  g_clear_pointer (&certs, tern_test_certs_free);
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
}

/* Resumption, names and versions as the origin saw them. */
static void
test_facts (void)
{
  static const char *const priorities[] = { TERN_ORIGIN_TLS_ONLY_12, TERN_ORIGIN_TLS_ONLY_13 };
  static const char *const versions[] = { "TLS1.2", "TLS1.3" };
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TernOrigin) origin
          = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, priorities[i], 0);
      gnutls_datum_t ticket = { NULL, 0 };

      tern_origin_add_reply (origin, "/", 200, NULL, "over TLS");
      for (guint n = 0; n < 2; n++)
        {
          g_auto (Visit) visit = { .ticket = &ticket };

          visit_run (&visit, tern_origin_get_port (origin), certs, "localhost");
          g_assert_true (g_str_has_suffix (visit.answer, "\r\n\r\nover TLS"));
          g_assert_cmpint (visit.last, ==, 0);
        }
      gnutls_free (ticket.data);
      g_autofree char *sni = tern_origin_connection_sni (origin, 1);
      g_autofree char *alpn = tern_origin_connection_alpn (origin, 1);
      g_autofree char *version = tern_origin_connection_tls_version (origin, 1);
      g_assert_cmpstr (sni, ==, "localhost");
      g_assert_cmpstr (alpn, ==, "http/1.1");
      g_assert_cmpstr (version, ==, versions[i]);
      g_assert_false (tern_origin_connection_resumed (origin, 0));
      g_assert_true (tern_origin_connection_resumed (origin, 1));
      g_assert_false (tern_origin_connection_has_client_cert (origin, 1));
    }
}

static void
test_misbehaviour (void)
{
  static const struct
  {
    TernOriginTlsFlags flags;
    int                handshake;
    int                last;
  } cases[] = {
    { TERN_ORIGIN_TLS_TRUNCATE, 0, GNUTLS_E_PREMATURE_TERMINATION },
    { TERN_ORIGIN_TLS_NO_ALPN | TERN_ORIGIN_TLS_NO_TICKETS, 0, 0 },
    { TERN_ORIGIN_TLS_PLAIN_TEXT, GNUTLS_E_UNEXPECTED_PACKET, 0 },
    { TERN_ORIGIN_TLS_CLOSE, GNUTLS_E_PREMATURE_TERMINATION, 0 },
    { TERN_ORIGIN_TLS_ALERT, GNUTLS_E_FATAL_ALERT_RECEIVED, 0 },
    { TERN_ORIGIN_TLS_ALPN_H2_ONLY, GNUTLS_E_FATAL_ALERT_RECEIVED, 0 },
  };
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TernOrigin) origin
          = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, cases[i].flags);
      g_auto (Visit) visit = { 0 };

      visit_run (&visit, tern_origin_get_port (origin), certs, "localhost");
      g_assert_cmpint (visit.handshake, ==, cases[i].handshake);
      g_assert_cmpint (visit.last, ==, cases[i].last);
    }

  g_autoptr (TernOrigin) hanging
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_HANG);
  int fd = test_connect (tern_origin_get_port (hanging));
  g_assert_true (tern_origin_wait_connections (hanging, 1, 2000));
  g_assert_false (tern_origin_wait_closed (hanging, 0, 50));
  close (fd);
  g_assert_true (tern_origin_wait_closed (hanging, 0, 5000));
}

void
test_support_add_tls (void)
{
  g_test_add_func ("/support/certs", test_certs);
  g_test_add_func ("/support/origin-tls/facts", test_facts);
  g_test_add_func ("/support/origin-tls/misbehaviour", test_misbehaviour);
}
