/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything that a client's properties say, as one immutable snapshot: a request keeps the one
 * with which it began, however the properties change meanwhile. */
#pragma once

#include <tern/tern-cache.h>
#include <tern/tern-connector.h>
#include <tern/tern-credentials.h>
#include <tern/tern-tls.h>

#include "engine/tern-auth-memory.h"
#include "engine/tern-proxy-finder.h"
#include "io/tern-resolver.h"
#include "net/tern-pool.h"
#include "net/tern-tls.h"

typedef struct
{
  TernCredentials *credentials;
  char *domain; /* host or host:port, lower case; NULL is every host */
} TernDomainCredentials;

typedef struct
{
  gatomicrefcount ref_count;

  /* Shared by every snapshot of a client. */
  TernPool *pool;
  TernAuthMemory *auth_memory;
  TernAuthMemory *proxy_memory; /* of what opened proxies: never mixed with origins */
  TernLookupFunc lookup;
  gpointer lookup_data;

  TernProxyFinder *proxy_finder; /* of the proxy and the resolver that were set */
  TernCacheStore *cache_store;
  TernConnector *connector; /* NULL: the built-in dialer */
  guint connector_serial;   /* 0 without one */
  GPtrArray *credentials; /* of TernDomainCredentials, never changed once shared */
  GPtrArray *identities;  /* of TernTlsIdentity, the same */
  gint64 timeout;         /* microseconds, 0 is none */
  gint64 connect_timeout;
  gint64 total_timeout;
  gint64 idle_connection_timeout;
  guint retries;
  guint max_redirects;
  gboolean follow_redirects;
  gboolean follow_all_redirects;
  gboolean forward_authorization;
  GArray *redirect_codes; /* of int; never changed once shared */
  char **safe_methods;
  char **optimistic_methods; /* guarded by If-Match */
  gboolean ignore_etag;
  gboolean preemptive_auth;
  gboolean allow_auth_downgrade;
  gboolean errors_as_responses;
  guint debug_level;
  char *user_agent;
  guint max_connections;
  guint max_connections_per_host;
  guint64 decode_limit;
  guint decode_ratio_limit;
  guint max_header_count;
  guint64 max_header_size;
  char *ca_file;
  gboolean validate_certificates;
  int tls_minimum_version;
  int tls_maximum_version;
  TernTlsSettings *tls; /* of the four above and the identities */
  guint tls_serial;
} TernSettings;

/* The defaults of the public documentation. */
TernSettings *tern_settings_new (void);
/* A copy to be changed before it is shared. */
TernSettings *tern_settings_copy (const TernSettings *self);
TernSettings *tern_settings_ref (TernSettings *self);
void tern_settings_unref (TernSettings *self);

/* After the TLS fields were changed: connections and tickets of other settings are not used any
 * more. */
void tern_settings_renew_tls (TernSettings *self);

/* Connections that another connector made are not used any more. */
void tern_settings_set_connector (TernSettings *self, TernConnector *connector);

TernDomainCredentials *tern_domain_credentials_new (TernCredentials *credentials,
                                                    const char *domain);
/* A list of its own with the same entries; of none for NULL. */
GPtrArray *tern_domain_credentials_list_copy (const GPtrArray *list);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernSettings, tern_settings_unref)
