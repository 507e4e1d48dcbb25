/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking about a job, and waiting for its end: the helper tells what changes, and the bus tells
 * when the helper has gone. The sync form has a main context of its own and iterates no other. */
#include <tern/tern-fetch-job.h>

#include "base/tern-i18n.h"
#include "fetch/tern-fetch-call.h"
#include "fetch/tern-fetch-job-private.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"

static GVariant *
all_of (void)
{
  return g_variant_new ("(s)", TERN_FETCH_JOB_INTERFACE);
}

static void
take_all (TernFetchJob *self, GVariant *reply)
{
  g_autoptr (GVariant) properties = g_variant_get_child_value (reply, 0);

  tern_fetch_job_take_properties (self, properties);
}

/**
 * tern_fetch_job_refresh:
 * @self: a job
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Asks the helper how far the job is.
 *
 * Errors: those of #TernFetchError; %G_IO_ERROR_CANCELLED.
 *
 * Returns: whether the helper said so
 */
gboolean
tern_fetch_job_refresh (TernFetchJob *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (TernFetchReply) reply
      = tern_fetch_call (tern_fetch_job_get_connection (self), tern_fetch_job_get_path (self),
                         PROPERTIES, "GetAll", all_of (), "(a{sv})", NULL, cancellable, error);

  if (reply)
    take_all (self, reply->reply);
  return reply != NULL;
}

/**
 * tern_fetch_job_refresh_async:
 * @self: a job
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_job_refresh(), without blocking.
 */
void
tern_fetch_job_refresh_async (TernFetchJob *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  tern_fetch_call_async (tern_fetch_job_get_connection (self), tern_fetch_job_get_path (self),
                         PROPERTIES, "GetAll", all_of (), "(a{sv})", NULL,
                         g_task_new (self, cancellable, callback, user_data));
}

/**
 * tern_fetch_job_refresh_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_job_refresh_async().
 *
 * Returns: whether the helper said so
 */
gboolean
tern_fetch_job_refresh_finish (TernFetchJob *self, GAsyncResult *result, GError **error)
{
  g_autoptr (TernFetchReply) reply = g_task_propagate_pointer (G_TASK (result), error);

  if (reply)
    take_all (self, reply->reply);
  return reply != NULL;
}

/* ---- waiting ---- */

/* Belongs to its task, which refers to itself until there is a result. */
typedef struct
{
  GTask *task; /* NULL once there is one */
  guint changed;
  guint owner;
  GSource *cancelled; /* NULL for none */
  gboolean refreshing;
} Waiting;

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  if (waiting->cancelled)
    g_source_unref (waiting->cancelled);
  g_free (waiting);
}

static TernFetchJob *
job_of (Waiting *waiting)
{
  return g_task_get_source_object (waiting->task);
}

static void
waiting_end (Waiting *waiting, GError *error)
{
  GDBusConnection *connection = tern_fetch_job_get_connection (job_of (waiting));
  g_autoptr (GTask) task = g_steal_pointer (&waiting->task);

  g_dbus_connection_signal_unsubscribe (connection, waiting->changed);
  g_dbus_connection_signal_unsubscribe (connection, waiting->owner);
  if (waiting->cancelled)
    g_source_destroy (waiting->cancelled);
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
waiting_check (Waiting *waiting)
{
  GError *error = NULL;

  if (tern_fetch_job_has_ended (job_of (waiting), &error))
    waiting_end (waiting, error);
}

static void
on_changed (GDBusConnection *connection,
            const char *sender,
            const char *path,
            const char *interface,
            const char *signal,
            GVariant *arguments,
            gpointer data)
{
  Waiting *waiting = data;
  g_autoptr (GVariant) properties = NULL;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  properties = g_variant_get_child_value (arguments, 1);
  tern_fetch_job_take_properties (job_of (waiting), properties);
  /* What is not known yet is not the end. */
  if (!waiting->refreshing)
    waiting_check (waiting);
}

static void
on_owner (GDBusConnection *connection,
          const char *sender,
          const char *path,
          const char *interface,
          const char *signal,
          GVariant *arguments,
          gpointer data)
{
  waiting_end (data, g_error_new_literal (TERN_FETCH_ERROR, TERN_FETCH_ERROR_UNREACHABLE,
                                          _ ("The fetch helper has ended")));
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  waiting_end (data, error);
  return G_SOURCE_REMOVE;
}

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Waiting *waiting = g_task_get_task_data (task);
  GError *error = NULL;
  const gboolean refreshed
      = tern_fetch_job_refresh_finish (TERN_FETCH_JOB (source), result, &error);

  waiting->refreshing = FALSE;
  if (!waiting->task)
    g_clear_error (&error);
  else if (refreshed)
    waiting_check (waiting);
  else
    waiting_end (waiting, error);
}

/**
 * tern_fetch_job_wait_async:
 * @self: a job
 * @cancellable: (nullable): a #GCancellable; it ends the waiting, not the job
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_fetch_job_wait(), without blocking.
 */
void
tern_fetch_job_wait_async (TernFetchJob *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GDBusConnection *connection = tern_fetch_job_get_connection (self);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->task = task;
  waiting->refreshing = TRUE;
  g_task_set_source_tag (task, tern_fetch_job_wait_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, waiting, waiting_free);
  waiting->changed = g_dbus_connection_signal_subscribe (
      connection, TERN_FETCH_NAME, PROPERTIES, "PropertiesChanged", tern_fetch_job_get_path (self),
      TERN_FETCH_JOB_INTERFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_changed, waiting, NULL);
  waiting->owner = g_dbus_connection_signal_subscribe (
      connection, "org.freedesktop.DBus", "org.freedesktop.DBus", "NameOwnerChanged",
      "/org/freedesktop/DBus", TERN_FETCH_NAME, G_DBUS_SIGNAL_FLAGS_NONE, on_owner, waiting, NULL);
  tern_fetch_job_refresh_async (self, cancellable, on_refreshed, g_object_ref (task));
  if (!cancellable)
    return;
  waiting->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (waiting->cancelled, G_SOURCE_FUNC (on_cancelled), waiting, NULL);
  g_source_attach (waiting->cancelled, g_task_get_context (task));
}

/**
 * tern_fetch_job_wait_finish:
 * @self: a job
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_fetch_job_wait_async().
 *
 * Returns: whether everything is written
 */
gboolean
tern_fetch_job_wait_finish (TernFetchJob *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_waited (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask **task = data;

  *task = G_TASK (g_object_ref (result));
}

/**
 * tern_fetch_job_wait:
 * @self: a job
 * @cancellable: (nullable): a #GCancellable; it ends the waiting, not the job
 * @error: return location for a #GError
 *
 * Waits until nothing more happens by itself: the job is done, failed, was cancelled or
 * interrupted. A paused job is waited for.
 *
 * Errors: those of #TernFetchError, also the job's own; %G_IO_ERROR_CANCELLED.
 *
 * Returns: whether everything is written
 */
gboolean
tern_fetch_job_wait (TernFetchJob *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GTask) task = NULL;

  g_main_context_push_thread_default (context);
  tern_fetch_job_wait_async (self, cancellable, on_waited, &task);
  /* An answer that is on its way refers to the context. */
  while (!task || ((Waiting *)g_task_get_task_data (task))->refreshing)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  return g_task_propagate_boolean (task, error);
}
