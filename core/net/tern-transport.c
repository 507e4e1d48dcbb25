/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is the same for every transport. */
#include "net/tern-transport.h"

/* Once a byte is there, the rest is taken as far as it goes without waiting; an error behind bytes
 * is met again by the next read. */
static TernStep
read_bytewise (
    TernTransport *self, char *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  gsize got = 0;
  TernStep step = tern_transport_read (self, buffer, 1, &got, wait, error);

  *n = got;
  wait->may_block = FALSE;
  while (step == TERN_STEP_DONE && got == 1 && *n < len && buffer[*n - 1] != '\n')
    {
      if (tern_transport_read (self, buffer + *n, 1, &got, wait, NULL) != TERN_STEP_DONE)
        break;
      *n += got;
    }
  return step;
}

TernStep
tern_transport_read_line (
    TernTransport *self, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  if (self->klass->read_line)
    return self->klass->read_line (self, buffer, len, n, wait, error);
  return read_bytewise (self, buffer, len, n, wait, error);
}
