/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HTTP dates (RFC 9110 §5.6.7) by plain arithmetic. They must never depend on the locale, the time
 * zone or the C library's parser; every part is range-checked. */
#include "base/tern-date.h"

#include <string.h>
#include <tern/tern-util.h>

#define DAY 86400
/* The last second of the year 9999, the last that the format can say. */
#define MAX_TIME G_GINT64_CONSTANT (253402300799)

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char weekdays[] = "SunMonTueWedThuFriSat";
static const char *const long_weekdays[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                             "Thursday", "Friday", "Saturday" };

/* Where the parts stand in the text of one form. */
typedef struct
{
  int year;
  int month;
  int day;
  int hour;
  int minute;
  int second;
} Parts;

/* @n digits, or -1. */
static int
digits (const char *text, guint n)
{
  int sum = 0;

  for (guint i = 0; i < n; i++)
    {
      if (text[i] < '0' || text[i] > '9')
        return -1;
      sum = sum * 10 + (text[i] - '0');
    }
  return sum;
}

/* The number of a three-letter name, from 0, or -1; case counts (RFC 9110 §5.6.7). */
static int
name (const char *names, const char *text)
{
  for (int i = 0; names[i * 3]; i++)
    if (memcmp (names + i * 3, text, 3) == 0)
      return i;
  return -1;
}

/* "HH:MM:SS" */
static gboolean
read_time (const char *text, Parts *parts)
{
  parts->hour = digits (text, 2);
  parts->minute = digits (text + 3, 2);
  parts->second = digits (text + 6, 2);
  return text[2] == ':' && text[5] == ':';
}

static gboolean
is_leap (int year)
{
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to the first of March of a shifted year make every month's start regular
 * (the civil calendar in arithmetic, as H. Hinnant describes it). */
static gint64
days_from_civil (int year, int month, int day)
{
  const int y = month <= 2 ? year - 1 : year;
  const int era = y / 400;
  const int of_era = y - era * 400;
  const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

  return era * G_GINT64_CONSTANT (146097) + of_era * 365 + of_era / 4 - of_era / 100 + of_year
         - 719468;
}

/* A date before 1970 is a date too, but no second of it is negative: -1 says "no date". */
static gint64
to_unix (const Parts *parts)
{
  static const guint8 lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  int length;
  gint64 time;

  if (parts->year < 1 || parts->month < 1)
    return -1;
  length = lengths[parts->month - 1] + (parts->month == 2 && is_leap (parts->year));
  if (parts->day < 1 || parts->day > length || parts->hour < 0 || parts->hour > 23
      || parts->minute < 0 || parts->minute > 59 || parts->second < 0 || parts->second > 60)
    return -1;
  time = days_from_civil (parts->year, parts->month, parts->day) * DAY + parts->hour * 3600
         + parts->minute * 60 + parts->second;
  return CLAMP (time, 0, MAX_TIME);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static gint64
parse_imf (const char *text)
{
  Parts parts;

  if (name (weekdays, text) < 0 || memcmp (text + 3, ", ", 2) != 0 || text[7] != ' '
      || text[11] != ' ' || text[16] != ' ' || memcmp (text + 25, " GMT", 4) != 0
      || !read_time (text + 17, &parts))
    return -1;
  parts.day = digits (text + 5, 2);
  parts.month = name (months, text + 8) + 1;
  parts.year = digits (text + 12, 4);
  return to_unix (&parts);
}

/* "Sun Nov  6 08:49:37 1994" */
static gint64
parse_asctime (const char *text)
{
  Parts parts;

  if (name (weekdays, text) < 0 || text[3] != ' ' || text[7] != ' ' || text[10] != ' '
      || text[19] != ' ' || !read_time (text + 11, &parts))
    return -1;
  parts.month = name (months, text + 4) + 1;
  parts.day = text[8] == ' ' ? digits (text + 9, 1) : digits (text + 8, 2);
  parts.year = digits (text + 20, 4);
  return to_unix (&parts);
}

/* What the year of RFC 850 means: not more than 50 years ahead of now (RFC 9110 §5.6.7). This is
 * the one place where a date depends on the clock. */
static int
full_year (int two)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  const int this = g_date_time_get_year (now);
  const int year = this - this % 100 + two;

  if (year > this + 50)
    return year - 100;
  return year < this - 49 ? year + 100 : year;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static gint64
parse_rfc850 (const char *text, gsize len)
{
  Parts parts;
  gsize day_len = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (long_weekdays) && day_len == 0; i++)
    if (len == strlen (long_weekdays[i]) + 24
        && memcmp (text, long_weekdays[i], strlen (long_weekdays[i])) == 0)
      day_len = strlen (long_weekdays[i]);
  if (day_len == 0)
    return -1;
  text += day_len;
  if (memcmp (text, ", ", 2) != 0 || text[4] != '-' || text[8] != '-' || text[11] != ' '
      || memcmp (text + 20, " GMT", 4) != 0 || !read_time (text + 12, &parts))
    return -1;
  parts.day = digits (text + 2, 2);
  parts.month = name (months, text + 5) + 1;
  parts.year = digits (text + 9, 2);
  if (parts.year < 0)
    return -1;
  parts.year = full_year (parts.year);
  return to_unix (&parts);
}

gint64
tern_date_parse_len (const char *text, gsize len)
{
  if (len == 29 && text[3] == ',')
    return parse_imf (text);
  if (len == 24)
    return parse_asctime (text);
  return parse_rfc850 (text, len);
}

/**
 * tern_http_date_parse:
 * @text: (nullable): a date as HTTP fields have it
 *
 * Reads one of the three forms of an HTTP date (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`,
 * and the obsolete `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. The name of the
 * day has to be one, but need not be the right one. A date before 1970 is read as 0.
 *
 * Returns: seconds since the epoch, or -1 for anything else
 */
gint64
tern_http_date_parse (const char *text)
{
  return text ? tern_date_parse_len (text, strlen (text)) : -1;
}

static void
put_digits (char *out, int number, guint n)
{
  while (n > 0)
    {
      out[--n] = '0' + number % 10;
      number /= 10;
    }
}

/**
 * tern_http_date_format:
 * @unix_time: seconds since the epoch, from 0 to the end of the year 9999; what lies outside is
 *   taken as the nearest second that does not
 *
 * Writes a date as HTTP fields have it (IMF-fixdate, RFC 9110 §5.6.7).
 *
 * Returns: (transfer full): the date, such as `Sun, 06 Nov 1994 08:49:37 GMT`
 */
char *
tern_http_date_format (gint64 unix_time)
{
  const gint64 time = CLAMP (unix_time, 0, MAX_TIME);
  const int days = time / DAY;
  const int second = time % DAY;
  /* The reverse of days_from_civil, in years that begin in March. */
  const int shifted = days + 719468;
  const int era = shifted / 146097;
  const int of_era = shifted % 146097;
  const int years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int of_year = of_era - (365 * years + years / 4 - years / 100);
  const int march = (5 * of_year + 2) / 153;
  const int month = march < 10 ? march + 2 : march - 10;
  char *text = g_strdup ("Sun, 06 Nov 1994 08:49:37 GMT");

  memcpy (text, weekdays + (days + 4) % 7 * 3, 3);
  put_digits (text + 5, of_year - (153 * march + 2) / 5 + 1, 2);
  memcpy (text + 8, months + month * 3, 3);
  put_digits (text + 12, era * 400 + years + (month < 2), 4);
  put_digits (text + 17, second / 3600, 2);
  put_digits (text + 20, second / 60 % 60, 2);
  put_digits (text + 23, second % 60, 2);
  return text;
}
