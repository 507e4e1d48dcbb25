/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* WSSE, HMACDigest and Bearer at servers that check them with code of their own, and which scheme
 * is taken of several. */

#include <tern/tern-credentials.h>

#include "session.h"

#include <string.h>

/* What is right, as a person of each scheme knows it. */
typedef struct
{
  const char *fields; /* of the 401 */
  const char *salt;
  gboolean is_md5;
  guint n_let_in;
  guint n_refused; /* with an answer */
  GHashTable *nonces;
  char *problem;
} Gate;

static void
gate_clear (Gate *self)
{
  g_clear_pointer (&self->nonces, g_hash_table_unref);
  g_clear_pointer (&self->problem, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Gate, gate_clear)

/* The value behind name="…". */
static char *
find_param (const char *text, const char *name)
{
  g_autofree char *start = g_strdup_printf (" %s=\"", name);
  const char *at = strstr (text, start);
  const char *end = at ? strchr (at + strlen (start), '"') : NULL;

  return end ? g_strndup (at + strlen (start), end - at - strlen (start)) : g_strdup ("?");
}

/* Within a few minutes of now, as such servers have it. */
static gboolean
is_now (const char *created)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_iso8601 (created, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  return then && g_str_has_suffix (created, "Z")
         && ABS (g_date_time_difference (now, then)) < 5 * G_TIME_SPAN_MINUTE;
}

/* What is wrong; NULL for nothing. */
static const char *
judge_wsse (Gate *self, const TernOriginRequest *request)
{
  const char *given = tern_origin_request_header (request, "Authorization");
  const char *token = tern_origin_request_header (request, "X-WSSE");
  g_autofree char *name = NULL, *nonce = NULL, *created = NULL, *digest = NULL, *expected = NULL;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 bytes[20];
  gsize len = sizeof bytes;

  if (g_strcmp0 (given, "WSSE profile=\"UsernameToken\"") != 0 || !token
      || !g_str_has_prefix (token, "UsernameToken Username="))
    return "another scheme";
  name = find_param (token, "Username");
  nonce = find_param (token, "Nonce");
  created = find_param (token, "Created");
  digest = find_param (token, "PasswordDigest");
  g_checksum_update (sum, (const guchar *)nonce, -1);
  g_checksum_update (sum, (const guchar *)created, -1);
  g_checksum_update (sum, (const guchar *)"secret", -1);
  g_checksum_get_digest (sum, bytes, &len);
  expected = g_base64_encode (bytes, len);
  if (strcmp (name, "user") != 0 || strcmp (digest, expected) != 0 || !is_now (created))
    return "a wrong token";
  return g_hash_table_add (self->nonces, g_steal_pointer (&nonce)) ? NULL : "a nonce used before";
}

/* The fields that the answer says it has signed, as they came. */
static char *
gather_signed (const TernOriginRequest *request, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, " ", -1);
  g_autoptr (GString) values = g_string_new (NULL);

  for (gsize i = 0; list[i]; i++)
    {
      const char *value = *list[i] ? tern_origin_request_header (request, list[i]) : NULL;

      g_string_append (values, value ? value : "");
    }
  return g_string_free (g_steal_pointer (&values), FALSE);
}

static char *
hash (const Gate *self, char *text)
{
  g_autofree char *owned = text;

  return g_compute_checksum_for_string (self->is_md5 ? G_CHECKSUM_MD5 : G_CHECKSUM_SHA1, owned, -1);
}

static const char *
judge_hmac (Gate *self, const TernOriginRequest *request)
{
  const char *given = tern_origin_request_header (request, "Authorization");
  g_autofree char *cnonce = NULL, *uri = NULL, *response = NULL, *names = NULL, *created = NULL;
  g_autofree char *values = NULL, *inner = NULL, *key = NULL, *text = NULL, *expected = NULL;

  if (!given || !g_str_has_prefix (given, "HMACDigest username=\"user\", realm=\"lab\""))
    return "another scheme";
  cnonce = find_param (given, "cnonce");
  uri = find_param (given, "uri");
  response = find_param (given, "response");
  names = find_param (given, "headers");
  created = find_param (given, "created");
  values = gather_signed (request, names);
  inner = hash (self, g_strconcat ("secret", self->salt, NULL));
  key = hash (self, g_strdup_printf ("user:%s:lab", inner));
  text = g_strdup_printf ("%s:%s:%s:s1:%s", tern_origin_request_method (request),
                          tern_origin_request_target (request), cnonce, values);
  expected = g_compute_hmac_for_string (self->is_md5 ? G_CHECKSUM_MD5 : G_CHECKSUM_SHA1,
                                        (const guchar *)key, strlen (key), text, -1);
  if (strcmp (uri, tern_origin_request_target (request)) != 0 || strcmp (response, expected) != 0
      || !is_now (created) || !strstr (names, "x-signed "))
    return "a wrong signature";
  return g_hash_table_add (self->nonces, g_steal_pointer (&cnonce)) ? NULL : "a nonce used before";
}

static const char *
judge_bearer (Gate *self, const TernOriginRequest *request)
{
  const char *given = tern_origin_request_header (request, "Authorization");

  return g_strcmp0 (given, "Bearer to.ken~1+/==") == 0 ? NULL : "another token";
}

typedef const char *(*Judge) (Gate *self, const TernOriginRequest *request);

static Judge judges[] = { judge_wsse, judge_hmac, judge_bearer };

static void
on_gate (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Gate *self = data;
  const char *path = tern_origin_request_path (request);
  const gboolean is_answer = tern_origin_request_header (request, "Authorization") != NULL;
  const char *problem = "no answer";

  for (guint i = 0; i < G_N_ELEMENTS (judges) && is_answer && problem; i++)
    {
      static const char *const paths[] = { "/wsse", "/hmac", "/bearer" };

      if (g_str_has_prefix (path, paths[i]) || g_str_has_prefix (path, "/any"))
        problem = judges[i](self, request);
    }
  if (!problem)
    self->n_let_in++;
  else if (is_answer)
    {
      self->n_refused++;
      g_free (self->problem);
      self->problem = g_strdup_printf ("%s: %s", problem,
                                       tern_origin_request_header (request, "Authorization"));
    }
  if (problem)
    tern_origin_reply (conn, 401, NULL, self->fields, "who is there?");
  else
    tern_origin_reply (conn, 200, NULL, NULL, "come in");
}

static void
gate_init (Session *s, gboolean async, Gate *gate, const char *fields)
{
  *gate = (Gate){ .fields = fields };
  gate->nonces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  session_init (s, async);
  tern_origin_add_route (s->origin, "/", on_gate, gate);
}

static void
enter (const char *where, Session *s, const Gate *gate, const char *path)
{
  session_ask (s, "GET", path);
  session_header (s, "X-Signed", "one, \"two\"");
  session_fetch (s);
  if (gate->n_refused)
    g_error ("%s: %s", where, gate->problem);
  session_assert_at (where, s, 200, "come in");
}

#define enter(s, gate, path) enter (G_STRLOC, (s), (gate), (path))

#define WSSE "WWW-Authenticate: WSSE realm=\"w\", profile=\"UsernameToken\"\r\n"
#define HMAC "WWW-Authenticate: HMACDigest realm=\"lab\", snonce=\"s1\""

/* Each answer has a nonce that was not used before, the first 401 is the only one. */
static void
test_wsse (gboolean async, gconstpointer data)
{
  g_auto (Gate) gate = { 0 };
  g_auto (Session) s;

  gate_init (&s, async, &gate, WSSE);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  for (guint i = 0; i < 4; i++)
    enter (&s, &gate, "/wsse/a");
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 5);
  tern_client_clear_credentials (s.client);
  tern_client_add_credentials (s.client, "user", "wrong", NULL);
  session_get (&s, "/wsse/a", 401, "who is there?");
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 7);
  /* The token goes when the answer goes. */
  session_get (&s, "/elsewhere", 401, NULL);
  origin_assert_field (s.origin, 7, "X-WSSE", NULL);
}

static void
test_hmac (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *fields;
    const char *salt;
    gboolean is_md5;
  } rows[] = {
    { HMAC "\r\n", "", FALSE },
    { HMAC ", salt=\"NaCl\", algorithm=\"HMAC-SHA-1\", pw-algorithm=SHA-1\r\n", "NaCl", FALSE },
    { HMAC ", salt=\"x\", algorithm=HMAC-MD5, pw-algorithm=\"MD5\"\r\n", "x", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Gate) gate = { 0 };
      g_auto (Session) s;

      gate_init (&s, async, &gate, rows[i].fields);
      gate.salt = rows[i].salt;
      gate.is_md5 = rows[i].is_md5;
      tern_client_add_credentials (s.client, "user", "secret", NULL);
      for (guint j = 0; j < 3; j++)
        enter (&s, &gate, "/hmac/a?q=1");
      g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 4);
    }
}

static void
test_hmac_unsupported (gboolean async, gconstpointer data)
{
  static const char *const bad[] = {
    HMAC ", algorithm=HMAC-SHA-256\r\n",
    HMAC ", pw-algorithm=ROT13\r\n",
    "WWW-Authenticate: HMACDigest realm=\"lab\"\r\n",
    "WWW-Authenticate: HMACDigest snonce=\"s1\"\r\n",
  };
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      tern_client_set_errors_as_responses (s.client, FALSE);
      tern_origin_add_reply (s.origin, "/bad", 401, bad[i], "no way");
      session_ask (&s, "GET", "/bad");
      session_fetch (&s);
      session_assert_error (&s, TERN_ERROR, TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION, NULL);
      tern_client_set_errors_as_responses (s.client, TRUE);
      session_get (&s, "/bad", 500, NULL);
      session_assert_header (&s, "status", "401");
    }
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 2 * G_N_ELEMENTS (bad));
}

/* Who stands in the URI is who answers, whatever the scheme, and for that URI alone. */
static void
test_userinfo (gboolean async, gconstpointer data)
{
  static const char *const schemes[][2] = { { "wsse", WSSE }, { "hmac", HMAC "\r\n" } };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/a", schemes[i][0]);
      g_autofree char *uri = NULL;
      g_auto (Gate) gate = { 0 };
      g_auto (Session) s;

      gate_init (&s, async, &gate, schemes[i][1]);
      gate.salt = "";
      uri = g_strdup_printf ("http://user:secre%%74@127.0.0.1:%u%s",
                             tern_origin_get_port (s.origin), path);
      tern_client_add_credentials (s.client, "user", "wrong", NULL);
      enter (&s, &gate, uri);
      enter (&s, &gate, uri);
      g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 3);
      session_get (&s, path, 401, NULL);
      g_assert_cmpuint (gate.n_let_in, ==, 2);
    }
}

static TernCredentials *
on_authenticate (TernClient *client, TernChallenge *challenge, TernRequest *request, gpointer data)
{
  guint *n_asked = data;

  (*n_asked)++;
  return tern_credentials_new_token (*n_asked == 1 ? "old" : "to.ken~1+/==");
}

static void
test_bearer (gboolean async, gconstpointer data)
{
  guint n_asked = 0;
  g_auto (Gate) gate = { 0 };
  g_auto (Session) s;

  gate_init (&s, async, &gate,
             "WWW-Authenticate: Bearer realm=\"b\", error=\"invalid_token\", scope=\"a b\"\r\n");
  g_signal_connect (s.client, "authenticate", G_CALLBACK (on_authenticate), &n_asked);
  tern_client_add_credentials (s.client, "user", "secret", NULL); /* of no use here */
  session_get (&s, "/bearer/a", 200, "come in");
  g_assert_cmpuint (n_asked, ==, 2);
  g_assert_cmpuint (gate.n_refused, ==, 1);
  session_get (&s, "/bearer/b", 200, "come in");
  g_assert_cmpuint (n_asked, ==, 2);
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 4);
}

/* ---- of several ---- */

#define BASIC "WWW-Authenticate: Basic realm=\"b\"\r\n"
#define DIGEST "WWW-Authenticate: Digest realm=\"d\", nonce=\"n\", qop=\"auth\"\r\n"
#define BAD_DIGEST "WWW-Authenticate: Digest realm=\"d\", nonce=\"n\", algorithm=\"X\"\r\n"
#define BAD_HMAC HMAC ", algorithm=X\r\n"
#define OTHERS "WWW-Authenticate: Negotiate, NTLM\r\nWWW-Authenticate: Bearer\r\n"

static void
test_rank (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *fields;
    const char *scheme; /* of the answer; NULL for none */
  } rows[] = {
    { BASIC WSSE DIGEST HMAC "\r\n", "HMACDigest " },
    { BASIC WSSE DIGEST, "Digest " },
    { WSSE BASIC OTHERS, "WSSE " },
    { OTHERS BASIC, "Basic " },
    { OTHERS, NULL },
    { BASIC BAD_HMAC DIGEST, "Digest " },
    { BASIC BAD_HMAC BAD_DIGEST, "Basic " },
    { BAD_HMAC BAD_DIGEST WSSE, "WSSE " },
    { BASIC BAD_DIGEST "WWW-Authenticate: WSSE profile=\"Other\"\r\n", "Basic " },
    { BAD_DIGEST DIGEST, "Digest " },
    { BAD_DIGEST OTHERS, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernOriginRequest) last = NULL;
      const char *given;
      g_auto (Session) s;

      session_init (&s, async);
      tern_origin_add_reply (s.origin, "/any", 401, rows[i].fields, "who is there?");
      tern_client_add_credentials (s.client, "user", "secret", NULL);
      session_get (&s, "/any", 401, "who is there?");
      g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, rows[i].scheme ? 2 : 1);
      last = tern_origin_get_request (s.origin, tern_origin_n_requests (s.origin) - 1);
      given = tern_origin_request_header (last, "Authorization");
      if (rows[i].scheme)
        g_assert_true (given && g_str_has_prefix (given, rows[i].scheme));
      else
        g_assert_null (given);
    }
}

/* A name that one scheme cannot send costs the offer, and no request. */
static void
test_refuses (gboolean async, gconstpointer data)
{
  g_autoptr (GBytes) name = g_bytes_new_static ("u\001ser", 5);
  g_autoptr (GBytes) password = g_bytes_new_static ("secret", 6);
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_allow_auth_downgrade (s.client, TRUE);
  tern_origin_add_reply (s.origin, "/any", 401, HMAC "\r\n" DIGEST WSSE BASIC, "who is there?");
  tern_client_add_credentials_bytes (s.client, name, password, NULL);
  session_get (&s, "/any", 401, "who is there?");
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 2);
  origin_assert_field (s.origin, 1, "Authorization", "Basic dQFzZXI6c2VjcmV0");
  /* Where the secret would be shown instead of hidden it is not told at all. */
  tern_client_set_allow_auth_downgrade (s.client, FALSE);
  session_get (&s, "/any", 401, "who is there?");
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 3);
}

/* Each of them is one person's affair: another origin, and who has let go of it, gets nothing. */
static void
test_nothing_elsewhere (gboolean async, gconstpointer data)
{
  static const char *const paths[] = { "/wsse/a", "/hmac/a" };
  g_autofree char *uri = NULL;
  g_autofree char *location = NULL;
  g_auto (Gate) gate = { 0 };
  g_auto (Session) s;

  gate_init (&s, async, &gate, WSSE HMAC "\r\n");
  gate.salt = "";
  uri = tern_origin_uri (session_get_other (&s), "/plain");
  location = g_strdup_printf ("Location: %s\r\n", uri);
  tern_origin_add_reply (s.origin, "/hmac/away", 307, location, "away");
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  enter (&s, &gate, paths[1]);
  session_get (&s, "/hmac/away", 200, NULL);
  origin_assert_field (s.other, 0, "Authorization", NULL);
  gate.fields = WSSE;
  enter (&s, &gate, paths[0]);
  tern_origin_add_reply (s.origin, "/wsse/away", 307, location, "away");
  session_get (&s, "/wsse/away", 200, NULL);
  origin_assert_field (s.other, 1, "Authorization", NULL);
  origin_assert_field (s.other, 1, "X-WSSE", NULL);
}

/* The folder that was asked for is not told either, whatever the server names, nor what may be it.
 */
static void
test_guard (gboolean async, gconstpointer data)
{
  static const char *const basic = "WWW-Authenticate: Basic realm=\"door\"\r\n";
  static const char *const paths[] = { "/b/a", "/b/c", "/%2e%2e/b/a", "/x/%2E./b/a" };
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  tern_origin_add_reply (s.origin, "/b/a", 401,
                         "WWW-Authenticate: Digest realm=\"d\", nonce=\"n\", domain=\"/a\"\r\n",
                         "hidden");
  session_get (&s, "/b/a", 401, "hidden");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      tern_origin_add_reply (s.origin, paths[i], 401, basic, "weak");
      session_get (&s, paths[i], 401, "weak");
      g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 3 + i);
    }
  tern_origin_add_reply (s.origin, "/c", 401, basic, "weak");
  session_get (&s, "/c", 401, "weak");
  origin_assert_field (s.origin, 7, "Authorization", "Basic dXNlcjpzZWNyZXQ=");
}

#define BOTH(name, function) tern_test_add_both ("/session/auth-schemes/" name, function, NULL)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  BOTH ("wsse", test_wsse);
  BOTH ("hmacdigest", test_hmac);
  BOTH ("hmacdigest/unsupported", test_hmac_unsupported);
  BOTH ("userinfo", test_userinfo);
  BOTH ("bearer", test_bearer);
  BOTH ("rank", test_rank);
  BOTH ("refuses", test_refuses);
  BOTH ("nothing-elsewhere", test_nothing_elsewhere);
  BOTH ("guard", test_guard);
  return g_test_run ();
}
