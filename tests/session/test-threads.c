/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One client in many threads, sync and async mixed, while its settings change and its connections
 * are closed. It is the test that ThreadSanitizer is run for. */
#include "ask.h"
#include "client/tern-client-private.h"
#include "tern-origin-demo.h"

#define N_THREADS 8
#define N_ROUNDS (g_getenv ("TERN_TEST_MEMCHECK") ? 20u : 150u)

typedef struct
{
  TernClient *client;
  TernOrigin *origins[2];
  int n_running; /* atomic */
} Shared;

static const char *const texts[] = { "/plain", "/chunked", "/to-close", "/early-hints" };

static void
get_text (Ask *ask, TernOrigin *origin, guint i)
{
  ask_again (ask, origin, "GET", texts[i % G_N_ELEMENTS (texts)]);
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 200, TERN_ORIGIN_DEMO_TEXT);
}

static void
get_big (Ask *ask, TernOrigin *origin, guint i)
{
  g_autoptr (GBytes) body = NULL;

  ask_again (ask, origin, "GET", i % 2 ? "/big?size=60000" : "/big?size=60000&chunk=500");
  ask_send (ask, NULL);
  ask_assert_ok (ask, 200, NULL);
  body = ask_read_all (ask, NULL, &ask->error);
  g_assert_no_error (ask->error);
  g_assert_cmpuint (g_bytes_get_size (body), ==, 60000);
}

/* What one thread sends never comes back to another. */
static void
post (Ask *ask, TernOrigin *origin, guint number, guint i)
{
  g_autofree char *text = g_strdup_printf ("thread %u round %u.", number, i);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autofree char *echo = NULL;

  ask_again (ask, origin, "POST", "/echo");
  tern_request_set_body_bytes (ask->request, NULL, body);
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 200, NULL);
  echo = g_strndup (g_bytes_get_data (ask->content, NULL), g_bytes_get_size (ask->content));
  g_assert_nonnull (strstr (echo, text));
}

static void
cancel_one (Ask *ask, TernOrigin *origin)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = ask_cancel_later (cancellable, 2);

  ask_again (ask, origin, "GET", "/slow?ms=200");
  if (!ask_fetch (ask, cancellable))
    ask_assert_io_error (ask, CANCELLED, NULL);
  g_thread_join (thread);
}

static void
drop_one (Ask *ask, TernOrigin *origin)
{
  ask_again (ask, origin, "GET", "/big?size=500000");
  ask_send (ask, NULL);
  ask_assert_ok (ask, 200, NULL);
}

static void
work (guint number, gpointer data)
{
  Shared *shared = data;
  Ask ask = { .async = number % 2, .client = g_object_ref (shared->client) };

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      TernOrigin *origin = shared->origins[(number + i / 3) % 2];

      switch (i % 8)
        {
        case 5:
          get_big (&ask, origin, i / 8);
          break;
        case 6:
          post (&ask, origin, number, i);
          break;
        case 7:
          if (i % 16 == 7)
            cancel_one (&ask, origin);
          else
            drop_one (&ask, origin);
          break;
        default:
          get_text (&ask, origin, number + i);
        }
    }
  ask_clear (&ask);
  g_atomic_int_dec_and_test (&shared->n_running);
}

/* Changes what can be changed while the others work; none of it may harm a request. */
static gpointer
meddle (gpointer data)
{
  Shared *shared = data;

  for (guint i = 0; g_atomic_int_get (&shared->n_running) > 0; i++)
    {
      tern_client_set_max_connections (shared->client, 2 + i % 7);
      tern_client_set_max_connections_per_host (shared->client, 1 + i % 4);
      tern_client_set_user_agent (shared->client, i % 2 ? "one" : "two");
      tern_client_set_idle_connection_timeout (shared->client, i % 3 ? 30 : 0.001);
      if (i % 5 == 0)
        tern_client_close (shared->client);
      if (i % 7 == 0)
        tern_client_add_credentials (shared->client, "name", "word", NULL);
      if (i % 14 == 0)
        tern_client_clear_credentials (shared->client);
      g_usleep (1000);
    }
  return NULL;
}

static void
test_mixed (void)
{
  Shared shared = { .client = tern_client_new (), .n_running = N_THREADS };
  TernPool *pool = tern_client_peek_pool (shared.client);
  GThread *meddler;

  for (guint i = 0; i < 2; i++)
    {
      shared.origins[i] = tern_origin_new ();
      tern_origin_add_demo (shared.origins[i]);
    }
  meddler = g_thread_new ("meddle", meddle, &shared);
  tern_test_run_threads (N_THREADS, work, &shared);
  g_thread_join (meddler);
  g_assert_cmpuint (tern_pool_count_waiting (pool), ==, 0);
  g_assert_cmpuint (tern_pool_count_total (pool), ==, tern_pool_count_idle (pool));
  g_object_unref (shared.client);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (tern_origin_wait_n_open (shared.origins[i], 0, 5000));
      tern_origin_free (shared.origins[i]);
    }
}

/* Threads that queue for one connection: each gets it, none sleeps for ever. */
static void
work_narrow (guint number, gpointer data)
{
  Shared *shared = data;
  Ask ask = { .async = number % 2, .client = g_object_ref (shared->client) };

  for (guint i = 0; i < N_ROUNDS; i++)
    get_text (&ask, shared->origins[0], i % 2);
  ask_clear (&ask);
}

static void
test_narrow (void)
{
  Shared shared = { .client = tern_client_new () };

  shared.origins[0] = tern_origin_new ();
  tern_origin_add_demo (shared.origins[0]);
  tern_client_set_max_connections (shared.client, 1);
  tern_test_run_threads (N_THREADS, work_narrow, &shared);
  g_assert_cmpuint (tern_origin_n_requests (shared.origins[0]), ==, N_THREADS * N_ROUNDS);
  g_assert_cmpuint (tern_origin_max_open (shared.origins[0]), ==, 1);
  g_object_unref (shared.client);
  tern_origin_free (shared.origins[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/threads/mixed", test_mixed);
  g_test_add_func ("/session/threads/narrow", test_narrow);
  return g_test_run ();
}
