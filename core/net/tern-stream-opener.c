/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connector is asked in one of three ways: on the worker pool if it may be called anywhere, by
 * its async form where the thread iterates a context, else in place. It must never call a connector
 * in a thread that did not ask, unless the connector says so, and never keep a late stream. */
#include "net/tern-stream-opener.h"

#include "io/tern-in-place.h"
#include "io/tern-worker.h"
#include "net/tern-connector-private.h"
#include "net/tern-stream-job.h"

/* Shared by who asked and by what is under way. */
typedef struct
{
  gatomicrefcount ref_count;
  TernConnector *connector;
  char *scheme;
  char *host;
  guint16 port;
  GCancellable *cancellable;
  TernWake *wake; /* of an async call */
  int done;       /* atomic; set where no job says so, after the two below */
  GIOStream *stream;
  GError *error;
} Call;

struct _TernStreamOpener
{
  Call *call;
  gboolean begun;
  gboolean interrupted; /* in place, by a deadline or by who asked */
  TernJob *job;
};

static void
call_unref (gpointer data)
{
  Call *call = data;

  if (!g_atomic_ref_count_dec (&call->ref_count))
    return;
  if (call->stream)
    tern_stream_close_soon (call->stream);
  g_clear_error (&call->error);
  g_clear_pointer (&call->wake, tern_wake_unref);
  g_object_unref (call->cancellable);
  g_object_unref (call->connector);
  g_free (call->scheme);
  g_free (call->host);
  g_free (call);
}

static Call *
call_ref (Call *call)
{
  g_atomic_ref_count_inc (&call->ref_count);
  return call;
}

TernStreamOpener *
tern_stream_opener_new (TernConnector *connector,
                        const char *scheme,
                        const char *host,
                        guint16 port)
{
  TernStreamOpener *self = g_new0 (TernStreamOpener, 1);
  Call *call = g_new0 (Call, 1);

  g_atomic_ref_count_init (&call->ref_count);
  call->connector = g_object_ref (connector);
  call->scheme = g_strdup (scheme);
  call->host = g_strdup (host);
  call->port = port;
  call->cancellable = g_cancellable_new ();
  self->call = call;
  return self;
}

void
tern_stream_opener_free (TernStreamOpener *self)
{
  if (self->begun)
    g_cancellable_cancel (self->call->cancellable);
  g_clear_pointer (&self->job, tern_job_drop);
  call_unref (self->call);
  g_free (self);
}

static void
call_run (gpointer data)
{
  Call *call = data;

  call->stream = tern_connector_open_stream (call->connector, call->scheme, call->host, call->port,
                                             call->cancellable, &call->error);
}

/* --- by its async form ------------------------------------------------------------------------ */

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  GError *cause = NULL;
  GIOStream *stream = TERN_CONNECTOR_GET_IFACE (call->connector)
                          ->open_stream_finish (call->connector, result, &cause);

  call->stream = tern_connector_judge (call->connector, call->host, stream, cause, &call->error);
  g_atomic_int_set (&call->done, TRUE);
  tern_wake_fire (call->wake);
  call_unref (call);
}

static gboolean
has_async (TernConnector *connector)
{
  const TernConnectorInterface *iface = TERN_CONNECTOR_GET_IFACE (connector);

  return iface->open_stream_async && iface->open_stream_finish;
}

static void
begin_async (Call *call, TernWait *wait)
{
  call->wake = tern_wake_ref (tern_wait_get_wake (wait));
  TERN_CONNECTOR_GET_IFACE (call->connector)
      ->open_stream_async (call->connector, call->scheme, call->host, call->port, call->cancellable,
                           on_opened, call_ref (call));
}

/* --- in place --------------------------------------------------------------------------------- */

static void
run_in_place (TernStreamOpener *self, TernWait *wait)
{
  Call *call = self->call;

  self->interrupted = !tern_in_place_call (wait, call->cancellable, call_run, call);
  call->done = TRUE;
}

/* --- the step --------------------------------------------------------------------------------- */

static void
begin (TernStreamOpener *self, TernWait *wait)
{
  Call *call = self->call;

  self->begun = TRUE;
  if (tern_connector_get_flags (call->connector) & TERN_CONNECTOR_ANY_THREAD)
    self->job = tern_job_start (TERN_LANE_STREAM, call_run, call_ref (call), call_unref,
                                tern_wait_get_wake (wait));
  else if (wait->in_loop && has_async (call->connector))
    begin_async (call, wait);
  else
    run_in_place (self, wait);
}

TernStep
tern_stream_opener_step (gpointer opener, TernWait *wait, GError **error)
{
  TernStreamOpener *self = opener;
  Call *call = self->call;

  wait->may_block = FALSE;
  if (!self->begun)
    begin (self, wait);
  if (self->job ? !tern_job_is_done (self->job) : !g_atomic_int_get (&call->done))
    return TERN_STEP_WAIT;
  if (self->interrupted)
    {
      /* Who interrupted it says why, and better than the connector: the driver, or who set the
       * deadline that is over now. */
      self->interrupted = FALSE;
      tern_wait_add_deadline (wait, g_get_monotonic_time ());
      return TERN_STEP_WAIT;
    }
  if (call->stream)
    return TERN_STEP_DONE;
  g_propagate_error (error, g_steal_pointer (&call->error));
  return TERN_STEP_FAILED;
}

GIOStream *
tern_stream_opener_steal_stream (TernStreamOpener *self)
{
  return g_steal_pointer (&self->call->stream);
}
