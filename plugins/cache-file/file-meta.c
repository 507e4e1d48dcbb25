/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the area of a record that is not in use, which then is the newer one. Who dies in the
 * middle leaves the one that was in use. */
#include "file-meta.h"

#include <errno.h>
#include <fcntl.h>
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
  if (keep_until != entry->info.st_atime)
    file_folder_note_keep_until (entry->fd, keep_until);
  return TRUE;
}

static gboolean
is_same (FileStore *store, const char *name, const struct stat *info)
{
  struct stat there;

  return fstatat (store->folder.fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0
         && there.st_ino == info->st_ino && there.st_dev == info->st_dev;
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
  gssize n = 1;

  if (writer == NULL)
    return FALSE;
  body = file_body_new (store, entry, file_writer_get_name (writer));
  while (n > 0)
    {
      n = g_input_stream_read (body, buffer, FILE_RECORD_BLOCK_SIZE, NULL, error);
      if (n < 0 || (n > 0 && !file_writer_write (writer, buffer, n, error)))
        return FALSE;
    }
  if (!is_same (store, file_writer_get_name (writer), &entry->info))
    return TRUE; /* replaced or removed meanwhile */
  return file_writer_commit (writer, meta, keep_until, error);
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
  gsize before_len, meta_len = g_bytes_get_size (meta);
  gconstpointer before_data = g_bytes_get_data (before, &before_len);

  if (!file_names_make (&store->names, key, name, error))
    return FALSE;
  if (!file_entry_find (&entry, store, key, name, O_RDWR, FILE_ENTRY_FRONT, &inner))
    {
      if (inner != NULL)
        g_propagate_error (error, g_steal_pointer (&inner));
      return inner == NULL;
    }
  /* What was read before the lock may be old. */
  if (!lock (entry.fd) || !file_entry_read_meta (&entry) || entry.meta.len != before_len
      || (before_len > 0 && memcmp (entry.meta.data, before_data, before_len) != 0))
    return TRUE;
  if (keep_until != 0 && keep_until < g_get_real_time () / G_USEC_PER_SEC)
    return file_folder_delete (&store->folder, name, error);
  if (meta_len > entry.record.meta_room)
    return write_anew (store, &entry, key, meta, keep_until, error);
  return write_area (&entry, meta, keep_until) || file_folder_fail (error, errno, name);
}
