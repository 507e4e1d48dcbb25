/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests through every kind of proxy: what the proxy is told, byte for byte, what the origin
 * sees, and which connections are used again. */
#include <string.h>

#include "client/tern-client-private.h"
#include "names.h"
#include "proxied.h"

static TernTestCerts *certs;

static void
init (Ask *ask, gboolean async, TernOrigin *origin, const char *path)
{
  ask_init (ask, async, origin, "GET", path);
  tern_client_set_user_agent (ask->client, "test");
  tern_client_set_ca_file (ask->client, tern_test_certs_get_ca_file (certs));
}

static void
fetch_fine (Ask *ask)
{
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 200, "fine");
}

/* The field of the request number @i, or NULL. */
static char *
get_field (TernOrigin *origin, guint i, const char *name)
{
  g_autoptr (TernOriginRequest) request = tern_origin_get_request (origin, i);

  return g_strdup (tern_origin_request_header (request, name));
}

static void
assert_field (TernOrigin *origin, guint i, const char *name, const char *value)
{
  g_autofree char *found = get_field (origin, i, name);

  g_assert_cmpstr (found, ==, value);
}

/* --- absolute form --- */

static void
test_absolute (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = proxied_new_proxy ();
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  init (&ask, async, NULL, "http://me:secret@Origin.example:8080/a%20b?c=d#fragment");
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  ask_header (&ask, "Proxy-Connection", "keep-alive");
  ask_header (&ask, "Accept-Encoding", "identity");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "http://origin.example:8080/a%20b?c=d");
  proxied_assert_head (proxy, 0,
                       "GET http://origin.example:8080/a%20b?c=d HTTP/1.1\r\n"
                       "Host: origin.example:8080\r\n"
                       "Accept-Encoding: identity\r\n"
                       "User-Agent: test\r\n\r\n");
  g_assert_null (tern_response_get_tls (ask.response));
}

/* The proxy's own fields go with it, and the request's stand above them. */
static void
test_absolute_fields (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = proxied_new_proxy ();
  g_autoptr (TernProxy) used
      = tern_proxy_new (TERN_PROXY_HTTP, "127.0.0.1", tern_origin_get_port (proxy));
  TernHeaders *fields = tern_proxy_get_headers (used);
  g_auto (Ask) ask;

  init (&ask, async, NULL, "http://origin.example/");
  tern_headers_append (fields, "X-Site", "7");
  tern_headers_append (fields, "X-Twice", "proxy");
  tern_headers_append (fields, "Content-Length", "3");
  proxied_set (&ask, used);
  ask_header (&ask, "X-Twice", "request");
  ask_header (&ask, "Accept-Encoding", "identity");
  ask_header (&ask, "Proxy-Authorization", "Own way");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "http://origin.example/");
  proxied_assert_head (proxy, 0,
                       "GET http://origin.example/ HTTP/1.1\r\n"
                       "Host: origin.example\r\n"
                       "X-Twice: request\r\n"
                       "Accept-Encoding: identity\r\n"
                       "Proxy-Authorization: Own way\r\n"
                       "X-Site: 7\r\n"
                       "User-Agent: test\r\n\r\n");
}

/* One connection for all plain origins, another for other credentials, another without a proxy. */
static void
test_absolute_reuse (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = proxied_new_proxy ();
  g_autoptr (TernProxy) used = NULL;
  g_autoptr (TernProxy) other = NULL;
  g_autofree char *direct = tern_origin_uri (proxy, "/direct");
  g_auto (Ask) ask;

  init (&ask, async, NULL, "http://a.example/");
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  ask_fetch (&ask, NULL);
  ask_again (&ask, NULL, "GET", "http://b.example:81/");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "http://b.example:81/");
  g_assert_cmpuint (tern_origin_n_connections (proxy), ==, 1);
  other = tern_proxy_new (TERN_PROXY_HTTP, "127.0.0.1", tern_origin_get_port (proxy));
  tern_proxy_set_credentials (other, "me", "secret");
  proxied_set (&ask, other);
  ask_fetch (&ask, NULL);
  g_assert_cmpuint (tern_origin_n_connections (proxy), ==, 2);
  proxied_set (&ask, NULL);
  ask_again (&ask, NULL, "GET", direct);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "/direct");
  g_assert_cmpuint (tern_origin_n_connections (proxy), ==, 3);
  proxied_set (&ask, used);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, direct);
  g_assert_cmpuint (tern_origin_n_connections (proxy), ==, 3);
}

/* --- CONNECT --- */

static void
test_connect (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = proxied_new_proxy ();
  g_autoptr (TernOrigin) origin = proxied_new_origin (certs);
  g_autoptr (TernProxy) used = NULL;
  g_autofree char *head = NULL;
  g_autofree char *sni = NULL;
  g_auto (Ask) ask;

  init (&ask, async, origin, "/");
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  for (guint i = 0; i < 3; i++)
    fetch_fine (&ask);
  head = g_strdup_printf ("CONNECT localhost:%u HTTP/1.1\r\n"
                          "Host: localhost:%u\r\n"
                          "User-Agent: test\r\n\r\n",
                          tern_origin_get_port (origin), tern_origin_get_port (origin));
  g_assert_cmpuint (tern_origin_n_requests (proxy), ==, 1);
  proxied_assert_head (proxy, 0, head);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
  sni = tern_origin_connection_sni (origin, 0);
  g_assert_cmpstr (sni, ==, "localhost");
  g_assert_nonnull (tern_response_get_tls (ask.response));
}

/* Fields of the proxy's, a proxy that says too much, and addresses. */
static void
answer_at_length (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  tern_origin_tunnel (conn, request,
                      "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                      "HTTP/1.1 201 Made\r\nContent-Length: 12\r\nTransfer-Encoding: chunked\r\n"
                      "Set-Cookie: a=b\r\nConnection: close\r\n\r\n");
}

static void
test_connect_fields (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = tern_origin_new ();
  g_autoptr (TernOrigin) origin = proxied_new_origin (certs);
  g_autoptr (TernProxy) used
      = tern_proxy_new (TERN_PROXY_HTTP, "127.0.0.1", tern_origin_get_port (proxy));
  g_autofree char *uri
      = g_strdup_printf ("https://me:secret@127.0.0.1:%u/?q#f", tern_origin_get_port (origin));
  g_autofree char *head = NULL;
  g_auto (Ask) ask;

  tern_origin_add_route (proxy, "", answer_at_length, NULL);
  init (&ask, async, NULL, uri);
  tern_headers_append (tern_proxy_get_headers (used), "X-Site", "7");
  proxied_set (&ask, used);
  ask_header (&ask, "X-Inner", "origin only");
  fetch_fine (&ask);
  g_assert_cmpstr (tern_headers_get (tern_response_get_headers (ask.response), "set-cookie"), ==,
                   NULL);
  head = g_strdup_printf ("CONNECT 127.0.0.1:%u HTTP/1.1\r\n"
                          "Host: 127.0.0.1:%u\r\n"
                          "X-Site: 7\r\n"
                          "User-Agent: test\r\n\r\n",
                          tern_origin_get_port (origin), tern_origin_get_port (origin));
  proxied_assert_head (proxy, 0, head);
  assert_field (origin, 0, "X-Inner", "origin only");
  assert_field (origin, 0, "X-Site", NULL);
  fetch_fine (&ask);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

static void
test_connect_ipv6 (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = proxied_new_proxy ();
  g_autoptr (TernProxy) used = NULL;
  g_autoptr (TernOriginRequest) request = NULL;
  g_auto (Ask) ask;

  init (&ask, async, NULL, "https://[::1]:9/");
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  g_assert_false (ask_fetch (&ask, NULL));
  request = tern_origin_get_request (proxy, 0);
  g_assert_cmpstr (tern_origin_request_target (request), ==, "[::1]:9");
  assert_field (proxy, 0, "Host", "[::1]:9");
}

/* Without remote look-up the proxy is told an address; the certificate is checked for the name. */
static void
test_connect_local_dns (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = proxied_new_proxy ();
  g_autoptr (TernOrigin) origin = proxied_new_origin (certs);
  g_autoptr (TernProxy) used
      = tern_proxy_new (TERN_PROXY_HTTP, "127.0.0.1", tern_origin_get_port (proxy));
  g_autofree char *target = g_strdup_printf ("127.0.0.1:%u", tern_origin_get_port (origin));
  g_autoptr (TernOriginRequest) request = NULL;
  g_auto (Ask) ask;

  init (&ask, async, origin, "/");
  tern_proxy_set_remote_dns (used, FALSE);
  proxied_set (&ask, used);
  fetch_fine (&ask);
  request = tern_origin_get_request (proxy, 0);
  g_assert_cmpstr (tern_origin_request_target (request), ==, target);
}

/* What the program itself says to the proxy goes with CONNECT and never to an origin; what it said
 * opens no tunnel for who says something else. */
static void
test_own_authorization (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = proxied_new_proxy ();
  g_autoptr (TernOrigin) origin = proxied_new_origin (certs);
  g_autoptr (TernOrigin) plain = proxied_new_origin (NULL);
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  init (&ask, async, origin, "/");
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  ask_header (&ask, "Proxy-Authorization", "Own way");
  for (guint i = 0; i < 2; i++)
    fetch_fine (&ask);
  g_assert_cmpuint (tern_origin_n_requests (proxy), ==, 1);
  assert_field (proxy, 0, "Proxy-Authorization", "Own way");
  assert_field (origin, 0, "Proxy-Authorization", NULL);
  ask_again (&ask, origin, "GET", "/");
  ask_header (&ask, "Proxy-Authorization", "Other way");
  fetch_fine (&ask);
  assert_field (proxy, 1, "Proxy-Authorization", "Other way");
  ask_again (&ask, origin, "GET", "/");
  fetch_fine (&ask);
  assert_field (proxy, 2, "Proxy-Authorization", NULL);
  proxied_set (&ask, NULL);
  ask_again (&ask, plain, "GET", "/");
  ask_header (&ask, "Proxy-Authorization", "Own way");
  ask_header (&ask, "proxy-connection", "keep-alive");
  fetch_fine (&ask);
  assert_field (plain, 0, "Proxy-Authorization", NULL);
  assert_field (plain, 0, "Proxy-Connection", NULL);
}

/* Tunnels of one proxy are no other's, nor is a direct connection. */
static void
test_connect_reuse (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = proxied_new_proxy ();
  g_autoptr (TernOrigin) second = proxied_new_proxy ();
  g_autoptr (TernOrigin) origin = proxied_new_origin (certs);
  g_autoptr (TernProxy) used = NULL;
  g_autoptr (TernProxy) other = NULL;
  g_auto (Ask) ask;

  init (&ask, async, origin, "/");
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  fetch_fine (&ask);
  other = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (second));
  fetch_fine (&ask);
  proxied_set (&ask, NULL);
  fetch_fine (&ask);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 3);
  /* Nothing was resumed across the ways. */
  for (guint i = 0; i < 3; i++)
    g_assert_false (tern_origin_connection_resumed (origin, i));
  proxied_set (&ask, used);
  fetch_fine (&ask);
  proxied_set (&ask, other);
  fetch_fine (&ask);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 3);
  g_assert_cmpuint (tern_origin_n_requests (proxy), ==, 1);
  g_assert_cmpuint (tern_origin_n_requests (second), ==, 1);
}

/* --- TLS with the proxy --- */

static void
test_https_proxy (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, data, TERN_ORIGIN_TLS_DEFAULT);
  g_autoptr (TernOrigin) origin = proxied_new_origin (certs);
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  tern_origin_add_proxy (proxy);
  init (&ask, async, NULL, "http://origin.example/x");
  used = proxied_use (&ask, TERN_PROXY_HTTPS, tern_origin_get_port (proxy));
  for (guint i = 0; i < 2; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "http://origin.example/x");
    }
  g_assert_cmpuint (tern_origin_n_connections (proxy), ==, 1);
  /* TLS in TLS. */
  ask_again (&ask, origin, "GET", "/");
  for (guint i = 0; i < 2; i++)
    fetch_fine (&ask);
  g_assert_cmpuint (tern_origin_n_connections (proxy), ==, 2);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
  /* Both have the same name: a ticket of the one must not be offered to the other. */
  g_assert_false (tern_origin_connection_resumed (origin, 0));
}

/* Much through both layers, so that records do not fit each other. */
static void
test_https_proxy_large (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_DEFAULT);
  g_autoptr (TernOrigin) origin = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, 0);
  g_autofree char *body = g_strnfill (1000000, 'x');
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  tern_origin_add_proxy (proxy);
  tern_origin_add_reply (origin, "/", 200, NULL, body);
  init (&ask, async, origin, "/");
  used = proxied_use (&ask, TERN_PROXY_HTTPS, tern_origin_get_port (proxy));
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, body);
}

static void
test_https_proxy_untrusted (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy
      = tern_origin_new_tls (certs, TERN_TEST_CERT_EXPIRED, NULL, TERN_ORIGIN_TLS_DEFAULT);
  g_autoptr (TernOrigin) origin = proxied_new_origin (certs);
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  tern_origin_add_proxy (proxy);
  init (&ask, async, origin, "/");
  used = proxied_use (&ask, TERN_PROXY_HTTPS, tern_origin_get_port (proxy));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, CERTIFICATE, "While connecting to proxy https://localhost:");
  g_assert_cmpuint (tern_origin_n_requests (proxy), ==, 0);
  g_assert_cmpuint (tern_origin_n_connections (proxy), ==, 1);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 0);
}

/* --- SOCKS --- */

typedef struct
{
  const char *name;
  TernProxyType type;
  gboolean remote_dns;
  gboolean secure;
  gboolean login;
  const char *host;  /* of the URI */
  const char *heard; /* the port is left out: "PP" */
} Socks;

static const Socks socks_rows[] = {
  { "4", TERN_PROXY_SOCKS4, FALSE, FALSE, FALSE, "127.0.0.1", "\\x04\\x01PP\\x7f\\0\\0\\x01\\0" },
  { "4/name", TERN_PROXY_SOCKS4, FALSE, FALSE, FALSE, "localhost",
    "\\x04\\x01PP\\x7f\\0\\0\\x01\\0" },
  { "4/user", TERN_PROXY_SOCKS4, FALSE, TRUE, TRUE, "localhost",
    "\\x04\\x01PP\\x7f\\0\\0\\x01me\\0" },
  { "4a", TERN_PROXY_SOCKS4, TRUE, TRUE, FALSE, "localhost",
    "\\x04\\x01PP\\0\\0\\0\\x01\\0localhost\\0" },
  { "4a/address", TERN_PROXY_SOCKS4, TRUE, FALSE, FALSE, "127.0.0.1",
    "\\x04\\x01PP\\x7f\\0\\0\\x01\\0" },
  { "5", TERN_PROXY_SOCKS5, TRUE, FALSE, FALSE, "origin.example",
    "\\x05\\x01\\0\\x05\\x01\\0\\x03\\x0eorigin.examplePP" },
  { "5/https", TERN_PROXY_SOCKS5, TRUE, TRUE, FALSE, "localhost",
    "\\x05\\x01\\0\\x05\\x01\\0\\x03\\tlocalhostPP" },
  { "5/login", TERN_PROXY_SOCKS5, TRUE, TRUE, TRUE, "127.0.0.1",
    "\\x05\\x02\\0\\x02\\x01\\x02me\\x06secret\\x05\\x01\\0\\x01\\x7f\\0\\0\\x01PP" },
  { "5/ipv6", TERN_PROXY_SOCKS5, TRUE, FALSE, FALSE, "[::1]",
    "\\x05\\x01\\0\\x05\\x01\\0\\x04\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\x01PP" },
};

static TernOrigin *
new_socks_origin (const Socks *row)
{
  TernOrigin *origin;

  if (row->host[0] != '[')
    return proxied_new_origin (row->secure ? certs : NULL);
  origin = tern_origin_new_at ("::1", 0, NULL);
  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  return origin;
}

static void
assert_heard (TernTestSocks *socks, const Socks *row, guint16 port)
{
  g_autoptr (GBytes) heard = tern_test_socks_get_heard (socks, 0);
  g_autoptr (GBytes) pattern = tern_test_unescape (row->heard);
  gsize size;
  const char *text = g_bytes_get_data (pattern, &size);
  g_autofree char *expected = g_memdup2 (text, size);

  for (gsize i = 0; i + 1 < size; i++)
    if (text[i] == 'P' && text[i + 1] == 'P')
      {
        expected[i] = (char)(port >> 8);
        expected[i + 1] = (char)(port & 0xFF);
      }
  tern_test_assert_bytes (g_bytes_get_data (heard, NULL), g_bytes_get_size (heard), expected, size);
}

static void
test_socks (gboolean async, gconstpointer data)
{
  const Socks *row = data;
  g_autoptr (TernTestSocks) socks = NULL;
  g_autoptr (TernOrigin) origin = NULL;
  g_autoptr (TernProxy) used = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *host = NULL;
  g_auto (Ask) ask;

  if (row->host[0] == '[' && !tern_test_have_ipv6 ())
    {
      g_test_skip ("there is no ::1");
      return;
    }
  socks = tern_test_socks_new ();
  origin = new_socks_origin (row);
  uri = g_strdup_printf ("%s://%s:%u/", row->secure ? "https" : "http", row->host,
                         tern_origin_get_port (origin));
  init (&ask, async, NULL, uri);
  used = tern_proxy_new (row->type, "127.0.0.1", tern_test_socks_get_port (socks));
  tern_proxy_set_remote_dns (used, row->remote_dns);
  if (row->login)
    {
      tern_proxy_set_credentials (used, "me", "secret");
      tern_test_socks_set_login (socks, "me", "secret");
    }
  tern_test_socks_set_slow (socks);
  proxied_set (&ask, used);
  for (guint i = 0; i < 2; i++)
    fetch_fine (&ask);
  g_assert_cmpuint (tern_test_socks_n_connections (socks), ==, 1);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
  assert_heard (socks, row, tern_origin_get_port (origin));
  host = g_strdup_printf ("%s:%u", row->host, tern_origin_get_port (origin));
  assert_field (origin, 0, "Host", host);
}

/* The request is in origin form, without what is meant for a proxy. */
static void
test_socks_head (gboolean async, gconstpointer data)
{
  g_autoptr (TernTestSocks) socks = tern_test_socks_new ();
  g_autoptr (TernOrigin) origin = proxied_new_origin (NULL);
  g_autoptr (TernProxy) used = NULL;
  g_autofree char *head = NULL;
  g_auto (Ask) ask;

  init (&ask, async, origin, "/?a");
  used = proxied_use (&ask, TERN_PROXY_SOCKS5, tern_test_socks_get_port (socks));
  ask_header (&ask, "Proxy-Authorization", "Own way");
  ask_header (&ask, "Accept-Encoding", "identity");
  fetch_fine (&ask);
  head = g_strdup_printf ("GET /?a HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                          "Accept-Encoding: identity\r\nUser-Agent: test\r\n\r\n",
                          tern_origin_get_port (origin));
  proxied_assert_head (origin, 0, head);
}

/* Names are looked up where the program says, and nowhere else. */
static void
test_socks_dns (gboolean async, gconstpointer data)
{
  g_autoptr (TernTestSocks) socks = tern_test_socks_new ();
  g_autoptr (TernOrigin) origin = proxied_new_origin (NULL);
  g_autoptr (TernProxy) used
      = tern_proxy_new (TERN_PROXY_SOCKS4, "127.0.0.1", tern_test_socks_get_port (socks));
  g_autofree char *uri
      = g_strdup_printf ("http://" NAMES_HOST ":%u/", tern_origin_get_port (origin));
  g_autoptr (Names) names = NULL;
  g_auto (Ask) ask;

  init (&ask, async, NULL, uri);
  names = names_new (ask.client);
  names_add (names, "2001:db8::1", 1);
  names_add (names, "127.0.0.1", 1);
  names_next_round (names);
  names_add (names, "2001:db8::1", 1);
  tern_proxy_set_remote_dns (used, FALSE);
  proxied_set (&ask, used);
  fetch_fine (&ask); /* the one that SOCKS4 can carry */
  tern_client_close (ask.client);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, PROXY_TUNNEL, "no IPv4 address");
  names->fails = TRUE;
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, SERVER_NOT_FOUND, NAMES_HOST);
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_RESOLVE);
  g_assert_cmpuint (names_count (names), ==, 3);
  g_assert_cmpuint (tern_test_socks_n_connections (socks), ==, 1);
  tern_proxy_set_remote_dns (used, TRUE);
  proxied_set (&ask, used);
  fetch_fine (&ask);
  g_assert_cmpuint (names_count (names), ==, 3);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  tern_test_add_both ("/proxy/absolute/wire", test_absolute, NULL);
  tern_test_add_both ("/proxy/absolute/fields", test_absolute_fields, NULL);
  tern_test_add_both ("/proxy/absolute/reuse", test_absolute_reuse, NULL);
  tern_test_add_both ("/proxy/connect/wire", test_connect, NULL);
  tern_test_add_both ("/proxy/connect/fields", test_connect_fields, NULL);
  tern_test_add_both ("/proxy/connect/ipv6", test_connect_ipv6, NULL);
  tern_test_add_both ("/proxy/connect/local-dns", test_connect_local_dns, NULL);
  tern_test_add_both ("/proxy/connect/own-authorization", test_own_authorization, NULL);
  tern_test_add_both ("/proxy/connect/reuse", test_connect_reuse, NULL);
  tern_test_add_both ("/proxy/https/tls-1.3", test_https_proxy, TERN_ORIGIN_TLS_ONLY_13);
  tern_test_add_both ("/proxy/https/tls-1.2", test_https_proxy, TERN_ORIGIN_TLS_ONLY_12);
  tern_test_add_both ("/proxy/https/large", test_https_proxy_large, NULL);
  tern_test_add_both ("/proxy/https/untrusted", test_https_proxy_untrusted, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (socks_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/proxy/socks/", socks_rows[i].name, NULL);

      tern_test_add_both (path, test_socks, &socks_rows[i]);
    }
  tern_test_add_both ("/proxy/socks/head", test_socks_head, NULL);
  tern_test_add_both ("/proxy/socks/dns", test_socks_dns, NULL);
  status = g_test_run ();
  tern_test_certs_free (certs);
  return status;
}
