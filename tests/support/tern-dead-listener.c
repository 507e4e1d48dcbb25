/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernDeadListener: see the header. */

#include "tern-dead-listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* With backlog 0 Linux queues one connection; more only cost descriptors. */
#define MAX_FILLERS 8
#define HANGS_MS 60

struct _TernDeadListener
{
  int                     fd;
  int                     fillers[MAX_FILLERS];
  guint                   n_fillers;
  struct sockaddr_storage address;
  socklen_t               length;
};

static gboolean
listen_full (TernDeadListener *self)
{
  int on = 1;

  self->fd = socket (self->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (self->fd < 0)
    return FALSE;
  setsockopt (self->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return bind (self->fd, (struct sockaddr *) &self->address, self->length) == 0
         && listen (self->fd, 0) == 0
         && getsockname (self->fd, (struct sockaddr *) &self->address, &self->length) == 0;
}

/* One more connection into the queue; TRUE when it hangs, which is what we want. */
static gboolean
fill_one (TernDeadListener *self)
{
  int fd = socket (self->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct pollfd p = { .fd = fd, .events = POLLOUT };

  if (fd < 0)
    return FALSE;
  self->fillers[self->n_fillers++] = fd;
  if (connect (fd, (struct sockaddr *) &self->address, self->length) == 0)
    return FALSE;
  return errno == EINPROGRESS && poll (&p, 1, HANGS_MS) == 0;
}

TernDeadListener *
tern_dead_listener_new (const char *address,
                        guint16     port,
                        GError    **error)
{
  g_autoptr (GInetAddress) ip = g_inet_address_new_from_string (address);
  g_assert_nonnull (ip);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (ip, port);
  g_autoptr (TernDeadListener) self = g_new0 (TernDeadListener, 1);

  self->fd = -1;
  self->length = (socklen_t) g_socket_address_get_native_size (wanted);
  if (!g_socket_address_to_native (wanted, &self->address, sizeof self->address, error))
    return NULL;
  if (!listen_full (self))
    {
      g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (errno),
                   "dead listener: cannot listen on %s: %s", address, g_strerror (errno));
      return NULL;
    }
  gboolean hangs = FALSE;
  while (!hangs && self->n_fillers < MAX_FILLERS)
    hangs = fill_one (self);
  if (!hangs)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   "dead listener: connecting to %s does not hang on this system", address);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
tern_dead_listener_free (TernDeadListener *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_fillers; i++)
    close (self->fillers[i]);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

guint16
tern_dead_listener_get_port (const TernDeadListener *self)
{
  /* The port stands at the same place for both families. */
  return ntohs (((const struct sockaddr_in *) &self->address)->sin_port);
}
