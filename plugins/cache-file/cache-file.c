/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cache store `file:///folder`: one file for each key. Any number of threads and processes
 * may use one folder at once. */
#include <glib/gi18n-lib.h>
#include <tern/tern-plugin.h>

#include "file-body.h"
#include "file-buffer.h"
#include "file-entry.h"
#include "file-list.h"
#include "file-meta.h"
#include "file-store.h"
#include "file-writer.h"

#define TERN_TYPE_CACHE_FILE (tern_cache_file_get_type ())
G_DECLARE_FINAL_TYPE (TernCacheFile, tern_cache_file, TERN, CACHE_FILE, GObject)

struct _TernCacheFile
{
  GObject parent;
  FileStore *store;
};

static void tern_cache_file_store_init (TernCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCacheFile,
                               tern_cache_file,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE,
                                                      tern_cache_file_store_init))

static gboolean
tern_cache_file_set_name_function (TernCacheStore *store,
                                   TernCacheNameFunc func,
                                   gpointer user_data,
                                   GDestroyNotify destroy,
                                   GError **error)
{
  FileNames *names = &TERN_CACHE_FILE (store)->store->names;

  file_names_clear (names);
  *names = (FileNames){ FILE_NAMES_FUNC, func, user_data, destroy };
  return TRUE;
}

static gboolean
tern_cache_file_open (TernCacheStore *store,
                      const char *location,
                      GHashTable *options,
                      GError **error)
{
  FileStore *self = TERN_CACHE_FILE (store)->store;

  if (!g_path_is_absolute (location))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is not the path of a folder"), location);
      return FALSE;
    }
  if (!file_options_parse (&self->options, options, error))
    return FALSE;
  if (self->options.names_are_safe && self->names.kind == FILE_NAMES_HASH)
    self->names.kind = FILE_NAMES_SAFE;
  file_sweep_start (&self->sweep, &self->folder, &self->names, &self->options);
  return file_folder_open (&self->folder, location, self->options.mode, error);
}

/* What is shared, of a store that was opened. */
static FileStore *
get_open (TernCacheStore *store, GError **error)
{
  FileStore *self = TERN_CACHE_FILE (store)->store;

  if (self->folder.fd >= 0)
    return self;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("the store has no folder"));
  return NULL;
}

/* Opens what is kept under a key, with the body where it is small. */
static gboolean
find (
    FileEntry *entry, FileStore *self, const char *key, char name[FILE_NAMES_SIZE], GError **error)
{
  if (!file_names_make (&self->names, key, name, error)
      || !file_entry_find (entry, self, key, name, FILE_ENTRY_SMALL, error))
    return FALSE;
  if (file_entry_has_body (entry) && !file_entry_check_body (entry))
    {
      file_folder_delete_same (&self->folder, name, entry->fd);
      return FALSE;
    }
  file_entry_touch (entry);
  return TRUE;
}

static GBytes *
take_data (FileEntry *entry)
{
  guint8 *data = g_steal_pointer (&entry->data);

  return g_bytes_new_with_free_func (data, entry->len, file_buffer_free, data);
}

static gboolean
tern_cache_file_open_entry (TernCacheStore *store,
                            const char *key,
                            GBytes **meta,
                            GBytes **body,
                            GInputStream **stream,
                            GError **error)
{
  FileStore *self = get_open (store, error);
  g_auto (FileEntry) entry = FILE_ENTRY_INIT;
  g_autoptr (GBytes) whole = NULL;
  char name[FILE_NAMES_SIZE];
  gsize meta_at;

  if (self == NULL || !find (&entry, self, key, name, error))
    return FALSE;
  meta_at = entry.meta.data - entry.data;
  whole = take_data (&entry);
  *meta = g_bytes_new_from_bytes (whole, meta_at, entry.meta.len);
  if (file_entry_has_body (&entry))
    {
      *body = g_bytes_new_from_bytes (whole, file_record_get_body_at (&entry.record),
                                      entry.record.body_len);
      if (entry.can_write
          && file_recent_put (&self->recent, key, entry.fd, entry.size, &entry.record))
        entry.fd = -1;
    }
  else
    *stream = file_body_new (self, &entry, name);
  return TRUE;
}

/* The body of a large entry in one piece. */
static GBytes *
read_whole (FileStore *self, FileEntry *entry, const char *name, GError **error)
{
  const guint64 len = entry->record.body_len;
  g_autoptr (GInputStream) stream = file_body_new (self, entry, name);
  g_autofree guint8 *data = len < G_MAXSSIZE ? g_try_malloc (len) : NULL;
  gsize n;

  /* What is damaged is as good as not there. */
  if (data == NULL || !g_input_stream_read_all (stream, data, len, &n, NULL, NULL) || n < len)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&data), len);
}

static GBytes *
tern_cache_file_get (TernCacheStore *store, const char *key, GError **error)
{
  FileStore *self = get_open (store, error);
  g_auto (FileEntry) entry = FILE_ENTRY_INIT;
  g_autoptr (GBytes) whole = NULL;
  char name[FILE_NAMES_SIZE];

  if (self == NULL || !find (&entry, self, key, name, error))
    return NULL;
  if (!file_entry_has_body (&entry))
    return read_whole (self, &entry, name, error);
  whole = take_data (&entry);
  return g_bytes_new_from_bytes (whole, file_record_get_body_at (&entry.record),
                                 entry.record.body_len);
}

static gboolean
tern_cache_file_set (
    TernCacheStore *store, const char *key, GBytes *value, gint64 keep_until, GError **error)
{
  FileStore *self = get_open (store, error);

  return self != NULL && file_writer_put (self, key, value, keep_until, error);
}

static gboolean
tern_cache_file_delete (TernCacheStore *store, const char *key, GError **error)
{
  FileStore *self = get_open (store, error);
  char name[FILE_NAMES_SIZE];

  return self != NULL && file_names_make (&self->names, key, name, error)
         && file_folder_delete (&self->folder, name, error);
}

static TernCacheWriter *
tern_cache_file_create_entry (TernCacheStore *store, const char *key, GBytes *meta, GError **error)
{
  FileStore *self = get_open (store, error);
  TernFileWriter *writer = self != NULL ? file_writer_new (self, key, meta, error) : NULL;

  return writer != NULL ? TERN_CACHE_WRITER (writer) : NULL;
}

static gboolean
tern_cache_file_set_meta (TernCacheStore *store,
                          const char *key,
                          GBytes *before,
                          GBytes *meta,
                          gint64 keep_until,
                          GError **error)
{
  FileStore *self = get_open (store, error);

  return self != NULL && file_meta_replace (self, key, before, meta, keep_until, error);
}

static gboolean
tern_cache_file_foreach (TernCacheStore *store,
                         TernCacheStoreFunc func,
                         gpointer user_data,
                         GError **error)
{
  FileStore *self = get_open (store, error);

  return self != NULL && file_list_foreach (self, func, user_data, error);
}

static gboolean
tern_cache_file_usage (TernCacheStore *store, guint64 *n_keys, guint64 *size, GError **error)
{
  FileStore *self = get_open (store, error);

  return self != NULL && file_list_usage (self, n_keys, size, error);
}

static gboolean
tern_cache_file_clear (TernCacheStore *store, GError **error)
{
  FileStore *self = get_open (store, error);

  return self != NULL && file_list_clear (self, error);
}

static gboolean
tern_cache_file_verify (TernCacheStore *store,
                        TernCacheDamageFunc func,
                        gpointer user_data,
                        GError **error)
{
  FileStore *self = get_open (store, error);

  return self != NULL && file_list_verify (self, func, user_data, error);
}

/* One small file is read faster than another thread is woken. */
static TernCacheStoreFlags
tern_cache_file_get_flags (TernCacheStore *store)
{
  return TERN_CACHE_STORE_LOCAL | TERN_CACHE_STORE_ANY_THREAD;
}

static void
tern_cache_file_store_init (TernCacheStoreInterface *iface)
{
  iface->configure = tern_cache_file_open;
  iface->get = tern_cache_file_get;
  iface->set = tern_cache_file_set;
  iface->delete = tern_cache_file_delete;
  iface->get_flags = tern_cache_file_get_flags;
  iface->open_entry = tern_cache_file_open_entry;
  iface->create_entry = tern_cache_file_create_entry;
  iface->set_meta = tern_cache_file_set_meta;
  iface->foreach = tern_cache_file_foreach;
  iface->usage = tern_cache_file_usage;
  iface->clear = tern_cache_file_clear;
  iface->verify = tern_cache_file_verify;
  iface->set_name_function = tern_cache_file_set_name_function;
}

static void
tern_cache_file_finalize (GObject *object)
{
  TernCacheFile *self = TERN_CACHE_FILE (object);

  file_store_unref (self->store);
  G_OBJECT_CLASS (tern_cache_file_parent_class)->finalize (object);
}

static void
tern_cache_file_class_init (TernCacheFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_cache_file_finalize;
}

static void
tern_cache_file_init (TernCacheFile *self)
{
  self->store = file_store_new ();
}

TERN_PLUGIN_DEFINE (
    cache_file, TERN_PLUGIN_CACHE_STORE, TernCacheStoreInterface, "file", tern_cache_file_get_type)
