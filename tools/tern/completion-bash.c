/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completions for bash: one function with a case for each command. It uses nothing of the package
 * bash-completion, which may not be there. */
#include "completion-text.h"

#include <string.h>

static char *
spaced (const char *choices)
{
  return choices ? g_strdelimit (g_strdup (choices), "|", ' ') : g_strdup ("");
}

static void
append_word (GString *out, const Command *command, const Option *option)
{
  g_string_append_printf (out, " --%s", option->name);
}

/* What may follow an option that takes a value. */
static void
append_value (GString *out, const Command *command, const Option *option)
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
append_command (GString *out, const Command *command)
{
  g_autofree char *words = spaced (command->choices);

  /* The first one stands for itself and for everything that is no command. */
  if (command == command_get_table ())
    g_string_append (out, "    *)\n");
  else
    g_string_append_printf (out, "    '%s')\n", command->name);
  g_string_append (out, "      options='");
  completion_each_option (out, command, append_word);
  g_string_append (out, "'\n");
  if (*words)
    g_string_append_printf (out, "      words='%s'\n", words);
  if (command->arguments == ARGUMENTS_FILES)
    g_string_append (out, "      files=1\n");
  g_string_append (out, "      case $prev in\n");
  completion_each_option (out, command, append_value);
  g_string_append (out, "      esac ;;\n");
}

static void
append_groups (GString *out)
{
  for (const Command *command = command_get_table (); command->name; command++)
    {
      g_autofree char *group = completion_first_word (command);
      const gsize length = strlen (group);

      if (!completion_is_first (command) || command->name[length] == '\0')
        continue;
      g_string_append_printf (out, "    '%s') words='", group);
      for (const Command *other = command; other->name; other++)
        if (strncmp (other->name, command->name, length + 1) == 0)
          g_string_append_printf (out, "%s ", other->name + length + 1);
      g_string_append (out, "' ;;\n");
    }
}

void
completion_append_bash (GString *out)
{
  g_string_append (out, "# Completions of tern(1) for bash, made by “tern completions bash”.\n"
                        "_tern () {\n"
                        "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
                        "  local command=${COMP_WORDS[1]} options= words= files=\n"
                        "  COMPREPLY=()\n"
                        "  if [ \"$COMP_CWORD\" -gt 2 ]; then\n"
                        "    case \"$command ${COMP_WORDS[2]}\" in\n");
  for (const Command *command = command_get_table (); command->name; command++)
    if (strchr (command->name, ' '))
      g_string_append_printf (out, "      '%s') command='%s' ;;\n", command->name, command->name);
  g_string_append (out, "    esac\n"
                        "  elif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                        "    command=\n"
                        "    words='help");
  for (const Command *command = command_get_table (); command->name; command++)
    {
      g_autofree char *word = completion_first_word (command);

      if (completion_is_first (command))
        g_string_append_printf (out, " %s", word);
    }
  g_string_append (out, "'\n  fi\n  case $command in\n");
  append_groups (out);
  for (const Command *command = command_get_table () + 1; command->name; command++)
    append_command (out, command);
  append_command (out, command_get_table ());
  g_string_append (out, "  esac\n"
                        "  case $cur in\n"
                        "    -*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\") ;;\n"
                        "    *) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
                        "  esac\n"
                        "  if [ -n \"$files\" ] && [ ${#COMPREPLY[@]} -eq 0 ]; then\n"
                        "    compopt -o filenames 2>/dev/null\n"
                        "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
                        "  fi\n"
                        "}\n"
                        "complete -F _tern tern\n");
}
