/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The plain client: see the header. */

#include "test-client.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int
test_connect (guint16 port)
{
  struct sockaddr_in addr = { .sin_family = AF_INET,
                              .sin_port = htons (port),
                              .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval limit = { .tv_sec = 20 };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  g_assert_cmpint (connect (fd, (struct sockaddr *)&addr, sizeof addr), ==, 0);
  return fd;
}

void
test_send (int fd, const char *text)
{
  g_assert_cmpint (send (fd, text, strlen (text), MSG_NOSIGNAL), ==, (gssize)strlen (text));
}

char *
test_read_until (int fd, const char *wanted)
{
  GString *out = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  while (!(wanted && strstr (out->str, wanted)) && (n = recv (fd, buffer, sizeof buffer, 0)) > 0)
    g_string_append_len (out, buffer, n);
  return g_string_free (out, FALSE);
}

char *
test_exchange (guint16 port, const char *request)
{
  int fd = test_connect (port);

  test_send (fd, request);
  char *answer = test_read_until (fd, NULL);
  close (fd);
  return answer;
}
