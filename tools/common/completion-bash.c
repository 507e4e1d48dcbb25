/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completions for bash: one function with a case for each command. It uses nothing of the package
 * bash-completion, which may not be there. */
#include "common/completion-text.h"

#include <string.h>

static char *
spaced (const char *choices)
{
  return choices ? g_strdelimit (g_strdup (choices), "|", ' ') : g_strdup ("");
}

static void
append_word (GString *out, const Completed *program, const Command *command, const Option *option)
{
  g_string_append_printf (out, " --%s", option->name);
}

/* What may follow an option that takes a value. */
static void
append_value (GString *out, const Completed *program, const Command *command, const Option *option)
{
  g_autofree char *words = spaced (option->choices);

  if (option->kind == OPTION_FLAG)
    return;
  g_string_append (out, "        ");
  if (option->letter)
    g_string_append_printf (out, "-%c | ", option->letter);
  g_string_append_printf (out, "--%s) options= words='%s' files=%s ;;\n", option->name, words,
                          option->kind == OPTION_FILE || option->kind == OPTION_FILES ? "1" : "");
}

static void
append_command (GString *out, const Completed *program, const Command *command)
{
  g_autofree char *words = spaced (command->choices);

  /* The first one stands for itself and for everything that is no command. */
  if (command == program->table)
    g_string_append (out, "    *)\n");
  else
    g_string_append_printf (out, "    '%s')\n", command->name);
  g_string_append (out, "      options='");
  completion_each_option (out, program, command, append_word);
  g_string_append (out, "'\n");
  if (*words)
    g_string_append_printf (out, "      words='%s'\n", words);
  if (command->arguments == ARGUMENTS_FILES)
    g_string_append (out, "      files=1\n");
  g_string_append (out, "      case $prev in\n");
  completion_each_option (out, program, command, append_value);
  g_string_append (out, "      esac ;;\n");
}

static void
append_groups (GString *out, const Completed *program)
{
  for (const Command *command = program->table; command->name; command++)
    {
      g_autofree char *group = completion_first_word (command);
      const gsize length = strlen (group);

      if (!completion_is_first (program, command) || command->name[length] == '\0')
        continue;
      g_string_append_printf (out, "    '%s') words='", group);
      for (const Command *other = command; other->name; other++)
        if (strncmp (other->name, command->name, length + 1) == 0)
          g_string_append_printf (out, "%s ", other->name + length + 1);
      g_string_append (out, "' ;;\n");
    }
}

/* Which command it is; and its own name, where that is what is being typed. */
static void
append_names (GString *out, const Completed *program)
{
  g_string_append (out, "  local command=${COMP_WORDS[1]}\n"
                        "  if [ \"$COMP_CWORD\" -gt 2 ]; then\n"
                        "    case \"$command ${COMP_WORDS[2]}\" in\n");
  for (const Command *command = program->table; command->name; command++)
    if (strchr (command->name, ' '))
      g_string_append_printf (out, "      '%s') command='%s' ;;\n", command->name, command->name);
  g_string_append (out, "    esac\n"
                        "  elif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                        "    command=\n"
                        "    words='help");
  for (const Command *command = program->table; command->name; command++)
    {
      g_autofree char *word = completion_first_word (command);

      if (completion_is_first (program, command))
        g_string_append_printf (out, " %s", word);
    }
  g_string_append (out, "'\n  fi\n");
}

void
completion_append_bash (GString *out, const Completed *program)
{
  g_autofree char *function = completion_function (program);

  g_string_append_printf (
      out,
      "# Completions of %s(1) for bash, made from the table of its options.\n"
      "_%s () {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
      "  local options= words= files=\n"
      "  COMPREPLY=()\n",
      program->name, function);
  if (completion_has_commands (program))
    append_names (out, program);
  else
    g_string_append (out, "  local command=\n");
  g_string_append (out, "  case $command in\n");
  if (completion_has_commands (program))
    append_groups (out, program);
  for (const Command *command = program->table + 1; command->name; command++)
    append_command (out, program, command);
  append_command (out, program, program->table);
  g_string_append_printf (
      out,
      "  esac\n"
      "  case $cur in\n"
      "    -*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\") ;;\n"
      "    *) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
      "  esac\n"
      "  if [ -n \"$files\" ] && [ ${#COMPREPLY[@]} -eq 0 ]; then\n"
      "    compopt -o filenames 2>/dev/null\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
      "  fi\n"
      "}\n"
      "complete -F _%s %s\n",
      function, program->name);
}
