/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Logging in: which credentials are sent where, in how many requests, and what is never sent. */

#include "session.h"

#include <string.h>

#define USER "Basic dXNlcjpzZWNyZXQ="  /* user:secret */
#define OTHER "Basic b3RoZXI6d29yZA==" /* other:word */
#define ASK "WWW-Authenticate: Basic realm=\"x\"\r\n"

/* What opens the gate; a test may change the lock between its requests. */
typedef struct
{
  const char *key;    /* the right Authorization; NULL: none is */
  const char *fields; /* of the 401 */
} Gate;

static void
on_gate (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Gate *gate = data;
  const char *given = tern_origin_request_header (request, "Authorization");
  const char *key = g_atomic_pointer_get (&gate->key);

  if (key && given && strcmp (given, key) == 0)
    tern_origin_reply (conn, 200, NULL, NULL, "come in");
  else
    tern_origin_reply (conn, 401, NULL, g_atomic_pointer_get (&gate->fields), "who is there?");
}

static void
gate_init (Session *s, gboolean async, Gate *gate)
{
  session_init (s, async);
  tern_origin_add_route (s->origin, "", on_gate, gate);
  tern_origin_add_route (s->origin, "/", on_gate, gate);
}

/* One GET, and the Authorization of each request that it made; "-" is none. */
static void
assert_sent (const char *where, Session *s, const char *path, guint status, const char *sent)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  tern_origin_clear_log (s->origin);
  session_get_at (where, s, path, status, NULL);
  for (guint i = 0; i < tern_origin_n_requests (s->origin); i++)
    {
      g_autoptr (TernOriginRequest) request = tern_origin_get_request (s->origin, i);
      const char *value = tern_origin_request_header (request, "Authorization");

      g_assert_cmpuint (tern_origin_request_n_headers (request, "Authorization"), <=, 1);
      g_string_append_printf (seen, "%s%s", i ? " | " : "", value ? value : "-");
    }
  if (strcmp (seen->str, sent) != 0)
    g_error ("%s: sent “%s”, not “%s”", where, seen->str, sent);
}

#define assert_sent(s, path, status, sent) assert_sent (G_STRLOC, (s), (path), (status), (sent))

static char *
uri_with (Session *s, const char *userinfo, const char *path)
{
  return g_strdup_printf ("http://%s@127.0.0.1:%u%s", userinfo, tern_origin_get_port (s->origin),
                          path);
}

/* ---- how often ---- */

static void
test_right (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  assert_sent (&s, "/a", 200, "- | " USER);
  assert_sent (&s, "/a", 200, USER);
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 1);
}

static void
test_wrong (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  assert_sent (&s, "/a", 401, "-"); /* without credentials nothing is tried */
  tern_client_add_credentials (s.client, "other", "word", NULL);
  assert_sent (&s, "/a", 401, "- | " OTHER);
  session_assert (&s, 401, "who is there?");
  assert_sent (&s, "/a", 401, "- | " OTHER); /* what failed is not remembered */
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  assert_sent (&s, "/a", 200, "- | " OTHER " | " USER);
  assert_sent (&s, "/a", 200, USER);
}

static void
test_changed (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  tern_client_add_credentials (s.client, "other", "word", NULL);
  assert_sent (&s, "/a", 200, "- | " USER);
  g_atomic_pointer_set (&gate.key, (gpointer)OTHER);
  /* What was just refused is not tried a second time. */
  assert_sent (&s, "/a", 200, USER " | " OTHER);
  assert_sent (&s, "/a", 200, OTHER);
}

static void
test_endless (gboolean async, gconstpointer data)
{
  Gate gate = { NULL, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *word = g_strdup_printf ("word%u", i);

      tern_client_add_credentials (s.client, "user", word, NULL);
    }
  session_get (&s, "/a", 401, "who is there?");
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 11);
}

/* ---- where ---- */

static void
test_space (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  assert_sent (&s, "/a/b/c?x", 200, "- | " USER);
  assert_sent (&s, "/a/b/d", 200, USER);
  assert_sent (&s, "/a/b/", 200, USER);
  assert_sent (&s, "/a/b/d/e", 200, USER);
  assert_sent (&s, "/a/bc", 200, "- | " USER); /* opens all of /a/ */
  assert_sent (&s, "/a/c", 200, USER);
  assert_sent (&s, "/A/c", 200, "- | " USER);
  assert_sent (&s, "/c?/a/", 200, "- | " USER); /* and now all there is */
  assert_sent (&s, "/", 200, USER);
}

/* A path that may lead out of the space is not in it. */
static void
test_space_dots (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  assert_sent (&s, "/a/b/c", 200, "- | " USER);
  assert_sent (&s, "/a/b/..%5cx", 200, USER);
  assert_sent (&s, "/a/b/%2E%2e/x", 200, "- | " USER);
}

static void
test_domains (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_autofree char *with_port = NULL;
  g_autofree char *wrong_port = NULL;
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  with_port = g_strdup_printf ("127.0.0.1:%u", tern_origin_get_port (s.origin));
  wrong_port = g_strdup_printf ("127.0.0.1:%u", tern_origin_get_port (s.origin) + 1);
  tern_client_add_credentials (s.client, "other", "word", "localhost");
  tern_client_add_credentials (s.client, "other", "word", "27.0.0.1");
  tern_client_add_credentials (s.client, "other", "word", "127.0.0.1.example");
  tern_client_add_credentials (s.client, "other", "word", wrong_port);
  assert_sent (&s, "/a", 401, "-");
  tern_client_add_credentials (s.client, "user", "secret", "127.0.0.1");
  assert_sent (&s, "/a", 200, "- | " USER);
  tern_client_clear_credentials (s.client);
  assert_sent (&s, "/a", 401, "-");
  tern_client_add_credentials (s.client, "user", "secret", with_port);
  assert_sent (&s, "/a", 200, "- | " USER);
}

/* An address of IPv6 may have its brackets. */
static void
test_domain_ipv6 (gboolean async, gconstpointer data)
{
  static const char *const domains[] = { "::1", "[::1]", "[::1]:" };
  g_autoptr (TernOrigin) origin = NULL;
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  session_init (&s, async);
  if (!tern_test_have_ipv6 ())
    {
      g_test_skip ("there is no ::1");
      return;
    }
  origin = tern_origin_new_at ("::1", 0, NULL);
  g_assert_nonnull (origin);
  tern_origin_add_route (origin, "", on_gate, &gate);
  for (guint i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      g_autofree char *uri = g_strdup_printf ("http://[::1]:%u/a", tern_origin_get_port (origin));
      g_autofree char *port = g_strdup_printf ("%u", tern_origin_get_port (origin));
      g_autofree char *domain = g_strconcat (domains[i], i == 2 ? port : NULL, NULL);

      tern_client_clear_credentials (s.client);
      tern_client_add_credentials (s.client, "user", "secret", domain);
      session_get (&s, uri, 200, "come in");
    }
  tern_client_clear_credentials (s.client);
}

static void
test_domain_case (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_autofree char *uri = NULL;
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "user", "secret", "LocalHost");
  uri = g_strdup_printf ("http://LOCALhost:%u/a", tern_origin_get_port (s.origin));
  assert_sent (&s, uri, 200, "- | " USER);
}

/* What opened one origin is not told another, though its path is the same. */
static void
test_other_origin (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_autofree char *uri = NULL;
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  assert_sent (&s, "/a", 200, "- | " USER);
  uri = tern_origin_uri (session_get_other (&s), "/a");
  session_get (&s, uri, 404, NULL);
  origin_assert_field (s.other, 0, "Authorization", NULL);
}

static void
test_partitions (gboolean async, gconstpointer data)
{
  static const char *const partitions[] = { "one", "two", NULL, "one" };
  static const guint requests[] = { 2, 2, 2, 1 };
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (partitions); i++)
    {
      tern_origin_clear_log (s.origin);
      session_ask (&s, "GET", "/a");
      tern_request_set_partition (s.request, partitions[i]);
      session_fetch (&s);
      session_assert (&s, 200, "come in");
      g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, requests[i]);
    }
  /* Nor do they share connections. */
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 3);
}

/* ---- whose ---- */

static void
test_userinfo (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_autofree char *right = NULL;
  g_autofree char *wrong = NULL;
  g_autofree char *coded = NULL;
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  right = uri_with (&s, "user:secret", "/a");
  wrong = uri_with (&s, "other:word", "/a");
  coded = uri_with (&s, "%75ser:se%63ret", "/a");
  assert_sent (&s, right, 200, "- | " USER);
  assert_sent (&s, right, 200, USER);
  assert_sent (&s, coded, 200, USER);
  /* What somebody else opened is not opened for this one, nor for who names nobody. */
  assert_sent (&s, "/a", 401, "-");
  assert_sent (&s, wrong, 401, "- | " OTHER);
  assert_sent (&s, right, 200, USER);
}

static void
test_userinfo_first (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_autofree char *wrong = NULL;
  g_autofree char *name = NULL;
  g_autofree char *other = NULL;
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "other", "word", NULL);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  wrong = uri_with (&s, "somebody:else", "/a");
  name = uri_with (&s, "user", "/a");
  other = uri_with (&s, "other", "/a");
  /* Who names a user does not get in as another one. */
  assert_sent (&s, wrong, 401, "- | Basic c29tZWJvZHk6ZWxzZQ==");
  /* A name alone picks from what the program has. */
  assert_sent (&s, name, 200, "- | " USER);
  assert_sent (&s, name, 200, USER);
  assert_sent (&s, other, 401, "- | " OTHER);
  assert_sent (&s, "/a", 200, USER);
}

/* What the program writes by itself is its own affair. */
static void
test_own_field (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  for (guint i = 0; i < 2; i++)
    {
      tern_origin_clear_log (s.origin);
      session_ask (&s, "GET", "/a");
      session_header (&s, "authorization", "Own thing");
      session_fetch (&s);
      session_assert (&s, 401, "who is there?");
      g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 1);
      origin_assert_field (s.origin, 0, "Authorization", "Own thing");
      if (i == 0)
        assert_sent (&s, "/a", 200, "- | " USER);
    }
}

static void
test_preemptive (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_set_preemptive_auth (s.client, TRUE);
  assert_sent (&s, "/a", 401, "-");
  tern_client_add_credentials (s.client, "user", "secret", "127.0.0.1");
  assert_sent (&s, "/a", 200, USER);
  assert_sent (&s, "/b", 200, USER);
  tern_client_clear_credentials (s.client);
  assert_sent (&s, "/a", 401, "-");
  tern_client_add_credentials (s.client, "other", "word", NULL);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  assert_sent (&s, "/a", 200, OTHER " | " USER);
  assert_sent (&s, "/a", 200, USER);
}

static void
test_clear (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  assert_sent (&s, "/a", 200, "- | " USER);
  tern_client_clear_credentials (s.client);
  assert_sent (&s, "/a", 401, "-");
}

/* ---- challenges ---- */

static void
test_challenges (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *fields;
    gboolean answered;
  } cases[] = {
    { NULL, FALSE },
    { "WWW-Authenticate:\r\n", FALSE },
    { "WWW-Authenticate: ,,, =\"\r\n", FALSE },
    { "WWW-Authenticate: \"Basic\"\r\n", FALSE },
    { "WWW-Authenticate: Negotiate\r\n", FALSE },
    { "WWW-Authenticate: NTLM, Bearer\r\n", FALSE },
    { "WWW-Authenticate: Basically realm=\"x\"\r\n", FALSE },
    { "WWW-Authenticate: OAuth \"x\" \"y\"\r\n", FALSE },
    { "WWW-Authenticate: ../../basic realm=\"x\"\r\n", FALSE },
    { "Proxy-Authenticate: Basic realm=\"x\"\r\n", FALSE },
    { "WWW-Authenticate: Basic\r\n", TRUE },
    { "WWW-Authenticate: bASIC realm=x\r\n", TRUE },
    { "WWW-Authenticate: Negotiate, Basic realm=\"a, b=\\\"c\"\r\n", TRUE },
    { "WWW-Authenticate: Basic realm=\"x\", Negotiate\r\n", TRUE },
    { "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: Basic realm=\"x\"\r\n", TRUE },
    { "WWW-Authenticate: Bearer realm=\"y\", error=\"z\", Basic realm=\"x\"\r\n", TRUE },
  };
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_atomic_pointer_set (&gate.fields, (gpointer)cases[i].fields);
      tern_client_clear_credentials (s.client);
      tern_client_add_credentials (s.client, "user", "secret", NULL);
      if (cases[i].answered)
        assert_sent (&s, "/a", 200, "- | " USER);
      else
        assert_sent (&s, "/a", 401, "-");
    }
}

/* An origin that says 407 gets nothing: that is a proxy's word. */
static void
test_not_a_proxy (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  tern_origin_add_reply (s.origin, "/proxy", 407, "Proxy-Authenticate: Basic realm=\"x\"\r\n", "p");
  session_get (&s, "/proxy", 407, "p");
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 1);
  origin_assert_field (s.origin, 0, "Proxy-Authorization", NULL);
}

/* ---- bodies and bytes ---- */

static void
test_body_again (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  session_ask (&s, "POST", "/a");
  if (data)
    {
      g_autoptr (GInputStream) stream = session_stream ("all of it", TRUE);

      tern_request_set_body_stream (s.request, NULL, stream, -1);
    }
  else
    session_body (&s, "all of it");
  session_fetch (&s);
  session_assert (&s, 200, "come in");
  origin_assert_request (s.origin, 1, "POST /a");
  origin_assert_body (s.origin, 0, "all of it");
  origin_assert_body (s.origin, 1, "all of it");
}

static void
test_body_not_rewindable (gboolean async, gconstpointer data)
{
  Gate gate = { USER, ASK };
  g_autoptr (GInputStream) stream = session_stream ("all of it", FALSE);
  g_autoptr (GInputStream) again = session_stream ("all of it", FALSE);
  TernFailure *failure;
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  session_ask (&s, "POST", "/a");
  tern_request_set_body_stream (s.request, NULL, stream, -1);
  session_fetch (&s);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE, NULL);
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 1);
  failure = session_failure (&s);
  g_assert_cmpuint (tern_response_get_status (tern_failure_get_response (failure)), ==, 401);
  /* Where the space is open, once is enough. */
  assert_sent (&s, "/a", 200, "- | " USER);
  session_ask (&s, "POST", "/a");
  tern_request_set_body_stream (s.request, NULL, again, -1);
  session_fetch (&s);
  session_assert (&s, 200, "come in");
}

static void
test_any_byte (gboolean async, gconstpointer data)
{
  static const char name[] = "n\0m\xff";
  static const char password[] = "p\0:\r\n\x80:";
  g_autoptr (GBytes) name_bytes = g_bytes_new_static (name, sizeof name - 1);
  g_autoptr (GBytes) password_bytes = g_bytes_new_static (password, sizeof password - 1);
  g_autofree char *coded
      = g_base64_encode ((const guchar *)"n\0m\xff:p\0:\r\n\x80:",
                         sizeof name + sizeof password - 1);
  g_autofree char *value = g_strconcat ("Basic ", coded, NULL);
  Gate gate = { value, ASK };
  g_autofree char *sent = g_strconcat ("- | ", value, NULL);
  g_auto (Session) s;

  gate_init (&s, async, &gate);
  /* Basic cannot carry a colon in a name: that is not worth a request. */
  tern_client_add_credentials (s.client, "na:me", "word", NULL);
  assert_sent (&s, "/a", 401, "-");
  tern_client_add_credentials_bytes (s.client, name_bytes, password_bytes, NULL);
  assert_sent (&s, "/a", 200, sent);
}

/* ---- the body of the 401 ---- */

static void
on_wordy (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const gsize size = GPOINTER_TO_SIZE (data);
  g_autofree char *body = g_malloc0 (size);

  if (tern_origin_request_header (request, "Authorization"))
    tern_origin_reply (conn, 200, NULL, NULL, "come in");
  else
    tern_origin_reply_bytes (conn, 401, NULL, ASK "Content-Encoding: gzip, gzip, gzip, gzip\r\n",
                             body, size);
}

static void
test_body_of_401 (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  tern_origin_add_route (s.origin, "/small", on_wordy, GSIZE_TO_POINTER (40000));
  tern_origin_add_route (s.origin, "/large", on_wordy, GSIZE_TO_POINTER (4000000));
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  session_get (&s, "/small", 200, "come in");
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 1);
  tern_client_clear_credentials (s.client);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  session_get (&s, "/large", 200, "come in");
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/auth/right", test_right, NULL);
  tern_test_add_both ("/auth/wrong", test_wrong, NULL);
  tern_test_add_both ("/auth/changed", test_changed, NULL);
  tern_test_add_both ("/auth/endless", test_endless, NULL);
  tern_test_add_both ("/auth/space", test_space, NULL);
  tern_test_add_both ("/auth/space-dots", test_space_dots, NULL);
  tern_test_add_both ("/auth/domains", test_domains, NULL);
  tern_test_add_both ("/auth/domain-ipv6", test_domain_ipv6, NULL);
  tern_test_add_both ("/auth/domain-case", test_domain_case, NULL);
  tern_test_add_both ("/auth/other-origin", test_other_origin, NULL);
  tern_test_add_both ("/auth/partitions", test_partitions, NULL);
  tern_test_add_both ("/auth/userinfo", test_userinfo, NULL);
  tern_test_add_both ("/auth/userinfo-first", test_userinfo_first, NULL);
  tern_test_add_both ("/auth/own-field", test_own_field, NULL);
  tern_test_add_both ("/auth/preemptive", test_preemptive, NULL);
  tern_test_add_both ("/auth/clear", test_clear, NULL);
  tern_test_add_both ("/auth/challenges", test_challenges, NULL);
  tern_test_add_both ("/auth/not-a-proxy", test_not_a_proxy, NULL);
  tern_test_add_both ("/auth/body/bytes", test_body_again, NULL);
  tern_test_add_both ("/auth/body/stream", test_body_again, "stream");
  tern_test_add_both ("/auth/body/not-rewindable", test_body_not_rewindable, NULL);
  tern_test_add_both ("/auth/any-byte", test_any_byte, NULL);
  tern_test_add_both ("/auth/body-of-401", test_body_of_401, NULL);
  return g_test_run ();
}
