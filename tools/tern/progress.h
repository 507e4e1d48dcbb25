/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The line that tells a person how far a transfer is. */
#pragma once

#include <glib.h>

typedef struct
{
  gboolean wanted;
  gint64 total; /* -1 where it is not known */
  gint64 started;
  gint64 next;
} Progress;

void progress_begin (Progress *self, gboolean wanted, gint64 total);
void progress_update (Progress *self, guint64 done);

/* Leaves the terminal as if there had been no line. */
void progress_erase (void);
