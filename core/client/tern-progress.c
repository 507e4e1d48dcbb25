/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts what is read of a body and emits the progress signal in the thread that reads. */
#include "client/tern-progress.h"

#include "client/tern-client-private.h"

typedef struct
{
  TernReader reader;
  TernReader *inner;
  TernClient *client;
  TernRequest *request;
  guint64 sent;
  guint64 received;
  gint64 total;
} Progress;

static TernStep
progress_read (
    TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  Progress *self = (Progress *)reader;
  const TernStep step = tern_reader_read (self->inner, buffer, len, n, wait, error);

  if (step == TERN_STEP_DONE && *n > 0)
    {
      self->received += *n;
      g_signal_emit (self->client, tern_client_signals[TERN_CLIENT_PROGRESS], 0, self->request,
                     self->sent, self->received, self->total);
    }
  return step;
}

static gint64
progress_get_remaining (TernReader *reader)
{
  return tern_reader_get_remaining (((Progress *)reader)->inner);
}

static TernHeaders *
progress_get_trailers (TernReader *reader)
{
  return tern_reader_get_trailers (((Progress *)reader)->inner);
}

static void
progress_free (TernReader *reader)
{
  Progress *self = (Progress *)reader;

  tern_reader_free (self->inner);
  g_object_unref (self->request);
  g_object_unref (self->client);
  g_free (self);
}

static const TernReaderClass progress_class = {
  .read = progress_read,
  .get_remaining = progress_get_remaining,
  .get_trailers = progress_get_trailers,
  .free = progress_free,
};

TernReader *
tern_progress_reader_new (
    TernReader *body, TernClient *client, TernRequest *request, guint64 sent, gint64 total)
{
  Progress *self = g_new0 (Progress, 1);

  self->reader.klass = &progress_class;
  self->inner = body;
  self->client = g_object_ref (client);
  self->request = g_object_ref (request);
  self->sent = sent;
  self->total = total;
  return &self->reader;
}
