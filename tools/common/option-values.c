/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options into values, checked by their kind, and what is secret wiped in the end. It knows no
 * command by its name, prints nothing and ends nothing. */
#include "common/option-values.h"

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
  char *text;     /* what the usage says */
} Slot;

struct _OptionValues
{
  GArray *slots;
};

static gint64
preset_of (const Option *option)
{
  return option->preset ? g_ascii_strtoll (option->preset, NULL, 10) : -1;
}

static void
add_slot (OptionValues *self, const Option *option, guint8 *place)
{
  Slot slot = { option, place, NULL, NULL };

  if (option->kind == OPTION_NUMBER)
    *(int *)slot.place = (int)preset_of (option);
  else if (option->kind == OPTION_SIZE)
    *(gint64 *)slot.place = preset_of (option);
  else if (option->kind == OPTION_SECONDS)
    *(double *)slot.place = -1;
  slot.text = option->preset ? g_strdup_printf ("%s (%s)", _ (option->text), option->preset)
                             : g_strdup (_ (option->text));
  g_array_append_val (self->slots, slot);
}

OptionValues *
option_values_new (const OptionSet *sets, void *values)
{
  OptionValues *self = g_new0 (OptionValues, 1);

  self->slots = g_array_new (FALSE, TRUE, sizeof (Slot));
  for (const OptionSet *set = sets; set && set->options; set++)
    for (const Option *option = set->options; option->name; option++)
      add_slot (self, option, (guint8 *)values + set->offset + option->offset);
  return self;
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
    [OPTION_SIZE] = G_OPTION_ARG_FILENAME,
    [OPTION_SECONDS] = G_OPTION_ARG_FILENAME,
  };
  const Option *option = slot->option;
  const gboolean is_number = option->kind == OPTION_NUMBER || option->kind == OPTION_SIZE
                             || option->kind == OPTION_SECONDS;

  return (GOptionEntry){ .long_name = option->name,
                         .short_name = option->letter,
                         .arg = args[option->kind],
                         .arg_data = is_number ? (gpointer)&slot->typed : slot->place,
                         .description = slot->text,
                         .arg_description = option->value };
}

void
option_values_add_to (OptionValues *self, GOptionContext *context)
{
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  for (guint i = 0; i < self->slots->len; i++)
    {
      const GOptionEntry entry = make_entry (&g_array_index (self->slots, Slot, i));

      g_array_append_val (entries, entry);
    }
  g_option_context_add_main_entries (context, (GOptionEntry *)entries->data, GETTEXT_PACKAGE);
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
  const gboolean is_size = slot->option->kind == OPTION_SIZE;
  guint64 number;

  if (!g_ascii_string_to_unsigned (slot->typed, 10, 0, is_size ? G_MAXINT64 : G_MAXINT, &number,
                                   NULL))
    return refuse (error, g_strdup_printf (_ ("--%s: a number of 0 or more is needed, not “%s”"),
                                           slot->option->name, slot->typed));
  if (is_size)
    *(gint64 *)slot->place = (gint64)number;
  else
    *(int *)slot->place = (int)number;
  return TRUE;
}

static gboolean
check_choice (const Slot *slot, GError **error)
{
  const char *chosen = *(char **)slot->place;
  g_auto (GStrv) choices = g_strsplit (slot->option->choices, "|", -1);

  if (!chosen || g_strv_contains ((const char *const *)choices, chosen))
    return TRUE;
  return refuse (error, g_strdup_printf (_ ("--%s: one of %s is needed, not “%s”"),
                                         slot->option->name, slot->option->choices, chosen));
}

static gboolean
check_slot (Slot *slot, GError **error)
{
  if (slot->option->kind == OPTION_CHOICE)
    return check_choice (slot, error);
  if (!slot->typed)
    return TRUE;
  return slot->option->kind == OPTION_SECONDS ? check_seconds (slot, error)
                                              : check_number (slot, error);
}

gboolean
option_values_check (OptionValues *self, GError **error)
{
  for (guint i = 0; i < self->slots->len; i++)
    if (!check_slot (&g_array_index (self->slots, Slot, i), error))
      return FALSE;
  return TRUE;
}

static void
wipe (char *text)
{
  if (text)
    explicit_bzero (text, strlen (text));
}

static void
clear_slot (Slot *slot)
{
  g_free (slot->typed);
  g_free (slot->text);
  switch (slot->option->kind)
    {
    case OPTION_TEXT:
    case OPTION_FILE:
    case OPTION_CHOICE:
      /* Two names of one option share their place. */
      if (slot->option->is_secret)
        wipe (*(char **)slot->place);
      g_clear_pointer ((char **)slot->place, g_free);
      break;
    case OPTION_TEXTS:
    case OPTION_FILES:
      g_clear_pointer ((char ***)slot->place, g_strfreev);
      break;
    case OPTION_FLAG:
    case OPTION_NUMBER:
    case OPTION_SIZE:
    case OPTION_SECONDS:
    default:
      break;
    }
}

void
option_values_free (OptionValues *self)
{
  for (guint i = 0; i < self->slots->len; i++)
    clear_slot (&g_array_index (self->slots, Slot, i));
  g_array_unref (self->slots);
  g_free (self);
}
