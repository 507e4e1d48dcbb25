/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cache store `gdbm:///folder/file`: a GDBM database. Any number of threads and processes may
 * use one at once; they take turns. */
#include <glib/gi18n-lib.h>
#include <tern/tern-plugin.h>

#include "db-store.h"
#include "db-whole.h"

#define TERN_TYPE_CACHE_GDBM (tern_cache_gdbm_get_type ())
G_DECLARE_FINAL_TYPE (TernCacheGdbm, tern_cache_gdbm, TERN, CACHE_GDBM, GObject)

struct _TernCacheGdbm
{
  GObject parent;
  DbStore db;
};

static void tern_cache_gdbm_store_init (TernCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCacheGdbm,
                               tern_cache_gdbm,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE,
                                                      tern_cache_gdbm_store_init))

static gboolean
tern_cache_gdbm_open (TernCacheStore *store,
                      const char *location,
                      GHashTable *options,
                      GError **error)
{
  TernCacheGdbm *self = TERN_CACHE_GDBM (store);

  if (!g_path_is_absolute (location) || g_str_has_suffix (location, "/"))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is not the path of a file"), location);
      return FALSE;
    }
  return db_options_parse (&self->db.options, options, error)
         && db_store_init (&self->db, location, error);
}

static gboolean
is_open (TernCacheGdbm *self, GError **error)
{
  if (self->db.gate != NULL)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("the store has no file"));
  return FALSE;
}

static GBytes *
tern_cache_gdbm_get (TernCacheStore *store, const char *key, GError **error)
{
  TernCacheGdbm *self = TERN_CACHE_GDBM (store);

  return is_open (self, error) ? db_store_get (&self->db, key) : NULL;
}

static gboolean
tern_cache_gdbm_set (
    TernCacheStore *store, const char *key, GBytes *value, gint64 keep_until, GError **error)
{
  TernCacheGdbm *self = TERN_CACHE_GDBM (store);

  return is_open (self, error) && db_store_set (&self->db, key, value, keep_until, error);
}

static gboolean
tern_cache_gdbm_delete (TernCacheStore *store, const char *key, GError **error)
{
  TernCacheGdbm *self = TERN_CACHE_GDBM (store);

  return is_open (self, error) && db_store_delete (&self->db, key, error);
}

static gboolean
tern_cache_gdbm_foreach (TernCacheStore *store,
                         TernCacheStoreFunc func,
                         gpointer user_data,
                         GError **error)
{
  TernCacheGdbm *self = TERN_CACHE_GDBM (store);

  return is_open (self, error) && db_whole_foreach (&self->db, func, user_data, error);
}

static gboolean
tern_cache_gdbm_usage (TernCacheStore *store, guint64 *n_keys, guint64 *size, GError **error)
{
  TernCacheGdbm *self = TERN_CACHE_GDBM (store);

  return is_open (self, error) && db_whole_usage (&self->db, n_keys, size, error);
}

static gboolean
tern_cache_gdbm_clear (TernCacheStore *store, GError **error)
{
  TernCacheGdbm *self = TERN_CACHE_GDBM (store);

  return is_open (self, error) && db_whole_clear (&self->db, error);
}

static gboolean
tern_cache_gdbm_verify (TernCacheStore *store,
                        TernCacheDamageFunc func,
                        gpointer user_data,
                        GError **error)
{
  TernCacheGdbm *self = TERN_CACHE_GDBM (store);

  return is_open (self, error) && db_whole_verify (&self->db, func, user_data, error);
}

/* Not local: it may have to wait for other processes. */
static TernCacheStoreFlags
tern_cache_gdbm_get_flags (TernCacheStore *store)
{
  return TERN_CACHE_STORE_ANY_THREAD;
}

static void
tern_cache_gdbm_store_init (TernCacheStoreInterface *iface)
{
  iface->configure = tern_cache_gdbm_open;
  iface->get = tern_cache_gdbm_get;
  iface->set = tern_cache_gdbm_set;
  iface->delete = tern_cache_gdbm_delete;
  iface->get_flags = tern_cache_gdbm_get_flags;
  iface->foreach = tern_cache_gdbm_foreach;
  iface->usage = tern_cache_gdbm_usage;
  iface->clear = tern_cache_gdbm_clear;
  iface->verify = tern_cache_gdbm_verify;
}

static void
tern_cache_gdbm_finalize (GObject *object)
{
  TernCacheGdbm *self = TERN_CACHE_GDBM (object);

  db_store_clear (&self->db);
  G_OBJECT_CLASS (tern_cache_gdbm_parent_class)->finalize (object);
}

static void
tern_cache_gdbm_class_init (TernCacheGdbmClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_cache_gdbm_finalize;
}

static void
tern_cache_gdbm_init (TernCacheGdbm *self)
{
  self->db.place.folder = -1;
}

TERN_PLUGIN_DEFINE (
    cache_gdbm, TERN_PLUGIN_CACHE_STORE, TernCacheStoreInterface, "gdbm", tern_cache_gdbm_get_type)
