/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the URI of a store to the store. The scheme is looked up among the plugins' names; it must
 * never become part of a path. */
#include <string.h>
#include <tern/tern-cache.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "plugin/tern-registry.h"

typedef struct
{
  char *scheme;
  char *location;
  GHashTable *options; /* char * to char * */
} StoreUri;

static void
store_uri_clear (StoreUri *uri)
{
  g_free (uri->scheme);
  g_free (uri->location);
  g_clear_pointer (&uri->options, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StoreUri, store_uri_clear)

static gboolean
invalid (const char *text, GError **error)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_CACHE, _ ("“%s” is not the URI of a cache store"),
               text);
  return FALSE;
}

/* Percent-decoded; file names may hold any byte but NUL. */
static char *
decode (const char *text, gssize len)
{
  g_autoptr (GBytes) bytes = g_uri_unescape_bytes (text, len, NULL, NULL);
  gsize size;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (bytes == NULL || (size > 0 && memchr (data, '\0', size) != NULL))
    return NULL;
  return g_strndup (data != NULL ? data : "", size);
}

/* "memory:", "memory:name", "file:///dir?max-size=100M", "memcache://host,host/prefix": scheme,
 * ":", perhaps "//", the location, perhaps "?" and options. */
static gboolean
parse_store_uri (const char *text, StoreUri *uri, GError **error)
{
  const char *colon = strchr (text, ':');
  const char *query = strchr (text, '?');
  const char *start;

  if (colon == NULL || colon == text || strchr (text, '#') != NULL)
    return invalid (text, error);
  uri->scheme = g_strndup (text, colon - text);
  start = g_str_has_prefix (colon + 1, "//") ? colon + 3 : colon + 1;
  if (query != NULL && query < start)
    return invalid (text, error);
  uri->location = decode (start, query != NULL ? query - start : (gssize) strlen (start));
  query = query != NULL ? query + 1 : "";
  uri->options = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_NONE, NULL);
  return (uri->location != NULL && uri->options != NULL) || invalid (text, error);
}

/**
 * TernCacheStoreInterface::configure:
 * @self: a store that was just made
 * @location: what stands behind the scheme of the URI
 * @options: (element-type utf8 utf8): its query items
 * @error: return location for a #GError
 *
 * Returns: whether the store can be used
 */

/**
 * tern_cache_store_open:
 * @uri: where the responses are kept: `file:///folder?max-size=100M`, `gdbm:///folder/cache.gdbm`,
 *   `memory:`
 * @error: return location for a #GError
 *
 * Opens a cache store. The scheme of the URI is a name that a plugin offers, what follows is where
 * the store is, and the items of the query are the options of that plugin (see its documentation).
 *
 * Returns: (transfer full): the store
 */
TernCacheStore *
tern_cache_store_open (const char *uri, GError **error)
{
  g_auto (StoreUri) parts = { NULL };
  g_autoptr (TernCacheStore) store = NULL;
  g_autoptr (GError) inner = NULL;
  TernCacheStoreInterface *iface;

  g_return_val_if_fail (uri != NULL, NULL);

  if (!parse_store_uri (uri, &parts, error))
    return NULL;
  store = tern_registry_create (TERN_PLUGIN_CACHE_STORE, parts.scheme, error);
  if (store == NULL)
    return NULL;
  iface = TERN_CACHE_STORE_GET_IFACE (store);
  if (iface->configure == NULL)
    {
      /* A plugin that takes no parameters is not given any behind its back. */
      if (parts.location[0] == '\0' && g_hash_table_size (parts.options) == 0)
        return g_steal_pointer (&store);
      invalid (uri, error);
      return NULL;
    }
  if (iface->configure (store, parts.location, parts.options, &inner) && inner == NULL)
    return g_steal_pointer (&store);
  if (inner != NULL && inner->domain == TERN_ERROR)
    g_propagate_error (error, g_steal_pointer (&inner));
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_CACHE, _ ("The cache store “%s” does not open: %s"),
                 uri, inner != NULL ? inner->message : _ ("not said why"));
  return NULL;
}
