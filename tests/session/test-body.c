/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The faces of a response's body: blocking, async and pollable reads, skip, close, the drop of what
 * nobody reads, other threads; and what becomes of the connection each time. */
#include "ask.h"
#include "client/tern-client-private.h"
#include "tern-origin-demo.h"

#define SIZE 300000

typedef struct
{
  const char *name;
  const char *path;
  gboolean kept;
} Kind;

static const Kind kinds[] = {
  { "length", "/big?size=300000", TRUE },
  { "chunks", "/big?size=300000&chunk=1000", TRUE },
  { "tiny-chunks", "/big?size=300000&chunk=7", TRUE },
  { "close", "/close", FALSE },
};

/* The same bytes with no length at all. */
static void
to_close (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  g_autofree char *body = g_malloc (SIZE);

  for (gsize i = 0; i < SIZE; i++)
    body[i] = (char)tern_origin_demo_big_byte (i);
  tern_origin_write (conn, "HTTP/1.1 200 OK\r\n\r\n", -1);
  tern_origin_write (conn, body, SIZE);
  tern_origin_close (conn);
}

static TernOrigin *
make_origin (void)
{
  TernOrigin *origin = tern_origin_new ();

  tern_origin_add_demo (origin);
  tern_origin_add_route (origin, "/close", to_close, NULL);
  return origin;
}

static void
begin (Ask *ask, gboolean async, TernOrigin *origin, const char *path)
{
  ask_init (ask, async, origin, "GET", path);
  ask_send (ask, NULL);
  ask_assert_ok (ask, 200, NULL);
}

static void
assert_bytes_from (const guint8 *data, gsize n, gsize from)
{
  for (gsize i = 0; i < n; i++)
    if (data[i] != tern_origin_demo_big_byte (from + i))
      g_error ("byte %" G_GSIZE_FORMAT " is wrong", from + i);
}

static guint
count_idle (Ask *ask)
{
  return tern_pool_count_idle (tern_client_peek_pool (ask->client));
}

static void
assert_end (Ask *ask, const Kind *kind)
{
  char more[4];

  g_assert_cmpint (ask_read_stream (ask, more, sizeof more, NULL, &ask->error), ==, 0);
  g_assert_no_error (ask->error);
  g_assert_cmpuint (count_idle (ask), ==, kind->kept);
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (ask->client)), ==, kind->kept);
}

/* --- reading --- */

static void
test_reads (gboolean async, gconstpointer data)
{
  static const gsize sizes[] = { 1, 3, 100, 4096, 16384, 65536, 100000 };
  const Kind *kind = data;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autofree guint8 *buffer = g_malloc (100000);
  gsize total = 0;
  gssize n = 1;
  g_auto (Ask) ask;

  begin (&ask, async, origin, kind->path);
  for (guint i = 0; n > 0; i++)
    {
      n = ask_read_stream (&ask, buffer, sizes[i % G_N_ELEMENTS (sizes)], NULL, &ask.error);
      g_assert_no_error (ask.error);
      assert_bytes_from (buffer, (gsize)n, total);
      total += (gsize)n;
    }
  g_assert_cmpuint (total, ==, SIZE);
  assert_end (&ask, kind);
}

static void
test_read (gboolean async, gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) rest = NULL;
  g_autoptr (GBytes) none = NULL;
  g_auto (Ask) ask;

  begin (&ask, async, origin, kind->path);
  first = ask_read (&ask, 100001, NULL, &ask.error);
  g_assert_no_error (ask.error);
  g_assert_cmpuint (g_bytes_get_size (first), ==, 100001);
  assert_bytes_from (g_bytes_get_data (first, NULL), 100001, 0);
  rest = ask_read_all (&ask, NULL, &ask.error);
  g_assert_no_error (ask.error);
  g_assert_cmpuint (g_bytes_get_size (rest), ==, SIZE - 100001);
  assert_bytes_from (g_bytes_get_data (rest, NULL), SIZE - 100001, 100001);
  none = ask_read (&ask, 10, NULL, &ask.error);
  g_assert_no_error (ask.error);
  g_assert_cmpuint (g_bytes_get_size (none), ==, 0);
  assert_end (&ask, kind);
}

static void
test_skip (gboolean async, gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (GBytes) rest = NULL;
  GInputStream *body;
  gsize skipped = 0;
  g_auto (Ask) ask;

  begin (&ask, async, origin, kind->path);
  body = tern_response_get_body (ask.response);
  while (skipped < SIZE - 10)
    {
      gssize n = g_input_stream_skip (body, MIN (50000, SIZE - 10 - skipped), NULL, &ask.error);

      g_assert_no_error (ask.error);
      g_assert_cmpint (n, >, 0);
      skipped += (gsize)n;
    }
  rest = ask_read_all (&ask, NULL, &ask.error);
  g_assert_cmpuint (g_bytes_get_size (rest), ==, 10);
  assert_bytes_from (g_bytes_get_data (rest, NULL), 10, SIZE - 10);
  assert_end (&ask, kind);
}

/* After a fetch the body is there still, as a stream from its beginning. */
static void
test_after_fetch (gboolean async, gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (GBytes) again = NULL;
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "GET", kind->path);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  g_assert_cmpuint (g_bytes_get_size (ask.content), ==, SIZE);
  assert_bytes_from (g_bytes_get_data (ask.content, NULL), SIZE, 0);
  again = ask_read_all (&ask, NULL, &ask.error);
  g_assert_no_error (ask.error);
  g_assert_true (g_bytes_equal (again, ask.content));
}

/* --- pollable --- */

typedef struct
{
  GInputStream *body;
  gsize piece;
  gsize total;
  guint n_idle_rounds; /* the source called, and there was nothing */
  gboolean ended;
} Polled;

static gboolean
on_readable (GObject *stream, gpointer data)
{
  Polled *self = data;
  g_autofree guint8 *buffer = g_malloc (self->piece);
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer,
                                                       self->piece, NULL, &error);

  if (n < 0)
    {
      tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, NULL);
      self->n_idle_rounds++;
      return G_SOURCE_CONTINUE;
    }
  assert_bytes_from (buffer, (gsize)n, self->total);
  self->total += (gsize)n;
  self->ended = n == 0;
  return n > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
poll_all (Polled *self)
{
  g_autoptr (GSource) source
      = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->body), NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  tern_test_run_until (&self->ended, 20000);
  g_source_destroy (source);
}

/* One source for the whole body, read in small and in large pieces: it must neither sleep while
 * there is something, nor spin while there is nothing. */
static void
test_poll (gboolean async, gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (TernOrigin) origin = make_origin ();
  Polled polled = { .piece = async ? 1000 : 100000 };
  g_auto (Ask) ask;

  begin (&ask, async, origin, kind->path);
  polled.body = tern_response_get_body (ask.response);
  g_assert_true (g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (polled.body)));
  poll_all (&polled);
  g_assert_cmpuint (polled.total, ==, SIZE);
  assert_end (&ask, kind);
}

static void
drip (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  char bytes[5];

  for (guint i = 0; i < 5; i++)
    bytes[i] = (char)tern_origin_demo_big_byte (i);
  tern_origin_write (conn, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", -1);
  tern_origin_write_slowly (conn, bytes, 5, 1, 60);
}

static void
test_poll_slow (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  Polled polled = { .piece = 100 };
  g_auto (Ask) ask;

  tern_origin_add_route (origin, "/", drip, NULL);
  begin (&ask, async, origin, "/");
  polled.body = tern_response_get_body (ask.response);
  poll_all (&polled);
  g_assert_cmpuint (polled.total, ==, 5);
  g_assert_cmpuint (polled.n_idle_rounds, <, 30);
}

/* A stalled server ends a polled read too, when the time is over. */
static void
test_poll_timeout (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  GPollableInputStream *body;
  gint64 start;
  char buffer[8];
  g_auto (Ask) ask;

  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", -1,
                           TERN_ORIGIN_SCRIPT_HANG_AFTER);
  ask_init (&ask, async, origin, "GET", "/");
  tern_client_set_timeout (ask.client, 0.15);
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  body = G_POLLABLE_INPUT_STREAM (tern_response_get_body (ask.response));
  start = tern_test_watch_start ();
  g_assert_false (g_pollable_input_stream_is_readable (body));
  while (g_pollable_input_stream_read_nonblocking (body, buffer, 8, NULL, &ask.error) < 0
         && g_error_matches (ask.error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_clear_error (&ask.error);
      g_usleep (5000);
    }
  ask_assert_io_error (&ask, TIMED_OUT, "receiving the response");
  g_assert_cmpfloat (tern_test_watch_ms (start), <, 150 + 150 * ask_slack ());
}

/* --- not reading --- */

static void
on_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (g_input_stream_close_finish (G_INPUT_STREAM (source), result, NULL));
  *(gboolean *)data = TRUE;
}

static void
close_body (GInputStream *body, gboolean async)
{
  gboolean closed = FALSE;

  if (!async)
    {
      g_assert_true (g_input_stream_close (body, NULL, NULL));
      return;
    }
  g_input_stream_close_async (body, G_PRIORITY_DEFAULT, NULL, on_closed, &closed);
  g_assert_false (closed);
  tern_test_run_until (&closed, 5000);
}

/* Closed early, with most of the body still to come: the connection goes, at once. */
static void
test_close_early (gboolean async, gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (TernOrigin) origin = make_origin ();
  GInputStream *body;
  char buffer[10];
  g_auto (Ask) ask;

  begin (&ask, async, origin, kind->path);
  body = tern_response_get_body (ask.response);
  g_assert_cmpint (ask_read_stream (&ask, buffer, 10, NULL, &ask.error), >, 0);
  close_body (body, async);
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (ask.client)), ==, 0);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
  g_assert_cmpint (g_input_stream_read (body, buffer, 10, NULL, &ask.error), ==, -1);
  ask_assert_io_error (&ask, CLOSED, NULL);
  g_assert_true (g_input_stream_close (body, NULL, NULL));
}

static void
test_drop (gboolean async, gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_auto (Ask) ask;

  begin (&ask, async, origin, kind->path);
  g_clear_object (&ask.response);
  g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (ask.client)), ==, 0);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
  ask_again (&ask, origin, "GET", "/plain");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, TERN_ORIGIN_DEMO_TEXT);
}

/* The stream outlives response, request and client. */
static void
test_outlive (gboolean async, gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_autoptr (GInputStream) body = NULL;
  g_autofree guint8 *buffer = g_malloc (SIZE);
  gsize n = 0;
  Ask ask;

  begin (&ask, async, origin, kind->path);
  body = g_object_ref (tern_response_get_body (ask.response));
  ask_clear (&ask);
  g_assert_true (g_input_stream_read_all (body, buffer, SIZE, &n, NULL, NULL));
  g_assert_cmpuint (n, ==, SIZE);
  assert_bytes_from (buffer, SIZE, 0);
  g_assert_cmpint (g_input_stream_read (body, buffer, 1, NULL, NULL), ==, 0);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
}

/* --- other threads --- */

static gpointer
read_here (gpointer data)
{
  Ask *ask = data;
  g_autoptr (GBytes) all = ask_read_all (ask, NULL, &ask->error);

  g_assert_no_error (ask->error);
  g_assert_cmpuint (g_bytes_get_size (all), ==, SIZE);
  assert_bytes_from (g_bytes_get_data (all, NULL), SIZE, 0);
  return NULL;
}

static void
test_other_thread (gboolean async, gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (TernOrigin) origin = make_origin ();
  g_auto (Ask) ask;

  begin (&ask, async, origin, kind->path);
  /* Sent one way, read the other way, elsewhere. */
  ask.async = !async;
  g_thread_join (g_thread_new ("reader", read_here, &ask));
  assert_end (&ask, kind);
}

/* A read while another is under way is the program's fault, and only an error. */
static void
test_pending (void)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GInputStream *body;
  char one[4], two[4];
  g_auto (Ask) ask;

  tern_origin_push_script (origin, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", -1,
                           TERN_ORIGIN_SCRIPT_HANG_AFTER);
  begin (&ask, FALSE, origin, "/");
  body = tern_response_get_body (ask.response);
  g_input_stream_read_async (body, one, 4, 0, cancellable, NULL, NULL);
  g_assert_cmpint (g_input_stream_read (body, two, 4, NULL, &error), ==, -1);
  tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING, NULL);
  g_cancellable_cancel (cancellable);
  while (g_input_stream_has_pending (body))
    g_main_context_iteration (NULL, TRUE);
}

static void
add (const char *name, TernTestBothFunc func)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strconcat ("/session/body/", name, "/", kinds[i].name, NULL);

      tern_test_add_both (path, func, &kinds[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("reads", test_reads);
  add ("read", test_read);
  add ("skip", test_skip);
  add ("after-fetch", test_after_fetch);
  add ("poll", test_poll);
  tern_test_add_both ("/session/body/poll-slow", test_poll_slow, NULL);
  tern_test_add_both ("/session/body/poll-timeout", test_poll_timeout, NULL);
  add ("close-early", test_close_early);
  add ("drop", test_drop);
  add ("outlive", test_outlive);
  add ("other-thread", test_other_thread);
  g_test_add_func ("/session/body/pending", test_pending);
  return g_test_run ();
}
