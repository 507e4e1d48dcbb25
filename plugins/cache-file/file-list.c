/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is asked of a folder as a whole. Each goes file by file, so that memory stays small. */
#include "file-list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "file-body.h"
#include "file-entry.h"
#include "file-hash.h"
#include "file-probe.h"

/* Told of each file that may be a record; FALSE ends it. */
typedef gboolean (*FileFunc) (FileStore *store, const char *name, gpointer data);

static gboolean
each_file (FileStore *store, FileFunc func, gpointer data, GError **error)
{
  /* Of its own, for a duplicate would share the position with other threads. */
  int fd = openat (store->folder.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  const int code = errno;
  const struct dirent *item;

  if (dir == NULL)
    {
      if (fd >= 0)
        close (fd);
      return file_folder_fail (error, code, _ ("the folder of the cache"));
    }
  while ((item = readdir (dir)) != NULL)
    if (file_names_may_be (&store->names, item->d_name) && !func (store, item->d_name, data))
      break;
  closedir (dir);
  return TRUE;
}

typedef struct
{
  TernCacheStoreFunc func;
  gpointer user_data;
  /* A file that is replaced meanwhile may be listed again; a set of the hashes of names is small.
   */
  GHashTable *seen;
} Visit;

static gboolean
visit (FileStore *store, const char *name, gpointer data)
{
  Visit *self = data;
  g_auto (FileEntry) entry = FILE_ENTRY_INIT;
  g_autofree char *key = NULL;

  if (file_entry_open (&entry, &store->folder, name, FILE_ENTRY_FRONT, NULL) != FILE_ENTRY_FOUND
      || file_entry_has_expired (&entry)
      || !g_hash_table_add (self->seen, GSIZE_TO_POINTER (file_hash (name, strlen (name), 0))))
    return TRUE;
  key = g_strndup ((const char *)entry.data + FILE_RECORD_HEAD_SIZE, entry.record.key_len);
  return self->func (key, entry.meta.len + entry.record.body_len, entry.meta.keep_until,
                     self->user_data);
}

gboolean
file_list_foreach (FileStore *store, TernCacheStoreFunc func, gpointer user_data, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  Visit data = { func, user_data, seen };

  return each_file (store, visit, &data, error);
}

typedef struct
{
  guint64 n;
  guint64 size;
} Usage;

static gboolean
add_usage (FileStore *store, const char *name, gpointer data)
{
  Usage *self = data;
  struct stat info;

  if (file_probe (&store->folder, &store->names, name, &info))
    {
      self->n++;
      self->size += file_sweep_round_up (info.st_size);
    }
  return TRUE;
}

gboolean
file_list_usage (FileStore *store, guint64 *n_keys, guint64 *size, GError **error)
{
  Usage usage = { 0 };

  if (!each_file (store, add_usage, &usage, error))
    return FALSE;
  *n_keys = usage.n;
  *size = usage.size;
  return TRUE;
}

static gboolean
remove_record (FileStore *store, const char *name, gpointer data)
{
  int *code = data;
  struct stat info;

  if (file_probe (&store->folder, &store->names, name, &info)
      && unlinkat (store->folder.fd, name, 0) != 0 && errno != ENOENT)
    *code = errno;
  return TRUE;
}

gboolean
file_list_clear (FileStore *store, GError **error)
{
  int code = 0;

  if (!each_file (store, remove_record, &code, error))
    return FALSE;
  return code == 0 || file_folder_fail (error, code, _ ("the folder of the cache"));
}

typedef struct
{
  TernCacheDamageFunc func;
  gpointer user_data;
  guint8 *buffer;
} Check;

static gboolean
reads_well (Check *self, FileStore *store, FileEntry *entry, const char *name)
{
  g_autoptr (GInputStream) body = file_body_new (store, entry, name);
  gssize n;

  do
    n = g_input_stream_read (body, self->buffer, FILE_RECORD_BLOCK_SIZE, NULL, NULL);
  while (n > 0);
  return n == 0;
}

static gboolean
check (FileStore *store, const char *name, gpointer data)
{
  Check *self = data;
  g_auto (FileEntry) entry = FILE_ENTRY_INIT;
  g_autofree char *key = NULL;
  char right_name[FILE_NAMES_SIZE];
  FileEntryState state = file_entry_open (&entry, &store->folder, name, FILE_ENTRY_FRONT, NULL);

  if (state == FILE_ENTRY_DAMAGED
      || (state == FILE_ENTRY_FOREIGN && file_names_tell (&store->names)))
    {
      file_folder_delete_same (&store->folder, name, entry.fd);
      self->func (name, _ ("the head, the key or the meta is damaged"), self->user_data);
    }
  if (state != FILE_ENTRY_FOUND)
    return TRUE;
  key = g_strndup ((const char *)entry.data + FILE_RECORD_HEAD_SIZE, entry.record.key_len);
  if (!file_names_make (&store->names, key, right_name, NULL) || !g_str_equal (right_name, name))
    self->func (name, _ ("the file has the name of another key"), self->user_data);
  else if (!reads_well (self, store, &entry, name))
    self->func (key, _ ("the body is damaged"), self->user_data);
  return TRUE;
}

gboolean
file_list_verify (FileStore *store, TernCacheDamageFunc func, gpointer user_data, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (FILE_RECORD_BLOCK_SIZE);
  Check data = { func, user_data, buffer };

  return each_file (store, check, &data, error);
}
