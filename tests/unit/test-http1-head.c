/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heads of responses, good and hostile. Every input is also cut at every place and fed byte by
 * byte: the verdict may not depend on it. */
#include <string.h>
#include <tern/tern-error.h>

#include "http1/tern-http1-head.h"

#include "base/tern-error-line.h"

/* Text that may hold NULs. */
#define B(text) text, sizeof (text) - 1

static const TernHttp1Limits roomy = { 8192, 65536, 100 };

/* What became of an input: the error's code, or -1 and the whole head as text. */
typedef struct
{
  int code;
  gsize head_len;
  char *dump;
} Verdict;

static char *
dump_head (const TernHttp1Head *head)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "%u %u %s", head->version, head->status, head->reason);
  for (guint i = 0; i < tern_headers_get_n (head->headers); i++)
    {
      const char *name;
      const char *value;

      g_assert_true (tern_headers_get_nth (head->headers, i, &name, &value));
      g_assert_true (g_utf8_validate (value, -1, NULL));
      g_assert_cmpuint (strlen (value), ==, head->headers->fields[i].value_len);
      g_assert_cmpuint (strlen (name), ==, head->headers->fields[i].name_len);
      g_string_append_printf (out, "|%s=%s", name, value);
    }
  return g_string_free (out, FALSE);
}

static void
verdict_of_error (Verdict *verdict, const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == TERN_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  for (const char *at = error->message; *at; at++)
    g_assert_cmpint ((guint8) *at, >=, 0x20);
  g_assert_cmpuint (strlen (error->message), <, 400);
  verdict->code = error->code;
}

/* Feeds the input in two pieces, or byte by byte where @cut is 0. The bytes lie in a block of their
 * exact size, so that the sanitizer sees every look behind them. */
static Verdict
feed (const char *input, gsize len, const TernHttp1Limits *limits, gsize cut)
{
  Verdict verdict = { -1, 0, NULL };
  TernHttp1Scan scan = { 0 };
  TernParse parse = TERN_PARSE_MORE;
  g_autoptr (GError) error = NULL;
  TernHttp1Head head;

  for (gsize have = MAX (cut, 1); parse == TERN_PARSE_MORE; have = cut ? len : have + 1)
    {
      g_autofree char *exact = g_memdup2 (input, have);

      parse = tern_http1_head_find_end (&scan, exact, have, limits, &verdict.head_len, &error);
      if (have >= len)
        break;
    }
  if (parse == TERN_PARSE_MORE)
    verdict.code = -2;
  else if (parse == TERN_PARSE_FAILED)
    verdict_of_error (&verdict, error);
  else
    {
      g_autofree char *exact = g_memdup2 (input, verdict.head_len);

      if (tern_http1_head_parse (exact, verdict.head_len, limits, &head, &error))
        verdict.dump = dump_head (&head);
      else
        verdict_of_error (&verdict, error);
      tern_http1_head_clear (&head);
    }
  return verdict;
}

static Verdict
feed_every_way (const char *input, gsize len, const TernHttp1Limits *limits)
{
  const Verdict whole = feed (input, len, limits, len);

  for (gsize cut = 0; cut < len; cut++)
    {
      const Verdict other = feed (input, len, limits, cut);

      g_assert_cmpint (other.code, ==, whole.code);
      g_assert_cmpstr (other.dump, ==, whole.dump);
      g_assert_cmpuint (other.head_len, ==, whole.head_len);
      g_free (other.dump);
    }
  return whole;
}

static const struct
{
  const char *name;
  const char *input;
  gsize len;
  const char *dump;
} good[] = {
  { "plain", B ("HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\nbody"), "11 200 OK|A=b|C=d" },
  { "no-fields", B ("HTTP/1.1 204 No Content\r\n\r\n"), "11 204 No Content" },
  { "version-10", B ("HTTP/1.0 200 OK\r\n\r\n"), "10 200 OK" },
  { "version-higher-minor", B ("HTTP/1.7 200 OK\r\n\r\n"), "11 200 OK" },
  { "reason-empty", B ("HTTP/1.1 200 \r\n\r\n"), "11 200 " },
  { "reason-missing", B ("HTTP/1.1 200\r\n\r\n"), "11 200 " },
  { "reason-spaces", B ("HTTP/1.1 404  Not \t Found \r\n\r\n"), "11 404 Not \t Found" },
  { "reason-latin1", B ("HTTP/1.1 200 \xFC\r\n\r\n"), "11 200 ü" },
  { "reason-utf8", B ("HTTP/1.1 200 \xC3\xBC\r\n\r\n"), "11 200 ü" },
  { "status-lowest", B ("HTTP/1.1 100 Continue\r\n\r\n"), "11 100 Continue" },
  { "status-highest", B ("HTTP/1.1 599 x\r\n\r\n"), "11 599 x" },
  { "bare-lf", B ("HTTP/1.1 200 OK\nA: b\nC:d\n\n"), "11 200 OK|A=b|C=d" },
  { "mixed-ends", B ("HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\n"), "11 200 OK|A=b|C=d" },
  { "empty-value", B ("HTTP/1.1 200 OK\r\nA:\r\nB: \t \r\n\r\n"), "11 200 OK|A=|B=" },
  { "ows", B ("HTTP/1.1 200 OK\r\nA: \t b \t c\t \r\n\r\n"), "11 200 OK|A=b \t c" },
  { "no-space", B ("HTTP/1.1 200 OK\r\nA:b:c\r\n\r\n"), "11 200 OK|A=b:c" },
  { "same-name", B ("HTTP/1.1 200 OK\r\na: 1\r\nA: 2\r\na: 3\r\n\r\n"),
    "11 200 OK|a=1|A=2|a=3" },
  { "odd-names", B ("HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~09: x\r\n\r\n"),
    "11 200 OK|!#$%&'*+-.^_`|~09=x" },
  { "latin1", B ("HTTP/1.1 200 OK\r\nA: \xE4\r\nB: b\r\nC: \xC3\xA4\r\n\r\n"),
    "11 200 OK|A=ä|B=b|C=ä" },
  /* 0x85 and 0xA0 are blanks in some code pages; here they are bytes of the value. */
  { "8-bit-blanks", B ("HTTP/1.1 200 OK\r\nA: \xA0x\x85\r\n\r\n"),
    "11 200 OK|A=\xC2\xA0x\xC2\x85" },
  { "long-value-8-bit-late",
    B ("HTTP/1.1 200 OK\r\nA: 0123456789abcdef0123456789abcdef\xFC\t0123456789\r\n\r\n"),
    "11 200 OK|A=0123456789abcdef0123456789abcdefü\t0123456789" },
  { "fold", B ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\nD: e\r\n\r\n"), "11 200 OK|A=b c|D=e" },
  { "fold-many", B ("HTTP/1.1 200 OK\r\nA: b \r\n \t c\r\n\td \r\n\r\n"), "11 200 OK|A=b c d" },
  { "fold-first-empty", B ("HTTP/1.1 200 OK\r\nA:\r\n b\r\n\r\n"), "11 200 OK|A=b" },
  { "fold-blank-lines", B ("HTTP/1.1 200 OK\r\nA: b\r\n \r\n\t\r\n c\r\n \r\n\r\n"),
    "11 200 OK|A=b c" },
  { "fold-bare-lf", B ("HTTP/1.1 200 OK\nA: b\n c\n\n"), "11 200 OK|A=b c" },
  { "fold-like-field", B ("HTTP/1.1 200 OK\r\nA: b\r\n C: d\r\n\r\n"), "11 200 OK|A=b C: d" },
  { "fold-latin1", B ("HTTP/1.1 200 OK\r\nA: \xE4\r\n \xF6\r\n\r\n"), "11 200 OK|A=ä ö" },
  { "rest-untouched", B ("HTTP/1.1 200 OK\r\n\r\n\r\nHTTP/1.1 500 No\r\n\r\n"), "11 200 OK" },
};

static void
test_good (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const Verdict verdict = feed_every_way (good[i].input, good[i].len, &roomy);

  g_assert_cmpint (verdict.code, ==, -1);
  g_assert_cmpstr (verdict.dump, ==, good[i].dump);
  g_free (verdict.dump);
}

#define STATUS TERN_ERROR_BAD_STATUS_LINE
#define PROTOCOL TERN_ERROR_UNKNOWN_PROTOCOL
#define HEADER TERN_ERROR_INVALID_HEADER
#define OK "HTTP/1.1 200 OK\r\n"

static const struct
{
  const char *name;
  const char *input;
  gsize len;
  int code;
} bad[] = {
  { "http09", B ("<html>"), STATUS },
  { "one-byte", B ("X"), STATUS },
  { "lower-case", B ("http/1.1 200 OK\r\n\r\n"), STATUS },
  { "icy", B ("ICY 200 OK\r\n\r\n"), STATUS },
  { "tls-alert", B ("\x15\x03\x01\x00\x02\x02\x0A"), STATUS },
  { "h2-frame", B ("\0\0\x12\x04\0\0\0\0\0"), STATUS },
  { "ssh", B ("SSH-2.0-OpenSSH_9.2\r\n"), STATUS },
  { "empty-line-first", B ("\r\nHTTP/1.1 200 OK\r\n\r\n"), STATUS },
  { "bare-lf-first", B ("\nHTTP/1.1 200 OK\r\n\r\n"), STATUS },
  { "space-first", B (" HTTP/1.1 200 OK\r\n\r\n"), STATUS },
  { "version-2", B ("HTTP/2.0 200 OK\r\n\r\n"), PROTOCOL },
  { "version-2-short", B ("HTTP/2 200\r\n\r\n"), PROTOCOL },
  { "version-0", B ("HTTP/0.9 200 OK\r\n\r\n"), PROTOCOL },
  { "version-overflow", B ("HTTP/4294967297.1 200 OK\r\n\r\n"), PROTOCOL },
  { "version-two-digits", B ("HTTP/1.10 200 OK\r\n\r\n"), STATUS },
  { "version-11", B ("HTTP/11 200 OK\r\n\r\n"), STATUS },
  { "version-letter", B ("HTTP/x.1 200 OK\r\n\r\n"), STATUS },
  { "version-no-minor", B ("HTTP/1. 200 OK\r\n\r\n"), STATUS },
  { "version-no-slash", B ("HTTP 1.1 200 OK\r\n\r\n"), STATUS },
  { "version-sign", B ("HTTP/1.-1 200 OK\r\n\r\n"), STATUS },
  { "status-tab", B ("HTTP/1.1\t200 OK\r\n\r\n"), STATUS },
  { "status-two-spaces", B ("HTTP/1.1  200 OK\r\n\r\n"), STATUS },
  { "status-wraps", B ("HTTP/1.1 4294967496 OK\r\n\r\n"), STATUS },
  { "status-four", B ("HTTP/1.1 2000\r\n\r\n"), STATUS },
  { "status-two", B ("HTTP/1.1 20 OK\r\n\r\n"), STATUS },
  { "status-point", B ("HTTP/1.1 200.5 OK\r\n\r\n"), STATUS },
  { "status-glued", B ("HTTP/1.1 200OK\r\n\r\n"), STATUS },
  { "status-sign", B ("HTTP/1.1 +20 OK\r\n\r\n"), STATUS },
  { "status-minus", B ("HTTP/1.1 -20 OK\r\n\r\n"), STATUS },
  { "status-hex", B ("HTTP/1.1 0xC OK\r\n\r\n"), STATUS },
  { "status-099", B ("HTTP/1.1 099 x\r\n\r\n"), STATUS },
  { "status-000", B ("HTTP/1.1 000 x\r\n\r\n"), STATUS },
  { "status-600", B ("HTTP/1.1 600 x\r\n\r\n"), STATUS },
  { "status-999", B ("HTTP/1.1 999 x\r\n\r\n"), STATUS },
  { "status-missing", B ("HTTP/1.1 \r\n\r\n"), STATUS },
  { "status-arabic", B ("HTTP/1.1 \xD9\xA2\xD9\xA0\xD9\xA0 OK\r\n\r\n"), STATUS },
  { "status-line-short", B ("HTTP/1.1\r\n\r\n"), STATUS },
  { "reason-nul", B ("HTTP/1.1 200 O\0K\r\n\r\n"), STATUS },
  { "reason-bare-cr", B ("HTTP/1.1 200 OK\rA: b\r\n\r\n"), STATUS },
  { "reason-control", B ("HTTP/1.1 200 \x1B[2J\r\n\r\n"), STATUS },
  { "reason-del", B ("HTTP/1.1 200 \x7F\r\n\r\n"), STATUS },
  { "reason-cr-cr", B ("HTTP/1.1 200 OK\r\r\n\r\n"), STATUS },
  { "nul-in-name", B (OK "A\0: b\r\n\r\n"), HEADER },
  { "nul-hides-coding", B (OK "Transfer-Encoding\0: chunked\r\n\r\n"), HEADER },
  { "nul-in-value", B (OK "A: b\0c\r\n\r\n"), HEADER },
  { "nul-ends-value", B (OK "A: b\0\r\n\r\n"), HEADER },
  { "nul-line", B (OK "\0\r\n\r\n"), HEADER },
  { "bare-cr-in-value", B (OK "A: b\rC: d\r\n\r\n"), HEADER },
  { "bare-cr-ends-value", B (OK "A: b\r\r\n\r\n"), HEADER },
  { "bare-cr-in-name", B (OK "A\rB: c\r\n\r\n"), HEADER },
  { "bare-cr-line", B (OK "\rA: b\r\n\r\n"), HEADER },
  { "bare-cr-empty-line", B (OK "A: b\r\n\r\r\n\r\n"), HEADER },
  { "space-before-colon", B (OK "Content-Length : 5\r\n\r\n"), HEADER },
  { "tab-before-colon", B (OK "Transfer-Encoding\t: chunked\r\n\r\n"), HEADER },
  { "space-in-name", B (OK "A B: c\r\n\r\n"), HEADER },
  { "space-first-field", B (OK " A: b\r\n\r\n"), HEADER },
  { "tab-first-field", B (OK "\tA: b\r\nC: d\r\n\r\n"), HEADER },
  { "blank-line-first", B (OK " \r\nA: b\r\n\r\n"), HEADER },
  { "fold-in-name", B (OK "Content-\r\n Length: 5\r\n\r\n"), HEADER },
  { "empty-name", B (OK ": b\r\n\r\n"), HEADER },
  { "no-colon", B (OK "A b\r\n\r\n"), HEADER },
  { "no-colon-word", B (OK "Word\r\n\r\n"), HEADER },
  { "no-colon-later", B (OK "A: b\r\nWord\r\nC: d\r\n\r\n"), HEADER },
  { "name-quote", B (OK "\"A\": b\r\n\r\n"), HEADER },
  { "name-slash", B (OK "A/B: c\r\n\r\n"), HEADER },
  { "name-at", B (OK "A@B: c\r\n\r\n"), HEADER },
  { "name-8-bit", B (OK "\xC3\xBC: c\r\n\r\n"), HEADER },
  { "name-nbsp", B (OK "A\xA0: c\r\n\r\n"), HEADER },
  { "name-del", B (OK "A\x7F: c\r\n\r\n"), HEADER },
  { "value-vt", B (OK "A: \x0B" "b\r\n\r\n"), HEADER },
  { "value-ff", B (OK "A: b\x0C\r\n\r\n"), HEADER },
  { "value-escape", B (OK "A: \x1B[31m\r\n\r\n"), HEADER },
  { "value-del", B (OK "A: 012345678\x7F\r\n\r\n"), HEADER },
  { "value-01-late", B (OK "A: 0123456789abcdefghi\x01\r\n\r\n"), HEADER },
  { "fold-nul", B (OK "A: b\r\n \0c\r\n\r\n"), HEADER },
  { "fold-bare-cr", B (OK "A: b\r\n c\rd\r\n\r\n"), HEADER },
  { "second-status-line", B (OK "HTTP/1.1 200 OK\r\n\r\n"), HEADER },
};

static void
test_bad (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  const Verdict verdict = feed_every_way (bad[i].input, bad[i].len, &roomy);

  g_assert_cmpint (verdict.code, ==, bad[i].code);
  g_free (verdict.dump);
}

/* What can never become a head is refused at its first bad byte, without a line end. */
static void
test_early (void)
{
  static const struct
  {
    const char *input;
    gsize decided; /* bytes after which the verdict is known */
    int code;
  } starts[] = {
    { "<html>", 1, STATUS },        { "HTPP/1.1 200", 3, STATUS },    { "HTTP/3.0", 6, PROTOCOL },
    { "HTTP/1,1 200", 7, STATUS },  { "HTTP/1.x 200", 8, STATUS },    { "HTTP/1.12", 9, STATUS },
    { "HTTP/1.1x200", 9, STATUS },  { "HTTP/ 1.1 200", 6, STATUS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      TernHttp1Scan scan = { 0 };
      gsize end;

      for (gsize len = 0; len < starts[i].decided; len++)
        g_assert_cmpint (
            tern_http1_head_find_end (&scan, starts[i].input, len, &roomy, &end, NULL), ==,
            TERN_PARSE_MORE);
      g_assert_cmpint (feed (starts[i].input, starts[i].decided, &roomy, 0).code, ==,
                       starts[i].code);
    }
}

/* A head with one line of @line bytes, @n short fields and nothing else. */
static GString *
make_head (gsize line, guint n)
{
  GString *head = g_string_new (OK);

  if (line > 0)
    {
      g_string_append (head, "X: ");
      for (gsize i = 3; i < line - 1; i++)
        g_string_append_c (head, 'x');
      g_string_append (head, "\r\n");
    }
  for (guint i = 0; i < n; i++)
    g_string_append (head, "A: b\r\n");
  g_string_append (head, "\r\n");
  return head;
}

static int
code_of (const GString *head, const TernHttp1Limits *limits)
{
  const Verdict verdict = feed_every_way (head->str, head->len, limits);

  g_free (verdict.dump);
  return verdict.code;
}

static void
test_limit_line (void)
{
  const TernHttp1Limits limits = { 64, 1024, 10 };
  g_autoptr (GString) endless = g_string_new (OK);
  g_autoptr (GString) status = g_string_new ("HTTP/1.1 200 ");
  g_autoptr (GString) folded = g_string_new (OK "A: b\r\n");

  for (gsize line = 60; line < 70; line++)
    {
      g_autoptr (GString) head = make_head (line, 1);

      g_assert_cmpint (code_of (head, &limits), ==, line <= 64 ? -1 : TERN_ERROR_LINE_TOO_LONG);
    }
  for (guint i = 0; i < 65; i++)
    {
      g_string_append_c (endless, 'x');
      g_string_append_c (status, 'x');
      g_string_append (folded, i % 8 ? " x" : " x\r\n");
    }
  g_assert_cmpint (code_of (endless, &limits), ==, TERN_ERROR_LINE_TOO_LONG);
  g_assert_cmpint (code_of (status, &limits), ==, TERN_ERROR_LINE_TOO_LONG);
  g_assert_cmpint (code_of (folded, &limits), ==, TERN_ERROR_LINE_TOO_LONG);
}

/* A line of just the limit may be followed by a line, but not by its own continuation. */
static void
test_limit_line_then_fold (void)
{
  const TernHttp1Limits limits = { 32, 1024, 10 };
  g_autoptr (GString) plain = make_head (32, 3);
  g_autoptr (GString) folded = make_head (32, 0);

  g_string_truncate (folded, folded->len - 2);
  g_string_append (folded, " x\r\n\r\n");
  g_assert_cmpint (code_of (plain, &limits), ==, -1);
  g_assert_cmpint (code_of (folded, &limits), ==, TERN_ERROR_LINE_TOO_LONG);
}

static void
test_limit_size (void)
{
  for (gsize size = 90; size < 110; size++)
    {
      const TernHttp1Limits limits = { 64, size, 100 };
      g_autoptr (GString) head = make_head (20, 10);

      g_assert_cmpint (code_of (head, &limits), ==,
                       head->len <= size ? -1 : TERN_ERROR_TOO_MANY_HEADERS);
    }
}

static void
test_limit_count (void)
{
  for (guint n = 8; n < 13; n++)
    {
      const TernHttp1Limits limits = { 64, 1024, 10 };
      g_autoptr (GString) head = make_head (0, n);

      g_assert_cmpint (code_of (head, &limits), ==, n <= 10 ? -1 : TERN_ERROR_TOO_MANY_HEADERS);
    }
}

/* The parser holds the limits on its own too. */
static void
test_limits_of_parse (void)
{
  const TernHttp1Limits lines = { 30, 1024, 10 };
  const TernHttp1Limits count = { 64, 1024, 2 };
  const TernHttp1Limits size = { 64, 20, 10 };
  g_autoptr (GString) head = make_head (40, 5);
  TernHttp1Head parsed;
  g_autoptr (GError) line_error = NULL;
  g_autoptr (GError) count_error = NULL;
  g_autoptr (GError) size_error = NULL;

  g_assert_false (tern_http1_head_parse (head->str, head->len, &lines, &parsed, &line_error));
  g_assert_error (line_error, TERN_ERROR, TERN_ERROR_LINE_TOO_LONG);
  g_assert_nonnull (tern_error_get_line (line_error));
  g_assert_false (tern_http1_head_parse (head->str, head->len, &count, &parsed, &count_error));
  g_assert_error (count_error, TERN_ERROR, TERN_ERROR_TOO_MANY_HEADERS);
  g_assert_false (tern_http1_head_parse (head->str, head->len, &size, &parsed, &size_error));
  g_assert_error (size_error, TERN_ERROR, TERN_ERROR_TOO_MANY_HEADERS);
}

/* Whatever part of a head is handed in as a whole, it is an error and nothing behind it is read. */
static void
test_parse_of_part (void)
{
  static const char head[] = OK "A: b\r\n c\r\nD: \xFC\r\n\r\n";

  for (gsize len = 0; len < sizeof head - 1; len++)
    {
      g_autofree char *exact = g_memdup2 (head, len);
      g_autoptr (GError) error = NULL;
      TernHttp1Head parsed;

      g_assert_false (tern_http1_head_parse (exact, len, &roomy, &parsed, &error));
      g_assert_nonnull (error);
      g_assert_null (parsed.headers);
      g_assert_null (parsed.reason);
    }
}

/* The bytes of a value as they came stay at hand. */
static void
test_raw (void)
{
  static const char text[] = OK "A: \xE4\r\n\r\n";
  TernHttp1Head head;
  g_autoptr (GBytes) bytes = NULL;

  g_assert_true (tern_http1_head_parse (text, sizeof text - 1, &roomy, &head, NULL));
  bytes = tern_headers_get_bytes (head.headers, "a");
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "\xE4", 1);
  tern_http1_head_clear (&head);
}

/* The message names the line, escaped and short. */
static void
test_message (void)
{
  g_autoptr (GString) text = g_string_new (OK "A: b\r\nBad\x1BName");
  g_autoptr (GError) error = NULL;
  TernHttp1Head head;

  for (guint i = 0; i < 5000; i++)
    g_string_append_c (text, 'x');
  g_string_append (text, ": y\r\n\r\n");
  g_assert_false (tern_http1_head_parse (text->str, text->len, &roomy, &head, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_HEADER);
  g_assert_nonnull (strstr (error->message, "Bad\\x1BNamexxx"));
  g_assert_cmpuint (strlen (error->message), <, 300);
}

/* A trailer section is stricter: no bare LF in it. */
static void
test_trailers (void)
{
  static const struct
  {
    const char *text;
    int code;
  } sections[] = {
    { "\r\n", -1 },
    { "A: b\r\n\r\n", -1 },
    { "A: b\r\n c\r\n\r\n", -1 },
    { "A: b\n\r\n", TERN_ERROR_BAD_FRAMING },
    { "A: b\r\n\n", TERN_ERROR_BAD_FRAMING },
    { "\n", TERN_ERROR_BAD_FRAMING },
    { " A: b\r\n\r\n", HEADER },
    { "A b\r\n\r\n", HEADER },
    { "A: b\r\n\r\nC: d\r\n\r\n", HEADER },
    { "A: b\r\n", TERN_ERROR_INCOMPLETE_READ },
    { "", TERN_ERROR_INCOMPLETE_READ },
  };

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *exact = g_memdup2 (sections[i].text, strlen (sections[i].text));
      g_autoptr (TernHeaders) headers
          = tern_http1_trailers_parse (exact, strlen (sections[i].text), &roomy, &error);

      g_assert_cmpint (error ? error->code : -1, ==, sections[i].code);
      g_assert_true ((headers == NULL) == (error != NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http1/head/good/%s", good[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_good);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http1/head/bad/%s", bad[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_bad);
    }
  g_test_add_func ("/http1/head/early", test_early);
  g_test_add_func ("/http1/head/limit-line", test_limit_line);
  g_test_add_func ("/http1/head/limit-line-then-fold", test_limit_line_then_fold);
  g_test_add_func ("/http1/head/limit-size", test_limit_size);
  g_test_add_func ("/http1/head/limit-count", test_limit_count);
  g_test_add_func ("/http1/head/limits-of-parse", test_limits_of_parse);
  g_test_add_func ("/http1/head/parse-of-part", test_parse_of_part);
  g_test_add_func ("/http1/head/raw", test_raw);
  g_test_add_func ("/http1/head/message", test_message);
  g_test_add_func ("/http1/head/trailers", test_trailers);
  return g_test_run ();
}
