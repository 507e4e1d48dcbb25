/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Downloads into descriptors: files at their position, pipes and sockets that stall or whose reader
 * went away, and those that cannot be written to. */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE 300000
#define HELD 100000

static void
begin (Load *load, Shelf *shelf, gboolean async)
{
  shelf_init (shelf, SIZE);
  load_init (load, async);
}

/* A file with something of the program's own at its start, and @n bytes of the content behind. */
static int
open_file (Load *load, const Shelf *shelf, gsize n, int flags)
{
  const int fd = g_open (load->path, O_CREAT | O_TRUNC | O_CLOEXEC | flags, 0600);
  g_autofree char *bytes = g_malloc (n + 1);

  for (gsize i = 0; i < n; i++)
    bytes[i] = (char)shelf_byte (shelf, i);
  g_assert_cmpint (write (fd, "own", 3), ==, 3);
  g_assert_cmpint (write (fd, bytes, n), ==, n);
  return fd;
}

static void
assert_content (Load *load, const Shelf *shelf)
{
  g_autofree char *content = NULL;
  gsize length;

  g_assert_no_error (load->error);
  g_assert_true (g_file_get_contents (load->path, &content, &length, NULL));
  g_assert_cmpuint (length, ==, shelf->size + 3);
  g_assert_cmpmem (content, 3, "own", 3);
  for (gsize i = 0; i < shelf->size; i++)
    g_assert_cmpuint ((guint8)content[i + 3], ==, shelf_byte (shelf, i));
  g_assert_cmpuint (tern_download_get_size (load->download), ==, shelf->size);
}

typedef struct
{
  const char *name;
  int flags;
  const char *etag; /* that the program remembers */
  gboolean resumed;
} Resume;

static const Resume resumes[] = {
  { "read-write", O_RDWR, "\"one\"", TRUE },
  { "append", O_RDWR | O_APPEND, "\"one\"", TRUE },
  { "write-only", O_WRONLY, "\"one\"", TRUE },
  { "changed", O_RDWR, "\"zero\"", FALSE },
  { "changed-append", O_WRONLY | O_APPEND, "\"zero\"", FALSE },
  { "weak", O_RDWR, "W/\"one\"", FALSE },
  { "no-tag", O_RDWR, NULL, FALSE },
};

static void
test_resume (gboolean async, gconstpointer data)
{
  const Resume *resume = data;
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *sum = NULL;
  int fd;

  begin (&load, &shelf, async);
  fd = open_file (&load, &shelf, HELD, resume->flags);
  sum = shelf_sum (&shelf, G_CHECKSUM_SHA256);
  tern_download_options_set_resume_offset (load.options, HELD);
  tern_download_options_set_resume_etag (load.options, resume->etag);
  load_run_fd (&load, &shelf, fd);
  close (fd);
  assert_content (&load, &shelf);
  g_assert_cmpuint (tern_download_get_resumed_from (load.download), ==, resume->resumed ? HELD : 0);
  /* What could not be read has no checksum. */
  g_assert_cmpstr (tern_download_get_checksum (load.download), ==,
                   resume->resumed && resume->flags == O_WRONLY ? NULL : sum);
}

static void
test_checksum (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *sum = NULL;
  g_autofree char *wanted = NULL;
  int fd;

  begin (&load, &shelf, async);
  sum = shelf_sum (&shelf, G_CHECKSUM_SHA512);
  wanted = g_strconcat ("sha512:", sum, NULL);
  tern_download_options_set_checksum (load.options, wanted);
  tern_download_options_set_resume_offset (load.options, HELD);
  tern_download_options_set_resume_etag (load.options, "\"one\"");
  fd = open_file (&load, &shelf, HELD, O_WRONLY);
  g_assert_false (load_run_fd (&load, &shelf, fd));
  load_assert_io_error (&load, INVALID_ARGUMENT, "cannot be read");
  close (fd);
  fd = open_file (&load, &shelf, HELD, O_RDWR);
  load_run_fd (&load, &shelf, fd);
  close (fd);
  assert_content (&load, &shelf);
}

/* Breaks and goes on within one call. */
static void
test_breaks (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  int fd;

  begin (&load, &shelf, async);
  fd = open_file (&load, &shelf, 0, O_WRONLY);
  shelf_put (&shelf, shelf_break, 5000);
  shelf_put (&shelf, shelf_whole, 6000);
  shelf_put (&shelf, shelf_break, 7000);
  load_run_fd (&load, &shelf, fd);
  close (fd);
  assert_content (&load, &shelf);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, 4);
}

/* --- pipes and sockets --- */

typedef struct
{
  int fd;
  guint pause_ms;
  GByteArray *bytes;
  gsize most; /* the reader goes away after that much */
} Drain;

static gpointer
drain (gpointer data)
{
  Drain *self = data;
  guint8 block[8192];
  gssize n;

  g_usleep (self->pause_ms * 1000);
  while (self->bytes->len < self->most && (n = read (self->fd, block, sizeof block)) > 0)
    g_byte_array_append (self->bytes, block, (guint)n);
  close (self->fd);
  return NULL;
}

static GThread *
begin_drain (Drain *self, int *fd, gboolean socket, gsize most)
{
  int fds[2];

  if (socket)
    g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  else
    g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
  *self = (Drain){ fds[0], 200, g_byte_array_new (), most };
  *fd = fds[1];
  return g_thread_new ("drain", drain, self);
}

static void
assert_drained (Drain *self, const Shelf *shelf)
{
  g_assert_cmpuint (self->bytes->len, ==, shelf->size);
  for (gsize i = 0; i < shelf->size; i++)
    g_assert_cmpuint (self->bytes->data[i], ==, shelf_byte (shelf, i));
  g_byte_array_unref (self->bytes);
}

static void
test_stream (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  Drain reader;
  GThread *thread;
  int fd, flags;

  begin (&load, &shelf, async);
  thread = begin_drain (&reader, &fd, GPOINTER_TO_INT (data), G_MAXSIZE);
  flags = fcntl (fd, F_GETFL);
  /* A break, and then a server that knows no ranges: what the pipe has is read over. */
  shelf_put (&shelf, shelf_break, 50000);
  shelf_put (&shelf, shelf_whole, 60000);
  load_run_fd (&load, &shelf, fd);
  g_assert_no_error (load.error);
  g_assert_cmpint (fcntl (fd, F_GETFL), ==, flags);
  close (fd);
  g_thread_join (thread);
  assert_drained (&reader, &shelf);
}

static void
on_retrying (
    TernDownloadOptions *options, guint64 received, gint64 total, const char *what, gpointer shelf)
{
  if (strcmp (what, "retrying") == 0)
    shelf_change (shelf, SIZE, "\"two\"");
}

/* What has gone into a pipe cannot be taken back. */
static void
test_stream_changed (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  Drain reader;
  GThread *thread;
  int fd;

  begin (&load, &shelf, async);
  thread = begin_drain (&reader, &fd, GPOINTER_TO_INT (data), G_MAXSIZE);
  shelf_put (&shelf, shelf_break, 50000);
  shelf_put (&shelf, shelf_status, 503);
  g_signal_connect (load.options, "progress", G_CALLBACK (on_retrying), &shelf);
  g_assert_false (load_run_fd (&load, &shelf, fd));
  load_assert_tern_error (&load, INCOMPLETE_READ, "cannot be taken back");
  close (fd);
  g_thread_join (thread);
  g_assert_cmpuint (reader.bytes->len, ==, 50000);
  g_byte_array_unref (reader.bytes);
}

static void
on_told (
    TernDownloadOptions *options, guint64 received, gint64 total, const char *what, gpointer last)
{
  *(guint64 *)last = received;
}

/* Who goes on later in the same pipe must know of every byte that went into it. */
static void
test_stream_told (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  Drain reader;
  GThread *thread;
  guint64 last = 0;
  int fd;

  begin (&load, &shelf, async);
  thread = begin_drain (&reader, &fd, GPOINTER_TO_INT (data), G_MAXSIZE);
  shelf_put (&shelf, shelf_break, 50000);
  tern_download_options_set_retries (load.options, 0);
  g_signal_connect (load.options, "progress", G_CALLBACK (on_told), &last);
  g_assert_false (load_run_fd (&load, &shelf, fd));
  load_assert_tern_error (&load, INCOMPLETE_READ, NULL);
  close (fd);
  g_thread_join (thread);
  g_assert_cmpuint (reader.bytes->len, ==, 50000);
  g_assert_cmpuint (last, ==, 50000);
  g_byte_array_unref (reader.bytes);
}

typedef struct
{
  guint64 done, most;
  guint n_before, n_after;
  gboolean wrong;
} Writing;

static void
on_writing (TernDownloadOptions *options, guint64 done, guint64 most, gpointer data)
{
  Writing *self = data;

  if (most > done)
    {
      self->n_before++;
      self->wrong |= self->n_before != self->n_after + 1 || done != self->done;
    }
  else
    {
      self->n_after++;
      self->wrong |= self->n_before != self->n_after || done < self->done || done > self->most;
    }
  self->done = done;
  self->most = most;
}

/* At every instant it is known how much there is in it, and how much there may be. */
static void
test_stream_writing (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  Drain reader;
  Writing writing = { 0 };
  GThread *thread;
  int fd;

  begin (&load, &shelf, async);
  thread = begin_drain (&reader, &fd, GPOINTER_TO_INT (data), G_MAXSIZE);
  shelf_put (&shelf, shelf_break, 50000);
  shelf_put (&shelf, shelf_whole, 60000);
  g_signal_connect (load.options, "writing", G_CALLBACK (on_writing), &writing);
  load_run_fd (&load, &shelf, fd);
  g_assert_no_error (load.error);
  close (fd);
  g_thread_join (thread);
  assert_drained (&reader, &shelf);
  g_assert_false (writing.wrong);
  g_assert_cmpuint (writing.n_before, >, 0);
  g_assert_cmpuint (writing.n_after, ==, writing.n_before);
  g_assert_cmpuint (writing.done, ==, SIZE);
  g_assert_cmpuint (writing.most, ==, SIZE);
}

/* A file is written over: nobody has to be told of each write. */
static void
test_file_writing (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  Writing writing = { 0 };
  int fd;

  begin (&load, &shelf, async);
  fd = open_file (&load, &shelf, 0, O_WRONLY);
  g_signal_connect (load.options, "writing", G_CALLBACK (on_writing), &writing);
  load_run_fd (&load, &shelf, fd);
  close (fd);
  assert_content (&load, &shelf);
  g_assert_cmpuint (writing.n_before + writing.n_after, ==, 0);
}

/* Nothing to know the content by again: the break is the end. */
static void
test_stream_unnamed (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  Drain reader;
  GThread *thread;
  int fd;

  begin (&load, &shelf, async);
  thread = begin_drain (&reader, &fd, GPOINTER_TO_INT (data), G_MAXSIZE);
  shelf_change (&shelf, SIZE, NULL);
  shelf_put (&shelf, shelf_break, 50000);
  g_assert_false (load_run_fd (&load, &shelf, fd));
  load_assert_tern_error (&load, INCOMPLETE_READ, NULL);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, 1);
  close (fd);
  g_thread_join (thread);
  g_byte_array_unref (reader.bytes);
}

static void
test_reader_left (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  Drain reader;
  GThread *thread;
  int fd;

  begin (&load, &shelf, async);
  shelf_change (&shelf, 4 * 1024 * 1024, "\"large\"");
  thread = begin_drain (&reader, &fd, GPOINTER_TO_INT (data), 10000);
  g_assert_false (load_run_fd (&load, &shelf, fd));
  load_assert_io_error (&load, BROKEN_PIPE, NULL);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, 1);
  close (fd);
  g_thread_join (thread);
  g_byte_array_unref (reader.bytes);
}

/* Nobody reads: it waits, and can be cancelled. */
static gpointer
cancel_later (gpointer data)
{
  g_usleep (300000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_stalled (void)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *uri = NULL;
  GThread *thread;
  int fds[2];

  begin (&load, &shelf, FALSE);
  uri = tern_origin_uri (shelf.origin, "/file");
  g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
  thread = g_thread_new ("cancel", cancel_later, cancellable);
  load.download
      = tern_client_download_to_fd (load.client, uri, fds[1], NULL, cancellable, &load.error);
  g_assert_null (load.download);
  load_assert_io_error (&load, CANCELLED, NULL);
  g_thread_join (thread);
  close (fds[0]);
  close (fds[1]);
}

/* --- what cannot be written to --- */

static void
assert_refused (Load *load, const Shelf *shelf, int fd, int code)
{
  g_assert_false (load_run_fd (load, shelf, fd));
  tern_test_assert_error (load->error, G_IO_ERROR, code, NULL);
  if (fd >= 0)
    close (fd);
}

static void
test_wrong (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  int fds[2];

  begin (&load, &shelf, async);
  assert_refused (&load, &shelf, -1, G_IO_ERROR_INVALID_ARGUMENT);
  assert_refused (&load, &shelf, open (load.dir, O_RDONLY), G_IO_ERROR_INVALID_ARGUMENT);
  assert_refused (&load, &shelf, open (load.dir, O_PATH), G_IO_ERROR_INVALID_ARGUMENT);
  assert_refused (&load, &shelf, open ("/dev/null", O_RDONLY), G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (pipe2 (fds, O_CLOEXEC), ==, 0);
  assert_refused (&load, &shelf, fds[0], G_IO_ERROR_INVALID_ARGUMENT);
  close (fds[1]);
  tern_download_options_set_resume_offset (load.options, 4);
  assert_refused (&load, &shelf, open_file (&load, &shelf, 0, O_RDWR), G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, 0);
  tern_download_options_set_resume_offset (load.options, 0);
  assert_refused (&load, &shelf, open ("/dev/full", O_WRONLY), G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, 1);
}

static void
test_null (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *sum = NULL;
  const int fd = open ("/dev/null", O_WRONLY | O_CLOEXEC);

  begin (&load, &shelf, async);
  sum = shelf_sum (&shelf, G_CHECKSUM_SHA256);
  load_run_fd (&load, &shelf, fd);
  g_assert_no_error (load.error);
  g_assert_cmpstr (tern_download_get_checksum (load.download), ==, sum);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (resumes); i++)
    {
      g_autofree char *path = g_strconcat ("/fd/resume/", resumes[i].name, NULL);

      tern_test_add_both (path, test_resume, &resumes[i]);
    }
  tern_test_add_both ("/fd/checksum", test_checksum, NULL);
  tern_test_add_both ("/fd/breaks", test_breaks, NULL);
  tern_test_add_both ("/fd/pipe/slow", test_stream, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/fd/socket/slow", test_stream, GINT_TO_POINTER (TRUE));
  tern_test_add_both ("/fd/pipe/changed", test_stream_changed, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/fd/socket/changed", test_stream_changed, GINT_TO_POINTER (TRUE));
  tern_test_add_both ("/fd/pipe/unnamed", test_stream_unnamed, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/fd/pipe/told", test_stream_told, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/fd/socket/told", test_stream_told, GINT_TO_POINTER (TRUE));
  tern_test_add_both ("/fd/pipe/writing", test_stream_writing, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/fd/socket/writing", test_stream_writing, GINT_TO_POINTER (TRUE));
  tern_test_add_both ("/fd/file/writing", test_file_writing, NULL);
  tern_test_add_both ("/fd/pipe/reader-left", test_reader_left, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/fd/socket/reader-left", test_reader_left, GINT_TO_POINTER (TRUE));
  g_test_add_func ("/fd/pipe/stalled", test_stalled);
  tern_test_add_both ("/fd/wrong", test_wrong, NULL);
  tern_test_add_both ("/fd/null", test_null, NULL);
  return g_test_run ();
}
