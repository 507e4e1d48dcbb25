/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes tern-fetchd.1 from its template and the completions of a shell, both from the table of
 * options, when the program is built; it is not installed. The template has a line with @OPTIONS@.
 */
#include "common/completion-text.h"
#include "common/roff.h"
#include "settings.h"

#include <stdio.h>
#include <string.h>

static void
append_options (GString *out)
{
  roff_append_option (out, &completion_help);
  for (const OptionSet *set = settings_table->sets; set->options; set++)
    for (const Option *option = set->options; option->name; option++)
      roff_append_option (out, option);
}

int
main (int argc, char **argv)
{
  static const RoffMark marks[] = { { "@OPTIONS@", append_options }, { NULL, NULL } };
  const Completed program = { settings_table->name, settings_table };
  const CompletionAppend append = argc == 2 ? completion_for_shell (argv[1]) : NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  if (!append)
    return roff_make_page (argc, argv, marks);
  append (out, &program);
  return fputs (out->str, stdout) < 0 || fflush (stdout) != 0;
}
