/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One job of the D-Bus fetch helper. */
#pragma once

#include <tern/tern-fetch-error.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

/**
 * TernFetchState:
 * @TERN_FETCH_QUEUED: it waits for its turn
 * @TERN_FETCH_RUNNING: it runs
 * @TERN_FETCH_PAUSED: tern_fetch_job_pause() stopped it
 * @TERN_FETCH_INTERRUPTED: the helper ended while it was running; it needs a new descriptor
 * @TERN_FETCH_DONE: everything is written
 * @TERN_FETCH_FAILED: it failed
 * @TERN_FETCH_CANCELLED: tern_fetch_job_cancel() ended it
 *
 * What a job does.
 */
typedef enum
{
  TERN_FETCH_QUEUED,
  TERN_FETCH_RUNNING,
  TERN_FETCH_PAUSED,
  TERN_FETCH_INTERRUPTED,
  TERN_FETCH_DONE,
  TERN_FETCH_FAILED,
  TERN_FETCH_CANCELLED,
} TernFetchState;

#define TERN_TYPE_FETCH_JOB (tern_fetch_job_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernFetchJob, tern_fetch_job, TERN, FETCH_JOB, GObject)

TERN_AVAILABLE_IN_ALL
const char *tern_fetch_job_get_path (TernFetchJob *self);
TERN_AVAILABLE_IN_ALL
const char *tern_fetch_job_get_uri (TernFetchJob *self);
TERN_AVAILABLE_IN_ALL
TernFetchState tern_fetch_job_get_state (TernFetchJob *self);
TERN_AVAILABLE_IN_ALL
guint64 tern_fetch_job_get_bytes_done (TernFetchJob *self);
TERN_AVAILABLE_IN_ALL
gint64 tern_fetch_job_get_bytes_total (TernFetchJob *self);
TERN_AVAILABLE_IN_ALL
guint64 tern_fetch_job_get_speed (TernFetchJob *self);
TERN_AVAILABLE_IN_ALL
const char *tern_fetch_job_get_etag (TernFetchJob *self);
TERN_AVAILABLE_IN_ALL
const char *tern_fetch_job_get_final_uri (TernFetchJob *self);
TERN_AVAILABLE_IN_ALL
const GError *tern_fetch_job_get_error (TernFetchJob *self);

TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_refresh (TernFetchJob *self, GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_job_refresh_async (TernFetchJob *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_refresh_finish (TernFetchJob *self, GAsyncResult *result, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_wait (TernFetchJob *self, GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_job_wait_async (TernFetchJob *self, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_wait_finish (TernFetchJob *self, GAsyncResult *result, GError **error);

TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_pause (TernFetchJob *self, GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_job_pause_async (TernFetchJob *self, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_pause_finish (TernFetchJob *self, GAsyncResult *result, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_resume (TernFetchJob *self, int fd, GCancellable *cancellable,
                                GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_job_resume_async (TernFetchJob *self, int fd, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_resume_finish (TernFetchJob *self, GAsyncResult *result, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_cancel (TernFetchJob *self, GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_job_cancel_async (TernFetchJob *self, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_cancel_finish (TernFetchJob *self, GAsyncResult *result, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_remove (TernFetchJob *self, GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_job_remove_async (TernFetchJob *self, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_remove_finish (TernFetchJob *self, GAsyncResult *result, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_set_priority (TernFetchJob *self, int priority, GCancellable *cancellable,
                                      GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_job_set_priority_async (TernFetchJob *self, int priority,
                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_job_set_priority_finish (TernFetchJob *self, GAsyncResult *result,
                                             GError **error);

G_END_DECLS
