/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Claiming a connection for one call, driving the call, and what it leaves behind. It knows nothing
 * of what a call does. */
#include "connection/tern-connection-op.h"

#include <tern/tern-error.h>

#include "base/tern-debug-text.h"
#include "base/tern-error-line.h"
#include "base/tern-i18n.h"
#include "io/tern-drive.h"
#include "message/tern-failure-private.h"

TernConnectionOp *
tern_connection_op_new (TernConnection *connection,
                        TernStep (*step) (TernConnectionOp *self, TernWait *wait, GError **error))
{
  TernConnectionOp *self = g_new0 (TernConnectionOp, 1);

  self->connection = g_object_ref (connection);
  self->step = step;
  self->length = TERN_SEND_RAW;
  self->generation = connection->generation;
  self->is_busy = !g_atomic_int_compare_and_exchange (&connection->is_pending, 0, 1);
  if (self->is_busy)
    {
      g_set_error (&self->refusal, G_IO_ERROR, G_IO_ERROR_PENDING,
                   _ ("Another call is under way on the connection"));
      return self;
    }
  tern_deadline_init (&self->deadline, tern_connection_get_idle_timeout (connection), TERN_NEVER);
  tern_request_take_failure (connection->asked, NULL);
  return self;
}

/* FALSE: the program has closed the connection since. */
static gboolean
is_current (TernConnectionOp *self)
{
  return self->generation == self->connection->generation;
}

static void
op_free (TernConnectionOp *self)
{
  if (!self->is_busy)
    {
      /* What was not written whole taints the connection, whoever stopped it. */
      if (self->is_sender && !self->is_sent && is_current (self))
        {
          self->connection->request.is_cut = TRUE;
          self->connection->request.is_unsent |= self->is_request && !self->is_sending;
        }
      g_clear_pointer (&self->connection->wake, tern_wake_unref);
      g_atomic_int_set (&self->connection->is_pending, 0);
    }
  g_clear_pointer (&self->opener, tern_opener_free);
  tern_send_clear (&self->send);
  g_clear_pointer (&self->end, tern_transport_free);
  g_clear_pointer (&self->head, g_byte_array_unref);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->upload, tern_reader_free);
  g_clear_object (&self->response);
  g_clear_error (&self->refusal);
  g_object_unref (self->connection);
  g_free (self);
}

/* What the program may ask of a call that failed. */
static void
note_failure (TernConnectionOp *self, const GError *error)
{
  g_autofree char *message = NULL;
  TernFailure *failure;

  if (self->is_busy)
    return;
  failure = tern_failure_new (self->phase);
  failure->line = g_strdup (tern_error_get_line (error));
  if (self->proxy_response)
    failure->response = g_object_ref (self->proxy_response);
  tern_request_take_failure (self->connection->asked, failure);
  message = tern_debug_message (error);
  tern_connection_tell (self->connection, TERN_LOG_EVENT_ERROR, "%s", message);
}

static TernStep
op_step (gpointer data, TernWait *wait, GError **error)
{
  TernConnectionOp *self = data;
  TernConnection *connection = self->connection;
  TernStep step;

  g_clear_pointer (&connection->wake, tern_wake_unref);
  if (!is_current (self))
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_NOT_CONNECTED, _ ("The connection was closed"));
      return TERN_STEP_FAILED;
    }
  step = self->step (self, wait, error);
  if (step == TERN_STEP_WAIT && wait->in_loop)
    connection->wake = tern_wake_ref (tern_wait_get_wake (wait));
  return step;
}

/* Takes @error and the operation. */
static gboolean
end (TernConnectionOp *self, GError *failed, TernResponse **response, GError **error)
{
  if (failed)
    {
      note_failure (self, failed);
      g_propagate_error (error, failed);
    }
  else if (response)
    *response = g_steal_pointer (&self->response);
  op_free (self);
  return failed == NULL;
}

gboolean
tern_connection_op_run (TernConnectionOp *self,
                        TernResponse **response,
                        GCancellable *cancellable,
                        GError **error)
{
  GError *failed = g_steal_pointer (&self->refusal);

  if (!failed)
    tern_drive_sync (op_step, self, cancellable, &failed);
  return end (self, failed, response, error);
}

static void
on_done (gpointer data, GError *failed, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TernResponse *response = NULL;
  GError *error = NULL;

  /* The connection is free for the next call when this one's callback runs. */
  if (!end (data, failed, &response, &error))
    g_task_return_error (task, error);
  else if (response)
    g_task_return_pointer (task, response, g_object_unref);
  else
    g_task_return_boolean (task, TRUE);
}

void
tern_connection_op_run_async (TernConnectionOp *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data,
                              gpointer tag)
{
  GTask *task = g_task_new (self->connection, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  /* The driver has the last word on cancellation: what is done is handed out. */
  g_task_set_check_cancellable (task, FALSE);
  if (self->refusal)
    on_done (self, g_steal_pointer (&self->refusal), task);
  else
    tern_drive_async (op_step, self, cancellable, on_done, task);
}

gboolean
tern_connection_op_finish (GAsyncResult *result, TernResponse **response, GError **error)
{
  if (!response)
    return g_task_propagate_boolean (G_TASK (result), error);
  *response = g_task_propagate_pointer (G_TASK (result), error);
  return *response != NULL;
}
