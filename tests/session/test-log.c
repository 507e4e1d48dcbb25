/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Debug output: what is told of a request, in which order, and what never is. */

#include "ask.h"
#include "names.h"
#include "session.h"

#include <string.h>
#include <tern/tern-enum-types.h>

#define CLOSE TERN_ORIGIN_SCRIPT_CLOSE_AFTER

typedef struct
{
  GString *lines; /* "nick: text" each, ports as PORT */
  GString *phases; /* with a blank before each */
  char *way;      /* of the last request */
  GThread *thread;
  TernRequest *request;
  guint16 port;
} Log;

static void
on_log (TernClient *client, TernRequest *request, TernLogEvent event, const char *text, Log *log)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (TERN_TYPE_LOG_EVENT);
  g_autofree char *port = g_strdup_printf ("%u", log->port);
  gsize start = log->lines->len;
  gsize at;

  g_assert_true (g_thread_self () == log->thread);
  g_assert_true (TERN_IS_REQUEST (request));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *c = text; *c; c++)
    g_assert_false (g_ascii_iscntrl (*c));
  /* The way through the stages is the same for all of these: one test looks at it. */
  if (event == TERN_LOG_EVENT_FLOW)
    {
      g_free (log->way);
      log->way = g_strdup (text);
      return;
    }
  if (event == TERN_LOG_EVENT_PHASE)
    {
      g_string_append_printf (log->phases, " %s", text);
      return;
    }
  if (event == TERN_LOG_EVENT_TIMING)
    text = "…";
  g_string_append_printf (log->lines, "%s: %s\n", g_enum_get_value (klass, event)->value_nick,
                          text);
  for (char *hit = strstr (log->lines->str + start, port); hit;
       hit = strstr (log->lines->str + at, port))
    {
      at = hit - log->lines->str;
      g_string_erase (log->lines, (gssize)at, (gssize)strlen (port));
      g_string_insert (log->lines, (gssize)at, "PORT");
      at += 4;
    }
}

static void
log_init (Log *self, Session *s)
{
  *self = (Log){ .lines = g_string_new (NULL),
                 .phases = g_string_new (NULL),
                 .thread = g_thread_self (),
                 .port = tern_origin_get_port (s->origin) };
  tern_client_set_user_agent (s->client, NULL);
  g_signal_connect (s->client, "log", G_CALLBACK (on_log), self);
}

static void
log_clear (Log *self)
{
  g_free (self->way);
  g_string_free (self->phases, TRUE);
  g_string_free (self->lines, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Log, log_clear)

#define log_assert(self, wanted)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_cmpstr ((self)->lines->str, ==, (wanted));                                            \
    g_string_truncate ((self)->lines, 0);                                                          \
  }                                                                                                \
  G_STMT_END
#define log_assert_has(self, line) g_assert_nonnull (strstr ((self)->lines->str, (line)))

/* A plain origin's answer with nothing in it that changes. */
static void
answer (Session *s, const char *text)
{
  tern_origin_push_script (s->origin, text, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
}

static void
test_exchange (gboolean async, gconstpointer data)
{
  g_auto (Session) s;
  g_auto (Log) log;

  session_init (&s, async);
  log_init (&log, &s);
  answer (&s, "HTTP/1.1 100 Continue\r\n\r\n"
              "HTTP/1.1 200 Fine\r\nContent-Length: 4\r\nSet-Cookie: id=SECRET\r\n\r\nbody");
  session_ask (&s, "POST", "/x?q=1");
  tern_request_set_accept_encoding (s.request, FALSE);
  session_header (&s, "Authorization", "Basic SECRET");
  session_header (&s, "cookie", "SECRET");
  session_header (&s, "Referer", "http://SECRET:SECRET@a.example/");
  session_body (&s, "SECRET");
  session_fetch (&s);
  session_assert (&s, 200, "body");
  log_assert (&log, "connect: (127.0.0.1, PORT)\n"
                    "send: 'POST /x?q=1 HTTP/1.1\\r\\nHost: 127.0.0.1:PORT\\r\\n"
                    "Content-Length: 6\\r\\nAuthorization: Basic ***\\r\\ncookie: ***\\r\\n"
                    "Referer: http://***@a.example/\\r\\nContent-Type: text/plain\\r\\n\\r\\n'\n"
                    "reply: 'HTTP/1.1 100 Continue'\n"
                    "reply: 'HTTP/1.1 200 Fine'\n"
                    "header: Content-Length: 4\n"
                    "header: Set-Cookie: ***\n"
                    "body: 6 bytes sent\n"
                    "timing: …\n"
                    "body: 4 bytes received\n");
  g_assert_cmpstr (log.way, ==,
                   "POST /x?q=1: v redirect, v auth, v coding, v cache, v proxy-auth, v retry, "
                   "= exchange, ^ retry, ^ proxy-auth, ^ cache, ^ coding, ^ auth, ^ redirect");
  /* The same connection once more. */
  answer (&s, "HTTP/1.1 204 None\r\nX: a\x1b[1m\r\n\r\n");
  session_ask (&s, "GET", "/y");
  session_fetch (&s);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_INVALID_HEADER, NULL);
  log_assert_has (&log, "pool: kept connection to (127.0.0.1, PORT)\n");
  log_assert_has (&log, "error: ");
}

/* Bytes above 0x7F of a header. */
static void
test_hostile (gboolean async, gconstpointer data)
{
  g_auto (Session) s;
  g_auto (Log) log;

  session_init (&s, async);
  log_init (&log, &s);
  answer (&s, "HTTP/1.1 200 \xff\xc2\x85\r\nX: \xe2\x80\xae\xff\r\nContent-Length: 0\r\n\r\n");
  session_ask (&s, "GET", "/x");
  session_fetch (&s);
  session_assert (&s, 200, "");
}

/* An error quotes the line that it is about, which may be meant as a secret field: of an origin,
 * and of a proxy that is asked for a tunnel. */
static void
test_quoted (gboolean async, gconstpointer data)
{
  static const char *const lines[] = { "Set-Cookie: SECRET\x01", "Set-Cookie : SECRET",
                                       " Set-Cookie: SECRET", "Authentication-Info SECRET" };
  g_autoptr (TernProxy) proxy = NULL;
  g_auto (Session) s;
  g_auto (Log) log;

  session_init (&s, async);
  log_init (&log, &s);
  proxy = tern_proxy_new (TERN_PROXY_HTTP, "127.0.0.1", tern_origin_get_port (s.origin));
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *text = g_strdup_printf ("HTTP/1.1 200 OK\r\n%s\r\n\r\n", lines[i / 2]);

      tern_client_set_proxy (s.client, i % 2 ? proxy : NULL);
      answer (&s, text);
      session_ask (&s, "GET", i % 2 ? "https://a.example/" : "/x");
      session_fetch (&s);
      session_assert_error (&s, TERN_ERROR,
                            i % 2 ? TERN_ERROR_PROXY_TUNNEL : TERN_ERROR_INVALID_HEADER, NULL);
      g_assert_nonnull (strstr (tern_failure_get_line (session_failure (&s)), "SECRET"));
      log_assert_has (&log, "error: ");
      log_assert_has (&log, "***");
      g_assert_null (strstr (log.lines->str, "SECRET"));
      g_string_truncate (log.lines, 0);
    }
}

static void
test_redirect (gboolean async, gconstpointer data)
{
  g_auto (Session) s;
  g_auto (Log) log;

  session_init (&s, async);
  log_init (&log, &s);
  answer (&s, "HTTP/1.1 302 Found\r\nLocation: http://u:SECRET@127.0.0.1:1/\r\n"
              "Content-Length: 0\r\n\r\n");
  session_ask (&s, "GET", "/x");
  session_fetch (&s);
  session_assert_error (&s, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, NULL);
  g_assert_null (strstr (log.lines->str, "SECRET"));
  log_assert_has (&log, "header: Location: http://***@127.0.0.1:1/\n");
  log_assert_has (&log, "redirect: 302 to GET http://127.0.0.1:1/\n");
  log_assert_has (&log, "connect: (127.0.0.1, 1)\n");
  log_assert_has (&log, "connect-failed: (127.0.0.1, 1) ");
  log_assert_has (&log, "retry: ");
  log_assert_has (&log, "\nerror: ");
}

static void
test_auth (gboolean async, gconstpointer data)
{
  g_auto (Session) s;
  g_auto (Log) log;

  session_init (&s, async);
  log_init (&log, &s);
  tern_client_add_credentials (s.client, "user", "secret", NULL);
  session_get (&s, "/basic", 200, NULL);
  log_assert_has (&log, "auth: round 1, answered with Basic\n");
  log_assert_has (&log, "Authorization: Basic ***");
  g_assert_null (strstr (log.lines->str, "dXNlcjpzZWNyZXQ="));
  tern_client_clear_credentials (s.client);
  session_get (&s, "/basic", 401, NULL);
  log_assert_has (&log, "auth: round 1, nothing left to answer with\n");
}

static void
test_cache (gboolean async, gconstpointer data)
{
  g_autoptr (TernCacheStore) store = tern_cache_store_open ("memory:", NULL);
  g_auto (Session) s;
  g_auto (Log) log;

  session_init (&s, async);
  log_init (&log, &s);
  tern_client_set_cache_store (s.client, store);
  session_get (&s, "/cached", 200, TERN_ORIGIN_DEMO_TEXT);
  log_assert_has (&log, "cache: /cached: ");
  log_assert_has (&log, "stored");
  g_string_truncate (log.lines, 0);
  session_get (&s, "/cached", 200, TERN_ORIGIN_DEMO_TEXT);
  g_assert_true (g_str_has_prefix (log.lines->str, "cache: /cached: "));
  log_assert_has (&log, "hit");
  g_assert_null (strstr (log.lines->str, "connect"));
}

/* Bodies that the program reads itself. */
static void
test_bodies (gboolean async, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  g_auto (Session) s;
  g_auto (Log) log;

  session_init (&s, async);
  log_init (&log, &s);
  session_ask (&s, "GET", "/chunked");
  session_send (&s);
  g_assert_null (strstr (log.lines->str, "received"));
  body = session_read_all (&s, &error);
  g_assert_no_error (error);
  log_assert_has (&log, "body: 21 bytes received\n");
  g_string_truncate (log.lines, 0);
  tern_origin_push_script (s.origin, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", -1, CLOSE);
  session_ask (&s, "GET", "/x");
  session_send (&s);
  g_assert_null (strstr (log.lines->str, "error: "));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) cut = NULL;

      g_assert_null (session_read_all (&s, &cut));
      g_assert_error (cut, TERN_ERROR, TERN_ERROR_INCOMPLETE_READ);
    }
  g_assert_nonnull (strstr (log.lines->str, "error: "));
  g_assert_null (strstr (strstr (log.lines->str, "error: ") + 1, "error: "));
}

/* What comes of nothing: a URI that is none, a name that is not known, a call that is cancelled. */
static void
test_failures (gboolean async, gconstpointer data)
{
  g_autofree char *uri = names_uri ("/");
  g_autoptr (Names) names = NULL;
  g_auto (Session) s;
  g_auto (Log) log;

  session_init (&s, async);
  log_init (&log, &s);
  session_ask (&s, "GET", "http://u:SECRET@127.0.0.1:port/");
  session_fetch (&s);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_INVALID_URL, NULL);
  g_assert_true (g_str_has_prefix (log.lines->str, "error: "));
  g_assert_null (strstr (log.lines->str, "SECRET"));
  g_string_truncate (log.lines, 0);
  names = names_new (s.client);
  names->fails = TRUE;
  session_ask (&s, "GET", uri);
  session_fetch (&s);
  session_assert_error (&s, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND, NULL);
  log_assert_has (&log, "connect: (" NAMES_HOST ", ");
  log_assert_has (&log, "connect-failed: (" NAMES_HOST ", ");
}

/* Who looks at it learns what it waits for just now. */
static void
test_phases (gboolean async, gconstpointer data)
{
  g_autofree char *uri = names_uri ("/");
  g_autoptr (Names) names = NULL;
  g_auto (Session) s;
  g_auto (Log) log;

  session_init (&s, async);
  log_init (&log, &s);
  session_get (&s, "/plain", 200, TERN_ORIGIN_DEMO_TEXT);
  g_assert_true (g_str_has_prefix (log.phases->str, " queue "));
  g_assert_true (g_str_has_suffix (log.phases->str, " send wait"));
  g_assert_null (strstr (log.phases->str, "resolve"));
  names = names_new (s.client);
  names->hangs = TRUE;
  tern_client_set_total_timeout (s.client, 0.2);
  session_ask (&s, "GET", uri);
  session_fetch (&s);
  session_assert_error (&s, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NULL);
  g_assert_true (g_str_has_suffix (log.phases->str, " queue resolve"));
}

static void
test_tls (gboolean async, gconstpointer data)
{
  g_autoptr (TernTestCerts) certs = tern_test_certs_new ();
  g_autoptr (TernOrigin) origin
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_DEFAULT);
  g_autofree char *uri = tern_origin_uri (origin, "/");
  g_auto (Session) s;
  g_auto (Log) log;

  session_init (&s, async);
  log_init (&log, &s);
  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  tern_client_set_ca_file (s.client, tern_test_certs_get_ca_file (certs));
  session_ask (&s, "GET", uri);
  session_fetch (&s);
  session_assert (&s, 200, "fine");
  log_assert_has (&log, "tls: TLS 1.3, ");
}

static void
ask_at_each_level (void)
{
  g_auto (Session) s;

  session_init (&s, FALSE);
  for (guint level = 0; level <= 2; level++)
    {
      answer (&s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      tern_client_set_debug_level (s.client, level);
      session_get (&s, "/x", 200, "");
      if (level == 0)
        tern_client_close (s.client);
    }
}

/* The level says what is printed, and the signal is not needed for it. */
static void
test_stderr (void)
{
  if (g_test_subprocess ())
    {
      ask_at_each_level ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("connect: (127.0.0.1, *)\nsend: 'GET /x HTTP/1.1\\r\\n*'\n"
                             "reply: 'HTTP/1.1 200 OK'\nheader: Content-Length: 0\n"
                             "pool: kept connection to (127.0.0.1, *)\nsend: '*'\n"
                             "reply: 'HTTP/1.1 200 OK'\nheader: Content-Length: 0\n"
                             "timing: queue *\n");
}

static void
test_property (void)
{
  g_autoptr (TernClient) client = tern_client_new ();
  guint level = 9;

  g_object_get (client, "debug-level", &level, NULL);
  g_assert_cmpuint (level, ==, 0);
  tern_client_set_debug_level (client, 2);
  g_assert_cmpuint (tern_client_get_debug_level (client), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/log/exchange", test_exchange, NULL);
  tern_test_add_both ("/log/hostile", test_hostile, NULL);
  tern_test_add_both ("/log/quoted", test_quoted, NULL);
  tern_test_add_both ("/log/redirect", test_redirect, NULL);
  tern_test_add_both ("/log/auth", test_auth, NULL);
  tern_test_add_both ("/log/cache", test_cache, NULL);
  tern_test_add_both ("/log/bodies", test_bodies, NULL);
  tern_test_add_both ("/log/failures", test_failures, NULL);
  tern_test_add_both ("/log/phases", test_phases, NULL);
  tern_test_add_both ("/log/tls", test_tls, NULL);
  g_test_add_func ("/log/stderr", test_stderr);
  g_test_add_func ("/log/property", test_property);
  return g_test_run ();
}
