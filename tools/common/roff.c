/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts of the tables as a manual page has them, and templates of pages. It runs when the programs
 * are built and is in none of them. */
#include "common/roff.h"

#include <stdio.h>
#include <string.h>

void
roff_append_text (GString *out, const char *text)
{
  gboolean is_bold = FALSE;
  gboolean begins_line = TRUE;

  for (const char *at = text; *at; at++)
    {
      if (begins_line && (*at == '.' || *at == '\''))
        g_string_append (out, "\\&");
      begins_line = *at == '\n';
      if (at[0] == '\n' && at[1] == '\n')
        {
          g_string_append (out, "\n.PP\n");
          at++;
        }
      else if (*at == '`')
        {
          is_bold = !is_bold;
          g_string_append (out, is_bold ? "\\fB" : "\\fR");
        }
      else if (*at == '\\')
        g_string_append (out, "\\e");
      else if (*at == '-')
        g_string_append (out, "\\-");
      /* Quotes that plain ASCII viewers can show. */
      else if (g_str_has_prefix (at, "“") || g_str_has_prefix (at, "”"))
        {
          g_string_append (out, "\\(dq");
          at += strlen ("“") - 1;
        }
      else if (g_str_has_prefix (at, "…"))
        {
          g_string_append (out, "...");
          at += strlen ("…") - 1;
        }
      else
        g_string_append_c (out, *at);
    }
  if (is_bold)
    g_string_append (out, "\\fR");
}

void
roff_append_option (GString *out, const Option *option)
{
  g_string_append (out, ".TP\n\\fB");
  if (option->letter)
    g_string_append_printf (out, "\\-%c\\fR, \\fB", option->letter);
  g_string_append (out, "\\-\\-");
  roff_append_text (out, option->name);
  g_string_append (out, "\\fR");
  if (option->value)
    {
      g_string_append (out, " \\fI");
      roff_append_text (out, option->value);
      g_string_append (out, "\\fR");
    }
  g_string_append_c (out, '\n');
  roff_append_text (out, option->text);
  g_string_append (out, ".\n");
  if (option->preset)
    g_string_append_printf (out, "Unless said otherwise %s.\n", option->preset);
  if (!option->more)
    return;
  roff_append_text (out, option->more);
  g_string_append_c (out, '\n');
}

/* Lines that are marks give way to what they stand for. */
static void
append_line (GString *out, const char *line, gboolean is_last, const RoffMark *marks)
{
  for (const RoffMark *mark = marks; mark->line; mark++)
    if (strcmp (line, mark->line) == 0)
      {
        mark->append (out);
        return;
      }
  g_string_append_printf (out, "%s%s", line, is_last ? "" : "\n");
}

int
roff_make_page (int argc, char **argv, const RoffMark *marks)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *template = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;

  if (argc != 3 || !g_file_get_contents (argv[1], &template, NULL, &error))
    {
      fprintf (stderr, "manual: %s\n", error ? error->message : "usage: manual TEMPLATE OUTPUT");
      return 2;
    }
  lines = g_strsplit (template, "\n", -1);
  for (char **line = lines; *line; line++)
    append_line (out, *line, !line[1], marks);
  if (g_file_set_contents (argv[2], out->str, (gssize)out->len, &error))
    return 0;
  fprintf (stderr, "manual: %s\n", error->message);
  return 1;
}
