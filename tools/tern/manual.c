/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes tern.1 from its template and the table of commands, when the program is built; it is not
 * installed. The template has a line with @COMMANDS@ and one with @EXIT@. */
#include "commands.h"
#include "exit-code.h"

#include <stdio.h>
#include <string.h>

/* Text of the table as roff: `bold` between backquotes, a blank line between paragraphs. */
static void
append_text (GString *out, const char *text)
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

static void
append_option (GString *out, const Option *option)
{
  g_string_append (out, ".TP\n\\fB");
  if (option->letter)
    g_string_append_printf (out, "\\-%c\\fR, \\fB", option->letter);
  g_string_append (out, "\\-\\-");
  append_text (out, option->name);
  g_string_append (out, "\\fR");
  if (option->value)
    {
      g_string_append (out, " \\fI");
      append_text (out, option->value);
      g_string_append (out, "\\fR");
    }
  g_string_append_c (out, '\n');
  append_text (out, option->text);
  g_string_append (out, ".\n");
  if (!option->more)
    return;
  append_text (out, option->more);
  g_string_append_c (out, '\n');
}

/* A set of several commands is explained under the first of them. */
static const Command *
first_with (const Option *options)
{
  for (const Command *command = commands; command->name; command++)
    for (const OptionSet *set = command->sets; set && set->options; set++)
      if (set->options == options)
        return command;
  return NULL;
}

static void
append_options (GString *out, const Command *command)
{
  for (const OptionSet *set = command->sets; set && set->options; set++)
    {
      const Command *first = first_with (set->options);

      if (first == command)
        {
          for (const Option *option = set->options; option->name; option++)
            append_option (out, option);
          continue;
        }
      g_string_append (out, ".PP\nAs with \\fBtern ");
      append_text (out, first->name);
      g_string_append (out, "\\fR:\n");
      for (const Option *option = set->options; option->name; option++)
        {
          g_string_append (out, option == set->options ? "\\fB\\-\\-" : ",\n\\fB\\-\\-");
          append_text (out, option->name);
          g_string_append (out, "\\fR");
        }
      g_string_append (out, ".\n");
    }
}

static void
append_commands (GString *out)
{
  for (const Command *command = commands; command->name; command++)
    {
      g_string_append (out, ".SS \"tern ");
      append_text (out, command == commands ? "[get]" : command->name);
      if (command->sets)
        g_string_append (out, " [OPTION]...");
      if (command->usage)
        {
          g_string_append_c (out, ' ');
          append_text (out, command->usage);
        }
      g_string_append (out, "\"\n");
      append_text (out, command->summary);
      g_string_append_c (out, '\n');
      if (command->more)
        {
          append_text (out, command->more);
          g_string_append_c (out, '\n');
        }
      append_options (out, command);
    }
}

static void
append_exit_codes (GString *out)
{
  for (const ExitText *text = exit_texts; text->text; text++)
    {
      g_string_append_printf (out, ".TP\n.B %d\n", (int) text->code);
      append_text (out, text->more);
      g_string_append_c (out, '\n');
    }
}

int
main (int argc, char **argv)
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
    {
      if (strcmp (*line, "@COMMANDS@") == 0)
        append_commands (out);
      else if (strcmp (*line, "@EXIT@") == 0)
        append_exit_codes (out);
      else
        g_string_append_printf (out, "%s%s", *line, line[1] ? "\n" : "");
    }
  if (g_file_set_contents (argv[2], out->str, (gssize) out->len, &error))
    return 0;
  fprintf (stderr, "manual: %s\n", error->message);
  return 1;
}
