/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads what a store hands out as a stream. It must never call a body whole that is not, and never
 * leave an entry in the store that cannot be read. */
#include "engine/tern-cache-stored.h"

#include <inttypes.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "engine/tern-store-call.h"
#include "exchange/tern-deadline.h"
#include "exchange/tern-stream-reader.h"

typedef struct
{
  TernReader reader;
  TernCacheStore *store;
  char *key;
  GInputStream *stream; /* read in place; else NULL */
  TernReader *inner;    /* read on the worker pool; else NULL */
  guint64 skip;         /* before the slice, where the stream could not be sought in */
  guint64 left;
  guint64 length;
  TernDeadline clock;
  GError *failed;
} StoredReader;

/* Half a body is none: the next request finds nothing and asks the origin. */
static TernStep
fail (StoredReader *self, const GError *cause, GError **error)
{
  const char *what = cause ? cause->message : _ ("it ends too early");

  self->failed
      = g_error_new (TERN_ERROR, TERN_ERROR_CACHE,
                     _ ("%s: the stored body of %s failed after %" PRIu64 " bytes: %s"),
                     G_OBJECT_TYPE_NAME (self->store), self->key, self->length - self->left, what);
  g_clear_object (&self->stream);
  g_clear_pointer (&self->inner, tern_reader_free);
  tern_store_remove_later (self->store, g_strdup (self->key));
  g_propagate_error (error, g_error_copy (self->failed));
  return TERN_STEP_FAILED;
}

/* The error of a clock is no fault of the entry. */
static TernStep
wait_for_worker (StoredReader *self, TernWait *wait, GError **error)
{
  if (!tern_deadline_arm (&self->clock, wait, TERN_PHASE_RECEIVE, G_OBJECT_TYPE_NAME (self->store),
                          error)
      || !tern_deadline_check (&self->clock, TERN_PHASE_RECEIVE, G_OBJECT_TYPE_NAME (self->store),
                               error))
    return TERN_STEP_FAILED;
  return TERN_STEP_WAIT;
}

/* As the stream has it, from wherever it stands. */
static TernStep
read_some (StoredReader *self, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  g_autoptr (GError) cause = NULL;
  TernStep step = TERN_STEP_DONE;

  if (self->stream)
    {
      const gssize got = g_input_stream_read (self->stream, buffer, len, NULL, &cause);

      *n = MAX (got, 0);
      if (got < 0)
        step = TERN_STEP_FAILED;
    }
  else
    step = tern_reader_read (self->inner, buffer, len, n, wait, &cause);
  if (step == TERN_STEP_WAIT)
    return wait_for_worker (self, wait, error);
  tern_deadline_moved (&self->clock);
  return step == TERN_STEP_FAILED || *n == 0 ? fail (self, cause, error) : TERN_STEP_DONE;
}

static TernStep
stored_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  StoredReader *self = (StoredReader *)reader;
  char scratch[8192];
  TernStep step;

  *n = 0;
  if (self->failed)
    {
      g_propagate_error (error, g_error_copy (self->failed));
      return TERN_STEP_FAILED;
    }
  if (self->left == 0 || len == 0)
    return TERN_STEP_DONE;
  while (self->skip > 0)
    {
      gsize skipped = 0;

      step = read_some (self, scratch, MIN (sizeof scratch, self->skip), &skipped, wait, error);
      if (step != TERN_STEP_DONE)
        return step;
      self->skip -= skipped;
    }
  step = read_some (self, buffer, MIN (len, self->left), n, wait, error);
  if (step == TERN_STEP_DONE)
    self->left -= *n;
  return step;
}

static gint64
stored_get_remaining (TernReader *reader)
{
  return (gint64)MIN (((StoredReader *)reader)->left, G_MAXINT64);
}

/* It came as it was stored, but a decoder could not read it: it would fail as long as it is there.
 */
static void
stored_spoil (TernReader *reader)
{
  StoredReader *self = (StoredReader *)reader;

  tern_store_remove_later (self->store, g_strdup (self->key));
}

static void
stored_free (TernReader *reader)
{
  StoredReader *self = (StoredReader *)reader;

  g_clear_object (&self->stream);
  g_clear_pointer (&self->inner, tern_reader_free);
  g_clear_error (&self->failed);
  g_object_unref (self->store);
  g_free (self->key);
  g_free (self);
}

static const TernReaderClass stored_class = {
  .read = stored_read,
  .get_remaining = stored_get_remaining,
  .spoil = stored_spoil,
  .free = stored_free,
};

static gboolean
seek (GInputStream *stream, guint64 offset)
{
  return offset == 0
         || (offset <= G_MAXINT64 && G_IS_SEEKABLE (stream)
             && g_seekable_can_seek (G_SEEKABLE (stream))
             && g_seekable_seek (G_SEEKABLE (stream), (goffset)offset, G_SEEK_SET, NULL, NULL));
}

TernReader *
tern_cache_stored_new (TernCacheStore *store,
                       char *key,
                       GInputStream *stream,
                       guint64 offset,
                       guint64 length,
                       gint64 idle_timeout,
                       gint64 total_deadline)
{
  StoredReader *self = g_new0 (StoredReader, 1);

  self->reader.klass = &stored_class;
  self->store = g_object_ref (store);
  self->key = key;
  self->left = self->length = length;
  tern_deadline_init (&self->clock, idle_timeout, total_deadline);
  if (tern_store_runs_in_place (store))
    {
      self->stream = g_object_ref (stream);
      self->skip = seek (stream, offset) ? 0 : offset;
    }
  else
    {
      self->inner = tern_stream_reader_new (stream);
      self->skip = offset;
    }
  return &self->reader;
}
