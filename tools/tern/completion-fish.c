/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completions for fish: one line for each command and option, and a function that finds out which
 * command is being typed. */
#include "completion-text.h"

#include <string.h>

static void
append_option (GString *out, const Command *command, const Option *option)
{
  g_autofree char *text = completion_quote (option->text, "\\");

  g_string_append_printf (out, "complete -c tern -n '__tern_is \"%s\"' -l %s", command->name,
                          option->name);
  if (option->letter)
    g_string_append_printf (out, " -s %c", option->letter);
  if (option->kind == OPTION_FILE || option->kind == OPTION_FILES)
    g_string_append (out, " -rF");
  else if (option->choices)
    {
      g_autofree char *words = g_strdelimit (g_strdup (option->choices), "|", ' ');

      g_string_append_printf (out, " -xa '%s'", words);
    }
  else if (option->kind != OPTION_FLAG)
    g_string_append (out, " -x");
  g_string_append_printf (out, " -d '%s'\n", text);
}

static void
append_command (GString *out, const Command *command)
{
  g_autofree char *word = completion_first_word (command);
  g_autofree char *summary = completion_quote (command->summary, "\\");
  const char *second = strchr (command->name, ' ');

  if (completion_is_first (command))
    g_string_append_printf (out, "complete -c tern -n __fish_use_subcommand -a %s -d '%s'\n", word,
                            second ? "" : summary);
  if (second)
    g_string_append_printf (out, "complete -c tern -n '__tern_is %s' -a %s -d '%s'\n", word,
                            second + 1, summary);
  if (command->choices)
    {
      g_autofree char *words = g_strdelimit (g_strdup (command->choices), "|", ' ');

      g_string_append_printf (out, "complete -c tern -n '__tern_is \"%s\"' -a '%s'\n",
                              command->name, words);
    }
  if (command->arguments == ARGUMENTS_FILES)
    g_string_append_printf (out, "complete -c tern -n '__tern_is \"%s\"' -F\n", command->name);
  completion_each_option (out, command, append_option);
}

void
completion_append_fish (GString *out)
{
  g_string_append (out, "# Completions of tern(1) for fish, made by “tern completions fish”.\n"
                        "function __tern_is\n"
                        "  set -l words (commandline -opc)\n"
                        "  set -l found get\n"
                        "  switch \"$words[2]\"\n");
  for (const Command *command = command_get_table (); command->name; command++)
    {
      g_autofree char *word = completion_first_word (command);

      if (completion_is_first (command))
        g_string_append_printf (out, "    case %s\n      set found %s\n", word, word);
    }
  g_string_append (out, "  end\n  switch \"$words[2] $words[3]\"\n");
  for (const Command *command = command_get_table (); command->name; command++)
    if (strchr (command->name, ' '))
      g_string_append_printf (out, "    case '%s'\n      set found '%s'\n", command->name,
                              command->name);
  g_string_append (out, "  end\n"
                        "  test \"$found\" = \"$argv[1]\"\n"
                        "end\n"
                        "complete -c tern -f\n");
  for (const Command *command = command_get_table (); command->name; command++)
    append_command (out, command);
}
