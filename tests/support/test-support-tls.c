/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The TLS half of the support library's own tests: the certificates are what their names say,
 * the origin's TLS options do what they say, and the real servers come up. */

#include "test-support.h"

#include "tern-real-server.h"
#include "tern-test-util.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <unistd.h>

/* What a blocking GnuTLS client found out. */
typedef struct
{
  int    handshake;
  guint  verify; /* GNUTLS_CERT_… */
  int    last;   /* of the reads */
  char  *answer;
} Visit;

static void
visit_clear (Visit *visit)
{
  g_free (visit->answer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Visit, visit_clear)

static void
read_answer (gnutls_session_t session,
             Visit           *visit)
{
  static const char get[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  GString *out = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  gnutls_record_send (session, get, sizeof get - 1);
  for (;;)
    {
      n = gnutls_record_recv (session, buffer, sizeof buffer);
      if (n > 0)
        g_string_append_len (out, buffer, n);
      else if (n != GNUTLS_E_AGAIN && n != GNUTLS_E_INTERRUPTED)
        break;
    }
  visit->last = (int) n;
  visit->answer = g_string_free (out, FALSE);
}

/* One request; @ticket is used and replaced when not NULL. */
static void
visit_server (Visit               *visit,
              guint16              port,
              const TernTestCerts *certs,
              const char          *host,
              gnutls_datum_t      *ticket)
{
  static const gnutls_datum_t http11 = { (unsigned char *) "http/1.1", 8 };
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
  int fd = test_connect (port);

  gnutls_certificate_allocate_credentials (&credentials);
  gnutls_certificate_set_x509_trust_file (credentials, tern_test_certs_get_ca_file (certs),
                                          GNUTLS_X509_FMT_PEM);
  gnutls_init (&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
  gnutls_set_default_priority (session);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_server_name_set (session, GNUTLS_NAME_DNS, host, strlen (host));
  gnutls_alpn_set_protocols (session, &http11, 1, 0);
  gnutls_transport_set_int (session, fd);
  gnutls_handshake_set_timeout (session, 20000);
  if (ticket && ticket->data)
    gnutls_session_set_data (session, ticket->data, ticket->size);
  do
    visit->handshake = gnutls_handshake (session);
  while (visit->handshake < 0 && !gnutls_error_is_fatal (visit->handshake));
  if (visit->handshake == 0)
    {
      gnutls_certificate_verify_peers3 (session, host, &visit->verify);
      read_answer (session, visit);
      if (ticket)
        {
          g_clear_pointer (&ticket->data, gnutls_free);
          gnutls_session_get_data2 (session, ticket);
        }
      gnutls_bye (session, GNUTLS_SHUT_WR);
    }
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
  close (fd);
}

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

      visit_server (&visit, tern_origin_get_port (origin), certs, cases[i].host, NULL);
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
          g_auto (Visit) visit = { 0 };

          visit_server (&visit, tern_origin_get_port (origin), certs, "localhost", &ticket);
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

      visit_server (&visit, tern_origin_get_port (origin), certs, "localhost", NULL);
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

/* TRUE when the server is there; else the test is skipped with the reason. */
static gboolean
have (gpointer server,
      GError  *error)
{
  if (server)
    return TRUE;
  tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, NULL);
  g_test_skip (error->message);
  return FALSE;
}

static void
test_nginx (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernRealServer) nginx = tern_real_server_new_nginx (certs, &error);

  if (!have (nginx, error))
    return;
  static const struct
  {
    const char *request;
    const char *part;
  } cases[] = {
    { "GET /hello.txt HTTP/1.1\r\n", "\r\n\r\n" TERN_REAL_SERVER_TEXT },
    { "GET /hello.txt HTTP/1.1\r\n", "\r\nETag: \"" },
    { "GET /page.html HTTP/1.1\r\nAccept-Encoding: gzip\r\n", "Content-Encoding: gzip" },
    { "HEAD /big.bin HTTP/1.1\r\n", "Content-Length: 1048576\r\n" },
    { "GET /basic/hello.txt HTTP/1.1\r\n", "WWW-Authenticate: Basic realm=\"nginx nest\"" },
    { "GET /basic/hello.txt HTTP/1.1\r\nAuthorization: Basic dXNlcjpzZWNyZXQ=\r\n",
      TERN_REAL_SERVER_TEXT },
    { "GET /redirect HTTP/1.1\r\n", "/hello.txt\r\n" },
    { "GET /empty HTTP/1.1\r\n", "HTTP/1.1 204 " },
    { "GET /status/503 HTTP/1.1\r\n", "HTTP/1.1 503 " },
    { "GET /cached.txt HTTP/1.1\r\n", "Cache-Control: max-age=60\r\n" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *request
          = g_strconcat (cases[i].request, "Host: h\r\nConnection: close\r\n\r\n", NULL);
      g_autofree char *answer = test_exchange (tern_real_server_get_port (nginx), request);

      if (strstr (answer, cases[i].part) == NULL)
        g_error ("“%s” has no “%s”", answer, cases[i].part);
    }
  g_auto (Visit) visit = { 0 };
  visit_server (&visit, tern_real_server_get_tls_port (nginx), certs, "localhost", NULL);
  g_assert_cmpint (visit.handshake, ==, 0);
  g_assert_cmphex (visit.verify, ==, 0);
  g_assert_true (g_str_has_prefix (visit.answer, "HTTP/1.1 "));
}

static void
test_gnutls_serv (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernRealServer) server = tern_real_server_new_gnutls (
      certs, TERN_TEST_CERT_EXPIRED, TERN_ORIGIN_TLS_ONLY_12, &error);

  if (!have (server, error))
    return;
  g_auto (Visit) visit = { 0 };
  visit_server (&visit, tern_real_server_get_tls_port (server), certs, "localhost", NULL);
  g_assert_cmpint (visit.handshake, ==, 0);
  g_assert_cmphex (visit.verify & GNUTLS_CERT_EXPIRED, !=, 0);
  g_assert_true (g_str_has_prefix (visit.answer, "HTTP/1.0 200 OK"));
}

void
test_support_add_tls (void)
{
  g_test_add_func ("/support/certs", test_certs);
  g_test_add_func ("/support/origin-tls/facts", test_facts);
  g_test_add_func ("/support/origin-tls/misbehaviour", test_misbehaviour);
  g_test_add_func ("/support/real-server/nginx", test_nginx);
  g_test_add_func ("/support/real-server/gnutls-serv", test_gnutls_serv);
}
