/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a body to its end into one block of memory. */
#include "client/tern-gather.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>

/* How much is set aside on a server's word alone. */
#define BELIEVED (1024 * 1024)
#define UNKNOWN (16 * 1024)

/* After that much in one go the driver has its turn: a fast server must not hold up a main loop. */
#define TURN (1024 * 1024)

void
tern_gather_init (TernGather *self, gint64 expected)
{
  memset (self, 0, sizeof *self);
  self->size = expected < 0 ? UNKNOWN : MIN (expected, BELIEVED);
  self->data = self->size > 0 ? g_malloc (self->size) : NULL;
}

static gboolean
grow (TernGather *self, GError **error)
{
  const gsize size = MAX (self->size, UNKNOWN / 2) * 2;
  char *data = size > self->size ? g_try_realloc (self->data, size) : NULL;

  if (!data)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, g_strerror (ENOMEM));
      return FALSE;
    }
  self->data = data;
  self->size = size;
  return TRUE;
}

/* The reader says itself that nothing is left, so its end need not be read for. */
static gboolean
is_full (const TernGather *self, TernReader *body)
{
  return self->used == self->size && tern_reader_get_remaining (body) == 0;
}

TernStep
tern_gather_step (TernGather *self, TernReader *body, TernWait *wait, GError **error)
{
  const gsize stop = self->used + TURN;

  while (!is_full (self, body))
    {
      gsize n = 0;
      TernStep step;

      if (self->used >= stop)
        {
          tern_wait_add_deadline (wait, 0);
          return TERN_STEP_WAIT;
        }
      if (self->used == self->size && !grow (self, error))
        return TERN_STEP_FAILED;
      step = tern_reader_read (body, self->data + self->used, self->size - self->used, &n, wait,
                               error);
      if (step != TERN_STEP_DONE)
        return step;
      if (n == 0)
        return TERN_STEP_DONE;
      self->used += n;
    }
  return TERN_STEP_DONE;
}

GBytes *
tern_gather_end (TernGather *self)
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
tern_gather_clear (TernGather *self)
{
  g_clear_pointer (&self->data, g_free);
}
