/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors that come with a message. Callers may pass anything: directories, sockets of every
 * kind, descriptors of the wrong direction, numbers of none. What is not of a kind that the body
 * can be written to is refused here, before a job begins; none is ever opened by name. */
#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <tern/tern.h>
#include <unistd.h>

static int
descriptor_refuse (int fd, GError **error, const char *what)
{
  close (fd);
  g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_DESCRIPTOR, what);
  return -1;
}

static int
descriptor_copy (GUnixFDList *list, gint32 handle, GError **error)
{
  g_autoptr (GError) local = NULL;
  int fd;

  /* g_unix_fd_list_get () takes a number out of range for a fault of the program. */
  if (!list || handle < 0 || handle >= g_unix_fd_list_get_length (list))
    {
      g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_DESCRIPTOR,
                   _ ("The message has no descriptor %d"), handle);
      return -1;
    }
  fd = g_unix_fd_list_get (list, handle, &local);
  if (fd < 0)
    g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_DESCRIPTOR, "%s",
                 local->message);
  return fd;
}

/* One that listens, or is connected to nobody, never takes a byte. */
static gboolean
is_stream_socket (int fd)
{
  struct sockaddr_storage peer;
  socklen_t peer_length = sizeof peer;
  int type = 0;
  socklen_t length = sizeof type;

  return getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM
         && getpeername (fd, (struct sockaddr *)&peer, &peer_length) == 0;
}

int
descriptor_take_output (GUnixFDList *list, gint32 handle, DescriptorKind *kind, GError **error)
{
  const int fd = descriptor_copy (list, handle, error);
  struct stat status;
  int flags;

  if (fd < 0)
    return -1;
  flags = fcntl (fd, F_GETFL);
  if (flags < 0 || fstat (fd, &status) < 0)
    return descriptor_refuse (fd, error, _ ("The descriptor is not usable"));
  if (flags & O_PATH)
    return descriptor_refuse (fd, error, _ ("The descriptor is of a path only"));
  if ((flags & O_ACCMODE) == O_RDONLY)
    return descriptor_refuse (fd, error, _ ("The descriptor is not open for writing"));
  if (S_ISREG (status.st_mode))
    *kind = DESCRIPTOR_FILE;
  else if (S_ISFIFO (status.st_mode))
    *kind = DESCRIPTOR_PIPE;
  else if (S_ISSOCK (status.st_mode) && is_stream_socket (fd))
    *kind = DESCRIPTOR_SOCKET;
  else
    return descriptor_refuse (
        fd, error, _ ("The descriptor is neither a file nor a pipe nor a connected stream socket"));
  return fd;
}

int
descriptor_take_input (GUnixFDList *list, gint32 handle, GError **error)
{
  const int fd = descriptor_copy (list, handle, error);
  struct stat status;
  int flags;

  if (fd < 0)
    return -1;
  flags = fcntl (fd, F_GETFL);
  if (flags < 0 || fstat (fd, &status) < 0)
    return descriptor_refuse (fd, error, _ ("The descriptor is not usable"));
  if ((flags & O_PATH) || (flags & O_ACCMODE) == O_WRONLY)
    return descriptor_refuse (fd, error, _ ("The descriptor is not open for reading"));
  if (!S_ISREG (status.st_mode) && !S_ISFIFO (status.st_mode)
      && !(S_ISSOCK (status.st_mode) && is_stream_socket (fd)))
    return descriptor_refuse (
        fd, error, _ ("The descriptor is neither a file nor a pipe nor a connected stream socket"));
  return fd;
}

int
descriptor_take_outputs (GUnixFDList *list, GVariant *handles, DescriptorKind *kind, GError **error)
{
  const gsize n = g_variant_n_children (handles);
  gint32 handle = 0;

  if (n == 0)
    return -1;
  if (n > 1)
    {
      g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_DESCRIPTOR,
                   _ ("%zu descriptors, where one can be used"), n);
      return -1;
    }
  g_variant_get_child (handles, 0, "h", &handle);
  return descriptor_take_output (list, handle, kind, error);
}
