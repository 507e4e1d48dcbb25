/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One block of memory that a body is gathered in. What a server announces is believed up to a
 * bound; beyond it memory grows with what has come, and running out of it is an error. */
#pragma once

#include <glib.h>

typedef struct
{
  char *data;
  gsize size;
  gsize used;
} TernBlock;

/* @expected is -1 where it is not known. */
void tern_block_init (TernBlock *self, gint64 expected);

/* Makes room behind what is used, if there is none. Error: G_IO_ERROR_NO_SPACE. */
gboolean tern_block_reserve (TernBlock *self, GError **error);

/* What there is (transfer full); the block is empty after it. */
GBytes *tern_block_end (TernBlock *self);
void tern_block_clear (TernBlock *self);
