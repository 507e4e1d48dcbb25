/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernDownload: what a program is told of a download that went well. It never changes. */
#include "download/tern-download-private.h"

/**
 * TernDownload:
 *
 * A download that is done: what was written, and where it came from.
 */
G_DEFINE_FINAL_TYPE (TernDownload, tern_download, G_TYPE_OBJECT)

/**
 * tern_status_get_error_domain:
 *
 * The domain of the errors of a download that say that the server answered, but with no content:
 * the code is the status code of the response (RFC 9110 §15), see #TernStatus.
 *
 * Returns: the error domain
 */
GQuark
tern_status_get_error_domain (void)
{
  return g_quark_from_static_string ("tern-status-error-quark");
}

static void
tern_download_finalize (GObject *object)
{
  TernDownload *self = TERN_DOWNLOAD (object);

  g_clear_object (&self->file);
  g_clear_object (&self->response);
  g_free (self->checksum);
  g_free (self->etag);
  G_OBJECT_CLASS (tern_download_parent_class)->finalize (object);
}

static void
tern_download_class_init (TernDownloadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_download_finalize;
}

static void
tern_download_init (TernDownload *self)
{
}

/**
 * tern_download_get_file:
 * @self: a download
 *
 * Gets the file that was written, which is in the destination where that is a folder.
 *
 * Returns: (nullable) (transfer none): the file; %NULL for a download into a descriptor
 */
GFile *
tern_download_get_file (TernDownload *self)
{
  return self->file;
}

/**
 * tern_download_get_size:
 * @self: a download
 *
 * Gets the size of the whole content, with what an earlier download had brought.
 *
 * Returns: bytes
 */
guint64
tern_download_get_size (TernDownload *self)
{
  return self->size;
}

/**
 * tern_download_get_resumed_from:
 * @self: a download
 *
 * Gets how much of the content an earlier download had brought and was used.
 *
 * Returns: bytes; 0 where everything was fetched
 */
guint64
tern_download_get_resumed_from (TernDownload *self)
{
  return self->resumed_from;
}

/**
 * tern_download_get_checksum:
 * @self: a download
 *
 * Gets the SHA-256 checksum of the whole content.
 *
 * Returns: (nullable): 64 hexadecimal digits in lower case; %NULL for a descriptor whose earlier
 *   part could not be read
 */
const char *
tern_download_get_checksum (TernDownload *self)
{
  return self->checksum;
}

/**
 * tern_download_get_uri:
 * @self: a download
 *
 * Gets the URI that the content came from, after redirects.
 *
 * Returns: the URI
 */
const char *
tern_download_get_uri (TernDownload *self)
{
  return tern_response_get_uri (self->response);
}

/**
 * tern_download_get_etag:
 * @self: a download
 *
 * Gets the strong entity tag of the content (RFC 9110 §8.8.3), quotes included.
 *
 * Returns: (nullable): the tag; %NULL where there is none that is strong
 */
const char *
tern_download_get_etag (TernDownload *self)
{
  return self->etag;
}

/**
 * tern_download_get_response:
 * @self: a download
 *
 * Gets the last response, whose body was written: one with status 206 where the download was
 * resumed, one with status 416 where nothing was missing.
 *
 * Returns: (transfer none): the response; its body is used up
 */
TernResponse *
tern_download_get_response (TernDownload *self)
{
  return self->response;
}
