/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second opinion on TLS: gnutls-serv, stunnel and apache2 with client certificates. Where they
 * are not installed the tests say so and skip. */
#include "ask.h"
#include "tern-origin.h"
#include "tern-real-server.h"

static TernTestCerts *certs;

/* FALSE: skipped. */
static gboolean
begin (Ask *ask, gboolean async, TernRealServer *server, GError *error)
{
  g_autofree char *uri = NULL;

  *ask = (Ask){ 0 };
  if (!server)
    {
      tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, NULL);
      g_test_skip (error->message);
      return FALSE;
    }
  uri = tern_real_server_get_mutual_port (server)
            ? tern_real_server_mutual_uri (server, "/hello.txt")
            : tern_real_server_tls_uri (server, "/");
  ask_init (ask, async, NULL, "GET", uri);
  tern_client_set_ca_file (ask->client, tern_test_certs_get_ca_file (certs));
  return TRUE;
}

static void
assert_version (Ask *ask, const char *priority)
{
  g_assert_cmpint (tern_tls_info_get_version (tern_response_get_tls (ask->response)), ==,
                   g_strcmp0 (priority, TERN_ORIGIN_TLS_ONLY_12) == 0 ? TERN_TLS_VERSION_1_2
                                                                      : TERN_TLS_VERSION_1_3);
}

static void
test_gnutls_serv (gboolean async, gconstpointer priority)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRealServer) server
      = tern_real_server_new_gnutls (certs, TERN_TEST_CERT_SERVER, priority, &error);
  g_auto (Ask) ask;

  if (!begin (&ask, async, server, error))
    return;
  for (guint i = 0; i < 2; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, NULL);
      g_assert_cmpuint (g_bytes_get_size (ask.content), >, 100);
      assert_version (&ask, priority);
    }
}

static void
test_bad (gboolean async, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRealServer) server
      = tern_real_server_new_gnutls (certs, TERN_TEST_CERT_EXPIRED, NULL, &error);
  g_auto (Ask) ask;

  if (!begin (&ask, async, server, error))
    return;
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, CERTIFICATE, "expired");
}

static void
test_stunnel (gboolean async, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernRealServer) server = tern_real_server_new_stunnel (
      certs, TERN_TEST_CERT_CHAIN, tern_origin_get_port (origin), &error);
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "behind stunnel");
  if (!begin (&ask, async, server, error))
    return;
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "behind stunnel");
      g_assert_cmpint (tern_response_get_timings (ask.response)->reused, ==, i > 0);
    }
}

/* Those who have no certificate are told so, in the handshake or (TLS 1.3) behind it; the request
 * is not repeated for ever. With one, and only for its domain, they come in. */
static void
check_mutual (gboolean async, TernRealServer *server, GError *error)
{
  const char *key = tern_test_certs_get_key_file (certs, TERN_TEST_CERT_CLIENT);
  const char *cert = tern_test_certs_get_cert_file (certs, TERN_TEST_CERT_CLIENT);
  g_auto (Ask) ask;

  if (!begin (&ask, async, server, error))
    return;
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TLS, NULL);
  tern_client_add_certificate (ask.client, key, cert, "elsewhere.test", NULL);
  g_assert_false (ask_fetch (&ask, NULL));
  tern_client_add_certificate (ask.client, key, cert, "localhost", NULL);
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, NULL);
      g_assert_cmpuint (g_bytes_get_size (ask.content), >, 10);
      tern_client_close (ask.client);
    }
}

static void
test_mutual_gnutls (gboolean async, gconstpointer priority)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRealServer) server = tern_real_server_new_gnutls_mutual (certs, priority, &error);

  check_mutual (async, server, error);
}

static void
test_mutual_apache (gboolean async, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRealServer) server = tern_real_server_new_apache (certs, &error);

  check_mutual (async, server, error);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  tern_test_add_both ("/real/gnutls-serv/tls-1.2", test_gnutls_serv, TERN_ORIGIN_TLS_ONLY_12);
  tern_test_add_both ("/real/gnutls-serv/tls-1.3", test_gnutls_serv, TERN_ORIGIN_TLS_ONLY_13);
  tern_test_add_both ("/real/gnutls-serv/expired", test_bad, NULL);
  tern_test_add_both ("/real/stunnel", test_stunnel, NULL);
  tern_test_add_both ("/real/client-certificate/gnutls-serv/tls-1.2", test_mutual_gnutls,
                      TERN_ORIGIN_TLS_ONLY_12);
  tern_test_add_both ("/real/client-certificate/gnutls-serv/tls-1.3", test_mutual_gnutls,
                      TERN_ORIGIN_TLS_ONLY_13);
  tern_test_add_both ("/real/client-certificate/apache2", test_mutual_apache, NULL);
  result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
