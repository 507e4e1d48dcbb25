/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of tern-fetchd: one table with their names, texts and presets, from which the parser,
 * the usage, the manual and the completions of the shells are made. It starts nothing. */
#include "settings.h"

#include "common/option-values.h"

#include <glib/gi18n.h>

#define AT(member) G_STRUCT_OFFSET (Settings, member)

#define IDLE_SECONDS_MOST 86400

static const Option options[] = {
  { "idle-timeout", 0, OPTION_NUMBER, AT (idle_seconds), N_ ("SECONDS"),
    N_ ("End after that long without work; 0 is never"),
    "Jobs that run or wait for their turn are work, and bodies that are read; so is a job whose "
    "caller may still ask for it. A detached job that is paused or interrupted is none. A day is "
    "the longest.",
    .preset = "60" },
  { "no-cache", 0, OPTION_FLAG, AT (no_cache), NULL, N_ ("Keep no cache"),
    "Each fetch then goes to its server." },
  { "by-connection", 0, OPTION_FLAG, AT (by_connection), NULL,
    N_ ("Tell callers apart by their connections to the bus alone"),
    "Unless said otherwise two connections of one application share what they fetched, where the "
    "application is known (by Flatpak, or by its unit of systemd)." },
  { "max-jobs", 0, OPTION_NUMBER, AT (jobs), N_ ("N"), N_ ("Jobs that one application may have"),
    "Those that ended and were not removed are among them.", .preset = "1000" },
  { "max-streams", 0, OPTION_NUMBER, AT (streams), N_ ("N"),
    N_ ("Bodies that one application may have open"), "They are those of `Open`.",
    .preset = "100" },
  { "max-rate", 0, OPTION_NUMBER, AT (rate), N_ ("N"), N_ ("Calls a second of one application"),
    "On the average; more for a moment is `--max-burst`.", .preset = "200" },
  { "max-burst", 0, OPTION_NUMBER, AT (burst), N_ ("N"), N_ ("Calls of one application at once"),
    NULL, .preset = "1000" },
  { "max-memory", 0, OPTION_SIZE, AT (memory), N_ ("BYTES"),
    N_ ("Bytes that one application's jobs may take here"),
    "In the helper's memory, that is; what goes into files counts nowhere.", .preset = "33554432" },
  { "version", 0, OPTION_FLAG, AT (version), NULL, N_ ("Show the version") },
  { NULL },
};
static const OptionSet sets[] = { { options, 0 }, { NULL, 0 } };

const Command settings_table[] = {
  { .name = "tern-fetchd",
    .summary = N_ ("Fetches over HTTP for other programs on the session bus."),
    .sets = sets,
    .values_size = sizeof (Settings),
    .arguments = ARGUMENTS_NONE },
  { .name = NULL },
};

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  return FALSE;
}

/* What the kinds of the options cannot say. */
static gboolean
check (const Settings *self, int argc, GError **error)
{
  if (argc > 1)
    return refuse (error, _ ("The fetch helper takes no arguments"));
  if (self->idle_seconds > IDLE_SECONDS_MOST)
    return refuse (error, _ ("--idle-timeout: a day is the longest"));
  if (self->jobs < 1 || self->streams < 1 || self->rate < 1 || self->burst < 1 || self->memory < 1)
    return refuse (error, _ ("A limit is 1 or more"));
  return TRUE;
}

gboolean
settings_parse (Settings *self, int *argc, char ***argv, GError **error)
{
  g_autoptr (OptionValues) values = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  *self = (Settings){ 0 };
  values = option_values_new (settings_table->sets, self);
  g_option_context_set_summary (context, _ (settings_table->summary));
  option_values_add_to (values, context);
  return g_option_context_parse (context, argc, argv, error) && option_values_check (values, error)
         && check (self, *argc, error);
}

void
settings_get_limits (const Settings *self, Limits *limits)
{
  *limits = (Limits)LIMITS_OF_ALL;
  limits->jobs = (guint)self->jobs;
  limits->streams = (guint)self->streams;
  limits->rate = (guint)self->rate;
  limits->burst = (guint)self->burst;
  limits->memory = (guint64)self->memory;
}
