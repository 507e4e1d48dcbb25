/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The setters and getters of TernDownloadOptions. They decide nothing: what makes no sense is an
 * error of the download. */
#include "download/tern-download-options-private.h"

/**
 * tern_download_options_get_headers:
 * @self: options
 *
 * Gets #TernDownloadOptions:headers.
 *
 * Returns: (nullable) (transfer none): see #TernDownloadOptions:headers
 */
TernHeaders *
tern_download_options_get_headers (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->headers;
}

/**
 * tern_download_options_set_headers:
 * @self: options
 * @headers: (nullable): see #TernDownloadOptions:headers
 *
 * Sets #TernDownloadOptions:headers.
 */
void
tern_download_options_set_headers (TernDownloadOptions *self, TernHeaders *headers)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);

  if (headers)
    tern_headers_ref (headers);
  g_clear_pointer (&wishes->headers, tern_headers_unref);
  wishes->headers = headers;
  g_object_notify (G_OBJECT (self), "headers");
}

/**
 * tern_download_options_get_checksum:
 * @self: options
 *
 * Gets #TernDownloadOptions:checksum.
 *
 * Returns: (nullable): see #TernDownloadOptions:checksum
 */
const char *
tern_download_options_get_checksum (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->checksum;
}

/**
 * tern_download_options_set_checksum:
 * @self: options
 * @checksum: (nullable): see #TernDownloadOptions:checksum
 *
 * Sets #TernDownloadOptions:checksum.
 */
void
tern_download_options_set_checksum (TernDownloadOptions *self, const char *checksum)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);
  char *copy = g_strdup (checksum);

  g_free (wishes->checksum);
  wishes->checksum = copy;
  g_object_notify (G_OBJECT (self), "checksum");
}

/**
 * tern_download_options_get_partition:
 * @self: options
 *
 * Gets #TernDownloadOptions:partition.
 *
 * Returns: (nullable): see #TernDownloadOptions:partition
 */
const char *
tern_download_options_get_partition (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->partition;
}

/**
 * tern_download_options_set_partition:
 * @self: options
 * @partition: (nullable): see #TernDownloadOptions:partition
 *
 * Sets #TernDownloadOptions:partition.
 */
void
tern_download_options_set_partition (TernDownloadOptions *self, const char *partition)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);
  char *copy = g_strdup (partition);

  g_free (wishes->partition);
  wishes->partition = copy;
  g_object_notify (G_OBJECT (self), "partition");
}

/**
 * tern_download_options_get_resume_etag:
 * @self: options
 *
 * Gets #TernDownloadOptions:resume-etag.
 *
 * Returns: (nullable): see #TernDownloadOptions:resume-etag
 */
const char *
tern_download_options_get_resume_etag (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->resume_etag;
}

/**
 * tern_download_options_set_resume_etag:
 * @self: options
 * @resume_etag: (nullable): see #TernDownloadOptions:resume-etag
 *
 * Sets #TernDownloadOptions:resume-etag.
 */
void
tern_download_options_set_resume_etag (TernDownloadOptions *self, const char *resume_etag)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);
  char *copy = g_strdup (resume_etag);

  g_free (wishes->resume_etag);
  wishes->resume_etag = copy;
  g_object_notify (G_OBJECT (self), "resume-etag");
}

/**
 * tern_download_options_get_resume_offset:
 * @self: options
 *
 * Gets #TernDownloadOptions:resume-offset.
 *
 * Returns: see #TernDownloadOptions:resume-offset
 */
guint64
tern_download_options_get_resume_offset (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->resume_offset;
}

/**
 * tern_download_options_set_resume_offset:
 * @self: options
 * @resume_offset: see #TernDownloadOptions:resume-offset
 *
 * Sets #TernDownloadOptions:resume-offset.
 */
void
tern_download_options_set_resume_offset (TernDownloadOptions *self, guint64 resume_offset)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);

  wishes->resume_offset = resume_offset;
  g_object_notify (G_OBJECT (self), "resume-offset");
}

/**
 * tern_download_options_get_max_size:
 * @self: options
 *
 * Gets #TernDownloadOptions:max-size.
 *
 * Returns: see #TernDownloadOptions:max-size
 */
guint64
tern_download_options_get_max_size (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->max_size;
}

/**
 * tern_download_options_set_max_size:
 * @self: options
 * @max_size: see #TernDownloadOptions:max-size
 *
 * Sets #TernDownloadOptions:max-size.
 */
void
tern_download_options_set_max_size (TernDownloadOptions *self, guint64 max_size)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);

  wishes->max_size = max_size;
  g_object_notify (G_OBJECT (self), "max-size");
}

/**
 * tern_download_options_get_retries:
 * @self: options
 *
 * Gets #TernDownloadOptions:retries.
 *
 * Returns: see #TernDownloadOptions:retries
 */
guint
tern_download_options_get_retries (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->retries;
}

/**
 * tern_download_options_set_retries:
 * @self: options
 * @retries: see #TernDownloadOptions:retries
 *
 * Sets #TernDownloadOptions:retries.
 */
void
tern_download_options_set_retries (TernDownloadOptions *self, guint retries)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);

  wishes->retries = retries;
  g_object_notify (G_OBJECT (self), "retries");
}

/**
 * tern_download_options_get_retry_delay:
 * @self: options
 *
 * Gets #TernDownloadOptions:retry-delay.
 *
 * Returns: see #TernDownloadOptions:retry-delay
 */
double
tern_download_options_get_retry_delay (TernDownloadOptions *self)
{
  return (double)tern_download_options_peek (self)->retry_delay / G_TIME_SPAN_SECOND;
}

/**
 * tern_download_options_set_retry_delay:
 * @self: options
 * @seconds: see #TernDownloadOptions:retry-delay
 *
 * Sets #TernDownloadOptions:retry-delay.
 */
void
tern_download_options_set_retry_delay (TernDownloadOptions *self, double seconds)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);

  wishes->retry_delay = seconds > 0 ? (gint64)(MIN (seconds, 3600.0) * G_TIME_SPAN_SECOND) : 0;
  g_object_notify (G_OBJECT (self), "retry-delay");
}

/**
 * tern_download_options_get_timeout:
 * @self: options
 *
 * Gets #TernDownloadOptions:timeout.
 *
 * Returns: see #TernDownloadOptions:timeout
 */
double
tern_download_options_get_timeout (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->timeout;
}

/**
 * tern_download_options_set_timeout:
 * @self: options
 * @seconds: see #TernDownloadOptions:timeout
 *
 * Sets #TernDownloadOptions:timeout.
 */
void
tern_download_options_set_timeout (TernDownloadOptions *self, double seconds)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);

  wishes->timeout = seconds >= 0 ? seconds : -1;
  g_object_notify (G_OBJECT (self), "timeout");
}

/**
 * tern_download_options_get_total_timeout:
 * @self: options
 *
 * Gets #TernDownloadOptions:total-timeout.
 *
 * Returns: see #TernDownloadOptions:total-timeout
 */
double
tern_download_options_get_total_timeout (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->total_timeout;
}

/**
 * tern_download_options_set_total_timeout:
 * @self: options
 * @seconds: see #TernDownloadOptions:total-timeout
 *
 * Sets #TernDownloadOptions:total-timeout.
 */
void
tern_download_options_set_total_timeout (TernDownloadOptions *self, double seconds)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);

  wishes->total_timeout = seconds >= 0 ? seconds : -1;
  g_object_notify (G_OBJECT (self), "total-timeout");
}

/**
 * tern_download_options_get_resume:
 * @self: options
 *
 * Gets #TernDownloadOptions:resume.
 *
 * Returns: see #TernDownloadOptions:resume
 */
gboolean
tern_download_options_get_resume (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->resume;
}

/**
 * tern_download_options_set_resume:
 * @self: options
 * @resume: see #TernDownloadOptions:resume
 *
 * Sets #TernDownloadOptions:resume.
 */
void
tern_download_options_set_resume (TernDownloadOptions *self, gboolean resume)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);

  wishes->resume = resume;
  g_object_notify (G_OBJECT (self), "resume");
}

/**
 * tern_download_options_get_overwrite:
 * @self: options
 *
 * Gets #TernDownloadOptions:overwrite.
 *
 * Returns: see #TernDownloadOptions:overwrite
 */
gboolean
tern_download_options_get_overwrite (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->overwrite;
}

/**
 * tern_download_options_set_overwrite:
 * @self: options
 * @overwrite: see #TernDownloadOptions:overwrite
 *
 * Sets #TernDownloadOptions:overwrite.
 */
void
tern_download_options_set_overwrite (TernDownloadOptions *self, gboolean overwrite)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);

  wishes->overwrite = overwrite;
  g_object_notify (G_OBJECT (self), "overwrite");
}

/**
 * tern_download_options_get_set_mtime:
 * @self: options
 *
 * Gets #TernDownloadOptions:set-mtime.
 *
 * Returns: see #TernDownloadOptions:set-mtime
 */
gboolean
tern_download_options_get_set_mtime (TernDownloadOptions *self)
{
  return tern_download_options_peek (self)->set_mtime;
}

/**
 * tern_download_options_set_set_mtime:
 * @self: options
 * @set_mtime: see #TernDownloadOptions:set-mtime
 *
 * Sets #TernDownloadOptions:set-mtime.
 */
void
tern_download_options_set_set_mtime (TernDownloadOptions *self, gboolean set_mtime)
{
  TernDownloadWishes *wishes = tern_download_options_peek (self);

  wishes->set_mtime = set_mtime;
  g_object_notify (G_OBJECT (self), "set-mtime");
}
