/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The benchmark driver for libtern: sync calls for what is sequential, async ones for the rest.
 * Must never use anything that a program could not: one client, one TernRequest a request. */
#include "bench-source.h"
#include "bench.h"

#include <tern/tern.h>

typedef struct
{
  const BenchPlan *plan;
  BenchTally *tally;
  long started;
  long ended;
  gboolean failed;
} Parallel;

static TernClient *client;
static char buffer[BENCH_BUFFER];

static const char *
version (void)
{
  return G_STRINGIFY (TERN_MAJOR_VERSION) "." G_STRINGIFY (TERN_MINOR_VERSION) "." G_STRINGIFY (
      TERN_MICRO_VERSION);
}

static bool
open_client (const BenchPlan *plan)
{
  guint width = plan->workload->kind == BENCH_HANG ? (guint)plan->n : plan->width;

  client = tern_client_new ();
  if (plan->workload->kind == BENCH_HANG || plan->workload->kind == BENCH_PARALLEL)
    {
      tern_client_set_max_connections (client, width);
      tern_client_set_max_connections_per_host (client, width);
    }
  if (plan->workload->tls)
    tern_client_set_ca_file (client, plan->ca_file);
  if (plan->store != NULL)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernCacheStore) store = tern_cache_store_open (plan->store, &error);

      if (store == NULL)
        return bench_fail ("%s: %s", plan->store, error->message);
      tern_client_set_cache_store (client, store);
    }

  return true;
}

static void
close_client (void)
{
  g_clear_object (&client);
}

static bool
fetch (const BenchPlan *plan, BenchTally *tally)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (TernRequest) request = tern_request_new ("GET", plan->url);
  g_autoptr (TernResponse) response = tern_client_fetch (client, request, &body, NULL, &error);

  if (response == NULL)
    return bench_fail ("%s: %s", plan->url, error->message);
  if (plan->wanted_header != NULL)
    {
      g_autofree char *value = tern_response_get_header (response, plan->wanted_header);

      if (value == NULL)
        return bench_fail ("%s is missing", plan->wanted_header);
    }

  gsize len;
  const void *data = g_bytes_get_data (body, &len);

  return bench_check_body (plan, (int)tern_response_get_status (response), data, len, tally);
}

static bool
stream (const BenchPlan *plan, BenchTally *tally)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRequest) request = tern_request_new ("GET", plan->url);
  g_autoptr (TernResponse) response = tern_client_send (client, request, NULL, &error);

  if (response == NULL)
    return bench_fail ("%s: %s", plan->url, error->message);

  GInputStream *body = tern_response_get_body (response);
  guint64 offset = 0;
  gssize n;

  while ((n = g_input_stream_read (body, buffer, sizeof buffer, NULL, &error)) > 0)
    {
      if (!bench_check_slice (plan, buffer, (gsize)n, offset))
        return false;
      offset += (guint64)n;
    }
  if (n < 0 || !g_input_stream_close (body, NULL, &error))
    return bench_fail ("%s: %s", plan->url, error->message);

  return bench_check_stream (plan, (int)tern_response_get_status (response), offset, tally);
}

static bool
upload (const BenchPlan *plan, BenchTally *tally)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (TernRequest) request = tern_request_new ("PUT", plan->url);
  g_autoptr (GInputStream) source = bench_source_new (plan->size);

  tern_request_set_body_stream (request, "application/octet-stream", source, (gint64)plan->size);

  g_autoptr (TernResponse) response = tern_client_fetch (client, request, &body, NULL, &error);

  if (response == NULL)
    return bench_fail ("%s: %s", plan->url, error->message);

  gsize len;
  const void *data = g_bytes_get_data (body, &len);

  return bench_check_upload (plan, (int)tern_response_get_status (response), data, len, tally);
}

static void parallel_start (Parallel *self);

static void
parallel_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Parallel *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (TernResponse) response
      = tern_client_fetch_finish (TERN_CLIENT (source), result, &body, &error);
  gsize len = 0;
  const void *data = body != NULL ? g_bytes_get_data (body, &len) : NULL;

  self->ended++;
  if (response == NULL)
    self->failed = !bench_fail ("%s", error->message);
  else if (!bench_check_body (self->plan, (int)tern_response_get_status (response), data, len,
                              self->tally))
    self->failed = TRUE;
  if (!self->failed && self->started < self->plan->n)
    parallel_start (self);
}

static void
parallel_start (Parallel *self)
{
  g_autoptr (TernRequest) request = tern_request_new ("GET", self->plan->url);

  self->started++;
  tern_client_fetch_async (client, request, NULL, parallel_done, self);
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

static void
hang_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  long *ended = user_data;
  TernResponse *response = tern_client_fetch_finish (TERN_CLIENT (source), result, NULL, NULL);

  g_clear_object (&response);
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
      g_autoptr (TernRequest) request = tern_request_new ("GET", plan->url);

      tern_client_fetch_async (client, request, cancellable, hang_done, &ended);
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
  static const BenchDriver driver = { "tern", version,  open_client, fetch,        stream,
                                      upload, parallel, hang,        close_client, fetch };

  return bench_main (argc, argv, &driver);
}
