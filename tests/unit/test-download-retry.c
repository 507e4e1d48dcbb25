/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is tried again, and when. */
#include "download/tern-download-retry.h"

#include <tern/tern-error.h>

static gboolean
is_worth (GQuark domain, int code, gboolean answered)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, "x");

  return tern_download_retry_is_worth (error, answered);
}

static void
test_worth (void)
{
  g_assert_true (is_worth (TERN_ERROR, TERN_ERROR_INCOMPLETE_READ, FALSE));
  g_assert_true (is_worth (TERN_ERROR, TERN_ERROR_REMOTE_DISCONNECTED, FALSE));
  g_assert_true (is_worth (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, FALSE));
  g_assert_true (is_worth (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, FALSE));
  g_assert_true (is_worth (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, FALSE)); /* the same number */
  g_assert_false (is_worth (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, FALSE));
  g_assert_true (is_worth (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, TRUE));
  g_assert_false (is_worth (TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND, FALSE));
  g_assert_true (is_worth (TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND, TRUE));
  g_assert_false (is_worth (TERN_ERROR, TERN_ERROR_CERTIFICATE, TRUE));
  g_assert_false (is_worth (TERN_ERROR, TERN_ERROR_CHECKSUM, TRUE));
  g_assert_false (is_worth (TERN_ERROR, TERN_ERROR_INVALID_URL, TRUE));
  g_assert_false (is_worth (G_IO_ERROR, G_IO_ERROR_CANCELLED, TRUE));
  g_assert_false (is_worth (G_IO_ERROR, G_IO_ERROR_NO_SPACE, TRUE));
  g_assert_false (is_worth (G_FILE_ERROR, G_FILE_ERROR_IO, TRUE));
}

static void
test_back_off (void)
{
  const gint64 second = G_TIME_SPAN_SECOND;

  g_assert_cmpint (tern_download_retry_back_off (second, 1, 0), ==, second);
  g_assert_cmpint (tern_download_retry_back_off (second, 2, 0), ==, 2 * second);
  g_assert_cmpint (tern_download_retry_back_off (second, 5, 0), ==, 16 * second);
  g_assert_cmpint (tern_download_retry_back_off (second, 7, 0), ==, 60 * second);
  g_assert_cmpint (tern_download_retry_back_off (second, G_MAXUINT, 0), ==, 60 * second);
  g_assert_cmpint (tern_download_retry_back_off (G_MAXINT64, 5, 0), ==, 60 * second);
  g_assert_cmpint (tern_download_retry_back_off (0, G_MAXUINT, 77), ==, 0);
  g_assert_cmpint (tern_download_retry_back_off (-5, 3, 77), ==, 0);
  for (guint32 dice = 0; dice < 5000; dice += 7)
    {
      const gint64 delay = tern_download_retry_back_off (second, 3, dice);

      g_assert_cmpint (delay, <=, 4 * second);
      g_assert_cmpint (delay, >=, 3 * second);
    }
}

static gint64
after (const char *value)
{
  g_autoptr (TernHeaders) headers = tern_headers_new ();

  if (value)
    tern_headers_append (headers, "Retry-After", value);
  return tern_download_retry_after (headers, 784111777);
}

static void
test_after (void)
{
  g_assert_cmpint (after (NULL), ==, -1);
  g_assert_cmpint (after ("0"), ==, 0);
  g_assert_cmpint (after ("120"), ==, 120 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (after ("100000"), ==, TERN_DOWNLOAD_RETRY_AFTER_MOST);
  g_assert_cmpint (after ("18446744073709551615"), ==, TERN_DOWNLOAD_RETRY_AFTER_MOST);
  g_assert_cmpint (after ("18446744073709551616"), ==, -1);
  g_assert_cmpint (after ("-1"), ==, -1);
  g_assert_cmpint (after ("1.5"), ==, -1);
  g_assert_cmpint (after ("soon"), ==, -1);
  g_assert_cmpint (after ("Sun, 06 Nov 1994 08:49:37 GMT"), ==, 0);
  g_assert_cmpint (after ("Sun, 06 Nov 1994 08:49:47 GMT"), ==, 10 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (after ("Sun, 06 Nov 1994 08:49:27 GMT"), ==, 0);
  g_assert_cmpint (after ("Mon, 06 Nov 2034 08:49:37 GMT"), ==, TERN_DOWNLOAD_RETRY_AFTER_MOST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/download-retry/worth", test_worth);
  g_test_add_func ("/download-retry/back-off", test_back_off);
  g_test_add_func ("/download-retry/after", test_after);
  return g_test_run ();
}
