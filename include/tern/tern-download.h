/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Downloads: a resource as a file that is right, or not there. */
#pragma once

#include <tern/tern-headers.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_STATUS_ERROR (tern_status_get_error_domain ())

TERN_AVAILABLE_IN_ALL
GQuark tern_status_get_error_domain (void);

#define TERN_TYPE_DOWNLOAD_OPTIONS (tern_download_options_get_type ())
#define TERN_TYPE_DOWNLOAD (tern_download_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernDownloadOptions, tern_download_options, TERN, DOWNLOAD_OPTIONS, GObject)

TERN_AVAILABLE_IN_ALL
TernDownloadOptions *tern_download_options_new (void);
TERN_AVAILABLE_IN_ALL
TernHeaders *tern_download_options_get_headers (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_headers (TernDownloadOptions *self, TernHeaders *headers);
TERN_AVAILABLE_IN_ALL
const char *tern_download_options_get_checksum (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_checksum (TernDownloadOptions *self, const char *checksum);
TERN_AVAILABLE_IN_ALL
const char *tern_download_options_get_partition (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_partition (TernDownloadOptions *self, const char *partition);
TERN_AVAILABLE_IN_ALL
gboolean tern_download_options_get_resume (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_resume (TernDownloadOptions *self, gboolean resume);
TERN_AVAILABLE_IN_ALL
gboolean tern_download_options_get_overwrite (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_overwrite (TernDownloadOptions *self, gboolean overwrite);
TERN_AVAILABLE_IN_ALL
gboolean tern_download_options_get_set_mtime (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_set_mtime (TernDownloadOptions *self, gboolean set_mtime);
TERN_AVAILABLE_IN_ALL
guint tern_download_options_get_retries (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_retries (TernDownloadOptions *self, guint retries);
TERN_AVAILABLE_IN_ALL
double tern_download_options_get_retry_delay (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_retry_delay (TernDownloadOptions *self, double seconds);
TERN_AVAILABLE_IN_ALL
double tern_download_options_get_timeout (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_timeout (TernDownloadOptions *self, double seconds);
TERN_AVAILABLE_IN_ALL
double tern_download_options_get_total_timeout (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_total_timeout (TernDownloadOptions *self, double seconds);
TERN_AVAILABLE_IN_ALL
guint64 tern_download_options_get_max_size (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_max_size (TernDownloadOptions *self, guint64 max_size);
TERN_AVAILABLE_IN_ALL
guint64 tern_download_options_get_resume_offset (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_resume_offset (TernDownloadOptions *self, guint64 resume_offset);
TERN_AVAILABLE_IN_ALL
const char *tern_download_options_get_resume_etag (TernDownloadOptions *self);
TERN_AVAILABLE_IN_ALL
void tern_download_options_set_resume_etag (TernDownloadOptions *self, const char *resume_etag);

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernDownload, tern_download, TERN, DOWNLOAD, GObject)

TERN_AVAILABLE_IN_ALL
GFile *tern_download_get_file (TernDownload *self);
TERN_AVAILABLE_IN_ALL
guint64 tern_download_get_size (TernDownload *self);
TERN_AVAILABLE_IN_ALL
guint64 tern_download_get_resumed_from (TernDownload *self);
TERN_AVAILABLE_IN_ALL
const char *tern_download_get_checksum (TernDownload *self);
TERN_AVAILABLE_IN_ALL
const char *tern_download_get_uri (TernDownload *self);
TERN_AVAILABLE_IN_ALL
const char *tern_download_get_etag (TernDownload *self);
TERN_AVAILABLE_IN_ALL
TernResponse *tern_download_get_response (TernDownload *self);

TERN_AVAILABLE_IN_ALL
TernDownload *tern_client_download (TernClient *self, const char *uri, GFile *destination,
                                    TernDownloadOptions *options, GCancellable *cancellable,
                                    GError **error);
TERN_AVAILABLE_IN_ALL
void tern_client_download_async (TernClient *self, const char *uri, GFile *destination,
                                 TernDownloadOptions *options, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
TernDownload *tern_client_download_finish (TernClient *self, GAsyncResult *result, GError **error);
TERN_AVAILABLE_IN_ALL
TernDownload *tern_client_download_to_fd (TernClient *self, const char *uri, int fd,
                                          TernDownloadOptions *options, GCancellable *cancellable,
                                          GError **error);
TERN_AVAILABLE_IN_ALL
void tern_client_download_to_fd_async (TernClient *self, const char *uri, int fd,
                                       TernDownloadOptions *options, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
TernDownload *tern_client_download_to_fd_finish (TernClient *self, GAsyncResult *result,
                                                 GError **error);

TERN_AVAILABLE_IN_ALL
char *tern_download_suggest_name (const char *content_disposition, const char *uri);

G_END_DECLS
