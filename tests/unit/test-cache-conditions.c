/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program's own conditions, judged by what is stored. */
#include "policy/tern-cache-conditions.h"

#include "cache-case.h"

#define SEND TERN_CONDITIONS_SEND
#define SAME TERN_CONDITIONS_NOT_MODIFIED
#define ORIGIN TERN_CONDITIONS_ORIGIN
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define AFTER "Sun, 06 Nov 1994 08:49:38 GMT"
#define OLD "Sun, 06 Nov 1994 07:49:37 GMT"

static void
test_judge (void)
{
  static const struct
  {
    const char *asked;
    guint status;
    const char *stored;
    TernCacheConditions judgement;
  } rows[] = {
    { "", 200, "ETag: \"1\"", SEND },
    { "If-None-Match: \"1\"", 200, "ETag: \"1\"", SAME },
    { "If-None-Match: \"1\"", 203, "ETag: \"1\"", SAME },
    { "If-None-Match: W/\"1\"", 200, "ETag: \"1\"", SAME },
    { "If-None-Match: \"1\"", 200, "ETag: W/\"1\"", SAME },
    { "If-None-Match: \"2\"", 200, "ETag: \"1\"", SEND },
    { "If-None-Match: \"2\", \"1\"", 200, "ETag: \"1\"", SAME },
    { "If-None-Match: \"2\",\"3\"\nIf-None-Match: \"1\"", 200, "ETag: \"1\"", SAME },
    { "If-None-Match: \"2\",\"3\"\nIf-None-Match: \"4\"", 200, "ETag: \"1\"", SEND },
    { "If-None-Match: \"a,b\"", 200, "ETag: \"a,b\"", SAME },
    { "If-None-Match: *", 200, "ETag: \"1\"", SAME },
    { "If-None-Match: * ", 200, "", SAME },
    { "If-None-Match: \"1\"", 200, "", SEND },
    { "If-None-Match: \"1\"", 200, "ETag: 1", SEND },
    { "If-None-Match:", 200, "ETag: \"1\"", SEND },
    { "If-None-Match: 1", 200, "ETag: \"1\"", ORIGIN },
    { "If-None-Match: \"1\", 2", 200, "ETag: \"1\"", ORIGIN },
    { "If-None-Match: \"1\", *", 200, "ETag: \"1\"", ORIGIN },
    /* Redirects and errors are not compared. */
    { "If-None-Match: \"1\"", 301, "ETag: \"1\"", SEND },
    { "If-None-Match: \"1\"", 404, "ETag: \"1\"", SEND },
    { "If-None-Match: 1", 404, "ETag: \"1\"", SEND },
    { "If-Modified-Since: " DAY, 410, "Last-Modified: " DAY, SEND },
    /* Dates: a tag that is asked about makes them void. */
    { "If-Modified-Since: " DAY, 200, "Last-Modified: " DAY, SAME },
    { "If-Modified-Since: " AFTER, 200, "Last-Modified: " DAY, SAME },
    { "If-Modified-Since: " BEFORE, 200, "Last-Modified: " DAY, SEND },
    { "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT", 200, "Last-Modified: " DAY, SAME },
    { "If-Modified-Since: Sun Nov  6 08:49:37 1994", 200, "Last-Modified: " DAY, SAME },
    { "If-Modified-Since: " DAY "\nIf-None-Match: \"2\"", 200,
      "ETag: \"1\"\nLast-Modified: " DAY, SEND },
    { "If-Modified-Since: " BEFORE "\nIf-None-Match: \"1\"", 200,
      "ETag: \"1\"\nLast-Modified: " DAY, SAME },
    { "If-Modified-Since: junk", 200, "Last-Modified: " DAY, SEND },
    { "If-Modified-Since: 784111777", 200, "Last-Modified: " DAY, SEND },
    { "If-Modified-Since: " DAY "\nIf-Modified-Since: " AFTER, 200, "Last-Modified: " DAY, SEND },
    { "If-Modified-Since: " DAY, 200, DATE, SAME },
    { "If-Modified-Since: " BEFORE, 200, DATE, SEND },
    { "If-Modified-Since: " DAY, 200, "", SAME },
    { "If-Modified-Since: " BEFORE, 200, "", SEND },
    { "If-Modified-Since: " BEFORE, 200, "Last-Modified: junk\nDate: " BEFORE, SAME },
    /* What is about the present state. */
    { "If-Match: \"1\"", 200, "ETag: \"1\"", ORIGIN },
    { "If-Match: *", 200, "ETag: \"1\"", ORIGIN },
    { "If-Match: \"1\"", 404, "ETag: \"1\"", ORIGIN },
    { "If-Unmodified-Since: " DAY, 200, "Last-Modified: " DAY, ORIGIN },
    { "If-Match: \"1\"\nIf-None-Match: \"1\"", 200, "ETag: \"1\"", ORIGIN },
    { "If-Range: \"1\"", 200, "ETag: \"1\"", SEND },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = case_record ("", rows[i].status, rows[i].stored);
      g_auto (Case) c;
      TernCacheConditions judgement;

      case_init (&c, "GET", rows[i].asked);
      judgement = tern_cache_judge_conditions (&c.request, record);
      if (judgement != rows[i].judgement)
        g_test_message ("[%s] of [%s]", rows[i].asked, rows[i].stored);
      g_assert_cmpint (judgement, ==, rows[i].judgement);
      g_assert_cmpint (tern_cache_has_conditions (c.headers), ==, *rows[i].asked != '\0');
    }
}

static void
test_if_range (void)
{
  static const struct
  {
    const char *asked, *stored;
    gboolean counts;
  } rows[] = {
    { "", "", TRUE },
    { "If-Range: \"1\"", "ETag: \"1\"", TRUE },
    { "If-Range: \"2\"", "ETag: \"1\"", FALSE },
    { "If-Range: W/\"1\"", "ETag: W/\"1\"", FALSE },
    { "If-Range: W/\"1\"", "ETag: \"1\"", FALSE },
    { "If-Range: \"1\"", "ETag: W/\"1\"", FALSE },
    { "If-Range: \"1\"", "", FALSE },
    { "If-Range: " OLD, DATE "Last-Modified: " OLD, TRUE },
    { "If-Range: " OLD, DATE "ETag: \"1\"\nLast-Modified: " OLD, TRUE },
    { "If-Range: " OLD, "Last-Modified: " OLD, FALSE },
    { "If-Range: " DAY, DATE "Last-Modified: " DAY, FALSE },
    { "If-Range: " DAY, DATE "Last-Modified: " OLD, FALSE },
    { "If-Range: junk", DATE "Last-Modified: " OLD, FALSE },
    { "If-Range:", DATE "Last-Modified: " OLD, FALSE },
    { "If-Range: \"1\"\nIf-Range: \"2\"", "ETag: \"1\"", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = case_record ("", 200, rows[i].stored);
      g_auto (Case) c;

      case_init (&c, "GET", rows[i].asked);
      if (tern_cache_range_counts (&c.request, record) != rows[i].counts)
        g_test_message ("[%s] of [%s]", rows[i].asked, rows[i].stored);
      g_assert_cmpint (tern_cache_range_counts (&c.request, record), ==, rows[i].counts);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-conditions/judge", test_judge);
  g_test_add_func ("/cache-conditions/if-range", test_if_range);
  return g_test_run ();
}
