/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The board of all transfers. A thread of its own draws it, because the one that transfers waits.
 * It is for people: what it writes never gets into a pipe unless somebody asked for that. */
#include "progress.h"

#include "escape.h"
#include "progress-bars.h"
#include "report.h"

#include <string.h>
#include <sys/ioctl.h>
#include <tern/tern.h>
#include <unistd.h>

/* Short transfers show nothing, so that a terminal does not flicker. */
#define FIRST_AFTER (300 * G_TIME_SPAN_MILLISECOND)
#define BAR_EVERY (200 * G_TIME_SPAN_MILLISECOND)
#define LINES_EVERY G_TIME_SPAN_SECOND

typedef enum
{
  MODE_NONE,
  MODE_BAR,
  MODE_PLAIN,
  MODE_JSON,
} Mode;

struct _Progress
{
  ProgressLine line; /* first: the array is one of lines, too */
  char *uri;         /* what it asks for, while it runs; with a listener only */
};

static struct
{
  GMutex lock;
  GCond changed;
  GThread *thread;
  GPtrArray *all;      /* of Progress */
  GHashTable *running; /* URI to Progress, where somebody listens */
  Mode mode;
  gint64 began;
  gboolean is_over;
  gboolean is_hidden;
  guint drawn; /* lines on the terminal, the cursor at the end of the last */
} board;

static void
progress_free (gpointer data)
{
  Progress *self = data;

  g_free (self->line.name);
  g_free (self->uri);
  g_free (self);
}

/* Line by line: terminals that are told to clear everything from their first line on keep it for
 * scrolling back, which would then be full of lines that nobody wants to see again. */
static void
append_erase (GString *out)
{
  for (guint i = 0; i < board.drawn; i++)
    g_string_append_printf (out, "\r%s\033[K", i > 0 ? "\033[A" : "");
  board.drawn = 0;
}

/* Over what was drawn last; what is left of that below goes at the end. */
static void
append_bars (GString *out, guint width, guint height, gint64 now)
{
  if (board.drawn > 0)
    g_string_append_c (out, '\r');
  if (board.drawn > 1)
    g_string_append_printf (out, "\033[%uA", board.drawn - 1);
  board.drawn = progress_bars_draw (out, board.all, width, height, now);
  g_string_append (out, "\033[J");
}

static void
get_size (guint *width, guint *height)
{
  struct winsize size = { 0 };

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) != 0)
    size = (struct winsize){ 0 };
  /* The last column stays free: some terminals wrap as soon as it is written. */
  *width = size.ws_col > 1 ? size.ws_col - 1u : 79;
  *height = size.ws_row > 1 ? size.ws_row - 1u : 23;
}

static void
draw_bars (gint64 now)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint width, height;

  get_size (&width, &height);
  append_bars (out, width, height, now);
  write_fully (STDERR_FILENO, out->str, out->len, NULL);
}

static void
print_line (const ProgressLine *line, gint64 now)
{
  g_autofree char *text = NULL;

  if (board.mode == MODE_JSON)
    text = progress_line_to_json (line, now);
  else
    {
      g_autofree char *words = progress_line_describe (line, now);

      text = g_strconcat (line->name, ": ", words, "\n", NULL);
    }
  write_fully (STDERR_FILENO, text, strlen (text), NULL);
}

static gboolean
is_active (const ProgressLine *line)
{
  return line->phase != PROGRESS_QUEUED && !line->ended;
}

static void
draw (gint64 now)
{
  gboolean any_active = FALSE;

  for (guint i = 0; i < board.all->len; i++)
    {
      ProgressLine *line = g_ptr_array_index (board.all, i);

      if (!is_active (line))
        continue;
      any_active = TRUE;
      progress_line_measure (line, now);
      if (board.mode != MODE_BAR)
        print_line (line, now);
    }
  if (any_active && board.mode == MODE_BAR && !board.is_hidden)
    draw_bars (now);
}

static gpointer
run (gpointer data)
{
  const gint64 every = board.mode == MODE_BAR ? BAR_EVERY : LINES_EVERY;
  gint64 next = board.began + (board.mode == MODE_BAR ? FIRST_AFTER : LINES_EVERY);

  g_mutex_lock (&board.lock);
  while (!board.is_over)
    {
      const gint64 now = g_get_monotonic_time ();

      if (now < next)
        {
          g_cond_wait_until (&board.changed, &board.lock, next);
          continue;
        }
      draw (now);
      next = now + every;
    }
  g_mutex_unlock (&board.lock);
  return NULL;
}

/* Messages stand above the lines that change: those go, and come again. */
static void
make_room (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  append_erase (out);
  if (out->len > 0)
    write_fully (STDERR_FILENO, out->str, out->len, NULL);
}

static void
before_report (void)
{
  g_mutex_lock (&board.lock);
  make_room ();
}

static void
after_report (void)
{
  g_mutex_unlock (&board.lock);
}

void
progress_begin (const char *mode)
{
  static const char *const names[]
      = { [MODE_NONE] = "none", [MODE_BAR] = "bar", [MODE_PLAIN] = "plain", [MODE_JSON] = "json" };

  board.all = g_ptr_array_new_with_free_func (progress_free);
  board.mode = isatty (STDERR_FILENO) ? MODE_BAR : MODE_NONE;
  for (guint i = 0; mode && i < G_N_ELEMENTS (names); i++)
    if (strcmp (mode, names[i]) == 0)
      board.mode = (Mode) i;
  if (board.mode == MODE_NONE)
    return;
  board.running = g_hash_table_new (g_str_hash, g_str_equal);
  board.began = g_get_monotonic_time ();
  report_set_guard (before_report, after_report);
  board.thread = g_thread_new ("progress", run, NULL);
}

Progress *
progress_add (const char *name)
{
  Progress *self = g_new0 (Progress, 1);

  progress_line_init (&self->line, g_strdelimit (escape_text (name), "\r\n\t", ' '));
  g_mutex_lock (&board.lock);
  g_ptr_array_add (board.all, self);
  g_mutex_unlock (&board.lock);
  return self;
}

static void
enter (ProgressLine *line, ProgressPhase phase)
{
  progress_line_enter (line, phase, g_get_monotonic_time ());
}

void
progress_set_phase (Progress *self, ProgressPhase phase)
{
  g_mutex_lock (&board.lock);
  enter (&self->line, phase);
  g_mutex_unlock (&board.lock);
}

/* NULL for a request of nobody's, such as one that revalidates behind an answer. */
static ProgressLine *
find_line (TernRequest *request)
{
  Progress *self = g_hash_table_lookup (board.running, tern_request_get_uri (request));

  return self ? &self->line : NULL;
}

/* What a request waits in has the nick of a TernPhase. */
static ProgressPhase
phase_of_nick (const char *nick)
{
  static const struct
  {
    const char *nick;
    ProgressPhase phase;
  } known[] = { { "resolve", PROGRESS_RESOLVE },
                { "connect", PROGRESS_CONNECT },
                { "tls", PROGRESS_TLS },
                { "send", PROGRESS_SEND },
                { "wait", PROGRESS_WAIT } };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (known[i].nick, nick) == 0)
      return known[i].phase;
  return PROGRESS_QUEUED;
}

static ProgressPhase
phase_of_event (int event, const char *text)
{
  static const ProgressPhase phases[] = {
    [TERN_LOG_EVENT_CONNECT] = PROGRESS_CONNECT, [TERN_LOG_EVENT_POOL] = PROGRESS_SEND,
    [TERN_LOG_EVENT_TLS] = PROGRESS_SEND,        [TERN_LOG_EVENT_SEND] = PROGRESS_SEND,
    [TERN_LOG_EVENT_AUTH] = PROGRESS_LOGIN,      [TERN_LOG_EVENT_REDIRECT] = PROGRESS_REDIRECT,
    [TERN_LOG_EVENT_RETRY] = PROGRESS_RETRY,
  };

  if (event == TERN_LOG_EVENT_PHASE)
    return phase_of_nick (text);
  return event >= 0 && event < (int)G_N_ELEMENTS (phases) ? phases[event] : PROGRESS_QUEUED;
}

static void
on_log (TernClient *client, TernRequest *request, int event, const char *text, gpointer data)
{
  const ProgressPhase phase = phase_of_event (event, text);
  ProgressLine *line;

  if (phase == PROGRESS_QUEUED)
    return;
  g_mutex_lock (&board.lock);
  line = find_line (request);
  if (line && line->phase != PROGRESS_RECEIVE)
    enter (line, phase);
  g_mutex_unlock (&board.lock);
}

/* Of what is received others tell, who know what was there before. */
static void
on_moved (TernClient *client,
          TernRequest *request,
          guint64 sent,
          guint64 received,
          gint64 total,
          gpointer data)
{
  ProgressLine *line;

  if (sent == 0 || received > 0)
    return;
  g_mutex_lock (&board.lock);
  line = find_line (request);
  if (line && line->phase != PROGRESS_RECEIVE)
    progress_line_send (line, sent, g_get_monotonic_time ());
  g_mutex_unlock (&board.lock);
}

void
progress_watch (TernClient *client)
{
  if (board.mode == MODE_NONE)
    return;
  g_signal_connect (client, "log", G_CALLBACK (on_log), NULL);
  g_signal_connect (client, "progress", G_CALLBACK (on_moved), NULL);
}

void
progress_expect_upload (Progress *self, gint64 length)
{
  g_mutex_lock (&board.lock);
  self->line.to_send = length;
  g_mutex_unlock (&board.lock);
}

void
progress_start (Progress *self, const char *uri)
{
  g_mutex_lock (&board.lock);
  enter (&self->line, PROGRESS_START);
  if (board.running)
    {
      self->uri = g_strdup (uri);
      g_hash_table_insert (board.running, self->uri, self);
    }
  g_mutex_unlock (&board.lock);
}

void
progress_update (Progress *self, guint64 skipped, guint64 done, gint64 total)
{
  if (board.mode == MODE_NONE)
    return;
  g_mutex_lock (&board.lock);
  enter (&self->line, PROGRESS_RECEIVE);
  if (self->line.measured_done < skipped)
    self->line.measured_done = skipped;
  self->line.skipped = skipped;
  self->line.done = done;
  self->line.total = total;
  g_mutex_unlock (&board.lock);
}

void
progress_hide (void)
{
  g_mutex_lock (&board.lock);
  board.is_hidden = TRUE;
  make_room ();
  g_mutex_unlock (&board.lock);
}

/* The average of all of it is what people want to know in the end. */
static void
sum_up (ProgressLine *line)
{
  const double seconds = (double) (line->ended - line->started) / G_TIME_SPAN_SECOND;

  if (line->done > line->skipped && seconds > 0)
    line->speed = (double) (line->done - line->skipped) / seconds;
}

void
progress_finish (Progress *self, gboolean is_good)
{
  g_mutex_lock (&board.lock);
  enter (&self->line, is_good ? PROGRESS_DONE : PROGRESS_FAILED);
  self->line.ended = g_get_monotonic_time ();
  sum_up (&self->line);
  if (self->uri)
    g_hash_table_remove (board.running, self->uri);
  g_clear_pointer (&self->uri, g_free);
  if (board.mode == MODE_PLAIN || board.mode == MODE_JSON)
    print_line (&self->line, self->line.ended);
  g_mutex_unlock (&board.lock);
}

/* What was typed to interrupt it is echoed. Where nothing was drawn it stands on a line of its own,
 * unless the body was being written there. */
static void
erase_keys (void)
{
  static const char erase[] = "\r\033[K";

  if (!board.is_hidden && isatty (STDERR_FILENO))
    write_fully (STDERR_FILENO, erase, strlen (erase), NULL);
}

void
progress_end (gboolean is_interrupted)
{
  g_mutex_lock (&board.lock);
  board.is_over = TRUE;
  make_room ();
  if (is_interrupted)
    erase_keys ();
  g_cond_signal (&board.changed);
  g_mutex_unlock (&board.lock);
  if (board.thread)
    g_thread_join (g_steal_pointer (&board.thread));
  report_set_guard (NULL, NULL);
  board.mode = MODE_NONE;
  g_clear_pointer (&board.running, g_hash_table_unref);
  g_clear_pointer (&board.all, g_ptr_array_unref);
}

void
progress_erase (void)
{
  /* Whoever holds the lock may be stuck in writing to a terminal that was stopped. */
  for (guint i = 0; i < 10; i++)
    if (g_mutex_trylock (&board.lock))
      {
        board.is_over = TRUE;
        make_room ();
        erase_keys ();
        return;
      }
    else
      g_usleep (10 * G_TIME_SPAN_MILLISECOND);
}
