/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The getters and setters of TernClient: times, counts and sizes. Each is one line of the table of
 * properties. */
#include "client/tern-client-properties.h"

/**
 * tern_client_get_timeout:
 * @self: a client
 *
 * Gets #TernClient:timeout.
 *
 * Returns: see #TernClient:timeout
 */
double
tern_client_get_timeout (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  tern_client_read_property (self, TERN_CLIENT_PROP_TIMEOUT, &value);
  return g_value_get_double (&value);
}

/**
 * tern_client_set_timeout:
 * @self: a client
 * @timeout: see #TernClient:timeout
 *
 * Sets #TernClient:timeout.
 */
void
tern_client_set_timeout (TernClient *self, double timeout)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, timeout);
  tern_client_write_property (self, TERN_CLIENT_PROP_TIMEOUT, &value);
}

/**
 * tern_client_get_connect_timeout:
 * @self: a client
 *
 * Gets #TernClient:connect-timeout.
 *
 * Returns: see #TernClient:connect-timeout
 */
double
tern_client_get_connect_timeout (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  tern_client_read_property (self, TERN_CLIENT_PROP_CONNECT_TIMEOUT, &value);
  return g_value_get_double (&value);
}

/**
 * tern_client_set_connect_timeout:
 * @self: a client
 * @connect_timeout: see #TernClient:connect-timeout
 *
 * Sets #TernClient:connect-timeout.
 */
void
tern_client_set_connect_timeout (TernClient *self, double connect_timeout)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, connect_timeout);
  tern_client_write_property (self, TERN_CLIENT_PROP_CONNECT_TIMEOUT, &value);
}

/**
 * tern_client_get_total_timeout:
 * @self: a client
 *
 * Gets #TernClient:total-timeout.
 *
 * Returns: see #TernClient:total-timeout
 */
double
tern_client_get_total_timeout (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  tern_client_read_property (self, TERN_CLIENT_PROP_TOTAL_TIMEOUT, &value);
  return g_value_get_double (&value);
}

/**
 * tern_client_set_total_timeout:
 * @self: a client
 * @total_timeout: see #TernClient:total-timeout
 *
 * Sets #TernClient:total-timeout.
 */
void
tern_client_set_total_timeout (TernClient *self, double total_timeout)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, total_timeout);
  tern_client_write_property (self, TERN_CLIENT_PROP_TOTAL_TIMEOUT, &value);
}

/**
 * tern_client_get_retries:
 * @self: a client
 *
 * Gets #TernClient:retries.
 *
 * Returns: see #TernClient:retries
 */
guint
tern_client_get_retries (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  tern_client_read_property (self, TERN_CLIENT_PROP_RETRIES, &value);
  return g_value_get_uint (&value);
}

/**
 * tern_client_set_retries:
 * @self: a client
 * @retries: see #TernClient:retries
 *
 * Sets #TernClient:retries.
 */
void
tern_client_set_retries (TernClient *self, guint retries)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, retries);
  tern_client_write_property (self, TERN_CLIENT_PROP_RETRIES, &value);
}

/**
 * tern_client_get_max_redirects:
 * @self: a client
 *
 * Gets #TernClient:max-redirects.
 *
 * Returns: see #TernClient:max-redirects
 */
guint
tern_client_get_max_redirects (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  tern_client_read_property (self, TERN_CLIENT_PROP_MAX_REDIRECTS, &value);
  return g_value_get_uint (&value);
}

/**
 * tern_client_set_max_redirects:
 * @self: a client
 * @max_redirects: see #TernClient:max-redirects
 *
 * Sets #TernClient:max-redirects.
 */
void
tern_client_set_max_redirects (TernClient *self, guint max_redirects)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, max_redirects);
  tern_client_write_property (self, TERN_CLIENT_PROP_MAX_REDIRECTS, &value);
}

/**
 * tern_client_get_max_connections:
 * @self: a client
 *
 * Gets #TernClient:max-connections.
 *
 * Returns: see #TernClient:max-connections
 */
guint
tern_client_get_max_connections (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  tern_client_read_property (self, TERN_CLIENT_PROP_MAX_CONNECTIONS, &value);
  return g_value_get_uint (&value);
}

/**
 * tern_client_set_max_connections:
 * @self: a client
 * @max_connections: see #TernClient:max-connections
 *
 * Sets #TernClient:max-connections.
 */
void
tern_client_set_max_connections (TernClient *self, guint max_connections)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, max_connections);
  tern_client_write_property (self, TERN_CLIENT_PROP_MAX_CONNECTIONS, &value);
}

/**
 * tern_client_get_max_connections_per_host:
 * @self: a client
 *
 * Gets #TernClient:max-connections-per-host.
 *
 * Returns: see #TernClient:max-connections-per-host
 */
guint
tern_client_get_max_connections_per_host (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  tern_client_read_property (self, TERN_CLIENT_PROP_MAX_CONNECTIONS_PER_HOST, &value);
  return g_value_get_uint (&value);
}

/**
 * tern_client_set_max_connections_per_host:
 * @self: a client
 * @max_connections_per_host: see #TernClient:max-connections-per-host
 *
 * Sets #TernClient:max-connections-per-host.
 */
void
tern_client_set_max_connections_per_host (TernClient *self, guint max_connections_per_host)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, max_connections_per_host);
  tern_client_write_property (self, TERN_CLIENT_PROP_MAX_CONNECTIONS_PER_HOST, &value);
}

/**
 * tern_client_get_idle_connection_timeout:
 * @self: a client
 *
 * Gets #TernClient:idle-connection-timeout.
 *
 * Returns: see #TernClient:idle-connection-timeout
 */
double
tern_client_get_idle_connection_timeout (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  tern_client_read_property (self, TERN_CLIENT_PROP_IDLE_CONNECTION_TIMEOUT, &value);
  return g_value_get_double (&value);
}

/**
 * tern_client_set_idle_connection_timeout:
 * @self: a client
 * @idle_connection_timeout: see #TernClient:idle-connection-timeout
 *
 * Sets #TernClient:idle-connection-timeout.
 */
void
tern_client_set_idle_connection_timeout (TernClient *self, double idle_connection_timeout)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, idle_connection_timeout);
  tern_client_write_property (self, TERN_CLIENT_PROP_IDLE_CONNECTION_TIMEOUT, &value);
}

/**
 * tern_client_get_decode_limit:
 * @self: a client
 *
 * Gets #TernClient:decode-limit.
 *
 * Returns: see #TernClient:decode-limit
 */
guint64
tern_client_get_decode_limit (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT64);
  tern_client_read_property (self, TERN_CLIENT_PROP_DECODE_LIMIT, &value);
  return g_value_get_uint64 (&value);
}

/**
 * tern_client_set_decode_limit:
 * @self: a client
 * @decode_limit: see #TernClient:decode-limit
 *
 * Sets #TernClient:decode-limit.
 */
void
tern_client_set_decode_limit (TernClient *self, guint64 decode_limit)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT64);
  g_value_set_uint64 (&value, decode_limit);
  tern_client_write_property (self, TERN_CLIENT_PROP_DECODE_LIMIT, &value);
}

/**
 * tern_client_get_decode_ratio_limit:
 * @self: a client
 *
 * Gets #TernClient:decode-ratio-limit.
 *
 * Returns: see #TernClient:decode-ratio-limit
 */
guint
tern_client_get_decode_ratio_limit (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  tern_client_read_property (self, TERN_CLIENT_PROP_DECODE_RATIO_LIMIT, &value);
  return g_value_get_uint (&value);
}

/**
 * tern_client_set_decode_ratio_limit:
 * @self: a client
 * @decode_ratio_limit: see #TernClient:decode-ratio-limit
 *
 * Sets #TernClient:decode-ratio-limit.
 */
void
tern_client_set_decode_ratio_limit (TernClient *self, guint decode_ratio_limit)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, decode_ratio_limit);
  tern_client_write_property (self, TERN_CLIENT_PROP_DECODE_RATIO_LIMIT, &value);
}

/**
 * tern_client_get_max_header_count:
 * @self: a client
 *
 * Gets #TernClient:max-header-count.
 *
 * Returns: see #TernClient:max-header-count
 */
guint
tern_client_get_max_header_count (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  tern_client_read_property (self, TERN_CLIENT_PROP_MAX_HEADER_COUNT, &value);
  return g_value_get_uint (&value);
}

/**
 * tern_client_set_max_header_count:
 * @self: a client
 * @max_header_count: see #TernClient:max-header-count
 *
 * Sets #TernClient:max-header-count.
 */
void
tern_client_set_max_header_count (TernClient *self, guint max_header_count)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, max_header_count);
  tern_client_write_property (self, TERN_CLIENT_PROP_MAX_HEADER_COUNT, &value);
}

/**
 * tern_client_get_max_header_size:
 * @self: a client
 *
 * Gets #TernClient:max-header-size.
 *
 * Returns: see #TernClient:max-header-size
 */
gsize
tern_client_get_max_header_size (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT64);
  tern_client_read_property (self, TERN_CLIENT_PROP_MAX_HEADER_SIZE, &value);
  return g_value_get_uint64 (&value);
}

/**
 * tern_client_set_max_header_size:
 * @self: a client
 * @max_header_size: see #TernClient:max-header-size
 *
 * Sets #TernClient:max-header-size.
 */
void
tern_client_set_max_header_size (TernClient *self, gsize max_header_size)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT64);
  g_value_set_uint64 (&value, max_header_size);
  tern_client_write_property (self, TERN_CLIENT_PROP_MAX_HEADER_SIZE, &value);
}
