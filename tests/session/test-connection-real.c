/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second opinion on TernConnection: nginx, apache2 and gnutls-serv, directly and through the
 * tunnels of squid and tinyproxy, which others wrote. Where they are not installed the tests say
 * so and skip. */
#include <string.h>
#include <tern/tern-connection.h>
#include <tern/tern-error.h>
#include <tern/tern-headers.h>

#include "tern-real-server.h"
#include "tern-test-util.h"

typedef enum
{
  NGINX,
  APACHE,
  GNUTLS,
  SQUID,
  SQUID_BASIC,
  TINYPROXY,
  TINYPROXY_BASIC,
  N_SERVERS
} Server;

static TernTestCerts *certs;
static TernRealServer *servers[N_SERVERS];
static char *why_not; /* one of them is missing */

/* A connection, asked sync or async, and what came of the last request. */
typedef struct
{
  gboolean async;
  TernConnection *connection;
  TernResponse *response;
  GBytes *body;
  GError *error;
} Talk;

static void
forget (Talk *talk)
{
  g_clear_object (&talk->response);
  g_clear_pointer (&talk->body, g_bytes_unref);
  g_clear_error (&talk->error);
}

static void
talk_clear (Talk *talk)
{
  forget (talk);
  g_clear_object (&talk->connection);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Talk, talk_clear)

typedef guint16 (*PortFunc) (const TernRealServer *server);

/* FALSE: skipped. */
static gboolean
talk_init (Talk *talk, gboolean async, Server server, PortFunc port, gboolean secure)
{
  *talk = (Talk){ .async = async };
  if (why_not)
    {
      g_test_skip (why_not);
      return FALSE;
    }
  talk->connection
      = tern_connection_new (secure ? "localhost" : "127.0.0.1", port (servers[server]), secure);
  tern_connection_set_ca_file (talk->connection, tern_test_certs_get_ca_file (certs));
  return TRUE;
}

static void
keep_result (GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **kept = data;

  g_assert_null (*kept);
  *kept = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static gboolean
request (Talk *talk, const char *method, const char *target, TernHeaders *fields, GBytes *body)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (!talk->async)
    return tern_connection_request (talk->connection, method, target, fields, body, NULL,
                                    &talk->error);
  tern_connection_request_async (talk->connection, method, target, fields, body, NULL, keep_result,
                                 &result);
  return tern_connection_request_finish (talk->connection, wait_for (&result), &talk->error);
}

static gboolean
end_headers (Talk *talk)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (!talk->async)
    return tern_connection_end_headers (talk->connection, NULL, NULL, &talk->error);
  tern_connection_end_headers_async (talk->connection, NULL, NULL, keep_result, &result);
  return tern_connection_end_headers_finish (talk->connection, wait_for (&result), &talk->error);
}

static gboolean
get_response (Talk *talk)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (!talk->async)
    talk->response = tern_connection_get_response (talk->connection, NULL, &talk->error);
  else
    {
      tern_connection_get_response_async (talk->connection, NULL, keep_result, &result);
      talk->response = tern_connection_get_response_finish (talk->connection, wait_for (&result),
                                                            &talk->error);
    }
  return talk->response != NULL;
}

static gboolean
read_body (Talk *talk)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (!talk->async)
    talk->body = tern_response_read_all (talk->response, NULL, &talk->error);
  else
    {
      tern_response_read_all_async (talk->response, NULL, keep_result, &result);
      talk->body = tern_response_read_all_finish (talk->response, wait_for (&result), &talk->error);
    }
  return talk->body != NULL;
}

/* A whole exchange; FALSE with the error. */
static gboolean
ask (Talk *talk, const char *method, const char *target, GBytes *body)
{
  forget (talk);
  return request (talk, method, target, NULL, body) && get_response (talk) && read_body (talk);
}

#define assert_answer(talk, status, text) assert_answer_at (G_STRLOC, (talk), (status), (text))
static void
assert_answer_at (const char *where, Talk *talk, guint status, const char *text)
{
  if (talk->error)
    g_error ("%s: %s", where, talk->error->message);
  g_test_message ("%s", where);
  g_assert_cmpuint (tern_response_get_status (talk->response), ==, status);
  if (text)
    tern_test_assert_bytes (g_bytes_get_data (talk->body, NULL), g_bytes_get_size (talk->body),
                            text, -1);
}

/* What one kept connection is asked; @text is that of the server. */
static void
walk (Talk *talk, const char *text)
{
  g_autoptr (GBytes) hello = g_bytes_new_static ("hello", 5);

  for (guint i = 0; i < 3; i++)
    {
      ask (talk, "GET", "/hello.txt", NULL);
      assert_answer (talk, 200, text);
      g_assert_true (tern_connection_is_open (talk->connection));
    }
  ask (talk, "HEAD", "/big.bin", NULL);
  assert_answer (talk, 200, "");
  ask (talk, "GET", "/big.bin", NULL);
  assert_answer (talk, 200, NULL);
  g_assert_cmpuint (g_bytes_get_size (talk->body), ==, TERN_REAL_SERVER_BIG_SIZE);
  /* What the client would follow, decode or answer is handed over as it is. */
  ask (talk, "GET", "/redirect", NULL);
  assert_answer (talk, 302, NULL);
  ask (talk, "GET", "/basic/hello.txt", NULL);
  assert_answer (talk, 401, NULL);
  ask (talk, "GET", "/empty", NULL);
  assert_answer (talk, 204, "");
  ask (talk, "POST", "/status/404", hello);
  assert_answer (talk, 404, NULL);
  ask (talk, "GET", "/hello.txt", NULL);
  assert_answer (talk, 200, text);
}

static const char *
text_of (Server server)
{
  return server == NGINX ? TERN_REAL_SERVER_TEXT : TERN_REAL_SERVER_APACHE_TEXT;
}

static void
test_plain (gboolean async, gconstpointer data)
{
  Server server = GPOINTER_TO_INT (data);
  g_auto (Talk) talk;

  if (talk_init (&talk, async, server, tern_real_server_get_port, FALSE))
    walk (&talk, text_of (server));
}

static void
test_tls (gboolean async, gconstpointer data)
{
  Server server = GPOINTER_TO_INT (data);
  g_auto (Talk) talk;

  if (talk_init (&talk, async, server, tern_real_server_get_tls_port, TRUE))
    walk (&talk, text_of (server));
}

/* The connection ends with the response, and the next request opens another. */
static void
test_reopen (gboolean async, gconstpointer data)
{
  Server server = GPOINTER_TO_INT (data);
  g_autoptr (TernHeaders) fields = tern_headers_new ();
  g_auto (Talk) talk;

  if (!talk_init (&talk, async, server, tern_real_server_get_port, FALSE))
    return;
  tern_headers_append (fields, "Connection", "close");
  for (guint i = 0; i < 3; i++)
    {
      forget (&talk);
      g_assert_true (request (&talk, "GET", "/hello.txt", fields, NULL));
      g_assert_true (get_response (&talk));
      g_assert_true (read_body (&talk));
      assert_answer (&talk, 200, text_of (server));
      g_assert_false (tern_connection_is_open (talk.connection));
    }
}

/* Without Host HTTP/1.1 is refused, and HTTP/1.0 is not. */
static void
test_by_hand (gboolean async, gconstpointer data)
{
  Server server = GPOINTER_TO_INT (data);
  g_auto (Talk) talk;

  if (!talk_init (&talk, async, server, tern_real_server_get_port, FALSE))
    return;
  for (guint version = 10; version < 12; version++)
    {
      tern_connection_set_http_version (talk.connection, version);
      forget (&talk);
      g_assert_true (tern_connection_put_request (talk.connection, "GET", "/hello.txt",
                                                  TERN_PUT_SKIP_HOST, &talk.error));
      g_assert_true (tern_connection_put_header (talk.connection, "X-A", "b", &talk.error));
      g_assert_true (end_headers (&talk));
      g_assert_true (get_response (&talk));
      g_assert_true (read_body (&talk));
      assert_answer (&talk, version == 10 ? 200 : 400, NULL);
      tern_connection_close (talk.connection);
    }
}

/* httplib's key_file and cert_file: without them the server does not answer. */
static void
test_certificate (gboolean async, gconstpointer data)
{
  Server server = GPOINTER_TO_INT (data);
  g_auto (Talk) talk;

  if (!talk_init (&talk, async, server, tern_real_server_get_mutual_port, TRUE))
    return;
  g_assert_false (ask (&talk, "GET", "/hello.txt", NULL));
  tern_test_assert_error (talk.error, TERN_ERROR, TERN_ERROR_TLS, NULL);
  tern_connection_close (talk.connection);
  tern_connection_set_certificate (
      talk.connection, tern_test_certs_get_key_file (certs, TERN_TEST_CERT_CLIENT),
      tern_test_certs_get_cert_file (certs, TERN_TEST_CERT_CLIENT), NULL);
  for (guint i = 0; i < 2; i++)
    {
      ask (&talk, "GET", "/hello.txt", NULL);
      assert_answer (&talk, 200, server == APACHE ? TERN_REAL_SERVER_APACHE_TEXT : NULL);
    }
}

static gboolean
is_basic (Server proxy)
{
  return proxy == SQUID_BASIC || proxy == TINYPROXY_BASIC;
}

/* A connection to nginx through the tunnel of @proxy; FALSE: skipped. */
static gboolean
begin_tunnel (Talk *talk, gboolean async, Server proxy, gboolean secure, const char *credentials)
{
  g_autoptr (TernHeaders) fields = tern_headers_new ();

  if (!talk_init (talk, async, proxy, tern_real_server_get_port, secure))
    return FALSE;
  TernRealServer *nginx = servers[NGINX];
  if (credentials)
    tern_headers_append (fields, "Proxy-Authorization", credentials);
  g_assert_true (tern_connection_set_tunnel (talk->connection, "localhost",
                                             secure ? tern_real_server_get_tls_port (nginx)
                                                    : tern_real_server_get_port (nginx),
                                             fields, &talk->error));
  return TRUE;
}

static void
check_tunnel (gboolean async, Server proxy, gboolean secure)
{
  g_auto (Talk) talk;

  /* user:secret */
  if (!begin_tunnel (&talk, async, proxy, secure,
                     is_basic (proxy) ? "Basic dXNlcjpzZWNyZXQ=" : NULL))
    return;
  walk (&talk, TERN_REAL_SERVER_TEXT);
  g_assert_cmpuint (
      tern_response_get_status (tern_connection_get_tunnel_response (talk.connection)), ==, 200);
  /* The tunnel is dug anew with each connection. */
  tern_connection_close (talk.connection);
  ask (&talk, "GET", "/hello.txt", NULL);
  assert_answer (&talk, 200, TERN_REAL_SERVER_TEXT);
}

static void
test_tunnel_plain (gboolean async, gconstpointer data)
{
  check_tunnel (async, GPOINTER_TO_INT (data), FALSE);
}

static void
test_tunnel_tls (gboolean async, gconstpointer data)
{
  check_tunnel (async, GPOINTER_TO_INT (data), TRUE);
}

static void
test_tunnel_refused (gboolean async, gconstpointer data)
{
  Server proxy = GPOINTER_TO_INT (data);
  g_autoptr (GBytes) body = NULL;
  g_auto (Talk) talk;

  if (!begin_tunnel (&talk, async, proxy, TRUE, NULL))
    return;
  g_assert_false (ask (&talk, "GET", "/hello.txt", NULL));
  tern_test_assert_error (talk.error, TERN_ERROR, TERN_ERROR_PROXY_AUTH, NULL);
  g_assert_false (tern_connection_is_open (talk.connection));
  TernResponse *response = tern_connection_get_tunnel_response (talk.connection);
  g_assert_cmpuint (tern_response_get_status (response), ==, 407);
  g_autofree char *challenge = tern_response_get_header (response, "Proxy-Authenticate");
  g_assert_true (g_str_has_prefix (challenge, "Basic realm="));
  body = tern_response_read_all (response, NULL, &talk.error);
  g_assert_cmpuint (g_bytes_get_size (body), >, 100);
}

/* A tunnel by hand: CONNECT as any other request, and nginx asked over the stream that is left. */
static void
test_steal (gboolean async, gconstpointer data)
{
  g_autoptr (GIOStream) stream = NULL;
  g_autofree char *target = NULL;
  g_auto (Talk) talk;

  if (!talk_init (&talk, async, GPOINTER_TO_INT (data), tern_real_server_get_port, FALSE))
    return;
  target = g_strdup_printf ("127.0.0.1:%u", tern_real_server_get_port (servers[NGINX]));
  g_assert_true (request (&talk, "CONNECT", target, NULL, NULL));
  g_assert_true (get_response (&talk));
  g_assert_cmpuint (tern_response_get_status (talk.response), ==, 200);
  stream = tern_connection_steal_stream (talk.connection, &talk.error);
  g_assert_no_error (talk.error);
  g_clear_object (&talk.connection);
  talk.connection = tern_connection_new_for_stream (stream);
  walk (&talk, TERN_REAL_SERVER_TEXT);
}

static void
start_servers (void)
{
  g_autoptr (GError) error = NULL;

  certs = tern_test_certs_new ();
  servers[NGINX] = tern_real_server_new_nginx (certs, &error);
  if (!error)
    servers[APACHE] = tern_real_server_new_apache (certs, &error);
  if (!error)
    servers[GNUTLS] = tern_real_server_new_gnutls_mutual (certs, NULL, &error);
  if (!error)
    servers[SQUID] = tern_real_server_new_squid (NULL, TERN_REAL_SERVER_OPEN, &error);
  if (!error)
    servers[SQUID_BASIC] = tern_real_server_new_squid (NULL, TERN_REAL_SERVER_BASIC, &error);
  if (!error)
    servers[TINYPROXY] = tern_real_server_new_tinyproxy (TERN_REAL_SERVER_OPEN, &error);
  if (!error)
    servers[TINYPROXY_BASIC] = tern_real_server_new_tinyproxy (TERN_REAL_SERVER_BASIC, &error);
  if (error)
    why_not = g_strdup (error->message);
}

static void
stop_servers (void)
{
  for (guint i = 0; i < N_SERVERS; i++)
    g_clear_pointer (&servers[i], tern_real_server_free);
  g_clear_pointer (&certs, tern_test_certs_free);
  g_clear_pointer (&why_not, g_free);
}

static void
add (const char *path, TernTestBothFunc func, Server server)
{
  g_autofree char *whole = g_strconcat ("/real/connection/", path, NULL);

  tern_test_add_both (whole, func, GINT_TO_POINTER (server));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  start_servers ();
  add ("nginx/plain", test_plain, NGINX);
  add ("nginx/tls", test_tls, NGINX);
  add ("nginx/reopen", test_reopen, NGINX);
  add ("nginx/by-hand", test_by_hand, NGINX);
  add ("apache2/plain", test_plain, APACHE);
  add ("apache2/tls", test_tls, APACHE);
  add ("apache2/reopen", test_reopen, APACHE);
  add ("apache2/by-hand", test_by_hand, APACHE);
  add ("apache2/certificate", test_certificate, APACHE);
  add ("gnutls-serv/certificate", test_certificate, GNUTLS);
  add ("squid/plain", test_tunnel_plain, SQUID);
  add ("squid/tls", test_tunnel_tls, SQUID);
  add ("squid/steal", test_steal, SQUID);
  add ("squid-basic/tls", test_tunnel_tls, SQUID_BASIC);
  add ("squid-basic/refused", test_tunnel_refused, SQUID_BASIC);
  add ("tinyproxy/plain", test_tunnel_plain, TINYPROXY);
  add ("tinyproxy/tls", test_tunnel_tls, TINYPROXY);
  add ("tinyproxy/steal", test_steal, TINYPROXY);
  add ("tinyproxy-basic/tls", test_tunnel_tls, TINYPROXY_BASIC);
  add ("tinyproxy-basic/refused", test_tunnel_refused, TINYPROXY_BASIC);
  result = g_test_run ();
  stop_servers ();
  return result;
}
