/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of all commands, and nothing else: what they do is in files of their own. A row and its
 * file are all that a new command needs; the usage, the manual and the completions follow. */
#include "commands.h"

#include "cache.h"
#include "completions.h"
#include "download.h"
#include "get.h"
#include "head-command.h"
#include "jobs.h"
#include "plugins.h"
#include "send.h"
#include "trace.h"

#include <glib/gi18n.h>
#include <string.h>

const Command commands[] = {
  { .name = "get",
    .usage = N_ ("URL…"),
    .summary = N_ ("Fetch URLs and print their bodies."),
    .more = get_more,
    .sets = get_sets,
    .values_size = sizeof (GetOptions),
    .arguments = ARGUMENTS_ANY,
    .run = get_run },
  { .name = "send",
    .usage = N_ ("METHOD URL [ITEM…]"),
    .summary = N_ ("Send a request that is put together from items."),
    .more = send_more,
    .sets = send_sets,
    .values_size = sizeof (SendOptions),
    .arguments = ARGUMENTS_FILES,
    .run = send_run },
  { .name = "download",
    .usage = N_ ("URL…"),
    .summary = N_ ("Download URLs into files."),
    .more = download_more,
    .sets = download_sets,
    .values_size = sizeof (DownloadOptions),
    .arguments = ARGUMENTS_ANY,
    .run = download_run },
  { .name = "head",
    .usage = N_ ("URL…"),
    .summary = N_ ("Ask for the head of an answer alone."),
    .more = head_more,
    .sets = head_sets,
    .values_size = sizeof (FetchOptions),
    .arguments = ARGUMENTS_ANY,
    .run = head_run },
  { .name = "trace",
    .usage = N_ ("URL"),
    .summary = N_ ("Show the way of a request: hops, times, events, stages."),
    .more = trace_more,
    .sets = trace_sets,
    .values_size = sizeof (FetchOptions),
    .arguments = ARGUMENTS_ANY,
    .run = trace_run },
  { .name = "cache ls",
    .usage = N_ ("[PATTERN…]"),
    .summary = N_ ("List the answers that a cache holds."),
    .more = cache_list_more,
    .sets = cache_sets,
    .values_size = sizeof (CacheOptions),
    .arguments = ARGUMENTS_ANY,
    .run = cache_list_run },
  { .name = "cache show",
    .usage = N_ ("URI…"),
    .summary = N_ ("Show what a cache holds for a URI."),
    .more = cache_show_more,
    .sets = cache_show_sets,
    .values_size = sizeof (CacheOptions),
    .arguments = ARGUMENTS_ANY,
    .run = cache_show_run },
  { .name = "cache rm",
    .usage = N_ ("URI…"),
    .summary = N_ ("Remove what a cache holds for a URI."),
    .more = cache_remove_more,
    .sets = cache_remove_sets,
    .values_size = sizeof (CacheOptions),
    .arguments = ARGUMENTS_ANY,
    .run = cache_remove_run },
  { .name = "cache stats",
    .summary = N_ ("Sum up what a cache holds."),
    .more = cache_stats_more,
    .sets = cache_sets,
    .values_size = sizeof (CacheOptions),
    .arguments = ARGUMENTS_NONE,
    .run = cache_stats_run },
  { .name = "cache verify",
    .summary = N_ ("Check all that a cache holds."),
    .more = cache_verify_more,
    .sets = cache_sets,
    .values_size = sizeof (CacheOptions),
    .arguments = ARGUMENTS_NONE,
    .run = cache_verify_run },
  { .name = "cache clear",
    .summary = N_ ("Remove all that a cache holds."),
    .more = cache_clear_more,
    .sets = cache_sets,
    .values_size = sizeof (CacheOptions),
    .arguments = ARGUMENTS_NONE,
    .run = cache_clear_run },
  { .name = "jobs list",
    .summary = N_ ("List the downloads that the fetch helper does."),
    .more = jobs_list_more,
    .sets = jobs_list_sets,
    .values_size = sizeof (JobsOptions),
    .arguments = ARGUMENTS_NONE,
    .run = jobs_list_run },
  { .name = "jobs add",
    .usage = N_ ("URL"),
    .summary = N_ ("Let the fetch helper download a URL into a file."),
    .more = jobs_add_more,
    .sets = jobs_add_sets,
    .values_size = sizeof (JobsOptions),
    .arguments = ARGUMENTS_ANY,
    .run = jobs_add_run },
  { .name = "jobs pause",
    .usage = N_ ("NUMBER…"),
    .summary = N_ ("Stop jobs of the fetch helper for a while."),
    .sets = jobs_list_sets,
    .values_size = sizeof (JobsOptions),
    .arguments = ARGUMENTS_ANY,
    .run = jobs_pause_run },
  { .name = "jobs resume",
    .usage = N_ ("NUMBER…"),
    .summary = N_ ("Go on with jobs where they stopped."),
    .more = jobs_resume_more,
    .sets = jobs_resume_sets,
    .values_size = sizeof (JobsOptions),
    .arguments = ARGUMENTS_ANY,
    .run = jobs_resume_run },
  { .name = "jobs cancel",
    .usage = N_ ("NUMBER…"),
    .summary = N_ ("End jobs of the fetch helper and forget them."),
    .more = jobs_cancel_more,
    .sets = jobs_list_sets,
    .values_size = sizeof (JobsOptions),
    .arguments = ARGUMENTS_ANY,
    .run = jobs_cancel_run },
  { .name = "plugins",
    .summary = N_ ("List the plugins that are found, and what is wrong with any."),
    .more = plugins_more,
    .sets = plugins_sets,
    .values_size = sizeof (OutputOptions),
    .arguments = ARGUMENTS_NONE,
    .run = plugins_run },
  { .name = "completions",
    .usage = N_ ("SHELL"),
    .summary = N_ ("Print the completions for a shell: bash, fish or zsh."),
    .more = completions_more,
    .arguments = ARGUMENTS_CHOICE,
    .choices = "bash|fish|zsh",
    .run = completions_run },
  { .name = NULL },
};

/* Whether @name is the first word of a command of two words. */
static gboolean
is_group (const Command *command, const char *name)
{
  const gsize length = strlen (name);

  return length > 0 && strncmp (command->name, name, length) == 0 && command->name[length] == ' ';
}

static gboolean
refuse_group (const char *name, GError **error)
{
  g_autoptr (GString) words = g_string_new (NULL);

  for (const Command *command = commands; command->name; command++)
    if (is_group (command, name))
      g_string_append_printf (words, "%s%s", words->len ? ", " : "",
                              strchr (command->name, ' ') + 1);
  if (words->len == 0)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               _ ("“tern %s” needs one of its commands: %s"), name, words->str);
  return FALSE;
}

const Command *
commands_find (int argc, char **argv, int *n_words, GError **error)
{
  g_autofree char *both = argc > 1 ? g_strjoin (" ", argv[0], argv[1], NULL) : NULL;

  for (const Command *command = commands; argc > 0 && command->name; command++)
    {
      const gboolean is_pair = g_strcmp0 (command->name, both) == 0;

      if (!is_pair && strcmp (command->name, argv[0]) != 0)
        continue;
      *n_words = is_pair ? 2 : 1;
      return command;
    }
  if (argc > 0 && !refuse_group (argv[0], error))
    return NULL;
  *n_words = 0;
  return commands;
}
