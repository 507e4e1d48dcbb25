/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trying again: after connections that break, servers that are busy, checksums that are wrong; and
 * what ends it. */
#include "load.h"

#include <glib/gstdio.h>
#include <string.h>

#define SIZE 300000

static void
assert_n (const Shelf *shelf, guint n)
{
  g_assert_cmpuint (tern_origin_n_requests (shelf->origin), ==, n);
}

static void
assert_range (const Shelf *shelf, guint i, const char *range)
{
  g_autoptr (TernOriginRequest) request = tern_origin_get_request (shelf->origin, i);

  g_assert_cmpstr (tern_origin_request_header (request, "Range"), ==, range);
}

static void
begin (Load *load, Shelf *shelf, gboolean async)
{
  shelf_init (shelf, SIZE);
  load_init (load, async);
}

static void
test_breaks (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  for (guint i = 0; i < 10; i++)
    shelf_put (&shelf, shelf_break, 10000);
  /* Fewer tries than breaks: each brought something, so it is not given up. */
  tern_download_options_set_retries (load.options, 2);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  load_assert_n_files (&load, 1);
  assert_n (&shelf, 11);
  for (guint i = 1; i < 11; i++)
    {
      g_autofree char *range = g_strdup_printf ("bytes=%u-", i * 10000);

      assert_range (&shelf, i, range);
    }
  g_assert_cmpuint (tern_download_get_resumed_from (load.download), ==, 0);
}

/* Without a validator each try begins anew, and they are counted. */
static void
test_given_up (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  shelf_change (&shelf, SIZE, NULL);
  for (guint i = 0; i < 10; i++)
    shelf_put (&shelf, shelf_break, 10000 + i);
  tern_download_options_set_retries (load.options, 3);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_tern_error (&load, INCOMPLETE_READ, NULL);
  assert_n (&shelf, 4);
  assert_range (&shelf, 3, NULL);
  load_assert_n_files (&load, 0);
}

/* A server that ignores ranges and breaks: no progress, so it ends. */
static void
test_ignores_and_breaks (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  for (guint i = 0; i < 10; i++)
    shelf_put (&shelf, shelf_whole, 10000);
  tern_download_options_set_retries (load.options, 3);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_tern_error (&load, INCOMPLETE_READ, NULL);
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), <=, 5);
}

/* More than was announced is not the content's. */
static void
test_long (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *found = NULL;

  begin (&load, &shelf, async);
  tern_origin_push_script (shelf.origin, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright, wrong",
                           -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  g_assert_true (load_run (&load, &shelf, "/file", NULL));
  g_assert_true (g_file_get_contents (load.path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, "right");
}

static void
test_idle (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  if (data)
    tern_download_options_set_timeout (load.options, 0.3);
  else
    tern_client_set_timeout (load.client, 0.3);
  shelf_put (&shelf, shelf_stall, 10000);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  assert_range (&shelf, 1, "bytes=10000-");
}

typedef struct
{
  const char *name;
  guint status;
  gboolean again;
} Status;

static const Status statuses[] = {
  { "404", 404, FALSE }, { "410", 410, FALSE }, { "500", 500, FALSE },
  { "204", 204, FALSE }, { "408", 408, TRUE },  { "429", 429, TRUE },
  { "502", 502, TRUE },  { "503", 503, TRUE },  { "504", 504, TRUE },
};

static void
test_status (gboolean async, gconstpointer data)
{
  const Status *status = data;
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  shelf_put (&shelf, shelf_status, status->status);
  load_run (&load, &shelf, "/file", NULL);
  if (status->again)
    {
      load_assert_right (&load, &shelf);
      assert_n (&shelf, 2);
      return;
    }
  tern_test_assert_error (load.error, TERN_STATUS_ERROR, status->status, status->name);
  assert_n (&shelf, 1);
  load_assert_n_files (&load, 0);
}

/* The error stays an error, also for a client that wants responses. */
static void
test_errors_as_responses (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  tern_client_set_errors_as_responses (load.client, TRUE);
  tern_origin_add_reply (shelf.origin, "/loop", 302, "Location: /loop\r\n", "");
  g_assert_false (load_run (&load, &shelf, "/loop", NULL));
  load_assert_tern_error (&load, REDIRECT_LIMIT, NULL);
  load_assert_n_files (&load, 0);
}

static void
test_retry_after (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  gint64 started;

  begin (&load, &shelf, async);
  tern_download_options_set_retry_delay (load.options, 100);
  shelf_set_fields (&shelf, "Retry-After: 1\r\n");
  shelf_put (&shelf, shelf_status, 503);
  started = tern_test_watch_start ();
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  g_assert_cmpfloat (tern_test_watch_ms (started), >=, 990);
  g_assert_cmpfloat (tern_test_watch_ms (started), <, 50000);
}

/* Of the download itself, which goes before the client's, or of the client. */
static void
set_total (Load *load, gboolean by_options, double seconds)
{
  tern_client_set_total_timeout (load->client, by_options ? 0.001 : seconds);
  if (by_options)
    tern_download_options_set_total_timeout (load->options, seconds);
}

/* A client that allows next to nothing allows all to a download that is to have no limit. */
static void
test_no_total (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  set_total (&load, TRUE, 0);
  shelf_put (&shelf, shelf_right, 0);
  g_assert_true (load_run (&load, &shelf, "/file", NULL));
  load_assert_right (&load, &shelf);
}

/* What would be too late is not waited for. */
static void
test_total_timeout (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  gint64 started;

  begin (&load, &shelf, async);
  set_total (&load, data != NULL, 100);
  shelf_set_fields (&shelf, "Retry-After: 200\r\n");
  shelf_put (&shelf, shelf_status, 503);
  started = tern_test_watch_start ();
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  tern_test_assert_error (load.error, TERN_STATUS_ERROR, 503, "503");
  g_assert_cmpfloat (tern_test_watch_ms (started), <, 50000);
  assert_n (&shelf, 1);
}

/* It is for all tries together, and what came is kept. */
static void
test_total_over (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  set_total (&load, data != NULL, 1.0);
  shelf_put (&shelf, shelf_stall, 10000);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, TIMED_OUT, NULL);
  g_assert_cmpint (load_partial_size (&load), ==, 10000);
}

static void
on_retrying (
    TernDownloadOptions *options, guint64 received, gint64 total, const char *what, gpointer data)
{
  if (strcmp (what, "retrying") == 0)
    g_cancellable_cancel (data);
}

static void
test_cancelled (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  begin (&load, &shelf, async);
  tern_download_options_set_retry_delay (load.options, 1000);
  g_signal_connect (load.options, "progress", G_CALLBACK (on_retrying), cancellable);
  shelf_put (&shelf, shelf_break, 10000);
  g_assert_false (load_run (&load, &shelf, "/file", cancellable));
  load_assert_io_error (&load, CANCELLED, NULL);
  g_assert_cmpint (load_partial_size (&load), ==, 10000);
}

/* Nobody there: at once where nobody ever was. */
static void
test_refused (gboolean async, gconstpointer data)
{
  g_auto (Load) load;
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/x", tern_test_unused_port ());

  load_init (&load, async);
  tern_download_options_set_retry_delay (load.options, 1000);
  g_assert_false (load_run_uri (&load, uri, NULL));
  load_assert_io_error (&load, CONNECTION_REFUSED, NULL);
  load_assert_n_files (&load, 0);
}

static void
on_failed (TernDownloadOptions *options, TernFailure *failure, GString *phases)
{
  g_string_append_printf (phases, "%u%s ", tern_failure_get_phase (failure),
                          tern_failure_get_response (failure) ? "+" : "");
}

/* In which phase a request failed is told once, of the last one; what is no request's is not. */
static void
test_failed (gboolean async, gconstpointer data)
{
  static const char redirect[]
      = "HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/x\r\nContent-Length: 0\r\n\r\n";
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *refused = g_strdup_printf ("http://127.0.0.1:%u/x", tern_test_unused_port ());
  g_autofree char *wanted = g_strdup_printf (
      "%u %u+ %u %u+ ", TERN_PHASE_CONNECT, TERN_PHASE_RECEIVE, TERN_PHASE_WAIT, TERN_PHASE_NONE);
  g_autoptr (GString) phases = g_string_new (NULL);

  begin (&load, &shelf, async);
  g_signal_connect (load.options, "failed", G_CALLBACK (on_failed), phases);
  tern_download_options_set_retries (load.options, 1);
  g_assert_false (load_run_uri (&load, refused, NULL));
  /* Tried once more and right then. */
  shelf_put (&shelf, shelf_break, 10000);
  g_assert_true (load_run (&load, &shelf, "/file", NULL));
  /* It exists, which no request is needed for. */
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  tern_download_options_set_overwrite (load.options, TRUE);
  tern_download_options_set_retries (load.options, 0);
  shelf_put (&shelf, shelf_break, 10000);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  tern_origin_push_script (shelf.origin, "no HTTP\r\n\r\n", -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  tern_origin_push_script (shelf.origin, redirect, -1, TERN_ORIGIN_SCRIPT_DEFAULT);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  tern_origin_push_script (shelf.origin, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", -1,
                           TERN_ORIGIN_SCRIPT_DEFAULT);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  g_assert_cmpstr (phases->str, ==, wanted);
}

static void
test_checksum (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *sum = NULL;
  g_autofree char *wanted = NULL;

  begin (&load, &shelf, async);
  sum = shelf_sum (&shelf, G_CHECKSUM_SHA1);
  wanted = g_strconcat ("sha1:", sum, NULL);
  tern_download_options_set_checksum (load.options, wanted);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  shelf_change (&shelf, SIZE, "\"two\"");
  tern_download_options_set_overwrite (load.options, TRUE);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_tern_error (&load, CHECKSUM, sum);
  /* What was there is untouched, and what is wrong is not kept. */
  load_assert_n_files (&load, 1);
  assert_n (&shelf, 2);
}

/* The beginning was of something else under the same tag: all is fetched once more. */
static void
test_checksum_resumed (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *sum = NULL;
  g_autofree char *wanted = NULL;
  g_autoptr (TernOriginRequest) request = NULL;

  begin (&load, &shelf, async);
  tern_download_options_set_retries (load.options, 0);
  shelf_put (&shelf, shelf_break, 10000);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  shelf_change (&shelf, SIZE, "\"one\"");
  sum = shelf_sum (&shelf, G_CHECKSUM_MD5);
  wanted = g_strconcat ("md5:", sum, NULL);
  tern_download_options_set_checksum (load.options, wanted);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  g_assert_cmpuint (tern_download_get_resumed_from (load.download), ==, 0);
  assert_n (&shelf, 3);
  assert_range (&shelf, 1, "bytes=10000-");
  request = tern_origin_get_request (shelf.origin, 2);
  g_assert_null (tern_origin_request_header (request, "Range"));
  g_assert_cmpstr (tern_origin_request_header (request, "Cache-Control"), ==, "no-cache");
}

static void
test_checksum_malformed (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  tern_download_options_set_checksum (load.options, "sha256:12\n");
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_io_error (&load, INVALID_ARGUMENT, "sha256:12\\n");
  assert_n (&shelf, 0);
  load_assert_n_files (&load, 0);
}

static void
test_max_size (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;

  begin (&load, &shelf, async);
  tern_download_options_set_max_size (load.options, SIZE - 1);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_tern_error (&load, TOO_LARGE, "299999");
  shelf_put (&shelf, shelf_chunks, 0);
  g_assert_false (load_run (&load, &shelf, "/file", NULL));
  load_assert_tern_error (&load, TOO_LARGE, "299999");
  load_assert_n_files (&load, 0);
  tern_download_options_set_max_size (load.options, SIZE);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
}

/* The bytes as they are on the wire, and the program's fields but for those that are ours. */
static void
test_fields (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autoptr (TernHeaders) headers = tern_headers_new ();
  g_autoptr (TernOriginRequest) request = NULL;

  begin (&load, &shelf, async);
  shelf_set_fields (&shelf, "Content-Encoding: gzip\r\n");
  tern_headers_append (headers, "X-Own", "yes");
  tern_headers_append (headers, "Range", "bytes=5-6");
  tern_headers_append (headers, "If-None-Match", "*");
  tern_download_options_set_headers (load.options, headers);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  request = tern_origin_get_request (shelf.origin, 0);
  g_assert_cmpstr (tern_origin_request_header (request, "X-Own"), ==, "yes");
  g_assert_cmpstr (tern_origin_request_header (request, "Accept-Encoding"), ==, "identity");
  g_assert_null (tern_origin_request_header (request, "Range"));
  g_assert_null (tern_origin_request_header (request, "If-None-Match"));
  g_assert_true (tern_headers_has (headers, "Range"));
}

/* Progress never goes back but for a new beginning, and ends with all. */
typedef struct
{
  guint64 last;
  gint64 total;
  guint n_responses;
  GString *words;
} Told;

static void
on_progress (
    TernDownloadOptions *options, guint64 received, gint64 total, const char *what, gpointer data)
{
  Told *told = data;

  g_assert_cmpuint (received, >=, told->last);
  told->last = received;
  told->total = total;
  if (!g_str_has_suffix (told->words->str, what))
    g_string_append_printf (told->words, " %s", what);
}

static void
on_response (TernDownloadOptions *options, TernResponse *response, guint64 offset, gpointer data)
{
  Told *told = data;

  g_assert_cmpuint (tern_response_get_status (response), ==, told->n_responses ? 206 : 200);
  g_assert_cmpuint (offset, ==, told->n_responses ? 10000 : 0);
  told->n_responses++;
}

static void
test_progress (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  Told told = { .words = g_string_new (NULL) };

  begin (&load, &shelf, async);
  g_signal_connect (load.options, "progress", G_CALLBACK (on_progress), &told);
  g_signal_connect (load.options, "response", G_CALLBACK (on_response), &told);
  shelf_put (&shelf, shelf_break, 10000);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
  g_assert_cmpuint (told.last, ==, SIZE);
  g_assert_cmpint (told.total, ==, SIZE);
  g_assert_cmpuint (told.n_responses, ==, 2);
  g_assert_cmpstr (told.words->str, ==,
                   " checking waiting receiving retrying waiting receiving finishing");
  g_string_free (told.words, TRUE);
}

/* From a cache, as any other fetch; a damaged checksum asks the server itself. */
static void
test_cache (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *wanted = NULL;
  g_autofree char *sum = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernCacheStore) store = tern_cache_store_open ("memory:", &error);

  g_assert_no_error (error);
  begin (&load, &shelf, async);
  tern_client_set_cache_store (load.client, store);
  tern_download_options_set_overwrite (load.options, TRUE);
  shelf_set_fields (&shelf, "Cache-Control: max-age=1000\r\n");
  for (guint i = 0; i < 2; i++)
    {
      load_run (&load, &shelf, "/file", NULL);
      load_assert_right (&load, &shelf);
    }
  assert_n (&shelf, 1);
  g_assert_true (tern_response_get_from_cache (tern_download_get_response (load.download)));
  shelf_change (&shelf, SIZE, "\"two\"");
  sum = shelf_sum (&shelf, G_CHECKSUM_SHA256);
  wanted = g_strconcat ("sha256:", sum, NULL);
  tern_download_options_set_checksum (load.options, wanted);
  load_run (&load, &shelf, "/file", NULL);
  load_assert_right (&load, &shelf);
}

/* What broke goes on through a cache as well, and what a cache has put together is right. */
static void
test_cache_breaks (gboolean async, gconstpointer data)
{
  g_auto (Shelf) shelf;
  g_auto (Load) load;
  g_autofree char *folder = NULL;
  g_autofree char *uri = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TernCacheStore) store = NULL;

  begin (&load, &shelf, async);
  folder = g_build_filename (load.dir, "cache", NULL);
  uri = data ? g_filename_to_uri (folder, NULL, NULL) : g_strdup ("memory:");
  store = tern_cache_store_open (uri, &error);
  g_assert_no_error (error);
  tern_client_set_cache_store (load.client, store);
  tern_download_options_set_overwrite (load.options, TRUE);
  shelf_set_fields (&shelf, "Cache-Control: max-age=1000\r\n");
  shelf_put (&shelf, shelf_break, 10000);
  shelf_put (&shelf, shelf_break, 20000);
  for (guint i = 0; i < 3; i++)
    {
      load_run (&load, &shelf, "/file", NULL);
      load_assert_right (&load, &shelf);
    }
  g_assert_cmpuint (tern_origin_n_requests (shelf.origin), >=, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/again/breaks", test_breaks, NULL);
  tern_test_add_both ("/again/given-up", test_given_up, NULL);
  tern_test_add_both ("/again/ignores-and-breaks", test_ignores_and_breaks, NULL);
  tern_test_add_both ("/again/long", test_long, NULL);
  tern_test_add_both ("/again/idle/client", test_idle, NULL);
  tern_test_add_both ("/again/idle/options", test_idle, GINT_TO_POINTER (TRUE));
  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autofree char *path = g_strconcat ("/again/status/", statuses[i].name, NULL);

      tern_test_add_both (path, test_status, &statuses[i]);
    }
  tern_test_add_both ("/again/errors-as-responses", test_errors_as_responses, NULL);
  tern_test_add_both ("/again/retry-after", test_retry_after, NULL);
  tern_test_add_both ("/again/total-timeout/client", test_total_timeout, NULL);
  tern_test_add_both ("/again/total-timeout/options", test_total_timeout, GINT_TO_POINTER (TRUE));
  tern_test_add_both ("/again/total-timeout/none", test_no_total, NULL);
  tern_test_add_both ("/again/total-over/client", test_total_over, NULL);
  tern_test_add_both ("/again/total-over/options", test_total_over, GINT_TO_POINTER (TRUE));
  tern_test_add_both ("/again/cancelled", test_cancelled, NULL);
  tern_test_add_both ("/again/refused", test_refused, NULL);
  tern_test_add_both ("/again/failed", test_failed, NULL);
  tern_test_add_both ("/again/checksum/wrong", test_checksum, NULL);
  tern_test_add_both ("/again/checksum/resumed", test_checksum_resumed, NULL);
  tern_test_add_both ("/again/checksum/malformed", test_checksum_malformed, NULL);
  tern_test_add_both ("/again/max-size", test_max_size, NULL);
  tern_test_add_both ("/again/fields", test_fields, NULL);
  tern_test_add_both ("/again/progress", test_progress, NULL);
  tern_test_add_both ("/again/cache", test_cache, NULL);
  tern_test_add_both ("/again/cache-breaks/memory", test_cache_breaks, GINT_TO_POINTER (FALSE));
  tern_test_add_both ("/again/cache-breaks/file", test_cache_breaks, GINT_TO_POINTER (TRUE));
  return g_test_run ();
}
