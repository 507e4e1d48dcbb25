/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Detached jobs whose helper was killed while they wrote into a file: how much of it is there to go
 * on behind, whatever became of the file meanwhile. */
#include "stream.h"

#include <fcntl.h>
#include <unistd.h>

typedef struct
{
  const char *path;
  gint64 length;   /* that the file has when the job goes on; -1: as it was left */
  gboolean append; /* the new descriptor */
  gboolean whole;  /* all is fetched again */
} FileCase;

static const FileCase files[] = {
  { "as-left", -1, FALSE, FALSE }, { "as-left-append", -1, TRUE, FALSE },
  { "cut", 12345, FALSE, FALSE },  { "cut-append", 12345, TRUE, FALSE },
  { "empty", 0, FALSE, TRUE },     { "longer", BODY_SIZE + 5000, TRUE, FALSE },
};

/* The state lags behind a file that goes on being written; what there is of it counts. */
static void
test_file (gconstpointer data)
{
  const FileCase *item = data;
  g_autoptr (Bus) bus = bus_new (NULL);
  Body body = { .etag = "\"one\"", .ranges = TRUE, .stopped = TRUE };
  g_autofree char *path = bus_path (bus, "file");
  g_autoptr (GBytes) content = NULL;
  g_autoptr (GError) error = NULL;
  Reader reader;
  int fd;

  reader_init_file (&reader, bus, &body, "file");
  reader_wait_state (&reader);
  bus_helper_kill (reader.caller);
  if (item->length >= 0)
    g_assert_cmpint (truncate (path, item->length), ==, 0);
  g_atomic_int_set (&body.stopped, FALSE);
  reader_claim (&reader, -1, NULL);
  fd = open (path, O_RDWR | O_CLOEXEC | (item->append ? O_APPEND : 0));
  g_assert_true (bus_job_call (reader.caller, reader.job, "Resume", NULL, fd, &error));
  close (fd);
  bus_job_wait (reader.caller, reader.job, "Done");
  content = bus_read (bus, "file");
  /* What is behind the body in a file that was longer is the caller's. */
  g_assert_cmpuint (g_bytes_get_size (content), >=, BODY_SIZE);
  if (item->append)
    g_assert_cmpuint (g_bytes_get_size (content), ==, BODY_SIZE);
  body_assert (g_bytes_get_data (content, NULL), BODY_SIZE);
  g_assert_cmpint (g_atomic_int_get (&body.n_whole), ==, item->whole ? 2 : 1);
  reader_clear (&reader);
}

/* A pipe goes on where the state says that the file is, and what that is can be asked. */
static void
test_file_then_pipe (void)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  Body body = { .etag = "\"one\"", .ranges = TRUE, .stopped = TRUE };
  g_autoptr (GBytes) content = NULL;
  Reader reader;
  gsize done;

  reader_init_file (&reader, bus, &body, "file");
  reader_wait_state (&reader);
  bus_helper_kill (reader.caller);
  g_atomic_int_set (&body.stopped, FALSE);
  reader_claim (&reader, -1, NULL);
  done = bus_job_done (reader.caller, reader.job);
  content = bus_read (bus, "file");
  g_assert_cmpuint (done, >, 0);
  g_assert_cmpuint (done, <=, g_bytes_get_size (content));
  g_byte_array_append (reader.got, g_bytes_get_data (content, NULL), (guint)done);
  reader_resume (&reader, NULL);
  /* And again, now that it is a pipe. */
  reader_read (&reader, done + BODY_SIZE / 10);
  reader_wait_full (&reader);
  reader_kill (&reader);
  g_assert_cmpuint (bus_job_done (reader.caller, reader.job), ==, reader.got->len);
  reader_resume (&reader, NULL);
  reader_finish (&reader);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_strconcat ("/fetchd/file/", files[i].path, NULL);

      g_test_add_data_func (path, &files[i], test_file);
    }
  g_test_add_func ("/fetchd/file/then-pipe", test_file_then_pipe);
  return g_test_run ();
}
