/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proxies that refuse, talk nonsense, hang, close or never stop: each ends before its deadline with
 * an error that names the proxy, and the origin never hears of it. */
#include <string.h>

#include "names.h"
#include "proxied.h"

#define HEAD "HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n"

static TernTestCerts *certs;

static void
init (Ask *ask, gboolean async, TernOrigin *origin)
{
  ask_init (ask, async, origin, "GET", "/");
  tern_client_set_ca_file (ask->client, tern_test_certs_get_ca_file (certs));
}

/* It failed while the proxy was connected to, whose name the message has. */
static void
assert_blamed (Ask *ask, guint16 port)
{
  g_autofree char *place = g_strdup_printf (":%u: ", port);

  g_assert_nonnull (ask->error);
  g_assert_nonnull (strstr (ask->error->message, "While connecting to proxy "));
  g_assert_nonnull (strstr (ask->error->message, place));
}

/* --- refusals --- */

static void
test_refused (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = tern_origin_new ();
  g_autoptr (TernOrigin) origin = proxied_new_origin (certs);
  g_autoptr (TernProxy) used = NULL;
  g_autoptr (TernFailure) failure = NULL;
  TernResponse *response;
  g_autoptr (GBytes) body = NULL;
  g_auto (Ask) ask;

  tern_origin_add_reply (proxy, "", 403, "X-Why: rules\r\n", "not from here");
  init (&ask, async, origin);
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, PROXY_TUNNEL, "403");
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_CONNECT);
  failure = tern_request_get_failure (ask.request);
  response = tern_failure_get_response (failure);
  g_assert_nonnull (response);
  g_assert_cmpuint (tern_response_get_status (response), ==, 403);
  g_assert_cmpstr (tern_headers_get (tern_response_get_headers (response), "x-why"), ==, "rules");
  body = tern_response_read_all (response, NULL, NULL);
  tern_test_assert_bytes (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "not from here",
                          -1);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 0);
  /* Once asked, and that connection is no other's. */
  g_assert_cmpuint (tern_origin_n_requests (proxy), ==, 1);
  g_assert_true (tern_origin_wait_n_open (proxy, 0, 5000));
}

/* A page that does not end is not waited for longer than two seconds, whatever the clocks say. */
static void
test_endless_page (gboolean async, gconstpointer data)
{
  static const char page[] = "HTTP/1.1 503 Busy\r\nContent-Length: 99\r\n\r\ncome back";
  g_autoptr (TernOrigin) proxy = tern_origin_new ();
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  tern_origin_push_script (proxy, page, -1, TERN_ORIGIN_SCRIPT_HANG_AFTER);
  init (&ask, async, NULL);
  ask_again (&ask, NULL, "GET", "https://origin.example/");
  tern_client_set_timeout (ask.client, 0.1);
  tern_client_set_connect_timeout (ask.client, 0.3);
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, PROXY_TUNNEL, "503 Busy");
  g_assert_cmpfloat (ask.ms, <, 1500 * ask_slack ());
}

/* --- nonsense --- */

typedef struct
{
  const char *name;
  const char *bytes;
} Bad;

static const Bad bad_answers[] = {
  { "nothing", "" },
  { "http-0.9", "<html>\n" },
  { "socks", "\x05\xFF" },
  { "http-2", "HTTP/2.0 200 OK\r\n\r\n" },
  { "status", "HTTP/1.1 2000 OK\r\n\r\n" },
  { "field", "HTTP/1.1 200 OK\r\nA b: c\r\n\r\n" },
  { "cut", "HTTP/1.1 200 OK\r\nVia:" },
  { "switching", "HTTP/1.1 101 Go\r\nUpgrade: tls\r\n\r\n" },
};

static void
test_bad_answer (gboolean async, gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (TernOrigin) proxy = tern_origin_new ();
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  tern_origin_push_script (proxy, row->bytes, -1, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  init (&ask, async, NULL);
  ask_again (&ask, NULL, "GET", "https://origin.example/");
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, PROXY_TUNNEL, "origin.example:443");
  assert_blamed (&ask, tern_origin_get_port (proxy));
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_CONNECT);
  g_assert_cmpuint (tern_origin_n_connections (proxy), ==, 1);
}

/* After each byte of a good answer. */
static void
test_close_at_each_byte (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = tern_origin_new ();
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  init (&ask, async, NULL);
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  for (gsize n = 0; n < strlen (HEAD); n++)
    {
      tern_origin_push_script (proxy, HEAD, n, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
      ask_again (&ask, NULL, "GET", "https://origin.example/");
      g_assert_false (ask_fetch (&ask, NULL));
      ask_assert_tern_error (&ask, PROXY_TUNNEL, "origin.example:443");
    }
  /* All of it, and then nobody: now it is TLS that has no partner. */
  tern_origin_push_script (proxy, HEAD, -1, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TLS, NULL);
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_TLS);
}

/* What a proxy slips in behind its answer is what TLS reads, and TLS will have none of it. */
static void
test_injected (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = tern_origin_new ();
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  tern_origin_push_script (proxy, HEAD "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", -1,
                           TERN_ORIGIN_SCRIPT_HANG_AFTER);
  init (&ask, async, NULL);
  ask_again (&ask, NULL, "GET", "https://origin.example/");
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TLS, "origin.example");
}

/* --- without an end --- */

static void
flood (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const char *piece = data;

  tern_origin_write (conn, "HTTP/1.1 100 Go on\r\n", -1);
  for (guint i = 0; i < (1 << 20) / 64; i++)
    if (!tern_origin_write (conn, piece, -1))
      break;
  tern_origin_close (conn);
}

static void
test_flood (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) proxy = tern_origin_new ();
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  tern_origin_add_route (proxy, "", flood, (gpointer)data);
  init (&ask, async, NULL);
  ask_again (&ask, NULL, "GET", "https://origin.example/");
  used = proxied_use (&ask, TERN_PROXY_HTTP, tern_origin_get_port (proxy));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, PROXY_TUNNEL, "origin.example:443");
}

/* --- silence --- */

typedef enum
{
  HANG_TLS,     /* with the proxy */
  HANG_CONNECT, /* before the answer */
  HANG_HEAD,    /* within it */
  HANG_ORIGIN,  /* TLS in the tunnel */
  HANG_SOCKS,   /* before the first reply */
  HANG_SOCKS_REPLY,
} HangKind;

typedef struct
{
  const char *name;
  HangKind kind;
  gboolean idle; /* else it is the time to connect that ends it */
  TernPhase phase;
} Hang;

static const Hang hangs[] = {
  { "tls/idle", HANG_TLS, TRUE, TERN_PHASE_CONNECT },
  { "tls/connect", HANG_TLS, FALSE, TERN_PHASE_CONNECT },
  { "connect/idle", HANG_CONNECT, TRUE, TERN_PHASE_CONNECT },
  { "connect/connect", HANG_CONNECT, FALSE, TERN_PHASE_CONNECT },
  { "head/idle", HANG_HEAD, TRUE, TERN_PHASE_CONNECT },
  { "head/connect", HANG_HEAD, FALSE, TERN_PHASE_CONNECT },
  { "origin/idle", HANG_ORIGIN, TRUE, TERN_PHASE_TLS },
  { "origin/connect", HANG_ORIGIN, FALSE, TERN_PHASE_TLS },
  { "socks/idle", HANG_SOCKS, TRUE, TERN_PHASE_CONNECT },
  { "socks/connect", HANG_SOCKS, FALSE, TERN_PHASE_CONNECT },
  { "socks-reply/idle", HANG_SOCKS_REPLY, TRUE, TERN_PHASE_CONNECT },
  { "socks-reply/connect", HANG_SOCKS_REPLY, FALSE, TERN_PHASE_CONNECT },
};

static TernOrigin *
new_hanging_proxy (HangKind kind)
{
  TernOrigin *proxy;

  if (kind == HANG_TLS)
    return tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_HANG);
  proxy = tern_origin_new ();
  if (kind == HANG_ORIGIN)
    tern_origin_add_proxy (proxy);
  else
    tern_origin_push_script (proxy, HEAD, kind == HANG_CONNECT ? 0 : (gssize)strlen (HEAD) - 3,
                             TERN_ORIGIN_SCRIPT_HANG_AFTER);
  return proxy;
}

static void
test_hang (gboolean async, gconstpointer data)
{
  const Hang *row = data;
  const gboolean is_socks = row->kind == HANG_SOCKS || row->kind == HANG_SOCKS_REPLY;
  g_autoptr (TernTestSocks) socks = tern_test_socks_new ();
  g_autoptr (TernOrigin) proxy = new_hanging_proxy (row->kind);
  g_autoptr (TernOrigin) origin
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_HANG);
  g_autoptr (TernProxy) used = NULL;
  TernProxyType type = TERN_PROXY_HTTP;
  guint16 port = is_socks ? tern_test_socks_get_port (socks) : tern_origin_get_port (proxy);
  /* Time enough for a busy machine to come as far as where it hangs. */
  const double seconds = row->phase == TERN_PHASE_TLS ? 0.05 * ask_slack () : 0.15;
  g_auto (Ask) ask;

  tern_test_socks_set_limit (socks, row->kind == HANG_SOCKS ? 0 : 5, TRUE);
  if (row->kind == HANG_TLS)
    type = TERN_PROXY_HTTPS;
  if (is_socks)
    type = TERN_PROXY_SOCKS5;
  init (&ask, async, origin);
  tern_client_set_retries (ask.client, 1);
  if (row->idle)
    tern_client_set_timeout (ask.client, seconds);
  else
    tern_client_set_connect_timeout (ask.client, seconds);
  used = proxied_use (&ask, type, port);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_io_error (&ask, TIMED_OUT, "localhost");
  g_assert_cmpint (ask_phase (&ask), ==, row->phase);
  if (row->phase == TERN_PHASE_CONNECT)
    assert_blamed (&ask, port);
  g_assert_cmpfloat (ask.ms, >=, seconds * 1000 - 10);
  g_assert_cmpfloat (ask.ms, <, 1000 * ask_slack ());
}

/* --- proxies that are not there --- */

static void
test_nobody (gboolean async, gconstpointer data)
{
  const TernProxyType type = GPOINTER_TO_INT (data);
  g_autoptr (TernOrigin) origin = proxied_new_origin (NULL);
  const guint16 port = tern_test_unused_port ();
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  init (&ask, async, origin);
  used = proxied_use (&ask, type, port);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_io_error (&ask, CONNECTION_REFUSED, NULL);
  assert_blamed (&ask, port);
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_CONNECT);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 0);
}

static void
test_unknown_name (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = proxied_new_origin (NULL);
  g_autoptr (TernProxy) used = tern_proxy_new (TERN_PROXY_HTTP, NAMES_HOST, 3128);
  g_autoptr (Names) names = NULL;
  g_auto (Ask) ask;

  init (&ask, async, origin);
  names = names_new (ask.client);
  names->fails = TRUE;
  proxied_set (&ask, used);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, PROXY_UNAVAILABLE, "http://" NAMES_HOST ":3128");
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_RESOLVE);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 0);
}

/* --- SOCKS --- */

static void
test_socks_close_at_each_byte (gboolean async, gconstpointer data)
{
  const TernProxyType type = GPOINTER_TO_INT (data);
  const gsize all = type == TERN_PROXY_SOCKS4 ? 8 : 12;

  for (gsize n = 0; n < all; n++)
    {
      g_autoptr (TernTestSocks) socks = tern_test_socks_new ();
      g_autoptr (TernOrigin) origin = proxied_new_origin (NULL);
      g_autoptr (TernProxy) used = NULL;
      g_auto (Ask) ask;

      tern_test_socks_set_limit (socks, n, FALSE);
      init (&ask, async, origin);
      used = proxied_use (&ask, type, tern_test_socks_get_port (socks));
      g_assert_false (ask_fetch (&ask, NULL));
      ask_assert_tern_error (&ask, PROXY_TUNNEL, "closed the connection");
      assert_blamed (&ask, tern_test_socks_get_port (socks));
      g_assert_cmpuint (tern_origin_n_requests (origin), ==, 0);
      g_assert_cmpuint (tern_test_socks_n_connections (socks), ==, 1);
    }
}

typedef struct
{
  const char *name;
  TernProxyType type;
  gboolean login; /* ours is "me", "wrong" */
  guint turn;
  const char *reply; /* NULL: as it should be */
  gsize length;
  int code;
  const char *text;
} BadSocks;

static const BadSocks bad_socks[] = {
  { "version", TERN_PROXY_SOCKS5, FALSE, 0, LITERAL ("\4\0"), TERN_ERROR_PROXY_TUNNEL,
    "version 4" },
  { "method", TERN_PROXY_SOCKS5, FALSE, 0, LITERAL ("\5\7"), TERN_ERROR_PROXY_TUNNEL, "method 7" },
  { "no-method", TERN_PROXY_SOCKS5, FALSE, 0, LITERAL ("\5\xFF"), TERN_ERROR_PROXY_AUTH, "none" },
  { "http", TERN_PROXY_SOCKS5, FALSE, 0, LITERAL ("HTTP/1.1 400 Bad\r\n\r\n"),
    TERN_ERROR_PROXY_TUNNEL, "version 72" },
  { "refused", TERN_PROXY_SOCKS5, FALSE, 1, LITERAL ("\5\5\0\1\0\0\0\0\0\0"),
    TERN_ERROR_PROXY_TUNNEL, "refused the connection" },
  { "type", TERN_PROXY_SOCKS5, FALSE, 1, LITERAL ("\5\0\0\2\0\0\0\0\0\0"), TERN_ERROR_PROXY_TUNNEL,
    "type 2" },
  { "login", TERN_PROXY_SOCKS5, TRUE, 3, LITERAL (""), TERN_ERROR_PROXY_AUTH, "password" },
  { "4/rejected", TERN_PROXY_SOCKS4, FALSE, 0, LITERAL ("\0\x5B\0\0\0\0\0\0"),
    TERN_ERROR_PROXY_TUNNEL, "91" },
  { "4/version", TERN_PROXY_SOCKS4, FALSE, 0, LITERAL ("\5\x5A\0\0\0\0\0\0"),
    TERN_ERROR_PROXY_TUNNEL, "version 5" },
  { "4/login", TERN_PROXY_SOCKS4, TRUE, 3, LITERAL (""), TERN_ERROR_PROXY_AUTH, "93" },
};

static void
test_bad_socks (gboolean async, gconstpointer data)
{
  const BadSocks *row = data;
  g_autoptr (TernTestSocks) socks = tern_test_socks_new ();
  g_autoptr (TernOrigin) origin = proxied_new_origin (NULL);
  g_autoptr (TernProxy) used
      = tern_proxy_new (row->type, "127.0.0.1", tern_test_socks_get_port (socks));
  g_auto (Ask) ask;

  if (row->login)
    {
      tern_test_socks_set_login (socks, "you", "right");
      tern_proxy_set_credentials (used, "me", "wr0ng");
    }
  else
    tern_test_socks_set_reply (socks, row->turn, row->reply, row->length);
  init (&ask, async, origin);
  proxied_set (&ask, used);
  g_assert_false (ask_fetch (&ask, NULL));
  tern_test_assert_error (ask.error, TERN_ERROR, row->code, row->text);
  assert_blamed (&ask, tern_test_socks_get_port (socks));
  g_assert_null (strstr (ask.error->message, "wr0ng"));
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_CONNECT);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 0);
  g_assert_cmpuint (tern_test_socks_n_connections (socks), ==, 1);
}

/* A megabyte of reply: what is no part of it comes from the origin, and is no answer of its own. */
static void
test_socks_flood (gboolean async, gconstpointer data)
{
  g_autofree char *flood = g_strnfill (1 << 20, '\5');
  g_autoptr (TernTestSocks) socks = tern_test_socks_new ();
  g_autoptr (TernOrigin) origin = proxied_new_origin (NULL);
  g_autoptr (TernProxy) used = NULL;
  g_auto (Ask) ask;

  memcpy (flood, "\5\0\0\1\0\0\0\0\0\0", 10);
  tern_test_socks_set_reply (socks, 1, flood, 1 << 20);
  init (&ask, async, origin);
  used = proxied_use (&ask, TERN_PROXY_SOCKS5, tern_test_socks_get_port (socks));
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, BAD_FRAMING, "before it was asked");
}

/* What can be sent is known before anybody is dialed. */
static void
test_socks_too_long (gboolean async, gconstpointer data)
{
  g_autofree char *longer = g_strnfill (256, 'a');
  g_autoptr (TernTestSocks) socks = tern_test_socks_new ();
  g_autoptr (TernOrigin) origin = proxied_new_origin (NULL);
  g_autoptr (TernProxy) used
      = tern_proxy_new (TERN_PROXY_SOCKS5, "127.0.0.1", tern_test_socks_get_port (socks));
  g_auto (Ask) ask;

  tern_proxy_set_credentials (used, "me", longer);
  init (&ask, async, origin);
  proxied_set (&ask, used);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, PROXY_AUTH, "255");
  g_assert_cmpuint (tern_test_socks_n_connections (socks), ==, 0);
}

#define ADD_ROWS(folder, rows, func)                                                               \
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)                                                  \
    {                                                                                              \
      g_autofree char *path = g_strconcat ("/proxy-hostile/" folder "/", rows[i].name, NULL);      \
                                                                                                   \
      tern_test_add_both (path, func, &rows[i]);                                                   \
    }

static void
add_tests (void)
{
  tern_test_add_both ("/proxy-hostile/refused", test_refused, NULL);
  tern_test_add_both ("/proxy-hostile/endless-page", test_endless_page, NULL);
  ADD_ROWS ("answer", bad_answers, test_bad_answer)
  tern_test_add_both ("/proxy-hostile/close-at-each-byte", test_close_at_each_byte, NULL);
  tern_test_add_both ("/proxy-hostile/injected", test_injected, NULL);
  tern_test_add_both ("/proxy-hostile/flood/fields", test_flood,
                      "X-Field: 01234567890123456789012345678901234567890123456789012\r\n");
  tern_test_add_both ("/proxy-hostile/flood/line", test_flood,
                      "0123456789012345678901234567890123456789012345678901234567890123");
  tern_test_add_both ("/proxy-hostile/flood/interim", test_flood,
                      "\r\nHTTP/1.1 100 Continue\r\nX-Field: 012345678901234567890123456789\r\n");
  ADD_ROWS ("hang", hangs, test_hang)
  tern_test_add_both ("/proxy-hostile/nobody/http", test_nobody, GINT_TO_POINTER (TERN_PROXY_HTTP));
  tern_test_add_both ("/proxy-hostile/nobody/socks5", test_nobody,
                      GINT_TO_POINTER (TERN_PROXY_SOCKS5));
  tern_test_add_both ("/proxy-hostile/unknown-name", test_unknown_name, NULL);
  tern_test_add_both ("/proxy-hostile/socks/close-at-each-byte/4", test_socks_close_at_each_byte,
                      GINT_TO_POINTER (TERN_PROXY_SOCKS4));
  tern_test_add_both ("/proxy-hostile/socks/close-at-each-byte/5", test_socks_close_at_each_byte,
                      GINT_TO_POINTER (TERN_PROXY_SOCKS5));
  ADD_ROWS ("socks", bad_socks, test_bad_socks)
  tern_test_add_both ("/proxy-hostile/socks/flood", test_socks_flood, NULL);
  tern_test_add_both ("/proxy-hostile/socks/too-long", test_socks_too_long, NULL);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  add_tests ();
  status = g_test_run ();
  tern_test_certs_free (certs);
  return status;
}
