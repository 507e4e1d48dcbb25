/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which responses are followed, where to, and what goes along. */
#include "policy/tern-redirect.h"

#include <tern/tern-error.h>

#include "test-fields.h"

static const int default_codes[] = { 300, 301, 302, 303, 307, 308 };
static const char *const default_safe[] = { "GET", "HEAD", "OPTIONS", "TRACE", NULL };

static TernRedirectRules
default_rules (void)
{
  return (TernRedirectRules){ TRUE, FALSE, FALSE, default_codes, G_N_ELEMENTS (default_codes),
                              default_safe };
}

typedef struct
{
  TernRedirectVerdict verdict;
  char *uri;
  TernRedirect redirect;
  GError *error;
} Outcome;

static Outcome
decide (const TernRedirectRules *rules, const char *method, const char *uri, guint status,
        const char *fields)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernUri) base = tern_uri_parse (uri, &error);
  g_autoptr (TernHeaders) headers = fields_new (fields);
  Outcome outcome = { 0 };

  g_assert_no_error (error);
  outcome.verdict = tern_redirect_decide (rules, method, base, status, headers, &outcome.redirect,
                                          &outcome.error);
  g_assert_cmpint (outcome.error != NULL, ==, outcome.verdict == TERN_REDIRECT_FAILED);
  g_assert_cmpint (outcome.redirect.uri != NULL, ==, outcome.verdict == TERN_REDIRECT_FOLLOW);
  if (outcome.redirect.uri)
    outcome.uri = tern_uri_to_string (outcome.redirect.uri, TRUE);
  return outcome;
}

static void
outcome_clear (Outcome *outcome)
{
  tern_redirect_clear (&outcome->redirect);
  g_clear_error (&outcome->error);
  g_free (outcome->uri);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

#define N TERN_REDIRECT_NONE
#define F TERN_REDIRECT_FOLLOW

/* httplib2's table: what is followed without and with follow_all. */
static void
test_matrix (void)
{
  static const char *const methods[] = { "GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "get" };
  static const struct
  {
    guint status;
    TernRedirectVerdict safe, unsafe, all;
  } rows[] = {
    { 200, N, N, N }, { 201, N, N, N }, { 300, F, N, F }, { 301, F, N, F }, { 302, F, N, F },
    { 303, F, F, F }, { 304, N, N, N }, { 305, N, N, N }, { 306, N, N, N }, { 307, F, N, F },
    { 308, F, F, F }, { 399, N, N, N }, { 404, N, N, N },
  };
  TernRedirectRules rules = default_rules ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize m = 0; m < G_N_ELEMENTS (methods); m++)
      for (int all = 0; all < 2; all++)
        {
          const TernRedirectVerdict plain = m < 4 ? rows[i].safe : rows[i].unsafe;
          const TernRedirectVerdict expected = all ? rows[i].all : plain;
          g_auto (Outcome) outcome = { 0 };

          rules.follow_all = all;
          outcome = decide (&rules, methods[m], "http://a/x", rows[i].status, "Location: /y");
          g_assert_cmpint (outcome.verdict, ==, expected);
          if (expected == F)
            g_assert_cmpstr (outcome.uri, ==, "http://a/y");
        }
}

static void
test_methods (void)
{
  static const struct
  {
    guint status;
    const char *method, *next;
    gboolean drop;
  } rows[] = {
    { 300, "POST", "POST", FALSE },     { 301, "POST", "POST", FALSE },
    { 302, "POST", "GET", TRUE },       { 303, "POST", "GET", TRUE },
    { 307, "POST", "POST", FALSE },     { 308, "POST", "POST", FALSE },
    { 302, "HEAD", "HEAD", TRUE },      { 303, "HEAD", "HEAD", TRUE },
    { 303, "DELETE", "GET", TRUE },     { 302, "PUT", "GET", TRUE },
    { 308, "DELETE", "DELETE", FALSE }, { 302, "GET", "GET", TRUE },
    { 301, "GET", "GET", FALSE },       { 303, "OPTIONS", "GET", TRUE },
  };
  TernRedirectRules rules = default_rules ();

  rules.follow_all = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Outcome) outcome
        = decide (&rules, rows[i].method, "http://a/x", rows[i].status, "Location: /y");

      g_assert_cmpint (outcome.verdict, ==, F);
      g_assert_cmpstr (outcome.redirect.method, ==, rows[i].next);
      g_assert_cmpint (outcome.redirect.drop_body, ==, rows[i].drop);
    }
}

static void
test_switches (void)
{
  static const int forbidden[] = { 304, 305, 100, 201 };
  static const char *const post_is_safe[] = { "POST", NULL };
  TernRedirectRules rules = default_rules ();

  rules.follow = FALSE;
  rules.follow_all = TRUE;
  {
    g_auto (Outcome) off = decide (&rules, "GET", "http://a/", 301, "Location: /y");
    g_assert_cmpint (off.verdict, ==, N);
  }
  rules = default_rules ();
  rules.safe_methods = post_is_safe;
  {
    g_auto (Outcome) post = decide (&rules, "POST", "http://a/", 307, "Location: /y");
    g_auto (Outcome) get = decide (&rules, "GET", "http://a/", 307, "Location: /y");
    g_assert_cmpint (post.verdict, ==, F);
    g_assert_cmpint (get.verdict, ==, N);
  }
  rules = default_rules ();
  rules.codes = forbidden;
  rules.n_codes = G_N_ELEMENTS (forbidden);
  for (guint status = 100; status < 600; status++)
    {
      g_auto (Outcome) outcome = decide (&rules, "GET", "http://a/", status, "Location: /y");
      g_assert_cmpint (outcome.verdict, ==, status == 201 ? F : N);
    }
}

static void
test_missing_location (void)
{
  static const char *const without[] = { "", "Content-Length: 0", "Location:", "Location:  " };
  const TernRedirectRules rules = default_rules ();

  for (gsize i = 0; i < G_N_ELEMENTS (without); i++)
    for (gsize c = 0; c < G_N_ELEMENTS (default_codes); c++)
      {
        g_auto (Outcome) outcome = decide (&rules, "GET", "http://a/", default_codes[c],
                                           without[i]);

        if (default_codes[c] == 300)
          g_assert_cmpint (outcome.verdict, ==, N);
        else
          g_assert_error (outcome.error, TERN_ERROR, TERN_ERROR_REDIRECT_MISSING_LOCATION);
      }
  {
    g_auto (Outcome) post = decide (&rules, "POST", "http://a/", 302, "");
    g_assert_cmpint (post.verdict, ==, N);
  }
}

static void
test_targets (void)
{
  static const struct
  {
    const char *base, *location, *target;
  } rows[] = {
    { "http://a/b/c?q", "d", "http://a/b/d" },
    { "http://a/b/c?q", "/d?e", "http://a/d?e" },
    { "http://a/b/c?q", "?e", "http://a/b/c?e" },
    { "http://a/b/c", "../d", "http://a/d" },
    { "http://a/b/c", "../../../d", "http://a/d" },
    { "https://a/b", "//c/d", "https://c/d" },
    { "http://a/b", "HTTPS://C/d", "https://c/d" },
    { "http://a/b#frag", "/c", "http://a/c#frag" },
    { "http://a/b#frag", "/c#own", "http://a/c#own" },
    { "http://a/b#frag", "http://c/#", "http://c/#" },
    { "http://a/b", "http://user:pw@c/d", "http://c/d" },
    { "http://a/b", "/with blank", "http://a/with%20blank" },
    { "http://a/b", "/caf\xC3\xA9", "http://a/caf%C3%A9" },
    { "http://a/b", "/caf\xE9", "http://a/caf%E9" },
    { "http://a/b", "/%63af", "http://a/%63af" },
    { "http://a/b", "http://[::1]:8080/x", "http://[::1]:8080/x" },
  };
  const TernRedirectRules rules = default_rules ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fields = g_strconcat ("Location: ", rows[i].location, NULL);
      g_auto (Outcome) outcome = decide (&rules, "GET", rows[i].base, 301, fields);

      g_assert_no_error (outcome.error);
      g_assert_cmpstr (outcome.uri, ==, rows[i].target);
    }
}

static void
test_bad_targets (void)
{
  static const struct
  {
    const char *location;
    int code; /* -1: any of TERN_ERROR */
  } rows[] = {
    { "ftp://a/x", TERN_ERROR_UNSUPPORTED_SCHEME },
    { "file:///etc/passwd", TERN_ERROR_UNSUPPORTED_SCHEME },
    { "data:text/plain,x", TERN_ERROR_UNSUPPORTED_SCHEME },
    { "javascript:alert(1)", TERN_ERROR_UNSUPPORTED_SCHEME },
    { "gopher://a/", TERN_ERROR_UNSUPPORTED_SCHEME },
    { "http://", -1 },
    { "http://a:99999/", -1 },
    { "http://a:80:80/", -1 },
    { "http://a b/", -1 },
    { "http://a\\@b/", -1 },
    { "http://[::1/", -1 },
    { "http://a\x01/", -1 },
    { "/x\x7F", -1 },
  };
  const TernRedirectRules rules = default_rules ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fields = g_strconcat ("Location: ", rows[i].location, NULL);
      g_auto (Outcome) outcome = decide (&rules, "GET", "http://a/", 302, fields);

      g_assert_cmpint (outcome.verdict, ==, TERN_REDIRECT_FAILED);
      g_assert_true (outcome.error->domain == TERN_ERROR);
      if (rows[i].code >= 0)
        {
          g_assert_cmpint (outcome.error->code, ==, rows[i].code);
          g_assert_nonnull (strstr (outcome.error->message, rows[i].location));
        }
      g_assert_true (g_str_is_ascii (outcome.error->message)
                     || g_utf8_validate (outcome.error->message, -1, NULL));
    }
}

static void
test_long_bad_target (void)
{
  const TernRedirectRules rules = default_rules ();
  g_autofree char *junk = g_strnfill (60000, 'x');
  g_autofree char *fields = g_strconcat ("Location: ftp://", junk, NULL);
  g_auto (Outcome) outcome = decide (&rules, "GET", "http://a/", 302, fields);

  g_assert_error (outcome.error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_SCHEME);
}

static void
test_several_locations (void)
{
  const TernRedirectRules rules = default_rules ();
  g_auto (Outcome) same = decide (&rules, "GET", "http://a/", 302, "Location: /x\nlocation: /x");
  g_auto (Outcome) other = decide (&rules, "GET", "http://a/", 302, "Location: /x\nLOCATION: /y");
  g_auto (Outcome) empty = decide (&rules, "GET", "http://a/", 302, "Location: /x\nLocation:");

  g_assert_cmpstr (same.uri, ==, "http://a/x");
  g_assert_error (other.error, TERN_ERROR, TERN_ERROR_MALFORMED_HEADER);
  g_assert_error (empty.error, TERN_ERROR, TERN_ERROR_MALFORMED_HEADER);
}

static void
test_origins (void)
{
  static const struct
  {
    const char *base, *location;
    gboolean cross, down;
  } rows[] = {
    { "http://a/", "/b", FALSE, FALSE },
    { "http://a/", "http://A:80/b", FALSE, FALSE },
    { "http://a/", "http://a:81/b", TRUE, FALSE },
    { "http://a/", "https://a/b", TRUE, FALSE },
    { "https://a/", "http://a/b", TRUE, TRUE },
    { "https://a/", "https://b/", TRUE, FALSE },
    { "http://a/", "http://a.b/", TRUE, FALSE },
    { "https://a/", "https://a:443/", FALSE, FALSE },
  };
  const TernRedirectRules rules = default_rules ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fields = g_strconcat ("Location: ", rows[i].location, NULL);
      g_auto (Outcome) outcome = decide (&rules, "GET", rows[i].base, 301, fields);

      g_assert_cmpint (outcome.redirect.cross_origin, ==, rows[i].cross);
      g_assert_cmpint (outcome.redirect.downgrade, ==, rows[i].down);
    }
}

static void
test_userinfo (void)
{
  static const struct
  {
    const char *base, *location, *userinfo;
  } rows[] = {
    { "http://me:pw@a/", "/b", "me:pw" },
    { "http://me:pw@a/", "http://a/b", NULL },
    { "http://me:pw@a/", "http://other:x@a/b", NULL },
    { "http://me:pw@a/", "//me:pw@b/", NULL },
    { "http://a/", "http://other:x@a/b", NULL },
  };
  const TernRedirectRules rules = default_rules ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *fields = g_strconcat ("Location: ", rows[i].location, NULL);
      g_auto (Outcome) outcome = decide (&rules, "GET", rows[i].base, 301, fields);

      g_assert_no_error (outcome.error);
      g_assert_cmpstr (outcome.redirect.uri->userinfo, ==, rows[i].userinfo);
    }
}

typedef struct
{
  gboolean drop, cross, down, forward;
  const char *before, *after;
} EditRow;

static const EditRow edit_rows[] = {
  /* Nothing but conditions goes on the same origin. */
  { FALSE, FALSE, FALSE, FALSE,
    "Authorization: x\nCookie: c\nHost: h\nProxy-Authorization: p\nContent-Type: t\n"
    "Expect: 100-continue\nIf-None-Match: \"e\"\nif-modified-since: d\nIF-MATCH: *\nIf-Range: x\n"
    "If-Unmodified-Since: d\nX: y",
    "Authorization: x\nCookie: c\nHost: h\nProxy-Authorization: p\nContent-Type: t\n"
    "Expect: 100-continue\nX: y" },
  { TRUE, FALSE, FALSE, FALSE,
    "content-type: t\nContent-Length: 3\nCONTENT-ENCODING: gzip\nContent-Language: de\n"
    "Content-Location: /\nContent-MD5: x\nContent-Digest: x\nContent-Whatever: x\nDigest: x\n"
    "Repr-Digest: x\nTransfer-Encoding: chunked\nexpect: 100-continue\nTrailer: x\nAccept: a\n"
    "Contents: stays",
    "Accept: a\nContents: stays" },
  { FALSE, TRUE, FALSE, FALSE,
    "authorization: x\nAUTHORIZATION: y\nx-wsse: w\nCookie: c\nCookie2: c\ncookie: d\n"
    "proxy-Authorization: p\nHOST: h\nAccept: a\nContent-Type: t",
    "Accept: a\nContent-Type: t" },
  { FALSE, TRUE, FALSE, TRUE,
    "Authorization: x\nX-WSSE: w\nCookie: c\nProxy-Authorization: p\nHost: h\nAccept: a",
    "Authorization: x\nX-WSSE: w\nAccept: a" },
  { FALSE, TRUE, TRUE, FALSE, "Referer: https://a/b\nAuthorization: x\nCookie: c\nAccept: a",
    "Accept: a" },
  { FALSE, FALSE, FALSE, FALSE, "Referer: http://u:p@a/b?c#d", "Referer: http://a/b?c" },
  { FALSE, FALSE, FALSE, FALSE, "Referer: http://u:p@a", "Referer: http://a" },
  { FALSE, FALSE, FALSE, FALSE, "Referer: http://u@v@a/b@c", "Referer: http://a/b@c" },
  { FALSE, FALSE, FALSE, FALSE, "Referer: http://a/b@c\nX: y", "Referer: http://a/b@c\nX: y" },
  { FALSE, FALSE, FALSE, FALSE, "Referer: http://a/b\nReferer: http://u:p@a/",
    "Referer: http://a/b" },
  { FALSE, TRUE, FALSE, FALSE, "Referer: /b#c", "Referer: /b" },
  { FALSE, TRUE, FALSE, FALSE, "", "" },
};

static void
test_edit (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (edit_rows); i++)
    {
      const EditRow *row = &edit_rows[i];
      const TernRedirect redirect = { NULL, "GET", row->drop, row->cross, row->down };
      g_autoptr (TernHeaders) headers = fields_new (row->before);
      g_autofree char *text = NULL;
      TernRedirectRules rules = default_rules ();

      rules.forward_authorization = row->forward;
      tern_redirect_edit_fields (&redirect, &rules, headers);
      text = fields_text (headers);
      g_assert_cmpstr (text, ==, row->after);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redirect/matrix", test_matrix);
  g_test_add_func ("/redirect/methods", test_methods);
  g_test_add_func ("/redirect/switches", test_switches);
  g_test_add_func ("/redirect/missing-location", test_missing_location);
  g_test_add_func ("/redirect/targets", test_targets);
  g_test_add_func ("/redirect/bad-targets", test_bad_targets);
  g_test_add_func ("/redirect/long-bad-target", test_long_bad_target);
  g_test_add_func ("/redirect/several-locations", test_several_locations);
  g_test_add_func ("/redirect/origins", test_origins);
  g_test_add_func ("/redirect/userinfo", test_userinfo);
  g_test_add_func ("/redirect/edit", test_edit);
  return g_test_run ();
}
