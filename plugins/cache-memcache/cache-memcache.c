/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cache store `memcache://host,host/prefix`: values on memcached servers, which other programs
 * may share. No server is asked before it is needed; one that is away is a miss. */
#include <glib/gi18n-lib.h>
#include <tern/tern-plugin.h>

#include "memcache-ketama.h"
#include "memcache-options.h"
#include "memcache-value.h"

#define TERN_TYPE_CACHE_MEMCACHE (tern_cache_memcache_get_type ())
G_DECLARE_FINAL_TYPE (TernCacheMemcache, tern_cache_memcache, TERN, CACHE_MEMCACHE, GObject)

struct _TernCacheMemcache
{
  GObject parent;
  MemcacheOptions options;
  MemcacheKetama *ketama;
  GPtrArray *servers; /* of MemcacheServer, in the order of the addresses; NULL before configure */
};

static void tern_cache_memcache_store_init (TernCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCacheMemcache,
                               tern_cache_memcache,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE,
                                                      tern_cache_memcache_store_init))

static void
free_server (gpointer server)
{
  memcache_server_free (server);
}

static gboolean
tern_cache_memcache_open (TernCacheStore *store,
                          const char *location,
                          GHashTable *options,
                          GError **error)
{
  TernCacheMemcache *self = TERN_CACHE_MEMCACHE (store);

  if (!memcache_options_parse (&self->options, location, options, error))
    return FALSE;
  self->ketama = memcache_ketama_new (self->options.addresses);
  self->servers = g_ptr_array_new_with_free_func (free_server);
  for (guint i = 0; i < self->options.addresses->len; i++)
    g_ptr_array_add (self->servers,
                     memcache_server_new (self->options.addresses->pdata[i], &self->options));
  return TRUE;
}

/* What is asked of which server, and until when. */
static gboolean
begin (TernCacheMemcache *self, const char *key, MemcacheValue *value, GError **error)
{
  if (self->servers == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("the store has no servers"));
      return FALSE;
    }
  memcache_key_make (&value->key, self->options.prefix, key);
  value->server = self->servers->pdata[memcache_ketama_find (self->ketama, value->key.name)];
  value->deadline = g_get_monotonic_time () + self->options.timeout;
  value->now = g_get_real_time () / G_USEC_PER_SEC;
  value->item_size = self->options.item_size;
  value->max_size = self->options.max_entry_size;
  return TRUE;
}

static GBytes *
tern_cache_memcache_get (TernCacheStore *store, const char *key, GError **error)
{
  MemcacheValue value;

  return begin (TERN_CACHE_MEMCACHE (store), key, &value, error) ? memcache_value_get (&value)
                                                                 : NULL;
}

static gboolean
tern_cache_memcache_set (
    TernCacheStore *store, const char *key, GBytes *bytes, gint64 keep_until, GError **error)
{
  MemcacheValue value;

  return begin (TERN_CACHE_MEMCACHE (store), key, &value, error)
         && memcache_value_set (&value, bytes, keep_until, error);
}

static gboolean
tern_cache_memcache_delete (TernCacheStore *store, const char *key, GError **error)
{
  MemcacheValue value;

  return begin (TERN_CACHE_MEMCACHE (store), key, &value, error)
         && memcache_value_delete (&value, error);
}

/* It waits for a network, so not LOCAL. */
static TernCacheStoreFlags
tern_cache_memcache_get_flags (TernCacheStore *store)
{
  return TERN_CACHE_STORE_ANY_THREAD;
}

static void
tern_cache_memcache_store_init (TernCacheStoreInterface *iface)
{
  iface->configure = tern_cache_memcache_open;
  iface->get = tern_cache_memcache_get;
  iface->set = tern_cache_memcache_set;
  iface->delete = tern_cache_memcache_delete;
  iface->get_flags = tern_cache_memcache_get_flags;
}

static void
tern_cache_memcache_finalize (GObject *object)
{
  TernCacheMemcache *self = TERN_CACHE_MEMCACHE (object);

  g_clear_pointer (&self->servers, g_ptr_array_unref);
  g_clear_pointer (&self->ketama, memcache_ketama_free);
  memcache_options_clear (&self->options);
  G_OBJECT_CLASS (tern_cache_memcache_parent_class)->finalize (object);
}

static void
tern_cache_memcache_class_init (TernCacheMemcacheClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_cache_memcache_finalize;
}

static void
tern_cache_memcache_init (TernCacheMemcache *self)
{
}

TERN_PLUGIN_DEFINE (cache_memcache,
                    TERN_PLUGIN_CACHE_STORE,
                    TernCacheStoreInterface,
                    "memcache",
                    tern_cache_memcache_get_type)
