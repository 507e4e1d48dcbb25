/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface of connectors and the safe way to call one: whatever a program's object does wrong
 * becomes an error. It knows nothing of what is spoken over the streams. */
#include "net/tern-connector-private.h"

#include <tern/tern-error.h>

#include "base/tern-i18n.h"

/**
 * TernConnector:
 *
 * Opens the streams over which requests go, in place of looking up the host and connecting to it: a
 * Unix socket, a tunnel, a mock for a test. TLS is put on top of it where the scheme asks for that.
 *
 * A program implements it and sets it as #TernClient:connector. It is called in the thread that
 * asked; there an async call prefers the async form, and whatever blocks has to watch its
 * cancellable, else no deadline can end it. With %TERN_CONNECTOR_ANY_THREAD it is called on the
 * library's worker pool. Streams that have no descriptor to poll are read and written on the worker
 * pool, too.
 */
G_DEFINE_INTERFACE (TernConnector, tern_connector, G_TYPE_OBJECT)

static void
tern_connector_default_init (TernConnectorInterface *iface)
{
}

GIOStream *
tern_connector_judge (
    TernConnector *self, const char *host, GIOStream *stream, GError *cause, GError **error)
{
  g_autoptr (GIOStream) taken = stream;
  g_autoptr (GError) reason = cause;

  if (!reason && taken && !g_io_stream_is_closed (taken))
    return g_steal_pointer (&taken);
  if (!reason)
    reason = g_error_new_literal (TERN_ERROR, TERN_ERROR_NOT_CONNECTED,
                                  taken ? _ ("the stream that it gave is closed")
                                        : _ ("it gave neither a stream nor a reason"));
  /* The code stays what it was: the program knows its own. */
  g_set_error (error, reason->domain, reason->code, _ ("Could not connect to %s through %s: %s"),
               host, G_OBJECT_TYPE_NAME (self), reason->message);
  return NULL;
}

/**
 * tern_connector_open_stream:
 * @self: a connector
 * @scheme: "http", "https", or "socks" where the host is a SOCKS proxy
 * @host: the host, a name or an address without brackets
 * @port: the port
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Opens a stream to the host. Blocks. Errors are those of the connector, with its name before the
 * message, %TERN_ERROR_NOT_CONNECTED where it gave no stream that is open, or
 * %G_IO_ERROR_NOT_SUPPORTED where it has the async form alone.
 *
 * Returns: (transfer full): the stream; %NULL on error
 */
GIOStream *
tern_connector_open_stream (TernConnector *self,
                            const char *scheme,
                            const char *host,
                            guint16 port,
                            GCancellable *cancellable,
                            GError **error)
{
  TernConnectorInterface *iface;
  GIOStream *stream = NULL;
  GError *cause = NULL;

  g_return_val_if_fail (TERN_IS_CONNECTOR (self), NULL);
  g_return_val_if_fail (scheme != NULL, NULL);
  g_return_val_if_fail (host != NULL, NULL);

  iface = TERN_CONNECTOR_GET_IFACE (self);
  if (iface->open_stream != NULL)
    stream = iface->open_stream (self, scheme, host, port, cancellable, &cause);
  else
    cause = g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                         _ ("%s cannot be asked by a call that blocks"), G_OBJECT_TYPE_NAME (self));
  return tern_connector_judge (self, host, stream, cause, error);
}

/**
 * tern_connector_get_flags:
 * @self: a connector
 *
 * Gets how the connector may be called.
 *
 * Returns: how the connector may be called
 */
TernConnectorFlags
tern_connector_get_flags (TernConnector *self)
{
  TernConnectorInterface *iface;

  g_return_val_if_fail (TERN_IS_CONNECTOR (self), TERN_CONNECTOR_NONE);

  iface = TERN_CONNECTOR_GET_IFACE (self);
  return iface->get_flags != NULL ? iface->get_flags (self) : TERN_CONNECTOR_NONE;
}
