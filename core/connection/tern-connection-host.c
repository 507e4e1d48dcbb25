/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hosts as httplib takes them, and then through the one parser of URIs. It must never let a byte
 * through that ends a host name somewhere else. */
#include "connection/tern-connection-host.h"

#include <arpa/inet.h>
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-escape.h"
#include "base/tern-i18n.h"

#define MAX_TEXT 1024

static TernUri *
fail_host (const char *host, GError **error)
{
  g_autofree char *shown = tern_escape (host, strlen (host));

  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL,
               _ ("“%s” is neither a host name nor an address"), shown);
  return NULL;
}

static TernUri *
fail_port (const char *port, GError **error)
{
  g_autofree char *shown = tern_escape (port, strlen (port));

  g_set_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL, _ ("nonnumeric port: “%s”"), shown);
  return NULL;
}

static gboolean
is_ipv6 (const char *text)
{
  struct in6_addr address;

  return inet_pton (AF_INET6, text, &address) == 1;
}

/* Cuts the port off @host, which stands behind the last ":" behind the last "]"; nothing behind it
 * is the default. FALSE where it is no number. */
static gboolean
cut_port (char *host, int *port, GError **error)
{
  char *colon = strrchr (host, ':');
  char *bracket = strrchr (host, ']');
  guint64 number = 0;

  /* An address that nobody put into brackets has no port. */
  if (!colon || (bracket && colon < bracket) || (!bracket && is_ipv6 (host)))
    return TRUE;
  if (colon[1] != '\0'
      && (!g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &number, NULL)
          || !g_ascii_isdigit (colon[1])))
    return fail_port (colon + 1, error), FALSE;
  if (number > 0)
    *port = number;
  *colon = '\0';
  return TRUE;
}

/* Takes the brackets away, and the zone of an address (RFC 4007 §11), which means something on this
 * machine only. */
static gboolean
cut_brackets (char *host, char **zone)
{
  const gsize len = strlen (host);

  if (host[0] == '[')
    {
      if (len < 2 || host[len - 1] != ']')
        return FALSE;
      memmove (host, host + 1, len - 2);
      host[len - 2] = '\0';
      *zone = strchr (host, '%');
    }
  else if (strchr (host, ':'))
    *zone = strchr (host, '%');
  if (!*zone)
    return TRUE;
  *(*zone)++ = '\0';
  return **zone != '\0'
         && strspn (*zone, "0123456789abcdefghijklmnopqrstuvwxyz"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ-._~")
                == strlen (*zone);
}

TernUri *
tern_connection_host_parse (const char *host, int port, gboolean secure, GError **error)
{
  g_autofree char *name = g_strdup (host ? host : "");
  g_autofree char *text = NULL;
  g_autofree char *zoned = NULL;
  g_autoptr (TernUri) uri = NULL;
  char *zone = NULL;

  if (strlen (name) > MAX_TEXT)
    return fail_host ("…", error);
  if (port == -1 && !cut_port (name, &port, error))
    return NULL;
  if (port == -1)
    port = secure ? 443 : 80;
  /* What would begin or end the authority of a URI is no part of a host. */
  if (port < 1 || port > G_MAXUINT16 || strpbrk (name, "/?#@\\") || !cut_brackets (name, &zone))
    return fail_host (host ? host : "", error);
  text = g_strdup_printf (strchr (name, ':') ? "%s://[%s]:%d/" : "%s://%s:%d/",
                          secure ? "https" : "http", name, port);
  uri = tern_uri_parse (text, NULL);
  if (!uri)
    return fail_host (host ? host : "", error);
  if (!zone)
    return g_steal_pointer (&uri);
  zoned = g_strconcat (uri->host, "%", zone, NULL);
  return tern_uri_with_host (uri, zoned);
}
