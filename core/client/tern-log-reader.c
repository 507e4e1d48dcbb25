/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts what is read of a body and tells it once, at its end, in the thread that reads. */
#include "client/tern-log-reader.h"

#include <inttypes.h>


typedef struct
{
  TernReader reader;
  TernReader *inner;
  TernClientLog log;
  gboolean tells_errors;
  gboolean told;
  guint64 received;
} LogReader;

static void
tell_end (LogReader *self)
{
  if (!self->told)
    tern_debug_tell (tern_client_log_event, &self->log, TERN_LOG_EVENT_BODY,
                     "%" PRIu64 " bytes received", self->received);
  self->told = TRUE;
}

static void
tell_error (LogReader *self, const GError *error)
{
  if (!self->told && self->tells_errors)
    tern_client_log_error (&self->log, error);
  self->told = TRUE;
}

static TernStep
log_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  LogReader *self = (LogReader *)reader;
  GError *cause = NULL;
  const TernStep step = tern_reader_read (self->inner, buffer, len, n, wait, &cause);

  if (step == TERN_STEP_DONE)
    {
      self->received += *n;
      if (*n == 0 || tern_reader_get_remaining (self->inner) == 0)
        tell_end (self);
    }
  if (!cause)
    return step;
  tell_error (self, cause);
  g_propagate_error (error, cause);
  return step;
}

static gint64
log_get_remaining (TernReader *reader)
{
  return tern_reader_get_remaining (((LogReader *)reader)->inner);
}

static TernHeaders *
log_get_trailers (TernReader *reader)
{
  return tern_reader_get_trailers (((LogReader *)reader)->inner);
}

static void
log_free (TernReader *reader)
{
  LogReader *self = (LogReader *)reader;

  tern_reader_free (self->inner);
  g_object_unref (self->log.request);
  g_object_unref (self->log.client);
  g_free (self);
}

static const TernReaderClass log_class = {
  .read = log_read,
  .get_remaining = log_get_remaining,
  .get_trailers = log_get_trailers,
  .free = log_free,
};

TernReader *
tern_log_reader_new (TernReader *body, const TernClientLog *log, gboolean tells_errors)
{
  LogReader *self = g_new0 (LogReader, 1);

  self->reader.klass = &log_class;
  self->inner = body;
  self->log = *log;
  g_object_ref (self->log.client);
  g_object_ref (self->log.request);
  self->tells_errors = tells_errors;
  return &self->reader;
}
