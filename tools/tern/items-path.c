/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HTTPie's nested syntax. The first step may stand without brackets and is a key then; all others
 * are in brackets. A backslash takes its meaning from a bracket or a backslash, and makes a key of
 * a number; in front of anything else it is a backslash. */
#include "items-path.h"

#include <glib/gi18n.h>
#include <string.h>

/* Each is a level of the JSON that is made, and few readers take more. */
#define STEPS_MOST 200
/* What lies before it is filled with null. */
#define INDEX_MOST 100000

static void
clear_step (gpointer data)
{
  g_free (((PathStep *)data)->key);
}

static gboolean
refuse (const char *text, gsize at, const char *problem, GError **error)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               /* Translators: the name of an item, where in it, and what is wrong there */
               _ ("“%s”, character %u: %s"), text, (guint)g_utf8_strlen (text, (gssize)at) + 1,
               problem);
  return FALSE;
}

/* A minus counts: that a number is negative is to be told. */
static gboolean
is_number (const char *text)
{
  const char *digits = text + (*text == '-');

  return *digits && strspn (digits, "0123456789") == strlen (digits);
}

/* The text up to a bracket that has its meaning; @end is set to that. */
static char *
take_literal (const char *text, gsize at, gsize *end, gboolean *is_escaped)
{
  GString *out = g_string_new (NULL);

  *is_escaped = FALSE;
  for (; text[at] && text[at] != '[' && text[at] != ']'; at++)
    {
      if (text[at] == '\\' && text[at + 1] && strchr ("[]\\", text[at + 1]))
        {
          *is_escaped = TRUE;
          at++;
        }
      g_string_append_c (out, text[at]);
    }
  *end = at;
  if (!*is_escaped && out->str[0] == '\\' && is_number (out->str + 1))
    {
      *is_escaped = TRUE;
      g_string_erase (out, 0, 1);
    }
  return g_string_free (out, FALSE);
}

static gboolean
set_index (const char *text, gsize at, const char *digits, PathStep *step, GError **error)
{
  guint64 number;

  if (*digits == '-')
    return refuse (text, at, _ ("an index cannot be negative"), error);
  if (!g_ascii_string_to_unsigned (digits, 10, 0, INDEX_MOST, &number, NULL))
    return refuse (text, at, _ ("such a large index is not supported"), error);
  step->kind = STEP_INDEX;
  step->index = (guint)number;
  return TRUE;
}

/* "[key]", "[0]" or "[]" at @at; the first step of all has no brackets around a key. */
static gboolean
take_brackets (const char *text, gsize at, gboolean is_first, PathStep *step, GError **error)
{
  gboolean is_escaped;
  g_autofree char *literal = NULL;

  if (text[at] != '[')
    return refuse (text, at, _ ("“[” is expected"), error);
  literal = take_literal (text, at + 1, &step->end, &is_escaped);
  if (text[step->end] != ']')
    return refuse (text, step->end,
                   *literal ? _ ("“]” is expected") : _ ("a name, a number or “]” is expected"),
                   error);
  step->end++;
  step->kind = STEP_APPEND;
  if (step->end == at + 2)
    return TRUE;
  if (!is_escaped && is_number (literal))
    return set_index (text, at + 1, literal, step, error);
  if (is_first)
    return refuse (text, at + 1, _ ("a number or “]” is expected"), error);
  step->kind = STEP_KEY;
  step->key = g_steal_pointer (&literal);
  return TRUE;
}

static gboolean
take_step (const char *text, gsize at, gboolean is_first, PathStep *step, GError **error)
{
  gboolean is_escaped;

  *step = (PathStep){ .kind = STEP_KEY, .start = at };
  if (!is_first || text[at] == '[')
    return take_brackets (text, at, is_first, step, error);
  if (text[at] == ']')
    return refuse (text, at, _ ("a name, a number or “[” is expected"), error);
  step->key = take_literal (text, at, &step->end, &is_escaped);
  return TRUE;
}

GArray *
items_path_parse (const char *text, GError **error)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, TRUE, sizeof (PathStep));
  gsize at = 0;

  g_array_set_clear_func (steps, clear_step);
  do
    {
      PathStep step;

      if (steps->len == STEPS_MOST)
        {
          refuse (text, at, _ ("this is nested too deep"), error);
          return NULL;
        }
      if (!take_step (text, at, steps->len == 0, &step, error))
        return NULL;
      g_array_append_val (steps, step);
      at = step.end;
    }
  while (text[at]);
  return g_steal_pointer (&steps);
}
