/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams of every kind, and one call at a time; see the header. */
#include "stream-link.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/tern-drive.h"
#include "io/tern-worker.h"
#include "tern-test-stream.h"
#include "tern-test-util.h"

const char *const link_kind_names[N_KINDS]
    = { "socket", "unix", "pipes", "blocking", "bytewise", "buffered" };

static GIOStream *
make_unix (int in, int out)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (in, TRUE);
  g_autoptr (GOutputStream) output = g_unix_output_stream_new (out, TRUE);

  return g_simple_io_stream_new (input, output);
}

static GIOStream *
make_socket (int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);

  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

GIOStream *
link_make_stream (Kind kind, int fd)
{
  switch (kind)
    {
    case SOCKET:
      return make_socket (fd);
    case UNIX:
      return make_unix (fd, dup (fd));
    case BYTEWISE:
      return tern_test_stream_new (fd, TERN_TEST_STREAM_BYTEWISE | TERN_TEST_STREAM_ABROAD);
    case BUFFERED:
      return tern_test_stream_new (fd, TERN_TEST_STREAM_BUFFERED | TERN_TEST_STREAM_ABROAD);
    default:
      return tern_test_stream_new (fd, TERN_TEST_STREAM_ABROAD);
    }
}

void
link_take (Link *self, GIOStream *stream)
{
  self->transport = tern_transport_new_stream (stream);
  g_object_unref (stream);
}

void
link_init (Link *self, gboolean async, Kind kind)
{
  int fds[2];
  int more[2];

  *self = (Link){ .async = async };
  if (kind == PIPES)
    {
      g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
      g_assert_cmpint (pipe2 (more, O_CLOEXEC), ==, 0);
      self->in = more[0];
      self->out = fds[1];
      link_take (self, make_unix (fds[0], more[1]));
      return;
    }
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  self->in = self->out = fds[1];
  link_take (self, link_make_stream (kind, fds[0]));
}

void
link_close_peer (Link *self)
{
  if (self->in >= 0)
    close (self->in);
  if (self->out >= 0 && self->out != self->in)
    close (self->out);
  self->in = self->out = -1;
}

static gboolean
lanes_are_empty (gpointer data)
{
  return tern_worker_count (TERN_LANE_STREAM) == 0 && tern_worker_count (TERN_LANE_RECEIVE) == 0
         && tern_worker_count (TERN_LANE_CLOSE) == 0;
}

void
link_clear (Link *self)
{
  g_clear_pointer (&self->transport, tern_transport_free);
  link_close_peer (self);
  tern_test_run_until_func (lanes_are_empty, NULL, 10000);
}

void
link_say (Link *self, const char *text)
{
  g_assert_cmpint (write (self->out, text, strlen (text)), ==, (gssize)strlen (text));
}

void
link_assert_said (Link *self, const char *text)
{
  g_autofree char *buffer = g_malloc (strlen (text));
  gsize n = 0;

  while (n < strlen (text))
    {
      const gssize got = read (self->in, buffer + n, strlen (text) - n);

      g_assert_cmpint (got, >, 0);
      n += (gsize)got;
    }
  g_assert_cmpmem (buffer, n, text, strlen (text));
}

/* --- one call of the transport, driven ----------------------------------------------------------
 */

static TernStep
io_step (gpointer data, TernWait *wait, GError **error)
{
  Io *io = data;
  const struct iovec parts[3] = { { io->buffer, 0 },
                                  { io->buffer, io->len / 2 },
                                  { io->buffer + io->len / 2, io->len - io->len / 2 } };

  if (io->deadline != 0 && g_get_monotonic_time () >= io->deadline)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "too late");
      return TERN_STEP_FAILED;
    }
  if (io->deadline != 0)
    tern_wait_add_deadline (wait, io->deadline);
  return io->call ? io->call (io->transport, io->buffer, io->len, &io->n, wait, error)
                  : tern_transport_write (io->transport, parts, 3, &io->n, wait, error);
}

static void
on_done (gpointer self, GError *error, gpointer data)
{
  Io *io = self;

  io->over = TRUE;
  io->error = error;
}

gboolean
link_drive (Link *self, Io *io, guint ms, GCancellable *cancellable, GError **error)
{
  io->transport = self->transport;
  io->deadline = ms > 0 ? g_get_monotonic_time () + ms * G_TIME_SPAN_MILLISECOND : 0;
  if (!self->async)
    return tern_drive_sync (io_step, io, cancellable, error);
  tern_drive_async (io_step, io, cancellable, on_done, NULL);
  tern_test_run_until (&io->over, 30000);
  if (io->error)
    g_propagate_error (error, io->error);
  return io->error == NULL;
}

char *
link_hear (Link *self, gsize len, gboolean line)
{
  g_autoptr (GError) error = NULL;
  Io io = { .call = line ? tern_transport_read_line : tern_transport_read, .len = len };

  io.buffer = g_malloc0 (len + 1);
  link_drive (self, &io, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (io.n, <=, len);
  io.buffer[io.n] = '\0'; /* a look ahead may have left something behind it */
  return io.buffer;
}

void
link_assert_heard (Link *self, const char *text, gboolean line)
{
  g_autoptr (GString) all = g_string_new (NULL);

  while (all->len < strlen (text))
    {
      g_autofree char *some = link_hear (self, strlen (text) - all->len, line);

      g_assert_cmpstr (some, !=, "");
      g_string_append (all, some);
    }
  g_assert_cmpstr (all->str, ==, text);
}

void
link_assert_end (Link *self)
{
  g_autofree char *nothing = link_hear (self, 8, FALSE);

  g_assert_cmpstr (nothing, ==, "");
}

gboolean
link_tell (Link *self, const char *data, gsize len, GError **error)
{
  gsize at = 0;

  while (at < len)
    {
      Io io = { .buffer = (char *)data + at, .len = len - at };

      if (!link_drive (self, &io, 0, NULL, error))
        return FALSE;
      g_assert_cmpuint (io.n, >, 0);
      g_assert_cmpuint (io.n, <=, io.len);
      at += io.n;
    }
  return TRUE;
}

void
link_assert_told (Link *self, const char *text)
{
  g_autoptr (GError) error = NULL;

  link_tell (self, text, strlen (text), &error);
  g_assert_no_error (error);
  link_assert_said (self, text);
}
