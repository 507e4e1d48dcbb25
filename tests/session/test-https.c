/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HTTPS through the client: whom it trusts, what it says when it does not, what it keeps of a
 * session, and that an end without close_notify is no end. */
#include "ask.h"
#include "client/tern-client-private.h"
#include "names.h"

static TernTestCerts *certs;

static TernOrigin *
make_origin (TernTestCert which, const char *priority, TernOriginTlsFlags flags)
{
  TernOrigin *origin = tern_origin_new_tls (certs, which, priority, flags);

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  return origin;
}

static void
init (Ask *ask, gboolean async, TernOrigin *origin)
{
  ask_init (ask, async, origin, "GET", "/");
  tern_client_set_ca_file (ask->client, tern_test_certs_get_ca_file (certs));
}

/* A connection made anew, all else kept. */
static void
get_anew (Ask *ask)
{
  tern_client_close (ask->client);
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 200, "fine");
}

static void
test_good (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin (TERN_TEST_CERT_SERVER, data, 0);
  TernTlsInfo *info;
  g_autofree char *sni = NULL;
  g_autofree char *alpn = NULL;
  g_auto (Ask) ask;

  init (&ask, async, origin);
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "fine");
    }
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
  info = tern_response_get_tls (ask.response);
  g_assert_nonnull (info);
  g_assert_cmpint (tern_tls_info_get_version (info), ==,
                   g_strcmp0 (data, TERN_ORIGIN_TLS_ONLY_12) == 0 ? TERN_TLS_VERSION_1_2
                                                                  : TERN_TLS_VERSION_1_3);
  g_assert_nonnull (tern_tls_info_get_cipher (info));
  g_assert_cmpuint (tern_tls_info_get_peer_chain (info)->len, >=, 1);
  sni = tern_origin_connection_sni (origin, 0);
  alpn = tern_origin_connection_alpn (origin, 0);
  g_assert_cmpstr (sni, ==, "localhost");
  g_assert_cmpstr (alpn, ==, "http/1.1");
  tern_client_close (ask.client);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
  g_assert_true (tern_origin_connection_got_close_notify (origin, 0));
}

static void
test_plain_has_none (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "GET", "/");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  g_assert_null (tern_response_get_tls (ask.response));
}

/* --- trust --- */

static void
test_ca_file (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin (TERN_TEST_CERT_SERVER, NULL, 0);
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, CERTIFICATE, NULL);
  tern_client_set_ca_file (ask.client, tern_test_certs_get_unknown_ca_file (certs));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, CERTIFICATE, "unknown authority");
  tern_client_set_ca_file (ask.client, "/nowhere/ca.pem");
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, CERTIFICATE, "/nowhere/ca.pem");
  tern_client_set_ca_file (ask.client, tern_test_certs_get_ca_file (certs));
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  /* A kept connection of other settings is not used. */
  tern_client_set_ca_file (ask.client, tern_test_certs_get_unknown_ca_file (certs));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, CERTIFICATE, "unknown authority");
}

/* --- versions --- */

static void
test_versions (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) old = make_origin (TERN_TEST_CERT_SERVER, TERN_ORIGIN_TLS_ONLY_12, 0);
  g_autoptr (TernOrigin) young = make_origin (TERN_TEST_CERT_SERVER, TERN_ORIGIN_TLS_ONLY_13, 0);
  g_autoptr (TernOrigin) ancient
      = make_origin (TERN_TEST_CERT_SERVER, "NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT", 0);
  g_auto (Ask) ask;

  init (&ask, async, old);
  tern_client_set_tls_minimum_version (ask.client, TERN_TLS_VERSION_1_3);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TLS, "localhost");
  tern_client_set_tls_minimum_version (ask.client, TERN_TLS_VERSION_1_2);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");

  ask_again (&ask, young, "GET", "/");
  tern_client_set_tls_maximum_version (ask.client, TERN_TLS_VERSION_1_2);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TLS, "localhost");
  tern_client_set_tls_maximum_version (ask.client, TERN_TLS_VERSION_UNSET);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");

  ask_again (&ask, ancient, "GET", "/");
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TLS, "localhost");
}

/* A range that leaves no version is an error of the request, before a packet. */
static void
test_no_version (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin (TERN_TEST_CERT_SERVER, NULL, 0);
  g_auto (Ask) ask;

  init (&ask, async, origin);
  tern_client_set_tls_minimum_version (ask.client, TERN_TLS_VERSION_1_3);
  tern_client_set_tls_maximum_version (ask.client, TERN_TLS_VERSION_1_2);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TLS, "the lowest allowed version of TLS is above the highest");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 0);
  /* Each bound on its own decides what is spoken. */
  tern_client_set_tls_minimum_version (ask.client, TERN_TLS_VERSION_UNSET);
  get_anew (&ask);
  g_assert_cmpint (tern_tls_info_get_version (tern_response_get_tls (ask.response)), ==,
                   TERN_TLS_VERSION_1_2);
  tern_client_set_tls_maximum_version (ask.client, TERN_TLS_VERSION_1_3);
  tern_client_set_tls_minimum_version (ask.client, TERN_TLS_VERSION_1_3);
  get_anew (&ask);
  g_assert_cmpint (tern_tls_info_get_version (tern_response_get_tls (ask.response)), ==,
                   TERN_TLS_VERSION_1_3);
}

/* --- sessions --- */

/* All of it is known of a resumed session as well, the chain and that it passed. */
static void
assert_info (TernTlsInfo *info, gboolean resumed)
{
  g_assert_cmpint (tern_tls_info_get_resumed (info), ==, resumed);
  g_assert_true (tern_tls_info_get_verified (info));
  g_assert_cmpint (tern_tls_info_get_certificate_errors (info), ==, 0);
  g_assert_cmpstr (tern_tls_info_get_protocol (info), ==, "http/1.1");
  g_assert_nonnull (tern_tls_info_get_cipher (info));
  g_assert_cmpuint (tern_tls_info_get_peer_chain (info)->len, ==, 2);
}

static void
test_resume (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin (TERN_TEST_CERT_CHAIN, data, 0);
  g_auto (Ask) ask;

  init (&ask, async, origin);
  for (guint i = 0; i < 4; i++)
    {
      get_anew (&ask);
      g_assert_cmpint (tern_origin_connection_resumed (origin, i), ==, i > 0);
      assert_info (tern_response_get_tls (ask.response), i > 0);
    }
  /* Tickets belong to a partition and to the settings that earned them. */
  tern_request_set_partition (ask.request, "other");
  get_anew (&ask);
  g_assert_false (tern_origin_connection_resumed (origin, 4));
  tern_request_set_partition (ask.request, NULL);
  tern_client_set_validate_certificates (ask.client, FALSE);
  get_anew (&ask);
  g_assert_false (tern_origin_connection_resumed (origin, 5));
  tern_client_set_validate_certificates (ask.client, TRUE);
  get_anew (&ask);
  g_assert_false (tern_origin_connection_resumed (origin, 6));
}

/* --- truncation --- */

#define TO_CLOSE "HTTP/1.1 200 OK\r\n\r\nhello"

static void
test_to_close (gboolean async, gconstpointer priority)
{
  g_autoptr (TernOrigin) origin = make_origin (TERN_TEST_CERT_SERVER, priority, 0);
  g_autoptr (TernFailure) failure = NULL;
  g_auto (Ask) ask;

  init (&ask, async, origin);
  tern_origin_push_script (origin, TO_CLOSE, -1, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "hello");
  tern_origin_push_script (origin, TO_CLOSE, -1, TERN_ORIGIN_SCRIPT_TRUNCATE_AFTER);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TLS, "without close_notify");
  failure = tern_request_get_failure (ask.request);
  g_assert_cmpint (tern_failure_get_phase (failure), ==, TERN_PHASE_RECEIVE);
  g_assert_cmpint (tern_failure_get_received (failure), ==, 5);
}

/* A body that says itself where it ends needs no close_notify (RFC 9112 §9.8). */
static void
test_complete (gboolean async, gconstpointer priority)
{
  g_autoptr (TernOrigin) origin = make_origin (TERN_TEST_CERT_SERVER, priority, 0);
  g_auto (Ask) ask;

  init (&ask, async, origin);
  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", -1,
                           TERN_ORIGIN_SCRIPT_TRUNCATE_AFTER);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "hello");
  tern_origin_push_script (origin,
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "5\r\nhello\r\n0\r\n\r\n",
                           -1, TERN_ORIGIN_SCRIPT_TRUNCATE_AFTER);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "hello");
  /* One that is cut is an error either way. */
  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", -1,
                           TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, INCOMPLETE_READ, "5 of 9");
  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", -1,
                           TERN_ORIGIN_SCRIPT_TRUNCATE_AFTER);
  g_assert_false (ask_fetch (&ask, NULL));
  g_assert_true (ask.error->domain == TERN_ERROR);
}

/* --- servers that do not speak TLS, or will not --- */

typedef struct
{
  const char *name;
  TernOriginTlsFlags flags;
  const char *text;
} Odd;

static const Odd odd[] = {
  { "plain-text", TERN_ORIGIN_TLS_PLAIN_TEXT, "does not speak TLS" },
  { "close", TERN_ORIGIN_TLS_CLOSE, "during the TLS handshake" },
  { "alert", TERN_ORIGIN_TLS_ALERT, "alert" },
};

static void
test_odd (gboolean async, gconstpointer data)
{
  const Odd *what = data;
  g_autoptr (TernOrigin) origin = make_origin (TERN_TEST_CERT_SERVER, NULL, what->flags);
  g_auto (Ask) ask;

  init (&ask, async, origin);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TLS, what->text);
  ask_assert_tern_error (&ask, TLS, "localhost");
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_TLS);
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (ask.client)), ==, 0);
}

/* An https URI at a plain server: its answer to our hello is no answer to a request. */
static void
test_plain_server (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autofree char *uri = g_strdup_printf ("https://localhost:%u/", tern_origin_get_port (origin));
  g_auto (Ask) ask;

  tern_origin_push_script (origin, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", -1,
                           TERN_ORIGIN_SCRIPT_BEFORE_REQUEST);
  ask_init (&ask, async, NULL, "GET", uri);
  tern_client_set_ca_file (ask.client, tern_test_certs_get_ca_file (certs));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TLS, "does not speak TLS");
}

/* The other way round: the alert that an http URI gets of a TLS server is named as what it is. */
static void
test_tls_server (gboolean async, gconstpointer priority)
{
  g_autoptr (TernOrigin) origin = make_origin (TERN_TEST_CERT_SERVER, priority, 0);
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/", tern_origin_get_port (origin));
  g_auto (Ask) ask;

  ask_init (&ask, async, NULL, "GET", uri);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, BAD_STATUS_LINE, "The answer is TLS and not HTTP");
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 0);
}

/* Bytes of TLS's own behind an answer (tickets, for one) do not condemn a connection; an answer
 * that nobody asked for does. */
static void
test_idle_noise (gboolean async, gconstpointer priority)
{
  g_autoptr (TernOrigin) origin = make_origin (TERN_TEST_CERT_SERVER, priority, 0);
  g_auto (Ask) ask;

  init (&ask, async, origin);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  g_assert_cmpuint (tern_origin_poke_idle (origin, TERN_ORIGIN_EXTRA_RESPONSE, -1), ==, 1);
  g_usleep (20 * 1000);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
  g_assert_cmpuint (tern_origin_close_idle (origin), ==, 1);
  g_usleep (20 * 1000);
  ask_again (&ask, origin, "POST", "/");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 3);
}

/* A body larger than records and buffers, both ways. */
static void
test_big (gboolean async, gconstpointer priority)
{
  const gsize size = 3 * 1024 * 1024 + 17;
  g_autoptr (TernOrigin) origin = make_origin (TERN_TEST_CERT_SERVER, priority, 0);
  g_autofree guint8 *bytes = g_malloc (size);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (TernOriginRequest) seen = NULL;
  gsize n;
  g_auto (Ask) ask;

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8)(i * 31 % 253);
  body = g_bytes_new (bytes, size);
  init (&ask, async, origin);
  tern_request_set_method (ask.request, "PUT");
  tern_request_set_body_bytes (ask.request, NULL, body);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  seen = tern_origin_get_request (origin, 0);
  g_assert_cmpmem (tern_origin_request_body (seen, &n), n, bytes, size);
  g_assert_cmpuint (n, ==, size);
}

/* A refusal while records still wait to be sent. */
static void
test_refused (gboolean async, gconstpointer priority)
{
  const gsize size = 32 * 1024 * 1024;
  g_autoptr (TernOrigin) origin = make_origin (TERN_TEST_CERT_SERVER, priority, 0);
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (size), size);
  g_auto (Ask) ask;

  init (&ask, async, origin);
  tern_client_set_total_timeout (ask.client, 10);
  tern_request_set_method (ask.request, "POST");
  tern_request_set_body_bytes (ask.request, NULL, body);
  tern_origin_push_script (origin, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig",
                           -1, TERN_ORIGIN_SCRIPT_BEFORE_BODY | TERN_ORIGIN_SCRIPT_HANG_AFTER);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 413, "big");
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (ask.client)), ==, 0);
}

static void
add (const char *name, const char *variant, TernTestBothFunc func, gconstpointer data)
{
  g_autofree char *path = g_strconcat ("/session/https/", name, "/", variant, NULL);

  tern_test_add_both (path, func, data);
}

static void
add_versions (const char *name, TernTestBothFunc func)
{
  add (name, "tls-1.2", func, TERN_ORIGIN_TLS_ONLY_12);
  add (name, "tls-1.3", func, TERN_ORIGIN_TLS_ONLY_13);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  add_versions ("good", test_good);
  add ("good", "plain-has-none", test_plain_has_none, NULL);
  add ("ca-file", "all", test_ca_file, NULL);
  add ("versions", "all", test_versions, NULL);
  add ("versions", "none", test_no_version, NULL);
  add_versions ("resume", test_resume);
  add_versions ("to-close", test_to_close);
  add_versions ("complete", test_complete);
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    add ("odd", odd[i].name, test_odd, &odd[i]);
  add ("odd", "plain-server", test_plain_server, NULL);
  add ("odd", "tls-server", test_tls_server, NULL);
  add_versions ("idle-noise", test_idle_noise);
  add_versions ("big", test_big);
  add_versions ("refused", test_refused);
  result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
