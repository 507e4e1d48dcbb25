/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of streams that may block, each in a worker. An operation that ends leaves its call behind;
 * the next one may find it still running, so whom to wake is asked when somebody waits and not when
 * the call begins. It must never close a stream that a call is using. */
#include "net/tern-stream-job.h"

#include <gio/gfiledescriptorbased.h>
#include <string.h>

#include "io/tern-worker.h"

/* A block costs a hop to another thread and back, some 11 µs: more would hardly be faster. */
#define MAX_BLOCK (64 * 1024)

/* Shared by the worker and the owner; the job's data. */
typedef struct
{
  gatomicrefcount ref_count;
  TernStreamHold *hold;
  GCancellable *cancellable;
  TernStreamJobKind kind;
  gsize len; /* to be read or written */
  gsize n;   /* that were */
  GError *error;
  GMutex lock; /* for the two below */
  TernWake *wake;
  gboolean done;
  char data[];
} Call;

struct _TernStreamJob
{
  Call *call;
  TernJob *job;
  gsize at;          /* how much was taken */
  gboolean told_end; /* that it brought nothing, or failed, was told */
};

/* --- streams ---------------------------------------------------------------------------------- */

static void
close_stream (gpointer stream)
{
  g_io_stream_close (stream, NULL, NULL);
}

void
tern_stream_close_soon (GIOStream *stream)
{
  if (tern_stream_find_input_fd (stream) >= 0 && tern_stream_find_output_fd (stream) >= 0
      && !(G_IS_TCP_CONNECTION (stream)
           && g_tcp_connection_get_graceful_disconnect (G_TCP_CONNECTION (stream))))
    {
      close_stream (stream);
      g_object_unref (stream);
      return;
    }
  tern_job_detach (TERN_LANE_CLOSE, close_stream, stream, g_object_unref);
}

static void
hold_clear (gpointer data)
{
  tern_stream_close_soon (g_steal_pointer (&((TernStreamHold *)data)->stream));
}

TernStreamHold *
tern_stream_hold_new (GIOStream *stream)
{
  TernStreamHold *self = g_atomic_rc_box_new0 (TernStreamHold);

  self->stream = g_object_ref (stream);
  return self;
}

TernStreamHold *
tern_stream_hold_ref (TernStreamHold *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
tern_stream_hold_unref (TernStreamHold *self)
{
  g_atomic_rc_box_release_full (self, hold_clear);
}

static int
find_fd (gpointer stream, gboolean can_poll)
{
  return can_poll && G_IS_FILE_DESCRIPTOR_BASED (stream) ? g_file_descriptor_based_get_fd (stream)
                                                         : -1;
}

int
tern_stream_find_input_fd (GIOStream *stream)
{
  GInputStream *input = g_io_stream_get_input_stream (stream);

  return find_fd (input, G_IS_POLLABLE_INPUT_STREAM (input)
                             && g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (input)));
}

int
tern_stream_find_output_fd (GIOStream *stream)
{
  GOutputStream *output = g_io_stream_get_output_stream (stream);

  return find_fd (output,
                  G_IS_POLLABLE_OUTPUT_STREAM (output)
                      && g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (output)));
}

/* --- calls, in the worker --------------------------------------------------------------------- */

static void
call_unref (gpointer data)
{
  Call *call = data;

  if (!g_atomic_ref_count_dec (&call->ref_count))
    return;
  g_clear_pointer (&call->wake, tern_wake_unref);
  g_clear_object (&call->cancellable);
  g_clear_error (&call->error);
  g_mutex_clear (&call->lock);
  tern_stream_hold_unref (call->hold);
  g_free (call);
}

static void
run_read (Call *call, GInputStream *input)
{
  const gsize step = call->kind == TERN_STREAM_READ ? call->len : 1;
  gssize got;

  do
    {
      got = g_input_stream_read (input, call->data + call->n, step, call->cancellable,
                                 &call->error);
      if (got <= 0)
        return;
      call->n += MIN ((gsize)got, step);
    }
  while (call->kind == TERN_STREAM_READ_LINE && call->n < call->len
         && call->data[call->n - 1] != '\n');
}

/* A stream with a buffer of its own would sit on the request for ever. */
static void
run_write (Call *call, GOutputStream *output)
{
  if (g_output_stream_write_all (output, call->data, call->len, &call->n, call->cancellable,
                                 &call->error))
    g_output_stream_flush (output, call->cancellable, &call->error);
}

static void
call_run (gpointer data)
{
  Call *call = data;
  g_autoptr (TernWake) wake = NULL;

  if (call->kind == TERN_STREAM_WRITE)
    run_write (call, g_io_stream_get_output_stream (call->hold->stream));
  else
    run_read (call, g_io_stream_get_input_stream (call->hold->stream));
  g_mutex_lock (&call->lock);
  call->done = TRUE;
  wake = g_steal_pointer (&call->wake);
  g_mutex_unlock (&call->lock);
  if (wake)
    tern_wake_fire (wake);
}

/* --- jobs, for their owner -------------------------------------------------------------------- */

static Call *
call_new (TernStreamHold *hold, TernStreamJobKind kind, gsize len)
{
  Call *call = g_malloc (sizeof *call + len);

  memset (call, 0, sizeof *call);
  g_atomic_ref_count_init (&call->ref_count);
  call->hold = tern_stream_hold_ref (hold);
  call->cancellable = g_cancellable_new ();
  call->kind = kind;
  call->len = len;
  g_mutex_init (&call->lock);
  return call;
}

static Call *
call_new_write (TernStreamHold *hold, const struct iovec *parts, int n_parts)
{
  gsize len = 0;
  gsize at = 0;
  Call *call;

  for (int i = 0; i < n_parts; i++)
    len += MIN (parts[i].iov_len, MAX_BLOCK - len);
  call = call_new (hold, TERN_STREAM_WRITE, len);
  for (int i = 0; i < n_parts && at < len; i++)
    {
      const gsize n = MIN (parts[i].iov_len, len - at);

      memcpy (call->data + at, parts[i].iov_base, n);
      at += n;
    }
  return call;
}

/* Reads wait for the other side and writes hardly ever do: were they of one lane, connections that
 * wait for their answers could keep the requests of others from being sent. */
static TernStreamJob *
job_new (Call *call)
{
  TernStreamJob *self = g_new0 (TernStreamJob, 1);

  self->call = call;
  g_atomic_ref_count_inc (&call->ref_count);
  self->job
      = tern_job_start (call->kind == TERN_STREAM_WRITE ? TERN_LANE_STREAM : TERN_LANE_RECEIVE,
                        call_run, call, call_unref, NULL);
  return self;
}

TernStreamJob *
tern_stream_job_read (TernStreamHold *hold, TernStreamJobKind kind, gsize len)
{
  return job_new (call_new (hold, kind, MIN (len, MAX_BLOCK)));
}

TernStreamJob *
tern_stream_job_write (TernStreamHold *hold, const struct iovec *parts, int n_parts)
{
  return job_new (call_new_write (hold, parts, n_parts));
}

gsize
tern_stream_job_farewell (TernStreamHold *hold, const struct iovec *parts, int n_parts)
{
  Call *call = call_new_write (hold, parts, n_parts);
  const gsize len = call->len;

  tern_job_detach (TERN_LANE_CLOSE, call_run, call, call_unref);
  return len;
}

gboolean
tern_stream_job_wait (TernStreamJob *self, TernWait *wait)
{
  Call *call = self->call;
  TernWake *wake = wait->make_wake ? tern_wait_get_wake (wait) : NULL;
  g_autoptr (TernWake) before = NULL;
  gboolean done;

  g_mutex_lock (&call->lock);
  done = call->done;
  if (!done && wake)
    {
      before = g_steal_pointer (&call->wake);
      call->wake = tern_wake_ref (wake);
    }
  g_mutex_unlock (&call->lock);
  return done;
}

gboolean
tern_stream_job_is_done (TernStreamJob *self)
{
  gboolean done;

  g_mutex_lock (&self->call->lock);
  done = self->call->done;
  g_mutex_unlock (&self->call->lock);
  return done;
}

TernStep
tern_stream_job_take (TernStreamJob *self, void *buffer, gsize len, gsize *n, GError **error)
{
  Call *call = self->call;

  *n = MIN (len, call->n - self->at);
  if (*n == 0 && call->error)
    {
      g_propagate_error (error, g_steal_pointer (&call->error));
      self->told_end = TRUE;
      return TERN_STEP_FAILED;
    }
  if (buffer)
    memcpy (buffer, call->data + self->at, *n);
  self->at += *n;
  self->told_end |= call->n == 0;
  return TERN_STEP_DONE;
}

gsize
tern_stream_job_find_line (TernStreamJob *self)
{
  const char *start = self->call->data + self->at;
  const char *end = memchr (start, '\n', self->call->n - self->at);

  return end ? (gsize)(end + 1 - start) : 0;
}

gboolean
tern_stream_job_is_empty (TernStreamJob *self)
{
  const Call *call = self->call;

  return self->at == call->n && !call->error && (call->n > 0 || self->told_end);
}

void
tern_stream_job_free (TernStreamJob *self)
{
  if (!tern_stream_job_is_done (self))
    g_cancellable_cancel (self->call->cancellable);
  tern_job_drop (self->job);
  call_unref (self->call);
  g_free (self);
}
