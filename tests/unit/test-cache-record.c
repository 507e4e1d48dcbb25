/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records as bytes and back, and everything a disk can do to them in between. */
#include "policy/tern-cache-record.h"

#include <tern/tern-error.h>

#include "policy/tern-cache-fields.h"
#include "policy/tern-cache-sum.h"
#include "policy/tern-cache-vary.h"
#include "test-fields.h"

static TernCacheRecord *
sample (const char *partition)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://user:pw@a.example:8080/b?c#d", NULL);
  g_autoptr (TernHeaders) asked = fields_new ("Accept: x/y\nAuthorization: Basic c2VjcmV0");
  g_autoptr (TernHeaders) answered
    = fields_new ("ETag: \"1\"\nX-Bytes: caf\xE9\nConnection: x-hop\nX-Hop: y\nVary: accept, None\n"
                  "Empty:\nSet-Cookie: a\nset-cookie: b");
  const TernCacheRequest request = { "GET", uri, partition, asked, NULL };
  TernCacheRecord *record
    = tern_cache_record_new (&request, 200, "OK", 11, answered, 1000000000, 1000000001);

  record->body_length = G_GUINT64_CONSTANT (0x123456789ABC);
  record->body_checksum = 0xDEADBEEF;
  return record;
}

static void
assert_sample (const TernCacheRecord *record, const char *partition)
{
  g_autofree char *text = fields_text (record->headers);
  g_autoptr (GBytes) raw = tern_headers_get_bytes (record->headers, "X-Bytes");
  g_autoptr (TernHeaders) same = fields_new ("accept:  x/y\nauthorization: Basic c2VjcmV0");
  g_autoptr (TernHeaders) other = fields_new ("accept: x/y\nauthorization: Basic b3RoZXI=");

  g_assert_cmpstr (record->method, ==, "GET");
  g_assert_cmpstr (record->uri, ==, "http://a.example:8080/b?c");
  g_assert_cmpstr (record->partition, ==, partition);
  g_assert_cmpuint (record->status, ==, 200);
  g_assert_cmpstr (record->reason, ==, "OK");
  g_assert_cmpuint (record->version, ==, 11);
  g_assert_cmpint (record->request_time, ==, 1000000000);
  g_assert_cmpint (record->response_time, ==, 1000000001);
  g_assert_cmpuint (record->body_length, ==, G_GUINT64_CONSTANT (0x123456789ABC));
  g_assert_cmpuint (record->body_checksum, ==, 0xDEADBEEF);
  g_assert_cmpstr (text, ==, "ETag: \"1\"\nX-Bytes: caf\xC3\xA9\nVary: accept, None\nEmpty: \n"
                             "Set-Cookie: a\nset-cookie: b");
  g_assert_cmpmem (g_bytes_get_data (raw, NULL), g_bytes_get_size (raw), "caf\xE9", 4);
  g_assert_cmpuint (record->vary->len, ==, 3);
  g_assert_true (tern_cache_vary_matches (record->vary, same, NULL));
  g_assert_false (tern_cache_vary_matches (record->vary, other, NULL));
}

static void
test_round_trip (void)
{
  static const char *const partitions[] = { NULL, "", "p", "a b/c" };

  for (gsize i = 0; i < G_N_ELEMENTS (partitions); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernCacheRecord) record = sample (partitions[i]);
      g_autoptr (GBytes) bytes = tern_cache_record_serialize (record), again = NULL;
      g_autoptr (TernCacheRecord) parsed = tern_cache_record_parse (bytes, &error);

      g_assert_no_error (error);
      assert_sample (record, partitions[i]);
      assert_sample (parsed, partitions[i]);
      again = tern_cache_record_serialize (parsed);
      g_assert_true (g_bytes_equal (bytes, again));
    }
}

static void
test_no_secret (void)
{
  g_autoptr (TernCacheRecord) record = sample (NULL);
  g_autoptr (GBytes) bytes = tern_cache_record_serialize (record);
  gsize len;
  const char *data = g_bytes_get_data (bytes, &len);

  g_assert_null (memmem (data, len, "c2VjcmV0", 8));
  g_assert_null (memmem (data, len, "pw@", 3));
}

static void
assert_miss (const void *data, gsize len)
{
  /* A block of its own, so that a sanitizer sees a read behind the end. */
  g_autoptr (GBytes) bytes = g_bytes_new (data, len);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernCacheRecord) record = tern_cache_record_parse (bytes, &error);

  g_assert_null (record);
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
}

static void
test_cut_and_flipped (void)
{
  g_autoptr (TernCacheRecord) record = sample ("p");
  g_autoptr (GBytes) bytes = tern_cache_record_serialize (record);
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  g_autofree guint8 *copy = g_malloc0 (len + 8);

  memcpy (copy, data, len);
  for (gsize cut = 0; cut < len; cut++)
    assert_miss (copy, cut);
  for (gsize more = 1; more <= 8; more++)
    assert_miss (copy, len + more);
  for (gsize bit = 0; bit < len * 8; bit++)
    {
      copy[bit / 8] ^= 1 << bit % 8;
      assert_miss (copy, len);
      copy[bit / 8] ^= 1 << bit % 8;
    }
}

/* What a sum cannot find: bytes that somebody made with the right one. */
static void
test_forged (void)
{
  g_autoptr (TernCacheRecord) record = sample ("p");
  g_autoptr (GBytes) bytes = tern_cache_record_serialize (record);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  guint parsed = 0;

  for (guint round = 0; round < 50000; round++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, len);
      gsize size = round % 3 == 0 ? (gsize) g_rand_int_range (rand, 16, len + 1) : len;
      guint32 be;
      g_autoptr (GBytes) forged = NULL;
      g_autoptr (TernCacheRecord) read = NULL;

      for (guint i = round % 4; i > 0; i--)
        {
          guint8 *at = copy + g_rand_int_range (rand, 16, len);

          *at = g_rand_boolean (rand) ? 0xFF : g_rand_int_range (rand, 0, 256);
        }
      be = GUINT32_TO_BE (size);
      memcpy (copy + 12, &be, 4);
      be = GUINT32_TO_BE (tern_cache_sum (copy + 12, size - 12));
      memcpy (copy + 8, &be, 4);
      forged = g_bytes_new (copy, size);
      read = tern_cache_record_parse (forged, NULL);
      if (!read)
        continue;
      parsed++;
      g_assert_cmpuint (read->status, >=, 200);
      g_assert_nonnull (read->method);
      g_assert_nonnull (read->uri);
      g_assert_nonnull (read->headers);
      g_assert_nonnull (read->vary);
    }
  g_assert_cmpuint (parsed, >, 0);
}

static void
test_refused (void)
{
  static const struct
  {
    guint status;
    const char *method, *reason;
  } rows[] = { { 199, "GET", "" }, { 600, "GET", "" }, { 200, "G T", "" }, { 200, "", "" },
               { 200, "GET", "\r" }, { 206, "GET", "" }, { 304, "GET", "" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernCacheRecord) record = sample (NULL);
      g_autoptr (GBytes) bytes = NULL;

      record->method = rows[i].method;
      record->reason = rows[i].reason;
      record->status = rows[i].status;
      bytes = tern_cache_record_serialize (record);
      assert_miss (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }
}

static void
test_is_for (void)
{
  static const struct
  {
    const char *method, *uri, *partition;
    gboolean is_for;
  } rows[] = {
    { "GET", "http://a.example:8080/b?c", "p", TRUE },
    { "GET", "http://other@a.example:8080/b?c#x", "p", TRUE },
    { "GET", "http://a.example:8080/b?c", NULL, FALSE },
    { "GET", "http://a.example:8080/b?c", "q", FALSE },
    { "HEAD", "http://a.example:8080/b?c", "p", TRUE },
    { "GET", "https://a.example:8080/b?c", "p", FALSE },
    { "GET", "http://a.example:8080/b", "p", FALSE },
    { "GET", "http://a.example:8080/b?cd", "p", FALSE },
    { "GET", "http://a.example/b?c", "p", FALSE },
    { "GET", "http://a.example:80/80/b?c", "p", FALSE },
    { "GET", "http://b.example:8080/b?c", "p", FALSE },
    { "GET", "http://a/b?c", "p", FALSE },
  };
  g_autoptr (TernCacheRecord) record = sample ("p");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernUri) uri = tern_uri_parse (rows[i].uri, NULL);
      const TernCacheRequest request = { rows[i].method, uri, rows[i].partition, NULL, NULL };

      g_assert_cmpint (tern_cache_record_is_for (record, &request), ==, rows[i].is_for);
    }
}

static void
test_checksum (void)
{
  const char text[] = "123456789";

  g_assert_cmpuint (tern_cache_checksum (0, text, 9), ==, 0xCBF43926);
  g_assert_cmpuint (tern_cache_checksum (tern_cache_checksum (0, text, 4), text + 4, 5), ==,
                    0xCBF43926);
  g_assert_cmpuint (tern_cache_checksum (0, NULL, 0), ==, 0);
}

/* The form is stored, so the sum may not change unnoticed; and every byte counts. */
static void
test_sum (void)
{
  guint8 bytes[100], same[100];

  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = same[i] = (guint8)(i * 7);
  for (gsize len = 0; len <= sizeof bytes; len++)
    {
      const guint32 sum = tern_cache_sum (bytes, len);

      g_assert_cmphex (tern_cache_sum (same, len), ==, sum);
      if (len > 0)
        g_assert_cmphex (tern_cache_sum (bytes, len - 1), !=, sum);
      for (gsize at = 0; at < len; at++)
        {
          same[at] ^= 0x10;
          g_assert_cmphex (tern_cache_sum (same, len), !=, sum);
          same[at] ^= 0x10;
        }
    }
  g_assert_cmphex (tern_cache_sum (NULL, 0), ==, 0xBF6939E8);
  g_assert_cmphex (tern_cache_sum (bytes, sizeof bytes), ==, 0xE7DA1C58);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-record/round-trip", test_round_trip);
  g_test_add_func ("/cache-record/no-secret", test_no_secret);
  g_test_add_func ("/cache-record/cut-and-flipped", test_cut_and_flipped);
  g_test_add_func ("/cache-record/forged", test_forged);
  g_test_add_func ("/cache-record/refused", test_refused);
  g_test_add_func ("/cache-record/is-for", test_is_for);
  g_test_add_func ("/cache-record/checksum", test_checksum);
  g_test_add_func ("/cache-record/sum", test_sum);
  return g_test_run ();
}
