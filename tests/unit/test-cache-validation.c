/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which conditions are put into a request. */
#include "policy/tern-cache-validation.h"

#include "cache-case.h"
#include "policy/tern-cache-sibling.h"
#include "policy/tern-cache-validator.h"
#include "policy/tern-cache-vary.h"

#define OLD "Sun, 06 Nov 1994 07:49:37 GMT"

static void
test_one (void)
{
  static const struct
  {
    const char *stored, *asked, *added;
  } rows[] = {
    { "ETag: \"1\"", "", "If-None-Match: \"1\"" },
    { "ETag: W/\"1\"", "A: b", "If-None-Match: W/\"1\"" },
    { "ETag: \"\"", "", "If-None-Match: \"\"" },
    { "ETag: \"caf\xE9\"", "", "If-None-Match: \"caf\xC3\xA9\"" },
    { "Last-Modified: " DAY, "", "If-Modified-Since: " DAY },
    { "ETag: \"1\"\nLast-Modified: " DAY, "", "If-None-Match: \"1\"\nIf-Modified-Since: " DAY },
    { "ETag: \"1\"\nETag: \"1\"", "", "If-None-Match: \"1\"" },
    /* What is no validator is not sent. */
    { "ETag: \"1\"\nETag: \"2\"", "", "" },
    { "ETag: 1", "", "" },
    { "ETag: \"1", "", "" },
    { "ETag: \"", "", "" },
    { "ETag: w/\"1\"", "", "" },
    { "ETag: W/", "", "" },
    { "ETag: \"1\", \"2\"", "", "" },
    { "ETag: \"a b\"", "", "" },
    { "ETag: \"a\x01\"", "", "" },
    { "ETag: \"a\rb\"", "", "" },
    { "ETag: \"a\x7F\"", "", "" },
    { "Last-Modified: yesterday", "", "" },
    { "Last-Modified: " DAY "\rX: y", "", "" },
    { "", "", "" },
    /* The caller's own: its tags are asked about too; its date is its own. */
    { "ETag: \"1\"", "If-None-Match: \"9\"", "If-None-Match: \"9\", \"1\"" },
    { "ETag: \"1\"", "If-None-Match: \"1\"", "If-None-Match: \"1\"" },
    { "ETag: \"1\"", "If-None-Match: W/\"1\"", "If-None-Match: W/\"1\"" },
    { "ETag: \"1\"", "If-None-Match: \"8\",\"9\"\nif-none-match: \"7\"",
      "If-None-Match: \"8\", \"9\", \"7\", \"1\"" },
    { "ETag: \"1\"", "If-None-Match: *", "" },
    { "ETag: \"1\"", "If-None-Match: x", "" },
    { "ETag: \"1\"", "If-None-Match: \"9\", x", "" },
    { "ETag: \"1\"", "If-None-Match:", "" },
    { "Last-Modified: " DAY, "If-None-Match: \"9\"", "" },
    { "ETag: \"1\"\nLast-Modified: " DAY, "If-None-Match: \"9\"", "If-None-Match: \"9\", \"1\"" },
    { "ETag: \"1\"\nLast-Modified: " DAY, "If-Modified-Since: x", "If-None-Match: \"1\"" },
    { "Last-Modified: " DAY, "If-Modified-Since: x", "" },
    /* A date says nothing about a part (§4.3.1). */
    { "ETag: \"1\"\nLast-Modified: " DAY, "Range: bytes=0-9", "If-None-Match: \"1\"" },
    { "Last-Modified: " DAY, "Range: bytes=0-9", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = case_record ("", 200, rows[i].stored);
      const TernCacheRecord *const records[] = { record };
      g_autoptr (TernHeaders) conditions = tern_headers_new ();
      g_autofree char *text = NULL;
      gboolean added;
      g_auto (Case) c;

      case_init (&c, "GET", rows[i].asked);
      added = tern_cache_add_conditions (&c.request, records, 1, record, FALSE, conditions);
      text = fields_text (conditions);
      g_assert_cmpstr (text, ==, rows[i].added);
      g_assert_cmpint (added, ==, *rows[i].added != '\0');
      if (*rows[i].asked == '\0')
        g_assert_cmpint (tern_cache_has_validator (record->headers), ==, added);
    }
}

static void
test_ignore_etag (void)
{
  static const char *const rows[][2] = {
    { "ETag: \"1\"", "" },
    { "ETag: \"1\"\nLast-Modified: " DAY, "If-Modified-Since: " DAY },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = case_record ("", 200, rows[i][0]);
      const TernCacheRecord *const records[] = { record };
      g_autoptr (TernHeaders) conditions = tern_headers_new ();
      g_autofree char *text = NULL;
      g_auto (Case) c;

      case_init (&c, "GET", "");
      tern_cache_add_conditions (&c.request, records, 1, record, TRUE, conditions);
      text = fields_text (conditions);
      g_assert_cmpstr (text, ==, rows[i][1]);
    }
}

/* Variants for Accept: a and b, and a line about one for c that has the tag "s". */
static void
test_several (void)
{
  static const struct
  {
    const char *asked, *first, *second;
    int chosen;
    const char *added;
  } rows[] = {
    { "Accept: a", "ETag: \"1\"", "ETag: \"2\"", 0, "If-None-Match: \"1\", \"s\", \"2\"" },
    { "Accept: b", "ETag: \"1\"", "ETag: \"2\"", 1, "If-None-Match: \"2\", \"1\", \"s\"" },
    { "Accept: d", "ETag: \"1\"", "ETag: \"2\"", -1, "If-None-Match: \"1\", \"s\", \"2\"" },
    { "Accept: d", "ETag: \"1\"", "ETag: W/\"1\"", -1, "If-None-Match: \"1\", \"s\"" },
    { "Accept: d", "ETag: \"1\"\nLast-Modified: " DAY, "", -1, "If-None-Match: \"1\", \"s\"" },
    { "Accept: a", "ETag: \"1\"\nLast-Modified: " DAY, "ETag: \"2\"", 0,
      "If-None-Match: \"1\", \"s\", \"2\"" },
    /* What has only a date is asked about alone, or its date would not count. */
    { "Accept: a", "Last-Modified: " DAY, "ETag: \"2\"", 0, "If-Modified-Since: " DAY },
    /* Who compares by itself is told of one. */
    { "Accept: a\nIf-None-Match: \"9\"", "ETag: \"1\"", "ETag: \"2\"", 0,
      "If-None-Match: \"9\", \"1\"" },
    { "Accept: a\nRange: bytes=0-9", "ETag: \"1\"", "ETag: \"2\"", 0, "If-None-Match: \"1\"" },
    { "Accept: a\nIf-Modified-Since: " DAY, "ETag: \"1\"", "ETag: \"2\"", 0,
      "If-None-Match: \"1\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *a = g_strconcat ("Vary: accept\n", rows[i].first, NULL);
      g_autofree char *b = g_strconcat ("Vary: accept\n", rows[i].second, NULL);
      g_autoptr (TernCacheRecord) first = case_record ("Accept: a", 200, a);
      g_autoptr (TernCacheRecord) second = case_record ("Accept: b", 200, b);
      g_autoptr (TernCacheRecord) third = case_record ("Accept: c", 200, "Vary: accept");
      const TernCacheRecord *const records[] = { first, second };
      g_autoptr (TernHeaders) conditions = tern_headers_new ();
      g_autofree char *text = NULL;
      g_auto (Case) c;

      g_ptr_array_add (first->siblings,
                       tern_cache_sibling_new (g_strdup ("slot"),
                                               tern_cache_vary_copy (third->vary),
                                               g_strdup ("\"s\""), NOV));
      g_ptr_array_add (first->siblings,
                       tern_cache_sibling_new (g_strdup ("untagged"),
                                               tern_cache_vary_copy (third->vary), NULL, NOV));
      g_ptr_array_add (first->siblings,
                       tern_cache_sibling_new (g_strdup ("damaged"),
                                               tern_cache_vary_copy (third->vary),
                                               g_strdup ("\"s\"\r"), NOV));
      case_init (&c, "GET", rows[i].asked);
      tern_cache_add_conditions (&c.request, records, 2,
                                 rows[i].chosen < 0 ? NULL : records[rows[i].chosen], FALSE,
                                 conditions);
      text = fields_text (conditions);
      g_assert_cmpstr (text, ==, rows[i].added);
    }
}

/* What is not this person's, not of this URI, or only a part, is not asked about. */
static void
test_not_asked (void)
{
  static const struct
  {
    const char *stored_for;
    guint status;
    const char *stored;
  } rows[] = {
    { "Authorization: u", 200, "ETag: \"1\"" },
    { "Authorization: u\nAccept: b", 200, "ETag: \"1\"\nVary: accept" },
    { "Cookie: u=v", 200, "ETag: \"1\"\nVary: cookie" },
    { "Accept: b", 200, "ETag: \"1\"\nVary: *" },
    { "Accept: b", 206, "ETag: \"1\"\nVary: accept\nContent-Range: bytes 0-9/100" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record
          = case_record (rows[i].stored_for, rows[i].status, rows[i].stored);
      const TernCacheRecord *const records[] = { record };
      g_autoptr (TernHeaders) conditions = tern_headers_new ();
      g_auto (Case) c;

      case_init (&c, "GET", "Authorization: v\nAccept: a");
      g_assert_false (
          tern_cache_add_conditions (&c.request, records, 1, NULL, FALSE, conditions));
      g_assert_cmpuint (tern_headers_get_n (conditions), ==, 0);
    }
  {
    g_autoptr (TernCacheRecord) record
        = case_record ("Accept: b", 200, "ETag: \"1\"\nVary: accept");
    const TernCacheRecord *const records[] = { record };
    g_autoptr (TernHeaders) conditions = tern_headers_new ();
    g_auto (Case) c;

    case_init (&c, "GET", "Accept: a");
    c.request.partition = "p";
    g_assert_false (tern_cache_add_conditions (&c.request, records, 1, NULL, FALSE, conditions));
  }
}

/* A head does not grow without bound. */
static void
test_many (void)
{
  g_autoptr (TernCacheRecord) record = case_record ("Accept: b", 200, "ETag: \"0\"\nVary: accept");
  const TernCacheRecord *const records[] = { record };
  g_autofree char *long_part = g_strnfill (1000, 'x');

  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (TernHeaders) conditions = tern_headers_new ();
      g_auto (Case) c;

      for (guint i = 1; i < 40; i++)
        g_ptr_array_add (record->siblings,
                         tern_cache_sibling_new (
                             g_strdup ("slot"), tern_cache_vary_copy (record->vary),
                             g_strdup_printf ("\"%u%s\"", i, round ? long_part : ""), NOV));
      case_init (&c, "GET", "Accept: a");
      g_assert_true (tern_cache_add_conditions (&c.request, records, 1, NULL, FALSE, conditions));
      g_assert_cmpuint (strlen (tern_headers_get (conditions, "If-None-Match")), <, 5200);
      g_ptr_array_set_size (record->siblings, 0);
    }
}

static void
test_completion (void)
{
  static const struct
  {
    const char *stored, *added;
  } rows[] = {
    { "ETag: \"1\"\nContent-Range: bytes 0-9/100", "Range: bytes=10-\nIf-Range: \"1\"" },
    { "ETag: \"1\"\nContent-Range: bytes 0-9/*", "Range: bytes=10-\nIf-Range: \"1\"" },
    { DATE "Last-Modified: " OLD "\nContent-Range: bytes 0-9/100",
      "Range: bytes=10-\nIf-Range: " OLD },
    { "ETag: W/\"1\"\nContent-Range: bytes 0-9/100", "" },
    { DATE "Last-Modified: " DAY "\nContent-Range: bytes 0-9/100", "" },
    { "ETag: \"1\"\nContent-Range: bytes 10-19/100", "" },
    { "ETag: \"1\"\nContent-Range: bytes 0-99/100", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = case_record ("", 206, rows[i].stored);
      g_autoptr (TernHeaders) conditions = tern_headers_new ();
      const gboolean added = tern_cache_add_completion (record, conditions);
      g_autofree char *text = fields_text (conditions);

      g_assert_cmpstr (text, ==, rows[i].added);
      g_assert_cmpint (added, ==, *rows[i].added != '\0');
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-validation/one", test_one);
  g_test_add_func ("/cache-validation/ignore-etag", test_ignore_etag);
  g_test_add_func ("/cache-validation/several", test_several);
  g_test_add_func ("/cache-validation/not-asked", test_not_asked);
  g_test_add_func ("/cache-validation/many", test_many);
  g_test_add_func ("/cache-validation/completion", test_completion);
  return g_test_run ();
}
