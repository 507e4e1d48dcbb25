/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The four kinds of request bodies as one value. */
#include "message/tern-body-source.h"

void
tern_body_source_clear (TernBodySource *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->stream);
  g_clear_object (&self->file);
  self->kind = TERN_SOURCE_NONE;
  self->used = FALSE;
}

void
tern_body_source_set_bytes (TernBodySource *self, GBytes *bytes)
{
  g_autoptr (GBytes) held = bytes ? g_bytes_ref (bytes) : NULL;

  tern_body_source_clear (self);
  if (!held)
    return;
  self->kind = TERN_SOURCE_BYTES;
  self->bytes = g_steal_pointer (&held);
}

void
tern_body_source_set_stream (TernBodySource *self, GInputStream *stream, gint64 length)
{
  g_autoptr (GInputStream) held = stream ? g_object_ref (stream) : NULL;

  tern_body_source_clear (self);
  if (!held)
    return;
  self->kind = TERN_SOURCE_STREAM;
  self->length = length < 0 ? -1 : length;
  self->start = -1;
  if (G_IS_SEEKABLE (held) && g_seekable_can_seek (G_SEEKABLE (held)))
    self->start = g_seekable_tell (G_SEEKABLE (held));
  self->stream = g_steal_pointer (&held);
}

void
tern_body_source_set_file (TernBodySource *self, GFile *file)
{
  g_autoptr (GFile) held = file ? g_object_ref (file) : NULL;

  tern_body_source_clear (self);
  if (!held)
    return;
  self->kind = TERN_SOURCE_FILE;
  self->file = g_steal_pointer (&held);
}

void
tern_body_source_copy (const TernBodySource *from, TernBodySource *to)
{
  tern_body_source_clear (to);
  *to = *from;
  if (to->bytes)
    g_bytes_ref (to->bytes);
  if (to->stream)
    g_object_ref (to->stream);
  if (to->file)
    g_object_ref (to->file);
}

gboolean
tern_body_source_can_rewind (const TernBodySource *self)
{
  return self->kind != TERN_SOURCE_STREAM || self->start >= 0;
}
