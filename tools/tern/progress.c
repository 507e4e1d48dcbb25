/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Progress on standard error: one line, written over itself, gone in the end. It is for people: it
 * must never appear where standard error is no terminal. */
#include "progress.h"

#include "report.h"

#include <glib/gi18n.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* Short transfers show nothing, so that a terminal does not flicker. */
#define FIRST_AFTER (300 * G_TIME_SPAN_MILLISECOND)
#define EVERY (200 * G_TIME_SPAN_MILLISECOND)

/* Also looked at by the thread that ends the program on a signal. */
static int is_shown;

void
progress_begin (Progress *self, gboolean wanted, gint64 total)
{
  self->wanted = wanted;
  self->total = total;
  self->started = g_get_monotonic_time ();
  self->next = self->started + FIRST_AFTER;
}

static char *
describe (Progress *self, guint64 done, double seconds)
{
  const double speed = (double) done / seconds;
  g_autofree char *so_far = g_format_size (done);
  g_autofree char *per_second = g_format_size ((guint64) speed);
  g_autofree char *all = self->total >= 0 ? g_format_size ((guint64) self->total) : NULL;
  guint64 left;

  /* Translators: 1.2 MB, 300 kB/s */
  if (!all || (guint64) self->total < done || done == 0)
    return g_strdup_printf (_ ("%s, %s/s"), so_far, per_second);
  left = (guint64) ((double) ((guint64) self->total - done) / speed);
  /* Translators: 1.2 MB of 4.8 MB (25%), 300 kB/s, 0:12 left */
  return g_strdup_printf (_ ("%s of %s (%d%%), %s/s, %" PRIu64 ":%02d left"), so_far, all,
                          self->total ? (int) (done * 100 / (guint64) self->total) : 100,
                          per_second, left / 60, (int) (left % 60));
}

void
progress_update (Progress *self, guint64 done)
{
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  gint64 now;

  if (!self->wanted)
    return;
  now = g_get_monotonic_time ();
  if (now < self->next)
    return;
  self->next = now + EVERY;
  text = describe (self, done, (double) (now - self->started) / G_TIME_SPAN_SECOND);
  line = g_strconcat ("\r", text, "\033[K", NULL);
  g_atomic_int_set (&is_shown, TRUE);
  write_fully (STDERR_FILENO, line, strlen (line), NULL);
}

void
progress_erase (void)
{
  static const char erase[] = "\r\033[K";

  if (g_atomic_int_compare_and_exchange (&is_shown, TRUE, FALSE))
    write_fully (STDERR_FILENO, erase, sizeof erase - 1, NULL);
}
