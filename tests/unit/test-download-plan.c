/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is asked for, and what answers mean, as tables. */
#include "download/tern-download-plan.h"

#include <string.h>

typedef struct
{
  const char *name;
  guint64 offset;
  gboolean ranged;
  gint64 have_total;
  guint status;
  const char *content_range;
  const char *etag;
  gint64 length; /* of the body */
  TernDownloadVerdict verdict;
  gint64 total;
  gboolean lied;
} Case;

#define TAG "\"a\""

static const Case cases[] = {
  { "whole", 0, FALSE, -1, 200, NULL, TAG, 10, TERN_DOWNLOAD_TAKE_WHOLE, 10, FALSE },
  { "whole-unknown", 0, FALSE, -1, 200, NULL, TAG, -1, TERN_DOWNLOAD_TAKE_WHOLE, -1, FALSE },
  { "ignored", 5, TRUE, 10, 200, NULL, TAG, 10, TERN_DOWNLOAD_TAKE_WHOLE, 10, FALSE },
  { "transformed", 0, FALSE, -1, 203, NULL, TAG, 10, TERN_DOWNLOAD_TAKE_WHOLE, 10, FALSE },
  { "no-content", 0, FALSE, -1, 204, NULL, TAG, 0, TERN_DOWNLOAD_REFUSED, -1, FALSE },
  { "reset-content", 0, FALSE, -1, 205, NULL, TAG, 0, TERN_DOWNLOAD_REFUSED, -1, FALSE },
  { "rest", 5, TRUE, 10, 206, "bytes 5-9/10", TAG, 5, TERN_DOWNLOAD_APPEND, 10, FALSE },
  { "rest-no-length", 5, TRUE, 10, 206, "bytes 5-9/10", TAG, -1, TERN_DOWNLOAD_APPEND, 10, FALSE },
  { "rest-in-part", 5, TRUE, 10, 206, "bytes 5-7/10", TAG, 3, TERN_DOWNLOAD_APPEND, 10, FALSE },
  { "rest-unknown", 5, TRUE, -1, 206, "bytes 5-9/*", TAG, 5, TERN_DOWNLOAD_APPEND, -1, FALSE },
  { "rest-now-known", 5, TRUE, -1, 206, "bytes 5-9/10", TAG, 5, TERN_DOWNLOAD_APPEND, 10, FALSE },
  { "other-tag", 5, TRUE, 10, 206, "bytes 5-9/10", "\"b\"", 5, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "weak-tag", 5, TRUE, 10, 206, "bytes 5-9/10", "W/" TAG, 5, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "no-tag", 5, TRUE, 10, 206, "bytes 5-9/10", NULL, 5, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "other-total", 5, TRUE, 10, 206, "bytes 5-9/11", TAG, 5, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "too-early", 5, TRUE, 10, 206, "bytes 4-9/10", TAG, 6, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "too-late", 5, TRUE, 10, 206, "bytes 6-9/10", TAG, 4, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "too-short", 5, TRUE, 10, 206, "bytes 5-9/10", TAG, 4, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "too-long", 5, TRUE, 10, 206, "bytes 5-9/10", TAG, 6, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "backwards", 5, TRUE, 10, 206, "bytes 9-5/10", TAG, 5, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "beyond", 5, TRUE, 10, 206, "bytes 5-10/10", TAG, 6, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "huge", 5, TRUE, -1, 206, "bytes 5-18446744073709551615/*", TAG, -1, TERN_DOWNLOAD_ASK_WHOLE,
    -1, TRUE },
  { "overflow", 5, TRUE, -1, 206, "bytes 5-99999999999999999999/*", TAG, -1,
    TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "no-range", 5, TRUE, 10, 206, NULL, TAG, 5, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "other-unit", 5, TRUE, 10, 206, "lines 5-9/10", TAG, 5, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "unsatisfied-206", 5, TRUE, 10, 206, "bytes */10", TAG, 5, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "unasked", 0, FALSE, -1, 206, "bytes 0-4/10", TAG, 5, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "unasked-but-all", 0, FALSE, -1, 206, "bytes 0-9/10", TAG, 10, TERN_DOWNLOAD_TAKE_WHOLE, 10,
    FALSE },
  { "complete", 10, TRUE, 10, 416, "bytes */10", NULL, 0, TERN_DOWNLOAD_COMPLETE, 10, FALSE },
  { "complete-unknown", 10, TRUE, -1, 416, "bytes */10", NULL, 0, TERN_DOWNLOAD_COMPLETE, 10,
    FALSE },
  { "shorter", 10, TRUE, 20, 416, "bytes */5", NULL, 0, TERN_DOWNLOAD_ASK_WHOLE, -1, FALSE },
  { "longer", 10, TRUE, 10, 416, "bytes */20", NULL, 0, TERN_DOWNLOAD_ASK_WHOLE, -1, FALSE },
  { "other-end", 10, TRUE, 20, 416, "bytes */10", NULL, 0, TERN_DOWNLOAD_ASK_WHOLE, -1, FALSE },
  { "416-unsaid", 10, TRUE, 10, 416, NULL, NULL, 0, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "416-malformed", 10, TRUE, 10, 416, "bytes */x", NULL, 0, TERN_DOWNLOAD_ASK_WHOLE, -1, TRUE },
  { "416-unasked", 0, FALSE, -1, 416, "bytes */0", NULL, 0, TERN_DOWNLOAD_REFUSED, -1, FALSE },
  { "gone", 5, TRUE, 10, 410, NULL, NULL, 0, TERN_DOWNLOAD_REFUSED, -1, FALSE },
  { "redirect", 0, FALSE, -1, 302, NULL, NULL, 0, TERN_DOWNLOAD_REFUSED, -1, FALSE },
  { "server-error", 0, FALSE, -1, 500, NULL, NULL, 0, TERN_DOWNLOAD_REFUSED, -1, FALSE },
  { "request-timeout", 0, FALSE, -1, 408, NULL, NULL, 0, TERN_DOWNLOAD_TRY_LATER, -1, FALSE },
  { "too-many", 0, FALSE, -1, 429, NULL, NULL, 0, TERN_DOWNLOAD_TRY_LATER, -1, FALSE },
  { "bad-gateway", 0, FALSE, -1, 502, NULL, NULL, 0, TERN_DOWNLOAD_TRY_LATER, -1, FALSE },
  { "unavailable", 5, TRUE, 10, 503, NULL, NULL, 0, TERN_DOWNLOAD_TRY_LATER, -1, FALSE },
  { "gateway-timeout", 0, FALSE, -1, 504, NULL, NULL, 0, TERN_DOWNLOAD_TRY_LATER, -1, FALSE },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  TernDownloadIdentity have, found;
  TernDownloadQuestion question = { &have, c->offset, c->ranged };
  TernDownloadAnswer answer;

  if (c->content_range)
    tern_headers_append (headers, "Content-Range", c->content_range);
  if (c->etag)
    tern_headers_append (headers, "ETag", c->etag);
  tern_download_identity_init_tag (&have, TAG);
  have.total = c->have_total;
  tern_download_identity_init (&found, headers, NULL);
  answer = tern_download_plan_judge (&question, c->status, headers, c->length, &found);
  g_assert_cmpint (answer.verdict, ==, c->verdict);
  g_assert_cmpint (answer.total, ==, c->total);
  g_assert_cmpint (answer.lied, ==, c->lied);
  tern_download_identity_clear (&have);
  tern_download_identity_clear (&found);
}

static void
assert_asked (const char *tag, guint64 offset, const char *range)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  TernDownloadIdentity have;

  tern_download_identity_init_tag (&have, tag);
  g_assert_cmpint (tern_download_plan_ask (&have, offset, headers), ==, range != NULL);
  g_assert_cmpstr (tern_headers_get (headers, "Range"), ==, range);
  g_assert_cmpstr (tern_headers_get (headers, "If-Range"), ==, range ? tag : NULL);
  tern_download_identity_clear (&have);
}

static void
test_ask (void)
{
  assert_asked (TAG, 5, "bytes=5-");
  assert_asked (TAG, G_MAXUINT64, "bytes=18446744073709551615-");
  assert_asked (TAG, 0, NULL);
  assert_asked (NULL, 5, NULL);
  assert_asked ("W/" TAG, 5, NULL);
  assert_asked ("a", 5, NULL);
  assert_asked (TAG ", " TAG, 5, NULL);
  assert_asked ("\"a\r\nX: y\"", 5, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/download-plan/judge/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/download-plan/ask", test_ask);
  return g_test_run ();
}
