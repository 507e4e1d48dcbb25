/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A download into a descriptor: resumed, tried again, verified by the library. Here it is only told
 * what a caller wants, and listened to. */
#include "transfer-private.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <tern/tern.h>
#include <unistd.h>

static void
on_progress (
    TernDownloadOptions *options, guint64 received, gint64 total, const char *what, Transfer *self)
{
  transfer_set_progress (self, received, total);
  /* Each try begins where the first did. */
  if (strcmp (what, "waiting") == 0)
    transfer_set_place (self, self->spec->uri);
}

static void
on_response (TernDownloadOptions *options, TernResponse *response, guint64 offset, Transfer *self)
{
  g_autofree char *etag = tern_response_get_header (response, "etag");

  transfer_set_facts (self, etag ? etag : "", tern_response_get_uri (response));
  /* Before the first byte: without it nothing could go on behind them. */
  if (self->spec->count)
    count_set_etag (self->spec->count, etag ? etag : "");
}

static void
on_writing (TernDownloadOptions *options, guint64 done, guint64 most, Transfer *self)
{
  count_set (self->spec->count, done, most);
}

/* How much of what the job wrote is there to go on behind: a file may have been cut, and one that
 * is to have a checksum has to be read for it. */
static guint64
find_offset (const TransferSpec *spec)
{
  struct stat status;

  if (spec->kind != DESCRIPTOR_FILE)
    return spec->offset;
  if (spec->checksum && (fcntl (spec->out, F_GETFL) & O_ACCMODE) != O_RDWR)
    return 0;
  if (fstat (spec->out, &status) != 0 || (guint64)status.st_size <= spec->base)
    return 0;
  return MIN (spec->offset, (guint64)status.st_size - spec->base);
}

/* The caller may have moved the position that it shares with us. An appending descriptor has none:
 * there, what is not to stay has to go before more is written. */
static gboolean
set_position (const TransferSpec *spec, guint64 offset)
{
  const off_t position = (off_t)(spec->base + offset);

  if (spec->kind != DESCRIPTOR_FILE)
    return TRUE;
  if (fcntl (spec->out, F_GETFL) & O_APPEND)
    return ftruncate (spec->out, position) == 0;
  return lseek (spec->out, position, SEEK_SET) >= 0;
}

static TernDownloadOptions *
make_options (Transfer *self, guint64 offset)
{
  const TransferSpec *spec = self->spec;
  TernDownloadOptions *options = tern_download_options_new ();

  tern_download_options_set_headers (options, spec->headers);
  tern_download_options_set_partition (options, spec->partition);
  tern_download_options_set_checksum (options, spec->checksum);
  tern_download_options_set_max_size (options, spec->max_size);
  tern_download_options_set_timeout (options, spec->timeout);
  tern_download_options_set_total_timeout (options, spec->total_timeout);
  if (spec->retries >= 0)
    tern_download_options_set_retries (options, (guint)spec->retries);
  tern_download_options_set_resume_offset (options, offset);
  tern_download_options_set_resume_etag (options, spec->etag);
  g_signal_connect (options, "progress", G_CALLBACK (on_progress), self);
  g_signal_connect (options, "response", G_CALLBACK (on_response), self);
  if (spec->count)
    g_signal_connect (options, "writing", G_CALLBACK (on_writing), self);
  return options;
}

gboolean
transfer_download (Transfer *self, GError **error)
{
  const TransferSpec *spec = self->spec;
  const guint64 offset = find_offset (spec);
  g_autoptr (TernDownloadOptions) options = make_options (self, offset);
  g_autoptr (TernDownload) download = NULL;

  if (!set_position (spec, offset))
    {
      g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_DESCRIPTOR,
                           _ ("The descriptor cannot be moved to where the body goes"));
      return FALSE;
    }
  download = tern_client_download_to_fd (self->client, spec->uri, spec->out, options,
                                         self->cancellable, error);
  g_signal_handlers_disconnect_by_data (options, self);
  if (!download)
    return FALSE;
  transfer_set_facts (self, tern_download_get_etag (download), tern_download_get_uri (download));
  transfer_set_progress (self, tern_download_get_size (download),
                         (gint64)tern_download_get_size (download));
  return TRUE;
}
