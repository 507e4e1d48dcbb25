/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a connection reaches its origin when it is not dialed directly: a TernProxy that has been
 * checked. Immutable, reference counted; everywhere NULL is a direct connection. */
#pragma once

#include <tern/tern-credentials.h>
#include <tern/tern-headers.h>
#include <tern/tern-proxy.h>

typedef struct
{
  gatomicrefcount ref_count;
  TernProxyType type;
  char *host; /* ASCII (IDNA done) name or IP literal without brackets, as it is dialed */
  guint16 port;
  char *name; /* "socks5://host:port" for messages and logs: never with userinfo */
  char *key;  /* for the pool: all that tells connections apart; of secrets only a SHA-256 */
  guint hash; /* of key */
  gboolean remote_dns;
  TernCredentials *credentials; /* NULL for none */
  TernHeaders *headers;         /* with CONNECT and with requests in absolute form; NULL for none */
} TernRoute;

/* Checks and copies. Errors: INVALID_URL for a host or port that is none, INVALID_HEADER for a
 * field that may not be sent. */
TernRoute *tern_route_new (TernProxy *proxy, GError **error);
TernRoute *tern_route_ref (TernRoute *route);
void tern_route_unref (TernRoute *route);

/* "socks5" and the like, as URIs name it; for a type that is none, "http". */
const char *tern_route_get_scheme (TernProxyType type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernRoute, tern_route_unref)
