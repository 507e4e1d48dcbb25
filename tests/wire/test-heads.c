/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heads of responses that must be refused, or read in the one way that RFC 9112 leaves. */
#include "ask.h"
#include "client/tern-client-private.h"

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
#define REST "\r\nContent-Length: 5\r\n\r\nhello"
#define STATUS(name, line) BAD (name, line REST, BAD_STATUS_LINE)
#define FIELD(name, line) BAD (name, "HTTP/1.1 200 OK\r\n" line REST, INVALID_HEADER)

static const Bad bad_heads[] = {
  /* RFC 9112 appendix C: nothing that does not say HTTP/1. is a response. */
  BAD ("http-0.9", "<html>hello</html>\n", BAD_STATUS_LINE),
  BAD ("other-protocol", "SSH-2.0-OpenSSH_9.2\r\n", BAD_STATUS_LINE),
  BAD ("no-line-end", "220 mail.example.test ESMTP", BAD_STATUS_LINE),
  BAD ("tls-alert", "\x15\x03\x01\x00\x02\x02\x46", BAD_STATUS_LINE),
  BAD ("nul-first", "\0HTTP/1.1 200 OK" REST, BAD_STATUS_LINE),
  STATUS ("icecast", "ICY 200 OK"),
  STATUS ("lower-case", "http/1.1 200 OK"),
  STATUS ("line-before", "\r\nHTTP/1.1 200 OK"),
  STATUS ("blank-before", " HTTP/1.1 200 OK"),
  STATUS ("no-version", "HTTP 200 OK"),
  STATUS ("minor-of-two-digits", "HTTP/1.10 200 OK"),
  STATUS ("minor-missing", "HTTP/1. 200 OK"),
  STATUS ("comma", "HTTP/1,1 200 OK"),
  BAD ("major-2", "HTTP/2.0 200 OK" REST, UNKNOWN_PROTOCOL),
  BAD ("major-0", "HTTP/0.9 200 OK" REST, UNKNOWN_PROTOCOL),
  BAD ("major-that-wraps", "HTTP/4294967297.1 200 OK" REST, UNKNOWN_PROTOCOL),
  STATUS ("two-spaces", "HTTP/1.1  200 OK"),
  STATUS ("tab", "HTTP/1.1\t200 OK"),
  STATUS ("two-digits", "HTTP/1.1 20 OK"),
  STATUS ("four-digits", "HTTP/1.1 2000 OK"),
  STATUS ("stuck-reason", "HTTP/1.1 200OK"),
  STATUS ("fraction", "HTTP/1.1 200.5 OK"),
  STATUS ("sign", "HTTP/1.1 +20 OK"),
  STATUS ("hex", "HTTP/1.1 0x5 OK"),
  STATUS ("status-that-wraps", "HTTP/1.1 4294967496 OK"),
  STATUS ("status-099", "HTTP/1.1 099 OK"),
  STATUS ("status-000", "HTTP/1.1 000 OK"),
  STATUS ("status-600", "HTTP/1.1 600 OK"),
  STATUS ("status-999", "HTTP/1.1 999 OK"),
  STATUS ("no-status", "HTTP/1.1 OK"),
  STATUS ("nothing", "HTTP/1.1 "),
  STATUS ("nul-in-reason", "HTTP/1.1 200 O\0K"),
  STATUS ("cr-in-reason", "HTTP/1.1 200 O\rK"),
  STATUS ("control-in-reason", "HTTP/1.1 200 O\x01K"),
  /* Fields: whatever might hide a field from one parser and show it to another. */
  FIELD ("nul-in-name", "X\0Y: 1"),
  FIELD ("nul-behind-name", "Transfer-Encoding\0: chunked"),
  FIELD ("nul-in-value", "X: a\0b"),
  FIELD ("cr-in-value", "X: a\rb"),
  FIELD ("cr-ends-line", "X: a\rTransfer-Encoding: chunked"),
  FIELD ("cr-in-name", "X\rY: 1"),
  FIELD ("control-in-value",
         "X: a\x01"
         "b"),
  FIELD ("delete-in-value", "X: a\x7f"),
  FIELD ("vertical-tab-in-value",
         "X: \x0b"
         "5"),
  FIELD ("blank-behind-name", "X : 1"),
  FIELD ("tab-behind-name", "X\t: 1"),
  FIELD ("blank-in-name", "X Y: 1"),
  FIELD ("blank-before-first", " X: 1"),
  FIELD ("tab-before-first", "\tX: 1"),
  FIELD ("empty-name", ": 1"),
  FIELD ("no-colon", "X"),
  FIELD ("brackets", "X(Y): 1"),
  FIELD ("eight-bit-name", "X\xe4: 1"),
  FIELD ("fold-of-name", "X: 1\r\nTransfer-Enc\r\n oding: chunked"),
};

/* Whatever is wrong, the program is told, once, and the connection is gone. */
static void
test_bad (gboolean async, gconstpointer data)
{
  const Bad *bad = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernFailure) failure = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, bad->bytes, (gssize)bad->length, TERN_ORIGIN_SCRIPT_DEFAULT);
  g_assert_false (ask_fetch (&ask, NULL));
  tern_test_assert_error (ask.error, TERN_ERROR, bad->code, "127.0.0.1");
  g_assert_null (ask.content);
  failure = tern_request_get_failure (ask.request);
  g_assert_cmpint (tern_failure_get_phase (failure), ==, TERN_PHASE_WAIT);
  /* The line that was refused can be shown: it is in the message, and holds no raw control byte. */
  g_assert_nonnull (tern_failure_get_line (failure));
  g_assert_nonnull (strstr (ask.error->message, tern_failure_get_line (failure)));
  for (const char *at = tern_failure_get_line (failure); *at; at++)
    g_assert_false (g_ascii_iscntrl (*at));
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (ask.client)), ==, 0);
  /* An answer that came, however bad, is no reason to ask again. */
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 1);
}

typedef struct
{
  const char *name;
  const char *bytes;
  TernError code;
} Cut;

static const Cut cut_heads[] = {
  { "nothing", "", TERN_ERROR_REMOTE_DISCONNECTED },
  { "one-byte", "H", TERN_ERROR_INCOMPLETE_READ },
  { "status-line", "HTTP/1.1 200 OK", TERN_ERROR_INCOMPLETE_READ },
  { "line-end", "HTTP/1.1 200 OK\r", TERN_ERROR_INCOMPLETE_READ },
  { "no-fields", "HTTP/1.1 200 OK\r\n", TERN_ERROR_INCOMPLETE_READ },
  { "field", "HTTP/1.1 200 OK\r\nContent-Len", TERN_ERROR_INCOMPLETE_READ },
  { "empty-line", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r", TERN_ERROR_INCOMPLETE_READ },
  { "after-interim", "HTTP/1.1 103 Early Hints\r\n\r\n", TERN_ERROR_INCOMPLETE_READ },
};

static void
test_cut (gboolean async, gconstpointer data)
{
  const Cut *cut = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, cut->bytes, -1, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  g_assert_false (ask_fetch (&ask, NULL));
  tern_test_assert_error (ask.error, TERN_ERROR, cut->code, "127.0.0.1");
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_WAIT);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 1);
}

static void
test_reset (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\n", -1, TERN_ORIGIN_SCRIPT_RESET_AFTER);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_io_error (&ask, CONNECTION_CLOSED, "waiting for the response");
}

typedef struct
{
  const char *name;
  const char *bytes;
  guint status;
  guint version;
  const char *reason;
  const char *field; /* the value of X */
} Good;

#define EMPTY "Content-Length: 0\r\n\r\n"

static const Good good_heads[] = {
  { "plain", "HTTP/1.1 200 OK\r\nX: a\r\n" EMPTY, 200, 11, "OK", "a" },
  { "no-reason", "HTTP/1.1 200 \r\n" EMPTY, 200, 11, "", NULL },
  { "no-reason-no-space", "HTTP/1.1 200\r\n" EMPTY, 200, 11, "", NULL },
  { "many-words", "HTTP/1.1 404 Not at  all\r\n" EMPTY, 404, 11, "Not at  all", NULL },
  { "latin-1-reason",
    "HTTP/1.1 200 Gr\xfc\xdf"
    "e\r\n" EMPTY,
    200, 11, "Grüße", NULL },
  { "http-1.0", "HTTP/1.0 200 OK\r\n" EMPTY, 200, 10, "OK", NULL },
  { "http-1.9", "HTTP/1.9 200 OK\r\n" EMPTY, 200, 11, "OK", NULL },
  { "status-599", "HTTP/1.1 599 X\r\n" EMPTY, 599, 11, "X", NULL },
  { "status-299", "HTTP/1.1 299 X\r\n" EMPTY, 299, 11, "X", NULL },
  { "bare-lf", "HTTP/1.1 200 OK\nX: a\nContent-Length: 0\n\n", 200, 11, "OK", "a" },
  { "trimmed", "HTTP/1.1 200 OK\r\nX: \t a b\t \r\n" EMPTY, 200, 11, "OK", "a b" },
  { "no-blank", "HTTP/1.1 200 OK\r\nX:a\r\n" EMPTY, 200, 11, "OK", "a" },
  { "empty-value", "HTTP/1.1 200 OK\r\nX:\r\n" EMPTY, 200, 11, "OK", "" },
  { "fold", "HTTP/1.1 200 OK\r\nX: a\r\n \t b\r\n" EMPTY, 200, 11, "OK", "a b" },
  { "fold-of-nothing", "HTTP/1.1 200 OK\r\nX: a\r\n  \r\n" EMPTY, 200, 11, "OK", "a" },
  { "repeated", "HTTP/1.1 200 OK\r\nX: a\r\nx: b\r\n" EMPTY, 200, 11, "OK", "a, b" },
  { "colons", "HTTP/1.1 200 OK\r\nX: :a: b\r\n" EMPTY, 200, 11, "OK", ":a: b" },
  { "utf-8", "HTTP/1.1 200 OK\r\nX: gr\xc3\xbc\r\n" EMPTY, 200, 11, "OK", "gr\xc3\xbc" },
  { "latin-1", "HTTP/1.1 200 OK\r\nX: gr\xfc\r\n" EMPTY, 200, 11, "OK", "gr\xc3\xbc" },
  { "odd-name", "HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~: q\r\nX: a\r\n" EMPTY, 200, 11, "OK", "a" },
};

static void
test_good (gboolean async, gconstpointer data)
{
  const Good *good = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autofree char *value = NULL;
  g_autofree char *location = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/a?b");
  tern_origin_push_script (origin, good->bytes, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, good->status, "");
  g_assert_cmpuint (tern_response_get_version (ask.response), ==, good->version);
  g_assert_cmpstr (tern_response_get_reason (ask.response), ==, good->reason);
  value = tern_response_get_header (ask.response, "x");
  g_assert_cmpstr (value, ==, good->field);
  location = tern_response_get_header (ask.response, "content-location");
  g_assert_cmpstr (location, ==, tern_request_get_uri (ask.request));
  g_assert_cmpstr (tern_response_get_uri (ask.response), ==, location);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bad_heads); i++)
    {
      g_autofree char *path = g_strconcat ("/wire/heads/bad/", bad_heads[i].name, NULL);

      tern_test_add_both (path, test_bad, &bad_heads[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (cut_heads); i++)
    {
      g_autofree char *path = g_strconcat ("/wire/heads/cut/", cut_heads[i].name, NULL);

      tern_test_add_both (path, test_cut, &cut_heads[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (good_heads); i++)
    {
      g_autofree char *path = g_strconcat ("/wire/heads/good/", good_heads[i].name, NULL);

      tern_test_add_both (path, test_good, &good_heads[i]);
    }
  tern_test_add_both ("/wire/heads/reset", test_reset, NULL);
  return g_test_run ();
}
