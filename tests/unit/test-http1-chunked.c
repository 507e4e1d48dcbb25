/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The chunked coding, read in every way: sliced and copied, whole, cut anywhere, byte by byte, and
 * into outputs of any size. All must agree. */
#include <string.h>
#include <tern/tern-error.h>

#include "http1/tern-http1-chunked.h"

#include "base/tern-error-line.h"

#define B(text) text, sizeof (text) - 1
#define FRAMING TERN_ERROR_BAD_FRAMING

static const TernHttp1Limits roomy = { 8192, 16384, 20 };

typedef struct
{
  TernParse parse;
  int code;
  gsize consumed;
  GString *payload;
  guint n_trailers;
} Verdict;

/* One step with no more than @piece bytes of input and @room bytes of output (0: by slices). */
static TernParse
advance (TernHttp1Chunked *chunked, const char *data, gsize len, gsize room, gsize *consumed,
         GString *payload, GError **error)
{
  g_autofree char *exact = g_memdup2 (data, len);
  g_autofree char *out = g_malloc (room);
  const char *slice;
  gsize slice_len;
  TernParse parse;
  gsize written;

  if (room > 0)
    {
      parse = tern_http1_chunked_copy (chunked, exact, len, consumed, out, room, &written, error);
      g_assert_cmpuint (written, <=, room);
      g_string_append_len (payload, out, written);
      return parse;
    }
  parse = tern_http1_chunked_eat (chunked, exact, len, consumed, &slice, &slice_len, error);
  if (slice_len > 0)
    {
      g_assert_true (slice >= exact && slice + slice_len == exact + *consumed);
      g_string_append_len (payload, slice, slice_len);
    }
  return parse;
}

static Verdict
feed (const char *input, gsize len, const TernHttp1Limits *limits, gsize piece, gsize room)
{
  g_autoptr (TernHttp1Chunked) chunked = tern_http1_chunked_new (limits);
  Verdict verdict = { TERN_PARSE_MORE, -1, 0, g_string_new (NULL), 0 };
  g_autoptr (GError) error = NULL;

  while (verdict.parse == TERN_PARSE_MORE && verdict.consumed < len)
    {
      const gsize before = verdict.payload->len;
      gsize consumed = G_MAXSIZE;

      verdict.parse = advance (chunked, input + verdict.consumed,
                               MIN (piece, len - verdict.consumed), room, &consumed,
                               verdict.payload, &error);
      g_assert_cmpuint (consumed, <=, MIN (piece, len - verdict.consumed));
      g_assert_true (consumed > 0 || verdict.payload->len > before
                     || verdict.parse != TERN_PARSE_MORE);
      verdict.consumed += consumed;
    }
  g_assert_true ((verdict.parse == TERN_PARSE_FAILED) == (error != NULL));
  if (error)
    {
      g_assert_true (error->domain == TERN_ERROR);
      verdict.code = error->code;
      verdict.consumed = 0; /* how far it came is of no use to anybody */
    }
  else if (verdict.parse == TERN_PARSE_DONE && tern_http1_chunked_get_trailers (chunked))
    verdict.n_trailers = tern_headers_get_n (tern_http1_chunked_get_trailers (chunked));
  return verdict;
}

static void
assert_same (const Verdict *a, const Verdict *b)
{
  g_assert_cmpint (a->parse, ==, b->parse);
  g_assert_cmpint (a->code, ==, b->code);
  g_assert_cmpuint (a->consumed, ==, b->consumed);
  g_assert_cmpstr (a->payload->str, ==, b->payload->str);
  g_assert_cmpuint (a->payload->len, ==, b->payload->len);
  g_assert_cmpuint (a->n_trailers, ==, b->n_trailers);
}

static Verdict
feed_every_way (const char *input, gsize len, const TernHttp1Limits *limits)
{
  static const gsize rooms[] = { 0, 1, 2, 7, 40, 1000 };
  const Verdict whole = feed (input, len, limits, len, 0);

  for (guint i = 0; i < G_N_ELEMENTS (rooms); i++)
    for (gsize piece = 1; piece <= len; piece += piece < 64 ? 1 : piece)
      {
        const Verdict other = feed (input, len, limits, piece, rooms[i]);

        assert_same (&whole, &other);
        g_string_free (other.payload, TRUE);
      }
  return whole;
}

static const struct
{
  const char *name;
  const char *input;
  gsize len;
  const char *payload;
  guint n_trailers;
  gsize rest;
} good[] = {
  { "empty", B ("0\r\n\r\n"), "", 0, 0 },
  { "one", B ("5\r\nhello\r\n0\r\n\r\n"), "hello", 0, 0 },
  { "many", B ("1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n"), "abcdef", 0, 0 },
  { "hex", B ("a\r\n0123456789\r\nA\r\n0123456789\r\n1f\r\n0123456789012345678901234567890\r\n"
              "0\r\n\r\n"),
    "012345678901234567890123456789012345678901234567890", 0, 0 },
  { "zeros", B ("0005\r\nhello\r\n000\r\n\r\n"), "hello", 0, 0 },
  { "many-zeros", B ("000000000000000000000000000005\r\nhello\r\n0\r\n\r\n"), "hello", 0, 0 },
  { "extension", B ("5;a=b\r\nhello\r\n0;c\r\n\r\n"), "hello", 0, 0 },
  { "extension-quoted", B ("5;a=\"b;\t\xFC,c\"\r\nhello\r\n0\r\n\r\n"), "hello", 0, 0 },
  { "extension-bws", B ("5 \t; a = b\r\nhello\r\n0\r\n\r\n"), "hello", 0, 0 },
  { "trailers", B ("5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n"), "hello", 2, 0 },
  { "trailer-folded", B ("0\r\nA: b\r\n c\r\n\r\n"), "", 1, 0 },
  { "trailer-extension", B ("0;x\r\nA: b\r\n\r\n"), "", 1, 0 },
  { "rest", B ("1\r\na\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"), "a", 0, 17 },
  { "rest-after-trailers", B ("0\r\nA: b\r\n\r\n\r\nX"), "", 1, 3 },
  { "payload-like-coding", B ("a\r\n0\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"),
    "0\r\n\r\n0\r\n\r\n", 0, 0 },
  { "forty", B ("28\r\n0123456789012345678901234567890123456789\r\n0\r\n\r\n"),
    "0123456789012345678901234567890123456789", 0, 0 },
};

static void
test_good (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const Verdict verdict = feed_every_way (good[i].input, good[i].len, &roomy);

  g_assert_cmpint (verdict.code, ==, -1);
  g_assert_cmpstr (verdict.payload->str, ==, good[i].payload);
  g_assert_cmpint (verdict.parse, ==, TERN_PARSE_DONE);
  g_assert_cmpuint (verdict.consumed, ==, good[i].len - good[i].rest);
  g_assert_cmpuint (verdict.n_trailers, ==, good[i].n_trailers);
  g_string_free (verdict.payload, TRUE);
}

static const struct
{
  const char *name;
  const char *input;
  gsize len;
  int code;
} bad[] = {
  { "empty-size", B ("\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "empty-last", B ("1\r\na\r\n\r\n\r\n"), FRAMING },
  { "size-0x", B ("0x5\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-plus", B ("+5\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-minus", B ("-5\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-minus-zero", B ("-0\r\n\r\n"), FRAMING },
  { "size-underscore", B ("5_0\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-space-before", B (" 5\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-space-behind", B ("5 \r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-space-within", B ("1 0\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-g", B ("5G\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-comma", B ("5,\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-nul", B ("5\0\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-8-bit", B ("\xB5\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-vt", B ("5\x0B\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "semicolon-only", B (";a=b\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-overflow", B ("10000000000000000\r\nx"), FRAMING },
  { "size-overflow-wraps", B ("10000000000000005\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-all-ones-and-more", B ("fffffffffffffffff\r\n"), FRAMING },
  { "size-lf", B ("5\nhello\r\n0\r\n\r\n"), FRAMING },
  { "size-cr-x", B ("5\rXhello\r\n0\r\n\r\n"), FRAMING },
  { "size-cr-cr", B ("5\r\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "extension-lf", B ("5;a\nhello\r\n0\r\n\r\n"), FRAMING },
  { "extension-cr", B ("5;a\rb\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "extension-nul", B ("5;a\0b\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "extension-escape", B ("5;\x1B[2J\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "extension-del", B ("5;\x7F\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "data-lf", B ("5\r\nhello\n0\r\n\r\n"), FRAMING },
  { "data-longer", B ("5\r\nhello!\r\n0\r\n\r\n"), FRAMING },
  { "data-shorter", B ("6\r\nhello\r\n0\r\n\r\n"), FRAMING },
  { "data-no-end", B ("5\r\nhello0\r\n\r\n"), FRAMING },
  { "data-cr-x", B ("5\r\nhello\rX0\r\n\r\n"), FRAMING },
  { "data-cr-cr", B ("5\r\nhello\r\r\n0\r\n\r\n"), FRAMING },
  { "data-lf-cr", B ("5\r\nhello\n\r0\r\n\r\n"), FRAMING },
  { "last-lf", B ("0\n\r\n"), FRAMING },
  { "end-lf", B ("0\r\n\n"), FRAMING },
  { "trailer-lf", B ("0\r\nA: b\n\r\n"), FRAMING },
  { "trailer-end-lf", B ("0\r\nA: b\r\n\n"), FRAMING },
  { "trailer-cr", B ("0\r\n\rX\r\n\r\n"), TERN_ERROR_INVALID_HEADER },
  { "trailer-no-colon", B ("0\r\nAb\r\n\r\n"), TERN_ERROR_INVALID_HEADER },
  { "trailer-space-colon", B ("0\r\nA : b\r\n\r\n"), TERN_ERROR_INVALID_HEADER },
  { "trailer-space-first", B ("0\r\n A: b\r\n\r\n"), TERN_ERROR_INVALID_HEADER },
  { "trailer-nul", B ("0\r\nA: b\0\r\n\r\n"), TERN_ERROR_INVALID_HEADER },
};

static void
test_bad (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const Verdict verdict = feed_every_way (bad[i].input, bad[i].len, &roomy);

  g_assert_cmpint (verdict.code, ==, bad[i].code);
  g_string_free (verdict.payload, TRUE);
}

/* Whatever is cut off the end, it is never whole. */
static void
test_truncated (void)
{
  static const char text[] = "5\r\nhello\r\n3;x\r\nabc\r\n0\r\nA: b\r\n\r\n";

  for (gsize len = 1; len < sizeof text - 1; len++)
    {
      const Verdict verdict = feed_every_way (text, len, &roomy);

      g_assert_cmpint (verdict.parse, ==, TERN_PARSE_MORE);
      g_assert_cmpuint (verdict.consumed, ==, len);
      g_string_free (verdict.payload, TRUE);
    }
}

/* An announced size is only a number: nothing is allocated for it, and what comes is handed out. */
static void
test_huge_size (void)
{
  const Verdict verdict = feed_every_way (B ("ffffffffffffffff\r\nabc"), &roomy);

  g_assert_cmpint (verdict.parse, ==, TERN_PARSE_MORE);
  g_assert_cmpstr (verdict.payload->str, ==, "abc");
  g_string_free (verdict.payload, TRUE);
}

static int
code_of (GString *text, const TernHttp1Limits *limits)
{
  const Verdict slices = feed (text->str, text->len, limits, 1000, 0);
  const Verdict bytes = feed (text->str, text->len, limits, 1, 64);

  assert_same (&slices, &bytes);
  g_string_free (slices.payload, TRUE);
  g_string_free (bytes.payload, TRUE);
  return slices.code;
}

static void
test_line_limit (void)
{
  const TernHttp1Limits narrow = { 20, 16384, 20 };
  g_autoptr (GString) fits = g_string_new ("5;");
  g_autoptr (GString) most = g_string_new ("5;");
  g_autoptr (GString) zeros = g_string_new (NULL);

  for (guint i = 0; i < 18; i++)
    g_string_append_c (fits, 'x');
  g_string_append (fits, "\r\nhello\r\n0\r\n\r\n");
  g_assert_cmpint (code_of (fits, &narrow), ==, -1);
  g_string_insert_c (fits, 3, 'x');
  g_assert_cmpint (code_of (fits, &narrow), ==, TERN_ERROR_LINE_TOO_LONG);
  for (guint i = 0; i < 5000; i++)
    {
      g_string_append_c (most, 'x');
      g_string_append_c (zeros, '0');
    }
  g_assert_cmpint (code_of (most, &roomy), ==, TERN_ERROR_LINE_TOO_LONG);
  g_assert_cmpint (code_of (zeros, &roomy), ==, TERN_ERROR_LINE_TOO_LONG);
}

/* Every line alone is short; together they are more than what they carry. */
static void
test_overhead (void)
{
  g_autoptr (GString) bomb = g_string_new (NULL);
  g_autoptr (GString) zeros = g_string_new (NULL);
  g_autoptr (GString) honest = g_string_new (NULL);
  g_autoptr (GString) tiny = g_string_new (NULL);

  for (guint i = 0; i < 200; i++)
    {
      g_string_append_printf (bomb, "1;%0200d\r\na\r\n", 0);
      g_string_append_printf (zeros, "%0200d\r\na\r\n", 1);
      g_string_append_printf (honest, "c8;%0200d\r\n%0200d\r\n", 0, 0);
    }
  for (guint i = 0; i < 40000; i++)
    g_string_append (tiny, "1\r\na\r\n");
  g_string_append (bomb, "0\r\n\r\n");
  g_string_append (zeros, "0\r\n\r\n");
  g_string_append (honest, "0\r\n\r\n");
  g_string_append (tiny, "0\r\n\r\n");
  g_assert_cmpint (code_of (bomb, &roomy), ==, FRAMING);
  g_assert_cmpint (code_of (zeros, &roomy), ==, FRAMING);
  g_assert_cmpint (code_of (honest, &roomy), ==, -1);
  g_assert_cmpint (code_of (tiny, &roomy), ==, -1);
}

static void
test_trailer_limits (void)
{
  const TernHttp1Limits few = { 64, 256, 3 };
  g_autoptr (GString) count = g_string_new ("0\r\n");
  g_autoptr (GString) size = g_string_new ("0\r\nA: ");
  g_autoptr (GString) line = g_string_new ("0\r\nA: ");

  for (guint i = 0; i < 4; i++)
    g_string_append (count, "A: b\r\n");
  for (guint i = 0; i < 100; i++)
    {
      g_string_append_c (line, 'x');
      g_string_append (size, i % 20 ? "xx" : "x\r\nA: ");
    }
  g_string_append (count, "\r\n");
  g_assert_cmpint (code_of (count, &few), ==, TERN_ERROR_TOO_MANY_HEADERS);
  g_assert_cmpint (code_of (line, &few), ==, TERN_ERROR_LINE_TOO_LONG);
  g_assert_cmpint (code_of (size, &few), ==, TERN_ERROR_TOO_MANY_HEADERS);
}

/* What was received straight into the reader's buffer. */
static void
test_skip (void)
{
  g_autoptr (TernHttp1Chunked) chunked = tern_http1_chunked_new (&roomy);
  const char *slice;
  gsize consumed;
  gsize len;

  g_assert_cmpuint (tern_http1_chunked_get_left (chunked), ==, 0);
  g_assert_cmpint (tern_http1_chunked_eat (chunked, B ("a\r\n"), &consumed, &slice, &len, NULL), ==,
                   TERN_PARSE_MORE);
  g_assert_cmpuint (tern_http1_chunked_get_left (chunked), ==, 10);
  tern_http1_chunked_skip (chunked, 4);
  g_assert_cmpuint (tern_http1_chunked_get_left (chunked), ==, 6);
  tern_http1_chunked_skip (chunked, 0);
  tern_http1_chunked_skip (chunked, 6);
  g_assert_cmpuint (tern_http1_chunked_get_left (chunked), ==, 0);
  g_assert_cmpint (
      tern_http1_chunked_eat (chunked, B ("\r\n0\r\n\r\nX"), &consumed, &slice, &len, NULL), ==,
      TERN_PARSE_DONE);
  g_assert_cmpuint (consumed, ==, 7);
  g_assert_null (tern_http1_chunked_get_trailers (chunked));
  g_assert_cmpint (tern_http1_chunked_eat (chunked, B ("X"), &consumed, &slice, &len, NULL), ==,
                   TERN_PARSE_DONE);
  g_assert_cmpuint (consumed, ==, 0);
}

/* After an error there is no way on. */
static void
test_stays_failed (void)
{
  g_autoptr (TernHttp1Chunked) chunked = tern_http1_chunked_new (&roomy);
  const char *slice;
  gsize consumed;
  gsize len;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (
          tern_http1_chunked_eat (chunked, B ("x\r\n"), &consumed, &slice, &len, &error), ==,
          TERN_PARSE_FAILED);
      g_assert_error (error, TERN_ERROR, TERN_ERROR_BAD_FRAMING);
    }
}

/* Chunks of every size from 1 to 70 in one stream, where fast and slow ways of reading meet. */
static void
test_sizes (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) wanted = g_string_new (NULL);

  for (guint size = 1; size <= 70; size++)
    {
      g_string_append_printf (text, "%x\r\n", size);
      for (guint i = 0; i < size; i++)
        {
          g_string_append_c (text, 'A' + (size + i) % 26);
          g_string_append_c (wanted, 'A' + (size + i) % 26);
        }
      g_string_append (text, "\r\n");
    }
  g_string_append (text, "0\r\n\r\n");
  for (gsize room = 0; room < 200; room += 3)
    for (gsize piece = 1; piece < 300; piece += 7)
      {
        const Verdict verdict = feed (text->str, text->len, &roomy, piece, room);

        g_assert_cmpint (verdict.parse, ==, TERN_PARSE_DONE);
        g_assert_cmpstr (verdict.payload->str, ==, wanted->str);
        g_string_free (verdict.payload, TRUE);
      }
}

/* The offending line is told: that of the chunk, so far as it was read. */
static void
test_lines (void)
{
  static const struct
  {
    const char *text, *line;
  } rows[] = {
    { "x\r\n", "x" },
    { "5\r\nhello\r\n1g\r\n", "1g" },
    { "5;a=b\r\nhelloX", "5;a=b\\r\\n" },
    { "5\r\nhello\r\n3;\x01\r\n", "3;\\x01" },
    { "11111111111111111\r\n", "11111111111111111" },
    { "5;eeeeeeeeeeeeeeeeeeeeeeeeeeeeee\r\n", "5;eeeeeeeeeeeeeeeeeee" },
  };
  const TernHttp1Limits narrow = { 20, 16384, 20 };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernHttp1Chunked) chunked = tern_http1_chunked_new (&narrow);
      g_autoptr (GError) error = NULL;
      char out[64];
      gsize consumed;
      gsize written;

      g_assert_cmpint (tern_http1_chunked_copy (chunked, rows[i].text, strlen (rows[i].text),
                                                &consumed, out, sizeof out, &written, &error),
                       ==, TERN_PARSE_FAILED);
      g_assert_cmpstr (tern_error_get_line (error), ==, rows[i].line);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http1/chunked/good/%s", good[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_good);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http1/chunked/bad/%s", bad[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bad);
    }
  g_test_add_func ("/http1/chunked/lines", test_lines);
  g_test_add_func ("/http1/chunked/truncated", test_truncated);
  g_test_add_func ("/http1/chunked/huge-size", test_huge_size);
  g_test_add_func ("/http1/chunked/line-limit", test_line_limit);
  g_test_add_func ("/http1/chunked/overhead", test_overhead);
  g_test_add_func ("/http1/chunked/trailer-limits", test_trailer_limits);
  g_test_add_func ("/http1/chunked/skip", test_skip);
  g_test_add_func ("/http1/chunked/stays-failed", test_stays_failed);
  g_test_add_func ("/http1/chunked/sizes", test_sizes);
  return g_test_run ();
}
