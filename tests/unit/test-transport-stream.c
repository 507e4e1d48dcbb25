/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams of every kind as transports: what is polled, what can only block, what ends, hangs and
 * fails. Each is driven sync and async. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/tern-worker.h"
#include "stream-link.h"
#include "tern-test-stream.h"
#include "tern-test-util.h"
#include "tls-peer.h"

/* --- what all kinds can do ------------------------------------------------------------------- */

static void
test_exchange (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { 0 };

  link_init (&link, async, GPOINTER_TO_INT (data));
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (tern_transport_is_quiet (link.transport));
      link_assert_told (&link, "GET / HTTP/1.1\r\n\r\n");
      link_say (&link, "HTTP/1.1 204 No Content\r\n\r\n");
      link_assert_heard (&link, "HTTP/1.1 204 No Content\r\n\r\n", FALSE);
    }
  link_close_peer (&link);
  link_assert_end (&link);
}

static gpointer
say_later (gpointer data)
{
  g_usleep (30000);
  link_say (data, "late");
  return NULL;
}

static void
test_wait (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { 0 };
  GThread *thread;

  link_init (&link, async, GPOINTER_TO_INT (data));
  thread = g_thread_new ("peer", say_later, &link);
  link_assert_heard (&link, "late", FALSE);
  g_thread_join (thread);
}

/* What is not asked for stays in the stream: somebody else reads on where the line ended. */
static void
test_frugal (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { 0 };

  link_init (&link, async, GPOINTER_TO_INT (data));
  link_say (&link, "one\ntwo\r\n\nthe rest");
  link_assert_heard (&link, "one\n", TRUE);
  link_assert_heard (&link, "two\r\n", TRUE);
  link_assert_heard (&link, "\n", TRUE);
  link_assert_heard (&link, "the", FALSE);
  link_assert_heard (&link, " re", TRUE);
  link_assert_heard (&link, "st", TRUE);
  link_close_peer (&link);
  link_assert_end (&link);
}

/* A read that asks for more than a line takes no more than the line. */
static void
test_long_line (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { 0 };
  g_autoptr (GString) line = g_string_new (NULL);

  link_init (&link, async, GPOINTER_TO_INT (data));
  link_say (&link, "short\nand the next");
  for (gboolean ended = FALSE; !ended;)
    {
      g_autofree char *some = link_hear (&link, 1000, TRUE);

      g_string_append (line, some);
      ended = strchr (some, '\n') != NULL;
    }
  g_assert_cmpstr (line->str, ==, "short\n");
  link_assert_heard (&link, "and the next", FALSE);
}

#define MUCH (1024 * 1024)

static gpointer
read_much (gpointer data)
{
  Link *link = data;
  g_autofree char *buffer = g_malloc (MUCH);
  gsize total = 0;

  while (total < MUCH)
    {
      const gssize got = read (link->in, buffer, 30000);

      g_assert_cmpint (got, >, 0);
      for (gssize i = 0; i < got; i++)
        g_assert_cmpint (buffer[i], ==, (char)((total + (gsize)i) % 251));
      total += (gsize)got;
    }
  return NULL;
}

static void
test_much (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *block = g_malloc (MUCH);
  GThread *thread;

  for (gsize i = 0; i < MUCH; i++)
    block[i] = (char)(i % 251);
  link_init (&link, async, GPOINTER_TO_INT (data));
  thread = g_thread_new ("peer", read_much, &link);
  link_tell (&link, block, MUCH, &error);
  g_assert_no_error (error);
  g_thread_join (thread);
}

/* SIGPIPE would end the test. */
static void
test_broken (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean told = TRUE;

  link_init (&link, async, GPOINTER_TO_INT (data));
  link_close_peer (&link);
  for (guint i = 0; told && i < 3; i++)
    told = link_tell (&link, "anything", 8, &error);
  g_assert_false (told);
  g_assert_true (error->domain == G_IO_ERROR);
  g_assert_true (error->code == G_IO_ERROR_BROKEN_PIPE
                 || error->code == G_IO_ERROR_CONNECTION_CLOSED);
}

static void
test_deadline (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { 0 };
  g_autoptr (GError) error = NULL;
  char buffer[16];
  Io io = { .call = tern_transport_read, .buffer = buffer, .len = sizeof buffer };

  link_init (&link, async, GPOINTER_TO_INT (data));
  g_assert_false (link_drive (&link, &io, 40, NULL, &error));
  tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NULL);
  g_assert_true (tern_transport_is_quiet (link.transport));
  /* The read that was left behind has it now, and somebody else is there to wake. */
  link_say (&link, "not lost");
  link_assert_heard (&link, "not", FALSE);
  link.async = !link.async;
  link_assert_heard (&link, " lost", FALSE);
}

/* The line that a left read has begun is not lost, and neither is what stands behind it. */
static void
test_left_line (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { 0 };
  g_autoptr (GError) error = NULL;
  char buffer[64];
  Io io = { .call = tern_transport_read, .buffer = buffer, .len = sizeof buffer };

  link_init (&link, async, GPOINTER_TO_INT (data));
  g_assert_false (link_drive (&link, &io, 30, NULL, &error));
  link_say (&link, "a\nb\nrest");
  link_assert_heard (&link, "a\n", TRUE);
  link_assert_heard (&link, "b\n", TRUE);
  link_assert_heard (&link, "re", FALSE);
  link_assert_heard (&link, "st", TRUE);
}

static gpointer
cancel_later (gpointer cancellable)
{
  g_usleep (30000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  char buffer[16];
  Io io = { .call = tern_transport_read, .buffer = buffer, .len = sizeof buffer };
  GThread *thread;

  link_init (&link, async, GPOINTER_TO_INT (data));
  thread = g_thread_new ("cancel", cancel_later, cancellable);
  g_assert_false (link_drive (&link, &io, 0, cancellable, &error));
  tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
  g_thread_join (thread);
  link_say (&link, "still there");
  link_assert_heard (&link, "still there", FALSE);
}

static void
test_free_closes (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { 0 };
  char byte;

  link_init (&link, async, GPOINTER_TO_INT (data));
  link_assert_told (&link, "bye");
  g_clear_pointer (&link.transport, tern_transport_free);
  /* Blocks until it was closed, wherever that is done. */
  g_assert_cmpint (read (link.in, &byte, 1), ==, 0);
}

/* --- what only some do ----------------------------------------------------------------------- */

/* A descriptor tells that something lies there that nobody asked for. */
static void
test_quiet (gconstpointer data)
{
  g_auto (Link) link = { 0 };

  link_init (&link, FALSE, GPOINTER_TO_INT (data));
  g_assert_true (tern_transport_is_quiet (link.transport));
  link_say (&link, "!");
  g_assert_false (tern_transport_is_quiet (link.transport));
  link_assert_heard (&link, "!", FALSE);
  g_assert_true (tern_transport_is_quiet (link.transport));
  link_close_peer (&link);
  g_assert_false (tern_transport_is_quiet (link.transport));
}

static void
test_write_fails (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { .async = async };
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  link.in = link.out = fds[1];
  link_take (&link, tern_test_stream_new (fds[0], TERN_TEST_STREAM_FAILS));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (link_tell (&link, "anything", 8, &error));
      tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, NULL);
    }
  link_say (&link, "but this");
  link_assert_heard (&link, "but this", FALSE);
}

/* A read that never comes back holds up neither the deadline nor the end of the transport; the
 * stream is closed when it does come back. */
static void
test_deaf (gboolean async, gconstpointer data)
{
  g_auto (Link) link = { .async = async };
  g_autoptr (GError) error = NULL;
  char buffer[16];
  Io io = { .call = tern_transport_read, .buffer = buffer, .len = sizeof buffer };
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  link.in = link.out = fds[1];
  link_take (&link, tern_test_stream_new (fds[0], TERN_TEST_STREAM_DEAF));
  g_assert_false (link_drive (&link, &io, 40, NULL, &error));
  tern_test_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NULL);
  g_clear_pointer (&link.transport, tern_transport_free);
  g_assert_cmpuint (tern_worker_count (TERN_LANE_RECEIVE), ==, 1);
  link_say (&link, "come back");
  g_assert_cmpint (read (link.in, buffer, 1), ==, 0);
}

static void
test_memory (gboolean async, gconstpointer data)
{
  g_autoptr (GInputStream) in
      = g_memory_input_stream_new_from_data ("HTTP/1.1 200 OK\r\nrest", -1, NULL);
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_auto (Link) link = { .async = async, .in = -1, .out = -1 };
  g_autoptr (GError) error = NULL;

  link_take (&link, g_simple_io_stream_new (in, out));
  /* An answer that lies ready is the way of a mock. */
  g_assert_true (tern_transport_is_quiet (link.transport));
  link_tell (&link, "question", 8, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (out)),
                   g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (out)), "question",
                   8);
  link_assert_heard (&link, "HTTP/1.1 200 OK\r\n", TRUE);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (in)), ==, 17);
  link_assert_heard (&link, "re", FALSE);
  g_assert_cmpint (g_seekable_tell (G_SEEKABLE (in)), ==, 19);
  link_assert_heard (&link, "st", TRUE);
  link_assert_end (&link);
  link_assert_end (&link);
}

/* --- TLS ----------------------------------------------------------------------------------------
 */

static TernTestCerts *certs;

static void
test_tls (gconstpointer data)
{
  static const char *const priorities[]
      = { "NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3" };

  /* More than one record, unless each byte is a hop to another thread. */
  const gssize large = GPOINTER_TO_INT (data) == BYTEWISE ? 2000 : 60000;

  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      g_autoptr (TlsPeer) peer = tls_peer_new (certs, TERN_TEST_CERT_SERVER, priorities[i]);
      TernTlsSettings *settings
          = tern_tls_settings_new (tern_test_certs_get_ca_file (certs), TRUE, 0, 0);
      g_autoptr (GError) error = NULL;
      g_autoptr (GIOStream) stream = NULL;
      g_autofree char *sent = g_malloc0 (100000);
      g_autofree char *got = g_malloc (100000);
      TernTransport *transport;
      TlsConn *conn;
      int fd;

      conn = tls_peer_accept (peer, NULL, NULL, &fd);
      stream = link_make_stream (GPOINTER_TO_INT (data), fd);
      transport = tls_client_connect (settings, tern_transport_new_stream (stream), "localhost",
                                      "key", 20000, &error);
      g_assert_no_error (error);
      memset (sent, 'x', 100000);
      g_assert_true (tls_client_write (transport, sent, 100, &error));
      g_assert_cmpint (tls_client_read (transport, got, 100, &error), ==, 100);
      g_assert_cmpmem (got, 100, sent, 100);
      g_assert_true (tls_client_write (transport, sent, large, &error));
      g_assert_cmpint (tls_client_read (transport, got, large, &error), ==, large);
      g_assert_true (tern_transport_is_quiet (transport));
      tern_transport_free (transport);
      tls_conn_join (conn);
      /* close_notify went out, though nobody waited for it. */
      g_assert_true (conn->got_bye);
      tls_conn_free (conn);
      tern_tls_settings_unref (settings);
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    TernTestBothFunc func;
  } tests[] = {
    { "exchange", test_exchange },       { "wait", test_wait },           { "frugal", test_frugal },
    { "long-line", test_long_line },     { "much", test_much },           { "broken", test_broken },
    { "deadline", test_deadline },       { "left-line", test_left_line }, { "cancel", test_cancel },
    { "free-closes", test_free_closes },
  };
  int result;

  g_test_init (&argc, &argv, NULL);
  certs = tern_test_certs_new ();
  for (guint kind = 0; kind < N_KINDS; kind++)
    {
      g_autofree char *tls = g_strdup_printf ("/transport-stream/%s/tls", link_kind_names[kind]);

      for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
        {
          g_autofree char *path
              = g_strdup_printf ("/transport-stream/%s/%s", link_kind_names[kind], tests[i].name);

          tern_test_add_both (path, tests[i].func, GINT_TO_POINTER (kind));
        }
      if (kind != PIPES)
        g_test_add_data_func (tls, GINT_TO_POINTER (kind), test_tls);
    }
  g_test_add_data_func ("/transport-stream/socket/quiet", GINT_TO_POINTER (SOCKET), test_quiet);
  g_test_add_data_func ("/transport-stream/unix/quiet", GINT_TO_POINTER (UNIX), test_quiet);
  g_test_add_data_func ("/transport-stream/pipes/quiet", GINT_TO_POINTER (PIPES), test_quiet);
  tern_test_add_both ("/transport-stream/write-fails", test_write_fails, NULL);
  tern_test_add_both ("/transport-stream/deaf", test_deaf, NULL);
  tern_test_add_both ("/transport-stream/memory", test_memory, NULL);
  result = g_test_run ();
  tern_test_certs_free (certs);
  return result;
}
