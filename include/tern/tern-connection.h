/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection in the program's own hands: no pool, no cache, no redirect, no authentication. */
#pragma once

#include <tern/tern-connector.h>
#include <tern/tern-failure.h>
#include <tern/tern-headers.h>
#include <tern/tern-response.h>
#include <tern/tern-tls.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

/**
 * TernConnectionState:
 * @TERN_CONNECTION_IDLE: no request is under way
 * @TERN_CONNECTION_REQUEST_STARTED: a request line was put, fields may follow
 * @TERN_CONNECTION_REQUEST_SENT: the head was sent, the response was not fetched
 *
 * How far a connection is with its request.
 */
typedef enum
{
  TERN_CONNECTION_IDLE,
  TERN_CONNECTION_REQUEST_STARTED,
  TERN_CONNECTION_REQUEST_SENT,
} TernConnectionState;

/**
 * TernPutFlags:
 * @TERN_PUT_DEFAULT: every field that is put by itself
 * @TERN_PUT_SKIP_HOST: no Host
 * @TERN_PUT_SKIP_ACCEPT_ENCODING: no Accept-Encoding: identity
 *
 * What tern_connection_put_request() leaves out.
 */
typedef enum
{
  TERN_PUT_DEFAULT = 0,
  TERN_PUT_SKIP_HOST = 1 << 0,
  TERN_PUT_SKIP_ACCEPT_ENCODING = 1 << 1,
} TernPutFlags;

#define TERN_TYPE_CONNECTION (tern_connection_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernConnection, tern_connection, TERN, CONNECTION, GObject)

TERN_AVAILABLE_IN_ALL
TernConnection *tern_connection_new (const char *host, int port, gboolean secure);
TERN_AVAILABLE_IN_ALL
TernConnection *tern_connection_new_for_stream (GIOStream *stream);

TERN_AVAILABLE_IN_ALL
gboolean tern_connection_open (TernConnection *self, GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_connection_open_async (TernConnection *self, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_open_finish (TernConnection *self, GAsyncResult *result, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_connection_close (TernConnection *self);
TERN_AVAILABLE_IN_ALL
TernConnectionState tern_connection_get_state (TernConnection *self);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_is_open (TernConnection *self);
TERN_AVAILABLE_IN_ALL
TernFailure *tern_connection_get_failure (TernConnection *self);

TERN_AVAILABLE_IN_ALL
gboolean tern_connection_set_tunnel (TernConnection *self, const char *host, int port,
                                     TernHeaders *headers, GError **error);
TERN_AVAILABLE_IN_ALL
TernResponse *tern_connection_get_tunnel_response (TernConnection *self);
TERN_AVAILABLE_IN_ALL
TernHeaders *tern_connection_get_proxy_response_headers (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_certificate (TernConnection *self, const char *key_file,
                                      const char *cert_file, const char *password);

TERN_AVAILABLE_IN_ALL
gboolean tern_connection_put_request (TernConnection *self, const char *method, const char *target,
                                      TernPutFlags flags, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_put_header (TernConnection *self, const char *name, const char *value,
                                     GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_put_header_values (TernConnection *self, const char *name,
                                            const char *const *values, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_put_header_bytes (TernConnection *self, const char *name, GBytes *value,
                                           GError **error);

TERN_AVAILABLE_IN_ALL
gboolean tern_connection_end_headers (TernConnection *self, GBytes *body,
                                      GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_connection_end_headers_async (TernConnection *self, GBytes *body,
                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_end_headers_finish (TernConnection *self, GAsyncResult *result,
                                             GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_send (TernConnection *self, GBytes *data, GCancellable *cancellable,
                               GError **error);
TERN_AVAILABLE_IN_ALL
void tern_connection_send_async (TernConnection *self, GBytes *data, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_send_finish (TernConnection *self, GAsyncResult *result, GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_send_stream (TernConnection *self, GInputStream *stream,
                                      GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_connection_send_stream_async (TernConnection *self, GInputStream *stream,
                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_send_stream_finish (TernConnection *self, GAsyncResult *result,
                                             GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_send_file (TernConnection *self, GFile *file, GCancellable *cancellable,
                                    GError **error);
TERN_AVAILABLE_IN_ALL
void tern_connection_send_file_async (TernConnection *self, GFile *file,
                                      GCancellable *cancellable, GAsyncReadyCallback callback,
                                      gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_send_file_finish (TernConnection *self, GAsyncResult *result,
                                           GError **error);

TERN_AVAILABLE_IN_ALL
gboolean tern_connection_request (TernConnection *self, const char *method, const char *target,
                                  TernHeaders *headers, GBytes *body, GCancellable *cancellable,
                                  GError **error);
TERN_AVAILABLE_IN_ALL
void tern_connection_request_async (TernConnection *self, const char *method, const char *target,
                                    TernHeaders *headers, GBytes *body, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_request_finish (TernConnection *self, GAsyncResult *result,
                                         GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_request_stream (TernConnection *self, const char *method,
                                         const char *target, TernHeaders *headers,
                                         GInputStream *body, gint64 length,
                                         GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_connection_request_stream_async (TernConnection *self, const char *method,
                                           const char *target, TernHeaders *headers,
                                           GInputStream *body, gint64 length,
                                           GCancellable *cancellable, GAsyncReadyCallback callback,
                                           gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_request_stream_finish (TernConnection *self, GAsyncResult *result,
                                                GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_request_file (TernConnection *self, const char *method,
                                       const char *target, TernHeaders *headers, GFile *body,
                                       GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_connection_request_file_async (TernConnection *self, const char *method,
                                         const char *target, TernHeaders *headers, GFile *body,
                                         GCancellable *cancellable, GAsyncReadyCallback callback,
                                         gpointer user_data);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_request_file_finish (TernConnection *self, GAsyncResult *result,
                                              GError **error);

TERN_AVAILABLE_IN_ALL
TernResponse *tern_connection_get_response (TernConnection *self, GCancellable *cancellable,
                                            GError **error);
TERN_AVAILABLE_IN_ALL
void tern_connection_get_response_async (TernConnection *self, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
TernResponse *tern_connection_get_response_finish (TernConnection *self, GAsyncResult *result,
                                                   GError **error);

TERN_AVAILABLE_IN_ALL
GIOStream *tern_connection_steal_stream (TernConnection *self, GError **error);

TERN_AVAILABLE_IN_ALL
const char *tern_connection_get_host (TernConnection *self);
TERN_AVAILABLE_IN_ALL
int tern_connection_get_port (TernConnection *self);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_get_secure (TernConnection *self);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_get_strict (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_strict (TernConnection *self, gboolean strict);
TERN_AVAILABLE_IN_ALL
guint tern_connection_get_http_version (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_http_version (TernConnection *self, guint http_version);
TERN_AVAILABLE_IN_ALL
double tern_connection_get_timeout (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_timeout (TernConnection *self, double timeout);
TERN_AVAILABLE_IN_ALL
guint tern_connection_get_max_header_count (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_max_header_count (TernConnection *self, guint max_header_count);
TERN_AVAILABLE_IN_ALL
guint tern_connection_get_max_line_length (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_max_line_length (TernConnection *self, guint max_line_length);
TERN_AVAILABLE_IN_ALL
guint tern_connection_get_debug_level (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_debug_level (TernConnection *self, guint debug_level);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_get_auto_open (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_auto_open (TernConnection *self, gboolean auto_open);
TERN_AVAILABLE_IN_ALL
GSocketAddress *tern_connection_get_source_address (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_source_address (TernConnection *self, GSocketAddress *source_address);
TERN_AVAILABLE_IN_ALL
TernConnector *tern_connection_get_connector (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_connector (TernConnection *self, TernConnector *connector);
TERN_AVAILABLE_IN_ALL
const char *tern_connection_get_ca_file (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_ca_file (TernConnection *self, const char *ca_file);
TERN_AVAILABLE_IN_ALL
gboolean tern_connection_get_validate_certificates (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_validate_certificates (TernConnection *self,
                                                gboolean validate_certificates);
TERN_AVAILABLE_IN_ALL
TernTlsVersion tern_connection_get_tls_minimum_version (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_tls_minimum_version (TernConnection *self,
                                              TernTlsVersion tls_minimum_version);
TERN_AVAILABLE_IN_ALL
TernTlsVersion tern_connection_get_tls_maximum_version (TernConnection *self);
TERN_AVAILABLE_IN_ALL
void tern_connection_set_tls_maximum_version (TernConnection *self,
                                              TernTlsVersion tls_maximum_version);

G_END_DECLS
