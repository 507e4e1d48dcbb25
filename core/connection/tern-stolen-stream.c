/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two halves of a stolen connection, sync, async and pollable, and the stream that holds them.
 * It has no protocol of its own. */
#include "connection/tern-stolen-stream.h"

#include <errno.h>

#include "connection/tern-pipe.h"
#include "io/tern-drive.h"

/* --- one read or write ----------------------------------------------------------------------- */

typedef struct
{
  TernPipe *pipe;
  void *buffer;
  gsize len;
  gsize n;
  gboolean is_output;
} Move;

static TernStep
move_step (gpointer data, TernWait *wait, GError **error)
{
  Move *move = data;

  return move->is_output
             ? tern_pipe_write (move->pipe, move->buffer, move->len, &move->n, wait, error)
             : tern_pipe_read (move->pipe, move->buffer, move->len, &move->n, wait, error);
}

static gssize
move_sync (Move move, GCancellable *cancellable, GError **error)
{
  return tern_drive_sync (move_step, &move, cancellable, error) ? (gssize)move.n : -1;
}

static void
move_free (gpointer data)
{
  tern_pipe_unref (((Move *)data)->pipe);
  g_free (data);
}

static void
on_moved (gpointer self, GError *error, gpointer data)
{
  g_autoptr (GTask) task = data;

  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, (gssize)((Move *)self)->n);
}

static void
move_async (gpointer stream,
            Move move,
            int io_priority,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  GTask *task = g_task_new (stream, cancellable, callback, user_data);
  Move *kept = g_memdup2 (&move, sizeof move);

  tern_pipe_ref (kept->pipe);
  g_task_set_source_tag (task, move_async);
  /* What was moved is told, whatever was cancelled meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, kept, move_free);
  tern_drive_async (move_step, kept, cancellable, on_moved, task);
}

static TernWake *
make_no_wake (gpointer driver)
{
  return tern_wake_new (NULL, NULL);
}

static gssize
move_now (Move move, GError **error)
{
  TernWait wait;
  TernStep step;

  tern_wait_init (&wait, make_no_wake, NULL);
  step = move_step (&move, &wait, error);
  tern_wait_clear (&wait);
  if (step == TERN_STEP_WAIT)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, g_strerror (EAGAIN));
  return step == TERN_STEP_DONE ? (gssize)move.n : -1;
}

static gboolean
is_ready (TernPipe *pipe, gboolean (*look) (TernPipe *pipe, TernWait *wait))
{
  TernWait wait;
  gboolean ready;

  tern_wait_init (&wait, make_no_wake, NULL);
  ready = look (pipe, &wait);
  tern_wait_clear (&wait);
  return ready;
}

static GSource *
make_source (gpointer stream,
             gboolean (*fill) (gpointer stream, TernWait *wait),
             GCancellable *cancellable)
{
  g_autoptr (GSource) wishes = tern_drive_source_new (fill, stream);
  GSource *source = g_pollable_source_new_full (stream, NULL, cancellable);

  g_source_add_child_source (source, wishes);
  return source;
}

static void
close_now (gpointer stream,
           TernPipe *pipe,
           gboolean is_output,
           GCancellable *cancellable,
           GAsyncReadyCallback callback,
           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, close_now);
  tern_pipe_close_side (pipe, is_output);
  g_task_return_boolean (task, TRUE);
}

/* --- input ----------------------------------------------------------------------------------- */

#define STOLEN_TYPE_INPUT (stolen_input_get_type ())
G_DECLARE_FINAL_TYPE (StolenInput, stolen_input, STOLEN, INPUT, GInputStream)

struct _StolenInput
{
  GInputStream parent_instance;
  TernPipe *pipe;
};

static void input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (StolenInput,
                               stolen_input,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      input_pollable_init))

static Move
plan_read (gpointer stream, void *buffer, gsize len)
{
  return (Move){ STOLEN_INPUT (stream)->pipe, buffer, len, 0, FALSE };
}

static gssize
input_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return move_sync (plan_read (stream, buffer, count), cancellable, error);
}

static void
input_read_async (GInputStream *stream,
                  void *buffer,
                  gsize count,
                  int io_priority,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  move_async (stream, plan_read (stream, buffer, count), io_priority, cancellable, callback,
              user_data);
}

static gssize
input_read_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
input_close (GInputStream *stream, GCancellable *cancellable, GError **error)
{
  tern_pipe_close_side (STOLEN_INPUT (stream)->pipe, FALSE);
  return TRUE;
}

static void
input_close_async (GInputStream *stream,
                   int io_priority,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  close_now (stream, STOLEN_INPUT (stream)->pipe, FALSE, cancellable, callback, user_data);
}

static gboolean
input_close_finish (GInputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
input_is_readable (GPollableInputStream *stream)
{
  return is_ready (STOLEN_INPUT (stream)->pipe, tern_pipe_is_readable);
}

static gssize
input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  return move_now (plan_read (stream, buffer, count), error);
}

static gboolean
fill_input (gpointer stream, TernWait *wait)
{
  return !tern_pipe_is_readable (STOLEN_INPUT (stream)->pipe, wait);
}

static GSource *
input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  return make_source (stream, fill_input, cancellable);
}

static void
input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = input_is_readable;
  iface->read_nonblocking = input_read_nonblocking;
  iface->create_source = input_create_source;
}

static void
stolen_input_finalize (GObject *object)
{
  tern_pipe_unref (STOLEN_INPUT (object)->pipe);
  G_OBJECT_CLASS (stolen_input_parent_class)->finalize (object);
}

static void
stolen_input_class_init (StolenInputClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = stolen_input_finalize;
  stream_class->read_fn = input_read;
  stream_class->read_async = input_read_async;
  stream_class->read_finish = input_read_finish;
  stream_class->close_fn = input_close;
  stream_class->close_async = input_close_async;
  stream_class->close_finish = input_close_finish;
}

static void
stolen_input_init (StolenInput *self)
{
}

/* --- output ---------------------------------------------------------------------------------- */

#define STOLEN_TYPE_OUTPUT (stolen_output_get_type ())
G_DECLARE_FINAL_TYPE (StolenOutput, stolen_output, STOLEN, OUTPUT, GOutputStream)

struct _StolenOutput
{
  GOutputStream parent_instance;
  TernPipe *pipe;
};

static void output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (StolenOutput,
                               stolen_output,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      output_pollable_init))

static Move
plan_write (gpointer stream, const void *buffer, gsize len)
{
  return (Move){ STOLEN_OUTPUT (stream)->pipe, (void *)buffer, len, 0, TRUE };
}

static gssize
output_write (GOutputStream *stream,
              const void *buffer,
              gsize count,
              GCancellable *cancellable,
              GError **error)
{
  return move_sync (plan_write (stream, buffer, count), cancellable, error);
}

static void
output_write_async (GOutputStream *stream,
                    const void *buffer,
                    gsize count,
                    int io_priority,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  move_async (stream, plan_write (stream, buffer, count), io_priority, cancellable, callback,
              user_data);
}

static gssize
output_write_finish (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
output_close (GOutputStream *stream, GCancellable *cancellable, GError **error)
{
  tern_pipe_close_side (STOLEN_OUTPUT (stream)->pipe, TRUE);
  return TRUE;
}

static void
output_close_async (GOutputStream *stream,
                    int io_priority,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  close_now (stream, STOLEN_OUTPUT (stream)->pipe, TRUE, cancellable, callback, user_data);
}

static gboolean
output_close_finish (GOutputStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
output_can_poll (GPollableOutputStream *stream)
{
  return tern_pipe_can_poll_output (STOLEN_OUTPUT (stream)->pipe);
}

static gboolean
output_is_writable (GPollableOutputStream *stream)
{
  return is_ready (STOLEN_OUTPUT (stream)->pipe, tern_pipe_is_writable);
}

static gssize
output_write_nonblocking (GPollableOutputStream *stream,
                          const void *buffer,
                          gsize count,
                          GError **error)
{
  return move_now (plan_write (stream, buffer, count), error);
}

static gboolean
fill_output (gpointer stream, TernWait *wait)
{
  return !tern_pipe_is_writable (STOLEN_OUTPUT (stream)->pipe, wait);
}

static GSource *
output_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  return make_source (stream, fill_output, cancellable);
}

static void
output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->can_poll = output_can_poll;
  iface->is_writable = output_is_writable;
  iface->write_nonblocking = output_write_nonblocking;
  iface->create_source = output_create_source;
}

static void
stolen_output_finalize (GObject *object)
{
  tern_pipe_unref (STOLEN_OUTPUT (object)->pipe);
  G_OBJECT_CLASS (stolen_output_parent_class)->finalize (object);
}

static void
stolen_output_class_init (StolenOutputClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = stolen_output_finalize;
  stream_class->write_fn = output_write;
  stream_class->write_async = output_write_async;
  stream_class->write_finish = output_write_finish;
  stream_class->close_fn = output_close;
  stream_class->close_async = output_close_async;
  stream_class->close_finish = output_close_finish;
}

static void
stolen_output_init (StolenOutput *self)
{
}

/* --- both ------------------------------------------------------------------------------------ */

struct _TernStolenStream
{
  GIOStream parent_instance;
  GInputStream *input;
  GOutputStream *output;
};

G_DEFINE_FINAL_TYPE (TernStolenStream, tern_stolen_stream, G_TYPE_IO_STREAM)

static GInputStream *
get_input (GIOStream *stream)
{
  return TERN_STOLEN_STREAM (stream)->input;
}

static GOutputStream *
get_output (GIOStream *stream)
{
  return TERN_STOLEN_STREAM (stream)->output;
}

/* Closing blocks nowhere, so no thread is needed for it. */
static void
close_async (GIOStream *stream,
             int io_priority,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, close_async);
  if (G_IO_STREAM_GET_CLASS (stream)->close_fn (stream, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* GIOStream closes itself before it is finalized, for which it wants its halves. */
static void
tern_stolen_stream_finalize (GObject *object)
{
  TernStolenStream *self = TERN_STOLEN_STREAM (object);

  g_clear_object (&self->input);
  g_clear_object (&self->output);
  G_OBJECT_CLASS (tern_stolen_stream_parent_class)->finalize (object);
}

static void
tern_stolen_stream_class_init (TernStolenStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tern_stolen_stream_finalize;
  stream_class->get_input_stream = get_input;
  stream_class->get_output_stream = get_output;
  stream_class->close_async = close_async;
  stream_class->close_finish = close_finish;
}

static void
tern_stolen_stream_init (TernStolenStream *self)
{
}

GIOStream *
tern_stolen_stream_new (TernTransport *transport)
{
  TernStolenStream *self = g_object_new (TERN_TYPE_STOLEN_STREAM, NULL);
  g_autoptr (TernPipe) pipe = tern_pipe_new (transport);
  StolenInput *input = g_object_new (STOLEN_TYPE_INPUT, NULL);
  StolenOutput *output = g_object_new (STOLEN_TYPE_OUTPUT, NULL);

  input->pipe = tern_pipe_ref (pipe);
  output->pipe = tern_pipe_ref (pipe);
  self->input = G_INPUT_STREAM (input);
  self->output = G_OUTPUT_STREAM (output);
  return G_IO_STREAM (self);
}
