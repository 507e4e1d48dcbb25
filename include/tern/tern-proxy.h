/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A proxy: what kind it is, where it is, what it wants to be told and which hosts go past it. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

/**
 * TernProxyType:
 * @TERN_PROXY_HTTP: an HTTP proxy: absolute form for http, CONNECT for https (RFC 9110 §9.3.6)
 * @TERN_PROXY_HTTPS: the same, spoken to through TLS
 * @TERN_PROXY_SOCKS4: SOCKS 4, or SOCKS 4a where the proxy is to look up names
 * @TERN_PROXY_SOCKS5: SOCKS 5 (RFC 1928, RFC 1929)
 *
 * How a proxy is spoken to.
 */
typedef enum
{
  TERN_PROXY_HTTP,
  TERN_PROXY_HTTPS,
  TERN_PROXY_SOCKS4,
  TERN_PROXY_SOCKS5,
} TernProxyType;

#define TERN_TYPE_PROXY (tern_proxy_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TernProxy, tern_proxy, TERN, PROXY, GObject)

TERN_AVAILABLE_IN_ALL
TernProxy *tern_proxy_new (TernProxyType type, const char *host, guint port);
TERN_AVAILABLE_IN_ALL
TernProxy *tern_proxy_new_from_uri (const char *uri, GError **error);
TERN_AVAILABLE_IN_ALL
TernProxy *tern_proxy_new_from_environment (const char *scheme, GError **error);
TERN_AVAILABLE_IN_ALL
TernProxy *tern_proxy_find_in_environment (const char *scheme, GError **error);
TERN_AVAILABLE_IN_ALL
TernProxyType tern_proxy_get_kind (TernProxy *self);
TERN_AVAILABLE_IN_ALL
const char *tern_proxy_get_host (TernProxy *self);
TERN_AVAILABLE_IN_ALL
guint tern_proxy_get_port (TernProxy *self);
TERN_AVAILABLE_IN_ALL
gboolean tern_proxy_get_remote_dns (TernProxy *self);
TERN_AVAILABLE_IN_ALL
void tern_proxy_set_remote_dns (TernProxy *self, gboolean remote_dns);
TERN_AVAILABLE_IN_ALL
void tern_proxy_set_credentials (TernProxy *self, const char *name, const char *password);
TERN_AVAILABLE_IN_ALL
void tern_proxy_set_credentials_bytes (TernProxy *self, GBytes *name, GBytes *password);
TERN_AVAILABLE_IN_ALL
TernCredentials *tern_proxy_get_credentials (TernProxy *self);
TERN_AVAILABLE_IN_ALL
TernHeaders *tern_proxy_get_headers (TernProxy *self);
TERN_AVAILABLE_IN_ALL
const char *const *tern_proxy_get_bypass (TernProxy *self);
TERN_AVAILABLE_IN_ALL
void tern_proxy_set_bypass (TernProxy *self, const char *const *hosts);
TERN_AVAILABLE_IN_ALL
gboolean tern_proxy_applies_to (TernProxy *self, const char *host, guint port);

G_END_DECLS
