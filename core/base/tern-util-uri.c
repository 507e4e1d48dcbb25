/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pure helpers for URIs that programs may use on their own. They must never touch the network.
 * */
#include <string.h>
#include <tern/tern-util.h>

#include "base/tern-uri.h"

static gboolean
is_unreserved (guint8 c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* Percent-encoding in its one form (RFC 3986 §6.2.2.1, §6.2.2.2); the text never grows. */
static void
normalize_percent (char *text)
{
  char *out = text;

  for (; *text; text++)
    {
      int byte;

      if (*text != '%' || !g_ascii_isxdigit (text[1]) || !g_ascii_isxdigit (text[2]))
        {
          *out++ = *text;
          continue;
        }
      byte = g_ascii_xdigit_value (text[1]) << 4 | g_ascii_xdigit_value (text[2]);
      if (is_unreserved (byte))
        *out++ = byte;
      else
        {
          *out++ = '%';
          *out++ = g_ascii_toupper (text[1]);
          *out++ = g_ascii_toupper (text[2]);
        }
      text += 2;
    }
  *out = '\0';
}

/**
 * tern_uri_normalize:
 * @uri: an absolute http or https URI or IRI
 * @error: return location for an error
 *
 * Writes a URI in the one form in which two that mean the same are the same text (RFC 3986 §6.2.2,
 * §6.2.3): scheme and host in lower case (an international host in ASCII), without the default
 * port, with "/" for an empty path, without dot segments, percent-encoding in upper case and only
 * where it is needed. The fragment and user information are dropped: neither belongs to what a
 * server is asked. An empty query stays, because it is not the same as none.
 *
 * Errors are %TERN_ERROR_RELATIVE_URI, %TERN_ERROR_UNSUPPORTED_SCHEME and %TERN_ERROR_INVALID_URL.
 *
 * Returns: (transfer full): the normalized URI, or %NULL with @error set
 */
char *
tern_uri_normalize (const char *uri, GError **error)
{
  g_autoptr (TernUri) parsed = tern_uri_parse (uri, error);
  g_autofree char *path = NULL;
  char *query;

  if (!parsed)
    return NULL;
  path = g_strdup (parsed->target);
  normalize_percent (path);
  query = strchr (path, '?');
  if (query)
    *query++ = '\0';
  path[tern_uri_remove_dots (path, strlen (path))] = '\0';
  return g_strconcat (parsed->secure ? "https://" : "http://", parsed->authority, path,
                      query ? "?" : NULL, query, NULL);
}

/* Appends with every byte percent-encoded that no URI may have. */
static void
append_encoded (GString *out, const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    {
      const guint8 c = text[i];

      if (c <= 0x20 || c >= 0x7F)
        g_string_append_printf (out, "%%%02X", c);
      else
        g_string_append_c (out, c);
    }
}

/* Compatibility mapping can make a "/" out of one character: such a name stays percent-encoded. */
static char *
host_to_ascii (const char *name)
{
  g_autofree char *ascii = NULL;

  if (!g_hostname_is_non_ascii (name) || !g_utf8_validate (name, -1, NULL))
    return NULL;
  ascii = g_hostname_to_ascii (name);
  for (const char *at = ascii; at && *at; at++)
    if (!is_unreserved (*at))
      return NULL;
  return g_steal_pointer (&ascii);
}

/* Appends an authority with its host in ASCII; user information and port as any other text. */
static void
append_authority (GString *out, const char *text, gsize len)
{
  const char *at = memrchr (text, '@', len);
  const char *host = at ? at + 1 : text;
  const char *end = text + len;
  const char *colon = *host == '[' ? NULL : memchr (host, ':', end - host);
  const gsize host_len = (colon ? colon : end) - host;
  g_autofree char *name = g_strndup (host, host_len);
  g_autofree char *ascii = host_to_ascii (name);

  append_encoded (out, text, host - text);
  if (ascii)
    g_string_append (out, ascii);
  else
    append_encoded (out, host, host_len);
  if (colon)
    append_encoded (out, colon, end - colon);
}

/**
 * tern_iri_to_uri:
 * @iri: (nullable): an IRI (RFC 3987), absolute or not, of any scheme
 *
 * Makes a URI of an IRI: the host in ASCII (IDNA), other characters beyond ASCII as UTF-8 in
 * percent-encoding. Spaces and control characters are percent-encoded too. What is a URI already is
 * left as it is, so doing it twice changes nothing. It checks nothing.
 *
 * Returns: (transfer full): the URI
 */
char *
tern_iri_to_uri (const char *iri)
{
  const char *text = iri ? iri : "";
  const char *at = text;
  GString *out = g_string_sized_new (strlen (text) + 32);

  if (g_ascii_isalpha (*at))
    while (g_ascii_isalnum (*at) || *at == '+' || *at == '-' || *at == '.')
      at++;
  at = at > text && *at == ':' ? at + 1 : text;
  if (at[0] == '/' && at[1] == '/')
    {
      const gsize len = strcspn (at + 2, "/?#");

      g_string_append_len (out, text, at + 2 - text);
      append_authority (out, at + 2, len);
      at += 2 + len;
      text = at;
    }
  append_encoded (out, text, strlen (text));
  return g_string_free (out, FALSE);
}
