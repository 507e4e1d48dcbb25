/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the completions of all shells share. The texts are those of the usage, in English: the files
 * are made when the program is built. */
#include "common/completion-text.h"

#include <string.h>

const Option completion_help
    = { .name = "help", .letter = 'h', .kind = OPTION_FLAG, .text = "Show help options" };

void
completion_each_option (GString *out,
                        const Completed *program,
                        const Command *command,
                        CompletionEach each)
{
  each (out, program, command, &completion_help);
  for (const OptionSet *set = command->sets; set && set->options; set++)
    for (const Option *option = set->options; option->name; option++)
      each (out, program, command, option);
}

char *
completion_first_word (const Command *command)
{
  return g_strndup (command->name, strcspn (command->name, " "));
}

gboolean
completion_is_first (const Completed *program, const Command *command)
{
  const gsize length = strcspn (command->name, " ");

  for (const Command *other = program->table; other != command; other++)
    if (strncmp (other->name, command->name, length) == 0
        && (other->name[length] == ' ' || other->name[length] == '\0'))
      return FALSE;
  return TRUE;
}

gboolean
completion_has_commands (const Completed *program)
{
  return program->table[1].name != NULL;
}

char *
completion_function (const Completed *program)
{
  return g_strdelimit (g_strdup (program->name), "-", '_');
}

CompletionAppend
completion_for_shell (const char *shell)
{
  static const struct
  {
    const char *shell;
    CompletionAppend append;
  } shells[] = { { "bash", completion_append_bash },
                 { "fish", completion_append_fish },
                 { "zsh", completion_append_zsh } };

  for (guint i = 0; i < G_N_ELEMENTS (shells); i++)
    if (strcmp (shell, shells[i].shell) == 0)
      return shells[i].append;
  return NULL;
}

char *
completion_quote (const char *text, const char *special)
{
  GString *out = g_string_new (NULL);

  for (const char *at = text; *at; at++)
    if (*at == '\'')
      g_string_append (out, "'\\''");
    else if (strchr (special, *at))
      g_string_append_printf (out, "\\%c", *at);
    else
      g_string_append_c (out, *at);
  return g_string_free (out, FALSE);
}
