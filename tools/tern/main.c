/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The door of the program: it chooses the sub-command and knows nothing of what they do. */
#include "command-run.h"
#include "commands.h"
#include "exit-code.h"
#include "report.h"

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

static int
print_version (void)
{
  static const char text[] = "tern " TERN_CLI_VERSION "\n";

  return write_fully (STDOUT_FILENO, text, strlen (text), NULL) ? TERN_EXIT_OK
                                                                : TERN_EXIT_LOCAL_FILE;
}

/* “tern help cache ls” is “tern cache ls --help”. */
static char **
turn_help (int *argc, char **argv)
{
  char **turned = g_new0 (char *, (gsize) *argc + 2);

  for (int i = 0; i < *argc - 2; i++)
    turned[i + 1] = argv[i + 2];
  turned[0] = argv[0];
  turned[*argc - 1] = (char *)"--help";
  return turned;
}

int
main (int argc, char **argv)
{
  g_autofree char **turned = NULL;
  g_autoptr (GError) error = NULL;
  const Command *command;
  int n_words = 0;

  fill_standard_descriptors ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, TERN_CLI_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("tern");

  if (argc == 2 && strcmp (argv[1], "--version") == 0)
    return print_version ();
  if (argc > 1 && strcmp (argv[1], "help") == 0)
    argv = turned = turn_help (&argc, argv);
  command_set_table (commands);
  command = commands_find (argc - 1, argv + 1, &n_words, &error);
  if (!command)
    {
      report_error ("%s", error->message);
      return TERN_EXIT_USAGE;
    }
  /* The name takes the place of the program's own. */
  return command_run (command, argc - n_words,
                      argv + n_words);
}
