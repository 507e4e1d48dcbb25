/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as the fields that a cache goes by: what is read of it is in range, never fresher than a
 * longer text would make it, and what is echoed into a request is a valid field value. The first
 * line is Cache-Control, the next ones ETag, Range, Vary and If-None-Match. */
#include <string.h>
#include <tern/tern-util.h>

#include "base/tern-field.h"
#include "base/tern-headers-private.h"
#include "fuzz.h"
#include "policy/tern-cache-answer.h"
#include "policy/tern-cache-control.h"
#include "policy/tern-cache-decision.h"
#include "policy/tern-cache-freshness.h"
#include "policy/tern-cache-status.h"
#include "policy/tern-cache-storing.h"
#include "policy/tern-cache-validation.h"

#define NOW 784111777

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED ("max-age=60, no-cache=\"set-cookie, x\", private"),
  FUZZ_SEED ("max-age=\"5\", stale-while-revalidate=7\n\"tag\"\nbytes=0-9\naccept\n\"a\", W/\"b\""),
  FUZZ_SEED ("No-Store,,x=\"a\\\"b\",must-understand\nW/\"\"\nbytes=-5,7-\n*\n*"),
  FUZZ_SEED ("max-stale, min-fresh=1, only-if-cached\n\"1\"\nlines=1-2\na, b\n\"1\" \"2\""),
  FUZZ_SEED ("immutable, max-age=99999999999999999999\n\"x\"\nbytes=5-2\ncookie\n"),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED (","),        FUZZ_SEED ("\""),       FUZZ_SEED ("="),
  FUZZ_SEED ("\\"),       FUZZ_SEED (";"),        FUZZ_SEED ("\n"),
  FUZZ_SEED ("-"),        FUZZ_SEED ("*"),        FUZZ_SEED ("W/"),
  FUZZ_SEED ("no-cache"), FUZZ_SEED ("no-store"), FUZZ_SEED ("max-age="),
  FUZZ_SEED ("bytes="),   FUZZ_SEED ("\xFF"),     FUZZ_SEED ("18446744073709551615"),
  FUZZ_SEED ("s-maxage"), FUZZ_SEED (" \t"),      FUZZ_SEED ("stale-if-error=1"),
  { NULL, 0 },
};

/* The line at @text as a field; a byte that no head can hold ends it. */
static const char *
add_line (TernHeaders *headers, const char *name, const char *text)
{
  const gsize len = strcspn (text, "\n");
  gsize good = 0;

  while (good < len && tern_field_is_value (text + good, 1))
    good++;
  tern_headers_append_unchecked (headers, name, strlen (name), text, good);
  return text + len + (text[len] == '\n');
}

static void
check_control (const TernHeaders *headers)
{
  TernCacheControl control;
  const gint64 *const numbers[] = { &control.max_age,   &control.s_maxage,
                                    &control.max_stale, &control.min_fresh,
                                    &control.stale_if_error, &control.stale_while_revalidate };
  g_autoptr (GHashTable) parsed
      = tern_cache_control_parse (tern_headers_get (headers, "Cache-Control"));
  g_autoptr (TernHeaders) stripped = tern_headers_copy (headers);

  tern_cache_control_read (&control, headers);
  tern_cache_control_strip (stripped, stripped);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_assert_true (*numbers[i] >= -1 && *numbers[i] <= TERN_CACHE_SECONDS_MAX);
  g_assert_true (!g_hash_table_contains (parsed, "no-store") || control.no_store);
  g_assert_true (!g_hash_table_contains (parsed, "max-age") || control.max_age >= 0);
  g_assert_true (!g_hash_table_contains (parsed, "no-cache") || control.no_cache
                 || control.no_cache_fields);
}

static void
check_answer (const TernCacheRequest *request, const TernCacheRecord *record)
{
  const TernCacheAnswer answer = tern_cache_answer (request, record);
  g_autoptr (TernHeaders) fields = tern_cache_answer_fields (&answer, record, NOW, FALSE);
  guint64 offset, length;

  if (tern_cache_answer_body (&answer, request, record, &offset, &length))
    g_assert_true (offset + length <= record->body_length);
  g_assert_nonnull (tern_headers_get (fields, "Age"));
}

static void
check_decision (const TernCacheRequest *request, const TernCacheRecord *record)
{
  const TernCacheRecord *const records[] = { record };
  const TernCacheDecision decision = tern_cache_decide (request, records, 1, NOW + 30);
  const TernCacheStatus status
      = { .decision = &decision, .detail = tern_headers_get (request->headers, "Range") };
  g_autofree char *text = tern_cache_status_text (&status);
  g_autoptr (TernHeaders) conditions = tern_headers_new ();

  g_assert_true (tern_cache_age (record, NOW + 30) >= 30);
  g_assert_true (tern_cache_lifetime (record) >= 0);
  for (const char *at = text; *at; at++)
    g_assert_true (g_ascii_isprint (*at));
  tern_cache_add_conditions (request, records, 1, decision.record, FALSE, conditions);
  for (guint i = 0; i < conditions->n; i++)
    g_assert_true (tern_field_is_value (tern_headers_raw (conditions, &conditions->fields[i]),
                                        conditions->fields[i].raw_len));
  if (decision.record)
    check_answer (request, decision.record);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autoptr (TernUri) uri = tern_uri_parse ("http://a/", NULL);
  g_autoptr (TernHeaders) asked = tern_headers_new (), answered = tern_headers_new ();
  const TernCacheRequest request = { "GET", uri, NULL, asked, "salt" };
  g_autoptr (TernCacheRecord) record = NULL;
  const char *at = text;

  tern_headers_append (answered, "Content-Range", "bytes 0-9/100");
  at = add_line (answered, "Cache-Control", at);
  at = add_line (answered, "ETag", at);
  at = add_line (asked, "Range", at);
  at = add_line (answered, "Vary", at);
  at = add_line (asked, "If-None-Match", at);
  add_line (asked, "Cache-Control", text);
  check_control (answered);
  tern_cache_may_store (&request, 206, answered, NULL);
  tern_cache_may_store (&request, 200, answered, NULL);
  record = tern_cache_record_new (&request, size % 2 ? 206 : 200, "OK", 11, answered, NOW, NOW);
  record->body_length = record->partial ? record->part.end - record->part.first : 100;
  check_decision (&request, record);
  return 0;
}
