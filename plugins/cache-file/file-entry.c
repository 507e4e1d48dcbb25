/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens and checks entries. */
#include "file-entry.h"

#include <string.h>
#include <unistd.h>

#include "file-buffer.h"

/* Both areas are torn only while somebody writes the one and has just written the other. */
#define META_TRIES 4
/* What is read before anything is known: all of a small entry. Of a larger one it is copied. */
#define START (8 * 1024)
/* How stale the time of last use may be: an entry that is read a thousand times a second notes it
 * once in a minute. */
#define TOUCH_INTERVAL 60

void
file_entry_clear (FileEntry *self)
{
  if (self->fd >= 0)
    close (self->fd);
  file_buffer_free (self->data);
  *self = (FileEntry)FILE_ENTRY_INIT;
}

/* Reads on where more lies before the body than was read. A size is what the file system says, and
 * a sparse file may say anything; but here it is bounded. */
static gboolean
read_front (FileEntry *self, gsize front)
{
  if (front <= self->len)
    return TRUE;
  self->data = file_buffer_grow (self->data, self->len, front);
  if (!file_folder_read_all (self->fd, self->len, self->data + self->len, front - self->len))
    return FALSE;
  self->len = front;
  return TRUE;
}

static gboolean
read_meta (FileEntry *self)
{
  const guint64 at = file_record_get_area_at (&self->record, 0);
  const gsize len = file_record_get_body_at (&self->record) - at;

  if (file_record_find_meta (&self->record, self->data, &self->meta))
    return TRUE;
  for (guint i = 0; i < META_TRIES; i++)
    if (file_folder_read_all (self->fd, at, self->data + at, len)
        && file_record_find_meta (&self->record, self->data, &self->meta))
      return TRUE;
  return FALSE;
}

gboolean
file_entry_read_again (FileEntry *self)
{
  const gsize front = file_record_get_body_at (&self->record);

  if (self->len < front)
    {
      self->data = file_buffer_grow (self->data, 0, front);
      self->len = front;
    }
  return file_folder_read_all (self->fd, 0, self->data, front)
         && file_record_parse (&self->record, self->data, front, self->size) && read_meta (self);
}

/* What was read first is all there is, where its own head says so: most entries need not be asked
 * for their size, which would cost a tenth of all. FALSE: no regular file. */
static gboolean
find_size (FileEntry *self, const guint8 *start, gssize n)
{
  struct stat info;

  if (n >= 0 && n < START && file_record_peek_front (start, n, n) != 0)
    {
      self->size = n;
      return TRUE;
    }
  if (!file_folder_stat (self->fd, &info))
    return FALSE;
  self->size = info.st_size;
  return TRUE;
}

static FileEntryState
read_entry (FileEntry *self, gsize at_once)
{
  guint8 start[START];
  const gssize n = file_folder_read_some (self->fd, start, sizeof start);
  gsize front, have;

  if (!find_size (self, start, n))
    return FILE_ENTRY_MISSING;
  self->len = self->size <= at_once ? self->size : MIN (self->size, FILE_ENTRY_FRONT);
  have = MIN ((gsize)MAX (n, 0), self->len);
  self->data = file_buffer_new (self->len);
  memcpy (self->data, start, have);
  if (n < 0 || !file_folder_read_all (self->fd, have, self->data + have, self->len - have))
    return FILE_ENTRY_DAMAGED;
  if (!file_record_is_ours (self->data, self->len))
    return FILE_ENTRY_FOREIGN;
  front = file_record_peek_front (self->data, self->len, self->size);
  if (front != 0 && read_front (self, front)
      && file_record_parse (&self->record, self->data, self->len, self->size) && read_meta (self))
    return FILE_ENTRY_FOUND;
  return FILE_ENTRY_DAMAGED;
}

FileEntryState
file_entry_open (
    FileEntry *self, const FileFolder *folder, const char *name, gsize at_once, GError **error)
{
  g_autoptr (GError) inner = NULL;

  self->fd = file_folder_open_file (folder, name, &self->can_write, &inner);
  if (self->fd >= 0)
    return read_entry (self, at_once);
  if (inner == NULL)
    return FILE_ENTRY_MISSING;
  g_propagate_error (error, g_steal_pointer (&inner));
  return FILE_ENTRY_FAILED;
}

void
file_entry_touch (FileEntry *self)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const gint64 used = file_record_read_used (self->data);
  guint8 stamp[FILE_RECORD_USED_SIZE];
  struct iovec part = { stamp, sizeof stamp };
  struct stat info;

  if (used <= now && used > now - TOUCH_INTERVAL)
    return;
  file_record_write_used (stamp, now);
  if (self->can_write)
    file_folder_write_all (self->fd, FILE_RECORD_USED_AT, &part, 1);
  else if (file_folder_stat (self->fd, &info) && info.st_mtime < now - TOUCH_INTERVAL)
    file_folder_touch (self->fd); /* the stamp stays, but who may not write may do that */
}

gboolean
file_entry_has_key (const FileEntry *self, const char *key)
{
  return self->record.key_len == strlen (key)
         && memcmp (self->data + FILE_RECORD_HEAD_SIZE, key, self->record.key_len) == 0;
}

gboolean
file_entry_has_expired (const FileEntry *self)
{
  return self->meta.keep_until != 0 && self->meta.keep_until < g_get_real_time () / G_USEC_PER_SEC;
}

gboolean
file_entry_find (FileEntry *self,
                 FileStore *store,
                 const char *key,
                 const char *name,
                 gsize at_once,
                 GError **error)
{
  const FileEntryState state = file_entry_open (self, &store->folder, name, at_once, error);
  /* Under a name of the program's own may lie what another key, or somebody else, put there. */
  const gboolean is_named = file_names_tell (&store->names);
  gboolean is_junk = state == FILE_ENTRY_DAMAGED || (state == FILE_ENTRY_FOREIGN && is_named);

  if (state == FILE_ENTRY_FOUND && file_entry_has_key (self, key) && !file_entry_has_expired (self))
    return TRUE;
  if (state == FILE_ENTRY_FOUND)
    is_junk = is_named || file_entry_has_expired (self);
  if (is_junk)
    file_folder_delete_same (&store->folder, name, self->fd);
  file_entry_clear (self);
  return FALSE;
}

gboolean
file_entry_has_body (const FileEntry *self)
{
  return self->len == file_record_get_size (&self->record);
}

gboolean
file_entry_check_body (const FileEntry *self)
{
  const guint8 *body = self->data + file_record_get_body_at (&self->record);
  const guint8 *table = self->data + file_record_get_table_at (&self->record);

  for (guint64 i = 0; i < file_record_get_n_blocks (&self->record); i++)
    if (file_record_read_sum (table + 8 * i)
        != file_record_sum_block (&self->record, i, body + i * FILE_RECORD_BLOCK_SIZE,
                                  file_record_get_block_len (&self->record, i)))
      return FALSE;
  return TRUE;
}
