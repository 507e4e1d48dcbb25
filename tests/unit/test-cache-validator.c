/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entity tags and dates as validators. */
#include "policy/tern-cache-validator.h"

#include "cache-case.h"

#define EARLIER "Sun, 06 Nov 1994 08:48:37 GMT" /* just a minute */
#define LATER "Sun, 06 Nov 1994 08:48:38 GMT"

static void
test_read (void)
{
  static const struct
  {
    const char *text;
    gboolean is_tag, weak;
  } rows[] = {
    { "\"1\"", TRUE, FALSE },     { "\"\"", TRUE, FALSE },      { "W/\"1\"", TRUE, TRUE },
    { "W/\"\"", TRUE, TRUE },     { "\"caf\xE9\"", TRUE, FALSE }, { "\"a,b\"", TRUE, FALSE },
    { "\"a\\\"", TRUE, FALSE },   { "\"!#$%&'()*+\"", TRUE, FALSE },
    { "", FALSE, FALSE },         { "\"", FALSE, FALSE },       { "1", FALSE, FALSE },
    { "\"1", FALSE, FALSE },      { "1\"", FALSE, FALSE },      { "w/\"1\"", FALSE, FALSE },
    { "W/", FALSE, FALSE },       { "W/1", FALSE, FALSE },      { "W\"1\"", FALSE, FALSE },
    { "\"a\"b\"", FALSE, FALSE }, { "\"a b\"", FALSE, FALSE },  { "\"a\tb\"", FALSE, FALSE },
    { "\"a\rb\"", FALSE, FALSE }, { "\"a\x01\"", FALSE, FALSE }, { "\"a\x7F\"", FALSE, FALSE },
    { " \"1\"", FALSE, FALSE },   { "\"1\" ", FALSE, FALSE },   { "*", FALSE, FALSE },
    { "\"1\", \"2\"", FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TernCacheTag tag;
      g_autofree char *text = NULL;

      g_assert_cmpint (tern_cache_tag_read (&tag, rows[i].text, strlen (rows[i].text)), ==,
                       rows[i].is_tag);
      g_assert_cmpint (tag.text != NULL, ==, rows[i].is_tag);
      if (!rows[i].is_tag)
        continue;
      g_assert_cmpint (tag.weak, ==, rows[i].weak);
      text = tern_cache_tag_text (&tag);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

/* The table of RFC 9110 §8.8.3.2, and what is no tag. */
static void
test_equal (void)
{
  static const struct
  {
    const char *a, *b;
    gboolean strong, weak;
  } rows[] = {
    { "ETag: W/\"1\"", "ETag: W/\"1\"", FALSE, TRUE },
    { "ETag: W/\"1\"", "ETag: W/\"2\"", FALSE, FALSE },
    { "ETag: W/\"1\"", "ETag: \"1\"", FALSE, TRUE },
    { "ETag: \"1\"", "ETag: \"1\"", TRUE, TRUE },
    { "ETag: \"1\"", "ETag: \"12\"", FALSE, FALSE },
    { "ETag: \"a\"", "ETag: \"A\"", FALSE, FALSE },
    { "ETag: \"1\"", "", FALSE, FALSE },
    { "", "", FALSE, FALSE },
    { "ETag: 1", "ETag: 1", FALSE, FALSE },
    { "ETag: \"1\"\nETag: \"1\"", "etag: \"1\"", TRUE, TRUE },
    { "ETag: \"1\"\nETag: \"2\"", "ETag: \"1\"", FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) a = fields_new (rows[i].a), b = fields_new (rows[i].b);
      TernCacheTag one, other;

      tern_cache_tag_of (&one, a);
      tern_cache_tag_of (&other, b);
      g_assert_cmpint (tern_cache_tag_equal (&one, &other), ==, rows[i].weak);
      g_assert_cmpint (tern_cache_tag_equal (&other, &one), ==, rows[i].weak);
      g_assert_cmpint (tern_cache_tag_equal_strong (&one, &other), ==, rows[i].strong);
      g_assert_cmpint (tern_cache_tag_equal_strong (&other, &one), ==, rows[i].strong);
    }
}

static void
test_list (void)
{
  static const struct
  {
    const char *text;
    guint n;
    gboolean malformed;
  } rows[] = {
    { "", 0, FALSE },
    { "\"1\"", 1, FALSE },
    { " \"1\" ", 1, FALSE },
    { "\"1\",\"2\"", 2, FALSE },
    { ",, \"1\"\t, W/\"2\" ,,", 2, FALSE },
    { "\"a,b\", \"c\"", 2, FALSE },
    { "\"a\\\", \"c\"", 2, FALSE },
    { "*", 0, TRUE },
    { "\"1\" \"2\"", 0, TRUE },
    { "\"1\"x", 0, TRUE },
    { "\"1\", x", 1, TRUE },
    { "\"1\", \"2", 1, TRUE },
    { "W", 0, TRUE },
    { "W/", 0, TRUE },
    { "1", 0, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const gsize len = strlen (rows[i].text);
      g_autofree char *exact = g_memdup2 (rows[i].text, len); /* nothing is read behind it */
      TernCacheTagList list;
      TernCacheTag tag;
      guint n = 0;

      tern_cache_tag_list_init (&list, exact, len);
      while (tern_cache_tag_list_next (&list, &tag))
        n++;
      g_assert_cmpuint (n, ==, rows[i].n);
      g_assert_cmpint (list.malformed, ==, rows[i].malformed);
    }
}

static void
test_strength (void)
{
  static const struct
  {
    const char *fields;
    gboolean any, strong;
  } rows[] = {
    { "", FALSE, FALSE },
    { "ETag: \"1\"", TRUE, TRUE },
    { "ETag: W/\"1\"", TRUE, FALSE },
    { "ETag: 1", FALSE, FALSE },
    { "Last-Modified: " DAY, TRUE, FALSE },
    { DATE "Last-Modified: " DAY, TRUE, FALSE },
    { DATE "Last-Modified: " LATER, TRUE, FALSE },
    { DATE "Last-Modified: " EARLIER, TRUE, TRUE },
    { "Date: junk\nLast-Modified: " EARLIER, TRUE, FALSE },
    { DATE "Last-Modified: junk", FALSE, FALSE },
    { DATE "Last-Modified: " EARLIER "\nLast-Modified: " DAY, FALSE, FALSE },
    { DATE "ETag: W/\"1\"\nLast-Modified: " EARLIER, TRUE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) headers = fields_new (rows[i].fields);

      g_assert_cmpint (tern_cache_has_validator (headers), ==, rows[i].any);
      g_assert_cmpint (tern_cache_has_strong_validator (headers), ==, rows[i].strong);
      g_assert_cmpint (tern_cache_is_same_strongly (headers, headers), ==, rows[i].strong);
    }
}

static void
test_same_strongly (void)
{
  static const struct
  {
    const char *a, *b;
    gboolean same;
  } rows[] = {
    { "ETag: \"1\"", "ETag: \"1\"", TRUE },
    { "ETag: \"1\"", "ETag: W/\"1\"", FALSE },
    { "ETag: \"1\"", "", FALSE },
    { "ETag: \"1\"\n" DATE "Last-Modified: " EARLIER, DATE "Last-Modified: " EARLIER, FALSE },
    { DATE "Last-Modified: " EARLIER, DATE "Last-Modified: " EARLIER, TRUE },
    { DATE "Last-Modified: " EARLIER, "Last-Modified: " EARLIER, FALSE },
    { DATE "Last-Modified: " EARLIER, DATE "Last-Modified: Sun, 06 Nov 1994 08:48:36 GMT", FALSE },
    { "", "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) a = fields_new (rows[i].a), b = fields_new (rows[i].b);

      g_assert_cmpint (tern_cache_is_same_strongly (a, b), ==, rows[i].same);
      g_assert_cmpint (tern_cache_is_same_strongly (b, a), ==, rows[i].same);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-validator/read", test_read);
  g_test_add_func ("/cache-validator/equal", test_equal);
  g_test_add_func ("/cache-validator/list", test_list);
  g_test_add_func ("/cache-validator/strength", test_strength);
  g_test_add_func ("/cache-validator/same-strongly", test_same_strongly);
  return g_test_run ();
}
