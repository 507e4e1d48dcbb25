/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be done with a job: pause, resume, cancel, remove, its priority; how its owner hears of
 * it; and that a detached one outlives its caller and its helper. */
#include "pattern.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define TOKEN "0123456789abcdefTOKEN"

#define TRICKLE 3000

static char
trickle_at (guint i)
{
  return (char)(i * 7 + i / 251);
}

/* Waits until half of the pattern has been written. */
static void
wait_half (GDBusConnection *caller, const char *job)
{
  while (bus_job_done (caller, job) < PATTERN_SIZE / 2)
    g_usleep (10000);
}

static char *
start (Bus *bus, GDBusConnection *caller, const char *path, const char *file, const char *options)
{
  g_autofree char *uri = tern_origin_uri (bus->origin, path);
  g_autoptr (GError) error = NULL;
  const int fd = bus_file (bus, file);
  char *job = bus_fetch (caller, uri, fd, options, &error);

  g_assert_no_error (error);
  close (fd);
  return job;
}

static void
test_pause (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  Pattern pattern = { 0 };
  g_autofree char *job = NULL;
  g_autoptr (GError) error = NULL;

  pattern_serve (bus, "/", &pattern);
  job = start (bus, caller, "/", "file", NULL);
  wait_half (caller, job);
  g_assert_true (bus_job_call (caller, job, "Pause", NULL, -1, &error));
  bus_job_wait (caller, job, "Paused");
  g_assert_false (bus_job_call (caller, job, "Pause", NULL, -1, &error));
  bus_assert_error (error, "WrongState");
  g_clear_error (&error);
  pattern_open (&pattern);
  g_assert_true (bus_job_call (caller, job, "Resume", NULL, -1, &error));
  bus_job_wait (caller, job, "Done");
  pattern_assert_file (bus, "file");
  /* It went on, and did not begin anew. */
  g_assert_cmpint (pattern.n_whole, ==, 1);
  g_assert_cmpint (pattern.n_ranges, ==, 1);
}

/* The rest of a body in pieces, each of which comes soon after the one before. */
static void
serve_trickle (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  const char *range = tern_origin_request_header (request, "range");
  const guint first = range ? (guint)g_ascii_strtoull (range + strlen ("bytes="), NULL, 10) : 0;
  g_autofree char *head = g_strdup_printf (
      "HTTP/1.1 %s\r\nETag: \"trickle\"\r\nContent-Range: bytes %u-%d/%d\r\n"
      "Content-Length: %u\r\n\r\n",
      range ? "206 Partial Content" : "200 OK", first, TRICKLE - 1, TRICKLE, TRICKLE - first);

  if (!tern_origin_write (conn, head, -1))
    return;
  for (guint i = first; i < TRICKLE; i++)
    {
      const char byte = trickle_at (i);

      if (!tern_origin_write (conn, &byte, 1) || (i % 10 == 9 && !tern_origin_sleep (conn, 7)))
        return;
    }
}

/* What is in a pipe stays there: nothing may come twice, and nothing be left out. */
static void
test_pause_pipe (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/trickle");
  g_autofree char *job = NULL;
  g_autoptr (GByteArray) all = NULL;
  g_autoptr (GError) error = NULL;
  int fds[2];

  tern_origin_add_route (bus->origin, "/trickle", serve_trickle, NULL);
  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  job = bus_fetch (caller, uri, fds[1], NULL, &error);
  g_assert_no_error (error);
  close (fds[1]);
  for (guint part = 1; part <= 4; part++)
    {
      while (bus_job_done (caller, job) < part * TRICKLE / 6)
        g_usleep (3000);
      /* A test that was kept waiting for long finds the job done. */
      if (!bus_job_call (caller, job, "Pause", NULL, -1, &error))
        break;
      bus_job_wait (caller, job, "Paused");
      g_assert_true (bus_job_call (caller, job, "Resume", NULL, -1, &error));
    }
  if (error)
    bus_assert_error (error, "WrongState");
  g_clear_error (&error);
  bus_job_wait (caller, job, "Done");
  g_assert_true (bus_job_call (caller, job, "Remove", NULL, -1, &error));
  all = bus_drain (fds[0]);
  g_assert_cmpuint (all->len, ==, TRICKLE);
  for (guint i = 0; i < TRICKLE; i++)
    g_assert_cmpint ((char)all->data[i], ==, trickle_at (i));
}

static void
test_cancel (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  Pattern pattern = { 0 };
  g_autofree char *job = NULL;
  g_autoptr (GError) error = NULL;
  int fd;

  pattern_serve (bus, "/", &pattern);
  job = start (bus, caller, "/", "file", NULL);
  wait_half (caller, job);
  g_assert_true (bus_job_call (caller, job, "Cancel", NULL, -1, &error));
  bus_job_wait (caller, job, "Cancelled");
  /* The connection ends, which the origin sees when it writes; the descriptor is closed: a new one
   * is needed. */
  pattern_open (&pattern);
  g_assert_true (tern_origin_wait_n_open (bus->origin, 0, BUS_TIMEOUT_MS));
  g_assert_false (bus_job_call (caller, job, "Resume", NULL, -1, &error));
  bus_assert_error (error, "InvalidDescriptor");
  g_clear_error (&error);
  fd = bus_file (bus, "file");
  g_assert_true (bus_job_call (caller, job, "Resume", NULL, fd, &error));
  close (fd);
  bus_job_wait (caller, job, "Done");
  pattern_assert_file (bus, "file");
  g_assert_true (bus_job_call (caller, job, "Remove", NULL, -1, &error));
  g_assert_false (bus_job_call (caller, job, "Cancel", NULL, -1, &error));
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
}

/* More jobs than run at once: one of the last gets its turn before others that are older. */
static void
test_priority (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  Pattern pattern = { 0 };
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *late = NULL, *state = NULL;
  g_autoptr (GError) error = NULL;

  pattern_serve (bus, "/", &pattern);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%u", i);

      g_ptr_array_add (jobs, start (bus, caller, "/", name, NULL));
    }
  late = start (bus, caller, "/", "late", "{'priority': <-5>}");
  g_assert_false (
      bus_job_call (caller, late, "SetPriority", g_variant_new ("(i)", 101), -1, &error));
  bus_assert_error (error, "InvalidOption");
  g_clear_error (&error);
  g_assert_true (
      bus_job_call (caller, late, "SetPriority", g_variant_new ("(i)", 100), -1, &error));
  state = bus_job_state (caller, late);
  g_assert_cmpstr (state, ==, "Queued");
  /* One of those that run makes room. */
  g_assert_true (bus_job_call (caller, g_ptr_array_index (jobs, 0), "Cancel", NULL, -1, &error));
  bus_job_wait (caller, late, "Running");
  g_free (state);
  state = bus_job_state (caller, g_ptr_array_index (jobs, 19));
  g_assert_cmpstr (state, ==, "Queued");
  pattern_open (&pattern);
  for (guint i = 1; i < 20; i++)
    bus_job_wait (caller, g_ptr_array_index (jobs, i), "Done");
  bus_job_wait (caller, late, "Done");
}

typedef struct
{
  guint n_changed;
  guint n_added;
  guint n_removed;
  gboolean done;
} Heard;

static void
on_signal (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *signal,
           GVariant *arguments,
           gpointer data)
{
  Heard *heard = data;
  g_autofree char *text = g_variant_print (arguments, FALSE);

  if (strcmp (signal, "InterfacesAdded") == 0)
    heard->n_added++;
  else if (strcmp (signal, "InterfacesRemoved") == 0)
    heard->n_removed++;
  else
    {
      heard->n_changed++;
      heard->done |= strstr (text, "'Done'") != NULL;
    }
}

static void
serve_slowly (TernOriginConn *conn, const TernOriginRequest *request, gpointer data)
{
  g_autofree char *body = g_strnfill (20000, 'x');

  tern_origin_write (conn, "HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n", -1);
  tern_origin_write_slowly (conn, body, 20000, 100, 8);
}

static void
test_signals (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  Heard heard = { 0 };
  const guint id
      = g_dbus_connection_signal_subscribe (caller, FETCHD_NAME, NULL, NULL, NULL, NULL,
                                            G_DBUS_SIGNAL_FLAGS_NONE, on_signal, &heard, NULL);
  g_autofree char *job = NULL;
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GError) error = NULL;
  guint n_changed;
  const gint64 began = g_get_monotonic_time ();

  tern_origin_add_route (bus->origin, "/slow", serve_slowly, NULL);
  job = start (bus, caller, "/slow", "file", NULL);
  tern_test_run_until (&heard.done, BUS_TIMEOUT_MS);
  /* At most four a second, and one more for each end of the time. */
  n_changed = heard.n_changed;
  g_assert_cmpuint (n_changed, >=, 2);
  g_assert_cmpuint (n_changed, <=,
                    2 + 4 * ((g_get_monotonic_time () - began) / G_USEC_PER_SEC + 1));
  /* At "/" and at the helper's root. */
  g_assert_cmpuint (heard.n_added, ==, 2);
  objects = bus_call (caller, FETCHD_PATH, "org.freedesktop.DBus.ObjectManager",
                      "GetManagedObjects", NULL, -1, NULL, &error);
  g_assert_no_error (error);
  {
    g_autofree char *text = g_variant_print (objects, FALSE);

    g_assert_nonnull (strstr (text, job));
    g_assert_nonnull (strstr (text, "'BytesDone': <uint64 20000>"));
  }
  g_assert_true (bus_job_call (caller, job, "Remove", NULL, -1, &error));
  while (heard.n_removed < 2)
    g_main_context_iteration (NULL, TRUE);
  g_dbus_connection_signal_unsubscribe (caller, id);
}

static char *
claim (GDBusConnection *caller, const char *token, GError **error)
{
  g_autoptr (GVariant) reply
      = bus_call (caller, FETCHD_PATH, FETCHD_NAME, "Claim",
                  g_variant_new_parsed ("(%s, @a{sv} {})", token), -1, NULL, error);
  char *job = NULL;

  if (reply)
    g_variant_get (reply, "(o)", &job);
  return job;
}

/* Its caller goes, its helper is killed in the middle; it goes on where it stopped. */
static void
test_detached (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus), other = bus_caller (bus);
  Pattern pattern = { 0 };
  g_autofree char *job = NULL, *claimed = NULL;
  g_autoptr (GError) error = NULL;
  int fd;

  pattern_serve (bus, "/", &pattern);
  job = start (bus, caller, "/", "file", "{'detached': <true>, 'handle_token': <'" TOKEN "'>}");
  wait_half (caller, job);
  bus_caller_die (caller);
  /* Only who has the token gets at it. */
  g_assert_null (claim (other, "0123456789abcdefWRONG", &error));
  bus_assert_error (error, "NotFound");
  g_clear_error (&error);
  claimed = claim (other, TOKEN, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (claimed, ==, job);
  bus_job_wait (other, job, "Running");
  /* How far it is, is written every other second. */
  g_usleep (3 * G_USEC_PER_SEC);
  bus_helper_kill (other);
  pattern_open (&pattern);
  g_free (claimed);
  claimed = claim (other, TOKEN, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (claimed, ==, job);
  bus_job_wait (other, job, "Interrupted");
  g_assert_cmpuint (bus_job_done (other, job), ==, PATTERN_SIZE / 2);
  g_assert_false (bus_job_call (other, job, "Resume", NULL, -1, &error));
  bus_assert_error (error, "InvalidDescriptor");
  g_clear_error (&error);
  fd = bus_file (bus, "file");
  g_assert_true (bus_job_call (other, job, "Resume", NULL, fd, &error));
  close (fd);
  bus_job_wait (other, job, "Done");
  pattern_assert_file (bus, "file");
  g_assert_cmpint (pattern.n_whole, ==, 1);
  g_assert_cmpint (pattern.n_ranges, ==, 1);
  g_assert_true (bus_job_call (other, job, "Remove", NULL, -1, &error));
}

/* A detached job is paused, and its descriptor with it, as long as its caller is there; then it is
 * for whoever has the token. */
static void
test_paused_while_idle (void)
{
  g_autoptr (Bus) bus = bus_new ("--idle-timeout=1");
  g_autoptr (GDBusConnection) caller = bus_caller (bus), other = bus_caller (bus);
  Pattern pattern = { 0 }, held = { 0 };
  g_autofree char *job = NULL;
  g_autoptr (GError) error = NULL;
  guint32 pid;

  pattern_serve (bus, "/", &pattern);
  job = start (bus, caller, "/", "file", "{'detached': <true>, 'handle_token': <'" TOKEN "'>}");
  wait_half (caller, job);
  pid = bus_helper_pid (caller);
  g_assert_true (bus_job_call (caller, job, "Pause", NULL, -1, &error));
  bus_job_wait (caller, job, "Paused");
  g_usleep (3 * G_USEC_PER_SEC);
  g_assert_cmpuint (bus_helper_pid (caller), ==, pid);
  g_assert_true (bus_job_call (caller, job, "Resume", NULL, -1, &error));
  g_usleep (2 * G_USEC_PER_SEC);
  pattern_open (&pattern);
  bus_job_wait (caller, job, "Done");
  pattern_assert_file (bus, "file");
  /* What it came to can be asked for as long as after a call. */
  g_usleep (G_USEC_PER_SEC / 2);
  g_assert_cmpuint (bus_helper_pid (caller), ==, pid);
  bus_job_wait (caller, job, "Done");
  /* Nobody's job keeps no helper. */
  g_free (job);
  pattern_serve (bus, "/held", &held);
  job = start (bus, caller, "/held", "other",
               "{'detached': <true>, 'handle_token': <'x" TOKEN "'>}");
  g_assert_true (bus_job_call (caller, job, "Pause", NULL, -1, &error));
  bus_caller_die (caller);
  while (bus_helper_pid (other) == pid)
    g_usleep (10000);
}

/* The tag, without which nothing goes on, is on disk before how far the job is would be. */
static void
test_killed_early (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  Pattern pattern = { 0 };
  g_autofree char *job = NULL, *claimed = NULL;
  g_autoptr (GVariant) etag = NULL;
  g_autoptr (GError) error = NULL;

  pattern_serve (bus, "/", &pattern);
  job = start (bus, caller, "/", "file", "{'detached': <true>, 'handle_token': <'" TOKEN "'>}");
  wait_half (caller, job);
  bus_helper_kill (caller);
  pattern_open (&pattern);
  claimed = claim (caller, TOKEN, &error);
  g_assert_no_error (error);
  etag = bus_job_get (caller, claimed, "ETag", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_string (etag, NULL), ==, "\"pattern\"");
}

/* Many detached jobs in every state, killed in the middle: none is lost, none is wrong. */
static void
test_killed (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  Pattern pattern = { 0 };
  g_autoptr (GError) error = NULL;

  pattern_serve (bus, "/", &pattern);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%u", i);
      g_autofree char *options = g_strdup_printf (
          "{'detached': <true>, 'handle_token': <'0123456789abcdef-%u'>, 'priority': <%d>}", i,
          -(int)i);
      g_autofree char *job = start (bus, caller, "/", name, options);

      if (i == 5 || i == 39)
        g_assert_true (bus_job_call (caller, job, "Pause", NULL, -1, &error));
      if (i == 7)
        g_assert_true (bus_job_call (caller, job, "Remove", NULL, -1, &error));
    }
  bus_helper_kill (caller);
  pattern_open (&pattern);
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%u", i);
      g_autofree char *token = g_strdup_printf ("0123456789abcdef-%u", i);
      g_autofree char *job = claim (caller, token, &error);
      g_autoptr (GVariant) priority = NULL;
      const int fd = bus_file (bus, name);

      if (i == 7)
        {
          bus_assert_error (error, "NotFound");
          g_clear_error (&error);
          close (fd);
          continue;
        }
      g_assert_no_error (error);
      bus_job_wait (caller, job, "Interrupted");
      priority = bus_job_get (caller, job, "Priority", NULL);
      g_assert_cmpint (g_variant_get_int32 (priority), ==, -(int)i);
      g_assert_true (bus_job_call (caller, job, "Resume", NULL, fd, &error));
      close (fd);
      bus_job_wait (caller, job, "Done");
      pattern_assert_file (bus, name);
    }
}

/* What lies in the folder of the state may be anything. */
static void
test_damaged_state (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *folder = bus_path (bus, "tern-fetchd");
  g_autoptr (GVariant) listed = NULL;
  g_autoptr (GError) error = NULL;
  const char *const texts[] = {
    "",
    "[Job]\nform=1\n",
    "[Job]\nform=1\nstate=Running\nuri=file:///etc/passwd\ntoken=x\npartition=p\n",
    "[Job]\nform=1\nstate=Running\nuri=http://a/\ntoken=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649"
    "b934ca495991b7852b855\n",
    "[Job]\nform=1\nstate=Running\nuri=http://a/"
    "\npartition=p\npriority=-1000\ntoken=e3b0c44298fc1c1"
    "49afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
    "\xff\xfe\x00",
  };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/j%u.job", folder, i);

      g_assert_true (g_file_set_contents (name, texts[i], -1, NULL));
    }
  listed = bus_call (caller, FETCHD_PATH, FETCHD_NAME, "ListJobs", NULL, -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (claim (caller, "0123456789abcdef", &error));
  bus_assert_error (error, "NotFound");
}

/* A clock that was wrong: the job is of a day that has not come yet, and no number runs over. */
static void
test_made_in_the_future (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, TOKEN, -1);
  g_autofree char *folder = bus_path (bus, "tern-fetchd"), *claimed = NULL;
  g_autofree char *name = g_build_filename (folder, "j1.job", NULL);
  g_autofree char *text
      = g_strdup_printf ("[Job]\nform=1\nstate=Running\nuri=http://a/\npartition=p\ntoken=%s\n"
                         "created=%" G_GINT64_FORMAT "\n",
                         hash, G_MAXINT64);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (name, text, -1, NULL));
  claimed = claim (caller, TOKEN, &error);
  g_assert_no_error (error);
  bus_job_wait (caller, claimed, "Interrupted");
}

/* The helpers of two buses have one folder: the jobs in it are those of one of them, and whole. */
static void
test_two_helpers (void)
{
  g_autoptr (Bus) bus = bus_new (NULL), second = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus), other = bus_caller (second);
  g_autofree char *folder = bus_path (bus, "tern-fetchd"), *way = bus_path (second, "tern-fetchd");
  Pattern pattern = { 0 };
  g_autofree char *job = NULL, *plain = NULL, *claimed = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (symlink (folder, way), ==, 0);
  pattern_serve (bus, "/", &pattern);
  job = start (bus, caller, "/", "file", "{'detached': <true>, 'handle_token': <'" TOKEN "'>}");
  wait_half (caller, job);
  g_assert_null (claim (other, TOKEN, &error));
  bus_assert_error (error, "Failed");
  g_clear_error (&error);
  g_assert_null (bus_fetch (other, "http://127.0.0.1:1/", -1,
                            "{'detached': <true>, 'handle_token': <'0123456789abcdefMORE'>}",
                            &error));
  bus_assert_error (error, "Failed");
  g_clear_error (&error);
  pattern_open (&pattern);
  bus_job_wait (caller, job, "Done");
  pattern_assert_file (bus, "file");
  /* What needs no folder is done all the same. */
  plain = start (bus, other, "/", "plain", NULL);
  bus_job_wait (other, plain, "Done");
  bus_helper_end (other, SIGTERM);
  bus_helper_kill (caller);
  claimed = claim (other, TOKEN, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (claimed, ==, job);
  bus_job_wait (other, job, "Done");
  bus_helper_kill (other);
  g_assert_cmpint (g_unlink (way), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fetchd/jobs/pause", test_pause);
  g_test_add_func ("/fetchd/jobs/pause-pipe", test_pause_pipe);
  g_test_add_func ("/fetchd/jobs/cancel", test_cancel);
  g_test_add_func ("/fetchd/jobs/priority", test_priority);
  g_test_add_func ("/fetchd/jobs/signals", test_signals);
  g_test_add_func ("/fetchd/jobs/detached", test_detached);
  g_test_add_func ("/fetchd/jobs/paused-while-idle", test_paused_while_idle);
  g_test_add_func ("/fetchd/jobs/killed-early", test_killed_early);
  g_test_add_func ("/fetchd/jobs/killed", test_killed);
  g_test_add_func ("/fetchd/jobs/damaged-state", test_damaged_state);
  g_test_add_func ("/fetchd/jobs/made-in-the-future", test_made_in_the_future);
  g_test_add_func ("/fetchd/jobs/two-helpers", test_two_helpers);
  return g_test_run ();
}
