/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cancellation in every phase: prompt, told once, and nothing is left behind, neither descriptor
 * nor job. */
#include "ask.h"
#include "io/tern-worker.h"
#include "names.h"
#include "odd-stream.h"
#include "tern-dead-listener.h"

#define WHEN 50 /* ms */

/* Made once: keys take their time. */
static TernTestCerts *certs;

static void
assert_cancelled (Ask *ask, const char *phase)
{
  g_assert_null (ask->response);
  ask_assert_io_error (ask, CANCELLED, phase);
  /* No time limit of the client is as short as this, and a loaded machine is no excuse for more. */
  g_assert_cmpfloat (ask->ms, <, WHEN + 500 * ask_slack ());
}

static void
fetch_cancelled (Ask *ask, const char *phase)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = ask_cancel_later (cancellable, WHEN);

  ask_fetch (ask, cancellable);
  g_thread_join (thread);
  assert_cancelled (ask, phase);
}

static void
test_resolve (gboolean async, gconstpointer data)
{
  g_autofree char *uri = names_uri ("/");
  g_autoptr (Names) names = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, NULL, "GET", uri);
  names = names_new (ask.client);
  names->hangs = TRUE;
  fetch_cancelled (&ask, "looking up the name (" NAMES_HOST ")");
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_RESOLVE);
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (ask.client)), ==, 0);
}

static void
test_connect (gboolean async, gconstpointer data)
{
  g_autoptr (TernDeadListener) dead = tern_dead_listener_new ("127.0.0.2", 0, NULL);
  g_autofree char *uri
      = g_strdup_printf ("http://127.0.0.2:%u/", tern_dead_listener_get_port (dead));
  g_auto (Ask) ask;

  ask_init (&ask, async, NULL, "GET", uri);
  fetch_cancelled (&ask, "connecting (127.0.0.2)");
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_CONNECT);
}

static void
test_tls (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin
      = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, TERN_ORIGIN_TLS_HANG);
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  fetch_cancelled (&ask, "negotiating TLS (localhost)");
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_TLS);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
}

static void
hang (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  tern_origin_hang (conn);
}

static void
test_send (gboolean async, gconstpointer data)
{
  const gsize size = 32 * 1024 * 1024;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (size), size);
  g_auto (Ask) ask;

  tern_origin_add_route_full (origin, "/", TERN_ORIGIN_ROUTE_BEFORE_BODY, hang, NULL);
  ask_init (&ask, async, origin, "POST", "/");
  tern_request_set_body_bytes (ask.request, NULL, body);
  fetch_cancelled (&ask, "sending the request (127.0.0.1)");
}

static void
test_stream (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("hello", 5);
  g_autoptr (GInputStream) stream = odd_stream_new (body, ODD_STREAM_HANGS);
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "POST", "/");
  tern_request_set_body_stream (ask.request, NULL, stream, -1);
  fetch_cancelled (&ask, "sending the request (127.0.0.1)");
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
  /* The read goes on without us; it ends by itself. */
  while (tern_worker_count (TERN_LANE_STREAM) > 0)
    g_usleep (1000);
}

static void
test_wait (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, data, -1, TERN_ORIGIN_SCRIPT_HANG_AFTER);
  fetch_cancelled (&ask, "waiting for the response (127.0.0.1)");
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
  /* And the client goes on. */
  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
}

static void
test_receive (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (TernFailure) failure = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello", -1,
                           TERN_ORIGIN_SCRIPT_HANG_AFTER);
  fetch_cancelled (&ask, "receiving the response (127.0.0.1)");
  failure = tern_request_get_failure (ask.request);
  g_assert_cmpint (tern_failure_get_received (failure), ==, 5);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
}

/* A read that was cancelled may be tried again: nothing was lost. */
static void
test_read (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) rest = NULL;
  GThread *thread;
  char buffer[16];
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_origin_set_delay (origin, 300);
  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", -1,
                           TERN_ORIGIN_SCRIPT_DEFAULT);
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  g_assert_cmpint (ask_read_stream (&ask, buffer, 5, NULL, &ask.error), ==, 5);
  thread = ask_cancel_later (cancellable, WHEN);
  g_assert_cmpint (ask_read_stream (&ask, buffer, 16, cancellable, &ask.error), ==, -1);
  g_thread_join (thread);
  ask_assert_io_error (&ask, CANCELLED, NULL);
  g_clear_error (&ask.error);
  g_assert_cmpuint (tern_origin_poke_idle (origin, "world", 5), ==, 1);
  rest = ask_read_all (&ask, NULL, &ask.error);
  g_assert_no_error (ask.error);
  tern_test_assert_bytes (g_bytes_get_data (rest, NULL), (gssize)g_bytes_get_size (rest), "world",
                          -1);
}

static void
test_before (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Ask) ask;

  g_cancellable_cancel (cancellable);
  ask_init (&ask, async, origin, "GET", "/");
  g_assert_false (ask_fetch (&ask, cancellable));
  ask_assert_io_error (&ask, CANCELLED, NULL);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 0);
}

/* Cancelled when all is over: nothing happens, and the same cancellable serves on. */
static void
test_after (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "GET", "/");
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&ask, cancellable);
      ask_assert_ok (&ask, 200, "fine");
      g_cancellable_cancel (cancellable);
      g_cancellable_reset (cancellable);
    }
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

/* --- nothing is left --- */

static void
cancel_everywhere (gboolean async)
{
  test_resolve (async, NULL);
  test_connect (async, NULL);
  test_tls (async, NULL);
  test_wait (async, "");
  test_receive (async, NULL);
}

typedef struct
{
  guint fds;
  guint threads;
} Before;

static gboolean
is_clean (gpointer data)
{
  const Before *before = data;

  return tern_worker_count (TERN_LANE_RESOLVE) == 0 && tern_worker_count (TERN_LANE_STREAM) == 0
         && tern_test_count_fds () <= before->fds;
}

static void
test_leftovers (gboolean async, gconstpointer data)
{
  Before before;

  cancel_everywhere (async);
  before.fds = tern_test_count_fds ();
  for (guint i = 0; i < 3; i++)
    cancel_everywhere (async);
  tern_test_run_until_func (is_clean, &before, 5000);
  g_assert_cmpuint (tern_test_count_fds (), <=, before.fds);
}

/* A look-up that comes back after its request has gone, client and all. */
static void
test_late_lookup (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autofree char *uri = names_uri ("/");
  Before before = { tern_test_count_fds (), 0 };
  Names *names;
  Ask ask;

  ask_init (&ask, async, NULL, "GET", uri);
  names = names_new (ask.client);
  names_add (names, "127.0.0.1", tern_origin_get_port (origin));
  names->hangs = TRUE;
  tern_client_set_connect_timeout (ask.client, 0.05);
  ask_fetch (&ask, NULL);
  ask_assert_io_error (&ask, TIMED_OUT, "looking up the name");
  ask_clear (&ask);
  g_assert_cmpuint (tern_worker_count (TERN_LANE_RESOLVE), ==, 1);
  names_free (names);
  g_assert_cmpuint (tern_worker_count (TERN_LANE_RESOLVE), ==, 0);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 0);
  tern_test_run_until_func (is_clean, &before, 5000);
}

/* --- at any moment --- */

typedef struct
{
  GCancellable *cancellable;
  guint us;
} Moment;

static gpointer
cancel_at (gpointer data)
{
  Moment *moment = data;
  const gint64 end = g_get_monotonic_time () + moment->us;

  while (g_get_monotonic_time () < end)
    continue; /* a sleep is not that exact */
  g_cancellable_cancel (moment->cancellable);
  return NULL;
}

/* Cancelled a little later each time, over all that a request does: it works or is cancelled, and
 * the connection that it had is either good or gone. */
static void
test_any_moment (gboolean async, gconstpointer data)
{
  const gboolean secure = data != NULL;
  g_autoptr (TernOrigin) origin
      = secure ? tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, 0) : tern_origin_new ();
  g_autofree char *big = g_strnfill (200000, 'b');
  TernPool *pool;
  guint n_ok = 0;
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, big);
  ask_init (&ask, async, origin, "GET", "/");
  if (secure)
    tern_client_set_ca_file (ask.client, tern_test_certs_get_ca_file (certs));
  pool = tern_client_peek_pool (ask.client);
  for (guint i = 0; i < 120; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Moment moment = { cancellable, i * (secure ? 50 : 15) };
      GThread *thread = g_thread_new ("cancel", cancel_at, &moment);

      if (ask_fetch (&ask, cancellable))
        {
          n_ok++;
          ask_assert_ok (&ask, 200, big);
        }
      else
        ask_assert_io_error (&ask, CANCELLED, NULL);
      g_thread_join (thread);
      g_assert_cmpuint (tern_pool_count_total (pool), ==, tern_pool_count_idle (pool));
      if (i % 3 == 0)
        tern_client_close (ask.client);
    }
  g_test_message ("%u of 120 were done before", n_ok);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, big);
  tern_client_close (ask.client);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  tern_test_add_both ("/session/cancel/before", test_before, NULL);
  tern_test_add_both ("/session/cancel/resolve", test_resolve, NULL);
  tern_test_add_both ("/session/cancel/connect", test_connect, NULL);
  tern_test_add_both ("/session/cancel/tls", test_tls, NULL);
  tern_test_add_both ("/session/cancel/send", test_send, NULL);
  tern_test_add_both ("/session/cancel/stream", test_stream, NULL);
  tern_test_add_both ("/session/cancel/wait", test_wait, "");
  tern_test_add_both ("/session/cancel/wait-head", test_wait, "HTTP/1.1 200 OK\r\nX: ");
  tern_test_add_both ("/session/cancel/receive", test_receive, NULL);
  tern_test_add_both ("/session/cancel/read", test_read, NULL);
  tern_test_add_both ("/session/cancel/after", test_after, NULL);
  tern_test_add_both ("/session/cancel/any-moment/plain", test_any_moment, NULL);
  tern_test_add_both ("/session/cancel/any-moment/tls", test_any_moment, "tls");
  tern_test_add_both ("/session/cancel/leftovers", test_leftovers, NULL);
  tern_test_add_both ("/session/cancel/late-lookup", test_late_lookup, NULL);
  result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
