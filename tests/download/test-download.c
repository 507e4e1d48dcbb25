/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Downloads where all goes well, into a file, a folder and descriptors. */
#include "load.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE 300000

static void
test_file (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  GStatBuf info;

  shelf_init (&shelf, GPOINTER_TO_UINT (data));
  load_init (&load, async);
  shelf_set_fields (&shelf, "Last-Modified: " SHELF_DATE "\r\n");
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  load_assert_n_files (&load, 1);
  g_assert_cmpstr (tern_download_get_etag (load.download), ==, "\"one\"");
  g_assert_cmpuint (tern_download_get_resumed_from (load.download), ==, 0);
  g_assert_cmpuint (tern_response_get_status (tern_download_get_response (load.download)), ==, 200);
  g_assert_cmpstr (g_file_peek_path (tern_download_get_file (load.download)), ==, load.path);
  g_assert_cmpint (g_stat (load.path, &info), ==, 0);
  g_assert_cmpint (info.st_mtime, ==, SHELF_TIME);
}

static void
test_chunks (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  shelf_init (&shelf, SIZE);
  load_init (&load, async);
  shelf_put (&shelf, shelf_chunks, 0);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  load_assert_n_files (&load, 1);
}

static void
test_folder (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *expected = NULL;

  shelf_init (&shelf, SIZE);
  load_init (&load, async);
  expected = g_build_filename (load.dir, "\xC3\xA4.bin", NULL);
  g_free (load.path);
  load.path = g_strdup (load.dir);
  shelf_set_fields (&shelf, "Content-Disposition: attachment; filename=\"a.bin\"; "
                            "filename*=UTF-8''..%2F%C3%A4.bin\r\n");
  load_run (&load, &shelf, "/some/name?x=/y", NULL);
  load_assert_right_at (G_STRLOC, &load, &shelf, expected);
  g_assert_cmpstr (g_file_peek_path (tern_download_get_file (load.download)), ==, expected);
  load_assert_n_files (&load, 1);
}

static void
test_descriptor (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  int fd;

  shelf_init (&shelf, SIZE);
  load_init (&load, async);
  fd = g_open (load.path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  load_run_fd (&load, &shelf, fd);
  load_assert_right (&load, &shelf);
  load_assert_n_files (&load, 1);
  g_assert_null (tern_download_get_file (load.download));
  g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, SIZE);
  close (fd);
}

static void
test_options (void)
{
  g_autoptr (TernDownloadOptions) options = tern_download_options_new ();
  g_autoptr (TernHeaders) headers = tern_headers_new ();

  g_assert_true (tern_download_options_get_resume (options));
  g_assert_true (tern_download_options_get_set_mtime (options));
  g_assert_false (tern_download_options_get_overwrite (options));
  g_assert_cmpuint (tern_download_options_get_retries (options), ==, 5);
  g_assert_cmpfloat (tern_download_options_get_retry_delay (options), ==, 1.0);
  g_assert_cmpfloat (tern_download_options_get_timeout (options), ==, -1);
  g_assert_cmpfloat (tern_download_options_get_total_timeout (options), ==, -1);
  g_object_set (options, "headers", headers, "checksum", "x", "partition", "p", "resume-etag", "e",
                "resume-offset", G_GUINT64_CONSTANT (7), "max-size", G_GUINT64_CONSTANT (8),
                "retries", 9, "retry-delay", 0.5, "resume", FALSE, "overwrite", TRUE, "set-mtime",
                FALSE, "timeout", 1.5, "total-timeout", 0.0, NULL);
  g_assert_true (tern_download_options_get_headers (options) == headers);
  g_assert_cmpstr (tern_download_options_get_checksum (options), ==, "x");
  g_assert_cmpstr (tern_download_options_get_partition (options), ==, "p");
  g_assert_cmpstr (tern_download_options_get_resume_etag (options), ==, "e");
  g_assert_cmpuint (tern_download_options_get_resume_offset (options), ==, 7);
  g_assert_cmpuint (tern_download_options_get_max_size (options), ==, 8);
  g_assert_cmpuint (tern_download_options_get_retries (options), ==, 9);
  g_assert_cmpfloat (tern_download_options_get_retry_delay (options), ==, 0.5);
  g_assert_cmpfloat (tern_download_options_get_timeout (options), ==, 1.5);
  g_assert_cmpfloat (tern_download_options_get_total_timeout (options), ==, 0);
  g_assert_false (tern_download_options_get_resume (options));
  g_assert_true (tern_download_options_get_overwrite (options));
  g_assert_false (tern_download_options_get_set_mtime (options));
  /* No number is no limit of one's own. */
  tern_download_options_set_timeout (options, (double)NAN);
  tern_download_options_set_total_timeout (options, -7);
  g_assert_cmpfloat (tern_download_options_get_timeout (options), ==, -1);
  g_assert_cmpfloat (tern_download_options_get_total_timeout (options), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/download/file", test_file, GUINT_TO_POINTER (SIZE));
  tern_test_add_both ("/download/large", test_file, GUINT_TO_POINTER (3 * 1024 * 1024 + 1));
  tern_test_add_both ("/download/empty", test_file, GUINT_TO_POINTER (0));
  tern_test_add_both ("/download/chunks", test_chunks, NULL);
  tern_test_add_both ("/download/folder", test_folder, NULL);
  tern_test_add_both ("/download/descriptor", test_descriptor, NULL);
  g_test_add_func ("/download/options", test_options);
  return g_test_run ();
}
