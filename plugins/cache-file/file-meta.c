/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the area of a record that is not in use, which then is the newer one. Who dies in the
 * middle leaves the one that was in use. */
#include "file-meta.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "file-body.h"
#include "file-entry.h"
#include "file-writer.h"

/* Another writer has the lock for microseconds, or for the copy of a body; one that was stopped has
 * it for good. */
#define LOCK_TRIES 40
#define LOCK_PAUSE 500 /* microseconds */
/* The sweep need not know to the second when an entry is of no use any more. */
#define KEEP_UNTIL_STEP 64

/* FALSE: somebody else is at it. Where files cannot be locked, two at once may spoil an area, which
 * its sum tells. */
static gboolean
lock (int fd)
{
  for (guint i = 0; i < LOCK_TRIES; i++)
    {
      if (flock (fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return TRUE;
      g_usleep (LOCK_PAUSE);
    }
  return FALSE;
}

static gboolean
write_area (FileEntry *entry, GBytes *meta, gint64 keep_until)
{
  FileMeta next = { .area = 1 - entry->meta.area,
                    .number = entry->meta.number + 1,
                    .keep_until = keep_until };
  guint8 head[FILE_RECORD_AREA_HEAD_SIZE];
  struct iovec parts[2] = { { head, sizeof head } };

  next.data = g_bytes_get_data (meta, &next.len);
  parts[1] = (struct iovec){ (void *)next.data, next.len };
  file_record_write_area_head (&entry->record, head, &next);
  if (!file_folder_write_all (entry->fd, file_record_get_area_at (&entry->record, next.area), parts,
                              2))
    return FALSE;
  if (keep_until / KEEP_UNTIL_STEP != entry->meta.keep_until / KEEP_UNTIL_STEP)
    file_folder_note_keep_until (entry->fd, keep_until);
  return TRUE;
}

/* The new meta is too large for its area. The lock is held by the file, which the body keeps
 * open. */
static gboolean
write_anew (FileStore *store,
            FileEntry *entry,
            const char *key,
            GBytes *meta,
            gint64 keep_until,
            GError **error)
{
  g_autoptr (TernFileWriter) writer = file_writer_new (store, key, meta, error);
  g_autoptr (GInputStream) body = NULL;
  g_autofree guint8 *buffer = g_malloc (FILE_RECORD_BLOCK_SIZE);
  struct stat info;
  gssize n = 1;

  if (writer == NULL)
    return FALSE;
  if (!file_folder_stat (entry->fd, &info))
    return TRUE;
  body = file_body_new (store, entry, file_writer_get_name (writer));
  while (n > 0)
    {
      n = g_input_stream_read (body, buffer, FILE_RECORD_BLOCK_SIZE, NULL, error);
      if (n < 0 || (n > 0 && !file_writer_write (writer, buffer, n, error)))
        return FALSE;
    }
  if (!file_folder_is_same (&store->folder, file_writer_get_name (writer), &info))
    return TRUE; /* replaced or removed meanwhile */
  return file_writer_commit (writer, meta, keep_until, error);
}

/* The file from when the entry was opened, if it is still the one under its name. */
static gboolean
take_recent (FileStore *store, const char *key, FileEntry *entry)
{
  FileRecentItem item;

  if (!file_recent_take (&store->recent, key, &item))
    return FALSE;
  entry->fd = item.fd;
  entry->can_write = TRUE;
  entry->size = item.size;
  entry->record = item.record;
  if (!file_folder_is_gone (entry->fd))
    return TRUE;
  file_entry_clear (entry);
  return FALSE;
}

/* The lock, and what is in the file while it is held: what was read before it may be old. */
static gboolean
is_still (FileEntry *entry, const char *key, GBytes *before)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (before, &len);

  return lock (entry->fd) && file_entry_read_again (entry) && file_entry_has_key (entry, key)
         && entry->meta.len == len && (len == 0 || memcmp (entry->meta.data, data, len) == 0);
}

gboolean
file_meta_replace (FileStore *store,
                   const char *key,
                   GBytes *before,
                   GBytes *meta,
                   gint64 keep_until,
                   GError **error)
{
  g_auto (FileEntry) entry = FILE_ENTRY_INIT;
  g_autoptr (GError) inner = NULL;
  char name[FILE_NAMES_SIZE];

  /* The name is rarely asked for where the file is still open. */
  if (!take_recent (store, key, &entry)
      && (!file_names_make (&store->names, key, name, &inner)
          || !file_entry_find (&entry, store, key, name, FILE_ENTRY_FRONT, &inner)))
    {
      if (inner != NULL)
        g_propagate_error (error, g_steal_pointer (&inner));
      return inner == NULL;
    }
  if (!entry.can_write || !is_still (&entry, key, before))
    return TRUE;
  if (g_bytes_get_size (meta) > entry.record.meta_room)
    return write_anew (store, &entry, key, meta, keep_until, error);
  if (keep_until != 0 && keep_until < g_get_real_time () / G_USEC_PER_SEC)
    {
      if (!file_names_make (&store->names, key, name, error))
        return FALSE;
      file_folder_delete_same (&store->folder, name, entry.fd);
      return TRUE;
    }
  return write_area (&entry, meta, keep_until) || file_folder_fail (error, errno, key);
}
