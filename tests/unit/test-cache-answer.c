/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The forms in which a stored response answers. */
#include "policy/tern-cache-answer.h"

#include "cache-case.h"

#define WHOLE TERN_ANSWER_WHOLE
#define SAME TERN_ANSWER_NOT_MODIFIED
#define PART TERN_ANSWER_PART
#define BAD TERN_ANSWER_UNSATISFIABLE
#define LACKING TERN_ANSWER_LACKING
#define ORIGIN TERN_ANSWER_ORIGIN
#define TAG "ETag: \"1\"\n"
/* 10 bytes out of the middle, of 100 and of nobody knows how many */
#define MIDDLE TAG "Content-Range: bytes 10-19/100"
#define ENDLESS TAG "Content-Range: bytes 10-19/*"

static const struct
{
  const char *method, *asked;
  guint status;
  const char *stored;
  TernCacheAnswerKind kind;
  guint answer_status;
  guint64 offset, length;
} rows[] = {
  { "GET", "", 200, TAG, WHOLE, 200, 0, 100 },
  { "GET", "", 404, TAG, WHOLE, 404, 0, 100 },
  { "HEAD", "", 200, TAG, WHOLE, 200, 0, 0 },
  { "HEAD", "Range: bytes=0-9", 200, TAG, WHOLE, 200, 0, 0 },
  { "HEAD", "If-None-Match: \"1\"", 200, TAG, SAME, 304, 0, 0 },
  { "GET", "If-None-Match: \"1\"", 200, TAG, SAME, 304, 0, 0 },
  { "GET", "If-None-Match: \"2\"", 200, TAG, WHOLE, 200, 0, 100 },
  { "GET", "If-Match: \"1\"", 200, TAG, ORIGIN, 200, 0, 0 },
  /* Ranges of the whole. */
  { "GET", "Range: bytes=0-9", 200, TAG, PART, 206, 0, 10 },
  { "GET", "Range: bytes=90-", 200, TAG, PART, 206, 90, 10 },
  { "GET", "Range: bytes=-1", 200, TAG, PART, 206, 99, 1 },
  { "GET", "Range: bytes=100-", 200, TAG, BAD, 416, 0, 0 },
  { "GET", "Range: bytes=0-0,2-2", 200, TAG, WHOLE, 200, 0, 100 },
  { "GET", "Range: junk", 200, TAG, WHOLE, 200, 0, 100 },
  { "GET", "Range: items=1-2", 200, TAG, ORIGIN, 200, 0, 0 },
  { "GET", "Range: bytes=0-9", 203, TAG, WHOLE, 203, 0, 100 },
  { "GET", "Range: bytes=0-9", 404, TAG, WHOLE, 404, 0, 100 },
  { "GET", "Range: bytes=0-9\nIf-Range: \"1\"", 200, TAG, PART, 206, 0, 10 },
  { "GET", "Range: bytes=0-9\nIf-Range: \"2\"", 200, TAG, WHOLE, 200, 0, 100 },
  { "GET", "Range: bytes=100-\nIf-Range: \"2\"", 200, TAG, WHOLE, 200, 0, 100 },
  { "GET", "If-Range: \"2\"", 200, TAG, WHOLE, 200, 0, 100 },
  { "GET", "Range: bytes=0-9\nIf-None-Match: \"1\"", 200, TAG, SAME, 304, 0, 0 },
  { "GET", "Range: bytes=0-9\nIf-None-Match: \"2\"", 200, TAG, PART, 206, 0, 10 },
  { "GET", "Range: bytes=0-9", 200, TAG "Content-Encoding: gzip", ORIGIN, 200, 0, 0 },
  { "GET", "Range: bytes=100-", 200, TAG "Content-Encoding: gzip", ORIGIN, 200, 0, 0 },
  { "GET", "Range: bytes=0-0,2-2", 200, TAG "Content-Encoding: gzip", WHOLE, 200, 0, 100 },
  /* What is stored is itself a part. */
  { "GET", "", 206, MIDDLE, LACKING, 200, 0, 0 },
  { "HEAD", "", 206, MIDDLE, WHOLE, 200, 0, 0 },
  { "GET", "If-None-Match: \"1\"", 206, MIDDLE, SAME, 304, 0, 0 },
  { "GET", "Range: bytes=10-19", 206, MIDDLE, PART, 206, 0, 10 },
  { "GET", "Range: bytes=12-13", 206, MIDDLE, PART, 206, 2, 2 },
  { "GET", "Range: bytes=9-13", 206, MIDDLE, LACKING, 200, 0, 0 },
  { "GET", "Range: bytes=12-20", 206, MIDDLE, LACKING, 200, 0, 0 },
  { "GET", "Range: bytes=12-", 206, MIDDLE, LACKING, 200, 0, 0 },
  { "GET", "Range: bytes=-90", 206, MIDDLE, LACKING, 200, 0, 0 },
  { "GET", "Range: bytes=100-", 206, MIDDLE, BAD, 416, 0, 0 },
  { "GET", "Range: bytes=12-13,15-16", 206, MIDDLE, LACKING, 200, 0, 0 },
  { "GET", "Range: bytes=12-13\nIf-Range: \"1\"", 206, MIDDLE, PART, 206, 2, 2 },
  { "GET", "Range: bytes=12-13\nIf-Range: \"2\"", 206, MIDDLE, LACKING, 200, 0, 0 },
  { "GET", "Range: bytes=12-13", 206, ENDLESS, PART, 206, 2, 2 },
  { "GET", "Range: bytes=12-1000", 206, ENDLESS, LACKING, 200, 0, 0 },
  { "GET", "Range: bytes=12-", 206, ENDLESS, ORIGIN, 200, 0, 0 },
  { "GET", "Range: bytes=-0", 206, ENDLESS, ORIGIN, 200, 0, 0 },
  /* A part that is all there is. */
  { "GET", "", 206, TAG "Content-Range: bytes 0-99/100", WHOLE, 200, 0, 100 },
};

static void
test_forms (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = case_record ("", rows[i].status, rows[i].stored);
      g_auto (Case) c;
      TernCacheAnswer answer;
      guint64 offset, length;

      case_init (&c, rows[i].method, rows[i].asked);
      answer = tern_cache_answer (&c.request, record);
      if (answer.kind != rows[i].kind)
        g_test_message ("%s [%s] of %u [%s]", rows[i].method, rows[i].asked, rows[i].status,
                        rows[i].stored);
      g_assert_cmpint (answer.kind, ==, rows[i].kind);
      g_assert_cmpint (tern_cache_answer_is_possible (&answer), ==,
                       rows[i].kind != LACKING && rows[i].kind != ORIGIN);
      g_assert_cmpuint (tern_cache_answer_status (&answer, record), ==, rows[i].answer_status);
      g_assert_cmpint (tern_cache_answer_body (&answer, &c.request, record, &offset, &length), ==,
                       rows[i].length > 0);
      g_assert_cmpuint (offset, ==, rows[i].offset);
      g_assert_cmpuint (length, ==, rows[i].length);
    }
}

static void
test_fields (void)
{
#define STORED                                                                                     \
  TAG "Age: 7\nContent-Length: 100\nContent-Type: t\nA: b\nCache-Control: no-cache=\"a\"\nAGE: 8"
  static const struct
  {
    const char *asked;
    gboolean validated;
    const char *reason, *fields;
  } cases[] = {
    { "", FALSE, "Why",
      TAG "Content-Length: 100\nContent-Type: t\nCache-Control: no-cache=\"a\"\nAge: 12" },
    { "", TRUE, "Why",
      TAG "Content-Length: 100\nContent-Type: t\nA: b\nCache-Control: no-cache=\"a\"\nAge: 12" },
    { "If-None-Match: \"1\"", FALSE, "Not Modified",
      TAG "Cache-Control: no-cache=\"a\"\nAge: 12" },
    { "Range: bytes=2-3", FALSE, "Partial Content",
      TAG "Content-Type: t\nCache-Control: no-cache=\"a\"\nAge: 12\nContent-Length: 2\n"
          "Content-Range: bytes 2-3/100" },
    { "Range: bytes=200-", FALSE, "Range Not Satisfiable",
      TAG "Cache-Control: no-cache=\"a\"\nAge: 12\nContent-Length: 0\n"
          "Content-Range: bytes */100" },
  };
  g_autoptr (TernCacheRecord) record = case_record ("", 200, STORED);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Case) c;
      g_autoptr (TernHeaders) fields = NULL;
      g_autofree char *text = NULL;
      TernCacheAnswer answer;
      g_auto (GStrv) got = NULL, wanted = g_strsplit (cases[i].fields, "\n", -1);

      case_init (&c, "GET", cases[i].asked);
      answer = tern_cache_answer (&c.request, record);
      fields = tern_cache_answer_fields (&answer, record, NOV + 5, cases[i].validated);
      text = fields_text (fields);
      got = g_strsplit (text, "\n", -1);
      g_test_message ("%s", text);
      g_assert_cmpstr (tern_cache_answer_reason (&answer, record), ==, cases[i].reason);
      g_assert_cmpuint (g_strv_length (got), ==, g_strv_length (wanted));
      for (gsize k = 0; wanted[k]; k++)
        g_assert_true (g_strv_contains ((const char *const *)got, wanted[k]));
    }
  g_assert_cmpuint (tern_headers_get_n (record->headers), ==, 7); /* it is the store's still */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-answer/forms", test_forms);
  g_test_add_func ("/cache-answer/fields", test_fields);
  return g_test_run ();
}
