/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern completions: what a shell needs to know, made from the table of commands. Each shell has a
 * file of its own. */
#include "completions.h"

#include "completion-text.h"
#include "exit-code.h"
#include "report.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

const char completions_more[] = "They are installed with the program; where they are not, "
                                "`source <(tern completions bash)` serves for one session.";

int
completions_run (const void *values, char **arguments)
{
  static const struct
  {
    const char *shell;
    void (*append) (GString *out);
  } shells[] = { { "bash", completion_append_bash },
                 { "fish", completion_append_fish },
                 { "zsh", completion_append_zsh } };

  for (guint i = 0; arguments[0] && !arguments[1] && i < G_N_ELEMENTS (shells); i++)
    {
      g_autoptr (GString) out = NULL;
      g_autoptr (GError) error = NULL;

      if (strcmp (arguments[0], shells[i].shell) != 0)
        continue;
      out = g_string_new (NULL);
      shells[i].append (out);
      if (write_fully (STDOUT_FILENO, out->str, out->len, &error))
        return TERN_EXIT_OK;
      report_error (_ ("Cannot write standard output: %s"), error->message);
      return TERN_EXIT_LOCAL_FILE;
    }
  report_error (_ ("Name one shell: bash, fish or zsh"));
  return TERN_EXIT_USAGE;
}
