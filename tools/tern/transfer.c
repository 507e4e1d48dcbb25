/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One download. What makes it right is the library's; here is what people say and see of it.
 * Several run at once, so nothing may be printed of how one ended before its turn has come: only
 * transfer_tell() does. */
#include "transfer.h"

#include "exit-code.h"
#include "interrupt.h"
#include "report.h"
#include "request.h"
#include "verbose.h"

#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

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

/* FALSE where @name belongs to another. */
static gboolean
claim_name (Transfer *self, const char *name)
{
  const Transfer *owner = g_hash_table_lookup (self->names, name);

  if (owner)
    return owner == self;
  if (self->name)
    g_hash_table_remove (self->names, self->name);
  g_free (self->name);
  self->name = g_strdup (name);
  g_hash_table_insert (self->names, self->name, self);
  return TRUE;
}

/* What the files are called is known only when the servers have answered: who comes second with a
 * name is refused then, before a byte of it is kept, whatever may be replaced otherwise. */
static void
check_name (Transfer *self, TernResponse *response)
{
  g_autofree char *said = tern_response_get_header (response, "Content-Disposition");
  g_autofree char *name = tern_download_suggest_name (said, tern_response_get_uri (response));

  if (!self->names || self->is_refused || claim_name (self, name))
    return;
  self->is_refused = TRUE;
  g_set_error (&self->result.error, G_IO_ERROR, G_IO_ERROR_EXISTS,
               _ ("%s: %s is the name of another of these files"), self->plan->shown_url, name);
  g_cancellable_cancel (self->cancellable);
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
  check_name (self, response);
}

static void
on_failed (TernDownloadOptions *options, TernFailure *failure, Transfer *self)
{
  g_clear_pointer (&self->result.failure, tern_failure_unref);
  self->result.failure = tern_failure_ref (failure);
}

static TernHeaders *
make_headers (const SessionOptions *session, const char *url, GError **error)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();

  for (char **line = session->headers; line && *line; line++)
    if (!request_add_header (headers, *line, url, error))
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
  g_autoptr (TernHeaders) headers = make_headers (&options->session, self->plan->url, error);
  guint64 max_size = 0;

  if (!headers || !download_options_get_max_size (options, &max_size, error))
    return NULL;
  self->cache_only = request_is_cache_only (headers);
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
  g_signal_connect (made, "failed", G_CALLBACK (on_failed), self);
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

/* Who was interrupted knows it; of anything else the exit code tells. */
static void
judge (Transfer *self)
{
  DownloadResult *result = &self->result;

  if (self->name)
    {
      g_hash_table_remove (self->names, self->name);
      g_clear_pointer (&self->name, g_free);
    }
  result->exit_code = interrupt_exit_code ();
  if (result->exit_code)
    return;
  result->exit_code = result->error->domain == G_OPTION_ERROR
                          ? TERN_EXIT_USAGE
                          : download_result_exit_code (result, self->cache_only);
}

static void
finish (Transfer *self)
{
  DownloadResult *result = &self->result;

  result->body_time = g_get_monotonic_time () - self->answered_at;
  if (result->download)
    {
      result->received = tern_download_get_size (result->download);
      progress_update (self->progress, self->skipped, result->received, (gint64)result->received);
      if (self->options->transfer.verbose)
        verbose_body (result->response, result->received, result->body_time);
    }
  else
    judge (self);
  progress_finish (self->progress, result->download != NULL);
  self->state = TRANSFER_OVER;
  self->done (self, self->data);
}

static void
on_done (GObject *source, GAsyncResult *async, gpointer data)
{
  Transfer *self = data;
  DownloadResult *result = &self->result;
  g_autoptr (GError) error = NULL;

  result->download = strcmp (self->options->output ? self->options->output : ".", "-") == 0
                         ? tern_client_download_to_fd_finish (self->client, async, &error)
                         : tern_client_download_finish (self->client, async, &error);
  /* Why it was refused says more than that it was cancelled. */
  if (!self->is_refused)
    result->error = g_steal_pointer (&error);
  finish (self);
}

static void
begin (Transfer *self, TernDownloadOptions *options)
{
  const char *output = self->options->output ? self->options->output : ".";
  g_autoptr (GFile) destination = NULL;

  if (strcmp (output, "-") == 0)
    {
      if (isatty (STDOUT_FILENO))
        progress_hide ();
      tern_client_download_to_fd_async (self->client, self->plan->url, STDOUT_FILENO, options,
                                        self->cancellable, on_done, self);
      return;
    }
  /* A name with a colon in it is a name, and no URI. */
  destination = g_str_has_prefix (output, "file://") ? g_file_new_for_uri (output)
                                                     : g_file_new_for_path (output);
  tern_client_download_async (self->client, self->plan->url, destination, options,
                              self->cancellable, on_done, self);
}

static void
on_cancelled (GCancellable *all, gpointer own)
{
  g_cancellable_cancel (own);
}

void
transfer_start (Transfer *self, GCancellable *cancellable, TransferDone done, gpointer data)
{
  g_autoptr (TernDownloadOptions) options = NULL;

  self->done = done;
  self->data = data;
  self->state = TRANSFER_RUNS;
  self->answered_at = g_get_monotonic_time ();
  self->cancellable = g_cancellable_new ();
  /* The signals' thread may come at any time: it holds a reference of its own. */
  g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), g_object_ref (self->cancellable),
                         g_object_unref);
  progress_start (self->progress, self->plan->url);
  options = make_options (self, &self->result.error);
  if (options
      && check_folder (self->options->output ? self->options->output : ".", &self->result.error))
    begin (self, options);
  else
    finish (self);
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

void
transfer_tell (Transfer *self)
{
  g_autoptr (GError) error = NULL;

  /* An interrupted one needs no explanation to the person who did it. */
  if (self->result.download)
    tell_name (self);
  else if (self->result.exit_code < 128)
    report_error ("%s", self->result.error->message);
  if (!self->options->show.json || download_result_print (&self->result, &error)
      || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_PIPE))
    return;
  report_error (_ ("Cannot write standard output: %s"), error->message);
  self->result.exit_code = TERN_EXIT_LOCAL_FILE;
}

void
transfer_init (Transfer *self, const DownloadOptions *options, const char *typed)
{
  *self = (Transfer){ .options = options, .plan = plan_new ("GET", typed) };
  self->result.shown_url = self->plan->shown_url;
}

void
transfer_clear (Transfer *self)
{
  plan_free (self->plan);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->result.download);
  g_clear_object (&self->result.response);
  g_clear_pointer (&self->result.failure, tern_failure_unref);
  g_clear_error (&self->result.error);
  g_free (self->name);
}
