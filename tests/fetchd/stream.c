/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A detached job that writes into a pipe or a socket, and its reader. The reader is slow where the
 * test says so: the writer then has all that goes into the pipe, and waits. */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static guint8
byte_at (gsize i)
{
  return (guint8)(i * 7 + i / 251 + i / 65521);
}

static void
write_from (TernOriginConn *conn, Body *body, gsize first)
{
  g_autofree guint8 *block = g_malloc (65536);

  while (first < BODY_SIZE)
    {
      const gsize n = MIN (65536, BODY_SIZE - first);

      for (gsize i = 0; i < n; i++)
        block[i] = byte_at (first + i);
      while (g_atomic_int_get (&body->stopped) && first >= BODY_SIZE / 2)
        if (!tern_origin_sleep (conn, 10))
          return;
      if (!tern_origin_write (conn, block, (gssize)n))
        return;
      first += n;
    }
}

/* RFC 9110 §13.1.5: another tag is another content, of which all is sent. */
static void
serve (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  Body *body = data;
  const char *etag = g_atomic_pointer_get (&body->etag);
  const char *range = tern_origin_request_header (request, "range");
  const char *wanted = tern_origin_request_header (request, "if-range");
  const gboolean part
      = range && g_atomic_int_get (&body->ranges) && (!wanted || g_strcmp0 (wanted, etag) == 0);
  const gsize first = part ? strtoul (range + strlen ("bytes="), NULL, 10) : 0;
  g_autoptr (GString) head
      = g_string_new (part ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n");

  if (etag)
    g_string_append_printf (head, "ETag: %s\r\n", etag);
  if (part)
    g_string_append_printf (head, "Content-Range: bytes %zu-%d/%d\r\n", first, BODY_SIZE - 1,
                            BODY_SIZE);
  g_string_append_printf (head, "Content-Length: %zu\r\n\r\n", BODY_SIZE - first);
  g_atomic_int_inc (part ? &body->n_ranges : &body->n_whole);
  if (tern_origin_write (conn, head->str, -1))
    write_from (conn, body, first);
}

void
body_change (Body *body, const char *etag, gboolean ranges)
{
  g_atomic_pointer_set (&body->etag, etag);
  g_atomic_int_set (&body->ranges, ranges);
}

void
body_assert (gconstpointer data, gsize length)
{
  const guint8 *bytes = data;

  g_assert_cmpuint (length, ==, BODY_SIZE);
  for (gsize i = 0; i < length; i++)
    if (bytes[i] != byte_at (i))
      g_error ("byte %zu is wrong", i);
}

/* The writing end; the other is the reader's. */
static int
open_ends (Reader *self)
{
  int ends[2];

  if (self->socket)
    g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  else
    g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  self->fd = ends[0];
  return ends[1];
}

static void
start (Reader *self, Bus *bus, Body *body, int fd)
{
  g_autofree char *uri = tern_origin_uri (bus->origin, "/body");
  g_autoptr (GError) error = NULL;

  self->bus = bus;
  self->caller = bus_caller (bus);
  self->got = g_byte_array_new ();
  tern_origin_add_route (bus->origin, "/body", serve, body);
  self->job = bus_fetch (self->caller, uri, fd,
                         "{'detached': <true>, 'handle_token': <'" READER_TOKEN "'>}", &error);
  g_assert_no_error (error);
  close (fd);
}

void
reader_init (Reader *self, Bus *bus, Body *body, gboolean socket)
{
  *self = (Reader){ .socket = socket };
  start (self, bus, body, open_ends (self));
}

void
reader_init_file (Reader *self, Bus *bus, Body *body, const char *name)
{
  *self = (Reader){ .fd = -1 };
  start (self, bus, body, bus_file (bus, name));
}

void
reader_clear (Reader *self)
{
  g_assert_true (bus_job_call (self->caller, self->job, "Remove", NULL, -1, NULL));
  g_clear_object (&self->caller);
  g_clear_pointer (&self->got, g_byte_array_unref);
  g_clear_pointer (&self->job, g_free);
}

void
reader_read (Reader *self, gsize length)
{
  guint8 block[4096];

  while (self->got->len < length)
    {
      const gssize n = read (self->fd, block, MIN (sizeof block, length - self->got->len));

      if (n == 0)
        break;
      /* A socket whose writer died with bytes of ours unread may say so, but none were. */
      if (n < 0 && errno != EINTR)
        g_error ("reading: %s", g_strerror (errno));
      g_byte_array_append (self->got, block, n > 0 ? (guint)n : 0);
    }
}

gsize
reader_count_waiting (Reader *self)
{
  int n = 0;

  g_assert_cmpint (ioctl (self->fd, FIONREAD, &n), ==, 0);
  return (gsize)n;
}

/* Of a pipe the system says it; a socket is full when nothing comes for a long while. */
static gboolean
has_room (Reader *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", self->fd);
  struct pollfd ready = { .fd = -1, .events = POLLOUT };
  int n;

  if (self->socket)
    return FALSE;
  ready.fd = open (path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  g_assert_cmpint (ready.fd, >=, 0);
  n = poll (&ready, 1, 0);
  close (ready.fd);
  return n > 0;
}

void
reader_wait_full (Reader *self)
{
  gsize last = 0;

  for (guint same = 0; same < (self->socket ? 4 : 1); last = reader_count_waiting (self))
    {
      g_usleep (50000);
      same = last > 0 && last == reader_count_waiting (self) && !has_room (self) ? same + 1 : 0;
    }
}

static char *
state_path (Reader *self, const char *suffix)
{
  g_autofree char *name = g_strconcat (strrchr (self->job, '/') + 1, suffix, NULL);

  return g_build_filename (self->bus->folder, "tern-fetchd", name, NULL);
}

void
reader_wait_state (Reader *self)
{
  g_autofree char *path = state_path (self, ".job");
  g_autofree char *text = NULL;

  while (!g_file_get_contents (path, &text, NULL, NULL) || !strstr (text, "\ndone=")
         || strstr (text, "\ndone=0"))
    {
      g_clear_pointer (&text, g_free);
      g_usleep (20000);
    }
}

void
reader_stop (Reader *self)
{
  bus_helper_end (self->caller, self->gently ? SIGTERM : SIGKILL);
  reader_read (self, G_MAXSIZE);
  close (self->fd);
}

void
reader_kill (Reader *self)
{
  reader_stop (self);
  reader_claim (self, -1, NULL);
  bus_job_wait (self->caller, self->job, "Interrupted");
}

void
reader_lose (Reader *self)
{
  bus_helper_kill (self->caller);
  close (self->fd);
}

gboolean
reader_claim (Reader *self, gint64 received, GError **error)
{
  g_autofree char *options
      = received < 0 ? g_strdup ("@a{sv} {}")
                     : g_strdup_printf ("{'received': <uint64 %" G_GINT64_FORMAT ">}", received);
  g_autofree char *arguments = g_strdup_printf ("('" READER_TOKEN "', %s)", options);
  g_autoptr (GError) local = NULL;
  g_autofree char *job = NULL;
  g_autoptr (GVariant) reply = bus_call (self->caller, FETCHD_PATH, FETCHD_NAME, "Claim",
                                         g_variant_new_parsed (arguments), -1, NULL, &local);

  if (!error)
    g_assert_no_error (local);
  if (!reply)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_variant_get (reply, "(o)", &job);
  g_assert_cmpstr (job, ==, self->job);
  return TRUE;
}

gboolean
reader_try_resume (Reader *self, GError **error)
{
  const int fd = open_ends (self);
  const gboolean resumed = bus_job_call (self->caller, self->job, "Resume", NULL, fd, error);

  close (fd);
  if (!resumed)
    close (self->fd);
  return resumed;
}

void
reader_resume (Reader *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  const gboolean resumed = reader_try_resume (self, error ? error : &local);

  g_assert_no_error (local);
  g_assert_true (resumed);
}

void
reader_finish (Reader *self)
{
  /* One byte more than there are, if there were. */
  reader_read (self, BODY_SIZE + 1);
  close (self->fd);
  body_assert (self->got->data, self->got->len);
  bus_job_wait (self->caller, self->job, "Done");
  g_assert_cmpuint (bus_job_done (self->caller, self->job), ==, BODY_SIZE);
  reader_clear (self);
}

void
reader_wait_failed (Reader *self, const char *error, const char *text)
{
  g_autofree char *state = bus_job_state (self->caller, self->job);
  g_autoptr (GVariant) value = NULL;
  g_autofree char *name = NULL, *message = NULL;
  g_autofree char *wanted = g_strconcat (FETCHD_ERROR, error, NULL);

  while (strcmp (state, "Failed") != 0)
    {
      g_assert_cmpstr (state, !=, "Done");
      g_usleep (10000);
      g_free (state);
      state = bus_job_state (self->caller, self->job);
    }
  value = bus_job_get (self->caller, self->job, "Error", NULL);
  g_variant_get (value, "(ss)", &name, &message);
  g_assert_cmpstr (name, ==, wanted);
  g_assert_nonnull (strstr (message, text));
}

GBytes *
reader_read_count (Reader *self)
{
  g_autofree char *path = state_path (self, ".count");
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  gsize length = 0;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (text, length);
}

void
reader_damage_count (Reader *self, GBytes *whole, gsize offset, const char *bytes, gsize length)
{
  g_autofree char *path = state_path (self, ".count");
  gsize size = g_bytes_get_size (whole);
  g_autofree char *text = g_memdup2 (g_bytes_get_data (whole, NULL), size);

  if (offset == G_MAXSIZE)
    {
      g_assert_cmpint (g_unlink (path), ==, 0);
      return;
    }
  if (bytes)
    memcpy (text + offset, bytes, length);
  else
    size = offset;
  g_assert_true (g_file_set_contents (path, text, (gssize)size, NULL));
}
