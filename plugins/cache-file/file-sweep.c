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

#define BLOCK_SIZE 4096
/* The folder is looked through whenever this part of its size was written. */
#define SWEEP_PART 16
/* No write takes so long; the file's writer is dead. */
#define TEMP_MAX_AGE (15 * 60)

typedef struct
{
  char name[FILE_NAMES_SIZE];
  gboolean is_expired;
  gint64 used; /* nanoseconds; a second holds many records */
  guint64 size;
} Record;

guint64
file_sweep_round_up (guint64 size)
{
  return (size + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
}

/* Notes a record, or removes what a dead writer left. */
static void
look_at (int fd, const FileNames *names, const char *name, gint64 now, GArray *records)
{
  gboolean is_record = file_names_may_be (names, name);
  struct stat info;
  Record record = { .is_expired = FALSE };

  if (!is_record && !file_names_is_temp (name))
    return;
  if (fstatat (fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG (info.st_mode))
    return;
  if (!is_record)
    {
      if (info.st_mtime < now - TEMP_MAX_AGE)
        unlinkat (fd, name, 0);
      return;
    }
  g_strlcpy (record.name, name, sizeof record.name);
  record.is_expired = info.st_atime < now && info.st_atime > info.st_mtime;
  record.used = (gint64)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
  record.size = file_sweep_round_up (info.st_size);
  g_array_append_val (records, record);
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
list_records (int folder_fd, const FileNames *names, gint64 now)
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
    look_at (folder_fd, names, item->d_name, now, records);
  closedir (dir);
  return records;
}

static void
sweep (int folder_fd, const FileNames *names, guint64 limit, guint64 target, gint64 now)
{
  g_autoptr (GArray) records = list_records (folder_fd, names, now);
  guint64 total = 0;

  for (guint i = 0; i < records->len; i++)
    total += g_array_index (records, Record, i).size;
  if (total <= limit)
    return;
  g_array_sort (records, compare_records);
  for (guint i = 0; i < records->len && total > target; i++)
    {
      const Record *record = &g_array_index (records, Record, i);

      unlinkat (folder_fd, record->name, 0);
      total -= record->size;
    }
}

void
file_sweep_init (FileSweep *self)
{
  g_mutex_init (&self->lock);
}

void
file_sweep_clear (FileSweep *self)
{
  g_mutex_clear (&self->lock);
}

void
file_sweep_start (FileSweep *self, const FileOptions *options)
{
  /* Programs that write a little and end would never sweep if each began at nothing. */
  self->written = g_random_double () * (options->max_size / SWEEP_PART);
}

void
file_sweep_count (FileSweep *self, guint64 size, guint n_entries)
{
  g_mutex_lock (&self->lock);
  self->written += file_sweep_round_up (size);
  g_mutex_unlock (&self->lock);
}

void
file_sweep_work (FileSweep *self,
                 const FileFolder *folder,
                 const FileNames *names,
                 const FileOptions *options)
{
  const guint64 part = options->max_size / SWEEP_PART;
  gboolean is_turn;

  g_mutex_lock (&self->lock);
  is_turn = self->written >= part;
  if (is_turn)
    self->written = 0;
  g_mutex_unlock (&self->lock);
  if (is_turn)
    sweep (folder->fd, names, options->max_size - 2 * part, options->max_size - 3 * part,
           g_get_real_time () / G_USEC_PER_SEC);
}
