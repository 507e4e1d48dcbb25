/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Non-blocking sockets and poll(). The memory for an answer grows with what arrives, never by what
 * was announced. */
#include "memcache-conn.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "memcache-lookup.h"

/* One read: enough for the line of an answer and a small item. */
#define FIRST_READ 4096
#define MOST_READ (256 * 1024)
/* What lies idle for longer may have been forgotten by something between here and the server. */
#define MOST_IDLE (60 * G_USEC_PER_SEC)

struct _MemcacheConn
{
  int fd;
  pid_t owner; /* a child that was forked must not talk on the parent's connections */
  MemcacheDialect dialect;
  guint32 opaque;
  gint64 used_at;
};

static gboolean
fail (GError **error, int code)
{
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code), g_strerror (code));
  return FALSE;
}

static gboolean
fail_closed (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                       _ ("the server closed the connection"));
  return FALSE;
}

static gboolean
fail_bad (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       _ ("the answer is not memcached's"));
  return FALSE;
}

static gboolean
wait_for (int fd, short events, gint64 deadline, GError **error)
{
  struct pollfd poller = { .fd = fd, .events = events };

  for (;;)
    {
      gint64 left = deadline - g_get_monotonic_time ();
      int n;

      if (left <= 0)
        return fail (error, ETIMEDOUT);
      /* Rounded up, or the last millisecond would be spent in a busy loop. */
      n = poll (&poller, 1, (int)MIN ((left + 999) / 1000, G_MAXINT));
      if (n > 0)
        return TRUE;
      if (n < 0 && errno != EINTR)
        return fail (error, errno);
    }
}

static gboolean
finish_connect (int fd, gint64 deadline, GError **error)
{
  int code = 0;
  socklen_t size = sizeof code;

  if (!wait_for (fd, POLLOUT, deadline, error))
    return FALSE;
  if (getsockopt (fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0)
    code = errno;
  return code == 0 || fail (error, code);
}

static int
connect_to (const MemcacheTarget *target, gint64 deadline, GError **error)
{
  int family = target->address.ss_family;
  int fd = socket (family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int on = 1;

  if (fd < 0)
    {
      fail (error, errno);
      return -1;
    }
  /* A question and its value are one write; nothing is gained by waiting for more. */
  if (family != AF_UNIX)
    setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect (fd, (const struct sockaddr *)&target->address, target->len) == 0)
    return fd;
  if (errno == EINPROGRESS || errno == EINTR ? finish_connect (fd, deadline, error)
                                             : fail (error, errno))
    return fd;
  close (fd);
  return -1;
}

/* An address that does not answer may take its share of the time, not all of it. */
static int
connect_to_any (GArray *targets, gint64 deadline, GError **error)
{
  for (guint i = 0; i < targets->len; i++)
    {
      gint64 now = g_get_monotonic_time ();
      gint64 share = (deadline - now) / (targets->len - i);
      int fd;

      g_clear_error (error);
      fd = connect_to (&g_array_index (targets, MemcacheTarget, i), now + share, error);
      if (fd >= 0)
        return fd;
    }
  return -1;
}

static gboolean
send_all (int fd, struct iovec *parts, guint n_parts, gint64 deadline, GError **error)
{
  while (n_parts > 0)
    {
      const struct msghdr message = { .msg_iov = parts, .msg_iovlen = n_parts };
      gssize n = sendmsg (fd, &message, MSG_NOSIGNAL);

      if (n < 0 && errno == EAGAIN && !wait_for (fd, POLLOUT, deadline, error))
        return FALSE;
      if (n < 0 && errno != EAGAIN && errno != EINTR)
        return fail (error, errno);
      while (n_parts > 0 && n >= (gssize)parts->iov_len)
        {
          n -= parts->iov_len;
          parts++;
          n_parts--;
        }
      if (n_parts > 0 && n > 0)
        {
          parts->iov_base = (guint8 *)parts->iov_base + n;
          parts->iov_len -= n;
        }
    }
  return TRUE;
}

/* Waits for bytes and appends at most @most of them. */
static gboolean
receive (int fd, GByteArray *buffer, gsize most, gint64 deadline, GError **error)
{
  gsize had = buffer->len;

  for (;;)
    {
      gssize n;
      int code;

      /* An answer is hardly ever there already when the question was just sent; and who sends
       * without end must not keep us beyond the deadline. */
      if (!wait_for (fd, POLLIN, deadline, error))
        return FALSE;
      g_byte_array_set_size (buffer, had + most);
      n = recv (fd, buffer->data + had, most, 0);
      code = errno;
      g_byte_array_set_size (buffer, had + MAX (n, 0));
      if (n > 0)
        return TRUE;
      if (n == 0)
        return fail_closed (error);
      if (code != EAGAIN && code != EINTR)
        return fail (error, code);
    }
}

static gboolean
greet (MemcacheConn *self, gint64 deadline, GError **error)
{
  static const char greeting[] = MEMCACHE_WIRE_GREETING;
  struct iovec part = { (char *)greeting, strlen (greeting) };
  g_autoptr (GByteArray) buffer = g_byte_array_new ();
  MemcacheWord word = MEMCACHE_MORE;

  if (!send_all (self->fd, &part, 1, deadline, error))
    return FALSE;
  while (word == MEMCACHE_MORE)
    {
      if (!receive (self->fd, buffer, FIRST_READ, deadline, error))
        return FALSE;
      word = memcache_wire_read_greeting (&self->dialect, buffer->data, buffer->len);
    }
  return word == MEMCACHE_DONE || fail_bad (error);
}

MemcacheConn *
memcache_conn_open (GArray *targets, gboolean classic, gint64 deadline, GError **error)
{
  g_autoptr (MemcacheConn) self = g_new0 (MemcacheConn, 1);
  g_autoptr (GError) inner = NULL;

  self->fd = connect_to_any (targets, deadline, &inner);
  self->owner = getpid ();
  self->dialect = MEMCACHE_CLASSIC;
  self->opaque = g_random_int ();
  if (self->fd >= 0 && (classic || greet (self, deadline, &inner)))
    return g_steal_pointer (&self);
  g_propagate_error (error, g_steal_pointer (&inner));
  return NULL;
}

void
memcache_conn_free (MemcacheConn *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

gboolean
memcache_conn_is_quiet (MemcacheConn *self)
{
  struct pollfd poller = { .fd = self->fd, .events = POLLIN };

  return self->owner == getpid () && g_get_monotonic_time () - self->used_at < MOST_IDLE
         && poll (&poller, 1, 0) == 0;
}

static gboolean
send_question (MemcacheConn *self,
               const MemcacheQuestion *question,
               const MemcacheCommand *command,
               gint64 deadline,
               GError **error)
{
  g_autoptr (GString) line = g_string_sized_new (MEMCACHE_WIRE_MAX_LINE);
  struct iovec parts[4];

  memcache_wire_write (line, question, command->head_len + command->data_len, command->expiry);
  parts[0] = (struct iovec){ line->str, line->len };
  parts[1] = (struct iovec){ (void *)command->head, command->head_len };
  parts[2] = (struct iovec){ (void *)command->data, command->data_len };
  parts[3] = (struct iovec){ (char *)"\r\n", 2 };
  return send_all (self->fd, parts, command->verb == MEMCACHE_SET ? 4 : 1, deadline, error);
}

/* An answer becomes a reply; an item is not copied. */
static void
set_reply (MemcacheReply *reply,
           MemcacheWord word,
           const MemcacheAnswer *answer,
           GByteArray *buffer)
{
  g_autoptr (GBytes) all = NULL;

  reply->word = word;
  if (word == MEMCACHE_REFUSED)
    {
      g_autofree char *line = g_strndup ((const char *)buffer->data, buffer->len - 2);

      reply->text = g_strescape (line, NULL);
    }
  if (word != MEMCACHE_FOUND)
    return;
  all = g_byte_array_free_to_bytes (g_byte_array_ref (buffer));
  reply->data = g_bytes_new_from_bytes (all, answer->data_at, answer->data_len);
}

gboolean
memcache_conn_ask (MemcacheConn *self,
                   const MemcacheCommand *command,
                   gint64 deadline,
                   MemcacheReply *reply,
                   gboolean *silent,
                   GError **error)
{
  const MemcacheQuestion question
      = { self->dialect, command->verb, command->name, self->opaque++, command->most };
  g_autoptr (GByteArray) buffer = g_byte_array_new ();
  MemcacheWord word = MEMCACHE_MORE;
  MemcacheAnswer answer = { 0 };

  *silent = TRUE;
  if (!send_question (self, &question, command, deadline, error))
    return FALSE;
  while (word == MEMCACHE_MORE)
    {
      gsize most = answer.need == 0 ? FIRST_READ : MIN (answer.need - buffer->len, MOST_READ);

      if (!receive (self->fd, buffer, most, deadline, error))
        return FALSE;
      *silent = FALSE;
      word = memcache_wire_read (&answer, &question, buffer->data, buffer->len);
    }
  if (word == MEMCACHE_BAD)
    return fail_bad (error);
  self->used_at = g_get_monotonic_time ();
  set_reply (reply, word, &answer, buffer);
  return TRUE;
}

void
memcache_reply_clear (MemcacheReply *reply)
{
  g_clear_pointer (&reply->data, g_bytes_unref);
  g_clear_pointer (&reply->text, g_free);
}
