/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses location and options. What is not understood is an error: a server that silently was
 * another would be found out too late. */
#include "memcache-options.h"

#include <arpa/inet.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/un.h>

#define DEFAULT_PORT 11211
#define DEFAULT_TIMEOUT (G_USEC_PER_SEC / 2)
#define DEFAULT_ITEM_SIZE (1024 * 1024)
#define DEFAULT_MAX_ENTRY_SIZE (8 * 1024 * 1024)
#define DEFAULT_CONNECTIONS 4
#define DEFAULT_PREFIX "tern:"

#define MAX_SERVERS 256
#define MAX_TIMEOUT 60.0
#define MAX_CONNECTIONS 256
/* memcached -I takes 1K to 1G. */
#define MIN_ITEM_SIZE 1024
#define MAX_ITEM_SIZE (1024 * 1024 * 1024)
/* Prefix, digest, nonce and number of a part are less than the 250 bytes that a key may have. */
#define MAX_PREFIX 128

static gboolean
fail (GError **error, const char *format, const char *offender)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, format, offender);
  return FALSE;
}

static void
address_free (gpointer data)
{
  MemcacheAddress *address = data;

  g_free (address->host);
  g_free (address);
}

static void
add_address (MemcacheOptions *options, const char *host, gsize len, guint port)
{
  MemcacheAddress *address = g_new0 (MemcacheAddress, 1);

  address->host = g_strndup (host, len);
  address->port = port;
  g_ptr_array_add (options->addresses, address);
}

static gboolean
parse_number (const char *text, guint64 least, guint64 most, guint64 *number)
{
  gsize len = strlen (text);

  if (len == 0 || len > 10 || strspn (text, "0123456789") != len)
    return FALSE;
  *number = g_ascii_strtoull (text, NULL, 10);
  return *number >= least && *number <= most;
}

/* "1M": a number of at least 1, perhaps with K, M or G behind it. */
static gboolean
parse_size (const char *text, guint64 least, guint64 most, gsize *size)
{
  gsize len = strlen (text);
  char unit = len > 0 ? text[len - 1] : '\0';
  guint shift = unit == 'K' ? 10 : unit == 'M' ? 20 : unit == 'G' ? 30 : 0;
  g_autofree char *digits = g_strndup (text, shift > 0 ? len - 1 : len);
  guint64 number;

  if (!parse_number (digits, 1, most >> shift, &number) || number << shift < least)
    return FALSE;
  *size = number << shift;
  return TRUE;
}

/* "0.5": seconds. */
static gboolean
parse_timeout (const char *text, gint64 *timeout)
{
  gsize whole = strspn (text, "0123456789");
  const char *rest = text + whole;
  double seconds;

  if (whole == 0 || whole > 9)
    return FALSE;
  if (*rest == '.' && rest[1] != '\0')
    rest += 1 + strspn (rest + 1, "0123456789");
  seconds = g_ascii_strtod (text, NULL);
  *timeout = (gint64)(seconds * G_USEC_PER_SEC);
  return *rest == '\0' && *timeout > 0 && seconds <= MAX_TIMEOUT;
}

/* A name or an IPv4 address; an IPv6 address stands in brackets. Every name that a resolver could
 * know is made of these; the rest would only be mistakes, or end up in somebody's log. */
static gboolean
is_host (const char *text, gsize len)
{
  if (len == 0 || len > 255 || text[0] == '-')
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("-._", text[i]) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_ipv6 (const char *text, gsize len)
{
  g_autofree char *address = g_strndup (text, len);
  struct in6_addr unused;

  return inet_pton (AF_INET6, address, &unused) == 1;
}

/* "host", "host:port", "[address]", "[address]:port". */
static gboolean
parse_address (MemcacheOptions *options, const char *text)
{
  gboolean in_brackets = text[0] == '[';
  const char *host = in_brackets ? text + 1 : text;
  gsize len = strcspn (host, in_brackets ? "]" : ":");
  const char *rest = host + len;
  guint64 port = DEFAULT_PORT;

  if (in_brackets && *rest++ != ']')
    return FALSE;
  if (*rest == ':' && !parse_number (rest + 1, 1, G_MAXUINT16, &port))
    return FALSE;
  if (*rest != ':' && *rest != '\0')
    return FALSE;
  if (in_brackets ? !is_ipv6 (host, len) : !is_host (host, len))
    return FALSE;
  add_address (options, host, len, port);
  return TRUE;
}

/* Twice the same server would only make a ring that no other client has. */
static gboolean
has_twins (MemcacheOptions *options)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < options->addresses->len; i++)
    {
      MemcacheAddress *address = options->addresses->pdata[i];

      if (!g_hash_table_add (seen, g_strdup_printf ("%s %u", address->host, address->port)))
        return TRUE;
    }
  return FALSE;
}

static gboolean
parse_addresses (MemcacheOptions *options, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", MAX_SERVERS + 1);

  if (text[0] == '\0')
    return fail (error, "%s", _ ("no memcached server is named"));
  if (g_strv_length (parts) > MAX_SERVERS)
    return fail (error, "%s", _ ("too many memcached servers"));
  for (guint i = 0; parts[i] != NULL; i++)
    if (!parse_address (options, parts[i]))
      return fail (error, _ ("“%s” is not the address of a memcached server"), parts[i]);
  return !has_twins (options) || fail (error, "%s", _ ("a memcached server is named twice"));
}

/* Blanks and control bytes would end the key; others may stand in one, but not everywhere. */
static gboolean
set_prefix (MemcacheOptions *options, const char *prefix)
{
  if (options->prefix != NULL || strlen (prefix) > MAX_PREFIX)
    return FALSE;
  for (gsize i = 0; prefix[i] != '\0'; i++)
    if (!g_ascii_isgraph (prefix[i]))
      return FALSE;
  options->prefix = g_strdup (prefix);
  return TRUE;
}

/* "host,host/prefix", or the path of a socket. */
static gboolean
parse_location (MemcacheOptions *options, const char *location, GError **error)
{
  g_autofree char *hosts = g_strndup (location, strcspn (location, "/"));
  const char *prefix = strchr (location, '/');

  if (location[0] == '/')
    {
      if (location[1] == '\0' || strlen (location) >= sizeof ((struct sockaddr_un *)0)->sun_path)
        return fail (error, _ ("“%s” is not the address of a memcached server"), location);
      add_address (options, location, strlen (location), 0);
      return TRUE;
    }
  if (!parse_addresses (options, hosts, error))
    return FALSE;
  if (prefix != NULL && prefix[1] != '\0' && !set_prefix (options, prefix + 1))
    return fail (error, _ ("“%s” cannot be the beginning of memcached's keys"), prefix + 1);
  return TRUE;
}

static gboolean
parse_item (MemcacheOptions *options, const char *name, const char *value)
{
  guint64 number = 0;

  if (g_str_equal (name, "timeout"))
    return parse_timeout (value, &options->timeout);
  if (g_str_equal (name, "item-size"))
    return parse_size (value, MIN_ITEM_SIZE, MAX_ITEM_SIZE, &options->item_size);
  if (g_str_equal (name, "max-entry-size"))
    return parse_size (value, 1, MAX_ITEM_SIZE, &options->max_entry_size);
  if (g_str_equal (name, "prefix"))
    return set_prefix (options, value);
  if (g_str_equal (name, "protocol"))
    {
      options->classic = g_str_equal (value, "classic");
      return options->classic || g_str_equal (value, "auto");
    }
  if (!g_str_equal (name, "connections") || !parse_number (value, 1, MAX_CONNECTIONS, &number))
    return FALSE;
  options->connections = number;
  return TRUE;
}

gboolean
memcache_options_parse (MemcacheOptions *options,
                        const char *location,
                        GHashTable *items,
                        GError **error)
{
  GHashTableIter iter;
  gpointer name, value;

  memcache_options_clear (options);
  options->addresses = g_ptr_array_new_with_free_func (address_free);
  options->timeout = DEFAULT_TIMEOUT;
  options->item_size = DEFAULT_ITEM_SIZE;
  options->max_entry_size = DEFAULT_MAX_ENTRY_SIZE;
  options->connections = DEFAULT_CONNECTIONS;
  if (!parse_location (options, location, error))
    return FALSE;
  g_hash_table_iter_init (&iter, items);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!parse_item (options, name, value))
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                     _ ("“%s=%s” is not an option of the cache in memcached"), (char *)name,
                     (char *)value);
        return FALSE;
      }
  if (options->prefix == NULL)
    options->prefix = g_strdup (DEFAULT_PREFIX);
  return TRUE;
}

void
memcache_options_clear (MemcacheOptions *options)
{
  g_clear_pointer (&options->addresses, g_ptr_array_unref);
  g_clear_pointer (&options->prefix, g_free);
  *options = (MemcacheOptions){ 0 };
}
