/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads streams that may block without ever blocking the operation: a job on the worker pool owns
 * the stream's read; an operation that ends meanwhile leaves it behind. */
#include "exchange/tern-stream-reader.h"

#include <gio/gfiledescriptorbased.h>
#include <string.h>

#include "io/tern-worker.h"

/* Large, because each block costs a hop to another thread and back. */
#define BLOCK (256 * 1024)

/* What a job works on; it owns all of it. */
typedef struct
{
  GFile *file; /* to be opened first */
  GInputStream *stream;
  GCancellable *cancellable; /* when nobody waits any more */
  GError *error;
  gssize n;
  char data[BLOCK];
} Block;

typedef struct
{
  TernReader reader;
  GFile *file;
  GInputStream *stream;
  gboolean use_jobs;
  TernJob *job;
  GCancellable *cancellable; /* of the jobs */
  gsize at;                  /* how much of the done job's block was handed out */
} StreamReader;

static void
block_free (gpointer data)
{
  Block *block = data;

  g_clear_object (&block->file);
  g_clear_object (&block->stream);
  g_clear_object (&block->cancellable);
  g_clear_error (&block->error);
  g_free (block);
}

static void
block_run (gpointer data)
{
  Block *block = data;

  if (!block->stream)
    block->stream = G_INPUT_STREAM (g_file_read (block->file, block->cancellable, &block->error));
  block->n = block->stream ? g_input_stream_read (block->stream, block->data, BLOCK,
                                                  block->cancellable, &block->error)
                           : -1;
}

static void
start_job (StreamReader *self, TernWait *wait)
{
  Block *block = g_new (Block, 1);

  block->file = self->file ? g_object_ref (self->file) : NULL;
  block->stream = self->stream ? g_object_ref (self->stream) : NULL;
  if (!self->cancellable)
    self->cancellable = g_cancellable_new ();
  block->cancellable = g_object_ref (self->cancellable);
  block->error = NULL;
  block->n = 0;
  self->at = 0;
  self->job
      = tern_job_start (TERN_LANE_STREAM, block_run, block, block_free, tern_wait_get_wake (wait));
}

static TernStep
read_by_job (StreamReader *self, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  Block *block;

  wait->may_block = FALSE;
  if (!self->job)
    start_job (self, wait);
  if (!tern_job_is_done (self->job))
    return TERN_STEP_WAIT;
  block = tern_job_get_data (self->job);
  g_set_object (&self->stream, block->stream);
  if (block->n < 0)
    {
      g_propagate_error (error, g_steal_pointer (&block->error));
      return TERN_STEP_FAILED;
    }
  *n = MIN (len, (gsize)block->n - self->at);
  memcpy (buffer, block->data + self->at, *n);
  self->at += *n;
  if (self->at == (gsize)block->n)
    g_clear_pointer (&self->job, tern_job_drop);
  return TERN_STEP_DONE;
}

/* The descriptor behind a stream, or -1. */
static int
find_fd (GInputStream *stream)
{
  return G_IS_FILE_DESCRIPTOR_BASED (stream)
             ? g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream))
             : -1;
}

static TernStep
stream_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  StreamReader *self = (StreamReader *)reader;
  g_autoptr (GError) local = NULL;
  gssize got;
  int fd;

  if (self->use_jobs)
    return read_by_job (self, buffer, len, n, wait, error);
  got = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->stream), buffer,
                                                  len, NULL, &local);
  if (got >= 0)
    {
      *n = got;
      return TERN_STEP_DONE;
    }
  if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return TERN_STEP_FAILED;
    }
  wait->may_block = FALSE;
  fd = find_fd (self->stream);
  if (fd < 0)
    {
      self->use_jobs = TRUE;
      return read_by_job (self, buffer, len, n, wait, error);
    }
  tern_wait_add_fd (wait, fd, G_IO_IN);
  return TERN_STEP_WAIT;
}

static void
stream_free (TernReader *reader)
{
  StreamReader *self = (StreamReader *)reader;

  if (self->job)
    g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->job, tern_job_drop);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->stream);
  g_clear_object (&self->file);
  g_free (self);
}

static const TernReaderClass stream_class = { .read = stream_read, .free = stream_free };

TernReader *
tern_stream_reader_new (GInputStream *stream)
{
  StreamReader *self = g_new0 (StreamReader, 1);

  self->reader.klass = &stream_class;
  self->stream = g_object_ref (stream);
  self->use_jobs = !(G_IS_POLLABLE_INPUT_STREAM (stream)
                     && g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (stream)));
  return &self->reader;
}

TernReader *
tern_stream_reader_new_file (GFile *file)
{
  StreamReader *self = g_new0 (StreamReader, 1);

  self->reader.klass = &stream_class;
  self->file = g_object_ref (file);
  self->use_jobs = TRUE;
  return &self->reader;
}
