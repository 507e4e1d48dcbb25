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
    { "Vary: *", "A: 1", "A: 1", FALSE },
    { "Vary: accept, *", "A: 1", "A: 1", FALSE },
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
      g_autoptr (GPtrArray) vary = tern_cache_vary_read (response, stored);

      g_assert_cmpint (tern_cache_vary_matches (vary, now), ==, rows[i].matches);
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
      g_autoptr (GPtrArray) vary = tern_cache_vary_read (response, request);
      const TernCacheVary *field = vary->pdata[0];

      g_assert_cmpuint (vary->len, ==, 1);
      g_assert_cmpstr (field->name, ==, names[i]);
      g_assert_cmpstr (field->value, ==,
                       "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
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
  g_test_add_func ("/cache-vary/any", test_any);
  return g_test_run ();
}
