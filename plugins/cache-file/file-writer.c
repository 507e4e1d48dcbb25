/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes entries while others read what is there already. The lock guards where a byte is to be
 * found, in memory or in the file; it is never held while the disk works. */
#include "file-writer.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "file-draft.h"

/* Whole blocks. Smaller bodies never see a file that grows. */
#define IN_MEMORY (2 * FILE_RECORD_BLOCK_SIZE)

struct _TernFileWriter
{
  GObject parent;
  FileDraft draft;
  gboolean is_over; /* failed, committed or aborted */

  GMutex lock;
  guint64 written; /* what can be read */
  guint64 in_file; /* of it in the draft's file; may be ahead while a write goes on */
  guint8 *tail;    /* the rest */
  gsize tail_len;
  gsize tail_room;
};

static void file_writer_writer_init (TernCacheWriterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernFileWriter,
                               file_writer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_WRITER,
                                                      file_writer_writer_init))

TernFileWriter *
file_writer_new (FileStore *store, const char *key, GBytes *meta, GError **error)
{
  g_autoptr (TernFileWriter) self = g_object_new (FILE_TYPE_WRITER, NULL);

  if (!file_draft_init (&self->draft, store, key, g_bytes_get_size (meta), error))
    return NULL;
  return g_steal_pointer (&self);
}

const char *
file_writer_get_name (TernFileWriter *self)
{
  return self->draft.name;
}

static gboolean
fail (TernFileWriter *self, int code, GError **error)
{
  self->is_over = TRUE;
  file_draft_drop (&self->draft);
  return file_folder_fail (error, code, self->draft.name);
}

static gboolean
refuse (TernFileWriter *self, GError **error)
{
  g_autofree char *limit
      = g_strdup_printf ("%" G_GUINT64_FORMAT, self->draft.store->options.max_entry_size);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, _ ("%s: larger than %s bytes"),
               self->draft.name, limit);
  self->is_over = TRUE;
  file_draft_drop (&self->draft);
  return FALSE;
}

static gboolean
is_open (TernFileWriter *self, GError **error)
{
  if (!self->is_over)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("%s: nothing more can be written"),
               self->draft.name);
  return FALSE;
}

/* The tail goes to the file; nobody but the writer changes it meanwhile. */
static gboolean
flush (TernFileWriter *self)
{
  if (!file_draft_append (&self->draft, self->tail, self->tail_len))
    return FALSE;
  g_mutex_lock (&self->lock);
  self->in_file += self->tail_len;
  self->tail_len = 0;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Whole blocks that need not go through the tail. */
static gboolean
append_direct (TernFileWriter *self, const guint8 *data, gsize len)
{
  if (!file_draft_append (&self->draft, data, len))
    return FALSE;
  g_mutex_lock (&self->lock);
  self->in_file += len;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
append_to_tail (TernFileWriter *self, const guint8 *data, gsize len)
{
  const gsize need = self->tail_len + len;

  g_mutex_lock (&self->lock);
  if (need > self->tail_room)
    {
      self->tail_room = CLAMP (2 * need, 4096, IN_MEMORY);
      self->tail = g_realloc (self->tail, self->tail_room);
    }
  memcpy (self->tail + self->tail_len, data, len);
  self->tail_len = need;
  g_mutex_unlock (&self->lock);
}

gboolean
file_writer_write (TernFileWriter *self, const void *data, gsize len, GError **error)
{
  const guint8 *at = data;
  const gsize total = len;

  if (!is_open (self, error))
    return FALSE;
  if (file_draft_get_size (&self->draft, 0, self->tail_len + len)
      > self->draft.store->options.max_entry_size)
    return refuse (self, error);
  while (len > 0)
    {
      gsize n = MIN (len, IN_MEMORY - self->tail_len);

      if (n == 0)
        {
          if (!flush (self))
            return fail (self, errno, error);
          continue;
        }
      if (self->tail_len == 0 && len > IN_MEMORY)
        {
          n = len / FILE_RECORD_BLOCK_SIZE * FILE_RECORD_BLOCK_SIZE;
          if (!append_direct (self, at, n))
            return fail (self, errno, error);
        }
      else
        append_to_tail (self, at, n);
      at += n;
      len -= n;
    }
  g_mutex_lock (&self->lock);
  self->written += total;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
writer_write (TernCacheWriter *writer, const guint8 *data, gsize len, GError **error)
{
  return file_writer_write (FILE_WRITER (writer), data, len, error);
}

/* What a write that failed had added is not there, though some of it may be in the file. */
static gssize
writer_read (TernCacheWriter *writer, guint64 offset, guint8 *buffer, gsize len, GError **error)
{
  TernFileWriter *self = FILE_WRITER (writer);
  guint64 in_file;
  gssize n;

  g_mutex_lock (&self->lock);
  len = offset < self->written ? MIN (len, self->written - offset) : 0;
  in_file = self->in_file;
  if (offset >= in_file && len > 0)
    memcpy (buffer, self->tail + (offset - in_file), len);
  g_mutex_unlock (&self->lock);
  if (offset >= in_file || len == 0)
    return len;
  n = file_draft_read (&self->draft, offset, buffer, MIN (len, in_file - offset));
  if (n < 0)
    file_folder_fail (error, EIO, self->draft.name);
  return n;
}

gboolean
file_writer_commit (TernFileWriter *self, GBytes *meta, gint64 keep_until, GError **error)
{
  FileStore *store = self->draft.store;
  gsize meta_len;
  gconstpointer data = g_bytes_get_data (meta, &meta_len);

  if (!is_open (self, error))
    return FALSE;
  /* Forgotten at once, and the old entry with it. */
  if (keep_until != 0 && keep_until < g_get_real_time () / G_USEC_PER_SEC)
    {
      self->is_over = TRUE;
      file_draft_drop (&self->draft);
      return file_folder_delete (&store->folder, self->draft.name, error);
    }
  if (meta_len > FILE_RECORD_MAX_META
      || file_draft_get_size (&self->draft, meta_len, self->tail_len)
             > store->options.max_entry_size)
    return refuse (self, error);
  if (!file_draft_publish (&self->draft, data, meta_len, keep_until, self->tail, self->tail_len))
    return fail (self, errno, error);
  self->is_over = TRUE;
  return TRUE;
}

static gboolean
writer_commit (TernCacheWriter *writer, GBytes *meta, gint64 keep_until, GError **error)
{
  return file_writer_commit (FILE_WRITER (writer), meta, keep_until, error);
}

static void
writer_abort (TernCacheWriter *writer)
{
  TernFileWriter *self = FILE_WRITER (writer);

  self->is_over = TRUE;
  file_draft_drop (&self->draft);
}

gboolean
file_writer_put (
    FileStore *store, const char *key, GBytes *value, gint64 keep_until, GError **error)
{
  g_auto (FileDraft) draft = { .fd = -1 };
  gsize len;
  gconstpointer data = g_bytes_get_data (value, &len);

  if (!file_draft_init (&draft, store, key, 0, error))
    return FALSE;
  if (file_draft_get_size (&draft, 0, len) > store->options.max_entry_size
      || (keep_until != 0 && keep_until < g_get_real_time () / G_USEC_PER_SEC))
    return file_folder_delete (&store->folder, draft.name, error);
  if (file_draft_publish (&draft, NULL, 0, keep_until, data, len))
    return TRUE;
  return file_folder_fail (error, errno, draft.name);
}

static void
file_writer_writer_init (TernCacheWriterInterface *iface)
{
  iface->write = writer_write;
  iface->read = writer_read;
  iface->commit = writer_commit;
  iface->abort = writer_abort;
}

static void
file_writer_finalize (GObject *object)
{
  TernFileWriter *self = FILE_WRITER (object);

  file_draft_clear (&self->draft);
  g_free (self->tail);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (file_writer_parent_class)->finalize (object);
}

static void
file_writer_class_init (TernFileWriterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = file_writer_finalize;
}

static void
file_writer_init (TernFileWriter *self)
{
  self->draft.fd = -1;
  g_mutex_init (&self->lock);
}
