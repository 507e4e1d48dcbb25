/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cache-Status, for every decision and with every text in it. */
#include "policy/tern-cache-status.h"

static void
test_text (void)
{
  static const struct
  {
    TernCacheDecision decision;
    TernCacheStatus status;
    const char *text;
  } rows[] = {
    { { .verdict = TERN_CACHE_HIT, .ttl = 30 }, { 0 }, "tern; hit; ttl=30" },
    { { .verdict = TERN_CACHE_HIT, .ttl = -5, .leave = "max-stale" },
      { 0 },
      "tern; hit; ttl=-5; detail=max-stale" },
    { { .verdict = TERN_CACHE_HIT_STALE, .ttl = -5, .leave = "stale-while-revalidate" },
      { 0 },
      "tern; hit; ttl=-5; detail=stale-while-revalidate" },
    { { .verdict = TERN_CACHE_MISS, .forward = TERN_FORWARD_URI_MISS },
      { .forward_status = 200, .stored = TRUE },
      "tern; fwd=uri-miss; fwd-status=200; stored" },
    { { .verdict = TERN_CACHE_VALIDATE, .forward = TERN_FORWARD_STALE, .ttl = -1 },
      { .forward_status = 304 },
      "tern; fwd=stale; fwd-status=304" },
    { { .verdict = TERN_CACHE_VALIDATE, .forward = TERN_FORWARD_REQUEST },
      { .forward_status = 304, .stored = TRUE },
      "tern; fwd=request; fwd-status=304; stored" },
    { { .verdict = TERN_CACHE_MISS, .forward = TERN_FORWARD_METHOD },
      { .forward_status = 201 },
      "tern; fwd=method; fwd-status=201" },
    { { .verdict = TERN_CACHE_MISS, .forward = TERN_FORWARD_VARY_MISS },
      { .forward_status = 200, .collapsed = TRUE },
      "tern; fwd=vary-miss; fwd-status=200; collapsed" },
    { { .verdict = TERN_CACHE_MISS, .forward = TERN_FORWARD_PARTIAL },
      { .forward_status = 206, .stored = TRUE },
      "tern; fwd=partial; fwd-status=206; stored" },
    { { .verdict = TERN_CACHE_MISS, .forward = TERN_FORWARD_BYPASS }, { 0 }, "tern; fwd=bypass" },
    { { .verdict = TERN_CACHE_VALIDATE, .forward = TERN_FORWARD_STALE, .ttl = -7 },
      { .forward_status = 503, .rescued = TRUE },
      "tern; fwd=stale; fwd-status=503; ttl=-7; detail=stale-if-error" },
    { { .verdict = TERN_CACHE_FAIL_504 }, { 0 }, "tern; detail=only-if-cached" },
    /* Texts. */
    { { .verdict = TERN_CACHE_HIT },
      { .key = "http://a/" },
      "tern; hit; ttl=0; key=\"http://a/\"" },
    { { .verdict = TERN_CACHE_HIT }, { .detail = "disk" }, "tern; hit; ttl=0; detail=disk" },
    { { .verdict = TERN_CACHE_HIT }, { .detail = "*a:b/c" }, "tern; hit; ttl=0; detail=*a:b/c" },
    { { .verdict = TERN_CACHE_HIT }, { .detail = "1a" }, "tern; hit; ttl=0; detail=\"1a\"" },
    { { .verdict = TERN_CACHE_HIT }, { .detail = "" }, "tern; hit; ttl=0; detail=\"\"" },
    { { .verdict = TERN_CACHE_HIT },
      { .detail = "a; hit, b" },
      "tern; hit; ttl=0; detail=\"a; hit, b\"" },
    { { .verdict = TERN_CACHE_HIT },
      { .detail = "a\"b\\c" },
      "tern; hit; ttl=0; detail=\"a\\\"b\\\\c\"" },
    { { .verdict = TERN_CACHE_HIT },
      { .detail = "a\r\nX: \x7F\xC3\xA9\t" },
      "tern; hit; ttl=0; detail=\"a??X: ????\"" },
    { { .verdict = TERN_CACHE_FAIL_504 }, { .detail = "closed" }, "tern; detail=closed" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TernCacheStatus status = rows[i].status;
      g_autofree char *text = NULL;

      status.decision = &rows[i].decision;
      text = tern_cache_status_text (&status);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-status/text", test_text);
  return g_test_run ();
}
