/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plain transport over socket pairs and loopback connections. */
#include "net/tern-transport.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static TernWake *
no_wake (gpointer driver)
{
  g_assert_not_reached ();
}

typedef struct
{
  TernTransport *transport;
  int peer;
  TernWait wait;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  const int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (listener, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (listen (listener, 1), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &address, &len), ==, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, len), ==, 0);
  fixture->peer = accept (listener, NULL, NULL);
  g_assert_cmpint (fixture->peer, >=, 0);
  close (listener);
  g_assert_cmpint (fcntl (fd, F_SETFL, O_RDWR | O_NONBLOCK), ==, 0);
  fixture->transport = tern_transport_new_tcp (fd);
  tern_wait_init (&fixture->wait, no_wake, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->transport)
    tern_transport_free (fixture->transport);
  if (fixture->peer >= 0)
    close (fixture->peer);
  tern_wait_clear (&fixture->wait);
}

/* Ends the peer's side with a RST. */
static void
reset_peer (Fixture *fixture)
{
  const struct linger now = { .l_onoff = 1, .l_linger = 0 };

  g_assert_cmpint (setsockopt (fixture->peer, SOL_SOCKET, SO_LINGER, &now, sizeof now), ==, 0);
  close (fixture->peer);
  fixture->peer = -1;
}

static void
assert_waits_for (Fixture *fixture, GIOCondition condition)
{
  g_assert_cmpuint (fixture->wait.n_fds, ==, 1);
  g_assert_cmpint (fixture->wait.fds[0].fd, ==, fixture->transport->fd);
  g_assert_cmpint (fixture->wait.fds[0].events, ==, condition);
  g_assert_cmpint (fixture->wait.deadline, ==, TERN_NEVER);
  tern_wait_reset (&fixture->wait);
}

static void
test_read (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char buffer[8];
  gsize n = 99;

  g_assert_cmpint (tern_transport_read (fixture->transport, buffer, sizeof buffer, &n,
                                        &fixture->wait, &error),
                   ==, TERN_STEP_WAIT);
  assert_waits_for (fixture, G_IO_IN);
  g_assert_cmpint (write (fixture->peer, "0123456789", 10), ==, 10);
  g_assert_cmpint (tern_transport_read (fixture->transport, buffer, sizeof buffer, &n,
                                        &fixture->wait, &error),
                   ==, TERN_STEP_DONE);
  g_assert_cmpmem (buffer, n, "01234567", 8);
  g_assert_cmpint (tern_transport_read (fixture->transport, buffer, sizeof buffer, &n,
                                        &fixture->wait, &error),
                   ==, TERN_STEP_DONE);
  g_assert_cmpmem (buffer, n, "89", 2);
  close (fixture->peer);
  fixture->peer = -1;
  g_assert_cmpint (tern_transport_read (fixture->transport, buffer, sizeof buffer, &n,
                                        &fixture->wait, &error),
                   ==, TERN_STEP_DONE);
  g_assert_cmpuint (n, ==, 0);
  g_assert_no_error (error);
}

static void
test_reset (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char buffer[8];
  gsize n;

  reset_peer (fixture);
  g_assert_cmpint (tern_transport_read (fixture->transport, buffer, sizeof buffer, &n,
                                        &fixture->wait, &error),
                   ==, TERN_STEP_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_cmpstr (error->message, ==, g_strerror (ECONNRESET));
}

static void
test_write (Fixture *fixture, gconstpointer data)
{
  const struct iovec two[] = { { "head ", 5 }, { "body", 4 } };
  const struct iovec one = { "more", 4 };
  g_autoptr (GError) error = NULL;
  char buffer[32];
  gsize n;

  g_assert_cmpint (tern_transport_write (fixture->transport, two, 2, &n, &fixture->wait, &error),
                   ==, TERN_STEP_DONE);
  g_assert_cmpuint (n, ==, 9);
  g_assert_cmpint (read (fixture->peer, buffer, sizeof buffer), ==, 9);
  g_assert_cmpmem (buffer, 9, "head body", 9);
  g_assert_cmpint (tern_transport_write (fixture->transport, &one, 1, &n, &fixture->wait, &error),
                   ==, TERN_STEP_DONE);
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpint (read (fixture->peer, buffer, sizeof buffer), ==, 4);
}

/* A peer that does not read ends in WAIT, never in blocking. */
static void
test_write_full (Fixture *fixture, gconstpointer data)
{
  g_autofree char *block = g_malloc0 (1 << 20);
  const struct iovec part = { block, 1 << 20 };
  g_autoptr (GError) error = NULL;
  TernStep step;
  guint rounds = 0;
  gsize n = 0;

  fixture->wait.may_block = TRUE;
  while ((step = tern_transport_write (fixture->transport, &part, 1, &n, &fixture->wait, &error))
           == TERN_STEP_DONE
         && rounds++ < 1000)
    g_assert_cmpuint (n, >, 0);
  g_assert_cmpint (step, ==, TERN_STEP_WAIT);
  assert_waits_for (fixture, G_IO_OUT);
}

/* SIGPIPE would end the test. */
static void
test_write_closed (Fixture *fixture, gconstpointer data)
{
  const struct iovec parts[] = { { "head ", 5 }, { "body", 4 } };
  g_autoptr (GError) error = NULL;
  gsize n;

  reset_peer (fixture);
  g_assert_cmpint (tern_transport_write (fixture->transport, parts, 2, &n, &fixture->wait, &error),
                   ==, TERN_STEP_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_clear_error (&error);
  g_assert_cmpint (tern_transport_write (fixture->transport, parts, 1, &n, &fixture->wait, &error),
                   ==, TERN_STEP_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
}

static void
test_quiet (Fixture *fixture, gconstpointer data)
{
  char byte;
  gsize n;

  g_assert_true (tern_transport_is_quiet (fixture->transport));
  g_assert_cmpint (write (fixture->peer, "!", 1), ==, 1);
  g_assert_false (tern_transport_is_quiet (fixture->transport));
  g_assert_false (tern_transport_is_quiet (fixture->transport));
  /* It only looked. */
  g_assert_cmpint (tern_transport_read (fixture->transport, &byte, 1, &n, &fixture->wait, NULL), ==,
                   TERN_STEP_DONE);
  g_assert_cmpint (byte, ==, '!');
  g_assert_true (tern_transport_is_quiet (fixture->transport));
  shutdown (fixture->peer, SHUT_WR);
  g_assert_false (tern_transport_is_quiet (fixture->transport));
}

static void
test_quiet_reset (Fixture *fixture, gconstpointer data)
{
  reset_peer (fixture);
  g_assert_false (tern_transport_is_quiet (fixture->transport));
}

static gpointer
write_later (gpointer data)
{
  g_usleep (50 * 1000);
  g_assert_cmpint (write (GPOINTER_TO_INT (data), "late", 4), ==, 4);
  return NULL;
}

/* Where the driver allows it a read blocks until bytes come; everything else still never does. */
static void
test_block (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("peer", write_later, GINT_TO_POINTER (fixture->peer));
  char buffer[8];
  gsize n;

  fixture->wait.may_block = TRUE;
  tern_wait_add_deadline (&fixture->wait, g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (tern_transport_read (fixture->transport, buffer, sizeof buffer, &n,
                                        &fixture->wait, &error),
                   ==, TERN_STEP_DONE);
  g_assert_cmpmem (buffer, n, "late", 4);
  g_thread_join (thread);
  g_assert_true (tern_transport_is_quiet (fixture->transport));
  tern_wait_reset (&fixture->wait);
  fixture->wait.may_block = FALSE;
  g_assert_cmpint (tern_transport_read (fixture->transport, buffer, sizeof buffer, &n,
                                        &fixture->wait, &error),
                   ==, TERN_STEP_WAIT);
  assert_waits_for (fixture, G_IO_IN);
}

/* It returns before the deadline, so that the driver can be exact, but most of the time has
 * passed. */
static void
test_block_deadline (Fixture *fixture, gconstpointer data)
{
  static const gint64 waits[] = { 10000, 1000, 80, 300, 10 };
  char buffer[8];
  gsize n;

  fixture->wait.may_block = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      const gint64 start = g_get_monotonic_time ();
      const gint64 deadline = start + waits[i] * G_TIME_SPAN_MILLISECOND;

      /* The long ones are there to leave their time-out behind. */
      if (waits[i] >= 1000)
        g_assert_cmpint (write (fixture->peer, "x", 1), ==, 1);
      tern_wait_reset (&fixture->wait);
      tern_wait_add_deadline (&fixture->wait, deadline);
      g_assert_cmpint (tern_transport_read (fixture->transport, buffer, sizeof buffer, &n,
                                            &fixture->wait, NULL),
                       ==, waits[i] >= 1000 ? TERN_STEP_DONE : TERN_STEP_WAIT);
      if (waits[i] < 1000)
        g_assert_cmpint (g_get_monotonic_time (), <, deadline + 2 * G_TIME_SPAN_SECOND);
      if (waits[i] == 300)
        g_assert_cmpint (g_get_monotonic_time () - start, >, 100 * G_TIME_SPAN_MILLISECOND);
    }
}

static void
test_free_closes (Fixture *fixture, gconstpointer data)
{
  char byte;

  tern_transport_free (g_steal_pointer (&fixture->transport));
  g_assert_cmpint (read (fixture->peer, &byte, 1), ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/transport/read", test_read },
    { "/transport/reset", test_reset },
    { "/transport/write", test_write },
    { "/transport/write-full", test_write_full },
    { "/transport/write-closed", test_write_closed },
    { "/transport/quiet", test_quiet },
    { "/transport/quiet-reset", test_quiet_reset },
    { "/transport/block", test_block },
    { "/transport/block-deadline", test_block_deadline },
    { "/transport/free-closes", test_free_closes },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
