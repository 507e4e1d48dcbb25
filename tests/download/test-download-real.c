/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Downloads from nginx, whose idea of ranges and validators is its own. Where it is not installed
 * the tests say so and skip. */
#include "load.h"
#include "tern-real-server.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define SIZE TERN_REAL_SERVER_BIG_SIZE

static char *
make_content (void)
{
  char *content = g_malloc (SIZE);

  for (gsize i = 0; i < SIZE; i++)
    content[i] = (char)(i * 7 % 251);
  return content;
}

static void
assert_content (Load *load, const char *path)
{
  g_autofree char *content = make_content ();
  g_autofree char *found = NULL;
  gsize length;

  g_assert_no_error (load->error);
  g_assert_true (g_file_get_contents (path, &found, &length, NULL));
  g_assert_cmpmem (found, length, content, SIZE);
}

/* FALSE: skipped. */
static gboolean
begin (Load *load, TernRealServer **server, char **uri, gboolean async)
{
  g_autoptr (GError) error = NULL;

  load_init (load, async);
  *server = tern_real_server_new_nginx (NULL, &error);
  if (!*server)
    {
      g_test_skip (error->message);
      return FALSE;
    }
  *uri = tern_real_server_uri (*server, "/big.bin");
  return TRUE;
}

static guint
get_status (Load *load)
{
  return tern_response_get_status (tern_download_get_response (load->download));
}

/* The file, then the rest of it behind a beginning that is there, and nothing behind all. */
static void
test_ranges (gboolean async, gconstpointer data)
{
  static const guint64 offsets[] = { 1, 500000, SIZE - 1, SIZE };
  g_auto (Load) load;
  g_autoptr (TernRealServer) server = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *tag = NULL;
  g_autofree char *sum = NULL;
  g_autofree char *content = make_content ();

  if (!begin (&load, &server, &uri, async))
    return;
  g_assert_true (load_run_uri (&load, uri, NULL));
  assert_content (&load, load.path);
  tag = g_strdup (tern_download_get_etag (load.download));
  g_assert_nonnull (tag);
  sum = g_strdup (tern_download_get_checksum (load.download));
  tern_download_options_set_resume_etag (load.options, tag);
  for (gsize i = 0; i < G_N_ELEMENTS (offsets); i++)
    {
      const int fd = g_open (load.path, O_RDWR | O_TRUNC | O_CLOEXEC, 0600);

      g_assert_cmpint (write (fd, content, offsets[i]), ==, offsets[i]);
      tern_download_options_set_resume_offset (load.options, offsets[i]);
      load_run_uri_fd (&load, uri, fd);
      close (fd);
      assert_content (&load, load.path);
      g_assert_cmpuint (get_status (&load), ==, offsets[i] < SIZE ? 206 : 416);
      g_assert_cmpuint (tern_download_get_resumed_from (load.download), ==, offsets[i]);
      g_assert_cmpstr (tern_download_get_checksum (load.download), ==, sum);
    }
}

static void
on_response (TernDownloadOptions *options, TernResponse *response, guint64 offset, gpointer path)
{
  g_assert_true (g_file_set_contents (path, "mine", -1, NULL));
}

/* All came but for its name, which somebody took: the next download goes on with that, or finds
 * another file under the same URI. */
static void
test_left (gboolean async, gconstpointer data)
{
  const gboolean changed = GPOINTER_TO_INT (data);
  g_auto (Load) load;
  g_autoptr (TernRealServer) server = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *served = NULL;
  g_autofree char *found = NULL;
  gulong id;

  if (!begin (&load, &server, &uri, async))
    return;
  served = g_build_filename (tern_real_server_get_dir (server), "www", "big.bin", NULL);
  id = g_signal_connect (load.options, "response", G_CALLBACK (on_response), load.path);
  g_assert_false (load_run_uri (&load, uri, NULL));
  load_assert_io_error (&load, EXISTS, NULL);
  g_assert_cmpint (load_partial_size (&load), ==, SIZE);
  g_signal_handler_disconnect (load.options, id);
  g_assert_cmpint (g_unlink (load.path), ==, 0);
  if (changed)
    {
      g_assert_true (g_file_set_contents (served, "changed", -1, NULL));
      g_assert_cmpint (g_chmod (served, 0644), ==, 0);
    }
  g_assert_true (load_run_uri (&load, uri, NULL));
  g_assert_cmpuint (get_status (&load), ==, changed ? 200 : 416);
  load_assert_n_files (&load, 1);
  if (!changed)
    {
      assert_content (&load, load.path);
      return;
    }
  g_assert_true (g_file_get_contents (load.path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, "changed");
}

static void
test_missing (gboolean async, gconstpointer data)
{
  g_auto (Load) load;
  g_autoptr (TernRealServer) server = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *missing = NULL;

  if (!begin (&load, &server, &uri, async))
    return;
  missing = tern_real_server_uri (server, "/status/404");
  g_assert_false (load_run_uri (&load, missing, NULL));
  tern_test_assert_error (load.error, TERN_STATUS_ERROR, 404, "404");
  load_assert_n_files (&load, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/download-real/ranges", test_ranges, NULL);
  tern_test_add_both ("/download-real/left", test_left, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/download-real/left-and-changed", test_left, GINT_TO_POINTER (TRUE));
  tern_test_add_both ("/download-real/missing", test_missing, NULL);
  return g_test_run ();
}
