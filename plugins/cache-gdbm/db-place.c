/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files are opened below a folder that stays open, links are not followed, and what was opened is
 * looked at before it is used. The lock is the one that libgdbm takes, flock() of the whole file,
 * but taken here, since libgdbm may fall back to lockf() and wait for ever. */
#include "db-place.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define OLD_SUFFIX ".old"
#define FILE_MODE 0600
#define FOLDER_MODE 0700

/* flock() has no time limit, so it is asked again and again, ever more seldom. */
#define FIRST_PAUSE 20
#define LONGEST_PAUSE 2000 /* microseconds */

/* How often the file may be replaced between opening and locking it. */
#define MAX_REPLACED 100

static gboolean
fail (GError **error, int code, const char *what)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
  return FALSE;
}

static gboolean
refuse (GError **error, const char *path, const char *why)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "%s: %s", path, why);
  return FALSE;
}

gboolean
db_place_init (DbPlace *self, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, FOLDER_MODE) != 0)
    return fail (error, errno, folder);
  self->folder = open (folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (self->folder < 0)
    return fail (error, errno, folder);
  self->path = g_strdup (path);
  self->name = g_path_get_basename (path);
  self->old_name = g_strconcat (self->name, OLD_SUFFIX, NULL);
  return TRUE;
}

void
db_place_clear (DbPlace *self)
{
  if (self->folder >= 0)
    close (self->folder);
  self->folder = -1;
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->old_name, g_free);
}

/* Who may write into the file may plant answers of any server. A second name of it could be
 * anywhere, and a file with none was just replaced. */
static gboolean
check_file (const char *name, const struct stat *info, GError **error)
{
  if (!S_ISREG (info->st_mode))
    return refuse (error, name, _ ("not a file"));
  if (info->st_uid != geteuid ())
    return refuse (error, name, _ ("the file belongs to somebody else"));
  if ((info->st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refuse (error, name, _ ("others may write into the file"));
  if (info->st_nlink > 1)
    return refuse (error, name, _ ("the file has several names"));
  return TRUE;
}

static int
open_file (DbPlace *self, const char *name, int flags, struct stat *info, GError **error)
{
  /* NONBLOCK, for opening a FIFO would wait for its other end. */
  int fd = openat (self->folder, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
                   FILE_MODE);

  if (fd < 0 && errno == ELOOP)
    refuse (error, name, _ ("a symbolic link"));
  else if (fd < 0)
    fail (error, errno, name);
  if (fd < 0)
    return -1;
  if (fstat (fd, info) == 0 && check_file (name, info, error))
    return fd;
  close (fd);
  if (error != NULL && *error == NULL)
    fail (error, errno, name);
  return -1;
}

/* No later than @deadline, but once in any case. */
static gboolean
lock (DbPlace *self, int fd, int operation, gint64 deadline, GError **error)
{
  gint64 pause = FIRST_PAUSE;

  while (flock (fd, operation | LOCK_NB) != 0)
    {
      gint64 left = deadline - g_get_monotonic_time ();

      if (errno != EWOULDBLOCK && errno != EINTR)
        return fail (error, errno, self->path);
      if (left <= 0)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _ ("%s: in use by another process"),
                       self->path);
          return FALSE;
        }
      g_usleep (MIN (pause, left));
      pause = MIN (pause * 2, LONGEST_PAUSE);
    }
  return TRUE;
}

static gboolean
is_current (DbPlace *self, const struct stat *info)
{
  struct stat now;

  return fstatat (self->folder, self->name, &now, AT_SYMLINK_NOFOLLOW) == 0
         && now.st_dev == info->st_dev && now.st_ino == info->st_ino;
}

int
db_place_open (DbPlace *self, DbPlaceAccess access, gint64 deadline, GError **error)
{
  static const int flags[] = { O_RDONLY, O_RDWR, O_RDWR | O_CREAT };
  int operation = access == DB_PLACE_READ ? LOCK_SH : LOCK_EX;

  for (guint i = 0; i < MAX_REPLACED; i++)
    {
      struct stat info;
      int fd = open_file (self, self->name, flags[access], &info, error);

      if (fd < 0)
        return -1;
      if (!lock (self, fd, operation, deadline, error))
        {
          close (fd);
          return -1;
        }
      /* Whoever had the lock may have made it the older file. */
      if (is_current (self, &info))
        return fd;
      db_place_close (fd);
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _ ("%s: in use by another process"), self->path);
  return -1;
}

/* Unlocked explicitly: a child of another thread's may hold a copy of the descriptor until it
 * execs. */
void
db_place_close (int fd)
{
  flock (fd, LOCK_UN);
  close (fd);
}

int
db_place_open_old (DbPlace *self, GError **error)
{
  struct stat info;

  return open_file (self, self->old_name, O_RDONLY, &info, error);
}

gboolean
db_place_has_old (DbPlace *self)
{
  struct stat info;

  return fstatat (self->folder, self->old_name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

static gboolean
remove_file (DbPlace *self, const char *name, GError **error)
{
  return unlinkat (self->folder, name, 0) == 0 || errno == ENOENT || fail (error, errno, name);
}

/* The older file goes, and the file takes its place. */
gboolean
db_place_make_old (DbPlace *self, GError **error)
{
  /* ext4 starts writing a file to disk when it is renamed over another; nothing here needs that. */
  return remove_file (self, self->old_name, error)
         && (renameat (self->folder, self->name, self->folder, self->old_name) == 0
             || fail (error, errno, self->path));
}

/* The older one first: alone it would be taken for what was kept last. */
gboolean
db_place_remove (DbPlace *self, GError **error)
{
  return remove_file (self, self->old_name, error) && remove_file (self, self->name, error);
}
