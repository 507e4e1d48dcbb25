/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern completions: what a shell needs to know, made from the table of commands. Each shell has a
 * file of its own. */
#include "completions.h"

#include "command-run.h"
#include "common/completion-text.h"
#include "exit-code.h"
#include "report.h"

#include <glib/gi18n.h>
#include <unistd.h>

const char completions_more[] = "They are installed with the program; where they are not, "
                                "`source <(tern completions bash)` serves for one session.";

int
completions_run (const void *values, char **arguments)
{
  const Completed program = { "tern", command_get_table () };
  const CompletionAppend append
      = arguments[0] && !arguments[1] ? completion_for_shell (arguments[0]) : NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  if (!append)
    {
      report_error (_ ("Name one shell: bash, fish or zsh"));
      return TERN_EXIT_USAGE;
    }
  append (out, &program);
  if (write_fully (STDOUT_FILENO, out->str, out->len, &error))
    return TERN_EXIT_OK;
  report_error (_ ("Cannot write standard output: %s"), error->message);
  return TERN_EXIT_LOCAL_FILE;
}
