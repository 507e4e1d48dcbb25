/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Completions for zsh: _arguments for each command. */
#include "common/completion-text.h"

#include <string.h>

/* '(-o --output)'{-o,--output}'[text]:FILE:_files' */
static void
append_option (GString *out, const Completed *program, const Command *command, const Option *option)
{
  const gboolean repeats = option->kind == OPTION_TEXTS || option->kind == OPTION_FILES;
  const char *star = repeats ? "*" : "";
  g_autofree char *text = completion_quote (option->text, "[]\\:");
  g_autofree char *value = completion_quote (option->value ? option->value : "", "[]\\:");

  g_string_append (out, " \\\n        ");
  if (option->letter && repeats)
    g_string_append_printf (out, "'*'{-%c,--%s}", option->letter, option->name);
  else if (option->letter)
    g_string_append_printf (out, "'(-%c --%s)'{-%c,--%s}", option->letter, option->name,
                            option->letter, option->name);
  else
    g_string_append_printf (out, "'%s--%s'", star, option->name);
  g_string_append_printf (out, "'[%s]", text);
  if (option->kind == OPTION_FILE || option->kind == OPTION_FILES)
    g_string_append_printf (out, ":%s:_files", value);
  else if (option->choices)
    {
      g_autofree char *words = g_strdelimit (g_strdup (option->choices), "|", ' ');

      g_string_append_printf (out, ":%s:(%s)", value, words);
    }
  else if (option->kind != OPTION_FLAG)
    g_string_append_printf (out, ":%s: ", value);
  g_string_append_c (out, '\'');
}

static void
append_command (GString *out, const Completed *program, const Command *command)
{
  g_autofree char *usage = completion_quote (command->usage ? command->usage : "", "[]\\:");

  if (command == program->table)
    g_string_append (out, "    *)\n      _arguments -s");
  else
    g_string_append_printf (out, "    '%s')\n      _arguments -s", command->name);
  completion_each_option (out, program, command, append_option);
  if (command->choices)
    {
      g_autofree char *words = g_strdelimit (g_strdup (command->choices), "|", ' ');

      g_string_append_printf (out, " \\\n        '*:%s:(%s)'", usage, words);
    }
  else if (command->arguments == ARGUMENTS_FILES)
    g_string_append_printf (out, " \\\n        '*:%s:_files'", usage);
  else if (command->arguments != ARGUMENTS_NONE)
    g_string_append_printf (out, " \\\n        '*:%s: '", usage);
  g_string_append (out, " ;;\n");
}

static void
append_description (GString *out, const char *word, const char *text)
{
  g_autofree char *quoted = completion_quote (text, ":\\");

  g_string_append_printf (out, " '%s:%s'", word, quoted);
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
      g_string_append_printf (out, "    '%s')\n      list=(", group);
      for (const Command *other = command; other->name; other++)
        if (strncmp (other->name, command->name, length + 1) == 0)
          append_description (out, other->name + length + 1, other->summary);
      g_string_append (out, ")\n      _describe command list ;;\n");
    }
}

/* Which command it is; and its own name, where that is what is being typed. */
static void
append_names (GString *out, const Completed *program)
{
  g_string_append (out, "  local command=$words[2]\n"
                        "  local -a list\n"
                        "  if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then\n"
                        "    list=(");
  for (const Command *command = program->table; command->name; command++)
    {
      g_autofree char *word = completion_first_word (command);

      if (completion_is_first (program, command))
        append_description (out, word, strchr (command->name, ' ') ? "" : command->summary);
    }
  g_string_append (out, ")\n"
                        "    _describe command list\n"
                        "    return\n"
                        "  fi\n"
                        "  if (( CURRENT > 3 )); then\n"
                        "    case \"$words[2] $words[3]\" in\n");
  for (const Command *command = program->table; command->name; command++)
    if (strchr (command->name, ' '))
      g_string_append_printf (out, "      '%s') command='%s'; shift words; (( CURRENT-- )) ;;\n",
                              command->name, command->name);
  g_string_append (out, "    esac\n"
                        "  fi\n");
}

void
completion_append_zsh (GString *out, const Completed *program)
{
  g_autofree char *function = completion_function (program);

  g_string_append_printf (out,
                          "#compdef %s\n"
                          "# Completions of %s(1) for zsh, made from the table of its options.\n"
                          "_%s () {\n",
                          program->name, program->name, function);
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
  g_string_append_printf (out,
                          "  esac\n"
                          "}\n"
                          "_%s \"$@\"\n",
                          function);
}
