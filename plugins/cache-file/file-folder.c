/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads, publishes and removes records. A hit is open, fstat, read, close and nothing else.
 * Nothing is synced to disk: after a power cut the sum in the record tells what survived. */
#include "file-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "file-record.h"

/* How stale the time of last use may be: a store that is read a thousand times a second writes it
 * once in a minute. */
#define TOUCH_INTERVAL 60

/* From here on the head is looked at before the rest is read. */
#define LARGE (1024 * 1024)

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

/* Who may write here may plant answers of any server, so only the owner may, unless the program
 * asked for shared files. */
static gboolean
check_folder (FileFolder *self, const char *path, GError **error)
{
  gboolean is_shared = (self->mode & 0077) != 0;
  struct stat info;

  if (fstat (self->fd, &info) != 0)
    return fail (error, errno, path);
  if (!is_shared && info.st_uid != geteuid ())
    return refuse (error, path, _ ("the folder belongs to somebody else"));
  if (!is_shared && (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return refuse (error, path, _ ("others may write in the folder"));
  if (faccessat (self->fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0)
    return fail (error, errno, path);
  return TRUE;
}

gboolean
file_folder_open (FileFolder *self, const char *path, guint mode, GError **error)
{
  guint folder_mode = mode | (mode & 0444) >> 2;

  self->mode = mode;
  if (mkdir (path, folder_mode) != 0 && errno == ENOENT
      && g_mkdir_with_parents (path, folder_mode) != 0)
    return fail (error, errno, path);
  self->fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (self->fd < 0 && (errno == ELOOP || errno == ENOTDIR))
    return refuse (error, path, _ ("not a folder, or a symbolic link"));
  if (self->fd < 0)
    return fail (error, errno, path);
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

static gboolean
read_all (int fd, guint8 *buffer, gsize len)
{
  for (gsize done = 0; done < len;)
    {
      gssize n = read (fd, buffer + done, len - done);

      if (n == 0 || (n < 0 && errno != EINTR))
        return FALSE;
      if (n > 0)
        done += n;
    }
  return TRUE;
}

/* The whole file, if it can be a record of a key of that length. */
static guint8 *
read_record (int fd, gsize key_len, const struct stat *info)
{
  guint8 head[FILE_RECORD_HEAD_SIZE];
  g_autofree guint8 *record = NULL;

  if (!S_ISREG (info->st_mode) || info->st_size < (goffset) (FILE_RECORD_HEAD_SIZE + key_len))
    return NULL;
  /* The size is only what the file system says; a sparse file may claim anything. */
  if (info->st_size > LARGE
      && (pread (fd, head, sizeof head, 0) != sizeof head
          || !file_record_fits (head, info->st_size, key_len)))
    return NULL;
  record = g_try_malloc (info->st_size);
  if (record == NULL || !read_all (fd, record, info->st_size))
    return NULL;
  return g_steal_pointer (&record);
}

static void
touch (int fd, const struct stat *info, gint64 now)
{
  const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_NOW } };

  if (info->st_mtime < now - TOUCH_INTERVAL && futimens (fd, times) != 0)
    return; /* then it is swept earlier */
}

GBytes *
file_folder_read (FileFolder *self, const char *key, gint64 now, GError **error)
{
  char name[FILE_RECORD_NAME_SIZE];
  gsize key_len = strlen (key), skip = FILE_RECORD_HEAD_SIZE + key_len;
  struct stat info = { 0 };
  gint64 keep_until;
  guint8 *record;
  int fd;

  file_record_make_name (key, name);
  /* NONBLOCK, for opening a FIFO would wait for a writer. */
  fd = openat (self->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    {
      if (errno != ENOENT && errno != ELOOP && errno != EACCES && errno != ENXIO)
        fail (error, errno, name);
      return NULL;
    }
  record = fstat (fd, &info) == 0 ? read_record (fd, key_len, &info) : NULL;
  keep_until = record != NULL ? file_record_get_keep_until (record) : 0;
  if (record != NULL && (keep_until == 0 || keep_until >= now)
      && file_record_check (record, info.st_size, key, key_len))
    {
      touch (fd, &info, now);
      close (fd);
      return g_bytes_new_with_free_func (record + skip, info.st_size - skip, g_free, record);
    }
  close (fd);
  g_free (record);
  /* Damaged or too old. Should another process have put a good one there by now, that is lost, too:
   * it is a cache. */
  unlinkat (self->fd, name, 0);
  return NULL;
}

static gboolean
write_all (int fd, struct iovec *parts, int n_parts)
{
  while (n_parts > 0)
    {
      gssize n = writev (fd, parts, n_parts);

      if (n < 0 && errno != EINTR)
        return FALSE;
      while (n_parts > 0 && n >= (gssize) parts->iov_len)
        {
          n -= parts->iov_len;
          parts++;
          n_parts--;
        }
      if (n_parts > 0 && n > 0)
        {
          parts->iov_base = (guint8 *) parts->iov_base + n;
          parts->iov_len -= n;
        }
    }
  return TRUE;
}

/* A file under a name that nobody else has; who dies while writing leaves it for the sweep. */
static int
create_temp (FileFolder *self, char name[64])
{
  static guint counter = 0;
  int fd = -1;

  for (guint i = 0; i < 16 && fd < 0; i++)
    {
      g_snprintf (name, 64, FILE_FOLDER_TEMP_PREFIX "%u-%u-%08x" FILE_RECORD_SUFFIX,
                  (guint) getpid (), (guint) g_atomic_int_add (&counter, 1), g_random_int ());
      fd = openat (self->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                   self->mode);
      if (fd < 0 && errno != EEXIST)
        return -1;
    }
  /* The umask of the process may have taken bits that the program asked for. */
  if (fd >= 0 && (self->mode & 0077) != 0 && fchmod (fd, self->mode) != 0)
    return fd; /* then others cannot read it, which is no reason to fail */
  return fd;
}

static gboolean
publish (FileFolder *self, const char *name, struct iovec *parts, int n_parts)
{
  char temp[64];
  int fd = create_temp (self, temp);
  gboolean done;
  int code;

  if (fd < 0)
    return FALSE;
  done = write_all (fd, parts, n_parts);
  code = errno;
  if (close (fd) != 0 && done)
    {
      done = FALSE;
      code = errno;
    }
  /* ext4 starts writing a file to disk when it is renamed over another; nothing here needs that,
   * and it takes six times as long as the rest. */
  if (done)
    unlinkat (self->fd, name, 0);
  if (done && renameat (self->fd, temp, self->fd, name) == 0)
    return TRUE;
  if (done)
    code = errno;
  unlinkat (self->fd, temp, 0);
  errno = code;
  return FALSE;
}

gboolean
file_folder_write (FileFolder *self, const char *key, GBytes *value, gint64 keep_until,
                   GError **error)
{
  char name[FILE_RECORD_NAME_SIZE];
  guint8 head[FILE_RECORD_HEAD_SIZE];
  gsize key_len = strlen (key), value_len;
  const void *data = g_bytes_get_data (value, &value_len);
  struct iovec parts[] = { { head, sizeof head },
                           { (char *) key, key_len },
                           { (void *) data, value_len } };

  file_record_make_name (key, name);
  file_record_write_head (head, key, key_len, data, value_len, keep_until);
  if (publish (self, name, parts, G_N_ELEMENTS (parts)))
    return TRUE;
  return fail (error, errno, name);
}

gboolean
file_folder_delete (FileFolder *self, const char *key, GError **error)
{
  char name[FILE_RECORD_NAME_SIZE];

  file_record_make_name (key, name);
  if (unlinkat (self->fd, name, 0) == 0 || errno == ENOENT)
    return TRUE;
  return fail (error, errno, name);
}
