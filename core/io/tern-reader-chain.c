/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two readers, one behind the other, as one. */
#include "io/tern-reader.h"

typedef struct
{
  TernReader reader;
  TernReader *first; /* NULL once it was read to its end */
  TernReader *rest;
} ChainReader;

static TernStep
chain_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  ChainReader *self = (ChainReader *)reader;

  *n = 0;
  if (len == 0)
    return TERN_STEP_DONE;
  if (self->first)
    {
      const TernStep step = tern_reader_read (self->first, buffer, len, n, wait, error);

      if (step != TERN_STEP_DONE || *n > 0)
        return step;
      g_clear_pointer (&self->first, tern_reader_free);
    }
  return tern_reader_read (self->rest, buffer, len, n, wait, error);
}

static gint64
chain_get_remaining (TernReader *reader)
{
  ChainReader *self = (ChainReader *)reader;
  const gint64 first = self->first ? tern_reader_get_remaining (self->first) : 0;
  const gint64 rest = tern_reader_get_remaining (self->rest);

  return first < 0 || rest < 0 || rest > G_MAXINT64 - first ? -1 : first + rest;
}

static TernHeaders *
chain_get_trailers (TernReader *reader)
{
  return tern_reader_get_trailers (((ChainReader *)reader)->rest);
}

static void
chain_spoil (TernReader *reader)
{
  ChainReader *self = (ChainReader *)reader;

  if (self->first)
    tern_reader_spoil (self->first);
  tern_reader_spoil (self->rest);
}

static void
chain_free (TernReader *reader)
{
  ChainReader *self = (ChainReader *)reader;

  g_clear_pointer (&self->first, tern_reader_free);
  tern_reader_free (self->rest);
  g_free (self);
}

TernReader *
tern_reader_chain_drop (TernReader *chain)
{
  ChainReader *self = (ChainReader *)chain;
  TernReader *rest = self->rest;

  g_clear_pointer (&self->first, tern_reader_free);
  g_free (self);
  return rest;
}

static const TernReaderClass chain_class = {
  .read = chain_read,
  .get_remaining = chain_get_remaining,
  .get_trailers = chain_get_trailers,
  .spoil = chain_spoil,
  .free = chain_free,
};

TernReader *
tern_reader_new_chain (TernReader *first, TernReader *rest)
{
  ChainReader *self = g_new0 (ChainReader, 1);

  self->reader.klass = &chain_class;
  self->first = first;
  self->rest = rest;
  return &self->reader;
}
