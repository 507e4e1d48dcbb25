/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON object and the exit code of one download. The members are those of `tern get`, and those
 * that only a download has. */
#include "download-result.h"

#include "exit-code.h"
#include "json.h"
#include "report.h"
#include "result.h"

#include <tern/tern.h>
#include <unistd.h>

static TernPhase
find_phase (const DownloadResult *self)
{
  if (self->failure)
    return tern_failure_get_phase (self->failure);
  return self->response ? TERN_PHASE_RECEIVE : TERN_PHASE_NONE;
}

gboolean
download_result_print (const DownloadResult *self, GError **error)
{
  TernDownload *download = self->download;
  GFile *file = download ? tern_download_get_file (download) : NULL;
  g_autofree char *path = file ? g_filename_display_name (g_file_peek_path (file)) : NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  json_open (out, NULL, '{');
  json_string (out, "url", self->shown_url);
  json_int (out, "exit", self->exit_code);
  result_append_error (out, self->error, find_phase (self));
  if (self->response)
    {
      result_append_response (out, self->response, self->body_time);
      json_int (out, "bytes", (gint64)self->received);
    }
  if (download)
    json_int (out, "resumed_from", (gint64)tern_download_get_resumed_from (download));
  json_string (out, "sha256", download ? tern_download_get_checksum (download) : NULL);
  json_string (out, "file", path);
  json_close (out, '}');
  g_string_append_c (out, '\n');
  return write_fully (STDOUT_FILENO, out->str, out->len, error);
}

int
download_result_exit_code (const DownloadResult *self, gboolean cache_only)
{
  const GError *error = self->error;
  const TernPhase phase = find_phase (self);
  const gboolean answered
      = self->response || (self->failure && tern_failure_get_response (self->failure));

  if (error->domain == TERN_STATUS_ERROR)
    {
      const TernExit found = exit_code_of_status ((guint)error->code, cache_only);

      /* A good one that brings no file, such as 204. */
      return (int)(found == TERN_EXIT_OK ? TERN_EXIT_OTHER : found);
    }
  if (error->domain != G_IO_ERROR)
    return (int)exit_code_of_error (error, phase, answered);
  switch (error->code)
    {
    case G_IO_ERROR_EXISTS:
    case G_IO_ERROR_BUSY:
    case G_IO_ERROR_NOT_REGULAR_FILE:
    case G_IO_ERROR_NOT_DIRECTORY:
    case G_IO_ERROR_NOT_SUPPORTED:
    case G_IO_ERROR_FILENAME_TOO_LONG:
    case G_IO_ERROR_TOO_MANY_LINKS:
      return TERN_EXIT_LOCAL_FILE;
    case G_IO_ERROR_INVALID_ARGUMENT:
      return TERN_EXIT_USAGE;
    default:
      return (int)exit_code_of_error (error, phase, answered);
    }
}
