/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a chunked body: slices and copies, whole and in pieces, must tell the same. */
#include <string.h>

#include "fuzz.h"
#include "http1/tern-http1-chunked.h"

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED ("5\r\nhello\r\n0\r\n\r\n"),
  FUZZ_SEED ("a\r\n0123456789\r\nA\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\nrest"),
  FUZZ_SEED ("5;a=\"b\"\r\nhello\r\n003 ; x\r\nabc\r\n0;y\r\nA: b\r\n c\r\nD: \xE4\r\n\r\n"),
  FUZZ_SEED ("28\r\n0123456789012345678901234567890123456789\r\n2\r\n\r\n\r\n0\r\n\r\n"),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED ("\r\n"), FUZZ_SEED ("\n"), FUZZ_SEED ("\r"), FUZZ_SEED ("\0"), FUZZ_SEED (";"),
  FUZZ_SEED (" "), FUZZ_SEED ("0"), FUZZ_SEED ("1\r\na\r\n"), FUZZ_SEED ("0\r\n\r\n"),
  FUZZ_SEED ("ffffffffffffffff"), FUZZ_SEED ("0000000000000000000000"), FUZZ_SEED ("A: b\r\n"),
  FUZZ_SEED ("0\r\n"), FUZZ_SEED ("10000000000000000\r\n"), { NULL, 0 },
};

static const TernHttp1Limits limits = { 60, 150, 4 };

typedef struct
{
  int code;
  gsize consumed;
  GString *payload;
} Verdict;

/* With @room 0 by slices, else by copies into so many bytes. */
static TernParse
advance (TernHttp1Chunked *chunked, const char *exact, gsize len, gsize room, Verdict *verdict,
         gsize *consumed, GError **error)
{
  g_autofree char *out = g_malloc (room);
  const char *slice = out;
  gsize slice_len = 0;
  TernParse parse;

  if (room > 0)
    parse = tern_http1_chunked_copy (chunked, exact, len, consumed, out, room, &slice_len, error);
  else
    parse = tern_http1_chunked_eat (chunked, exact, len, consumed, &slice, &slice_len, error);
  g_assert_cmpuint (*consumed, <=, len);
  g_string_append_len (verdict->payload, slice, slice_len);
  return parse;
}

static Verdict
feed (const guint8 *data, gsize size, gsize piece, gsize room)
{
  g_autoptr (TernHttp1Chunked) chunked = tern_http1_chunked_new (&limits);
  Verdict verdict = { -2, 0, g_string_new (NULL) };
  TernParse parse = TERN_PARSE_MORE;
  g_autoptr (GError) error = NULL;

  while (parse == TERN_PARSE_MORE && verdict.consumed < size)
    {
      const gsize len = MIN (piece, size - verdict.consumed);
      const gsize before = verdict.payload->len;
      g_autofree char *exact = g_memdup2 (data + verdict.consumed, len);
      gsize consumed;

      parse = advance (chunked, exact, len, room, &verdict, &consumed, &error);
      /* Every call gets on: nothing can spin. */
      g_assert_true (consumed > 0 || verdict.payload->len > before || parse != TERN_PARSE_MORE);
      verdict.consumed += consumed;
    }
  g_assert_true ((parse == TERN_PARSE_FAILED) == (error != NULL));
  fuzz_check_error (error);
  if (parse == TERN_PARSE_DONE)
    verdict.code = -1;
  if (error)
    {
      verdict.code = error->code;
      verdict.consumed = 0;
    }
  return verdict;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const gsize ways[][2]
      = { { 1, 0 }, { 5, 0 }, { 1, 1 }, { 1, 64 }, { 9, 33 }, { 4096, 3 }, { 4096, 4096 } };
  const Verdict whole = feed (data, size, 4096, 0);

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      const Verdict other = feed (data, size, ways[i][0], ways[i][1]);

      g_assert_cmpint (other.code, ==, whole.code);
      g_assert_cmpuint (other.consumed, ==, whole.consumed);
      g_assert_cmpmem (other.payload->str, other.payload->len, whole.payload->str,
                       whole.payload->len);
      g_string_free (other.payload, TRUE);
    }
  g_string_free (whole.payload, TRUE);
  return 0;
}
