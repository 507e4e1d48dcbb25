/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The URI parser, resolution of references and the public URI helpers. */
#include <string.h>
#include <tern/tern-error.h>
#include <tern/tern-util.h>

#include "base/tern-escape.h"
#include "base/tern-uri.h"

typedef struct
{
  const char *text;
  const char *whole; /* scheme, authority, target and fragment again */
  const char *host;
  guint port;
  const char *userinfo;
} Good;

static const Good good[] = {
  { "http://example.org", "http://example.org/", "example.org", 80, NULL },
  { "HTTP://EXAMPLE.Org", "http://example.org/", "example.org", 80, NULL },
  { "https://example.org/", "https://example.org/", "example.org", 443, NULL },
  { "hTTpS://example.org:443/", "https://example.org/", "example.org", 443, NULL },
  { "http://example.org:443/", "http://example.org:443/", "example.org", 443, NULL },
  { "http://example.org:80/", "http://example.org/", "example.org", 80, NULL },
  { "http://example.org:/x", "http://example.org/x", "example.org", 80, NULL },
  { "http://example.org:0080/", "http://example.org/", "example.org", 80, NULL },
  { "http://example.org:65535/", "http://example.org:65535/", "example.org", 65535, NULL },
  { "http://example.org:1/", "http://example.org:1/", "example.org", 1, NULL },
  { "http://example.org?q", "http://example.org/?q", "example.org", 80, NULL },
  { "http://example.org#f", "http://example.org/#f", "example.org", 80, NULL },
  { "http://example.org/#", "http://example.org/#", "example.org", 80, NULL },
  { "http://example.org/?", "http://example.org/?", "example.org", 80, NULL },
  { "http://example.org./", "http://example.org./", "example.org.", 80, NULL },
  { "http://a_b.example/", "http://a_b.example/", "a_b.example", 80, NULL },
  { "http://u:p@example.org/", "http://example.org/", "example.org", 80, "u:p" },
  { "http://@example.org/", "http://example.org/", "example.org", 80, "" },
  { "http://u%40x:p%3A@example.org/", "http://example.org/", "example.org", 80, "u%40x:p%3A" },
  { "http://\xC3\xBC:p@example.org/", "http://example.org/", "example.org", 80, "%C3%BC:p" },
  { "http://example.org/@:b", "http://example.org/@:b", "example.org", 80, NULL },
  { "http://127.0.0.1:8080/", "http://127.0.0.1:8080/", "127.0.0.1", 8080, NULL },
  { "http://[::1]/", "http://[::1]/", "::1", 80, NULL },
  { "http://[2001:DB8::A]:81/x", "http://[2001:db8::a]:81/x", "2001:db8::a", 81, NULL },
  { "http://[::ffff:1.2.3.4]/", "http://[::ffff:1.2.3.4]/", "::ffff:1.2.3.4", 80, NULL },
  { "http://u@[::1]:80?q", "http://[::1]/?q", "::1", 80, "u" },
  { "http://b\xC3\xBC" "cher.example/", "http://xn--bcher-kva.example/",
    "xn--bcher-kva.example", 80,
    NULL },
  { "http://B\xC3\x9C" "CHER.example:81", "http://xn--bcher-kva.example:81/",
    "xn--bcher-kva.example", 81, NULL },
  { "http://h/\xC3\xBC?\xC3\xB6#\xC3\xA4", "http://h/%C3%BC?%C3%B6#%C3%A4", "h", 80, NULL },
  { "http://h/%7e%zz%", "http://h/%7e%zz%", "h", 80, NULL },
  { "http://h/a\"<>\\^`{|}b", "http://h/a%22%3C%3E%5C%5E%60%7B%7C%7Db", "h", 80, NULL },
  { "http://h/a?\"|[]", "http://h/a?%22%7C[]", "h", 80, NULL },
  { "http://h/a/../b/./c", "http://h/a/../b/./c", "h", 80, NULL },
  { "http://h//a//", "http://h//a//", "h", 80, NULL },
  { "http://h/\xF0\x9F\x98\x80", "http://h/%F0%9F%98%80", "h", 80, NULL },
  { "http://1.example/", "http://1.example/", "1.example", 80, NULL },
  { "http://0xg/", "http://0xg/", "0xg", 80, NULL },
};

static void
test_good (gconstpointer data)
{
  const Good *wanted = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernUri) uri = tern_uri_parse (wanted->text, &error);
  g_autofree char *whole = NULL;

  g_assert_no_error (error);
  whole = tern_uri_to_string (uri, TRUE);
  g_assert_cmpstr (whole, ==, wanted->whole);
  g_assert_cmpstr (uri->host, ==, wanted->host);
  g_assert_cmpuint (uri->port, ==, wanted->port);
  g_assert_cmpstr (uri->userinfo, ==, wanted->userinfo);
  g_assert_cmpint (uri->secure, ==, g_str_has_prefix (wanted->whole, "https:"));
}

typedef struct
{
  const char *text;
  int code;
} Bad;

#define INVALID TERN_ERROR_INVALID_URL
static const Bad bad[] = {
  { "", TERN_ERROR_RELATIVE_URI },
  { "/path", TERN_ERROR_RELATIVE_URI },
  { "//host/path", TERN_ERROR_RELATIVE_URI },
  { "example.org/", TERN_ERROR_RELATIVE_URI },
  { "http:", TERN_ERROR_RELATIVE_URI },
  { "http:/x", TERN_ERROR_RELATIVE_URI },
  { "https:x", TERN_ERROR_RELATIVE_URI },
  { "://h", TERN_ERROR_RELATIVE_URI },
  { "1http://h", TERN_ERROR_RELATIVE_URI },
  { "ftp://h/", TERN_ERROR_UNSUPPORTED_SCHEME },
  { "file:///etc/passwd", TERN_ERROR_UNSUPPORTED_SCHEME },
  { "data:text/plain,x", TERN_ERROR_UNSUPPORTED_SCHEME },
  { "httpsx://h/", TERN_ERROR_UNSUPPORTED_SCHEME },
  { "httq://h/", TERN_ERROR_UNSUPPORTED_SCHEME },
  { "localhost:80/", TERN_ERROR_UNSUPPORTED_SCHEME },
  { " http://h/", INVALID },
  { "http://", INVALID },
  { "http:///path", INVALID },
  { "http://:80/", INVALID },
  { "http://u@/", INVALID },
  { "http://u@:80/", INVALID },
  { "http://a@b@c/", INVALID },
  { "http://a@b@/", INVALID },
  { "http://a:b@c:d@e/", INVALID },
  { "http://h\\@evil/", INVALID },
  { "http://good\\evil/", INVALID },
  { "http://h%2e/", INVALID },
  { "http://h%00/", INVALID },
  { "http://h h/", INVALID },
  { "http://h\th/", INVALID },
  { "http://h\r\nX: y/", INVALID },
  { "http://h\x7F/", INVALID },
  { "http://\x01/", INVALID },
  { "http://a<b/", INVALID },
  { "http://a>b/", INVALID },
  { "http://a\"b/", INVALID },
  { "http://a{b}/", INVALID },
  { "http://a|b/", INVALID },
  { "http://a^b/", INVALID },
  { "http://a`b/", INVALID },
  { "http://a[b]/", INVALID },
  { "http://a]/", INVALID },
  { "http://h:0/", INVALID },
  { "http://h:65536/", INVALID },
  { "http://h:65616/", INVALID },
  { "http://h:4294967376/", INVALID },
  { "http://h:99999999999999999999999999/", INVALID },
  { "http://h:80x/", INVALID },
  { "http://h:+80/", INVALID },
  { "http://h:-1/", INVALID },
  { "http://h: 80/", INVALID },
  { "http://h:80:80/", INVALID },
  { "http://h:\xD9\xA1/", INVALID },
  { "http://::1/", INVALID },
  { "http://[::1/", INVALID },
  { "http://[::1]x/", INVALID },
  { "http://[::1]80/", INVALID },
  { "http://[]/", INVALID },
  { "http://[::1%25lo]/", INVALID },
  { "http://[fe80::1%lo]/", INVALID },
  { "http://[v1.x]/", INVALID },
  { "http://[1.2.3.4]/", INVALID },
  { "http://[::12345]/", INVALID },
  { "http://[\xC3\xBC]/", INVALID },
  { "http://127.1/", INVALID },
  { "http://127.0.0.1./", INVALID },
  { "http://0x7f000001/", INVALID },
  { "http://0x7f.0.0.1/", TERN_ERROR_INVALID_URL },
  { "http://2130706433/", INVALID },
  { "http://256.1.1.1/", INVALID },
  { "http://1.2.3.4.5/", INVALID },
  { "http://127.0.0.01/", INVALID },
  { "http://.h/", INVALID },
  { "http://a..b/", INVALID },
  { "http://./", INVALID },
  { "http://a../", INVALID },
  { "http://u:p%4@h/", INVALID },
  { "http://u p@h/", INVALID },
  { "http://u\n@h/", INVALID },
  { "http://u[@h/", INVALID },
  { "http://h/a b", INVALID },
  { "http://h/a\nb", INVALID },
  { "http://h/a\rb", INVALID },
  { "http://h/a\tb", INVALID },
  { "http://h/\x7F", INVALID },
  { "http://h/?a b", INVALID },
  { "http://h/#a b", INVALID },
  { "http://h/#a#b", INVALID },
  { "http://h/ ", INVALID },
  { "http://h/\xFF", INVALID },
  { "http://h/\xC3", INVALID },
  { "http://h/?\xC0\x80", INVALID },
  { "http://h/#\xED\xA0\x80", INVALID },
  { "http://\xFF/", INVALID },
  { "http://\xFF@h/", INVALID },
  { "http://\xC2\xAD/", INVALID }, /* a soft hyphen: mapped to nothing */
  { "http://a.\xC2\xAD.b/", INVALID },
  /* Compatibility mapping makes "a/c", "%" and "@" of these. */
  { "http://ex\xE2\x84\x80mple.com/", INVALID },
  { "http://h\xEF\xBC\x85" "2e/", INVALID },
  { "http://a\xEF\xBC\xA0" "b/", INVALID },
};

static void
test_bad (gconstpointer data)
{
  const Bad *wanted = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (tern_uri_parse (wanted->text, &error));
  g_assert_error (error, TERN_ERROR, wanted->code);
  for (const char *at = error->message; *at; at++)
    g_assert_cmpint ((guint8) *at, >=, 0x20);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
test_long_names (void)
{
  g_autofree char *label = g_strnfill (63, 'a');
  g_autofree char *fits = g_strdup_printf ("http://%s.%s.%s.%.61s/", label, label, label, label);
  g_autofree char *long_label = g_strdup_printf ("http://%sa.org/", label);
  g_autofree char *last_label = g_strdup_printf ("http://x.%sa/", label);
  g_autofree char *long_name
      = g_strdup_printf ("http://%s.%s.%s.%s.a/", label, label, label, label);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernUri) uri = tern_uri_parse (fits, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (uri->host), ==, 253);
  g_assert_null (tern_uri_parse (long_label, NULL));
  g_assert_null (tern_uri_parse (last_label, NULL));
  g_assert_null (tern_uri_parse (long_name, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL);
}

static void
test_origin (void)
{
  g_autoptr (TernUri) a = tern_uri_parse ("http://h/a?b#c", NULL);
  g_autoptr (TernUri) same = tern_uri_parse ("HTTP://u:p@H:80", NULL);
  g_autoptr (TernUri) secure = tern_uri_parse ("https://h:80/", NULL);
  g_autoptr (TernUri) port = tern_uri_parse ("http://h:81/", NULL);
  g_autoptr (TernUri) host = tern_uri_parse ("http://i/", NULL);

  g_assert_true (tern_uri_same_origin (a, same));
  g_assert_cmpuint (a->hash, ==, same->hash);
  g_assert_false (tern_uri_same_origin (a, secure));
  g_assert_false (tern_uri_same_origin (a, port));
  g_assert_false (tern_uri_same_origin (a, host));
}

static void
test_secrets (void)
{
  static const char *const texts[]
      = { "http://user:geheim@h h/",  "http://user:geheim@a@b/", "http:user:geheim@h/",
          "http://user:geh/eim@h:x/", "user:geheim@h",           "http://user:geheim@h/\n",
          "http://user:geh@eim@h/" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tern_uri_parse (texts[i], &error));
      g_assert_null (strstr (error->message, "geh"));
    }
}

/* RFC 3986 §5.4, whole. */
static const char *const references[][2] = {
  { "g", "http://a/b/c/g" },
  { "./g", "http://a/b/c/g" },
  { "g/", "http://a/b/c/g/" },
  { "/g", "http://a/g" },
  { "//g", "http://g/" },
  { "?y", "http://a/b/c/d;p?y" },
  { "g?y", "http://a/b/c/g?y" },
  { "#s", "http://a/b/c/d;p?q#s" },
  { "g#s", "http://a/b/c/g#s" },
  { "g?y#s", "http://a/b/c/g?y#s" },
  { ";x", "http://a/b/c/;x" },
  { "g;x", "http://a/b/c/g;x" },
  { "g;x?y#s", "http://a/b/c/g;x?y#s" },
  { "", "http://a/b/c/d;p?q" },
  { ".", "http://a/b/c/" },
  { "./", "http://a/b/c/" },
  { "..", "http://a/b/" },
  { "../", "http://a/b/" },
  { "../g", "http://a/b/g" },
  { "../..", "http://a/" },
  { "../../", "http://a/" },
  { "../../g", "http://a/g" },
  { "../../../g", "http://a/g" },
  { "../../../../g", "http://a/g" },
  { "/./g", "http://a/g" },
  { "/../g", "http://a/g" },
  { "g.", "http://a/b/c/g." },
  { ".g", "http://a/b/c/.g" },
  { "g..", "http://a/b/c/g.." },
  { "..g", "http://a/b/c/..g" },
  { "./../g", "http://a/b/g" },
  { "./g/.", "http://a/b/c/g/" },
  { "g/./h", "http://a/b/c/g/h" },
  { "g/../h", "http://a/b/c/h" },
  { "g;x=1/./y", "http://a/b/c/g;x=1/y" },
  { "g;x=1/../y", "http://a/b/c/y" },
  { "g?y/./x", "http://a/b/c/g?y/./x" },
  { "g?y/../x", "http://a/b/c/g?y/../x" },
  { "g#s/./x", "http://a/b/c/g#s/./x" },
  { "g#s/../x", "http://a/b/c/g#s/../x" },
  /* And what servers write. */
  { "http://x/./y/../z", "http://x/z" },
  { "HTTPS://X:443", "https://x/" },
  { "//X:81/y?z", "http://x:81/y?z" },
  { "a b", "http://a/b/c/a%20b" },
  { "/\xC3\xBC", "http://a/%C3%BC" },
  { "/\xFC", "http://a/%FC" },
  { "/x?\xFC y", "http://a/x?%FC%20y" },
  { "/a\\b", "http://a/a%5Cb" },
  { "g:h/..", NULL },
  { "./g:h", "http://a/b/c/g:h" },
  { "//", NULL },
  { "http:g", NULL },
  { "javascript:x", NULL },
  { "file:///x", NULL },
  { "/a\r\nSet-Cookie: x", NULL },
  { "/a\tb", NULL },
  { "//b c/", NULL },
  { "//b\\c/", NULL },
  { "//x@y@z/", NULL },
  { "//\xFC/", NULL },
  { "//h:65536/", NULL },
  { "/\x7F", NULL },
};

static void
test_resolve (void)
{
  g_autoptr (TernUri) base = tern_uri_parse ("http://a/b/c/d;p?q", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (references); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernUri) uri = tern_uri_resolve (base, references[i][0], &error);
      g_autofree char *whole = uri ? tern_uri_to_string (uri, TRUE) : NULL;

      g_assert_cmpstr (whole, ==, references[i][1]);
      g_assert_true ((uri == NULL) == (error != NULL));
    }
}

static void
test_resolve_inherits (void)
{
  g_autoptr (TernUri) base = tern_uri_parse ("https://u:p@h:444?q#old", NULL);
  g_autoptr (TernUri) kept = tern_uri_resolve (base, "x", NULL);
  g_autoptr (TernUri) own = tern_uri_resolve (base, "//i/x#new", NULL);
  g_autoptr (TernUri) empty = tern_uri_resolve (base, "", NULL);
  g_autofree char *first = tern_uri_to_string (kept, TRUE);
  g_autofree char *second = tern_uri_to_string (own, TRUE);
  g_autofree char *bare = tern_uri_to_string (kept, FALSE);
  g_autofree char *same = tern_uri_to_string (empty, TRUE);

  g_assert_cmpstr (first, ==, "https://h:444/x#old");
  g_assert_cmpstr (bare, ==, "https://h:444/x");
  g_assert_cmpstr (kept->userinfo, ==, "u:p");
  g_assert_cmpstr (second, ==, "https://i/x#new");
  g_assert_null (own->userinfo);
  g_assert_cmpstr (same, ==, "https://h:444/?q#old");
}

static void
test_normalize (void)
{
  static const char *const pairs[][2] = {
    { "HTTP://Example.ORG:80", "http://example.org/" },
    { "https://h:443/?", "https://h/?" },
    { "http://h/%7Euser/%c3%bc/%2F", "http://h/~user/%C3%BC/%2F" },
    { "http://h/a/./b/../c?x=%2e/../y#z", "http://h/a/c?x=./../y" },
    { "http://h/a/%2E%2e/b", "http://h/b" },
    { "http://h/%zz%4", "http://h/%zz%4" },
    { "http://u:p@h/..", "http://h/" },
    { "http://h/\xC3\xBC", "http://h/%C3%BC" },
    { "/x", NULL },
    { "ftp://h/", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *once = tern_uri_normalize (pairs[i][0], &error);
      g_autofree char *twice = once ? tern_uri_normalize (once, NULL) : NULL;

      g_assert_cmpstr (once, ==, pairs[i][1]);
      g_assert_cmpstr (twice, ==, pairs[i][1]);
      g_assert_true ((once == NULL) == (error != NULL));
    }
}

static void
test_iri (void)
{
  static const char *const pairs[][2] = {
    { "ftp://ftp.is.co.za/rfc/rfc1808.txt", "ftp://ftp.is.co.za/rfc/rfc1808.txt" },
    { "mailto:John.Doe@example.com", "mailto:John.Doe@example.com" },
    { "http://\xE2\x98\x84.com/\xE2\x98\x84?\xE2\x98\x84#\xE2\x98\x84",
      "http://xn--o3h.com/%E2%98%84?%E2%98%84#%E2%98%84" },
    { "http://u\xC3\xBC@\xE2\x98\x84.com:80/", "http://u%C3%BC@xn--o3h.com:80/" },
    { "#\xE2\x98\x84", "#%E2%98%84" },
    { "/fred?\xE2\x98\x9A=\xE2\x98\x84", "/fred?%E2%98%9A=%E2%98%84" },
    { "http://h/a b\r\nc", "http://h/a%20b%0D%0Ac" },
    { "http://[::1]:80/\xFF", "http://[::1]:80/%FF" },
    { "http://\xFF/", "http://%FF/" },
    { "http://ex\xE2\x84\x80mple/", "http://ex%E2%84%80mple/" },
    { "%E2%98%84%zz", "%E2%98%84%zz" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *once = tern_iri_to_uri (pairs[i][0]);
      g_autofree char *twice = tern_iri_to_uri (once);

      g_assert_cmpstr (once, ==, pairs[i][1]);
      g_assert_cmpstr (twice, ==, pairs[i][1]);
    }
}

static void
test_escape (void)
{
  g_autofree char *long_text = g_strnfill (5000, 'x');
  g_autofree char *cut = tern_escape (long_text, 5000);
  g_autofree char *shown = tern_escape ("a\r\n\t\x01\x7F\xFF\xC3\xBC\xC2\x85\0z", 13);

  g_assert_cmpstr (shown, ==, "a\\r\\n\\t\\x01\\x7F\\xFFü\\xC2\\x85\\x00z");
  g_assert_cmpuint (strlen (cut), <, 140);
  g_assert_true (g_str_has_suffix (cut, "…"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *path = g_strdup_printf ("/uri/good/%u", i);

      g_test_add_data_func (path, &good[i], test_good);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strdup_printf ("/uri/bad/%u", i);

      g_test_add_data_func (path, &bad[i], test_bad);
    }
  g_test_add_func ("/uri/long-names", test_long_names);
  g_test_add_func ("/uri/origin", test_origin);
  g_test_add_func ("/uri/secrets", test_secrets);
  g_test_add_func ("/uri/resolve", test_resolve);
  g_test_add_func ("/uri/resolve-inherits", test_resolve_inherits);
  g_test_add_func ("/uri/normalize", test_normalize);
  g_test_add_func ("/uri/iri", test_iri);
  g_test_add_func ("/uri/escape", test_escape);
  return g_test_run ();
}
