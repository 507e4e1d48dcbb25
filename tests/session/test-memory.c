/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory stays flat however large a body is, on its way in and on its way out. */
#include <string.h>

#include "ask.h"
#include "tern-origin-demo.h"

#define SIZE (64 * 1024 * 1024)
#define ROOM (6 * 1024) /* KiB */

static void
test_download (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autofree guint8 *buffer = g_malloc (64 * 1024);
  gsize total = 0;
  gsize before;
  gssize n;
  g_auto (Ask) ask;

  tern_origin_add_demo (origin);
  ask_init (&ask, async, origin, "GET", "/big?size=1000000");
  ask_send (&ask, NULL);
  g_bytes_unref (ask_read_all (&ask, NULL, NULL));
  before = tern_test_peak_rss_kib ();
  ask_again (&ask, origin, "GET", data);
  ask_send (&ask, NULL);
  ask_assert_ok (&ask, 200, NULL);
  while ((n = ask_read_stream (&ask, buffer, 64 * 1024, NULL, &ask.error)) > 0)
    {
      g_assert_cmpuint (buffer[0], ==, tern_origin_demo_big_byte (total));
      g_assert_cmpuint (buffer[n - 1], ==, tern_origin_demo_big_byte (total + (gsize)n - 1));
      total += (gsize)n;
    }
  g_assert_no_error (ask.error);
  g_assert_cmpuint (total, ==, SIZE);
  if (ask_memory_counts ())
    g_assert_cmpuint (tern_test_peak_rss_kib (), <, before + ROOM);
}

/* --- a stream of zeros, never in memory at once --- */

typedef struct
{
  GInputStream parent;
  gsize left;
} ZeroStream;

typedef GInputStreamClass ZeroStreamClass;

static GType zero_stream_get_type (void);
G_DEFINE_TYPE (ZeroStream, zero_stream, G_TYPE_INPUT_STREAM)

static gssize
zero_stream_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  ZeroStream *self = (ZeroStream *)stream;
  const gsize n = MIN (count, self->left);

  memset (buffer, 0, n);
  self->left -= n;
  return (gssize)n;
}

static void
zero_stream_class_init (ZeroStreamClass *klass)
{
  klass->read_fn = zero_stream_read;
}

static void
zero_stream_init (ZeroStream *self)
{
  self->left = SIZE;
}

static void
test_upload (gboolean async, gconstpointer data)
{
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  g_autoptr (GInputStream) stream = g_object_new (zero_stream_get_type (), NULL);
  g_autoptr (TernOriginRequest) seen = NULL;
  gsize before;
  g_auto (Ask) ask;

  tern_origin_add_route_full (origin, "/", TERN_ORIGIN_ROUTE_DISCARD_BODY, NULL, NULL);
  ask_init (&ask, async, origin, "PUT", "/");
  tern_request_set_body_stream (ask.request, NULL, stream, data ? -1 : SIZE);
  before = tern_test_peak_rss_kib ();
  ask_fetch (&ask, NULL);
  ask_assert_ok (&ask, 404, NULL);
  seen = tern_origin_get_request (origin, 0);
  g_assert_cmpuint (tern_origin_request_body_length (seen), ==, SIZE);
  if (ask_memory_counts ())
    g_assert_cmpuint (tern_test_peak_rss_kib (), <, before + ROOM);
}

/* A thousand kept connections' worth of requests do not grow anything. */
static void
test_many (gboolean async, gconstpointer data)
{
  const guint n = g_getenv ("TERN_TEST_MEMCHECK") ? 100 : 3000;
  g_autoptr (TernOrigin) origin = tern_origin_new ();
  gsize before = 0;
  guint fds = 0;
  g_auto (Ask) ask;

  tern_origin_add_demo (origin);
  ask_init (&ask, async, origin, "GET", "/plain");
  for (guint i = 0; i < n; i++)
    {
      if (i == n / 10)
        {
          before = tern_test_peak_rss_kib ();
          fds = tern_test_count_fds ();
        }
      ask_fetch (&ask, NULL);
      ask_assert_ok (&ask, 200, TERN_ORIGIN_DEMO_TEXT);
    }
  /* The origin's log of what it saw is part of it. */
  if (ask_memory_counts ())
    g_assert_cmpuint (tern_test_peak_rss_kib (), <, before + 4 * ROOM);
  g_assert_cmpuint (tern_test_count_fds (), <=, fds);
  g_assert_cmpuint (tern_origin_n_connections (origin), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/session/memory/download/length", test_download, "/big?size=67108864");
  tern_test_add_both ("/session/memory/download/chunks", test_download,
                      "/big?size=67108864&chunk=8000");
  tern_test_add_both ("/session/memory/upload/length", test_upload, NULL);
  tern_test_add_both ("/session/memory/upload/chunks", test_upload, "chunks");
  tern_test_add_both ("/session/memory/many", test_many, NULL);
  return g_test_run ();
}
