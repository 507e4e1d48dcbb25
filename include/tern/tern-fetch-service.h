/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The D-Bus fetch helper as a program uses it. */
#pragma once

#include <gio/gio.h>
#include <tern/tern-fetch-job.h>
#include <tern/tern-headers.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_TYPE_FETCH_SERVICE (tern_fetch_service_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernFetchService, tern_fetch_service, TERN, FETCH_SERVICE, GObject)

/**
 * TernFetchAgentFunc:
 * @service: the helper that asks
 * @uri: what is fetched
 * @challenge: a dictionary (`a{sv}`) of what GetCredentials of org.libtern.Fetch1.Agent is told:
 *   scheme, realm, server (host:port), proxy, exposed, attempt and handle_token
 * @user_data: what was given to tern_fetch_service_set_agent()
 *
 * Answers who is there.
 *
 * Returns: (transfer full) (nullable): the credentials for that server; %NULL for none
 */
typedef TernCredentials *(*TernFetchAgentFunc) (TernFetchService *service, const char *uri,
                                                GVariant *challenge, gpointer user_data);

TERN_AVAILABLE_IN_ALL
TernFetchService *tern_fetch_service_new (GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_service_new_async (GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data);
TERN_AVAILABLE_IN_ALL
TernFetchService *tern_fetch_service_new_finish (GAsyncResult *result, GError **error);
TERN_AVAILABLE_IN_ALL
TernFetchService *tern_fetch_service_new_for_connection (GDBusConnection *connection);
TERN_AVAILABLE_IN_ALL
GDBusConnection *tern_fetch_service_get_connection (TernFetchService *self);

TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_service_add_credentials (TernFetchService *self, const char *name,
                                             const char *password, const char *domain,
                                             GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_service_add_credentials_bytes (TernFetchService *self, GBytes *name,
                                                   GBytes *password, const char *domain,
                                                   GError **error);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_service_add_token (TernFetchService *self, const char *token,
                                       const char *domain, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_service_clear_credentials (TernFetchService *self);
TERN_AVAILABLE_IN_ALL
gboolean tern_fetch_service_set_agent (TernFetchService *self, TernFetchAgentFunc func,
                                       gpointer user_data, GDestroyNotify destroy, GError **error);

TERN_AVAILABLE_IN_ALL
TernFetchJob *tern_fetch_service_fetch (TernFetchService *self, const char *uri, int fd,
                                        GVariant *options, GCancellable *cancellable,
                                        GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_service_fetch_async (TernFetchService *self, const char *uri, int fd,
                                     GVariant *options, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
TernFetchJob *tern_fetch_service_fetch_finish (TernFetchService *self, GAsyncResult *result,
                                               GError **error);
TERN_AVAILABLE_IN_ALL
GInputStream *tern_fetch_service_open (TernFetchService *self, const char *uri, GVariant *options,
                                       guint *status, TernHeaders **headers,
                                       GCancellable *cancellable, GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_service_open_async (TernFetchService *self, const char *uri, GVariant *options,
                                    GCancellable *cancellable, GAsyncReadyCallback callback,
                                    gpointer user_data);
TERN_AVAILABLE_IN_ALL
GInputStream *tern_fetch_service_open_finish (TernFetchService *self, GAsyncResult *result,
                                              guint *status, TernHeaders **headers,
                                              GError **error);
TERN_AVAILABLE_IN_ALL
GInputStream *tern_fetch_service_open_with_body (TernFetchService *self, const char *uri,
                                                 int body_fd, const char *content_type,
                                                 GVariant *options, guint *status,
                                                 TernHeaders **headers, GCancellable *cancellable,
                                                 GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_service_open_with_body_async (TernFetchService *self, const char *uri, int body_fd,
                                              const char *content_type, GVariant *options,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
GInputStream *tern_fetch_service_open_with_body_finish (TernFetchService *self,
                                                        GAsyncResult *result, guint *status,
                                                        TernHeaders **headers, GError **error);
TERN_AVAILABLE_IN_ALL
GPtrArray *tern_fetch_service_list_jobs (TernFetchService *self, GCancellable *cancellable,
                                         GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_service_list_jobs_async (TernFetchService *self, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
GPtrArray *tern_fetch_service_list_jobs_finish (TernFetchService *self, GAsyncResult *result,
                                                GError **error);
TERN_AVAILABLE_IN_ALL
TernFetchJob *tern_fetch_service_claim (TernFetchService *self, const char *handle_token,
                                        GVariant *options, GCancellable *cancellable,
                                        GError **error);
TERN_AVAILABLE_IN_ALL
void tern_fetch_service_claim_async (TernFetchService *self, const char *handle_token,
                                     GVariant *options, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
TERN_AVAILABLE_IN_ALL
TernFetchJob *tern_fetch_service_claim_finish (TernFetchService *self, GAsyncResult *result,
                                               GError **error);

G_END_DECLS
