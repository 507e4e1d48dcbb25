/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection's thread carries both ways; it waits parked, so that freeing the origin ends it.
 * It must never follow a name off this machine. */

#include "tern-origin-private.h"
#include "tern-origin-tunnel.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* "host:port", "[::1]:port"; -1 when nobody is there. */
static int
connect_out (const char *target)
{
  const char *colon = strrchr (target, ':');
  gboolean ipv6 = target[0] == '[';
  struct sockaddr_in in = { .sin_family = AF_INET };
  struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
  int fd = socket (ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  in.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  in6.sin6_addr = in6addr_loopback;
  in.sin_port = in6.sin6_port = htons (colon ? (guint16) atoi (colon + 1) : 0);
  if (connect (fd, ipv6 ? (struct sockaddr *) &in6 : (struct sockaddr *) &in,
               ipv6 ? sizeof in6 : sizeof in)
      == 0)
    return fd;
  close (fd);
  return -1;
}

static gboolean
send_all (int           fd,
          const guint8 *data,
          gsize         length)
{
  while (length > 0)
    {
      gssize n = send (fd, data, length, MSG_NOSIGNAL);

      if (n <= 0)
        return FALSE;
      data += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* What the client says, as far as it has been read. */
static gboolean
carry_out (TernOriginConn *conn,
           int             out)
{
  gboolean sent = send_all (out, conn->in->data, conn->in->len);

  conn_consume (conn, conn->in->len);
  return sent;
}

static gboolean
carry_back (TernOriginConn *conn,
            int             out)
{
  char block[16384];
  gssize n = recv (out, block, sizeof block, 0);

  return n > 0 && conn_send (conn, block, (gsize) n);
}

static void
carry (TernOriginConn *conn,
       int             out)
{
  struct pollfd fds[2] = { { conn->fd, POLLIN, 0 }, { out, POLLIN, 0 } };
  gboolean on = carry_out (conn, out);

  conn_set_state (conn, CONN_PARKED);
  while (on)
    {
      gboolean pending = conn->tls && gnutls_record_check_pending (conn->tls) > 0;

      poll (fds, 2, pending ? 0 : -1);
      if (pending || fds[0].revents)
        on = conn_fill (conn, FALSE) > 0 && carry_out (conn, out);
      if (on && fds[1].revents)
        on = carry_back (conn, out);
    }
  conn_set_state (conn, CONN_BUSY);
}

void
tern_origin_tunnel (TernOriginConn          *conn,
                    const TernOriginRequest *request,
                    const char              *answer)
{
  int out = connect_out (tern_origin_request_target (request));

  if (out < 0)
    {
      tern_origin_reply (conn, 502, NULL, NULL, "nobody is there\n");
      return;
    }
  if (tern_origin_write (conn, answer, -1))
    carry (conn, out);
  close (out);
  tern_origin_close (conn);
}

static void
serve (TernOriginConn          *conn,
       const TernOriginRequest *request,
       gpointer                 data)
{
  if (strcmp (tern_origin_request_method (request), "CONNECT") == 0)
    tern_origin_tunnel (conn, request, "HTTP/1.1 200 Connection established\r\n\r\n");
  else
    tern_origin_reply (conn, 200, NULL, "Via: 1.1 proxy\r\n", tern_origin_request_target (request));
}

void
tern_origin_add_proxy (TernOrigin *origin)
{
  tern_origin_add_route (origin, "", serve, NULL);
}
