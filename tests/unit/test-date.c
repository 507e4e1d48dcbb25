/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HTTP dates: the three forms, and everything that looks like them. */
#include <string.h>
#include <tern/tern-util.h>

#include "base/tern-date.h"

static void
test_good (void)
{
  static const struct
  {
    const char *text;
    gint64 time;
  } dates[] = {
    { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
    { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
    { "Sun Nov  6 08:49:37 1994", 784111777 },
    { "Sun Nov 16 08:49:37 1994", 784975777 },
    { "Thu, 01 Jan 1970 00:00:00 GMT", 0 },
    { "Thu, 29 Feb 2024 23:59:59 GMT", 1709251199 },
    { "Tue, 29 Feb 2000 00:00:00 GMT", 951782400 },
    { "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 }, /* a leap second */
    { "Tue, 19 Jan 2038 03:14:08 GMT", G_GINT64_CONSTANT (2147483648) },
    { "Fri, 31 Dec 9999 23:59:59 GMT", G_GINT64_CONSTANT (253402300799) },
    { "Fri, 31 Dec 9999 23:59:60 GMT", G_GINT64_CONSTANT (253402300799) },
    { "Mon, 01 Jan 0001 00:00:00 GMT", 0 },
    { "Wed, 31 Dec 1969 23:59:59 GMT", 0 },
    { "Mon, 06 Nov 1994 08:49:37 GMT", 784111777 }, /* the wrong day of the week */
  };

  for (guint i = 0; i < G_N_ELEMENTS (dates); i++)
    {
      g_test_message ("%s", dates[i].text);
      g_assert_cmpint (tern_http_date_parse (dates[i].text), ==, dates[i].time);
    }
}

static void
test_bad (void)
{
  static const char *const dates[] = {
    "", "0", "-1", "784111777", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 gmt",
    "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 +0000",
    "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
    "Xyz, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT", "Sun,  6 Nov 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 29 Feb 2023 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT",
    "Sun, 30 Feb 2024 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT",
    "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 -8:49:37 GMT",
    "Sun, 06 Nov 19x4 08:49:37 GMT", "Sun, 06-Nov-1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08.49.37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
    " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 11994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 UTC", "Sunday, 6-Nov-94 08:49:37 GMT",
    "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov-x4 08:49:37 GMT",
    "Sundae, 06-Nov-94 08:49:37 GMT",
    "Sunday, 31-Nov-94 08:49:37 GMT", "Sun Nov 06 08:49:37 94", "Sun Nov  6 08:49:37 94  ",
    "Sun Nov 0  08:49:37 1994", "Sun Nov  0 08:49:37 1994", "Sun Nov 32 08:49:37 1994",
    "Sun Nov  6 08:49:37 0000", "Sun Nov  6 25:49:37 1994",
  };

  for (guint i = 0; i < G_N_ELEMENTS (dates); i++)
    {
      g_test_message ("%s", dates[i]);
      g_assert_cmpint (tern_http_date_parse (dates[i]), ==, -1);
    }
  g_assert_cmpint (tern_http_date_parse (NULL), ==, -1);
}

/* The text may end anywhere: every cut must be found out, and nothing behind it be read. */
static void
test_cut (void)
{
  static const char *const dates[] = { "Sun, 06 Nov 1994 08:49:37 GMT",
                                       "Wednesday, 06-Nov-94 08:49:37 GMT",
                                       "Sun Nov  6 08:49:37 1994" };

  for (guint i = 0; i < G_N_ELEMENTS (dates); i++)
    for (gsize len = 0; len < strlen (dates[i]); len++)
      {
        g_autofree char *cut = g_memdup2 (dates[i], len);

        g_assert_cmpint (tern_date_parse_len (cut, len), ==, -1);
      }
}

/* A year of two digits is at most 50 years ahead (RFC 9110 §5.6.7). */
static void
test_century (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  const int this = g_date_time_get_year (now);

  for (int year = this - 49; year <= this + 50; year++)
    {
      g_autofree char *text = g_strdup_printf ("Sunday, 06-Jul-%02d 00:00:00 GMT", year % 100);
      g_autofree char *full = g_strdup_printf ("Sun, 06 Jul %04d 00:00:00 GMT", year);

      g_assert_cmpint (tern_http_date_parse (text), ==, tern_http_date_parse (full));
    }
}

static void
test_format (void)
{
  g_autofree char *known = tern_http_date_format (784111777);
  g_autofree char *before = tern_http_date_format (-5);
  g_autofree char *last = tern_http_date_format (G_MAXINT64);

  g_assert_cmpstr (known, ==, "Sun, 06 Nov 1994 08:49:37 GMT");
  g_assert_cmpstr (before, ==, "Thu, 01 Jan 1970 00:00:00 GMT");
  g_assert_cmpstr (last, ==, "Fri, 31 Dec 9999 23:59:59 GMT");
}

/* Against the calendar of GLib, over all of time in odd steps. */
static void
test_round_trip (void)
{
  for (gint64 time = 0; time < G_GINT64_CONSTANT (253402300800); time += 31 * 86399 * 7)
    {
      g_autoptr (GDateTime) there = g_date_time_new_from_unix_utc (time);
      g_autofree char *text = tern_http_date_format (time);
      g_autofree char *year = g_strdup_printf ("%04d", g_date_time_get_year (there));

      g_assert_cmpint (tern_http_date_parse (text), ==, time);
      g_assert_cmpint (g_ascii_strtoll (text + 5, NULL, 10), ==,
                       g_date_time_get_day_of_month (there));
      g_assert_true (strncmp (text + 12, year, 4) == 0);
      g_assert_cmpint (g_ascii_strtoll (text + 17, NULL, 10), ==, g_date_time_get_hour (there));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/date/good", test_good);
  g_test_add_func ("/date/bad", test_bad);
  g_test_add_func ("/date/cut", test_cut);
  g_test_add_func ("/date/century", test_century);
  g_test_add_func ("/date/format", test_format);
  g_test_add_func ("/date/round-trip", test_round_trip);
  return g_test_run ();
}
