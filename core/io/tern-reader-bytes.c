/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reader over bytes in memory: request bodies and cached responses. It never waits. */
#include <string.h>

#include "io/tern-reader.h"

typedef struct
{
  TernReader reader;
  GBytes *bytes;
  gsize at;
} BytesReader;

static TernStep
bytes_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  BytesReader *self = (BytesReader *) reader;
  gsize size;
  const char *data = g_bytes_get_data (self->bytes, &size);

  *n = MIN (len, size - self->at);
  if (*n > 0)
    memcpy (buffer, data + self->at, *n);
  self->at += *n;
  return TERN_STEP_DONE;
}

static gint64
bytes_get_remaining (TernReader *reader)
{
  BytesReader *self = (BytesReader *) reader;

  return g_bytes_get_size (self->bytes) - self->at;
}

static GBytes *
bytes_take_rest (TernReader *reader)
{
  BytesReader *self = (BytesReader *) reader;
  const gsize at = self->at, size = g_bytes_get_size (self->bytes);

  self->at = size;
  return at == 0 ? g_bytes_ref (self->bytes) : g_bytes_new_from_bytes (self->bytes, at, size - at);
}

static void
bytes_free (TernReader *reader)
{
  BytesReader *self = (BytesReader *) reader;

  g_bytes_unref (self->bytes);
  g_free (self);
}

static const TernReaderClass bytes_class = {
  .read = bytes_read,
  .get_remaining = bytes_get_remaining,
  .take_rest = bytes_take_rest,
  .free = bytes_free,
};

TernReader *
tern_reader_new_bytes (GBytes *bytes)
{
  BytesReader *self = g_new0 (BytesReader, 1);

  self->reader.klass = &bytes_class;
  self->bytes = g_bytes_ref (bytes);
  return &self->reader;
}
