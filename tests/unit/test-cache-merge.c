/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a 304 and the answer to a HEAD change in what is stored. */
#include "policy/tern-cache-merge.h"

#include "cache-case.h"
#include "policy/tern-cache-vary.h"

#define NEXT "Mon, 07 Nov 1994 08:49:37 GMT"

static TernCacheRecord *
make (const char *fields)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) asked = fields_new ("Accept: a"), answered = fields_new (fields);
  const TernCacheRequest request = { "GET", uri, NULL, asked, NULL };
  TernCacheRecord *record = tern_cache_record_new (&request, 203, "Why", 10, answered, 100, 101);

  record->body_length = 1234;
  record->body_checksum = 5678;
  return record;
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
    { "Last-Modified: " DAY, "Last-Modified: " DAY, "Last-Modified: " DAY },
    { "Last-Modified: " DAY, "Last-Modified: " NEXT, NULL },
    { "Last-Modified: " DAY, "Last-Modified: junk", "Last-Modified: junk" },
    { "ETag: \"1\"\nLast-Modified: " DAY, "Last-Modified: " NEXT,
      "ETag: \"1\"\nLast-Modified: " NEXT },
    { "ETag: \"1\"\nLast-Modified: " DAY, "ETag: \"1\"\nLast-Modified: " NEXT,
      "ETag: \"1\"\nLast-Modified: " NEXT },
    { "ETag: \"1\"\nLast-Modified: " DAY, "ETag: \"2\"\nLast-Modified: " DAY, NULL },
    { "Content-MD5: a\nContent-Digest: b\nRepr-Digest: c",
      "Content-MD5: x\nContent-Digest: y\nRepr-Digest: z",
      "Content-MD5: a\nContent-Digest: b\nRepr-Digest: z" },
    { "Set-Cookie: a\nSet-Cookie: b", "Set-Cookie: c", "Set-Cookie: c" },
    { "Cache-Control: max-age=60", "cache-control: no-store", "cache-control: no-store" },
  };
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) asked = fields_new ("Accept: b");
  const TernCacheRequest request = { "GET", uri, NULL, asked, NULL };

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

static char *
undated_text (const TernHeaders *headers)
{
  g_autoptr (TernHeaders) copy = tern_headers_copy (headers);

  tern_headers_remove (copy, "Date");
  tern_headers_remove (copy, "Age");
  return fields_text (copy);
}

/* What the 304 says over again stays where it stands; only what differs is moved to the end. */
static void
test_merge_equal (void)
{
  static const struct
  {
    const char *stored, *fresh, *merged;
  } rows[] = {
    /* the same fields, in any order and case of the names */
    { "ETag: \"1\"\nCache-Control: max-age=0\nA: a", "ETag: \"1\"\nCache-Control: max-age=0\nA: a",
      "ETag: \"1\"\nCache-Control: max-age=0\nA: a" },
    { "ETag: \"1\"\nB: b\nA: a", "a: a\nb: b\netag: \"1\"", "ETag: \"1\"\nB: b\nA: a" },
    /* the message's own fields are renewed whatever they are, or go */
    { "Date: " DAY "\nA: a", "Date: " DAY "\nA: a", "A: a\nDate: " DAY },
    { "Age: 7\nDate: " DAY "\nA: a", "Date: " NEXT "\nA: a", "A: a\nDate: " NEXT },
    { "Age: 7\nA: a", "A: a\nAge: 8", "A: a\nAge: 8" },
    /* one of several is another one, or longer, or shorter, or in another case */
    { "A: a\nB: b\nC: c", "A: a\nB: x\nC: c", "A: a\nC: c\nB: x" },
    { "A: a\nB: b", "A: aa\nB:", "A: aa\nB:" },
    { "A: a\nB: b", "A: A\nB: b", "B: b\nA: A" },
    /* one that the 304 lacks, and one that is new */
    { "A: a\nB: b\nC: c", "A: a\nC: c", "A: a\nB: b\nC: c" },
    { "A: a", "A: a\nB: b", "A: a\nB: b" },
    /* the same members of a list in another order are another value */
    { "Allow: a, b\nX: x", "Allow: a, b\nX: x", "Allow: a, b\nX: x" },
    { "Allow: a, b\nX: x", "Allow: b, a\nX: x", "X: x\nAllow: b, a" },
    /* several fields of a name are all the same, in the same order, or all new */
    { "L: 1\nX: x\nL: 2", "L: 1\nL: 2\nX: x", "L: 1\nX: x\nL: 2" },
    { "L: 1\nX: x\nL: 2", "L: 2\nL: 1\nX: x", "X: x\nL: 2\nL: 1" },
    { "L: 1\nX: x\nL: 2", "L: 1\nX: x", "X: x\nL: 1" },
    { "L: 1\nX: x", "L: 1\nX: x\nl: 2", "X: x\nL: 1\nl: 2" },
    /* what concerns the connection of the 304 is none of what is stored */
    { "A: a\nB: b", "Connection: A, keep-alive\nA: x\nB: b\nKeep-Alive: 1", "A: a\nB: b" },
    { "A: a\nB: b", "B: b\nA: x\nConnection: close, b\nconnection: a", "A: a\nB: b" },
    /* as any other field, since RFC 9111 §5.5 has no meaning for it any more */
    { "Warning: 110 a \"b\"\nA: a", "A: a", "Warning: 110 a \"b\"\nA: a" },
    { "Warning: 110 a \"b\"\nA: a", "A: a\nWarning: 199 - \"c\"", "A: a\nWarning: 199 - \"c\"" },
    /* and what tells of the stored bytes stays, said again, said wrong or not said */
    { "Content-Length: 9\nA: a", "Content-Length: 9\nA: a", "Content-Length: 9\nA: a" },
    { "Content-Length: 9\nA: a", "A: a\ncontent-length: 0", "Content-Length: 9\nA: a" },
    { "A: a", "Content-Length: 0\nContent-Encoding: x\nA: a", "A: a" },
    /* bytes that are no UTF-8 are compared as they came */
    { "A: \xE9\nB: b", "A: \xE9\nB: b", "A: \xC3\xA9\nB: b" },
    { "A: \xE9\nB: b", "A: \xC3\xA9\nB: b", "B: b\nA: \xC3\xA9" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHeaders) stored = fields_new (rows[i].stored), fresh
          = fields_new (rows[i].fresh);
      gboolean only_dated = 77;
      g_autoptr (TernHeaders) merged = tern_cache_merge_fields (stored, fresh, &only_dated);
      g_autoptr (TernHeaders) wanted = fields_new (rows[i].merged);
      g_autofree char *text = fields_text (merged), *expected = fields_text (wanted);
      g_autofree char *before = fields_text (stored);
      g_autoptr (TernHeaders) untouched = fields_new (rows[i].stored);
      g_autofree char *bare_stored = NULL, *bare_merged = NULL;
      TernCacheFacts quick, whole;
      g_autofree char *still = fields_text (untouched);

      g_assert_cmpstr (text, ==, expected);
      g_assert_cmpstr (before, ==, still);
      /* The quick way is taken where all but Date and Age stayed, and reads the same. */
      bare_stored = undated_text (stored);
      bare_merged = undated_text (merged);
      g_assert_cmpint (only_dated, ==, g_str_equal (bare_stored, bare_merged));
      if (!only_dated)
        continue;
      memset (&quick, 0, sizeof quick);
      memset (&whole, 0, sizeof whole);
      tern_cache_facts_read (&quick, stored);
      tern_cache_facts_redate (&quick, merged);
      tern_cache_facts_read (&whole, merged);
      g_assert_cmpmem (&quick, sizeof quick, &whole, sizeof whole);
    }
}

/* What was read of the stored fields once is that of the new ones after a 304. */
static void
test_merge_facts (void)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) asked = fields_new ("Accept: a");
  g_autoptr (TernHeaders) fresh
      = fields_new ("Date: " NEXT "\nAge: 3\nCache-Control: max-age=9, immutable\nExpires: 0");
  const TernCacheRequest request = { "GET", uri, NULL, asked, NULL };
  g_autoptr (TernCacheRecord) record
      = make ("Date: " DAY "\nAge: 60\nCache-Control: max-age=60\nExpires: " DAY);
  g_autoptr (TernCacheRecord) merged
      = tern_cache_merge_not_modified (record, &request, fresh, 1, 1);
  g_autoptr (GBytes) bytes = tern_cache_record_serialize (merged);
  g_autoptr (TernCacheRecord) parsed = tern_cache_record_parse (bytes, NULL);
  const TernCacheRecord *const both[] = { merged, parsed };

  g_assert_cmpint (record->facts.date, ==, NOV);
  g_assert_cmpint (record->facts.expires, ==, NOV);
  g_assert_cmpint (record->facts.age, ==, 60);
  g_assert_cmpint (record->facts.control.max_age, ==, 60);
  for (guint i = 0; i < 2; i++)
    {
      const TernCacheFacts *facts = &both[i]->facts;

      g_assert_cmpint (facts->date, ==, NOV + 86400);
      g_assert_true (facts->has_expires);
      g_assert_cmpint (facts->expires, ==, -1);
      g_assert_cmpint (facts->age, ==, 3);
      g_assert_cmpint (facts->control.max_age, ==, 9);
      g_assert_true (facts->control.immutable);
      g_assert_false (facts->has_validator);
    }
}

/* The tag is found where it lies, also after the fields were put together in another way. */
static void
test_tags (void)
{
  static const struct
  {
    const char *fields, *tag; /* NULL: none */
    gboolean weak, has_validator;
  } rows[] = {
    { "A: b\nETag: \"1\"\nC: d", "\"1\"", FALSE, TRUE },
    { "A: b\nETag: W/\"1\"", "\"1\"", TRUE, TRUE },
    { "ETag: \"\"\nETag: \"\"", "\"\"", FALSE, TRUE },
    { "ETag: \"1\"\nETag: \"2\"", NULL, FALSE, FALSE },
    { "ETag: W/1", NULL, FALSE, FALSE },
    { "ETag: 1\nLast-Modified: " DAY, NULL, FALSE, TRUE },
    { "Last-Modified: x", NULL, FALSE, FALSE },
    { "", NULL, FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint form = 0; form < 3; form++)
      {
        /* a response as it came, one whose length was written anew, and what was stored of it */
        g_autofree char *part
            = g_strconcat ("Content-Range: bytes 0-9/100\nContent-Length: 10\n", rows[i].fields,
                           NULL);
        g_autoptr (TernCacheRecord) made
            = case_record ("", form == 1 ? 206 : 200, form == 1 ? part : rows[i].fields);
        g_autoptr (GBytes) bytes = tern_cache_record_serialize (made);
        g_autoptr (TernCacheRecord) parsed = tern_cache_record_parse (bytes, NULL);
        const TernCacheRecord *record = form == 2 ? parsed : made;
        TernCacheTag tag;

        g_assert_cmpint (record->facts.has_validator, ==, rows[i].has_validator);
        g_assert_cmpint (tern_cache_record_tag (record, &tag), ==, rows[i].tag != NULL);
        if (rows[i].tag)
          g_assert_cmpmem (tag.text, tag.len, rows[i].tag, strlen (rows[i].tag));
        else
          g_assert_null (tag.text);
        g_assert_cmpint (rows[i].tag && tag.weak, ==, rows[i].weak);
      }
}

static void
test_merge_vary (void)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) asked = fields_new ("Accept: b");
  g_autoptr (TernHeaders) fresh = fields_new ("Vary: accept");
  g_autoptr (TernHeaders) other = fields_new ("Accept: a");
  const TernCacheRequest request = { "GET", uri, NULL, asked, NULL };
  g_autoptr (TernCacheRecord) record = make ("");
  g_autoptr (TernCacheRecord) merged = tern_cache_merge_not_modified (record, &request, fresh, 1,
                                                                      1);

  g_assert_true (tern_cache_vary_matches (merged->vary, asked, NULL));
  g_assert_false (tern_cache_vary_matches (merged->vary, other, NULL));
}

/* A 304 to the caller's own condition may be about what the caller has. */
static void
test_own_conditions (void)
{
  static const struct
  {
    const char *asked, *stored, *fresh;
    gboolean merges;
  } rows[] = {
    { "If-None-Match: \"2\"", "ETag: \"1\"", "", FALSE },
    { "If-None-Match: \"2\"", "ETag: \"1\"", "ETag: \"2\"", FALSE },
    { "If-None-Match: \"2\"", "ETag: \"1\"", "ETag: \"1\"", TRUE },
    { "If-None-Match: \"2\"", "ETag: \"1\"\nLast-Modified: " DAY, "Last-Modified: " DAY, TRUE },
    { "If-None-Match: \"2\"", "ETag: \"1\"\nLast-Modified: " DAY, "Last-Modified: " NEXT, FALSE },
    { "If-Modified-Since: " DAY, "Last-Modified: " DAY, "", FALSE },
    { "If-Modified-Since: " DAY, "Last-Modified: " DAY, "Last-Modified: " DAY, TRUE },
    { "If-Modified-Since: " DAY, "", "", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = make (rows[i].stored);
      g_autoptr (TernHeaders) fresh = fields_new (rows[i].fresh);
      g_autoptr (TernCacheRecord) merged = NULL;
      g_auto (Case) c;

      case_init (&c, "GET", rows[i].asked);
      merged = tern_cache_merge_not_modified (record, &c.request, fresh, 200, 202);
      g_assert_cmpint (merged != NULL, ==, rows[i].merges);
    }
}

/* The part stays a part, and the lines about other variants stay. */
static void
test_keeps_part (void)
{
  g_autoptr (TernCacheRecord) record
    = case_record ("", 206, "ETag: \"1\"\nContent-Range: bytes 0-9/100");
  g_autoptr (TernHeaders) fresh = fields_new ("ETag: \"1\"\nContent-Range: bytes 5-6/7\nA: b");
  g_autoptr (TernCacheRecord) merged = NULL;
  g_autofree char *text = NULL;
  g_auto (Case) c;

  case_init (&c, "GET", "");
  merged = tern_cache_merge_not_modified (record, &c.request, fresh, 200, 202);
  text = fields_text (merged->headers);
  g_assert_cmpstr (text, ==, "ETag: \"1\"\nContent-Length: 100\nA: b");
  g_assert_true (merged->partial);
  g_assert_cmpuint (merged->part.end, ==, 10);
  g_assert_cmpuint (merged->total, ==, 100);
  g_assert_cmpuint (merged->body_length, ==, 10);
}

/* Which of several variants a 304 is about. */
static void
test_select (void)
{
  static const struct
  {
    const char *asked, *first, *second; /* stored for Accept: a and b; the second is newer */
    int chosen;                         /* the one that fits, -1 for none */
    const char *fresh;
    int selected;
  } rows[] = {
    { "Accept: a", "ETag: \"1\"", "ETag: \"2\"", 0, "ETag: \"1\"", 0 },
    { "Accept: a", "ETag: \"1\"", "ETag: \"2\"", 0, "ETag: \"2\"", 1 },
    { "Accept: a", "ETag: \"1\"", "ETag: \"2\"", 0, "ETag: W/\"2\"", 1 },
    { "Accept: a", "ETag: \"1\"", "ETag: \"2\"", 0, "ETag: \"3\"", -1 },
    { "Accept: a", "ETag: \"1\"", "ETag: \"2\"", 0, "", -1 },
    { "Accept: c", "ETag: \"1\"", "ETag: \"2\"", -1, "ETag: \"1\"", 0 },
    { "Accept: c", "ETag: \"1\"", "ETag: \"2\"", -1, "ETag: \"2\"", 1 },
    { "Accept: c", "ETag: \"1\"", "ETag: \"1\"", -1, "ETag: \"1\"", 1 },
    { "Accept: c", "ETag: \"1\"", "ETag: \"2\"", -1, "", -1 },
    { "Accept: c", "ETag: \"1\"", "", -1, "", -1 },
    { "Accept: a", "ETag: \"1\"", "", 0, "", 0 },
    { "Accept: a", "Last-Modified: " DAY, "", 0, "", 0 },
    { "Accept: a", "Last-Modified: " DAY, "", 0, "Last-Modified: " NEXT, -1 },
    { "Accept: a", "Last-Modified: " DAY, "ETag: \"2\"", 0, "", -1 },
    { "Accept: a\nIf-None-Match: \"9\"", "ETag: \"1\"", "", 0, "", -1 },
    { "Accept: a\nIf-None-Match: \"9\"", "ETag: \"1\"", "", 0, "ETag: \"1\"", 0 },
    { "Accept: a\nIf-None-Match: \"9\"", "ETag: \"1\"", "", 0, "ETag: \"9\"", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *a = g_strconcat ("Vary: accept\n", rows[i].first, NULL);
      g_autofree char *b = g_strconcat ("Vary: accept\n", rows[i].second, NULL);
      g_autoptr (TernCacheRecord) first = case_record ("Accept: a", 200, a);
      g_autoptr (TernCacheRecord) second = case_record_at ("Accept: b", 200, b, NOV + 1);
      const TernCacheRecord *const records[] = { first, second };
      g_autoptr (TernHeaders) fresh = fields_new (rows[i].fresh);
      g_auto (Case) c;

      case_init (&c, "GET", rows[i].asked);
      g_test_message ("%s: %s, %s: %s", rows[i].asked, rows[i].first, rows[i].second,
                      rows[i].fresh);
      g_assert_true (tern_cache_select_validated (&c.request, records, 2,
                                                  rows[i].chosen < 0 ? NULL
                                                                     : records[rows[i].chosen],
                                                  fresh)
                     == (rows[i].selected < 0 ? NULL : records[rows[i].selected]));
    }
}

/* A tag never leads to what was stored by other credentials, whatever the origin says. */
static void
test_select_foreign (void)
{
  g_autoptr (TernCacheRecord) record = case_record ("Authorization: u", 200, "ETag: \"1\"");
  const TernCacheRecord *const records[] = { record };
  g_autoptr (TernHeaders) fresh = fields_new ("ETag: \"1\"");
  g_auto (Case) c;

  case_init (&c, "GET", "Authorization: v");
  g_assert_null (tern_cache_select_validated (&c.request, records, 1, NULL, fresh));
}

static void
test_freshen (void)
{
  static const struct
  {
    const char *method;
    guint status;
    const char *asked, *stored, *fresh;
    gboolean freshens, outdated;
  } rows[] = {
    { "HEAD", 200, "", "ETag: \"1\"", "ETag: \"1\"", TRUE, FALSE },
    { "HEAD", 200, "", "ETag: \"1\"", "ETag: W/\"1\"", TRUE, FALSE },
    { "HEAD", 200, "", "ETag: \"1\"", "ETag: \"2\"", FALSE, TRUE },
    { "HEAD", 200, "", "", "ETag: \"2\"", FALSE, TRUE },
    { "HEAD", 200, "", "ETag: \"1\"", "", TRUE, FALSE },
    { "HEAD", 200, "", "", "", TRUE, FALSE },
    { "HEAD", 200, "", "Last-Modified: " DAY, "Last-Modified: " DAY, TRUE, FALSE },
    { "HEAD", 200, "", "Last-Modified: " DAY, "Last-Modified: " NEXT, FALSE, TRUE },
    { "HEAD", 200, "", "ETag: \"1\"\nLast-Modified: " DAY, "ETag: \"1\"\nLast-Modified: " NEXT,
      FALSE, TRUE },
    { "HEAD", 200, "", "ETag: \"1\"", "ETag: \"1\"\nContent-Length: 100", TRUE, FALSE },
    { "HEAD", 200, "", "ETag: \"1\"", "ETag: \"1\"\nContent-Length: 101", FALSE, TRUE },
    { "HEAD", 200, "", "ETag: \"1\"", "ETag: \"1\"\nContent-Length: x", FALSE, TRUE },
    { "HEAD", 200, "", "ETag: \"1\"", "ETag: \"1\"\nCache-Control: no-store", FALSE, TRUE },
    { "HEAD", 200, "", "ETag: \"1\"", "ETag: \"1\"\nVary: *", FALSE, TRUE },
    { "HEAD", 404, "", "ETag: \"1\"", "ETag: \"2\"", FALSE, FALSE },
    { "HEAD", 304, "", "ETag: \"1\"", "ETag: \"1\"", FALSE, FALSE },
    { "HEAD", 503, "", "ETag: \"1\"", "", FALSE, FALSE },
    { "GET", 200, "", "ETag: \"1\"", "ETag: \"1\"", FALSE, FALSE },
    { "HEAD", 200, "Accept: b", "ETag: \"1\"\nVary: accept", "ETag: \"2\"", FALSE, FALSE },
    { "HEAD", 200, "Accept: a", "ETag: \"1\"\nVary: accept", "ETag: \"2\"", FALSE, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = case_record ("Accept: a", 200, rows[i].stored);
      g_autoptr (TernHeaders) fresh = fields_new (rows[i].fresh);
      g_autoptr (TernCacheRecord) merged = NULL;
      gboolean outdated = 77;
      g_auto (Case) c;

      case_init (&c, rows[i].method, rows[i].asked);
      merged = tern_cache_freshen (record, &c.request, rows[i].status, fresh, 200, 202, &outdated);
      g_test_message ("[%s] by [%s]", rows[i].stored, rows[i].fresh);
      g_assert_cmpint (merged != NULL, ==, rows[i].freshens);
      g_assert_cmpint (outdated, ==, rows[i].outdated);
      if (!merged)
        continue;
      g_assert_cmpstr (merged->method, ==, "GET");
      g_assert_cmpint (merged->response_time, ==, 202);
      g_assert_cmpuint (merged->body_length, ==, 100);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-merge/fields", test_merge);
  g_test_add_func ("/cache-merge/equal", test_merge_equal);
  g_test_add_func ("/cache-merge/facts", test_merge_facts);
  g_test_add_func ("/cache-merge/tags", test_tags);
  g_test_add_func ("/cache-merge/vary", test_merge_vary);
  g_test_add_func ("/cache-merge/own-conditions", test_own_conditions);
  g_test_add_func ("/cache-merge/part", test_keeps_part);
  g_test_add_func ("/cache-merge/select", test_select);
  g_test_add_func ("/cache-merge/select-foreign", test_select_foreign);
  g_test_add_func ("/cache-merge/freshen", test_freshen);
  return g_test_run ();
}
