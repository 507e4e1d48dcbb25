/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Request bodies of every kind on their way out, and what becomes of those that are not what they
 * were said to be. */
#include <gio/gunixinputstream.h>
#include <unistd.h>

#include "ask.h"
#include "client/tern-client-private.h"
#include "io/tern-worker.h"
#include "odd-stream.h"

#define BIG (8 * 1024 * 1024)

static GBytes *
make_big (void)
{
  guint8 *data = g_malloc (BIG);

  for (gsize i = 0; i < BIG; i++)
    data[i] = (guint8)(i * 7 % 251);
  return g_bytes_new_take (data, BIG);
}

static void
assert_arrived (TernOrigin *origin, guint i, gboolean chunked, GBytes *body)
{
  g_autoptr (TernOriginRequest) seen = tern_origin_get_request (origin, i);
  g_autofree char *length = g_strdup_printf ("%" G_GSIZE_FORMAT, g_bytes_get_size (body));
  gsize n;
  const char *data = tern_origin_request_body (seen, &n);

  g_assert_cmpstr (tern_origin_request_header (seen, "Transfer-Encoding"), ==,
                   chunked ? "chunked" : NULL);
  g_assert_cmpstr (tern_origin_request_header (seen, "Content-Length"), ==,
                   chunked ? NULL : length);
  g_assert_cmpmem (data, n, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

typedef enum
{
  BYTES,
  MEMORY, /* a stream that seeks and never blocks */
  PIPE,   /* a descriptor that has to be waited for */
  SLOW,   /* a stream that can only block */
  POLL,   /* pollable without a descriptor */
  A_FILE,
  N_KINDS
} Kind;

static const char *const kinds[N_KINDS] = { "bytes", "memory", "pipe", "slow", "pollable", "file" };

typedef struct
{
  Kind kind;
  gboolean chunked;
  gsize size;
} Upload;

typedef struct
{
  int fd;
  GBytes *bytes;
} Feed;

/* Writes into the pipe with pauses. */
static gpointer
feed_pipe (gpointer data)
{
  Feed *feed = data;
  gsize size;
  const char *at = g_bytes_get_data (feed->bytes, &size);

  for (guint i = 0; size > 0; i++)
    {
      gssize n = write (feed->fd, at, MIN (size, i < 3 ? 1000 : 200000));

      g_assert_cmpint (n, >, 0);
      at += n;
      size -= n;
      if (i < 3)
        g_usleep (5000);
    }
  close (feed->fd);
  return NULL;
}

static void
send_kind (Ask *ask, const Upload *upload, GBytes *body)
{
  const gint64 length = upload->chunked ? -1 : (gint64)g_bytes_get_size (body);
  g_autofree char *dir = tern_test_make_dir ("tern-upload");
  g_autofree char *path = g_build_filename (dir, "body", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GThread) thread = NULL;
  Feed feed = { -1, body };
  int ends[2];

  if (upload->kind == BYTES)
    tern_request_set_body_bytes (ask->request, NULL, body);
  if (upload->kind == MEMORY)
    stream = g_memory_input_stream_new_from_bytes (body);
  if (upload->kind == SLOW || upload->kind == POLL)
    stream = odd_stream_new (body, upload->kind == POLL ? ODD_STREAM_POLLABLE : ODD_STREAM_SLOW);
  if (upload->kind == PIPE)
    {
      g_assert_cmpint (pipe (ends), ==, 0);
      stream = g_unix_input_stream_new (ends[0], TRUE);
      feed.fd = ends[1];
      thread = g_thread_new ("feed", feed_pipe, &feed);
    }
  if (upload->kind == A_FILE)
    {
      g_assert_true (g_file_set_contents (path, g_bytes_get_data (body, NULL),
                                          (gssize)g_bytes_get_size (body), NULL));
      tern_request_set_body_file (ask->request, NULL, file);
    }
  if (stream)
    tern_request_set_body_stream (ask->request, NULL, stream, length);
  ask_fetch (ask, NULL);
  if (thread)
    g_thread_join (g_steal_pointer (&thread));
  tern_test_remove_dir (dir);
}

static void
test_kind (gboolean async, gconstpointer data)
{
  const Upload *upload = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) big = make_big ();
  g_autoptr (GBytes) body = g_bytes_new_from_bytes (big, 0, upload->size);
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "PUT", "/");
  send_kind (&ask, upload, body);
  ask_assert_ok (&ask, 200, "fine");
  assert_arrived (origin, 0, upload->chunked, body);
  g_assert_cmpuint (tern_pool_count_idle (tern_client_peek_pool (ask.client)), ==, 1);
  g_assert_cmpuint (tern_worker_count (TERN_LANE_STREAM), ==, 0);
}

/* --- bodies that are not what was said --- */

static void
test_short (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (LITERAL ("hello"), NULL);
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "own answer");
  ask_init (&ask, async, origin, "POST", "/");
  tern_request_set_body_stream (ask.request, NULL, stream, 10);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, INCOMPLETE_READ, "5");
  g_assert_cmpint (ask_phase (&ask), ==, TERN_PHASE_SEND);
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
  ask_again (&ask, origin, "GET", "/");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "own answer");
}

/* What is beyond the length stays in the stream. */
static void
test_long (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GInputStream) stream
      = g_memory_input_stream_new_from_data (LITERAL ("hello world"), NULL);
  g_autoptr (GBytes) five = g_bytes_new_static ("hello", 5);
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "POST", "/");
  tern_request_set_body_stream (ask.request, NULL, stream, 5);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  assert_arrived (origin, 0, FALSE, five);
  ask_fetch (&ask, NULL);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

/* The same request again sends the same body, where the stream can seek. */
static void
test_twice (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (LITERAL ("..hello"), NULL);
  g_autoptr (GBytes) five = g_bytes_new_static ("hello", 5);
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "POST", "/");
  g_assert_cmpint (g_input_stream_skip (stream, 2, NULL, NULL), ==, 2);
  tern_request_set_body_stream (ask.request, NULL, stream, -1);
  for (guint i = 0; i < 3; i++)
    {
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "fine");
      assert_arrived (origin, i, TRUE, five);
    }
}

static void
test_failing (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("hello", 5);
  g_autoptr (GInputStream) stream
      = odd_stream_new (body, GPOINTER_TO_INT (data) | ODD_STREAM_FAILS);
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "POST", "/");
  tern_request_set_body_stream (ask.request, NULL, stream, -1);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_io_error (&ask, NO_SPACE, "sending the request");
  g_assert_nonnull (strstr (ask.error->message, ODD_STREAM_FAILURE));
  g_assert_true (tern_origin_wait_n_open (origin, 0, 5000));
}

static void
test_no_file (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autofree char *dir = tern_test_make_dir ("tern-upload");
  g_autofree char *path = g_build_filename (dir, "missing", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) folder = g_file_new_for_path (dir);
  g_auto (Ask) ask;

  ask_init (&ask, async, origin, "PUT", "/");
  tern_request_set_body_file (ask.request, NULL, file);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_io_error (&ask, NOT_FOUND, "missing");
  tern_request_set_body_file (ask.request, NULL, folder);
  g_assert_false (ask_fetch (&ask, NULL));
  ask_assert_tern_error (&ask, UNSUPPORTED_FILE_MODE, dir);
  g_assert_cmpuint (tern_origin_n_bytes_received (origin), ==, 0);
  tern_test_remove_dir (dir);
}

static void
test_nothing (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (empty);
  g_autoptr (TernOriginRequest) seen = NULL;
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "POST", "/");
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  assert_arrived (origin, 0, FALSE, empty);
  tern_request_set_body_bytes (ask.request, NULL, empty);
  ask_fetch (&ask, NULL);
  assert_arrived (origin, 1, FALSE, empty);
  tern_request_set_body_stream (ask.request, NULL, stream, 0);
  ask_fetch (&ask, NULL);
  assert_arrived (origin, 2, FALSE, empty);
  tern_request_set_body_stream (ask.request, NULL, stream, -1);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  seen = tern_origin_get_request (origin, 3);
  g_assert_cmpstr (tern_origin_request_raw_chunks (seen), ==, "0\r\n\r\n");
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

/* --- servers that do not want it --- */

typedef struct
{
  const char *name;
  TernOriginScriptFlags flags;
} Refusal;

static const Refusal refusals[] = {
  { "close", TERN_ORIGIN_SCRIPT_CLOSE_AFTER },
  { "hang", TERN_ORIGIN_SCRIPT_HANG_AFTER },
  { "delayed", TERN_ORIGIN_SCRIPT_HANG_AFTER | TERN_ORIGIN_SCRIPT_DELAY },
};

static void
test_refused (gboolean async, gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (4 * BIG), 4 * BIG);
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "own answer");
  for (guint chunked = 0; chunked <= 1; chunked++)
    {
      g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (body);

      ask_init (&ask, async, origin, "POST", "/");
      if (chunked)
        tern_request_set_body_stream (ask.request, NULL, stream, -1);
      else
        tern_request_set_body_bytes (ask.request, NULL, body);
      tern_origin_push_script (origin,
                               "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig", -1,
                               TERN_ORIGIN_SCRIPT_BEFORE_BODY | refusal->flags);
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 413, "big");
      g_assert_cmpfloat (ask.ms, <, 2000 * ask_slack ());
      /* Who closes reads on for a while, so then the request may be complete. */
      if (refusal->flags & TERN_ORIGIN_SCRIPT_HANG_AFTER)
        g_assert_cmpuint (tern_pool_count_total (tern_client_peek_pool (ask.client)), ==, 0);
      ask_again (&ask, origin, "GET", "/");
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, "own answer");
      ask_clear (&ask);
    }
  ask_init (&ask, async, origin, "GET", "/");
}

static void
on_progress (TernClient *client,
             TernRequest *request,
             guint64 sent,
             guint64 received,
             gint64 total,
             gpointer data)
{
  guint64 *last = data;

  g_assert_cmpuint (sent, >=, *last);
  *last = sent;
}

static void
test_progress (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GBytes) body = make_big ();
  guint64 last = 0;
  g_auto (Ask) ask;

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  ask_init (&ask, async, origin, "PUT", "/");
  g_signal_connect (ask.client, "progress", G_CALLBACK (on_progress), &last);
  tern_request_set_body_bytes (ask.request, NULL, body);
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 200, "fine");
  g_assert_cmpuint (last, ==, BIG);
}

static void
add_kinds (Upload *uploads)
{
  for (guint i = 0; i < N_KINDS; i++)
    for (guint variant = 0; variant < 4; variant++)
      {
        Upload *upload = &uploads[i * 4 + variant];
        g_autofree char *path = NULL;

        *upload = (Upload){ i, variant & 1, variant & 2 ? BIG : 5 };
        if (upload->chunked && (i == BYTES || i == A_FILE))
          continue;
        path = g_strdup_printf ("/wire/upload/%s/%s/%s", kinds[i],
                                upload->chunked ? "chunked" : "length",
                                upload->size == BIG ? "big" : "small");
        tern_test_add_both (path, test_kind, upload);
      }
}

int
main (int argc, char **argv)
{
  Upload uploads[N_KINDS * 4];

  g_test_init (&argc, &argv, NULL);
  add_kinds (uploads);
  tern_test_add_both ("/wire/upload/short", test_short, NULL);
  tern_test_add_both ("/wire/upload/long", test_long, NULL);
  tern_test_add_both ("/wire/upload/twice", test_twice, NULL);
  tern_test_add_both ("/wire/upload/failing/slow", test_failing, GINT_TO_POINTER (ODD_STREAM_SLOW));
  tern_test_add_both ("/wire/upload/failing/pollable", test_failing,
                      GINT_TO_POINTER (ODD_STREAM_POLLABLE));
  tern_test_add_both ("/wire/upload/no-file", test_no_file, NULL);
  tern_test_add_both ("/wire/upload/nothing", test_nothing, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/wire/upload/refused/", refusals[i].name, NULL);

      tern_test_add_both (path, test_refused, &refusals[i]);
    }
  tern_test_add_both ("/wire/upload/progress", test_progress, NULL);
  return g_test_run ();
}
