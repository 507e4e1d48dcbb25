/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a redirect must not take along to another origin, and what must never reach the wire. */

#include "session.h"

#include <string.h>

/* "/redirect?to=" an absolute URI of @origin. */
static char *
path_to (TernOrigin *origin, const char *path)
{
  g_autofree char *uri = tern_origin_uri (origin, path);
  g_autofree char *escaped = g_uri_escape_string (uri, NULL, FALSE);

  return g_strconcat ("/redirect?to=", escaped, NULL);
}

static void
add_secrets (Session *s)
{
  session_header (s, "AuThOrIzAtIoN", "Bearer secret");
  session_header (s, "cookie", "a=secret");
  session_header (s, "COOKIE2", "b=secret");
  session_header (s, "Proxy-authorization", "Basic secret");
  session_header (s, "x-wsse", "UsernameToken secret");
  session_header (s, "hOsT", "secret.example");
  session_header (s, "X-Harmless", "yes");
}

static char *
host_of (TernOrigin *origin)
{
  return g_strdup_printf ("127.0.0.1:%u", tern_origin_get_port (origin));
}

static void
assert_no_secrets (TernOrigin *origin, guint i)
{
  g_autoptr (TernOriginRequest) request = tern_origin_get_request (origin, i);
  g_autofree char *host = host_of (origin);

  if (strstr (tern_origin_request_head (request), "secret"))
    g_error ("a secret leaked:\n%s", tern_origin_request_head (request));
  origin_assert_field (origin, i, "Host", host);
  origin_assert_field (origin, i, "X-Harmless", "yes");
}

/* Another port is another origin. */
static void
test_other_origin (gboolean async, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *host = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  host = host_of (s.origin);
  path = path_to (session_get_other (&s), "/echo");
  session_ask (&s, "GET", path);
  add_secrets (&s);
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  origin_assert_field (s.origin, 0, "Authorization", "Bearer secret");
  origin_assert_field (s.origin, 0, "Cookie", "a=secret");
  /* A Host of the program's would name another server than was asked. */
  origin_assert_field (s.origin, 0, "Host", host);
  assert_no_secrets (s.other, 0);
}

/* What was dropped is not found again, not even where it came from (CVE-2024-45336). */
static void
test_never_restored (gboolean async, gconstpointer data)
{
  g_autofree char *back = NULL;
  g_autofree char *fields = NULL;
  g_autofree char *path = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  back = tern_origin_uri (s.origin, "/redirect?to=/echo");
  fields = g_strdup_printf ("Location: %s\r\n", back);
  tern_origin_add_reply (session_get_other (&s), "/back", 307, fields, "back");
  path = path_to (s.other, "/back");
  session_ask (&s, "GET", path);
  add_secrets (&s);
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 3);
  assert_no_secrets (s.other, 0);
  assert_no_secrets (s.origin, 1);
  assert_no_secrets (s.origin, 2);
}

static void
test_same_origin (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  session_ask (&s, "GET", "/redirect?to=/echo");
  add_secrets (&s);
  session_header (&s, "If-None-Match", "\"x\"");
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  origin_assert_field (s.origin, 1, "Authorization", "Bearer secret");
  origin_assert_field (s.origin, 1, "Cookie", "a=secret");
  /* A condition on another resource means nothing. */
  origin_assert_field (s.origin, 0, "If-None-Match", "\"x\"");
  origin_assert_field (s.origin, 1, "If-None-Match", NULL);
  /* The program's own request is as it was. */
  g_assert_true (tern_headers_has (tern_request_get_headers (s.request), "If-None-Match"));
  g_assert_cmpstr (tern_request_get_method (s.request), ==, "GET");
}

static void
test_forward_authorization (gboolean async, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_forward_authorization (s.client, TRUE);
  path = path_to (session_get_other (&s), "/echo");
  session_ask (&s, "GET", path);
  add_secrets (&s);
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  origin_assert_field (s.other, 0, "Authorization", "Bearer secret");
  origin_assert_field (s.other, 0, "X-WSSE", "UsernameToken secret");
  origin_assert_field (s.other, 0, "Cookie", NULL);
  origin_assert_field (s.other, 0, "Proxy-Authorization", NULL);
}

/* https to http, and http to https, on ports of their own: both are other origins. */
static void
test_other_scheme (gboolean async, gconstpointer data)
{
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernOrigin) secure
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_DEFAULT);
  g_autofree char *down = NULL;
  g_autofree char *down_uri = NULL;
  g_autofree char *up = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_demo (secure);
  tern_client_set_ca_file (s.client, tern_test_certs_get_ca_file (certs));
  down = path_to (s.origin, "/echo");
  down_uri = tern_origin_uri (secure, down);
  session_ask (&s, "GET", down_uri);
  add_secrets (&s);
  session_header (&s, "Referer", "https://localhost/private");
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  origin_assert_field (secure, 0, "Referer", "https://localhost/private");
  origin_assert_field (s.origin, 0, "Referer", NULL);
  assert_no_secrets (s.origin, 0);

  up = path_to (secure, "/echo");
  session_ask (&s, "GET", up);
  session_header (&s, "Authorization", "Bearer secret");
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  origin_assert_field (secure, 1, "Authorization", NULL);
  g_assert_nonnull (tern_response_get_tls (s.response));
}

/* Nobody's user name is part of a target, a Host, a Referer or of what the program is told. */
static void
test_userinfo (gboolean async, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_auto (Session) s;
  TernResponse *previous;

  session_init (&s, async);
  uri = g_strdup_printf ("http://me:pass%%77ord@127.0.0.1:%u/redirect?to=/echo%%23part",
                         tern_origin_get_port (s.origin));
  session_ask (&s, "GET", uri);
  session_header (&s, "Referer", "http://me:password@127.0.0.1/from#part");
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TernOriginRequest) request = tern_origin_get_request (s.origin, i);
      const char *head = tern_origin_request_head (request);

      g_assert_null (strstr (head, "me:pass%"));
      /* The first Referer is the program's own affair. */
      g_assert_null (i == 1 ? strstr (head, "me:") : NULL);
      g_assert_null (i == 1 ? strstr (head, "part") : NULL);
      origin_assert_field (s.origin, i, "Authorization", NULL); /* nobody has asked */
    }
  g_assert_null (strstr (tern_response_get_uri (s.response), "pass"));
  previous = tern_response_get_previous (s.response);
  g_assert_null (strstr (tern_response_get_uri (previous), "pass"));
}

static void
on_login (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  tern_origin_reply (conn, tern_origin_request_header (request, "Authorization") ? 200 : 401, NULL,
                     "WWW-Authenticate: Basic realm=\"x\"\r\n", "login");
}

/* A server that puts a name into its Location has not given us credentials. */
static void
test_foreign_userinfo (gboolean async, gconstpointer data)
{
  g_autofree char *fields = NULL;
  g_autofree char *uri = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_route (session_get_other (&s), "/login", on_login, NULL);
  fields = g_strdup_printf ("Location: http://evil:plan@127.0.0.1:%u/login\r\n",
                            tern_origin_get_port (s.other));
  tern_origin_add_reply (s.origin, "/away", 302, fields, "away");
  session_get (&s, "/away", 401, "login");
  g_assert_cmpuint (tern_origin_n_requests (s.other), ==, 1);
  uri = tern_origin_uri (s.other, "/login");
  g_assert_cmpstr (tern_response_get_uri (s.response), ==, uri);
}

/* The program's userinfo is for its own origin: it answers there, also after a redirect, and
 * nowhere else. */
static void
test_own_userinfo (gboolean async, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_autofree char *away = NULL;
  g_autofree char *escaped = NULL;
  g_autofree char *away_uri = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_route (session_get_other (&s), "/login", on_login, NULL);
  uri = g_strdup_printf ("http://user:secret@127.0.0.1:%u/redirect?to=/basic",
                         tern_origin_get_port (s.origin));
  session_get (&s, uri, 200, "Welcome, user.\n");
  away = tern_origin_uri (s.other, "/login");
  escaped = g_uri_escape_string (away, NULL, FALSE);
  away_uri = g_strdup_printf ("http://user:secret@127.0.0.1:%u/redirect?to=%s",
                              tern_origin_get_port (s.origin), escaped);
  session_get (&s, away_uri, 401, "login");
  g_assert_cmpuint (tern_origin_n_requests (s.other), ==, 1);
  origin_assert_field (s.other, 0, "Authorization", NULL);
}

/* Credentials for every host answer whoever asks; but nobody is told unasked because a server has
 * sent us there. */
static void
test_preemptive_after_redirect (gboolean async, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  tern_client_set_preemptive_auth (s.client, TRUE);
  path = path_to (session_get_other (&s), "/echo");
  session_ask (&s, "GET", path);
  session_fetch (&s);
  session_assert (&s, 200, NULL);
  origin_assert_field (s.origin, 0, "Authorization", "Basic dXNlcjpzZWNyZXQ=");
  origin_assert_field (s.other, 0, "Authorization", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/redirect-secrets/other-origin", test_other_origin, NULL);
  tern_test_add_both ("/redirect-secrets/never-restored", test_never_restored, NULL);
  tern_test_add_both ("/redirect-secrets/same-origin", test_same_origin, NULL);
  tern_test_add_both ("/redirect-secrets/forward-authorization", test_forward_authorization, NULL);
  tern_test_add_both ("/redirect-secrets/other-scheme", test_other_scheme, NULL);
  tern_test_add_both ("/redirect-secrets/userinfo", test_userinfo, NULL);
  tern_test_add_both ("/redirect-secrets/foreign-userinfo", test_foreign_userinfo, NULL);
  tern_test_add_both ("/redirect-secrets/own-userinfo", test_own_userinfo, NULL);
  tern_test_add_both ("/redirect-secrets/preemptive", test_preemptive_after_redirect, NULL);
  return g_test_run ();
}
