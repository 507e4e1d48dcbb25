/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stored responses as a GListModel. It holds keys alone and reads an entry when that is asked for,
 * so that a view of a large cache costs what it shows. */
#include <string.h>
#include <tern/tern-cache.h>

#include "base/tern-log.h"
#include "cache/tern-cache-entry-private.h"

typedef struct
{
  GObject parent;
  TernCacheStore *store;
  GPtrArray *keys; /* char *, sorted */
} EntryList;

typedef struct
{
  GObjectClass parent_class;
} EntryListClass;

static GType
entry_list_get_item_type (GListModel *model)
{
  return TERN_TYPE_CACHE_ENTRY;
}

static guint
entry_list_get_n_items (GListModel *model)
{
  return ((EntryList *)model)->keys->len;
}

static gpointer
entry_list_get_item (GListModel *model, guint position)
{
  EntryList *self = (EntryList *)model;

  if (position >= self->keys->len)
    return NULL;
  return tern_cache_entry_read_anyhow (self->store, self->keys->pdata[position]);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = entry_list_get_item_type;
  iface->get_n_items = entry_list_get_n_items;
  iface->get_item = entry_list_get_item;
}

static GType entry_list_get_type (void);
G_DEFINE_TYPE_WITH_CODE (EntryList,
                         entry_list,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
entry_list_finalize (GObject *object)
{
  EntryList *self = (EntryList *)object;

  g_clear_object (&self->store);
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  G_OBJECT_CLASS (entry_list_parent_class)->finalize (object);
}

static void
entry_list_class_init (EntryListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = entry_list_finalize;
}

static void
entry_list_init (EntryList *self)
{
  self->keys = g_ptr_array_new_with_free_func (g_free);
}

static EntryList *
entry_list_new (TernCacheStore *store)
{
  EntryList *self = g_object_new (entry_list_get_type (), NULL);

  self->store = g_object_ref (store);
  return self;
}

static gboolean
on_key (const char *key, guint64 size, gint64 keep_until, gpointer user_data)
{
  EntryList *self = user_data;
  g_auto (TernCacheSlot) slot = { TERN_CACHE_SLOT_NONE };

  tern_cache_slot_read (&slot, key);
  if (slot.kind == TERN_CACHE_SLOT_ENTRY || slot.kind == TERN_CACHE_SLOT_META)
    g_ptr_array_add (self->keys, g_strdup (key));
  return TRUE;
}

static gsize
slot_len (const char *key)
{
  const gsize len = strlen (key);

  return g_str_has_suffix (key, "#meta") ? len - strlen ("#meta") : len;
}

/* By slots, so that the first variant stands in front of the others in every store. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const char *const x = *(const char *const *)a, *const y = *(const char *const *)b;
  const gsize x_len = slot_len (x), y_len = slot_len (y);
  const int order = memcmp (x, y, MIN (x_len, y_len));

  return order != 0 ? order : (x_len > y_len) - (x_len < y_len);
}

/**
 * tern_cache_entries_list:
 * @store: a store
 * @error: return location for a #GError
 *
 * Lists the stored responses of a store, ordered by their keys. May block, as may getting an item:
 * the list holds keys, and an entry is read when it is asked for. The list does not follow what
 * happens in the store; an entry that went away since has an error ([method@CacheEntry.get_error]).
 *
 * A store that cannot list what it holds, as memcached cannot, fails with
 * %G_IO_ERROR_NOT_SUPPORTED; tern_cache_entries_find() works there too.
 *
 * Returns: (transfer full): a list of [class@CacheEntry]
 */
GListModel *
tern_cache_entries_list (TernCacheStore *store, GError **error)
{
  g_autoptr (GObject) list = NULL;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (store), NULL);

  list = (GObject *)entry_list_new (store);
  if (!tern_cache_store_foreach (store, on_key, list, error))
    return NULL;
  g_ptr_array_sort (((EntryList *)list)->keys, compare);
  return G_LIST_MODEL (g_steal_pointer (&list));
}

/**
 * tern_cache_entries:
 * @store: a store
 *
 * Lists the stored responses of a store as tern_cache_entries_list() does. What cannot be listed is
 * an empty list; why is said where `TERN_DEBUG=cache` asks for it.
 *
 * Returns: (transfer full): a list of [class@CacheEntry]
 */
GListModel *
tern_cache_entries (TernCacheStore *store)
{
  g_autoptr (GError) error = NULL;
  GListModel *list;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (store), NULL);

  list = tern_cache_entries_list (store, &error);
  if (list)
    return list;
  tern_log (TERN_LOG_CACHE, "%s", error->message);
  return G_LIST_MODEL (entry_list_new (store));
}

/**
 * tern_cache_entries_find:
 * @store: a store
 * @uri: a URI
 * @partition: (nullable): the partition of the requests; %NULL for those without one
 * @error: return location for a #GError of [error@Error]
 *
 * Gets all variants of the stored response to a URI, the one that was stored first in front. May
 * block. It needs no list of what the store holds, so it works with every store and is quick.
 *
 * Returns: (transfer full): a list of [class@CacheEntry]; empty where nothing is stored
 */
GListModel *
tern_cache_entries_find (TernCacheStore *store,
                         const char *uri,
                         const char *partition,
                         GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  GListStore *list;

  g_return_val_if_fail (TERN_IS_CACHE_STORE (store), NULL);
  g_return_val_if_fail (uri != NULL, NULL);

  if (!tern_cache_entries_collect (store, uri, partition, entries, error))
    return NULL;
  list = g_list_store_new (TERN_TYPE_CACHE_ENTRY);
  g_list_store_splice (list, 0, 0, entries->pdata, entries->len);
  return G_LIST_MODEL (list);
}
