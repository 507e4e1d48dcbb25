/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which requests a stored response answers, by its Vary. */
#include "policy/tern-cache-vary.h"

#include "test-fields.h"

static void
test_matches (void)
{
  static const struct
  {
    const char *vary, *stored, *now;
    gboolean matches;
  } rows[] = {
    { "", "", "", TRUE },
    { "", "Accept: a", "Accept: b", TRUE },
    { "Vary: accept", "Accept: a", "Accept: a", TRUE },
    { "Vary: accept", "Accept: a", "Accept: b", FALSE },
    { "Vary: accept", "Accept: a", "Accept: A", FALSE },
    { "Vary: accept", "Accept: a", "", FALSE },
    { "Vary: accept", "", "Accept: a", FALSE },
    { "Vary: accept", "", "", TRUE },
    { "Vary: accept", "Accept:", "", FALSE },
    { "Vary: accept", "Accept: a,b", "Accept: a\nX: y\nACCEPT:  b ", TRUE },
    { "Vary: accept", "Accept: a ,\tb", "Accept: a,b", TRUE },
    { "Vary: accept", "Accept: a,b", "Accept: b,a", FALSE },
    { "Vary: accept", "Accept: \"a, b\"", "Accept: \"a,b\"", FALSE },
    { "Vary: accept", "Accept: \xE9", "Accept: \xC3\xA9", FALSE },
    { "vary: ACCEPT, Accept-Language", "Accept: a\nAccept-Language: de",
      "Accept: a\nAccept-Language: de", TRUE },
    { "vary: ACCEPT, Accept-Language", "Accept: a\nAccept-Language: de",
      "Accept: a\nAccept-Language: en", FALSE },
    { "Vary: a\nVary: b", "A: 1\nB: 2", "A: 1\nB: 3", FALSE },
    /* Blanks that mean nothing, and case where it means nothing. */
    { "Vary: accept", "Accept: a;q=1, b", "Accept: a ; q=1,b", TRUE },
    { "Vary: accept", "Accept: a\t;\t q=1", "Accept: a;q=1", TRUE },
    { "Vary: accept", "Accept: a;x=\"; y\"", "Accept: a;x=\";y\"", FALSE },
    { "Vary: accept", "Accept: a;x=\"\\\" ;y\"", "Accept: a;x=\"\\\";y\"", FALSE },
    { "Vary: accept", "Accept: a b", "Accept: ab", FALSE },
    { "Vary: x", "X: a ; b", "X: a;b", FALSE },
    { "Vary: accept-language", "Accept-Language: de, EN", "Accept-Language: DE,en", TRUE },
    { "Vary: accept-encoding", "Accept-Encoding: GZIP", "Accept-Encoding: gzip", TRUE },
    { "Vary: accept-charset", "Accept-Charset: UTF-8", "Accept-Charset: utf-8", TRUE },
    { "Vary: accept-language", "Accept-Language: de, en", "Accept-Language: en, de", FALSE },
    { "Vary: user-agent", "User-Agent: A", "User-Agent: a", FALSE },
    { "Vary: accept", "Accept: a,,b", "Accept: a,b", TRUE },
    { "Vary: accept", "Accept: ,", "Accept:", TRUE },
    /* Authorization is as good as named where the request had it. */
    { "", "Authorization: Basic a", "Authorization: Basic a", TRUE },
    { "", "Authorization: Basic a", "Authorization: Basic b", FALSE },
    { "", "Authorization: Basic a", "", FALSE },
    { "Vary: Authorization", "", "Authorization: Basic a", FALSE },
    { "Vary: Cookie", "Cookie: a=b", "Cookie: a=b", TRUE },
    { "Vary: Cookie", "Cookie: a=b", "Cookie: a=c", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) response = fields_new (rows[i].vary);
      g_autoptr (TernHeaders) stored = fields_new (rows[i].stored);
      g_autoptr (TernHeaders) now = fields_new (rows[i].now);
      g_autoptr (GPtrArray) vary = tern_cache_vary_read (response, stored, NULL);

      g_assert_cmpint (tern_cache_vary_matches (vary, now, NULL), ==, rows[i].matches);
    }
}

static void
test_digests (void)
{
  static const char *const names[] = { "authorization", "cookie", "proxy-authorization", "x-wsse" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *vary_text = g_strconcat ("Vary: ", names[i], NULL);
      g_autofree char *request_text = g_strconcat (names[i], ": abc", NULL);
      g_autoptr (TernHeaders) response = fields_new (vary_text), request
        = fields_new (request_text);
      g_autoptr (GPtrArray) vary = tern_cache_vary_read (response, request, NULL);
      const TernCacheVary *field = vary->pdata[0];

      g_assert_cmpuint (vary->len, ==, 1);
      g_assert_cmpstr (field->name, ==, names[i]);
      g_assert_cmpstr (field->value, ==,
                       "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

/* Each once, however many they are and however they are written. */
static void
test_many_names (void)
{
  static const guint counts[] = { 1, 15, 16, 17, 18, 40 };

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_autoptr (TernHeaders) response = tern_headers_new (), request = fields_new ("x-0: a");
      g_autoptr (GPtrArray) vary = NULL;

      for (guint k = 0; k < 3 * counts[i]; k++)
        {
          g_autofree char *name = g_strdup_printf (k % 2 ? "x-%u" : "X-%u", k % counts[i]);

          g_assert_true (tern_headers_append (response, "Vary", name));
        }
      vary = tern_cache_vary_read (response, request, NULL);
      g_assert_cmpuint (vary->len, ==, counts[i]);
      for (guint k = 0; k < counts[i]; k++)
        {
          g_autofree char *name = g_strdup_printf ("x-%u", k);
          const TernCacheVary *field = vary->pdata[k];

          g_assert_cmpstr (field->name, ==, name);
          g_assert_cmpstr (field->value, ==, k == 0 ? "a" : NULL);
        }
    }
}

/* Wishes differ; credentials are another person. */
static void
test_compare (void)
{
  static const struct
  {
    const char *vary, *stored, *now;
    TernCacheVaryMatch match;
  } rows[] = {
    { "Vary: accept", "Accept: a", "Accept: a", TERN_VARY_SAME },
    { "Vary: accept", "Accept: a", "Accept: b", TERN_VARY_OTHER },
    { "Vary: cookie", "Cookie: a=b", "Cookie: a=c", TERN_VARY_FOREIGN },
    { "Vary: cookie", "Cookie: a=b", "", TERN_VARY_FOREIGN },
    { "Vary: cookie", "", "Cookie: a=b", TERN_VARY_FOREIGN },
    { "", "Authorization: a", "Authorization: b", TERN_VARY_FOREIGN },
    { "", "Authorization: a", "", TERN_VARY_FOREIGN },
    { "", "", "Authorization: b", TERN_VARY_SAME },
    { "Vary: accept", "Accept: a\nAuthorization: a", "Accept: b\nAuthorization: a",
      TERN_VARY_OTHER },
    { "Vary: accept", "Accept: a\nAuthorization: a", "Accept: b\nAuthorization: b",
      TERN_VARY_FOREIGN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) response = fields_new (rows[i].vary);
      g_autoptr (TernHeaders) stored = fields_new (rows[i].stored);
      g_autoptr (TernHeaders) now = fields_new (rows[i].now);
      g_autoptr (GPtrArray) vary = tern_cache_vary_read (response, stored, "salt");
      g_autoptr (GPtrArray) copy = tern_cache_vary_copy (vary);

      g_assert_cmpint (tern_cache_vary_compare (vary, now, "salt"), ==, rows[i].match);
      g_assert_cmpint (tern_cache_vary_compare (copy, now, "salt"), ==, rows[i].match);
    }
}

/* What one store holds tells nothing about another, nor whether two hold the same. */
static void
test_salt (void)
{
  g_autoptr (TernHeaders) response = fields_new ("Vary: accept");
  g_autoptr (TernHeaders) request = fields_new ("Authorization: a\nAccept: b");
  g_autoptr (GPtrArray) one = tern_cache_vary_read (response, request, "one");
  g_autoptr (GPtrArray) two = tern_cache_vary_read (response, request, "two");
  const TernCacheVary *accept = one->pdata[0], *a = one->pdata[1], *b = two->pdata[1];

  g_assert_cmpstr (accept->value, ==, "b");
  g_assert_cmpstr (a->name, ==, "authorization");
  g_assert_true (g_str_has_prefix (a->value, "sha256:"));
  g_assert_cmpstr (a->value, !=, b->value);
  g_assert_true (tern_cache_vary_matches (one, request, "one"));
  g_assert_false (tern_cache_vary_matches (one, request, "two"));
  g_assert_false (tern_cache_vary_matches (one, request, NULL));
}

static void
test_any (void)
{
  static const struct
  {
    const char *fields;
    gboolean any;
  } rows[] = {
    { "", FALSE },           { "Vary:", FALSE },       { "Vary: a, b", FALSE },
    { "Vary: *", TRUE },     { "Vary: a\nvary: b,*", TRUE }, { "Vary: a b", TRUE },
    { "Vary: \"a\"", TRUE }, { "Vary: a\xE9", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) headers = fields_new (rows[i].fields);

      g_assert_cmpint (tern_cache_vary_is_any (headers), ==, rows[i].any);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-vary/matches", test_matches);
  g_test_add_func ("/cache-vary/digests", test_digests);
  g_test_add_func ("/cache-vary/many-names", test_many_names);
  g_test_add_func ("/cache-vary/compare", test_compare);
  g_test_add_func ("/cache-vary/salt", test_salt);
  g_test_add_func ("/cache-vary/any", test_any);
  return g_test_run ();
}
