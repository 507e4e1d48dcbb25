/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where downloads go: what is there already, what is in the way, what file systems refuse. */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE 300000

static void
begin (Load *load, Shelf *shelf, gboolean async)
{
  shelf_init (shelf, SIZE);
  load_init (load, async);
}

static void
put_file (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
assert_file (const char *path, const char *text)
{
  g_autofree char *found = NULL;

  g_assert_true (g_file_get_contents (path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, text);
}

static void
test_exists (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  put_file (load.path, "mine");
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, EXISTS, load.path);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, 0);
  assert_file (load.path, "mine");
  load_assert_n_files (&load, 1);
}

static void
test_overwritten (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  GStatBuf info;

  begin (&load, &shelf, async);
  put_file (load.path, "mine");
  g_assert_cmpint (g_chmod (load.path, 0640), ==, 0);
  tern_download_options_set_overwrite (load.options, TRUE);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  load_assert_n_files (&load, 1);
  g_assert_cmpint (g_stat (load.path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0640);
}

/* A failure leaves what was there. */
static void
test_not_overwritten (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  put_file (load.path, "mine");
  tern_download_options_set_overwrite (load.options, TRUE);
  tern_download_options_set_retries (load.options, 0);
  shelf_put (&shelf, shelf_break, 1000);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  assert_file (load.path, "mine");
}

static void
test_link (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *real = NULL;

  begin (&load, &shelf, async);
  real = g_build_filename (load.dir, "real", NULL);
  /* Also one to nothing is there: writing through it is not for a download to do unasked. */
  g_assert_cmpint (symlink (real, load.path), ==, 0);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, EXISTS, NULL);
  put_file (real, "mine");
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, EXISTS, NULL);
  tern_download_options_set_overwrite (load.options, TRUE);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right_at (G_STRLOC, &load, &shelf, real);
  g_assert_true (g_file_test (load.path, G_FILE_TEST_IS_SYMLINK));
  load_assert_n_files (&load, 2);
}

static void
test_folder_link (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *real = NULL;
  g_autofree char *inside = NULL;

  begin (&load, &shelf, async);
  real = g_build_filename (load.dir, "real", NULL);
  inside = g_build_filename (real, "name", NULL);
  g_assert_cmpint (g_mkdir (real, 0700), ==, 0);
  g_assert_cmpint (symlink (real, load.path), ==, 0);
  load_run (&load, &shelf, "/a/name", NULL);
  load_assert_right_at (G_STRLOC, &load, &shelf, inside);
}

static void
test_fifo (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  g_assert_cmpint (mkfifo (load.path, 0600), ==, 0);
  tern_download_options_set_overwrite (load.options, TRUE);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, NOT_REGULAR_FILE, NULL);
  load_assert_n_files (&load, 1);
}

/* The name that a server gives is looked at as well, before the body is fetched. */
static void
test_folder_exists (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *taken = NULL;

  begin (&load, &shelf, async);
  taken = g_build_filename (load.dir, "taken", NULL);
  put_file (taken, "mine");
  g_free (load.path);
  load.path = g_strdup (load.dir);
  shelf_set_fields (&shelf, "Content-Disposition: attachment; filename=taken\r\n");
  g_assert_false (load_run (&load, &shelf, "/x", NULL));
  load_assert_io_error (&load, EXISTS, "taken");
  assert_file (taken, "mine");
  load_assert_n_files (&load, 1);
  tern_download_options_set_overwrite (load.options, TRUE);
  load_run (&load, &shelf, "/x", NULL);
  load_assert_right_at (G_STRLOC, &load, &shelf, taken);
  load_assert_n_files (&load, 1);
}

static void
on_response_cancel (TernDownloadOptions *options,
                    TernResponse *response,
                    guint64 offset,
                    GCancellable *cancellable)
{
  g_cancellable_cancel (cancellable);
}

/* Who sees the head and wants none of it is heard before a byte of it is kept, however short and
 * whatever might be replaced. */
static void
test_refused_by_program (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  begin (&load, &shelf, async);
  put_file (load.path, "mine");
  tern_download_options_set_overwrite (load.options, TRUE);
  g_signal_connect (load.options, "response", G_CALLBACK (on_response_cancel), cancellable);
  g_assert_false (load_run (&load, &shelf, "/file", cancellable));
  load_assert_io_error (&load, CANCELLED, NULL);
  assert_file (load.path, "mine");
  load_assert_n_files (&load, 1);
}

typedef struct
{
  Load *load; /* gets the good one */
  guint n_done;
  guint n_good;
  guint n_late;
} Race;

static void
on_raced (GObject *source, GAsyncResult *result, gpointer data)
{
  Race *race = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernDownload) download
      = tern_client_download_finish (TERN_CLIENT (source), result, &error);

  race->n_done++;
  if (download && race->n_good++ == 0)
    race->load->download = g_steal_pointer (&download);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_EXISTS))
    race->n_late++;
}

/* Two that are under way at once when the server gives both the same name: one gets it, whole, and
 * the other fails. */
static void
test_race_for_name (void)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *same = NULL;
  g_autoptr (GFile) folder = NULL;
  g_autoptr (GMainContext) context = g_main_context_new ();
  Race race = { .load = &load };

  begin (&load, &shelf, TRUE);
  same = g_build_filename (load.dir, "same", NULL);
  folder = g_file_new_for_path (load.dir);
  shelf_set_fields (&shelf, "Content-Disposition: attachment; filename=same\r\n");
  g_main_context_push_thread_default (context);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *target = g_strdup_printf ("/%u", i);
      g_autofree char *uri = tern_origin_uri (shelf.origin, target);

      tern_client_download_async (load.client, uri, folder, load.options, NULL, on_raced, &race);
    }
  while (race.n_done < 2)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  g_assert_cmpuint (race.n_good, ==, 1);
  g_assert_cmpuint (race.n_late, ==, 1);
  load_assert_right_at (G_STRLOC, &load, &shelf, same);
}

static void
test_missing_folder (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  g_free (load.path);
  load.path = g_build_filename (load.dir, "no", "file", NULL);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, NOT_FOUND, "file.tern-part");
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, 0);
}

static void
test_below_file (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *below = NULL;

  begin (&load, &shelf, async);
  put_file (load.path, "mine");
  below = g_build_filename (load.path, "file", NULL);
  g_free (load.path);
  load.path = g_steal_pointer (&below);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, NOT_DIRECTORY, NULL);
}

static void
test_long_name (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *longest = g_strnfill (255, 'x');
  g_autofree char *longer = g_strnfill (256, 'x');

  begin (&load, &shelf, async);
  g_free (load.path);
  load.path = g_build_filename (load.dir, longer, NULL);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, FILENAME_TOO_LONG, NULL);
  g_free (load.path);
  load.path = g_build_filename (load.dir, longest, NULL);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  load_assert_n_files (&load, 1);
}

static void
test_not_local (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *uri = NULL;
  g_autoptr (GFile) file = g_file_new_for_uri ("sftp://host/file");
  g_autoptr (GError) error = NULL;

  begin (&load, &shelf, async);
  uri = tern_origin_uri (shelf.origin, "/");
  g_assert_null (tern_client_download (load.client, uri, file, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

typedef enum
{
  WAY_LINK,
  WAY_SECOND_NAME,
  WAY_FIFO,
  WAY_FOLDER,
} Way;

/* What stands where the partial file would be, and is none of ours: it is never written to. */
static void
test_in_the_way (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *partial = NULL;
  g_autofree char *victim = NULL;

  begin (&load, &shelf, async);
  partial = load_partial (&load);
  victim = g_build_filename (load.dir, "victim", NULL);
  put_file (victim, "mine");
  switch ((Way)GPOINTER_TO_INT (data))
    {
    case WAY_LINK:
      g_assert_cmpint (symlink (victim, partial), ==, 0);
      break;
    case WAY_SECOND_NAME:
      g_assert_cmpint (link (victim, partial), ==, 0);
      break;
    case WAY_FIFO:
      g_assert_cmpint (mkfifo (partial, 0600), ==, 0);
      break;
    case WAY_FOLDER:
    default:
      g_assert_cmpint (g_mkdir (partial, 0700), ==, 0);
      break;
    }
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, NOT_REGULAR_FILE, "in the way");
  assert_file (victim, "mine");
  load_assert_n_files (&load, 2);
}

/* The state is not written through a link either; the download does without it. */
static void
test_state_link (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *partial = NULL;
  g_autofree char *state = NULL;
  g_autofree char *victim = NULL;

  begin (&load, &shelf, async);
  partial = load_partial (&load);
  state = g_strconcat (partial, ".state", NULL);
  victim = g_build_filename (load.dir, "victim", NULL);
  put_file (victim, "mine");
  g_assert_cmpint (symlink (victim, state), ==, 0);
  shelf_put (&shelf, shelf_break, 1000);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  assert_file (victim, "mine");
}

static void
test_busy (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *partial = NULL;
  int fd;

  begin (&load, &shelf, async);
  partial = load_partial (&load);
  fd = g_open (partial, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, BUSY, NULL);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), ==, 0);
  close (fd);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
}

/* More than there is room for on any disk: nothing of it is fetched. */
static void
test_no_room (gboolean async, gconstpointer data)
{
  static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904\r\n\r\nx";
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  tern_origin_push_script (shelf.origin, head, -1, TERN_ORIGIN_SCRIPT_HANG_AFTER);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, NO_SPACE, NULL);
  load_assert_n_files (&load, 0);
}

/* The limit of file sizes kills who does not mind it; here it is an error, and what is there can
 * be gone on with. In a process of its own, for nobody gets a limit back. */
static void
run_limited (Load *load, const Shelf *shelf, gboolean known)
{
  const struct rlimit limit = { 100000, 100000 };

  if (setrlimit (RLIMIT_FSIZE, &limit) != 0)
    _exit (2);
  if (load_run (load, shelf, "/file", NULL)
      || !g_error_matches (load->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    _exit (3);
  _exit (load_partial_size (load) > (known ? -1 : 0) ? 4 : 0);
}

static void
test_size_limit (gboolean async, gconstpointer data)
{
  const gboolean known = GPOINTER_TO_INT (data);
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  int status;
  pid_t pid;

  begin (&load, &shelf, async);
  if (!load_may_fork ())
    return;
  if (!known)
    {
      shelf_change (&shelf, SIZE, NULL); /* nothing is kept */
      shelf_put (&shelf, shelf_chunks, 0);
    }
  pid = fork ();
  if (pid == 0)
    run_limited (&load, &shelf, known);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

/* Killed in the middle: the next one goes on with what its state vouches for. */
static void
test_killed (gboolean async, gconstpointer data)
{
  const gsize large = 20 * 1024 * 1024;
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  int status;
  pid_t pid;

  begin (&load, &shelf, async);
  if (!load_may_fork ())
    return;
  shelf_change (&shelf, large, "\"large\"");
  shelf_put (&shelf, shelf_stall, large - 1);
  pid = fork ();
  if (pid == 0)
    {
      load_run (&load, &shelf, "/file", NULL);
      _exit (1);
    }
  for (guint i = 0; i < 6000 && load_partial_size (&load) < (gssize)large - 1; i++)
    g_usleep (10000);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  load_assert_n_files (&load, 1);
  g_assert_cmpuint (tern_download_get_resumed_from (load.download), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/places/exists", test_exists, NULL);
  tern_test_add_both ("/places/overwritten", test_overwritten, NULL);
  tern_test_add_both ("/places/not-overwritten", test_not_overwritten, NULL);
  tern_test_add_both ("/places/link", test_link, NULL);
  tern_test_add_both ("/places/folder-link", test_folder_link, NULL);
  tern_test_add_both ("/places/fifo", test_fifo, NULL);
  tern_test_add_both ("/places/folder-exists", test_folder_exists, NULL);
  tern_test_add_both ("/places/refused-by-program", test_refused_by_program, NULL);
  g_test_add_func ("/places/race-for-name", test_race_for_name);
  tern_test_add_both ("/places/missing-folder", test_missing_folder, NULL);
  tern_test_add_both ("/places/below-file", test_below_file, NULL);
  tern_test_add_both ("/places/long-name", test_long_name, NULL);
  tern_test_add_both ("/places/not-local", test_not_local, NULL);
  tern_test_add_both ("/places/in-the-way/link", test_in_the_way, GINT_TO_POINTER (WAY_LINK));
  tern_test_add_both ("/places/in-the-way/second-name", test_in_the_way,
                      GINT_TO_POINTER (WAY_SECOND_NAME));
  tern_test_add_both ("/places/in-the-way/fifo", test_in_the_way, GINT_TO_POINTER (WAY_FIFO));
  tern_test_add_both ("/places/in-the-way/folder", test_in_the_way, GINT_TO_POINTER (WAY_FOLDER));
  tern_test_add_both ("/places/state-link", test_state_link, NULL);
  tern_test_add_both ("/places/busy", test_busy, NULL);
  tern_test_add_both ("/places/no-room", test_no_room, NULL);
  tern_test_add_both ("/places/size-limit/known", test_size_limit, GINT_TO_POINTER (TRUE));
  tern_test_add_both ("/places/size-limit/unknown", test_size_limit, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/places/killed", test_killed, NULL);
  return g_test_run ();
}
