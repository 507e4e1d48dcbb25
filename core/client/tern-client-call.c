/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a request to what the program is given. The signals are emitted here, in the thread that
 * drives, and only where somebody listens. */
#include "client/tern-client-call.h"

#include "base/tern-error-line.h"
#include "base/tern-i18n.h"
#include "client/tern-client-log.h"
#include "client/tern-error-response.h"
#include "client/tern-gather.h"
#include "client/tern-log-reader.h"
#include "client/tern-progress.h"
#include "engine/tern-walker.h"
#include "exchange/tern-body-stream.h"
#include "message/tern-response-private.h"

#define WORTH_TAKING (16 * 1024)

struct _TernClientCall
{
  TernClient *client;
  TernRequest *request;
  TernFlow *flow;
  gboolean whole_body;
  gboolean told; /* somebody listens to progress */
  gboolean shown; /* somebody listens to heads */
  TernClientLog log;
  gboolean errors_as_responses;
  guint64 sent;
  TernResponse *response;
  TernReader *body; /* being read whole */
  TernBlock gather;
  GBytes *content;
  TernFailure *failure; /* behind a response that stands for an error */
};

static void
on_log (gpointer data, TernLogEvent event, const char *text)
{
  TernClientCall *self = data;

  tern_client_log_event (&self->log, event, text);
}

static void
on_head (gpointer data, gboolean is_sent, const char *text)
{
  TernClientCall *self = data;

  if (self->shown)
    g_signal_emit (self->client, tern_client_signals[TERN_CLIENT_HEAD], 0, self->request, is_sent,
                   text);
  if (tern_client_log_is_wanted (&self->log))
    tern_debug_head (on_log, self, is_sent, text);
}

static void
on_informational (gpointer data, guint status, TernHeaders *headers)
{
  TernClientCall *self = data;

  g_signal_emit (self->client, tern_client_signals[TERN_CLIENT_INFORMATIONAL], 0, self->request,
                 status, headers);
}

static void
on_redirected (gpointer data, TernResponse *previous, const char *next)
{
  TernClientCall *self = data;

  g_signal_emit (self->client, tern_client_signals[TERN_CLIENT_REDIRECTED], 0, previous, next);
}

static void
on_uploaded (gpointer data, guint64 sent)
{
  TernClientCall *self = data;

  self->sent = sent;
  g_signal_emit (self->client, tern_client_signals[TERN_CLIENT_PROGRESS], 0, self->request, sent,
                 (guint64)0, (gint64)-1);
}

static gboolean
on_certificate_error (gpointer data, GPtrArray *chain, GTlsCertificateFlags errors)
{
  TernClientCall *self = data;
  gboolean accept = FALSE;

  g_signal_emit (self->client, tern_client_signals[TERN_CLIENT_CERTIFICATE_ERROR], 0, chain, errors,
                 &accept);
  return accept;
}

static TernCredentials *
on_authenticate (gpointer data, TernChallenge *challenge)
{
  TernClientCall *self = data;
  TernCredentials *credentials = NULL;

  g_signal_emit (self->client, tern_client_signals[TERN_CLIENT_AUTHENTICATE], 0, challenge,
                 self->request, &credentials);
  return credentials;
}

static gboolean
has_listener (TernClient *client, guint number)
{
  return g_signal_has_handler_pending (client, tern_client_signals[number], 0, TRUE);
}

TernClientCall *
tern_client_call_new (TernClient *client, TernRequest *request, gboolean whole_body)
{
  TernClientCall *self = g_new0 (TernClientCall, 1);
  g_autoptr (TernSettings) settings = tern_client_get_settings (client);
  /* Who is told of rare things is looked for when they happen: each look costs a hundred
   * instructions, and each request would pay for all of them. */
  TernHooks hooks = { .informational = on_informational,
                      .redirected = on_redirected,
                      .certificate_error = on_certificate_error,
                      .data = self };

  self->client = g_object_ref (client);
  self->request = g_object_ref (request);
  self->whole_body = whole_body;
  self->errors_as_responses = settings->errors_as_responses;
  self->told = has_listener (client, TERN_CLIENT_PROGRESS);
  self->shown = has_listener (client, TERN_CLIENT_HEAD);
  tern_client_log_init (&self->log, client, request, settings);
  if (tern_client_log_is_wanted (&self->log))
    hooks.log = on_log;
  if (self->shown || hooks.log)
    hooks.head = on_head;
  if (self->told)
    hooks.uploaded = on_uploaded;
  if (has_listener (client, TERN_CLIENT_AUTHENTICATE))
    hooks.authenticate = on_authenticate;
  self->flow = tern_flow_new (settings, request, &hooks);
  return self;
}

void
tern_client_call_free (TernClientCall *self)
{
  g_clear_pointer (&self->flow, tern_flow_free);
  g_clear_pointer (&self->body, tern_reader_free);
  tern_block_clear (&self->gather);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_clear_pointer (&self->failure, tern_failure_unref);
  g_clear_object (&self->response);
  g_object_unref (self->request);
  g_object_unref (self->client);
  g_free (self);
}

void
tern_client_call_keep_errors (TernClientCall *self)
{
  self->errors_as_responses = FALSE;
}

/* A body of a store that lies in memory need not be copied; but a short one may be a piece of a
 * much longer block, which it would keep. */
static GBytes *
take_whole (TernReader *body, gint64 expected)
{
  return body && expected >= WORTH_TAKING ? tern_reader_take_rest (body) : NULL;
}

/* The head is there (both taken): the body becomes a stream, or is read on here. */
static void
take_response (TernClientCall *self, TernResponse *response, TernReader *body)
{
  self->response = response;
  self->body = body;
  if (self->body && self->told)
    self->body = tern_progress_reader_new (self->body, self->client, self->request, self->sent,
                                           self->response->expected);
  if (self->body && tern_client_log_is_wanted (&self->log))
    self->body = tern_log_reader_new (self->body, &self->log, !self->whole_body);
  g_clear_pointer (&self->content, g_bytes_unref);
  if (self->whole_body)
    self->content = take_whole (self->body, self->response->expected);
  if (self->whole_body && !self->content)
    tern_block_init (&self->gather, self->response->expected);
  else if (!self->whole_body && self->body)
    tern_response_take_body (
        self->response,
        tern_body_stream_new (g_steal_pointer (&self->body), self->request, self->response),
        tern_body_stream_find_trailers);
}

/* The length of a decoded body is known once it was read: as with httplib2, the field tells it. */
static void
tell_length (TernClientCall *self)
{
  TernHeaders *headers = self->response->headers;
  char length[24];

  if (!tern_headers_has (headers, "-content-encoding")
      || tern_headers_has (headers, "Content-Length"))
    return;
  g_snprintf (length, sizeof length, "%" G_GSIZE_FORMAT, g_bytes_get_size (self->content));
  tern_headers_append (headers, "Content-Length", length);
}

static TernStep
read_body (TernClientCall *self, TernWait *wait, GError **error)
{
  TernHeaders *trailers;

  if (self->body)
    {
      const TernStep step = self->content
                                ? TERN_STEP_DONE
                                : tern_gather_step (&self->gather, self->body, wait, error);

      if (step != TERN_STEP_DONE)
        return step;
      trailers = tern_reader_get_trailers (self->body);
      self->response->trailers = trailers ? tern_headers_ref (trailers) : NULL;
      g_clear_pointer (&self->body, tern_reader_free);
    }
  if (self->response->content) /* made of an error */
    {
      self->content = g_bytes_ref (self->response->content);
      return TERN_STEP_DONE;
    }
  if (!self->content)
    self->content = tern_block_end (&self->gather);
  self->response->content = g_bytes_ref (self->content);
  tell_length (self);
  return TERN_STEP_DONE;
}

static TernStep
run (TernClientCall *self, TernWait *wait, GError **error)
{
  TernResult *result = &self->flow->result;

  if (!self->response)
    {
      const TernStep step = tern_flow_step (self->flow, wait, error);

      if (step != TERN_STEP_DONE)
        return step;
      take_response (self, g_steal_pointer (&result->response), g_steal_pointer (&result->body));
    }
  return self->whole_body ? read_body (self, wait, error) : TERN_STEP_DONE;
}

/* What is known of a failure that came while the body was read whole. */
static TernFailure *
body_failure (TernClientCall *self, const GError *error)
{
  TernFailure *failure = tern_failure_new (TERN_PHASE_RECEIVE);

  failure->line = g_strdup (tern_error_get_line (error));
  failure->expected = self->response->expected;
  failure->received = self->gather.used;
  failure->partial_body = tern_block_end (&self->gather);
  failure->response = g_object_ref (self->response);
  return failure;
}

static TernFailure *
gather_failure (TernClientCall *self, const GError *error)
{
  TernFailure *failure = self->flow->result.failure;

  if (self->response)
    failure = body_failure (self, error);
  else
    failure = failure ? tern_failure_ref (failure) : tern_failure_new (self->flow->phase);
  if (tern_client_log_is_wanted (&self->log))
    tern_client_log_error (&self->log, error);
  return failure;
}

/* Puts a response in the place of an error, if that is wanted: the call goes on as if it had come.
 * Its body, where it has one, may fail in its turn; what is made then has none. */
static gboolean
answer_error (TernClientCall *self, const GError *error)
{
  TernFlow *flow = self->flow;
  g_autoptr (TernFailure) failure = NULL;
  TernReader *body = NULL;
  TernResponse *made;

  if (!self->errors_as_responses || tern_error_response_get_status (error) == 0)
    return FALSE;
  failure = gather_failure (self, error);
  made = tern_error_response_new (error, failure, flow->call.uri, self->request->uri);
  if (!made->content)
    body = g_steal_pointer (&flow->result.body);
  made->timings.total = g_get_monotonic_time () - flow->started;
  g_clear_pointer (&flow->result.body, tern_reader_free);
  g_clear_pointer (&self->body, tern_reader_free);
  g_clear_pointer (&self->failure, tern_failure_unref);
  self->failure = g_steal_pointer (&failure);
  g_clear_object (&self->response);
  take_response (self, made, body);
  return TRUE;
}

TernStep
tern_client_call_step (gpointer call, TernWait *wait, GError **error)
{
  TernClientCall *self = call;
  GError *cause = NULL;
  TernStep step = run (self, wait, &cause);

  while (step == TERN_STEP_FAILED && answer_error (self, cause))
    {
      g_clear_error (&cause);
      step = run (self, wait, &cause);
    }
  if (cause)
    g_propagate_error (error, cause);
  return step;
}

void
tern_client_call_settle (TernClientCall *self, GError **error)
{
  TernFlow *flow = self->flow;

  if (!*error)
    {
      tern_request_take_failure (self->request, g_steal_pointer (&self->failure));
      return;
    }
  if (g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (
        error, _ ("While %s (%s): "),
        tern_phase_describe (self->response ? TERN_PHASE_RECEIVE : flow->phase),
        flow->call.uri ? flow->call.uri->host : "");
  tern_request_take_failure (self->request, gather_failure (self, *error));
}

TernResponse *
tern_client_call_steal (TernClientCall *self, GBytes **content)
{
  if (content)
    *content = g_steal_pointer (&self->content);
  return g_steal_pointer (&self->response);
}
