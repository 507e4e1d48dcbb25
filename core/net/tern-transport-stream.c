/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any GIOStream as a transport. Each direction goes its own way: one that has a descriptor to poll
 * is called in place and never blocks, the other by jobs. It must never take more from a stream
 * than it was asked for: what follows may belong to somebody else. */
#include "net/tern-transport-stream.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "net/tern-stream-job.h"

/* What a pipe that is ready takes without blocking, also where its descriptor may block (POSIX's
 * PIPE_BUF, on Linux a page). */
#define PIPE_BLOCK 4096

typedef struct
{
  TernTransport base; /* fd: of the input, or -1 */
  TernStreamHold *hold;
  int out_fd; /* -1: by jobs */
  TernStreamJob *reading;
  TernStreamJob *writing;
} StreamTransport;

/* --- by jobs -----------------------------------------------------------------------------------
 */

static TernStep
read_by_job (StreamTransport *self,
             TernStreamJobKind kind,
             void *buffer,
             gsize len,
             gsize *n,
             TernWait *wait,
             GError **error)
{
  TernStep step;

  wait->may_block = FALSE;
  if (!self->reading)
    {
      /* Who cannot be woken only looks at what is there: a job would go on without a reader. */
      if (!wait->make_wake)
        return TERN_STEP_WAIT;
      self->reading = tern_stream_job_read (self->hold, kind, len);
    }
  if (!tern_stream_job_wait (self->reading, wait))
    return TERN_STEP_WAIT;
  /* It may have been begun for another kind of read. */
  if (kind == TERN_STREAM_READ_LINE && tern_stream_job_find_line (self->reading) > 0)
    len = MIN (len, tern_stream_job_find_line (self->reading));
  step = tern_stream_job_take (self->reading, buffer, len, n, error);
  if (tern_stream_job_is_empty (self->reading))
    g_clear_pointer (&self->reading, tern_stream_job_free);
  return step;
}

/* What was copied counts as written when the job is through, and not before: who asks about a
 * request that failed must not be told that nothing was sent. */
static TernStep
write_by_job (StreamTransport *self,
              const struct iovec *parts,
              int n_parts,
              gsize *n,
              TernWait *wait,
              GError **error)
{
  TernStep step;

  wait->may_block = FALSE;
  if (!self->writing)
    {
      if (!wait->make_wake)
        {
          *n = tern_stream_job_farewell (self->hold, parts, n_parts);
          return TERN_STEP_DONE;
        }
      self->writing = tern_stream_job_write (self->hold, parts, n_parts);
    }
  if (!tern_stream_job_wait (self->writing, wait))
    return TERN_STEP_WAIT;
  step = tern_stream_job_take (self->writing, NULL, G_MAXSIZE, n, error);
  if (tern_stream_job_is_empty (self->writing))
    g_clear_pointer (&self->writing, tern_stream_job_free);
  return step;
}

/* --- in place ----------------------------------------------------------------------------------
 */

static TernStep
settle (gssize result,
        GError *cause,
        int fd,
        GIOCondition condition,
        gsize *n,
        TernWait *wait,
        GError **error)
{
  if (result >= 0)
    {
      *n = result;
      return TERN_STEP_DONE;
    }
  if (!g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_propagate_error (error, cause);
      return TERN_STEP_FAILED;
    }
  g_error_free (cause);
  wait->may_block = FALSE;
  tern_wait_add_fd (wait, fd, condition);
  return TERN_STEP_WAIT;
}

static GPollableInputStream *
get_input (StreamTransport *self)
{
  return G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->hold->stream));
}

static TernStep
stream_read (TernTransport *base, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  StreamTransport *self = (StreamTransport *)base;
  GError *cause = NULL;
  gssize got;

  if (base->fd < 0)
    return read_by_job (self, TERN_STREAM_READ, buffer, len, n, wait, error);
  got = g_pollable_input_stream_read_nonblocking (get_input (self), buffer, len, NULL, &cause);
  return settle (got, cause, base->fd, G_IO_IN, n, wait, error);
}

static TernStep
stream_read_line (
    TernTransport *base, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  StreamTransport *self = (StreamTransport *)base;
  GError *cause = NULL;
  gsize have = 0;
  gssize got = 0;

  if (base->fd < 0)
    return read_by_job (self, TERN_STREAM_READ_LINE, buffer, len, n, wait, error);
  while (have < len && (have == 0 || ((char *)buffer)[have - 1] != '\n'))
    {
      got = g_pollable_input_stream_read_nonblocking (get_input (self), (char *)buffer + have, 1,
                                                      NULL, &cause);
      if (got <= 0)
        break;
      have++;
    }
  if (have == 0)
    return settle (got, cause, base->fd, G_IO_IN, n, wait, error);
  /* What ended the line early is told by the next read. */
  g_clear_error (&cause);
  *n = have;
  return TERN_STEP_DONE;
}

/* A pipe without a reader raises SIGPIPE, which would end the program: it is held back in this
 * thread, and taken away if it was ours. */
static gssize
write_quietly (GPollableOutputStream *output, const void *data, gsize len, GError **error)
{
  const struct timespec now = { 0 };
  sigset_t pipe, before, pending;
  gboolean was_pending;
  gssize put;

  sigemptyset (&pipe);
  sigaddset (&pipe, SIGPIPE);
  sigemptyset (&pending);
  pthread_sigmask (SIG_BLOCK, &pipe, &before);
  sigpending (&pending);
  was_pending = sigismember (&pending, SIGPIPE);
  put = g_pollable_output_stream_write_nonblocking (output, data, len, NULL, error);
  if (put < 0 && !was_pending)
    sigtimedwait (&pipe, NULL, &now);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return put;
}

static TernStep
stream_write (TernTransport *base,
              const struct iovec *parts,
              int n_parts,
              gsize *n,
              TernWait *wait,
              GError **error)
{
  StreamTransport *self = (StreamTransport *)base;
  GOutputStream *output = g_io_stream_get_output_stream (self->hold->stream);
  GError *cause = NULL;
  gssize put;

  while (n_parts > 1 && parts->iov_len == 0)
    {
      parts++;
      n_parts--;
    }
  if (self->out_fd < 0)
    return write_by_job (self, parts, n_parts, n, wait, error);
  put = write_quietly (G_POLLABLE_OUTPUT_STREAM (output), parts->iov_base,
                       MIN (parts->iov_len, PIPE_BLOCK), &cause);
  return settle (put, cause, self->out_fd, G_IO_OUT, n, wait, error);
}

/* --- the rest ----------------------------------------------------------------------------------
 */

/* A stream without a descriptor cannot be asked what lies in it: a mock that holds its answer from
 * the start is no noise, and one that ended meanwhile shows it when it is used. */
static gboolean
stream_is_quiet (TernTransport *base)
{
  StreamTransport *self = (StreamTransport *)base;

  if (g_io_stream_is_closed (self->hold->stream))
    return FALSE;
  if (base->fd >= 0)
    return !g_pollable_input_stream_is_readable (get_input (self));
  return !self->reading || !tern_stream_job_is_done (self->reading);
}

static void
stream_free (TernTransport *base)
{
  StreamTransport *self = (StreamTransport *)base;

  g_clear_pointer (&self->reading, tern_stream_job_free);
  g_clear_pointer (&self->writing, tern_stream_job_free);
  tern_stream_hold_unref (self->hold);
  g_free (self);
}

static const TernTransportClass stream_class = {
  .read = stream_read,
  .read_line = stream_read_line,
  .write = stream_write,
  .is_quiet = stream_is_quiet,
  .free = stream_free,
};

/* The socket that both ends of a stream are, or NULL. */
static GSocket *
find_socket (GIOStream *stream)
{
  GSocket *socket;
  int fd;

  if (!G_IS_SOCKET_CONNECTION (stream))
    return NULL;
  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));
  fd = g_socket_get_fd (socket);
  /* A wrapper (GTcpWrapperConnection for one) has a socket, but other ends. */
  return g_socket_get_socket_type (socket) == G_SOCKET_TYPE_STREAM
                 && tern_stream_find_input_fd (stream) == fd
                 && tern_stream_find_output_fd (stream) == fd
             ? socket
             : NULL;
}

static void
close_socket (gpointer stream)
{
  tern_stream_close_soon (stream);
}

TernTransport *
tern_transport_new_stream (GIOStream *stream)
{
  GSocket *socket = find_socket (stream);
  StreamTransport *self;

  if (socket)
    return tern_transport_new_socket (g_socket_get_fd (socket), close_socket,
                                      g_object_ref (stream));
  self = g_new0 (StreamTransport, 1);
  self->base.klass = &stream_class;
  self->base.fd = tern_stream_find_input_fd (stream);
  self->out_fd = tern_stream_find_output_fd (stream);
  self->hold = tern_stream_hold_new (stream);
  return &self->base;
}
