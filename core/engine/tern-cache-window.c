/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A window that slides over a body. It must never grow with the body. */
#include "engine/tern-cache-window.h"

#include <string.h>

static gsize
get_size (const TernCacheWindow *self)
{
  return self->bytes ? self->bytes->len - self->head : 0;
}

void
tern_cache_window_init (TernCacheWindow *self, guint64 start)
{
  *self = (TernCacheWindow){ NULL, 0, start };
}

void
tern_cache_window_clear (TernCacheWindow *self)
{
  g_clear_pointer (&self->bytes, g_byte_array_unref);
}

/* Moves what is left to the front once more is gone than is left: so each byte is moved once. */
static void
drop (TernCacheWindow *self, gsize n)
{
  self->head += n;
  self->start += n;
  if (get_size (self) == 0)
    {
      g_clear_pointer (&self->bytes, g_byte_array_unref);
      self->head = 0;
    }
  else if (self->head > self->bytes->len / 2)
    {
      g_byte_array_remove_range (self->bytes, 0, (guint)self->head);
      self->head = 0;
    }
}

void
tern_cache_window_append (TernCacheWindow *self, const void *data, gsize len)
{
  const gsize keep = MIN (len, TERN_CACHE_WINDOW_MAX);
  const gsize size = get_size (self);

  if (len == 0)
    return;
  if (size + keep > TERN_CACHE_WINDOW_MAX)
    drop (self, size + keep - TERN_CACHE_WINDOW_MAX);
  if (keep < len)
    self->start += len - keep;
  if (!self->bytes)
    self->bytes = g_byte_array_new ();
  g_byte_array_append (self->bytes, (const guint8 *)data + (len - keep), (guint)keep);
}

void
tern_cache_window_trim (TernCacheWindow *self, guint64 at)
{
  if (at <= self->start)
    return;
  drop (self, MIN (get_size (self), at - self->start));
  self->start = MAX (self->start, at); /* beyond what came: what follows begins there */
}

gsize
tern_cache_window_copy (const TernCacheWindow *self, guint64 at, void *buffer, gsize len)
{
  const gsize size = get_size (self);
  gsize n;

  if (at < self->start || at - self->start >= size)
    return 0;
  n = MIN (len, size - (gsize)(at - self->start));
  memcpy (buffer, self->bytes->data + self->head + (at - self->start), n);
  return n;
}
