/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernConnection: the object, its life and its state. What goes over the wire is put together and
 * sent elsewhere; here is what all of that stands on. */
#include "connection/tern-connection-private.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "connection/tern-connection-host.h"

/**
 * TernConnection:
 *
 * One connection to an HTTP server in the program's own hands, as httplib's HTTPConnection and
 * HTTPSConnection: no pool, no cache, no redirect, no authentication, no content coding. Most
 * programs want a #TernClient.
 *
 * A request is sent with tern_connection_request(), or step by step with
 * tern_connection_put_request(), tern_connection_put_header(), tern_connection_end_headers() and
 * tern_connection_send(); tern_connection_get_response() then fetches the response, whose body is
 * read through it. One request may be sent while the response before is unread, but that one has to
 * be read to its end before the next can be fetched.
 *
 * Whatever waits has an async form. A connection belongs to one thread at a time, and so do its
 * responses with it; a call while another is under way fails with %G_IO_ERROR_PENDING. After an
 * error tern_connection_get_failure() knows more, and tern_connection_close() makes the connection
 * usable again.
 */
G_DEFINE_FINAL_TYPE (TernConnection, tern_connection, G_TYPE_OBJECT)

void
tern_connection_request_clear (TernConnectionRequest *self)
{
  g_clear_pointer (&self->method, g_free);
  g_clear_pointer (&self->uri, tern_uri_unref);
  g_clear_pointer (&self->head, g_byte_array_unref);
  g_clear_error (&self->refusal);
  *self = (TernConnectionRequest){ .length = -1 };
}

/* --- state ----------------------------------------------------------------------------------- */

TernLink *
tern_connection_get_link (TernConnection *self)
{
  if (self->link && !tern_link_is_open (self->link))
    g_clear_pointer (&self->link, tern_link_unref);
  return self->link;
}

TernHttp1Situation
tern_connection_look (TernConnection *self)
{
  TernLink *link = tern_connection_get_link (self);

  if (self->unread && !(link && tern_link_is_reading (link)))
    g_clear_object (&self->unread);
  if (!link)
    return self->auto_open ? TERN_HTTP1_READY : TERN_HTTP1_CLOSED;
  return tern_link_is_reading (link) ? TERN_HTTP1_UNREAD : TERN_HTTP1_READY;
}

gboolean
tern_connection_call (TernConnection *self, TernHttp1Call call, GError **error)
{
  if (!g_atomic_int_get (&self->is_pending))
    return tern_http1_connection_call (&self->state, tern_connection_look (self), call, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PENDING,
               _ ("Another call is under way on the connection"));
  return FALSE;
}

void
tern_connection_drop (TernConnection *self)
{
  g_autoptr (TernWake) wake = g_steal_pointer (&self->wake);

  self->generation++;
  if (self->link)
    tern_link_close (self->link);
  g_clear_pointer (&self->link, tern_link_unref);
  g_clear_object (&self->unread);
  tern_head_reader_clear (&self->reader);
  tern_connection_request_clear (&self->request);
  tern_http1_connection_call (&self->state, TERN_HTTP1_READY, TERN_HTTP1_CLOSE, NULL);
  if (wake)
    tern_wake_fire (wake);
}

gint64
tern_connection_get_idle_timeout (TernConnection *self)
{
  if (!(self->timeout > 0) || self->timeout > 1e9)
    return 0;
  return MAX (1, (gint64)(self->timeout * G_TIME_SPAN_SECOND));
}

/* The head as a whole is bounded by its lines. */
TernHttp1Limits
tern_connection_get_limits (TernConnection *self)
{
  const gsize max_line = self->max_line_length;
  const gsize lines = (gsize)self->max_header_count + 2;

  return (TernHttp1Limits){ .max_line = max_line,
                            .max_size
                            = MIN (max_line + 2, TERN_CONNECTION_MAX_HEAD / lines) * lines,
                            .max_count = self->max_header_count,
                            .any_status = TRUE,
                            .skip_unnamed = TRUE };
}

const char *
tern_connection_get_name (TernConnection *self)
{
  if (self->tunnel)
    return self->tunnel->authority;
  return self->uri ? self->uri->authority : self->host;
}

/**
 * tern_connection_get_state:
 * @self: a connection
 *
 * Gets how far the connection is with its request.
 *
 * Returns: how far the connection is with its request
 */
TernConnectionState
tern_connection_get_state (TernConnection *self)
{
  static const TernConnectionState states[TERN_HTTP1_N_STATES] = {
    [TERN_HTTP1_IDLE] = TERN_CONNECTION_IDLE,
    [TERN_HTTP1_STARTED] = TERN_CONNECTION_REQUEST_STARTED,
    [TERN_HTTP1_SENT] = TERN_CONNECTION_REQUEST_SENT,
  };

  return states[self->state];
}

/**
 * tern_connection_get_failure:
 * @self: a connection
 *
 * Gets what is known of the failure of the last call, or of reading the body of a response
 * thereafter: of a body that ended early what was expected, how much was received, and what the
 * read that failed had got. %NULL when nothing failed.
 *
 * Returns: (nullable) (transfer full): what is known of the last failure
 */
TernFailure *
tern_connection_get_failure (TernConnection *self)
{
  return tern_request_get_failure (self->asked);
}

/* --- life ------------------------------------------------------------------------------------ */

static void
tern_connection_constructed (GObject *object)
{
  TernConnection *self = TERN_CONNECTION (object);

  self->has_stream = self->stream != NULL;
  if (self->has_stream && !self->host)
    self->host = g_strdup ("localhost");
  self->uri = tern_connection_host_parse (self->host, self->port, self->secure, &self->bad_host);
  G_OBJECT_CLASS (tern_connection_parent_class)->constructed (object);
}

static void
tern_connection_finalize (GObject *object)
{
  TernConnection *self = TERN_CONNECTION (object);

  /* A response that the program still has may be read on: its end holds the link. */
  g_clear_object (&self->unread);
  g_clear_pointer (&self->link, tern_link_unref);
  tern_head_reader_clear (&self->reader);
  tern_connection_request_clear (&self->request);
  g_clear_pointer (&self->wake, tern_wake_unref);
  g_clear_pointer (&self->uri, tern_uri_unref);
  g_clear_error (&self->bad_host);
  g_clear_pointer (&self->tunnel, tern_uri_unref);
  g_clear_error (&self->bad_tunnel);
  g_clear_pointer (&self->tunnel_headers, tern_headers_unref);
  g_clear_object (&self->tunnel_response);
  g_clear_object (&self->source_address);
  g_clear_object (&self->connector);
  g_clear_object (&self->stream);
  g_clear_object (&self->asked);
  g_clear_pointer (&self->identity, tern_tls_identity_unref);
  g_clear_pointer (&self->tls, tern_tls_settings_unref);
  g_free (self->ca_file);
  g_free (self->host);
  G_OBJECT_CLASS (tern_connection_parent_class)->finalize (object);
}

static void
tern_connection_class_init (TernConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = tern_connection_constructed;
  object_class->finalize = tern_connection_finalize;
  tern_connection_install_properties (object_class);
}

static void
tern_connection_init (TernConnection *self)
{
  self->request.length = -1;
  self->asked = tern_request_new ("GET", NULL);
}

/**
 * tern_connection_new:
 * @host: the server, perhaps with its port: "host", "host:port", "[::1]:port"
 * @port: the port; -1 for the one in @host, or else 80, or 443 with TLS
 * @secure: whether with TLS
 *
 * Makes a connection, which opens itself when it is needed. Never fails: what is wrong with @host
 * or
 * @port is the error (%TERN_ERROR_INVALID_URL) of the first call that needs them.
 *
 * Returns: (transfer full): a connection
 */
TernConnection *
tern_connection_new (const char *host, int port, gboolean secure)
{
  return g_object_new (TERN_TYPE_CONNECTION, "host", host, "port", port, "secure", secure, NULL);
}

/**
 * tern_connection_new_for_stream:
 * @stream: a stream to a server
 *
 * Makes a connection over a stream of the program's, pollable or not. Not a byte behind the message
 * that is read is taken from it. Requests name "localhost" as their Host unless they say otherwise,
 * see #TernConnection:host. The stream is closed with the connection, which cannot be opened again
 * then.
 *
 * Returns: (transfer full): a connection
 */
TernConnection *
tern_connection_new_for_stream (GIOStream *stream)
{
  return g_object_new (TERN_TYPE_CONNECTION, "stream", stream, NULL);
}
