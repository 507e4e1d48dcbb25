/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A body as a pull of bytes in steps: transport framing, cache tee, decoders and the size guard are
 * readers around each other. A reader is driven by one operation at a time. */
#pragma once

#include "base/tern-headers-private.h"
#include "io/tern-step.h"

typedef struct _TernReader TernReader;

typedef struct
{
  /* Up to @len bytes; *@n is 0 at the end of the body and at that end only. After FAILED the reader
   * fails for ever. */
  TernStep (*read) (TernReader *self, void *buffer, gsize len, gsize *n, TernWait *wait,
                    GError **error);

  /* How many bytes are left, or -1 where that is not known; a promise of the server's, not a
   * fact. */
  gint64 (*get_remaining) (TernReader *self);

  /* The trailer section once the end was read, or NULL (transfer none). */
  TernHeaders *(*get_trailers) (TernReader *self);

  /* The reader beneath, for who wants the rest to be gone and not to be understood; where there is
   * none, the reader is as plain as it gets. */
  TernReader *(*peel) (TernReader *self);

  /* All that is left at once, where it lies in memory in one piece already; that was the end. */
  GBytes *(*take_rest) (TernReader *self);

  /* What was read is not what it claims to be: nobody keeps a copy of it. */
  void (*spoil) (TernReader *self);

  /* The clocks of the operation that made it stop: whoever reads from now on has clocks of his own.
   */
  void (*unbind) (TernReader *self);

  /* Drops the reader and decides what becomes of the connection. */
  void (*free) (TernReader *self);
} TernReaderClass;

struct _TernReader
{
  const TernReaderClass *klass;
};

static inline TernStep
tern_reader_read (TernReader *self, void *buffer, gsize len, gsize *n, TernWait *wait,
                  GError **error)
{
  return self->klass->read (self, buffer, len, n, wait, error);
}

static inline gint64
tern_reader_get_remaining (TernReader *self)
{
  return self->klass->get_remaining ? self->klass->get_remaining (self) : -1;
}

static inline TernHeaders *
tern_reader_get_trailers (TernReader *self)
{
  return self->klass->get_trailers ? self->klass->get_trailers (self) : NULL;
}

static inline TernReader *
tern_reader_peel (TernReader *self)
{
  while (self->klass->peel)
    self = self->klass->peel (self);
  return self;
}

/* NULL where it has to be read. */
static inline GBytes *
tern_reader_take_rest (TernReader *self)
{
  return self->klass->take_rest ? self->klass->take_rest (self) : NULL;
}

static inline void
tern_reader_spoil (TernReader *self)
{
  if (self->klass->spoil)
    self->klass->spoil (self);
}

static inline void
tern_reader_unbind (TernReader *self)
{
  self = tern_reader_peel (self);
  if (self->klass->unbind)
    self->klass->unbind (self);
}

static inline void
tern_reader_free (TernReader *self)
{
  self->klass->free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernReader, tern_reader_free)

/* First @prefix, then @rest; takes both. */
TernReader *tern_reader_new_prefix (GByteArray *prefix, TernReader *rest);

/* First @first to its end, then @rest; takes both. */
TernReader *tern_reader_new_chain (TernReader *first, TernReader *rest);
/* The rest alone, after all; takes the chain. */
TernReader *tern_reader_chain_drop (TernReader *chain);

/* Over bytes; keeps a reference. */
TernReader *tern_reader_new_bytes (GBytes *bytes);
