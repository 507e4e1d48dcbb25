/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream over readers. It has no protocol of its own; closing it, or dropping it, drops the
 * readers and with them what they hold. */
#include "exchange/tern-body-stream.h"

#include <errno.h>
#include <string.h>

#include "base/tern-error-line.h"
#include "io/tern-drive.h"
#include "message/tern-failure-private.h"
#include "message/tern-request-private.h"
#include "message/tern-response-private.h"

/* Read ahead by whoever asks whether there is something, so that the question has an answer. */
#define PEEK_SIZE 4096

struct _TernBodyStream
{
  GInputStream parent_instance;

  TernReader *reader; /* NULL once closed or failed */
  GError *error;      /* what it failed of */
  TernHeaders *trailers;
  TernRequest *request;
  GWeakRef response;
  gint64 expected;
  gint64 received;
  char *peeked;
  gsize peeked_at;
  gsize peeked_end;
};

static void pollable_iface_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernBodyStream,
                               tern_body_stream,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      pollable_iface_init))

typedef struct
{
  TernBodyStream *stream;
  void *buffer;
  gsize len;
  gsize n;
} ReadOp;

static gsize
take_peeked (TernBodyStream *self, void *buffer, gsize len)
{
  const gsize n = MIN (len, self->peeked_end - self->peeked_at);

  memcpy (buffer, self->peeked + self->peeked_at, n);
  self->peeked_at += n;
  return n;
}

/* Keeps what is asked for after the body, and lets go of everything else. */
static void
drop_reader (TernBodyStream *self)
{
  TernHeaders *trailers = self->reader ? tern_reader_get_trailers (self->reader) : NULL;

  if (trailers && !self->trailers)
    self->trailers = tern_headers_ref (trailers);
  g_clear_pointer (&self->reader, tern_reader_free);
  g_clear_pointer (&self->peeked, g_free);
  self->peeked_at = self->peeked_end = 0;
}

/* What the program may ask of a body that failed. The request is let go, for it now holds the
 * response, which holds us. */
static void
note_failure (TernBodyStream *self, const GError *error)
{
  TernFailure *failure = tern_failure_new (TERN_PHASE_RECEIVE);

  failure->expected = self->expected;
  failure->received = self->received;
  failure->line = g_strdup (tern_error_get_line (error));
  failure->response = g_weak_ref_get (&self->response);
  if (failure->response)
    tern_response_set_failed (failure->response, self->request);
  tern_request_take_failure (self->request, failure);
  g_clear_object (&self->request);
}

static TernStep
read_reader (
    TernBodyStream *self, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  GError *cause = NULL;
  const TernStep step = tern_reader_read (self->reader, buffer, len, n, wait, &cause);

  if (step == TERN_STEP_DONE)
    self->received += *n;
  if (step != TERN_STEP_FAILED)
    return step;
  /* What failed fails for ever (a cancelled read did not and can go on), and the reader goes: those
   * that tell the program how far a body is hold the request as well. */
  note_failure (self, cause);
  drop_reader (self);
  self->error = g_error_copy (cause);
  g_propagate_error (error, cause);
  return step;
}

static TernStep
read_step (gpointer data, TernWait *wait, GError **error)
{
  ReadOp *op = data;

  op->n = 0;
  if (op->stream->peeked_at < op->stream->peeked_end)
    {
      op->n = take_peeked (op->stream, op->buffer, op->len);
      return TERN_STEP_DONE;
    }
  if (op->stream->error)
    {
      g_propagate_error (error, g_error_copy (op->stream->error));
      return TERN_STEP_FAILED;
    }
  if (!op->stream->reader)
    return TERN_STEP_DONE;
  return read_reader (op->stream, op->buffer, op->len, &op->n, wait, error);
}

TernStep
tern_body_stream_step (
    TernBodyStream *self, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  ReadOp op = { self, buffer, len, 0 };
  const TernStep step = read_step (&op, wait, error);

  *n = op.n;
  return step;
}

static gssize
tern_body_stream_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  ReadOp op = { TERN_BODY_STREAM (stream), buffer, count, 0 };

  return tern_drive_sync (read_step, &op, cancellable, error) ? (gssize)op.n : -1;
}

static void
on_read_done (gpointer self, GError *error, gpointer data)
{
  g_autoptr (GTask) task = data;
  ReadOp *op = self;

  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, op->n);
}

static void
tern_body_stream_read_async (GInputStream *stream,
                             void *buffer,
                             gsize count,
                             int io_priority,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (stream, cancellable, callback, user_data);
  ReadOp *op = g_new (ReadOp, 1);

  *op = (ReadOp){ TERN_BODY_STREAM (stream), buffer, count, 0 };
  g_task_set_source_tag (task, tern_body_stream_read_async);
  /* Bytes that were read are handed out, whatever was cancelled meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, op, g_free);
  tern_drive_async (read_step, op, cancellable, on_read_done, task);
}

static gssize
tern_body_stream_read_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
tern_body_stream_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  drop_reader (TERN_BODY_STREAM (stream));
  return TRUE;
}

static void
tern_body_stream_close_async (GInputStream *stream,
                              int io_priority,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, tern_body_stream_close_async);
  g_task_set_priority (task, io_priority);
  drop_reader (TERN_BODY_STREAM (stream));
  g_task_return_boolean (task, TRUE);
}

static gboolean
tern_body_stream_close_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Tries to have something to hand out; TRUE when there is nothing to wait for. */
static gboolean
is_ready (TernBodyStream *self, TernWait *wait)
{
  g_autoptr (GError) ignored = NULL;
  gsize n = 0;
  TernStep step;

  if (self->peeked_at < self->peeked_end || !self->reader)
    return TRUE;
  if (!self->peeked)
    self->peeked = g_malloc (PEEK_SIZE);
  step = read_reader (self, self->peeked, PEEK_SIZE, &n, wait, &ignored);
  if (step == TERN_STEP_WAIT)
    return FALSE;
  /* An error is there for the read that follows. */
  self->peeked_at = 0;
  self->peeked_end = step == TERN_STEP_DONE ? n : 0;
  return TRUE;
}

static TernWake *
make_no_wake (gpointer driver)
{
  return tern_wake_new (NULL, NULL);
}

static gboolean
tern_body_stream_is_readable (GPollableInputStream *stream)
{
  TernWait wait;
  gboolean ready;

  tern_wait_init (&wait, make_no_wake, NULL);
  ready = is_ready (TERN_BODY_STREAM (stream), &wait);
  tern_wait_clear (&wait);
  return ready;
}

static gssize
tern_body_stream_read_nonblocking (GPollableInputStream *stream,
                                   void *buffer,
                                   gsize count,
                                   GError **error)
{
  ReadOp op = { TERN_BODY_STREAM (stream), buffer, count, 0 };
  TernWait wait;
  TernStep step;

  tern_wait_init (&wait, make_no_wake, NULL);
  step = read_step (&op, &wait, error);
  tern_wait_clear (&wait);
  if (step == TERN_STEP_WAIT)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, g_strerror (EAGAIN));
  return step == TERN_STEP_DONE ? (gssize)op.n : -1;
}

static gboolean
fill_wishes (gpointer self, TernWait *wait)
{
  return !is_ready (self, wait);
}

static GSource *
tern_body_stream_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) wishes = tern_drive_source_new (fill_wishes, stream);
  GSource *source = g_pollable_source_new_full (stream, NULL, cancellable);

  g_source_add_child_source (source, wishes);
  return source;
}

static void
pollable_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = tern_body_stream_is_readable;
  iface->read_nonblocking = tern_body_stream_read_nonblocking;
  iface->create_source = tern_body_stream_create_source;
}

static void
tern_body_stream_finalize (GObject *object)
{
  TernBodyStream *self = TERN_BODY_STREAM (object);

  drop_reader (self);
  g_clear_pointer (&self->trailers, tern_headers_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->request);
  g_weak_ref_clear (&self->response);
  G_OBJECT_CLASS (tern_body_stream_parent_class)->finalize (object);
}

static void
tern_body_stream_class_init (TernBodyStreamClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tern_body_stream_finalize;
  stream_class->read_fn = tern_body_stream_read;
  stream_class->read_async = tern_body_stream_read_async;
  stream_class->read_finish = tern_body_stream_read_finish;
  stream_class->close_fn = tern_body_stream_close;
  stream_class->close_async = tern_body_stream_close_async;
  stream_class->close_finish = tern_body_stream_close_finish;
}

static void
tern_body_stream_init (TernBodyStream *self)
{
  g_weak_ref_init (&self->response, NULL);
}

GInputStream *
tern_body_stream_new (TernReader *reader, TernRequest *request, TernResponse *response)
{
  TernBodyStream *self = g_object_new (TERN_TYPE_BODY_STREAM, NULL);

  self->reader = reader;
  self->request = g_object_ref (request);
  self->expected = response->expected;
  g_weak_ref_set (&self->response, response);
  return G_INPUT_STREAM (self);
}

TernHeaders *
tern_body_stream_find_trailers (GInputStream *stream)
{
  TernBodyStream *self = TERN_BODY_STREAM (stream);

  if (self->trailers)
    return self->trailers;
  return self->reader ? tern_reader_get_trailers (self->reader) : NULL;
}
