/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as the head of a response: what comes out is valid, and the same whatever way the bytes
 * come in. */
#include <string.h>

#include "base/tern-field.h"
#include "fuzz.h"
#include "http1/tern-http1-framing.h"
#include "http1/tern-http1-head.h"

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\nhello"),
  FUZZ_SEED ("HTTP/1.0 404 Not Found\nConnection: keep-alive\nContent-Length: 5, 5\n\n"),
  FUZZ_SEED ("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\nX: \xE4\r\n y\r\n\tz\r\n\r\n"),
  FUZZ_SEED ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 \r\nC: \"a, b\", close\r\n\r\n"),
  FUZZ_SEED ("HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\n\r\n"),
  FUZZ_SEED ("HTTP/1.1 200 OK\r\nA: 01234567890123456789012345678901234567890123456"
             "78901234567890123456789012345678901234567890123\r\n \r\nB: c\r\n\r\n"),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED ("\r\n"), FUZZ_SEED ("\n"), FUZZ_SEED ("\r"), FUZZ_SEED ("\0"), FUZZ_SEED (": "),
  FUZZ_SEED (" "), FUZZ_SEED ("\r\n "), FUZZ_SEED ("\r\n\r\n"), FUZZ_SEED ("Content-Length"),
  FUZZ_SEED ("Transfer-Encoding: chunked\r\n"), FUZZ_SEED ("Connection: close\r\n"),
  FUZZ_SEED ("HTTP/1."), FUZZ_SEED ("18446744073709551616"), FUZZ_SEED ("\xC3\xBC"),
  FUZZ_SEED ("\xFF"), FUZZ_SEED (","), FUZZ_SEED ("\""), { NULL, 0 },
};

/* Small, so that mutations reach them. */
static const TernHttp1Limits limits = { 100, 300, 6 };

static void
check_head (const TernHttp1Head *head)
{
  TernFraming framing;
  g_autoptr (GError) error = NULL;

  g_assert_true (head->version == 10 || head->version == 11);
  g_assert_true (head->status >= 100 && head->status <= 599);
  g_assert_true (g_utf8_validate (head->reason, -1, NULL));
  g_assert_cmpuint (head->headers->n, <=, limits.max_count);
  for (guint i = 0; i < head->headers->n; i++)
    {
      const TernField *field = &head->headers->fields[i];
      const char *value = tern_headers_value (head->headers, field);

      g_assert_true (tern_field_is_token (tern_headers_name (head->headers, field),
                                          field->name_len));
      g_assert_true (tern_field_is_value (value, field->value_len));
      g_assert_true (g_utf8_validate (value, -1, NULL));
      g_assert_cmpuint (strlen (value), ==, field->value_len);
    }
  tern_http1_framing_decide ("GET", head->status, head->version, head->headers, &framing, &error);
  fuzz_check_error (error);
}

static int
feed (const guint8 *data, gsize size, gsize step, gsize *head_len)
{
  TernHttp1Scan scan = { 0 };
  TernParse parse = TERN_PARSE_MORE;
  g_autoptr (GError) error = NULL;
  TernHttp1Head head;
  gboolean good;

  *head_len = 0;
  for (gsize have = MIN (step, size); parse == TERN_PARSE_MORE; have = MIN (have + step, size))
    {
      g_autofree char *exact = g_memdup2 (data, have);

      parse = tern_http1_head_find_end (&scan, exact, have, &limits, head_len, &error);
      if (have == size)
        break;
    }
  fuzz_check_error (error);
  if (parse != TERN_PARSE_DONE)
    return error ? error->code : -2;
  good = tern_http1_head_parse ((const char *) data, *head_len, &limits, &head, &error);
  g_assert_true (good == (error == NULL));
  if (good)
    check_head (&head);
  fuzz_check_error (error);
  tern_http1_head_clear (&head);
  return error ? error->code : -1;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize whole_len;
  gsize bytes_len;
  gsize pieces_len;
  const int whole = feed (data, size, MAX (size, 1), &whole_len);

  g_assert_cmpint (whole, ==, feed (data, size, 1, &bytes_len));
  g_assert_cmpint (whole, ==, feed (data, size, 7, &pieces_len));
  g_assert_cmpuint (whole_len, ==, bytes_len);
  g_assert_cmpuint (whole_len, ==, pieces_len);
  return 0;
}
