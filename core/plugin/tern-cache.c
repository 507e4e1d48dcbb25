/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The safe way to call a cache store: what a store does wrong becomes an error of
 * TERN_ERROR_CACHE. It knows nothing of HTTP, and nothing of where values are kept. */
#include <tern/tern-cache.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "plugin/tern-cache-parts.h"

/**
 * tern_cache_store_get:
 * @self: a store
 * @key: a key
 * @error: return location for a #GError
 *
 * Gets the value that is kept under the key.
 *
 * Returns: (transfer full) (nullable): the value that is kept under the key; %NULL without an
 *   error if there is none
 */
GBytes *
tern_cache_store_get (TernCacheStore *self, const char *key, GError **error)
{
  TernCacheStoreInterface *iface;
  g_autoptr (GError) inner = NULL;
  g_autoptr (GBytes) value = NULL;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  iface = TERN_CACHE_STORE_GET_IFACE (self);
  if (iface->get == NULL)
    return NULL;
  value = iface->get (self, key, &inner);
  if (inner == NULL)
    return g_steal_pointer (&value);
  tern_cache_parts_fail (self, _ ("reading failed"), inner, error);
  return NULL;
}

/**
 * tern_cache_store_set:
 * @self: a store
 * @key: a key
 * @value: what to keep under it, in place of what is there
 * @keep_until: Unix time in seconds after which the value is of no use; 0 where that is not known
 * @error: return location for a #GError
 *
 * A store may take a value and forget it at once, because it is too large for it, say.
 *
 * Returns: whether it worked; if not, what was there before may be gone
 */
gboolean
tern_cache_store_set (TernCacheStore *self, const char *key, GBytes *value, gint64 keep_until,
                      GError **error)
{
  TernCacheStoreInterface *iface;
  g_autoptr (GError) inner = NULL;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  iface = TERN_CACHE_STORE_GET_IFACE (self);
  if (iface->set != NULL && iface->set (self, key, value, keep_until, &inner) && inner == NULL)
    return TRUE;
  tern_cache_parts_fail (self, _ ("writing failed"), inner, error);
  return FALSE;
}

/**
 * tern_cache_store_delete:
 * @self: a store
 * @key: a key
 * @error: return location for a #GError
 *
 * Forgets a key; that it was not there is no error.
 *
 * Returns: whether nothing is kept under the key now
 */
gboolean
tern_cache_store_delete (TernCacheStore *self, const char *key, GError **error)
{
  TernCacheStoreInterface *iface;
  g_autoptr (GError) inner = NULL;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  iface = TERN_CACHE_STORE_GET_IFACE (self);
  if (iface->delete != NULL && iface->delete (self, key, &inner) && inner == NULL)
    return TRUE;
  tern_cache_parts_fail (self, _ ("deleting failed"), inner, error);
  return FALSE;
}

/**
 * tern_cache_store_get_flags:
 * @self: a store
 *
 * Gets how the store may be called.
 *
 * Returns: how the store may be called
 */
TernCacheStoreFlags
tern_cache_store_get_flags (TernCacheStore *self)
{
  TernCacheStoreInterface *iface;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (self), TERN_CACHE_STORE_NONE);

  iface = TERN_CACHE_STORE_GET_IFACE (self);
  return iface->get_flags != NULL ? iface->get_flags (self) : TERN_CACHE_STORE_NONE;
}
