/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proves the support library with plain sockets: whoever judges must have been judged. */

#include "test-support.h"

#include "tern-dead-listener.h"
#include "tern-origin-demo.h"
#include "tern-test-util.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OK_AB "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"
#define GET_CLOSE "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
#define GET_KEEP "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static void
assert_contains (const char *text,
                 const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” does not contain “%s”", text, part);
}

static void
test_routes (void)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  guint16 port = tern_origin_get_port (origin);

  tern_origin_add_reply (origin, "/a", 200, "X-Which: a\r\n", "first");
  tern_origin_add_reply (origin, "/a/b", 201, NULL, "second");
  g_autofree char *a = test_exchange (
      port, "GET /ax?q=1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-A:  v \r\nx-a: w\r\n\r\n");
  assert_contains (a, "HTTP/1.1 200 OK\r\nX-Which: a\r\nContent-Length: 5\r\n");
  assert_contains (a, "\r\n\r\nfirst");
  g_autofree char *b = test_exchange (port, "HEAD /a/b HTTP/1.0\r\n\r\n");
  g_assert_cmpstr (b, ==,
                   "HTTP/1.1 201 Created\r\nContent-Length: 6\r\nConnection: close\r\n\r\n");
  g_autofree char *c = test_exchange (port, "GET /zz HTTP/1.0\r\n\r\n");
  assert_contains (c, "HTTP/1.1 404 ");

  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 3);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 3);
  g_autoptr (TernOriginRequest) request = tern_origin_get_request (origin, 0);
  g_autofree char *q = tern_origin_request_query (request, "q");
  g_assert_cmpstr (q, ==, "1");
  g_assert_cmpstr (tern_origin_request_method (request), ==, "GET");
  g_assert_cmpstr (tern_origin_request_path (request), ==, "/ax");
  g_assert_cmpstr (tern_origin_request_target (request), ==, "/ax?q=1");
  g_assert_cmpstr (tern_origin_request_header (request, "x-A"), ==, "v");
  g_assert_cmpuint (tern_origin_request_n_headers (request, "X-A"), ==, 2);
  g_assert_null (tern_origin_request_header (request, "Nope"));
  tern_origin_clear_log (origin);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 0);
}

static void
test_bodies (void)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  gsize size;
  int fd = test_connect (tern_origin_get_port (origin));

  tern_origin_add_reply (origin, "", 200, NULL, "done");
  test_send (fd, "PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloPOST / HTTP/1.1\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n"
                 "GET http://h/p?x HTTP/1.1\r\nConnection: close\r\n\r\n");
  g_autofree char *answers = test_read_until (fd, NULL);
  close (fd);
  g_assert_true (g_str_has_suffix (answers, "\r\n\r\ndone"));
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 3);
  g_autoptr (TernOriginRequest) put = tern_origin_get_request (origin, 0);
  g_autoptr (TernOriginRequest) post = tern_origin_get_request (origin, 1);
  g_autoptr (TernOriginRequest) get = tern_origin_get_request (origin, 2);
  g_assert_cmpstr (tern_origin_request_body (put, &size), ==, "hello");
  g_assert_cmpuint (size, ==, 5);
  g_assert_null (tern_origin_request_raw_chunks (put));
  g_assert_cmpstr (tern_origin_request_body (post, NULL), ==, "abcde");
  g_assert_cmpstr (tern_origin_request_raw_chunks (post), ==,
                   "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n");
  g_assert_cmpstr (tern_origin_request_trailer (post, "x-t"), ==, "1");
  g_assert_cmpuint (tern_origin_request_index (post), ==, 1);
  g_assert_cmpuint (tern_origin_request_connection (post), ==, 0);
  g_assert_cmpstr (tern_origin_request_path (get), ==, "/p");
  g_assert_cmpfloat (tern_origin_request_body_delay (get), ==, -1.0);
}

static void
on_refuse (TernOriginConn          *conn,
           const TernOriginRequest *request,
           gpointer                 data)
{
  tern_origin_reply (conn, 417, NULL, NULL, NULL);
  tern_origin_close (conn);
}

static void
test_expect (void)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  guint16 port = tern_origin_get_port (origin);

  tern_origin_set_delay (origin, 60);
  tern_origin_add_reply (origin, "/now", 200, NULL, "done");
  tern_origin_add_route_full (origin, "/late", TERN_ORIGIN_ROUTE_LATE_CONTINUE, on_refuse, NULL);
  tern_origin_add_route_full (origin, "/never", TERN_ORIGIN_ROUTE_NO_CONTINUE, on_refuse, NULL);
  tern_origin_add_route_full (origin, "/early", TERN_ORIGIN_ROUTE_BEFORE_BODY, on_refuse, NULL);
#define PUT(path) "PUT " path " HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
  int fd = test_connect (port);
  test_send (fd, PUT ("/now"));
  g_autofree char *go = test_read_until (fd, "\r\n\r\n");
  g_assert_cmpstr (go, ==, "HTTP/1.1 100 Continue\r\n\r\n");
  test_send (fd, "ab");
  g_autofree char *done = test_read_until (fd, "done");
  g_assert_true (g_str_has_prefix (done, "HTTP/1.1 200 OK\r\n"));
  gint64 start = tern_test_watch_start ();
  test_send (fd, PUT ("/late"));
  g_autofree char *late = test_read_until (fd, "\r\n\r\n");
  g_assert_cmpstr (late, ==, "HTTP/1.1 100 Continue\r\n\r\n");
  g_assert_cmpfloat (tern_test_watch_ms (start), >=, 55);
  close (fd);

  fd = test_connect (port);
  guint64 before = tern_origin_n_bytes_received (origin);
  test_send (fd, PUT ("/never"));
  while (tern_origin_n_bytes_received (origin) == before)
    g_usleep (1000);
  g_usleep (100 * 1000);
  test_send (fd, "ab");
  g_autofree char *never = test_read_until (fd, NULL);
  g_assert_true (g_str_has_prefix (never, "HTTP/1.1 417 "));
  close (fd);
  g_autofree char *early = test_exchange (port, PUT ("/early"));
  g_assert_true (g_str_has_prefix (early, "HTTP/1.1 417 "));
  g_autoptr (TernOriginRequest) request = tern_origin_get_request (origin, 1);
  g_assert_cmpfloat (tern_origin_request_body_delay (request), >=, 25);
}

static void
test_scripts (void)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  guint16 port = tern_origin_get_port (origin);

  tern_origin_push_script (origin, OK_AB, -1, TERN_ORIGIN_SCRIPT_BYTE_BY_BYTE);
  tern_origin_push_script (origin, OK_AB, -1, TERN_ORIGIN_SCRIPT_EXTRA);
  tern_origin_push_script_split (origin, OK_AB "!", -1, 7, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  int fd = test_connect (port);
  test_send (fd, GET_KEEP);
  g_autofree char *a = test_read_until (fd, "ab");
  g_assert_cmpstr (a, ==, OK_AB);
  test_send (fd, GET_KEEP);
  g_autofree char *b = test_read_until (fd, "extra");
  g_assert_cmpstr (b, ==, OK_AB TERN_ORIGIN_EXTRA_RESPONSE);
  test_send (fd, GET_KEEP);
  g_autofree char *c = test_read_until (fd, NULL);
  g_assert_cmpstr (c, ==, OK_AB "!");
  close (fd);

  /* An answer nobody asked for yet, and its request, which gets no second one. */
  tern_origin_push_script (origin, OK_AB, -1, TERN_ORIGIN_SCRIPT_BEFORE_REQUEST);
  tern_origin_push_script (origin, "", 0, TERN_ORIGIN_SCRIPT_RESET_AFTER);
  fd = test_connect (port);
  g_autofree char *d = test_read_until (fd, "ab");
  g_assert_cmpstr (d, ==, OK_AB);
  test_send (fd, GET_KEEP GET_KEEP);
  char byte;
  g_assert_cmpint (recv (fd, &byte, 1, 0), ==, -1);
  g_assert_cmpint (errno, ==, ECONNRESET);
  close (fd);
  g_assert_cmpuint (tern_origin_n_scripts (origin), ==, 0);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 5);
}

static void
test_idle_tricks (void)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  guint16 port = tern_origin_get_port (origin);
  int fds[3];

  tern_origin_add_reply (origin, "", 200, NULL, "ab");
  for (guint i = 0; i < 3; i++)
    {
      fds[i] = test_connect (port);
      test_send (fds[i], GET_KEEP);
      g_autofree char *answer = test_read_until (fds[i], "ab");
      g_assert_true (g_str_has_suffix (answer, "ab"));
    }
  g_assert_cmpuint (tern_origin_max_open (origin), ==, 3);
  g_assert_cmpuint (tern_origin_poke_idle (origin, "junk", -1), ==, 3);
  g_autofree char *junk = test_read_until (fds[0], "junk");
  g_assert_cmpstr (junk, ==, "junk");

  close (fds[0]);
  g_assert_true (tern_origin_wait_closed (origin, 0, 2000));
  g_assert_false (tern_origin_wait_closed (origin, 1, 10));
  g_assert_true (tern_origin_wait_n_open (origin, 2, 2000));
  g_assert_cmpuint (tern_origin_close_idle (origin), ==, 2);
  g_assert_cmpuint (tern_origin_n_open (origin), ==, 0);
  g_assert_false (tern_origin_wait_closed (origin, 1, 1000));
  g_autofree char *rest = test_read_until (fds[1], NULL);
  g_assert_cmpstr (rest, ==, "junk");
  close (fds[1]);
  close (fds[2]);

  int fd = test_connect (port);
  g_assert_true (tern_origin_wait_connections (origin, 4, 2000));
  g_assert_cmpuint (tern_origin_reset_idle (origin), ==, 1);
  char byte;
  g_assert_cmpint (recv (fd, &byte, 1, 0), ==, -1);
  g_assert_cmpint (errno, ==, ECONNRESET);
  close (fd);
  tern_origin_stop_listening (origin);
  int refused = socket (AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons (port),
                              .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  g_assert_cmpint (connect (refused, (struct sockaddr *) &addr, sizeof addr), ==, -1);
  g_assert_cmpint (errno, ==, ECONNREFUSED);
  close (refused);
}

static void
on_hang (TernOriginConn          *conn,
         const TernOriginRequest *request,
         gpointer                 data)
{
  tern_origin_hang (conn);
  g_atomic_int_inc ((gint *) data);
}

/* Free ends hanging handlers; nothing is left behind. */
static void
test_leaves_nothing (void)
{
  guint fds = tern_test_count_fds ();
  guint threads = tern_test_count_threads ();
  int clients[8];
  gint returned = 0;
  TernOrigin *origin = tern_origin_new ();

  tern_origin_add_route (origin, "/", on_hang, &returned);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      clients[i] = test_connect (tern_origin_get_port (origin));
      test_send (clients[i], GET_KEEP);
    }
  g_assert_true (tern_origin_wait_requests (origin, G_N_ELEMENTS (clients), 5000));
  close (clients[0]);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
  tern_origin_free (origin);
  g_assert_cmpint (g_atomic_int_get (&returned), ==, G_N_ELEMENTS (clients));
  for (guint i = 1; i < G_N_ELEMENTS (clients); i++)
    close (clients[i]);
  g_assert_cmpuint (tern_test_count_fds (), ==, fds);
  g_assert_cmpuint (tern_test_count_threads (), ==, threads);
}

static void
hammer (guint    number,
        gpointer data)
{
  TernOrigin *origin = data;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *answer = test_exchange (tern_origin_get_port (origin), GET_CLOSE);

      g_assert_true (g_str_has_suffix (answer, "\r\n\r\nab"));
      g_assert_cmpuint (tern_origin_n_requests (origin), >, 0);
    }
}

static void
test_threads (void)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();

  tern_origin_add_reply (origin, "", 200, NULL, "ab");
  tern_test_run_threads (8, hammer, origin);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 160);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
}

static void
test_demo (void)
{
  static const struct
  {
    const char *request;
    const char *part;
  } cases[] = {
    { "GET / HTTP/1.1\r\n", "/early-hints" },
    { "GET /plain HTTP/1.1\r\n", "\r\n\r\nHello from the tern.\n" },
    { "GET /none HTTP/1.1\r\n", "404" },
    { "GET /cached HTTP/1.1\r\n", "Cache-Control: max-age=60\r\nETag: \"arctic-1\"\r\n" },
    { "GET /etag HTTP/1.1\r\nIf-None-Match: \"arctic-1\"\r\n", "HTTP/1.1 304 Not Modified\r\n" },
    { "GET /gzip HTTP/1.1\r\n", "Content-Encoding: gzip\r\n" },
    { "GET /basic HTTP/1.1\r\n", "WWW-Authenticate: Basic realm=" },
    { "GET /basic HTTP/1.1\r\nAuthorization: Basic dXNlcjpzZWNyZXQ=\r\n", "Welcome, user." },
    { "GET /redirect HTTP/1.1\r\n", "HTTP/1.1 302 Found\r\n" },
    { "GET /redirect?code=308&to=%2Fecho HTTP/1.1\r\n", "Location: /echo\r\n" },
    { "GET /redirect-chain?n=2 HTTP/1.1\r\n", "Location: /redirect-chain?n=1\r\n" },
    { "GET /redirect-chain?n=1 HTTP/1.1\r\n", "Location: /plain\r\n" },
    { "GET /chunked HTTP/1.1\r\n", "5\r\nHello\r\n6\r\n from \r\na\r\nthe tern.\n\r\n0\r\nX-Ch" },
    { "GET /echo HTTP/1.1\r\nContent-Length: 3\r\n", "Content-Length: 3\r\n" },
    { "GET /status?code=503 HTTP/1.1\r\n", "HTTP/1.1 503 Service Unavailable\r\n" },
    { "GET /big?size=70 HTTP/1.1\r\n", "Content-Length: 70\r\n\r\nabcdefgh" },
    { "GET /slow?ms=1 HTTP/1.1\r\n", "Hello" },
    { "GET /early-hints HTTP/1.1\r\n", "HTTP/1.1 103 Early Hints\r\nLink: " },
  };
  g_autoptr (TernOrigin) origin = tern_origin_new ();

  tern_origin_add_demo (origin);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *request
          = g_strconcat (cases[i].request, "Host: h\r\nConnection: close\r\n\r\nabc", NULL);
      g_autofree char *answer = test_exchange (tern_origin_get_port (origin), request);

      assert_contains (answer, cases[i].part);
    }
}

static void
test_addresses (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernOrigin) other = tern_origin_new_at ("127.0.0.2", 0, &error);

  g_assert_no_error (error);
  g_autofree char *uri = tern_origin_uri (other, "/x");
  g_assert_true (g_str_has_prefix (uri, "http://127.0.0.2:"));
  g_assert_null (tern_origin_new_at ("127.0.0.2", tern_origin_get_port (other), &error));
  tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "127.0.0.2");
  if (!tern_test_have_ipv6 ())
    {
      g_test_skip ("no ::1 here");
      return;
    }
  g_autoptr (TernOrigin) six = tern_origin_new_at ("::1", 0, NULL);
  g_autofree char *uri6 = tern_origin_uri (six, "/");
  g_assert_true (g_str_has_prefix (uri6, "http://[::1]:"));
}

static void
check_dead (const char *address)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernDeadListener) dead = tern_dead_listener_new (address, 0, &error);

  g_assert_no_error (error);
  g_autoptr (GInetAddress) ip = g_inet_address_new_from_string (address);
  g_autoptr (GSocketAddress) target
      = g_inet_socket_address_new (ip, tern_dead_listener_get_port (dead));
  g_autoptr (GSocket) client
      = g_socket_new (g_socket_address_get_family (target), G_SOCKET_TYPE_STREAM, 0, &error);
  g_socket_set_blocking (client, FALSE);
  g_assert_false (g_socket_connect (client, target, NULL, &error));
  tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING, NULL);
  struct pollfd p = { .fd = g_socket_get_fd (client), .events = POLLOUT };
  g_assert_cmpint (poll (&p, 1, 150), ==, 0);
}

static void
test_dead_listener (void)
{
  check_dead ("127.0.0.3");
  if (tern_test_have_ipv6 ())
    check_dead ("::1");
}

static void
test_util (void)
{
  g_autofree char *escaped = tern_test_escape ("a\r\n\t\"\\\x01\xff\0z", 10);
  g_autoptr (GBytes) back = tern_test_unescape (escaped);

  g_assert_cmpstr (escaped, ==, "a\\r\\n\\t\\\"\\\\\\x01\\xff\\x00z");
  tern_test_assert_bytes (g_bytes_get_data (back, NULL), (gssize) g_bytes_get_size (back),
                          "a\r\n\t\"\\\x01\xff\0z", 10);
  gint64 start = tern_test_watch_start ();
  tern_test_run_for (20);
  g_assert_cmpfloat (tern_test_watch_ms (start), >=, 19);
  g_assert_cmpuint (tern_test_peak_rss_kib (), >, 100);
}

static guint seen[2];

static void
note_both (gboolean      async,
           gconstpointer data)
{
  g_assert_cmpstr (data, ==, "data");
  seen[async]++;
  g_assert_cmpuint (seen[async], ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/support/util", test_util);
  tern_test_add_both ("/support/both", note_both, "data");
  g_test_add_func ("/support/origin/routes", test_routes);
  g_test_add_func ("/support/origin/bodies", test_bodies);
  g_test_add_func ("/support/origin/expect", test_expect);
  g_test_add_func ("/support/origin/scripts", test_scripts);
  g_test_add_func ("/support/origin/idle-tricks", test_idle_tricks);
  g_test_add_func ("/support/origin/leaves-nothing", test_leaves_nothing);
  g_test_add_func ("/support/origin/threads", test_threads);
  g_test_add_func ("/support/origin/demo", test_demo);
  g_test_add_func ("/support/origin/addresses", test_addresses);
  g_test_add_func ("/support/dead-listener", test_dead_listener);
  test_support_add_tls ();
  return g_test_run ();
}
