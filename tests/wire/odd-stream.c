/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two types over the same bytes: GIO asks a type, not an object, whether it can be polled. */
#include "odd-stream.h"

#include <string.h>

typedef struct
{
  GBytes *bytes;
  gsize at;
  OddStreamFlags flags;
  guint n_reads;
} OddStream;

static void
odd_clear (gpointer data)
{
  OddStream *self = data;

  g_bytes_unref (self->bytes);
  g_free (self);
}

static OddStream *
odd_of (gpointer stream)
{
  return g_object_get_data (stream, "odd");
}

static gssize
odd_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  OddStream *self = odd_of (stream);
  gsize size;
  const char *data = g_bytes_get_data (self->bytes, &size);
  const gsize n = MIN (count, MIN (size - self->at, 100000));

  if (!(self->flags & ODD_STREAM_POLLABLE) && self->n_reads++ < 3)
    g_usleep (3000);
  if (n == 0 && (self->flags & ODD_STREAM_HANGS))
    g_usleep (G_USEC_PER_SEC / 2);
  if (n == 0 && (self->flags & ODD_STREAM_FAILS))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, ODD_STREAM_FAILURE);
      return -1;
    }
  memcpy (buffer, data + self->at, n);
  self->at += n;
  return (gssize)n;
}

/* --- the one that blocks --- */

typedef GInputStream SlowStream;
typedef GInputStreamClass SlowStreamClass;

static GType slow_stream_get_type (void);
G_DEFINE_TYPE (SlowStream, slow_stream, G_TYPE_INPUT_STREAM)

static void
slow_stream_class_init (SlowStreamClass *klass)
{
  klass->read_fn = odd_read;
}

static void
slow_stream_init (SlowStream *self)
{
}

/* --- the one that is polled --- */

typedef GInputStream PollStream;
typedef GInputStreamClass PollStreamClass;

static GType poll_stream_get_type (void);
static void poll_iface_init (GPollableInputStreamInterface *iface);

G_DEFINE_TYPE_WITH_CODE (PollStream,
                         poll_stream,
                         G_TYPE_INPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, poll_iface_init))

static gssize
poll_stream_read_nonblocking (GPollableInputStream *stream,
                              void *buffer,
                              gsize count,
                              GError **error)
{
  OddStream *self = odd_of (stream);

  /* Every other time there is nothing yet. */
  if (self->n_reads++ % 2 == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "not yet");
      return -1;
    }
  return odd_read (G_INPUT_STREAM (stream), buffer, count, NULL, error);
}

static gboolean
poll_stream_is_readable (GPollableInputStream *stream)
{
  return odd_of (stream)->n_reads % 2 == 1;
}

static GSource *
poll_stream_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) timeout = g_timeout_source_new (1);

  return g_pollable_source_new_full (stream, timeout, cancellable);
}

static void
poll_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = poll_stream_is_readable;
  iface->read_nonblocking = poll_stream_read_nonblocking;
  iface->create_source = poll_stream_create_source;
}

static void
poll_stream_class_init (PollStreamClass *klass)
{
  klass->read_fn = odd_read;
}

static void
poll_stream_init (PollStream *self)
{
}

GInputStream *
odd_stream_new (GBytes *bytes, OddStreamFlags flags)
{
  GInputStream *stream = g_object_new (
      flags & ODD_STREAM_POLLABLE ? poll_stream_get_type () : slow_stream_get_type (), NULL);
  OddStream *self = g_new0 (OddStream, 1);

  self->bytes = g_bytes_ref (bytes);
  self->flags = flags;
  g_object_set_data_full (G_OBJECT (stream), "odd", self, odd_clear);
  return stream;
}
