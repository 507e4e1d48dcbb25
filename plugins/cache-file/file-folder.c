/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens, writes, publishes and removes files; what is in them is not its business. Nothing is
 * synced to disk: after a power cut the sums in the records tell what survived. */
#include "file-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "file-names.h"

#ifndef O_NOATIME
#define O_NOATIME 0
#endif

gboolean
file_folder_fail (GError **error, int code, const char *what)
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

/* Who may write here may plant answers of any server, so only the owner may, unless the program
 * asked for shared files. */
static gboolean
check_folder (FileFolder *self, const char *path, GError **error)
{
  gboolean is_shared = (self->mode & 0077) != 0;
  struct stat info;

  if (fstat (self->fd, &info) != 0)
    return file_folder_fail (error, errno, path);
  if (!is_shared && info.st_uid != geteuid ())
    return refuse (error, path, _ ("the folder belongs to somebody else"));
  if (!is_shared && (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refuse (error, path, _ ("others may write in the folder"));
  if (faccessat (self->fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0)
    return file_folder_fail (error, errno, path);
  return TRUE;
}

gboolean
file_folder_open (FileFolder *self, const char *path, guint mode, GError **error)
{
  guint folder_mode = mode | (mode & 0444) >> 2;

  self->mode = mode;
  if (mkdir (path, folder_mode) != 0 && errno == ENOENT
      && g_mkdir_with_parents (path, folder_mode) != 0)
    return file_folder_fail (error, errno, path);
  self->fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (self->fd < 0 && (errno == ELOOP || errno == ENOTDIR))
    return refuse (error, path, _ ("not a folder, or a symbolic link"));
  if (self->fd < 0)
    return file_folder_fail (error, errno, path);
  if (check_folder (self, path, error))
    return TRUE;
  file_folder_close (self);
  return FALSE;
}

void
file_folder_close (FileFolder *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

/* Errors that say that no record can be there: a link, a socket, somebody else's. */
static gboolean
is_miss (int code)
{
  return code == ENOENT || code == ELOOP || code == EACCES || code == EPERM || code == ENXIO
         || code == EISDIR || code == ENODEV || code == ENAMETOOLONG;
}

static int
open_as (const FileFolder *self, const char *name, int access)
{
  /* NONBLOCK, for opening a FIFO would wait for a writer. The time of access is ours, see
   * file_folder_note_keep_until(). */
  const int flags = access | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  int fd = openat (self->fd, name, flags | O_NOATIME);

  /* Somebody else's file in a folder that is shared. */
  if (fd < 0 && errno == EPERM)
    fd = openat (self->fd, name, flags);
  return fd;
}

int
file_folder_open_file (const FileFolder *self,
                       const char *name,
                       gboolean *can_write,
                       GError **error)
{
  int fd = open_as (self, name, can_write != NULL ? O_RDWR : O_RDONLY);

  if (can_write != NULL)
    *can_write = fd >= 0;
  if (fd < 0 && can_write != NULL && (errno == EACCES || errno == EPERM || errno == EROFS))
    fd = open_as (self, name, O_RDONLY);
  if (fd < 0 && !is_miss (errno))
    file_folder_fail (error, errno, name);
  return fd;
}

gboolean
file_folder_stat (int fd, struct stat *info)
{
  return fstat (fd, info) == 0 && S_ISREG (info->st_mode);
}

/* Asking for no more than that: where somebody has looked at its times, a file is written to disk
 * with another one each time that it changes. */
gboolean
file_folder_is_gone (int fd)
{
#ifdef STATX_NLINK
  struct statx info;

  if (statx (fd, "", AT_EMPTY_PATH, STATX_NLINK, &info) == 0)
    return info.stx_nlink == 0;
#endif
  struct stat all;

  return fstat (fd, &all) != 0 || all.st_nlink == 0;
}

gssize
file_folder_read_some (int fd, guint8 *buffer, gsize len)
{
  gssize n;

  do
    n = pread (fd, buffer, len, 0);
  while (n < 0 && errno == EINTR);
  return n;
}

gboolean
file_folder_read_all (int fd, guint64 at, guint8 *buffer, gsize len)
{
  for (gsize done = 0; done < len;)
    {
      gssize n = pread (fd, buffer + done, len - done, at + done);

      if (n == 0 || (n < 0 && errno != EINTR))
        return FALSE;
      if (n > 0)
        done += n;
    }
  return TRUE;
}

void
file_folder_touch (int fd)
{
  const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_NOW } };

  futimens (fd, times); /* where that fails it is swept earlier */
}

/* The time of access tells the sweep what has expired, so that it need not open every file. It is
 * a hint: who reads the file by other means may change it, and then the file goes earlier or
 * later than it might. */
void
file_folder_note_keep_until (int fd, gint64 keep_until)
{
  const struct timespec times[2] = { { .tv_sec = keep_until }, { .tv_nsec = UTIME_OMIT } };

  if (keep_until != 0)
    futimens (fd, times);
}

/* Takes what was written off the parts. */
static void
advance (struct iovec **parts, int *n_parts, gsize n)
{
  while (*n_parts > 0 && n >= (*parts)->iov_len)
    {
      n -= (*parts)->iov_len;
      (*parts)++;
      (*n_parts)--;
    }
  if (*n_parts > 0)
    {
      (*parts)->iov_base = (guint8 *)(*parts)->iov_base + n;
      (*parts)->iov_len -= n;
    }
}

/* Passing the limit would not fail but end the process, by a signal that is the program's. */
static gboolean
is_allowed (guint64 end)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY
      || end <= limit.rlim_cur)
    return TRUE;
  errno = EFBIG;
  return FALSE;
}

gboolean
file_folder_write_all (int fd, guint64 at, struct iovec *parts, int n_parts)
{
  guint64 end = at;

  for (int i = 0; i < n_parts; i++)
    end += parts[i].iov_len;
  if (!is_allowed (end))
    return FALSE;
  advance (&parts, &n_parts, 0);
  while (n_parts > 0)
    {
      gssize n = pwritev (fd, parts, n_parts, at);

      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n > 0)
        {
          at += n;
          advance (&parts, &n_parts, n);
        }
    }
  return TRUE;
}

int
file_folder_create_temp (const FileFolder *self, char temp[FILE_FOLDER_TEMP_SIZE])
{
  static guint counter = 0;
  int fd = -1;

  for (guint i = 0; i < 16 && fd < 0; i++)
    {
      g_snprintf (temp, FILE_FOLDER_TEMP_SIZE,
                  FILE_NAMES_TEMP_PREFIX "%u-%u-%08x" FILE_NAMES_SUFFIX, (guint)getpid (),
                  (guint)g_atomic_int_add (&counter, 1), g_random_int ());
      fd = openat (self->fd, temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, self->mode);
      if (fd < 0 && errno != EEXIST)
        return -1;
    }
  /* The umask of the process may have taken bits that the program asked for. */
  if (fd >= 0 && (self->mode & 0077) != 0 && fchmod (fd, self->mode) != 0)
    return fd; /* then others cannot read it, which is no reason to fail */
  return fd;
}

gboolean
file_folder_publish (const FileFolder *self, const char *temp, const char *name)
{
  /* ext4 starts writing a file to disk when it is renamed over another; nothing here needs that,
   * and it takes six times as long as the rest. */
  unlinkat (self->fd, name, 0);
  return renameat (self->fd, temp, self->fd, name) == 0;
}

gboolean
file_folder_delete (const FileFolder *self, const char *name, GError **error)
{
  if (unlinkat (self->fd, name, 0) == 0 || errno == ENOENT)
    return TRUE;
  return file_folder_fail (error, errno, name);
}

gboolean
file_folder_is_same (const FileFolder *self, const char *name, const struct stat *info)
{
  struct stat there;

  return fstatat (self->fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == info->st_ino
         && there.st_dev == info->st_dev;
}

void
file_folder_delete_same (const FileFolder *self, const char *name, int fd)
{
  struct stat info;

  if (fstat (fd, &info) == 0 && file_folder_is_same (self, name, &info))
    unlinkat (self->fd, name, 0);
}
