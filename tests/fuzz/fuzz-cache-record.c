/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a stored record: as they are, and, so that the checksum does not stop everything,
 * with the right length and sum put in. What is taken is whole and reads back as itself, and can be
 * decided with. */
#include <string.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "fuzz.h"
#include "policy/tern-cache-answer.h"
#include "policy/tern-cache-decision.h"
#include "policy/tern-cache-freshness.h"
#include "policy/tern-cache-merge.h"
#include "policy/tern-cache-sibling.h"
#include "policy/tern-cache-sum.h"
#include "policy/tern-cache-validation.h"
#include "policy/tern-cache-variants.h"

#define HEAD "TernRec\x03" "\0\0\0\0" "\0\0\0\0"
#define URI "\0\0\0\x09http://a/"
#define TIMES "\0\0\0\0\0\0\0\x07" "\0\0\0\0\0\0\0\x08"
#define REST "\0\0\0\x02OK" "\0\0\0\x0b" TIMES "\0\0\0\0\0\0\0\x0a" "\0\0\0\0"

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED (HEAD "\0\0\0\x03GET" URI "\xff\xff\xff\xff" "\0\0\0\xc8" REST
             "\0\0\0\x01" "\0\0\0\x04" "ETag" "\0\0\0\x03\"1\""
             "\0\0\0\x01" "\0\0\0\x06" "accept" "\0\0\0\x01" "b"
             "\0\0\0\0" "\0\0\0\0"),
  FUZZ_SEED (HEAD "\0\0\0\x03GET" URI "\0\0\0\x01p" "\0\0\0\xc8" REST "\0\0\0\0" "\0\0\0\0"
             "\0\0\0\x01" "\0\0\0\0\0\0\0\0" "\0\0\0\0\0\0\0\x0a" "\0\0\0\0\0\0\0\x64"
             "\0\0\0\0"),
  FUZZ_SEED (HEAD "\0\0\0\x03GET" URI "\xff\xff\xff\xff" "\0\0\x01\x94" REST "\0\0\0\0" "\0\0\0\0"
             "\0\0\0\0" "\0\0\0\x01" "\0\0\0\x04slot" "\0\0\0\x01" "\0\0\0\x01" "a"
             "\xff\xff\xff\xff" "\0\0\0\x03\"2\"" "\0\0\0\0\0\0\0\x09"),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED ("\0\0\0\0"), FUZZ_SEED ("\0\0\0\x01"),      FUZZ_SEED ("\xff\xff\xff\xff"),
  FUZZ_SEED ("\xff\xff"), FUZZ_SEED ("\x7f\xff\xff\xff"), FUZZ_SEED ("\r\n"),
  FUZZ_SEED ("\0"),       FUZZ_SEED ("TernRec\x01"),     FUZZ_SEED ("\"1\""),
  FUZZ_SEED ("\x7f\xff\xff\xff\xff\xff\xff\xff"), FUZZ_SEED ("\x80\0\0\0\0\0\0\0"),
  FUZZ_SEED ("accept"),   FUZZ_SEED ("#"),               { NULL, 0 },
};

/* A list that claims four thousand million members must not take the time to make them. */
static TernCacheRecord *
parse (const guint8 *data, gsize size)
{
  /* A block of its own, so that a sanitizer sees a read behind the end. */
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  TernCacheRecord *record = tern_cache_record_parse (bytes, &error);

  g_assert_true ((record == NULL) == (error != NULL));
  fuzz_check_error (error);
  return record;
}

/* All that is reckoned with its times and lengths, which may be any numbers. */
static void
check_uses (const TernCacheRecord *record, TernUri *uri)
{
  static const gint64 times[] = { 0, 100, G_GINT64_CONSTANT (4000000000) };
  g_autoptr (TernHeaders) asked = tern_headers_new (), fresh = tern_headers_new ();
  const TernCacheRequest request = { "GET", uri, NULL, asked, NULL };
  TernCacheAnswer answer;
  guint64 offset, length;

  tern_headers_append_unchecked (asked, "Range", 5, "bytes=1-", 8);
  tern_headers_append_unchecked (fresh, "Age", 3, "7", 1);
  answer = tern_cache_answer (&request, record);
  if (tern_cache_answer_is_possible (&answer)
      && tern_cache_answer_body (&answer, &request, record, &offset, &length))
    g_assert_true (offset <= record->body_length && length <= record->body_length - offset);
  g_assert_cmpint (tern_cache_lifetime (record), >=, 0);
  tern_cache_keep_until (record);
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (TernHeaders) fields = tern_cache_answer_fields (&answer, record, times[i], FALSE);
      g_autoptr (TernCacheRecord) renewed
          = tern_cache_merge_not_modified (record, &request, fresh, times[i], times[i]);
      g_auto (TernCachePlace) place = { 0 };

      g_assert_cmpint (tern_cache_age (record, times[i]), >=, 0);
      g_assert_true (tern_headers_has (fields, "Age"));
      g_assert_nonnull (renewed);
      g_assert_cmpint (renewed->facts.age, ==, 7);
      tern_cache_place (&place, record, &request, renewed);
    }
}

static void
check_record (const TernCacheRecord *record)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) asked = tern_headers_new (), conditions = tern_headers_new ();
  const TernCacheRequest request = { "GET", uri, NULL, asked, NULL };
  const TernCacheRecord *const records[] = { record };
  g_autoptr (GBytes) bytes = tern_cache_record_serialize (record);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autoptr (TernCacheRecord) again = parse (data, size);
  g_autoptr (GBytes) twice = tern_cache_record_serialize (again);

  g_assert_true (g_bytes_equal (bytes, twice));
  g_assert_true (record->status >= 200 && record->status <= 599);
  g_assert_true (!record->partial || record->part.end <= record->total);
  tern_cache_decide (&request, records, 1, 100);
  check_uses (record, uri);
  tern_cache_find_sibling (record, &request);
  tern_cache_add_conditions (&request, records, 1, NULL, FALSE, conditions);
  for (guint i = 0; i < conditions->n; i++)
    g_assert_true (tern_field_is_value (tern_headers_raw (conditions, &conditions->fields[i]),
                                        conditions->fields[i].raw_len));
}

static const guint8 *
magic (void)
{
  static GBytes *made = NULL;

  if (!made)
    {
      g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
      g_autoptr (TernHeaders) none = tern_headers_new ();
      const TernCacheRequest request = { "GET", uri, NULL, none, NULL };
      g_autoptr (TernCacheRecord) record
          = tern_cache_record_new (&request, 200, "OK", 11, none, 7, 8);

      made = tern_cache_record_serialize (record);
    }
  return g_bytes_get_data (made, NULL);
}

/* The magic word of the present form, the length and the sum are put in, as anybody can who writes
 * into the store. */
static TernCacheRecord *
parse_forged (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);
  guint32 be;

  if (size < 16)
    return NULL;
  memcpy (copy, magic (), 8);
  be = GUINT32_TO_BE (size);
  memcpy (copy + 12, &be, 4);
  be = GUINT32_TO_BE (tern_cache_sum (copy + 12, size - 12));
  memcpy (copy + 8, &be, 4);
  return parse (copy, size);
}

/* Seeds of another form would be turned away at once, with all that is made of them, and nothing
 * tested. */
static void
check_seeds (void)
{
  static gboolean checked = FALSE;

  for (guint i = 0; !checked && fuzz_seeds[i].text; i++)
    {
      g_autoptr (TernCacheRecord) record
          = parse_forged ((const guint8 *)fuzz_seeds[i].text, fuzz_seeds[i].len);

      g_assert_nonnull (record);
    }
  checked = TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (TernCacheRecord) plain = parse (data, size), forged = parse_forged (data, size);

  check_seeds ();
  if (plain)
    check_record (plain);
  if (forged)
    check_record (forged);
  return 0;
}
