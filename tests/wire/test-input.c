/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the program hands in: what is bad is an error before a connection is made, and what the
 * frame of a message is made of is the library's own. */
#include "ask.h"

typedef struct
{
  const char *name;
  const char *uri; /* %u is the origin's port */
  TernError code;
} BadUri;

static const BadUri bad_uris[] = {
  { "null", NULL, TERN_ERROR_RELATIVE_URI },
  { "empty", "", TERN_ERROR_RELATIVE_URI },
  { "path", "/a", TERN_ERROR_RELATIVE_URI },
  { "no-scheme", "127.0.0.1/a", TERN_ERROR_RELATIVE_URI },
  { "scheme-relative", "//127.0.0.1:%u/", TERN_ERROR_RELATIVE_URI },
  { "ftp", "ftp://127.0.0.1:%u/", TERN_ERROR_UNSUPPORTED_SCHEME },
  { "file", "file:///etc/passwd", TERN_ERROR_UNSUPPORTED_SCHEME },
  { "data", "data:text/plain,hello", TERN_ERROR_UNSUPPORTED_SCHEME },
  { "no-host", "http:///a", TERN_ERROR_INVALID_URL },
  { "no-host-port", "http://:%u/", TERN_ERROR_INVALID_URL },
  { "blank-in-host", "http://127.0.0.1 x:%u/", TERN_ERROR_INVALID_URL },
  { "blank-in-path", "http://127.0.0.1:%u/a b", TERN_ERROR_INVALID_URL },
  { "line-end", "http://127.0.0.1:%u/a\r\nX: y", TERN_ERROR_INVALID_URL },
  { "request-in-path", "http://127.0.0.1:%u/ HTTP/1.1\r\nHost: x\r\n\r\n", TERN_ERROR_INVALID_URL },
  { "line-end-in-host", "http://127.0.0.1\r\n:%u/", TERN_ERROR_INVALID_URL },
  { "tab", "http://127.0.0.1:%u/a\tb", TERN_ERROR_INVALID_URL },
  { "control", "http://127.0.0.1:%u/a\x01", TERN_ERROR_INVALID_URL },
  { "delete", "http://127.0.0.1:%u/a\x7f", TERN_ERROR_INVALID_URL },
  { "port-letters", "http://127.0.0.1:80a/", TERN_ERROR_INVALID_URL },
  { "port-wraps", "http://127.0.0.1:65616/", TERN_ERROR_INVALID_URL },
  { "port-huge", "http://127.0.0.1:4294967376/", TERN_ERROR_INVALID_URL },
  { "port-sign", "http://127.0.0.1:+80/", TERN_ERROR_INVALID_URL },
  { "two-ats", "http://a@b@127.0.0.1:%u/", TERN_ERROR_INVALID_URL },
  { "backslash", "http://127.0.0.1:%u\\@example.test/", TERN_ERROR_INVALID_URL },
  { "nul-in-host", "http://127.0.0.1%%00.example.test/", TERN_ERROR_INVALID_URL },
  { "bracket", "http://[::1/", TERN_ERROR_INVALID_URL },
  { "no-ipv6", "http://[hello]/", TERN_ERROR_INVALID_URL },
};

static void
assert_nothing_sent (TernOrigin *origin)
{
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 0);
  g_assert_cmpuint (tern_origin_n_bytes_received (origin), ==, 0);
}

static void
test_bad_uri (gboolean async, gconstpointer data)
{
  const BadUri *bad = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autofree char *uri
      = bad->uri ? g_strdup_printf (bad->uri, tern_origin_get_port (origin)) : NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, NULL, "GET", uri);
  g_assert_false (ask_fetch (&ask, NULL));
  tern_test_assert_error (ask.error, TERN_ERROR, bad->code, NULL);
  g_assert_true (g_utf8_validate (ask.error->message, -1, NULL));
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_NONE);
  assert_nothing_sent (origin);
}

static const char *const bad_methods[]
    = { "",       " ",       "GET ",       " GET", "GET /", "G\r\nET",  "G\tET",
        "G\x01T", "GET\x7f", "G\xc3\xa4T", "G:T",  "G(T",   "GET,POST", "\"GET\"" };

static void
test_bad_methods (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, NULL, "/");
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, INVALID_METHOD, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad_methods); i++)
    {
      tern_request_set_method (ask.request, bad_methods[i]);
      g_assert_false (ask_fetch (&ask, NULL));
      ask_assert_tern_error (&ask, INVALID_METHOD, NULL);
    }
  assert_nothing_sent (origin);
}

static const struct
{
  const char *name;
  const char *value;
} bad_headers[] = {
  { "X", "a\r\nY: b" }, { "X", "a\nY: b" },   { "X", "a\rb" }, { "X", "a\x01" },
  { "X", "a\x7f" },     { "X\r\nY", "a" },    { "X Y", "a" },  { "X:", "a" },
  { "", "a" },          { "X\xc3\xa4", "a" }, { "X\t", "a" },  { "(X)", "a" },
};

/* A field that cannot be sent is refused at once, and the send says so again. */
static void
test_bad_headers (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  for (guint i = 0; i < G_N_ELEMENTS (bad_headers); i++)
    {
      ask_again (&ask, origin, "GET", "/");
      g_assert_false (tern_headers_append (tern_request_get_headers (ask.request),
                                           bad_headers[i].name, bad_headers[i].value));
      g_assert_false (ask_fetch (&ask, NULL));
      ask_assert_tern_error (&ask, INVALID_HEADER, NULL);
    }
  assert_nothing_sent (origin);
}

static void
test_nul_in_header (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) value = g_bytes_new_static (LITERAL ("a\0b"));
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  g_assert_false (tern_headers_append_bytes (tern_request_get_headers (ask.request), "X", value));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, INVALID_HEADER, NULL);
  assert_nothing_sent (origin);
}

/* --- what is ours --- */

static void
test_frame_is_ours (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("hello", 5);
  g_autoptr (TernOriginRequest) seen = NULL;
  g_autofree char *host = g_strdup_printf ("127.0.0.1:%u", tern_origin_get_port (origin));
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "POST", "/");
  tern_request_set_body_bytes (ask.request, "text/plain", body);
  ask_header (&ask, "host", "elsewhere.example.test");
  ask_header (&ask, "Content-length", "7");
  ask_header (&ask, "Content-Length", "8");
  ask_header (&ask, "TRANSFER-ENCODING", "chunked");
  ask_header (&ask, "X-Kept", "yes");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  seen = tern_origin_get_request (origin, 0);
  g_assert_cmpuint (tern_origin_request_n_headers (seen, "Host"), ==, 1);
  g_assert_cmpstr (tern_origin_request_header (seen, "Host"), ==, host);
  g_assert_cmpuint (tern_origin_request_n_headers (seen, "Content-Length"), ==, 1);
  g_assert_cmpstr (tern_origin_request_header (seen, "Content-Length"), ==, "5");
  g_assert_cmpuint (tern_origin_request_n_headers (seen, "Transfer-Encoding"), ==, 0);
  g_assert_cmpstr (tern_origin_request_header (seen, "X-Kept"), ==, "yes");
  g_assert_cmpstr (tern_origin_request_header (seen, "Content-Type"), ==, "text/plain");
  g_assert_cmpstr (tern_origin_request_body (seen, NULL), ==, "hello");
}

/* A GET that says it has a body has none, and says so. */
static void
test_no_body_no_frame (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernOriginRequest) seen = NULL;
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "GET", "/");
  ask_header (&ask, "Content-Length", "5");
  ask_header (&ask, "Transfer-Encoding", "chunked");
  ask_header (&ask, "Expect", "100-continue");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  seen = tern_origin_get_request (origin, 0);
  g_assert_null (tern_origin_request_header (seen, "Content-Length"));
  g_assert_null (tern_origin_request_header (seen, "Transfer-Encoding"));
  g_assert_null (tern_origin_request_header (seen, "Expect"));
}

/* Order and case are the program's (RFC 9110 §5.3), and so is User-Agent where it is given. */
static void
test_order (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernOriginRequest) seen = NULL;
  const char *head;
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "GET", "/");
  ask_header (&ask, "x-SECOND", "b");
  ask_header (&ask, "X-First", "a");
  ask_header (&ask, "x-second", "c");
  ask_header (&ask, "user-agent", "mine");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  seen = tern_origin_get_request (origin, 0);
  head = tern_origin_request_head (seen);
  g_assert_true (g_str_has_prefix (head, "GET / HTTP/1.1\r\nHost: "));
  g_assert_nonnull (strstr (head, "x-SECOND: b\r\nX-First: a\r\nx-second: c\r\n"));
  g_assert_cmpuint (tern_origin_request_n_headers (seen, "User-Agent"), ==, 1);
  g_assert_cmpstr (tern_origin_request_header (seen, "User-Agent"), ==, "mine");
}

/* Userinfo and fragment never reach the wire. */
static void
test_target (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernOriginRequest) seen = NULL;
  g_autofree char *uri = g_strdup_printf ("HTTP://user:pass@127.0.0.1:%u/a%%20b;c?d=%%e4#fragment",
                                          tern_origin_get_port (origin));
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, NULL, "GET", uri);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  seen = tern_origin_get_request (origin, 0);
  g_assert_cmpstr (tern_origin_request_target (seen), ==, "/a%20b;c?d=%e4");
  g_assert_null (strstr (tern_origin_request_head (seen), "user"));
  g_assert_null (strstr (tern_origin_request_head (seen), "pass"));
  g_assert_null (strstr (tern_origin_request_head (seen), "fragment"));
}

static void
test_odd_methods (gboolean async, gconstpointer data)
{
  static const char *const methods[]
      = { "get",      "M-SEARCH", "!#$%&'*+-.^_`|~09az", "PATCH", "DELETE", "OPTIONS", "TRACE",
          "PROPFIND", "X" };
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "GET", "/");
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (TernOriginRequest) seen = NULL;

      tern_request_set_method (ask.request, methods[i]);
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "fine");
      seen = tern_origin_get_request (origin, i);
      g_assert_cmpstr (tern_origin_request_method (seen), ==, methods[i]);
      /* PATCH without a body says that there is nothing (RFC 9110 §8.6). */
      g_assert_cmpstr (tern_origin_request_header (seen, "Content-Length"), ==,
                       g_str_equal (methods[i], "PATCH") ? "0" : NULL);
    }
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

/* "Connection: close" of the program is honoured by ourselves too. */
static void
test_close (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "GET", "/");
  ask_header (&ask, "Connection", "x, Close");
  for (guint i = 1; i <= 2; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "fine");
      g_assert_cmpuint (tern_origin_n_connections (origin), ==, i);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad_uris); i++)
    {
      g_autofree char *path = g_strconcat ("/wire/input/uri/", bad_uris[i].name, NULL);

      tern_test_add_both (path, test_bad_uri, &bad_uris[i]);
    }
  tern_test_add_both ("/wire/input/bad-methods", test_bad_methods, NULL);
  tern_test_add_both ("/wire/input/bad-headers", test_bad_headers, NULL);
  tern_test_add_both ("/wire/input/nul-in-header", test_nul_in_header, NULL);
  tern_test_add_both ("/wire/input/frame-is-ours", test_frame_is_ours, NULL);
  tern_test_add_both ("/wire/input/no-body-no-frame", test_no_body_no_frame, NULL);
  tern_test_add_both ("/wire/input/order", test_order, NULL);
  tern_test_add_both ("/wire/input/target", test_target, NULL);
  tern_test_add_both ("/wire/input/odd-methods", test_odd_methods, NULL);
  tern_test_add_both ("/wire/input/close", test_close, NULL);
  return g_test_run ();
}
