/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many jobs at once, readers that stall, callers that die, limits: nobody keeps the others waiting,
 * and nothing is left behind. */
#include "pattern.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define MANY 200
/* Kept connections, threads that wait for more to do, and their wake-ups: not one for each job. */
#define SOME_FDS 60

static void
start_many (Bus *bus, GDBusConnection **callers, guint n_callers, GPtrArray *jobs)
{
  g_autofree char *uri = tern_origin_uri (bus->origin, "/");

  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%u", i);
      g_autoptr (GError) error = NULL;
      const int fd = bus_file (bus, name);

      g_ptr_array_add (jobs, bus_fetch (callers[i % n_callers], uri, fd, NULL, &error));
      g_assert_no_error (error);
      close (fd);
    }
}

/* None ends before all have been asked for. */
static void
test_many (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) one = bus_caller (bus), two = bus_caller (bus);
  GDBusConnection *callers[] = { one, two };
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_free);
  Pattern pattern = { 0 };
  g_autoptr (GVariant) listed G_GNUC_UNUSED
      = bus_call (one, FETCHD_PATH, FETCHD_NAME, "ListJobs", NULL, -1, NULL, NULL);
  const guint n_fds = bus_helper_count_fds (one);

  g_assert_nonnull (listed); /* the call has started the helper */
  pattern_serve (bus, "/", &pattern);
  start_many (bus, callers, 2, jobs);
  pattern_open (&pattern);
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%u", i);

      bus_job_wait (callers[i % 2], g_ptr_array_index (jobs, i), "Done");
      pattern_assert_file (bus, name);
    }
  g_assert_true (bus_helper_wait_fds (one, n_fds + SOME_FDS));
}

/* The same, and their callers die in the middle. */
static void
test_dying_caller (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) one = bus_caller (bus), other = bus_caller (bus);
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_free);
  Pattern pattern = { 0 };
  g_autofree char *uri = tern_origin_uri (bus->origin, "/");
  g_autofree char *job = NULL;
  g_autoptr (GError) error = NULL;
  guint n_fds, status;
  int fd, pipe_fd;

  pattern_serve (bus, "/", &pattern);
  fd = bus_file (bus, "other");
  job = bus_fetch (other, uri, fd, NULL, &error);
  g_assert_no_error (error);
  close (fd);
  n_fds = bus_helper_count_fds (other);
  start_many (bus, &one, 1, jobs);
  pipe_fd = bus_open (one, uri, NULL, &status, &error);
  g_assert_no_error (error);
  bus_caller_die (one);
  /* Two hundred files are closed, and the stream's pipe: its reader comes to the end too early. */
  g_assert_true (bus_helper_wait_fds (other, n_fds + SOME_FDS));
  {
    g_autoptr (GByteArray) got = bus_drain (pipe_fd);

    g_assert_cmpuint (got->len, <, PATTERN_SIZE);
  }
  /* Who lives has lost nothing. */
  pattern_open (&pattern);
  bus_job_wait (other, job, "Done");
  pattern_assert_file (bus, "other");
}

static int
unread_pipe (int *reader)
{
  int ends[2];

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  *reader = ends[0];
  return ends[1];
}

static void
test_stalling_reader (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) one = bus_caller (bus), other = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/");
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_free);
  int readers[8];
  guint n_fds;
  g_autoptr (GByteArray) read_late = NULL;
  g_autoptr (GVariant) gone = NULL;
  const char *name;

  pattern_serve (bus, "/", NULL);
  /* More than a caller may have run at once. */
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      g_autoptr (GError) error = NULL;
      const int writer = unread_pipe (&readers[i]);

      g_ptr_array_add (jobs, bus_fetch (one, uri, writer, NULL, &error));
      g_assert_no_error (error);
      close (writer);
    }
  n_fds = bus_helper_count_fds (one);
  /* Another caller, and the same one, go on. */
  for (guint i = 0; i < 2; i++)
    {
      GDBusConnection *caller = i == 0 ? other : one;
      const int fd = bus_file (bus, "file");
      g_autofree char *job = bus_fetch (caller, uri, fd, NULL, NULL);

      close (fd);
      bus_job_wait (caller, job, "Done");
      pattern_assert_file (bus, "file");
    }
  /* Who reads late gets everything; who closes ends the job. */
  read_late = bus_drain (readers[0]);
  pattern_assert (read_late->data, read_late->len);
  bus_job_wait (one, g_ptr_array_index (jobs, 0), "Done");
  close (readers[1]);
  bus_job_wait (one, g_ptr_array_index (jobs, 1), "Failed");
  gone = bus_job_get (one, g_ptr_array_index (jobs, 1), "Error", NULL);
  g_variant_get (gone, "(&s&s)", &name, NULL);
  g_assert_cmpstr (name, ==, FETCHD_ERROR "Write");
  for (guint i = 2; i < G_N_ELEMENTS (readers); i++)
    {
      g_assert_true (bus_job_call (one, g_ptr_array_index (jobs, i), "Remove", NULL, -1, NULL));
      close (readers[i]);
    }
  g_assert_true (bus_helper_wait_fds (one, n_fds));
}

/* A body larger than any buffer, into a pipe that is not read: the helper does not take it in. */
static void
test_memory (void)
{
  g_autoptr (Bus) bus = bus_new ("--no-cache");
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/");
  g_autofree char *path = NULL, *text = NULL;
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (64 << 20), 64 << 20);
  guint status;
  gulong pages = 0;
  int fd;

  if (!tern_test_measures_memory ())
    {
      g_test_skip ("memory says nothing here");
      return;
    }
  tern_origin_push_script (bus->origin, "HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n", -1,
                           0);
  tern_origin_push_script (bus->origin, g_bytes_get_data (body, NULL), 64 << 20, 0);
  fd = bus_open (caller, uri, NULL, &status, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_usleep (500000);
  path = g_strdup_printf ("/proc/%u/statm", bus_helper_pid (caller));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%*u %lu", &pages), ==, 1);
  g_assert_cmpuint (pages * (gulong)sysconf (_SC_PAGESIZE) >> 20, <, 48);
  close (fd);
}

static void
test_limits (void)
{
  g_autoptr (Bus) bus = bus_new ("--max-jobs=3 --max-streams=2");
  g_autoptr (GDBusConnection) one = bus_caller (bus), other = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/");
  g_autofree char *first = NULL;
  Pattern pattern = { 0 };
  guint status;
  int readers[2];

  pattern_serve (bus, "/", &pattern);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      const int fd = bus_file (bus, "file");
      g_autofree char *job = bus_fetch (one, uri, fd, NULL, &error);

      close (fd);
      if (i == 0)
        first = g_strdup (job);
      if (i == 3)
        bus_assert_error (error, "LimitExceeded");
      else
        g_assert_no_error (error);
    }
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      const int fd = bus_open (one, uri, NULL, &status, &error);

      if (i == 2)
        bus_assert_error (error, "LimitExceeded");
      else
        g_assert_no_error (error);
      if (i < 2)
        readers[i] = fd;
    }
  /* It is one caller's limit, and what ends gives room. */
  {
    g_autoptr (GError) error = NULL;
    g_autofree char *job G_GNUC_UNUSED = bus_fetch (other, uri, -1, NULL, &error);
    g_autofree char *again = NULL;

    g_assert_no_error (error);
    g_assert_nonnull (job);
    g_assert_true (bus_job_call (one, first, "Remove", NULL, -1, &error));
    again = bus_fetch (one, uri, -1, NULL, &error);
    g_assert_no_error (error);
  }
  close (readers[0]);
  close (readers[1]);
  pattern_open (&pattern);
}

static void
test_rate (void)
{
  g_autoptr (Bus) bus = bus_new ("--max-rate=1 --max-burst=5 --max-memory=20000");
  g_autoptr (GDBusConnection) one = bus_caller (bus), other = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/");
  g_autofree char *value = g_strnfill (9000, 'a');
  g_autofree char *options = g_strdup_printf ("{'headers': <[('a', '%s')]>}", value);
  g_autofree char *job = NULL;
  guint refused = 0;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (GVariant) reply
          = bus_call (one, FETCHD_PATH, FETCHD_NAME, "ListJobs", NULL, -1, NULL, &local);

      if (!reply)
        {
          bus_assert_error (local, "LimitExceeded");
          refused++;
        }
    }
  g_assert_cmpuint (refused, >=, 5);
  job = bus_fetch (other, uri, -1, options, &error);
  bus_assert_error (error, "LimitExceeded");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fetchd/many/two-hundred", test_many);
  g_test_add_func ("/fetchd/many/dying-caller", test_dying_caller);
  g_test_add_func ("/fetchd/many/stalling-reader", test_stalling_reader);
  g_test_add_func ("/fetchd/many/memory", test_memory);
  g_test_add_func ("/fetchd/many/limits", test_limits);
  g_test_add_func ("/fetchd/many/rate", test_rate);
  return g_test_run ();
}
