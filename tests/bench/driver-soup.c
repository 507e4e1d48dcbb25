/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The benchmark driver for libsoup: sync calls for what is sequential, async ones for the rest.
 * Must never be tuned against libsoup: one session, one message a request, as its manual has it. */
#include "bench-source.h"
#include "bench.h"

#include <libsoup/soup.h>

typedef struct
{
  const BenchPlan *plan;
  BenchTally *tally;
  long started;
  long ended;
  gboolean failed;
} Parallel;

static SoupSession *session;
static SoupCache *store;
static char buffer[BENCH_BUFFER];

static const char *
version (void)
{
  static char text[32];

  g_snprintf (text, sizeof text, "%u.%u.%u", soup_get_major_version (), soup_get_minor_version (),
              soup_get_micro_version ());

  return text;
}

static bool
open_client (const BenchPlan *plan)
{
  guint width = plan->workload->kind == BENCH_HANG ? (guint)plan->n : plan->width;
  g_autoptr (GError) error = NULL;

  session = soup_session_new_with_options ("max-conns", width, "max-conns-per-host", width, NULL);
  if (plan->store != NULL)
    {
      store = soup_cache_new (plan->store, SOUP_CACHE_SINGLE_USER);
      soup_cache_set_max_size (store, 1u << 30);
      soup_cache_load (store);
      soup_session_add_feature (session, SOUP_SESSION_FEATURE (store));
    }
  if (!plan->workload->tls)
    return true;

  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (plan->ca_file, &error);

  if (database == NULL)
    return bench_fail ("%s", error->message);
  soup_session_set_tls_database (session, database);

  return true;
}

static void
close_client (void)
{
  if (store != NULL)
    {
      soup_cache_flush (store);
      soup_cache_dump (store);
    }
  g_clear_object (&store);
  g_clear_object (&session);
}

static int
status_of (SoupMessage *message)
{
  return (int)soup_message_get_status (message);
}

static bool
fetch (const BenchPlan *plan, BenchTally *tally)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupMessage) message = soup_message_new ("GET", plan->url);
  g_autoptr (GBytes) body = soup_session_send_and_read (session, message, NULL, &error);

  if (body == NULL)
    return bench_fail ("%s: %s", plan->url, error->message);
  if (plan->wanted_header != NULL
      && soup_message_headers_get_one (soup_message_get_response_headers (message),
                                       plan->wanted_header)
             == NULL)
    return bench_fail ("%s is missing", plan->wanted_header);

  gsize len;
  const void *data = g_bytes_get_data (body, &len);

  return bench_check_body (plan, status_of (message), data, len, tally);
}

static bool
stream (const BenchPlan *plan, BenchTally *tally)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupMessage) message = soup_message_new ("GET", plan->url);
  g_autoptr (GInputStream) body = soup_session_send (session, message, NULL, &error);
  guint64 offset = 0;
  gssize n = -1;

  while (body != NULL && (n = g_input_stream_read (body, buffer, sizeof buffer, NULL, &error)) > 0)
    {
      if (!bench_check_slice (plan, buffer, (gsize)n, offset))
        return false;
      offset += (guint64)n;
    }
  if (n < 0 || !g_input_stream_close (body, NULL, &error))
    return bench_fail ("%s: %s", plan->url, error->message);

  return bench_check_stream (plan, status_of (message), offset, tally);
}

static bool
upload (const BenchPlan *plan, BenchTally *tally)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupMessage) message = soup_message_new ("PUT", plan->url);
  g_autoptr (GInputStream) source = bench_source_new (plan->size);

  soup_message_set_request_body (message, "application/octet-stream", source, (gssize)plan->size);

  g_autoptr (GBytes) body = soup_session_send_and_read (session, message, NULL, &error);

  if (body == NULL)
    return bench_fail ("%s: %s", plan->url, error->message);

  gsize len;
  const void *data = g_bytes_get_data (body, &len);

  return bench_check_upload (plan, status_of (message), data, len, tally);
}

static void parallel_start (Parallel *self);

static void
parallel_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Parallel *self = user_data;
  g_autoptr (GError) error = NULL;
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (source), result);
  int status = status_of (message);
  g_autoptr (GBytes) body
      = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  gsize len = 0;
  const void *data = body != NULL ? g_bytes_get_data (body, &len) : NULL;

  self->ended++;
  if (body == NULL)
    self->failed = !bench_fail ("%s", error->message);
  else if (!bench_check_body (self->plan, status, data, len, self->tally))
    self->failed = TRUE;
  if (!self->failed && self->started < self->plan->n)
    parallel_start (self);
}

static void
parallel_start (Parallel *self)
{
  g_autoptr (SoupMessage) message = soup_message_new ("GET", self->plan->url);

  self->started++;
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, parallel_done,
                                    self);
}

static bool
parallel (const BenchPlan *plan, BenchTally *tally)
{
  Parallel self = { .plan = plan, .tally = tally };

  for (unsigned i = 0; i < plan->width && self.started < plan->n; i++)
    parallel_start (&self);
  while (self.ended < self.started)
    g_main_context_iteration (NULL, TRUE);

  return !self.failed;
}

/* The cache answers async calls alone. */
static bool
cached (const BenchPlan *plan, BenchTally *tally)
{
  BenchPlan one = *plan;

  one.n = one.width = 1;

  return parallel (&one, tally);
}

static void
hang_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  long *ended = user_data;
  GBytes *body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);

  g_clear_pointer (&body, g_bytes_unref);
  (*ended)++;
}

static gboolean
set_flag (gpointer data)
{
  *(gboolean *)data = TRUE;

  return G_SOURCE_REMOVE;
}

static bool
hang (const BenchPlan *plan, double seconds)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gboolean over = FALSE;
  long ended = 0;

  for (long i = 0; i < plan->n; i++)
    {
      g_autoptr (SoupMessage) message = soup_message_new ("GET", plan->url);

      soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, cancellable,
                                        hang_done, &ended);
    }
  g_timeout_add ((guint)(seconds * 1000), set_flag, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  bench_hang_measure ();
  if (ended > 0)
    return bench_fail ("%ld of %ld requests ended", ended, plan->n);
  g_cancellable_cancel (cancellable);
  while (ended < plan->n)
    g_main_context_iteration (NULL, TRUE);

  return true;
}

int
main (int argc, char **argv)
{
  static const BenchDriver driver = { "soup", version,  open_client, fetch,        stream,
                                      upload, parallel, hang,        close_client, cached };

  return bench_main (argc, argv, &driver);
}
