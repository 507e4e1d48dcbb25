/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far a transfer is, in words, as a bar and as JSON. Pure: it knows no terminal and no clock.
 */
#include "progress-line.h"

#include "json.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#define BAR 20       /* columns between the brackets */
#define NAME_MOST 40 /* columns of a name, and never more than a third of the width */

/* The speed is that of the last seconds: half of it is forgotten in this time. */
#define HALF_LIFE (3.0 * G_TIME_SPAN_SECOND)

/* The first names are for programs, the second for people. */
static const struct
{
  const char *nick;
  const char *word;
} phases[] = {
  [PROGRESS_QUEUED] = { "queued", N_ ("waiting for its turn") },
  [PROGRESS_START] = { "start", N_ ("starting") },
  [PROGRESS_RESOLVE] = { "resolve", N_ ("looking up the name") },
  [PROGRESS_CONNECT] = { "connect", N_ ("connecting") },
  [PROGRESS_TLS] = { "tls", N_ ("securing the connection") },
  [PROGRESS_SEND] = { "send", N_ ("sending") },
  [PROGRESS_WAIT] = { "wait", N_ ("waiting for the answer") },
  [PROGRESS_REDIRECT] = { "redirect", N_ ("following a redirect") },
  [PROGRESS_LOGIN] = { "login", N_ ("logging in") },
  [PROGRESS_RETRY] = { "retry", N_ ("trying again") },
  [PROGRESS_RESUME] = { "resume", N_ ("resuming") },
  [PROGRESS_RECEIVE] = { "receive", N_ ("receiving") },
  [PROGRESS_VERIFY] = { "verify", N_ ("checking") },
  [PROGRESS_DONE] = { "done", N_ ("done") },
  [PROGRESS_FAILED] = { "failed", N_ ("failed") },
};

void
progress_line_init (ProgressLine *self, char *name)
{
  *self = (ProgressLine){ .name = name, .total = -1, .to_send = -1 };
}

static void
count_anew (ProgressLine *self, gboolean uploads)
{
  self->uploads = uploads;
  self->done = self->measured_done = 0;
  self->total = uploads ? self->to_send : -1;
  self->speed = 0;
}

/* Whether there are bytes to be counted. */
static gboolean
is_counted (const ProgressLine *self)
{
  return self->phase == PROGRESS_RECEIVE || (self->phase == PROGRESS_SEND && self->uploads);
}

void
progress_line_enter (ProgressLine *self, ProgressPhase phase, gint64 now)
{
  if (self->phase == phase)
    return;
  if (!self->started)
    self->started = now;
  if (self->uploads)
    count_anew (self, FALSE);
  self->phase = phase;
  self->phase_since = now;
  if (phase == PROGRESS_RECEIVE)
    self->measured_at = now;
}

/* It begins again where the request is made again. */
void
progress_line_send (ProgressLine *self, guint64 sent, gint64 now)
{
  progress_line_enter (self, PROGRESS_SEND, now);
  if (!self->uploads || sent < self->done)
    {
      count_anew (self, TRUE);
      self->measured_at = now;
    }
  self->done = self->sent = sent;
}

void
progress_line_measure (ProgressLine *self, gint64 now)
{
  const double passed = (double) (now - self->measured_at);
  double latest;
  double weight;

  if (!is_counted (self) || self->done < self->measured_done)
    {
      self->measured_at = now;
      self->measured_done = self->done;
      return;
    }
  if (passed < 100.0 * G_TIME_SPAN_MILLISECOND)
    return;
  latest = (double) (self->done - self->measured_done) * G_TIME_SPAN_SECOND / passed;
  weight = passed / (passed + HALF_LIFE);
  self->speed = self->speed > 0 ? self->speed * (1 - weight) + latest * weight : latest;
  self->measured_at = now;
  self->measured_done = self->done;
}

/* Seconds that are left, -1 where nobody knows. */
static gint64
time_left (const ProgressLine *self)
{
  if (self->total < 0 || (guint64) self->total < self->done || self->speed < 1)
    return -1;
  return (gint64) ((double) ((guint64) self->total - self->done) / self->speed);
}

static char *
describe_body (const ProgressLine *self)
{
  const gint64 left = time_left (self);
  g_autofree char *so_far = g_format_size (self->done);
  g_autofree char *speed = g_format_size ((guint64) self->speed);
  g_autofree char *all = self->total >= 0 ? g_format_size ((guint64) self->total) : NULL;
  GString *out = g_string_new (NULL);

  if (all && (guint64) self->total >= self->done)
    /* Translators: 1.2 MB of 4.8 MB (25%) */
    g_string_append_printf (out, _ ("%s of %s (%d%%)"), so_far, all,
                            self->total ? (int) (self->done * 100 / (guint64) self->total) : 100);
  else
    g_string_append (out, so_far);
  /* Translators: 300 kB/s; it follows other words */
  g_string_append_printf (out, _ (", %s/s"), speed);
  if (left >= 0)
    /* Translators: minutes and seconds; it follows other words */
    g_string_append_printf (out, _ (", %" PRId64 ":%02d left"), left / 60, (int) (left % 60));
  return g_string_free (out, FALSE);
}

static char *
describe_end (const ProgressLine *self)
{
  const char *word = _ (phases[self->phase].word);
  g_autofree char *got = g_format_size (self->done);
  g_autofree char *sent = g_format_size (self->sent);

  if (self->sent == 0)
    return g_strdup_printf ("%s, %s", word, got);
  /* Translators: done, 4.8 MB sent, 12 bytes received */
  return g_strdup_printf (_ ("%s, %s sent, %s received"), word, sent, got);
}

char *
progress_line_describe (const ProgressLine *self, gint64 now)
{
  const char *word = _ (phases[self->phase].word);
  const gint64 seconds = (now - self->phase_since) / G_TIME_SPAN_SECOND;

  if (is_counted (self))
    {
      g_autofree char *body = describe_body (self);

      return self->uploads ? g_strdup_printf ("%s, %s", word, body) : g_steal_pointer (&body);
    }
  if (self->phase == PROGRESS_DONE)
    return describe_end (self);
  if (self->phase == PROGRESS_FAILED || self->phase == PROGRESS_QUEUED || seconds < 1)
    return g_strdup (word);
  return g_strdup_printf ("%s, %" PRId64 ":%02d", word, seconds / 60, (int) (seconds % 60));
}

static guint
columns_of (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

guint
progress_line_columns (const char *text)
{
  guint n = 0;

  for (const char *at = text; *at; at = g_utf8_next_char (at))
    n += columns_of (g_utf8_get_char (at));
  return n;
}

/* What does not fit into @columns is an ellipsis. */
static void
append_cut (GString *out, const char *text, guint columns)
{
  const gboolean fits = progress_line_columns (text) <= columns;
  guint used = 0;

  for (const char *at = text; *at && columns > 0; at = g_utf8_next_char (at))
    {
      const gunichar c = g_utf8_get_char (at);

      if (!fits && used + columns_of (c) + 1 > columns)
        {
          g_string_append (out, "…");
          return;
        }
      g_string_append_unichar (out, c);
      used += columns_of (c);
    }
}

/* Of a name the end says more: what several have in common stands in front. */
static void
append_end (GString *out, const char *name, guint columns)
{
  guint left = progress_line_columns (name);

  if (left <= columns || columns == 0)
    {
      append_cut (out, name, columns);
      return;
    }
  for (; left + 1 > columns; name = g_utf8_next_char (name))
    left -= columns_of (g_utf8_get_char (name));
  g_string_append (out, "…");
  g_string_append (out, name);
}

static char *
make_bar (const ProgressLine *self)
{
  GString *out = g_string_new ("[");
  guint filled;

  if (!is_counted (self) || self->total <= 0)
    return g_string_free (g_string_truncate (out, 0), FALSE);
  filled = (guint) (MIN (self->done, (guint64) self->total) * BAR / (guint64) self->total);
  for (guint i = 0; i < BAR; i++)
    g_string_append_c (out, i < filled ? '#' : '-');
  g_string_append (out, "] ");
  return g_string_free (out, FALSE);
}

char *
progress_line_draw (const ProgressLine *self, guint name_width, guint width, gint64 now)
{
  g_autofree char *words = progress_line_describe (self, now);
  g_autofree char *bar = make_bar (self);
  const guint name_room = MIN (name_width, MIN (NAME_MOST, width / 3));
  const guint room = name_room > 0 ? width - name_room - 2 : width;
  GString *out = g_string_new (NULL);

  if (name_room > 0)
    {
      append_end (out, self->name, name_room);
      for (guint at = progress_line_columns (out->str); at < name_room + 2; at++)
        g_string_append_c (out, ' ');
    }
  if (progress_line_columns (bar) + progress_line_columns (words) <= room)
    g_string_append (out, bar);
  append_cut (out, words, room);
  return g_string_free (out, FALSE);
}

char *
progress_line_to_json (const ProgressLine *self, gint64 now)
{
  GString *out = g_string_new (NULL);
  const gint64 left = is_counted (self) ? time_left (self) : -1;
  const gint64 until = self->ended ? self->ended : now;

  json_open (out, NULL, '{');
  json_string (out, "event", "progress");
  json_string (out, "url", self->name);
  json_string (out, "phase", phases[self->phase].nick);
  json_int (out, "done", (gint64) self->done);
  json_name (out, "total");
  g_string_append_printf (out, self->total < 0 ? "null" : "%" PRId64, self->total);
  json_int (out, "sent", (gint64) self->sent);
  json_int (out, "speed", (gint64) self->speed);
  json_name (out, "left");
  g_string_append_printf (out, left < 0 ? "null" : "%" PRId64, left);
  json_int (out, "elapsed", self->started ? until - self->started : 0);
  json_close (out, '}');
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}
