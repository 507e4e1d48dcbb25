/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body lies in one block that grows, and becomes the value itself when the entry is committed:
 * it is never copied. The table must never see anything of it before, and the block never grows
 * past what the table would keep. */
#include "memory-writer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define TERN_TYPE_CACHE_MEMORY_WRITER (tern_cache_memory_writer_get_type ())
G_DECLARE_FINAL_TYPE (
    TernCacheMemoryWriter, tern_cache_memory_writer, TERN, CACHE_MEMORY_WRITER, GObject)

struct _TernCacheMemoryWriter
{
  GObject parent;
  MemoryTable *table;
  char *key;
  guint64 max_body;

  GMutex lock; /* over the rest: one thread may read what another one writes */
  guint8 *data;
  gsize len;
  gsize room;    /* in @data */
  GBytes *value; /* holds @data when it was committed */
};

static void tern_cache_memory_writer_iface_init (TernCacheWriterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernCacheMemoryWriter,
                               tern_cache_memory_writer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_WRITER,
                                                      tern_cache_memory_writer_iface_init))

/* Twice as much each time, and the first time just what is wanted: most bodies come at once. */
static void
make_room (TernCacheMemoryWriter *self, gsize len)
{
  gsize wanted = self->len + len;

  if (wanted <= self->room)
    return;
  self->room = (gsize)MIN (MAX ((guint64)wanted, (guint64)self->room * 2), self->max_body);
  self->data = g_realloc (self->data, self->room);
}

static gboolean
tern_cache_memory_writer_write (TernCacheWriter *writer,
                                const guint8 *data,
                                gsize len,
                                GError **error)
{
  TernCacheMemoryWriter *self = TERN_CACHE_MEMORY_WRITER (writer);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  if (self->value != NULL || self->max_body - self->len < len)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                           _ ("larger than the cache in memory keeps"));
      return FALSE;
    }
  if (len == 0)
    return TRUE;
  make_room (self, len);
  memcpy (self->data + self->len, data, len);
  self->len += len;
  return TRUE;
}

static gssize
tern_cache_memory_writer_read (
    TernCacheWriter *writer, guint64 offset, guint8 *buffer, gsize len, GError **error)
{
  TernCacheMemoryWriter *self = TERN_CACHE_MEMORY_WRITER (writer);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  gsize n = offset < self->len ? MIN (len, self->len - (gsize)offset) : 0;

  if (n > 0)
    memcpy (buffer, self->data + offset, n);
  return (gssize)n;
}

static void
drop (TernCacheMemoryWriter *self)
{
  if (self->value == NULL)
    g_free (self->data);
  g_clear_pointer (&self->value, g_bytes_unref);
  self->data = NULL;
  self->len = self->room = 0;
}

static GBytes *
take_value (TernCacheMemoryWriter *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  if (self->room > self->len)
    self->data = g_realloc (self->data, self->len);
  self->room = self->len;
  self->value = g_bytes_new_take (self->data, self->len);
  return g_bytes_ref (self->value);
}

static gboolean
tern_cache_memory_writer_commit (TernCacheWriter *writer,
                                 GBytes *meta,
                                 gint64 keep_until,
                                 GError **error)
{
  TernCacheMemoryWriter *self = TERN_CACHE_MEMORY_WRITER (writer);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GBytes) value = NULL;

  if (self->value != NULL || memory_table_get_max_body (self->table, self->key, meta) < self->len)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                           _ ("larger than the cache in memory keeps"));
      return FALSE;
    }
  value = take_value (self);
  memory_table_set (self->table, self->key, meta, value, keep_until, now);
  return TRUE;
}

static void
tern_cache_memory_writer_abort (TernCacheWriter *writer)
{
  TernCacheMemoryWriter *self = TERN_CACHE_MEMORY_WRITER (writer);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  drop (self);
  self->max_body = 0;
}

static void
tern_cache_memory_writer_iface_init (TernCacheWriterInterface *iface)
{
  iface->write = tern_cache_memory_writer_write;
  iface->read = tern_cache_memory_writer_read;
  iface->commit = tern_cache_memory_writer_commit;
  iface->abort = tern_cache_memory_writer_abort;
}

static void
tern_cache_memory_writer_finalize (GObject *object)
{
  TernCacheMemoryWriter *self = TERN_CACHE_MEMORY_WRITER (object);

  drop (self);
  g_mutex_clear (&self->lock);
  g_free (self->key);
  memory_table_unref (self->table);
  G_OBJECT_CLASS (tern_cache_memory_writer_parent_class)->finalize (object);
}

static void
tern_cache_memory_writer_class_init (TernCacheMemoryWriterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_cache_memory_writer_finalize;
}

static void
tern_cache_memory_writer_init (TernCacheMemoryWriter *self)
{
  g_mutex_init (&self->lock);
}

TernCacheWriter *
memory_writer_new (MemoryTable *table, const char *key, GBytes *meta)
{
  TernCacheMemoryWriter *self = g_object_new (TERN_TYPE_CACHE_MEMORY_WRITER, NULL);

  self->table = memory_table_ref (table);
  self->key = g_strdup (key);
  self->max_body = memory_table_get_max_body (table, key, meta);
  return TERN_CACHE_WRITER (self);
}
