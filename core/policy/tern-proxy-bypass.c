/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The matcher of no_proxy. An entry that it does not understand fits nothing: it must never guess,
 * because each fit is a connection past the proxy. */
#include "policy/tern-proxy-bypass.h"

#include <string.h>
#include <tern/tern-proxy.h>

/* A name has at most 255 bytes in ASCII; one in UTF-8 that becomes such has fewer than this. */
#define MAX_ENTRY 1024
#define SEPARATORS ", \t\r\n\v\f"

/* A host in the form in which it is compared. */
typedef struct
{
  char *name; /* lower or upper case, ASCII, no dot at its end; NULL for an address */
  gsize name_len;
  guint8 bytes[16]; /* of an address */
  gsize n_bytes;    /* 4, 16; 0 for a name */
} Host;

static void
host_clear (Host *host)
{
  g_free (host->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Host, host_clear)

/* An address and nothing else: GLib would look at the interfaces of this machine for a zone. */
static gsize
read_address (const char *text, guint8 bytes[16])
{
  g_autoptr (GInetAddress) address = NULL;
  gsize n;

  if (text[0] == '\0' || text[strspn (text, "0123456789abcdefABCDEF:.")] != '\0')
    return 0;
  address = g_inet_address_new_from_string (text);
  if (!address)
    return 0;
  n = g_inet_address_get_native_size (address);
  memcpy (bytes, g_inet_address_to_bytes (address), n);
  return n;
}

/* The name in ASCII, or NULL where there is no such form. */
static char *
fold_name (const char *name)
{
  if (!g_hostname_is_non_ascii (name))
    return g_strdup (name);
  return g_utf8_validate (name, -1, NULL) ? g_hostname_to_ascii (name) : NULL;
}

static gboolean
host_init (Host *host, const char *text)
{
  const gsize len = strlen (text);
  g_autofree char *bare = NULL;

  if (len == 0 || len > MAX_ENTRY)
    return FALSE;
  bare = text[0] == '[' && text[len - 1] == ']' ? g_strndup (text + 1, len - 2) : g_strdup (text);
  /* A zone (RFC 4007) says by which interface, not which address. */
  if (strchr (bare, ':') && strchr (bare, '%'))
    *strchr (bare, '%') = '\0';
  host->n_bytes = read_address (bare, host->bytes);
  if (host->n_bytes > 0)
    return TRUE;
  host->name = fold_name (bare);
  if (!host->name)
    return FALSE;
  host->name_len = strlen (host->name);
  if (host->name_len > 0 && host->name[host->name_len - 1] == '.')
    host->name_len--;
  return host->name_len > 0;
}

/* 1*DIGIT up to @max. */
static gboolean
read_number (const char *text, guint max, guint *number)
{
  *number = 0;
  if (*text == '\0')
    return FALSE;
  for (; *text; text++)
    {
      if (!g_ascii_isdigit (*text))
        return FALSE;
      *number = *number * 10 + (*text - '0');
      if (*number > max)
        return FALSE;
    }
  return TRUE;
}

static gboolean
same_network (const guint8 *a, const guint8 *b, guint bits)
{
  const guint whole = bits / 8;
  const guint rest = bits % 8;

  if (memcmp (a, b, whole) != 0)
    return FALSE;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

/* "10.0.0.1", "10.0.0.0/8", "::1", "fe80::/10"; bits of the address behind the prefix do not
 * matter. */
static gboolean
address_fits (const Host *host, char *entry)
{
  char *slash = strchr (entry, '/');
  guint bits = host->n_bytes * 8;
  guint8 bytes[16];

  if (slash)
    *slash = '\0';
  if (slash && !read_number (slash + 1, host->n_bytes * 8, &bits))
    return FALSE;
  return read_address (entry, bytes) == host->n_bytes && same_network (host->bytes, bytes, bits);
}

/* The name itself or one below it: "www.example.com" and not "nonexample.com" for "example.com". */
static gboolean
name_fits (const Host *host, const char *entry)
{
  g_autofree char *folded = fold_name (entry);
  const char *name = folded;
  const char *tail;
  gsize len;

  if (!folded)
    return FALSE;
  name += *name == '.';
  len = strlen (name);
  if (len > 0 && name[len - 1] == '.')
    len--;
  if (len == 0 || len > host->name_len)
    return FALSE;
  tail = host->name + (host->name_len - len);
  return g_ascii_strncasecmp (tail, name, len) == 0 && (tail == host->name || tail[-1] == '.');
}

static gboolean
is_port (const char *text, guint port)
{
  guint wanted;

  return read_number (text, G_MAXUINT16, &wanted) && wanted != 0 && wanted == port;
}

/* Takes the brackets off: "[fe80::]/10" is left as "fe80::/10", "[::1]:80" as "::1" if the port
 * fits. */
static gboolean
open_brackets (char **entry, guint port)
{
  char *close = strchr (*entry, ']');
  char *rest;

  if (!close)
    return FALSE;
  rest = close + 1;
  *close = '\0';
  ++*entry;
  if (!strchr (*entry, ':') || strchr (*entry, '/'))
    return FALSE;
  if (*rest != '/')
    return *rest == '\0' || (*rest == ':' && is_port (rest + 1, port));
  memmove (close, rest, strlen (rest) + 1);
  return TRUE;
}

/* Cuts brackets and ":port" off; FALSE where they are malformed or it is another port. */
static gboolean
port_fits (char **entry, guint port)
{
  char *colon = strchr (*entry, ':');

  if (**entry == '[')
    return open_brackets (entry, port);
  if (!colon || strchr (colon + 1, ':')) /* none, or an IPv6 address */
    return TRUE;
  *colon = '\0';
  return is_port (colon + 1, port);
}

static gboolean
entry_fits (const Host *host, guint port, const char *text, gsize len)
{
  g_autofree char *copy = NULL;
  char *entry;

  if (len > MAX_ENTRY)
    return FALSE;
  entry = copy = g_strndup (text, len);
  if (!port_fits (&entry, port))
    return FALSE;
  if (strcmp (entry, "*") == 0)
    return TRUE;
  return host->n_bytes > 0 ? address_fits (host, entry) : name_fits (host, entry);
}

/* The next entry of a list; FALSE at its end. */
static gboolean
next_entry (const char **at, const char **entry, gsize *len)
{
  *entry = *at + strspn (*at, SEPARATORS);
  *len = strcspn (*entry, SEPARATORS);
  *at = *entry + *len;
  return *len > 0;
}

gboolean
tern_proxy_bypass_covers (const char *const *entries, const char *host, guint port)
{
  g_auto (Host) wanted = { 0 };

  if (!entries[0] || !host_init (&wanted, host))
    return FALSE;
  for (guint i = 0; entries[i]; i++)
    {
      const char *at = entries[i];
      const char *entry;
      gsize len;

      while (next_entry (&at, &entry, &len))
        if (entry_fits (&wanted, port, entry, len))
          return TRUE;
    }
  return FALSE;
}

char **
tern_proxy_bypass_split (const char *list)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *at = list;
  const char *entry;
  gsize len;

  while (next_entry (&at, &entry, &len))
    {
      g_autofree char *one = g_strndup (entry, len);

      g_strv_builder_add (builder, one);
    }
  return g_strv_builder_end (builder);
}

/**
 * tern_proxy_applies_to:
 * @self: a proxy
 * @host: the name or address of a server
 * @port: its port; 0 where it is not known
 *
 * Tells whether the proxy is to be used for a server: whether none of the entries of
 * [property@Proxy:bypass] fits.
 *
 * Returns: whether the server is reached through the proxy
 */
gboolean
tern_proxy_applies_to (TernProxy *self, const char *host, guint port)
{
  return !host || !tern_proxy_bypass_covers (tern_proxy_get_bypass (self), host, port);
}
