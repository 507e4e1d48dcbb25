/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern get: one fetch after the other with one client. The first exit code that is not 0 is the
 * program's. */
#include "get.h"

#include "color.h"
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
fetch_one (Fetch *fetch)
{
  fetch_run (fetch);
  if (fetch->options->show.json)
    print_result (fetch);
  return fetch->exit_code;
}

/* @fetches has all of them from the beginning: progress shows those that wait, too. */
static int
fetch_all (Fetch *fetches, guint n_fetches)
{
  int exit_code = TERN_EXIT_OK;
  gboolean goes_on = TRUE;

  for (guint i = 0; i < n_fetches && goes_on; i++)
    {
      const int own = fetch_one (&fetches[i]);

      goes_on = !fetches[i].reader_left && !interrupt_exit_code ();
      if (exit_code == TERN_EXIT_OK)
        exit_code = own;
      fetch_clear (&fetches[i]);
    }
  return interrupt_exit_code () ? interrupt_exit_code () : exit_code;
}

static int
fetch_urls (const GetOptions *options, char **urls, TernClient *client, GCancellable *cancellable)
{
  const guint n = g_strv_length (urls);
  g_autofree Fetch *fetches = g_new0 (Fetch, n);
  int exit_code;

  progress_begin (options->transfer.progress);
  for (guint i = 0; i < n; i++)
    {
      fetches[i]
          = (Fetch){ .options = options, .client = client, .cancellable = cancellable };
      fetches[i].url = target_complete (urls[i]);
      fetches[i].shown_url = target_hide_password (fetches[i].url);
      fetches[i].progress = progress_add (fetches[i].shown_url);
    }
  exit_code = fetch_all (fetches, n);
  for (guint i = 0; i < n; i++)
    fetch_clear (&fetches[i]);
  progress_end ();
  return exit_code;
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
  if (options->transfer.verbose)
    verbose_watch (client);
  return fetch_urls (options, urls, client, cancellable);
}

int
get_run (const void *values, char **arguments)
{
  const GetOptions *options = values;
  g_autoptr (GError) error = NULL;

  color_begin (options->show.color);
  if (get_options_check (options, arguments, &error))
    return run (options, arguments);
  report_error ("%s", error->message);
  return TERN_EXIT_USAGE;
}
