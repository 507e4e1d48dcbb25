/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes tern.1 from its template and the table of commands, when the program is built; it is not
 * installed. The template has a line with @COMMANDS@ and one with @EXIT@. */
#include "commands.h"
#include "common/roff.h"
#include "exit-code.h"

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
            roff_append_option (out, option);
          continue;
        }
      g_string_append (out, ".PP\nAs with \\fBtern ");
      roff_append_text (out, first->name);
      g_string_append (out, "\\fR:\n");
      for (const Option *option = set->options; option->name; option++)
        {
          g_string_append (out, option == set->options ? "\\fB\\-\\-" : ",\n\\fB\\-\\-");
          roff_append_text (out, option->name);
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
      roff_append_text (out, command == commands ? "[get]" : command->name);
      if (command->sets)
        g_string_append (out, " [OPTION]...");
      if (command->usage)
        {
          g_string_append_c (out, ' ');
          roff_append_text (out, command->usage);
        }
      g_string_append (out, "\"\n");
      roff_append_text (out, command->summary);
      g_string_append_c (out, '\n');
      if (command->more)
        {
          roff_append_text (out, command->more);
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
      g_string_append_printf (out, ".TP\n.B %d\n", (int)text->code);
      roff_append_text (out, text->more);
      g_string_append_c (out, '\n');
    }
}

int
main (int argc, char **argv)
{
  static const RoffMark marks[]
      = { { "@COMMANDS@", append_commands }, { "@EXIT@", append_exit_codes }, { NULL, NULL } };

  return roff_make_page (argc, argv, marks);
}
