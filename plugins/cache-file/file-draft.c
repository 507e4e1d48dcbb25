/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes records. */
#include "file-draft.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

gboolean
file_draft_init (FileDraft *self, FileStore *store, const char *key, gsize meta_len, GError **error)
{
  *self = (FileDraft){ .fd = -1 };
  if (!file_names_make (&store->names, key, self->name, error))
    return FALSE;
  if (strlen (key) > FILE_RECORD_MAX_KEY || meta_len > FILE_RECORD_MAX_META)
    return file_folder_fail (error, EFBIG, self->name);
  self->store = file_store_ref (store);
  self->key = g_strdup (key);
  self->sums = g_byte_array_new ();
  file_record_init (&self->record, key, meta_len);
  return TRUE;
}

void
file_draft_drop (FileDraft *self)
{
  if (self->temp[0] != '\0')
    unlinkat (self->store->folder.fd, self->temp, 0);
  self->temp[0] = '\0';
}

void
file_draft_clear (FileDraft *self)
{
  if (self->store == NULL)
    return;
  file_draft_drop (self);
  if (self->fd >= 0)
    close (self->fd);
  g_byte_array_unref (self->sums);
  g_free (self->key);
  file_store_unref (self->store);
  *self = (FileDraft){ .fd = -1 };
}

guint64
file_draft_get_size (const FileDraft *self, gsize meta_len, guint64 more)
{
  FileRecord record = self->record;

  record.meta_room = MAX (record.meta_room, file_record_make_room (meta_len));
  record.body_len += more;
  return file_record_get_size (&record);
}

static gboolean
begin (FileDraft *self)
{
  if (self->fd >= 0)
    return TRUE;
  self->fd = file_folder_create_temp (&self->store->folder, self->temp);
  if (self->fd < 0)
    self->temp[0] = '\0';
  return self->fd >= 0;
}

static void
add_sums (FileDraft *self, const guint8 *data, gsize len)
{
  for (gsize done = 0; done < len;)
    {
      const gsize n = MIN (len - done, FILE_RECORD_BLOCK_SIZE);
      const guint64 block = self->sums->len / 8;
      guint8 sum[8];

      file_record_write_sum (sum, file_record_sum_block (&self->record, block, data + done, n));
      g_byte_array_append (self->sums, sum, sizeof sum);
      done += n;
    }
}

gboolean
file_draft_append (FileDraft *self, const guint8 *data, gsize len)
{
  struct iovec part = { (guint8 *)data, len };

  if (self->fd < 0)
    {
      if (!begin (self))
        return FALSE;
      /* Tells the sweep that the writer is alive, however slow it is. */
      flock (self->fd, LOCK_EX | LOCK_NB);
    }
  if (!file_folder_write_all (self->fd, file_record_get_table_at (&self->record), &part, 1))
    return FALSE;
  add_sums (self, data, len);
  self->record.body_len += len;
  file_sweep_add (&self->store->sweep, len, 0);
  return TRUE;
}

gssize
file_draft_read (const FileDraft *self, guint64 offset, void *buffer, gsize len)
{
  if (!file_folder_read_all (self->fd, file_record_get_body_at (&self->record) + offset, buffer,
                             len))
    return -1;
  return len;
}

/* The meta has outgrown its room: all that was appended moves. The old file stays open for those
 * who read from it. */
static gboolean
publish_wider (FileDraft *self,
               gconstpointer meta,
               gsize meta_len,
               gint64 keep_until,
               gconstpointer rest,
               gsize rest_len)
{
  g_auto (FileDraft) wider = { .fd = -1 };
  g_autofree guint8 *buffer = g_malloc (FILE_RECORD_BLOCK_SIZE);

  if (!file_draft_init (&wider, self->store, self->key, meta_len, NULL))
    return FALSE;
  for (guint64 done = 0; done < self->record.body_len; done += FILE_RECORD_BLOCK_SIZE)
    if (file_draft_read (self, done, buffer, FILE_RECORD_BLOCK_SIZE) < 0
        || !file_draft_append (&wider, buffer, FILE_RECORD_BLOCK_SIZE))
      return FALSE;
  file_draft_drop (self);
  return file_draft_publish (&wider, meta, meta_len, keep_until, rest, rest_len);
}

/* All in one write where there is no file yet; else the front comes last. */
static gboolean
write_rest (FileDraft *self, const FileRecord *record, guint8 *front, gconstpointer rest, gsize len)
{
  struct iovec parts[] = { { front, file_record_get_body_at (record) },
                           { (void *)rest, len },
                           { self->sums->data, self->sums->len } };

  if (self->fd < 0)
    return begin (self) && file_folder_write_all (self->fd, 0, parts, 3);
  return file_folder_write_all (self->fd, file_record_get_table_at (&self->record), parts + 1, 2)
         && file_folder_write_all (self->fd, 0, parts, 1);
}

gboolean
file_draft_publish (FileDraft *self,
                    gconstpointer meta,
                    gsize meta_len,
                    gint64 keep_until,
                    gconstpointer rest,
                    gsize rest_len)
{
  const gboolean is_locked = self->fd >= 0;
  g_autofree guint8 *front = NULL;
  FileRecord record;

  if (self->fd >= 0 && meta_len > self->record.meta_room)
    return publish_wider (self, meta, meta_len, keep_until, rest, rest_len);
  if (self->fd < 0)
    self->record.meta_room = file_record_make_room (meta_len);
  record = self->record;
  record.body_len += rest_len;
  add_sums (self, rest, rest_len);
  front = file_record_make_front (&record, self->key, meta, meta_len, keep_until);
  file_record_write_used (front + FILE_RECORD_USED_AT, g_get_real_time () / G_USEC_PER_SEC);
  file_sweep_add (&self->store->sweep, file_record_get_size (&record) - self->record.body_len, 1);
  if (!write_rest (self, &record, front, rest, rest_len))
    return FALSE;
  file_folder_note_keep_until (self->fd, keep_until);
  if (!file_folder_publish (&self->store->folder, self->temp, self->name))
    return FALSE;
  self->temp[0] = '\0';
  if (is_locked)
    flock (self->fd, LOCK_UN);
  return TRUE;
}
