/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One fetch after the other with one client: their bodies are to come out in the order in which
 * they were asked for. */
#include "fetches.h"

#include "curl.h"
#include "exit-code.h"
#include "fetch.h"
#include "interrupt.h"
#include "offline.h"
#include "report.h"
#include "result.h"
#include "session.h"
#include "verbose.h"

#include <glib/gi18n.h>
#include <tern/tern.h>

static void
print_result (Fetch *fetch)
{
  g_autoptr (GError) error = NULL;

  if (fetch->reader_left || result_print (fetch, NULL, &error))
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
fetch_plans (const FetchOptions *options,
             GPtrArray *plans,
             TernClient *client,
             GCancellable *cancellable)
{
  g_autofree Fetch *fetches = g_new0 (Fetch, plans->len);
  int exit_code;

  progress_begin (options->transfer.progress);
  progress_watch (client);
  for (guint i = 0; i < plans->len; i++)
    {
      fetches[i] = (Fetch){ .options = options, .client = client, .cancellable = cancellable };
      fetches[i].plan = g_ptr_array_index (plans, i);
      fetches[i].progress = progress_add (fetches[i].plan->shown_url);
    }
  exit_code = fetch_all (fetches, plans->len);
  for (guint i = 0; i < plans->len; i++)
    fetch_clear (&fetches[i]);
  progress_end (interrupt_exit_code () != 0);
  return exit_code;
}

TernClient *
fetches_make_client (const FetchOptions *options,
                     GPtrArray *plans,
                     GCancellable **cancellable,
                     int *exit_code)
{
  g_autofree char **urls = g_new0 (char *, plans->len + 1);
  g_autoptr (GError) error = NULL;
  TernClient *client;

  for (guint i = 0; i < plans->len; i++)
    urls[i] = ((Plan *) g_ptr_array_index (plans, i))->url;
  *cancellable = interrupt_begin ();
  client = session_make_client (&options->session, urls, *cancellable, &error);
  if (client)
    {
      /* One that was taken away is taken away from all: they have the same items. */
      if (plans->len > 0 && plan_lacks_header (g_ptr_array_index (plans, 0), "User-Agent"))
        tern_client_set_user_agent (client, NULL);
      return client;
    }
  *exit_code = interrupt_exit_code ();
  if (!*exit_code)
    *exit_code = result_refuse (error, urls, options->show.json);
  return NULL;
}

/* What needs no client. */
static int
print_plans (const FetchOptions *options, GPtrArray *plans)
{
  for (guint i = 0; i < plans->len; i++)
    {
      Plan *plan = g_ptr_array_index (plans, i);
      g_autoptr (GError) error = NULL;

      if (options->curl ? curl_print (options, plan, &error)
                        : offline_print (options, plan, &error))
        continue;
      if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_PIPE))
        return TERN_EXIT_OK;
      report_error ("%s", error->message);
      return error->domain == G_OPTION_ERROR
                 ? TERN_EXIT_USAGE
                 : (int) exit_code_of_error (error, TERN_PHASE_NONE, FALSE);
    }
  return TERN_EXIT_OK;
}

int
fetches_run (const FetchOptions *options, GPtrArray *plans)
{
  GCancellable *cancellable;
  g_autoptr (TernClient) client = NULL;
  int exit_code = TERN_EXIT_OK;

  if (options->curl || options->offline)
    return print_plans (options, plans);
  client = fetches_make_client (options, plans, &cancellable, &exit_code);
  if (!client)
    return exit_code;
  if (options->transfer.verbose)
    verbose_watch (client);
  return fetch_plans (options, plans, client, cancellable);
}
