/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of TernConnection as a table. Those of TLS hold for the next time that the
 * connection is opened. */
#include "connection/tern-connection-private.h"

#include <tern/tern-connector.h>
#include <tern/tern-enum-types.h>

#define FLAGS (G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS)
#define ONCE (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS)

enum
{
  PROP_HOST = 1,
  PROP_PORT,
  PROP_SECURE,
  PROP_STREAM,
  PROP_SOURCE_ADDRESS,
  PROP_CONNECTOR,
  PROP_STRICT,
  PROP_HTTP_VERSION,
  PROP_TIMEOUT,
  PROP_MAX_HEADER_COUNT,
  PROP_MAX_LINE_LENGTH,
  PROP_DEBUG_LEVEL,
  PROP_AUTO_OPEN,
  PROP_CA_FILE,
  PROP_VALIDATE_CERTIFICATES,
  PROP_TLS_MINIMUM_VERSION,
  PROP_TLS_MAXIMUM_VERSION,
  N_PROPS
};

typedef enum
{
  KIND_BOOLEAN,
  KIND_UINT,
  KIND_INT,
  KIND_DOUBLE,
  KIND_STRING,
  KIND_ENUM,
  KIND_OBJECT,
} Kind;

static const struct
{
  Kind kind;
  gboolean is_tls; /* a change makes new TLS settings */
  gsize offset;
} table[N_PROPS] = {
  [PROP_HOST] = { KIND_STRING, FALSE, G_STRUCT_OFFSET (TernConnection, host) },
  [PROP_PORT] = { KIND_INT, FALSE, G_STRUCT_OFFSET (TernConnection, port) },
  [PROP_SECURE] = { KIND_BOOLEAN, FALSE, G_STRUCT_OFFSET (TernConnection, secure) },
  [PROP_STREAM] = { KIND_OBJECT, FALSE, G_STRUCT_OFFSET (TernConnection, stream) },
  [PROP_SOURCE_ADDRESS] = { KIND_OBJECT, FALSE, G_STRUCT_OFFSET (TernConnection, source_address) },
  [PROP_CONNECTOR] = { KIND_OBJECT, FALSE, G_STRUCT_OFFSET (TernConnection, connector) },
  [PROP_STRICT] = { KIND_BOOLEAN, FALSE, G_STRUCT_OFFSET (TernConnection, strict) },
  [PROP_HTTP_VERSION] = { KIND_UINT, FALSE, G_STRUCT_OFFSET (TernConnection, http_version) },
  [PROP_TIMEOUT] = { KIND_DOUBLE, FALSE, G_STRUCT_OFFSET (TernConnection, timeout) },
  [PROP_MAX_HEADER_COUNT]
  = { KIND_UINT, FALSE, G_STRUCT_OFFSET (TernConnection, max_header_count) },
  [PROP_MAX_LINE_LENGTH] = { KIND_UINT, FALSE, G_STRUCT_OFFSET (TernConnection, max_line_length) },
  [PROP_DEBUG_LEVEL] = { KIND_UINT, FALSE, G_STRUCT_OFFSET (TernConnection, debug_level) },
  [PROP_AUTO_OPEN] = { KIND_BOOLEAN, FALSE, G_STRUCT_OFFSET (TernConnection, auto_open) },
  [PROP_CA_FILE] = { KIND_STRING, TRUE, G_STRUCT_OFFSET (TernConnection, ca_file) },
  [PROP_VALIDATE_CERTIFICATES]
  = { KIND_BOOLEAN, TRUE, G_STRUCT_OFFSET (TernConnection, validate_certificates) },
  [PROP_TLS_MINIMUM_VERSION]
  = { KIND_ENUM, TRUE, G_STRUCT_OFFSET (TernConnection, tls_minimum_version) },
  [PROP_TLS_MAXIMUM_VERSION]
  = { KIND_ENUM, TRUE, G_STRUCT_OFFSET (TernConnection, tls_maximum_version) },
};

static GParamSpec *props[N_PROPS];

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TernConnection *self = TERN_CONNECTION (object);
  gconstpointer field = (const char *)self + table[id].offset;

  if (id == PROP_HOST)
    g_value_set_string (value, tern_connection_get_host (self));
  else if (id == PROP_PORT)
    g_value_set_int (value, tern_connection_get_port (self));
  else
    switch (table[id].kind)
      {
      case KIND_BOOLEAN:
        g_value_set_boolean (value, *(const gboolean *)field);
        break;
      case KIND_UINT:
        g_value_set_uint (value, *(const guint *)field);
        break;
      case KIND_DOUBLE:
        g_value_set_double (value, *(const double *)field);
        break;
      case KIND_STRING:
        g_value_set_string (value, *(char *const *)field);
        break;
      case KIND_ENUM:
        g_value_set_enum (value, *(const int *)field);
        break;
      case KIND_INT:
      case KIND_OBJECT:
      default:
        g_value_set_object (value, *(GObject *const *)field);
        break;
      }
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TernConnection *self = TERN_CONNECTION (object);
  gpointer field = (char *)self + table[id].offset;

  switch (table[id].kind)
    {
    case KIND_BOOLEAN:
      *(gboolean *)field = g_value_get_boolean (value);
      break;
    case KIND_UINT:
      *(guint *)field = g_value_get_uint (value);
      break;
    case KIND_INT:
      *(int *)field = g_value_get_int (value);
      break;
    case KIND_DOUBLE:
      *(double *)field = g_value_get_double (value);
      break;
    case KIND_STRING:
      g_free (*(char **)field);
      *(char **)field = g_value_dup_string (value);
      break;
    case KIND_ENUM:
      *(int *)field = g_value_get_enum (value);
      break;
    case KIND_OBJECT:
    default:
      g_set_object ((GObject **)field, g_value_get_object (value));
      break;
    }
  if (table[id].is_tls)
    g_clear_pointer (&self->tls, tern_tls_settings_unref);
}

/* What says where the connection leads. */
static void
specify_place (void)
{
  /**
   * TernConnection:host:
   *
   * The server. Given when the connection is made, perhaps with its port; read back without. Over a
   * stream it is only what requests name as their Host.
   */
  props[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, NULL, ONCE);
  /**
   * TernConnection:port:
   *
   * The port; -1 when it is given is the one in #TernConnection:host or the default of the scheme.
   */
  props[PROP_PORT] = g_param_spec_int ("port", NULL, NULL, G_MININT, G_MAXINT, -1, ONCE);
  /**
   * TernConnection:secure:
   *
   * Whether with TLS.
   */
  props[PROP_SECURE] = g_param_spec_boolean ("secure", NULL, NULL, FALSE, ONCE);
  /**
   * TernConnection:stream:
   *
   * The program's stream to the server, in place of dialing.
   */
  props[PROP_STREAM] = g_param_spec_object ("stream", NULL, NULL, G_TYPE_IO_STREAM, ONCE);
  /**
   * TernConnection:source-address:
   *
   * The address, and port if not 0, that the connection comes from: a #GInetSocketAddress; %NULL
   * leaves it to the system.
   */
  props[PROP_SOURCE_ADDRESS]
      = g_param_spec_object ("source-address", NULL, NULL, G_TYPE_SOCKET_ADDRESS, FLAGS);
  /**
   * TernConnection:connector:
   *
   * The program's own way to the server, in place of dialing; %NULL for none.
   */
  props[PROP_CONNECTOR] = g_param_spec_object ("connector", NULL, NULL, TERN_TYPE_CONNECTOR, FLAGS);
}

static void
specify_manners (void)
{
  /**
   * TernConnection:strict:
   *
   * Whether an answer without a valid status line is an error (%TERN_ERROR_BAD_STATUS_LINE). Else
   * what does not begin with "HTTP/" is the body of an answer of HTTP/0.9: version 9, status 200,
   * no headers.
   */
  props[PROP_STRICT] = g_param_spec_boolean ("strict", NULL, NULL, TRUE, FLAGS);
  /**
   * TernConnection:http-version:
   *
   * The version of requests: 11, or 10, in which there are no automatic Host and Accept-Encoding
   * and never a chunked body.
   */
  props[PROP_HTTP_VERSION] = g_param_spec_uint ("http-version", NULL, NULL, 10, 11, 11, FLAGS);
  /**
   * TernConnection:timeout:
   *
   * Seconds, fractions allowed: how long opening may take, and after that how long no byte may
   * move; 0 is for ever.
   */
  props[PROP_TIMEOUT] = g_param_spec_double ("timeout", NULL, NULL, 0, G_MAXDOUBLE, 60, FLAGS);
  /**
   * TernConnection:max-header-count:
   *
   * How many headers, and how many trailers, a response may have (%TERN_ERROR_TOO_MANY_HEADERS).
   */
  props[PROP_MAX_HEADER_COUNT] = g_param_spec_uint ("max-header-count", NULL, NULL, 0,
                                                    TERN_CONNECTION_MAX_LIMIT, 100, FLAGS);
  /**
   * TernConnection:max-line-length:
   *
   * How many bytes a line of a response's head or of its trailers may have, and, where it is below
   * 4096, the line with the size of a chunk (%TERN_ERROR_LINE_TOO_LONG).
   */
  props[PROP_MAX_LINE_LENGTH] = g_param_spec_uint ("max-line-length", NULL, NULL, 1,
                                                   TERN_CONNECTION_MAX_LIMIT, 65536, FLAGS);
  /**
   * TernConnection:debug-level:
   *
   * Above 0, what is sent and received is printed to stderr, without secrets: httplib's
   * set_debuglevel().
   */
  props[PROP_DEBUG_LEVEL] = g_param_spec_uint ("debug-level", NULL, NULL, 0, G_MAXUINT, 0, FLAGS);
  /**
   * TernConnection:auto-open:
   *
   * Whether the connection opens itself when something is to be sent; else that is
   * %TERN_ERROR_NOT_CONNECTED while it is closed.
   */
  props[PROP_AUTO_OPEN] = g_param_spec_boolean ("auto-open", NULL, NULL, TRUE, FLAGS);
}

/* What is asked of TLS. */
static void
specify_tls (void)
{
  /**
   * TernConnection:ca-file:
   *
   * The PEM file with the certificates of authorities to trust; %NULL is the system's trust store.
   */
  props[PROP_CA_FILE] = g_param_spec_string ("ca-file", NULL, NULL, NULL, FLAGS);
  /**
   * TernConnection:validate-certificates:
   *
   * Whether the server's certificate is verified.
   */
  props[PROP_VALIDATE_CERTIFICATES]
      = g_param_spec_boolean ("validate-certificates", NULL, NULL, TRUE, FLAGS);
  /**
   * TernConnection:tls-minimum-version:
   *
   * The lowest allowed version of TLS; %TERN_TLS_VERSION_UNSET is TLS 1.2.
   */
  props[PROP_TLS_MINIMUM_VERSION] = g_param_spec_enum (
      "tls-minimum-version", NULL, NULL, TERN_TYPE_TLS_VERSION, TERN_TLS_VERSION_UNSET, FLAGS);
  /**
   * TernConnection:tls-maximum-version:
   *
   * The highest allowed version of TLS.
   */
  props[PROP_TLS_MAXIMUM_VERSION] = g_param_spec_enum (
      "tls-maximum-version", NULL, NULL, TERN_TYPE_TLS_VERSION, TERN_TLS_VERSION_UNSET, FLAGS);
}

void
tern_connection_install_properties (GObjectClass *klass)
{
  klass->get_property = get_property;
  klass->set_property = set_property;
  specify_place ();
  specify_manners ();
  specify_tls ();
  g_object_class_install_properties (klass, N_PROPS, props);
}
