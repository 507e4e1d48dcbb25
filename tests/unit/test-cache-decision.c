/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cache answers, asks about, leaves alone and keeps. */
#include "policy/tern-cache-decision.h"

#include "test-fields.h"

#define NOV 784111777
#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\n"

static TernCacheRecord *
make (const char *fields, const char *request_fields)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) asked = fields_new (request_fields), answered = fields_new (fields);
  const TernCacheRequest request = { "GET", uri, NULL, asked };

  return tern_cache_record_new (&request, 200, "OK", 11, answered, NOV, NOV);
}

/* @asked is asked @after seconds after @stored came (NULL: nothing is stored). */
static char *
decide (const char *method, const char *asked, const char *stored, gint64 after)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) headers = fields_new (asked);
  const TernCacheRequest request = { method, uri, NULL, headers };
  g_autoptr (TernCacheRecord) record = stored ? make (stored, "Accept: a") : NULL;
  TernCacheDecision decision = tern_cache_decide (&request, record, NOV + after);
  static const char *const verdicts[] = { "bypass", "miss", "fresh", "validate", "504" };

  return g_strdup_printf ("%s%s%s", verdicts[decision.verdict], decision.forward ? " " : "",
                          decision.forward ? decision.forward : "");
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
  { "GET", "", MINUTE, 0, "fresh" },
  { "GET", "", MINUTE, 59, "fresh" },
  { "GET", "", MINUTE, 60, "validate stale" },
  { "GET", "", GONE, 59, "fresh" },
  { "GET", "", GONE, 60, "miss stale" },
  { "GET", "", TAG, 0, "validate stale" },
  { "GET", "", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT", 0, "validate stale" },
  { "GET", "", "Last-Modified: junk", 0, "miss stale" },
  { "GET", "", DATE "Expires: Sun, 06 Nov 1994 08:50:37 GMT", 59, "fresh" },
  { "GET", "", DATE "Expires: Sun, 06 Nov 1994 08:50:37 GMT", 60, "miss stale" },
  { "GET", "", MINUTE "\nAge: 30", 29, "fresh" },
  { "GET", "", MINUTE "\nAge: 30", 30, "validate stale" },
  { "GET", "", MINUTE ", no-cache", 0, "validate stale" },
  { "GET", "", MINUTE ", no-cache=\"x\"", 0, "validate stale" },
  { "GET", "", MINUTE, -1000, "validate stale" },
  /* What the request says. */
  { "GET", "Cache-Control: no-cache", MINUTE, 0, "validate request" },
  { "GET", "Cache-Control: no-cache", GONE, 0, "miss request" },
  { "GET", "Pragma: no-cache", MINUTE, 0, "validate request" },
  { "GET", "Pragma: NO-CACHE, x", MINUTE, 0, "validate request" },
  { "GET", "Pragma: no-cache\nCache-Control: max-age=9", MINUTE, 0, "fresh" },
  { "GET", "Cache-Control: no-store", MINUTE, 0, "bypass request" },
  { "GET", "Cache-Control: max-age=10", MINUTE, 9, "fresh" },
  { "GET", "Cache-Control: max-age=10", MINUTE, 10, "validate request" },
  { "GET", "Cache-Control: max-age=0", MINUTE, 0, "validate request" },
  { "GET", "Cache-Control: max-age=100", MINUTE, 70, "validate stale" },
  { "GET", "Cache-Control: max-age=junk", MINUTE, 0, "validate request" },
  { "GET", "Cache-Control: min-fresh=20", MINUTE, 40, "fresh" },
  { "GET", "Cache-Control: min-fresh=20", MINUTE, 41, "validate request" },
  { "GET", "Cache-Control: max-stale", MINUTE, 100000, "fresh" },
  { "GET", "Cache-Control: max-stale=5", MINUTE, 65, "fresh" },
  { "GET", "Cache-Control: max-stale=5", MINUTE, 66, "validate stale" },
  { "GET", "Cache-Control: max-stale=junk", MINUTE, 61, "validate stale" },
  { "GET", "Cache-Control: max-stale", MINUTE ", must-revalidate", 60, "validate stale" },
  { "GET", "Cache-Control: max-stale", MINUTE ", no-cache", 0, "validate stale" },
  { "GET", "Cache-Control: max-stale, no-cache", MINUTE, 0, "validate request" },
  { "GET", "Cache-Control: only-if-cached", MINUTE, 0, "fresh" },
  { "GET", "Cache-Control: only-if-cached", MINUTE, 60, "504" },
  { "GET", "Cache-Control: only-if-cached, max-stale", MINUTE, 60, "fresh" },
  { "GET", "Cache-Control: only-if-cached", MINUTE ", no-cache", 0, "504" },
  { "GET", "Cache-Control: only-if-cached", NULL, 0, "504" },
  { "GET", "Cache-Control: only-if-cached\nRange: bytes=0-1", MINUTE, 0, "504" },
  { "POST", "Cache-Control: only-if-cached", NULL, 0, "504" },
  /* What is not for the cache. */
  { "HEAD", "", MINUTE, 0, "bypass method" },
  { "POST", "", MINUTE, 0, "bypass method" },
  { "get", "", MINUTE, 0, "bypass method" },
  { "GET", "Range: bytes=0-1", MINUTE, 0, "bypass bypass" },
  { "GET", "If-None-Match: \"1\"", MINUTE, 0, "bypass bypass" },
  { "GET", "if-modified-since: x", MINUTE, 0, "bypass bypass" },
  { "GET", "If-Match: *", MINUTE, 0, "bypass bypass" },
  { "GET", "If-Unmodified-Since: x", MINUTE, 0, "bypass bypass" },
  { "GET", "If-Range: x", MINUTE, 0, "bypass bypass" },
  /* What was stored for another request. */
  { "GET", "", MINUTE "\nVary: accept", 0, "miss vary-miss" },
  { "GET", "Accept: a", MINUTE "\nVary: accept", 0, "fresh" },
  { "GET", "Accept: a", MINUTE "\nVary: *", 0, "miss vary-miss" },
};

static void
test_decide (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *decision
        = decide (rows[i].method, rows[i].asked, rows[i].stored, rows[i].after);

      if (!g_str_equal (decision, rows[i].decision))
        g_test_message ("%s [%s] of [%s]", rows[i].method, rows[i].asked, rows[i].stored);
      g_assert_cmpstr (decision, ==, rows[i].decision);
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
    { "http://a/", NULL, TERN_CACHE_FRESH },
    { "http://a/x", NULL, TERN_CACHE_MISS },
    { "http://b/", NULL, TERN_CACHE_MISS },
    { "http://a/", "p", TERN_CACHE_MISS },
  };
  g_autoptr (TernCacheRecord) record = make (MINUTE, "");
  g_autoptr (TernHeaders) headers = tern_headers_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (TernUri) uri = tern_uri_parse (others[i].uri, NULL);
      const TernCacheRequest request = { "GET", uri, others[i].partition, headers };

      g_assert_cmpint (tern_cache_decide (&request, record, NOV).verdict, ==, others[i].verdict);
    }
}

static void
test_wants_lookup (void)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) plain = tern_headers_new ();
  g_autoptr (TernHeaders) range = fields_new ("Range: bytes=0-");
  const TernCacheRequest get = { "GET", uri, NULL, plain }, post = { "POST", uri, NULL, plain };
  const TernCacheRequest part = { "GET", uri, NULL, range };

  g_assert_true (tern_cache_wants_lookup (&get));
  g_assert_false (tern_cache_wants_lookup (&post));
  g_assert_false (tern_cache_wants_lookup (&part));
}

#define S TERN_STORING_REPLACE
#define K TERN_STORING_LEAVE
#define F TERN_STORING_FORGET

static void
test_may_store (void)
{
  static const struct
  {
    const char *method, *asked;
    guint status;
    const char *answered;
    TernCacheStoring storing;
  } storings[] = {
    { "GET", "", 200, GONE, S },
    { "GET", "", 200, TAG, S },
    { "GET", "", 200, "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT", S },
    { "GET", "", 200, "Expires: 0", S },
    { "GET", "", 200, "", F },
    { "GET", "", 200, "ETag: 1\nLast-Modified: x", F },
    { "GET", "", 200, MINUTE ", private", S },
    { "GET", "", 200, MINUTE ", no-cache", S },
    { "GET", "", 200, MINUTE ", no-store", F },
    { "GET", "", 200, MINUTE "\nCache-Control: No-Store=x", F },
    { "GET", "", 200, MINUTE "\nVary: *", F },
    { "GET", "", 200, MINUTE "\nVary: accept", S },
    { "GET", "Cache-Control: no-store", 200, MINUTE, F },
    { "GET", "Authorization: x", 200, MINUTE, S },
    { "GET", "Range: bytes=0-1", 200, MINUTE, K },
    { "GET", "If-None-Match: x", 200, MINUTE, K },
    { "HEAD", "", 200, MINUTE, K },
    { "POST", "", 200, MINUTE, K },
    { "GET", "", 203, TAG, S },
    { "GET", "", 204, TAG, S },
    { "GET", "", 300, TAG, S },
    { "GET", "", 301, GONE, S },
    { "GET", "", 301, "", F },
    { "GET", "", 302, GONE, S },
    { "GET", "", 302, TAG, F },
    { "GET", "", 303, GONE, F },
    { "GET", "", 307, GONE, S },
    { "GET", "", 308, GONE, S },
    { "GET", "", 404, GONE, S },
    { "GET", "", 404, "", F },
    { "GET", "", 410, TAG, S },
    { "GET", "", 400, GONE, F },
    { "GET", "", 418, GONE, F },
    { "GET", "", 201, GONE, F },
    { "GET", "", 206, MINUTE, K },
    { "GET", "", 304, MINUTE, K },
    { "GET", "", 401, MINUTE, K },
    { "GET", "", 407, MINUTE, K },
    { "GET", "", 416, MINUTE, K },
    { "GET", "", 429, MINUTE, K },
    { "GET", "", 500, MINUTE, K },
    { "GET", "", 503, MINUTE, K },
    { "GET", "", 100, MINUTE, K },
  };
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (storings); i++)
    {
      g_autoptr (TernHeaders) asked = fields_new (storings[i].asked);
      g_autoptr (TernHeaders) answered = fields_new (storings[i].answered);
      const TernCacheRequest request = { storings[i].method, uri, NULL, asked };
      const TernCacheStoring storing = tern_cache_may_store (&request, storings[i].status,
                                                             answered);

      if (storing != storings[i].storing)
        g_test_message ("%u [%s]", storings[i].status, storings[i].answered);
      g_assert_cmpint (storing, ==, storings[i].storing);
    }
}

static void
test_status_text (void)
{
  static const struct
  {
    TernCacheDecision decision;
    guint status;
    gboolean stored;
    const char *text;
  } texts[] = {
    { { TERN_CACHE_FRESH, NULL, 30, 30 }, 0, FALSE, "tern; hit; ttl=30" },
    { { TERN_CACHE_FRESH, NULL, 65, -5 }, 0, FALSE, "tern; hit; ttl=-5" },
    { { TERN_CACHE_MISS, "uri-miss", 0, 0 }, 200, TRUE,
      "tern; fwd=uri-miss; fwd-status=200; stored" },
    { { TERN_CACHE_VALIDATE, "stale", 9, -1 }, 304, FALSE, "tern; fwd=stale; fwd-status=304" },
    { { TERN_CACHE_BYPASS, "method", 0, 0 }, 201, FALSE, "tern; fwd=method; fwd-status=201" },
    { { TERN_CACHE_GATEWAY_TIMEOUT, NULL, 0, 0 }, 0, FALSE, "tern; detail=only-if-cached" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text
        = tern_cache_status_text (&texts[i].decision, texts[i].status, texts[i].stored);

      g_assert_cmpstr (text, ==, texts[i].text);
    }
}

static void
test_answer_fields (void)
{
  g_autoptr (TernCacheRecord) record = make ("Age: 7\nA: b\nAGE: 8", "");
  g_autoptr (TernHeaders) fields = tern_cache_answer_fields (record, NOV + 5);
  g_autofree char *text = fields_text (fields);

  g_assert_cmpstr (text, ==, "A: b\nAge: 12");
  g_assert_cmpuint (tern_headers_get_n (record->headers), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-decision/decide", test_decide);
  g_test_add_func ("/cache-decision/mixed-up", test_mixed_up);
  g_test_add_func ("/cache-decision/wants-lookup", test_wants_lookup);
  g_test_add_func ("/cache-decision/may-store", test_may_store);
  g_test_add_func ("/cache-decision/status-text", test_status_text);
  g_test_add_func ("/cache-decision/answer-fields", test_answer_fields);
  return g_test_run ();
}
