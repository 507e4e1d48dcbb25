/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernFetchService: the helper as programs use it, sync and async. */
#include "pattern.h"
#include "stream.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <tern/tern.h>
#include <unistd.h>

static gboolean
take_result (gpointer data)
{
  return *(GAsyncResult **)data != NULL;
}

static void
on_result (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static GAsyncResult *
await (GAsyncResult **result)
{
  tern_test_run_until_func (take_result, result, BUS_TIMEOUT_MS);
  return *result;
}

static TernFetchJob *
fetch (TernFetchService *service,
       gboolean async,
       const char *uri,
       int fd,
       const char *options,
       GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GVariant) dictionary
      = options ? g_variant_parse (G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL) : NULL;

  if (!async)
    return tern_fetch_service_fetch (service, uri, fd, dictionary, NULL, error);
  tern_fetch_service_fetch_async (service, uri, fd, dictionary, NULL, on_result, &result);
  return tern_fetch_service_fetch_finish (service, await (&result), error);
}

static gboolean
wait_for (TernFetchJob *job, gboolean async, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (!async)
    return tern_fetch_job_wait (job, NULL, error);
  tern_fetch_job_wait_async (job, NULL, on_result, &result);
  return tern_fetch_job_wait_finish (job, await (&result), error);
}

static void
test_fetch (gboolean async, gconstpointer data)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/pattern");
  g_autofree char *nothing = tern_origin_uri (bus->origin, "/nothing");
  g_autoptr (TernFetchJob) job = NULL, failed = NULL;
  g_autoptr (GPtrArray) jobs = NULL;
  g_autoptr (GError) error = NULL;
  int fd = bus_file (bus, "file");

  pattern_serve (bus, "/pattern", NULL);
  job = fetch (service, async, uri, fd, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (wait_for (job, async, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tern_fetch_job_get_state (job), ==, TERN_FETCH_DONE);
  g_assert_cmpuint (tern_fetch_job_get_bytes_done (job), ==, PATTERN_SIZE);
  g_assert_cmpstr (tern_fetch_job_get_etag (job), ==, "\"pattern\"");
  g_assert_cmpstr (tern_fetch_job_get_uri (job), ==, uri);
  pattern_assert_file (bus, "file");
  failed = fetch (service, async, nothing, fd, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (wait_for (failed, async, &error));
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_HTTP_STATUS);
  g_clear_error (&error);
  close (fd);
  jobs = tern_fetch_service_list_jobs (service, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (jobs->len, ==, 2);
  g_assert_cmpstr (tern_fetch_job_get_path (g_ptr_array_index (jobs, 0)), ==,
                   tern_fetch_job_get_path (job));
  g_assert_true (tern_fetch_job_remove (job, NULL, &error));
  g_assert_false (tern_fetch_job_pause (job, NULL, &error));
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_NOT_FOUND);
}

static GInputStream *
open_uri (TernFetchService *service,
          gboolean async,
          const char *uri,
          guint *status,
          TernHeaders **headers,
          GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (!async)
    return tern_fetch_service_open (service, uri, NULL, status, headers, NULL, error);
  tern_fetch_service_open_async (service, uri, NULL, NULL, on_result, &result);
  return tern_fetch_service_open_finish (service, await (&result), status, headers, error);
}

/* All of the stream; @error where it does not end well. */
static GByteArray *
read_all (GInputStream *stream, gboolean async, GError **error)
{
  GByteArray *all = g_byte_array_new ();
  gssize n = 1;

  while (n > 0)
    {
      guint8 buffer[16384];
      g_autoptr (GAsyncResult) result = NULL;

      if (async)
        {
          g_input_stream_read_async (stream, buffer, sizeof buffer, G_PRIORITY_DEFAULT, NULL,
                                     on_result, &result);
          n = g_input_stream_read_finish (stream, await (&result), error);
        }
      else
        n = g_input_stream_read (stream, buffer, sizeof buffer, NULL, error);
      g_byte_array_append (all, buffer, n > 0 ? (guint)n : 0);
    }
  return all;
}

static void
test_open (gboolean async, gconstpointer data)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/pattern");
  g_autofree char *broken = tern_origin_uri (bus->origin, "/broken");
  g_autoptr (GInputStream) stream = NULL, cut = NULL;
  g_autoptr (TernHeaders) headers = NULL;
  g_autoptr (GByteArray) all = NULL, part = NULL;
  g_autoptr (GError) error = NULL;
  guint status = 0;

  pattern_serve (bus, "/pattern", NULL);
  stream = open_uri (service, async, uri, &status, &headers, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpstr (tern_headers_get (headers, "etag"), ==, "\"pattern\"");
  all = read_all (stream, async, &error);
  g_assert_no_error (error);
  pattern_assert (all->data, all->len);
  /* A body that breaks off is never taken for a whole one. */
  tern_origin_push_script (bus->origin, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", -1,
                           TERN_ORIGIN_SCRIPT_CLOSE_AFTER);
  cut = open_uri (service, async, broken, &status, NULL, &error);
  g_assert_no_error (error);
  part = read_all (cut, async, &error);
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INCOMPLETE);
  g_assert_cmpuint (part->len, ==, 4);
}

/* The helper is killed while somebody waits, and while somebody reads. */
static void
test_killed (gboolean async, gconstpointer data)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/pattern");
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (TernFetchJob) job = NULL;
  g_autoptr (GByteArray) part = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Pattern pattern = { 0 };
  guint status;

  pattern_serve (bus, "/pattern", &pattern);
  stream = open_uri (service, async, uri, &status, NULL, &error);
  g_assert_no_error (error);
  job = fetch (service, async, uri, -1, NULL, &error);
  g_assert_no_error (error);
  tern_fetch_job_wait_async (job, NULL, on_result, &result);
  bus_helper_kill (caller);
  g_assert_false (tern_fetch_job_wait_finish (job, await (&result), &error));
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_UNREACHABLE);
  g_clear_error (&error);
  part = read_all (stream, async, &error);
  g_assert_nonnull (error);
  g_assert_cmpuint (part->len, <, PATTERN_SIZE);
  pattern_open (&pattern);
}

static void
test_cancelled_wait (gboolean async, gconstpointer data)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/pattern");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TernFetchJob) job = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Pattern pattern = { 0 };

  pattern_serve (bus, "/pattern", &pattern);
  job = fetch (service, async, uri, -1, NULL, &error);
  g_assert_no_error (error);
  if (async)
    {
      tern_fetch_job_wait_async (job, cancellable, on_result, &result);
      g_cancellable_cancel (cancellable);
      g_assert_false (tern_fetch_job_wait_finish (job, await (&result), &error));
    }
  else
    {
      g_cancellable_cancel (cancellable);
      g_assert_false (tern_fetch_job_wait (job, cancellable, &error));
    }
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  pattern_open (&pattern);
  g_clear_error (&error);
  /* It ended the waiting, not the job. */
  g_assert_true (wait_for (job, async, &error));
  g_assert_no_error (error);
}

/* A server that stops in the middle is given up, by the time without a byte or by that for all. */
static void
test_timeouts (gboolean async, gconstpointer data)
{
  static const char *const options[]
      = { "{'timeout': <0.3>, 'retries': <uint32 0>}", "{'total_timeout': <1.0>}" };
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  g_autofree char *uri = tern_origin_uri (bus->origin, "/pattern");
  Pattern pattern = { 0 };

  pattern_serve (bus, "/pattern", &pattern);
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernFetchJob) job = fetch (service, async, uri, -1, options[i], &error);

      g_assert_no_error (error);
      g_assert_false (wait_for (job, async, &error));
      g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_TIMED_OUT);
    }
  pattern_open (&pattern);
}

static void
test_unreachable (gboolean async, gconstpointer data)
{
  g_autoptr (Bus) bus = bus_new ("--no-such-option");
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  g_autoptr (GError) error = NULL;

  g_assert_null (fetch (service, async, "http://127.0.0.1/", -1, NULL, &error));
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_UNREACHABLE);
}

static TernFetchJob *
claim (TernFetchService *service, gboolean async, gint64 received, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (received >= 0)
    g_variant_dict_insert (&dict, "received", "t", (guint64)received);
  if (!async)
    return tern_fetch_service_claim (service, READER_TOKEN, g_variant_dict_end (&dict), NULL,
                                     error);
  tern_fetch_service_claim_async (service, READER_TOKEN, g_variant_dict_end (&dict), NULL,
                                  on_result, &result);
  return tern_fetch_service_claim_finish (service, await (&result), error);
}

static gboolean
resume (TernFetchJob *job, gboolean async, int fd, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (!async)
    return tern_fetch_job_resume (job, fd, NULL, error);
  tern_fetch_job_resume_async (job, fd, NULL, on_result, &result);
  return tern_fetch_job_resume_finish (job, await (&result), error);
}

/* The helper was killed and does not know what it wrote: the program does. */
static void
test_received (gboolean async, gconstpointer data)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  Body body = { .etag = "\"one\"", .ranges = TRUE };
  g_autoptr (TernFetchService) service = NULL;
  g_autoptr (TernFetchJob) job = NULL;
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GError) error = NULL;
  Reader reader;
  int fds[2];

  reader_init (&reader, bus, &body, FALSE);
  reader_read (&reader, 10000);
  reader_wait_state (&reader);
  reader_stop (&reader);
  whole = reader_read_count (&reader);
  reader_damage_count (&reader, whole, G_MAXSIZE, NULL, 0);
  service = tern_fetch_service_new_for_connection (reader.caller);
  job = claim (service, async, -1, &error);
  g_assert_no_error (error);
  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  g_assert_false (resume (job, async, fds[1], &error));
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_POSITION_UNKNOWN);
  g_clear_error (&error);
  g_assert_null (claim (service, async, G_MAXINT64, &error));
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_OPTION);
  g_clear_error (&error);
  g_clear_object (&job);
  job = claim (service, async, reader.got->len, &error);
  g_assert_no_error (error);
  g_assert_true (tern_fetch_job_refresh (job, NULL, &error));
  g_assert_cmpuint (tern_fetch_job_get_bytes_done (job), ==, reader.got->len);
  g_assert_true (resume (job, async, fds[1], &error));
  close (fds[1]);
  reader.fd = fds[0];
  reader_finish (&reader);
}

static GDBusMessage *
look_for_secret (GDBusConnection *connection,
                 GDBusMessage *message,
                 gboolean incoming,
                 gpointer seen)
{
  g_autofree char *text = g_dbus_message_print (message, 0);

  if (!incoming && strstr (text, "secret@"))
    g_atomic_int_inc ((int *)seen);
  return message;
}

/* Nobody who listens on the bus gets at what does not belong there. */
static void
test_secret_in_uri (gboolean async, gconstpointer data)
{
  g_autoptr (Bus) bus = bus_new (NULL);
  g_autoptr (GDBusConnection) caller = bus_caller (bus);
  g_autoptr (TernFetchService) service = tern_fetch_service_new_for_connection (caller);
  static const char *const uris[]
      = { "http://name:secret@127.0.0.1/", "http:/x//name:secret@127.0.0.1:x/", "http://secret@" };
  g_autoptr (GError) error = NULL;
  int seen = 0;
  const guint filter = g_dbus_connection_add_filter (caller, look_for_secret, &seen, NULL);
  guint status;

  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_assert_null (fetch (service, async, uris[i], -1, NULL, &error));
      g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_SECRET_IN_OPTIONS);
      g_clear_error (&error);
      g_assert_null (open_uri (service, async, uris[i], &status, NULL, &error));
      g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_SECRET_IN_OPTIONS);
      g_clear_error (&error);
    }
  g_assert_null (fetch (service, async, "http://127.0.0.1/\xff", -1, NULL, &error));
  g_assert_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_URI);
  g_dbus_connection_remove_filter (caller, filter);
  g_assert_cmpint (g_atomic_int_get (&seen), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tern_test_add_both ("/fetchd/service/fetch", test_fetch, NULL);
  tern_test_add_both ("/fetchd/service/open", test_open, NULL);
  tern_test_add_both ("/fetchd/service/secret-in-uri", test_secret_in_uri, NULL);
  tern_test_add_both ("/fetchd/service/killed", test_killed, NULL);
  tern_test_add_both ("/fetchd/service/received", test_received, NULL);
  tern_test_add_both ("/fetchd/service/cancelled-wait", test_cancelled_wait, NULL);
  tern_test_add_both ("/fetchd/service/timeouts", test_timeouts, NULL);
  tern_test_add_both ("/fetchd/service/unreachable", test_unreachable, NULL);
  return g_test_run ();
}
