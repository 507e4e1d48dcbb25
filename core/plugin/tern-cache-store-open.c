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

static gpointer
not_open (const char *text, const GError *inner, GError **error)
{
  if (inner != NULL && inner->domain == TERN_ERROR)
    g_propagate_error (error, g_error_copy (inner));
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_CACHE, _ ("The cache store “%s” does not open: %s"),
                 text, inner != NULL ? inner->message : _ ("not said why"));
  return NULL;
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
  return not_open (uri, inner, error);
}

/**
 * tern_cache_store_open_file:
 * @folder: where the responses are kept, a file each
 * @name_func: (nullable) (scope notified) (closure user_data) (destroy destroy): makes the names of
 *   the files out of keys; %NULL for a hash of them. tern_cache_safe_name() is one
 * @user_data: for @name_func
 * @destroy: (nullable): frees @user_data when the store is no more
 * @error: return location for a #GError
 *
 * Opens a folder as a cache store, as `file:///folder` does, with names of files that the program
 * makes. All who use one folder must make the same ones.
 *
 * Returns: (transfer full): the store
 */
TernCacheStore *
tern_cache_store_open_file (GFile *folder, TernCacheNameFunc name_func, gpointer user_data,
                            GDestroyNotify destroy, GError **error)
{
  g_autoptr (GHashTable) options = NULL;
  g_autoptr (TernCacheStore) store = NULL;
  g_autoptr (GError) inner = NULL;
  TernCacheStoreInterface *iface;

  g_return_val_if_fail (G_IS_FILE (folder), NULL);

  store = tern_registry_create (TERN_PLUGIN_CACHE_STORE, "file", error);
  if (store == NULL || g_file_peek_path (folder) == NULL)
    {
      g_autofree char *uri = g_file_get_uri (folder);

      if (destroy != NULL)
        destroy (user_data);
      if (store != NULL)
        invalid (uri, error);
      return NULL;
    }
  iface = TERN_CACHE_STORE_GET_IFACE (store);
  options = g_hash_table_new (g_str_hash, g_str_equal);
  if (name_func != NULL && iface->set_name_function != NULL)
    iface->set_name_function (store, name_func, user_data, destroy, &inner);
  else if (destroy != NULL)
    destroy (user_data);
  if (inner == NULL && (name_func == NULL || iface->set_name_function != NULL)
      && iface->configure != NULL
      && iface->configure (store, g_file_peek_path (folder), options, &inner) && inner == NULL)
    return g_steal_pointer (&store);
  return not_open (g_file_peek_path (folder), inner, error);
}
