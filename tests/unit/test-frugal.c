/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frugal reading: of a stream that goes on behind a message, not one byte more than the message is
 * taken, however it is framed. */
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange/tern-body-reader.h"
#include "exchange/tern-head-reader.h"

#define AFTER "GET / HTTP/1.1\nnobody's business"

/* A transport that reads as the plain one but has no read_line: the bytewise default is for it. */
static TernTransportClass bytewise_class;

static TernTransport *
make_transport (int fd, gboolean bytewise)
{
  TernTransport *transport = tern_transport_new_tcp (fd);

  transport->frugal = TRUE;
  if (!bytewise)
    return transport;
  bytewise_class = *transport->klass;
  bytewise_class.read_line = NULL;
  transport->klass = &bytewise_class;
  return transport;
}

static void
on_returned (gpointer data, TernTransport *transport)
{
  *(TernTransport **)data = transport;
}

typedef struct
{
  const char *name;
  const char *message;
  const char *body;
  const char *trailer;
  gboolean is_kept;
} Row;

static const Row rows[] = {
  { "length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", NULL, TRUE },
  { "close-wanted", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
    "hello", NULL, FALSE },
  { "chunked",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
    "chunked\r\n\r\n3\r\nabc\r\na;x=y\r\n0123456789\r\n0\r\n\r\n",
    "abc0123456789", NULL, TRUE },
  { "trailers",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\nX-Sum: 7\r\n\r\n", "\n",
    "7", TRUE },
  { "bare-lf", "HTTP/1.1 200 OK\nContent-Length: 2\n\n\n\n", "\n\n", NULL, TRUE },
};

/* Reads head and body as an exchange does; what is left must be what followed. */
static void
check_row (const Row *row, gboolean bytewise)
{
  const TernHttp1Limits limits = { 65536, 262144, 100 };
  g_autoptr (TernUri) uri = tern_uri_parse ("http://host.example/", NULL);
  g_autoptr (TernReader) body = NULL;
  g_autofree char *rest = g_malloc0 (4096);
  TernHeadReader head = { .limits = limits };
  TernTransport *returned = NULL;
  TernDeadline deadline;
  TernFraming framing;
  TernLease *lease;
  GString *text = g_string_new (NULL);
  TernWait wait;
  gsize n;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_cmpint (fcntl (fds[0], F_SETFL, O_RDWR | O_NONBLOCK), ==, 0);
  g_assert_cmpint (write (fds[1], row->message, strlen (row->message)), >, 0);
  g_assert_cmpint (write (fds[1], AFTER, strlen (AFTER)), >, 0);
  tern_wait_init (&wait, NULL, NULL);
  tern_deadline_init (&deadline, 0, TERN_NEVER);
  lease = tern_lease_new_private (make_transport (fds[0], bytewise), on_returned, &returned);

  g_assert_cmpint (
      tern_head_reader_step (&head, tern_lease_get_transport (lease), "localhost", &wait, NULL), ==,
      TERN_STEP_DONE);
  g_assert_true (tern_http1_framing_decide ("GET", head.head.status, head.head.version,
                                            head.head.headers, &framing, NULL));
  body = tern_body_reader_new (lease, &head.receive, &framing, &limits, &deadline, uri);
  do
    {
      char piece[7];

      g_assert_cmpint (tern_reader_read (body, piece, sizeof piece, &n, &wait, NULL), ==,
                       TERN_STEP_DONE);
      g_string_append_len (text, piece, n);
    }
  while (n > 0);
  g_assert_cmpstr (text->str, ==, row->body);
  if (row->trailer)
    g_assert_cmpstr (tern_headers_get (tern_reader_get_trailers (body), "x-sum"), ==, row->trailer);
  g_assert_cmpint (returned != NULL, ==, row->is_kept);
  if (returned)
    {
      g_assert_cmpint (recv (returned->fd, rest, 4096, MSG_DONTWAIT), ==, strlen (AFTER));
      g_assert_cmpstr (rest, ==, AFTER);
      tern_transport_free (returned);
    }
  g_string_free (text, TRUE);
  tern_head_reader_clear (&head);
  tern_wait_clear (&wait);
  close (fds[1]);
}

static void
test_by_lines (gconstpointer data)
{
  check_row (data, FALSE);
}

static void
test_bytewise (gconstpointer data)
{
  check_row (data, TRUE);
}

/* A line that is not there whole is taken as far as it goes, and the wait says what is missing. */
static void
test_half_line (void)
{
  g_autoptr (TernTransport) transport = NULL;
  char buffer[64];
  TernWait wait;
  gsize n = 0;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_cmpint (fcntl (fds[0], F_SETFL, O_RDWR | O_NONBLOCK), ==, 0);
  transport = make_transport (fds[0], FALSE);
  tern_wait_init (&wait, NULL, NULL);
  g_assert_cmpint (write (fds[1], "half", 4), ==, 4);
  g_assert_cmpint (tern_transport_read_line (transport, buffer, sizeof buffer, &n, &wait, NULL), ==,
                   TERN_STEP_DONE);
  g_assert_cmpint (n, ==, 4);
  g_assert_cmpint (tern_transport_read_line (transport, buffer, sizeof buffer, &n, &wait, NULL), ==,
                   TERN_STEP_WAIT);
  g_assert_cmpint (wait.n_fds, ==, 1);
  g_assert_cmpint (write (fds[1], "\nmore", 5), ==, 5);
  g_assert_cmpint (tern_transport_read_line (transport, buffer, sizeof buffer, &n, &wait, NULL), ==,
                   TERN_STEP_DONE);
  g_assert_cmpint (n, ==, 1);
  close (fds[1]);
  g_assert_cmpint (tern_transport_read_line (transport, buffer, sizeof buffer, &n, &wait, NULL), ==,
                   TERN_STEP_DONE);
  g_assert_cmpint (n, ==, 4);
  g_assert_cmpint (tern_transport_read_line (transport, buffer, sizeof buffer, &n, &wait, NULL), ==,
                   TERN_STEP_DONE);
  g_assert_cmpint (n, ==, 0);
  tern_wait_clear (&wait);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/frugal/lines/", rows[i].name, NULL);
      g_autofree char *other = g_strconcat ("/frugal/bytewise/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_by_lines);
      g_test_add_data_func (other, &rows[i], test_bytewise);
    }
  g_test_add_func ("/frugal/half-line", test_half_line);
  return g_test_run ();
}
