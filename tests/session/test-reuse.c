/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kept connections: when one serves again, when it does not, and whom it never serves. */
#include "ask.h"
#include "names.h"

static void
get (Ask *ask, TernOrigin *origin)
{
  ask_again (ask, origin, "GET", "/");
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 200, "fine");
}

static guint
count_idle (Ask *ask)
{
  return tern_pool_count_idle (tern_client_peek_pool (ask->client));
}

static TernOrigin *
make_origin (void)
{
  TernOrigin *origin = tern_origin_new ();

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  return origin;
}

static void
test_one (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (TernOrigin) other = make_origin ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  for (guint i = 0; i < 20; i++)
    {
      get (&ask, origin);
      get (&ask, other);
      g_assert_cmpint (tern_response_get_timings (ask.response)->reused, ==, i > 0);
    }
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
  g_assert_cmpuint (tern_origin_n_connections (other), ==, 1);
  g_assert_cmpuint (count_idle (&ask), ==, 2);
}

/* The host in another case, or with its default port, is the same origin. */
static void
test_same_origin (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autofree char *upper = g_strdup_printf ("http://LOCALHOST:%u/", tern_origin_get_port (origin));
  g_autofree char *lower = g_strdup_printf ("HTTP://localhost:%u/", tern_origin_get_port (origin));
  g_auto (Ask) ask;

  ask_init (&ask, async, NULL, "GET", upper);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  ask_again (&ask, NULL, "GET", lower);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

/* With the port left out, given, or empty the host is named without it (RFC 9110 §7.2), and the
 * connection is the same. */
static void
test_default_port (gboolean async, gconstpointer data)
{
  static const char *const uris[] = { "http://" NAMES_HOST "/", "http://" NAMES_HOST ":80/",
                                      "http://" NAMES_HOST ":/", ("http://" NAMES_HOST) };
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (Names) names = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, NULL, "GET", uris[0]);
  names = names_new (ask.client);
  names_add (names, "127.0.0.1", tern_origin_get_port (origin));
  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autoptr (TernOriginRequest) seen = NULL;

      ask_again (&ask, NULL, "GET", uris[i]);
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "fine");
      seen = tern_origin_get_request (origin, i);
      g_assert_cmpstr (tern_origin_request_header (seen, "Host"), ==, NAMES_HOST);
      g_assert_cmpstr (tern_origin_request_target (seen), ==, "/");
    }
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

/* Looked at before it is used: one that was closed or reset meanwhile does no harm, not even to a
 * request that may be sent once only. */
static void
test_dead_at_checkout (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  get (&ask, origin);
  g_assert_cmpuint (data ? tern_origin_reset_idle (origin) : tern_origin_close_idle (origin), ==,
                    1);
  g_usleep (20 * 1000);
  ask_again (&ask, origin, "POST", "/");
  tern_client_set_retries (ask.client, 1);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 2);
}

static void
test_expiry (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_idle_connection_timeout (ask.client, 0.2);
  get (&ask, origin);
  get (&ask, origin);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
  g_usleep (250 * 1000);
  get (&ask, origin);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
  g_assert_true (tern_origin_wait_closed (origin, 0, 5000));
  /* 0 keeps none at all. */
  tern_client_set_idle_connection_timeout (ask.client, 0);
  get (&ask, origin);
  g_assert_cmpuint (count_idle (&ask), ==, 0);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
}

static void
test_close (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (GBytes) body = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  get (&ask, origin);
  tern_client_close (ask.client);
  g_assert_cmpuint (count_idle (&ask), ==, 0);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
  /* It stays usable; what is in use is closed when its response was read. */
  ask_again (&ask, origin, "GET", "/");
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  tern_client_close (ask.client);
  body = ask_read_all (&ask, NULL, &ask.error);
  g_assert_no_error (ask.error);
  g_assert_cmpuint (g_bytes_get_size (body), ==, 4);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
  get (&ask, origin);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 3);
}

/* The client's end closes what it kept, also with a response still about. */
static void
test_finalize (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (GBytes) body = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  get (&ask, origin);
  ask_again (&ask, origin, "GET", "/");
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  g_clear_object (&ask.client);
  body = ask_read_all (&ask, NULL, &ask.error);
  g_assert_no_error (ask.error);
  tern_test_assert_bytes (g_bytes_get_data (body, NULL), (gssize)g_bytes_get_size (body), "fine",
                          -1);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
}

/* Nothing is shared between partitions (also not between a partition and none). */
static void
test_partitions (gboolean async, gconstpointer data)
{
  static const char *const partitions[] = { NULL, "a", "b", "a\n", "", "a", "b", NULL };
  g_autoptr (TernOrigin) origin = make_origin ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  for (guint i = 0; i < G_N_ELEMENTS (partitions); i++)
    {
      ask_again (&ask, origin, "GET", "/");
      tern_request_set_partition (ask.request, partitions[i]);
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "fine");
      g_assert_cmpuint (tern_origin_n_connections (origin), ==, MIN (i + 1, 5));
    }
}

/* Two clients share nothing either. */
static void
test_two_clients (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_auto (Ask) one;
  g_auto (Ask) two;

  ask_init (&one, async, origin, "GET", "/");
  ask_init (&two, async, origin, "GET", "/");
  get (&one, origin);
  get (&two, origin);
  get (&one, origin);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
}

/* --- settings --- */

static void
change_settings (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  TernClient *client = data;

  tern_client_set_timeout (client, 0.1);
  tern_client_set_user_agent (client, "changed");
  tern_client_set_max_header_count (client, 1);
  tern_client_set_follow_redirects (client, FALSE);
  tern_origin_sleep (conn, 300);
  tern_origin_reply (conn, 302, NULL, "Location: /next\r\nX: 1\r\nY: 2\r\n", "");
}

/* A request keeps the settings with which it began, over all its hops. */
static void
test_snapshot (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (TernOriginRequest) second = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/first");
  tern_client_set_user_agent (ask.client, "before");
  tern_origin_add_reply (origin, "/", 200, "X: 1\r\n", "fine");
  tern_origin_add_route (origin, "/first", change_settings, ask.client);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  second = tern_origin_get_request (origin, 1);
  g_assert_cmpstr (tern_origin_request_header (second, "User-Agent"), ==, "before");
  ask_again (&ask, origin, "GET", "/");
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, TOO_MANY_HEADERS, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/session/reuse/one", test_one, NULL);
  tern_test_add_both ("/session/reuse/same-origin", test_same_origin, NULL);
  tern_test_add_both ("/session/reuse/default-port", test_default_port, NULL);
  tern_test_add_both ("/session/reuse/closed-at-checkout", test_dead_at_checkout, NULL);
  tern_test_add_both ("/session/reuse/reset-at-checkout", test_dead_at_checkout, "reset");
  tern_test_add_both ("/session/reuse/expiry", test_expiry, NULL);
  tern_test_add_both ("/session/reuse/close", test_close, NULL);
  tern_test_add_both ("/session/reuse/finalize", test_finalize, NULL);
  tern_test_add_both ("/session/reuse/partitions", test_partitions, NULL);
  tern_test_add_both ("/session/reuse/two-clients", test_two_clients, NULL);
  tern_test_add_both ("/session/reuse/snapshot", test_snapshot, NULL);
  return g_test_run ();
}
