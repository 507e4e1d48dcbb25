/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is tried again, and what never is: only what cannot have had an effect, and as often as
 * `retries` says. */
#include "ask.h"
#include "names.h"
#include "odd-stream.h"

#define TEXT "the body"

static TernOrigin *
make_origin (void)
{
  TernOrigin *origin = tern_origin_new ();

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  return origin;
}

/* A kept connection; the next request on it is read and gets @answer, then the end. */
static void
prepare_death (Ask *ask, TernOrigin *origin, const char *answer, TernOriginScriptFlags flags)
{
  ask_again (ask, origin, "GET", "/");
  ask_fetch (ask, NULL);
  ask_assert_ok (ask, 200, "fine");
  tern_origin_push_script (origin, answer, -1, flags);
}

typedef struct
{
  const char *name;
  const char *method;
  TernOriginScriptFlags flags;
  gboolean again;
} Death;

static const Death deaths[] = {
  { "get", "GET", TERN_ORIGIN_SCRIPT_CLOSE_AFTER, TRUE },
  { "get-reset", "GET", TERN_ORIGIN_SCRIPT_RESET_AFTER, TRUE },
  { "head", "HEAD", TERN_ORIGIN_SCRIPT_CLOSE_AFTER, TRUE },
  { "put", "PUT", TERN_ORIGIN_SCRIPT_CLOSE_AFTER, TRUE },
  { "delete", "DELETE", TERN_ORIGIN_SCRIPT_CLOSE_AFTER, TRUE },
  { "options", "OPTIONS", TERN_ORIGIN_SCRIPT_RESET_AFTER, TRUE },
  { "post", "POST", TERN_ORIGIN_SCRIPT_CLOSE_AFTER, FALSE },
  { "post-reset", "POST", TERN_ORIGIN_SCRIPT_RESET_AFTER, FALSE },
  { "patch", "PATCH", TERN_ORIGIN_SCRIPT_CLOSE_AFTER, FALSE },
  { "unknown", "M-SEARCH", TERN_ORIGIN_SCRIPT_CLOSE_AFTER, FALSE },
  { "get-in-small", "get", TERN_ORIGIN_SCRIPT_CLOSE_AFTER, FALSE },
};

static void
test_kept_died (gboolean async, gconstpointer data)
{
  const Death *death = data;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  prepare_death (&ask, origin, "", death->flags);
  ask_again (&ask, origin, death->method, "/");
  ask_fetch (&ask, NULL);
  if (death->again)
    ask_assert_ok (&ask, 200, NULL);
  else
    g_assert_nonnull (ask.error);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, death->again ? 3 : 2);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, death->again ? 2 : 1);
  if (!death->again && death->flags == TERN_ORIGIN_SCRIPT_CLOSE_AFTER)
    ask_assert_tern_error (&ask, REMOTE_DISCONNECTED, NULL);
  else if (!death->again)
    ask_assert_io_error (&ask, CONNECTION_CLOSED, NULL);
}

/* A byte of the answer came: the server has acted. */
static void
test_answer_started (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  prepare_death (&ask, origin, "H", TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, INCOMPLETE_READ, NULL);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 2);
}

/* A connection that was made for the request has no excuse. */
static void
test_fresh_died (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_retries (ask.client, 5);
  tern_origin_push_script (origin, "", 0, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, REMOTE_DISCONNECTED, "127.0.0.1");
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 1);
}

static void
test_retries (gboolean async, gconstpointer data)
{
  g_auto (Ask) ask;

  for (guint retries = 0; retries <= 3; retries++)
    {
      g_autoptr (TernOrigin) origin = make_origin ();

      ask_init (&ask, async, origin, "GET", "/");
      tern_client_set_retries (ask.client, retries);
      prepare_death (&ask, origin, "", TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
      g_assert_cmpint (ask_fetch (&ask, NULL), ==, retries >= 2);
      g_assert_cmpuint (tern_origin_n_requests (origin), ==, retries >= 2 ? 3 : 2);
      ask_clear (&ask);
    }
  ask_init (&ask, async, NULL, "GET", "/");
}

/* Of three kept connections one is found dead; the next try does not gamble on the other two. */
static void
test_next_is_fresh (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  TernResponse *held[3];
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  for (guint i = 0; i < 3; i++)
    {
      ask_send (&ask, NULL);
      held[i] = g_object_ref (ask.response);
    }
  for (guint i = 0; i < 3; i++)
    {
      g_bytes_unref (tern_response_read_all (held[i], NULL, NULL));
      g_object_unref (held[i]);
    }
  g_assert_cmpuint (tern_pool_count_idle (tern_client_peek_pool (ask.client)), ==, 3);
  tern_origin_push_script (origin, "", 0, TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  {
    g_autoptr (TernOriginRequest) last = tern_origin_get_request (origin, 4);

    g_assert_cmpuint (tern_origin_request_connection (last), ==, 3);
  }
}

/* --- bodies --- */

static void
test_put_stream (gboolean async, gconstpointer data)
{
  const gboolean seekable = data != NULL;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (GBytes) body = g_bytes_new_static (LITERAL (TEXT));
  g_autoptr (GInputStream) stream = seekable ? g_memory_input_stream_new_from_bytes (body)
                                             : odd_stream_new (body, ODD_STREAM_SLOW);
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/");
  prepare_death (&ask, origin, "", TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  ask_again (&ask, origin, "PUT", "/");
  tern_request_set_body_stream (ask.request, NULL, stream, -1);
  ask_fetch (&ask, NULL);
  if (seekable)
    {
      g_autoptr (TernOriginRequest) last = tern_origin_get_request (origin, 2);

      ask_assert_ok (&ask, 200, "fine");
      g_assert_cmpstr (tern_origin_request_body (last, NULL), ==, TEXT);
      return;
    }
  ask_assert_tern_error (&ask, REMOTE_DISCONNECTED, NULL);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 2);
  /* And sent again by the program it says why not, rather than send nothing. */
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, BODY_NOT_REWINDABLE, NULL);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 2);
}

/* --- connecting --- */

static void
test_refused (gboolean async, gconstpointer data)
{
  for (guint retries = 0; retries <= 3; retries++)
    {
      g_autofree char *uri = names_uri ("/");
      g_autoptr (Names) names = NULL;
      g_auto (Ask) ask;

      ask_init (&ask, async, NULL, data, uri);
      names = names_new (ask.client);
      names_add (names, "127.0.0.1", tern_test_unused_port ());
      tern_client_set_retries (ask.client, retries);
      g_assert_false (ask_fetch (&ask, NULL));
      ask_assert_io_error (&ask, CONNECTION_REFUSED, NAMES_HOST);
      g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_CONNECT);
      g_assert_cmpuint (names_count (names), ==, MAX (retries, 1));
    }
}

/* Nothing was sent, so a POST may try as well. */
static void
test_refused_once (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autofree char *uri = names_uri ("/");
  g_autoptr (GBytes) body = g_bytes_new_static (LITERAL (TEXT));
  g_autoptr (GInputStream) stream = odd_stream_new (body, ODD_STREAM_SLOW);
  g_autoptr (TernOriginRequest) seen = NULL;
  g_autoptr (Names) names = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, NULL, "POST", uri);
  tern_request_set_body_stream (ask.request, NULL, stream, strlen (TEXT));
  names = names_new (ask.client);
  names_add (names, "127.0.0.1", tern_test_unused_port ());
  names_next_round (names);
  names_add (names, "127.0.0.1", tern_origin_get_port (origin));
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  seen = tern_origin_get_request (origin, 0);
  g_assert_cmpstr (tern_origin_request_body (seen, NULL), ==, TEXT);
  g_assert_cmpuint (names_count (names), ==, 2);
}

static void
test_not_found (gboolean async, gconstpointer data)
{
  g_autofree char *uri = names_uri ("/");
  g_autoptr (Names) names = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, NULL, "GET", uri);
  names = names_new (ask.client);
  names->fails = TRUE;
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, SERVER_NOT_FOUND, NAMES_HOST);
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_RESOLVE);
  g_assert_cmpuint (names_count (names), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (deaths); i++)
    {
      g_autofree char *path = g_strconcat ("/session/retry/kept-died/", deaths[i].name, NULL);

      tern_test_add_both (path, test_kept_died, &deaths[i]);
    }
  tern_test_add_both ("/session/retry/answer-started", test_answer_started, NULL);
  tern_test_add_both ("/session/retry/fresh-died", test_fresh_died, NULL);
  tern_test_add_both ("/session/retry/retries", test_retries, NULL);
  tern_test_add_both ("/session/retry/next-is-fresh", test_next_is_fresh, NULL);
  tern_test_add_both ("/session/retry/put-stream/seekable", test_put_stream, "yes");
  tern_test_add_both ("/session/retry/put-stream/not-seekable", test_put_stream, NULL);
  tern_test_add_both ("/session/retry/refused/get", test_refused, "GET");
  tern_test_add_both ("/session/retry/refused/post", test_refused, "POST");
  tern_test_add_both ("/session/retry/refused-once", test_refused_once, NULL);
  tern_test_add_both ("/session/retry/not-found", test_not_found, NULL);
  return g_test_run ();
}
