/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes at the position of a descriptor. A file can be cut back when the content begins anew; a
 * pipe or a socket cannot, and may not be ready. */
#include "download/tern-download-descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tern-i18n.h"
#include "download/tern-download-system.h"

typedef struct
{
  TernDownloadSink sink;
  int fd;
  gint64 base;      /* where in the file the content begins; -1 for what is no file */
  gboolean appends; /* what is written goes to the end, wherever the position is */
  gsize most;       /* how much may be written at once without blocking */
} TernDownloadDescriptor;

static void
tell_writing (TernDownloadSink *sink, guint64 most)
{
  if (sink->writing)
    sink->writing (sink->writing_data, sink->length, most);
}

static TernStep
write_stream (TernDownloadDescriptor *self,
              gconstpointer data,
              gsize len,
              gsize *n,
              TernWait *wait,
              GError **error)
{
  struct pollfd ready = { self->fd, POLLOUT, 0 };
  const gsize most = MIN (len, self->most);
  GError *cause = NULL;
  gssize written = -1;

  /* The descriptor may be a blocking one, and is not ours to change: another process may have the
   * same. What poll() calls ready takes this much. */
  if (poll (&ready, 1, 0) > 0)
    {
      tell_writing (&self->sink, self->sink.length + most);
      written = tern_download_system_write_pipe (self->fd, data, most, self->sink.shown, &cause);
      self->sink.length += written > 0 ? (gsize)written : 0;
      tell_writing (&self->sink, self->sink.length);
    }
  if (cause)
    {
      g_propagate_error (error, cause);
      return TERN_STEP_FAILED;
    }
  if (written <= 0)
    {
      tern_wait_add_fd (wait, self->fd, G_IO_OUT);
      return TERN_STEP_WAIT;
    }
  *n = (gsize)written;
  return TERN_STEP_DONE;
}

static TernStep
descriptor_write (
    TernDownloadSink *sink, gconstpointer data, gsize len, gsize *n, TernWait *wait, GError **error)
{
  TernDownloadDescriptor *self = (TernDownloadDescriptor *)sink;
  gssize written;

  if (self->base < 0)
    return write_stream (self, data, len, n, wait, error);
  written = tern_download_system_write (self->fd, -1, data, len, sink->shown, error);
  if (written < 0)
    return TERN_STEP_FAILED;
  *n = (gsize)written;
  sink->length += *n;
  return TERN_STEP_DONE;
}

static gssize
descriptor_read (TernDownloadSink *sink, guint64 offset, gpointer data, gsize len, GError **error)
{
  TernDownloadDescriptor *self = (TernDownloadDescriptor *)sink;
  const gssize n = pread (self->fd, data, len, self->base + (gint64)offset);

  if (n < 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _ ("Cannot read %s: %s"),
                 sink->shown, g_strerror (errno));
  return n;
}

static gboolean
descriptor_cut (TernDownloadSink *sink, guint64 length, GError **error)
{
  TernDownloadDescriptor *self = (TernDownloadDescriptor *)sink;
  const gint64 end = self->base + (gint64)length;

  if (ftruncate (self->fd, end) != 0 || lseek (self->fd, end, SEEK_SET) < 0)
    {
      tern_download_sink_set_error (sink->shown, errno, error);
      return FALSE;
    }
  sink->length = length;
  return TRUE;
}

static gboolean
descriptor_check_room (TernDownloadSink *sink, guint64 more, GError **error)
{
  TernDownloadDescriptor *self = (TernDownloadDescriptor *)sink;

  return self->base < 0
         || tern_download_system_check_room (self->fd, (guint64)self->base + sink->length, more,
                                             sink->shown, error);
}

static TernStep
descriptor_finish (TernDownloadSink *sink, gint64 mtime, TernWait *wait, GError **error)
{
  return TERN_STEP_DONE;
}

static void
descriptor_free (TernDownloadSink *sink, gboolean kept)
{
  TernDownloadDescriptor *self = (TernDownloadDescriptor *)sink;

  close (self->fd);
  g_free (sink->shown);
  g_free (self);
}

static const TernDownloadSinkClass descriptor_class = { .write = descriptor_write,
                                                        .read = descriptor_read,
                                                        .cut = descriptor_cut,
                                                        .check_room = descriptor_check_room,
                                                        .finish = descriptor_finish,
                                                        .free = descriptor_free };

static gboolean
refuse (int fd, const char *why, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("Descriptor %d: %s"), fd, why);
  return FALSE;
}

static gboolean
find_base (TernDownloadDescriptor *self, const struct stat *info, guint64 held, GError **error)
{
  const gint64 position
      = self->appends ? (gint64)info->st_size : (gint64)lseek (self->fd, 0, SEEK_CUR);

  if (!S_ISREG (info->st_mode))
    {
      self->base = -1;
      return TRUE;
    }
  if (position < 0 || held > (guint64)position)
    return refuse (self->fd, _ ("it does not hold what is to be resumed"), error);
  self->base = position - (gint64)held;
  return TRUE;
}

static gboolean
look (TernDownloadDescriptor *self, guint64 held, GError **error)
{
  const int flags = fcntl (self->fd, F_GETFL);
  struct stat info;

  if (flags < 0 || fstat (self->fd, &info) != 0)
    return refuse (self->fd, g_strerror (errno), error);
  if ((flags & O_ACCMODE) == O_RDONLY || (flags & O_PATH))
    return refuse (self->fd, _ ("it is not open for writing"), error);
  self->appends = (flags & O_APPEND) != 0;
  self->most = (flags & O_NONBLOCK) || S_ISSOCK (info.st_mode) ? G_MAXSSIZE : PIPE_BUF;
  if (!find_base (self, &info, held, error))
    return FALSE;
  self->sink.can_cut = self->base >= 0;
  self->sink.can_read = self->base >= 0 && (flags & O_ACCMODE) == O_RDWR;
  self->sink.length = held;
  return TRUE;
}

TernDownloadSink *
tern_download_descriptor_new (int fd, guint64 held, GError **error)
{
  TernDownloadDescriptor *self;
  const int own = fd >= 0 ? fcntl (fd, F_DUPFD_CLOEXEC, 0) : -1;

  if (own < 0)
    {
      refuse (fd, g_strerror (fd >= 0 ? errno : EBADF), error);
      return NULL;
    }
  self = g_new0 (TernDownloadDescriptor, 1);
  self->sink.klass = &descriptor_class;
  self->sink.shown = g_strdup_printf (_ ("descriptor %d"), fd);
  self->fd = own;
  if (look (self, held, error))
    return &self->sink;
  descriptor_free (&self->sink, TRUE);
  return NULL;
}
