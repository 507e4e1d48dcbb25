/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two stream types over the ends of one descriptor; see the header. */
#include "tern-test-stream.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What both ends have; hung on them, so that the types need no fields. */
typedef struct
{
  int fd;
  TernTestStreamFlags flags;
  GThread *home;
  GByteArray *buffer; /* written and not flushed */
} End;

static void
end_free (gpointer data)
{
  End *end = data;

  if (end->fd >= 0)
    close (end->fd);
  g_byte_array_unref (end->buffer);
  g_free (end);
}

static End *
end_of (gpointer stream)
{
  End *end = g_object_get_data (stream, "end");

  g_assert_nonnull (end);
  return end;
}

static gpointer
end_new (GType type, int fd, TernTestStreamFlags flags)
{
  gpointer stream = g_object_new (type, NULL);
  End *end = g_new0 (End, 1);

  end->fd = fd;
  end->flags = flags;
  end->home = g_thread_self ();
  end->buffer = g_byte_array_new ();
  g_object_set_data_full (stream, "end", end, end_free);
  return stream;
}

static gssize
fail (GError **error, int code)
{
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code), g_strerror (code));
  return -1;
}

/* Blocks until the descriptor is ready; FALSE when that was cancelled. */
static gboolean
block (End *end, short events, GCancellable *cancellable, GError **error)
{
  GPollFD fds[2] = { { .fd = end->fd, .events = events } };
  const gboolean hears
      = !(end->flags & TERN_TEST_STREAM_DEAF) && g_cancellable_make_pollfd (cancellable, &fds[1]);

  if (end->flags & TERN_TEST_STREAM_ABROAD)
    g_assert_true (g_thread_self () != end->home);
  while (g_poll (fds, hears ? 2 : 1, -1) < 0 && errno == EINTR)
    continue;
  if (hears)
    g_cancellable_release_fd (cancellable);
  return !hears || !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
end_close (End *end)
{
  close (end->fd);
  end->fd = -1;
  return TRUE;
}

/* --- in ----------------------------------------------------------------------------------------
 */

typedef GInputStream TestIn;
typedef GInputStreamClass TestInClass;

static GType test_in_get_type (void);
G_DEFINE_TYPE (TestIn, test_in, G_TYPE_INPUT_STREAM)

static gssize
test_in_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  End *end = end_of (stream);
  gssize got;

  if (!block (end, G_IO_IN, cancellable, error))
    return -1;
  got = read (end->fd, buffer, end->flags & TERN_TEST_STREAM_BYTEWISE ? MIN (count, 1) : count);
  return got >= 0 ? got : fail (error, errno);
}

static gboolean
test_in_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  return end_close (end_of (stream));
}

static void
test_in_class_init (TestInClass *klass)
{
  klass->read_fn = test_in_read;
  klass->close_fn = test_in_close;
}

static void
test_in_init (TestIn *self)
{
}

/* --- out ---------------------------------------------------------------------------------------
 */

typedef GOutputStream TestOut;
typedef GOutputStreamClass TestOutClass;

static GType test_out_get_type (void);
G_DEFINE_TYPE (TestOut, test_out, G_TYPE_OUTPUT_STREAM)

static gssize
put (End *end, const void *data, gsize len, GCancellable *cancellable, GError **error)
{
  gssize n;

  if (!block (end, G_IO_OUT, cancellable, error))
    return -1;
  n = send (end->fd, data, MIN (len, 10000), MSG_NOSIGNAL);
  return n >= 0 ? n : fail (error, errno);
}

static gssize
test_out_write (GOutputStream *stream,
                const void *buffer,
                gsize count,
                GCancellable *cancellable,
                GError **error)
{
  End *end = end_of (stream);

  if (end->flags & TERN_TEST_STREAM_FAILS)
    return fail (error, ENOSPC);
  if (!(end->flags & TERN_TEST_STREAM_BUFFERED))
    return put (end, buffer, count, cancellable, error);
  g_byte_array_append (end->buffer, buffer, count);
  return (gssize)count;
}

static gboolean
test_out_flush (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  End *end = end_of (stream);

  while (end->buffer->len > 0)
    {
      const gssize n = put (end, end->buffer->data, end->buffer->len, cancellable, error);

      if (n < 0)
        return FALSE;
      g_byte_array_remove_range (end->buffer, 0, (guint)n);
    }
  return TRUE;
}

static gboolean
test_out_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  return end_close (end_of (stream));
}

static void
test_out_class_init (TestOutClass *klass)
{
  klass->write_fn = test_out_write;
  klass->flush = test_out_flush;
  klass->close_fn = test_out_close;
}

static void
test_out_init (TestOut *self)
{
}

GIOStream *
tern_test_stream_new (int fd, TernTestStreamFlags flags)
{
  g_autoptr (GInputStream) in = end_new (test_in_get_type (), fd, flags);
  g_autoptr (GOutputStream) out = end_new (test_out_get_type (), dup (fd), flags);

  return g_simple_io_stream_new (in, out);
}
