/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a step waits for: descriptors, a deadline and a wake handle. The driver empties it before
 * each call of the step, so a step states its wishes anew each time it returns WAIT. */
#pragma once

#include <gio/gio.h>

#include "io/tern-wake.h"

/* No deadline. */
#define TERN_NEVER G_MAXINT64

typedef struct
{
  GPollFD *fds;
  guint n_fds;
  guint n_alloc;
  gint64 deadline; /* g_get_monotonic_time(), TERN_NEVER for none */
  /* Set by the sync driver, which would only poll: a step that waits for nothing but one read and
   * has set its deadline may let that read block until then. */
  gboolean may_block;
  /* Set by the async driver: the context of this thread is iterated, so a program's object may be
   * asked through its async face and answers there, which wakes the step. */
  gboolean in_loop;
  gconstpointer context; /* which one that is, to be compared and nothing else */
  /* The operation's, borrowed, or NULL: for a step that has to call something of the program's in
   * place. */
  GCancellable *cancellable;
  TernWake *wake;     /* made by the driver's function below the first time somebody asks */
  TernWake *(*make_wake) (gpointer driver);
  gpointer driver;
  GPollFD inline_fds[4];
} TernWait;

void tern_wait_init (TernWait *wait, TernWake *(*make_wake) (gpointer driver), gpointer driver);
void tern_wait_clear (TernWait *wait);

/* Empties it for the next call of the step; the wake handle stays. */
void tern_wait_reset (TernWait *wait);

/* Adds a descriptor; the same one twice is one entry with both conditions. */
void tern_wait_add_fd (TernWait *wait, int fd, GIOCondition condition);

/* The earlier deadline wins. */
void tern_wait_add_deadline (TernWait *wait, gint64 deadline);

/* The operation's wake handle, borrowed; take a reference to keep it in another thread. */
TernWake *tern_wait_get_wake (TernWait *wait);
