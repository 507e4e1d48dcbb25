/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bus of the test's own. The helper is started by the bus as it would be at home, from the build,
 * with its caches and state below the test's folder; it knows this process by its connections
 * alone, whatever the test was started from. */
#include "bus.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void
write_service (Bus *self, const char *arguments)
{
  g_autofree char *file = g_build_filename (self->folder, "services", FETCHD_NAME ".service", NULL);
  g_autofree char *text = g_strdup_printf (
      "[D-BUS Service]\nName=%s\nExec=%s --by-connection%s%s\n", FETCHD_NAME,
      g_getenv ("TERN_FETCHD_EXE"), arguments ? " " : "", arguments ? arguments : "");

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

/* GTestDBus has a process that ends the bus when the test dies, which shows at the end of a pipe.
 * Every bus but the first inherits that pipe's writing end, and would keep itself alive. */
static void
keep_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      const int fd = (int)g_ascii_strtoll (name, NULL, 10);

      if (fd > STDERR_FILENO)
        fcntl (fd, F_SETFD, FD_CLOEXEC);
    }
}

Bus *
bus_new (const char *arguments)
{
  Bus *self = g_new0 (Bus, 1);
  g_autofree char *services = NULL;

  self->folder = tern_test_make_dir ("tern-fetchd");
  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_setenv ("XDG_CACHE_HOME", self->folder, TRUE);
  g_setenv ("XDG_STATE_HOME", self->folder, TRUE);
  /* For the helper: what a caller sends is never to reach a critical warning. */
  g_setenv ("G_DEBUG", "fatal-criticals", TRUE);
  g_unsetenv ("CACHE_DIRECTORY");
  g_unsetenv ("STATE_DIRECTORY");
  self->origin = tern_origin_new (); /* its threads come after the environment */
  services = g_build_filename (self->folder, "services", NULL);
  g_assert_cmpint (g_mkdir (services, 0700), ==, 0);
  write_service (self, arguments);
  g_test_dbus_add_service_dir (self->bus, services);
  keep_descriptors ();
  g_test_dbus_up (self->bus);
  return self;
}

void
bus_free (Bus *self)
{
  g_test_dbus_down (self->bus);
  g_object_unref (self->bus);
  tern_origin_free (self->origin);
  tern_test_remove_dir (self->folder);
  g_free (self->folder);
  g_free (self);
}

GDBusConnection *
bus_caller (Bus *self)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *caller = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (self->bus),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);

  g_assert_no_error (error);
  return caller;
}

void
bus_caller_die (GDBusConnection *caller)
{
  g_assert_true (g_dbus_connection_close_sync (caller, NULL, NULL));
}

guint32
bus_helper_pid (GDBusConnection *caller)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      caller, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "GetConnectionUnixProcessID", g_variant_new ("(s)", FETCHD_NAME), G_VARIANT_TYPE ("(u)"),
      G_DBUS_CALL_FLAGS_NONE, BUS_TIMEOUT_MS, NULL, NULL);
  guint32 pid = 0;

  if (reply)
    g_variant_get (reply, "(u)", &pid);
  return pid;
}

void
bus_helper_kill (GDBusConnection *caller)
{
  bus_helper_end (caller, SIGKILL);
}

void
bus_helper_end (GDBusConnection *caller, int signal)
{
  const guint32 pid = bus_helper_pid (caller);
  guint tries = 0;

  g_assert_cmpuint (pid, >, 0);
  g_assert_cmpint (kill ((pid_t)pid, signal), ==, 0);
  while (bus_helper_pid (caller) == pid && tries++ < BUS_TIMEOUT_MS / 10)
    g_usleep (10000);
  g_assert_cmpuint (bus_helper_pid (caller), !=, pid);
}

guint
bus_helper_count_fds (GDBusConnection *caller)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/fd", bus_helper_pid (caller));
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir))
    n++;
  return n;
}

gboolean
bus_helper_wait_fds (GDBusConnection *caller, guint n)
{
  for (guint tries = 0; tries < 1000; tries++)
    {
      if (bus_helper_count_fds (caller) <= n)
        return TRUE;
      g_usleep (10000);
    }
  return FALSE;
}

GVariant *
bus_call (GDBusConnection *caller,
          const char *path,
          const char *interface,
          const char *method,
          GVariant *arguments,
          int fd,
          GUnixFDList **out,
          GError **error)
{
  g_autoptr (GUnixFDList) list = NULL;

  if (fd >= 0)
    {
      list = g_unix_fd_list_new ();
      g_unix_fd_list_append (list, fd, NULL);
    }
  return g_dbus_connection_call_with_unix_fd_list_sync (
      caller, FETCHD_NAME, path, interface, method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE,
      BUS_TIMEOUT_MS, list, out, NULL, error);
}

static GVariant *
parse_options (const char *options)
{
  g_autoptr (GError) error = NULL;
  GVariant *value
      = g_variant_parse (G_VARIANT_TYPE_VARDICT, options ? options : "{}", NULL, NULL, &error);

  g_assert_no_error (error);
  return value;
}

/* "ah" is given as {0} or {}. */
static GVariant *
handles (int fd)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("ah"));
  if (fd >= 0)
    g_variant_builder_add (&builder, "h", 0);
  return g_variant_builder_end (&builder);
}

char *
bus_fetch (GDBusConnection *caller, const char *uri, int fd, const char *options, GError **error)
{
  g_autoptr (GVariant) dictionary = parse_options (options);
  g_autoptr (GVariant) reply
      = bus_call (caller, FETCHD_PATH, FETCHD_NAME, "Fetch",
                  g_variant_new ("(s@ah@a{sv})", uri, handles (fd), dictionary), fd, NULL, error);
  char *job = NULL;

  if (reply)
    g_variant_get (reply, "(o)", &job);
  return job;
}

int
bus_open (
    GDBusConnection *caller, const char *uri, const char *options, guint *status, GError **error)
{
  g_autoptr (GVariant) dictionary = parse_options (options);
  g_autoptr (GUnixFDList) list = NULL;
  g_autoptr (GVariant) fields = NULL;
  g_autoptr (GVariant) reply
      = bus_call (caller, FETCHD_PATH, FETCHD_NAME, "Open",
                  g_variant_new ("(s@a{sv})", uri, dictionary), -1, &list, error);
  gint32 handle;

  if (!reply)
    return -1;
  g_variant_get (reply, "(hu@a(ss))", &handle, status, &fields);
  return g_unix_fd_list_get (list, handle, error);
}

gboolean
bus_job_call (GDBusConnection *caller,
              const char *job,
              const char *method,
              GVariant *arguments,
              int fd,
              GError **error)
{
  g_autoptr (GVariant) reply = NULL;

  if (strcmp (method, "Resume") == 0)
    arguments = g_variant_new ("(@ah)", handles (fd));
  reply = bus_call (caller, job, FETCHD_JOB, method, arguments, fd, NULL, error);
  return reply != NULL;
}

GVariant *
bus_job_get (GDBusConnection *caller, const char *job, const char *property, GError **error)
{
  g_autoptr (GVariant) reply
      = bus_call (caller, job, "org.freedesktop.DBus.Properties", "Get",
                  g_variant_new ("(ss)", FETCHD_JOB, property), -1, NULL, error);
  GVariant *value = NULL;

  if (reply)
    g_variant_get (reply, "(v)", &value);
  return value;
}

char *
bus_job_state (GDBusConnection *caller, const char *job)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = bus_job_get (caller, job, "State", &error);

  g_assert_no_error (error);
  return g_variant_dup_string (value, NULL);
}

guint64
bus_job_done (GDBusConnection *caller, const char *job)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = bus_job_get (caller, job, "BytesDone", &error);

  g_assert_no_error (error);
  return g_variant_get_uint64 (value);
}

void
bus_job_wait (GDBusConnection *caller, const char *job, const char *state)
{
  const gint64 end = g_get_monotonic_time () + BUS_TIMEOUT_MS * 1000LL;
  g_autofree char *now = NULL;

  for (;;)
    {
      g_free (now);
      now = bus_job_state (caller, job);
      if (strcmp (now, state) == 0)
        return;
      if (g_get_monotonic_time () > end || strcmp (now, "Done") == 0 || strcmp (now, "Failed") == 0)
        break;
      g_usleep (10000);
    }
  {
    g_autoptr (GVariant) error = bus_job_get (caller, job, "Error", NULL);
    g_autofree char *text = g_variant_print (error, FALSE);

    g_error ("%s is %s and not %s: %s", job, now, state, text);
  }
}

void
bus_assert_error_at (const char *where, const GError *error, const char *name)
{
  g_autofree char *remote = error ? g_dbus_error_get_remote_error (error) : NULL;

  if (g_strcmp0 (remote, name) != 0)
    g_error ("%s: %s (%s), wanted %s", where, remote ? remote : "no error",
             error ? error->message : "", name);
}

char *
bus_path (Bus *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

int
bus_file (Bus *self, const char *name)
{
  g_autofree char *path = bus_path (self, name);
  const int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  return fd;
}

GBytes *
bus_read (Bus *self, const char *name)
{
  g_autofree char *path = bus_path (self, name);
  char *text;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  return g_bytes_new_take (text, length);
}

GByteArray *
bus_drain (int fd)
{
  GByteArray *all = g_byte_array_new ();
  guint8 buffer[16384];
  gssize n;

  while ((n = read (fd, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR))
    g_byte_array_append (all, buffer, n > 0 ? (guint)n : 0);
  g_assert_cmpint (n, ==, 0);
  close (fd);
  return all;
}
