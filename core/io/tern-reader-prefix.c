/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes that were read ahead, and then the reader that they came from. How that one ends, or fails,
 * is what the whole ends with. */
#include <string.h>

#include "io/tern-reader.h"

typedef struct
{
  TernReader reader;
  GByteArray *prefix;
  gsize at;
  TernReader *rest;
} PrefixReader;

static TernStep
prefix_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  PrefixReader *self = (PrefixReader *)reader;

  *n = MIN (len, self->prefix->len - self->at);
  if (*n == 0 && len > 0)
    return tern_reader_read (self->rest, buffer, len, n, wait, error);
  if (*n > 0)
    memcpy (buffer, self->prefix->data + self->at, *n);
  self->at += *n;
  return TERN_STEP_DONE;
}

static gint64
prefix_get_remaining (TernReader *reader)
{
  PrefixReader *self = (PrefixReader *)reader;
  const gint64 left = tern_reader_get_remaining (self->rest);

  return left < 0 ? left : left + (gint64)(self->prefix->len - self->at);
}

static TernHeaders *
prefix_get_trailers (TernReader *reader)
{
  return tern_reader_get_trailers (((PrefixReader *)reader)->rest);
}

static TernReader *
prefix_peel (TernReader *reader)
{
  return ((PrefixReader *)reader)->rest;
}

static void
prefix_spoil (TernReader *reader)
{
  tern_reader_spoil (((PrefixReader *)reader)->rest);
}

static void
prefix_free (TernReader *reader)
{
  PrefixReader *self = (PrefixReader *)reader;

  g_byte_array_unref (self->prefix);
  tern_reader_free (self->rest);
  g_free (self);
}

static const TernReaderClass prefix_class = {
  .read = prefix_read,
  .get_remaining = prefix_get_remaining,
  .get_trailers = prefix_get_trailers,
  .peel = prefix_peel,
  .spoil = prefix_spoil,
  .free = prefix_free,
};

TernReader *
tern_reader_new_prefix (GByteArray *prefix, TernReader *rest)
{
  PrefixReader *self = g_new0 (PrefixReader, 1);

  self->reader.klass = &prefix_class;
  self->prefix = prefix;
  self->rest = rest;
  return &self->reader;
}
