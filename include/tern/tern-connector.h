/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a program's own streams come from: in place of dialing. */
#pragma once

#include <gio/gio.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

/**
 * TernConnectorFlags:
 * @TERN_CONNECTOR_NONE: called in the thread that asked
 * @TERN_CONNECTOR_ANY_THREAD: may be called from any thread, and is called on the library's worker
 * pool, where it may block
 *
 * How a connector may be called.
 */
typedef enum /*< flags >*/
{
  TERN_CONNECTOR_NONE = 0,
  TERN_CONNECTOR_ANY_THREAD = 1 << 0,
} TernConnectorFlags;

#define TERN_TYPE_CONNECTOR (tern_connector_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (TernConnector, tern_connector, TERN, CONNECTOR, GObject)

/**
 * TernConnectorInterface:
 * @g_iface: the parent
 * @open_stream: opens a stream to the host, or fails with an error
 * @open_stream_async: (nullable): the same without blocking, for async calls
 * @open_stream_finish: (nullable): ends a call of @open_stream_async
 * @get_flags: (nullable): how the connector may be called; absent it is NONE
 *
 * @open_stream is all that an author must write.
 */
struct _TernConnectorInterface
{
  GTypeInterface g_iface;

  GIOStream *(*open_stream) (TernConnector *self, const char *scheme, const char *host,
                             guint16 port, GCancellable *cancellable, GError **error);
  void (*open_stream_async) (TernConnector *self, const char *scheme, const char *host,
                             guint16 port, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
  GIOStream *(*open_stream_finish) (TernConnector *self, GAsyncResult *result, GError **error);
  TernConnectorFlags (*get_flags) (TernConnector *self);
};

TERN_AVAILABLE_IN_ALL
GIOStream *tern_connector_open_stream (TernConnector *self, const char *scheme, const char *host,
                                       guint16 port, GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_connector_open_stream_async (TernConnector *self, const char *scheme, const char *host,
                                       guint16 port, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
GIOStream *tern_connector_open_stream_finish (TernConnector *self, GAsyncResult *result,
                                              GError **error);
TERN_AVAILABLE_IN_ALL
TernConnectorFlags tern_connector_get_flags (TernConnector *self);

G_END_DECLS
