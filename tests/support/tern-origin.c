/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernOrigin: its life, its listener, its routes and scripts. See the header. */

#include "tern-origin-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
origin_lock (TernOrigin *self)
{
  pthread_mutex_lock (&self->lock);
}

void
origin_unlock (TernOrigin *self)
{
  pthread_mutex_unlock (&self->lock);
}

void
origin_changed (TernOrigin *self)
{
  pthread_cond_broadcast (&self->changed);
}

gboolean
origin_wait (TernOrigin *self,
             gint64      deadline)
{
  struct timespec until
      = { .tv_sec = deadline / G_USEC_PER_SEC, .tv_nsec = deadline % G_USEC_PER_SEC * 1000 };

  return pthread_cond_timedwait (&self->changed, &self->lock, &until) != ETIMEDOUT;
}

static void
route_free (Route *route)
{
  g_free (route->prefix);
  g_free (route->headers);
  g_free (route->body);
  g_free (route);
}

void
script_free (Script *script)
{
  g_free (script->data);
  g_free (script);
}

/* Joins threads whose connection has ended, so that ten thousand of them leave nothing behind. */
static void
reap (TernOrigin *self,
      gboolean    all)
{
  for (guint i = 0;; i++)
    {
      GThread *thread = NULL;

      origin_lock (self);
      gboolean over = i >= self->conns->len;
      TernOriginConn *conn = over ? NULL : g_ptr_array_index (self->conns, i);
      if (conn && (all || conn->thread_done))
        thread = g_steal_pointer (&conn->thread);
      origin_unlock (self);
      if (over)
        return;
      if (thread)
        g_thread_join (thread);
    }
}

static void
add_connection (TernOrigin *self,
                int         fd)
{
  int on = 1;
  TernOriginConn *conn = g_new0 (TernOriginConn, 1);

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  conn->origin = self;
  conn->fd = fd;
  conn->in = g_byte_array_new ();

  origin_lock (self);
  conn->index = self->conns->len;
  g_ptr_array_add (self->conns, conn);
  self->n_open++;
  self->max_open = MAX (self->max_open, self->n_open);
  conn->thread = g_thread_new ("origin-conn", conn_run, conn);
  origin_changed (self);
  origin_unlock (self);
}

static gpointer
accept_run (gpointer data)
{
  TernOrigin *self = data;
  int listen_fd = self->listen_fd;

  for (;;)
    {
      struct pollfd p = { .fd = listen_fd, .events = POLLIN };
      int n = poll (&p, 1, -1);

      origin_lock (self);
      gboolean listening = self->listening;
      origin_unlock (self);
      if (!listening)
        return NULL;
      int fd = n > 0 ? accept4 (listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC) : -1;
      if (fd >= 0)
        add_connection (self, fd);
      if (fd < 0 && n > 0)
        g_usleep (1000); /* out of descriptors: a test of exactly that, or it heals */
      reap (self, FALSE);
    }
}

static int
listen_at (const char *address,
           guint16     port,
           guint16    *bound)
{
  g_autoptr (GInetAddress) ip = g_inet_address_new_from_string (address);
  g_autoptr (GSocketAddress) wanted = ip ? g_inet_socket_address_new (ip, port) : NULL;
  struct sockaddr_storage addr;
  socklen_t length = sizeof addr;
  int on = 1;

  if (wanted == NULL || !g_socket_address_to_native (wanted, &addr, sizeof addr, NULL))
    {
      errno = EINVAL;
      return -1;
    }
  int fd = socket (addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return -1;
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (fd, (struct sockaddr *) &addr, (socklen_t) g_socket_address_get_native_size (wanted))
          != 0
      || listen (fd, SOMAXCONN) != 0
      || getsockname (fd, (struct sockaddr *) &addr, &length) != 0)
    {
      int saved = errno;
      close (fd);
      errno = saved;
      return -1;
    }
  /* The port stands at the same place for both families. */
  *bound = ntohs (((struct sockaddr_in *) &addr)->sin_port);
  return fd;
}

static TernOrigin *
origin_new (const char *address,
            guint16     port,
            OriginTls  *tls,
            GError    **error)
{
  pthread_condattr_t attr;
  guint16 bound = 0;
  int fd = listen_at (address, port, &bound);

  if (fd < 0)
    {
      g_set_error (error, G_IO_ERROR, (gint) g_io_error_from_errno (errno),
                   "test origin: cannot listen on %s port %u: %s", address, port,
                   g_strerror (errno));
      return NULL;
    }
  TernOrigin *self = g_new0 (TernOrigin, 1);
  pthread_mutex_init (&self->lock, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&self->changed, &attr);
  pthread_condattr_destroy (&attr);
  self->address = g_strdup (address);
  self->port = bound;
  self->tls = tls;
  self->listen_fd = fd;
  self->listening = TRUE;
  self->delay = 100;
  self->routes = g_ptr_array_new_with_free_func ((GDestroyNotify) route_free);
  self->scripts = g_ptr_array_new ();
  self->requests = g_ptr_array_new ();
  self->conns = g_ptr_array_new_with_free_func ((GDestroyNotify) conn_free);
  self->accept_thread = g_thread_new ("origin", accept_run, self);
  return self;
}

TernOrigin *
tern_origin_new_at (const char *address,
                    guint16     port,
                    GError    **error)
{
  return origin_new (address, port, NULL, error);
}

TernOrigin *
tern_origin_new (void)
{
  g_autoptr (GError) error = NULL;
  TernOrigin *self = origin_new ("127.0.0.1", 0, NULL, &error);

  if (self == NULL)
    g_error ("%s", error->message);
  return self;
}

TernOrigin *
tern_origin_new_tls (const TernTestCerts *certs,
                     TernTestCert         which,
                     const char          *priority,
                     TernOriginTlsFlags   flags)
{
  g_autoptr (GError) error = NULL;
  OriginTls *tls = origin_tls_new (certs, which, priority, flags);
  TernOrigin *self = origin_new ("127.0.0.1", 0, tls, &error);

  if (self == NULL)
    g_error ("%s", error->message);
  return self;
}

void
tern_origin_stop_listening (TernOrigin *self)
{
  origin_lock (self);
  gboolean was = self->listening;
  self->listening = FALSE;
  origin_unlock (self);
  if (!was)
    return;
  /* Linux wakes a poll on a listening socket that is shut down. */
  shutdown (self->listen_fd, SHUT_RDWR);
  g_thread_join (self->accept_thread);
  close (self->listen_fd);
}

void
tern_origin_free (TernOrigin *self)
{
  if (self == NULL)
    return;
  tern_origin_stop_listening (self);
  origin_lock (self);
  self->stopping = TRUE;
  for (guint i = 0; i < self->conns->len; i++)
    {
      TernOriginConn *conn = g_ptr_array_index (self->conns, i);

      if (conn->fd >= 0)
        shutdown (conn->fd, SHUT_RDWR);
    }
  origin_changed (self);
  origin_unlock (self);
  reap (self, TRUE);

  g_ptr_array_set_free_func (self->requests, (GDestroyNotify) tern_origin_request_free);
  g_ptr_array_set_free_func (self->scripts, (GDestroyNotify) script_free);
  g_ptr_array_unref (self->requests);
  g_ptr_array_unref (self->scripts);
  g_ptr_array_unref (self->routes);
  g_ptr_array_unref (self->conns);
  origin_tls_free (self->tls);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
  g_free (self->address);
  g_free (self);
}

guint16
tern_origin_get_port (TernOrigin *self)
{
  return self->port;
}

char *
tern_origin_uri (TernOrigin *self,
                 const char *path)
{
  if (self->tls)
    return g_strdup_printf ("https://localhost:%u%s", self->port, path);
  if (strchr (self->address, ':'))
    return g_strdup_printf ("http://[%s]:%u%s", self->address, self->port, path);
  return g_strdup_printf ("http://%s:%u%s", self->address, self->port, path);
}

static void
add_route (TernOrigin  *self,
           const Route *values)
{
  Route *route = g_new (Route, 1);

  *route = *values;
  origin_lock (self);
  g_ptr_array_add (self->routes, route);
  origin_unlock (self);
}

void
tern_origin_add_route_full (TernOrigin          *self,
                            const char          *prefix,
                            TernOriginRouteFlags flags,
                            TernOriginHandler    handler,
                            gpointer             data)
{
  Route route
      = { .prefix = g_strdup (prefix), .flags = flags, .handler = handler, .data = data };

  add_route (self, &route);
}

void
tern_origin_add_route (TernOrigin       *self,
                       const char       *prefix,
                       TernOriginHandler handler,
                       gpointer          data)
{
  tern_origin_add_route_full (self, prefix, TERN_ORIGIN_ROUTE_DEFAULT, handler, data);
}

void
tern_origin_add_reply (TernOrigin *self,
                       const char *prefix,
                       guint       status,
                       const char *headers,
                       const char *body)
{
  Route route = { .prefix = g_strdup (prefix), .status = status, .headers = g_strdup (headers),
                  .body = g_strdup (body) };

  add_route (self, &route);
}

void
tern_origin_set_delay (TernOrigin *self,
                       guint       ms)
{
  origin_lock (self);
  self->delay = ms;
  origin_unlock (self);
}

Route
origin_find_route (TernOrigin              *self,
                   const TernOriginRequest *request)
{
  const char *path = tern_origin_request_path (request);
  Route best = { 0 };
  gsize best_size = 0;

  origin_lock (self);
  for (guint i = 0; i < self->routes->len; i++)
    {
      const Route *route = g_ptr_array_index (self->routes, i);
      gsize size = strlen (route->prefix);

      if (size < best_size || strncmp (path, route->prefix, size) != 0)
        continue;
      best = *route;
      best_size = size;
    }
  origin_unlock (self);
  return best;
}

void
tern_origin_push_script_split (TernOrigin           *self,
                               gconstpointer         data,
                               gssize                length,
                               gsize                 at,
                               TernOriginScriptFlags flags)
{
  Script *script = g_new0 (Script, 1);

  script->length = length < 0 ? strlen (data) : (gsize) length;
  script->data = g_memdup2 (data, script->length);
  script->at = at;
  script->flags = flags;
  origin_lock (self);
  g_ptr_array_add (self->scripts, script);
  origin_unlock (self);
}

void
tern_origin_push_script (TernOrigin           *self,
                         gconstpointer         data,
                         gssize                length,
                         TernOriginScriptFlags flags)
{
  tern_origin_push_script_split (self, data, length, 0, flags);
}

guint
tern_origin_n_scripts (TernOrigin *self)
{
  origin_lock (self);
  guint n = self->scripts->len;
  origin_unlock (self);
  return n;
}

/* The oldest script, when it belongs to this moment: at accept or after a request. */
Script *
origin_take_script (TernOrigin *self,
                    gboolean    at_accept)
{
  Script *script = NULL;

  origin_lock (self);
  if (self->scripts->len > 0)
    {
      Script *first = g_ptr_array_index (self->scripts, 0);
      gboolean early = (first->flags & TERN_ORIGIN_SCRIPT_BEFORE_REQUEST) != 0;

      if (early == at_accept)
        script = g_ptr_array_remove_index (self->scripts, 0);
    }
  origin_unlock (self);
  return script;
}
