/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the completions of all shells share. The texts are those of the usage, in English: the files
 * are made when the program is built. */
#include "completion-text.h"

#include <string.h>

static const Option help_option
    = { .name = "help", .letter = 'h', .kind = OPTION_FLAG, .text = "Show help options" };

void
completion_each_option (GString *out, const Command *command, CompletionEach each)
{
  each (out, command, &help_option);
  for (const OptionSet *set = command->sets; set && set->options; set++)
    for (const Option *option = set->options; option->name; option++)
      each (out, command, option);
}

char *
completion_first_word (const Command *command)
{
  return g_strndup (command->name, strcspn (command->name, " "));
}

gboolean
completion_is_first (const Command *command)
{
  const gsize length = strcspn (command->name, " ");

  for (const Command *other = command_get_table (); other != command; other++)
    if (strncmp (other->name, command->name, length) == 0
        && (other->name[length] == ' ' || other->name[length] == '\0'))
      return FALSE;
  return TRUE;
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
