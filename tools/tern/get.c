/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern get: one fetch after the other with one client. The first exit code that is not 0 is the
 * program's. */
#include "get.h"

#include "exit-code.h"
#include "fetch.h"
#include "interrupt.h"
#include "report.h"
#include "result.h"
#include "session.h"
#include "target.h"
#include "verbose.h"

#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

static void
print_result (Fetch *fetch)
{
  g_autoptr (GError) error = NULL;

  if (fetch->reader_left || interrupt_exit_code () || result_print (fetch, &error))
    return;
  fetch->reader_left = g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_PIPE);
  if (fetch->reader_left)
    return;
  report_error (_ ("Cannot write standard output: %s"), error->message);
  fetch->exit_code = TERN_EXIT_LOCAL_FILE;
}

static int
fetch_all (const GetOptions *options, char **urls, TernClient *client, GCancellable *cancellable)
{
  int exit_code = TERN_EXIT_OK;
  gboolean goes_on = TRUE;

  for (char **url = urls; *url && goes_on; url++)
    {
      Fetch fetch = { .options = options, .client = client, .cancellable = cancellable };

      fetch.url = target_complete (*url);
      fetch_run (&fetch);
      if (options->json)
        print_result (&fetch);
      goes_on = !fetch.reader_left && !interrupt_exit_code ();
      if (exit_code == TERN_EXIT_OK)
        exit_code = fetch.exit_code;
      fetch_clear (&fetch);
    }
  return interrupt_exit_code () ? interrupt_exit_code () : exit_code;
}

static int
run (const GetOptions *options, char **urls)
{
  GCancellable *cancellable = interrupt_begin ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TernClient) client
      = session_make_client (&options->session, urls, cancellable, &error);

  if (!client && interrupt_exit_code ())
    return interrupt_exit_code ();
  if (!client)
    {
      report_error ("%s", error->message);
      if (error->domain == G_OPTION_ERROR)
        return TERN_EXIT_USAGE;
      return (int) exit_code_of_error (error, TERN_PHASE_NONE, FALSE);
    }
  if (options->verbose)
    verbose_watch (client);
  return fetch_all (options, urls, client, cancellable);
}

int
get_run (const void *values, char **arguments)
{
  const GetOptions *options = values;
  g_autoptr (GError) error = NULL;

  if (get_options_check (options, arguments, &error))
    return run (options, arguments);
  report_error ("%s", error->message);
  return TERN_EXIT_USAGE;
}
