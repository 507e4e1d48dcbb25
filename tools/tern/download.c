/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern download: one file after the other with one client. What makes a download right is the
 * library's; here is what people say and see of it. */
#include "download.h"

#include "color.h"
#include "download-result.h"
#include "exit-code.h"
#include "interrupt.h"
#include "plan.h"
#include "progress.h"
#include "report.h"
#include "request.h"
#include "session.h"
#include "verbose.h"

#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

typedef struct
{
  const DownloadOptions *options;
  TernClient *client;
  GCancellable *cancellable;
  Plan *plan;
  Progress *progress;
  DownloadResult result;
  guint64 skipped; /* what was there before */
  gint64 answered_at;
} Transfer;

static void
on_progress (
    TernDownloadOptions *options, guint64 received, gint64 total, const char *what, Transfer *self)
{
  self->result.received = received;
  if (strcmp (what, "receiving") == 0)
    progress_update (self->progress, MIN (self->skipped, received), received, total);
  else if (strcmp (what, "retrying") == 0)
    progress_set_phase (self->progress, PROGRESS_RETRY);
  else if (strcmp (what, "waiting") == 0)
    progress_set_phase (self->progress, received > 0 ? PROGRESS_RESUME : PROGRESS_START);
  else
    progress_set_phase (self->progress, PROGRESS_VERIFY);
}

static void
on_response (TernDownloadOptions *options, TernResponse *response, guint64 offset, Transfer *self)
{
  if (!self->result.response)
    self->skipped = offset;
  g_set_object (&self->result.response, response);
  self->answered_at = g_get_monotonic_time ();
  if (self->options->transfer.verbose)
    verbose_response (response);
}

static TernHeaders *
make_headers (const SessionOptions *session, GError **error)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();

  for (char **line = session->headers; line && *line; line++)
    if (!request_add_header (headers, *line, error))
      return NULL;
  /* RFC 9111 §5.2.1.7 */
  if (session->only_cached)
    tern_headers_append (headers, "Cache-Control", "only-if-cached");
  return g_steal_pointer (&headers);
}

static TernDownloadOptions *
make_options (Transfer *self, GError **error)
{
  const DownloadOptions *options = self->options;
  g_autoptr (TernDownloadOptions) made = tern_download_options_new ();
  g_autoptr (TernHeaders) headers = make_headers (&options->session, error);
  guint64 max_size = 0;

  if (!headers || !download_options_get_max_size (options, &max_size, error))
    return NULL;
  tern_download_options_set_headers (made, headers);
  tern_download_options_set_checksum (made, options->checksum);
  tern_download_options_set_max_size (made, max_size);
  tern_download_options_set_resume (made, !options->no_resume);
  tern_download_options_set_overwrite (made, options->force);
  tern_download_options_set_set_mtime (made, !options->no_mtime);
  if (options->retries >= 0)
    tern_download_options_set_retries (made, (guint)options->retries);
  g_signal_connect (made, "progress", G_CALLBACK (on_progress), self);
  g_signal_connect (made, "response", G_CALLBACK (on_response), self);
  return g_steal_pointer (&made);
}

/* A slash at the end is said of a folder: a file of that name is not what was meant. */
static gboolean
check_folder (const char *output, GError **error)
{
  g_autofree char *shown = g_filename_display_name (output);

  if (!g_str_has_suffix (output, "/") || g_file_test (output, G_FILE_TEST_IS_DIR))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY, _ ("%s is no folder"), shown);
  return FALSE;
}

static TernDownload *
fetch (Transfer *self, GError **error)
{
  const char *output = self->options->output ? self->options->output : ".";
  g_autoptr (TernDownloadOptions) options = make_options (self, error);
  g_autoptr (GFile) destination = NULL;

  if (!options || !check_folder (output, error))
    return NULL;
  if (strcmp (output, "-") == 0)
    {
      if (isatty (STDOUT_FILENO))
        progress_hide ();
      return tern_client_download_to_fd (self->client, self->plan->url, STDOUT_FILENO, options,
                                         self->cancellable, error);
    }
  destination = g_file_new_for_commandline_arg (output);
  return tern_client_download (self->client, self->plan->url, destination, options,
                               self->cancellable, error);
}

/* Who has not said how the file is called is told. */
static void
tell_name (const Transfer *self)
{
  GFile *file = tern_download_get_file (self->result.download);
  g_autofree char *base = file ? g_file_get_basename (file) : NULL;
  g_autofree char *shown = base ? g_filename_display_name (base) : NULL;
  g_autofree char *size = g_format_size (tern_download_get_size (self->result.download));
  g_autofree char *line = NULL;

  if (!shown || self->options->show.json
      || (self->options->output && !g_file_test (self->options->output, G_FILE_TEST_IS_DIR)))
    return;
  g_strdelimit (shown, "\r\n", ' ');
  /* Translators: the name of a file and its size */
  line = g_strdup_printf (_ ("Saved %s, %s\n"), shown, size);
  report_text (line);
}

static void
explain (Transfer *self)
{
  DownloadResult *result = &self->result;

  result->exit_code = interrupt_exit_code ();
  if (result->exit_code)
    return;
  result->exit_code = result->error->domain == G_OPTION_ERROR
                          ? TERN_EXIT_USAGE
                          : download_result_exit_code (result->error, result->response != NULL,
                                                       self->options->session.only_cached);
  report_error ("%s", result->error->message);
}

static void
print_result (Transfer *self)
{
  g_autoptr (GError) error = NULL;

  if (interrupt_exit_code () || download_result_print (&self->result, &error)
      || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_PIPE))
    return;
  report_error (_ ("Cannot write standard output: %s"), error->message);
  self->result.exit_code = TERN_EXIT_LOCAL_FILE;
}

static void
run_one (Transfer *self)
{
  DownloadResult *result = &self->result;

  self->answered_at = g_get_monotonic_time ();
  progress_watch (self->progress, self->client);
  result->download = fetch (self, &result->error);
  result->body_time = g_get_monotonic_time () - self->answered_at;
  if (result->download)
    {
      result->received = tern_download_get_size (result->download);
      progress_update (self->progress, self->skipped, result->received, (gint64)result->received);
      if (self->options->transfer.verbose)
        verbose_body (result->response, result->received, result->body_time);
    }
  else
    explain (self);
  progress_finish (self->progress, result->download != NULL);
  if (result->download)
    tell_name (self);
  if (self->options->show.json)
    print_result (self);
}

static int
run_all (Transfer *transfers, guint n)
{
  int exit_code = TERN_EXIT_OK;

  for (guint i = 0; i < n && !interrupt_exit_code (); i++)
    {
      run_one (&transfers[i]);
      if (exit_code == TERN_EXIT_OK)
        exit_code = transfers[i].result.exit_code;
    }
  return interrupt_exit_code () ? interrupt_exit_code () : exit_code;
}

static void
transfer_clear (Transfer *self)
{
  plan_free (self->plan);
  g_clear_object (&self->result.download);
  g_clear_object (&self->result.response);
  g_clear_error (&self->result.error);
}

static TernClient *
make_client (const DownloadOptions *options, char **urls, GCancellable *cancellable, int *exit_code)
{
  g_autoptr (GError) error = NULL;
  TernClient *client = session_make_client (&options->session, urls, cancellable, &error);

  if (client)
    {
      if (options->transfer.verbose)
        verbose_watch (client);
      return client;
    }
  *exit_code = interrupt_exit_code ();
  if (*exit_code)
    return NULL;
  report_error ("%s", error->message);
  *exit_code = error->domain == G_OPTION_ERROR
                   ? TERN_EXIT_USAGE
                   : (int)exit_code_of_error (error, TERN_PHASE_NONE, FALSE);
  return NULL;
}

static int
run (const DownloadOptions *options, char **arguments)
{
  const guint n = g_strv_length (arguments);
  g_autofree Transfer *transfers = g_new0 (Transfer, n);
  g_autofree char **urls = g_new0 (char *, n + 1);
  GCancellable *cancellable = interrupt_begin ();
  g_autoptr (TernClient) client = NULL;
  int exit_code = TERN_EXIT_OK;

  for (guint i = 0; i < n; i++)
    {
      transfers[i] = (Transfer){ .options = options, .cancellable = cancellable };
      transfers[i].plan = plan_new ("GET", arguments[i]);
      transfers[i].result.shown_url = transfers[i].plan->shown_url;
      urls[i] = transfers[i].plan->url;
    }
  client = make_client (options, urls, cancellable, &exit_code);
  if (client)
    {
      progress_begin (options->transfer.progress);
      for (guint i = 0; i < n; i++)
        {
          transfers[i].client = client;
          transfers[i].progress = progress_add (transfers[i].plan->shown_url);
        }
      exit_code = run_all (transfers, n);
      progress_end ();
    }
  for (guint i = 0; i < n; i++)
    transfer_clear (&transfers[i]);
  return exit_code;
}

int
download_run (const void *values, char **arguments)
{
  const DownloadOptions *options = values;
  g_autoptr (GError) error = NULL;

  color_begin (options->show.color);
  if (download_options_check (options, g_strv_length (arguments), &error))
    return run (options, arguments);
  report_error ("%s", error->message);
  return TERN_EXIT_USAGE;
}
