/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tee of the cache. Only a body that came whole becomes an entry; the reader above never waits
 * for the store. */
#include "engine/tern-cache-body.h"

typedef struct
{
  TernReader reader;
  TernReader *inner;
  TernCacheStore *store;
  TernCacheDraft *entry;
  GByteArray *copy; /* NULL once it is given up or stored */
  gboolean stored;
} Tee;

static void
keep (Tee *self, const void *buffer, gsize n)
{
  g_autoptr (GBytes) body = NULL;

  if (n > 0)
    {
      g_byte_array_append (self->copy, buffer, n);
      if (self->copy->len > TERN_CACHE_MAX_ENTRY)
        g_clear_pointer (&self->copy, g_byte_array_unref);
      return;
    }
  body = g_byte_array_free_to_bytes (g_steal_pointer (&self->copy));
  tern_cache_draft_store (self->entry, self->store, body);
  self->stored = TRUE;
}

static TernStep
tee_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  Tee *self = (Tee *)reader;
  TernStep step;

  step = tern_reader_read (self->inner, buffer, len, n, wait, error);
  if (step == TERN_STEP_FAILED)
    g_clear_pointer (&self->copy, g_byte_array_unref);
  else if (step == TERN_STEP_DONE && self->copy && len > 0)
    keep (self, buffer, *n);
  return step;
}

static gint64
tee_get_remaining (TernReader *reader)
{
  return tern_reader_get_remaining (((Tee *)reader)->inner);
}

static TernHeaders *
tee_get_trailers (TernReader *reader)
{
  return tern_reader_get_trailers (((Tee *)reader)->inner);
}

/* It came whole, but a decoder could not read it: it would fail as long as it stays fresh. */
static void
tee_spoil (TernReader *reader)
{
  Tee *self = (Tee *)reader;

  g_clear_pointer (&self->copy, g_byte_array_unref);
  if (self->stored)
    tern_cache_draft_remove (self->entry, self->store);
  self->stored = FALSE;
}

static void
tee_free (TernReader *reader)
{
  Tee *self = (Tee *)reader;

  /* A reader that knows its length and was read to it is whole, also if nobody asked for its end.
   */
  if (self->copy && tern_reader_get_remaining (self->inner) == 0)
    keep (self, NULL, 0);
  g_clear_pointer (&self->copy, g_byte_array_unref);
  tern_reader_free (self->inner);
  tern_cache_draft_free (self->entry);
  g_object_unref (self->store);
  g_free (self);
}

static const TernReaderClass tee_class = {
  .read = tee_read,
  .get_remaining = tee_get_remaining,
  .get_trailers = tee_get_trailers,
  .spoil = tee_spoil,
  .free = tee_free,
};

TernReader *
tern_cache_body_tee (TernReader *body,
                     GBytes *before,
                     TernCacheStore *store,
                     TernCacheDraft *entry)
{
  Tee *self;

  if (!body)
    {
      g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);

      tern_cache_draft_store (entry, store, nothing);
      tern_cache_draft_free (entry);
      return NULL;
    }
  self = g_new0 (Tee, 1);
  self->reader.klass = &tee_class;
  self->inner = body;
  self->store = g_object_ref (store);
  self->entry = entry;
  self->copy = g_byte_array_new ();
  if (before)
    g_byte_array_append (self->copy, g_bytes_get_data (before, NULL), g_bytes_get_size (before));
  return &self->reader;
}
