/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Body lengths and persistence, as a table. */
#include <string.h>
#include <tern/tern-error.h>

#include "http1/tern-http1-framing.h"
#include "http1/tern-http1-head.h"

enum
{
  NONE = TERN_BODY_NONE,
  LENGTH = TERN_BODY_LENGTH,
  CHUNKED = TERN_BODY_CHUNKED,
  CLOSE = TERN_BODY_CLOSE,
  CODING = -1, /* UNKNOWN_TRANSFER_ENCODING */
  FRAMING = -2, /* BAD_FRAMING */
};

static const struct
{
  const char *method;
  guint status;
  guint version;
  const char *fields;
  int kind;
  guint64 length;
  gboolean keep;
} cases[] = {
  /* Nothing said: to the end of the connection. */
  { "GET", 200, 11, "", CLOSE, 0, FALSE },
  { "GET", 200, 10, "Connection: keep-alive\r\n", CLOSE, 0, FALSE },
  /* Rule 1: no body, whatever is said. */
  { "HEAD", 200, 11, "", NONE, 0, TRUE },
  { "HEAD", 200, 11, "Content-Length: 5\r\n", NONE, 0, TRUE },
  { "HEAD", 200, 11, "Transfer-Encoding: chunked\r\n", NONE, 0, TRUE },
  { "HEAD", 404, 11, "Content-Length: x\r\n", NONE, 0, TRUE },
  { "GET", 100, 11, "Content-Length: 5\r\n", NONE, 0, TRUE },
  { "GET", 103, 11, "", NONE, 0, TRUE },
  { "GET", 204, 11, "Content-Length: 5\r\n", NONE, 0, TRUE },
  { "GET", 304, 11, "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n", NONE, 0, FALSE },
  { "GET", 304, 10, "", NONE, 0, FALSE },
  { "GET", 205, 11, "Content-Length: 0\r\n", LENGTH, 0, TRUE },
  { "head", 200, 11, "Content-Length: 5\r\n", LENGTH, 5, TRUE },
  /* Rule 2: a tunnel. */
  { "CONNECT", 200, 11, "Content-Length: 5\r\n", NONE, 0, TRUE },
  { "CONNECT", 299, 11, "Transfer-Encoding: chunked\r\n", NONE, 0, TRUE },
  { "CONNECT", 407, 11, "Content-Length: 5\r\n", LENGTH, 5, TRUE },
  /* Chunked, alone and once. */
  { "GET", 200, 11, "Transfer-Encoding: chunked\r\n", CHUNKED, 0, TRUE },
  { "GET", 200, 11, "transfer-encoding: \tCHUNKED \r\n", CHUNKED, 0, TRUE },
  { "GET", 200, 11, "Transfer-Encoding: chunked\r\nConnection: close\r\n", CHUNKED, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", CHUNKED, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", CHUNKED, 0, FALSE },
  { "GET", 200, 11, "Content-Length: x\r\nTransfer-Encoding: chunked\r\n", CHUNKED, 0, FALSE },
  { "GET", 200, 10, "Transfer-Encoding: chunked\r\n", CHUNKED, 0, FALSE },
  { "GET", 200, 10, "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n", CHUNKED, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: gzip, chunked\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: chunked, chunked\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", CODING, 0,
    FALSE },
  { "GET", 200, 11, "Transfer-Encoding: chunked, gzip\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: chunked,\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: ,chunked\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: identity\r\nContent-Length: 5\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: \"chunked\"\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: chunked;q=1\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: chunked ;\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: chunkedx\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: chunke\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: chun\r\n ked\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: \xE3" "hunked\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding: chunked\xA0\r\n", CODING, 0, FALSE },
  { "GET", 200, 11, "Transfer-Encoding:\r\nContent-Length: 5\r\n", CODING, 0, FALSE },
  { "GET", 200, 10, "Transfer-Encoding: gzip\r\n", CODING, 0, FALSE },
  /* Lengths. */
  { "GET", 200, 11, "Content-Length: 5\r\n", LENGTH, 5, TRUE },
  { "GET", 200, 11, "content-length:0\r\n", LENGTH, 0, TRUE },
  { "GET", 200, 11, "Content-Length: 010\r\n", LENGTH, 10, TRUE },
  { "GET", 200, 11, "Content-Length: 5\r\nContent-Length: 5\r\n", LENGTH, 5, TRUE },
  { "GET", 200, 11, "Content-Length: 5\r\nContent-Length: 05 ,5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 18446744073709551615\r\n", LENGTH, G_MAXUINT64, TRUE },
  { "GET", 200, 11, "Content-Length: 18446744073709551616\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 99999999999999999999999999\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5, 6\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5, 5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5\r\nContent-Length: 6\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5\r\nContent-Length: x\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: x\r\nContent-Length: 5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 0\r\nContent-Length: 5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5,\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: ,5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5,,5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length:\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: +5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: -5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: -0\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 0x5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5_0\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5abc\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5 5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5\r\n 5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5.0\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5;\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: \"5\"\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: \xD9\xA5\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: \xB2\r\n", FRAMING, 0, FALSE },
  { "GET", 200, 11, "Content-Length: 5\xA0\r\n", FRAMING, 0, FALSE },
  /* Names that only look alike say nothing. */
  { "GET", 200, 11, "Content_Length: 5\r\nX-Transfer-Encoding: chunked\r\n", CLOSE, 0, FALSE },
  /* Persistence (§9.3). */
  { "GET", 200, 10, "Content-Length: 5\r\n", LENGTH, 5, FALSE },
  { "GET", 200, 10, "Content-Length: 5\r\nConnection: Keep-Alive\r\n", LENGTH, 5, TRUE },
  { "GET", 200, 10, "Content-Length: 5\r\nProxy-Connection: keep-alive\r\n", LENGTH, 5, FALSE },
  { "GET", 200, 10, "Content-Length: 5\r\nKeep-Alive: timeout=5\r\n", LENGTH, 5, FALSE },
  { "GET", 200, 10, "Content-Length: 5\r\nConnection: keep-alive, close\r\n", LENGTH, 5, FALSE },
  { "GET", 200, 11, "Content-Length: 5\r\nConnection: close\r\n", LENGTH, 5, FALSE },
  { "GET", 200, 11, "Content-Length: 5\r\nConnection: CLOSE\r\n", LENGTH, 5, FALSE },
  { "GET", 200, 11, "Content-Length: 5\r\nConnection: foo\r\nConnection: x , Close\r\n", LENGTH, 5,
    FALSE },
  { "GET", 200, 11, "Content-Length: 5\r\nConnection: \"x, close\r\n", LENGTH, 5, FALSE },
  { "GET", 200, 11, "Content-Length: 5\r\nConnection: keep-alive, close\r\n", LENGTH, 5, FALSE },
  { "GET", 200, 11, "Content-Length: 5\r\nConnection: closed, x-close\r\n", LENGTH, 5, TRUE },
  { "GET", 200, 11, "Content-Length: 5\r\nProxy-Connection: close\r\n", LENGTH, 5, TRUE },
  { "GET", 204, 11, "Connection: close\r\n", NONE, 0, FALSE },
};

static void
test_case (gconstpointer data)
{
  static const TernHttp1Limits limits = { 8192, 65536, 100 };
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *section = g_strconcat (cases[i].fields, "\r\n", NULL);
  g_autofree char *text = g_strconcat ("HTTP/1.1 200 OK\r\n", section, NULL);
  g_autofree char *shown = g_strescape (cases[i].fields, NULL);
  g_autoptr (GError) error = NULL;
  TernFraming framing;
  TernHttp1Head head;

  g_test_message ("%s %u %u %s", cases[i].method, cases[i].status, cases[i].version, shown);
  g_assert_true (tern_http1_head_parse (text, strlen (text), &limits, &head, &error));
  if (tern_http1_framing_decide (cases[i].method, cases[i].status, cases[i].version, head.headers,
                                 &framing, &error))
    {
      g_assert_no_error (error);
      g_assert_cmpint (framing.kind, ==, cases[i].kind);
      g_assert_cmpuint (framing.length, ==, cases[i].length);
      g_assert_cmpint (framing.keep, ==, cases[i].keep);
    }
  else
    {
      g_assert_true (error->domain == TERN_ERROR);
      g_assert_cmpint (error->code, ==,
                       (cases[i].kind == CODING    ? TERN_ERROR_UNKNOWN_TRANSFER_ENCODING
                        : cases[i].kind == FRAMING ? (int) TERN_ERROR_BAD_FRAMING
                                                   : -1));
    }
  tern_http1_head_clear (&head);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http1/framing/%u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_case);
    }
  return g_test_run ();
}
