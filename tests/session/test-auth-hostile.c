/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Servers and proxies that ask in the worst way: far too much, for ever, or in words that are none.
 * What comes of it is an answer, a refusal or an error, in a bounded number of requests, a bounded
 * time, and without a warning. */

#include <tern/tern-challenge.h>
#include <tern/tern-credentials.h>
#include <tern/tern-proxy.h>

#include "session.h"

#include <string.h>

/* What nobody needs who answers one request. */
#define MOST_REQUESTS 12
/* A megabyte takes some milliseconds; what is quadratic takes minutes. */
#define MOST_MS 10000

/* One request, whatever comes of it. */
static void
survive (Session *s, const char *path)
{
  const gint64 begun = tern_test_watch_start ();

  tern_origin_clear_log (s->origin);
  session_ask (s, "GET", path);
  session_fetch (s);
  g_assert_true (s->response || s->error);
  g_assert_cmpuint (tern_origin_n_requests (s->origin), <=, MOST_REQUESTS);
  g_assert_cmpfloat (tern_test_watch_ms (begun), <, MOST_MS);
}

/* The refusal itself, or that its only offer cannot be answered. */
static void
assert_refused (Session *s)
{
  if (!g_error_matches (s->error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION)
      && !g_error_matches (s->error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION))
    session_assert (s, 401, "who is there?");
}

static void
hostile_init (Session *s, gboolean async)
{
  session_init (s, async);
  tern_client_add_credentials (s->client, "user", "secret", NULL);
  tern_client_set_allow_auth_downgrade (s->client, TRUE);
}

/* @text over and over in fields of less than a line's length. */
static char *
make_fields (const char *name, const char *text, guint n, guint n_fields)
{
  GString *fields = g_string_new (NULL);

  for (guint i = 0; i < n_fields; i++)
    {
      g_string_append_printf (fields, "%s: ", name);
      for (guint j = 0; j < n / n_fields; j++)
        g_string_append_printf (fields, "%s%s", j ? ", " : "", text);
      g_string_append (fields, "\r\n");
    }
  return g_string_free (fields, FALSE);
}

static void
test_many (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *text;
    guint n, n_fields;
  } rows[] = {
    { "Negotiate", 10000, 2 },
    { "Basic realm=\"x\"", 10000, 5 },
    { "Digest realm=x, nonce=n, qop=auth", 10000, 10 },
    { "Digest realm=\"x\"", 10000, 5 },
    { "Digest", 10000, 2 },
    { "Basic", 100, 100 },
    { "Digest realm=\"x\", nonce=\"n\", algorithm=\"SHA-512-256\"", 100, 100 },
    { "a=b", 15000, 5 },
    { ",", 30000, 4 },
    { "\"", 15000, 2 },
    { "\\\"", 15000, 2 },
    { "= = = =", 10000, 5 },
    { "Basic Basic", 10000, 5 },
    { "x y z", 10000, 3 },
    { "HMACDigest realm=x, snonce=s", 8000, 10 },
    { "WSSE profile=UsernameToken", 8000, 10 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fields
          = make_fields ("WWW-Authenticate", rows[i].text, rows[i].n, rows[i].n_fields);
      g_auto (Session) s;

      hostile_init (&s, async);
      tern_origin_add_reply (s.origin, "/many", 401, fields, "who is there?");
      survive (&s, "/many"); /* in most cases more than a head may be */
      tern_client_set_max_header_size (s.client, 4 * 1024 * 1024);
      survive (&s, "/many");
      assert_refused (&s);
    }
}

/* A parameter as long as a line can be, and one that is longer than a head may be. */
static void
test_long (gboolean async, gconstpointer data)
{
  static const char *const shapes[] = {
    "Digest realm=\"%s\", nonce=\"n\", qop=\"auth\"",
    "Digest realm=\"x\", nonce=\"%s\", qop=\"auth\"",
    "Digest realm=\"x\", nonce=\"n\", opaque=\"%s\"",
    "Digest realm=\"x\", nonce=\"n\", qop=\"%s\"",
    "Digest realm=\"x\", nonce=\"n\", algorithm=%s",
    "Digest realm=\"x\", nonce=\"n\", domain=\"/%s\"",
    "Digest realm=\"x\", nonce=\"n\", %s=y",
    "Digest %s",
    "%s",
    "Basic realm=\"%s",
    "HMACDigest realm=\"%s\", snonce=\"n\"",
    "HMACDigest realm=\"x\", snonce=\"%s\", salt=\"%s\"",
    "WSSE profile=\"%s\"",
  };
  static const gsize sizes[] = { 7000, 60000, 1000000 };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (sizes); j++)
      {
        g_autofree char *much = g_strnfill (sizes[j], 'a');
        g_auto (GStrv) parts = g_strsplit (shapes[i], "%s", -1);
        g_autofree char *text = g_strjoinv (much, parts);
        g_autofree char *fields = g_strdup_printf ("WWW-Authenticate: %s\r\n", text);
        g_auto (Session) s;

        hostile_init (&s, async);
        tern_origin_add_reply (s.origin, "/long", 401, fields, "who is there?");
        survive (&s, "/long");
        if (sizes[j] > 100000)
          g_assert_true (s.error && s.error->domain == TERN_ERROR);
      }
}

/* Each refusal differs from the one before, and none is an end. */
static void
on_endless (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  static const char *const shapes[] = {
    "Basic realm=\"%u\"",
    "Digest realm=\"r\", nonce=\"%u\", qop=\"auth\", stale=true",
    "Digest realm=\"%u\", nonce=\"n\", qop=\"auth-int\", stale=TRUE",
    "Digest realm=\"%u\", nonce=\"n\"",
    "HMACDigest realm=\"r\", snonce=\"%u\", reason=\"stale\"",
    "HMACDigest realm=\"r\", snonce=\"%u\", reason=\"integrity\"",
    "WSSE realm=\"%u\"",
    "Bearer error=\"%u\"",
  };
  const guint which = GPOINTER_TO_UINT (data) & 0xFF;
  const gboolean for_proxy = GPOINTER_TO_UINT (data) & 0x100;
  const guint number = tern_origin_request_index (request);
  g_auto (GStrv) parts = g_strsplit (shapes[which % G_N_ELEMENTS (shapes)], "%u", 2);
  g_autofree char *fields
      = g_strdup_printf ("%s: %s%u%s\r\n", for_proxy ? "Proxy-Authenticate" : "WWW-Authenticate",
                         parts[0], number, parts[1] ? parts[1] : "");

  tern_origin_reply (conn, for_proxy ? 407 : 401, NULL, fields, "who is there?");
}

#define N_ENDLESS 8

static TernCredentials *
on_authenticate (TernClient *client, TernChallenge *challenge, TernRequest *request, gpointer data)
{
  guint *n_asked = data;

  (*n_asked)++;
  if (strcmp (tern_challenge_get_scheme (challenge), "bearer") == 0)
    return tern_credentials_new_token ("token");
  return tern_credentials_new ("user", "another");
}

static void
test_endless (gboolean async, gconstpointer data)
{
  for (guint i = 0; i < N_ENDLESS; i++)
    {
      guint n_asked = 0;
      g_auto (Session) s;

      hostile_init (&s, async);
      tern_origin_add_route (s.origin, "/", on_endless, GUINT_TO_POINTER (i));
      survive (&s, "/a");
      session_assert (&s, 401, "who is there?");
      /* Nor does a person who never tires. */
      g_signal_connect (s.client, "authenticate", G_CALLBACK (on_authenticate), &n_asked);
      survive (&s, "/b");
      session_assert (&s, 401, "who is there?");
      g_assert_cmpuint (n_asked, <=, 10);
    }
}

static void
test_endless_proxy (gboolean async, gconstpointer data)
{
  for (guint i = 0; i < N_ENDLESS; i++)
    {
      guint n_asked = 0;
      g_autoptr (TernOrigin) relay = tern_origin_new ();
      g_autoptr (TernProxy) proxy
          = tern_proxy_new (TERN_PROXY_HTTP, "127.0.0.1", tern_origin_get_port (relay));
      g_auto (Session) s;

      hostile_init (&s, async);
      tern_origin_add_route (relay, "", on_endless, GUINT_TO_POINTER (i | 0x100));
      tern_proxy_set_credentials (proxy, "user", "secret");
      tern_client_set_proxy (s.client, proxy);
      g_signal_connect (s.client, "authenticate", G_CALLBACK (on_authenticate), &n_asked);
      session_get (&s, "http://far.example.test/", 407, "who is there?");
      g_assert_cmpuint (tern_origin_n_requests (relay), <=, MOST_REQUESTS);
      session_ask (&s, "GET", "https://far.example.test/");
      session_fetch (&s);
      session_assert_error (&s, TERN_ERROR, TERN_ERROR_PROXY_AUTH, "407");
      g_assert_cmpuint (tern_origin_n_requests (relay), <=, 2 * MOST_REQUESTS);
      g_assert_cmpuint (n_asked, <=, 20);
    }
}

/* Words that are none, or none that anybody should answer: the refusal, an error, or an answer
 * without anything that was not asked for. */
static void
test_odd (gboolean async, gconstpointer data)
{
  static const char *const rows[] = {
    "Digest realm=\"x\" nonce=\"n\" qop=\"auth\"", /* not a comma */
    "Digest realm=\"x\",nonce=\"n\",qop=\"auth\"",
    "Digest\trealm=\"x\"\t,\tnonce=\"n\"",
    "Digest realm = \"x\" , nonce = \"n\"",
    "Digest realm=\"x\", nonce=\"n\", realm=\"y\", nonce=\"m\"",
    "Digest realm=\"\\\"\\\\\\a\", nonce=\"\\n\\r\\0\"",
    "Digest realm=\"x\\\", nonce=\"n\"",
    "Digest realm=\"x, nonce=\"n\"",
    "Digest realm=\"x\"y, nonce=\"n\"z",
    "Digest realm='x', nonce='n'",
    "Digest realm=\"\", nonce=\"n\"",
    "Digest realm=\"x\", nonce=\"\"",
    "Digest realm=x, nonce=n, qop=\",,,auth-int,,\"",
    "Digest realm=x, nonce=n, stale=maybe, userhash=perhaps, charset=EBCDIC",
    "Digest realm=x, nonce=n, qop=auth, nextnonce=z, rspauth=q",
    "Digest realm=x, nonce=n, domain=\"\\\\\\\\ /%zz ../../.. :// //\"",
    "Digest realm=\"\303\251\342\202\254\", nonce=\"n\303\"", /* UTF-8, and what is cut off */
    "Digest realm=\"\351\200\377\", nonce=\"\351\"",          /* Latin-1 */
    "Digest realm=\"x\", nonce=\"n\", opaque=\"\240\"",
    "Digest abcdef==",
    "Digest realm=\"x\", nonce=\"n\", algorithm=md5-SESS, qop=AUTH",
    "Digest realm=\"x\", nonce=\"n\", algorithm=SHA-256-sess-sess",
    "Digest realm=\"x\", nonce=\"n\", algorithm=MD5MD5",
    "D\303\251gest realm=x, nonce=n",
    "Digest, Digest, , Digest realm=x, nonce=n",
    "realm=\"x\", nonce=\"n\"",
    "Basic Basic Basic realm=x",
    "Basic =, Basic ==, Basic \"\"",
    "HMACDigest realm=\"\303\", snonce=\"\377\", salt=\"\"",
    "HMACDigest realm=x, snonce=s, algorithm=\"\", pw-algorithm=\"\"",
    "WSSE profile=\"\", realm=\"\377\"",
    "WSSE UsernameToken",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fields = g_strdup_printf ("WWW-Authenticate: %s\r\n", rows[i]);
      g_auto (Session) s;

      hostile_init (&s, async);
      tern_origin_add_reply (s.origin, "/odd", 401, fields, "who is there?");
      survive (&s, "/odd");
      assert_refused (&s);
      g_assert_cmpuint (tern_origin_n_requests (s.origin), <=, 2);
    }
}

/* A NUL, or a bare CR, in a head is no head (RFC 9112 §2.2). */
static void
test_nul (gboolean async, gconstpointer data)
{
  static const char nul[] = "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"\0\"\r\n"
                            "Content-Length: 0\r\n\r\n";
  static const char cr[] = "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"\rX: y\"\r\n"
                           "Content-Length: 0\r\n\r\n";
  g_auto (Session) s;

  hostile_init (&s, async);
  tern_origin_push_script (s.origin, nul, sizeof nul - 1, 0);
  survive (&s, "/a");
  g_assert_nonnull (s.error);
  tern_origin_push_script (s.origin, cr, sizeof cr - 1, 0);
  survive (&s, "/a");
  g_assert_nonnull (s.error);
  g_assert_cmpuint (tern_origin_n_requests (s.origin), ==, 1);
}

/* Names and passwords of any bytes never make a field of their own. */
static void
test_names (gboolean async, gconstpointer data)
{
  static const struct
  {
    const char *name;
    gssize len;
  } rows[] = {
    { "", 0 },
    { "a\0b", 3 },
    { "a\r\nX-Evil: 1", 12 },
    { "\"", 1 },
    { "\\", 1 },
    { "\", uri=\"/evil", 13 },
    { "\303\251", 2 },
    { "\377\376", 2 },
    { "a:b", 3 },
    { "\t", 1 },
    { "\177", 1 },
    { "\302\205\342\200\250", 5 },
    { "a, Basic x", 10 },
  };
  static const char *const challenges[] = {
    "Basic realm=x",
    "Digest realm=x, nonce=n, qop=auth",
    "Digest realm=x, nonce=n, charset=UTF-8",
    "Digest realm=x, nonce=n, charset=UTF-8, userhash=true, algorithm=SHA-512-256",
    "WSSE",
    "HMACDigest realm=x, snonce=s",
    "Bearer",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint j = 0; j < G_N_ELEMENTS (challenges); j++)
      {
        g_autofree char *fields = g_strdup_printf ("WWW-Authenticate: %s\r\n", challenges[j]);
        g_autoptr (GBytes) bytes = g_bytes_new_static (rows[i].name, rows[i].len);
        g_auto (Session) s;

        session_init (&s, async);
        tern_client_add_credentials_bytes (s.client, bytes, bytes, NULL);
        tern_origin_add_reply (s.origin, "/a", 401, fields, "who is there?");
        survive (&s, "/a");
        g_assert_no_error (s.error);
        session_assert (&s, 401, "who is there?");
        for (guint k = 0; k < tern_origin_n_requests (s.origin); k++)
          {
            g_autoptr (TernOriginRequest) request = tern_origin_get_request (s.origin, k);
            const char *given = tern_origin_request_header (request, "Authorization");

            origin_assert_field (s.origin, k, "X-Evil", NULL);
            g_assert_cmpuint (tern_origin_request_n_headers (request, "Authorization"), <=, 1);
            if (given)
              g_assert_null (strstr (given, ", uri=\"/evil"));
          }
      }
}

/* Authentication-Info is as bad as a challenge can be. */
static void
on_info (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  if (tern_origin_request_header (request, "Authorization"))
    tern_origin_reply (conn, 200, NULL, data, "come in");
  else
    tern_origin_reply (conn, 401, NULL, "WWW-Authenticate: Digest realm=x, nonce=n, qop=auth\r\n",
                       "who is there?");
}

static void
test_info (gboolean async, gconstpointer data)
{
  static const char *const rows[] = {
    "",
    "=",
    "rspauth=",
    "rspauth=\"",
    "rspauth=\"x\", rspauth=\"y\"",
    "nextnonce=\"\"",
    "nextnonce=\"a\\\"b\", nextnonce=\"c\"",
    "nextnonce=\"\377\"",
    "nextnonce",
    ",,,,",
    "Digest x",
    "\", \", \"",
    "nc=ffffffff, cnonce=\"\", qop=auth-int, rspauth=\"0\"",
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fields = g_strdup_printf ("Authentication-Info: %s\r\n", rows[i]);
      g_autofree char *many = make_fields ("Authentication-Info", "nextnonce=\"x\"", 2000, 2);
      g_auto (Session) s;

      hostile_init (&s, async);
      tern_origin_add_route (s.origin, "/a", on_info, fields);
      tern_origin_add_route (s.origin, "/many", on_info, many);
      for (guint j = 0; j < 2; j++)
        {
          survive (&s, "/a");
          session_assert (&s, 200, "come in");
          survive (&s, "/many");
          session_assert (&s, 200, "come in");
        }
    }
}

#define BOTH(name, function) tern_test_add_both ("/session/auth-hostile/" name, function, NULL)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  BOTH ("many", test_many);
  BOTH ("long", test_long);
  BOTH ("endless", test_endless);
  BOTH ("endless/proxy", test_endless_proxy);
  BOTH ("odd", test_odd);
  BOTH ("nul", test_nul);
  BOTH ("names", test_names);
  BOTH ("info", test_info);
  return g_test_run ();
}
