/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a body block by block. A block that is asked for whole is read into the reader's own
 * buffer; else it goes through one of ours. */
#include "file-body.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <tern/tern-plugin.h>
#include <unistd.h>

#define NO_BLOCK G_MAXUINT64
/* How many sums are read at once: enough for 32 MiB, and 4 KiB of memory. */
#define WINDOW 512

struct _TernFileBody
{
  GInputStream parent;
  FileStore *store;
  char name[FILE_NAMES_SIZE];
  int fd;
  FileRecord record;
  guint64 position;

  guint64 window_at; /* the first block whose sum is in the window; a multiple of its size */
  guint8 *window;
  guint64 block; /* the one in the buffer */
  guint8 *buffer;
};

static void file_body_seekable_init (GSeekableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernFileBody,
                               file_body,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SEEKABLE, file_body_seekable_init))

GInputStream *
file_body_new (FileStore *store, FileEntry *entry, const char *name)
{
  TernFileBody *self = g_object_new (FILE_TYPE_BODY, NULL);

  self->store = file_store_ref (store);
  g_strlcpy (self->name, name, sizeof self->name);
  self->fd = entry->fd;
  entry->fd = -1;
  self->record = entry->record;
  return G_INPUT_STREAM (self);
}

static gboolean
read_sum (TernFileBody *self, guint64 block, guint64 *sum)
{
  const guint64 at = block / WINDOW * WINDOW;
  const guint64 left = file_record_get_n_blocks (&self->record) - at;

  if (self->window == NULL || at != self->window_at)
    {
      if (self->window == NULL)
        self->window = g_malloc (8 * MIN (WINDOW, left));
      self->window_at = NO_BLOCK;
      if (!file_folder_read_all (self->fd, file_record_get_table_at (&self->record) + 8 * at,
                                 self->window, 8 * MIN (WINDOW, left)))
        return FALSE;
      self->window_at = at;
    }
  *sum = file_record_read_sum (self->window + 8 * (block - at));
  return TRUE;
}

static gboolean
read_block (TernFileBody *self, guint64 block, guint8 *buffer, GError **error)
{
  const gsize len = file_record_get_block_len (&self->record, block);
  const guint64 at = file_record_get_body_at (&self->record) + block * FILE_RECORD_BLOCK_SIZE;
  guint64 sum;

  if (read_sum (self, block, &sum) && file_folder_read_all (self->fd, at, buffer, len)
      && file_record_sum_block (&self->record, block, buffer, len) == sum)
    return TRUE;
  memset (buffer, 0, len);
  file_folder_delete_same (&self->store->folder, self->name, self->fd);
  g_set_error (error, TERN_ERROR, TERN_ERROR_CACHE, _ ("The cache entry %s is damaged"),
               self->name);
  return FALSE;
}

/* As much of the block at the position as fits. */
static gssize
read_some (TernFileBody *self, guint8 *to, gsize len, GError **error)
{
  const guint64 block = self->position / FILE_RECORD_BLOCK_SIZE;
  const gsize skip = self->position % FILE_RECORD_BLOCK_SIZE;
  const gsize block_len = file_record_get_block_len (&self->record, block);
  const gsize n = MIN (len, block_len - skip);

  if (skip == 0 && n == block_len && block != self->block)
    return read_block (self, block, to, error) ? (gssize)n : -1;
  if (block != self->block)
    {
      if (self->buffer == NULL)
        self->buffer = g_malloc (MIN (FILE_RECORD_BLOCK_SIZE, self->record.body_len));
      self->block = NO_BLOCK;
      if (!read_block (self, block, self->buffer, error))
        return -1;
      self->block = block;
    }
  memcpy (to, self->buffer + skip, n);
  return n;
}

static gssize
file_body_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  TernFileBody *self = FILE_BODY (stream);
  gsize done = 0;

  count = MIN (count, (gsize)G_MAXSSIZE);
  while (done < count && self->position < self->record.body_len)
    {
      g_autoptr (GError) inner = NULL;
      gssize n = -1;

      if (!g_cancellable_set_error_if_cancelled (cancellable, &inner))
        n = read_some (self, (guint8 *)buffer + done, count - done, &inner);
      if (n < 0 && done > 0)
        break; /* it is found again by the next call */
      if (n < 0)
        {
          g_propagate_error (error, g_steal_pointer (&inner));
          return -1;
        }
      done += n;
      self->position += n;
    }
  return done;
}

static goffset
file_body_tell (GSeekable *seekable)
{
  return FILE_BODY (seekable)->position;
}

static gboolean
file_body_can_seek (GSeekable *seekable)
{
  return TRUE;
}

static gboolean
file_body_seek (
    GSeekable *seekable, goffset offset, GSeekType type, GCancellable *cancellable, GError **error)
{
  TernFileBody *self = FILE_BODY (seekable);
  const goffset len = self->record.body_len;
  const goffset base = type == G_SEEK_SET ? 0 : type == G_SEEK_CUR ? (goffset)self->position : len;

  if (offset < -base || offset > len - base)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("a position outside of the body"));
      return FALSE;
    }
  self->position = base + offset;
  return TRUE;
}

static gboolean
file_body_can_truncate (GSeekable *seekable)
{
  return FALSE;
}

static gboolean
file_body_truncate (GSeekable *seekable, goffset offset, GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       _ ("a body in the cache cannot be changed"));
  return FALSE;
}

static void
file_body_seekable_init (GSeekableIface *iface)
{
  iface->tell = file_body_tell;
  iface->can_seek = file_body_can_seek;
  iface->seek = file_body_seek;
  iface->can_truncate = file_body_can_truncate;
  iface->truncate_fn = file_body_truncate;
}

static void
file_body_finalize (GObject *object)
{
  TernFileBody *self = FILE_BODY (object);

  if (self->fd >= 0)
    close (self->fd);
  g_free (self->window);
  g_free (self->buffer);
  file_store_unref (self->store);
  G_OBJECT_CLASS (file_body_parent_class)->finalize (object);
}

static void
file_body_class_init (TernFileBodyClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = file_body_read;
  G_OBJECT_CLASS (klass)->finalize = file_body_finalize;
}

static void
file_body_init (TernFileBody *self)
{
  self->fd = -1;
  self->block = NO_BLOCK;
}
