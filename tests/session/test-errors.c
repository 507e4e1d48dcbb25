/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Errors as responses: every kind of failure that an origin or a program can cause. */

#include "ask.h"
#include "names.h"
#include "session.h"

#include <string.h>

/* What comes instead of an error is what the error said: the same request is made both ways. */
typedef struct
{
  const char *name;
  const char *method;
  const char *path; /* or a whole URI; NULL: "/x", with the answer */
  const char *answer;
  TernOriginScriptFlags flags;
  int code;
} Case;

#define CLOSE TERN_ORIGIN_SCRIPT_CLOSE_AFTER

static const Case cases[] = {
  { "missing-location", "GET", NULL, "HTTP/1.1 302 Found\r\nContent-Length: 3\r\n\r\nwhy", 0,
    TERN_ERROR_REDIRECT_MISSING_LOCATION },
  { "decompress", "GET", NULL,
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nwhy", 0,
    TERN_ERROR_DECOMPRESS_FAILED },
  { "relative", "GET", "relative/path", NULL, 0, TERN_ERROR_RELATIVE_URI },
  { "invalid-url", "GET", "http://127.0.0.1:port/", NULL, 0, TERN_ERROR_INVALID_URL },
  { "scheme", "GET", "gopher://127.0.0.1/", NULL, 0, TERN_ERROR_UNSUPPORTED_SCHEME },
  { "method", "BAD METHOD", "/plain", NULL, 0, TERN_ERROR_INVALID_METHOD },
  { "malformed-location", "GET", NULL,
    "HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", 0,
    TERN_ERROR_MALFORMED_HEADER },
  { "protocol", "GET", NULL, "HTTP/3.0 200 OK\r\n\r\n", CLOSE, TERN_ERROR_UNKNOWN_PROTOCOL },
  { "transfer-encoding", "GET", NULL, "HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\n", CLOSE,
    TERN_ERROR_UNKNOWN_TRANSFER_ENCODING },
  { "incomplete-head", "GET", NULL, "HTTP/1.1 200 OK\r\nContent", CLOSE,
    TERN_ERROR_INCOMPLETE_READ },
  { "incomplete-body", "GET", NULL, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", CLOSE,
    TERN_ERROR_INCOMPLETE_READ },
  { "status-line", "GET", NULL, "SSH-2.0-x\r\n", CLOSE, TERN_ERROR_BAD_STATUS_LINE },
  { "disconnected", "POST", NULL, "", CLOSE, TERN_ERROR_REMOTE_DISCONNECTED },
  { "header", "GET", NULL, "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", CLOSE,
    TERN_ERROR_INVALID_HEADER },
  { "headers", "GET", NULL, "HTTP/1.1 200 OK\r\na: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\ne: 5\r\n\r\n",
    CLOSE, TERN_ERROR_TOO_MANY_HEADERS },
  { "framing", "GET", NULL, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    CLOSE, TERN_ERROR_BAD_FRAMING },
  { "chunk", "GET", NULL, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", CLOSE,
    TERN_ERROR_BAD_FRAMING },
};

static void
ask_case (Session *s, const Case *what)
{
  if (what->answer)
    tern_origin_push_script (s->origin, what->answer, -1, what->flags);
  session_ask (s, what->method, what->path ? what->path : "/x");
  session_fetch (s);
}

static void
test_case (gboolean async, gconstpointer data)
{
  const Case *what = data;
  const gboolean carried = what->code == TERN_ERROR_REDIRECT_MISSING_LOCATION
                           || what->code == TERN_ERROR_DECOMPRESS_FAILED;
  g_autofree char *message = NULL;
  TernPhase phase;
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_max_header_count (s.client, 4);
  ask_case (&s, what);
  session_assert_error (&s, TERN_ERROR, what->code, NULL);
  message = g_strdup (s.error->message);
  phase = tern_failure_get_phase (session_failure (&s));
  tern_client_close (s.client);
  tern_client_set_errors_as_responses (s.client, TRUE);
  ask_case (&s, what);
  if (carried)
    {
      session_assert (&s, 500, what->code == TERN_ERROR_DECOMPRESS_FAILED ? "" : "why");
      g_assert_cmpstr (tern_response_get_reason (s.response), ==, message);
      session_assert_header (&s, "status", strstr (what->answer, "302") ? "302" : "200");
      g_assert_cmpuint (tern_response_get_status (tern_failure_get_response (session_failure (&s))),
                        ==, strstr (what->answer, "302") ? 302 : 200);
    }
  else
    {
      session_assert (&s, 400, message);
      g_assert_cmpstr (tern_response_get_reason (s.response), ==, "Bad Request");
      session_assert_header (&s, "status", "400");
      session_assert_header (&s, "Content-Type", "text/plain");
    }
  g_assert_null (s.error);
  g_assert_nonnull (session_failure (&s));
  g_assert_cmpint (tern_failure_get_phase (s.failure), ==, phase);
  g_assert_null (tern_response_get_previous (s.response));
  /* And what does not fail has no failure. */
  session_get (&s, "/plain", 200, TERN_ORIGIN_DEMO_TEXT);
  g_assert_null (session_failure (&s));
}

/* The text is in the stream as well; what the redirect had for a body too. */
static void
test_send (gboolean async, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_errors_as_responses (s.client, TRUE);
  session_ask (&s, "GET", "relative");
  session_send (&s);
  session_assert (&s, 400, NULL);
  text = session_read_all (&s, &error);
  g_assert_no_error (error);
  g_assert_nonnull (
      g_strstr_len (g_bytes_get_data (text, NULL), g_bytes_get_size (text), "relative"));
  tern_origin_push_script (s.origin, "HTTP/1.1 302 Found\r\nContent-Length: 3\r\n\r\nwhy", -1, 0);
  session_ask (&s, "GET", "/x");
  session_send (&s);
  session_assert (&s, 500, NULL);
  body = session_read_all (&s, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "why", 3);
  /* It was read to its end, so its connection is good for the next. */
  session_get (&s, "/plain", 200, TERN_ORIGIN_DEMO_TEXT);
  g_assert_cmpuint (tern_origin_n_connections (s.origin), ==, 1);
}

/* What fails while the program reads is an error of the read, not of the call. */
static void
test_send_body (gboolean async, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_errors_as_responses (s.client, TRUE);
  tern_origin_push_script (s.origin, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", -1, CLOSE);
  session_ask (&s, "GET", "/x");
  session_send (&s);
  session_assert (&s, 200, NULL);
  g_assert_null (session_read_all (&s, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INCOMPLETE_READ);
}

/* The redirect that leads nowhere has a body that is cut short: that is the error then. */
static void
test_broken_twice (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_errors_as_responses (s.client, TRUE);
  tern_origin_push_script (s.origin, "HTTP/1.1 302 Found\r\nContent-Length: 9\r\n\r\nwhy", -1,
                           CLOSE);
  session_ask (&s, "GET", "/x");
  session_fetch (&s);
  session_assert (&s, 400, NULL);
  g_assert_cmpint (tern_failure_get_expected (session_failure (&s)), ==, 9);
  g_assert_cmpint (tern_failure_get_received (s.failure), ==, 3);
  tern_origin_push_script (
      s.origin, "HTTP/1.1 302 Found\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nwhy", -1,
      0);
  session_ask (&s, "GET", "/x");
  session_fetch (&s);
  session_assert (&s, 500, "");
  session_assert_header (&s, "-content-encoding", "gzip");
}

static void
assert_hops (TernResponse *hop, guint first, guint last)
{
  for (guint left = first; left <= last; left++)
    {
      g_autofree char *path = g_strdup_printf ("/redirect-chain?n=%u", left);

      g_assert_nonnull (hop);
      g_assert_cmpuint (tern_response_get_status (hop), ==, 302);
      g_assert_true (g_str_has_suffix (tern_response_get_uri (hop), path));
      hop = tern_response_get_previous (hop);
    }
  g_assert_null (hop);
}

static void
test_redirect_limit (gboolean async, gconstpointer data)
{
  g_autofree char *location = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_errors_as_responses (s.client, TRUE);
  session_ask (&s, "GET", "/redirect-chain?n=6");
  session_fetch (&s);
  session_assert (&s, 500, NULL);
  g_assert_nonnull (strstr (tern_response_get_reason (s.response), "limit"));
  session_assert_header (&s, "status", "302");
  location = tern_response_get_header (s.response, "Location");
  g_assert_nonnull (location);
  g_assert_true (g_str_has_suffix (tern_response_get_uri (s.response), "/redirect-chain?n=1"));
  assert_hops (tern_response_get_previous (s.response), 2, 6);
}

/* The bound behind all bounds has the chain as well. */
static void
test_endless (gboolean async, gconstpointer data)
{
  guint hops = 0;
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_errors_as_responses (s.client, TRUE);
  tern_client_set_max_redirects (s.client, 1000);
  tern_origin_add_reply (s.origin, "/loop", 307, "Location: /loop\r\n", "round");
  session_ask (&s, "GET", "/loop");
  session_fetch (&s);
  session_assert (&s, 500, NULL);
  session_assert_header (&s, "status", "307");
  for (TernResponse *hop = s.response; hop; hop = tern_response_get_previous (hop))
    hops++;
  g_assert_cmpuint (hops, ==, tern_origin_n_requests (s.origin));
}

/* Without a response of its own the last hop still has those that led to it. */
static void
test_chain (gboolean async, gconstpointer data)
{
  g_auto (Session) s;

  session_init (&s, async);
  for (guint i = 0; i < 2; i++)
    {
      tern_client_set_errors_as_responses (s.client, i == 1);
      tern_origin_push_script (s.origin,
                               "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
                               "Content-Length: 0\r\n\r\n",
                               -1, 0);
      session_ask (&s, "GET", "/redirect-chain?n=1");
      session_fetch (&s);
      if (i == 0)
        session_assert_error (&s, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, NULL);
      else
        {
          session_assert (&s, 400, NULL);
          g_assert_cmpstr (tern_response_get_uri (s.response), ==, "http://127.0.0.1:1/");
          session_assert_header (&s, "content-location", "http://127.0.0.1:1/");
          assert_hops (tern_response_get_previous (s.response), 1, 1);
        }
      assert_hops (tern_failure_get_previous (session_failure (&s)), 1, 1);
      g_assert_null (tern_failure_get_response (s.failure));
    }
}

static void
test_timeouts (gboolean async, gconstpointer data)
{
  static const char *const answers[] = { "", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf" };
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_errors_as_responses (s.client, TRUE);
  tern_client_set_timeout (s.client, 0.1);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *text = NULL;

      tern_origin_push_script (s.origin, answers[i], -1, TERN_ORIGIN_SCRIPT_HANG_AFTER);
      session_ask (&s, "GET", "/x");
      session_fetch (&s);
      session_assert (&s, 408, NULL);
      g_assert_cmpstr (tern_response_get_reason (s.response), ==, "Request Timeout");
      session_assert_header (&s, "status", "408");
      session_assert_header (&s, "Content-Type", "text/plain");
      text = g_strndup (g_bytes_get_data (s.content, NULL), g_bytes_get_size (s.content));
      g_assert_true (g_str_has_prefix (text, "Request Timeout"));
      g_assert_nonnull (strstr (text, "127.0.0.1"));
      g_assert_cmpint (tern_failure_get_phase (session_failure (&s)), ==,
                       i == 0 ? TERN_PHASE_WAIT : TERN_PHASE_RECEIVE);
    }
}

static void
test_cancelled (gboolean async, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_errors_as_responses (ask.client, TRUE);
  g_cancellable_cancel (cancellable);
  ask_fetch (&ask, cancellable);
  ask_assert_io_error (&ask, CANCELLED, NULL);
}

/* A stream that cannot be sent again, and a body that is no file. */
static void
test_bodies (gboolean async, gconstpointer data)
{
  g_autoptr (GInputStream) stream = session_stream ("once", FALSE);
  g_autoptr (GFile) folder = g_file_new_for_path (g_get_tmp_dir ());
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_errors_as_responses (s.client, TRUE);
  tern_client_set_follow_all_redirects (s.client, TRUE);
  tern_origin_add_reply (s.origin, "/again", 307, "Location: /echo\r\n", "not read");
  session_ask (&s, "PUT", "/again");
  tern_request_set_body_stream (s.request, NULL, stream, 4);
  session_fetch (&s);
  session_assert (&s, 400, NULL);
  g_assert_cmpuint (tern_response_get_status (tern_failure_get_response (session_failure (&s))), ==,
                    307);
  session_ask (&s, "PUT", "/echo");
  tern_request_set_body_file (s.request, NULL, folder);
  session_fetch (&s);
  session_assert (&s, 400, NULL);
}

static void
test_tls (gboolean async, gconstpointer data)
{
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernOrigin) untrusted
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_DEFAULT);
  g_autoptr (TernOrigin) broken
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_ALERT);
  g_auto (Ask) ask;

  ask_init (&ask, async, untrusted, "GET", "/");
  tern_client_set_errors_as_responses (ask.client, TRUE);
  g_assert_true (ask_fetch (&ask, NULL));
  ask_assert_ok (&ask, 400, NULL);
  tern_client_set_ca_file (ask.client, tern_test_certs_get_ca_file (certs));
  ask_again (&ask, broken, "GET", "/");
  g_assert_true (ask_fetch (&ask, NULL));
  ask_assert_ok (&ask, 400, NULL);
}

static void
test_limits (gboolean async, gconstpointer data)
{
  g_autofree char *long_line = g_strnfill (70 * 1024, 'x');
  g_autofree char *head = g_strconcat ("HTTP/1.1 200 OK\r\nX: ", long_line, "\r\n\r\n", NULL);
  g_auto (Session) s;

  session_init (&s, async);
  tern_client_set_errors_as_responses (s.client, TRUE);
  tern_origin_push_script (s.origin, head, -1, CLOSE);
  session_ask (&s, "GET", "/x");
  session_fetch (&s);
  session_assert (&s, 400, NULL);
  g_assert_nonnull (tern_failure_get_line (session_failure (&s)));
  tern_client_set_decode_limit (s.client, 5);
  session_ask (&s, "GET", "/gzip");
  session_fetch (&s);
  session_assert (&s, 400, NULL);
}

/* A failure that the cache has an answer for is none, and one that it has none for leaves nothing
 * behind. */
static void
test_cache (gboolean async, gconstpointer data)
{
  g_autoptr (TernCacheStore) store = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  store = tern_cache_store_open ("memory:", &error);
  g_assert_no_error (error);
  tern_client_set_cache_store (s.client, store);
  tern_client_set_errors_as_responses (s.client, TRUE);
  tern_origin_push_script (
      s.origin, "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 99\r\n\r\nhalf",
      -1, CLOSE);
  session_ask (&s, "GET", "/cached");
  session_fetch (&s);
  session_assert (&s, 400, NULL);
  g_assert_false (tern_response_get_from_cache (s.response));
  session_get (&s, "/cached", 200, TERN_ORIGIN_DEMO_TEXT);
  g_assert_false (tern_response_get_from_cache (s.response));
  session_get (&s, "/cached", 200, TERN_ORIGIN_DEMO_TEXT);
  g_assert_true (tern_response_get_from_cache (s.response));
}

static void
test_names (gboolean async, gconstpointer data)
{
  g_autofree char *uri = names_uri ("/");
  g_autoptr (Names) names = NULL;
  g_auto (Session) s;

  session_init (&s, async);
  names = names_new (s.client);
  names->fails = TRUE;
  tern_client_set_errors_as_responses (s.client, TRUE);
  session_ask (&s, "GET", uri);
  session_fetch (&s);
  session_assert (&s, 400, NULL);
  g_assert_nonnull (
      g_strstr_len (g_bytes_get_data (s.content, NULL), g_bytes_get_size (s.content), NAMES_HOST));
  g_assert_cmpint (tern_failure_get_phase (session_failure (&s)), ==, TERN_PHASE_RESOLVE);
}

static void
test_property (void)
{
  g_autoptr (TernClient) client = tern_client_new ();
  gboolean value = TRUE;

  g_object_get (client, "errors-as-responses", &value, NULL);
  g_assert_false (value);
  tern_client_set_errors_as_responses (client, TRUE);
  g_assert_true (tern_client_get_errors_as_responses (client));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/errors/case/", cases[i].name, NULL);

      tern_test_add_both (path, test_case, &cases[i]);
    }
  tern_test_add_both ("/errors/send", test_send, NULL);
  tern_test_add_both ("/errors/send-body", test_send_body, NULL);
  tern_test_add_both ("/errors/broken-twice", test_broken_twice, NULL);
  tern_test_add_both ("/errors/redirect-limit", test_redirect_limit, NULL);
  tern_test_add_both ("/errors/endless", test_endless, NULL);
  tern_test_add_both ("/errors/chain", test_chain, NULL);
  tern_test_add_both ("/errors/timeouts", test_timeouts, NULL);
  tern_test_add_both ("/errors/cancelled", test_cancelled, NULL);
  tern_test_add_both ("/errors/bodies", test_bodies, NULL);
  tern_test_add_both ("/errors/tls", test_tls, NULL);
  tern_test_add_both ("/errors/limits", test_limits, NULL);
  tern_test_add_both ("/errors/names", test_names, NULL);
  tern_test_add_both ("/errors/cache", test_cache, NULL);
  g_test_add_func ("/errors/property", test_property);
  return g_test_run ();
}
