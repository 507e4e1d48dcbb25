/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens and checks entries. */
#include "file-entry.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Both areas are torn only while somebody writes the one and has just written the other. */
#define META_TRIES 4

void
file_entry_clear (FileEntry *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->data);
  *self = (FileEntry)FILE_ENTRY_INIT;
}

/* Reads on where more lies before the body than was read. A size is what the file system says, and
 * a sparse file may say anything; but here it is bounded. */
static gboolean
read_front (FileEntry *self, gsize front)
{
  if (front <= self->len)
    return TRUE;
  self->data = g_realloc (self->data, front);
  if (!file_folder_read_all (self->fd, self->len, self->data + self->len, front - self->len))
    return FALSE;
  self->len = front;
  return TRUE;
}

gboolean
file_entry_read_meta (FileEntry *self)
{
  const guint64 at = file_record_get_area_at (&self->record, 0);
  const gsize len = file_record_get_body_at (&self->record) - at;

  for (guint i = 0; i < META_TRIES; i++)
    if (file_folder_read_all (self->fd, at, self->data + at, len)
        && file_record_find_meta (&self->record, self->data, &self->meta))
      return TRUE;
  return FALSE;
}

static FileEntryState
read_entry (FileEntry *self, gsize at_once)
{
  const guint64 size = self->info.st_size;
  gsize front;

  self->len = MIN (size, at_once);
  self->data = g_malloc (MAX (self->len, 1));
  if (!file_folder_read_all (self->fd, 0, self->data, self->len))
    return FILE_ENTRY_DAMAGED;
  if (!file_record_is_ours (self->data, self->len))
    return FILE_ENTRY_FOREIGN;
  front = file_record_peek_front (self->data, self->len, size);
  if (front == 0 || !read_front (self, front)
      || !file_record_parse (&self->record, self->data, self->len, size))
    return FILE_ENTRY_DAMAGED;
  if (file_record_find_meta (&self->record, self->data, &self->meta) || file_entry_read_meta (self))
    return FILE_ENTRY_FOUND;
  return FILE_ENTRY_DAMAGED;
}

FileEntryState
file_entry_open (FileEntry *self,
                 const FileFolder *folder,
                 const char *name,
                 int flags,
                 gsize at_once,
                 GError **error)
{
  g_autoptr (GError) inner = NULL;

  self->fd = file_folder_open_file (folder, name, flags, &self->info, &inner);
  if (self->fd >= 0)
    return read_entry (self, self->info.st_size <= (goffset)at_once ? at_once : FILE_ENTRY_FRONT);
  if (inner == NULL)
    return FILE_ENTRY_MISSING;
  g_propagate_error (error, g_steal_pointer (&inner));
  return FILE_ENTRY_FAILED;
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
                 int flags,
                 gsize at_once,
                 GError **error)
{
  const FileEntryState state = file_entry_open (self, &store->folder, name, flags, at_once, error);
  /* Under a name of the program's own may lie what another key, or somebody else, put there. */
  const gboolean is_named = file_names_tell (&store->names);
  gboolean is_junk = state == FILE_ENTRY_DAMAGED || (state == FILE_ENTRY_FOREIGN && is_named);

  if (state == FILE_ENTRY_FOUND && file_entry_has_key (self, key) && !file_entry_has_expired (self))
    return TRUE;
  if (state == FILE_ENTRY_FOUND)
    is_junk = is_named || file_entry_has_expired (self);
  if (is_junk)
    file_folder_delete_same (&store->folder, name, &self->info);
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
