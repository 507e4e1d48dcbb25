/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request of a download, and what is made of its answer's head. */
#include <string.h>

#include "base/tern-field.h"
#include "base/tern-i18n.h"
#include "download/tern-disposition.h"
#include "download/tern-download-retry.h"
#include "download/tern-download-run-private.h"
#include "exchange/tern-deadline.h"
#include "message/tern-request-private.h"
#include "message/tern-response-private.h"

/* What makes a request conditional or partial is the download's to say. */
static void
remove_conditions (TernHeaders *headers)
{
  static const char *const names[]
      = { "Range",         "If-Range",          "If-Match",
          "If-None-Match", "If-Modified-Since", "If-Unmodified-Since" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    tern_headers_remove (headers, names[i]);
}

/* What is left of the time for all; no limit of the client's where there is to be none. */
static gboolean
limit_time (TernDownloadRun *self, GError **error)
{
  const gint64 left = self->total_at - g_get_monotonic_time ();

  tern_request_set_timeout (self->request, self->wishes.timeout);
  tern_request_set_total_timeout (self->request, 0);
  if (self->total_at == TERN_NEVER)
    return TRUE;
  if (left <= 0)
    {
      tern_deadline_set_error (error, TERN_PHASE_NONE, self->parsed->host);
      return FALSE;
    }
  tern_request_set_total_timeout (self->request, (double)left / G_TIME_SPAN_SECOND);
  return TRUE;
}

TernStep
tern_download_run_ask (TernDownloadRun *self, TernWait *wait, GError **error)
{
  TernHeaders *headers;

  self->request = tern_request_new ("GET", self->uri);
  tern_request_set_accept_encoding (self->request, FALSE);
  tern_request_set_partition (self->request, self->wishes.partition);
  if (self->wishes.headers)
    {
      tern_headers_unref (self->request->headers);
      self->request->headers = tern_headers_copy (self->wishes.headers);
    }
  headers = self->request->headers;
  remove_conditions (headers);
  /* The file, not a way to transport it; what comes coded all the same is kept as it is. */
  if (!tern_headers_has (headers, "Accept-Encoding"))
    tern_headers_append (headers, "Accept-Encoding", "identity");
  if (self->anew)
    tern_headers_set (headers, "Cache-Control", "no-cache");
  self->ranged = !self->distrusts_ranges
                 && tern_download_plan_ask (&self->have, self->sink->length, headers);
  if (!limit_time (self, error))
    return TERN_STEP_FAILED;
  self->call = tern_client_call_new (self->client, self->request, FALSE);
  tern_client_call_keep_errors (self->call);
  self->state = TERN_DOWNLOAD_SEND;
  tern_download_run_tell (self, "waiting");
  return TERN_STEP_DONE;
}

static GError *
status_error (TernDownloadRun *self)
{
  return g_error_new (TERN_STATUS_ERROR, (int)self->response->status,
                      _ ("%s: the server answered %u %s"), self->shown_uri, self->response->status,
                      self->response->reason ? self->response->reason : "");
}

/* The name that the server gives: of this answer, of the one before, or of what was asked for. */
static gboolean
choose_name (TernDownloadRun *self, GError **error)
{
  g_autofree char *value = tern_response_get_header (self->response, "Content-Disposition");
  g_autofree char *said = value ? tern_disposition_parse (value) : NULL;
  g_autofree char *clean = said ? tern_disposition_clean (said) : NULL;

  if (!self->sink->needs_name)
    return TRUE;
  if (clean || !self->name)
    {
      g_free (self->name);
      self->name = clean ? g_steal_pointer (&clean)
                         : tern_disposition_suggest (NULL, tern_response_get_uri (self->response));
    }
  return self->sink->klass->set_name (self->sink, self->name, error);
}

/* All that can be known before the first byte comes. */
static TernStep
begin_body (TernDownloadRun *self, const TernDownloadAnswer *answer, GError **error)
{
  const guint64 length = self->sink->length;

  self->have.total = answer->total;
  self->expected = answer->length;
  self->body = g_object_ref (tern_response_get_body (self->response));
  if (!choose_name (self, error))
    return TERN_STEP_FAILED;
  if (self->wishes.max_size > 0 && answer->total >= 0
      && (guint64)answer->total > self->wishes.max_size)
    return tern_download_run_refuse_size (self, error);
  if (answer->total >= 0 && (guint64)answer->total > length
      && !self->sink->klass->check_room (self->sink, (guint64)answer->total - length, error))
    return TERN_STEP_FAILED;
  self->state
      = answer->verdict == TERN_DOWNLOAD_COMPLETE ? TERN_DOWNLOAD_FINISH : TERN_DOWNLOAD_RECEIVE;
  self->noted = self->sink->length;
  self->noted_at = g_get_monotonic_time ();
  if (self->options)
    g_signal_emit (self->options, tern_download_signals[TERN_DOWNLOAD_RESPONSE], 0, self->response,
                   self->skip > 0 ? 0 : self->sink->length);
  tern_download_run_tell (self, "receiving");
  return TERN_STEP_DONE;
}

/* Where nothing can be taken back the same content is read over what is there. */
static gboolean
begin_whole (TernDownloadRun *self, TernDownloadIdentity *identity, GError **error)
{
  const gboolean over = self->sink->length > 0 && !self->sink->can_cut
                        && tern_download_identity_is_same (&self->have, identity);

  self->skip = over ? self->sink->length : 0;
  if (!over && !tern_download_run_restart (self, error))
    return FALSE;
  tern_download_identity_clear (&self->have);
  self->have = *identity;
  *identity = (TernDownloadIdentity){ .total = -1 };
  return TRUE;
}

static TernStep
ask_whole (TernDownloadRun *self, gboolean lied, GError **error)
{
  if (!self->ranged)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_BAD_FRAMING,
                   _ ("%s: the server sent a part that nobody asked for"), self->shown_uri);
      return TERN_STEP_FAILED;
    }
  self->distrusts_ranges = self->distrusts_ranges || lied;
  tern_download_run_drop (self);
  self->state = TERN_DOWNLOAD_ASK;
  /* A pipe keeps what it has got; what comes may still be the same. */
  if (!self->sink->can_cut && lied)
    return TERN_STEP_DONE;
  return tern_download_run_restart (self, error) ? TERN_STEP_DONE : TERN_STEP_FAILED;
}

/* Nobody waits for a server that was not to be asked (RFC 9111 §5.2.1.7). */
static gboolean
may_wait (TernDownloadRun *self)
{
  return !tern_field_has_token (self->request->headers, "Cache-Control", "only-if-cached");
}

static TernStep
follow (TernDownloadRun *self, TernDownloadIdentity *identity, GError **error)
{
  const TernDownloadQuestion question = { &self->have, self->sink->length, self->ranged };
  const TernDownloadAnswer answer
      = tern_download_plan_judge (&question, self->response->status, self->response->headers,
                                  self->response->expected, identity);
  GError *cause = NULL;

  switch (answer.verdict)
    {
    case TERN_DOWNLOAD_TAKE_WHOLE:
      if (!begin_whole (self, identity, error))
        return TERN_STEP_FAILED;
      return begin_body (self, &answer, error);
    case TERN_DOWNLOAD_APPEND:
    case TERN_DOWNLOAD_COMPLETE:
      self->skip = 0;
      return begin_body (self, &answer, error);
    case TERN_DOWNLOAD_ASK_WHOLE:
      return ask_whole (self, answer.lied, error);
    case TERN_DOWNLOAD_TRY_LATER:
    case TERN_DOWNLOAD_REFUSED:
    default:
      break;
    }
  cause = status_error (self);
  if (answer.verdict == TERN_DOWNLOAD_TRY_LATER && may_wait (self))
    return tern_download_run_try_again (
        self, cause,
        tern_download_retry_after (self->response->headers, g_get_real_time () / G_USEC_PER_SEC),
        error);
  g_propagate_error (error, cause);
  return TERN_STEP_FAILED;
}

TernStep
tern_download_run_send (TernDownloadRun *self, TernWait *wait, GError **error)
{
  GError *cause = NULL;
  TernStep step = tern_client_call_step (self->call, wait, &cause);
  TernDownloadIdentity identity;

  if (step == TERN_STEP_WAIT)
    return step;
  tern_client_call_settle (self->call, &cause);
  if (!cause)
    self->response = tern_client_call_steal (self->call, NULL);
  g_clear_pointer (&self->call, tern_client_call_free);
  if (cause)
    return tern_download_run_fail (self, cause, error);
  self->answered = TRUE;
  tern_download_identity_init (&identity, self->response->headers, self->response->uri);
  step = follow (self, &identity, error);
  tern_download_identity_clear (&identity);
  /* Who was shown the response may have cancelled: then nothing of it is kept. */
  if (step == TERN_STEP_DONE && g_cancellable_set_error_if_cancelled (wait->cancellable, error))
    return TERN_STEP_FAILED;
  return step;
}
