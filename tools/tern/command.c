/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a command of the table: options into its values, checked by their kind, and what is secret
 * wiped in the end. It knows no command by its name. */
#include "command.h"

#include "exit-code.h"
#include "report.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* A week is longer than any transfer, and far from where microseconds overflow. */
#define SECONDS_MOST (7.0 * 24 * 3600)

typedef struct
{
  const Option *option;
  gpointer place; /* in the command's values */
  char *typed;    /* what is no plain string waits here until it is checked */
} Slot;

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

static GArray *
make_slots (const Command *self, guint8 *values)
{
  GArray *slots = g_array_new (FALSE, TRUE, sizeof (Slot));

  for (const OptionSet *set = self->sets; set && set->options; set++)
    for (const Option *option = set->options; option->name; option++)
      {
        Slot slot = { option, values + set->offset + option->offset, NULL };

        if (option->kind == OPTION_NUMBER)
          *(int *)slot.place = -1;
        else if (option->kind == OPTION_SECONDS)
          *(double *)slot.place = -1;
        g_array_append_val (slots, slot);
      }
  return slots;
}

static GOptionEntry
make_entry (Slot *slot)
{
  static const GOptionArg args[] = {
    [OPTION_FLAG] = G_OPTION_ARG_NONE,
    [OPTION_TEXT] = G_OPTION_ARG_FILENAME,
    [OPTION_TEXTS] = G_OPTION_ARG_FILENAME_ARRAY,
    [OPTION_FILE] = G_OPTION_ARG_FILENAME,
    [OPTION_FILES] = G_OPTION_ARG_FILENAME_ARRAY,
    [OPTION_CHOICE] = G_OPTION_ARG_FILENAME,
    [OPTION_NUMBER] = G_OPTION_ARG_FILENAME,
    [OPTION_SECONDS] = G_OPTION_ARG_FILENAME,
  };
  const Option *option = slot->option;
  const gboolean is_number = option->kind == OPTION_NUMBER || option->kind == OPTION_SECONDS;

  return (GOptionEntry){ .long_name = option->name,
                         .short_name = option->letter,
                         .arg = args[option->kind],
                         .arg_data = is_number ? (gpointer) &slot->typed : slot->place,
                         .description = option->text,
                         .arg_description = option->value };
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

      g_string_append_printf (out, "\n  %s%*s %s", words, (int) MAX (padding, 1), "",
                              _ (command->summary));
    }
}

static GOptionContext *
make_context (const Command *self, GArray *slots, char ***arguments)
{
  const GOptionEntry rest
      = { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, arguments, NULL, NULL };
  GOptionContext *context = g_option_context_new (self->usage ? _ (self->usage) : NULL);
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  g_autoptr (GString) summary = g_string_new (_ (self->summary));
  g_autofree char *codes = exit_code_describe ();

  for (guint i = 0; i < slots->len; i++)
    {
      const GOptionEntry entry = make_entry (&g_array_index (slots, Slot, i));

      g_array_append_val (entries, entry);
    }
  g_array_append_val (entries, rest);
  g_option_context_add_main_entries (context, (GOptionEntry *) entries->data, GETTEXT_PACKAGE);
  if (self == table)
    {
      g_string_append (summary, "\n\n");
      append_commands (summary);
    }
  g_option_context_set_summary (context, summary->str);
  g_option_context_set_description (context, codes);
  return context;
}

static gboolean
refuse (GError **error, char *message)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
  g_free (message);
  return FALSE;
}

static gboolean
check_seconds (Slot *slot, GError **error)
{
  char *end;
  const double seconds = g_ascii_strtod (slot->typed, &end);

  if (end == slot->typed || *end || !isfinite (seconds) || seconds < 0 || seconds > SECONDS_MOST)
    return refuse (error, g_strdup_printf (_ ("--%s: “%s” is not a number of seconds"),
                                           slot->option->name, slot->typed));
  *(double *)slot->place = seconds;
  return TRUE;
}

static gboolean
check_number (Slot *slot, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (slot->typed, 10, 0, G_MAXINT, &number, NULL))
    return refuse (error, g_strdup_printf (_ ("--%s: a number of 0 or more is needed, not “%s”"),
                                           slot->option->name, slot->typed));
  *(int *)slot->place = (int) number;
  return TRUE;
}

static gboolean
check_choice (const Slot *slot, GError **error)
{
  const char *chosen = *(char **) slot->place;
  g_auto (GStrv) choices = g_strsplit (slot->option->choices, "|", -1);

  if (!chosen || g_strv_contains ((const char *const *) choices, chosen))
    return TRUE;
  return refuse (error, g_strdup_printf (_ ("--%s: one of %s is needed, not “%s”"),
                                         slot->option->name, slot->option->choices, chosen));
}

static gboolean
check_slots (GArray *slots, GError **error)
{
  for (guint i = 0; i < slots->len; i++)
    {
      Slot *slot = &g_array_index (slots, Slot, i);

      if (slot->option->kind == OPTION_CHOICE && !check_choice (slot, error))
        return FALSE;
      if (slot->typed && slot->option->kind == OPTION_SECONDS && !check_seconds (slot, error))
        return FALSE;
      if (slot->typed && slot->option->kind == OPTION_NUMBER && !check_number (slot, error))
        return FALSE;
    }
  return TRUE;
}

static void
wipe (char *text)
{
  if (text)
    explicit_bzero (text, strlen (text));
}

static void
free_slots (GArray *slots)
{
  for (guint i = 0; i < slots->len; i++)
    {
      Slot *slot = &g_array_index (slots, Slot, i);

      g_free (slot->typed);
      switch (slot->option->kind)
        {
        case OPTION_TEXT:
        case OPTION_FILE:
        case OPTION_CHOICE:
          /* Two names of one option share their place. */
          if (slot->option->is_secret)
            wipe (*(char **) slot->place);
          g_clear_pointer ((char **) slot->place, g_free);
          break;
        case OPTION_TEXTS:
        case OPTION_FILES:
          g_clear_pointer ((char ***) slot->place, g_strfreev);
          break;
        case OPTION_FLAG:
        case OPTION_NUMBER:
        case OPTION_SECONDS:
        default:
          break;
        }
    }
  g_array_unref (slots);
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
  GArray *slots = make_slots (self, values);
  g_autoptr (GOptionContext) context = make_context (self, slots, &arguments);
  g_autofree char *name = g_strconcat ("tern ", self == table ? "[get]" : self->name, NULL);
  g_autoptr (GError) error = NULL;
  int exit_code;

  g_set_prgname (name);
  if (!g_option_context_parse (context, &argc, &argv, &error) || !check_slots (slots, &error))
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
  free_slots (slots);
  return exit_code;
}
