/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sweep of a file store: one pass over the folder, and a second over the records only when
 * there are too many. Other processes may add and remove at the same time; whatever is gone
 * already is no error. */
#include "file-sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file-folder.h"
#include "file-record.h"

#define BLOCK_SIZE 4096
/* No write takes so long; the file's writer is dead. */
#define TEMP_MAX_AGE (15 * 60)

typedef struct
{
  char name[FILE_RECORD_NAME_SIZE];
  gboolean is_expired;
  gint64 used; /* nanoseconds; a second holds many records */
  guint64 size;
} Record;

guint64
file_sweep_round_up (guint64 size)
{
  return (size + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
}

static gboolean
is_temp_name (const char *name)
{
  return g_str_has_prefix (name, FILE_FOLDER_TEMP_PREFIX)
         && g_str_has_suffix (name, FILE_RECORD_SUFFIX);
}

/* Notes a record, or removes what a dead writer left. */
static void
look_at (int fd, const char *name, gint64 now, GArray *records)
{
  gboolean is_record = file_record_is_name (name);
  struct stat info;
  Record record = { .is_expired = FALSE };

  if (!is_record && !is_temp_name (name))
    return;
  if (fstatat (fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (info.st_mode))
    return;
  if (!is_record)
    {
      if (info.st_mtime < now - TEMP_MAX_AGE)
        unlinkat (fd, name, 0);
      return;
    }
  memcpy (record.name, name, sizeof record.name);
  record.used = (gint64) info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
  record.size = file_sweep_round_up (info.st_size);
  g_array_append_val (records, record);
}

static gboolean
read_is_expired (int folder_fd, const char *name, gint64 now)
{
  int fd = openat (folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  guint8 head[FILE_RECORD_HEAD_SIZE];
  gint64 keep_until = 0;

  if (fd < 0)
    return FALSE;
  if (read (fd, head, sizeof head) == sizeof head)
    keep_until = file_record_get_keep_until (head);
  close (fd);
  return keep_until != 0 && keep_until < now;
}

static int
compare_records (gconstpointer a, gconstpointer b)
{
  const Record *first = a, *second = b;

  if (first->is_expired != second->is_expired)
    return first->is_expired ? -1 : 1;
  return first->used < second->used ? -1 : first->used > second->used;
}

static GArray *
list_records (int folder_fd, gint64 now)
{
  /* Of its own, for a duplicate would share the position with other threads. */
  int fd = openat (folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  GArray *records = g_array_new (FALSE, FALSE, sizeof (Record));
  struct dirent *item;

  if (dir == NULL)
    {
      if (fd >= 0)
        close (fd);
      return records;
    }
  while ((item = readdir (dir)) != NULL)
    look_at (folder_fd, item->d_name, now, records);
  closedir (dir);
  return records;
}

void
file_sweep (int folder_fd, guint64 limit, guint64 target, gint64 now)
{
  g_autoptr (GArray) records = list_records (folder_fd, now);
  guint64 total = 0;

  for (guint i = 0; i < records->len; i++)
    total += g_array_index (records, Record, i).size;
  if (total <= limit)
    return;
  for (guint i = 0; i < records->len; i++)
    {
      Record *record = &g_array_index (records, Record, i);

      record->is_expired = read_is_expired (folder_fd, record->name, now);
    }
  g_array_sort (records, compare_records);
  for (guint i = 0; i < records->len && total > target; i++)
    {
      const Record *record = &g_array_index (records, Record, i);

      unlinkat (folder_fd, record->name, 0);
      total -= record->size;
    }
}
