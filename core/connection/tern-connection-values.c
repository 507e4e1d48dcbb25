/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The getters and setters of TernConnection; what may be written is decided by its properties. */
#include "connection/tern-connection-private.h"

/**
 * tern_connection_get_host:
 * @self: a connection
 *
 * Gets #TernConnection:host.
 *
 * Returns: (transfer none): see #TernConnection:host
 */
const char *
tern_connection_get_host (TernConnection *self)
{
  return self->uri ? self->uri->host : self->host;
}

/**
 * tern_connection_get_port:
 * @self: a connection
 *
 * Gets #TernConnection:port.
 *
 * Returns: see #TernConnection:port
 */
int
tern_connection_get_port (TernConnection *self)
{
  return self->uri ? self->uri->port : self->port;
}

/**
 * tern_connection_get_secure:
 * @self: a connection
 *
 * Gets #TernConnection:secure.
 *
 * Returns: see #TernConnection:secure
 */
gboolean
tern_connection_get_secure (TernConnection *self)
{
  return self->secure;
}

/**
 * tern_connection_get_strict:
 * @self: a connection
 *
 * Gets #TernConnection:strict.
 *
 * Returns: see #TernConnection:strict
 */
gboolean
tern_connection_get_strict (TernConnection *self)
{
  return self->strict;
}

/**
 * tern_connection_set_strict:
 * @self: a connection
 * @strict: see #TernConnection:strict
 *
 * Sets #TernConnection:strict.
 */
void
tern_connection_set_strict (TernConnection *self, gboolean strict)
{
  g_object_set (self, "strict", strict, NULL);
}

/**
 * tern_connection_get_http_version:
 * @self: a connection
 *
 * Gets #TernConnection:http-version.
 *
 * Returns: see #TernConnection:http-version
 */
guint
tern_connection_get_http_version (TernConnection *self)
{
  return self->http_version;
}

/**
 * tern_connection_set_http_version:
 * @self: a connection
 * @http_version: see #TernConnection:http-version
 *
 * Sets #TernConnection:http-version.
 */
void
tern_connection_set_http_version (TernConnection *self, guint http_version)
{
  g_object_set (self, "http-version", http_version == 10 ? 10 : 11, NULL);
}

/**
 * tern_connection_get_timeout:
 * @self: a connection
 *
 * Gets #TernConnection:timeout.
 *
 * Returns: see #TernConnection:timeout
 */
double
tern_connection_get_timeout (TernConnection *self)
{
  return self->timeout;
}

/**
 * tern_connection_set_timeout:
 * @self: a connection
 * @timeout: see #TernConnection:timeout
 *
 * Sets #TernConnection:timeout.
 */
void
tern_connection_set_timeout (TernConnection *self, double timeout)
{
  /* What is no time keeps the old value. */
  if (timeout >= 0)
    g_object_set (self, "timeout", timeout, NULL);
}

/**
 * tern_connection_get_max_header_count:
 * @self: a connection
 *
 * Gets #TernConnection:max-header-count.
 *
 * Returns: see #TernConnection:max-header-count
 */
guint
tern_connection_get_max_header_count (TernConnection *self)
{
  return self->max_header_count;
}

/**
 * tern_connection_set_max_header_count:
 * @self: a connection
 * @max_header_count: see #TernConnection:max-header-count
 *
 * Sets #TernConnection:max-header-count.
 */
void
tern_connection_set_max_header_count (TernConnection *self, guint max_header_count)
{
  g_object_set (self, "max-header-count", MIN (max_header_count, TERN_CONNECTION_MAX_LIMIT), NULL);
}

/**
 * tern_connection_get_max_line_length:
 * @self: a connection
 *
 * Gets #TernConnection:max-line-length.
 *
 * Returns: see #TernConnection:max-line-length
 */
guint
tern_connection_get_max_line_length (TernConnection *self)
{
  return self->max_line_length;
}

/**
 * tern_connection_set_max_line_length:
 * @self: a connection
 * @max_line_length: see #TernConnection:max-line-length
 *
 * Sets #TernConnection:max-line-length.
 */
void
tern_connection_set_max_line_length (TernConnection *self, guint max_line_length)
{
  g_object_set (self, "max-line-length", CLAMP (max_line_length, 1, TERN_CONNECTION_MAX_LIMIT),
                NULL);
}

/**
 * tern_connection_get_debug_level:
 * @self: a connection
 *
 * Gets #TernConnection:debug-level.
 *
 * Returns: see #TernConnection:debug-level
 */
guint
tern_connection_get_debug_level (TernConnection *self)
{
  return self->debug_level;
}

/**
 * tern_connection_set_debug_level:
 * @self: a connection
 * @debug_level: see #TernConnection:debug-level
 *
 * Sets #TernConnection:debug-level.
 */
void
tern_connection_set_debug_level (TernConnection *self, guint debug_level)
{
  g_object_set (self, "debug-level", debug_level, NULL);
}

/**
 * tern_connection_get_auto_open:
 * @self: a connection
 *
 * Gets #TernConnection:auto-open.
 *
 * Returns: see #TernConnection:auto-open
 */
gboolean
tern_connection_get_auto_open (TernConnection *self)
{
  return self->auto_open;
}

/**
 * tern_connection_set_auto_open:
 * @self: a connection
 * @auto_open: see #TernConnection:auto-open
 *
 * Sets #TernConnection:auto-open.
 */
void
tern_connection_set_auto_open (TernConnection *self, gboolean auto_open)
{
  g_object_set (self, "auto-open", auto_open, NULL);
}

/**
 * tern_connection_get_ca_file:
 * @self: a connection
 *
 * Gets #TernConnection:ca-file.
 *
 * Returns: (nullable) (transfer none): see #TernConnection:ca-file
 */
const char *
tern_connection_get_ca_file (TernConnection *self)
{
  return self->ca_file;
}

/**
 * tern_connection_set_ca_file:
 * @self: a connection
 * @ca_file: (nullable) (type filename): see #TernConnection:ca-file
 *
 * Sets #TernConnection:ca-file.
 */
void
tern_connection_set_ca_file (TernConnection *self, const char *ca_file)
{
  g_object_set (self, "ca-file", ca_file, NULL);
}

/**
 * tern_connection_get_validate_certificates:
 * @self: a connection
 *
 * Gets #TernConnection:validate-certificates.
 *
 * Returns: see #TernConnection:validate-certificates
 */
gboolean
tern_connection_get_validate_certificates (TernConnection *self)
{
  return self->validate_certificates;
}

/**
 * tern_connection_set_validate_certificates:
 * @self: a connection
 * @validate_certificates: see #TernConnection:validate-certificates
 *
 * Sets #TernConnection:validate-certificates.
 */
void
tern_connection_set_validate_certificates (TernConnection *self, gboolean validate_certificates)
{
  g_object_set (self, "validate-certificates", validate_certificates, NULL);
}

/**
 * tern_connection_get_tls_minimum_version:
 * @self: a connection
 *
 * Gets #TernConnection:tls-minimum-version.
 *
 * Returns: see #TernConnection:tls-minimum-version
 */
TernTlsVersion
tern_connection_get_tls_minimum_version (TernConnection *self)
{
  return self->tls_minimum_version;
}

/**
 * tern_connection_set_tls_minimum_version:
 * @self: a connection
 * @tls_minimum_version: see #TernConnection:tls-minimum-version
 *
 * Sets #TernConnection:tls-minimum-version.
 */
void
tern_connection_set_tls_minimum_version (TernConnection *self, TernTlsVersion tls_minimum_version)
{
  g_object_set (self, "tls-minimum-version", tls_minimum_version, NULL);
}

/**
 * tern_connection_get_tls_maximum_version:
 * @self: a connection
 *
 * Gets #TernConnection:tls-maximum-version.
 *
 * Returns: see #TernConnection:tls-maximum-version
 */
TernTlsVersion
tern_connection_get_tls_maximum_version (TernConnection *self)
{
  return self->tls_maximum_version;
}

/**
 * tern_connection_set_tls_maximum_version:
 * @self: a connection
 * @tls_maximum_version: see #TernConnection:tls-maximum-version
 *
 * Sets #TernConnection:tls-maximum-version.
 */
void
tern_connection_set_tls_maximum_version (TernConnection *self, TernTlsVersion tls_maximum_version)
{
  g_object_set (self, "tls-maximum-version", tls_maximum_version, NULL);
}

/**
 * tern_connection_get_source_address:
 * @self: a connection
 *
 * Gets #TernConnection:source-address.
 *
 * Returns: (nullable) (transfer none): see #TernConnection:source-address
 */
GSocketAddress *
tern_connection_get_source_address (TernConnection *self)
{
  return self->source_address;
}

/**
 * tern_connection_set_source_address:
 * @self: a connection
 * @source_address: (nullable): see #TernConnection:source-address
 *
 * Sets #TernConnection:source-address.
 */
void
tern_connection_set_source_address (TernConnection *self, GSocketAddress *source_address)
{
  g_object_set (self, "source-address", source_address, NULL);
}

/**
 * tern_connection_get_connector:
 * @self: a connection
 *
 * Gets #TernConnection:connector.
 *
 * Returns: (nullable) (transfer none): see #TernConnection:connector
 */
TernConnector *
tern_connection_get_connector (TernConnection *self)
{
  return self->connector;
}

/**
 * tern_connection_set_connector:
 * @self: a connection
 * @connector: (nullable): see #TernConnection:connector
 *
 * Sets #TernConnection:connector.
 */
void
tern_connection_set_connector (TernConnection *self, TernConnector *connector)
{
  g_object_set (self, "connector", connector, NULL);
}

/**
 * tern_connection_set_certificate:
 * @self: a connection
 * @key_file: (nullable) (type filename): the private key: a PEM file (PKCS#1, SEC 1, PKCS#8, each
 *   also encrypted) or a PKCS#11 URI (RFC 7512); %NULL for no certificate any more
 * @cert_file: (nullable) (type filename): the certificate and the intermediates behind it: a PEM
 *   file or a PKCS#11 URI; %NULL when they are where the key is
 * @password: (nullable): opens the key, or is the token's PIN; %NULL for none
 *
 * Sets the certificate that is shown to a server that asks for one: httplib's key_file and
 * cert_file. Nothing is read now: what is wrong with it is a %TERN_ERROR_CERTIFICATE of the
 * opening, before anything is sent.
 */
void
tern_connection_set_certificate (TernConnection *self,
                                 const char *key_file,
                                 const char *cert_file,
                                 const char *password)
{
  g_clear_pointer (&self->identity, tern_tls_identity_unref);
  g_clear_pointer (&self->tls, tern_tls_settings_unref);
  if (key_file)
    self->identity = tern_tls_identity_new (key_file, cert_file, NULL, password);
}
