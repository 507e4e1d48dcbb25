/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completions for fish: one line for each command and option, and a function that finds out which
 * command is being typed. */
#include "common/completion-text.h"

#include <string.h>

/* Of one command, or of the program where it has none. */
static void
begin_line (GString *out, const Completed *program, const Command *command)
{
  g_string_append_printf (out, "complete -c %s", program->name);
  if (completion_has_commands (program))
    g_string_append_printf (out, " -n '__tern_is \"%s\"'", command->name);
}

static void
append_words (GString *out, const char *flags, const char *choices)
{
  g_autofree char *words = g_strdelimit (g_strdup (choices), "|", ' ');

  g_string_append_printf (out, " %s '%s'", flags, words);
}

static void
append_option (GString *out, const Completed *program, const Command *command, const Option *option)
{
  g_autofree char *text = completion_quote (option->text, "\\");

  begin_line (out, program, command);
  g_string_append_printf (out, " -l %s", option->name);
  if (option->letter)
    g_string_append_printf (out, " -s %c", option->letter);
  if (option->kind == OPTION_FILE || option->kind == OPTION_FILES)
    g_string_append (out, " -rF");
  else if (option->choices)
    append_words (out, "-xa", option->choices);
  else if (option->kind != OPTION_FLAG)
    g_string_append (out, " -x");
  g_string_append_printf (out, " -d '%s'\n", text);
}

/* The name of a command, after that of the program or of its group. */
static void
append_name (GString *out, const Completed *program, const Command *command)
{
  g_autofree char *word = completion_first_word (command);
  g_autofree char *summary = completion_quote (command->summary, "\\");
  const char *second = strchr (command->name, ' ');

  if (completion_is_first (program, command))
    g_string_append_printf (out, "complete -c %s -n __fish_use_subcommand -a %s -d '%s'\n",
                            program->name, word, second ? "" : summary);
  if (second)
    g_string_append_printf (out, "complete -c %s -n '__tern_is %s' -a %s -d '%s'\n", program->name,
                            word, second + 1, summary);
}

static void
append_command (GString *out, const Completed *program, const Command *command)
{
  if (completion_has_commands (program))
    append_name (out, program, command);
  if (command->choices)
    {
      begin_line (out, program, command);
      append_words (out, "-a", command->choices);
      g_string_append_c (out, '\n');
    }
  if (command->arguments == ARGUMENTS_FILES)
    {
      begin_line (out, program, command);
      g_string_append (out, " -F\n");
    }
  completion_each_option (out, program, command, append_option);
}

/* A function that knows which command is being typed. */
static void
append_function (GString *out, const Completed *program)
{
  g_string_append_printf (out,
                          "function __tern_is\n"
                          "  set -l words (commandline -opc)\n"
                          "  set -l found %s\n"
                          "  switch \"$words[2]\"\n",
                          program->table->name);
  for (const Command *command = program->table; command->name; command++)
    {
      g_autofree char *word = completion_first_word (command);

      if (completion_is_first (program, command))
        g_string_append_printf (out, "    case %s\n      set found %s\n", word, word);
    }
  g_string_append (out, "  end\n  switch \"$words[2] $words[3]\"\n");
  for (const Command *command = program->table; command->name; command++)
    if (strchr (command->name, ' '))
      g_string_append_printf (out, "    case '%s'\n      set found '%s'\n", command->name,
                              command->name);
  g_string_append (out, "  end\n"
                        "  test \"$found\" = \"$argv[1]\"\n"
                        "end\n");
}

void
completion_append_fish (GString *out, const Completed *program)
{
  g_string_append_printf (
      out, "# Completions of %s(1) for fish, made from the table of its options.\n", program->name);
  if (completion_has_commands (program))
    append_function (out, program);
  g_string_append_printf (out, "complete -c %s -f\n", program->name);
  for (const Command *command = program->table; command->name; command++)
    append_command (out, program, command);
}
