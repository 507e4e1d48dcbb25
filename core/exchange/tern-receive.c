/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The buffer is borrowed from the thread for as long as bytes lie in it: most responses come and go
 * within one call, so one buffer serves every connection of a thread. */
#include "exchange/tern-receive.h"

#include <string.h>

static GPrivate spare_key = G_PRIVATE_INIT (g_free);

static char *
take_buffer (void)
{
  char *spare = g_private_get (&spare_key);

  if (!spare)
    return g_malloc (TERN_RECEIVE_SIZE);
  g_private_set (&spare_key, NULL);
  return spare;
}

void
tern_receive_clear (TernReceive *self)
{
  char *data = g_steal_pointer (&self->data);

  self->start = 0;
  self->end = 0;
  if (!data)
    return;
  if (self->size == TERN_RECEIVE_SIZE && !g_private_get (&spare_key))
    g_private_set (&spare_key, data);
  else
    g_free (data);
}

void
tern_receive_move (TernReceive *self, TernReceive *from)
{
  *self = *from;
  memset (from, 0, sizeof *from);
}

void
tern_receive_use (TernReceive *self, gsize n)
{
  self->start += n;
  if (self->start == self->end)
    tern_receive_clear (self);
}

/* Makes room behind the bytes: by moving them to the front, or, for a head that outgrows the
 * buffer, by a larger one. The parser's limits bound how often. */
static void
make_room (TernReceive *self)
{
  if (!self->data)
    {
      self->data = take_buffer ();
      self->size = TERN_RECEIVE_SIZE;
      return;
    }
  if (self->end < self->size)
    return;
  if (self->start > 0)
    {
      memmove (self->data, self->data + self->start, tern_receive_len (self));
      self->end -= self->start;
      self->start = 0;
      return;
    }
  self->size *= 2;
  self->data = g_realloc (self->data, self->size);
}

TernStep
tern_receive_more (
    TernReceive *self, TernTransport *transport, gsize *n, TernWait *wait, GError **error)
{
  TernStep step;

  make_room (self);
  if (transport->frugal)
    step = tern_transport_read_line (transport, self->data + self->end, self->size - self->end, n,
                                     wait, error);
  else
    step = tern_transport_read (transport, self->data + self->end, self->size - self->end, n, wait,
                                error);
  if (step == TERN_STEP_DONE)
    self->end += *n;
  if (self->start == self->end)
    tern_receive_clear (self);
  return step;
}
