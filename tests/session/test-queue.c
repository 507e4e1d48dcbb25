/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* More requests than connections: they wait their turn, in order, without a descriptor each; no
 * clock of the network runs for them, and who leaves the queue does not hold it up. */
#include "ask.h"
#include "client/tern-client-private.h"

#define MANY (g_getenv ("TERN_TEST_MEMCHECK") ? 1000u : 10000u)

/* Requests under way at once on this thread's context. */
typedef struct
{
  TernClient *client;
  guint n_done;
  guint n_failed;
  guint n_started;
  int error_code; /* of G_IO_ERROR, what a failure must be */
  GString *order;
} Crowd;

typedef struct
{
  Crowd *crowd;
  TernRequest *request;
  guint number;
  gboolean told;
} Member;

static void
on_member (GObject *source, GAsyncResult *result, gpointer data)
{
  Member *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (TernResponse) response
      = tern_client_fetch_finish (TERN_CLIENT (source), result, &content, &error);

  g_assert_false (self->told);
  self->told = TRUE;
  if (response)
    {
      g_assert_cmpuint (tern_response_get_status (response), ==, 200);
      g_assert_cmpuint (g_bytes_get_size (content), ==, 4);
    }
  else
    {
      tern_test_assert_error (error, G_IO_ERROR, self->crowd->error_code, NULL);
      self->crowd->n_failed++;
    }
  self->crowd->n_done++;
  if (self->crowd->order)
    g_string_append_printf (self->crowd->order, "%u ", self->number);
  g_object_unref (self->request);
  g_free (self);
}

static void
crowd_add (Crowd *self, TernOrigin *origin, GCancellable *cancellable)
{
  g_autofree char *path = g_strdup_printf ("/%u", self->n_started);
  g_autofree char *uri = tern_origin_uri (origin, path);
  Member *member = g_new0 (Member, 1);

  member->crowd = self;
  member->number = self->n_started++;
  member->request = tern_request_new ("GET", uri);
  tern_client_fetch_async (self->client, member->request, cancellable, on_member, member);
}

static gboolean
crowd_is_done (gpointer data)
{
  Crowd *self = data;

  return self->n_done == self->n_started;
}

static void
crowd_run (Crowd *self)
{
  tern_test_run_until_func (crowd_is_done, self, 60000);
  tern_test_run_for (5);
}

static void
crowd_clear (Crowd *self)
{
  g_assert_true (crowd_is_done (self));
  g_assert_cmpuint (tern_pool_count_waiting (tern_client_peek_pool (self->client)), ==, 0);
  g_object_unref (self->client);
  if (self->order)
    g_string_free (self->order, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Crowd, crowd_clear)

/* --- origins --- */

/* A door that stays shut until it is opened. */
typedef struct
{
  int open;     /* atomic */
  int n_inside; /* atomic: requests that are being answered */
  int n_most;   /* atomic */
} Door;

static void
wait_at_door (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Door *door = data;
  const int n = g_atomic_int_add (&door->n_inside, 1) + 1;

  for (int most = g_atomic_int_get (&door->n_most);
       n > most && !g_atomic_int_compare_and_exchange (&door->n_most, most, n);)
    most = g_atomic_int_get (&door->n_most);
  while (!g_atomic_int_get (&door->open))
    if (!tern_origin_sleep (conn, 2))
      break;
  g_atomic_int_add (&door->n_inside, -1);
  tern_origin_reply (conn, 200, NULL, NULL, "fine");
}

static TernOrigin *
make_origin (Door *door)
{
  TernOrigin *origin = tern_origin_new ();

  tern_origin_add_route (origin, "/", wait_at_door, door);
  return origin;
}

/* --- limits --- */

static void
test_order (void)
{
  Door door = { FALSE };
  g_autoptr (TernOrigin) origin = make_origin (&door);
  g_auto (Crowd) crowd = { .client = tern_client_new (), .order = g_string_new (NULL) };

  tern_client_set_max_connections (crowd.client, 1);
  for (guint i = 0; i < 10; i++)
    crowd_add (&crowd, origin, NULL);
  g_assert_true (tern_origin_wait_requests (origin, 1, 5000));
  g_assert_cmpuint (tern_pool_count_waiting (tern_client_peek_pool (crowd.client)), ==, 9);
  g_atomic_int_set (&door.open, TRUE);
  crowd_run (&crowd);
  g_assert_cmpstr (crowd.order->str, ==, "0 1 2 3 4 5 6 7 8 9 ");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

/* Origins up to a NULL, and how many connections are to be open at all of them. */
typedef struct
{
  TernOrigin **origins;
  guint n_wanted;
} Opened;

static gboolean
are_opened (gpointer data)
{
  const Opened *opened = data;
  guint n_open = 0;

  for (TernOrigin **origin = opened->origins; *origin; origin++)
    n_open += tern_origin_n_open (*origin);
  return n_open == opened->n_wanted;
}

/* Waits for that many connections, and a little longer, in which no more may come. */
static void
assert_opens (TernOrigin **origins, guint n_wanted)
{
  Opened opened = { origins, n_wanted };

  tern_test_run_until_func (are_opened, &opened, 10000);
  tern_test_run_for (50);
  g_assert_true (are_opened (&opened));
}

static void
test_limits (void)
{
  Door doors[3] = { 0 };
  TernOrigin *origins[4] = { NULL };
  g_auto (Crowd) crowd = { .client = tern_client_new () };

  tern_client_set_max_connections (crowd.client, 5);
  tern_client_set_max_connections_per_host (crowd.client, 2);
  for (guint i = 0; i < 3; i++)
    origins[i] = make_origin (&doors[i]);
  for (guint i = 0; i < 60; i++)
    crowd_add (&crowd, origins[i % 3], NULL);
  assert_opens (origins, 5);
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (crowd.client)), ==, 5);
  for (guint i = 0; i < 3; i++)
    g_atomic_int_set (&doors[i].open, TRUE);
  crowd_run (&crowd);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (doors[i].n_most, <=, 2);
      g_assert_cmpuint (tern_origin_n_requests (origins[i]), ==, 20);
      tern_origin_free (origins[i]);
    }
}

/* A limit that is raised lets more in at once. */
static void
test_raise (void)
{
  Door door = { FALSE };
  g_autoptr (TernOrigin) origin = make_origin (&door);
  g_auto (Crowd) crowd = { .client = tern_client_new () };
  TernOrigin *origins[] = { origin, NULL };

  tern_client_set_max_connections (crowd.client, 1);
  for (guint i = 0; i < 8; i++)
    crowd_add (&crowd, origin, NULL);
  assert_opens (origins, 1);
  tern_client_set_max_connections (crowd.client, 4);
  assert_opens (origins, 4);
  g_atomic_int_set (&door.open, TRUE);
  crowd_run (&crowd);
}

/* --- ten thousand --- */

static void
test_many (void)
{
  Door door = { FALSE };
  g_autoptr (TernOrigin) origin = make_origin (&door);
  const guint fds = tern_test_count_fds ();
  const guint threads = tern_test_count_threads ();
  g_auto (Crowd) crowd = { .client = tern_client_new () };

  tern_client_set_max_connections (crowd.client, 4);
  for (guint i = 0; i < MANY; i++)
    crowd_add (&crowd, origin, NULL);
  g_assert_true (tern_origin_wait_requests (origin, 4, 5000));
  g_assert_cmpuint (tern_pool_count_waiting (tern_client_peek_pool (crowd.client)), ==, MANY - 4);
  /* Both ends of four connections, the context's own and little else. */
  g_assert_cmpuint (tern_test_count_fds (), <, fds + 20);
  g_assert_cmpuint (tern_test_count_threads (), <, threads + 10);
  g_atomic_int_set (&door.open, TRUE);
  crowd_run (&crowd);
  g_assert_cmpuint (crowd.n_failed, ==, 0);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, MANY);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 4);
  g_assert_cmpuint (tern_test_count_fds (), <, fds + 20);
}

/* All of them cancelled at once: each is told once, and the queue is empty. */
static void
test_many_cancelled (void)
{
  Door door = { FALSE };
  g_autoptr (TernOrigin) origin = make_origin (&door);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Crowd) crowd = { .client = tern_client_new (), .error_code = G_IO_ERROR_CANCELLED };

  tern_client_set_max_connections (crowd.client, 4);
  for (guint i = 0; i < MANY; i++)
    crowd_add (&crowd, origin, cancellable);
  tern_test_run_for (20);
  g_cancellable_cancel (cancellable);
  crowd_run (&crowd);
  g_assert_cmpuint (crowd.n_failed, ==, MANY);
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (crowd.client)), ==, 0);
  g_atomic_int_set (&door.open, TRUE);
  crowd_add (&crowd, origin, NULL);
  crowd_run (&crowd);
  g_assert_cmpuint (crowd.n_failed, ==, MANY);
}

/* Every second one leaves; those behind them still have their turn. */
static void
test_some_leave (void)
{
  Door door = { FALSE };
  g_autoptr (TernOrigin) origin = make_origin (&door);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (Crowd) crowd = { .client = tern_client_new (), .error_code = G_IO_ERROR_CANCELLED };

  tern_client_set_max_connections (crowd.client, 2);
  for (guint i = 0; i < 200; i++)
    crowd_add (&crowd, origin, i % 2 ? cancellable : NULL);
  tern_test_run_for (20);
  g_cancellable_cancel (cancellable);
  tern_test_run_for (20);
  g_atomic_int_set (&door.open, TRUE);
  crowd_run (&crowd);
  g_assert_cmpuint (crowd.n_failed, ==, 100);
}

/* --- clocks --- */

typedef struct
{
  gboolean async;
  TernClient *client;
  TernOrigin *origin;
} Holder;

/* Holds the only connection for a while. */
static gpointer
hold (gpointer data)
{
  Holder *holder = data;
  g_autofree char *uri = tern_origin_uri (holder->origin, "/");
  g_autoptr (TernRequest) request = tern_request_new ("GET", uri);
  g_autoptr (TernResponse) response = tern_client_fetch (holder->client, request, NULL, NULL, NULL);

  g_assert_nonnull (response);
  return NULL;
}

static void
test_clocks (gboolean async, gconstpointer data)
{
  Door door = { FALSE };
  g_autoptr (TernOrigin) origin = make_origin (&door);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Holder holder = { async, NULL, origin };
  GThread *thread;
  GThread *canceller;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_max_connections (ask.client, 1);
  holder.client = ask.client;
  thread = g_thread_new ("hold", hold, &holder);
  g_assert_true (tern_origin_wait_requests (origin, 1, 5000));

  tern_request_set_total_timeout (ask.request, 0.1);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_io_error (&ask, TIMED_OUT, "waiting for a free connection");
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_QUEUE);
  g_assert_cmpfloat (ask.ms, <, 100 + 100 * ask_slack ());

  tern_request_set_total_timeout (ask.request, 0);
  canceller = ask_cancel_later (cancellable, 50);
  g_assert_false (ask_fetch (&ask, cancellable));
  g_thread_join (canceller);
  ask_assert_io_error (&ask, CANCELLED, "waiting for a free connection");
  g_assert_cmpfloat (ask.ms, <, 50 + 100 * ask_slack ());

  g_assert_cmpuint (tern_pool_count_waiting (tern_client_peek_pool (ask.client)), ==, 0);
  g_atomic_int_set (&door.open, TRUE);
  g_thread_join (thread);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
}

static gpointer
open_later (gpointer data)
{
  g_usleep (300 * 1000);
  g_atomic_int_set ((int *)data, TRUE);
  return NULL;
}

/* Whoever waits in the queue waits for no network: neither `timeout` nor `connect-timeout` runs. */
static void
test_no_clock (gboolean async, gconstpointer data)
{
  Door door = { FALSE };
  g_autoptr (TernOrigin) origin = make_origin (&door);
  Holder holder = { async, NULL, origin };
  GThread *thread;
  GThread *opener;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_max_connections (ask.client, 1);
  holder.client = ask.client;
  thread = g_thread_new ("hold", hold, &holder);
  g_assert_true (tern_origin_wait_requests (origin, 1, 5000));
  tern_client_set_connect_timeout (ask.client, 0.1);
  tern_request_set_timeout (ask.request, 0.1);
  opener = g_thread_new ("open", open_later, &door.open);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  g_assert_cmpfloat (ask.ms, >, 200);
  g_assert_cmpint (tern_response_get_timings (ask.response)->queue, >,
                   150 * G_TIME_SPAN_MILLISECOND);
  g_thread_join (thread);
  g_thread_join (opener);
}

/* A response whose body nobody has read holds its connection; to drop it lets the next one in. */
static void
test_unread_holds (gboolean async, gconstpointer data)
{
  Door door = { TRUE };
  g_autoptr (TernOrigin) origin = make_origin (&door);
  g_autoptr (TernResponse) unread = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_max_connections (ask.client, 1);
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  unread = g_steal_pointer (&ask.response);
  tern_request_set_total_timeout (ask.request, 0.1);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_io_error (&ask, TIMED_OUT, "waiting for a free connection");
  g_clear_object (&unread);
  tern_request_set_total_timeout (ask.request, 5);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  /* It had come whole with its head, so to drop it did not cost the connection. */
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/queue/order", test_order);
  g_test_add_func ("/session/queue/limits", test_limits);
  g_test_add_func ("/session/queue/raise", test_raise);
  g_test_add_func ("/session/queue/many", test_many);
  g_test_add_func ("/session/queue/many-cancelled", test_many_cancelled);
  g_test_add_func ("/session/queue/some-leave", test_some_leave);
  tern_test_add_both ("/session/queue/clocks", test_clocks, NULL);
  tern_test_add_both ("/session/queue/no-clock", test_no_clock, NULL);
  tern_test_add_both ("/session/queue/unread-holds", test_unread_holds, NULL);
  return g_test_run ();
}
