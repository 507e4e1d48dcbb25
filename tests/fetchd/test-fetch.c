/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fetch, Open, ListJobs: what works, and that the helper goes when it is not needed. */
#include "bus.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE 300000

static void
serve_pattern (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  g_autofree guint8 *body = g_malloc (SIZE);

  for (guint i = 0; i < SIZE; i++)
    body[i] = (guint8)(i * 7 + i / 251);
  tern_origin_reply_bytes (conn, 200, NULL, "ETag: \"pattern\"\r\n", body, SIZE);
}

static void
assert_pattern (const guint8 *data, gsize length)
{
  g_assert_cmpuint (length, ==, SIZE);
  for (guint i = 0; i < SIZE; i++)
    if (data[i] != (guint8)(i * 7 + i / 251))
      g_error ("byte %u is wrong", i);
}

/* Twenty jobs into files, started one after the other and not waited for in between. */
static void
test_twenty (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/pattern");
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GVariant) listed = NULL;

  tern_origin_add_route (bus->origin, "/pattern", serve_pattern, NULL);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%u", i);
      g_autoptr (GError) error = NULL;
      const int fd = bus_file (bus, name);

      g_ptr_array_add (jobs, bus_fetch (caller, uri, fd, NULL, &error));
      g_assert_no_error (error);
      close (fd);
    }
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%u", i);
      g_autoptr (GBytes) content = NULL;
      gsize length;

      bus_job_wait (caller, g_ptr_array_index (jobs, i), "Done");
      g_assert_cmpuint (bus_job_done (caller, g_ptr_array_index (jobs, i)), ==, SIZE);
      content = bus_read (bus, name);
      assert_pattern (g_bytes_get_data (content, &length), g_bytes_get_size (content));
    }
  listed = bus_call (caller, FETCHD_PATH, FETCHD_NAME, "ListJobs", NULL, -1, NULL, NULL);
  {
    g_autoptr (GVariant) paths = g_variant_get_child_value (listed, 0);

    g_assert_cmpuint (g_variant_n_children (paths), ==, 20);
  }
}

static void
test_properties (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/from");
  g_autofree char *to = tern_origin_uri (bus->origin, "/pattern");
  g_autofree char *location = g_strdup_printf ("Location: %s\r\n", to);
  g_autofree char *job = NULL;
  g_autoptr (GVariant) total = NULL, etag = NULL, final = NULL, failure = NULL, asked = NULL;
  const int fd = bus_file (bus, "file");

  tern_origin_add_route (bus->origin, "/pattern", serve_pattern, NULL);
  tern_origin_add_reply (bus->origin, "/from", 302, location, "");
  job = bus_fetch (caller, uri, fd, "{'priority': <7>}", NULL);
  close (fd);
  bus_job_wait (caller, job, "Done");
  total = bus_job_get (caller, job, "BytesTotal", NULL);
  g_assert_cmpint (g_variant_get_int64 (total), ==, SIZE);
  etag = bus_job_get (caller, job, "ETag", NULL);
  g_assert_cmpstr (g_variant_get_string (etag, NULL), ==, "\"pattern\"");
  final = bus_job_get (caller, job, "FinalUri", NULL);
  g_assert_cmpstr (g_variant_get_string (final, NULL), ==, to);
  asked = bus_job_get (caller, job, "Uri", NULL);
  g_assert_cmpstr (g_variant_get_string (asked, NULL), ==, uri);
  failure = bus_job_get (caller, job, "Error", NULL);
  g_assert_cmpstr (g_variant_get_type_string (failure), ==, "(ss)");
}

static void
test_failure (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/nothing");
  g_autofree char *job = NULL;
  g_autoptr (GVariant) failure = NULL;
  const char *name;
  const int fd = bus_file (bus, "file");

  job = bus_fetch (caller, uri, fd, NULL, NULL);
  close (fd);
  bus_job_wait (caller, job, "Failed");
  failure = bus_job_get (caller, job, "Error", NULL);
  g_variant_get (failure, "(&s&s)", &name, NULL);
  g_assert_cmpstr (name, ==, FETCHD_ERROR "HttpStatus");
}

static void
serve_garbled (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  tern_origin_write (conn, data, -1);
  tern_origin_close (conn);
}

static void
assert_fails (GDBusConnection *caller, const char *uri, int fd, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *job = bus_fetch (caller, uri, fd, "{'retries': <uint32 0>}", &error);
  g_autoptr (GVariant) failure = NULL;
  const char *name;

  g_assert_no_error (error);
  close (fd);
  bus_job_wait (caller, job, "Failed");
  failure = bus_job_get (caller, job, "Error", NULL);
  g_variant_get (failure, "(&s&s)", &name, NULL);
  g_assert_cmpstr (name, ==, wanted);
}

/* A field that cannot be read is the server's fault, and no option of the caller's is meant. */
static void
test_garbled (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  static const char *const heads[] = {
    "HTTP/1.1 200 OK\r\nno field\r\nContent-Length: 1\r\n\r\nx",
    "HTTP/1.1 200 OK\r\nbad name: x\r\nContent-Length: 1\r\n\r\nx",
    "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 1\r\n\r\nx",
    "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx",
    "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 1\r\n\r\nx",
    "no protocol at all\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *path = g_strdup_printf ("/garbled/%u", i);
      g_autofree char *uri = tern_origin_uri (bus->origin, path);

      g_test_message ("head %u", i);
      tern_origin_add_route (bus->origin, path, serve_garbled, (gpointer)heads[i]);
      assert_fails (caller, uri, bus_file (bus, "file"), FETCHD_ERROR "Protocol");
    }
}

/* A file that takes nothing is the caller's. */
static void
test_sealed (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/pattern");
  const int fd = memfd_create ("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  tern_origin_add_route (bus->origin, "/pattern", serve_pattern, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW), ==, 0);
  assert_fails (caller, uri, fd, FETCHD_ERROR "Write");
}

static void
serve_reset (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  if (data)
    tern_origin_write (conn, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbut", -1);
  tern_origin_reset (conn);
}

/* A server that breaks the connection is no reader that went away. */
static void
test_reset (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);

  tern_origin_add_route (bus->origin, "/head", serve_reset, NULL);
  tern_origin_add_route (bus->origin, "/body", serve_reset, GINT_TO_POINTER (TRUE));
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *uri = tern_origin_uri (bus->origin, i % 2 ? "/body" : "/head");
      g_autofree char *job = NULL;
      g_autoptr (GVariant) failure = NULL;
      const char *name;
      int fds[2] = { -1, -1 };

      if (i < 2)
        fds[1] = bus_file (bus, "broken");
      else
        g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
      job = bus_fetch (caller, uri, fds[1], "{'retries': <uint32 0>}", NULL);
      close (fds[1]);
      bus_job_wait (caller, job, "Failed");
      failure = bus_job_get (caller, job, "Error", NULL);
      g_variant_get (failure, "(&s&s)", &name, NULL);
      g_assert_cmpstr (name, ==, FETCHD_ERROR "Incomplete");
      if (fds[0] >= 0)
        close (fds[0]);
    }
}

static void
test_open (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/pattern");
  g_autofree char *nothing = tern_origin_uri (bus->origin, "/nothing");
  g_autoptr (GByteArray) all = NULL, none = NULL;
  g_autoptr (GError) error = NULL;
  guint status = 0;
  int fd;

  tern_origin_add_route (bus->origin, "/pattern", serve_pattern, NULL);
  fd = bus_open (caller, uri, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, 200);
  all = bus_drain (fd);
  assert_pattern (all->data, all->len);
  /* Any status is an answer. */
  none = bus_drain (bus_open (caller, nothing, NULL, &status, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, 404);
}

static gboolean
has_gone (gpointer data)
{
  return bus_helper_pid (data) == 0;
}

static void
test_idle_exit (void)
{
  g_autoptr (Bus) bus = bus_new ("--idle-timeout=1");
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/pattern");
  guint status;
  g_autoptr (GByteArray) all = NULL;

  tern_origin_add_route (bus->origin, "/pattern", serve_pattern, NULL);
  all = bus_drain (bus_open (caller, uri, NULL, &status, NULL));
  tern_test_run_until_func (has_gone, caller, BUS_TIMEOUT_MS);
  /* The next call starts another. */
  g_byte_array_unref (all);
  all = bus_drain (bus_open (caller, uri, NULL, &status, NULL));
  g_assert_cmpuint (all->len, ==, SIZE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fetchd/twenty-jobs", test_twenty);
  g_test_add_func ("/fetchd/properties", test_properties);
  g_test_add_func ("/fetchd/failure", test_failure);
  g_test_add_func ("/fetchd/garbled", test_garbled);
  g_test_add_func ("/fetchd/sealed", test_sealed);
  g_test_add_func ("/fetchd/reset", test_reset);
  g_test_add_func ("/fetchd/open", test_open);
  g_test_add_func ("/fetchd/idle-exit", test_idle_exit);
  return g_test_run ();
}
