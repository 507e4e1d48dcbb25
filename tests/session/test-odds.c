/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What programs do and tutorials do not: start a call in a callback, drop the client on the way,
 * ask again from a handler, run out of descriptors, send what is never ready. */
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ask.h"
#include "client/tern-client-private.h"
#include "io/tern-worker.h"
#include "odd-stream.h"
#include "tern-origin-demo.h"

static TernOrigin *
make_origin (void)
{
  TernOrigin *origin = tern_origin_new ();

  tern_origin_add_demo (origin);
  return origin;
}

/* --- async calls --- */

typedef struct
{
  TernOrigin *origin;
  guint left;
  gboolean done;
} Chain;

static void
on_link (GObject *source, GAsyncResult *result, gpointer data)
{
  Chain *chain = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernResponse) response
      = tern_client_fetch_finish (TERN_CLIENT (source), result, NULL, &error);
  g_autofree char *uri = tern_origin_uri (chain->origin, "/plain");
  g_autoptr (TernRequest) request = tern_request_new ("GET", uri);

  g_assert_no_error (error);
  g_assert_nonnull (response);
  chain->done = --chain->left == 0;
  if (!chain->done)
    tern_client_fetch_async (TERN_CLIENT (source), request, NULL, on_link, chain);
}

/* Each callback starts the next call; nobody but the calls holds client and requests. */
static void
test_chain (void)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  Chain chain = { origin, 50, FALSE };
  TernClient *client = tern_client_new ();
  g_autofree char *uri = tern_origin_uri (origin, "/plain");
  TernRequest *request = tern_request_new ("GET", uri);

  g_object_add_weak_pointer (G_OBJECT (client), (gpointer *)&client);
  tern_client_fetch_async (client, request, NULL, on_link, &chain);
  g_object_unref (request);
  g_object_unref (client);
  g_assert_nonnull (client);
  tern_test_run_until (&chain.done, 10000);
  tern_test_run_for (5);
  g_assert_null (client);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

static gboolean
is_null (gpointer data)
{
  return *(gpointer *)data == NULL;
}

/* Nobody wants to know: the call still ends, and frees all it had. */
static void
test_no_callback (void)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  TernClient *client = tern_client_new ();
  g_autofree char *uri = tern_origin_uri (origin, "/big?size=100000");
  g_autoptr (TernRequest) request = tern_request_new ("GET", uri);

  g_object_add_weak_pointer (G_OBJECT (client), (gpointer *)&client);
  tern_client_fetch_async (client, request, NULL, NULL, NULL);
  tern_client_send_async (client, request, NULL, NULL, NULL);
  g_object_unref (client);
  tern_test_run_until_func (is_null, &client, 10000);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
}

static gboolean
set_flag (gpointer flag)
{
  *(gboolean *)flag = TRUE;
  return G_SOURCE_REMOVE;
}

/* A blocking call runs nobody else's sources. */
static void
test_no_iteration (void)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  gboolean ran = FALSE;
  guint id = g_idle_add (set_flag, &ran);
  g_auto (Ask) ask;

  ask_init (&ask, FALSE, origin, "GET", "/slow?ms=50");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, TERN_ORIGIN_DEMO_TEXT);
  g_assert_false (ran);
  g_source_remove (id);
}

/* --- handlers --- */

static void
ask_inside (
    TernClient *client, TernRequest *request, guint status, TernHeaders *headers, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (TernResponse) response
      = tern_client_request (client, "GET", data, NULL, NULL, &content, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (tern_response_get_status (response), ==, 200);
  g_assert_cmpuint (g_bytes_get_size (content), ==, strlen (TERN_ORIGIN_DEMO_TEXT));
}

/* A blocking call of the same client from a handler of another. */
static void
test_nested (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autofree char *uri = tern_origin_uri (origin, "/plain");
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", "/early-hints");
  g_signal_connect (ask.client, "informational", G_CALLBACK (ask_inside), uri);
  for (guint i = 0; i < 5; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, TERN_ORIGIN_DEMO_TEXT);
    }
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 2);
}

typedef struct
{
  guint64 received;
  gint64 total;
  guint n;
} Progress;

static void
on_progress (TernClient *client,
             TernRequest *request,
             guint64 sent,
             guint64 received,
             gint64 total,
             gpointer data)
{
  Progress *progress = data;

  g_assert_cmpuint (received, >=, progress->received);
  progress->received = received;
  progress->total = total;
  progress->n++;
}

static void
test_progress (gboolean async, gconstpointer path)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_auto (Ask) ask;

  for (guint whole = 0; whole <= 1; whole++)
    {
      Progress progress = { 0 };

      ask_init (&ask, async, origin, "GET", path);
      g_signal_connect (ask.client, "progress", G_CALLBACK (on_progress), &progress);
      if (whole)
        ask_fetch (&ask, NULL);
      else if (ask_send (&ask, NULL))
        ask.content = ask_read_all (&ask, NULL, &ask.error);
      ask_assert_ok (&ask, 200, NULL);
      g_assert_cmpuint (progress.received, ==, 300000);
      g_assert_cmpint (progress.total, ==, strstr (path, "chunk") ? -1 : 300000);
      g_assert_cmpuint (progress.n, >=, 1);
      ask_clear (&ask);
    }
  ask_init (&ask, async, origin, "GET", path);
}

static void
on_log (TernClient *client, TernRequest *request, TernLogEvent event, const char *text, guint *n)
{
  *n += 1;
}

/* The request knows of the failure, which has the response, whose stream knows of the request; and
 * who counts its bytes does so too. Nothing of that may keep the others. */
static void
test_cut_body (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_auto (Ask) ask;
  Progress progress = { 0 };
  TernRequest *request;
  guint n = 0;

  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", -1,
                           TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  ask_init (&ask, async, origin, "GET", "/");
  g_signal_connect (ask.client, "progress", G_CALLBACK (on_progress), &progress);
  g_signal_connect (ask.client, "log", G_CALLBACK (on_log), &n);
  request = ask.request;
  g_object_add_weak_pointer (G_OBJECT (request), (gpointer *)&request);
  g_assert_true (ask_send (&ask, NULL));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_null (ask_read_all (&ask, NULL, &ask.error));
      ask_assert_tern_error (&ask, INCOMPLETE_READ, NULL);
      g_clear_error (&ask.error);
    }
  g_assert_cmpuint (progress.received, ==, 4);
  g_assert_cmpuint (n, >, 0);
  ask_clear (&ask);
  g_assert_null (request);
  ask_init (&ask, async, origin, "GET", "/");
}

/* --- descriptors --- */

/* A process that has none left is told so, and goes on when it has. */
static void
test_no_descriptors (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  struct rlimit before, none;
  int fds[4096];
  guint n = 0;
  int fd;
  g_auto (Ask) ask;

  /* What the driver has of its own is made before. */
  ask_init (&ask, async, origin, "GET", "/plain");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  tern_client_close (ask.client);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
  /* The origin is in this process: where a descriptor of its own comes free late, the client has
   * one and the origin has none to answer with. */
  tern_client_set_total_timeout (ask.client, 1);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  none = before;
  none.rlim_cur = MIN (before.rlim_cur, 200);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  while (n < G_N_ELEMENTS (fds) && (fd = open ("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
    fds[n++] = fd;
  /* The context that an async call has here takes one. */
  if (async)
    close (fds[--n]);
  g_assert_false (ask_fetch (&ask, NULL));
  while (n > 0)
    close (fds[--n]);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  g_assert_true (ask.error->domain == G_IO_ERROR);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, TERN_ORIGIN_DEMO_TEXT);
}

/* Requests with files wait without having them open. */
static void
test_waiting_files (void)
{
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autofree char *dir = tern_test_make_dir ("tern-odds");
  g_autofree char *path = g_build_filename (dir, "body", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *uri = tern_origin_uri (origin, "/echo");
  TernClient *client = tern_client_new ();
  guint fds;

  g_assert_true (g_file_set_contents (path, "hello", 5, NULL));
  tern_client_set_max_connections (client, 1);
  fds = tern_test_count_fds ();
  g_object_add_weak_pointer (G_OBJECT (client), (gpointer *)&client);
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (TernRequest) request = tern_request_new ("PUT", uri);

      tern_request_set_body_file (request, "text/plain", file);
      tern_client_fetch_async (client, request, NULL, NULL, NULL);
    }
  g_assert_cmpuint (tern_test_count_fds (), <, fds + 20);
  g_object_unref (client);
  tern_test_run_until_func (is_null, &client, 20000);
  g_assert_cmpuint (tern_origin_n_requests (origin), ==, 100);
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (TernOriginRequest) seen = tern_origin_get_request (origin, i);

      g_assert_cmpstr (tern_origin_request_body (seen, NULL), ==, "hello");
    }
  tern_test_remove_dir (dir);
}

/* --- bodies that never come --- */

typedef struct
{
  const char *name;
  const char *answer;
  TernOriginScriptFlags flags;
  gboolean is_pipe;
  guint status; /* 0: an error */
} Starved;

#define REFUSAL "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig"

static const Starved starved[] = {
  { "pipe/refused", REFUSAL, TERN_ORIGIN_SCRIPT_HANG_AFTER, TRUE, 413 },
  { "pipe/closed", "", TERN_ORIGIN_SCRIPT_CLOSE_AFTER, TRUE, 0 },
  { "pipe/reset", "", TERN_ORIGIN_SCRIPT_RESET_AFTER, TRUE, 0 },
  { "pipe/junk", "junk\r\n\r\n", TERN_ORIGIN_SCRIPT_HANG_AFTER, TRUE, 0 },
  { "slow/refused", REFUSAL, TERN_ORIGIN_SCRIPT_HANG_AFTER, FALSE, 413 },
  { "slow/closed", "", TERN_ORIGIN_SCRIPT_CLOSE_AFTER, FALSE, 0 },
};

/* The server says no, or goes, while the program's stream has nothing to give: nobody waits for the
 * stream. */
static void
test_starved (gboolean async, gconstpointer data)
{
  const Starved *what = data;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  g_autoptr (GInputStream) stream = NULL;
  int ends[2];
  g_auto (Ask) ask;

  g_assert_cmpint (pipe (ends), ==, 0);
  stream = what->is_pipe ? g_unix_input_stream_new (ends[0], FALSE)
                         : odd_stream_new (none, ODD_STREAM_HANGS);
  ask_init (&ask, async, origin, "POST", "/");
  tern_request_set_body_stream (ask.request, NULL, stream, -1);
  tern_client_set_total_timeout (ask.client, 5);
  tern_origin_push_script (origin, what->answer, -1, TERN_ORIGIN_SCRIPT_BEFORE_BODY | what->flags);
  ask_fetch (&ask, NULL);
  if (what->status)
    ask_assert_ok (&ask, what->status, "big");
  else
    g_assert_nonnull (ask.error);
  g_assert_false (g_error_matches (ask.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
  g_assert_cmpfloat (ask.ms, <, 4000);
  close (ends[0]);
  close (ends[1]);
  while (tern_worker_count (TERN_LANE_STREAM) > 0)
    g_usleep (1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/odds/chain", test_chain);
  g_test_add_func ("/session/odds/no-callback", test_no_callback);
  g_test_add_func ("/session/odds/no-iteration", test_no_iteration);
  tern_test_add_both ("/session/odds/nested", test_nested, NULL);
  tern_test_add_both ("/session/odds/progress/length", test_progress, "/big?size=300000");
  tern_test_add_both ("/session/odds/progress/chunks", test_progress,
                      "/big?size=300000&chunk=5000");
  tern_test_add_both ("/session/odds/cut-body", test_cut_body, NULL);
  tern_test_add_both ("/session/odds/no-descriptors", test_no_descriptors, NULL);
  g_test_add_func ("/session/odds/waiting-files", test_waiting_files);
  for (guint i = 0; i < G_N_ELEMENTS (starved); i++)
    {
      g_autofree char *path = g_strconcat ("/session/odds/starved/", starved[i].name, NULL);

      tern_test_add_both (path, test_starved, &starved[i]);
    }
  return g_test_run ();
}
