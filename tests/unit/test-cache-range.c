/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ranges that are asked for, ranges that came, and parts put together. */
#include "policy/tern-cache-range.h"

#include "test-fields.h"

#define UNKNOWN TERN_CACHE_TOTAL_UNKNOWN
#define NONE TERN_RANGE_NONE
#define ONE TERN_RANGE_ONE
#define MANY TERN_RANGE_SEVERAL
#define BAD TERN_RANGE_UNSATISFIABLE
#define OTHER TERN_RANGE_FOREIGN
#define BIG "99999999999999999999999"

static const struct
{
  const char *fields;
  guint64 total;
  TernCacheRangeKind kind;
  guint64 first, end;
} wanted[] = {
  { "", 100, NONE, 0, 0 },
  { "Range: bytes=0-0", 100, ONE, 0, 1 },
  { "Range: bytes=0-99", 100, ONE, 0, 100 },
  { "Range: bytes=10-19", 100, ONE, 10, 20 },
  { "Range: bytes=10-1000", 100, ONE, 10, 100 },
  { "Range: bytes=10-" BIG, 100, ONE, 10, 100 },
  { "Range: bytes=10-", 100, ONE, 10, 100 },
  { "Range: bytes=99-", 100, ONE, 99, 100 },
  { "Range: bytes=-10", 100, ONE, 90, 100 },
  { "Range: bytes=-100", 100, ONE, 0, 100 },
  { "Range: bytes=-1000", 100, ONE, 0, 100 },
  { "Range: bytes=-" BIG, 100, ONE, 0, 100 },
  { "Range: BYTES=0-0", 100, ONE, 0, 1 },
  { "Range:  bytes=0-0 ", 100, ONE, 0, 1 },
  { "Range: bytes= 0-0 ,", 100, ONE, 0, 1 },
  { "range: bytes=007-0008", 100, ONE, 7, 9 },
  { "Range: bytes=0-0\nRange: bytes=0-0", 100, ONE, 0, 1 },
  /* Nothing of it is there. */
  { "Range: bytes=100-", 100, BAD, 0, 0 },
  { "Range: bytes=100-200", 100, BAD, 0, 0 },
  { "Range: bytes=" BIG "-", 100, BAD, 0, 0 },
  { "Range: bytes=-0", 100, BAD, 0, 0 },
  { "Range: bytes=0-0", 0, BAD, 0, 0 },
  { "Range: bytes=0-", 0, BAD, 0, 0 },
  { "Range: bytes=-5", 0, BAD, 0, 0 },
  { "Range: bytes=100-,-0,200-300", 100, BAD, 0, 0 },
  /* Several. */
  { "Range: bytes=0-0,2-2", 100, MANY, 0, 1 },
  { "Range: bytes=0-0, -1", 100, MANY, 0, 1 },
  { "Range: bytes=200-,2-2", 100, MANY, 2, 3 },
  /* Malformed, and so ignored. */
  { "Range:", 100, NONE, 0, 0 },
  { "Range: bytes", 100, NONE, 0, 0 },
  { "Range: bytes=", 100, NONE, 0, 0 },
  { "Range: bytes=,", 100, NONE, 0, 0 },
  { "Range: bytes=-", 100, NONE, 0, 0 },
  { "Range: bytes=1", 100, NONE, 0, 0 },
  { "Range: bytes=2-1", 100, NONE, 0, 0 },
  { "Range: bytes=a-b", 100, NONE, 0, 0 },
  { "Range: bytes=1-b", 100, NONE, 0, 0 },
  { "Range: bytes=1 - 2", 100, NONE, 0, 0 },
  { "Range: bytes=1-2-3", 100, NONE, 0, 0 },
  { "Range: bytes=--1", 100, NONE, 0, 0 },
  { "Range: bytes=+1-2", 100, NONE, 0, 0 },
  { "Range: bytes=0-0,x", 100, NONE, 0, 0 },
  { "Range: 0-0", 100, NONE, 0, 0 },
  /* Nobody here knows. */
  { "Range: items=0-0", 100, OTHER, 0, 0 },
  { "Range: bytesx=0-0", 100, OTHER, 0, 0 },
  { "Range: bytes =0-0", 100, OTHER, 0, 0 },
  { "Range: bytes=0-0\nRange: bytes=1-1", 100, OTHER, 0, 0 },
  { "Range: bytes=0-9", UNKNOWN, ONE, 0, 10 },
  { "Range: bytes=5-", UNKNOWN, OTHER, 0, 0 },
  { "Range: bytes=-5", UNKNOWN, OTHER, 0, 0 },
  { "Range: bytes=-0", UNKNOWN, BAD, 0, 0 },
  { "Range: bytes=5-" BIG, UNKNOWN, OTHER, 0, 0 },
};

static void
test_read (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autoptr (TernHeaders) headers = fields_new (wanted[i].fields);
      TernCacheRange range = { 0, 0 };
      const TernCacheRangeKind kind = tern_cache_range_read (headers, wanted[i].total, &range);

      if (kind != wanted[i].kind)
        g_test_message ("%s", wanted[i].fields);
      g_assert_cmpint (kind, ==, wanted[i].kind);
      if (kind != ONE && kind != MANY)
        continue;
      g_assert_cmpuint (range.first, ==, wanted[i].first);
      g_assert_cmpuint (range.end, ==, wanted[i].end);
    }
}

static void
test_content_range (void)
{
  static const struct
  {
    const char *fields;
    gboolean good;
    guint64 first, end, total;
  } rows[] = {
    { "Content-Range: bytes 0-9/100", TRUE, 0, 10, 100 },
    { "Content-Range: bytes 0-99/100", TRUE, 0, 100, 100 },
    { "Content-Range: BYTES 5-5/6", TRUE, 5, 6, 6 },
    { "Content-Range: bytes 0-9/*", TRUE, 0, 10, UNKNOWN },
    { "Content-Range: bytes 0-18446744073709551613/*", TRUE, 0, 18446744073709551614u, UNKNOWN },
    { "", FALSE, 0, 0, 0 },
    { "Content-Range:", FALSE, 0, 0, 0 },
    { "Content-Range: bytes", FALSE, 0, 0, 0 },
    { "Content-Range: bytes */100", FALSE, 0, 0, 0 },
    { "Content-Range: items 0-9/100", FALSE, 0, 0, 0 },
    { "Content-Range: bytes=0-9/100", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 9-0/100", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0-100/100", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0-9", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0-9/", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0-9/x", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0-9/**", FALSE, 0, 0, 0 },
    { "Content-Range: bytes -9/100", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0-/100", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0 - 9/100", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0-18446744073709551615/*", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0-18446744073709551614/*", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0-9/18446744073709551615", FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0-9/" BIG, FALSE, 0, 0, 0 },
    { "Content-Range: bytes 0-9/100\nContent-Range: bytes 0-8/100", FALSE, 0, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) headers = fields_new (rows[i].fields);
      TernCacheRange range;
      guint64 total;
      const gboolean good = tern_cache_range_of (headers, &range, &total);

      if (good != rows[i].good)
        g_test_message ("%s", rows[i].fields);
      g_assert_cmpint (good, ==, rows[i].good);
      if (!good)
        continue;
      g_assert_cmpuint (range.first, ==, rows[i].first);
      g_assert_cmpuint (range.end, ==, rows[i].end);
      g_assert_cmpuint (total, ==, rows[i].total);
    }
}

static void
test_text (void)
{
  const TernCacheRange range = { 10, 20 };
  g_autofree char *known = tern_cache_range_text (&range, 100);
  g_autofree char *unknown = tern_cache_range_text (&range, UNKNOWN);
  g_autofree char *none = tern_cache_range_text (NULL, 100);

  g_assert_cmpstr (known, ==, "bytes 10-19/100");
  g_assert_cmpstr (unknown, ==, "bytes 10-19/*");
  g_assert_cmpstr (none, ==, "bytes */100");
}

static void
test_combine (void)
{
  static const struct
  {
    TernCacheRange stored;
    guint64 stored_total;
    TernCacheRange fresh;
    guint64 fresh_total;
    gboolean good;
    TernCacheRange combined;
    guint64 total;
  } rows[] = {
    { { 0, 10 }, 100, { 10, 20 }, 100, TRUE, { 0, 20 }, 100 },
    { { 10, 20 }, 100, { 0, 10 }, 100, TRUE, { 0, 20 }, 100 },
    { { 0, 10 }, 100, { 5, 20 }, 100, TRUE, { 0, 20 }, 100 },
    { { 5, 20 }, 100, { 0, 10 }, 100, TRUE, { 0, 20 }, 100 },
    { { 0, 50 }, 100, { 10, 20 }, 100, TRUE, { 0, 50 }, 100 },
    { { 10, 20 }, 100, { 0, 50 }, 100, TRUE, { 0, 50 }, 100 },
    { { 0, 10 }, 100, { 10, 100 }, 100, TRUE, { 0, 100 }, 100 },
    { { 0, 10 }, UNKNOWN, { 10, 20 }, 100, TRUE, { 0, 20 }, 100 },
    { { 0, 10 }, 100, { 10, 20 }, UNKNOWN, TRUE, { 0, 20 }, 100 },
    { { 0, 10 }, UNKNOWN, { 10, 20 }, UNKNOWN, TRUE, { 0, 20 }, UNKNOWN },
    /* A hole, another length, bytes behind the end, nothing at all. */
    { { 0, 10 }, 100, { 11, 20 }, 100, FALSE, { 0, 0 }, 0 },
    { { 11, 20 }, 100, { 0, 10 }, 100, FALSE, { 0, 0 }, 0 },
    { { 0, 10 }, 100, { 10, 20 }, 101, FALSE, { 0, 0 }, 0 },
    { { 0, 10 }, UNKNOWN, { 5, 8 }, 8, FALSE, { 0, 0 }, 0 },
    { { 0, 10 }, 8, { 5, 20 }, UNKNOWN, FALSE, { 0, 0 }, 0 },
    { { 0, 0 }, 100, { 0, 20 }, 100, FALSE, { 0, 0 }, 0 },
    { { 0, 10 }, 100, { 10, 10 }, 100, FALSE, { 0, 0 }, 0 },
    { { 10, 0 }, 100, { 0, 20 }, 100, FALSE, { 0, 0 }, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TernCacheRange combined;
      guint64 total;

      g_assert_cmpint (tern_cache_range_combine (&rows[i].stored, rows[i].stored_total,
                                                 &rows[i].fresh, rows[i].fresh_total, &combined,
                                                 &total),
                       ==, rows[i].good);
      if (!rows[i].good)
        continue;
      g_assert_cmpuint (combined.first, ==, rows[i].combined.first);
      g_assert_cmpuint (combined.end, ==, rows[i].combined.end);
      g_assert_cmpuint (total, ==, rows[i].total);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-range/read", test_read);
  g_test_add_func ("/cache-range/content-range", test_content_range);
  g_test_add_func ("/cache-range/text", test_text);
  g_test_add_func ("/cache-range/combine", test_combine);
  return g_test_run ();
}
