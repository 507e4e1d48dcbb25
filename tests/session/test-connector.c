/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program's connector under a client: where it is called, which streams it may give, and what
 * becomes of a request when it hangs, fails or gives nothing. */
#include "ask.h"
#include "fake-connector.h"

static TernTestCerts *certs;

static void
assert_asked (Fixture *self, const char *wanted)
{
  g_autofree char *asked = fake_connector_get_asked (self->connector);

  g_assert_cmpstr (asked, ==, wanted);
}

/* --- streams that work --- */

typedef struct
{
  const char *name;
  FakeOpen open;
  TernTestStreamFlags flags;
} Way;

static const Way ways[] = {
  { "tcp", fake_open_tcp, 0 },
  { "blocking", fake_open_blocking, 0 },
  { "bytewise", fake_open_blocking, TERN_TEST_STREAM_BYTEWISE },
  { "buffered", fake_open_blocking, TERN_TEST_STREAM_BUFFERED },
};

static void
test_hundred (gboolean async, gconstpointer data)
{
  const Way *way = data;
  g_auto (Fixture) f = { .connector = NULL };

  fixture_init (&f, async, fake_connector_new (way->open), "/echo");
  f.connector->stream_flags = way->flags;
  for (guint i = 0; i < 100; i++)
    {
      ask_fetch (&f.ask, NULL);
      ask_assert_ok (&f.ask, 200, NULL);
      g_assert_cmpint (tern_response_get_timings (f.ask.response)->reused, ==, i > 0);
    }
  g_assert_cmpint (f.connector->n_opened, ==, 1);
  g_assert_cmpuint (tern_origin_n_connections (f.origin), ==, 1);
  g_assert_cmpuint (tern_origin_n_requests (f.origin), ==, 100);
  assert_asked (&f, "http somewhere.invalid 80");
}

static void
test_upload (gboolean async, gconstpointer data)
{
  const Way *way = data;
  g_auto (Fixture) f = { .connector = NULL };
  g_autofree char *body = g_malloc (300000);
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < 300000; i++)
    body[i] = 'a' + (char)(i % 26);
  bytes = g_bytes_new (body, 300000);
  fixture_init (&f, async, fake_connector_new (way->open), "/");
  f.connector->stream_flags = way->flags & ~(guint)TERN_TEST_STREAM_BYTEWISE;
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);
      gsize size;
      const char *found;

      ask_again (&f.ask, NULL, "PUT", URI "/echo");
      if (i % 2 == 0)
        tern_request_set_body_bytes (f.ask.request, "text/plain", bytes);
      else
        tern_request_set_body_stream (f.ask.request, "text/plain", stream, i == 1 ? -1 : 300000);
      ask_fetch (&f.ask, NULL);
      ask_assert_ok (&f.ask, 200, NULL);
      found = g_bytes_get_data (f.ask.content, &size);
      g_assert_cmpuint (size, >, 300000);
      g_assert_cmpint (memcmp (found + size - 300000, body, 300000), ==, 0);
    }
  g_assert_cmpint (f.connector->n_opened, ==, 1);
}

static void
test_https (gboolean async, gconstpointer data)
{
  const Way *way = data;
  g_autoptr (TernOrigin) secure = tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, 0);
  g_auto (Fixture) f = { .connector = NULL };

  tern_origin_add_reply (secure, "/", 200, NULL, "fine");
  fixture_init (&f, async, fake_connector_new (way->open), "/");
  f.connector->stream_flags = way->flags;
  f.connector->port = tern_origin_get_port (secure);
  tern_client_set_ca_file (f.ask.client, tern_test_certs_get_ca_file (certs));
  for (guint i = 0; i < 3; i++)
    {
      ask_again (&f.ask, NULL, "GET", "https://localhost/");
      ask_fetch (&f.ask, NULL);
      ask_assert_ok (&f.ask, 200, "fine");
      g_assert_nonnull (tern_response_get_tls (f.ask.response));
    }
  assert_asked (&f, "https localhost 443");
  g_assert_cmpint (f.connector->n_opened, ==, 1);
  /* The name is the request's, and so is the certificate's: a stream cannot vouch for itself. */
  ask_again (&f.ask, NULL, "GET", "https://other.invalid/");
  ask_fetch (&f.ask, NULL);
  ask_assert_tern_error (&f.ask, CERTIFICATE, "other.invalid");
}

static void
test_unix (gboolean async, gconstpointer data)
{
  g_autofree char *dir = tern_test_make_dir ("connector");
  g_autofree char *path = g_build_filename (dir, "socket", NULL);
  g_auto (Fixture) f = { .connector = NULL };
  FakeRelay *relay;

  fixture_init (&f, async, fake_connector_new (fake_open_unix), "/plain");
  f.connector->path = path;
  relay = fake_relay_new (path, f.origin);
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&f.ask, NULL);
      ask_assert_ok (&f.ask, 200, NULL);
    }
  g_assert_cmpint (f.connector->n_opened, ==, 1);
  tern_client_close (f.ask.client);
  fake_relay_free (relay);
  tern_test_remove_dir (dir);
}

/* A kept stream that ended meanwhile; one without a descriptor does not tell before it is used. */
static void
test_died (gboolean async, gconstpointer data)
{
  const Way *way = data;
  g_auto (Fixture) f = { .connector = NULL };

  fixture_init (&f, async, fake_connector_new (way->open), "/echo");
  f.connector->stream_flags = way->flags;
  ask_fetch (&f.ask, NULL);
  ask_assert_ok (&f.ask, 200, NULL);
  g_assert_cmpuint (tern_origin_close_idle (f.origin), ==, 1);
  ask_fetch (&f.ask, NULL);
  ask_assert_ok (&f.ask, 200, NULL);
  g_assert_cmpint (f.connector->n_opened, ==, 2);
}

/* --- a body that is polled --- */

static void
send_slowly (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const char *head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

  tern_origin_write (conn, head, -1);
  for (guint i = 0; i < 5; i++)
    {
      tern_origin_sleep (conn, 10);
      tern_origin_write_chunk (conn, "some", 4);
    }
  tern_origin_write (conn, "0\r\n\r\n", -1);
}

static gboolean
on_ready (GObject *body, gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_readable (GPollableInputStream *body)
{
  g_autoptr (GSource) source = g_pollable_input_stream_create_source (body, NULL);
  gboolean ready = FALSE;

  g_source_set_callback (source, G_SOURCE_FUNC (on_ready), &ready, NULL);
  g_source_attach (source, NULL);
  tern_test_run_until (&ready, 20000);
}

/* Each look at the body is another one's wish, and the read beneath is the same all the time. */
static void
test_polled (gboolean async, gconstpointer data)
{
  const Way *way = data;
  g_auto (Fixture) f = { .connector = NULL };
  GPollableInputStream *body;
  char buffer[5000];
  gsize total = 0;
  gssize got;

  fixture_init (&f, async, fake_connector_new (way->open), "/slow-chunks");
  f.connector->stream_flags = way->flags;
  tern_origin_add_route (f.origin, "/slow-chunks", send_slowly, NULL);
  g_assert_true (ask_send (&f.ask, NULL));
  body = G_POLLABLE_INPUT_STREAM (tern_response_get_body (f.ask.response));
  do
    {
      g_autoptr (GError) error = NULL;

      got = g_pollable_input_stream_read_nonblocking (body, buffer, sizeof buffer, NULL, &error);
      if (got > 0)
        total += (gsize)got;
      if (got >= 0)
        continue;
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      wait_readable (body);
    }
  while (got != 0);
  g_assert_cmpuint (total, ==, 5 * 4);
  g_input_stream_close (G_INPUT_STREAM (body), NULL, NULL);
  ask_again (&f.ask, NULL, "GET", URI "/echo");
  ask_fetch (&f.ask, NULL);
  ask_assert_ok (&f.ask, 200, NULL);
  g_assert_cmpint (f.connector->n_opened, ==, 1);
}

/* --- mocks --- */

static void
test_mock (gboolean async, gconstpointer data)
{
  static const char *const mocks[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine",
    "HTTP/1.0 200 OK\r\n\r\nfine",
    /* Kept, but there is no second answer in it. */
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (mocks); i++)
    {
      g_auto (Fixture) f = { .connector = NULL };

      fixture_init (&f, async, fake_connector_new (fake_open_mock), "/");
      f.connector->reply = mocks[i];
      for (guint j = 0; j < 3; j++)
        {
          ask_fetch (&f.ask, NULL);
          ask_assert_ok (&f.ask, 200, "fine");
        }
      g_assert_cmpint (f.connector->n_opened, ==, 3);
      g_assert_cmpuint (tern_origin_n_connections (f.origin), ==, 0);
    }
}

/* --- where it is called --- */

static void
test_thread (gboolean async, gconstpointer data)
{
  const TernConnectorFlags flags = GPOINTER_TO_UINT (data);

  for (guint has_async = 0; has_async < 2; has_async++)
    {
      const gboolean uses_async = has_async && async && !(flags & TERN_CONNECTOR_ANY_THREAD);
      g_auto (Fixture) f = { .connector = NULL };

      fixture_init (&f, async,
                    has_async ? fake_connector_new_async (fake_open_tcp)
                              : fake_connector_new (fake_open_tcp),
                    "/plain");
      f.connector->flags = flags;
      ask_fetch (&f.ask, NULL);
      ask_assert_ok (&f.ask, 200, NULL);
      if (flags & TERN_CONNECTOR_ANY_THREAD)
        g_assert_true (f.connector->thread != g_thread_self ());
      else
        g_assert_true (f.connector->thread == g_thread_self ());
      g_assert_cmpint (f.connector->n_async, ==, uses_async ? 1 : 0);
      g_assert_cmpint (f.connector->n_opened, ==, uses_async ? 0 : 1);
    }
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GIOStream **)data = tern_connector_open_stream_finish (TERN_CONNECTOR (source), result, NULL);
  g_assert_nonnull (*(GIOStream **)data);
}

static gboolean
is_set (gpointer data)
{
  return *(gpointer *)data != NULL;
}

/* The public calls, for a connector that wraps another. */
static void
test_by_hand (void)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (FakeConnector) fake
          = i == 0 ? fake_connector_new_async (fake_open_tcp) : fake_connector_new (fake_open_tcp);
      g_autoptr (GError) error = NULL;
      GIOStream *stream = NULL;

      fake->port = tern_origin_get_port (origin);
      fake->flags = i == 1 ? TERN_CONNECTOR_ANY_THREAD : TERN_CONNECTOR_NONE;
      g_assert_cmpint (tern_connector_get_flags (TERN_CONNECTOR (fake)), ==, fake->flags);
      tern_connector_open_stream_async (TERN_CONNECTOR (fake), "http", "a", 1, NULL, on_opened,
                                        &stream);
      g_assert_null (stream);
      tern_test_run_until_func (is_set, &stream, 10000);
      g_assert_cmpint (fake->n_async, ==, i == 0 ? 1 : 0);
      g_object_unref (stream);
      stream = tern_connector_open_stream (TERN_CONNECTOR (fake), "http", "a", 1, NULL, &error);
      g_assert_no_error (error);
      g_object_unref (stream);
      fake->open = fake_open_failing;
      g_assert_null (
          tern_connector_open_stream (TERN_CONNECTOR (fake), "http", "a", 1, NULL, &error));
      tern_test_assert_error (error, FAKE_ERROR, 42, "the tunnel fell in");
    }
}

/* --- what goes wrong --- */

/* In place with a form that heeds its cancellable, on the pool, and by the async form. */
static FakeConnector *
make_hanging (guint way)
{
  FakeConnector *fake = way == 2 ? fake_connector_new_async (fake_open_hanging)
                                 : fake_connector_new (fake_open_hanging);

  fake->flags = way == 1 ? TERN_CONNECTOR_ANY_THREAD : TERN_CONNECTOR_NONE;
  return fake;
}

static void
test_deadline (gboolean async, gconstpointer data)
{
  for (guint way = 0; way < 3; way++)
    {
      g_auto (Fixture) f = { .connector = NULL };

      fixture_init (&f, async, make_hanging (way), "/");
      tern_client_set_connect_timeout (f.ask.client, 0.1);
      ask_fetch (&f.ask, NULL);
      ask_assert_io_error (&f.ask, TIMED_OUT, "somewhere.invalid");
      g_assert_cmpint (ask_phase (&f.ask), ==, TERN_PHASE_CONNECT);
      g_assert_cmpfloat (f.ask.ms, >=, 90);
      /* The client is none the worse for it. */
      f.connector->open = fake_open_tcp;
      ask_again (&f.ask, NULL, "GET", URI "/plain");
      tern_client_set_connect_timeout (f.ask.client, 20);
      ask_fetch (&f.ask, NULL);
      ask_assert_ok (&f.ask, 200, NULL);
    }
}

static void
test_cancel (gboolean async, gconstpointer data)
{
  for (guint way = 0; way < 3; way++)
    {
      g_auto (Fixture) f = { .connector = NULL };
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      GThread *thread;

      fixture_init (&f, async, make_hanging (way), "/");
      thread = ask_cancel_later (cancellable, 50);
      ask_fetch (&f.ask, cancellable);
      ask_assert_io_error (&f.ask, CANCELLED, "somewhere.invalid");
      g_thread_join (thread);
    }
}

/* It heeds nothing. On the pool nobody waits for it; in place everybody has to, and then the time
 * is over all the same. The stream that it gives at last is closed. */
static void
test_late (gboolean async, gconstpointer data)
{
  g_auto (Fixture) f = { .connector = NULL };

  fixture_init (&f, async, fake_connector_new (fake_open_deaf), "/");
  f.connector->flags = GPOINTER_TO_UINT (data);
  tern_client_set_connect_timeout (f.ask.client, 0.05);
  /* On a busy machine the time is over before the pool has begun; then it does not begin. */
  do
    {
      ask_again (&f.ask, NULL, "GET", URI "/");
      ask_fetch (&f.ask, NULL);
      ask_assert_io_error (&f.ask, TIMED_OUT, NULL);
    }
  while (g_atomic_int_get (&f.connector->n_opened) == 0);
  g_assert_true (tern_origin_wait_connections (f.origin, 1, 10000));
  g_assert_true (tern_origin_wait_closed (f.origin, 0, 10000));
}

static void
on_late (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tern_client_send_finish (TERN_CLIENT (source), result, &error));
  tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NULL);
  *(gboolean *)data = TRUE;
}

static gboolean
has_come_and_gone (gpointer data)
{
  Fixture *f = data;

  return tern_origin_n_connections (f->origin) == 1 && tern_origin_n_open (f->origin) == 0;
}

static void
test_late_async (void)
{
  g_auto (Fixture) f = { .connector = NULL };
  gboolean told = FALSE;

  fixture_init (&f, TRUE, fake_connector_new_async (fake_open_deaf), "/");
  tern_client_set_connect_timeout (f.ask.client, 0.05);
  tern_client_send_async (f.ask.client, f.ask.request, NULL, on_late, &told);
  tern_test_run_until (&told, 10000);
  g_assert_cmpuint (tern_origin_n_connections (f.origin), ==, 0);
  tern_test_run_until_func (has_come_and_gone, &f, 10000);
}

static void
test_failing (gboolean async, gconstpointer data)
{
  static const struct
  {
    FakeOpen open;
    gboolean ours;
    const char *text;
  } failures[] = {
    { fake_open_failing, FALSE, "FakeConnector: the tunnel fell in" },
    { fake_open_nothing, TRUE, "FakeConnector: it gave neither a stream nor a reason" },
    { fake_open_closed, TRUE, "FakeConnector: the stream that it gave is closed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    for (guint way = 0; way < 3; way++)
      {
        g_auto (Fixture) f = { .connector = NULL };
        FakeConnector *fake = way == 2 ? fake_connector_new_async (failures[i].open)
                                       : fake_connector_new (failures[i].open);

        fake->flags = way == 1 ? TERN_CONNECTOR_ANY_THREAD : TERN_CONNECTOR_NONE;
        fake->reply = "";
        fixture_init (&f, async, fake, "/");
        ask_fetch (&f.ask, NULL);
        tern_test_assert_error (f.ask.error, failures[i].ours ? TERN_ERROR : FAKE_ERROR,
                                failures[i].ours ? (int)TERN_ERROR_NOT_CONNECTED : 42,
                                failures[i].text);
        g_assert_cmpint (ask_phase (&f.ask), ==, TERN_PHASE_CONNECT);
      }
}

/* More requests at once than a handful of threads could hold, each waiting for its answer: none may
 * keep another from being sent. */
#define CROWD 40

typedef struct
{
  int n_inside; /* atomic */
  guint n_done;
} Crowd;

static void
wait_for_all (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Crowd *crowd = data;

  g_atomic_int_inc (&crowd->n_inside);
  while (g_atomic_int_get (&crowd->n_inside) < CROWD)
    if (!tern_origin_sleep (conn, 2))
      return;
  tern_origin_reply (conn, 200, NULL, NULL, "fine");
}

static void
on_member (GObject *source, GAsyncResult *result, gpointer data)
{
  Crowd *crowd = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = NULL;
  G_GNUC_UNUSED g_autoptr (TernResponse) response
      = tern_client_fetch_finish (TERN_CLIENT (source), result, &content, &error);

  g_assert_no_error (error);
  crowd->n_done++;
}

static gboolean
all_done (gpointer data)
{
  return ((Crowd *)data)->n_done == CROWD;
}

static void
test_crowd (void)
{
  Crowd crowd = { 0 };
  g_autofree char *body = g_strnfill (200000, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new (body, 200000);
  g_auto (Fixture) f = { .connector = NULL };

  fixture_init (&f, TRUE, fake_connector_new (fake_open_blocking), "/");
  f.connector->flags = TERN_CONNECTOR_ANY_THREAD;
  tern_origin_add_route (f.origin, "/crowd", wait_for_all, &crowd);
  tern_client_set_max_connections_per_host (f.ask.client, CROWD);
  for (guint i = 0; i < CROWD; i++)
    {
      g_autoptr (TernRequest) request = tern_request_new ("PUT", URI "/crowd");

      tern_request_set_body_bytes (request, "text/plain", bytes);
      tern_client_fetch_async (f.ask.client, request, NULL, on_member, &crowd);
    }
  tern_test_run_until_func (all_done, &crowd, 30000);
  g_assert_cmpint (f.connector->n_opened, ==, CROWD);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    TernTestBothFunc func;
  } tests[] = {
    { "hundred", test_hundred }, { "upload", test_upload }, { "https", test_https },
    { "died", test_died },       { "polled", test_polled },
  };
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
      {
        g_autofree char *path = g_strdup_printf ("/connector/%s/%s", tests[i].name, ways[way].name);

        tern_test_add_both (path, tests[i].func, &ways[way]);
      }
  tern_test_add_both ("/connector/unix", test_unix, NULL);
  tern_test_add_both ("/connector/mock", test_mock, NULL);
  tern_test_add_both ("/connector/thread/asking", test_thread, NULL);
  tern_test_add_both ("/connector/thread/any", test_thread,
                      GUINT_TO_POINTER (TERN_CONNECTOR_ANY_THREAD));
  tern_test_add_both ("/connector/deadline", test_deadline, NULL);
  tern_test_add_both ("/connector/cancel", test_cancel, NULL);
  tern_test_add_both ("/connector/late/in-place", test_late, NULL);
  tern_test_add_both ("/connector/late/any-thread", test_late,
                      GUINT_TO_POINTER (TERN_CONNECTOR_ANY_THREAD));
  g_test_add_func ("/connector/late/async-form", test_late_async);
  tern_test_add_both ("/connector/failing", test_failing, NULL);
  g_test_add_func ("/connector/by-hand", test_by_hand);
  g_test_add_func ("/connector/crowd", test_crowd);
  result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
