/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading and writing the URIs of proxies. What stands there may be a password at any place of a
 * malformed one: no error may show any of it but a scheme or a host that was found as such. */
#include "policy/tern-proxy-uri.h"

#include <string.h>
#include <tern/tern-credentials.h>
#include <tern/tern-error.h>

#include "base/tern-escape.h"
#include "base/tern-i18n.h"
#include "message/tern-route.h"

/* As curl has it: the letter at the end says that the proxy looks up names. curl's port is 1080 for
 * all, which no HTTP proxy has. */
static const struct
{
  const char *name;
  TernProxyType type;
  gboolean remote_dns;
  guint16 port;
} kinds[] = {
  { "http", TERN_PROXY_HTTP, TRUE, 80 },        { "https", TERN_PROXY_HTTPS, TRUE, 443 },
  { "socks", TERN_PROXY_SOCKS5, TRUE, 1080 },   { "socks4", TERN_PROXY_SOCKS4, FALSE, 1080 },
  { "socks4a", TERN_PROXY_SOCKS4, TRUE, 1080 }, { "socks5", TERN_PROXY_SOCKS5, FALSE, 1080 },
  { "socks5h", TERN_PROXY_SOCKS5, TRUE, 1080 },
};

/* Where the parts lie; at is NULL where there is none. */
typedef struct
{
  const char *at;
  gsize len;
} Part;

static gboolean
fail (const char *reason, GError **error)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL,
               _ ("The URI of the proxy is not valid: %s"), _ (reason));
  return FALSE;
}

/* Returns what is behind the scheme; without one it is http. NULL for a scheme that is none of
 * ours. */
static const char *
split_scheme (const char *uri, guint *kind, GError **error)
{
  const char *end = strstr (uri, "://");
  g_autofree char *shown = NULL;

  *kind = 0;
  if (!end)
    return uri;
  if (!g_ascii_isalpha (*uri))
    return fail (N_ ("the scheme is malformed"), error), NULL;
  for (const char *at = uri; at < end; at++)
    if (!g_ascii_isalnum (*at) && *at != '+' && *at != '-' && *at != '.')
      return fail (N_ ("the scheme is malformed"), error), NULL;
  for (; *kind < G_N_ELEMENTS (kinds); ++*kind)
    if (g_ascii_strncasecmp (uri, kinds[*kind].name, end - uri) == 0
        && kinds[*kind].name[end - uri] == '\0')
      return end + 3;
  shown = tern_escape (uri, end - uri);
  g_set_error (error, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE,
               _ ("There is no proxy of the scheme “%s”"), shown);
  return NULL;
}

/* Finds userinfo, host and port; the authority ends the text, but for one slash. */
static gboolean
split_authority (const char *text, Part *userinfo, Part *host, Part *port, GError **error)
{
  const gsize len = strcspn (text, "/?#\\");
  const char *end = text + len;
  const char *at = memchr (text, '@', len);
  const char *colon;

  if (*end && strcmp (end, "/") != 0)
    return fail (N_ ("it has a path or a query"), error);
  if (at && memchr (at + 1, '@', end - at - 1))
    return fail (N_ ("it has more than one “@”"), error);
  userinfo->at = at ? text : NULL;
  userinfo->len = at ? at - text : 0;
  host->at = at ? at + 1 : text;
  if (host->at < end && *host->at == '[')
    {
      const char *close = memchr (host->at, ']', end - host->at);

      if (!close || (close + 1 < end && close[1] != ':'))
        return fail (N_ ("the brackets round the address do not match"), error);
      host->at++;
      host->len = close - host->at;
      colon = close + 1 < end ? close + 1 : NULL;
      /* Brackets are for what has colons (RFC 3986 §3.2.2). */
      if (!memchr (host->at, ':', host->len))
        return fail (N_ ("the address in brackets is not a valid IPv6 address"), error);
    }
  else
    {
      colon = memchr (host->at, ':', end - host->at);
      host->len = (colon ? colon : end) - host->at;
    }
  port->at = colon ? colon + 1 : end;
  port->len = end - port->at;
  return TRUE;
}

static gboolean
read_port (const Part *part, guint *port, GError **error)
{
  if (part->len == 0)
    return TRUE;
  *port = 0;
  for (gsize i = 0; i < part->len; i++)
    {
      if (!g_ascii_isdigit (part->at[i]))
        *port = G_MAXUINT16;
      else
        *port = *port * 10 + (part->at[i] - '0');
      if (!g_ascii_isdigit (part->at[i]) || *port > G_MAXUINT16)
        return fail (N_ ("the port is not a number from 1 to 65535"), error);
    }
  return *port > 0 || fail (N_ ("the port is not a number from 1 to 65535"), error);
}

/* Percent-decoding to any bytes; what is no escape stays, as with curl: passwords have a "%". */
static char *
decode (const char *text, gsize len, gsize *n)
{
  char *out = g_malloc (len + 1);

  *n = 0;
  for (gsize i = 0; i < len; i++)
    if (text[i] == '%' && i + 2 < len && g_ascii_isxdigit (text[i + 1])
        && g_ascii_isxdigit (text[i + 2]))
      {
        out[(*n)++] = g_ascii_xdigit_value (text[i + 1]) << 4 | g_ascii_xdigit_value (text[i + 2]);
        i += 2;
      }
    else
      out[(*n)++] = text[i];
  return out;
}

static GBytes *
decode_secret (const char *text, gsize len, char **buffer, gsize *n)
{
  *buffer = decode (text, len, n);
  return g_bytes_new_static (*buffer, *n);
}

static void
set_credentials (TernProxy *proxy, const Part *userinfo)
{
  const char *colon = memchr (userinfo->at, ':', userinfo->len);
  const gsize name_len = (colon ? colon : userinfo->at + userinfo->len) - userinfo->at;
  char *buffers[2];
  gsize n[2];
  g_autoptr (GBytes) name = decode_secret (userinfo->at, name_len, &buffers[0], &n[0]);
  g_autoptr (GBytes) password = decode_secret (
      colon ? colon + 1 : "", colon ? userinfo->len - name_len - 1 : 0, &buffers[1], &n[1]);

  /* It takes copies, which are wiped in their time; these are wiped now. */
  tern_proxy_set_credentials_bytes (proxy, name, password);
  for (guint i = 0; i < G_N_ELEMENTS (buffers); i++)
    {
      explicit_bzero (buffers[i], n[i]);
      g_free (buffers[i]);
    }
}

/**
 * tern_proxy_new_from_uri: (constructor)
 * @uri: (nullable): the URI, as in the variable `http_proxy`
 * @error: return location for an error
 *
 * Reads a proxy from a URI, `socks5h://name:password@proxy.example:1080`. Schemes are `http`,
 * `https`, `socks4`, `socks5` (this machine looks up the names of servers), `socks4a`, `socks5h`
 * (the proxy does) and `socks`, which is `socks5h`. Without a scheme it is `http`. Without a port
 * it is 80 for `http`, 443 for `https` and 1080 for the others. Name and password are
 * percent-decoded, to any bytes; a percent sign that starts no escape is one. IPv6 addresses stand
 * in brackets. A slash may stand at the end and nothing behind it.
 *
 * Errors are %TERN_ERROR_INVALID_URL for what is malformed and %TERN_ERROR_PROXY_UNAVAILABLE for
 * another scheme; they never show name or password.
 *
 * Returns: (transfer full): a proxy, or %NULL with @error set
 */
TernProxy *
tern_proxy_new_from_uri (const char *uri, GError **error)
{
  g_autoptr (TernProxy) proxy = NULL;
  g_autoptr (TernRoute) route = NULL;
  g_autofree char *name = NULL;
  Part userinfo, host, port;
  const char *rest;
  guint number, kind;

  for (const char *at = uri; at && *at; at++)
    if ((guint8)*at <= 0x20 || *at == 0x7F)
      return fail (N_ ("it has a control character or a space"), error), NULL;
  rest = split_scheme (uri ? uri : "", &kind, error);
  if (!rest || !split_authority (rest, &userinfo, &host, &port, error))
    return NULL;
  number = kinds[kind].port;
  if (!read_port (&port, &number, error))
    return NULL;
  name = g_strndup (host.at, host.len);
  proxy = tern_proxy_new (kinds[kind].type, name, number);
  tern_proxy_set_remote_dns (proxy, kinds[kind].remote_dns);
  if (userinfo.len > 0)
    set_credentials (proxy, &userinfo);
  /* What no connection could be made with is an error already here. */
  route = tern_route_new (proxy, error);
  return route ? g_steal_pointer (&proxy) : NULL;
}

/* The scheme under which GIO registers that kind; its SOCKS 5 always lets the proxy look up names.
 */
static const char *
gio_scheme (TernProxy *proxy)
{
  const TernProxyType type = tern_proxy_get_kind (proxy);

  if (type == TERN_PROXY_SOCKS4 && tern_proxy_get_remote_dns (proxy))
    return "socks4a";
  return tern_route_get_scheme (type);
}

static void
append_escaped (GString *out, GBytes *bytes)
{
  gsize len = 0;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  g_autofree char *escaped = len > 0 ? g_uri_escape_bytes (data, len, NULL) : NULL;

  if (escaped)
    g_string_append (out, escaped);
}

char *
tern_proxy_uri_for_gio (TernProxy *proxy)
{
  const char *host = tern_proxy_get_host (proxy);
  TernCredentials *credentials = tern_proxy_get_credentials (proxy);
  GString *out = g_string_new (gio_scheme (proxy));

  g_string_append (out, "://");
  if (credentials)
    {
      append_escaped (out, tern_credentials_get_name (credentials));
      g_string_append_c (out, ':');
      append_escaped (out, tern_credentials_get_password (credentials));
      g_string_append_c (out, '@');
    }
  g_string_append_printf (out, strchr (host, ':') ? "[%s]:%u" : "%s:%u", host,
                          tern_proxy_get_port (proxy));
  return g_string_free (out, FALSE);
}
