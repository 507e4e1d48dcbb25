/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A growing block whose sizes are gsize throughout: GByteArray counts in 32 bits and aborts when
 * memory runs out, and both are in a server's hand. */
#include "base/tern-block.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>

/* How much is set aside on a server's word alone. */
#define BELIEVED (1024 * 1024)
#define UNKNOWN (16 * 1024)

void
tern_block_init (TernBlock *self, gint64 expected)
{
  memset (self, 0, sizeof *self);
  self->size = expected < 0 ? UNKNOWN : MIN (expected, BELIEVED);
  self->data = self->size > 0 ? g_malloc (self->size) : NULL;
}

gboolean
tern_block_reserve (TernBlock *self, GError **error)
{
  const gsize size = MAX (self->size, UNKNOWN / 2) * 2;
  char *data;

  if (self->used < self->size)
    return TRUE;
  data = size > self->size ? g_try_realloc (self->data, size) : NULL;
  if (!data)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, g_strerror (ENOMEM));
      return FALSE;
    }
  self->data = data;
  self->size = size;
  return TRUE;
}

GBytes *
tern_block_end (TernBlock *self)
{
  GBytes *bytes;

  /* A block that is mostly air is given back in part. */
  if (self->used < self->size / 2)
    self->data = g_realloc (self->data, self->used);
  bytes = g_bytes_new_take (self->data, self->used);
  memset (self, 0, sizeof *self);
  return bytes;
}

void
tern_block_clear (TernBlock *self)
{
  g_clear_pointer (&self->data, g_free);
  self->size = self->used = 0;
}
