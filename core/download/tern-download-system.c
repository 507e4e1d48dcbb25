/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing, with what a library has to mind about it. */
#include "download/tern-download-system.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/tern-i18n.h"
#include "download/tern-download-sink.h"

void
tern_download_sink_set_error (const char *path, int number, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  const int code = number == EDQUOT || number == EFBIG ? G_IO_ERROR_NO_SPACE
                                                       : (int)g_io_error_from_errno (number);

  g_set_error (error, G_IO_ERROR, code, _ ("Cannot write %s: %s"), shown, g_strerror (number));
}

/* How large a file may become before the system sends SIGXFSZ, which ends most programs. */
static guint64
get_size_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return G_MAXUINT64;
  return limit.rlim_cur;
}

gboolean
tern_download_system_check_room (
    int fd, guint64 offset, guint64 more, const char *shown, GError **error)
{
  const guint64 limit = get_size_limit ();
  struct statvfs info;
  guint64 room;

  if (more > limit || offset > limit - more)
    {
      tern_download_sink_set_error (shown, EFBIG, error);
      return FALSE;
    }
  /* Some file systems do not know how large they are. */
  if (fstatvfs (fd, &info) != 0 || info.f_blocks == 0 || info.f_frsize == 0)
    return TRUE;
  if (more / info.f_frsize < info.f_bavail)
    return TRUE;
  room = (guint64)info.f_bavail * info.f_frsize;
  if (more <= room)
    return TRUE;
  g_autofree char *wanted = g_format_size (more);
  g_autofree char *found = g_format_size (room);
  g_autofree char *name = g_filename_display_name (shown);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
               _ ("There is no room for %s: %s are needed, %s are free"), name, wanted, found);
  return FALSE;
}

gssize
tern_download_system_write (
    int fd, gint64 offset, gconstpointer data, gsize len, const char *shown, GError **error)
{
  const guint64 limit = get_size_limit ();
  gssize n;

  if (limit != G_MAXUINT64)
    {
      const gint64 at = offset >= 0 ? offset : (gint64)lseek (fd, 0, SEEK_CUR);

      if (at >= 0 && (guint64)at + len > limit)
        {
          tern_download_sink_set_error (shown, EFBIG, error);
          return -1;
        }
    }
  do
    n = offset >= 0 ? pwrite (fd, data, len, offset) : write (fd, data, len);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    tern_download_sink_set_error (shown, errno, error);
  return n;
}

/* SIGPIPE is held back for this thread alone; one of our making is taken away again. */
static gssize
write_quietly (int fd, gconstpointer data, gsize len)
{
  const struct timespec now = { 0, 0 };
  sigset_t pipe_set, before, pending;
  gboolean was_pending;
  gssize n;
  int number;

  sigemptyset (&pipe_set);
  sigaddset (&pipe_set, SIGPIPE);
  sigpending (&pending);
  was_pending = sigismember (&pending, SIGPIPE) == 1;
  pthread_sigmask (SIG_BLOCK, &pipe_set, &before);
  n = write (fd, data, len);
  number = errno;
  if (n < 0 && number == EPIPE && !was_pending)
    while (sigtimedwait (&pipe_set, NULL, &now) < 0 && errno == EINTR)
      continue;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  errno = number;
  return n;
}

gssize
tern_download_system_write_pipe (
    int fd, gconstpointer data, gsize len, const char *shown, GError **error)
{
  gssize n;

  do
    {
      n = send (fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n < 0 && errno == ENOTSOCK)
        n = write_quietly (fd, data, len);
    }
  while (n < 0 && errno == EINTR);
  if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
    tern_download_sink_set_error (shown, errno, error);
  return n;
}
