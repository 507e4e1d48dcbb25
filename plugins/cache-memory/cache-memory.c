/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cache store `memory:`. Values are handed out as they were handed in, without a copy. */
#include <glib/gi18n-lib.h>
#include <tern/tern-plugin.h>

#include "memory-table.h"
#include "memory-writer.h"

#define TERN_TYPE_CACHE_MEMORY (tern_cache_memory_get_type ())
G_DECLARE_FINAL_TYPE (TernCacheMemory, tern_cache_memory, TERN, CACHE_MEMORY, GObject)

struct _TernCacheMemory
{
  GObject parent;
  MemoryTable *table;
  GBytes *no_meta; /* that of a plain value */
};

static void tern_cache_memory_store_init (TernCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCacheMemory, tern_cache_memory, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE,
                                                      tern_cache_memory_store_init))

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* "100M": a number of at least 1, perhaps with K, M or G behind it. */
static gboolean
parse_size (const char *text, guint64 *size)
{
  char *end = NULL;
  guint shift = 0;

  if (!g_ascii_isdigit (text[0]))
    return FALSE;
  *size = g_ascii_strtoull (text, &end, 10);
  if (*end == 'K' || *end == 'M' || *end == 'G')
    shift = *end == 'K' ? 10 : *end == 'M' ? 20 : 30;
  if (shift > 0)
    end++;
  if (*end != '\0' || *size == 0 || *size > ((guint64) G_MAXINT64 >> shift))
    return FALSE;
  *size <<= shift;
  return TRUE;
}

static gboolean
tern_cache_memory_open (TernCacheStore *store, const char *location, GHashTable *options,
                        GError **error)
{
  TernCacheMemory *self = TERN_CACHE_MEMORY (store);
  guint64 max_size = 0, max_entry_size = 0;
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, options);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      guint64 *size = g_str_equal (name, "max-size")         ? &max_size
                      : g_str_equal (name, "max-entry-size") ? &max_entry_size
                                                             : NULL;

      if (size == NULL || !parse_size (value, size))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       _ ("“%s=%s” is not an option of the cache in memory"), (char *) name,
                       (char *) value);
          return FALSE;
        }
    }
  if (location[0] != '\0')
    {
      memory_table_unref (self->table);
      self->table = memory_table_get_named (location);
    }
  memory_table_set_limits (self->table, max_size, max_entry_size);
  return TRUE;
}

static GBytes *
tern_cache_memory_get (TernCacheStore *store, const char *key, GError **error)
{
  return memory_table_get (TERN_CACHE_MEMORY (store)->table, key, get_now (), NULL);
}

static gboolean
tern_cache_memory_set (TernCacheStore *store, const char *key, GBytes *value, gint64 keep_until,
                       GError **error)
{
  TernCacheMemory *self = TERN_CACHE_MEMORY (store);

  memory_table_set (self->table, key, self->no_meta, value, keep_until, get_now ());
  return TRUE;
}

static gboolean
tern_cache_memory_delete (TernCacheStore *store, const char *key, GError **error)
{
  memory_table_delete (TERN_CACHE_MEMORY (store)->table, key);
  return TRUE;
}

static TernCacheStoreFlags
tern_cache_memory_get_flags (TernCacheStore *store)
{
  return TERN_CACHE_STORE_LOCAL | TERN_CACHE_STORE_ANY_THREAD;
}

static gboolean
tern_cache_memory_open_entry (TernCacheStore *store, const char *key, GBytes **meta, GBytes **body,
                              GInputStream **stream, GError **error)
{
  *body = memory_table_get (TERN_CACHE_MEMORY (store)->table, key, get_now (), meta);
  return *body != NULL;
}

static TernCacheWriter *
tern_cache_memory_create_entry (TernCacheStore *store, const char *key, GBytes *meta,
                                GError **error)
{
  return memory_writer_new (TERN_CACHE_MEMORY (store)->table, key, meta);
}

static gboolean
tern_cache_memory_set_meta (TernCacheStore *store, const char *key, GBytes *before, GBytes *meta,
                            gint64 keep_until, GError **error)
{
  memory_table_set_meta (TERN_CACHE_MEMORY (store)->table, key, before, meta, keep_until,
                         get_now ());
  return TRUE;
}

/* Of what was there when it began, since @func may use the store. */
static gboolean
tern_cache_memory_foreach (TernCacheStore *store, TernCacheStoreFunc func, gpointer user_data,
                           GError **error)
{
  g_autoptr (GPtrArray) all = memory_table_list (TERN_CACHE_MEMORY (store)->table, get_now ());

  for (guint i = 0; i < all->len; i++)
    {
      const MemoryListed *listed = g_ptr_array_index (all, i);

      if (!func (listed->key, listed->size, listed->keep_until, user_data))
        break;
    }
  return TRUE;
}

static gboolean
tern_cache_memory_usage (TernCacheStore *store, guint64 *n_keys, guint64 *size, GError **error)
{
  memory_table_usage (TERN_CACHE_MEMORY (store)->table, get_now (), n_keys, size);
  return TRUE;
}

static gboolean
tern_cache_memory_clear (TernCacheStore *store, GError **error)
{
  memory_table_clear (TERN_CACHE_MEMORY (store)->table);
  return TRUE;
}

/* What is handed out is the very object that was handed in, and cannot change: there is nothing
 * that reading it would find. */
static gboolean
tern_cache_memory_verify (TernCacheStore *store, TernCacheDamageFunc func, gpointer user_data,
                          GError **error)
{
  return TRUE;
}

static void
tern_cache_memory_store_init (TernCacheStoreInterface *iface)
{
  iface->configure = tern_cache_memory_open;
  iface->get = tern_cache_memory_get;
  iface->set = tern_cache_memory_set;
  iface->delete = tern_cache_memory_delete;
  iface->get_flags = tern_cache_memory_get_flags;
  iface->open_entry = tern_cache_memory_open_entry;
  iface->create_entry = tern_cache_memory_create_entry;
  iface->set_meta = tern_cache_memory_set_meta;
  iface->foreach = tern_cache_memory_foreach;
  iface->usage = tern_cache_memory_usage;
  iface->clear = tern_cache_memory_clear;
  iface->verify = tern_cache_memory_verify;
}

static void
tern_cache_memory_finalize (GObject *object)
{
  TernCacheMemory *self = TERN_CACHE_MEMORY (object);

  memory_table_unref (self->table);
  g_bytes_unref (self->no_meta);
  G_OBJECT_CLASS (tern_cache_memory_parent_class)->finalize (object);
}

static void
tern_cache_memory_class_init (TernCacheMemoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_cache_memory_finalize;
}

static void
tern_cache_memory_init (TernCacheMemory *self)
{
  self->table = memory_table_new ();
  self->no_meta = g_bytes_new_static ("", 0);
}

TERN_PLUGIN_DEFINE (cache_memory, TERN_PLUGIN_CACHE_STORE, TernCacheStoreInterface, "memory",
                    tern_cache_memory_get_type)
