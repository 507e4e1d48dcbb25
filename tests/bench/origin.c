/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The benchmark origin: one thread, one epoll, a plain and a TLS port on loopback. It exists so
 * that every client meets the same server, fast enough never to be what is measured. Must never
 * listen anywhere but on 127.0.0.1, and never outlive the process that started it.
 *
 *     bench-origin DIRECTORY [--spin]
 * prints {"plain": PORT, "tls": PORT, "fresh": PORT, "ca": "DIRECTORY/ca.pem"}; on the port "fresh"
 * no TLS session can be resumed */
#include "origin-http.h"
#include "origin-tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define WIRE_MAX (256u << 10)
#define WIRE_ROOM (WIRE_MAX + (32u << 10))

/* A TLS connection collects its records in `wire`: one send of many records instead of one each, so
 * that a client with read-ahead finds something to read ahead. */
#define LISTENERS 3

typedef struct
{
  int fd;
  uint32_t events;
  gnutls_session_t tls;
  bool handshaking;
  size_t wire_len;
  size_t wire_pos;
  unsigned char *wire;
  Exchange exchange;
} Connection;

typedef struct
{
  int fd;
  bool tls;
  bool tickets;
} Listener;

static int epoll_fd;

static void
connection_free (Connection *self)
{
  if (self->tls != NULL)
    gnutls_deinit (self->tls);
  close (self->fd);
  free (self->wire);
  free (self);
}

/* 1 is done, 0 would block, -1 is broken. */
static int
wire_flush (Connection *self)
{
  while (self->wire_pos < self->wire_len)
    {
      ssize_t n = send (self->fd, self->wire + self->wire_pos, self->wire_len - self->wire_pos,
                        MSG_NOSIGNAL);

      if (n < 0)
        return errno == EAGAIN ? 0 : -1;
      self->wire_pos += (size_t)n;
    }
  self->wire_pos = self->wire_len = 0;

  return 1;
}

static ssize_t
wire_push (gnutls_transport_ptr_t data, const void *bytes, size_t len)
{
  Connection *self = data;

  if (self->wire_len >= WIRE_MAX && wire_flush (self) != 1)
    {
      errno = EAGAIN;
      return -1;
    }

  if (len > WIRE_ROOM - self->wire_len)
    len = WIRE_ROOM - self->wire_len;
  memcpy (self->wire + self->wire_len, bytes, len);
  self->wire_len += len;

  return (ssize_t)len;
}

static bool
start_tls (Connection *self, bool tickets)
{
  self->wire = malloc (WIRE_ROOM);
  self->tls = origin_tls_session_new (tickets);
  self->handshaking = true;
  if (self->wire == NULL || self->tls == NULL)
    return false;

  gnutls_transport_set_ptr2 (self->tls, (gnutls_transport_ptr_t)(intptr_t)self->fd, self);
  gnutls_transport_set_push_function (self->tls, wire_push);

  return true;
}

static void
accept_all (const Listener *listener)
{
  int fd;
  int on = 1;

  while ((fd = accept4 (listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    {
      /* Not calloc: the exchange's buffers stay untouched until they are used. */
      Connection *self = malloc (sizeof *self);
      struct epoll_event event = { .events = EPOLLIN, .data.ptr = self };

      if (self == NULL)
        {
          close (fd);
          return;
        }
      memset (self, 0, offsetof (Connection, exchange));
      exchange_init (&self->exchange);
      self->fd = fd;
      self->events = EPOLLIN;
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      exchange_stats.connections++;
      if ((listener->tls && !start_tls (self, listener->tickets))
          || epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
        connection_free (self);
    }
}

static int
handshake (Connection *self)
{
  int rc = gnutls_handshake (self->tls);

  if (rc != 0 && gnutls_error_is_fatal (rc))
    return -1;
  if (rc != 0)
    return wire_flush (self) < 0 ? -1 : 0;

  self->handshaking = false;
  exchange_stats.handshakes++;
  if (gnutls_session_is_resumed (self->tls))
    exchange_stats.resumed++;

  return wire_flush (self) < 0 ? -1 : 1;
}

/* Bytes read, 0 at the end, -EAGAIN, or another negative number when broken. */
static ssize_t
receive (Connection *self, void *buffer, size_t len)
{
  if (self->tls == NULL)
    {
      ssize_t n = recv (self->fd, buffer, len, 0);

      return n < 0 ? -errno : n;
    }

  ssize_t n = gnutls_record_recv (self->tls, buffer, len);

  return n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED ? -EAGAIN : n;
}

static ssize_t
transmit (Connection *self, const void *bytes, size_t len)
{
  if (self->tls == NULL)
    {
      ssize_t n = send (self->fd, bytes, len, MSG_NOSIGNAL);

      return n < 0 ? -errno : n;
    }

  ssize_t n = gnutls_record_send (self->tls, bytes, len);

  return n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED ? -EAGAIN : n;
}

/* Sends what the exchange has: 1 all, 0 would block, -1 broken. */
static int
send_spans (Connection *self)
{
  while (exchange_span (&self->exchange))
    {
      ssize_t n = transmit (self, self->exchange.span, self->exchange.span_len);

      if (n == -EAGAIN)
        return 0;
      if (n < 0)
        return -1;
      exchange_sent (&self->exchange, (size_t)n);
    }

  return self->tls != NULL ? wire_flush (self) : 1;
}

static int
finish (Connection *self)
{
  if (self->tls != NULL)
    {
      gnutls_bye (self->tls, GNUTLS_SHUT_WR);
      wire_flush (self);
    }
  shutdown (self->fd, SHUT_WR);

  return -1;
}

/* Moves a connection as far as it goes: 1 waits for input, 0 for output, -1 is over. */
static int
advance (Connection *self)
{
  Exchange *exchange = &self->exchange;

  if (self->handshaking)
    {
      int rc = handshake (self);

      if (rc < 1)
        return rc < 0 ? -1 : self->wire_pos == self->wire_len;
    }

  for (;;)
    {
      bool answering = exchange->phase == EXCHANGE_ANSWER;
      int rc = send_spans (self);

      if (rc < 1)
        return rc;
      if (answering && exchange->close_after)
        return finish (self);
      /* Level-triggered: after a small request epoll says when there is more; TLS may hold some. */
      if (answering && exchange->in_len == 0
          && (self->tls == NULL || gnutls_record_check_pending (self->tls) == 0))
        return 1;
      if (!answering || exchange->in_len == 0)
        {
          ssize_t n
              = receive (self, exchange->in + exchange->in_len, EXCHANGE_IN - exchange->in_len);

          if (n == -EAGAIN)
            return 1;
          if (n <= 0)
            return -1;
          exchange->in_len += (size_t)n;
        }
      if (!exchange_feed (exchange))
        return -1;
      if (exchange->phase == EXCHANGE_HEAD
          && (self->tls == NULL || gnutls_record_check_pending (self->tls) == 0))
        return 1;
    }
}

static void
connection_event (Connection *self)
{
  int rc = advance (self);

  if (rc < 0)
    {
      connection_free (self);
      return;
    }

  uint32_t events = rc == 0 ? EPOLLOUT : EPOLLIN;

  if (events == self->events)
    return;

  struct epoll_event event = { .events = events, .data.ptr = self };

  self->events = events;
  epoll_ctl (epoll_fd, EPOLL_CTL_MOD, self->fd, &event);
}

static int
listener_open (Listener *listener, bool tls, bool tickets)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = listener };
  socklen_t len = sizeof address;

  listener->tls = tls;
  listener->tickets = tickets;
  listener->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener->fd < 0 || bind (listener->fd, (struct sockaddr *)&address, len) != 0
      || listen (listener->fd, 4096) != 0
      || getsockname (listener->fd, (struct sockaddr *)&address, &len) != 0
      || epoll_ctl (epoll_fd, EPOLL_CTL_ADD, listener->fd, &event) != 0)
    return -1;

  return ntohs (address.sin_port);
}

/* With `spin` the origin never sleeps: to wake a sleeping server on another processor costs the
 * sender, in a virtual machine more than the whole request, and would be measured as the client's.
 */
static void
serve (const Listener *listeners, bool spin)
{
  struct epoll_event events[128];

  for (;;)
    {
      int n = epoll_wait (epoll_fd, events, 128, spin ? 0 : -1);

      for (int i = 0; i < n; i++)
        {
          void *data = events[i].data.ptr;

          if (data >= (void *)listeners && data < (void *)(listeners + LISTENERS))
            accept_all (data);
          else
            connection_event (data);
        }
    }
}

int
main (int argc, char **argv)
{
  static Listener listeners[LISTENERS];
  struct rlimit limit;
  char ca_file[4096];

  if (argc < 2 || argc > 3 || (argc == 3 && strcmp (argv[2], "--spin") != 0))
    {
      fprintf (stderr, "usage: bench-origin DIRECTORY [--spin]\n");
      return 2;
    }

  prctl (PR_SET_PDEATHSIG, SIGTERM);
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
  snprintf (ca_file, sizeof ca_file, "%s/ca.pem", argv[1]);
  if (!exchange_prepare () || !origin_tls_prepare (ca_file))
    {
      fprintf (stderr, "bench-origin: cannot make the bodies or the certificates in %s\n", argv[1]);
      return 1;
    }

  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  int plain = listener_open (&listeners[0], false, false);
  int tls = listener_open (&listeners[1], true, true);
  int fresh = listener_open (&listeners[2], true, false);

  if (plain < 0 || tls < 0 || fresh < 0)
    {
      perror ("bench-origin: listen");
      return 1;
    }

  printf ("{\"plain\": %d, \"tls\": %d, \"fresh\": %d, \"ca\": \"%s\"}\n", plain, tls, fresh,
          ca_file);
  fflush (stdout);
  serve (listeners, argc == 3);

  return 0;
}
