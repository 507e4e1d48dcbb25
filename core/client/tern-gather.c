/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a body to its end. It gives the driver its turn now and then, however fast the server is.
 */
#include "client/tern-gather.h"

/* After that much in one go the driver has its turn: a fast server must not hold up a main loop. */
#define TURN (1024 * 1024)

/* The reader says itself that nothing is left, so its end need not be read for. */
static gboolean
is_full (const TernBlock *block, TernReader *body)
{
  return block->used == block->size && tern_reader_get_remaining (body) == 0;
}

TernStep
tern_gather_step (TernBlock *block, TernReader *body, TernWait *wait, GError **error)
{
  const gsize stop = block->used + TURN;

  while (!is_full (block, body))
    {
      gsize n = 0;
      TernStep step;

      if (block->used >= stop)
        {
          tern_wait_add_deadline (wait, 0);
          return TERN_STEP_WAIT;
        }
      if (!tern_block_reserve (block, error))
        return TERN_STEP_FAILED;
      step = tern_reader_read (body, block->data + block->used, block->size - block->used, &n, wait,
                               error);
      if (step != TERN_STEP_DONE)
        return step;
      if (n == 0)
        return TERN_STEP_DONE;
      block->used += n;
    }
  return TERN_STEP_DONE;
}
