/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of an answer on its way into the sink, and when a try that failed is followed by
 * another. */
#include <inttypes.h>
#include <string.h>

#include "base/tern-i18n.h"
#include "download/tern-download-retry.h"
#include "download/tern-download-run-private.h"
#include "exchange/tern-body-stream.h"
#include "exchange/tern-deadline.h"

/* After that much in one go the driver has its turn: a fast server must not hold up a main loop. */
#define TURN (1024 * 1024)
#define BLOCK (64 * 1024)

/* The state is written anew after that much, or that long: it costs as much as a block does. */
#define NOTE_BYTES (8 * 1024 * 1024)
#define NOTE_TIME G_TIME_SPAN_SECOND

#define TELL_TIME (G_TIME_SPAN_SECOND / 10)

/* Whether the bytes that are there spare the next try something. */
static gboolean
is_further (TernDownloadRun *self)
{
  return self->sink->length > self->highest
         && tern_download_identity_get_validator (&self->have) != NULL;
}

/* Whether another try can bring anything: what went into a pipe is only of use to one that names
 * the content. */
static gboolean
can_go_on (TernDownloadRun *self)
{
  return self->sink->length == 0 || self->sink->can_cut
         || tern_download_identity_get_validator (&self->have) != NULL;
}

TernStep
tern_download_run_try_again (TernDownloadRun *self, GError *cause, gint64 delay, GError **error)
{
  const gint64 now = g_get_monotonic_time ();

  if (is_further (self))
    {
      self->highest = self->sink->length;
      self->tries = 0;
    }
  if (delay < 0)
    delay
        = tern_download_retry_back_off (self->wishes.retry_delay, self->tries + 1, g_random_int ());
  if (self->tries >= self->wishes.retries || !can_go_on (self)
      || (self->total_at != TERN_NEVER && now + delay >= self->total_at))
    {
      g_propagate_error (error, cause);
      return TERN_STEP_FAILED;
    }
  g_error_free (cause);
  self->tries++;
  self->wake_at = now + delay;
  self->state = TERN_DOWNLOAD_SLEEP;
  tern_download_run_drop (self);
  tern_download_run_note (self);
  tern_download_run_tell (self, "retrying");
  return TERN_STEP_DONE;
}

TernStep
tern_download_run_fail (TernDownloadRun *self, GError *cause, GError **error)
{
  if (tern_download_retry_is_worth (cause, self->answered))
    return tern_download_run_try_again (self, cause, -1, error);
  g_propagate_error (error, cause);
  return TERN_STEP_FAILED;
}

/* A response without a stream has its content in memory. */
static TernStep
read_body (TernDownloadRun *self, gsize *n, TernWait *wait, GError **error)
{
  gssize got;

  if (TERN_IS_BODY_STREAM (self->body))
    return tern_body_stream_step (TERN_BODY_STREAM (self->body), self->buffer, BLOCK, n, wait,
                                  error);
  got = g_input_stream_read (self->body, self->buffer, BLOCK, NULL, error);
  *n = (gsize)MAX (got, 0);
  return got < 0 ? TERN_STEP_FAILED : TERN_STEP_DONE;
}

static gboolean
is_too_large (TernDownloadRun *self, guint64 size)
{
  return self->wishes.max_size > 0 && size > self->wishes.max_size;
}

TernStep
tern_download_run_refuse_size (TernDownloadRun *self, GError **error)
{
  self->summed = FALSE; /* not to be gone on with */
  g_set_error (error, TERN_ERROR, TERN_ERROR_TOO_LARGE, _ ("%s is larger than %" PRIu64 " bytes"),
               self->shown_uri, self->wishes.max_size);
  return TERN_STEP_FAILED;
}

/* Bytes came: those that are there already are left out, those that are too many refused. */
static TernStep
take_block (TernDownloadRun *self, gsize n, GError **error)
{
  const gsize skipped = (gsize)MIN (self->skip, n);

  self->skip -= skipped;
  self->filled = n;
  self->at = skipped;
  if (self->expected >= 0 && (guint64)self->expected < n)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_BAD_FRAMING,
                   _ ("%s: the server sends more than it said"), self->shown_uri);
      return TERN_STEP_FAILED;
    }
  if (self->expected >= 0)
    self->expected -= (gint64)n;
  if (is_too_large (self, self->sink->length + n - skipped))
    return tern_download_run_refuse_size (self, error);
  return TERN_STEP_DONE;
}

static TernStep
write_block (TernDownloadRun *self, gsize *moved, TernWait *wait, GError **error)
{
  const gint64 now = g_get_monotonic_time ();
  gsize n = 0;
  const TernStep step = self->sink->klass->write (self->sink, self->buffer + self->at,
                                                  self->filled - self->at, &n, wait, error);

  if (step != TERN_STEP_DONE)
    return step;
  if (self->summed)
    tern_download_sum_add (&self->sum, self->buffer + self->at, n);
  self->at += n;
  *moved += n;
  if (self->sink->length - self->noted >= NOTE_BYTES || now - self->noted_at >= NOTE_TIME)
    tern_download_run_note (self);
  if (now - self->told_at >= TELL_TIME)
    tern_download_run_tell (self, "receiving");
  return TERN_STEP_DONE;
}

/* Before a wait: what has come is told and kept in time, also when nothing comes any more. */
static void
tend (TernDownloadRun *self, TernWait *wait)
{
  const gint64 now = g_get_monotonic_time ();

  if (self->is_watched && self->told != self->sink->length)
    {
      if (now - self->told_at >= TELL_TIME)
        tern_download_run_tell (self, "receiving");
      else
        tern_wait_add_deadline (wait, self->told_at + TELL_TIME);
    }
  if (self->sink->klass->note && self->noted != self->sink->length)
    {
      if (now - self->noted_at >= NOTE_TIME)
        tern_download_run_note (self);
      else
        tern_wait_add_deadline (wait, self->noted_at + NOTE_TIME);
    }
}

static GError *
incomplete (TernDownloadRun *self)
{
  return g_error_new (TERN_ERROR, TERN_ERROR_INCOMPLETE_READ,
                      _ ("%s: the body ended after %" PRIu64 " bytes, too early"), self->shown_uri,
                      self->sink->length);
}

/* A part may end before the content does (RFC 9110 §15.3.7): then the rest is asked for. Where
 * nobody says how much there is, the answer to that is what says it was all. */
static TernStep
end_body (TernDownloadRun *self, GError **error)
{
  const guint64 length = self->sink->length;

  if (self->expected > 0 || self->skip > 0)
    return tern_download_run_fail (self, incomplete (self), error);
  self->tries = 0;
  self->state = TERN_DOWNLOAD_FINISH;
  if (self->ranged && (self->have.total < 0 || (guint64)self->have.total > length))
    {
      tern_download_run_drop (self);
      self->state = TERN_DOWNLOAD_ASK;
    }
  else
    self->have.total = (gint64)length;
  return TERN_STEP_DONE;
}

TernStep
tern_download_run_receive (TernDownloadRun *self, TernWait *wait, GError **error)
{
  gsize moved = 0;

  while (self->state == TERN_DOWNLOAD_RECEIVE)
    {
      GError *cause = NULL;
      TernStep step;
      gsize n = 0;

      if (moved >= TURN)
        {
          tern_wait_add_deadline (wait, 0);
          return TERN_STEP_WAIT;
        }
      if (self->at < self->filled)
        {
          step = write_block (self, &moved, wait, error);
        }
      else
        {
          step = read_body (self, &n, wait, &cause);
          if (step == TERN_STEP_FAILED)
            return tern_download_run_fail (self, cause, error);
          if (step == TERN_STEP_DONE)
            step = n > 0 ? take_block (self, n, error) : end_body (self, error);
          moved += n > 0 && self->at == self->filled ? n : 0; /* leaving out takes time too */
        }
      if (step == TERN_STEP_WAIT)
        tend (self, wait);
      if (step != TERN_STEP_DONE)
        return step;
    }
  return TERN_STEP_DONE;
}
