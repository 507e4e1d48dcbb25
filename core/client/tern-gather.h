/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole body in memory. What a server announces is believed up to a bound; beyond it memory grows
 * with what has come. */
#pragma once

#include "io/tern-reader.h"

typedef struct
{
  char *data;
  gsize size;
  gsize used;
} TernGather;

/* @expected is -1 where it is not known. */
void tern_gather_init (TernGather *self, gint64 expected);
TernStep tern_gather_step (TernGather *self, TernReader *body, TernWait *wait, GError **error);
/* What there is (transfer full); the gatherer is empty after it. */
GBytes *tern_gather_end (TernGather *self);
void tern_gather_clear (TernGather *self);
