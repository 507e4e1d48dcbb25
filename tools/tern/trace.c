/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern trace: one fetch whose way is shown and whose body is not. It shows what the library tells,
 * so it cannot differ from what `tern get` does. */
#include "trace.h"

#include "color.h"
#include "exit-code.h"
#include "fetch.h"
#include "fetches.h"
#include "interrupt.h"
#include "report.h"
#include "result.h"
#include "trace-text.h"

#include <glib/gi18n.h>
#include <tern/tern.h>
#include <unistd.h>

#define AT(member) G_STRUCT_OFFSET (FetchOptions, member)

const char trace_more[]
    = "Each hop with its status and how long its phases took, then what happened when, and last "
      "the "
      "way through the stages: `v` is down to the network, `^` is up again, `=` is the network "
      "itself, `~` is a new round. With `--json` the object has `events` and `stages` beside what "
      "the others have.";

const OptionSet trace_sets[]
    = { { output_options, AT (show) }, { session_options, AT (session) }, { NULL } };

static void
on_log (TernClient *client, TernRequest *request, int event, const char *text, Trace *trace)
{
  trace_add (trace, event, text);
}

static gboolean
print (const Fetch *fetch, const Trace *trace, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (fetch->options->show.json)
    return result_print (fetch, trace, error);
  trace_append (out, STDOUT_FILENO, fetch, trace);
  return write_fully (STDOUT_FILENO, out->str, out->len, error);
}

static int
trace_plan (const FetchOptions *options, GPtrArray *plans)
{
  GCancellable *cancellable;
  int exit_code = TERN_EXIT_OK;
  g_autoptr (TernClient) client = fetches_make_client (options, plans, &cancellable, &exit_code);
  g_autoptr (Trace) trace = trace_new ();
  g_autoptr (GError) error = NULL;
  Fetch fetch = { .options = options,
                  .client = client,
                  .cancellable = cancellable,
                  .plan = g_ptr_array_index (plans, 0),
                  .discards = TRUE };

  if (!client)
    return exit_code;
  progress_begin ("none");
  fetch.progress = progress_add (fetch.plan->shown_url);
  g_signal_connect (client, "log", G_CALLBACK (on_log), trace);
  fetch_run (&fetch);
  exit_code = fetch.exit_code;
  if ((options->show.json || !interrupt_exit_code ()) && !print (&fetch, trace, &error)
      && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_PIPE))
    {
      report_error (_ ("Cannot write standard output: %s"), error->message);
      exit_code = TERN_EXIT_LOCAL_FILE;
    }
  fetch_clear (&fetch);
  progress_end (interrupt_exit_code () != 0);
  return exit_code;
}

int
trace_run (const void *values, char **arguments)
{
  const FetchOptions *options = values;
  g_autoptr (GPtrArray) plans = g_ptr_array_new_with_free_func ((GDestroyNotify) plan_free);
  g_autoptr (GError) error = NULL;
  Plan *plan;

  color_begin (options->show.color);
  if (!arguments[0] || arguments[1])
    {
      report_error (_ ("One URL is needed: tern trace URL"));
      return TERN_EXIT_USAGE;
    }
  plan = plan_new ("GET", arguments[0]);
  g_ptr_array_add (plans, plan);
  for (char **line = options->session.headers; line && *line; line++)
    g_ptr_array_add (plan->headers, g_strdup (*line));
  if (fetch_options_check (options, plans->len, &error))
    return trace_plan (options, plans);
  report_error ("%s", error->message);
  return TERN_EXIT_USAGE;
}
