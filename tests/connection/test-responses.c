/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responses byte for byte, over streams on which more lies behind them: what is made of each, and
 * that not a byte too many is taken. */
#include "wire.h"

#define AFTER "SSH-2.0-after\r\nmore\n"
#define OK_HEAD "HTTP/1.1 200 OK\r\n"

/* Makes what @data describes arrive, and asks for it with @method. */
typedef struct
{
  const char *name;
  const char *method;
  const char *answer;
  guint status;
  const char *body;
  guint version;
  const char *reason;
} Row;

static const Row rows[] = {
  { "length", "GET", OK_HEAD "Content-Length: 5\r\n\r\nhello", 200, "hello", 11, "OK" },
  { "length-0", "GET", OK_HEAD "Content-Length: 0\r\n\r\n", 200, "", 11, "OK" },
  { "chunked", "GET",
    OK_HEAD "Transfer-Encoding: chunked\r\n\r\na\r\nhello worl\r\n3;x=y\r\nd! \r\n8\r\nand now \r\n"
            "22\r\nfor something completely different\r\n0\r\n\r\n",
    200, "hello world! and now for something completely different", 11, "OK" },
  { "trailers", "GET",
    OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Dummy: foo\r\nX-Dumm2: bar\r\n\r\n",
    200, "x", 11, "OK" },
  { "head-length", "HEAD", OK_HEAD "Content-Length: 14432\r\n\r\n", 200, "", 11, "OK" },
  { "head-chunked", "HEAD", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n", 200, "", 11, "OK" },
  { "204", "GET", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", 11, "No Content" },
  { "304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, "", 11,
    "Not Modified" },
  { "interim", "GET",
    "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" OK_HEAD "Content-Length: 1\r\n\r\nx",
    200, "x", 11, "OK" },
  { "no-reason", "GET", "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx", 200, "x", 11, "" },
  { "long-reason", "GET", "HTTP/1.1 200 the  reason \r\nContent-Length: 0\r\n\r\n", 200, "", 11,
    "the  reason" },
  { "1.0-keep-alive", "GET",
    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx", 200, "x", 10, "OK" },
  { "1.0-keep-alive-field", "GET",
    "HTTP/1.0 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 1\r\n\r\nx", 200, "x", 10, "OK" },
  { "1.0-proxy-connection", "GET",
    "HTTP/1.0 200 OK\r\nProxy-Connection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx", 200, "x", 10,
    "OK" },
  { "1.2", "GET", "HTTP/1.2 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", 11, "OK" },
  { "bare-lf", "GET", "HTTP/1.1 200 OK\nContent-Length: 1\n\nx", 200, "x", 11, "OK" },
  { "999", "GET", "HTTP/1.1 999 Strange\r\nContent-Length: 1\r\n\r\nx", 999, "x", 11, "Strange" },
  { "connect", "CONNECT", "HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n", 200,
    "", 11, "Connection established" },
};

static void
check_row (Wire *wire, const Row *row)
{
  g_autoptr (GBytes) next = NULL;

  g_assert_true (wire_request (wire, row->method, "/", NULL, NULL));
  wire_assert_answer (wire, row->status, row->body);
  g_assert_cmpuint (tern_response_get_version (wire->response), ==, row->version);
  g_assert_cmpstr (tern_response_get_reason (wire->response), ==, row->reason);
  g_assert_true (tern_connection_is_open (wire->connection));
  /* Read once more, it is still at its end. */
  next = wire_read (wire, NULL, 10);
  g_assert_nonnull (next);
  g_assert_cmpuint (g_bytes_get_size (next), ==, 0);
}

/* What follows the message is the next message. */
static void
test_followed (gboolean async, gconstpointer data)
{
  const Row *row = data;
  g_autofree char *bytes
      = g_strconcat (row->answer, "HTTP/1.1 404 Next\r\nContent-Length: 4\r\n\r\nnext", NULL);
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, bytes, -1);
  check_row (&wire, row);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_answer (&wire, 404, "next");
}

/* What follows is not HTTP: it is in the socket still, to the first byte. */
static void
test_frugal (gboolean async, gconstpointer data)
{
  const Row *row = data;
  g_autofree char *bytes = g_strconcat (row->answer, AFTER, NULL);
  g_autofree char *rest = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, bytes, -1);
  check_row (&wire, row);
  rest = wire_unread (&wire);
  g_assert_cmpstr (rest, ==, AFTER);
}

static void
test_unpollable (gboolean async, gconstpointer data)
{
  const Row *row = data;
  g_autofree char *bytes = g_strconcat (row->answer, AFTER, NULL);
  g_autofree char *rest = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_unpollable (&wire, async, bytes, -1);
  check_row (&wire, row);
  rest = wire_unread (&wire);
  g_assert_cmpstr (rest, ==, AFTER);
}

/* --- what ends with the stream --------------------------------------------------------------- */

static void
test_to_close (gboolean async, gconstpointer data)
{
  static const char *const heads[]
      = { OK_HEAD "\r\n", OK_HEAD "Connection: Close\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_auto (Wire) wire = { 0 };
      g_autoptr (GBytes) some = NULL;

      wire_init_canned (&wire, async, heads[i], -1);
      wire_feed (&wire, "Hello world\r\n\r\nDON'T STOP");
      wire_end (&wire);
      g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
      g_assert_true (wire_get (&wire));
      g_assert_false (tern_connection_is_open (wire.connection));
      some = wire_read (&wire, NULL, 5);
      tern_test_assert_bytes (g_bytes_get_data (some, NULL), 5, "Hello", 5);
      g_free (wire_read_all (&wire, NULL));
      /* A stream cannot be opened again. */
      g_assert_false (wire_request (&wire, "GET", "/", NULL, NULL));
      wire_assert_error (&wire, NOT_CONNECTED, NULL);
    }
}

/* HTTP/0.9: only where it is allowed. */
static void
test_simple (gboolean async, gconstpointer data)
{
  static const char *const answers[]
      = { "Hey: Body", "H", "HTTP", "<html>\r\n\r\nHTTP/1.1 200 OK" };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_auto (Wire) wire = { 0 };

      wire_init_canned (&wire, async, answers[i], -1);
      wire_end (&wire);
      tern_connection_set_strict (wire.connection, FALSE);
      g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
      wire_assert_answer (&wire, 200, answers[i]);
      g_assert_cmpuint (tern_response_get_version (wire.response), ==, 9);
      g_assert_cmpstr (tern_response_get_reason (wire.response), ==, "");
      g_assert_cmpuint (tern_headers_get_n (tern_response_get_headers (wire.response)), ==, 0);
    }
}

/* --- errors ---------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  const char *answer;
  TernError code;
  const char *partial; /* of the body; NULL where the head is wrong */
  const char *line;    /* of the failure, or NULL */
} BadRow;

static const BadRow bad_rows[] = {
  { "nothing", "", TERN_ERROR_REMOTE_DISCONNECTED, NULL, NULL },
  { "no-http", "Hey: Body", TERN_ERROR_BAD_STATUS_LINE, NULL, "Hey: Body" },
  { "no-number", "HTTP/1.1 40A OK\r\n\r\n", TERN_ERROR_BAD_STATUS_LINE, NULL, "HTTP/1.1 40A OK" },
  { "negative", "HTTP/1.1 -20 OK\r\n\r\n", TERN_ERROR_BAD_STATUS_LINE, NULL, NULL },
  { "too-small", "HTTP/1.1 099 OK\r\n\r\n", TERN_ERROR_BAD_STATUS_LINE, NULL, NULL },
  { "empty-line", "\r\nHTTP/1.1 200 OK\r\n\r\n", TERN_ERROR_BAD_STATUS_LINE, NULL, NULL },
  { "lower-case", "http/1.1 200 OK\r\n\r\n", TERN_ERROR_BAD_STATUS_LINE, NULL, NULL },
  { "http-2", "HTTP/2.0 200 OK\r\n\r\n", TERN_ERROR_UNKNOWN_PROTOCOL, NULL, NULL },
  { "http-0.9", "HTTP/0.9 200 OK\r\n\r\n", TERN_ERROR_UNKNOWN_PROTOCOL, NULL, NULL },
  { "half-a-head", OK_HEAD "Content-Len", TERN_ERROR_INCOMPLETE_READ, NULL, NULL },
  { "no-colon", OK_HEAD "what is this\r\n\r\n", TERN_ERROR_INVALID_HEADER, NULL, NULL },
  { "two-lengths", OK_HEAD "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
    TERN_ERROR_BAD_FRAMING, NULL, NULL },
  { "signed-length", OK_HEAD "Content-Length: +3\r\n\r\nabc", TERN_ERROR_BAD_FRAMING, NULL, NULL },
  { "other-coding", OK_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    TERN_ERROR_UNKNOWN_TRANSFER_ENCODING, NULL, NULL },
  { "unasked-101", "HTTP/1.1 101 Switching Protocols\r\n\r\n", TERN_ERROR_BAD_FRAMING, NULL, NULL },
  { "short-body", OK_HEAD "Content-Length: 10\r\n\r\nHello", TERN_ERROR_INCOMPLETE_READ, "Hello",
    NULL },
  { "short-chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\na\r\nHello",
    TERN_ERROR_INCOMPLETE_READ, "Hello", NULL },
  { "no-last-chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n",
    TERN_ERROR_INCOMPLETE_READ, "Hello", NULL },
  { "bad-chunk-size", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\nfoo\r\n",
    TERN_ERROR_BAD_FRAMING, "Hello", NULL },
  { "0x-chunk-size", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0x5\r\nHello\r\n0\r\n\r\n",
    TERN_ERROR_BAD_FRAMING, "", NULL },
  { "no-crlf-after-chunk", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nHelloXX0\r\n\r\n",
    TERN_ERROR_BAD_FRAMING, "Hello", NULL },
};

static void
test_bad (gboolean async, gconstpointer data)
{
  const BadRow *row = data;
  g_autoptr (TernFailure) failure = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, row->answer, -1);
  wire_end (&wire);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  g_assert_cmpint (wire_get (&wire), ==, row->partial != NULL);
  if (row->partial)
    {
      g_assert_null (wire_read_all (&wire, NULL));
      wire_assert_state (&wire, IDLE);
    }
  tern_test_assert_error (wire.error, TERN_ERROR, row->code, NULL);
  g_assert_false (tern_connection_is_open (wire.connection));
  wire_assert_state (&wire, IDLE);

  failure = tern_connection_get_failure (wire.connection);
  g_assert_nonnull (failure);
  g_assert_cmpint (tern_failure_get_phase (failure), ==,
                   row->partial ? TERN_PHASE_RECEIVE : TERN_PHASE_WAIT);
  if (row->line)
    g_assert_cmpstr (tern_failure_get_line (failure), ==, row->line);
  if (!row->partial)
    return;
  tern_test_assert_bytes (g_bytes_get_data (tern_failure_get_partial_body (failure), NULL),
                          g_bytes_get_size (tern_failure_get_partial_body (failure)), row->partial,
                          -1);
  g_assert_cmpint (tern_failure_get_received (failure), ==, (gint64)strlen (row->partial));
  g_assert_true (tern_failure_get_response (failure) == wire.response);
}

/* IncompleteRead: what was received and what was expected. */
static void
test_incomplete (gboolean async, gconstpointer data)
{
  g_autoptr (TernFailure) failure = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, OK_HEAD "Content-Length: 10\r\n\r\nHello", -1);
  wire_end (&wire);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  g_assert_true (wire_get (&wire));
  g_assert_null (wire_read (&wire, NULL, 10));
  wire_assert_error (&wire, INCOMPLETE_READ, "5");
  failure = tern_connection_get_failure (wire.connection);
  g_assert_cmpint (tern_failure_get_expected (failure), ==, 10);
  g_assert_cmpint (tern_failure_get_received (failure), ==, 5);
  g_assert_cmpuint (g_bytes_get_size (tern_failure_get_partial_body (failure)), ==, 5);
}

/* --- hostile ends ---------------------------------------------------------------------------- */

/* However the bytes are cut, they say the same. */
static void
test_bytewise (gboolean async, gconstpointer data)
{
  const Row *row = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Wire) wire = { 0 };

  tern_origin_push_script (origin, row->answer, -1, TERN_ORIGIN_SCRIPT_BYTE_BY_BYTE);
  wire_init (&wire, async, origin);
  check_row (&wire, row);
}

/* A server that goes away behind any byte: the message is never taken to be whole. */
static void
test_every_end (gboolean async, gconstpointer data)
{
  static const char *const answers[]
      = { OK_HEAD "Content-Length: 5\r\nX: y\r\n z\r\n\r\nhello",
          "HTTP/1.1 103 Hints\r\nA: b\r\n\r\n" OK_HEAD
          "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    for (gsize len = 0; len < strlen (answers[i]); len++)
      {
        g_autofree char *part = g_strndup (answers[i], len);
        g_auto (Wire) wire = { 0 };

        wire_init_canned (&wire, async, part, -1);
        wire_end (&wire);
        g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
        if (wire_get (&wire))
          g_assert_null (wire_read_all (&wire, NULL));
        g_assert_cmpuint (wire.error->domain, ==, TERN_ERROR);
        g_assert_true (wire.error->code == TERN_ERROR_INCOMPLETE_READ
                       || wire.error->code == TERN_ERROR_REMOTE_DISCONNECTED);
        g_assert_false (tern_connection_is_open (wire.connection));
      }
}

/* --- limits ---------------------------------------------------------------------------------- */

static void
test_line_limit (gboolean async, gconstpointer data)
{
  g_autofree char *stuffing = g_strnfill (70000, 'a');
  g_autofree char *status = g_strconcat ("HTTP/1.1 200 ", stuffing, "\r\n\r\n", NULL);
  g_autofree char *field = g_strconcat (OK_HEAD "X-Foo: ", stuffing, "\r\n\r\n", NULL);
  g_autofree char *interim = g_strconcat ("HTTP/1.1 100 Go\r\nX: ", stuffing, "\r\n\r\n", NULL);
  g_autofree char *chunk
      = g_strconcat (OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1;", stuffing, "\r\nx\r\n", NULL);
  const char *const answers[] = { status, field, interim, chunk };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_auto (Wire) wire = { 0 };

      wire_init_canned (&wire, async, answers[i], -1);
      g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
      if (i < 3)
        g_assert_false (wire_get (&wire));
      else if (wire_get (&wire))
        g_assert_null (wire_read_all (&wire, NULL));
      wire_assert_error (&wire, LINE_TOO_LONG, NULL);
    }
}

static void
test_own_line_limit (gboolean async, gconstpointer data)
{
  for (guint limit = 19; limit <= 20; limit++)
    {
      g_auto (Wire) wire = { 0 };

      wire_init_canned (&wire, async, OK_HEAD "Content-Length:   0\r\n\r\n", -1);
      tern_connection_set_max_line_length (wire.connection, limit);
      g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
      g_assert_cmpint (wire_get (&wire), ==, limit == 20);
      if (limit < 20)
        wire_assert_error (&wire, LINE_TOO_LONG, NULL);
    }
}

static void
test_count_limit (gboolean async, gconstpointer data)
{
  for (guint n = 99; n <= 101; n++)
    {
      g_autoptr (GString) answer = g_string_new (OK_HEAD);
      g_auto (Wire) wire = { 0 };

      g_string_append (answer, "Content-Length: 0\r\n");
      for (guint i = 1; i < n; i++)
        g_string_append_printf (answer, "Name%u: Value%u\r\n", i, i);
      g_string_append (answer, "\r\n");
      wire_init_canned (&wire, async, answer->str, -1);
      g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
      g_assert_cmpint (wire_get (&wire), ==, n <= 100);
      if (n > 100)
        wire_assert_error (&wire, TOO_MANY_HEADERS, "100");
      else
        g_assert_cmpuint (tern_headers_get_n (tern_response_get_headers (wire.response)), ==, n);
    }
}

/* --- headers --------------------------------------------------------------------------------- */

/* httplib passes over a line without a name, and reads what stands behind it. */
static void
test_unnamed (gboolean async, gconstpointer data)
{
  g_autofree char *second = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async,
                    OK_HEAD "First: val\r\n: nval\r\n folded\r\n:\r\nSecond: val\r\n"
                            "Content-Length: 1\r\n\r\nx" AFTER,
                    -1);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_answer (&wire, 200, "x");
  g_assert_cmpuint (tern_headers_get_n (tern_response_get_headers (wire.response)), ==, 3);
  second = tern_response_get_header (wire.response, "second");
  g_assert_cmpstr (second, ==, "val");
}

static void
test_headers (gboolean async, gconstpointer data)
{
  g_autofree char *folded = NULL;
  g_autofree char *joined = NULL;
  g_autofree char *latin = NULL;
  const char *name;
  const char *value;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async,
                    OK_HEAD "Content-Length: 0\r\nObs: one\r\n folded with space\r\n\tand tab\r\n"
                            "X-Two: 1\r\nx-TWO: 2\r\nLatin: \xe9\r\n\r\n",
                    -1);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  g_assert_true (wire_get (&wire));
  folded = tern_response_get_header (wire.response, "obs");
  g_assert_cmpstr (folded, ==, "one folded with space and tab");
  joined = tern_response_get_header (wire.response, "x-two");
  g_assert_cmpstr (joined, ==, "1, 2");
  latin = tern_response_get_header (wire.response, "latin");
  g_assert_cmpstr (latin, ==, "é");
  g_assert_cmpuint (tern_headers_get_n (tern_response_get_headers (wire.response)), ==, 5);
  g_assert_true (
      tern_headers_get_nth (tern_response_get_headers (wire.response), 3, &name, &value));
  g_assert_cmpstr (name, ==, "x-TWO");
  g_assert_cmpstr (value, ==, "2");
}

static void
test_trailers (gboolean async, gconstpointer data)
{
  TernHeaders *trailers;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async,
                    OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 7\r\n\r\n",
                    -1);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_answer (&wire, 200, "x");
  trailers = tern_response_get_trailers (wire.response);
  g_assert_nonnull (trailers);
  g_assert_cmpstr (tern_headers_get (trailers, "x-sum"), ==, "7");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *followed = g_strconcat ("/connection/followed/", rows[i].name, NULL);
      g_autofree char *frugal = g_strconcat ("/connection/frugal/", rows[i].name, NULL);
      g_autofree char *unpollable = g_strconcat ("/connection/unpollable/", rows[i].name, NULL);
      g_autofree char *bytewise = g_strconcat ("/connection/bytewise/", rows[i].name, NULL);

      tern_test_add_both (followed, test_followed, &rows[i]);
      tern_test_add_both (frugal, test_frugal, &rows[i]);
      tern_test_add_both (unpollable, test_unpollable, &rows[i]);
      if (strcmp (rows[i].method, "GET") == 0)
        tern_test_add_both (bytewise, test_bytewise, &rows[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/connection/bad/", bad_rows[i].name, NULL);

      tern_test_add_both (path, test_bad, &bad_rows[i]);
    }
  tern_test_add_both ("/connection/to-close", test_to_close, NULL);
  tern_test_add_both ("/connection/simple", test_simple, NULL);
  tern_test_add_both ("/connection/incomplete", test_incomplete, NULL);
  tern_test_add_both ("/connection/every-end", test_every_end, NULL);
  tern_test_add_both ("/connection/limit/line", test_line_limit, NULL);
  tern_test_add_both ("/connection/limit/own-line", test_own_line_limit, NULL);
  tern_test_add_both ("/connection/limit/count", test_count_limit, NULL);
  tern_test_add_both ("/connection/headers", test_headers, NULL);
  tern_test_add_both ("/connection/unnamed-header", test_unnamed, NULL);
  tern_test_add_both ("/connection/trailers", test_trailers, NULL);
  return g_test_run ();
}
