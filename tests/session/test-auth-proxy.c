/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Logging in at proxies with Digest: in absolute form and for CONNECT, whatever name that has. What
 * is the proxy's never reaches an origin, and the other way round. */

#include <tern/tern-challenge.h>
#include <tern/tern-credentials.h>
#include <tern/tern-proxy.h>

#include "client/tern-client-private.h"
#include "door.h"
#include "names.h"
#include "session.h"
#include "tern-origin-tunnel.h"

#include <string.h>

#define FAR "http://far.example.test" /* exists for the proxy alone */

static TernTestCerts *certs;

typedef struct
{
  Session s;
  Door door; /* of the proxy */
  TernOrigin *proxy;
  TernOrigin *tls; /* reached through tunnels */
  Door inner;      /* of that */
} Proxied;

static void
on_proxy (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  g_autofree char *fields = NULL;

  if (!door_check (data, request, &fields))
    tern_origin_reply (conn, 407, NULL, fields, "who is there?");
  else if (strcmp (tern_origin_request_method (request), "CONNECT") == 0)
    tern_origin_tunnel (conn, request, "HTTP/1.1 200 Connection established\r\n\r\n");
  else
    tern_origin_reply (conn, 200, NULL, fields, tern_origin_request_target (request));
}

static void
use_proxy (Proxied *self, const char *password, gboolean remote_dns)
{
  g_autoptr (TernProxy) proxy
      = tern_proxy_new (TERN_PROXY_HTTP, "127.0.0.1", tern_origin_get_port (self->proxy));

  if (password)
    tern_proxy_set_credentials (proxy, "user", password);
  tern_proxy_set_remote_dns (proxy, remote_dns);
  tern_client_set_proxy (self->s.client, proxy);
}

static void
proxied_init (Proxied *self, gboolean async)
{
  session_init (&self->s, async);
  door_init (&self->door);
  self->door.for_proxy = TRUE;
  self->door.is_strict = TRUE;
  door_init (&self->inner);
  self->proxy = tern_origin_new ();
  tern_origin_add_route (self->proxy, "", on_proxy, &self->door);
  self->tls = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, 0);
  tern_origin_add_demo (self->tls);
  tern_origin_add_route (self->tls, "/locked", door_serve, &self->inner);
  tern_client_set_ca_file (self->s.client, tern_test_certs_get_ca_file (certs));
  use_proxy (self, "secret", TRUE);
}

static void
proxied_clear (Proxied *self)
{
  for (guint i = 0; i < tern_origin_n_requests (self->tls); i++)
    origin_assert_field (self->tls, i, "Proxy-Authorization", NULL);
  for (guint i = 0; i < tern_origin_n_requests (self->proxy); i++)
    origin_assert_field (self->proxy, i, "Authorization", NULL);
  session_clear (&self->s);
  tern_origin_free (self->proxy);
  tern_origin_free (self->tls);
  door_clear (&self->door);
  door_clear (&self->inner);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Proxied, proxied_clear)

/* Through a tunnel, a new one each time where @fresh. */
static void
get_tls (const char *where, Proxied *p, const char *path, gboolean fresh)
{
  g_autofree char *uri = tern_origin_uri (p->tls, path);

  if (fresh)
    tern_client_close (p->s.client);
  session_get_at (where, &p->s, uri, 200, NULL);
}

#define get_tls(p, path, fresh) get_tls (G_STRLOC, (p), (path), (fresh))

static void
test_absolute (gboolean async, gconstpointer data)
{
  g_auto (Proxied) p;

  proxied_init (&p, async);
  session_get (&p.s, FAR "/a?b", 200, FAR "/a?b");
  session_get (&p.s, "http://another.example.test/c", 200, "http://another.example.test/c");
  session_get (&p.s, FAR, 200, FAR "/");
  door_assert (&p.door, 3, 1, 0, 0);
  session_ask (&p.s, "OPTIONS", FAR "/*");
  session_fetch (&p.s);
  session_assert (&p.s, 200, NULL);
  session_ask (&p.s, "POST", FAR "/d");
  session_body (&p.s, "all of it");
  session_fetch (&p.s);
  session_assert (&p.s, 200, FAR "/d");
  door_assert (&p.door, 5, 1, 0, 0);
  use_proxy (&p, "wrong", TRUE);
  session_get (&p.s, FAR "/a", 407, "who is there?");
  door_assert (&p.door, 5, 2, 0, 1);
}

/* Proxy-Authentication-Info names the next nonce, and shows who the proxy is. */
static void
test_info (gboolean async, gconstpointer data)
{
  g_auto (Proxied) p;

  proxied_init (&p, async);
  p.door.uses = 2;
  p.door.names_next = TRUE;
  for (guint i = 0; i < 5; i++)
    session_get (&p.s, FAR "/", 200, FAR "/");
  door_assert (&p.door, 5, 1, 0, 0);
  p.door.names_next = FALSE;
  for (guint i = 0; i < 5; i++)
    session_get (&p.s, FAR "/", 200, FAR "/");
  door_assert (&p.door, 10, 1, 2, 0);
  p.door.lies = TRUE;
  session_get (&p.s, FAR "/", 200, FAR "/");
  session_get (&p.s, FAR "/", 200, FAR "/");
  door_assert (&p.door, 12, 2, 3, 0);
}

/* Each CONNECT has a count of its own, and nothing else uses one up. */
static void
test_tunnel (gboolean async, gconstpointer data)
{
  g_auto (Proxied) p;

  proxied_init (&p, async);
  get_tls (&p, "/plain", FALSE);
  get_tls (&p, "/plain", FALSE);
  get_tls (&p, "/plain", FALSE);
  door_assert (&p.door, 1, 1, 0, 0);
  for (guint i = 0; i < 4; i++)
    {
      get_tls (&p, "/plain", TRUE);
      get_tls (&p, "/plain", FALSE);
    }
  door_assert (&p.door, 5, 1, 0, 0);
  /* The same login, in absolute form. */
  session_get (&p.s, FAR "/", 200, FAR "/");
  get_tls (&p, "/plain", TRUE);
  door_assert (&p.door, 7, 1, 0, 0);
}

static void
test_tunnel_options (gboolean async, gconstpointer data)
{
  static const char *const qops[] = { NULL, "auth", "auth-int" };

  for (guint i = 0; i < G_N_ELEMENTS (qops); i++)
    {
      g_autofree char *uri = NULL;
      g_auto (Proxied) p;

      proxied_init (&p, async);
      p.door.algorithm = qops[i] ? "SHA-256-sess" : "SHA-256";
      p.door.qop = qops[i];
      p.door.uses = 2;
      for (guint j = 0; j < 3; j++)
        get_tls (&p, "/plain", TRUE);
      /* A body belongs to the origin: it is not hashed for the proxy. */
      tern_client_close (p.s.client);
      uri = tern_origin_uri (p.tls, "/echo");
      session_ask (&p.s, "POST", uri);
      session_body (&p.s, "all of it");
      session_fetch (&p.s);
      g_assert_no_error (p.s.error);
      door_assert (&p.door, 4, 1, 1, 0);
    }
}

static void
test_tunnel_wrong (gboolean async, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_auto (Proxied) p;

  proxied_init (&p, async);
  use_proxy (&p, "wrong", TRUE);
  uri = tern_origin_uri (p.tls, "/plain");
  for (guint i = 0; i < 2; i++)
    {
      session_ask (&p.s, "GET", uri);
      session_fetch (&p.s);
      session_assert_error (&p.s, TERN_ERROR, TERN_ERROR_PROXY_AUTH, "407");
    }
  door_assert (&p.door, 0, 2, 0, 2);
  p.door.is_always_old = TRUE;
  use_proxy (&p, "secret", TRUE);
  session_ask (&p.s, "GET", uri);
  session_fetch (&p.s);
  session_assert_error (&p.s, TERN_ERROR, TERN_ERROR_PROXY_AUTH, "407");
  door_assert (&p.door, 0, 3, 3, 2);
  g_assert_cmpuint (tern_origin_n_requests (p.tls), ==, 0);
}

/* Where the name is looked up here, CONNECT names an address, and so does the answer to it. */
static void
test_address (gboolean async, gconstpointer data)
{
  g_autoptr (Names) names = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *target = NULL;
  g_autofree char *other = NULL;
  g_auto (Proxied) p;

  proxied_init (&p, async);
  use_proxy (&p, "secret", FALSE);
  tern_client_set_validate_certificates (p.s.client, FALSE);
  names = names_new (p.s.client);
  names_add (names, "127.0.0.1", 1);
  names_next_round (names);
  names_add (names, "127.0.0.2", 1);
  uri = g_strdup_printf ("https://" NAMES_HOST ":%u/plain", tern_origin_get_port (p.tls));
  for (guint i = 0; i < 4; i++)
    {
      session_get (&p.s, uri, 200, NULL);
      if (i % 2 == 0)
        tern_client_close (p.s.client);
    }
  door_assert (&p.door, 3, 1, 0, 0);
  target = g_strdup_printf ("CONNECT 127.0.0.1:%u", tern_origin_get_port (p.tls));
  other = g_strdup_printf ("CONNECT 127.0.0.2:%u", tern_origin_get_port (p.tls));
  origin_assert_request (p.proxy, 0, target);
  for (guint i = 1; i < 4; i++)
    origin_assert_request (p.proxy, i, other);
}

/* Two logins in one request, and neither knows the other's. */
static void
test_both (gboolean async, gconstpointer data)
{
  g_auto (Proxied) p;

  proxied_init (&p, async);
  tern_client_add_credentials (p.s.client, "user", "secret", NULL);
  get_tls (&p, "/locked", FALSE);
  get_tls (&p, "/locked", TRUE);
  door_assert (&p.door, 2, 1, 0, 0);
  door_assert (&p.inner, 2, 1, 0, 0);
  /* What the proxy knows is of no use without the origin's. */
  tern_client_clear_credentials (p.s.client);
  {
    g_autofree char *uri = tern_origin_uri (p.tls, "/locked");

    session_get (&p.s, uri, 401, "who is there?");
  }
  door_assert (&p.inner, 2, 2, 0, 0);
}

/* Credentials for origins are not for proxies: without its own, a proxy is told nothing. */
static void
test_no_credentials (gboolean async, gconstpointer data)
{
  g_auto (Proxied) p;

  proxied_init (&p, async);
  use_proxy (&p, NULL, TRUE);
  tern_client_add_credentials (p.s.client, "user", "secret", NULL);
  tern_client_add_credentials (p.s.client, "user", "secret", "127.0.0.1");
  session_get (&p.s, FAR "/a", 407, "who is there?");
  door_assert (&p.door, 0, 1, 0, 0);
}

static TernCredentials *
on_authenticate (TernClient *client, TernChallenge *challenge, TernRequest *request, gpointer data)
{
  guint *n_asked = data;

  (*n_asked)++;
  g_assert_true (tern_challenge_is_for_proxy (challenge));
  g_assert_cmpstr (tern_challenge_get_realm (challenge), ==, DOOR_REALM);
  return tern_credentials_new (
      "user", tern_request_get_authentication_attempt (request) == 2 ? "secret" : "wrong");
}

/* The person is asked about the proxy, and once for all that goes through it. */
static void
test_asked (gboolean async, gconstpointer data)
{
  guint n_asked = 0;
  g_auto (Proxied) p;

  proxied_init (&p, async);
  use_proxy (&p, NULL, TRUE);
  g_signal_connect (p.s.client, "authenticate", G_CALLBACK (on_authenticate), &n_asked);
  get_tls (&p, "/plain", FALSE);
  session_get (&p.s, FAR "/", 200, FAR "/");
  get_tls (&p, "/plain", TRUE);
  door_assert (&p.door, 3, 1, 0, 1);
  g_assert_cmpuint (n_asked, ==, 2);
}

/* Strongest first, and never Basic with what Digest was refused. */
static void
test_offers (gboolean async, gconstpointer data)
{
  g_auto (Proxied) p;

  proxied_init (&p, async);
  p.door.beside = "Proxy-Authenticate: Basic realm=\"door\"\r\n"
                  "Proxy-Authenticate: Digest realm=x, nonce=y, algorithm=ROT13\r\n";
  session_get (&p.s, FAR "/", 200, FAR "/");
  get_tls (&p, "/plain", TRUE);
  door_assert (&p.door, 2, 1, 0, 0);
  use_proxy (&p, "wrong", TRUE);
  session_get (&p.s, FAR "/", 407, NULL);
  door_assert (&p.door, 2, 2, 0, 1);
}

static void
test_unsupported (gboolean async, gconstpointer data)
{
  static const char fields[] = "Proxy-Authenticate: Digest realm=x, nonce=y, algorithm=ROT13\r\n";
  g_autofree char *uri = NULL;
  g_auto (Proxied) p;

  proxied_init (&p, async);
  tern_origin_add_reply (p.proxy, "", 407, fields, "no way");
  session_ask (&p.s, "GET", FAR "/");
  session_fetch (&p.s);
  session_assert_error (&p.s, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION, "ROT13");
  uri = tern_origin_uri (p.tls, "/plain");
  session_ask (&p.s, "GET", uri);
  session_fetch (&p.s);
  session_assert_error (&p.s, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION, "ROT13");
  g_assert_cmpuint (tern_response_get_status (tern_failure_get_response (session_failure (&p.s))),
                    ==, 407);
  g_assert_cmpuint (tern_origin_n_requests (p.proxy), ==, 2);
}

static void
work (guint number, gpointer data)
{
  Proxied *p = data;
  g_autofree char *uri = tern_origin_uri (p->tls, "/plain");
  Session own = { .async = number % 2, .client = g_object_ref (p->s.client) };

  for (guint i = 0; i < 6; i++)
    {
      session_get (&own, FAR "/", 200, FAR "/");
      session_get (&own, uri, 200, NULL);
    }
  session_clear (&own);
}

static void
test_threads (void)
{
  g_auto (Proxied) p;

  proxied_init (&p, FALSE);
  p.door.is_strict = FALSE; /* they overtake each other */
  tern_test_run_threads (8, work, &p);
  g_assert_cmpuint (p.door.n_refused + p.door.n_stale, ==, 0);
  g_assert_cmpuint (p.door.n_asked, <=, 16);
}

#define BOTH(name, function) tern_test_add_both ("/session/auth-proxy/" name, function, NULL)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  BOTH ("absolute", test_absolute);
  BOTH ("info", test_info);
  BOTH ("tunnel", test_tunnel);
  BOTH ("tunnel/options", test_tunnel_options);
  BOTH ("tunnel/wrong", test_tunnel_wrong);
  BOTH ("address", test_address);
  BOTH ("both", test_both);
  BOTH ("no-credentials", test_no_credentials);
  BOTH ("asked", test_asked);
  BOTH ("offers", test_offers);
  BOTH ("unsupported", test_unsupported);
  g_test_add_func ("/session/auth-proxy/threads", test_threads);
  status = g_test_run ();
  tern_test_certs_free (certs);
  return status;
}
