/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stored responses of a store: told one by one, looked up, removed, checked. It keeps none of
 * them: a store of a hundred thousand costs the memory of one. */
#include "base/tern-uri.h"
#include "cache/tern-cache-entry-private.h"
#include "plugin/tern-cache-parts.h"
#include "policy/tern-cache-key.h"
#include "policy/tern-cache-sibling.h"
#include "policy/tern-cache-variants.h"

#include <tern/tern-cache.h>

typedef struct
{
  TernCacheStore *store;
  const char *uri; /* NULL: any */
  TernCacheEntryFunc func;
  gpointer user_data;
} Walk;

static gboolean
on_key (const char *key, guint64 size, gint64 keep_until, gpointer user_data)
{
  const Walk *walk = user_data;
  g_autoptr (TernCacheEntry) entry = NULL;

  if (walk->uri && !tern_cache_slot_is_of (key, walk->uri))
    return TRUE;
  entry = tern_cache_entry_read (walk->store, key);
  return !entry || walk->func (entry, walk->user_data);
}

/* As it stands in keys. */
static char *
plain_uri (const char *text, GError **error)
{
  g_autoptr (TernUri) uri = tern_uri_parse (text, error);

  return uri ? tern_uri_to_string (uri, FALSE) : NULL;
}

/**
 * tern_cache_entries_foreach:
 * @store: a store
 * @uri: (nullable): tells of what is stored for this URI alone, of whatever partition; %NULL tells
 *   of all
 * @func: (scope call): told of each entry, in no order
 * @user_data: for @func
 * @error: return location for a #GError
 *
 * Tells of the stored responses of a store, one after the other, in this thread; none is kept. May
 * block. Entries that cannot be read are told of too; what else is in the store is not. A store
 * that cannot list what it holds, as memcached cannot, fails with %G_IO_ERROR_NOT_SUPPORTED.
 *
 * @func should not change the store: what it removes or adds may make the store tell of something
 * twice or not at all.
 *
 * Returns: whether it worked
 */
gboolean
tern_cache_entries_foreach (TernCacheStore *store,
                            const char *uri,
                            TernCacheEntryFunc func,
                            gpointer user_data,
                            GError **error)
{
  Walk walk = { store, NULL, func, user_data };
  g_autofree char *plain = NULL;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (store), FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  if (uri)
    {
      plain = plain_uri (uri, error);
      if (!plain)
        return FALSE;
    }
  walk.uri = plain;
  return tern_cache_store_foreach (store, on_key, &walk, error);
}

/* The first variant, however the store keeps it: what was kept before it learned to take entries is
 * two plain values still. */
static TernCacheEntry *
read_home (TernCacheStore *store, const char *key)
{
  g_autofree char *meta_key = tern_cache_meta_key (key, NULL);
  TernCacheEntry *home = NULL;

  if (tern_cache_parts_taken_by (store))
    home = tern_cache_entry_read (store, key);
  return home ? home : tern_cache_entry_read (store, meta_key);
}

gboolean
tern_cache_entries_collect (TernCacheStore *store,
                            const char *uri,
                            const char *partition,
                            GPtrArray *entries,
                            GError **error)
{
  g_autoptr (TernUri) parsed = tern_uri_parse (uri, error);
  g_autofree char *key = parsed ? tern_cache_key (parsed, partition) : NULL;
  TernCacheEntry *home = key ? read_home (store, key) : NULL;

  if (!home)
    return parsed != NULL;
  g_ptr_array_add (entries, home);
  for (guint i = 0; home->record && i < home->record->siblings->len; i++)
    {
      const TernCacheSibling *sibling = home->record->siblings->pdata[i];
      g_autofree char *slot = home->slot.kind == TERN_CACHE_SLOT_ENTRY
                                  ? tern_cache_slot_key (key, sibling->slot)
                                  : tern_cache_meta_key (key, sibling->slot);
      TernCacheEntry *entry = tern_cache_entry_read (store, slot);

      if (entry)
        g_ptr_array_add (entries, entry);
    }
  return TRUE;
}

/**
 * tern_cache_entries_remove:
 * @store: a store
 * @uri: a URI
 * @partition: (nullable): the partition of the requests; %NULL for those without one
 * @n_removed: (out) (optional): how many entries were there
 * @error: return location for a #GError
 *
 * Forgets all variants of the response to a URI; that there are none is no error. May block. It
 * needs no list of what the store holds, so it works with every store.
 *
 * Returns: whether it worked
 */
gboolean
tern_cache_entries_remove (
    TernCacheStore *store, const char *uri, const char *partition, guint *n_removed, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_val_if_fail (TERN_IS_CACHE_STORE (store), FALSE);
  g_return_val_if_fail (uri != NULL, FALSE);

  if (!tern_cache_entries_collect (store, uri, partition, entries, error))
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    if (!tern_cache_entry_delete (entries->pdata[i], error))
      return FALSE;
  if (n_removed)
    *n_removed = entries->len;
  return TRUE;
}

typedef struct
{
  TernCacheDamageFunc func;
  gpointer user_data;
  gboolean by_store; /* it has read the bodies of its entries already */
} Check;

static gboolean
check_entry (TernCacheEntry *entry, gpointer user_data)
{
  const Check *check = user_data;
  g_autoptr (GError) error = NULL;

  if (entry->error)
    error = g_error_copy (entry->error);
  else if (!check->by_store || entry->slot.kind != TERN_CACHE_SLOT_ENTRY)
    tern_cache_entry_verify (entry, &error);
  if (error)
    check->func (entry->slot.key, error->message, check->user_data);
  return TRUE;
}

/**
 * tern_cache_entries_verify:
 * @store: a store
 * @func: (scope call): told of what is damaged
 * @user_data: for @func
 * @error: return location for a #GError
 *
 * Checks everything in a store: what the store itself can tell (tern_cache_store_verify()), and
 * that each entry is a stored response, with the body that belongs to it. May block, and for long.
 * Nothing is removed but what the store removes by itself.
 *
 * Returns: whether everything could be looked at; damage is no error
 */
gboolean
tern_cache_entries_verify (TernCacheStore *store,
                           TernCacheDamageFunc func,
                           gpointer user_data,
                           GError **error)
{
  Check check = { func, user_data, TRUE };
  g_autoptr (GError) inner = NULL;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (store), FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  if (!tern_cache_store_verify (store, func, user_data, &inner))
    {
      if (!g_error_matches (inner, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
        {
          g_propagate_error (error, g_steal_pointer (&inner));
          return FALSE;
        }
      check.by_store = FALSE;
    }
  return tern_cache_entries_foreach (store, NULL, check_entry, &check, error);
}
