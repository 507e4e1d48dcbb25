/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cache store `file:///folder`: one file for each value. Any number of threads and processes
 * may use one folder at once. */
#include <glib/gi18n-lib.h>
#include <string.h>
#include <tern/tern-plugin.h>

#include "file-folder.h"
#include "file-options.h"
#include "file-record.h"
#include "file-sweep.h"

/* The folder is looked through whenever this part of its size was written; the sweep leaves room
 * for that much, so a process alone never passes the limit. */
#define SWEEP_PART 16

#define TERN_TYPE_CACHE_FILE (tern_cache_file_get_type ())
G_DECLARE_FINAL_TYPE (TernCacheFile, tern_cache_file, TERN, CACHE_FILE, GObject)

struct _TernCacheFile
{
  GObject parent;
  FileFolder folder;
  FileOptions options;

  GMutex lock;
  guint64 written; /* since the last sweep */
};

static void tern_cache_file_store_init (TernCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCacheFile, tern_cache_file, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE,
                                                      tern_cache_file_store_init))

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gboolean
tern_cache_file_open (TernCacheStore *store, const char *location, GHashTable *options,
                      GError **error)
{
  TernCacheFile *self = TERN_CACHE_FILE (store);

  if (!g_path_is_absolute (location))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is not the path of a folder"), location);
      return FALSE;
    }
  if (!file_options_parse (&self->options, options, error))
    return FALSE;
  /* Programs that write a little and end would never sweep if each began at nothing. */
  self->written = g_random_double () * (self->options.max_size / SWEEP_PART);
  return file_folder_open (&self->folder, location, self->options.mode, error);
}

static gboolean
is_open (TernCacheFile *self, GError **error)
{
  if (self->folder.fd >= 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("the store has no folder"));
  return FALSE;
}

/* Whether it is this thread's turn to sweep. */
static gboolean
count_written (TernCacheFile *self, guint64 size)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  self->written += size;
  if (self->written < self->options.max_size / SWEEP_PART)
    return FALSE;
  self->written = 0;
  return TRUE;
}

static GBytes *
tern_cache_file_get (TernCacheStore *store, const char *key, GError **error)
{
  TernCacheFile *self = TERN_CACHE_FILE (store);

  return is_open (self, error) ? file_folder_read (&self->folder, key, get_now (), error) : NULL;
}

static gboolean
tern_cache_file_set (TernCacheStore *store, const char *key, GBytes *value, gint64 keep_until,
                     GError **error)
{
  TernCacheFile *self = TERN_CACHE_FILE (store);
  guint64 size = FILE_RECORD_HEAD_SIZE + strlen (key) + g_bytes_get_size (value);
  guint64 part = self->options.max_size / SWEEP_PART;
  gint64 now = get_now ();

  if (!is_open (self, error))
    return FALSE;
  /* Forgotten at once, and the old value with it. */
  if (size > self->options.max_entry_size || (keep_until != 0 && keep_until < now))
    return file_folder_delete (&self->folder, key, error);
  size = file_sweep_round_up (size);
  if (count_written (self, size))
    file_sweep (self->folder.fd, self->options.max_size - part - size,
                self->options.max_size - 2 * part - size, now);
  return file_folder_write (&self->folder, key, value, keep_until, error);
}

static gboolean
tern_cache_file_delete (TernCacheStore *store, const char *key, GError **error)
{
  TernCacheFile *self = TERN_CACHE_FILE (store);

  return is_open (self, error) && file_folder_delete (&self->folder, key, error);
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
}

static void
tern_cache_file_finalize (GObject *object)
{
  TernCacheFile *self = TERN_CACHE_FILE (object);

  file_folder_close (&self->folder);
  g_mutex_clear (&self->lock);
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
  self->folder.fd = -1;
  g_mutex_init (&self->lock);
}

TERN_PLUGIN_DEFINE (cache_file, TERN_PLUGIN_CACHE_STORE, TernCacheStoreInterface, "file",
                    tern_cache_file_get_type)
