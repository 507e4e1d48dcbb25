/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A thread accepts, each connection has one of its own, on blocking sockets: shutting them down
 * ends every wait. Locks are pthread's, as in TernOrigin. */

#include "tern-test-socks.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_TURNS 3

typedef struct
{
  TernTestSocks *socks;
  GThread       *thread;
  int            fd;
  GByteArray    *heard; /* lock */
  gsize          said;
  guint          turn;
} Conn;

struct _TernTestSocks
{
  int       listen_fd;
  guint16   port;
  GThread  *thread;
  char     *user;
  char     *password;
  GBytes   *replies[MAX_TURNS];
  gsize     limit;
  gboolean  hangs;
  gboolean  is_slow;

  pthread_mutex_t lock;
  /* lock */
  gboolean   stopping;
  GPtrArray *conns;
};

/* ---- bytes ---- */

static gboolean
hear (Conn   *self,
      guint8 *data,
      gsize   length)
{
  gsize n = 0;

  while (n < length)
    {
      gssize got = recv (self->fd, data + n, length - n, 0);

      if (got <= 0)
        return FALSE;
      n += (gsize) got;
    }
  pthread_mutex_lock (&self->socks->lock);
  g_byte_array_append (self->heard, data, (guint) length);
  pthread_mutex_unlock (&self->socks->lock);
  return TRUE;
}

/* A word that ends with NUL. */
static gboolean
hear_word (Conn  *self,
           char **word)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint8 byte = 1;

  while (text->len < 1000 && hear (self, &byte, 1) && byte != 0)
    g_string_append_c (text, (char) byte);
  *word = g_strdup (text->str);
  return byte == 0;
}

static void
hang (Conn *self)
{
  char sink[256];

  while (recv (self->fd, sink, sizeof sink, 0) > 0)
    continue;
}

/* FALSE when the connection is over. */
static gboolean
say (Conn         *self,
     gconstpointer data,
     gsize         length)
{
  TernTestSocks *socks = self->socks;
  GBytes *other = self->turn < MAX_TURNS ? socks->replies[self->turn] : NULL;
  gsize room = socks->limit - MIN (socks->limit, self->said);

  self->turn++;
  if (other)
    data = g_bytes_get_data (other, &length);
  for (gsize at = 0; at < MIN (length, room);)
    {
      gsize step = socks->is_slow ? 1 : MIN (length, room) - at;

      if (send (self->fd, (const guint8 *) data + at, step, MSG_NOSIGNAL) != (gssize) step)
        return FALSE;
      at += step;
      if (socks->is_slow)
        g_usleep (1000);
    }
  self->said += length;
  if (length < room)
    return TRUE;
  if (length > room || socks->limit != G_MAXSIZE)
    {
      if (socks->hangs)
        hang (self);
      return FALSE;
    }
  return TRUE;
}

/* ---- behind the proxy ---- */

static int
connect_out (gboolean ipv6,
             guint16  port)
{
  struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons (port) };
  struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons (port) };
  int fd = socket (ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  in.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  in6.sin6_addr = in6addr_loopback;
  if (connect (fd, ipv6 ? (struct sockaddr *) &in6 : (struct sockaddr *) &in,
               ipv6 ? sizeof in6 : sizeof in)
      == 0)
    return fd;
  close (fd);
  return -1;
}

static gboolean
carry (int from,
       int to)
{
  char block[16384];
  gssize n = recv (from, block, sizeof block, 0);

  for (gssize at = 0; at < n;)
    {
      gssize put = send (to, block + at, (gsize) (n - at), MSG_NOSIGNAL);

      if (put <= 0)
        return FALSE;
      at += put;
    }
  return n > 0;
}

static void
relay (int a,
       int b)
{
  struct pollfd fds[2] = { { a, POLLIN, 0 }, { b, POLLIN, 0 } };
  gboolean on = TRUE;

  while (on && poll (fds, 2, -1) >= 0)
    {
      if (fds[0].revents)
        on = carry (a, b);
      if (on && fds[1].revents)
        on = carry (b, a);
    }
}

/* ---- the protocols ---- */

static void
serve4 (Conn *self)
{
  guint8 head[7];
  g_autofree char *user = NULL;
  g_autofree char *host = NULL;
  guint8 reply[8] = { 0, 90 };
  int out;

  if (!hear (self, head, sizeof head) || !hear_word (self, &user))
    return;
  if (head[3] == 0 && head[4] == 0 && head[5] == 0 && head[6] != 0 && !hear_word (self, &host))
    return;
  out = connect_out (FALSE, (guint16) (head[1] << 8 | head[2]));
  if (self->socks->user && strcmp (self->socks->user, user) != 0)
    reply[1] = 93;
  else if (out < 0)
    reply[1] = 91;
  if (say (self, reply, sizeof reply) && reply[1] == 90)
    relay (self->fd, out);
  if (out >= 0)
    close (out);
}

/* RFC 1929. */
static gboolean
check_login (Conn *self)
{
  guint8 head[2], user[256] = "", length, password[256] = "";
  guint8 reply[2] = { 1, 0 };

  if (!say (self, "\5\2", 2) || !hear (self, head, 2) || !hear (self, user, head[1])
      || !hear (self, &length, 1) || !hear (self, password, length))
    return FALSE;
  reply[1] = strcmp ((char *) user, self->socks->user) != 0
             || strcmp ((char *) password, self->socks->password) != 0;
  return say (self, reply, 2) && reply[1] == 0;
}

static void
serve5 (Conn *self)
{
  guint8 n_methods, methods[255], head[4], address[255], length = 4, port[2];
  guint8 reply[10] = { 5, 0, 0, 1, 127, 0, 0, 1, 0, 0 };
  int out;

  if (!hear (self, &n_methods, 1) || !hear (self, methods, n_methods))
    return;
  if (self->socks->user && !memchr (methods, 2, n_methods))
    {
      say (self, "\5\377", 2);
      return;
    }
  if (!(self->socks->user ? check_login (self) : say (self, "\5\0", 2)) || !hear (self, head, 4))
    return;
  if (head[3] == 4)
    length = 16;
  if (head[3] == 3 && !hear (self, &length, 1))
    return;
  if (!hear (self, address, length) || !hear (self, port, 2))
    return;
  out = connect_out (head[3] == 4, (guint16) (port[0] << 8 | port[1]));
  if (out < 0)
    reply[1] = 5;
  if (say (self, reply, sizeof reply) && out >= 0)
    relay (self->fd, out);
  if (out >= 0)
    close (out);
}

static gpointer
run_conn (gpointer data)
{
  Conn *self = data;
  guint8 version;

  if (!self->socks->limit)
    {
      if (self->socks->hangs)
        hang (self);
    }
  else if (hear (self, &version, 1))
    (version == 4 ? serve4 : serve5) (self);
  shutdown (self->fd, SHUT_WR);
  return NULL;
}

/* ---- life ---- */

static gpointer
run_accept (gpointer data)
{
  TernTestSocks *self = data;
  int fd;

  while ((fd = accept4 (self->listen_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
    {
      const int on = 1;
      Conn *conn = g_new0 (Conn, 1);

      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      conn->socks = self;
      conn->fd = fd;
      conn->heard = g_byte_array_new ();
      pthread_mutex_lock (&self->lock);
      g_ptr_array_add (self->conns, conn);
      if (self->stopping)
        shutdown (fd, SHUT_RDWR);
      pthread_mutex_unlock (&self->lock);
      conn->thread = g_thread_new ("test-socks", run_conn, conn);
    }
  return NULL;
}

TernTestSocks *
tern_test_socks_new (void)
{
  TernTestSocks *self = g_new0 (TernTestSocks, 1);
  struct sockaddr_in in = { .sin_family = AF_INET };
  socklen_t size = sizeof in;

  in.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  self->limit = G_MAXSIZE;
  self->conns = g_ptr_array_new ();
  pthread_mutex_init (&self->lock, NULL);
  self->listen_fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind (self->listen_fd, (struct sockaddr *) &in, sizeof in) < 0
      || listen (self->listen_fd, 64) < 0
      || getsockname (self->listen_fd, (struct sockaddr *) &in, &size) < 0)
    g_error ("test-socks: cannot listen");
  self->port = ntohs (in.sin_port);
  self->thread = g_thread_new ("test-socks-accept", run_accept, self);
  return self;
}

void
tern_test_socks_free (TernTestSocks *self)
{
  pthread_mutex_lock (&self->lock);
  self->stopping = TRUE;
  for (guint i = 0; i < self->conns->len; i++)
    shutdown (((Conn *) self->conns->pdata[i])->fd, SHUT_RDWR);
  pthread_mutex_unlock (&self->lock);
  shutdown (self->listen_fd, SHUT_RDWR);
  g_thread_join (self->thread);
  for (guint i = 0; i < self->conns->len; i++)
    {
      Conn *conn = self->conns->pdata[i];

      g_thread_join (conn->thread);
      close (conn->fd);
      g_byte_array_unref (conn->heard);
      g_free (conn);
    }
  close (self->listen_fd);
  pthread_mutex_destroy (&self->lock);
  for (guint i = 0; i < MAX_TURNS; i++)
    g_clear_pointer (&self->replies[i], g_bytes_unref);
  g_ptr_array_unref (self->conns);
  g_free (self->user);
  g_free (self->password);
  g_free (self);
}

guint16
tern_test_socks_get_port (TernTestSocks *self)
{
  return self->port;
}

void
tern_test_socks_set_login (TernTestSocks *self,
                           const char    *user,
                           const char    *password)
{
  self->user = g_strdup (user);
  self->password = g_strdup (password);
}

void
tern_test_socks_set_reply (TernTestSocks *self,
                           guint          turn,
                           gconstpointer  data,
                           gsize          length)
{
  g_assert (turn < MAX_TURNS);
  self->replies[turn] = g_bytes_new (data, length);
}

void
tern_test_socks_set_limit (TernTestSocks *self,
                           gsize          limit,
                           gboolean       hang)
{
  self->limit = limit;
  self->hangs = hang;
}

void
tern_test_socks_set_slow (TernTestSocks *self)
{
  self->is_slow = TRUE;
}

guint
tern_test_socks_n_connections (TernTestSocks *self)
{
  guint n;

  pthread_mutex_lock (&self->lock);
  n = self->conns->len;
  pthread_mutex_unlock (&self->lock);
  return n;
}

GBytes *
tern_test_socks_get_heard (TernTestSocks *self,
                           guint          i)
{
  Conn *conn;
  GBytes *heard;

  pthread_mutex_lock (&self->lock);
  g_assert (i < self->conns->len);
  conn = self->conns->pdata[i];
  heard = g_bytes_new (conn->heard->data, conn->heard->len);
  pthread_mutex_unlock (&self->lock);
  return heard;
}
