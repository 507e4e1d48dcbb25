/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a body ends (RFC 9112 §6 and §7): ambiguous lengths are refused, bodies that end early are
 * errors that say how much came, and what is faulty takes its connection with it. */
#include "ask.h"
#include "client/tern-client-private.h"

#define HEAD "HTTP/1.1 200 OK\r\n"
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"

typedef struct
{
  const char *name;
  const char *bytes;
  gsize length;
  TernError code;
} Bad;

#define BAD(name, bytes, code)                                                                     \
  {                                                                                                \
    name, LITERAL (bytes), TERN_ERROR_##code                                                       \
  }
#define LENGTH(name, value) BAD (name, HEAD "Content-Length: " value "\r\n\r\nhello", BAD_FRAMING)
#define CODING(name, value)                                                                        \
  BAD (name, HEAD "Transfer-Encoding: " value "\r\nContent-Length: 5\r\n\r\nhello",                \
       UNKNOWN_TRANSFER_ENCODING)
#define CHUNK(name, bytes) BAD (name, CHUNKED bytes, BAD_FRAMING)

static const Bad bad_bodies[] = {
  LENGTH ("length/two", "5\r\nContent-Length: 6"),
  LENGTH ("length/list", "5, 6"),
  LENGTH ("length/list-with-hole", "5,,5"),
  LENGTH ("length/list-with-end", "5,"),
  LENGTH ("length/plus", "+5"),
  LENGTH ("length/minus", "-5"),
  LENGTH ("length/hex", "0x5"),
  LENGTH ("length/underscore", "5_0"),
  LENGTH ("length/letters", "5abc"),
  LENGTH ("length/fraction", "5.0"),
  LENGTH ("length/empty", ""),
  LENGTH ("length/blank", "5 5"),
  LENGTH ("length/quoted", "\"5\""),
  LENGTH ("length/eight-bit-digit", "\xb2"),
  LENGTH ("length/wraps-64-bits", "18446744073709551621"),
  LENGTH ("length/very-long", "99999999999999999999999999999999"),
  LENGTH ("length/good-and-bad", "5\r\nContent-Length: +5"),
  CODING ("coding/unknown", "gzip"),
  CODING ("coding/identity", "identity"),
  CODING ("coding/misspelt", "xchunked"),
  CODING ("coding/more-letters", "chunkedfoo"),
  CODING ("coding/list", "gzip, chunked"),
  CODING ("coding/not-last", "chunked, gzip"),
  CODING ("coding/twice", "chunked, chunked"),
  CODING ("coding/two-fields", "chunked\r\nTransfer-Encoding: chunked"),
  CODING ("coding/second-unknown", "chunked\r\nTransfer-Encoding: identity"),
  CODING ("coding/quoted", "\"chunked\""),
  CODING ("coding/parameter", "chunked;q=1"),
  CODING ("coding/empty", ""),
  CHUNK ("chunk/hex-prefix", "0x5\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/plus", "+5\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/minus", "-5\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/underscore", "0_5\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/blank-before", " 5\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/blank-behind", "5 \r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/letter", "5G\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/empty-size", "\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/only-extension", ";a=b\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/bare-lf", "5\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/cr-x", "5\rXhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/bare-lf-behind", "5\r\nhello\n0\r\n\r\n"),
  CHUNK ("chunk/longer-than-said", "5\r\nhello!\r\n0\r\n\r\n"),
  CHUNK ("chunk/no-end", "5\r\nhello0\r\n\r\n"),
  CHUNK ("chunk/cr-x-behind", "5\r\nhello\rX0\r\n\r\n"),
  CHUNK ("chunk/nul", "5\0\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/wraps-64-bits", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/very-long", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/bare-lf-in-extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/cr-in-extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
  CHUNK ("chunk/last-with-bare-lf", "5\r\nhello\r\n0\n\r\n"),
  CHUNK ("trailer/bare-lf", "5\r\nhello\r\n0\r\nX: 1\n\r\n"),
  BAD ("trailer/no-colon", CHUNKED "5\r\nhello\r\n0\r\nX\r\n\r\n", INVALID_HEADER),
  BAD ("trailer/nul", CHUNKED "5\r\nhello\r\n0\r\nX: \0\r\n\r\n", INVALID_HEADER),
};

static void
test_bad (gboolean async, gconstpointer data)
{
  const Bad *bad = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, bad->bytes, (gssize)bad->length, TERN_ORIGIN_SCRIPT_DEFAULT);
  g_assert_false (ask_fetch (&ask, NULL));
  tern_test_assert_error (ask.error, TERN_ERROR, bad->code, NULL);
  g_assert_null (ask.content);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (ask.client)), ==, 0);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 1);
}

typedef struct
{
  const char *name;
  const char *bytes;
  gint64 expected;
  const char *partial;
} Cut;

static const Cut cut_bodies[] = {
  { "length/none", HEAD "Content-Length: 10\r\n\r\n", 10, "" },
  { "length/some", HEAD "Content-Length: 10\r\n\r\nhello", 10, "hello" },
  { "length/all-but-one", HEAD "Content-Length: 6\r\n\r\nhello", 6, "hello" },
  { "length/huge", HEAD "Content-Length: 9223372036854775807\r\n\r\nhello", G_MAXINT64, "hello" },
  { "length/leading-zero", HEAD "Content-Length: 010\r\n\r\nhello", 10, "hello" },
  { "length/beyond-63-bits", HEAD "Content-Length: 18446744073709551615\r\n\r\nhello", G_MAXINT64,
    "hello" },
  { "chunks/none", CHUNKED, -1, "" },
  { "chunks/in-size", CHUNKED "5", -1, "" },
  { "chunks/behind-size", CHUNKED "5\r\n", -1, "" },
  { "chunks/in-data", CHUNKED "a\r\nhello", -1, "hello" },
  { "chunks/behind-data", CHUNKED "5\r\nhello", -1, "hello" },
  { "chunks/before-last", CHUNKED "5\r\nhello\r\n", -1, "hello" },
  { "chunks/in-last", CHUNKED "5\r\nhello\r\n0", -1, "hello" },
  { "chunks/behind-last", CHUNKED "5\r\nhello\r\n0\r\n", -1, "hello" },
  { "chunks/in-trailers", CHUNKED "5\r\nhello\r\n0\r\nX: 1\r\n", -1, "hello" },
  { "chunks/huge", CHUNKED "ffffffffffffffff\r\nhello", -1, "hello" },
};

static void
assert_partial (Ask *ask, gint64 expected, const char *partial)
{
  g_autoptr (TernFailure) failure = tern_request_get_failure (ask->request);
  GBytes *bytes = tern_failure_get_partial_body (failure);

  g_assert_cmpint (tern_failure_get_phase (failure), ==, TERN_PHASE_RECEIVE);
  g_assert_cmpint (tern_failure_get_expected (failure), ==, expected);
  g_assert_cmpint (tern_failure_get_received (failure), ==, strlen (partial));
  g_assert_nonnull (bytes);
  tern_test_assert_bytes (g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), partial,
                          -1);
  g_assert_nonnull (tern_failure_get_response (failure));
  g_assert_cmpuint (tern_response_get_status (tern_failure_get_response (failure)), ==, 200);
}

static void
test_cut_fetch (gboolean async, gconstpointer data)
{
  const Cut *cut = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, cut->bytes, -1, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, INCOMPLETE_READ, "127.0.0.1");
  assert_partial (&ask, cut->expected, cut->partial);
}

/* Through the stream: the bytes that came are read, then comes the error, and it stays. */
static void
test_cut_stream (gboolean async, gconstpointer data)
{
  const Cut *cut = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GString) got = g_string_new (NULL);
  char buffer[64];
  gssize n;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, cut->bytes, -1, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  while ((n = ask_read_stream (&ask, buffer, sizeof buffer, NULL, &ask.error)) > 0)
    g_string_append_len (got, buffer, n);
  g_assert_cmpint (n, ==, -1);
  ask_assert_tern_error (&ask, INCOMPLETE_READ, NULL);
  g_assert_cmpstr (got->str, ==, cut->partial);
  g_clear_error (&ask.error);
  g_assert_cmpint (ask_read_stream (&ask, buffer, sizeof buffer, NULL, &ask.error), ==, -1);
  ask_assert_tern_error (&ask, INCOMPLETE_READ, NULL);
}

static void
test_reset (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, HEAD "Content-Length: 10\r\n\r\nhello", -1,
                           TERN_ORIGIN_SCRIPT_RESET_AFTER);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_io_error (&ask, CONNECTION_CLOSED, "receiving the response");
  assert_partial (&ask, 10, "hello");
}

typedef struct
{
  const char *name;
  const char *bytes;
  const char *body;
  gboolean kept; /* the connection serves another request */
  gboolean closes;
} Good;

static const Good good_bodies[] = {
  { "length/plain", HEAD "Content-Length: 5\r\n\r\nhello", "hello", TRUE, FALSE },
  { "length/zero", HEAD "Content-Length: 0\r\n\r\n", "", TRUE, FALSE },
  { "length/leading-zeros", HEAD "Content-Length: 005\r\n\r\nhello", "hello", TRUE, FALSE },
  { "length/same-twice", HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "hello", TRUE,
    FALSE },
  { "length/close", HEAD "Connection: close\r\nContent-Length: 5\r\n\r\nhello", "hello", FALSE,
    TRUE },
  { "length/close-among-others", HEAD "Connection: x, CLOSE\r\nContent-Length: 5\r\n\r\nhello",
    "hello", FALSE, FALSE },
  { "length/close-in-second-field",
    HEAD "Connection: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", "hello", FALSE,
    FALSE },
  { "length/keep-alive-and-close",
    HEAD "Connection: keep-alive, close\r\nContent-Length: 5\r\n\r\nhello", "hello", FALSE, FALSE },
  { "chunks/plain", CHUNKED "5\r\nhello\r\n0\r\n\r\n", "hello", TRUE, FALSE },
  { "chunks/none", CHUNKED "0\r\n\r\n", "", TRUE, FALSE },
  { "chunks/many-zeros", CHUNKED "0005\r\nhello\r\n000\r\n\r\n", "hello", TRUE, FALSE },
  { "chunks/upper-case", CHUNKED "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", TRUE, FALSE },
  { "chunks/extension", CHUNKED "5;a=\"b;c\"\r\nhello\r\n0;x\r\n\r\n", "hello", TRUE, FALSE },
  { "chunks/blank-before-extension", CHUNKED "5 ; a = b\r\nhello\r\n0\r\n\r\n", "hello", TRUE,
    FALSE },
  { "chunks/name-in-any-case", HEAD "transfer-ENCODING: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "hello", TRUE, FALSE },
  /* Faulty, with one safe reading (RFC 9112 §6.1): read, and never trusted again. */
  { "chunks/and-length",
    HEAD "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello",
    FALSE, FALSE },
  { "chunks/length-first",
    HEAD "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "hello",
    FALSE, FALSE },
  { "chunks/in-http-1.0",
    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n0\r\n\r\n",
    "hello", FALSE, FALSE },
  { "close/plain", HEAD "\r\nhello", "hello", FALSE, TRUE },
  { "close/empty", HEAD "\r\n", "", FALSE, TRUE },
  { "http-1.0/length", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", FALSE, FALSE },
  { "http-1.0/keep-alive",
    "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 5\r\n\r\nhello", "hello", TRUE,
    FALSE },
  { "http-1.0/close", "HTTP/1.0 200 OK\r\n\r\nhello", "hello", FALSE, TRUE },
};

static void
test_good (gboolean async, gconstpointer data)
{
  const Good *good = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "next");
  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, good->bytes, -1,
                           good->closes ? TERN_ORIGIN_SCRIPT_CLOSE_AFTER
                                        : TERN_ORIGIN_SCRIPT_DEFAULT);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, good->body);
  g_assert_cmpuint (tern_pool_count_idle (tern_client_peek_pool (ask.client)), ==, good->kept);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "next");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, good->kept ? 1 : 2);
}

/* Nobody sets aside what a server has only announced. */
static void
test_no_memory_on_a_promise (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  gsize before;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  before = tern_test_peak_rss_kib ();
  for (guint i = 0; i < 20; i++)
    {
      tern_origin_push_script (origin, HEAD "Content-Length: 1000000000000\r\n\r\nhello", -1,
                               TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
      g_assert_false (ask_fetch (&ask, NULL));
      ask_assert_tern_error (&ask, INCOMPLETE_READ, "1000000000000");
    }
  if (ask_memory_counts ())
    g_assert_cmpuint (tern_test_peak_rss_kib (), <, before + 64 * 1024);
}

static void
add (const char *group, const char *name, TernTestBothFunc func, gconstpointer data)
{
  g_autofree char *path = g_strconcat ("/wire/framing/", group, "/", name, NULL);

  tern_test_add_both (path, func, data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad_bodies); i++)
    add ("bad", bad_bodies[i].name, test_bad, &bad_bodies[i]);
  for (guint i = 0; i < G_N_ELEMENTS (cut_bodies); i++)
    {
      add ("cut-fetch", cut_bodies[i].name, test_cut_fetch, &cut_bodies[i]);
      add ("cut-stream", cut_bodies[i].name, test_cut_stream, &cut_bodies[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (good_bodies); i++)
    add ("good", good_bodies[i].name, test_good, &good_bodies[i]);
  tern_test_add_both ("/wire/framing/reset", test_reset, NULL);
  tern_test_add_both ("/wire/framing/no-memory-on-a-promise", test_no_memory_on_a_promise, NULL);
  return g_test_run ();
}
