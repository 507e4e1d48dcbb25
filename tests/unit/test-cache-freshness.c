/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ages and lifetimes, with every clock wrong that can be. */
#include "policy/tern-cache-freshness.h"

#include "policy/tern-cache-control.h"
#include "cache-case.h"

#define MOST TERN_CACHE_SECONDS_MAX

static TernCacheRecord *
make (const char *fields, gint64 request_time, gint64 response_time)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) asked = tern_headers_new (), answered = fields_new (fields);
  const TernCacheRequest request = { "GET", uri, NULL, asked, NULL };

  return tern_cache_record_new (&request, 200, "OK", 11, answered, request_time, response_time);
}

static void
test_age (void)
{
  static const struct
  {
    const char *fields;
    gint64 request_time, response_time, now, age;
  } rows[] = {
    { DATE, NOV, NOV, NOV, 0 },
    { DATE, NOV, NOV, NOV + 10, 10 },
    { DATE, NOV, NOV + 5, NOV + 15, 15 }, /* our clock and theirs agree */
    { "", NOV, NOV + 5, NOV + 15, 15 },   /* the delay counts as age */
    { DATE, NOV + 100, NOV + 100, NOV + 110, 110 },
    { DATE, NOV - 100, NOV - 100, NOV - 90, 10 }, /* their clock is ahead */
    { DATE "Age: 50", NOV, NOV + 2, NOV + 10, 60 },
    { DATE "Age: 50, 60", NOV, NOV, NOV, 50 },
    { DATE "Age: junk, 60", NOV, NOV, NOV, 0 },
    { DATE "Age: -50", NOV, NOV, NOV, 0 },
    { DATE "Age: 99999999999999999999", NOV, NOV, NOV, MOST },
    { "Date: junk\nAge: 3", NOV, NOV, NOV + 1, 4 },
    { DATE "Date: Sun, 06 Nov 1994 08:49:36 GMT", NOV + 7, NOV + 7, NOV + 7, 0 }, /* no date then */
    { DATE, NOV, NOV, NOV - 1000, 1000 },   /* the clock went back since: never fresher by it */
    { "", NOV + 10, NOV, NOV, 0 },          /* or between request and response */
    { "", G_MININT64, G_MAXINT64, 0, MOST },
    { "", 0, G_MININT64, G_MAXINT64, MOST },
    { DATE, 0, G_MAXINT64, G_MININT64, MOST },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record
        = make (rows[i].fields, rows[i].request_time, rows[i].response_time);

      g_assert_cmpint (tern_cache_age (record, rows[i].now), ==, rows[i].age);
    }
}

static void
test_lifetime (void)
{
  static const struct
  {
    const char *fields;
    gint64 lifetime;
  } rows[] = {
    { "", 0 },
    /* A tenth of how long it had not changed, at most a day. */
    { DATE "Last-Modified: Sun, 06 Nov 1984 08:49:37 GMT", TERN_CACHE_GUESS_MAX },
    { DATE "Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT", 100 },
    { "Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT", 100 },
    { DATE "Last-Modified: Sun, 06 Nov 1994 08:49:28 GMT", 0 },
    { DATE "Last-Modified: " DAY, 0 },
    { DATE "Last-Modified: Sun, 06 Nov 1994 09:49:37 GMT", 0 },
    { DATE "Last-Modified: junk", 0 },
    { DATE "ETag: \"1\"", 0 },
    { DATE "Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT\nExpires: 0", 0 },
    { DATE "Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT\nCache-Control: max-age=5", 5 },
    { DATE "Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT\nCache-Control: max-age=junk", 0 },
    { DATE "Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT\nCache-Control: s-maxage=5", 100 },
    { "Cache-Control: max-age=99999999999999999999", MOST },
    { "Cache-Control: max-age=60, max-age=30", 30 },
    { "Cache-Control: max-age=\"60\"", 60 },
    { "Cache-Control: max-age=60", 60 },
    { "Cache-Control: s-maxage=90, max-age=60", 60 },
    { "Cache-Control: s-maxage=90", 0 },
    { "Cache-Control: max-age=60\nExpires: 0", 60 },
    { "Cache-Control: max-age=junk\n" DATE "Expires: Sun, 06 Nov 1994 09:49:37 GMT", 0 },
    { DATE "Expires: Sun, 06 Nov 1994 09:49:37 GMT", 3600 },
    { DATE "Expires: Sunday, 06-Nov-94 09:49:37 GMT", 3600 },
    { DATE "Expires: Sun Nov  6 09:49:37 1994", 3600 },
    { DATE "Expires: Sun, 06 Nov 1994 07:49:37 GMT", 0 },
    { DATE "Expires: 0", 0 },
    { DATE "Expires: -1", 0 },
    { DATE "Expires:", 0 },
    { DATE "Expires: tomorrow", 0 },
    { DATE "Expires: Sun, 06 Nov 1994 09:49:37 GMT\nExpires: Sun, 06 Nov 1994 10:49:37 GMT", 0 },
    { DATE "Expires: Sun, 06 Nov 1994 09:49:37 GMT\nExpires: Sun, 06 Nov 1994 09:49:37 GMT", 3600 },
    { "Expires: Sun, 06 Nov 1994 08:50:37 GMT", 60 }, /* counted from when it came */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = make (rows[i].fields, NOV, NOV);

      g_assert_cmpint (tern_cache_lifetime (record), ==, rows[i].lifetime);
    }
}

/* Where a lifetime may be guessed without leave (RFC 9110 §15.1), where with it, and where nothing
 * is needed for a guess. */
static void
test_guessed (void)
{
  static const guint by_default[]
      = { 200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 451, 501 };

  for (guint status = 200; status <= 599; status++)
    {
      g_autoptr (TernCacheRecord) plain
          = case_record ("", status, DATE "Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT");
      g_autoptr (TernCacheRecord) open = case_record (
          "", status, DATE "Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT\nCache-Control: public");
      g_autoptr (TernCacheRecord) bare = case_record ("", status, DATE);
      const gint64 guess = status == 301 || status == 308 ? TERN_CACHE_GUESS_MAX : 100;
      gboolean allowed = FALSE;

      for (gsize i = 0; i < G_N_ELEMENTS (by_default); i++)
        allowed |= by_default[i] == status;
      g_assert_cmpint (tern_cache_is_heuristic (status), ==, allowed);
      g_assert_cmpint (tern_cache_lifetime (plain), ==, allowed ? guess : 0);
      g_assert_cmpint (tern_cache_lifetime (open), ==, guess);
      g_assert_cmpint (tern_cache_lifetime (bare), ==, guess == 100 ? 0 : guess);
    }
}

static void
test_explicit (void)
{
  static const struct
  {
    const char *fields;
    gboolean is_explicit;
  } rows[] = {
    { "", FALSE },
    { "Cache-Control: public, s-maxage=3", FALSE },
    { "Cache-Control: max-age=junk", TRUE },
    { "Expires: junk", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) headers = fields_new (rows[i].fields);

      g_assert_cmpint (tern_cache_has_explicit_lifetime (headers), ==, rows[i].is_explicit);
    }
}

static void
test_keep_until (void)
{
  g_autoptr (TernCacheRecord) plain = make ("Cache-Control: max-age=60\nAge: 20", NOV, NOV);
  g_autoptr (TernCacheRecord) old = make ("Cache-Control: max-age=60\nAge: 90", NOV, NOV);
  g_autoptr (TernCacheRecord) strict
      = make ("Cache-Control: max-age=60, must-revalidate, stale-if-error=500\nAge: 20", NOV, NOV);
  g_autoptr (TernCacheRecord) rescue
      = make ("Cache-Control: max-age=60, stale-if-error=100000\nAge: 20", NOV, NOV);
  g_autoptr (TernCacheRecord) behind = make (
      "Cache-Control: max-age=60, stale-while-revalidate=700, stale-if-error=1\nAge: 90", NOV, NOV);
  g_autoptr (TernCacheRecord) never = make ("Cache-Control: max-age=60, no-cache", NOV, NOV);
  g_autoptr (TernCacheRecord) huge = make (
      "Cache-Control: max-age=60, stale-if-error=99999999999999999999\nAge: 20", NOV, NOV);
  g_autoptr (TernCacheRecord) tagged = make ("Cache-Control: max-age=60\nETag: \"x\"", NOV, NOV);
  g_autoptr (TernCacheRecord) far = make ("Cache-Control: max-age=60", G_MAXINT64, G_MAXINT64);

  g_assert_cmpint (tern_cache_keep_until (plain), ==, NOV + 40 + TERN_CACHE_KEPT_STALE);
  g_assert_cmpint (tern_cache_keep_until (old), ==, NOV);
  g_assert_cmpint (tern_cache_keep_until (strict), ==, NOV + 40);
  g_assert_cmpint (tern_cache_keep_until (rescue), ==, NOV + 40 + 100000);
  g_assert_cmpint (tern_cache_keep_until (behind), ==, NOV - 30 + 700);
  g_assert_cmpint (tern_cache_keep_until (never), ==, NOV + 60);
  g_assert_cmpint (tern_cache_keep_until (huge), ==, NOV + TERN_CACHE_SECONDS_MAX);
  g_assert_cmpint (tern_cache_keep_until (tagged), ==, 0);
  g_assert_cmpint (tern_cache_keep_until (far), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-freshness/age", test_age);
  g_test_add_func ("/cache-freshness/lifetime", test_lifetime);
  g_test_add_func ("/cache-freshness/guessed", test_guessed);
  g_test_add_func ("/cache-freshness/explicit", test_explicit);
  g_test_add_func ("/cache-freshness/keep-until", test_keep_until);
  return g_test_run ();
}
