/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program puts in: hosts, targets, methods and headers, and the bytes that come of them.
 * After a refusal nothing at all may have been sent. */
#include "wire.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

/* --- hosts ----------------------------------------------------------------------------------- */

typedef struct
{
  const char *host;
  int port;
  const char *parsed; /* NULL: INVALID_URL */
  int parsed_port;    /* without TLS */
  const char *field;  /* the Host field without TLS */
} HostRow;

static const HostRow host_rows[] = {
  { "www.cwi.nl", -1, "www.cwi.nl", 80, "www.cwi.nl" },
  { "www.cwi.nl:80", -1, "www.cwi.nl", 80, "www.cwi.nl" },
  { "www.cwi.nl", 80, "www.cwi.nl", 80, "www.cwi.nl" },
  { "www.cwi.nl:", -1, "www.cwi.nl", 80, "www.cwi.nl" },
  { "www.cwi.nl:8000", -1, "www.cwi.nl", 8000, "www.cwi.nl:8000" },
  { "[fe80::207:e9ff:fe9b]", -1, "fe80::207:e9ff:fe9b", 80, "[fe80::207:e9ff:fe9b]" },
  { "[fe80::207:e9ff:fe9b]:8000", -1, "fe80::207:e9ff:fe9b", 8000, "[fe80::207:e9ff:fe9b]:8000" },
  { "[fe80::207:e9ff:fe9b]:", -1, "fe80::207:e9ff:fe9b", 80, "[fe80::207:e9ff:fe9b]" },
  { "[fe80::1%lo]:81", -1, "fe80::1%lo", 81, "[fe80::1]:81" },
  { "fe80::1%2", 81, "fe80::1%2", 81, "[fe80::1]:81" },
  { "::1", 8080, "::1", 8080, "[::1]:8080" },
  { "::1", -1, "::1", 80, "[::1]" },
  { "[::1]", 82, "::1", 82, "[::1]:82" },
  { "B\xc3\xbc\x63her.example", -1, "xn--bcher-kva.example", 80, "xn--bcher-kva.example" },
  { "www.python.org:abc", -1, NULL, 0, NULL },
  { "www.python.org:0", -1, NULL, 0, NULL },
  { "www.python.org:65536", -1, NULL, 0, NULL },
  { "www.python.org:-1", -1, NULL, 0, NULL },
  { "www.python.org: 80", -1, NULL, 0, NULL },
  { "www.python.org:+80", -1, NULL, 0, NULL },
  { "user:password@www.python.org", -1, NULL, 0, NULL },
  { "user@www.python.org", 80, NULL, 0, NULL },
  { "www.python.org", 0, NULL, 0, NULL },
  { "www.python.org", 70000, NULL, 0, NULL },
  { "www.python.org", -2, NULL, 0, NULL },
  { "www.python.org:80", 80, NULL, 0, NULL },
  { "", -1, NULL, 0, NULL },
  { ":80", -1, NULL, 0, NULL },
  { "[::1", -1, NULL, 0, NULL },
  { "[::1]x:80", -1, NULL, 0, NULL },
  { "[::1%]", -1, NULL, 0, NULL },
  { "[::1%a/b]", -1, NULL, 0, NULL },
  { "a\r\nb", -1, NULL, 0, NULL },
  { "a\tb", -1, NULL, 0, NULL },
  { "a b", 80, NULL, 0, NULL },
  { "a\x7f", 80, NULL, 0, NULL },
  { "a/b", -1, NULL, 0, NULL },
  { "a?b", -1, NULL, 0, NULL },
  { "a#b", -1, NULL, 0, NULL },
  { "a\\b", -1, NULL, 0, NULL },
};

/* Over a stream, so that the name need not exist. */
static char *
ask_host_field (const HostRow *row)
{
  g_auto (Wire) wire = { 0 };
  g_autofree char *sent = NULL;
  g_autoptr (GIOStream) stream = NULL;
  char *start;

  wire_init_canned (&wire, FALSE, OK_ANSWER, -1);
  g_object_get (wire.connection, "stream", &stream, NULL);
  g_object_unref (wire.connection);
  wire.connection = g_object_new (TERN_TYPE_CONNECTION, "stream", stream, "host", row->host, "port",
                                  row->port, NULL);
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  sent = wire_sent (&wire);
  start = strstr (sent, "Host: ");
  g_assert_nonnull (start);
  return g_strndup (start + 6, strcspn (start + 6, "\r"));
}

static void
test_host (gconstpointer data)
{
  const HostRow *row = data;
  g_autoptr (TernConnection) plain = tern_connection_new (row->host, row->port, FALSE);
  g_autoptr (TernConnection) secure = tern_connection_new (row->host, row->port, TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree char *field = NULL;

  if (!row->parsed)
    {
      g_assert_false (tern_connection_put_request (plain, "GET", "/", 0, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL);
      g_assert_cmpint (tern_connection_get_state (plain), ==, TERN_CONNECTION_IDLE);
      g_clear_error (&error);
      g_assert_false (tern_connection_open (plain, NULL, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL);
      return;
    }
  g_assert_cmpstr (tern_connection_get_host (plain), ==, row->parsed);
  g_assert_cmpint (tern_connection_get_port (plain), ==, row->parsed_port);
  if (row->parsed_port == 80 && row->port == -1 && !g_str_has_suffix (row->host, ":80"))
    g_assert_cmpint (tern_connection_get_port (secure), ==, 443);
  field = ask_host_field (row);
  g_assert_cmpstr (field, ==, row->field);
}

static void
test_no_host (void)
{
  g_autoptr (TernConnection) connection = tern_connection_new (NULL, -1, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_false (tern_connection_open (connection, NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL);
}

/* --- heads ----------------------------------------------------------------------------------- */

/* The head that a request with these headers ("Name: value" lines) and this body becomes. */
typedef struct
{
  const char *name;
  const char *method;
  const char *target;
  const char *headers[4];
  const char *body;
  const char *sent;
} HeadRow;

#define START(line) line " HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: identity\r\n"

static const HeadRow head_rows[] = {
  { "get", "GET", "/", { NULL }, NULL, START ("GET /") "\r\n" },
  { "empty-target", "GET", "", { NULL }, NULL, START ("GET /") "\r\n" },
  { "options", "OPTIONS", "*", { NULL }, NULL, START ("OPTIONS *") "\r\n" },
  { "fragment", "GET", "/a#b", { NULL }, NULL, START ("GET /a") "\r\n" },
  { "absolute",
    "GET",
    "http://example.com:8080/x",
    { NULL },
    NULL,
    "GET http://example.com:8080/x HTTP/1.1\r\nHost: example.com:8080\r\n"
    "Accept-Encoding: identity\r\n\r\n" },
  { "absolute-userinfo",
    "GET",
    "http://me:secret@example.com",
    { NULL },
    NULL,
    "GET http://example.com HTTP/1.1\r\nHost: example.com\r\nAccept-Encoding: identity\r\n\r\n" },
  { "connect",
    "CONNECT",
    "example.com:443",
    { NULL },
    NULL,
    START ("CONNECT example.com:443") "\r\n" },
  { "double-slash",
    "GET",
    "//example.com/x",
    { NULL },
    NULL,
    START ("GET //example.com/x") "\r\n" },
  { "post-nothing", "POST", "/", { NULL }, NULL, START ("POST /") "Content-Length: 0\r\n\r\n" },
  { "put-nothing", "put", "/", { NULL }, NULL, START ("put /") "Content-Length: 0\r\n\r\n" },
  { "patch-nothing", "PATCH", "/", { NULL }, NULL, START ("PATCH /") "Content-Length: 0\r\n\r\n" },
  { "delete-nothing", "DELETE", "/", { NULL }, NULL, START ("DELETE /") "\r\n" },
  { "get-empty", "GET", "/", { NULL }, "", START ("GET /") "Content-Length: 0\r\n\r\n" },
  { "get-body", "GET", "/", { NULL }, "body", START ("GET /") "Content-Length: 4\r\n\r\nbody" },
  { "order",
    "POST",
    "/",
    { "Zeta: 1", "alpha: 2", "Zeta: 3", NULL },
    "x",
    START ("POST /") "Content-Length: 1\r\nZeta: 1\r\nalpha: 2\r\nZeta: 3\r\n\r\nx" },
  { "own-length",
    "POST",
    "/",
    { "content-LENGTH: 10", NULL },
    "body",
    START ("POST /") "content-LENGTH: 10\r\n\r\nbody" },
  { "own-coding",
    "POST",
    "/",
    { "Transfer-Encoding: chunked", NULL },
    "0\r\n\r\n",
    START ("POST /") "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
  { "own-length-nothing",
    "POST",
    "/",
    { "Content-Length: 10", NULL },
    NULL,
    START ("POST /") "Content-Length: 10\r\n\r\n" },
  { "own-host",
    "GET",
    "/",
    { "host: elsewhere", NULL },
    NULL,
    "GET / HTTP/1.1\r\nAccept-Encoding: identity\r\nhost: elsewhere\r\n\r\n" },
  { "own-accept-encoding",
    "GET",
    "/",
    { "Accept-Encoding: gzip", NULL },
    NULL,
    "GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n" },
};

static TernHeaders *
make_headers (const char *const *lines)
{
  TernHeaders *headers = tern_headers_new ();

  for (; *lines; lines++)
    {
      g_auto (GStrv) parts = g_strsplit (*lines, ": ", 2);

      tern_headers_append (headers, parts[0], parts[1]);
    }
  return headers;
}

static void
test_head (gboolean async, gconstpointer data)
{
  const HeadRow *row = data;
  g_autoptr (TernHeaders) headers = make_headers (row->headers);
  g_autofree char *sent = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, OK_ANSWER, -1);
  g_assert_true (wire_request (&wire, row->method, row->target, headers, row->body));
  sent = wire_sent (&wire);
  g_assert_cmpstr (sent, ==, row->sent);
  g_assert_true (wire_get (&wire));
}

/* HTTP/1.0: neither Host nor Accept-Encoding, never chunked. */
static void
test_old (gboolean async, gconstpointer data)
{
  g_autoptr (GInputStream) body = g_memory_input_stream_new_from_data ("body", 4, NULL);
  g_autofree char *sent = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", -1);
  tern_connection_set_http_version (wire.connection, 10);
  g_assert_false (wire_request_stream (&wire, "POST", NULL, body, -1));
  wire_assert_error (&wire, UNSUPPORTED_FILE_MODE, NULL);
  wire_assert_state (&wire, IDLE);
  g_assert_true (wire_request_stream (&wire, "POST", NULL, body, 4));
  g_assert_true (wire_get (&wire));
  sent = wire_sent (&wire);
  g_assert_cmpstr (sent, ==, "POST / HTTP/1.0\r\nContent-Length: 4\r\n\r\nbody");
}

/* --- step by step ---------------------------------------------------------------------------- */

static void
test_steps (gboolean async, gconstpointer data)
{
  static const char *const lines[] = { "1", "b", "c", NULL };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\xff\xfe", 2);
  g_autofree char *sent = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, OK_ANSWER, -1);
  g_assert_false (wire_header (&wire, "A", "b"));
  wire_assert_error (&wire, CANNOT_SEND_HEADER, "Idle");
  g_assert_false (wire_end_headers (&wire, NULL));
  wire_assert_error (&wire, CANNOT_SEND_HEADER, NULL);
  g_assert_true (wire_put (&wire, "POST", "/", TERN_PUT_SKIP_HOST | TERN_PUT_SKIP_ACCEPT_ENCODING));
  wire_assert_state (&wire, REQUEST_STARTED);
  g_assert_false (wire_put (&wire, "POST", "/", 0));
  wire_assert_error (&wire, CANNOT_SEND_REQUEST, "Request-started");
  g_assert_false (wire_get (&wire));
  wire_assert_error (&wire, RESPONSE_NOT_READY, "Request-started");
  g_assert_true (wire_header (&wire, "Content-Length", "8"));
  g_assert_true (tern_connection_put_header_values (wire.connection, "X", lines, NULL));
  g_assert_true (tern_connection_put_header_bytes (wire.connection, "Raw", bytes, NULL));
  g_assert_true (wire_end_headers (&wire, "body"));
  wire_assert_state (&wire, REQUEST_SENT);
  g_assert_false (wire_header (&wire, "A", "b"));
  wire_assert_error (&wire, CANNOT_SEND_HEADER, "Request-sent");
  g_assert_false (wire_request (&wire, "GET", "/", NULL, NULL));
  wire_assert_error (&wire, CANNOT_SEND_REQUEST, "Request-sent");
  g_assert_true (wire_send (&wire, "more"));
  wire_assert_answer (&wire, 200, "");
  wire_assert_state (&wire, IDLE);
  g_assert_true (tern_connection_is_open (wire.connection));
  sent = wire_sent (&wire);
  g_assert_cmpstr (sent, ==,
                   "POST / HTTP/1.1\r\nContent-Length: 8\r\nX: 1\r\n\tb\r\n\tc\r\nRaw: \xff\xfe\r\n"
                   "\r\nbodymore");
}

/* What httplib lets pass, to the byte. */
static void
test_odd_headers (gboolean async, gconstpointer data)
{
  static const char *const odd[][2] = {
    { "foo", " bar " },
    { "bar", "\tbaz\t" },
    { "Utf8", "\xc3\x80" },
    { "Embedded-Fold-Space", "is\r\n allowed" },
    { "Embedded-Fold-Tab", "is\r\n\tallowed" },
    { "Key Space", "value" },
    { "KeySpace ", "value" },
    { "Nonbreak\xc2\xa0Space", "value" },
    { "Empty", "" },
  };
  g_autoptr (GString) expected = g_string_new ("GET / HTTP/1.1\r\n");
  g_autofree char *sent = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, OK_ANSWER, -1);
  g_assert_true (wire_put (&wire, "GET", "/", TERN_PUT_SKIP_HOST | TERN_PUT_SKIP_ACCEPT_ENCODING));
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_assert_true (wire_header (&wire, odd[i][0], odd[i][1]));
      g_string_append_printf (expected, "%s: %s\r\n", odd[i][0], odd[i][1]);
    }
  g_string_append (expected, "\r\n");
  g_assert_true (wire_end_headers (&wire, NULL));
  sent = wire_sent (&wire);
  g_assert_cmpstr (sent, ==, expected->str);
}

static void
test_bad_headers (gboolean async, gconstpointer data)
{
  static const char *const bad[][2] = {
    { "Invalid\r\nName", "x" },   { "Invalid\rName", "x" },  { "Invalid\nName", "x" },
    { "\r\nInvalidName", "x" },   { " InvalidName", "x" },   { "\tInvalidName", "x" },
    { "Invalid:Name", "x" },      { ":InvalidName", "x" },   { "", "x" },
    { "Name", "a\r\nB: c" },      { "Name", "a\rb" },        { "Name", "a\nb" },
    { "Name", "a\r\n" },          { "Name", "a\r" },         { "Name", "a\n" },
    { "Name", "a\n b" },          { "Name", "a\r b" },       { "Name", "a\r\n " },
    { "Name", "a\r\n \r\n b" },   { "Name", "a\x01" },       { "Host", "again" },
    { "Host ", "again" },         { "Content-Length", "x" }, { "Content-Length", "-1" },
    { "Content-Length", "1, 1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *sent = NULL;
      g_auto (Wire) wire = { 0 };

      wire_init_canned (&wire, async, OK_ANSWER, -1);
      g_assert_true (wire_put (&wire, "GET", "/", 0));
      g_assert_false (wire_header (&wire, bad[i][0], bad[i][1]));
      wire_assert_error (&wire, INVALID_HEADER, NULL);
      wire_assert_state (&wire, REQUEST_STARTED);
      g_assert_true (wire_header (&wire, "Good", "one"));
      g_assert_false (wire_end_headers (&wire, "body"));
      wire_assert_error (&wire, INVALID_HEADER, NULL);
      wire_assert_state (&wire, IDLE);
      sent = wire_sent (&wire);
      g_assert_cmpstr (sent, ==, "");
      g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
      g_assert_true (wire_get (&wire));
    }
}

/* Bytes that no text can hold. */
static void
test_nul_header (void)
{
  g_autoptr (GBytes) value = g_bytes_new_static ("a\0b", 3);
  g_autoptr (GError) error = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, FALSE, OK_ANSWER, -1);
  g_assert_true (wire_put (&wire, "GET", "/", 0));
  g_assert_false (tern_connection_put_header_bytes (wire.connection, "A", value, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_HEADER);
}

/* --- refusals of a whole request ------------------------------------------------------------- */

typedef struct
{
  const char *name;
  const char *method;
  const char *target;
  const char *headers[4];
  const char *body;
  TernError code;
} RefusedRow;

static const RefusedRow refused_rows[] = {
  { "method-space", "GET /x", "/", { NULL }, NULL, TERN_ERROR_INVALID_METHOD },
  { "method-line", "GET\r\n", "/", { NULL }, NULL, TERN_ERROR_INVALID_METHOD },
  { "method-empty", "", "/", { NULL }, NULL, TERN_ERROR_INVALID_METHOD },
  { "target-space", "GET", "/a b", { NULL }, NULL, TERN_ERROR_INVALID_URL },
  { "target-line", "GET", "/ HTTP/1.1\r\nX: y", { NULL }, NULL, TERN_ERROR_INVALID_URL },
  { "target-delete", "GET", "/\x7f", { NULL }, NULL, TERN_ERROR_INVALID_URL },
  { "target-8bit", "GET", "/\xc3\xbc", { NULL }, NULL, TERN_ERROR_INVALID_URL },
  { "target-no-host", "GET", "http:///x", { NULL }, NULL, TERN_ERROR_INVALID_URL },
  { "target-bad-port", "GET", "http://a:b/x", { NULL }, NULL, TERN_ERROR_INVALID_URL },
  { "header", "GET", "/", { "X: a\rb", NULL }, NULL, TERN_ERROR_INVALID_HEADER },
  { "both-frames",
    "POST",
    "/",
    { "Content-Length: 4", "Transfer-Encoding: chunked", NULL },
    "body",
    TERN_ERROR_INVALID_HEADER },
  { "two-lengths",
    "POST",
    "/",
    { "Content-Length: 4", "Content-Length: 5", NULL },
    "body",
    TERN_ERROR_INVALID_HEADER },
  { "too-short-length",
    "POST",
    "/",
    { "Content-Length: 3", NULL },
    "body",
    TERN_ERROR_INVALID_HEADER },
  { "two-hosts", "GET", "/", { "Host: a", "Host: b", NULL }, NULL, TERN_ERROR_INVALID_HEADER },
};

static void
test_refused (gboolean async, gconstpointer data)
{
  const RefusedRow *row = data;
  g_autoptr (TernHeaders) headers = make_headers (row->headers);
  g_autofree char *sent = NULL;
  g_auto (Wire) wire = { 0 };

  wire_init_canned (&wire, async, OK_ANSWER, -1);
  g_assert_false (wire_request (&wire, row->method, row->target, headers, row->body));
  tern_test_assert_error (wire.error, TERN_ERROR, row->code, NULL);
  wire_assert_state (&wire, IDLE);
  sent = wire_sent (&wire);
  g_assert_cmpstr (sent, ==, "");
  g_assert_true (wire_request (&wire, "GET", "/", NULL, NULL));
  g_assert_true (wire_get (&wire));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (host_rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/connection/host/%zu", i);

      g_test_add_data_func (path, &host_rows[i], test_host);
    }
  g_test_add_func ("/connection/host/none", test_no_host);
  for (gsize i = 0; i < G_N_ELEMENTS (head_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/connection/head/", head_rows[i].name, NULL);

      tern_test_add_both (path, test_head, &head_rows[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (refused_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/connection/refused/", refused_rows[i].name, NULL);

      tern_test_add_both (path, test_refused, &refused_rows[i]);
    }
  tern_test_add_both ("/connection/old", test_old, NULL);
  tern_test_add_both ("/connection/steps", test_steps, NULL);
  tern_test_add_both ("/connection/odd-headers", test_odd_headers, NULL);
  tern_test_add_both ("/connection/bad-headers", test_bad_headers, NULL);
  g_test_add_func ("/connection/nul-header", test_nul_header);
  return g_test_run ();
}
