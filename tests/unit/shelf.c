/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two types over one table: a store says by its slots whether it takes entries. */
#include "shelf.h"

typedef struct
{
  GBytes *meta;
  GBytes *body;
} Thing;

typedef struct
{
  GHashTable *things;
  gboolean broken;
  guint n_reads;
} Things;

struct _Shelf
{
  GObject parent;
};

typedef struct
{
  GObject parent;
} EntryShelf;

typedef GObjectClass EntryShelfClass;

static void shelf_iface_init (TernCacheStoreInterface *iface);
static void entry_shelf_iface_init (TernCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (Shelf,
                               shelf,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE, shelf_iface_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (EntryShelf,
                               entry_shelf,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE,
                                                      entry_shelf_iface_init))

static void
thing_free (gpointer data)
{
  Thing *thing = data;

  g_clear_pointer (&thing->meta, g_bytes_unref);
  g_bytes_unref (thing->body);
  g_free (thing);
}

static void
things_free (gpointer data)
{
  Things *self = data;

  g_hash_table_unref (self->things);
  g_free (self);
}

static Things *
things_of (TernCacheStore *store)
{
  Things *self = g_object_get_data (G_OBJECT (store), "things");

  if (!self)
    {
      self = g_new0 (Things, 1);
      self->things = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, thing_free);
      g_object_set_data_full (G_OBJECT (store), "things", self, things_free);
    }
  return self;
}

static gboolean
works (Things *self, GError **error)
{
  if (self->broken)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the shelf fell down");
  return !self->broken;
}

static GBytes *
get (TernCacheStore *store, const char *key, GError **error)
{
  Things *self = things_of (store);
  const Thing *thing;

  self->n_reads++;
  if (!works (self, error))
    return NULL;
  thing = g_hash_table_lookup (self->things, key);
  return thing ? g_bytes_ref (thing->body) : NULL;
}

static gboolean
set (TernCacheStore *store, const char *key, GBytes *value, gint64 keep_until, GError **error)
{
  shelf_put (store, key, NULL, value);
  return works (things_of (store), error);
}

static gboolean delete (TernCacheStore *store, const char *key, GError **error)
{
  g_hash_table_remove (things_of (store)->things, key);
  return works (things_of (store), error);
}

static gboolean foreach (TernCacheStore *store,
                         TernCacheStoreFunc func,
                         gpointer user_data,
                         GError * *error)
{
  Things *self = things_of (store);
  g_autofree gpointer *keys = g_hash_table_get_keys_as_array (self->things, NULL);

  if (!works (self, error))
    return FALSE;
  for (guint i = 0; keys[i]; i++)
    if (!func (keys[i], 1, 0, user_data))
      break;
  return TRUE;
}

static gboolean
open_entry (TernCacheStore *store,
            const char *key,
            GBytes **meta,
            GBytes **body,
            GInputStream **stream,
            GError **error)
{
  Things *self = things_of (store);
  const Thing *thing;

  self->n_reads++;
  if (!works (self, error))
    return FALSE;
  thing = g_hash_table_lookup (self->things, key);
  if (!thing)
    return FALSE;
  *meta = thing->meta ? g_bytes_ref (thing->meta) : g_bytes_new (NULL, 0);
  /* Every other one as a stream, as large ones are. */
  if (g_bytes_get_size (thing->body) % 2 == 0)
    *body = g_bytes_ref (thing->body);
  else
    *stream = g_memory_input_stream_new_from_bytes (thing->body);
  return TRUE;
}

static TernCacheWriter *
create_entry (TernCacheStore *store, const char *key, GBytes *meta, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY, "the shelf is full");
  return NULL;
}

static gboolean
set_meta (TernCacheStore *store,
          const char *key,
          GBytes *before,
          GBytes *meta,
          gint64 keep_until,
          GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY, "the shelf is full");
  return FALSE;
}

/* It knows of damage what it was told: bodies of one byte. */
static gboolean
verify (TernCacheStore *store, TernCacheDamageFunc func, gpointer user_data, GError **error)
{
  Things *self = things_of (store);
  GHashTableIter iter;
  gpointer key, value;

  if (!works (self, error))
    return FALSE;
  g_hash_table_iter_init (&iter, self->things);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_bytes_get_size (((Thing *)value)->body) == 1)
      func (key, "short", user_data);
  return TRUE;
}

static void
shelf_iface_init (TernCacheStoreInterface *iface)
{
  iface->get = get;
  iface->set = set;
  iface->delete = delete;
  iface->foreach = foreach;
}

static void
entry_shelf_iface_init (TernCacheStoreInterface *iface)
{
  shelf_iface_init (iface);
  iface->open_entry = open_entry;
  iface->create_entry = create_entry;
  iface->set_meta = set_meta;
  iface->verify = verify;
}

static void
shelf_class_init (ShelfClass *klass)
{
}

static void
shelf_init (Shelf *self)
{
}

static void
entry_shelf_class_init (EntryShelfClass *klass)
{
}

static void
entry_shelf_init (EntryShelf *self)
{
}

void
shelf_put (TernCacheStore *store, const char *key, GBytes *meta, GBytes *body)
{
  Thing *thing = g_new0 (Thing, 1);

  thing->meta = meta ? g_bytes_ref (meta) : NULL;
  thing->body = g_bytes_ref (body);
  g_hash_table_replace (things_of (store)->things, g_strdup (key), thing);
}

GBytes *
shelf_peek_meta (TernCacheStore *store, const char *key)
{
  const Thing *thing = g_hash_table_lookup (things_of (store)->things, key);

  return thing ? thing->meta : NULL;
}

GBytes *
shelf_peek (TernCacheStore *store, const char *key)
{
  const Thing *thing = g_hash_table_lookup (things_of (store)->things, key);

  return thing ? thing->body : NULL;
}

guint
shelf_count (TernCacheStore *store)
{
  return g_hash_table_size (things_of (store)->things);
}

void
shelf_break (TernCacheStore *store)
{
  things_of (store)->broken = TRUE;
}

guint
shelf_n_reads (TernCacheStore *store)
{
  return things_of (store)->n_reads;
}
