/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The second opinion on proxies: the client through squid, tinyproxy, microsocks and danted, which
 * others wrote, to nginx. Where they are not installed the tests say so and skip. */
#include <tern/tern-proxy.h>

#include "ask.h"
#include "tern-real-server.h"
#include "tern-socks4.h"

typedef enum
{
  SQUID,
  SQUID_BASIC,
  TINYPROXY,
  TINYPROXY_BASIC,
  MICROSOCKS,
  MICROSOCKS_BASIC,
  DANTED,
  N_SERVERS
} Server;

/* One way to a server that is another for the client. */
typedef struct
{
  const char *name;
  Server server;
  TernProxyType type;
  gboolean local_dns;
} Way;

static const Way ways[] = {
  { "squid", SQUID, TERN_PROXY_HTTP, FALSE },
  { "squid-tls", SQUID, TERN_PROXY_HTTPS, FALSE },
  { "squid-basic", SQUID_BASIC, TERN_PROXY_HTTP, FALSE },
  { "squid-basic-tls", SQUID_BASIC, TERN_PROXY_HTTPS, FALSE },
  { "squid-local-dns", SQUID, TERN_PROXY_HTTP, TRUE },
  { "tinyproxy", TINYPROXY, TERN_PROXY_HTTP, FALSE },
  { "tinyproxy-basic", TINYPROXY_BASIC, TERN_PROXY_HTTP, FALSE },
  { "microsocks", MICROSOCKS, TERN_PROXY_SOCKS5, FALSE },
  { "microsocks-basic", MICROSOCKS_BASIC, TERN_PROXY_SOCKS5, FALSE },
  { "microsocks-local-dns", MICROSOCKS, TERN_PROXY_SOCKS5, TRUE },
  { "danted-5", DANTED, TERN_PROXY_SOCKS5, FALSE },
  { "danted-4", DANTED, TERN_PROXY_SOCKS4, TRUE },
};

static TernTestCerts *certs;
static TernRealServer *nginx;
static TernRealServer *servers[N_SERVERS];
static char *why_not; /* one of them is missing */

static gboolean
is_http (TernProxyType type)
{
  return type == TERN_PROXY_HTTP || type == TERN_PROXY_HTTPS;
}

static gboolean
is_tinyproxy (Server server)
{
  return server == TINYPROXY || server == TINYPROXY_BASIC;
}

static gboolean
wants_user (Server server)
{
  return server == SQUID_BASIC || server == TINYPROXY_BASIC || server == MICROSOCKS_BASIC;
}

static TernProxy *
make_proxy (const Way *way, const char *password)
{
  TernRealServer *server = servers[way->server];
  TernProxy *proxy
      = way->type == TERN_PROXY_HTTPS
            ? tern_proxy_new (way->type, "localhost", tern_real_server_get_tls_port (server))
            : tern_proxy_new (way->type, "127.0.0.1", tern_real_server_get_port (server));

  tern_proxy_set_remote_dns (proxy, !way->local_dns);
  if (password)
    tern_proxy_set_credentials (proxy, "user", password);
  return proxy;
}

/* Both URIs name the host, so that somebody has to look it up. */
static char *
make_uri (gboolean tls, const char *path)
{
  return tls ? tern_real_server_tls_uri (nginx, path)
             : g_strdup_printf ("http://localhost:%u%s", tern_real_server_get_port (nginx), path);
}

static void
again (Ask *ask, gboolean tls, const char *method, const char *path)
{
  g_autofree char *uri = make_uri (tls, path);

  ask_again (ask, NULL, method, uri);
}

/* A request that is on its way through @way; FALSE: skipped. */
static gboolean
begin (Ask *ask, gboolean async, const Way *way, const char *password, gboolean tls)
{
  *ask = (Ask){ 0 };
  if (why_not)
    {
      g_test_skip (why_not);
      return FALSE;
    }
  g_autoptr (TernProxy) proxy = make_proxy (way, password);
  g_autofree char *uri = make_uri (tls, "/hello.txt");
  ask_init (ask, async, NULL, "GET", uri);
  tern_client_set_ca_file (ask->client, tern_test_certs_get_ca_file (certs));
  tern_client_set_proxy (ask->client, proxy);
  return TRUE;
}

/* What a server has said since it had said @before; logs are written a moment after the deed. */
static void
wait_for_log (Server server, const char *before, const char *part)
{
  gint64 begun = tern_test_watch_start ();

  for (;;)
    {
      g_autofree char *log = tern_real_server_read_log (servers[server]);

      g_assert_true (g_str_has_prefix (log, before));
      if (strstr (log + strlen (before), part))
        return;
      if (tern_test_watch_ms (begun) > 20000)
        g_error ("“%s” has no “%s”", log, part);
      g_usleep (2000);
    }
}

/* Requests that a page makes: one after the other, with and without bodies. */
static void
walk (Ask *ask, const Way *way, gboolean tls)
{
  gboolean absolute = is_http (way->type) && !tls;

  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (ask, NULL);
      ask_assert_ok (ask, 200, TERN_REAL_SERVER_TEXT);
      g_autofree char *via = tern_response_get_header (ask->response, "Via");
      g_assert_cmpint (via != NULL, ==, absolute);
      /* tinyproxy ends the connection with each answer, and does not say so. */
      if (i > 0 && !(absolute && is_tinyproxy (way->server)))
        g_assert_true (tern_response_get_timings (ask->response)->reused);
    }
  again (ask, tls, "GET", "/big.bin");
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 200, NULL);
  g_assert_cmpuint (g_bytes_get_size (ask->content), ==, TERN_REAL_SERVER_BIG_SIZE);
  again (ask, tls, "HEAD", "/big.bin");
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 200, "");
  again (ask, tls, "GET", "/redirect");
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 200, TERN_REAL_SERVER_TEXT);
  again (ask, tls, "GET", "/status/404");
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 404, NULL);
  /* So what may not be sent twice must not go where the end has not arrived yet. */
  if (absolute && is_tinyproxy (way->server))
    tern_client_close (ask->client);
  again (ask, tls, "POST", "/hello.txt");
  g_autoptr (GBytes) body = g_bytes_new_static ("hello", 5);
  tern_request_set_body_bytes (ask->request, "text/plain", body);
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 405, NULL);
}

static void
test_http (gboolean async, gconstpointer data)
{
  const Way *way = data;
  g_auto (Ask) ask;

  if (begin (&ask, async, way, wants_user (way->server) ? "secret" : NULL, FALSE))
    walk (&ask, way, FALSE);
}

static void
test_https (gboolean async, gconstpointer data)
{
  const Way *way = data;
  g_auto (Ask) ask;

  if (begin (&ask, async, way, wants_user (way->server) ? "secret" : NULL, TRUE))
    walk (&ask, way, TRUE);
}

/* The refusal of an absolute-form request is an answer, that of CONNECT and SOCKS's word an error.
 * tinyproxy says 401 of a wrong password, as if it were an origin. */
static void
check_refused (gboolean async, const Way *way, const char *password)
{
  gboolean odd = is_tinyproxy (way->server) && password;
  g_auto (Ask) ask;

  if (!begin (&ask, async, way, password, FALSE))
    return;
  ask_fetch (&ask, NULL);
  if (is_http (way->type))
    ask_assert_ok (&ask, odd ? 401 : 407, NULL);
  else
    ask_assert_tern_error (&ask, PROXY_AUTH, "127.0.0.1");
  again (&ask, TRUE, "GET", "/hello.txt");
  ask_fetch (&ask, NULL);
  tern_test_assert_error (ask.error, TERN_ERROR,
                          odd ? TERN_ERROR_PROXY_TUNNEL : TERN_ERROR_PROXY_AUTH, NULL);
  if (!is_http (way->type))
    return;
  g_autoptr (TernFailure) failure = tern_request_get_failure (ask.request);
  TernResponse *response = tern_failure_get_response (failure);
  g_assert_cmpuint (tern_response_get_status (response), ==, odd ? 401 : 407);
  if (odd)
    return;
  g_autofree char *challenge = tern_response_get_header (response, "Proxy-Authenticate");
  g_assert_true (g_str_has_prefix (challenge, "Basic realm="));
}

static void
test_no_password (gboolean async, gconstpointer data)
{
  check_refused (async, data, NULL);
}

static void
test_wrong_password (gboolean async, gconstpointer data)
{
  check_refused (async, data, "wrong");
}

/* Who looks up "localhost". */
static void
test_dns (gboolean async, gconstpointer data)
{
  const Way *way = data;
  g_auto (Ask) ask;

  if (!begin (&ask, async, way, NULL, TRUE))
    return;
  g_autofree char *before = tern_real_server_read_log (servers[way->server]);
  g_autofree char *name = g_strdup_printf ("%s %s:%u", is_http (way->type) ? "CONNECT" : "to",
                                           way->local_dns ? "127.0.0.1" : "localhost",
                                           tern_real_server_get_tls_port (nginx));
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, TERN_REAL_SERVER_TEXT);
  tern_client_close (ask.client);
  wait_for_log (way->server, before, name);
}

static const Way *
find_way (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    if (strcmp (ways[i].name, name) == 0)
      return &ways[i];
  g_assert_not_reached ();
}

/* Nobody listens where the proxy is sent. */
static void
test_dead_target (gboolean async, gconstpointer data)
{
  const Way *way = data;
  guint16 port = tern_test_unused_port ();
  g_autofree char *plain = g_strdup_printf ("http://127.0.0.1:%u/", port);
  g_autofree char *tls = g_strdup_printf ("https://127.0.0.1:%u/", port);
  g_auto (Ask) ask;

  if (!begin (&ask, async, way, NULL, FALSE))
    return;
  ask_again (&ask, NULL, "GET", plain);
  ask_fetch (&ask, NULL);
  if (is_http (way->type))
    {
      ask_assert_ok (&ask, way->server == SQUID ? 503 : 500, NULL);
      g_assert_cmpuint (g_bytes_get_size (ask.content), >, 100);
    }
  else
    ask_assert_tern_error (&ask, PROXY_TUNNEL, NULL);
  ask_again (&ask, NULL, "GET", tls);
  ask_fetch (&ask, NULL);
  ask_assert_tern_error (&ask, PROXY_TUNNEL, NULL);
  g_autoptr (TernFailure) failure = tern_request_get_failure (ask.request);
  TernResponse *response = tern_failure_get_response (failure);
  if (!is_http (way->type))
    return;
  g_assert_cmpuint (tern_response_get_status (response), ==, way->server == SQUID ? 503 : 500);
}

/* A proxy whose certificate nobody vouches for is not told a word. */
static void
test_untrusted_proxy (gboolean async, gconstpointer data)
{
  g_auto (Ask) ask;

  if (!begin (&ask, async, find_way ("squid-tls"), NULL, FALSE))
    return;
  tern_client_set_ca_file (ask.client, tern_test_certs_get_unknown_ca_file (certs));
  ask_fetch (&ask, NULL);
  ask_assert_tern_error (&ask, CERTIFICATE, "localhost");
}

static void
test_socks4a (gboolean async, gconstpointer tls)
{
  g_autoptr (TernSocks4) socks = NULL;
  g_autoptr (TernProxy) proxy = NULL;
  g_autofree char *expected = NULL;
  g_auto (Ask) ask;

  if (!begin (&ask, async, find_way ("danted-4"), NULL, GPOINTER_TO_INT (tls)))
    return;
  socks = tern_socks4_new ("user");
  proxy = tern_proxy_new (TERN_PROXY_SOCKS4, "127.0.0.1", tern_socks4_get_port (socks));
  tern_client_set_proxy (ask.client, proxy);
  ask_fetch (&ask, NULL);
  ask_assert_tern_error (&ask, PROXY_TUNNEL, NULL);
  tern_proxy_set_credentials (proxy, "user", "");
  tern_client_set_proxy (ask.client, proxy);
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, TERN_REAL_SERVER_TEXT);
    }
  g_assert_cmpuint (tern_socks4_n_requests (socks), ==, 2);
  g_autofree char *request = tern_socks4_get_request (socks, 1);
  expected = g_strdup_printf ("user localhost:%u", GPOINTER_TO_INT (tls)
                                                       ? tern_real_server_get_tls_port (nginx)
                                                       : tern_real_server_get_port (nginx));
  g_assert_cmpstr (request, ==, expected);
  tern_client_close (ask.client);
}

static void
start_servers (void)
{
  g_autoptr (GError) error = NULL;

  certs = tern_test_certs_new ();
  nginx = tern_real_server_new_nginx (certs, &error);
  for (guint i = 0; i < N_SERVERS && !error; i++)
    {
      TernRealServerAuth auth = wants_user (i) ? TERN_REAL_SERVER_BASIC : TERN_REAL_SERVER_OPEN;

      if (i == SQUID || i == SQUID_BASIC)
        servers[i] = tern_real_server_new_squid (certs, auth, &error);
      else if (is_tinyproxy (i))
        servers[i] = tern_real_server_new_tinyproxy (auth, &error);
      else if (i == MICROSOCKS || i == MICROSOCKS_BASIC)
        servers[i] = tern_real_server_new_microsocks (auth, &error);
      else
        servers[i] = tern_real_server_new_danted (&error);
    }
  if (error)
    why_not = g_strdup (error->message);
}

static void
stop_servers (void)
{
  for (guint i = 0; i < N_SERVERS; i++)
    g_clear_pointer (&servers[i], tern_real_server_free);
  g_clear_pointer (&nginx, tern_real_server_free);
  g_clear_pointer (&certs, tern_test_certs_free);
  g_clear_pointer (&why_not, g_free);
}

static void
add (const char *what, TernTestBothFunc func, const Way *way)
{
  g_autofree char *path = g_strdup_printf ("/real/proxy/%s/%s", way->name, what);

  tern_test_add_both (path, func, way);
}

int
main (int argc, char **argv)
{
  static const char *const dns[]
      = { "squid", "squid-local-dns", "microsocks", "microsocks-local-dns" };
  static const char *const dead[] = { "squid", "squid-tls", "tinyproxy", "microsocks", "danted-4" };
  int result;

  g_test_init (&argc, &argv, NULL);
  start_servers ();
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      add ("http", test_http, &ways[i]);
      add ("https", test_https, &ways[i]);
      if (!wants_user (ways[i].server))
        continue;
      add ("no-password", test_no_password, &ways[i]);
      add ("wrong-password", test_wrong_password, &ways[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (dns); i++)
    add ("dns", test_dns, find_way (dns[i]));
  for (guint i = 0; i < G_N_ELEMENTS (dead); i++)
    add ("dead-target", test_dead_target, find_way (dead[i]));
  tern_test_add_both ("/real/proxy/squid-tls/untrusted", test_untrusted_proxy, NULL);
  tern_test_add_both ("/real/proxy/socks4a/http", test_socks4a, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/real/proxy/socks4a/https", test_socks4a, GINT_TO_POINTER (TRUE));
  result = g_test_run ();
  stop_servers ();
  return result;
}
