/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The states of a download and what leads from one to the next: open → check → ask → send →
 * receive → finish, with a sleep before another try. */
#include "download/tern-download-run-private.h"

#include <string.h>

#include "base/tern-escape.h"
#include "base/tern-i18n.h"
#include "download/tern-download-descriptor.h"
#include "download/tern-download-file.h"
#include "download/tern-download-private.h"
#include "download/tern-download-retry.h"
#include "policy/tern-cache-validator.h"

/* After that much in one go the driver has its turn. */
#define TURN (1024 * 1024)
#define BLOCK (64 * 1024)
/* Thirty years are for ever. */
#define SECONDS_MOST 1e9

typedef TernStep (*StateFunc) (TernDownloadRun *self, TernWait *wait, GError **error);

/* When all has to be over: what the download is told, else what the client is. */
static gint64
find_end (const TernDownloadWishes *wishes, const TernSettings *settings)
{
  gint64 total = settings->total_timeout;

  if (wishes->total_timeout >= 0)
    total = (gint64)(MIN (wishes->total_timeout, SECONDS_MOST) * G_TIME_SPAN_SECOND);
  /* Less than a microsecond is still a limit. */
  if (wishes->total_timeout > 0)
    total = MAX (total, 1);
  return total ? g_get_monotonic_time () + total : TERN_NEVER;
}

TernDownloadRun *
tern_download_run_new (
    TernClient *client, const char *uri, GFile *destination, int fd, TernDownloadOptions *options)
{
  TernDownloadRun *self = g_new0 (TernDownloadRun, 1);
  g_autoptr (TernSettings) settings = tern_client_get_settings (client);

  self->client = g_object_ref (client);
  self->uri = g_strdup (uri ? uri : "");
  self->shown_uri = tern_escape_uri (self->uri);
  self->destination = destination ? g_object_ref (destination) : NULL;
  self->options = options ? g_object_ref (options) : NULL;
  self->fd = fd;
  self->is_watched = options
                     && g_signal_has_handler_pending (
                         options, tern_download_signals[TERN_DOWNLOAD_PROGRESS], 0, TRUE);
  self->have.total = self->left.identity.total = -1;
  tern_download_wishes_init (&self->wishes, options);
  self->total_at = find_end (&self->wishes, settings);
  return self;
}

void
tern_download_run_drop (TernDownloadRun *self)
{
  g_clear_pointer (&self->call, tern_client_call_free);
  g_clear_object (&self->body);
  g_clear_object (&self->response);
  g_clear_object (&self->request);
  self->filled = self->at = 0;
}

void
tern_download_run_free (TernDownloadRun *self)
{
  tern_download_run_drop (self);
  if (self->sink)
    self->sink->klass->free (self->sink, TRUE);
  tern_download_sum_clear (&self->sum);
  tern_download_state_clear (&self->left);
  tern_download_identity_clear (&self->have);
  tern_download_wishes_clear (&self->wishes);
  g_clear_pointer (&self->parsed, tern_uri_unref);
  g_clear_object (&self->result);
  g_clear_object (&self->destination);
  g_clear_object (&self->options);
  g_clear_object (&self->client);
  g_free (self->buffer);
  g_free (self->place);
  g_free (self->name);
  g_free (self->shown_uri);
  g_free (self->uri);
  g_free (self);
}

void
tern_download_run_tell (TernDownloadRun *self, const char *what)
{
  self->told_at = g_get_monotonic_time ();
  self->told = self->sink ? self->sink->length : 0;
  if (self->is_watched)
    g_signal_emit (self->options, tern_download_signals[TERN_DOWNLOAD_PROGRESS], 0, self->told,
                   self->have.total, what);
}

/* Whether the next download can go on with what is there. */
static gboolean
can_be_kept (TernDownloadRun *self)
{
  return self->wishes.resume && self->sink->length > 0 && self->summed
         && tern_download_identity_get_validator (&self->have) != NULL;
}

void
tern_download_run_note (TernDownloadRun *self)
{
  const gint64 now = g_get_monotonic_time ();
  TernDownloadState state = {
    .uri = self->place, .identity = self->have, .length = self->sink->length, .name = self->name
  };
  g_autofree char *sum = NULL;

  if (!self->sink->klass->note)
    return;
  self->noted = self->sink->length;
  self->noted_at = now;
  sum = can_be_kept (self) ? tern_download_sum_peek (&self->sum) : NULL;
  state.sum = sum;
  self->sink->klass->note (self->sink, sum ? &state : NULL);
}

gboolean
tern_download_run_restart (TernDownloadRun *self, GError **error)
{
  if (self->sink->length > 0 && !self->sink->can_cut)
    {
      const gboolean named = tern_download_identity_get_validator (&self->have) != NULL;

      g_set_error (
          error, TERN_ERROR, TERN_ERROR_INCOMPLETE_READ,
          named ? _ ("%s has changed on the server, and what was written cannot be taken back")
                : _ ("%s has no strong validator to go on with it by, and what was written cannot "
                     "be taken back"),
          self->shown_uri);
      return FALSE;
    }
  if (self->sink->can_cut && !self->sink->klass->cut (self->sink, 0, error))
    return FALSE;
  tern_download_sum_restart (&self->sum);
  tern_download_identity_clear (&self->have);
  self->summed = TRUE;
  self->resumed_from = 0;
  return TRUE;
}

static void
on_writing (gpointer data, guint64 done, guint64 most)
{
  TernDownloadRun *self = data;

  g_signal_emit (self->options, tern_download_signals[TERN_DOWNLOAD_WRITING], 0, done, most);
}

static TernStep
open_sink (TernDownloadRun *self, TernWait *wait, GError **error)
{
  g_autofree char *whole = NULL;

  self->parsed = tern_uri_parse (self->uri, error);
  if (!self->parsed || !tern_download_sum_init (&self->sum, self->wishes.checksum, error))
    return TERN_STEP_FAILED;
  whole = tern_uri_to_string (self->parsed, FALSE);
  self->place = g_compute_checksum_for_string (G_CHECKSUM_SHA256, whole, -1);
  if (self->destination)
    self->sink = tern_download_file_new (self->destination, self->parsed, self->place,
                                         self->wishes.overwrite, &self->left, error);
  else
    self->sink = tern_download_descriptor_new (
        self->fd, self->wishes.resume ? self->wishes.resume_offset : 0, error);
  if (!self->sink)
    return TERN_STEP_FAILED;
  if (!self->destination)
    tern_download_identity_init_tag (&self->have, self->wishes.resume_etag);
  if (!self->wishes.resume)
    self->sink->length = 0;
  if (self->options
      && g_signal_has_handler_pending (self->options, tern_download_signals[TERN_DOWNLOAD_WRITING],
                                       0, TRUE))
    {
      self->sink->writing = on_writing;
      self->sink->writing_data = self;
    }
  self->state = TERN_DOWNLOAD_CHECK;
  tern_download_run_tell (self, "checking");
  return TERN_STEP_DONE;
}

/* What was there has been read: it is what the state says, or nothing. */
static gboolean
end_check (TernDownloadRun *self, GError **error)
{
  g_autofree char *sum = tern_download_sum_peek (&self->sum);

  self->summed = self->checked == self->sink->length;
  self->resumed_from = self->sink->length;
  self->state = TERN_DOWNLOAD_ASK;
  if (!self->destination)
    return TRUE;
  if (!self->summed || self->sink->length == 0 || g_strcmp0 (sum, self->left.sum) != 0)
    return tern_download_run_restart (self, error);
  self->have = self->left.identity;
  self->left.identity = (TernDownloadIdentity){ .total = -1 };
  self->name = g_steal_pointer (&self->left.name);
  /* What lies behind is not vouched for. */
  return self->sink->klass->cut (self->sink, self->sink->length, error);
}

static TernStep
check (TernDownloadRun *self, TernWait *wait, GError **error)
{
  const guint64 stop = self->checked + TURN;

  if (!self->buffer)
    self->buffer = g_malloc (BLOCK);
  while (self->sink->can_read && self->checked < self->sink->length)
    {
      const gsize len = MIN (BLOCK, self->sink->length - self->checked);
      gssize n;

      if (self->checked >= stop)
        {
          tern_wait_add_deadline (wait, 0);
          return TERN_STEP_WAIT;
        }
      n = self->sink->klass->read (self->sink, self->checked, self->buffer, len, error);
      if (n < 0)
        return TERN_STEP_FAILED;
      if (n == 0)
        break;
      tern_download_sum_add (&self->sum, self->buffer, (gsize)n);
      self->checked += (guint64)n;
    }
  if (!end_check (self, error))
    return TERN_STEP_FAILED;
  if (self->summed || !self->wishes.checksum)
    return TERN_STEP_DONE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               _ ("The checksum of %s cannot be verified: what it holds cannot be read"),
               self->sink->shown);
  return TERN_STEP_FAILED;
}

static TernStep
sleep_on (TernDownloadRun *self, TernWait *wait, GError **error)
{
  if (g_get_monotonic_time () < self->wake_at)
    {
      tern_wait_add_deadline (wait, self->wake_at);
      return TERN_STEP_WAIT;
    }
  self->state = TERN_DOWNLOAD_ASK;
  return TERN_STEP_DONE;
}

static void
fill_result (TernDownloadRun *self)
{
  const char *path = tern_download_file_get_path (self->sink);
  TernDownload *result = g_object_new (TERN_TYPE_DOWNLOAD, NULL);

  result->file = path ? g_file_new_for_path (path) : NULL;
  result->size = self->sink->length;
  result->resumed_from = self->resumed_from;
  result->checksum = self->summed ? tern_download_sum_peek (&self->sum) : NULL;
  result->etag = g_strdup (self->have.tag);
  result->response = g_steal_pointer (&self->response);
  self->result = result;
}

/* A checksum that is wrong may be the fault of what was there before, or of a cache: then all is
 * fetched once more, from the server itself. */
static TernStep
refuse_sum (TernDownloadRun *self, GError *cause, GError **error)
{
  const gboolean suspect = self->resumed_from > 0 || tern_response_get_from_cache (self->response);
  const gboolean again = suspect && !self->anew && self->sink->can_cut && self->destination;

  self->summed = FALSE; /* nobody goes on with that */
  if (!again)
    {
      g_propagate_error (error, cause);
      return TERN_STEP_FAILED;
    }
  g_error_free (cause);
  self->anew = TRUE;
  self->is_finishing = FALSE;
  tern_download_run_drop (self);
  if (!tern_download_run_restart (self, error))
    return TERN_STEP_FAILED;
  self->state = TERN_DOWNLOAD_ASK;
  return TERN_STEP_DONE;
}

static TernStep
finish (TernDownloadRun *self, TernWait *wait, GError **error)
{
  gint64 mtime = -1;
  GError *cause = NULL;
  TernStep step;

  if (!self->is_finishing)
    {
      self->is_finishing = TRUE;
      tern_download_run_note (self);
      tern_download_run_tell (self, "finishing");
    }
  if (self->wishes.checksum && !tern_download_sum_check (&self->sum, self->sink->shown, &cause))
    return refuse_sum (self, cause, error);
  /* Checked once: the next call is after a wait. */
  g_clear_pointer (&self->wishes.checksum, g_free);
  /* A server must not name a time that is still to come (RFC 9110 §8.8.2.1), and make(1) and the
   * like go wrong where a file has one. */
  if (!self->wishes.set_mtime
      || !tern_cache_last_modified (tern_response_get_headers (self->response), &mtime)
      || mtime > g_get_real_time () / G_USEC_PER_SEC)
    mtime = -1;
  step = self->sink->klass->finish (self->sink, mtime, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  fill_result (self);
  self->state = TERN_DOWNLOAD_OVER;
  return TERN_STEP_DONE;
}

static const StateFunc states[TERN_DOWNLOAD_N_STATES] = {
  [TERN_DOWNLOAD_OPEN] = open_sink,
  [TERN_DOWNLOAD_CHECK] = check,
  [TERN_DOWNLOAD_ASK] = tern_download_run_ask,
  [TERN_DOWNLOAD_SEND] = tern_download_run_send,
  [TERN_DOWNLOAD_RECEIVE] = tern_download_run_receive,
  [TERN_DOWNLOAD_SLEEP] = sleep_on,
  [TERN_DOWNLOAD_FINISH] = finish,
};

TernStep
tern_download_run_step (gpointer run, TernWait *wait, GError **error)
{
  TernDownloadRun *self = run;
  TernStep step = TERN_STEP_DONE;

  while (step == TERN_STEP_DONE && self->state != TERN_DOWNLOAD_OVER)
    step = states[self->state](self, wait, error);
  return step;
}

static void
tell_failure (TernDownloadRun *self)
{
  g_autoptr (TernFailure) failure
      = self->options && self->request ? tern_request_get_failure (self->request) : NULL;

  if (failure)
    g_signal_emit (self->options, tern_download_signals[TERN_DOWNLOAD_FAILED], 0, failure);
}

void
tern_download_run_settle (TernDownloadRun *self, GError **error)
{
  gboolean kept;

  if (!*error)
    return;
  /* It says where a cancelled request was, and gives the request its facts. */
  if (self->call)
    tern_client_call_settle (self->call, error);
  tell_failure (self);
  if (!self->sink)
    return;
  /* Who goes on later has to know all that went into a pipe, also what came after the last word. */
  if (self->state == TERN_DOWNLOAD_RECEIVE && self->told != self->sink->length)
    tern_download_run_tell (self, "receiving");
  kept = can_be_kept (self) || self->state == TERN_DOWNLOAD_CHECK;
  if (can_be_kept (self) && self->state > TERN_DOWNLOAD_CHECK)
    tern_download_run_note (self);
  self->sink->klass->free (g_steal_pointer (&self->sink), kept);
}

TernDownload *
tern_download_run_steal (TernDownloadRun *self)
{
  return g_steal_pointer (&self->result);
}
