/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receive buffer of a connection: there only while bytes are in it. A connection that waits
 * holds none, so thousands may wait. */
#pragma once

#include "net/tern-transport.h"

#define TERN_RECEIVE_SIZE (64 * 1024)

typedef struct
{
  char *data; /* NULL while empty */
  gsize size;
  gsize start;
  gsize end;
} TernReceive;

void tern_receive_clear (TernReceive *self);

/* Moves everything from @from; for handing a half-used buffer on. */
void tern_receive_move (TernReceive *self, TernReceive *from);

static inline gsize
tern_receive_len (const TernReceive *self)
{
  return self->end - self->start;
}

static inline const char *
tern_receive_bytes (const TernReceive *self)
{
  return self->data + self->start;
}

/* Uses up @n bytes; gives the buffer back when nothing is left. */
void tern_receive_use (TernReceive *self, gsize n);

/* Receives more behind what is there, of a frugal transport no more than a line. *@n is 0 with DONE
 * at the end of the stream. */
TernStep tern_receive_more (
    TernReceive *self, TernTransport *transport, gsize *n, TernWait *wait, GError **error);
