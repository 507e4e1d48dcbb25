/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The partial file and its state. Both are made, and read, with the suspicion that somebody else
 * may write into the folder: no link is followed, nothing of another user's is believed. */
#include "download/tern-download-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tern-i18n.h"
#include "download/tern-download-paths.h"
#include "download/tern-download-system.h"
#include "io/tern-worker.h"

/* How often a partial file is opened that another download took away meanwhile. */
#define MOST_OPENS 8

typedef struct
{
  TernDownloadSink sink;
  TernDownloadPaths paths;
  gboolean overwrite;
  int fd;
  int state_fd;
  TernJob *sync;
  gboolean shown; /* under its own name */
} TernDownloadFile;

static gboolean
fail (const char *path, int code, const char *format, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, code, format, shown);
  return FALSE;
}

/* Opens what can only be ours: a regular file of this user's with one name. */
static int
open_own (const char *path, mode_t mode, GError **error)
{
  const int fd
      = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode);
  struct stat info;

  if (fd < 0 && errno != ELOOP && errno != ENXIO && errno != EISDIR)
    {
      tern_download_sink_set_error (path, errno, error);
      return -1;
    }
  if (fd >= 0 && fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_nlink <= 1
      && info.st_uid == geteuid ())
    return fd;
  if (fd >= 0)
    close (fd);
  fail (path, G_IO_ERROR_NOT_REGULAR_FILE, _ ("%s is in the way: it is no file of ours"), error);
  return -1;
}

static gboolean
is_same_file (int fd, const char *path)
{
  struct stat by_fd, by_path;

  return fstat (fd, &by_fd) == 0 && lstat (path, &by_path) == 0 && by_fd.st_ino == by_path.st_ino
         && by_fd.st_dev == by_path.st_dev;
}

/* The lock is the file's: who holds it may write, show or remove it. */
static gboolean
open_partial (TernDownloadFile *self, GError **error)
{
  const char *path = self->paths.partial;

  for (guint i = 0; i < MOST_OPENS; i++)
    {
      self->fd = open_own (path, 0666, error);
      if (self->fd < 0)
        return FALSE;
      if (flock (self->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        break;
      /* Who had the lock before may just have finished and taken the name away. */
      if (is_same_file (self->fd, path))
        return TRUE;
      close (self->fd);
      self->fd = -1;
    }
  return fail (path, G_IO_ERROR_BUSY, _ ("Another download is writing %s"), error);
}

/* What an earlier download left, where all of it fits together. */
static void
read_state (TernDownloadFile *self, const char *place, TernDownloadState *state)
{
  char text[TERN_DOWNLOAD_STATE_SIZE];
  struct stat info;
  gssize n;

  self->state_fd = open_own (self->paths.state, 0600, NULL);
  n = self->state_fd >= 0 ? pread (self->state_fd, text, sizeof text, 0) : -1;
  if (n < (gssize)sizeof text || !tern_download_state_read (state, text, (gsize)n))
    return;
  if (fstat (self->fd, &info) != 0 || (guint64)info.st_size < state->length
      || strcmp (state->uri, place) != 0)
    tern_download_state_clear (state);
}

static TernStep
file_write (
    TernDownloadSink *sink, gconstpointer data, gsize len, gsize *n, TernWait *wait, GError **error)
{
  TernDownloadFile *self = (TernDownloadFile *)sink;
  const gssize written
      = tern_download_system_write (self->fd, (gint64)sink->length, data, len, sink->shown, error);

  if (written < 0)
    return TERN_STEP_FAILED;
  *n = (gsize)written;
  sink->length += *n;
  return TERN_STEP_DONE;
}

static gssize
file_read (TernDownloadSink *sink, guint64 offset, gpointer data, gsize len, GError **error)
{
  TernDownloadFile *self = (TernDownloadFile *)sink;
  const gssize n = pread (self->fd, data, len, (gint64)offset);

  if (n < 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _ ("Cannot read %s: %s"),
                 sink->shown, g_strerror (errno));
  return n;
}

static gboolean
file_cut (TernDownloadSink *sink, guint64 length, GError **error)
{
  TernDownloadFile *self = (TernDownloadFile *)sink;

  if (ftruncate (self->fd, (gint64)length) != 0)
    {
      tern_download_sink_set_error (sink->shown, errno, error);
      return FALSE;
    }
  sink->length = length;
  return TRUE;
}

static gboolean
file_check_room (TernDownloadSink *sink, guint64 more, GError **error)
{
  TernDownloadFile *self = (TernDownloadFile *)sink;

  return tern_download_system_check_room (self->fd, sink->length, more, sink->shown, error);
}

static gboolean
file_set_name (TernDownloadSink *sink, const char *name, GError **error)
{
  TernDownloadFile *self = (TernDownloadFile *)sink;

  if (!tern_download_paths_set_name (&self->paths, name, self->overwrite, error))
    return FALSE;
  g_free (sink->shown);
  sink->shown = g_filename_display_name (self->paths.target);
  return TRUE;
}

/* In its place, in one call: who is killed in between leaves the old state or the new one. Where
 * it cannot be written there is none, and the next download begins anew. */
static void
file_note (TernDownloadSink *sink, const TernDownloadState *state)
{
  TernDownloadFile *self = (TernDownloadFile *)sink;
  g_autofree char *text = state ? tern_download_state_write (state) : NULL;

  if (self->state_fd < 0 && text)
    self->state_fd = open_own (self->paths.state, 0600, NULL);
  if (self->state_fd < 0)
    return;
  if (!text
      || tern_download_system_write (self->state_fd, 0, text, TERN_DOWNLOAD_STATE_SIZE, sink->shown,
                                     NULL)
             != TERN_DOWNLOAD_STATE_SIZE)
    if (ftruncate (self->state_fd, 0) != 0)
      unlink (self->paths.state);
}

static void
sync_now (gpointer data)
{
  /* What this cannot make safe the rename would not have either. */
  if (fdatasync (GPOINTER_TO_INT (data)) != 0)
    return;
}

static void
close_fd (gpointer data)
{
  close (GPOINTER_TO_INT (data));
}

/* Into the store, so that a name never stands for a file that a power cut emptied. That may take
 * seconds, so it is a worker's; it has a descriptor of its own. */
static TernStep
sync_file (TernDownloadFile *self, TernWait *wait)
{
  const int own = self->sync ? -1 : fcntl (self->fd, F_DUPFD_CLOEXEC, 0);

  if (!self->sync && own >= 0)
    self->sync = tern_job_start (TERN_LANE_STREAM, sync_now, GINT_TO_POINTER (own), close_fd,
                                 tern_wait_get_wake (wait));
  if (self->sync && !tern_job_is_done (self->sync))
    {
      tern_wait_get_wake (wait);
      return TERN_STEP_WAIT;
    }
  return TERN_STEP_DONE;
}

/* TRUE: it has its name. A file that came meanwhile is as sacred as one that was there before. */
static gboolean
move (TernDownloadFile *self, GError **error)
{
  const char *from = self->paths.partial;
  const char *to = self->paths.target;
  int result;

  if (self->overwrite)
    result = rename (from, to);
  else
    {
      result = renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
      /* Not every file system can; a link fails as well where something is. */
      if (result != 0 && (errno == EINVAL || errno == ENOSYS))
        result = link (from, to) == 0 ? unlink (from) : -1;
      if (result != 0 && (errno == EPERM || errno == EOPNOTSUPP) && access (to, F_OK) != 0)
        result = rename (from, to);
    }
  if (result == 0)
    return TRUE;
  if (errno == EEXIST)
    return fail (to, G_IO_ERROR_EXISTS, _ ("%s exists already: it appeared meanwhile"), error);
  tern_download_sink_set_error (to, errno, error);
  return FALSE;
}

static TernStep
file_finish (TernDownloadSink *sink, gint64 mtime, TernWait *wait, GError **error)
{
  TernDownloadFile *self = (TernDownloadFile *)sink;
  const struct timespec times[2] = { { 0, UTIME_OMIT }, { mtime, 0 } };

  if (!self->sync)
    {
      /* A file system without permissions or times is no reason to fail. */
      if (self->paths.mode && fchmod (self->fd, self->paths.mode) != 0)
        errno = 0;
      if (mtime >= 0 && futimens (self->fd, times) != 0)
        errno = 0;
    }
  if (sync_file (self, wait) == TERN_STEP_WAIT)
    return TERN_STEP_WAIT;
  if (!move (self, error))
    return TERN_STEP_FAILED;
  self->shown = TRUE;
  unlink (self->paths.state);
  return TERN_STEP_DONE;
}

static void
file_free (TernDownloadSink *sink, gboolean kept)
{
  TernDownloadFile *self = (TernDownloadFile *)sink;

  if (self->sync)
    tern_job_drop (self->sync);
  /* Only what we have the lock of. */
  if (self->fd >= 0 && !self->shown && !kept)
    {
      unlink (self->paths.partial);
      unlink (self->paths.state);
    }
  if (self->state_fd >= 0)
    close (self->state_fd);
  if (self->fd >= 0)
    close (self->fd);
  tern_download_paths_clear (&self->paths);
  g_free (sink->shown);
  g_free (self);
}

static const TernDownloadSinkClass file_class = { .write = file_write,
                                                  .read = file_read,
                                                  .cut = file_cut,
                                                  .check_room = file_check_room,
                                                  .set_name = file_set_name,
                                                  .note = file_note,
                                                  .finish = file_finish,
                                                  .free = file_free };

TernDownloadSink *
tern_download_file_new (GFile *destination,
                        const TernUri *uri,
                        const char *place,
                        gboolean overwrite,
                        TernDownloadState *state,
                        GError **error)
{
  TernDownloadFile *self = g_new0 (TernDownloadFile, 1);

  self->sink.klass = &file_class;
  self->sink.can_cut = self->sink.can_read = TRUE;
  self->overwrite = overwrite;
  self->fd = self->state_fd = -1;
  *state = (TernDownloadState){ .identity.total = -1 };
  if (!tern_download_paths_init (&self->paths, destination, uri, place, overwrite, error)
      || !open_partial (self, error))
    {
      file_free (&self->sink, TRUE);
      return NULL;
    }
  self->sink.needs_name = self->paths.target == NULL;
  self->sink.shown
      = g_filename_display_name (self->sink.needs_name ? self->paths.partial : self->paths.target);
  read_state (self, place, state);
  self->sink.length = state->length;
  return &self->sink;
}

const char *
tern_download_file_get_path (const TernDownloadSink *sink)
{
  return sink->klass == &file_class ? ((const TernDownloadFile *)sink)->paths.target : NULL;
}
