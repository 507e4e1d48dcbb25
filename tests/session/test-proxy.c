/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Through an HTTP proxy: in absolute form and through tunnels, how often it is asked, who is told
 * what, and that nothing goes round it. */

#include "relay.h"
#include "session.h"

#include <string.h>

#define FAR "http://far.example.test" /* exists for the proxy alone */

static TernTestCerts *certs;

typedef struct
{
  Session s;
  Relay relay;
  TernOrigin *tls; /* reached through tunnels */
} Proxied;

static void
use_proxy (Proxied *self, const char *userinfo, const char *bypass)
{
  const char *const hosts[] = { bypass, NULL };
  g_autofree char *uri = relay_uri (&self->relay, userinfo);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernProxy) proxy = tern_proxy_new_from_uri (uri, &error);

  g_assert_no_error (error);
  tern_proxy_set_bypass (proxy, hosts);
  tern_client_set_proxy (self->s.client, proxy);
}

static void
proxied_init (Proxied *self, gboolean async, const char *userinfo)
{
  session_init (&self->s, async);
  relay_init (&self->relay);
  self->tls = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, 0);
  tern_origin_add_demo (self->tls);
  tern_client_set_ca_file (self->s.client, tern_test_certs_get_ca_file (certs));
  use_proxy (self, userinfo, NULL);
}

/* Whatever a test is about, no origin is told what is the proxy's. */
static void
proxied_clear (Proxied *self)
{
  origin_assert_untold (self->tls);
  origin_assert_untold (self->s.origin);
  session_clear (&self->s);
  relay_clear (&self->relay);
  tern_origin_free (self->tls);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Proxied, proxied_clear)

static void
get_tls (const char *where, Proxied *self, guint status)
{
  g_autofree char *uri = tern_origin_uri (self->tls, "/echo");

  session_get_at (where, &self->s, uri, status, NULL);
}

#define get_tls(self, status) get_tls (G_STRLOC, (self), (status))

/* "CONNECT localhost:PORT " and the answer, for what was asked. */
static char *
connects (Proxied *self, const char *answer)
{
  return g_strdup_printf ("CONNECT localhost:%u %s", tern_origin_get_port (self->tls), answer);
}

/* ---- absolute form ---- */

static void
test_absolute (gboolean async, gconstpointer data)
{
  g_auto (Proxied) p;

  proxied_init (&p, async, NULL);
  session_get (&p.s, FAR "/a?b#c", 200, FAR "/a?b");
  origin_assert_field (p.relay.origin, 0, "Host", "far.example.test");
  session_get (&p.s, "http://you:secret@far.example.test:81/", 200, FAR ":81/");
  relay_assert_asked (&p.relay, "GET " FAR "/a?b - | GET " FAR ":81/ -");
  /* One connection to the proxy serves every host. */
  g_assert_cmpuint (tern_origin_n_connections (p.relay.origin), ==, 1);
}

/* Once after a question, then with each request, by whatever connection. */
static void
test_login (gboolean async, gconstpointer data)
{
  g_auto (Proxied) p;

  proxied_init (&p, async, "user:secret");
  p.relay.key = RELAY_USER;
  session_get (&p.s, FAR "/", 200, FAR "/");
  relay_assert_asked (&p.relay, "GET " FAR "/ - | GET " FAR "/ " RELAY_USER);
  session_get (&p.s, "http://another.example.test/x", 200, NULL);
  relay_assert_asked (&p.relay, "GET http://another.example.test/x " RELAY_USER);
  g_assert_cmpuint (tern_origin_n_connections (p.relay.origin), ==, 1);
  tern_client_clear_credentials (p.s.client); /* and what was remembered */
  session_get (&p.s, FAR "/", 200, NULL);
  relay_assert_asked (&p.relay, "GET " FAR "/ - | GET " FAR "/ " RELAY_USER);
}

static void
test_preemptive (gboolean async, gconstpointer data)
{
  g_auto (Proxied) p;

  proxied_init (&p, async, "user:secret");
  p.relay.key = RELAY_USER;
  tern_client_set_preemptive_auth (p.s.client, TRUE);
  session_get (&p.s, FAR "/", 200, FAR "/");
  relay_assert_asked (&p.relay, "GET " FAR "/ " RELAY_USER);
}

/* What nobody can answer is handed back; what was refused is not remembered. */
static void
test_wrong (gboolean async, gconstpointer data)
{
  g_auto (Proxied) p;

  proxied_init (&p, async, "user:secret");
  p.relay.key = "Basic something else";
  for (guint i = 0; i < 2; i++)
    {
      session_get (&p.s, FAR "/", 407, "who is there?");
      relay_assert_asked (&p.relay, "GET " FAR "/ - | GET " FAR "/ " RELAY_USER);
    }
  use_proxy (&p, NULL, NULL);
  tern_client_add_credentials (p.s.client, "user", "secret", NULL); /* are for origins */
  session_get (&p.s, FAR "/", 407, NULL);
  relay_assert_asked (&p.relay, "GET " FAR "/ -");
}

static void
test_body (gboolean async, gconstpointer data)
{
  g_autoptr (GInputStream) stream = session_stream ("a body", FALSE);
  g_auto (Proxied) p;

  proxied_init (&p, async, "user:secret");
  p.relay.key = RELAY_USER;
  session_ask (&p.s, "POST", FAR "/");
  session_body (&p.s, "a body");
  session_fetch (&p.s);
  session_assert (&p.s, 200, FAR "/");
  origin_assert_body (p.relay.origin, 1, "a body");
  tern_client_clear_credentials (p.s.client);
  session_ask (&p.s, "POST", FAR "/");
  tern_request_set_body_stream (p.s.request, NULL, stream, -1);
  session_fetch (&p.s);
  session_assert_error (&p.s, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE, NULL);
}

/* ---- tunnels ---- */

static void
test_tunnel (gboolean async, gconstpointer data)
{
  g_autofree char *open = NULL;
  g_autofree char *told = NULL;
  g_autofree char *login = NULL;
  g_auto (Proxied) p;

  proxied_init (&p, async, "user:secret");
  open = connects (&p, "-");
  told = connects (&p, RELAY_USER);
  login = g_strdup_printf ("%s | %s", open, told);
  get_tls (&p, 200);
  relay_assert_asked (&p.relay, open);
  get_tls (&p, 200); /* through the same tunnel */
  relay_assert_asked (&p.relay, "");
  p.relay.key = RELAY_USER;
  tern_client_close (p.s.client);
  get_tls (&p, 200);
  relay_assert_asked (&p.relay, login);
  tern_client_close (p.s.client);
  get_tls (&p, 200);
  relay_assert_asked (&p.relay, told);
  g_assert_cmpuint (tern_origin_n_requests (p.tls), ==, 4);
}

/* The proxy's word is an error, and can be read. */
static void
test_refused (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) page = NULL;
  g_autofree char *uri = NULL;
  TernResponse *refusal;
  g_auto (Proxied) p;

  proxied_init (&p, async, NULL);
  p.relay.refusal = 403;
  uri = tern_origin_uri (p.tls, "/echo");
  session_ask (&p.s, "GET", uri);
  session_fetch (&p.s);
  session_assert_error (&p.s, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL, "403");
  g_assert_nonnull (strstr (p.s.error->message, "http://127.0.0.1:"));
  refusal = tern_failure_get_response (session_failure (&p.s));
  g_assert_cmpuint (tern_response_get_status (refusal), ==, 403);
  response_assert_header (refusal, "X-Why", "policy");
  page = tern_response_read_all (refusal, NULL, NULL);
  tern_test_assert_bytes (g_bytes_get_data (page, NULL), (gssize)g_bytes_get_size (page),
                          "not through here", -1);
  g_assert_cmpuint (tern_origin_n_requests (p.relay.origin), ==, 1);
  g_assert_cmpuint (tern_origin_n_connections (p.tls), ==, 0);
  /* Neither is a redirect of the proxy's followed. */
  p.relay.refusal = 302;
  session_ask (&p.s, "GET", uri);
  session_fetch (&p.s);
  session_assert_error (&p.s, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL, "302");
}

static void
test_tunnel_login_fails (gboolean async, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_autofree char *asked = NULL;
  g_auto (Proxied) p;

  proxied_init (&p, async, "user:secret");
  p.relay.key = "Basic something else";
  uri = tern_origin_uri (p.tls, "/echo");
  session_ask (&p.s, "GET", uri);
  session_fetch (&p.s);
  session_assert_error (&p.s, TERN_ERROR, TERN_ERROR_PROXY_AUTH, "407");
  g_assert_null (strstr (p.s.error->message, "secret"));
  asked = g_strdup_printf ("CONNECT localhost:%u - | CONNECT localhost:%u " RELAY_USER,
                           tern_origin_get_port (p.tls), tern_origin_get_port (p.tls));
  relay_assert_asked (&p.relay, asked);
  g_assert_cmpuint (tern_response_get_status (tern_failure_get_response (session_failure (&p.s))),
                    ==, 407);
}

/* A 407 that comes through a tunnel, or from an origin that is asked directly, is no proxy's. */
static void
test_not_the_proxy (gboolean async, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_auto (Proxied) p;

  proxied_init (&p, async, "user:secret");
  p.relay.key = RELAY_USER;
  tern_origin_add_reply (p.tls, "/407", 407, RELAY_ASK, "me");
  tern_origin_add_reply (p.s.origin, "/407", 407, RELAY_ASK, "me");
  uri = tern_origin_uri (p.tls, "/407");
  session_get (&p.s, uri, 407, "me");
  g_assert_cmpuint (tern_origin_n_requests (p.tls), ==, 1);
  use_proxy (&p, "user:secret", "127.0.0.1");
  session_get (&p.s, "/407", 407, "me");
  g_assert_cmpuint (tern_origin_n_requests (p.s.origin), ==, 1);
}

/* What the program itself puts into the request goes to the proxy with the tunnel. */
static void
test_own_field (gboolean async, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_autofree char *asked = NULL;
  g_auto (Proxied) p;

  proxied_init (&p, async, NULL);
  uri = tern_origin_uri (p.tls, "/echo");
  session_ask (&p.s, "GET", uri);
  session_header (&p.s, "Proxy-Authorization", "secret of mine");
  session_fetch (&p.s);
  session_assert (&p.s, 200, NULL);
  asked = connects (&p, "secret of mine");
  relay_assert_asked (&p.relay, asked);
  session_ask (&p.s, "GET", FAR "/");
  session_header (&p.s, "Proxy-Authorization", "secret of mine");
  session_fetch (&p.s);
  relay_assert_asked (&p.relay, "GET " FAR "/ secret of mine");
  use_proxy (&p, NULL, "127.0.0.1");
  session_ask (&p.s, "GET", "/echo");
  session_header (&p.s, "Proxy-Authorization", "secret of mine");
  session_fetch (&p.s);
  session_assert (&p.s, 200, NULL);
}

/* ---- hops ---- */

/* From http to https: the same proxy, another way, and it knows us. */
static void
test_to_https (gboolean async, gconstpointer data)
{
  g_autofree char *target = NULL;
  g_autofree char *start = NULL;
  g_autofree char *asked = NULL;
  g_auto (Proxied) p;

  proxied_init (&p, async, "user:secret");
  p.relay.key = RELAY_USER;
  target = tern_origin_uri (p.tls, "/echo");
  start = g_strdup_printf (FAR "/?to=%s", target);
  session_get (&p.s, start, 200, NULL);
  asked = g_strdup_printf ("GET %s - | GET %s " RELAY_USER " | CONNECT localhost:%u " RELAY_USER,
                           start, start, tern_origin_get_port (p.tls));
  relay_assert_asked (&p.relay, asked);
  g_assert_cmpuint (tern_origin_n_requests (p.tls), ==, 1);
}

static void
test_to_bypassed (gboolean async, gconstpointer data)
{
  g_autofree char *target = NULL;
  g_autofree char *start = NULL;
  g_auto (Proxied) p;

  proxied_init (&p, async, "user:secret");
  use_proxy (&p, "user:secret", "127.0.0.1");
  p.relay.key = RELAY_USER;
  target = tern_origin_uri (p.s.origin, "/echo");
  start = g_strdup_printf (FAR "/?to=%s", target);
  session_get (&p.s, start, 200, NULL);
  g_assert_cmpuint (tern_origin_n_requests (p.relay.origin), ==, 2);
  g_assert_cmpuint (tern_origin_n_requests (p.s.origin), ==, 1);
}

/* ---- the property ---- */

/* What was set is what is given back, as it was then what is used. */
static void
test_property (gboolean async, gconstpointer data)
{
  static const char *const all[] = { "*", NULL };
  g_autoptr (TernProxy) proxy = NULL;
  g_autoptr (TernProxy) same = NULL;
  g_auto (Proxied) p;

  proxied_init (&p, async, NULL);
  proxy = tern_client_get_proxy (p.s.client);
  tern_proxy_set_bypass (proxy, all);
  session_get (&p.s, "/echo", 200, NULL);
  g_assert_cmpuint (tern_origin_n_requests (p.relay.origin), ==, 1);
  g_object_set (p.s.client, "proxy", proxy, NULL);
  g_object_get (p.s.client, "proxy", &same, NULL);
  g_assert_true (same == proxy);
  session_get (&p.s, "/echo", 200, NULL);
  g_assert_cmpuint (tern_origin_n_requests (p.relay.origin), ==, 1);
  tern_client_set_proxy (p.s.client, NULL);
  g_assert_null (tern_client_get_proxy (p.s.client));
}

/* A proxy that is none, or not there, is the error of the request: nobody goes round it. */
static void
test_fails_closed (gboolean async, gconstpointer data)
{
  const guint16 port = tern_test_unused_port ();
  g_autoptr (TernProxy) nobody = tern_proxy_new (TERN_PROXY_HTTP, "127.0.0.1", port);
  g_autoptr (TernProxy) bad = tern_proxy_new (TERN_PROXY_HTTP, "not a\nhost", 80);
  g_autofree char *name = g_strdup_printf ("http://127.0.0.1:%u", port);
  g_auto (Proxied) p;

  proxied_init (&p, async, NULL);
  tern_client_set_proxy (p.s.client, nobody);
  session_ask (&p.s, "GET", "/echo");
  session_fetch (&p.s);
  session_assert_error (&p.s, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, name);
  tern_client_set_proxy (p.s.client, bad);
  session_ask (&p.s, "GET", "/echo");
  session_fetch (&p.s);
  session_assert_error (&p.s, TERN_ERROR, TERN_ERROR_INVALID_URL, NULL);
  g_assert_cmpuint (tern_origin_n_connections (p.s.origin), ==, 0);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  tern_test_add_both ("/proxy/absolute", test_absolute, NULL);
  tern_test_add_both ("/proxy/login", test_login, NULL);
  tern_test_add_both ("/proxy/preemptive", test_preemptive, NULL);
  tern_test_add_both ("/proxy/wrong", test_wrong, NULL);
  tern_test_add_both ("/proxy/body", test_body, NULL);
  tern_test_add_both ("/proxy/tunnel", test_tunnel, NULL);
  tern_test_add_both ("/proxy/refused", test_refused, NULL);
  tern_test_add_both ("/proxy/tunnel-login-fails", test_tunnel_login_fails, NULL);
  tern_test_add_both ("/proxy/not-the-proxy", test_not_the_proxy, NULL);
  tern_test_add_both ("/proxy/own-field", test_own_field, NULL);
  tern_test_add_both ("/proxy/to-https", test_to_https, NULL);
  tern_test_add_both ("/proxy/to-bypassed", test_to_bypassed, NULL);
  tern_test_add_both ("/proxy/property", test_property, NULL);
  tern_test_add_both ("/proxy/fails-closed", test_fails_closed, NULL);
  result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
