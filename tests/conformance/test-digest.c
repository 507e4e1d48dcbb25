/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Digest promises beyond the contract: the examples of RFC 7616 (§3.9; those of §3.9.2 with
 * SHA-512/256 as it is, see erratum 4897), RFC 2617 and httplib2, compared as text, and what it
 * refuses. The hashes of the other rows were computed by other software. */
#include "answering.h"

#define REALM "realm=\"http-auth@example.org\""
#define NONCE "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\""
#define OPAQUE "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
#define CNONCE "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
#define MUFASA "Digest username=\"Mufasa\", " REALM ", " NONCE ", uri=\"/dir/index.html\", "
#define OLD_REALM "realm=\"testrealm@host.com\""
#define OLD_NONCE "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\""
#define JOE_NONCE "nonce=\"Ygk86AsKBAA=3516200d37f9a3230352fde99977bd6d472d4306\""
#define JAESON_NONCE "nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\""

typedef struct
{
  const char *path;
  Asking asking;
  const char *answer;
} Vector;

#define ASK(challenge_text, more...)                                                               \
  {                                                                                                \
    .scheme = "digest", .challenge = "Digest " challenge_text, .name = "Mufasa",                   \
    .password = "Circle of Life", .target = "/dir/index.html", .cnonce = CNONCE, more              \
  }

static const Vector vectors[] = {
  { "rfc7616-md5", ASK (REALM ", qop=\"auth, auth-int\", algorithm=MD5, " NONCE ", " OPAQUE),
    MUFASA "algorithm=MD5, response=\"8ca523f5e9506fed4657c9700eebdbec\", qop=auth, nc=00000001, "
           "cnonce=\"" CNONCE "\", " OPAQUE },
  { "rfc7616-sha-256",
    ASK (REALM ", qop=\"auth, auth-int\", algorithm=SHA-256, " NONCE ", " OPAQUE),
    MUFASA "algorithm=SHA-256, "
           "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\", "
           "qop=auth, nc=00000001, cnonce=\"" CNONCE "\", " OPAQUE },
  { "rfc7616-sha-512-256-userhash",
    { .scheme = "digest",
      .challenge
      = "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, " JAESON_NONCE
        ", charset=UTF-8, userhash=true",
      .name = "J\xc3\xa4s\xc3\xb8n Doe",
      .password = "Secret, or not?",
      .target = "/doe.json",
      .cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm" },
    "Digest username=\"793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b\", "
    "realm=\"api@example.org\", " JAESON_NONCE ", uri=\"/doe.json\", algorithm=SHA-512-256, "
    "response=\"7a4e1192babbba02e91182d2895bfdbf7adafc6e48d4e517ca301974843d840c\", qop=auth, "
    "nc=00000001, cnonce=\"NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm\", userhash=true" },
  { "rfc2617",
    { .scheme = "digest",
      .challenge = "Digest " OLD_REALM ", qop=\"auth,auth-int\", " OLD_NONCE
                   ", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
      .name = "Mufasa",
      .password = "Circle Of Life",
      .target = "/dir/index.html",
      .cnonce = "0a4f113b" },
    "Digest username=\"Mufasa\", " OLD_REALM ", " OLD_NONCE ", uri=\"/dir/index.html\", "
    "algorithm=MD5, response=\"6629fae49393a05397450978507c4ef1\", qop=auth, nc=00000001, "
    "cnonce=\"0a4f113b\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"" },
  { "rfc2069",
    { .scheme = "digest",
      .challenge
      = "Digest " OLD_REALM ", " OLD_NONCE ", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
      .name = "Mufasa",
      .password = "CircleOfLife",
      .target = "/dir/index.html",
      .cnonce = "x" },
    "Digest username=\"Mufasa\", " OLD_REALM ", " OLD_NONCE ", uri=\"/dir/index.html\", "
    "algorithm=MD5, response=\"1949323746fe6a43ef61f9606e7febea\", "
    "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"" },
  { "httplib2",
    { .scheme = "digest",
      .challenge = "Digest realm=\"myrealm\", " JOE_NONCE
                   ", algorithm=MD5, qop=\"auth\", opaque=\"atestopaque\"",
      .name = "joe",
      .password = "password",
      .cnonce = "33033375ec278a46" },
    "Digest username=\"joe\", realm=\"myrealm\", " JOE_NONCE ", uri=\"/\", algorithm=MD5, "
    "response=\"ad0feae72e2b22378c372ba19b7eac54\", qop=auth, nc=00000001, "
    "cnonce=\"33033375ec278a46\", opaque=\"atestopaque\"" },
  { "md5-sess", ASK (REALM ", qop=auth, algorithm=MD5-sess, " NONCE),
    MUFASA "algorithm=MD5-sess, response=\"e783283f46242139c486a698fec7211d\", qop=auth, "
           "nc=00000001, cnonce=\"" CNONCE "\"" },
  { "sha-256-sess", ASK (REALM ", qop=auth, algorithm=\"sha-256-SESS\", " NONCE),
    MUFASA "algorithm=SHA-256-sess, "
           "response=\"2fd51b3a77ad75bad6afad6003e818d767133c46d9e2749e7f5232ae1ea3efd7\", "
           "qop=auth, nc=00000001, cnonce=\"" CNONCE "\"" },
  { "sha-512-256-sess", ASK (REALM ", qop=auth, algorithm=SHA-512-256-sess, " NONCE),
    MUFASA "algorithm=SHA-512-256-sess, "
           "response=\"3f2a34f923c38b0fb26dce2fdfc2ce326c23cecf86fbb1444f3e51fbbc2cb92e\", "
           "qop=auth, nc=00000001, cnonce=\"" CNONCE "\"" },
  { "auth-int", ASK (REALM ", qop=\"auth-int\", " NONCE, .method = "POST", .body = "v=1"),
    MUFASA "algorithm=MD5, response=\"beb71ce784d939e8a8030380ddf6b456\", qop=auth-int, "
           "nc=00000001, cnonce=\"" CNONCE "\"" },
  { "auth-int-sha-256-sess-no-body",
    ASK (REALM ", qop=\"auth-int\", algorithm=SHA-256-sess, " NONCE, .method = "POST", .body = ""),
    MUFASA "algorithm=SHA-256-sess, "
           "response=\"138afed44de14fdf9bdd2ef312d8e5a671899200253ce780827129e6f3146372\", "
           "qop=auth-int, nc=00000001, cnonce=\"" CNONCE "\"" },
  { "both-qops-any-order", ASK (REALM ", qop=\"auth-int auth , x-new\", " NONCE),
    MUFASA "algorithm=MD5, response=\"8ca523f5e9506fed4657c9700eebdbec\", qop=auth, nc=00000001, "
           "cnonce=\"" CNONCE "\"" },
  { "nonce-count", ASK (REALM ", qop=auth, " NONCE, .nonce_count = 255),
    MUFASA "algorithm=MD5, response=\"7d2abbd9e8d4f1777c29e0099f90f51b\", qop=auth, nc=000000ff, "
           "cnonce=\"" CNONCE "\"" },
  { "latin-1-realm",
    { .scheme = "digest",
      .challenge = "Digest realm=\"r\xe9"
                   "alm\", nonce=n, qop=auth",
      .name = "u",
      .password = "p",
      .cnonce = "c" },
    "Digest username=\"u\", realm=\"r\xe9"
    "alm\", nonce=\"n\", uri=\"/\", algorithm=MD5, "
    "response=\"8c7641270b9d0424d3acfd3f93e30c3e\", qop=auth, nc=00000001, cnonce=\"c\"" },
};

static void
test_vector (gconstpointer data)
{
  const Vector *vector = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernHeaders) headers = answering_respond (&vector->asking, &error);
  g_autoptr (GBytes) value = NULL;

  g_assert_no_error (error);
  value = tern_headers_get_bytes (headers, "Authorization");
  g_assert_nonnull (value);
  g_assert_cmpmem (g_bytes_get_data (value, NULL), g_bytes_get_size (value), vector->answer,
                   strlen (vector->answer));
}

/* ---- names ---- */

static const struct
{
  const char *name;
  const char *options;
  const char *sent; /* NULL: refused */
} names[] = {
  { "plain", "", "username=\"plain\"" },
  { "", "", "username=\"\"" },
  { "a \"quoted\" \\name", "", "username=\"a \\\"quoted\\\" \\\\name\"" },
  { "colon:ed", "", "username=\"colon:ed\"" },
  { "J\xc3\xa4s\xc3\xb8n", "", "username=\"J\xc3\xa4s\xc3\xb8n\"" },
  { "J\xc3\xa4s\xc3\xb8n Doe", ", charset=UTF-8", "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe" },
  { "plain", ", charset=UTF-8", "username=\"plain\"" },
  { "line\nbreak", ", charset=utf-8", "username*=UTF-8''line%0Abreak" },
  { "\xff\xfe", ", charset=UTF-8", "username=\"\xff\xfe\"" },
  { "line\r\nX-Evil: 1", "", NULL },
  { "del\x7f", "", NULL },
  { "line\nbreak", ", userhash=true", "username=\"" },
};

static void
test_names (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *challenge
          = g_strconcat ("Digest realm=r, nonce=n, qop=auth", names[i].options, NULL);
      const Asking asking = { .scheme = "digest",
                              .challenge = challenge,
                              .name = names[i].name,
                              .password = "p",
                              .cnonce = "c" };
      g_autoptr (GError) error = NULL;
      g_autoptr (TernHeaders) headers = answering_respond (&asking, &error);
      g_autoptr (GBytes) value = NULL;
      g_autofree char *expected = g_strconcat ("Digest ", names[i].sent, NULL);

      if (names[i].sent == NULL)
        {
          g_assert_null (headers);
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
          continue;
        }
      g_assert_no_error (error);
      value = tern_headers_get_bytes (headers, "Authorization");
      g_assert_cmpmem (g_bytes_get_data (value, NULL),
                       MIN (g_bytes_get_size (value), strlen (expected)), expected,
                       strlen (expected));
    }
}

/* ---- what is refused ---- */

static void
test_refusals (void)
{
  static const char *const challenges[] = {
    "Digest nonce=n, qop=auth",
    "Digest realm=r, qop=auth",
    "Digest realm=r, nonce=\"\", qop=auth",
    "Digest realm=r, nonce=n, qop=auth, algorithm=SHA-1",
    "Digest realm=r, nonce=n, qop=auth, algorithm=MD5-session",
    "Digest realm=r, nonce=n, qop=auth, algorithm=MD",
    "Digest realm=r, nonce=n, qop=auth, algorithm=\"\"",
    "Digest realm=r, nonce=n, qop=auth, algorithm=\"\\\"\x01\xff\"",
    "Digest realm=r, nonce=n, qop=auth-conf",
    "Digest realm=r, nonce=n, qop=\"authority\"",
    "Digest realm=r, nonce=n, algorithm=MD5-sess",
    "Digest",
  };

  for (guint i = 0; i < G_N_ELEMENTS (challenges); i++)
    {
      const Asking asking = { .scheme = "digest",
                              .challenge = challenges[i],
                              .name = "u",
                              .password = "s3cret",
                              .cnonce = "c" };
      g_autoptr (GError) error = NULL;

      g_assert_null (answering_respond (&asking, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (strstr (error->message, "s3cret"));
    }
}

/* A body that can be read once only cannot be signed and sent. */
static void
test_no_body_hash (void)
{
  const Asking asking = ASK ("realm=r, nonce=n, qop=auth-int");
  g_autoptr (GError) error = NULL;

  g_assert_null (answering_respond (&asking, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE);
}

/* Only who is asked for the body's hash says so. */
static void
test_flags (void)
{
  const Asking with = ASK ("realm=r, nonce=n, qop=auth-int");
  const Asking without = ASK ("realm=r, nonce=n, qop=\"auth,auth-int\"");
  g_autoptr (TernAuthScheme) one = answering_accept (&with, NULL);
  g_autoptr (TernAuthScheme) other = answering_accept (&without, NULL);

  g_assert_cmpuint (TERN_AUTH_SCHEME_GET_IFACE (one)->get_flags (one), ==,
                    TERN_AUTH_NEEDS_PASSWORD | TERN_AUTH_NEEDS_BODY_HASH);
  g_assert_cmpuint (TERN_AUTH_SCHEME_GET_IFACE (other)->get_flags (other), ==,
                    TERN_AUTH_NEEDS_PASSWORD);
}

/* ---- what comes after ---- */

static void
test_judge (void)
{
  static const struct
  {
    const char *challenge;
    TernAuthVerdict verdict;
  } rows[] = {
    { "Digest realm=r, nonce=n2, qop=auth, stale=true", TERN_AUTH_STALE },
    { "Digest realm=r, nonce=n2, qop=auth, stale=TRUE", TERN_AUTH_STALE },
    { "Digest realm=r, nonce=n2, qop=auth, stale=false", TERN_AUTH_WRONG },
    { "Digest realm=r, nonce=n2, qop=auth", TERN_AUTH_WRONG },
    { "Digest realm=other, nonce=n2, qop=auth, stale=true", TERN_AUTH_WRONG },
    { "Digest realm=r, nonce=n2, qop=auth, stale=true, algorithm=SHA-256", TERN_AUTH_WRONG },
    { "Digest realm=r, stale=true", TERN_AUTH_WRONG },
    { "Basic realm=r, stale=true", TERN_AUTH_WRONG },
  };
  const Asking asking = ASK ("realm=r, nonce=n, qop=auth");
  g_autoptr (TernAuthScheme) scheme = answering_accept (&asking, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) challenges = tern_challenges_parse (rows[i].challenge, NULL);

      g_assert_cmpint (TERN_AUTH_SCHEME_GET_IFACE (scheme)->judge (scheme, challenges->pdata[0]),
                       ==, rows[i].verdict);
    }
}

static void
test_verify (void)
{
  static const struct
  {
    const char *info;
    gboolean passes;
  } rows[] = {
    { "rspauth=\"437855be135912750a8aa359e8730854\", qop=auth, nc=00000001", TRUE },
    { "rspauth=\"437855BE135912750A8AA359E8730854\"", TRUE },
    { "nextnonce=\"abc\"", TRUE },
    { "", TRUE },
    { ",,=,", TRUE },
    { "rspauth=\"437855be135912750a8aa359e8730855\"", FALSE },
    { "rspauth=\"\"", FALSE },
  };
  const Asking asking = vectors[5].asking;
  g_autoptr (TernAuthScheme) scheme = answering_accept (&asking, NULL);
  g_autoptr (TernCredentials) credentials = tern_credentials_new (asking.name, asking.password);
  g_autoptr (TernHeaders) none = tern_headers_new ();
  const TernAuthRequest request = answering_request (&asking, none);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (TERN_AUTH_SCHEME_GET_IFACE (scheme)->verify (scheme, &request, credentials,
                                                                    rows[i].info, &error),
                       ==, rows[i].passes);
      g_assert_true ((error == NULL) == rows[i].passes);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *path = g_strconcat ("/digest/vectors/", vectors[i].path, NULL);

      g_test_add_data_func (path, &vectors[i], test_vector);
    }
  g_test_add_func ("/digest/names", test_names);
  g_test_add_func ("/digest/refusals", test_refusals);
  g_test_add_func ("/digest/no-body-hash", test_no_body_hash);
  g_test_add_func ("/digest/flags", test_flags);
  g_test_add_func ("/digest/judge", test_judge);
  g_test_add_func ("/digest/verify", test_verify);
  return g_test_run ();
}
