/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sweep of a file store. Other processes may add, remove and sweep at the same time; whatever
 * is gone already is no error.
 *
 * A folder of a hundred thousand files takes a tenth of a second to look through, which no single
 * write may be made to wait. So each write does a part: for each block that it writes it looks at
 * up to 64 files, or removes 4. As an entry takes a block at least, the folder is looked through
 * and a sixteenth of it removed before another sixteenth of it is written, and a process alone
 * never passes the limits. */
#include "file-sweep.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "file-probe.h"

#define BLOCK_SIZE 4096
/* The folder is looked through at the latest when this part of the limit was written. */
#define PART 16
/* Work: what looking at a file costs, removing one, and what a block or an entry makes due. */
#define LOOK_COST 1
#define REMOVE_COST 16
#define DUE 64
/* Small writers take no time at all; a slow one holds a lock on its file. */
#define TEMP_MAX_AGE (15 * 60)
/* How far the clocks of those who share a folder may be apart. */
#define MAX_SKEW (15 * 60)

#define NANOSECONDS G_GINT64_CONSTANT (1000000000)

guint64
file_sweep_round_up (guint64 size)
{
  return (size + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
}

/* A limit less some parts of it. */
static guint64
less (guint64 limit, guint n_parts)
{
  return limit - n_parts * MAX (limit / PART, 1);
}

void
file_sweep_init (FileSweep *self)
{
  g_mutex_init (&self->lock);
  g_mutex_init (&self->turn);
}

void
file_sweep_start (FileSweep *self,
                  const FileFolder *folder,
                  const FileNames *names,
                  const FileOptions *options)
{
  const double random = g_random_double ();

  self->folder = folder;
  self->names = names;
  self->options = options;
  self->start.size = options->max_size / PART;
  self->start.n = options->max_entries != 0 ? MAX (options->max_entries / PART, 1) : G_MAXUINT64;
  /* Programs that write a little and end would never sweep if each began at nothing. */
  self->written.size = random * self->start.size;
  if (options->max_entries != 0)
    self->written.n = random * self->start.n;
}

static gboolean
begin (FileSweep *self)
{
  /* Of its own, for a duplicate would share the position with other threads. */
  int fd = openat (self->folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  self->dir = fd >= 0 ? fdopendir (fd) : NULL;
  if (self->dir == NULL)
    {
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  file_oldest_init (&self->oldest);
  self->seen = (FileSweepSum){ 0 };
  self->pid = getpid ();
  self->state = FILE_SWEEP_LOOK;
  return TRUE;
}

static void
end (FileSweep *self)
{
  if (self->state != FILE_SWEEP_IDLE)
    file_oldest_clear (&self->oldest);
  g_clear_pointer (&self->dir, closedir);
  self->state = FILE_SWEEP_IDLE;
}

/* By a clock that was wrong, here or where the folder is, or by somebody who wants it so. */
static gboolean
is_from_future (const struct stat *info, gint64 now)
{
  return info->st_mtime > MIN (now + MAX_SKEW, G_MAXINT64 / NANOSECONDS - 1);
}

/* When it was used last, or less where it is to go earlier. */
static gint64
find_rank (const struct stat *info, gint64 now)
{
  gint64 used;

  if (info->st_mtime < 0 || is_from_future (info, now))
    return G_MININT64; /* nobody knows when; who uses it now notes that anew */
  used = info->st_mtim.tv_sec * NANOSECONDS + info->st_mtim.tv_nsec;
  /* See file_folder_note_keep_until(). A file that says nothing was read when it was made. */
  return info->st_atime < now && info->st_atime > info->st_mtime ? used - G_MAXINT64 / 2 : used;
}

/* What a dead writer left. */
static void
look_at_temp (FileSweep *self, const char *name, gint64 now)
{
  struct stat info;
  int fd = file_folder_open_file (self->folder, name, NULL, NULL);

  if (fd < 0)
    return;
  if (file_folder_stat (fd, &info)
      && (info.st_mtime < now - TEMP_MAX_AGE || is_from_future (&info, now))
      && flock (fd, LOCK_EX | LOCK_NB) == 0)
    unlinkat (self->folder->fd, name, 0);
  close (fd);
}

static void
look_at (FileSweep *self, const char *name)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  struct stat info;

  if (file_names_is_temp (name))
    look_at_temp (self, name, now);
  if (!file_probe (self->folder, self->names, name, &info))
    return;
  self->seen.size += file_sweep_round_up (info.st_size);
  self->seen.n++;
  file_oldest_add (&self->oldest, name, find_rank (&info, now),
                   file_sweep_round_up (info.st_size));
}

/* What there is now: what was seen, and what was written since. */
static FileSweepSum
estimate (FileSweep *self)
{
  FileSweepSum sum = self->seen;

  g_mutex_lock (&self->lock);
  sum.size += self->written.size;
  sum.n += self->written.n;
  g_mutex_unlock (&self->lock);
  return sum;
}

static gboolean
is_enough (FileSweep *self)
{
  const FileSweepSum now = estimate (self);
  const guint64 max = self->options->max_entries;

  return now.size <= less (self->options->max_size, 2) && (max == 0 || now.n <= less (max, 2));
}

/* While there is much room the next look can wait, though not for all of it: others write, too. */
static guint64
wait_for (guint64 limit, guint64 now)
{
  const guint64 high = less (limit, 1);
  const guint64 room = high > now ? high - now : 0;

  return MAX (MAX (limit / PART, 1), room / 4);
}

static void
finish (FileSweep *self, gboolean is_done)
{
  const FileSweepSum now = estimate (self);
  const FileOptions *options = self->options;

  end (self);
  g_mutex_lock (&self->lock);
  self->is_active = FALSE;
  self->due = 0;
  self->written = (FileSweepSum){ 0 };
  self->start.size = is_done ? wait_for (options->max_size, now.size) : 0;
  if (options->max_entries != 0)
    self->start.n = wait_for (options->max_entries, now.n);
  g_mutex_unlock (&self->lock);
}

/* One step; what it cost, 0 when all is done. */
static guint
step (FileSweep *self)
{
  g_autofree char *name = NULL;
  const struct dirent *item;
  FileOldestItem first;

  if (self->state == FILE_SWEEP_LOOK)
    {
      item = readdir (self->dir);
      if (item != NULL)
        {
          look_at (self, item->d_name);
          return LOOK_COST;
        }
      g_clear_pointer (&self->dir, closedir);
      file_oldest_sort (&self->oldest);
      self->state = FILE_SWEEP_REMOVE;
    }
  if (is_enough (self) || !file_oldest_take (&self->oldest, &first))
    return 0;
  name = first.name;
  unlinkat (self->folder->fd, name, 0);
  self->seen.size -= first.size;
  self->seen.n--;
  return REMOVE_COST;
}

static void
work (FileSweep *self, guint64 units)
{
  guint64 done = 0;

  if (self->state != FILE_SWEEP_IDLE && self->pid != getpid ())
    end (self);
  if (self->state == FILE_SWEEP_IDLE && !begin (self))
    {
      finish (self, TRUE); /* the folder is gone; that is told of elsewhere */
      return;
    }
  while (done < units)
    {
      const guint cost = step (self);

      if (cost == 0)
        {
          finish (self, is_enough (self));
          return;
        }
      done += cost;
    }
}

/* Counts what is written; whether there is work to do. */
static gboolean
count (FileSweep *self, guint64 on_disk, guint n_entries)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);

  self->written.size += on_disk;
  self->written.n += n_entries;
  if (!self->is_active
      && (self->written.size >= self->start.size || self->written.n >= self->start.n))
    {
      self->is_active = TRUE;
      self->written = (FileSweepSum){ on_disk, n_entries };
    }
  if (self->is_active)
    self->due += DUE * MAX (on_disk / BLOCK_SIZE, n_entries);
  return self->is_active;
}

static guint64
take_due (FileSweep *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  const guint64 due = self->due;

  self->due = 0;
  return due;
}

void
file_sweep_add (FileSweep *self, guint64 size, guint n_entries)
{
  guint64 due;

  /* Two do not work at once; what the other does not do any more is done with the next write. */
  if (!count (self, file_sweep_round_up (size), n_entries) || !g_mutex_trylock (&self->turn))
    return;
  due = take_due (self);
  if (due > 0)
    work (self, due);
  g_mutex_unlock (&self->turn);
}

/* What was begun is ended, or programs that write a little would never come to an end of it. */
void
file_sweep_clear (FileSweep *self)
{
  if (self->state != FILE_SWEEP_IDLE && self->pid == getpid ())
    work (self, G_MAXUINT64);
  end (self);
  g_mutex_clear (&self->turn);
  g_mutex_clear (&self->lock);
}
