/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a command of the table, or says why it cannot. It knows no command by its name. */
#include "command-run.h"

#include "common/option-values.h"
#include "exit-code.h"
#include "report.h"

#include <glib/gi18n.h>
#include <string.h>

static const Command *table;

void
command_set_table (const Command *commands)
{
  table = commands;
}

const Command *
command_get_table (void)
{
  return table;
}

static void
append_commands (GString *out)
{
  g_string_append (out, _ ("Commands (“tern COMMAND --help” tells more):"));
  for (const Command *command = table; command->name; command++)
    {
      g_autofree char *words = command->usage
                                   ? g_strjoin (" ", command->name, _ (command->usage), NULL)
                                   : g_strdup (command->name);
      const glong padding = 30 - g_utf8_strlen (words, -1);

      g_string_append_printf (out, "\n  %s%*s %s", words, (int)MAX (padding, 1), "",
                              _ (command->summary));
    }
}

static GOptionContext *
make_context (const Command *self, OptionValues *options, char ***arguments)
{
  const GOptionEntry rest[]
      = { { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, arguments, NULL, NULL },
          { NULL } };
  GOptionContext *context = g_option_context_new (self->usage ? _ (self->usage) : NULL);
  g_autoptr (GString) summary = g_string_new (_ (self->summary));
  g_autofree char *codes = exit_code_describe ();

  option_values_add_to (options, context);
  g_option_context_add_main_entries (context, rest, GETTEXT_PACKAGE);
  if (self == table)
    {
      g_string_append (summary, "\n\n");
      append_commands (summary);
    }
  g_option_context_set_summary (context, summary->str);
  g_option_context_set_description (context, codes);
  return context;
}

/* Where the name of the command was left out: “tern --json head URL” means the command, and not two
 * hosts. */
static gboolean
is_misplaced (const char *word)
{
  const gsize length = strlen (word);

  for (const Command *command = table; command->name; command++)
    if (length > 0 && strncmp (command->name, word, length) == 0
        && (command->name[length] == '\0' || command->name[length] == ' '))
      return TRUE;
  return FALSE;
}

/* What the table itself says of arguments. */
static gboolean
check_arguments (const Command *self, gboolean was_named, char **arguments)
{
  if (arguments[0] && !was_named && is_misplaced (arguments[0]))
    report_error (_ ("“%s” comes first, its options behind it"), arguments[0]);
  else if (arguments[0] && self->arguments == ARGUMENTS_NONE)
    report_error (_ ("“tern %s” takes no arguments, “%s” was given"), self->name, arguments[0]);
  else
    return TRUE;
  return FALSE;
}

int
command_run (const Command *self, int argc, char **argv)
{
  const gboolean was_named = self != table || strcmp (argv[0], self->name) == 0;
  g_autofree guint8 *values = g_malloc0 (MAX (self->values_size, 1));
  g_auto (GStrv) arguments = NULL;
  g_autoptr (OptionValues) options = option_values_new (self->sets, values);
  g_autoptr (GOptionContext) context = make_context (self, options, &arguments);
  g_autofree char *name = g_strconcat ("tern ", self == table ? "[get]" : self->name, NULL);
  g_autoptr (GError) error = NULL;
  int exit_code;

  g_set_prgname (name);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || !option_values_check (options, &error))
    {
      report_error ("%s", error->message);
      exit_code = TERN_EXIT_USAGE;
    }
  else
    {
      g_set_prgname ("tern");
      if (!arguments)
        arguments = g_new0 (char *, 1);
      exit_code = check_arguments (self, was_named, arguments) ? self->run (values, arguments)
                                                               : TERN_EXIT_USAGE;
    }
  return exit_code;
}
