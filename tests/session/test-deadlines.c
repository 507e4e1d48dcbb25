/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Deadlines in fractions of a second, in every phase: they end the call in time, say what was being
 * done, and do not end what still moves. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ask.h"
#include "io/tern-worker.h"
#include "names.h"
#include "odd-stream.h"
#include "tern-dead-listener.h"

/* How much is read at once, each 20 ms, and how often. */
#define SLOW_READ (64 * 1024)
#define SLOW_ROUNDS ((guint)(8 * ask_slack ()))

#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"

/* Made once: keys take their time. */
static TernTestCerts *certs;

/* It timed out in @phase after @ms, give or take what a busy machine takes. */
static void
assert_timed_out (Ask *ask, const char *phase, double ms)
{
  g_assert_null (ask->response);
  ask_assert_io_error (ask, TIMED_OUT, phase);
  g_assert_cmpfloat (ask->ms, >=, ms - 5);
  g_assert_cmpfloat (ask->ms, <, ms + 150 * ask_slack ());
}

typedef enum
{
  CONNECT_TIMEOUT,
  TOTAL_TIMEOUT,
  REQUEST_TOTAL_TIMEOUT,
  TIMEOUT,
  REQUEST_TIMEOUT
} Which;

static void
set_deadline (Ask *ask, gconstpointer which, double seconds)
{
  switch (GPOINTER_TO_INT (which))
    {
    case CONNECT_TIMEOUT:
      tern_client_set_connect_timeout (ask->client, seconds);
      break;
    case TOTAL_TIMEOUT:
      tern_client_set_total_timeout (ask->client, seconds);
      break;
    case REQUEST_TOTAL_TIMEOUT:
      tern_request_set_total_timeout (ask->request, seconds);
      break;
    case TIMEOUT:
      tern_client_set_timeout (ask->client, seconds);
      break;
    default:
      tern_request_set_timeout (ask->request, seconds);
      break;
    }
}

static void
test_resolve (gboolean async, gconstpointer which)
{
  g_autofree char *uri = names_uri ("/");
  g_autoptr (Names) names = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, NULL, "GET", uri);
  names = names_new (ask.client);
  names->hangs = TRUE;
  set_deadline (&ask, which, 0.2);
  ask_fetch (&ask, NULL);
  assert_timed_out (&ask, "looking up the name (" NAMES_HOST ")", 200);
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_RESOLVE);
  g_assert_cmpuint (tern_worker_count (TERN_LANE_RESOLVE), ==, 1);
}

static void
test_connect (gboolean async, gconstpointer which)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernDeadListener) dead = tern_dead_listener_new ("127.0.0.2", 0, &error);
  g_autofree char *uri = NULL;
  g_auto (Ask) ask;

  g_assert_no_error (error);
  uri = g_strdup_printf ("http://127.0.0.2:%u/", tern_dead_listener_get_port (dead));
  ask_init (&ask, async, NULL, "GET", uri);
  set_deadline (&ask, which, 0.2);
  ask_fetch (&ask, NULL);
  assert_timed_out (&ask, "connecting (127.0.0.2)", 200);
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_CONNECT);
}

static void
test_tls (gboolean async, gconstpointer which)
{
  g_autoptr (TernOrigin) origin
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_HANG);
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_ca_file (ask.client, tern_test_certs_get_ca_file (certs));
  set_deadline (&ask, which, 0.2);
  ask_fetch (&ask, NULL);
  assert_timed_out (&ask, "negotiating TLS (localhost)", 200);
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_TLS);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
}

static void
hang (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  tern_origin_hang (conn);
}

static void
test_send (gboolean async, gconstpointer which)
{
  const gsize size = 32 * 1024 * 1024;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (size), size);
  g_auto (Ask) ask;

  tern_origin_add_route_full (origin, "/", TERN_ORIGIN_ROUTE_BEFORE_BODY, hang, NULL);
  ask_init (&ask, async, origin, "POST", "/");
  tern_request_set_body_bytes (ask.request, NULL, body);
  set_deadline (&ask, which, 0.2);
  ask_fetch (&ask, NULL);
  assert_timed_out (&ask, "sending the request (127.0.0.1)", 200);
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_SEND);
}

/* The program's own stream hangs: no deadline of the network, but the one over all. */
static void
test_stream (gboolean async, gconstpointer flags)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("hello", 5);
  g_autoptr (GInputStream) stream
      = odd_stream_new (body, GPOINTER_TO_INT (flags) | ODD_STREAM_HANGS);
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "POST", "/");
  tern_request_set_body_stream (ask.request, NULL, stream, -1);
  tern_client_set_total_timeout (ask.client, 0.15);
  ask_fetch (&ask, NULL);
  assert_timed_out (&ask, "sending the request", 150);
  while (tern_worker_count (TERN_LANE_STREAM) > 0)
    g_usleep (1000);
}

static void
test_wait (gboolean async, gconstpointer which)
{
  static const char *const starts[] = { "", "HTTP/1.1 200 OK\r\nX", "HTTP/1.1 103 Hi\r\n\r\n" };
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  const guint n = GPOINTER_TO_INT (which) == TIMEOUT ? G_N_ELEMENTS (starts) : 1;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  for (guint i = 0; i < n; i++)
    {
      tern_origin_push_script (origin, starts[i], -1, TERN_ORIGIN_SCRIPT_HANG_AFTER);
      ask_again (&ask, origin, "GET", "/");
      set_deadline (&ask, which, 0.2);
      ask_fetch (&ask, NULL);
      assert_timed_out (&ask, "waiting for the response (127.0.0.1)", 200);
      g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_WAIT);
      g_assert_true (tern_origin_wait_closed (origin, i, 5000));
    }
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, n);
}

/* The clock counts from the last byte, not from when somebody looked. */
static void
test_partial (gboolean async, gconstpointer which)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nX", -1, TERN_ORIGIN_SCRIPT_HANG_AFTER);
  tern_client_set_timeout (ask.client, 0.6);
  ask_fetch (&ask, NULL);
  assert_timed_out (&ask, "waiting for the response (127.0.0.1)", 600);
  g_assert_cmpfloat (ask.ms, <, 600 + 100 * ask_slack ());
}

static void
test_receive (gboolean async, gconstpointer which)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernFailure) failure = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, HEAD "hello", -1, TERN_ORIGIN_SCRIPT_HANG_AFTER);
  /* Long enough for the head to be there, however busy the machine is. */
  set_deadline (&ask, which, 0.6);
  ask_fetch (&ask, NULL);
  assert_timed_out (&ask, "receiving the response (127.0.0.1)", 600);
  failure = tern_request_get_failure (ask.request);
  g_assert_cmpint (tern_failure_get_phase (failure), ==, TERN_PHASE_RECEIVE);
  g_assert_cmpint (tern_failure_get_expected (failure), ==, 100);
  g_assert_cmpint (tern_failure_get_received (failure), ==, 5);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
}

/* --- what moves, and what merely drips --- */

typedef struct
{
  const char *name;
  const char *bytes;
  const char *phase;
} Drip;

static const Drip drips[] = {
  { "head", "HTTP/1.1 200 OK\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n\r\n",
    "waiting for the response" },
  { "interim",
    "HTTP/1.1 103 a\r\n\r\nHTTP/1.1 103 b\r\n\r\nHTTP/1.1 103 c\r\n\r\nHTTP/1.1 103 d\r\n\r\n",
    "waiting for the response" },
  { "length", NULL, "receiving the response" },
  { "chunks", NULL, "receiving the response" },
};

static void
drip (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const Drip *what = data;
  const char *body = "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n1\r\nd\r\n1\r\ne\r\n0\r\n\r\n";

  if (what->bytes)
    tern_origin_write_slowly (conn, what->bytes, -1, 1, 8);
  else if (g_str_equal (what->name, "chunks"))
    {
      tern_origin_write (conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", -1);
      tern_origin_write_slowly (conn, body, -1, 1, 8);
    }
  else
    {
      tern_origin_write (conn, "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n", -1);
      tern_origin_write_slowly (conn, body, 30, 1, 8);
    }
  if (what->bytes)
    tern_origin_close (conn);
}

/* A byte each 8 ms keeps `timeout` quiet, however long it takes in all. */
static void
test_moves (gboolean async, gconstpointer data)
{
  const Drip *what = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_route (origin, "/", drip, (gpointer)what);
  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_timeout (ask.client, 0.05 * ask_slack ());
  ask_fetch (&ask, NULL);
  if (!g_str_equal (what->name, "interim"))
    ask_assert_ok (&ask, 200, NULL);
  else
    ask_assert_tern_error (&ask, INCOMPLETE_READ, NULL);
  g_assert_cmpfloat (ask.ms, >, 210);
}

/* Slowloris: only the deadline over all ends it. */
static void
test_drips (gboolean async, gconstpointer data)
{
  const Drip *what = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_route (origin, "/", drip, (gpointer)what);
  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_total_timeout (ask.client, 0.15);
  ask_fetch (&ask, NULL);
  assert_timed_out (&ask, what->phase, 150);
}

/* A server of its own, because one that reads this slowly needs a small socket. */
static gpointer
read_slowly (gpointer data)
{
  const int fd = accept (GPOINTER_TO_INT (data), NULL, NULL);
  g_autofree char *buffer = g_malloc (SLOW_READ);
  gssize n = 1;

  g_assert_cmpint (fd, >=, 0);
  for (guint i = 0; n > 0 && i < SLOW_ROUNDS; i++)
    {
      g_usleep (20000);
      n = recv (fd, buffer, SLOW_READ, MSG_WAITALL);
    }
  while (n > 0 && memcmp (buffer + n - 1, "z", 1) != 0)
    n = recv (fd, buffer, SLOW_READ, 0);
  if (n > 0)
    n = send (fd, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine", 42, MSG_NOSIGNAL);
  close (fd);
  return NULL;
}

/* An upload that takes a lot longer than `timeout`, with no pause as long as that. */
static void
test_send_moves (gboolean async, gconstpointer data)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  const gsize size = 3 * SLOW_READ * SLOW_ROUNDS;
  const int small = SLOW_READ;
  const int listener = socket (AF_INET, SOCK_STREAM, 0);
  g_autoptr (GBytes) body = NULL;
  g_autofree char *uri = NULL;
  socklen_t len = sizeof address;
  char *text = g_strnfill (size, 'y');
  GThread *thread;
  g_auto (Ask) ask;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  setsockopt (listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  g_assert_cmpint (bind (listener, (struct sockaddr *)&address, sizeof address), ==, 0);
  g_assert_cmpint (listen (listener, 1), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *)&address, &len), ==, 0);
  uri = g_strdup_printf ("http://127.0.0.1:%u/", ntohs (address.sin_port));
  text[size - 1] = 'z';
  body = g_bytes_new_take (text, size);
  thread = g_thread_new ("slow", read_slowly, GINT_TO_POINTER (listener));
  ask_init (&ask, async, NULL, "POST", uri);
  tern_request_set_body_bytes (ask.request, NULL, body);
  tern_client_set_timeout (ask.client, 0.05 * ask_slack ());
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  g_assert_cmpfloat (ask.ms, >, 100 * ask_slack ());
  g_thread_join (thread);
  close (listener);
}

/* A stream of the program's that takes its time is not the network. */
static void
test_stream_takes_time (gboolean async, gconstpointer flags)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("hello", 5);
  g_autoptr (GInputStream) stream
      = odd_stream_new (body, GPOINTER_TO_INT (flags) | ODD_STREAM_HANGS);
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "POST", "/");
  tern_request_set_body_stream (ask.request, NULL, stream, -1);
  tern_client_set_timeout (ask.client, 0.2);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  g_assert_cmpfloat (ask.ms, >, 450);
}

/* The idle clock does not run while the program thinks; the one over all does. */
static void
test_between_reads (gboolean async, gconstpointer which)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) rest = NULL;
  char buffer[4];
  g_auto (Ask) ask;

  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", -1,
                           TERN_ORIGIN_SCRIPT_DEFAULT);
  ask_init (&ask, async, origin, "GET", "/");
  set_deadline (&ask, which, 0.2);
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  g_assert_cmpint (ask_read_stream (&ask, buffer, 4, NULL, &ask.error), ==, 4);
  g_usleep (300 * 1000);
  rest = ask_read_all (&ask, NULL, &ask.error);
  if (GPOINTER_TO_INT (which) == TIMEOUT)
    {
      g_assert_no_error (ask.error);
      g_assert_cmpuint (g_bytes_get_size (rest), ==, 6);
    }
  else if (!rest)
    ask_assert_io_error (&ask, TIMED_OUT, "receiving the response");
}

/* After the head the clocks still run, in the stream's reads. */
static void
test_stream_stalls (gboolean async, gconstpointer which)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  char buffer[64];
  gint64 start;
  g_auto (Ask) ask;

  tern_origin_push_script (origin, HEAD "hello", -1, TERN_ORIGIN_SCRIPT_HANG_AFTER);
  ask_init (&ask, async, origin, "GET", "/");
  set_deadline (&ask, which, 0.2);
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  g_assert_cmpint (ask_read_stream (&ask, buffer, 5, NULL, &ask.error), ==, 5);
  start = tern_test_watch_start ();
  g_assert_cmpint (ask_read_stream (&ask, buffer, 64, NULL, &ask.error), ==, -1);
  ask_assert_io_error (&ask, TIMED_OUT, "receiving the response (127.0.0.1)");
  g_assert_cmpfloat (tern_test_watch_ms (start), >, 100);
  g_assert_cmpfloat (tern_test_watch_ms (start), <, 200 + 150 * ask_slack ());
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
}

static void
redirect_slowly (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  tern_origin_sleep (conn, 100);
  tern_origin_reply (conn, 302, NULL, "Location: /again\r\n", "");
}

/* One deadline over all hops. */
static void
test_hops (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_add_route (origin, "/", redirect_slowly, NULL);
  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_max_redirects (ask.client, 100);
  tern_client_set_total_timeout (ask.client, 0.35);
  ask_fetch (&ask, NULL);
  assert_timed_out (&ask, "waiting for the response", 350);
  g_assert_cmpuint (tern_origin_n_requests (origin), >=, 2);
}

/* 0 is none; the request's own word counts more than the client's. */
static void
test_none (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  tern_origin_set_delay (origin, 250);
  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_timeout (ask.client, 0.05);
  tern_client_set_total_timeout (ask.client, 0.05);
  tern_client_set_connect_timeout (ask.client, 0);
  tern_request_set_timeout (ask.request, 0);
  tern_request_set_total_timeout (ask.request, 0);
  tern_origin_push_script (origin, "HTTP/1.1 204 No Content\r\n\r\n", -1, TERN_ORIGIN_SCRIPT_DELAY);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 204, "");
}

static void
add (const char *phase, const char *which, TernTestBothFunc func, int data)
{
  g_autofree char *path = g_strconcat ("/session/deadlines/", phase, "/", which, NULL);

  tern_test_add_both (path, func, GINT_TO_POINTER (data));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  add ("resolve", "connect-timeout", test_resolve, CONNECT_TIMEOUT);
  add ("resolve", "total-timeout", test_resolve, TOTAL_TIMEOUT);
  add ("connect", "connect-timeout", test_connect, CONNECT_TIMEOUT);
  add ("connect", "timeout", test_connect, TIMEOUT);
  add ("connect", "request-total-timeout", test_connect, REQUEST_TOTAL_TIMEOUT);
  add ("tls", "connect-timeout", test_tls, CONNECT_TIMEOUT);
  add ("tls", "timeout", test_tls, TIMEOUT);
  add ("tls", "request-timeout", test_tls, REQUEST_TIMEOUT);
  add ("tls", "total-timeout", test_tls, TOTAL_TIMEOUT);
  add ("send", "timeout", test_send, TIMEOUT);
  add ("send", "total-timeout", test_send, TOTAL_TIMEOUT);
  add ("stream", "slow", test_stream, ODD_STREAM_SLOW);
  add ("wait", "timeout", test_wait, TIMEOUT);
  add ("wait", "request-timeout", test_wait, REQUEST_TIMEOUT);
  add ("wait", "total-timeout", test_wait, TOTAL_TIMEOUT);
  add ("wait", "request-total-timeout", test_wait, REQUEST_TOTAL_TIMEOUT);
  add ("wait", "partial", test_partial, 0);
  add ("receive", "timeout", test_receive, TIMEOUT);
  add ("receive", "total-timeout", test_receive, TOTAL_TIMEOUT);
  add ("between-reads", "timeout", test_between_reads, TIMEOUT);
  add ("between-reads", "total-timeout", test_between_reads, TOTAL_TIMEOUT);
  add ("stream-stalls", "timeout", test_stream_stalls, TIMEOUT);
  add ("stream-stalls", "total-timeout", test_stream_stalls, TOTAL_TIMEOUT);
  for (guint i = 0; i < G_N_ELEMENTS (drips); i++)
    {
      g_autofree char *moves = g_strconcat ("/session/deadlines/moves/", drips[i].name, NULL);
      g_autofree char *drip_path = g_strconcat ("/session/deadlines/drips/", drips[i].name, NULL);

      tern_test_add_both (moves, test_moves, &drips[i]);
      tern_test_add_both (drip_path, test_drips, &drips[i]);
    }
  add ("moves", "send", test_send_moves, 0);
  add ("moves", "stream", test_stream_takes_time, ODD_STREAM_SLOW);
  add ("hops", "total-timeout", test_hops, 0);
  add ("none", "zero", test_none, 0);
  result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
