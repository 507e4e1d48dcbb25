/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which version a program says it overwrites. */
#include "policy/tern-cache-update.h"

#include "cache-case.h"

static void
test_if_match (void)
{
  static const struct
  {
    const char *method, *asked;
    guint status;
    const char *stored; /* NULL: nothing */
    gboolean ignore_etag;
    const char *added;
  } rows[] = {
    { "PUT", "", 200, "ETag: \"1\"", FALSE, "\"1\"" },
    { "PATCH", "", 200, "ETag: \"1\"", FALSE, "\"1\"" },
    { "PUT", "", 203, "ETag: \"1\"", FALSE, "\"1\"" },
    { "PUT", "", 206, "ETag: \"1\"\nContent-Range: bytes 0-9/100", FALSE, "\"1\"" },
    { "PUT", "", 200, "ETag: \"1\"\nVary: accept", FALSE, "\"1\"" },
    { "PUT", "Authorization: u", 200, "ETag: \"1\"", FALSE, "\"1\"" },
    { "PUT", "", 200, NULL, FALSE, NULL },
    { "PUT", "", 200, "", FALSE, NULL },
    { "PUT", "", 200, "Last-Modified: " DAY, FALSE, NULL },
    { "PUT", "", 200, "ETag: W/\"1\"", FALSE, NULL },
    { "PUT", "", 200, "ETag: 1", FALSE, NULL },
    { "PUT", "", 200, "ETag: \"1\"\nETag: \"2\"", FALSE, NULL },
    { "PUT", "", 404, "ETag: \"1\"", FALSE, NULL },
    { "PUT", "", 301, "ETag: \"1\"", FALSE, NULL },
    { "PUT", "", 200, "ETag: \"1\"", TRUE, NULL },
    { "POST", "", 200, "ETag: \"1\"", FALSE, NULL },
    { "DELETE", "", 200, "ETag: \"1\"", FALSE, NULL },
    { "GET", "", 200, "ETag: \"1\"", FALSE, NULL },
    { "put", "", 200, "ETag: \"1\"", FALSE, NULL },
    /* The caller has spoken. */
    { "PUT", "If-Match: \"9\"", 200, "ETag: \"1\"", FALSE, NULL },
    { "PUT", "if-match: *", 200, "ETag: \"1\"", FALSE, NULL },
    { "PUT", "If-None-Match: *", 200, "ETag: \"1\"", FALSE, NULL },
    { "PUT", "If-Unmodified-Since: " DAY, 200, "ETag: \"1\"", FALSE, NULL },
  };
  static const char *const optimistic[] = { "PUT", "PATCH", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record
          = rows[i].stored ? case_record ("Accept: a", rows[i].status, rows[i].stored) : NULL;
      const TernCacheRecord *const records[] = { record };
      g_autofree char *added = NULL, *never = NULL;
      g_auto (Case) c;

      case_init (&c, rows[i].method, rows[i].asked);
      added = tern_cache_if_match (&c.request, optimistic, rows[i].ignore_etag, records,
                                   record ? 1 : 0);
      g_assert_cmpstr (added, ==, rows[i].added);
      never = tern_cache_if_match (&c.request, NULL, FALSE, records, record ? 1 : 0);
      g_assert_null (never);
    }
}

/* Of several variants the newest counts, but never one of other credentials, or of another URI. */
static void
test_several (void)
{
  static const char *const optimistic[] = { "PUT", NULL };
  g_autoptr (TernCacheRecord) old
      = case_record_at ("Accept: a", 200, "ETag: \"1\"\nVary: accept", 5);
  g_autoptr (TernCacheRecord) new
      = case_record_at ("Accept: b", 200, "ETag: \"2\"\nVary: accept", 6);
  g_autoptr (TernCacheRecord) foreign = case_record_at ("Authorization: u", 200, "ETag: \"3\"", 9);
  const TernCacheRecord *const records[] = { old, new, foreign };
  const TernCacheRecord *const turned[] = { foreign, new, old };
  g_autofree char *one = NULL, *other = NULL, *none = NULL;
  g_auto (Case) c;

  case_init (&c, "PUT", "");
  one = tern_cache_if_match (&c.request, optimistic, FALSE, records, 3);
  other = tern_cache_if_match (&c.request, optimistic, FALSE, turned, 3);
  c.request.partition = "p";
  none = tern_cache_if_match (&c.request, optimistic, FALSE, records, 3);
  g_assert_cmpstr (one, ==, "\"2\"");
  g_assert_cmpstr (other, ==, "\"2\"");
  g_assert_null (none);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-update/if-match", test_if_match);
  g_test_add_func ("/cache-update/several", test_several);
  return g_test_run ();
}
