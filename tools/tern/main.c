/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The door of the program: it chooses the sub-command and knows nothing of what they do. */
#include "get.h"
#include "plugins.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

int
main (int argc, char **argv)
{
  const char *command = argc > 1 ? argv[1] : "";

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, TERN_CLI_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("tern");

  if (strcmp (command, "plugins") == 0)
    return plugins_run (argc - 1, argv + 1);
  /* `get` is what people want nearly always, so its name may be left out. */
  if (strcmp (command, "get") == 0)
    return get_run (argc - 1, argv + 1);
  return get_run (argc, argv);
}
