/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conditions, what a 304 changes, and what an unsafe request makes invalid. */
#include "policy/tern-cache-validation.h"

#include "policy/tern-cache-vary.h"
#include "test-fields.h"

#define DAY "Sun, 06 Nov 1994 08:49:37 GMT"

static TernCacheRecord *
make (const char *fields)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) asked = fields_new ("Accept: a"), answered = fields_new (fields);
  const TernCacheRequest request = { "GET", uri, NULL, asked };
  TernCacheRecord *record = tern_cache_record_new (&request, 203, "Why", 10, answered, 100, 101);

  record->body_length = 1234;
  record->body_checksum = 5678;
  return record;
}

static void
test_conditions (void)
{
  static const struct
  {
    const char *stored, *asked, *after;
  } rows[] = {
    { "ETag: \"1\"", "", "If-None-Match: \"1\"" },
    { "ETag: W/\"1\"", "A: b", "A: b\nIf-None-Match: W/\"1\"" },
    { "ETag: \"\"", "", "If-None-Match: \"\"" },
    { "ETag: \"caf\xE9\"", "", "If-None-Match: \"caf\xC3\xA9\"" },
    { "Last-Modified: " DAY, "", "If-Modified-Since: " DAY },
    { "ETag: \"1\"\nLast-Modified: " DAY, "", "If-None-Match: \"1\"\nIf-Modified-Since: " DAY },
    { "ETag: \"1\"\nLast-Modified: " DAY, "if-none-match: x",
      "if-none-match: x\nIf-Modified-Since: " DAY },
    { "ETag: \"1\"\nLast-Modified: " DAY, "if-modified-since: x",
      "if-modified-since: x\nIf-None-Match: \"1\"" },
    { "ETag: \"1\"\nETag: \"1\"", "", "If-None-Match: \"1\"" },
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
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = make (rows[i].stored);
      g_autoptr (TernHeaders) headers = fields_new (rows[i].asked);
      const gboolean added = tern_cache_add_conditions (record, FALSE, headers);
      g_autofree char *text = fields_text (headers);

      g_assert_cmpstr (text, ==, rows[i].after);
      g_assert_cmpint (added, ==, !g_str_equal (rows[i].asked, rows[i].after));
      if (*rows[i].asked == '\0')
        g_assert_cmpint (tern_cache_has_validator (record->headers), ==, added);
    }
}

static void
test_ignore_etag (void)
{
  g_autoptr (TernCacheRecord) both = make ("ETag: \"1\"\nLast-Modified: " DAY);
  g_autoptr (TernCacheRecord) tag = make ("ETag: \"1\"");
  g_autoptr (TernHeaders) headers = tern_headers_new ();

  g_assert_false (tern_cache_add_conditions (tag, TRUE, headers));
  g_assert_cmpuint (tern_headers_get_n (headers), ==, 0);
  g_assert_true (tern_cache_add_conditions (both, TRUE, headers));
  g_assert_cmpuint (tern_headers_get_n (headers), ==, 1);
  g_assert_true (tern_headers_has (headers, "If-Modified-Since"));
}

static void
test_merge (void)
{
  static const struct
  {
    const char *stored, *fresh, *merged; /* NULL: the 304 speaks of something else */
  } rows[] = {
    { "ETag: \"1\"\nA: old", "", "ETag: \"1\"\nA: old" },
    { "ETag: \"1\"\nA: old\na: older\nB: b", "A: new\nA: newer",
      "ETag: \"1\"\nB: b\nA: new\nA: newer" },
    { "Content-Length: 1234\nContent-Encoding: gzip\nContent-Type: t",
      "content-length: 0\ncontent-ENCODING: br\nTransfer-Encoding: chunked\n"
      "Content-Range: x\nContent-Type: u",
      "Content-Length: 1234\nContent-Encoding: gzip\nContent-Type: u" },
    { "A: old\nB: old\nKeep-Alive: x", "Connection: a\nA: new\nB: new\nKeep-Alive: 9",
      "A: old\nB: new" },
    { "Age: 99\nDate: " DAY "\nA: a", "", "A: a" },
    { "Age: 99\nDate: old", "Date: " DAY "\nAge: 1", "Date: " DAY "\nAge: 1" },
    { "ETag: \"1\"", "ETag: \"1\"", "ETag: \"1\"" },
    { "ETag: W/\"1\"", "ETag: \"1\"", "ETag: \"1\"" },
    { "ETag: \"1\"", "ETag: W/\"1\"", "ETag: W/\"1\"" },
    { "ETag: \"1\"", "ETag: \"2\"", NULL },
    { "ETag: \"1\"", "ETag: \"12\"", NULL },
    { "ETag: W/\"1\"", "ETag: W/\"2\"", NULL },
    { "Last-Modified: " DAY, "ETag: \"2\"", "Last-Modified: " DAY "\nETag: \"2\"" },
    { "Cache-Control: max-age=60", "cache-control: no-store", "cache-control: no-store" },
  };
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) asked = fields_new ("Accept: b");
  const TernCacheRequest request = { "GET", uri, NULL, asked };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = make (rows[i].stored);
      g_autoptr (TernHeaders) fresh = fields_new (rows[i].fresh);
      g_autoptr (TernCacheRecord) merged
        = tern_cache_merge_not_modified (record, &request, fresh, 200, 202);
      g_autofree char *text = NULL;

      g_assert_cmpint (merged != NULL, ==, rows[i].merged != NULL);
      if (!merged)
        continue;
      text = fields_text (merged->headers);
      g_assert_cmpstr (text, ==, rows[i].merged);
      g_assert_cmpuint (merged->status, ==, 203);
      g_assert_cmpstr (merged->reason, ==, "Why");
      g_assert_cmpuint (merged->version, ==, 10);
      g_assert_cmpint (merged->request_time, ==, 200);
      g_assert_cmpint (merged->response_time, ==, 202);
      g_assert_cmpuint (merged->body_length, ==, 1234);
      g_assert_cmpuint (merged->body_checksum, ==, 5678);
    }
}

static void
test_merge_vary (void)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) asked = fields_new ("Accept: b");
  g_autoptr (TernHeaders) fresh = fields_new ("Vary: accept");
  g_autoptr (TernHeaders) other = fields_new ("Accept: a");
  const TernCacheRequest request = { "GET", uri, NULL, asked };
  g_autoptr (TernCacheRecord) record = make ("");
  g_autoptr (TernCacheRecord) merged = tern_cache_merge_not_modified (record, &request, fresh, 1,
                                                                      1);

  g_assert_true (tern_cache_vary_matches (merged->vary, asked));
  g_assert_false (tern_cache_vary_matches (merged->vary, other));
}

static void
test_invalidated (void)
{
  static const struct
  {
    const char *method;
    guint status;
    const char *answered, *keys;
  } rows[] = {
    { "GET", 200, "Location: /y", "" },
    { "HEAD", 200, "", "" },
    { "OPTIONS", 200, "", "" },
    { "TRACE", 200, "", "" },
    { "POST", 200, "", "http://a/x" },
    { "PUT", 201, "", "http://a/x" },
    { "DELETE", 204, "", "http://a/x" },
    { "PATCH", 302, "", "http://a/x" },
    { "WHATEVER", 200, "", "http://a/x" },
    { "get", 200, "", "http://a/x" },
    { "POST", 400, "Location: /y", "" },
    { "POST", 500, "", "" },
    { "POST", 102, "", "" },
    { "POST", 201, "Location: /y\nContent-Location: z", "http://a/x|http://a/y|http://a/z" },
    { "POST", 201, "Location: http://A:80/y#f", "http://a/x|http://a/y" },
    { "POST", 201, "Location: /x", "http://a/x" },
    { "POST", 201, "Location: http://b/y\nContent-Location: https://a/y", "http://a/x" },
    { "POST", 201, "Location: http://a:81/y", "http://a/x" },
    { "POST", 201, "Location: //b/y", "http://a/x" },
    { "POST", 201, "Location: ftp://a/y", "http://a/x" },
    { "POST", 201, "Location: /y\nLocation: /z", "http://a/x" },
    { "POST", 201, "Location: http://a:junk/", "http://a/x" },
  };
  g_autoptr (TernUri) uri = tern_uri_parse ("http://u:p@a/x#f", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const TernCacheRequest request = { rows[i].method, uri, NULL, NULL };
      const TernCacheRequest part = { rows[i].method, uri, "p", NULL };
      g_autoptr (TernHeaders) answered = fields_new (rows[i].answered);
      g_auto (GStrv) keys = tern_cache_invalidated_keys (&request, rows[i].status, answered);
      g_auto (GStrv) part_keys = tern_cache_invalidated_keys (&part, rows[i].status, answered);
      g_autofree char *joined = g_strjoinv ("|", keys);

      g_assert_cmpstr (joined, ==, rows[i].keys);
      g_assert_cmpuint (g_strv_length (part_keys), ==, g_strv_length (keys));
      for (gsize k = 0; part_keys[k]; k++)
        g_assert_true (g_str_has_suffix (part_keys[k], " p"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-validation/conditions", test_conditions);
  g_test_add_func ("/cache-validation/ignore-etag", test_ignore_etag);
  g_test_add_func ("/cache-validation/merge", test_merge);
  g_test_add_func ("/cache-validation/merge-vary", test_merge_vary);
  g_test_add_func ("/cache-validation/invalidated", test_invalidated);
  return g_test_run ();
}
