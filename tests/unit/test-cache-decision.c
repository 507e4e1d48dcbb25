/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cache answers, asks about and leaves to the network. */
#include "policy/tern-cache-decision.h"

#include "cache-case.h"

/* "hit", "validate stale" and so on; "+rest" where the stored part can be completed. */
static char *
text_of (const TernCacheDecision *decision)
{
  static const char *const verdicts[] = { "miss", "hit", "hit-stale", "validate", "504" };
  static const char *const forwards[]
    = { "", " bypass", " method", " uri-miss", " vary-miss", " request", " stale", " partial" };

  return g_strconcat (verdicts[decision->verdict], forwards[decision->forward],
                      decision->can_complete ? " +rest" : "", NULL);
}

/* @asked is asked @after seconds after @stored came (NULL: nothing is stored). */
static char *
decide (const char *method, const char *asked, guint status, const char *stored, gint64 after)
{
  g_autoptr (TernCacheRecord) record = stored ? case_record ("Accept: a", status, stored) : NULL;
  const TernCacheRecord *const records[] = { record };
  TernCacheDecision decision;
  g_auto (Case) c;

  case_init (&c, method, asked);
  decision = tern_cache_decide (&c.request, records, record ? 1 : 0, NOV + after);
  return text_of (&decision);
}

#define TAG "ETag: \"1\"\n"
#define MINUTE TAG "Cache-Control: max-age=60"
#define GONE "Cache-Control: max-age=60"

static const struct
{
  const char *method, *asked, *stored;
  gint64 after;
  const char *decision;
} rows[] = {
  { "GET", "", NULL, 0, "miss uri-miss" },
  { "GET", "", MINUTE, 0, "hit" },
  { "GET", "", MINUTE, 59, "hit" },
  { "GET", "", MINUTE, 60, "validate stale" },
  { "GET", "", GONE, 59, "hit" },
  { "GET", "", GONE, 60, "miss stale" },
  { "GET", "", TAG, 0, "validate stale" },
  { "GET", "", "Last-Modified: " DAY, 0, "validate stale" },
  { "GET", "", DATE "Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT", 99, "hit" },
  { "GET", "", DATE "Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT", 100, "validate stale" },
  { "GET", "", "Last-Modified: junk", 0, "miss stale" },
  { "GET", "", DATE "Expires: Sun, 06 Nov 1994 08:50:37 GMT", 59, "hit" },
  { "GET", "", DATE "Expires: Sun, 06 Nov 1994 08:50:37 GMT", 60, "miss stale" },
  { "GET", "", MINUTE "\nAge: 30", 29, "hit" },
  { "GET", "", MINUTE "\nAge: 30", 30, "validate stale" },
  { "GET", "", MINUTE ", no-cache", 0, "validate stale" },
  { "GET", "", MINUTE ", no-cache=\"x\"", 0, "hit" },
  { "GET", "", MINUTE ", no-cache=\"x\"", 60, "validate stale" },
  { "GET", "", MINUTE ", no-cache=\"\"", 0, "validate stale" },
  { "GET", "", MINUTE ", private", 59, "hit" },
  { "GET", "", MINUTE ", private=\"set-cookie\"", 59, "hit" },
  { "GET", "", MINUTE ", s-maxage=5, proxy-revalidate", 59, "hit" },
  { "GET", "Cache-Control: max-stale", MINUTE ", proxy-revalidate", 60, "hit" },
  { "GET", "", MINUTE ", must-revalidate", 59, "hit" },
  { "GET", "", MINUTE, -1000, "validate stale" },
  /* What the request says. */
  { "GET", "Cache-Control: no-cache", MINUTE, 0, "validate request" },
  { "GET", "Cache-Control: no-cache", GONE, 0, "miss request" },
  { "GET", "Pragma: no-cache", MINUTE, 0, "validate request" },
  { "GET", "Pragma: NO-CACHE, x", MINUTE, 0, "validate request" },
  { "GET", "Pragma: no-cache\nCache-Control: max-age=9", MINUTE, 0, "hit" },
  { "GET", "Cache-Control: no-store", MINUTE, 0, "miss request" },
  { "GET", "Cache-Control: max-age=10", MINUTE, 9, "hit" },
  { "GET", "Cache-Control: max-age=10", MINUTE, 10, "validate request" },
  { "GET", "Cache-Control: max-age=0", MINUTE, 0, "validate request" },
  { "GET", "Cache-Control: max-age=100", MINUTE, 70, "validate stale" },
  { "GET", "Cache-Control: max-age=junk", MINUTE, 0, "validate request" },
  { "GET", "Cache-Control: min-fresh=20", MINUTE, 40, "hit" },
  { "GET", "Cache-Control: min-fresh=20", MINUTE, 41, "validate request" },
  { "GET", "Cache-Control: max-stale", MINUTE, 100000, "hit" },
  { "GET", "Cache-Control: max-stale=5", MINUTE, 65, "hit" },
  { "GET", "Cache-Control: max-stale=5", MINUTE, 66, "validate stale" },
  { "GET", "Cache-Control: max-stale=junk", MINUTE, 61, "validate stale" },
  { "GET", "Cache-Control: max-stale", MINUTE ", must-revalidate", 60, "validate stale" },
  { "GET", "Cache-Control: max-stale", MINUTE ", no-cache", 0, "validate stale" },
  { "GET", "Cache-Control: max-stale, no-cache", MINUTE, 0, "validate request" },
  { "GET", "Cache-Control: only-if-cached", MINUTE, 0, "hit" },
  { "GET", "Cache-Control: only-if-cached", MINUTE, 60, "504" },
  { "GET", "Cache-Control: only-if-cached, max-stale", MINUTE, 60, "hit" },
  { "GET", "Cache-Control: only-if-cached", MINUTE ", no-cache", 0, "504" },
  { "GET", "Cache-Control: only-if-cached", NULL, 0, "504" },
  { "POST", "Cache-Control: only-if-cached", NULL, 0, "504" },
  /* To reload what never changes (RFC 8246). */
  { "GET", "Cache-Control: max-age=0", MINUTE ", immutable", 59, "hit" },
  { "GET", "Cache-Control: max-age=10", MINUTE ", immutable", 59, "hit" },
  { "GET", "Cache-Control: max-age=0", MINUTE ", immutable", 60, "validate request" },
  { "GET", "Cache-Control: no-cache", MINUTE ", immutable", 0, "validate request" },
  { "GET", "Pragma: no-cache", MINUTE ", immutable", 0, "validate request" },
  { "GET", "Cache-Control: min-fresh=9", MINUTE ", immutable", 52, "validate request" },
  { "GET", "", MINUTE ", immutable", 60, "validate stale" },
  /* Stale, while it is validated (RFC 5861 §3). */
  { "GET", "", MINUTE ", stale-while-revalidate=10", 59, "hit" },
  { "GET", "", MINUTE ", stale-while-revalidate=10", 60, "hit-stale" },
  { "GET", "", MINUTE ", stale-while-revalidate=10", 70, "hit-stale" },
  { "GET", "", MINUTE ", stale-while-revalidate=10", 71, "validate stale" },
  { "GET", "", MINUTE ", stale-while-revalidate=junk", 61, "validate stale" },
  { "GET", "", GONE ", stale-while-revalidate=10", 61, "hit-stale" },
  { "GET", "", MINUTE ", stale-while-revalidate=10, must-revalidate", 60, "validate stale" },
  { "GET", "", MINUTE ", stale-while-revalidate=10, no-cache", 60, "validate stale" },
  { "GET", "Cache-Control: max-age=65", MINUTE ", stale-while-revalidate=10", 64, "hit-stale" },
  { "GET", "Cache-Control: max-age=65", MINUTE ", stale-while-revalidate=10", 65,
    "validate request" },
  { "GET", "Cache-Control: min-fresh=1", MINUTE ", stale-while-revalidate=10", 60,
    "validate request" },
  { "GET", "Cache-Control: no-cache", MINUTE ", stale-while-revalidate=10", 60,
    "validate request" },
  { "GET", "Cache-Control: max-stale", MINUTE ", stale-while-revalidate=10", 60, "hit" },
  { "GET", "Cache-Control: only-if-cached", MINUTE ", stale-while-revalidate=10", 60, "hit" },
  { "GET", "Cache-Control: only-if-cached", MINUTE ", stale-while-revalidate=10", 71, "504" },
  { "HEAD", "", MINUTE ", stale-while-revalidate=10", 60, "hit-stale" },
  /* A HEAD is answered by a GET, and else asks for itself. */
  { "HEAD", "", MINUTE, 59, "hit" },
  { "HEAD", "", MINUTE, 60, "miss stale" },
  { "HEAD", "", NULL, 0, "miss uri-miss" },
  { "HEAD", "Cache-Control: no-cache", MINUTE, 0, "miss request" },
  { "HEAD", "If-None-Match: \"1\"", MINUTE, 0, "hit" },
  /* The caller's own conditions and ranges. */
  { "GET", "If-None-Match: \"1\"", MINUTE, 0, "hit" },
  { "GET", "If-None-Match: \"2\"", MINUTE, 0, "hit" },
  { "GET", "If-None-Match: \"1\"", MINUTE, 60, "validate stale" },
  { "GET", "If-None-Match: junk", MINUTE, 0, "miss request" },
  { "GET", "If-None-Match: junk", MINUTE, 60, "miss stale" },
  { "GET", "if-modified-since: x", MINUTE, 0, "hit" },
  { "GET", "If-Match: *", MINUTE, 0, "miss request" },
  { "GET", "If-Match: *", NULL, 0, "miss uri-miss" },
  { "GET", "If-Unmodified-Since: x", MINUTE, 0, "miss request" },
  { "GET", "If-Range: x", MINUTE, 0, "hit" },
  { "GET", "Range: bytes=0-1", MINUTE, 0, "hit" },
  { "GET", "Range: bytes=0-1", MINUTE, 60, "validate stale" },
  { "GET", "Range: bytes=0-1", GONE, 60, "miss stale" },
  { "GET", "Range: bytes=500-", MINUTE, 0, "hit" },
  { "GET", "Range: bytes=0-1,3-4", MINUTE, 0, "hit" },
  { "GET", "Range: lines=0-1", MINUTE, 0, "miss request" },
  { "GET", "Range: bytes=0-1", MINUTE "\nContent-Encoding: x", 0, "miss request" },
  { "GET", "Range: bytes=0-1", NULL, 0, "miss uri-miss" },
  { "GET", "Cache-Control: only-if-cached\nRange: bytes=0-1", MINUTE, 0, "hit" },
  { "GET", "Cache-Control: only-if-cached\nRange: lines=0-1", MINUTE, 0, "504" },
  { "GET", "Cache-Control: only-if-cached\nIf-Match: *", MINUTE, 0, "504" },
  { "GET", "Cache-Control: only-if-cached, no-store", MINUTE, 0, "504" },
  /* What is not for the cache. */
  { "POST", "", MINUTE, 0, "miss method" },
  { "PUT", "", MINUTE, 0, "miss method" },
  { "OPTIONS", "", MINUTE, 0, "miss method" },
  { "QUERY", "", MINUTE, 0, "miss method" },
  { "get", "", MINUTE, 0, "miss method" },
  /* What was stored for another request. */
  { "GET", "", MINUTE "\nVary: accept", 0, "validate vary-miss" },
  { "GET", "", GONE "\nVary: accept", 0, "miss vary-miss" },
  { "HEAD", "", MINUTE "\nVary: accept", 0, "miss vary-miss" },
  { "GET", "Range: bytes=0-1", MINUTE "\nVary: accept", 0, "miss vary-miss" },
  { "GET", "If-None-Match: \"2\"", MINUTE "\nVary: accept", 0, "miss vary-miss" },
  { "GET", "", MINUTE "\nVary: accept, *", 0, "miss vary-miss" },
  { "GET", "Cookie: a=b", MINUTE "\nVary: cookie", 0, "miss vary-miss" },
  { "GET", "Accept: a", MINUTE "\nVary: accept", 0, "hit" },
  { "GET", "Accept: a", MINUTE "\nVary: *", 0, "miss vary-miss" },
};

static void
test_decide (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *decision
        = decide (rows[i].method, rows[i].asked, 200, rows[i].stored, rows[i].after);

      if (!g_str_equal (decision, rows[i].decision))
        g_test_message ("%s [%s] of [%s]", rows[i].method, rows[i].asked, rows[i].stored);
      g_assert_cmpstr (decision, ==, rows[i].decision);
    }
}

/* Every status is answered alike; what differs is whether it was stored, and a guessed lifetime. */
static void
test_statuses (void)
{
#define MODIFIED DATE "Last-Modified: Sun, 06 Nov 1994 08:32:57 GMT\n"
  static const struct
  {
    guint status;
    const char *stored;
    gint64 after;
    const char *decision;
  } cases[] = {
    { 404, GONE, 59, "hit" },           { 404, GONE, 60, "miss stale" },
    { 404, MODIFIED, 99, "hit" },       { 404, MODIFIED, 100, "validate stale" },
    { 301, "", 86399, "hit" },          { 301, "", 86400, "miss stale" },
    { 308, TAG, 86399, "hit" },         { 308, TAG, 86400, "validate stale" },
    { 301, GONE, 60, "miss stale" },    { 301, "Expires: 0", 0, "miss stale" },
    { 302, GONE, 59, "hit" },           { 302, TAG, 0, "validate stale" },
    { 302, MODIFIED, 0, "validate stale" },
    { 302, MODIFIED "Cache-Control: public", 99, "hit" },
    { 303, GONE, 59, "hit" },           { 307, GONE, 59, "hit" },
    { 410, MODIFIED, 99, "hit" },       { 451, MODIFIED, 99, "hit" },
    { 501, MODIFIED, 99, "hit" },       { 500, MODIFIED, 0, "validate stale" },
    { 503, GONE, 59, "hit" },           { 599, GONE, 59, "hit" },
    { 599, MODIFIED, 0, "validate stale" }, { 599, MODIFIED "Cache-Control: public", 99, "hit" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *decision
        = decide ("GET", "", cases[i].status, cases[i].stored, cases[i].after);

      if (!g_str_equal (decision, cases[i].decision))
        g_test_message ("%u [%s]", cases[i].status, cases[i].stored);
      g_assert_cmpstr (decision, ==, cases[i].decision);
    }
}

/* Only the first half is stored. */
static void
test_partial (void)
{
#define HALF TAG "Cache-Control: max-age=60\nContent-Range: bytes 0-49/100"
#define END TAG "Cache-Control: max-age=60\nContent-Range: bytes 50-99/100"
#define WEAK "ETag: W/\"1\"\nCache-Control: max-age=60\nContent-Range: bytes 0-49/100"
  static const struct
  {
    const char *method, *asked, *stored;
    gint64 after;
    const char *decision;
  } cases[] = {
    { "GET", "", HALF, 0, "miss partial +rest" },
    { "GET", "", HALF, 60, "miss stale +rest" },
    { "GET", "", END, 0, "miss partial" },
    { "GET", "", WEAK, 0, "miss partial" },
    { "HEAD", "", HALF, 0, "hit" },
    { "GET", "Range: bytes=0-9", HALF, 0, "hit" },
    { "GET", "Range: bytes=40-49", HALF, 0, "hit" },
    { "GET", "Range: bytes=0-9", HALF, 60, "validate stale" },
    { "GET", "Range: bytes=40-50", HALF, 0, "miss partial" },
    { "GET", "Range: bytes=40-", HALF, 0, "miss partial" },
    { "GET", "Range: bytes=40-50", HALF, 60, "miss stale" },
    { "GET", "If-None-Match: \"1\"", HALF, 0, "hit" },
    { "GET", "If-None-Match: \"2\"", HALF, 0, "miss partial" },
    { "GET", "Cache-Control: no-cache", HALF, 0, "miss request +rest" },
    { "GET", "Cache-Control: only-if-cached", HALF, 0, "504" },
    { "GET", "Cache-Control: only-if-cached\nRange: bytes=0-9", HALF, 0, "hit" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *decision
        = decide (cases[i].method, cases[i].asked, 206, cases[i].stored, cases[i].after);

      if (!g_str_equal (decision, cases[i].decision))
        g_test_message ("%s [%s]", cases[i].asked, cases[i].stored);
      g_assert_cmpstr (decision, ==, cases[i].decision);
    }
}

/* Several variants: the one that fits, and of those the one that the origin made last. */
static void
test_choose (void)
{
  static const struct
  {
    const char *asked;
    const char *first_asked, *first;
    gint64 first_at;
    const char *second_asked, *second;
    gint64 second_at;
    int chosen; /* -1: none */
  } cases[] = {
    { "Accept: a", "Accept: a", "Vary: accept", 0, "Accept: b", "Vary: accept", 9, 0 },
    { "Accept: b", "Accept: a", "Vary: accept", 0, "Accept: b", "Vary: accept", 9, 1 },
    { "Accept: c", "Accept: a", "Vary: accept", 0, "Accept: b", "Vary: accept", 9, -1 },
    { "Accept: b", "", "", 9, "Accept: b", "Vary: accept", 0, 0 },
    { "Accept: b", "", "", 0, "Accept: b", "Vary: accept", 9, 1 },
    { "", "", DATE, 0, "", "Date: Sun, 06 Nov 1994 08:49:36 GMT", 9, 0 },
    { "", "", "Date: Sun, 06 Nov 1994 08:49:36 GMT", 9, "", DATE, 0, 1 },
    { "", "", DATE, 9, "", DATE, 0, 0 },
    { "", "", DATE, 0, "", DATE, 9, 1 },
    { "", "", "Vary: *", 9, "", "", 0, 1 },
    { "", "", "Vary: *", 9, "", "Vary: x, *", 0, -1 },
    { "Authorization: u", "Authorization: u", "", 0, "Authorization: v", "", 9, 0 },
    { "Authorization: v", "Authorization: u", "", 0, "Authorization: v", "", 9, 1 },
    { "", "Authorization: u", "", 0, "Authorization: v", "", 9, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TernCacheRecord) first
        = case_record_at (cases[i].first_asked, 200, cases[i].first, NOV + cases[i].first_at);
      g_autoptr (TernCacheRecord) second
        = case_record_at (cases[i].second_asked, 200, cases[i].second, NOV + cases[i].second_at);
      const TernCacheRecord *const records[] = { first, second };
      const TernCacheRecord *const turned[] = { second, first };
      const TernCacheRecord *const chosen
        = cases[i].chosen < 0 ? NULL : records[cases[i].chosen];
      g_auto (Case) c;

      case_init (&c, "GET", cases[i].asked);
      g_test_message ("%s: %s, %s", cases[i].asked, cases[i].first, cases[i].second);
      g_assert_true (tern_cache_choose (&c.request, records, 2) == chosen);
      g_assert_true (tern_cache_choose (&c.request, turned, 2) == chosen);
      g_assert_true (tern_cache_decide (&c.request, turned, 2, NOV + 10).record == chosen);
      g_assert_null (tern_cache_choose (&c.request, NULL, 0));
    }
}

/* A store that gives what belongs to another key. */
static void
test_mixed_up (void)
{
  static const struct
  {
    const char *uri, *partition;
    TernCacheVerdict verdict;
  } others[] = {
    { "http://a/", NULL, TERN_CACHE_HIT },
    { "http://a/x", NULL, TERN_CACHE_MISS },
    { "http://b/", NULL, TERN_CACHE_MISS },
    { "http://a/", "p", TERN_CACHE_MISS },
  };
  g_autoptr (TernCacheRecord) record = case_record ("", 200, MINUTE);
  const TernCacheRecord *const records[] = { record };
  g_autoptr (TernHeaders) headers = tern_headers_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (TernUri) uri = tern_uri_parse (others[i].uri, NULL);
      const TernCacheRequest request = { "GET", uri, others[i].partition, headers, NULL };

      g_assert_cmpint (tern_cache_decide (&request, records, 1, NOV).verdict, ==,
                       others[i].verdict);
    }
}

static void
test_wants_lookup (void)
{
  static const struct
  {
    const char *method, *asked;
    gboolean wants;
  } cases[] = {
    { "GET", "", TRUE },
    { "HEAD", "", TRUE },
    { "GET", "Range: bytes=0-", TRUE },
    { "GET", "If-None-Match: x", TRUE },
    { "GET", "Cache-Control: no-cache", TRUE },
    { "GET", "Cache-Control: no-store", FALSE },
    { "POST", "", FALSE },
    { "X", "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Case) c;

      case_init (&c, cases[i].method, cases[i].asked);
      g_assert_cmpint (tern_cache_wants_lookup (&c.request), ==, cases[i].wants);
    }
}

/* What stands in for a failure, and for how long (RFC 5861 §4). */
static void
test_rescue (void)
{
#define CARE MINUTE ", stale-if-error=10"
  static const struct
  {
    const char *asked;
    guint stored_status;
    const char *stored;
    gint64 after;
    guint status;
    gboolean rescues;
  } cases[] = {
    { "", 200, CARE, 60, 0, TRUE },
    { "", 200, CARE, 70, 0, TRUE },
    { "", 200, CARE, 71, 0, FALSE },
    { "", 200, CARE, 30, 0, TRUE },
    { "", 200, CARE, 65, 500, TRUE },
    { "", 200, CARE, 65, 502, TRUE },
    { "", 200, CARE, 65, 503, TRUE },
    { "", 200, CARE, 65, 504, TRUE },
    { "", 200, CARE, 65, 501, FALSE },
    { "", 200, CARE, 65, 505, FALSE },
    { "", 200, CARE, 65, 404, FALSE },
    { "", 200, CARE, 65, 200, FALSE },
    { "", 404, CARE, 65, 503, TRUE },
    { "", 200, MINUTE, 61, 0, FALSE },
    { "", 200, MINUTE, 59, 0, FALSE },
    { "", 200, MINUTE ", stale-if-error=junk", 61, 0, FALSE },
    { "", 200, CARE ", must-revalidate", 65, 0, FALSE },
    { "", 200, CARE ", no-cache", 65, 0, FALSE },
    { "", 200, CARE ", proxy-revalidate", 65, 0, TRUE },
    /* The caller's word counts as well. */
    { "Cache-Control: stale-if-error=20", 200, MINUTE, 80, 0, TRUE },
    { "Cache-Control: stale-if-error=20", 200, MINUTE, 81, 0, FALSE },
    { "Cache-Control: stale-if-error=20", 200, CARE, 80, 503, TRUE },
    { "Cache-Control: stale-if-error=5", 200, CARE, 70, 503, TRUE },
    { "Cache-Control: stale-if-error=20", 200, MINUTE ", must-revalidate", 65, 0, FALSE },
    { "Cache-Control: max-age=0, stale-if-error=20", 200, MINUTE, 10, 0, TRUE },
    { "Cache-Control: no-cache", 200, CARE, 65, 0, FALSE },
    { "Pragma: no-cache", 200, CARE, 65, 0, FALSE },
    { "Cache-Control: no-store", 200, CARE, 65, 0, FALSE },
    { "If-Match: *", 200, CARE, 65, 0, FALSE },
    { "If-None-Match: \"1\"", 200, CARE, 65, 0, TRUE },
    { "", 206, CARE "\nContent-Range: bytes 0-9/100", 65, 0, FALSE },
    { "Range: bytes=0-9", 206, CARE "\nContent-Range: bytes 0-9/100", 65, 0, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TernCacheRecord) record
        = case_record ("", cases[i].stored_status, cases[i].stored);
      g_auto (Case) c;
      gboolean rescues;

      case_init (&c, "GET", cases[i].asked);
      rescues = tern_cache_may_rescue (&c.request, record, cases[i].status, NOV + cases[i].after);
      if (rescues != cases[i].rescues)
        g_test_message ("[%s] of [%s]", cases[i].asked, cases[i].stored);
      g_assert_cmpint (rescues, ==, cases[i].rescues);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-decision/decide", test_decide);
  g_test_add_func ("/cache-decision/statuses", test_statuses);
  g_test_add_func ("/cache-decision/partial", test_partial);
  g_test_add_func ("/cache-decision/choose", test_choose);
  g_test_add_func ("/cache-decision/mixed-up", test_mixed_up);
  g_test_add_func ("/cache-decision/wants-lookup", test_wants_lookup);
  g_test_add_func ("/cache-decision/rescue", test_rescue);
  return g_test_run ();
}
