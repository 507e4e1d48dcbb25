/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of files out of Content-Disposition and URIs: what servers say, rightly, wrongly and with
 * bad intentions. */
#include "download/tern-disposition.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *value;
  const char *expected; /* NULL: none */
} Case;

static const Case fields[] = {
  { "quoted", "attachment; filename=\"a b.txt\"", "a b.txt" },
  { "token", "attachment; filename=a.txt", "a.txt" },
  { "inline", "inline; filename=\"a.txt\"", "a.txt" },
  { "no-type", "; filename=a.txt", "a.txt" },
  { "only-parameter", "filename=a.txt", NULL },
  { "none", "attachment", NULL },
  { "empty", "", NULL },
  { "empty-name", "attachment; filename=\"\"", NULL },
  { "no-value", "attachment; filename", NULL },
  { "no-value-2", "attachment; filename=", NULL },
  { "upper", "ATTACHMENT; FILENAME=\"a.txt\"", "a.txt" },
  { "blanks", "attachment ;  filename = \"a.txt\" ; x=y", "a.txt" },
  { "escaped-quote", "attachment; filename=\"a\\\"b.txt\"", "a\"b.txt" },
  { "escaped-backslash", "attachment; filename=\"a\\\\b.txt\"", "a\\b.txt" },
  { "dos-path", "attachment; filename=\"C:\\dir\\a.txt\"", "C:\\dir\\a.txt" },
  { "semicolon-in-quotes", "attachment; filename=\"a;b.txt\"", "a;b.txt" },
  { "semicolon-in-another", "attachment; x=\"; filename=evil\"; filename=a.txt", "a.txt" },
  { "unquoted-blanks", "attachment; filename=a b.txt", "a b.txt" },
  { "open-quote", "attachment; filename=\"a.txt", "a.txt" },
  { "open-quote-backslash", "attachment; filename=\"a\\", "a\\" },
  { "first-counts", "attachment; filename=a; filename=b", "a" },
  { "other-name", "attachment; xfilename=a; filenames=b", NULL },
  { "percent-is-plain", "attachment; filename=\"a%20b\"", "a%20b" },
  { "latin1", "attachment; filename=\"\xE4.txt\"", "\xC3\xA4.txt" },
  { "utf8", "attachment; filename=\"\xC3\xA4.txt\"", "\xC3\xA4.txt" },
  { "extended", "attachment; filename*=UTF-8''%e2%82%ac%20rates", "\xE2\x82\xAC rates" },
  { "extended-before", "attachment; filename=\"EURO\"; filename*=utf-8''%e2%82%ac",
    "\xE2\x82\xAC" },
  { "extended-first", "attachment; filename*=UTF-8'en'%e2%82%ac; filename=E", "\xE2\x82\xAC" },
  { "extended-latin1", "attachment; filename*=iso-8859-1''%E4", "\xC3\xA4" },
  { "extended-unknown-charset", "attachment; filename*=koi8-r''%E4; filename=a", "a" },
  { "extended-no-quotes", "attachment; filename*=a.txt; filename=b", "b" },
  { "extended-one-quote", "attachment; filename*=UTF-8'a.txt", NULL },
  { "extended-broken-percent", "attachment; filename*=UTF-8''a%4; filename=b", "b" },
  { "extended-broken-percent-2", "attachment; filename*=UTF-8''a%; filename=b", "b" },
  { "extended-no-digits", "attachment; filename*=UTF-8''a%xx; filename=b", "b" },
  { "extended-nul", "attachment; filename*=UTF-8''a%00b; filename=b", "b" },
  { "extended-bad-utf8", "attachment; filename*=UTF-8''%ff; filename=b", "b" },
  { "extended-overlong", "attachment; filename*=UTF-8''%c0%af; filename=b", "b" },
  { "extended-empty", "attachment; filename*=UTF-8''; filename=b", "b" },
  { "extended-slash", "attachment; filename*=UTF-8''..%2f..%2fa", "../../a" },
};

static const Case names[] = {
  { "plain", "a.txt", "a.txt" },
  { "path", "/etc/passwd", "passwd" },
  { "up", "../../a", "a" },
  { "dos", "..\\..\\a", "a" },
  { "mixed", "..\\../a\\b.c", "b.c" },
  { "folder", "a/", NULL },
  { "dot", ".", NULL },
  { "dots", "..", NULL },
  { "three-dots", "...", NULL },
  { "blanks", "   ", NULL },
  { "empty", "", NULL },
  { "underlines", "__", NULL },
  { "hidden", ".bashrc", "_bashrc" },
  { "hidden-blank", " .bashrc", "_bashrc" },
  { "option", "-rf", "_rf" },
  { "only-option", "-", NULL },
  { "home", "~a", "_a" },
  { "end-dot", "a.txt.", "a.txt" },
  { "end-blanks", "a.txt . .", "a.txt" },
  { "newline", "a\nb", "a_b" },
  { "control",
    "a\x01\x1F\x7F"
    "b",
    "a___b" },
  { "c1",
    "a\xC2\x85"
    "b",
    "a_b" },
  { "special", "a:b*c?d\"e<f>g|h", "a_b_c_d_e_f_g_h" },
  { "right-to-left",
    "a\xE2\x80\xAE"
    "gpj.exe",
    "a_gpj.exe" },
  { "zero-width",
    "a\xE2\x80\x8B"
    "b",
    "a_b" },
  { "line-separator",
    "a\xE2\x80\xA8"
    "b",
    "a_b" },
  { "no-break-space",
    "a\xC2\xA0"
    "b",
    "a b" },
  { "umlaut", "\xC3\xA4.txt", "\xC3\xA4.txt" },
  { "emoji", "\xF0\x9F\x98\x80.txt", "\xF0\x9F\x98\x80.txt" },
  { "con", "con", "_con" },
  { "con-extension", "CON.txt", "_CON.txt" },
  { "con-blank", "con .txt", "_con .txt" },
  { "nul", "NUL", "_NUL" },
  { "com1", "com1.tar.gz", "_com1.tar.gz" },
  { "com-raised", "COM¹", "_COM¹" },
  { "lpt-raised", "lpt² .tar.gz", "_lpt² .tar.gz" },
  { "lpt-raised-3", "Lpt³.txt", "_Lpt³.txt" },
  { "com-raised-two", "COM¹²", "COM¹²" },
  { "com10", "com10", "com10" },
  { "lpt9", "LPT9", "_LPT9" },
  { "console", "console.txt", "console.txt" },
  { "our-part", "a.iso.tern-part", "a.iso.tern-par_" },
  { "our-part-upper", "a.iso.TERN-PART", "a.iso.TERN-PAR_" },
  { "our-state", "a.iso.tern-part.state", "a.iso.tern-part.stat_" },
};

static const Case uris[] = {
  { "plain", "http://h/a/b.txt", "b.txt" },
  { "query", "http://h/a/b.txt?c=/d", "b.txt" },
  { "fragment", "http://h/b.txt#c/d", "b.txt" },
  { "escaped", "http://h/a%20b", "a b" },
  { "escaped-slash", "http://h/a%2F..%2Fb", "a/../b" },
  { "bad-escape", "http://h/a%b", "a%b" },
  { "nul", "http://h/a%00b", "a%00b" },
  { "latin1", "http://h/%E4", "\xC3\xA4" },
  { "folder", "http://h/a/", NULL },
  { "root", "http://h/", NULL },
  { "host", "http://h", NULL },
  { "host-query", "http://h?a/b", NULL },
};

static void
test_field (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *found = tern_disposition_parse (c->value);

  g_assert_cmpstr (found, ==, c->expected);
}

static void
test_name (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *found = tern_disposition_clean (c->value);
  g_autofree char *again = found ? tern_disposition_clean (found) : NULL;

  g_assert_cmpstr (found, ==, c->expected);
  g_assert_cmpstr (again, ==, found); /* what is clean stays as it is */
}

static void
test_uri (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *found = tern_disposition_name_of_uri (c->value);

  g_assert_cmpstr (found, ==, c->expected);
}

static void
assert_suggested (const char *value, const char *uri, const char *expected)
{
  g_autofree char *found = tern_disposition_suggest (value, uri);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_suggest (void)
{
  assert_suggested ("attachment; filename=a", "http://h/b", "a");
  assert_suggested ("attachment; filename=\"../..\"", "http://h/b", "b");
  assert_suggested ("attachment", "http://h/b", "b");
  assert_suggested (NULL, "http://h/b", "b");
  assert_suggested (NULL, "http://h/", "download");
  assert_suggested (NULL, "http://h/%2e%2e", "download");
  assert_suggested ("attachment; filename=..", NULL, "download");
  assert_suggested (NULL, NULL, "download");
}

/* Cut between characters, with the extension kept. */
static void
test_long (void)
{
  g_autofree char *many = g_strnfill (1000, 'a');
  g_autofree char *with_extension = g_strconcat (many, ".tar", NULL);
  g_autoptr (GString) wide = g_string_new (NULL);
  g_autofree char *cut = tern_disposition_clean (with_extension);
  g_autofree char *cut_wide = NULL;
  g_autofree char *long_extension = g_strconcat ("a.", many, NULL);
  g_autofree char *cut_extension = tern_disposition_clean (long_extension);

  g_assert_cmpuint (strlen (cut), ==, TERN_DISPOSITION_NAME_MOST);
  g_assert_true (g_str_has_suffix (cut, "a.tar"));
  g_assert_cmpuint (strlen (cut_extension), ==, TERN_DISPOSITION_NAME_MOST);
  for (guint i = 0; i < 500; i++)
    g_string_append (wide, "\xE2\x82\xAC");
  cut_wide = tern_disposition_clean (wide->str);
  g_assert_cmpuint (strlen (cut_wide), ==, 198);
  g_assert_true (g_utf8_validate (cut_wide, -1, NULL));
}

static void
add_all (const char *group, const Case *cases, gsize n, GTestDataFunc func)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strconcat ("/disposition/", group, "/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_all ("field", fields, G_N_ELEMENTS (fields), test_field);
  add_all ("name", names, G_N_ELEMENTS (names), test_name);
  add_all ("uri", uris, G_N_ELEMENTS (uris), test_uri);
  g_test_add_func ("/disposition/suggest", test_suggest);
  g_test_add_func ("/disposition/long", test_long);
  return g_test_run ();
}
