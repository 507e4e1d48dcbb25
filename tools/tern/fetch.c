/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One fetch from the request to the last byte. The body is streamed in blocks: however large it is,
 * this takes no more memory. */
#include "fetch.h"

#include "body.h"
#include "color.h"
#include "exit-code.h"
#include "head.h"
#include "interrupt.h"
#include "output.h"
#include "report.h"
#include "request.h"
#include "spool.h"
#include "verbose.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

#define BLOCK (64 * 1024)

/* How many bytes will be read; the length on the wire says nothing of a body that is decoded. */
static gint64
expected_length (TernResponse *response)
{
  TernHeaders *headers = tern_response_get_headers (response);
  const char *text = tern_headers_get (headers, "Content-Length");
  guint64 length;

  if (!text || tern_headers_has (headers, "Content-Encoding")
      || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &length, NULL))
    return -1;
  return (gint64) length;
}

/* What failed keeps off the file; what the server has to say about it goes to standard output. */
static gboolean
goes_to_file (Fetch *self)
{
  return self->options->output && strcmp (self->options->output, "-") != 0
         && self->exit_code == TERN_EXIT_OK;
}

static Output *
open_output (Fetch *self, GError **error)
{
  int fd;

  if (self->discards)
    return output_new_file ("/dev/null", error);
  if (goes_to_file (self))
    return output_new_file (self->options->output, error);
  if (!self->options->show.json)
    /* -o - asks for the bytes as they are, terminal or not. */
    return output_new_stdout (!self->options->output && isatty (STDOUT_FILENO));
  fd = spool_open (error);
  if (fd < 0)
    return NULL;
  self->spool_fd = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  return output_new_for_fd (fd);
}

static gboolean
print_head (Fetch *self, GError **error)
{
  g_autofree char *head = head_of_response (self->response);
  g_autoptr (GString) out = g_string_new (NULL);

  if (!isatty (STDOUT_FILENO) && !color_is_on (STDOUT_FILENO))
    return write_fully (STDOUT_FILENO, head, strlen (head), error);
  color_append_head (out, STDOUT_FILENO, "", head);
  return write_fully (STDOUT_FILENO, out->str, out->len, error);
}

static gboolean
copy_body (Fetch *self, Output *output, GError **error)
{
  GInputStream *body = tern_response_get_body (self->response);
  const gint64 total = expected_length (self->response);
  g_autofree char *block = g_malloc (BLOCK);
  gssize n;

  progress_update (self->progress, 0, 0, total);
  while ((n = g_input_stream_read (body, block, BLOCK, self->cancellable, error)) > 0)
    {
      self->received += (guint64) n;
      if (self->checksum)
        g_checksum_update (self->checksum, (const guchar *) block, n);
      if (!output_write (output, block, (gsize) n, error))
        return FALSE;
      progress_update (self->progress, 0, self->received, total);
    }
  return n == 0 && output_commit (output, error);
}

static gboolean
deliver (Fetch *self, GError **error)
{
  g_autoptr (Output) output = open_output (self, error);
  const gboolean prints_head = self->options->include_head && !self->options->show.json;
  const gint64 started = g_get_monotonic_time ();
  gboolean is_done;

  if (!output)
    return FALSE;
  if ((prints_head || (!goes_to_file (self) && !self->options->show.json && !self->discards))
      && isatty (STDOUT_FILENO))
    progress_hide ();
  if (prints_head && !print_head (self, error))
    return FALSE;
  if (self->options->show.json)
    self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  is_done = copy_body (self, output, error);
  self->body_time = g_get_monotonic_time () - started;
  self->is_saved = is_done && goes_to_file (self);
  if (is_done && self->options->transfer.verbose)
    verbose_body (self->response, self->received, self->body_time);
  return is_done;
}

static gboolean
fetch (Fetch *self, GError **error)
{
  TernHeaders *headers;

  self->request = request_make (self->plan, self->options, error);
  if (!self->request)
    return FALSE;
  progress_expect_upload (self->progress, body_get_length (self->plan));
  self->response = tern_client_send (self->client, self->request, self->cancellable, error);
  if (!self->response)
    return FALSE;
  headers = tern_request_get_headers (self->request);
  self->exit_code = (int) exit_code_of_status (tern_response_get_status (self->response),
                                               request_is_cache_only (headers));
  if (self->options->transfer.verbose)
    verbose_response (self->response);
  return deliver (self, error);
}

/* Sets the exit code from self->error and tells a person, unless nobody wants to know. */
static void
explain (Fetch *self)
{
  g_autoptr (TernFailure) failure = self->request ? tern_request_get_failure (self->request) : NULL;
  const TernPhase phase = failure          ? tern_failure_get_phase (failure)
                          : self->response ? TERN_PHASE_RECEIVE
                                           : TERN_PHASE_NONE;
  const gboolean answered = self->response || (failure && tern_failure_get_response (failure));

  if (interrupt_exit_code ())
    {
      self->exit_code = interrupt_exit_code ();
      return;
    }
  /* head(1) has seen enough: that is no failure. */
  if (g_error_matches (self->error, G_FILE_ERROR, G_FILE_ERROR_PIPE))
    {
      self->reader_left = TRUE;
      self->exit_code = TERN_EXIT_OK;
      return;
    }
  self->exit_code = self->error->domain == G_OPTION_ERROR
                        ? TERN_EXIT_USAGE
                        : (int) exit_code_of_error (self->error, phase, answered);
  report_error ("%s", self->error->message);
}

void
fetch_run (Fetch *self)
{
  self->spool_fd = -1;
  progress_start (self->progress, self->plan->url);
  if (!fetch (self, &self->error))
    explain (self);
  progress_finish (self->progress, self->exit_code == TERN_EXIT_OK);
}

void
fetch_clear (Fetch *self)
{
  if (self->spool_fd > 0)
    close (self->spool_fd);
  self->spool_fd = -1;
  g_clear_pointer (&self->checksum, g_checksum_free);
  g_clear_object (&self->response);
  g_clear_object (&self->request);
  g_clear_error (&self->error);
}
