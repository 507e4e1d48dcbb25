/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernRoute: a proxy as connections are made with it. Its name and key are shown and compared: they
 * must never hold a secret. */
#include "message/tern-route.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-escape.h"
#include "base/tern-headers-private.h"
#include "base/tern-i18n.h"
#include "base/tern-uri.h"

static const char *const schemes[] = { "http", "https", "socks4", "socks5" };

const char *
tern_route_get_scheme (TernProxyType type)
{
  return (guint)type < G_N_ELEMENTS (schemes) ? schemes[type] : schemes[TERN_PROXY_HTTP];
}

static void
fail_host (const char *host, const char *reason, GError **error)
{
  g_autofree char *shown = tern_escape (host, strlen (host));

  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL,
               _ ("The proxy’s host “%s” is not valid: %s"), shown, reason);
}

/* The host through the one parser of URIs, so that a proxy cannot be what an origin cannot. What
 * would end the authority there is refused before. */
static char *
check_host (const char *host, GError **error)
{
  g_autoptr (TernUri) uri = NULL;
  g_autofree char *text = NULL;
  const gsize len = strlen (host);
  const gboolean bare = strchr (host, ':') != NULL && host[0] != '[';

  if (len == 0)
    return fail_host (host, _ ("it is empty"), error), NULL;
  /* The longest name has 255 bytes; those of an international one are at most four times that. */
  if (len > 4 * 255)
    return fail_host (host, _ ("it is too long"), error), NULL;
  if (strpbrk (host, "/?#@\\") || (host[0] == '[' && host[len - 1] != ']'))
    return fail_host (host, _ ("it has a character that is not allowed"), error), NULL;
  text = g_strconcat ("http://", bare ? "[" : "", host, bare ? "]" : "", NULL);
  uri = tern_uri_parse (text, NULL);
  if (!uri)
    return fail_host (host, _ ("it is neither a host name nor an address"), error), NULL;
  return g_strdup (uri->host);
}

static void
add_bytes (GChecksum *sum, const void *data, gsize len)
{
  const guint64 wide = len;

  /* Its length first, so that no two lists of texts are the same bytes. */
  g_checksum_update (sum, (const guint8 *)&wide, sizeof wide);
  if (len > 0)
    g_checksum_update (sum, data, len);
}

static void
add_gbytes (GChecksum *sum, GBytes *bytes)
{
  add_bytes (sum, bytes ? g_bytes_get_data (bytes, NULL) : NULL,
             bytes ? g_bytes_get_size (bytes) : 0);
}

/* Two proxies at one place with other credentials or fields may give other connections. */
static char *
make_key (const TernRoute *self)
{
  g_autoptr (GChecksum) sum = NULL;

  if (!self->credentials && !self->headers)
    return g_strdup_printf ("%s %d", self->name, self->remote_dns);
  sum = g_checksum_new (G_CHECKSUM_SHA256);
  add_bytes (sum, "", self->credentials ? 0 : 1);
  if (self->credentials)
    {
      add_gbytes (sum, tern_credentials_get_name (self->credentials));
      add_gbytes (sum, tern_credentials_get_password (self->credentials));
    }
  for (guint i = 0; self->headers && i < self->headers->n; i++)
    {
      const TernField *field = &self->headers->fields[i];

      add_bytes (sum, tern_headers_name (self->headers, field), field->name_len);
      add_bytes (sum, tern_headers_raw (self->headers, field), field->raw_len);
    }
  return g_strdup_printf ("%s %d %s", self->name, self->remote_dns, g_checksum_get_string (sum));
}

TernRoute *
tern_route_new (TernProxy *proxy, GError **error)
{
  const char *given = tern_proxy_get_host (proxy);
  const guint port = tern_proxy_get_port (proxy);
  const TernProxyType type = tern_proxy_get_kind (proxy);
  TernHeaders *headers = tern_proxy_get_headers (proxy);
  TernCredentials *credentials = tern_proxy_get_credentials (proxy);
  g_autofree char *host = check_host (given ? given : "", error);
  TernRoute *self;

  if (!host)
    return NULL;
  if ((guint)type >= G_N_ELEMENTS (schemes))
    return g_set_error (error, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE,
                        _ ("There is no type %u of proxies"), (guint)type),
           NULL;
  if (port == 0 || port > G_MAXUINT16)
    return g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL,
                        _ ("The port %u of the proxy “%s” is not a number from 1 to 65535"), port,
                        host),
           NULL;
  if (tern_headers_get_poison (headers))
    return g_propagate_error (error, g_error_copy (tern_headers_get_poison (headers))), NULL;

  self = g_new0 (TernRoute, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->type = type;
  self->port = port;
  self->remote_dns = tern_proxy_get_remote_dns (proxy);
  self->credentials = credentials ? tern_credentials_ref (credentials) : NULL;
  self->headers = headers->n > 0 ? tern_headers_copy (headers) : NULL;
  self->name = g_strdup_printf (strchr (host, ':') ? "%s://[%s]:%u" : "%s://%s:%u", schemes[type],
                                host, port);
  self->host = g_steal_pointer (&host);
  self->key = make_key (self);
  self->hash = g_str_hash (self->key);
  return self;
}

TernRoute *
tern_route_ref (TernRoute *route)
{
  g_atomic_ref_count_inc (&route->ref_count);
  return route;
}

void
tern_route_unref (TernRoute *route)
{
  if (!g_atomic_ref_count_dec (&route->ref_count))
    return;
  g_free (route->host);
  g_free (route->name);
  g_free (route->key);
  g_clear_pointer (&route->credentials, tern_credentials_unref);
  g_clear_pointer (&route->headers, tern_headers_unref);
  g_free (route);
}
