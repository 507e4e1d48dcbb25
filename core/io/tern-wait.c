/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of wishes of a waiting step; it never waits itself. */
#include "io/tern-wait.h"

#include <string.h>

void
tern_wait_init (TernWait *wait, TernWake *(*make_wake) (gpointer driver), gpointer driver)
{
  wait->fds = wait->inline_fds;
  wait->n_fds = 0;
  wait->n_alloc = G_N_ELEMENTS (wait->inline_fds);
  wait->deadline = TERN_NEVER;
  wait->may_block = FALSE;
  wait->in_loop = FALSE;
  wait->context = NULL;
  wait->cancellable = NULL;
  wait->wake = NULL;
  wait->make_wake = make_wake;
  wait->driver = driver;
}

void
tern_wait_clear (TernWait *wait)
{
  g_clear_pointer (&wait->wake, tern_wake_unref);
  if (wait->fds != wait->inline_fds)
    g_free (wait->fds);
}

void
tern_wait_reset (TernWait *wait)
{
  wait->n_fds = 0;
  wait->deadline = TERN_NEVER;
}

static void
grow (TernWait *wait)
{
  wait->n_alloc *= 2;
  if (wait->fds == wait->inline_fds)
    {
      wait->fds = g_new (GPollFD, wait->n_alloc);
      memcpy (wait->fds, wait->inline_fds, sizeof wait->inline_fds);
    }
  else
    wait->fds = g_renew (GPollFD, wait->fds, wait->n_alloc);
}

void
tern_wait_add_fd (TernWait *wait, int fd, GIOCondition condition)
{
  for (guint i = 0; i < wait->n_fds; i++)
    {
      if (wait->fds[i].fd != fd)
        continue;
      wait->fds[i].events |= condition;
      return;
    }
  if (wait->n_fds == wait->n_alloc)
    grow (wait);
  wait->fds[wait->n_fds++] = (GPollFD){ .fd = fd, .events = condition };
}

void
tern_wait_add_deadline (TernWait *wait, gint64 deadline)
{
  wait->deadline = MIN (wait->deadline, deadline);
}

TernWake *
tern_wait_get_wake (TernWait *wait)
{
  if (!wait->wake)
    wait->wake = wait->make_wake (wait->driver);
  return wait->wake;
}
