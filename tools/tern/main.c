/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The door of the program: it chooses the sub-command and knows nothing of what they do. */
#include "exit-code.h"
#include "get.h"
#include "plugins.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

/* A standard descriptor that is closed would be given to the first socket or file, and what is
 * meant for the person would go there. Writing to what is put in its place fails, as it should. */
static void
fill_standard_descriptors (void)
{
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl (fd, F_GETFD) < 0 && errno == EBADF
        && open ("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
      _exit (TERN_EXIT_OTHER);
}

int
main (int argc, char **argv)
{
  const char *command = argc > 1 ? argv[1] : "";

  fill_standard_descriptors ();
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
