/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals are waited for by a thread of their own, because cancelling takes locks and so may not be
 * done in a handler. Whoever does not end within a second after it (blocked on a full pipe) is
 * ended. */
#include "interrupt.h"

#include "progress.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static GCancellable *cancellable;
static int received;
static GMutex lock;
static char *temporary;
static sigset_t watched;

static void
end_now (int number)
{
  /* The lock is kept: from here on nobody makes another temporary file. */
  g_mutex_lock (&lock);
  if (temporary)
    unlink (temporary);
  progress_erase ();
  _exit (128 + number);
}

static gpointer
wait_for_signals (gpointer data)
{
  const struct timespec grace = { 1, 0 };
  int number;

  if (sigwait (&watched, &number) != 0)
    return NULL;
  g_atomic_int_set (&received, number);
  g_cancellable_cancel (cancellable);
  sigtimedwait (&watched, NULL, &grace);
  end_now (number);
  return NULL;
}

GCancellable *
interrupt_begin (void)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

  sigemptyset (&watched);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      struct sigaction now;

      /* What the caller wants ignored (nohup, a job in the background) stays ignored. */
      if (sigaction (numbers[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
        sigaddset (&watched, numbers[i]);
    }
  /* A reader that went away is an error of write(), not the end of the process. */
  signal (SIGPIPE, SIG_IGN);
  pthread_sigmask (SIG_BLOCK, &watched, NULL);
  cancellable = g_cancellable_new ();
  g_thread_unref (g_thread_new ("signals", wait_for_signals, NULL));
  return cancellable;
}

int
interrupt_exit_code (void)
{
  int number = g_atomic_int_get (&received);

  return number ? 128 + number : 0;
}

void
interrupt_set_temporary (const char *path)
{
  g_mutex_lock (&lock);
  g_free (temporary);
  temporary = g_strdup (path);
  g_mutex_unlock (&lock);
}
