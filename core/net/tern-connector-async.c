/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calling a connector by hand without blocking. How it is called is the opener's; nothing is
 * decided here. */
#include "io/tern-drive.h"
#include "net/tern-stream-opener.h"

static void
opener_free (gpointer opener)
{
  tern_stream_opener_free (opener);
}

static void
on_opened (gpointer opener, GError *error, gpointer data)
{
  g_autoptr (GTask) task = data;

  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, tern_stream_opener_steal_stream (opener), g_object_unref);
}

/**
 * tern_connector_open_stream_async:
 * @self: a connector
 * @scheme: "http", "https", or "socks" where the host is a SOCKS proxy
 * @host: the host, a name or an address without brackets
 * @port: the port
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_connector_open_stream(), through the connector's async form if it has one; if not, on the
 * worker pool where it may be called from any thread, else in place.
 */
void
tern_connector_open_stream_async (TernConnector *self,
                                  const char *scheme,
                                  const char *host,
                                  guint16 port,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  TernStreamOpener *opener;
  GTask *task;

  g_return_if_fail (TERN_IS_CONNECTOR (self));
  g_return_if_fail (scheme != NULL);
  g_return_if_fail (host != NULL);

  opener = tern_stream_opener_new (self, scheme, host, port);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, tern_connector_open_stream_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, opener, opener_free);
  tern_drive_async (tern_stream_opener_step, opener, cancellable, on_opened, task);
}

/**
 * tern_connector_open_stream_finish:
 * @self: a connector
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_connector_open_stream_async().
 *
 * Returns: (transfer full): the stream; %NULL on error
 */
GIOStream *
tern_connector_open_stream_finish (TernConnector *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
