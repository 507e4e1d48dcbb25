/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second opinion: nginx and gnutls-serv, which others wrote. Where they are not installed the
 * tests say so and skip. */
#include "ask.h"
#include "tern-real-server.h"

static TernTestCerts *certs;
static TernRealServer *nginx;
static char *why_not; /* there is no nginx */

typedef enum
{
  PLAIN,
  TLS
} Scheme;

/* FALSE: skipped. */
static gboolean
begin (Ask *ask, gboolean async, gconstpointer scheme, const char *method, const char *path)
{
  g_autofree char *uri = NULL;

  *ask = (Ask){ 0 };
  if (!nginx)
    {
      g_test_skip (why_not);
      return FALSE;
    }
  uri = GPOINTER_TO_INT (scheme) == TLS ? tern_real_server_tls_uri (nginx, path)
                                        : tern_real_server_uri (nginx, path);
  ask_init (ask, async, NULL, method, uri);
  tern_client_set_ca_file (ask->client, tern_test_certs_get_ca_file (certs));
  return TRUE;
}

static void
assert_field (Ask *ask, const char *name, const char *value)
{
  g_autofree char *got = tern_response_get_header (ask->response, name);

  g_assert_cmpstr (got, ==, value);
}

static void
test_get (gboolean async, gconstpointer scheme)
{
  g_auto (Ask) ask;

  if (!begin (&ask, async, scheme, "GET", "/hello.txt"))
    return;
  for (guint i = 0; i < 10; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, TERN_REAL_SERVER_TEXT);
      g_assert_cmpint (tern_response_get_timings (ask.response)->reused, ==, i > 0);
    }
  assert_field (&ask, "content-type", "text/plain");
  g_assert_cmpuint (tern_response_get_version (ask.response), ==, 11);
  g_assert_cmpint (tern_response_get_tls (ask.response) != NULL, ==,
                   GPOINTER_TO_INT (scheme) == TLS);
}

static void
test_head (gboolean async, gconstpointer scheme)
{
  g_auto (Ask) ask;

  if (!begin (&ask, async, scheme, "HEAD", "/big.bin"))
    return;
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "");
      assert_field (&ask, "Content-Length", "1048576");
      g_assert_cmpint (tern_response_get_timings (ask.response)->reused, ==, i > 0);
    }
}

static void
assert_big (GBytes *bytes, gsize from, gsize size)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  g_assert_cmpuint (n, ==, size);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpuint (data[i], ==, (from + i) * 7 % 251);
}

static void
test_big (gboolean async, gconstpointer scheme)
{
  g_autoptr (GBytes) body = NULL;
  g_auto (Ask) ask;

  if (!begin (&ask, async, scheme, "GET", "/big.bin"))
    return;
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  assert_big (ask.content, 0, TERN_REAL_SERVER_BIG_SIZE);
  ask_send (&ask, NULL);
  body = ask_read_all (&ask, NULL, &ask.error);
  g_assert_no_error (ask.error);
  assert_big (body, 0, TERN_REAL_SERVER_BIG_SIZE);
  g_assert_true (tern_response_get_timings (ask.response)->reused);
}

static void
test_range (gboolean async, gconstpointer scheme)
{
  g_auto (Ask) ask;

  if (!begin (&ask, async, scheme, "GET", "/big.bin"))
    return;
  ask_header (&ask, "Range", "bytes=1000-1999");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 206, NULL);
  assert_field (&ask, "Content-Range", "bytes 1000-1999/1048576");
  assert_big (ask.content, 1000, 1000);
}

static void
test_gzip (gboolean async, gconstpointer scheme)
{
  g_autoptr (GBytes) decoded = NULL;
  g_auto (Ask) ask;

  if (!begin (&ask, async, scheme, "GET", "/page.html"))
    return;
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  decoded = g_bytes_ref (ask.content);
  tern_request_set_accept_encoding (ask.request, FALSE);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  assert_field (&ask, "Content-Encoding", NULL);
  g_assert_true (g_bytes_equal (decoded, ask.content));
  /* Asked for by hand it comes as it is on the wire: coded, and smaller. */
  ask_header (&ask, "Accept-Encoding", "gzip");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  assert_field (&ask, "Content-Encoding", "gzip");
  g_assert_cmpuint (g_bytes_get_size (ask.content), <, g_bytes_get_size (decoded) / 2);
}

static void
test_statuses (gboolean async, gconstpointer scheme)
{
  static const struct
  {
    const char *path;
    guint status;
  } rounds[] = { { "/missing", 404 },    { "/status/404", 404 }, { "/status/500", 500 },
                 { "/status/503", 503 }, { "/empty", 204 },      { "/hello.txt", 200 } };
  g_auto (Ask) ask;

  if (!begin (&ask, async, scheme, "GET", "/empty"))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      g_autofree char *uri = GPOINTER_TO_INT (scheme) == TLS
                                 ? tern_real_server_tls_uri (nginx, rounds[i].path)
                                 : tern_real_server_uri (nginx, rounds[i].path);

      ask_again (&ask, NULL, "GET", uri);
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, rounds[i].status, NULL);
    }
}

static void
test_basic (gboolean async, gconstpointer scheme)
{
  g_auto (Ask) ask;

  if (!begin (&ask, async, scheme, "GET", "/basic/hello.txt"))
    return;
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 401, NULL);
  assert_field (&ask, "WWW-Authenticate", "Basic realm=\"nginx nest\"");
  tern_client_add_credentials (ask.client, "user", "wrong", NULL);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 401, NULL);
  tern_client_clear_credentials (ask.client);
  tern_client_add_credentials (ask.client, "user", "secret", NULL);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, TERN_REAL_SERVER_TEXT);
}

static void
test_redirect (gboolean async, gconstpointer scheme)
{
  g_auto (Ask) ask;

  if (!begin (&ask, async, scheme, "GET", "/redirect"))
    return;
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, TERN_REAL_SERVER_TEXT);
  g_assert_true (g_str_has_suffix (tern_response_get_uri (ask.response), "/hello.txt"));
  g_assert_cmpuint (tern_response_get_status (tern_response_get_previous (ask.response)), ==, 302);
  tern_client_set_follow_redirects (ask.client, FALSE);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 302, NULL);
}

/* A method that a file does not know, with a body: read, refused, and the connection goes on. */
static void
test_post (gboolean async, gconstpointer scheme)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("hello", 5);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (body);
  g_auto (Ask) ask;

  if (!begin (&ask, async, scheme, "POST", "/hello.txt"))
    return;
  tern_request_set_body_bytes (ask.request, "text/plain", body);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 405, NULL);
  tern_request_set_body_stream (ask.request, "text/plain", stream, -1);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 405, NULL);
  tern_request_set_body_bytes (ask.request, "text/plain", body);
  tern_request_set_expect_continue (ask.request, TRUE);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 405, NULL);
}

static void
test_resume (gboolean async, gconstpointer scheme)
{
  g_auto (Ask) ask;

  if (!begin (&ask, async, scheme, "GET", "/hello.txt"))
    return;
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, TERN_REAL_SERVER_TEXT);
      g_assert_cmpint (tern_tls_info_get_resumed (tern_response_get_tls (ask.response)), ==, i > 0);
      tern_client_close (ask.client);
    }
}

static void
test_gnutls_serv (gboolean async, gconstpointer priority)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRealServer) server
      = tern_real_server_new_gnutls (certs, TERN_TEST_CERT_SERVER, priority, &error);
  g_autofree char *uri = NULL;
  g_auto (Ask) ask = { 0 };

  if (!server)
    {
      g_test_skip (error->message);
      return;
    }
  uri = tern_real_server_tls_uri (server, "/");
  ask_init (&ask, async, NULL, "GET", uri);
  tern_client_set_ca_file (ask.client, tern_test_certs_get_ca_file (certs));
  for (guint i = 0; i < 2; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, NULL);
      g_assert_cmpuint (g_bytes_get_size (ask.content), >, 100);
      g_assert_cmpint (tern_tls_info_get_version (tern_response_get_tls (ask.response)), ==,
                       g_strcmp0 (priority, TERN_ORIGIN_TLS_ONLY_12) == 0 ? TERN_TLS_VERSION_1_2
                                                                          : TERN_TLS_VERSION_1_3);
    }
}

static void
test_gnutls_serv_bad (gboolean async, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRealServer) server
      = tern_real_server_new_gnutls (certs, TERN_TEST_CERT_EXPIRED, NULL, &error);
  g_autofree char *uri = NULL;
  g_auto (Ask) ask = { 0 };

  if (!server)
    {
      g_test_skip (error->message);
      return;
    }
  uri = tern_real_server_tls_uri (server, "/");
  ask_init (&ask, async, NULL, "GET", uri);
  tern_client_set_ca_file (ask.client, tern_test_certs_get_ca_file (certs));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, CERTIFICATE, "expired");
}

static void
add (const char *name, TernTestBothFunc func)
{
  g_autofree char *plain = g_strconcat ("/real/nginx/", name, "/plain", NULL);
  g_autofree char *tls = g_strconcat ("/real/nginx/", name, "/tls", NULL);

  tern_test_add_both (plain, func, GINT_TO_POINTER (PLAIN));
  tern_test_add_both (tls, func, GINT_TO_POINTER (TLS));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  nginx = tern_real_server_new_nginx (certs, &error);
  why_not = error ? g_strdup (error->message) : NULL;
  add ("get", test_get);
  add ("head", test_head);
  add ("big", test_big);
  add ("range", test_range);
  add ("gzip", test_gzip);
  add ("statuses", test_statuses);
  add ("basic", test_basic);
  add ("redirect", test_redirect);
  add ("post", test_post);
  tern_test_add_both ("/real/nginx/resume", test_resume, GINT_TO_POINTER (TLS));
  tern_test_add_both ("/real/gnutls-serv/tls-1.2", test_gnutls_serv, TERN_ORIGIN_TLS_ONLY_12);
  tern_test_add_both ("/real/gnutls-serv/tls-1.3", test_gnutls_serv, TERN_ORIGIN_TLS_ONLY_13);
  tern_test_add_both ("/real/gnutls-serv/expired", test_gnutls_serv_bad, NULL);
  result = g_test_run ();
  g_clear_pointer (&nginx, tern_real_server_free);
  tern_test_certs_free (certs);
  g_free (why_not);
  return result;
}
