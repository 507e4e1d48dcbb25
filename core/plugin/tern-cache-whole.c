/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is asked of a store as a whole: what it holds, how much that is, whether it is sound. A
 * store that cannot tell says so by G_IO_ERROR_NOT_SUPPORTED, which is no fault of it. */
#include <tern/tern-cache.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "plugin/tern-cache-parts.h"

static gboolean
cannot (TernCacheStore *self, const char *what, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s: %s", G_OBJECT_TYPE_NAME (self),
               what);
  return FALSE;
}

/**
 * TernCacheStoreInterface::open_entry:
 * @self: a store
 * @key: a key
 * @meta: (out) (transfer full): the meta of the entry
 * @body: (out) (transfer full) (nullable): its body
 * @stream: (out) (transfer full) (nullable): its body, where it is not handed out whole
 * @error: return location for a #GError
 *
 * Returns: whether there is one; %FALSE without an error is a miss
 */

/**
 * TernCacheStoreInterface::create_entry:
 * @self: a store
 * @key: a key
 * @meta: the meta of the entry, as far as it is known yet
 * @error: return location for a #GError
 *
 * Returns: (transfer full): what writes the entry
 */

/**
 * TernCacheStoreInterface::usage:
 * @self: a store
 * @n_keys: (out): how many keys there are
 * @size: (out): how many bytes they take
 * @error: return location for a #GError
 *
 * Returns: whether it worked
 */

/**
 * TernCacheStoreInterface::foreach:
 * @self: a store
 * @func: (scope call): told of each key
 * @user_data: for @func
 * @error: return location for a #GError
 *
 * Returns: whether it worked
 */

/**
 * TernCacheStoreInterface::list_keys:
 * @self: a store
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): the keys; %NULL with an error
 */

/**
 * TernCacheStoreInterface::verify:
 * @self: a store
 * @func: (scope call): told of what is damaged
 * @user_data: for @func
 * @error: return location for a #GError
 *
 * Returns: whether it worked
 */

/**
 * TernCacheStoreInterface::set_name_function: (skip)
 * @self: a store
 * @func: makes the names of files
 * @user_data: for @func
 * @destroy: frees @user_data
 * @error: return location for a #GError
 *
 * Returns: whether it worked
 */

static gboolean
tell_keys (TernCacheStore *self, TernCacheStoreFunc func, gpointer user_data, GError **error)
{
  g_auto (GStrv) keys = TERN_CACHE_STORE_GET_IFACE (self)->list_keys (self, error);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!func (keys[i], 0, 0, user_data))
      break;
  return keys != NULL;
}

/**
 * tern_cache_store_foreach:
 * @self: a store
 * @func: (scope call): told of each key that the store holds, in no order
 * @user_data: for @func
 * @error: return location for a #GError
 *
 * Tells of what a store holds. May block; @func is called in this thread and may use the store.
 * What comes or goes meanwhile may be told of or not. A store that cannot list what it holds, as
 * memcached cannot, fails with %G_IO_ERROR_NOT_SUPPORTED.
 *
 * Returns: whether it worked
 */
gboolean
tern_cache_store_foreach (TernCacheStore *self,
                          TernCacheStoreFunc func,
                          gpointer user_data,
                          GError **error)
{
  TernCacheStoreInterface *iface;
  g_autoptr (GError) inner = NULL;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (self), FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  iface = TERN_CACHE_STORE_GET_IFACE (self);
  if (iface->foreach == NULL && iface->list_keys == NULL)
    return cannot (self, _ ("the store cannot list what it holds"), error);
  if ((iface->foreach != NULL ? iface->foreach : tell_keys) (self, func, user_data, &inner)
      && inner == NULL)
    return TRUE;
  tern_cache_parts_fail (self, _ ("listing failed"), inner, error);
  return FALSE;
}

/**
 * tern_cache_store_usage:
 * @self: a store
 * @n_keys: (out) (optional): how many keys there are
 * @size: (out) (optional): how many bytes they take, as the store counts
 * @error: return location for a #GError
 *
 * Gets how much a store holds. May block. A store that cannot tell fails with
 * %G_IO_ERROR_NOT_SUPPORTED.
 *
 * Returns: whether it worked
 */
gboolean
tern_cache_store_usage (TernCacheStore *self, guint64 *n_keys, guint64 *size, GError **error)
{
  TernCacheStoreInterface *iface;
  g_autoptr (GError) inner = NULL;
  guint64 n = 0, bytes = 0;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (self), FALSE);

  iface = TERN_CACHE_STORE_GET_IFACE (self);
  if (iface->usage == NULL)
    return cannot (self, _ ("the store cannot tell how much it holds"), error);
  if (!iface->usage (self, &n, &bytes, &inner) || inner != NULL)
    {
      tern_cache_parts_fail (self, _ ("reading failed"), inner, error);
      return FALSE;
    }
  if (n_keys != NULL)
    *n_keys = n;
  if (size != NULL)
    *size = bytes;
  return TRUE;
}

/**
 * tern_cache_store_clear:
 * @self: a store
 * @error: return location for a #GError
 *
 * Forgets everything. May block. A store that cannot, because others share its servers, say, fails
 * with %G_IO_ERROR_NOT_SUPPORTED.
 *
 * Returns: whether it worked
 */
gboolean
tern_cache_store_clear (TernCacheStore *self, GError **error)
{
  TernCacheStoreInterface *iface;
  g_autoptr (GError) inner = NULL;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (self), FALSE);

  iface = TERN_CACHE_STORE_GET_IFACE (self);
  if (iface->clear == NULL)
    return cannot (self, _ ("the store cannot be cleared"), error);
  if (iface->clear (self, &inner) && inner == NULL)
    return TRUE;
  tern_cache_parts_fail (self, _ ("deleting failed"), inner, error);
  return FALSE;
}

/**
 * tern_cache_store_verify:
 * @self: a store
 * @func: (scope call): told of what is damaged
 * @user_data: for @func
 * @error: return location for a #GError
 *
 * Reads everything that a store holds and tells of what is not as it was written. May block, and
 * for long. Without being asked, a store treats such things as misses. One that does not check by
 * itself fails with %G_IO_ERROR_NOT_SUPPORTED.
 *
 * Returns: whether everything could be looked at
 */
gboolean
tern_cache_store_verify (TernCacheStore *self,
                         TernCacheDamageFunc func,
                         gpointer user_data,
                         GError **error)
{
  TernCacheStoreInterface *iface;
  g_autoptr (GError) inner = NULL;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (self), FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  iface = TERN_CACHE_STORE_GET_IFACE (self);
  if (iface->verify == NULL)
    return cannot (self, _ ("the store does not check what it holds"), error);
  if (iface->verify (self, func, user_data, &inner) && inner == NULL)
    return TRUE;
  tern_cache_parts_fail (self, _ ("reading failed"), inner, error);
  return FALSE;
}
