/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program asks of a job. Each is one call to the helper, sync and async; what comes of it
 * shows in the job's state. */
#include <tern/tern-fetch-job.h>

#include "fetch/tern-fetch-call.h"
#include "fetch/tern-fetch-job-private.h"

static gboolean
call (TernFetchJob *self,
      const char *method,
      GVariant *arguments,
      GUnixFDList *list,
      GCancellable *cancellable,
      GError **error)
{
  g_autoptr (TernFetchReply) reply = tern_fetch_call (
      tern_fetch_job_get_connection (self), tern_fetch_job_get_path (self),
      TERN_FETCH_JOB_INTERFACE, method, arguments, "()", list, cancellable, error);

  return reply != NULL;
}

static void
call_async (TernFetchJob *self,
            const char *method,
            GVariant *arguments,
            GUnixFDList *list,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  tern_fetch_call_async (tern_fetch_job_get_connection (self), tern_fetch_job_get_path (self),
                         TERN_FETCH_JOB_INTERFACE, method, arguments, "()", list,
                         g_task_new (self, cancellable, callback, user_data));
}

static gboolean
call_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (TernFetchReply) reply = g_task_propagate_pointer (G_TASK (result), error);

  return reply != NULL;
}

/**
 * tern_fetch_job_pause:
 * @self: a job
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Stops a queued or running job. What it got stays where it is written.
 *
 * Errors: those of #TernFetchError; %G_IO_ERROR_CANCELLED.
 *
 * Returns: whether the helper did it
 */
gboolean
tern_fetch_job_pause (TernFetchJob *self, GCancellable *cancellable, GError **error)
{
  return call (self, "Pause", NULL, NULL, cancellable, error);
}

/**
 * tern_fetch_job_pause_async:
 * @self: a job
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_job_pause(), without blocking.
 */
void
tern_fetch_job_pause_async (TernFetchJob *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  call_async (self, "Pause", NULL, NULL, cancellable, callback, user_data);
}

/**
 * tern_fetch_job_pause_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_job_pause_async().
 *
 * Returns: whether the helper did it
 */
gboolean
tern_fetch_job_pause_finish (TernFetchJob *self, GAsyncResult *result, GError **error)
{
  return call_finish (result, error);
}

/**
 * tern_fetch_job_resume:
 * @self: a job
 * @fd: -1 to go on with the descriptor that the job has, or a new one; it stays the caller's
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Goes on with a job that was paused, interrupted, cancelled or failed where it stopped, by a
 * strong validator only; what has changed meanwhile begins anew, and is an error where its bytes
 * went into a pipe or a socket.
 *
 * Errors: those of #TernFetchError, %TERN_FETCH_ERROR_POSITION_UNKNOWN where the helper was killed
 * while it wrote into a pipe and tern_fetch_service_claim() did not say how much has arrived;
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: whether the helper did it
 */
gboolean
tern_fetch_job_resume (TernFetchJob *self, int fd, GCancellable *cancellable, GError **error)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  GVariant *handles = tern_fetch_handles (list, fd, error);

  return handles
         && call (self, "Resume", g_variant_new ("(@ah)", handles), list, cancellable, error);
}

/**
 * tern_fetch_job_resume_async:
 * @self: a job
 * @fd: -1 to go on with the descriptor that the job has, or a new one; it stays the caller's
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_job_resume(), without blocking.
 */
void
tern_fetch_job_resume_async (TernFetchJob *self,
                             int fd,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  GError *error = NULL;
  GVariant *handles = tern_fetch_handles (list, fd, &error);

  if (handles)
    call_async (self, "Resume", g_variant_new ("(@ah)", handles), list, cancellable, callback,
                user_data);
  else
    g_task_report_error (self, callback, user_data, tern_fetch_job_resume_async, error);
}

/**
 * tern_fetch_job_resume_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_job_resume_async().
 *
 * Returns: whether the helper did it
 */
gboolean
tern_fetch_job_resume_finish (TernFetchJob *self, GAsyncResult *result, GError **error)
{
  return call_finish (result, error);
}

/**
 * tern_fetch_job_cancel:
 * @self: a job
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Ends a job; its descriptor is closed.
 *
 * Errors: those of #TernFetchError; %G_IO_ERROR_CANCELLED.
 *
 * Returns: whether the helper did it
 */
gboolean
tern_fetch_job_cancel (TernFetchJob *self, GCancellable *cancellable, GError **error)
{
  return call (self, "Cancel", NULL, NULL, cancellable, error);
}

/**
 * tern_fetch_job_cancel_async:
 * @self: a job
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_job_cancel(), without blocking.
 */
void
tern_fetch_job_cancel_async (TernFetchJob *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  call_async (self, "Cancel", NULL, NULL, cancellable, callback, user_data);
}

/**
 * tern_fetch_job_cancel_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_job_cancel_async().
 *
 * Returns: whether the helper did it
 */
gboolean
tern_fetch_job_cancel_finish (TernFetchJob *self, GAsyncResult *result, GError **error)
{
  return call_finish (result, error);
}

/**
 * tern_fetch_job_remove:
 * @self: a job
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Ends a job if it runs, and forgets it.
 *
 * Errors: those of #TernFetchError; %G_IO_ERROR_CANCELLED.
 *
 * Returns: whether the helper did it
 */
gboolean
tern_fetch_job_remove (TernFetchJob *self, GCancellable *cancellable, GError **error)
{
  return call (self, "Remove", NULL, NULL, cancellable, error);
}

/**
 * tern_fetch_job_remove_async:
 * @self: a job
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_job_remove(), without blocking.
 */
void
tern_fetch_job_remove_async (TernFetchJob *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  call_async (self, "Remove", NULL, NULL, cancellable, callback, user_data);
}

/**
 * tern_fetch_job_remove_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_job_remove_async().
 *
 * Returns: whether the helper did it
 */
gboolean
tern_fetch_job_remove_finish (TernFetchJob *self, GAsyncResult *result, GError **error)
{
  return call_finish (result, error);
}

/**
 * tern_fetch_job_set_priority:
 * @self: a job
 * @priority: -100 to 100
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Among queued jobs one with a higher priority runs first.
 *
 * Errors: those of #TernFetchError; %G_IO_ERROR_CANCELLED.
 *
 * Returns: whether the helper did it
 */
gboolean
tern_fetch_job_set_priority (TernFetchJob *self,
                             int priority,
                             GCancellable *cancellable,
                             GError **error)
{
  return call (self, "SetPriority", g_variant_new ("(i)", priority), NULL, cancellable, error);
}

/**
 * tern_fetch_job_set_priority_async:
 * @self: a job
 * @priority: -100 to 100
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_job_set_priority(), without blocking.
 */
void
tern_fetch_job_set_priority_async (TernFetchJob *self,
                                   int priority,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  call_async (self, "SetPriority", g_variant_new ("(i)", priority), NULL, cancellable, callback,
              user_data);
}

/**
 * tern_fetch_job_set_priority_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_job_set_priority_async().
 *
 * Returns: whether the helper did it
 */
gboolean
tern_fetch_job_set_priority_finish (TernFetchJob *self, GAsyncResult *result, GError **error)
{
  return call_finish (result, error);
}
