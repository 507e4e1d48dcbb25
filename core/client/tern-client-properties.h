/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table behind the properties of TernClient. */
#pragma once

#include <tern/tern-enum-types.h>

#include "client/tern-client-private.h"

typedef enum
{
  TERN_CLIENT_SECONDS, /* gint64 microseconds in the settings */
  TERN_CLIENT_UINT,
  TERN_CLIENT_BOOLEAN,
  TERN_CLIENT_UINT64,
  TERN_CLIENT_STRING,
  TERN_CLIENT_TLS_VERSION,
} TernClientPropertyKind;

/* What else has to change with it. */
typedef enum
{
  TERN_CLIENT_GROUP_NONE,
  TERN_CLIENT_GROUP_TLS,
  TERN_CLIENT_GROUP_POOL,
} TernClientGroup;

typedef struct
{
  const char *name;
  TernClientPropertyKind kind;
  TernClientGroup group;
  gsize offset;
} TernClientProperty;

enum
{
  TERN_CLIENT_PROP_TIMEOUT = 1,
  TERN_CLIENT_PROP_CONNECT_TIMEOUT,
  TERN_CLIENT_PROP_TOTAL_TIMEOUT,
  TERN_CLIENT_PROP_RETRIES,
  TERN_CLIENT_PROP_MAX_REDIRECTS,
  TERN_CLIENT_PROP_FOLLOW_REDIRECTS,
  TERN_CLIENT_PROP_FOLLOW_ALL_REDIRECTS,
  TERN_CLIENT_PROP_FORWARD_AUTHORIZATION,
  TERN_CLIENT_PROP_IGNORE_ETAG,
  TERN_CLIENT_PROP_PREEMPTIVE_AUTH,
  TERN_CLIENT_PROP_ALLOW_AUTH_DOWNGRADE,
  TERN_CLIENT_PROP_ERRORS_AS_RESPONSES,
  TERN_CLIENT_PROP_DEBUG_LEVEL,
  TERN_CLIENT_PROP_USER_AGENT,
  TERN_CLIENT_PROP_MAX_CONNECTIONS,
  TERN_CLIENT_PROP_MAX_CONNECTIONS_PER_HOST,
  TERN_CLIENT_PROP_IDLE_CONNECTION_TIMEOUT,
  TERN_CLIENT_PROP_DECODE_LIMIT,
  TERN_CLIENT_PROP_DECODE_RATIO_LIMIT,
  TERN_CLIENT_PROP_MAX_HEADER_COUNT,
  TERN_CLIENT_PROP_MAX_HEADER_SIZE,
  TERN_CLIENT_PROP_CA_FILE,
  TERN_CLIENT_PROP_VALIDATE_CERTIFICATES,
  TERN_CLIENT_PROP_TLS_MINIMUM_VERSION,
  TERN_CLIENT_PROP_TLS_MAXIMUM_VERSION,
  TERN_CLIENT_N_PROPS,
  /* Those that are no plain value. */
  TERN_CLIENT_PROP_CACHE_STORE = TERN_CLIENT_N_PROPS,
  TERN_CLIENT_PROP_CONNECTOR,
  TERN_CLIENT_PROP_SAFE_METHODS,
  TERN_CLIENT_PROP_OPTIMISTIC_METHODS,
  TERN_CLIENT_PROP_PROXY,
  TERN_CLIENT_PROP_PROXY_RESOLVER,
};

extern const TernClientProperty tern_client_properties[TERN_CLIENT_N_PROPS];

void tern_client_read_property (TernClient *self, guint id, GValue *value);
void tern_client_write_property (TernClient *self, guint id, const GValue *value);

/* Those of tern-client-proxy.c. */
void tern_client_install_proxies (GObjectClass *klass);
