/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and closing a connection, and the tunnel that may be between it and its server. */
#include "connection/tern-connection-op.h"

#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "connection/tern-connection-host.h"
#include "connection/tern-stolen-stream.h"

static void
keep_tunnel_response (TernConnectionOp *self)
{
  TernConnection *connection = self->connection;
  TernResponse *response = tern_opener_make_tunnel_response (self->opener);

  if (!response)
    return;
  g_clear_object (&connection->tunnel_response);
  connection->tunnel_response = response;
  self->proxy_response = response;
}

TernStep
tern_connection_open_step (TernConnectionOp *self, TernWait *wait, GError **error)
{
  TernConnection *connection = self->connection;
  TernStep step;

  if (tern_connection_get_link (connection))
    return TERN_STEP_DONE;
  if (!self->opener)
    self->opener = tern_opener_new (connection, error);
  if (!self->opener)
    return TERN_STEP_FAILED;
  step = tern_opener_step (self->opener, wait, error);
  self->phase = tern_opener_get_phase (self->opener);
  if (step == TERN_STEP_WAIT)
    return step;
  keep_tunnel_response (self);
  if (step == TERN_STEP_FAILED)
    {
      tern_connection_tell (connection, TERN_LOG_EVENT_CONNECT_FAILED, "%s",
                            tern_connection_get_name (connection));
      return step;
    }
  connection->link = tern_link_new (tern_opener_steal_transport (self->opener));
  connection->is_dialed = !connection->has_stream && !connection->connector;
  connection->is_used = FALSE;
  connection->is_stealable = connection->tunnel != NULL;
  connection->is_switched = FALSE;
  connection->timings = *tern_opener_get_timings (self->opener);
  g_clear_pointer (&self->opener, tern_opener_free);
  tern_connection_tell (connection, TERN_LOG_EVENT_CONNECT, "%s",
                        tern_connection_get_name (connection));
  return TERN_STEP_DONE;
}

/**
 * tern_connection_open:
 * @self: a connection
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Connects: looks up the name, connects, opens the tunnel where one is set, and negotiates TLS. It
 * need not be called, see #TernConnection:auto-open; where the connection is open it does nothing.
 * Errors: %TERN_ERROR_INVALID_URL for a host or port that is none, %TERN_ERROR_SERVER_NOT_FOUND,
 * %TERN_ERROR_TLS, %TERN_ERROR_CERTIFICATE, %TERN_ERROR_PROXY_TUNNEL, %TERN_ERROR_PROXY_AUTH, and
 * #G_IO_ERROR for what the system reports. (httplib calls it connect().)
 *
 * Returns: whether the connection is open
 */
gboolean
tern_connection_open (TernConnection *self, GCancellable *cancellable, GError **error)
{
  return tern_connection_op_run (tern_connection_op_new (self, tern_connection_open_step), NULL,
                                 cancellable, error);
}

/**
 * tern_connection_open_async:
 * @self: a connection
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_connection_open(), without blocking.
 */
void
tern_connection_open_async (TernConnection *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  tern_connection_op_run_async (tern_connection_op_new (self, tern_connection_open_step),
                                cancellable, callback, user_data, tern_connection_open_async);
}

/**
 * tern_connection_open_finish:
 * @self: a connection
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_connection_open_async().
 *
 * Returns: whether the connection is open
 */
gboolean
tern_connection_open_finish (TernConnection *self, GAsyncResult *result, GError **error)
{
  return tern_connection_op_finish (result, NULL, error);
}

/**
 * tern_connection_close:
 * @self: a connection
 *
 * Closes the connection and goes back to %TERN_CONNECTION_IDLE, whatever was under way: a call that
 * waits fails, and so does reading a body that was not read to its end. The connection may be
 * opened again, but for one over a stream, which is closed for good.
 */
void
tern_connection_close (TernConnection *self)
{
  tern_connection_drop (self);
}

/**
 * tern_connection_is_open:
 * @self: a connection
 *
 * Tells whether there is an open connection, as far as is known without looking at the network.
 *
 * Returns: whether the connection is open
 */
gboolean
tern_connection_is_open (TernConnection *self)
{
  return tern_connection_get_link (self) != NULL;
}

static gboolean
check_free (TernConnection *self, GError **error)
{
  if (!g_atomic_int_get (&self->is_pending))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PENDING,
               _ ("Another call is under way on the connection"));
  return FALSE;
}

/**
 * tern_connection_set_tunnel:
 * @self: a connection that is not open
 * @host: (nullable): the host to connect to through the one that the connection was made for,
 *   perhaps with its port ("host:port", "[::1]:port"); %NULL for no tunnel any more
 * @port: the port, -1 for the one in @host or the default port of the scheme
 * @headers: (nullable): fields that the proxy is sent with the CONNECT request; they are copied
 *
 * Makes the server of the connection a proxy, which is asked for a tunnel to @host whenever the
 * connection is opened (CONNECT, RFC 9110 §9.3.6), also for plain HTTP. The Host of requests and,
 * on a secure connection, TLS are those of @host. What is wrong with @host is the error of the
 * opening.
 *
 * Fails with %TERN_ERROR_CANNOT_SEND_REQUEST when the connection is open: close it before; and with
 * %G_IO_ERROR_PENDING while it is being opened.
 *
 * Returns: whether the tunnel was set
 */
gboolean
tern_connection_set_tunnel (
    TernConnection *self, const char *host, int port, TernHeaders *headers, GError **error)
{
  if (!check_free (self, error))
    return FALSE;
  if (tern_connection_get_link (self) || self->state != TERN_HTTP1_IDLE)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_CANNOT_SEND_REQUEST,
                   _ ("A tunnel cannot be set on an open connection"));
      return FALSE;
    }
  g_clear_pointer (&self->tunnel, tern_uri_unref);
  g_clear_error (&self->bad_tunnel);
  g_clear_pointer (&self->tunnel_headers, tern_headers_unref);
  g_clear_object (&self->tunnel_response);
  if (!host)
    return TRUE;
  self->tunnel = tern_connection_host_parse (host, port, self->secure, &self->bad_tunnel);
  self->tunnel_headers = headers ? tern_headers_copy (headers) : NULL;
  return TRUE;
}

/**
 * tern_connection_get_tunnel_response:
 * @self: a connection
 *
 * Gets what the proxy answered when the tunnel was last asked for; the body of a refusal is there
 * to be read.
 *
 * Returns: (nullable) (transfer none): the proxy's answer to CONNECT; %NULL where there was none
 */
TernResponse *
tern_connection_get_tunnel_response (TernConnection *self)
{
  return self->tunnel_response;
}

/**
 * tern_connection_get_proxy_response_headers:
 * @self: a connection
 *
 * Gets the fields of what the proxy answered when the tunnel was last asked for.
 *
 * Returns: (nullable) (transfer none): the fields; %NULL where no proxy answered
 */
TernHeaders *
tern_connection_get_proxy_response_headers (TernConnection *self)
{
  return self->tunnel_response ? tern_response_get_headers (self->tunnel_response) : NULL;
}

static gboolean
check_steal (TernConnection *self, GError **error)
{
  if (!check_free (self, error))
    return FALSE;
  if (!tern_connection_get_link (self))
    g_set_error (error, TERN_ERROR, TERN_ERROR_NOT_CONNECTED,
                 _ ("There is no stream to take: the connection is not open"));
  else if (!self->is_stealable || self->state != TERN_HTTP1_IDLE
           || tern_link_is_reading (self->link))
    g_set_error (error, TERN_ERROR, TERN_ERROR_RESPONSE_NOT_READY,
                 _ ("There is no stream to take: what comes over the connection is HTTP"));
  else
    return TRUE;
  return FALSE;
}

/**
 * tern_connection_steal_stream:
 * @self: a connection
 * @error: return location for a #GError
 *
 * Takes the stream out of the connection, to speak another protocol over it: after a response to
 * CONNECT with a 2xx status, after a 101 that was asked for with an Upgrade field (RFC 9110 §7.8),
 * or in the tunnel of tern_connection_set_tunnel(). It begins with the first byte behind the last
 * response, is encrypted where the connection is, and its halves are #GPollableInputStream and
 * #GPollableOutputStream. The connection is closed then, and opens anew for the next request.
 *
 * Errors: %TERN_ERROR_NOT_CONNECTED; %TERN_ERROR_RESPONSE_NOT_READY while what comes over it is
 * HTTP.
 *
 * Returns: (transfer full): the stream; %NULL on error
 */
GIOStream *
tern_connection_steal_stream (TernConnection *self, GError **error)
{
  GIOStream *stream;

  if (!check_steal (self, error))
    return NULL;
  stream = tern_stolen_stream_new (tern_link_steal_transport (self->link));
  tern_connection_drop (self);
  return stream;
}
