/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes an entry, what stays away, and what makes room. */
#include "policy/tern-cache-storing.h"

#include "cache-case.h"

#define S TERN_STORING_REPLACE
#define C TERN_STORING_COMBINE
#define K TERN_STORING_LEAVE
#define F TERN_STORING_FORGET

#define TAG "ETag: \"1\"\n"
#define GONE "Cache-Control: max-age=60"
#define MINUTE TAG GONE
#define OLD "Last-Modified: Sun, 06 Nov 1994 07:49:37 GMT\n"

static const struct
{
  const char *method, *asked;
  guint status;
  const char *answered;
  TernCacheStoring storing;
} rows[] = {
  { "GET", "", 200, GONE, S },
  { "GET", "", 200, TAG, S },
  { "GET", "", 200, "Last-Modified: " DAY, S },
  { "GET", "", 200, "Expires: 0", S },
  { "GET", "", 200, "Expires: junk", S },
  { "GET", "", 200, "", F },
  { "GET", "", 200, "Cache-Control: public", F },
  { "GET", "", 200, "Cache-Control: s-maxage=60", F },
  { "GET", "", 200, "ETag: 1\nLast-Modified: x", F },
  { "GET", "", 200, MINUTE ", private", S },
  { "GET", "", 200, MINUTE ", private=\"set-cookie\"", S },
  { "GET", "", 200, MINUTE ", no-cache", S },
  { "GET", "", 200, MINUTE ", no-cache=\"x\"", S },
  { "GET", "", 200, MINUTE ", unknown=\"no-store\"", S },
  { "GET", "", 200, MINUTE "\nSet-Cookie: a=b", S },
  { "GET", "", 200, MINUTE "\nPragma: no-cache", S },
  { "GET", "", 200, MINUTE ", no-store", F },
  { "GET", "", 200, MINUTE "\nCache-Control: No-Store=x", F },
  { "GET", "", 200, MINUTE "\nVary: *", F },
  { "GET", "", 200, MINUTE "\nVary: a b", F },
  { "GET", "", 200, MINUTE "\nVary: accept", S },
  { "GET", "Cache-Control: no-store", 200, MINUTE, F },
  { "GET", "Cache-Control: no-store", 404, MINUTE, F },
  { "GET", "Cache-Control: no-cache", 200, MINUTE, S },
  { "GET", "Cache-Control: max-age=0", 200, MINUTE, S },
  { "GET", "Cache-Control: only-if-cached", 200, MINUTE, S },
  { "GET", "Authorization: x", 200, MINUTE, S },
  /* The whole came, whatever was asked for. */
  { "GET", "Range: bytes=0-1", 200, MINUTE, S },
  { "GET", "If-None-Match: x", 200, MINUTE, S },
  { "GET", "If-Match: x", 200, MINUTE, S },
  { "GET", "If-Match: x", 412, MINUTE, K },
  { "GET", "If-None-Match: x", 304, MINUTE, K },
  /* Other methods. */
  { "HEAD", "", 200, MINUTE, K },
  { "POST", "", 200, MINUTE, K },
  { "POST", "", 200, MINUTE "\nContent-Location: /", K },
  { "PUT", "", 200, MINUTE, K },
  { "OPTIONS", "", 200, MINUTE, K },
  { "QUERY", "", 200, MINUTE, K },
  { "get", "", 200, MINUTE, K },
  { "POST", "Cache-Control: no-store", 200, MINUTE, K },
  /* Permanent redirects need nothing, others a lifetime. */
  { "GET", "", 301, "", S },
  { "GET", "", 308, "", S },
  { "GET", "", 301, "Cache-Control: no-store", F },
  { "GET", "", 302, GONE, S },
  { "GET", "", 303, GONE, S },
  { "GET", "", 307, GONE, S },
  { "GET", "", 302, TAG, F },
  { "GET", "", 302, "", F },
  { "GET", "", 307, TAG "Cache-Control: public", S },
  { "GET", "", 300, TAG, S },
  { "GET", "", 300, "", F },
  /* No. */
  { "GET", "", 404, GONE, S },
  { "GET", "", 404, TAG, S },
  { "GET", "", 404, "", F },
  { "GET", "", 410, TAG, S },
  { "GET", "", 403, "", F },
  { "GET", "", 403, TAG, F },
  { "GET", "", 403, GONE, S },
  { "GET", "", 418, GONE, S },
  { "GET", "", 201, GONE, S },
  { "GET", "", 299, GONE, S },
  { "GET", "", 499, GONE, S },
  { "GET", "", 299, TAG "Cache-Control: public", S },
  { "GET", "", 299, TAG "Cache-Control: private", S },
  { "GET", "", 299, "Cache-Control: public", F },
  /* must-understand takes the place of no-store where the status is known (§5.2.2.3). */
  { "GET", "", 200, GONE ", must-understand", S },
  { "GET", "", 200, GONE ", must-understand, no-store", S },
  { "GET", "", 302, GONE ", must-understand, no-store", S },
  { "GET", "", 404, GONE ", no-store, must-understand", S },
  { "GET", "", 299, GONE ", must-understand", F },
  { "GET", "", 299, GONE ", must-understand, no-store", F },
  { "GET", "", 418, GONE ", must-understand", F },
  /* No final answer. */
  { "GET", "", 100, MINUTE, K },
  { "GET", "", 103, MINUTE, K },
  { "GET", "", 101, MINUTE, K },
  { "GET", "", 600, MINUTE, K },
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) answered = fields_new (rows[i].answered);
      TernCacheStoring storing;
      g_auto (Case) c;

      case_init (&c, rows[i].method, rows[i].asked);
      storing = tern_cache_may_store (&c.request, rows[i].status, answered, NULL);
      if (storing != rows[i].storing)
        g_test_message ("%s [%s] %u [%s]", rows[i].method, rows[i].asked, rows[i].status,
                        rows[i].answered);
      g_assert_cmpint (storing, ==, rows[i].storing);
      /* What is a record already is judged by the same rules. */
      if (rows[i].status != 206)
        {
          g_autoptr (TernCacheRecord) record
              = case_record ("", rows[i].status, rows[i].answered);

          g_assert_cmpint (tern_cache_may_keep (&c.request, record), ==, storing == S);
        }
      /* What is not kept has a reason, and what is kept none; of other methods it is that. */
      g_assert_cmpint (tern_cache_why_not_stored (&c.request, rows[i].status, answered, NULL)
                           != NULL,
                       ==, storing != S && storing != C && strcmp (rows[i].method, "GET") == 0);
    }
}

static TernCacheStoring
store (guint status, const char *fields, const TernCacheRecord *stored)
{
  g_autoptr (TernHeaders) answered = fields_new (fields);
  g_auto (Case) c;

  case_init (&c, "GET", "");
  return tern_cache_may_store (&c.request, status, answered, stored);
}

static gboolean
is_one_of (guint status, const guint *set, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (set[i] == status)
      return TRUE;
  return FALSE;
}

/* Every final status there is, by what it comes with, and by what is stored. */
static void
test_every_status (void)
{
  static const guint never[]
      = { 304, 401, 407, 408, 412, 416, 417, 421, 425, 426, 428, 429, 431, 511 };
  static const guint by_default[] = { 200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 451, 501 };
  g_autoptr (TernCacheRecord) stored = case_record ("", 200, MINUTE);

  for (guint status = 200; status <= 599; status += status == 205 ? 2 : 1) /* 206: test_parts () */
    {
      const gboolean leave = is_one_of (status, never, G_N_ELEMENTS (never));
      const gboolean is_default = is_one_of (status, by_default, G_N_ELEMENTS (by_default));
      const gboolean fault = status >= 500 && status != 501;
      const gboolean permanent = status == 301 || status == 308;
      const TernCacheStoring otherwise = leave || fault ? K : F;

      g_test_message ("%u", status);
      g_assert_cmpint (store (status, GONE, NULL), ==, leave ? K : S);
      g_assert_cmpint (store (status, "Expires: 0", NULL), ==, leave ? K : S);
      g_assert_cmpint (store (status, TAG, NULL), ==, is_default ? S : otherwise);
      g_assert_cmpint (store (status, "", NULL), ==, permanent ? S : otherwise);
      g_assert_cmpint (store (status, GONE ", no-store", NULL), ==, otherwise);
      g_assert_cmpint (store (status, GONE "\nVary: *", NULL), ==, leave ? K : F);
      /* A server's bad moment never takes the place of what is good. */
      g_assert_cmpint (store (status, GONE, stored), ==, leave || fault ? K : S);
      g_assert_cmpint (store (status, "", stored), ==, permanent ? S : otherwise);
    }
}

/* "0-9/100" of the stored response, and of the answer. */
static void
test_parts (void)
{
  static const struct
  {
    guint stored_status; /* 0: nothing */
    const char *stored, *asked, *answered;
    TernCacheStoring storing;
  } cases[] = {
    { 0, NULL, "Range: bytes=0-9", TAG "Content-Range: bytes 0-9/100", S },
    { 0, NULL, "Range: bytes=0-9", TAG "Content-Range: bytes 0-9/*", S },
    { 0, NULL, "Range: bytes=0-9", DATE OLD "Content-Range: bytes 0-9/100", S },
    { 0, NULL, "Range: bytes=0-9", "ETag: W/\"1\"\nContent-Range: bytes 0-9/100", K },
    { 0, NULL, "Range: bytes=0-9", GONE "\nContent-Range: bytes 0-9/100", K },
    { 0, NULL, "Range: bytes=0-9", TAG, K },
    { 0, NULL, "Range: bytes=0-9", TAG "Content-Range: junk", K },
    { 0, NULL, "Range: bytes=0-9", TAG "Content-Range: lines 0-9/100", K },
    { 0, NULL, "Range: bytes=0-9,20-29", TAG "Content-Type: multipart/byteranges", K },
    { 0, NULL, "Range: bytes=0-9", TAG "Content-Encoding: x\nContent-Range: bytes 0-9/100", K },
    { 0, NULL, "", TAG "Content-Range: bytes 0-9/100", K },
    { 0, NULL, "Range: bytes=0-9\nIf-Range: \"1\"", TAG "Content-Range: bytes 0-9/100", K },
    { 0, NULL, "Range: bytes=0-9", TAG "Cache-Control: no-store\nContent-Range: bytes 0-9/100", F },
    { 0, NULL, "Range: bytes=0-9", TAG "Vary: *\nContent-Range: bytes 0-9/100", F },
    /* The whole is better than a part of it; a part of another version shows that it is old. */
    { 200, TAG, "Range: bytes=0-9", TAG "Content-Range: bytes 0-9/100", K },
    { 200, TAG, "Range: bytes=0-9", "ETag: \"2\"\nContent-Range: bytes 0-9/100", S },
    /* Parts of one version: what goes on is appended, what leaves a hole is not. */
    { 206, TAG "Content-Range: bytes 0-9/100", "Range: bytes=10-",
      TAG "Content-Range: bytes 10-99/100", C },
    { 206, TAG "Content-Range: bytes 0-9/100", "Range: bytes=10-\nIf-Range: \"1\"",
      TAG "Content-Range: bytes 10-99/100", C },
    { 206, TAG "Content-Range: bytes 0-9/*", "Range: bytes=5-",
      TAG "Content-Range: bytes 5-99/100", C },
    { 206, TAG "Content-Range: bytes 0-9/100", "Range: bytes=10-19",
      TAG "Content-Range: bytes 10-19/*", C },
    { 206, TAG "Content-Range: bytes 0-9/100", "Range: bytes=11-",
      TAG "Content-Range: bytes 11-99/100", K },
    { 206, TAG "Content-Range: bytes 0-9/100", "Range: bytes=0-5",
      TAG "Content-Range: bytes 0-5/100", K },
    { 206, TAG "Content-Range: bytes 10-19/100", "Range: bytes=0-9",
      TAG "Content-Range: bytes 0-9/100", K },
    { 206, TAG "Content-Range: bytes 0-9/100", "Range: bytes=10-",
      TAG "Content-Range: bytes 10-100/101", K },
    { 206, TAG "Content-Range: bytes 0-9/100", "Range: bytes=10-",
      "ETag: \"2\"\nContent-Range: bytes 10-99/100", S },
    { 206, TAG "Content-Range: bytes 0-9/100", "Range: bytes=10-",
      "ETag: W/\"1\"\nContent-Range: bytes 10-99/100", K },
    { 206, TAG "Content-Range: bytes 0-9/100", "Range: bytes=10-\nIf-Range: \"1\"",
      "ETag: \"2\"\nContent-Range: bytes 10-99/100", K },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TernCacheRecord) stored
          = cases[i].stored ? case_record ("", cases[i].stored_status, cases[i].stored) : NULL;
      g_autoptr (TernHeaders) answered = fields_new (cases[i].answered);
      TernCacheStoring storing;
      g_auto (Case) c;

      case_init (&c, "GET", cases[i].asked);
      storing = tern_cache_may_store (&c.request, 206, answered, stored);
      if (storing != cases[i].storing)
        g_test_message ("[%s] [%s] on [%s]", cases[i].asked, cases[i].answered, cases[i].stored);
      g_assert_cmpint (storing, ==, cases[i].storing);
    }
}

static void
test_combine (void)
{
  static const struct
  {
    const char *stored, *answered;
    gboolean combines;
    guint64 offset, end; /* end 0: it is whole */
    const char *fields;
  } cases[] = {
    { TAG "A: a\nContent-Range: bytes 0-9/100", TAG "A: b\nContent-Range: bytes 10-99/100", TRUE,
      10, 0, "ETag: \"1\"\nA: b\nContent-Length: 100" },
    { TAG "Content-Range: bytes 0-9/100", TAG "Content-Range: bytes 5-19/100", TRUE, 5, 20,
      "ETag: \"1\"\nContent-Length: 100" },
    { TAG "Content-Range: bytes 0-9/*", TAG "Content-Range: bytes 10-19/*", TRUE, 10, 20,
      "ETag: \"1\"" },
    { TAG "Content-Range: bytes 0-9/*", TAG "Content-Range: bytes 10-19/20", TRUE, 10, 0,
      "ETag: \"1\"\nContent-Length: 20" },
    { TAG "Content-Range: bytes 50-59/100", TAG "Content-Range: bytes 60-99/100", TRUE, 10, 100,
      "ETag: \"1\"\nContent-Length: 100" },
    { TAG "Content-Range: bytes 0-9/100", TAG "Content-Range: bytes 11-19/100", FALSE, 0, 0, NULL },
    { TAG "Content-Range: bytes 0-9/100", "ETag: \"2\"\nContent-Range: bytes 10-19/100", FALSE, 0,
      0, NULL },
    { TAG "Content-Range: bytes 0-99/100", TAG "Content-Range: bytes 10-19/100", FALSE, 0, 0,
      NULL },
    { TAG "Content-Range: bytes 0-9/100", TAG, FALSE, 0, 0, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TernCacheRecord) stored = case_record ("", 206, cases[i].stored);
      g_autoptr (TernHeaders) answered = fields_new (cases[i].answered);
      g_autoptr (TernCacheRecord) both = NULL;
      g_autofree char *text = NULL;
      guint64 offset;
      g_auto (Case) c;

      case_init (&c, "GET", "");
      both = tern_cache_combine (stored, &c.request, answered, 200, 202, &offset);
      g_assert_cmpint (both != NULL, ==, cases[i].combines);
      if (!both)
        continue;
      text = fields_text (both->headers);
      g_assert_cmpstr (text, ==, cases[i].fields);
      g_assert_cmpuint (offset, ==, cases[i].offset);
      g_assert_cmpint (both->partial, ==, cases[i].end > 0);
      g_assert_cmpuint (both->part.end, ==, cases[i].end);
      g_assert_cmpuint (both->status, ==, 200);
      g_assert_cmpint (both->response_time, ==, 202);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-storing/rows", test_rows);
  g_test_add_func ("/cache-storing/every-status", test_every_status);
  g_test_add_func ("/cache-storing/parts", test_parts);
  g_test_add_func ("/cache-storing/combine", test_combine);
  return g_test_run ();
}
