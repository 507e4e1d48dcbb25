/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client: every policy and every kept connection of a program. */
#pragma once

#include <tern/tern-credentials.h>
#include <tern/tern-log-event.h>
#include <tern/tern-proxy.h>
#include <tern/tern-request.h>
#include <tern/tern-response.h>
#include <tern/tern-tls.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_TYPE_CLIENT (tern_client_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernClient, tern_client, TERN, CLIENT, GObject)

TERN_AVAILABLE_IN_ALL
TernClient *tern_client_new (void);

TERN_AVAILABLE_IN_ALL
TernResponse *tern_client_send (TernClient *self, TernRequest *request, GCancellable *cancellable,
                                GError **error);
TERN_AVAILABLE_IN_ALL
void tern_client_send_async (TernClient *self, TernRequest *request, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
TernResponse *tern_client_send_finish (TernClient *self, GAsyncResult *result, GError **error);
TERN_AVAILABLE_IN_ALL
TernResponse *tern_client_fetch (TernClient *self, TernRequest *request, GBytes **content,
                                 GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_client_fetch_async (TernClient *self, TernRequest *request, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
TernResponse *tern_client_fetch_finish (TernClient *self, GAsyncResult *result, GBytes **content,
                                        GError **error);
TERN_AVAILABLE_IN_ALL
TernResponse *tern_client_request (TernClient *self, const char *method, const char *uri,
                                   TernHeaders *headers, GBytes *body, GBytes **content,
                                   GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_client_request_async (TernClient *self, const char *method, const char *uri,
                                TernHeaders *headers, GBytes *body, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
TernResponse *tern_client_request_finish (TernClient *self, GAsyncResult *result, GBytes **content,
                                          GError **error);
TERN_AVAILABLE_IN_ALL
void tern_client_close (TernClient *self);

TERN_AVAILABLE_IN_ALL
void tern_client_add_credentials (TernClient *self, const char *name, const char *password,
                                  const char *domain);
TERN_AVAILABLE_IN_ALL
void tern_client_add_credentials_bytes (TernClient *self, GBytes *name, GBytes *password,
                                        const char *domain);
TERN_AVAILABLE_IN_ALL
void tern_client_add_token (TernClient *self, const char *token, const char *domain);
TERN_AVAILABLE_IN_ALL
void tern_client_clear_credentials (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_add_certificate (TernClient *self, const char *key_file, const char *cert_file,
                                  const char *domain, const char *password);
TERN_AVAILABLE_IN_ALL
void tern_client_clear_certificates (TernClient *self);

TERN_AVAILABLE_IN_ALL
TernCacheStore *tern_client_get_cache_store (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_cache_store (TernClient *self, TernCacheStore *store);
TERN_AVAILABLE_IN_ALL
TernConnector *tern_client_get_connector (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_connector (TernClient *self, TernConnector *connector);
TERN_AVAILABLE_IN_ALL
TernProxy *tern_client_get_proxy (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_proxy (TernClient *self, TernProxy *proxy);
TERN_AVAILABLE_IN_ALL
GProxyResolver *tern_client_get_proxy_resolver (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_proxy_resolver (TernClient *self, GProxyResolver *resolver);
TERN_AVAILABLE_IN_ALL
double tern_client_get_timeout (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_timeout (TernClient *self, double timeout);
TERN_AVAILABLE_IN_ALL
double tern_client_get_connect_timeout (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_connect_timeout (TernClient *self, double connect_timeout);
TERN_AVAILABLE_IN_ALL
double tern_client_get_total_timeout (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_total_timeout (TernClient *self, double total_timeout);
TERN_AVAILABLE_IN_ALL
guint tern_client_get_retries (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_retries (TernClient *self, guint retries);
TERN_AVAILABLE_IN_ALL
guint tern_client_get_max_redirects (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_max_redirects (TernClient *self, guint max_redirects);
TERN_AVAILABLE_IN_ALL
gboolean tern_client_get_follow_redirects (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_follow_redirects (TernClient *self, gboolean follow_redirects);
TERN_AVAILABLE_IN_ALL
gboolean tern_client_get_follow_all_redirects (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_follow_all_redirects (TernClient *self, gboolean follow_all_redirects);
TERN_AVAILABLE_IN_ALL
gboolean tern_client_get_forward_authorization (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_forward_authorization (TernClient *self, gboolean forward_authorization);
TERN_AVAILABLE_IN_ALL
int *tern_client_get_redirect_codes (TernClient *self, gsize *n_codes);
TERN_AVAILABLE_IN_ALL
void tern_client_set_redirect_codes (TernClient *self, const int *codes, gsize n_codes);
TERN_AVAILABLE_IN_ALL
char **tern_client_get_safe_methods (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_safe_methods (TernClient *self, const char *const *safe_methods);
TERN_AVAILABLE_IN_ALL
char **tern_client_get_optimistic_methods (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_optimistic_methods (TernClient *self,
                                         const char *const *optimistic_methods);
TERN_AVAILABLE_IN_ALL
gboolean tern_client_get_ignore_etag (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_ignore_etag (TernClient *self, gboolean ignore_etag);
TERN_AVAILABLE_IN_ALL
gboolean tern_client_get_preemptive_auth (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_preemptive_auth (TernClient *self, gboolean preemptive_auth);
TERN_AVAILABLE_IN_ALL
gboolean tern_client_get_allow_auth_downgrade (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_allow_auth_downgrade (TernClient *self, gboolean allow_auth_downgrade);
TERN_AVAILABLE_IN_ALL
gboolean tern_client_get_errors_as_responses (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_errors_as_responses (TernClient *self, gboolean errors_as_responses);
TERN_AVAILABLE_IN_ALL
guint tern_client_get_debug_level (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_debug_level (TernClient *self, guint debug_level);
TERN_AVAILABLE_IN_ALL
char *tern_client_get_user_agent (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_user_agent (TernClient *self, const char *user_agent);
TERN_AVAILABLE_IN_ALL
char *tern_client_get_ca_file (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_ca_file (TernClient *self, const char *ca_file);
TERN_AVAILABLE_IN_ALL
gboolean tern_client_get_validate_certificates (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_validate_certificates (TernClient *self, gboolean validate_certificates);
TERN_AVAILABLE_IN_ALL
TernTlsVersion tern_client_get_tls_minimum_version (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_tls_minimum_version (TernClient *self, TernTlsVersion tls_minimum_version);
TERN_AVAILABLE_IN_ALL
TernTlsVersion tern_client_get_tls_maximum_version (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_tls_maximum_version (TernClient *self, TernTlsVersion tls_maximum_version);
TERN_AVAILABLE_IN_ALL
guint tern_client_get_max_connections (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_max_connections (TernClient *self, guint max_connections);
TERN_AVAILABLE_IN_ALL
guint tern_client_get_max_connections_per_host (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_max_connections_per_host (TernClient *self, guint max_connections_per_host);
TERN_AVAILABLE_IN_ALL
double tern_client_get_idle_connection_timeout (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_idle_connection_timeout (TernClient *self, double idle_connection_timeout);
TERN_AVAILABLE_IN_ALL
guint64 tern_client_get_decode_limit (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_decode_limit (TernClient *self, guint64 decode_limit);
TERN_AVAILABLE_IN_ALL
guint tern_client_get_decode_ratio_limit (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_decode_ratio_limit (TernClient *self, guint decode_ratio_limit);
TERN_AVAILABLE_IN_ALL
guint tern_client_get_max_header_count (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_max_header_count (TernClient *self, guint max_header_count);
TERN_AVAILABLE_IN_ALL
gsize tern_client_get_max_header_size (TernClient *self);
TERN_AVAILABLE_IN_ALL
void tern_client_set_max_header_size (TernClient *self, gsize max_header_size);

G_END_DECLS
