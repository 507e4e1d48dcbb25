/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One job. A transfer that was told to stop may take its time, so a job that is to go on again is
 * queued and not run before the old one has ended: two never write into one descriptor. */
#include "job.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <tern/tern.h>
#include <unistd.h>

static const struct
{
  const char *name;
  gboolean can_pause;
  gboolean can_resume;
  gboolean can_cancel;
  gboolean has_ended;
} states[N_JOB_STATES] = {
  /*                     name           pause  resume cancel ended */
  [JOB_QUEUED] = { "Queued", TRUE, FALSE, TRUE, FALSE },
  [JOB_RUNNING] = { "Running", TRUE, FALSE, TRUE, FALSE },
  [JOB_PAUSED] = { "Paused", FALSE, TRUE, TRUE, FALSE },
  [JOB_INTERRUPTED] = { "Interrupted", FALSE, TRUE, TRUE, FALSE },
  [JOB_DONE] = { "Done", FALSE, FALSE, FALSE, TRUE },
  [JOB_FAILED] = { "Failed", FALSE, TRUE, FALSE, TRUE },
  [JOB_CANCELLED] = { "Cancelled", FALSE, TRUE, FALSE, TRUE },
};

const char *
job_state_name (JobState state)
{
  return states[state].name;
}

JobState
job_state_from_name (const char *name)
{
  JobState state = JOB_QUEUED;

  while (state < N_JOB_STATES && strcmp (states[state].name, name) != 0)
    state++;
  return state;
}

gboolean
job_has_ended (const Job *job)
{
  return states[job->state].has_ended;
}

gboolean
job_is_stream (const Job *job)
{
  return job->has_output && job->kind != DESCRIPTOR_FILE;
}

gboolean
job_is_owned_by (const Job *job, const char *name)
{
  return name && g_hash_table_contains (job->owners, name);
}

/* Where the body begins: the position, which an appending descriptor does not use. */
static guint64
find_base (int out)
{
  const int flags = fcntl (out, F_GETFL);
  const off_t position = lseek (out, 0, flags & O_APPEND ? SEEK_END : SEEK_CUR);

  return position > 0 ? (guint64)position : 0;
}

Job *
job_new (const char *path, const char *uri, Options *options, int out, DescriptorKind kind)
{
  Job *job = g_new0 (Job, 1);

  job->path = g_strdup (path);
  job->uri = g_strdup (uri);
  job->options = options;
  job->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  job->out = out;
  job->kind = kind;
  job->has_output = out >= 0;
  if (out >= 0 && kind == DESCRIPTOR_FILE)
    job->base = find_base (out);
  job->total = -1;
  job->most = G_MAXUINT64;
  if (options->handle_token)
    job->token_hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, options->handle_token, -1);
  return job;
}

static void
close_out (Job *job)
{
  if (job->out >= 0)
    close (job->out);
  job->out = -1;
}

void
job_free (Job *job)
{
  g_clear_pointer (&job->transfer, transfer_forget);
  close_out (job);
  g_clear_pointer (&job->count, count_unref);
  g_free (job->path);
  g_free (job->uri);
  options_free (job->options);
  g_hash_table_unref (job->owners);
  g_free (job->token_hash);
  g_free (job->agent_owner);
  g_free (job->etag);
  g_free (job->final_uri);
  g_clear_error (&job->error);
  g_free (job);
}

static void
set_state (Job *job, JobState state)
{
  job->state = state;
  job->speed = 0;
  job->ended_at = states[state].has_ended ? g_get_monotonic_time () : 0;
  if (states[state].has_ended)
    {
      close_out (job);
      g_clear_pointer (&job->options->secrets, secrets_unref);
    }
  if (job->on_changed)
    job->on_changed (job, job->data);
}

static gboolean
take_string (char **string, const char *value)
{
  if (!value || g_strcmp0 (*string, value) == 0)
    return FALSE;
  g_free (*string);
  *string = g_strdup (value);
  return TRUE;
}

gboolean
job_update (Job *job)
{
  TransferProgress progress;
  const gint64 now = g_get_monotonic_time ();
  const guint64 speed = job->speed;
  gboolean changed;

  /* An earlier run that has not ended yet has nothing to say any more. */
  if (!job->transfer || job->told)
    return FALSE;
  transfer_get_progress (job->transfer, &progress);
  changed = progress.done != job->done || progress.total != job->total;
  job->done = progress.done;
  job->total = progress.total;
  changed |= take_string (&job->etag, progress.etag);
  changed |= take_string (&job->final_uri, progress.final_uri);
  transfer_progress_clear (&progress);
  /* Over a second and more, so that it does not jump about. */
  if (job->state == JOB_RUNNING && now - job->measured_at >= G_USEC_PER_SEC)
    {
      const guint64 moved = job->done > job->measured_done ? job->done - job->measured_done : 0;
      const guint64 last = (guint64)((double)moved * G_USEC_PER_SEC / (now - job->measured_at));

      job->speed = job->speed ? (job->speed + last) / 2 : last;
      job->measured_at = now;
      job->measured_done = job->done;
    }
  return changed || speed != job->speed;
}

static void
on_end (Transfer *transfer, const GError *error, gpointer data)
{
  Job *job = data;

  job_update (job);
  g_clear_pointer (&job->transfer, transfer_forget);
  /* What was paused or cancelled, or has been queued again, has its state already. */
  if (job->state != JOB_RUNNING)
    {
      /* What the reader said while the last write went on stands, now that nothing writes. */
      if (job->told && job->count)
        count_set (job->count, job->done, job->done);
      if (job->on_changed)
        job->on_changed (job, job->data);
      return;
    }
  if (error)
    job->error = g_error_copy (error);
  set_state (job, error ? JOB_FAILED : JOB_DONE);
}

static TransferSpec *
make_spec (Job *job)
{
  TransferSpec *spec = transfer_spec_new ();
  const Options *options = job->options;

  spec->uri = g_strdup (job->uri);
  spec->headers = tern_headers_ref (options->headers);
  spec->partition = g_strdup (job->account->partition);
  spec->checksum = g_strdup (options->checksum);
  spec->max_size = options->max_size;
  spec->retries = options->retries;
  spec->timeout = options->timeout;
  spec->total_timeout = options->total_timeout;
  spec->kind = job->kind;
  spec->base = job->base;
  spec->offset = job->done;
  spec->etag = g_strdup (job->etag);
  spec->secrets = options->secrets ? secrets_ref (options->secrets) : NULL;
  spec->agent = job->agent_owner ? g_strdup (options->agent) : NULL;
  spec->caller = g_strdup (job->agent_owner);
  spec->handle_token = g_strdup (options->handle_token);
  spec->count = job->count ? count_ref (job->count) : NULL;
  return spec;
}

static void
fail (Job *job, int code, const char *message)
{
  job->error = g_error_new_literal (TERN_FETCH_ERROR, code, message);
  set_state (job, JOB_FAILED);
}

void
job_run (Job *job, TernClient *client, GDBusConnection *connection)
{
  TransferSpec *spec = make_spec (job);

  if (job->out >= 0)
    {
      spec->out = fcntl (job->out, F_DUPFD_CLOEXEC, 3);
      if (spec->out < 0)
        {
          transfer_spec_free (spec);
          fail (job, TERN_FETCH_ERROR_FAILED, g_strerror (errno));
          return;
        }
    }
  job->measured_at = g_get_monotonic_time ();
  job->measured_done = job->done;
  /* Nothing else writes now. */
  if (job->count)
    count_set (job->count, job->done, job->done);
  job->most = G_MAXUINT64;
  job->told = FALSE;
  job->transfer = transfer_start (client, connection, spec, NULL, on_end, job);
  set_state (job, JOB_RUNNING);
}

/* What happens to it cannot happen in every state; the state's name is that on the bus. */
static gboolean
refuse (const Job *job, const char *message, GError **error)
{
  g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_WRONG_STATE, _ (message),
               states[job->state].name);
  return FALSE;
}

gboolean
job_pause (Job *job, GError **error)
{
  if (!states[job->state].can_pause)
    return refuse (job, N_ ("A job that is “%s” cannot be paused"), error);
  job_update (job);
  if (job->transfer)
    transfer_cancel (job->transfer);
  set_state (job, JOB_PAUSED);
  return TRUE;
}

/* A stream goes on where the one before ended, to the byte, or not at all. A job whose output was a
 * file goes on at what it says: nothing of that has been in a stream. */
static gboolean
check_position (const Job *job, DescriptorKind kind, GError **error)
{
  if (!job->unknown || kind == DESCRIPTOR_FILE)
    return TRUE;
  g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_POSITION_UNKNOWN,
                       _ ("How many bytes were written before the helper ended is not known: say "
                          "by Claim, with the option received, how many have arrived"));
  return FALSE;
}

gboolean
job_resume (Job *job, int out, DescriptorKind kind, GError **error)
{
  if (!states[job->state].can_resume)
    {
      if (out >= 0)
        close (out);
      return refuse (job, N_ ("A job that is “%s” cannot be resumed"), error);
    }
  if (out < 0 && job->has_output && job->out < 0)
    {
      g_set_error_literal (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_DESCRIPTOR,
                           _ ("The job has no descriptor any more: a new one is needed"));
      return FALSE;
    }
  if (out >= 0 && !check_position (job, kind, error))
    {
      close (out);
      return FALSE;
    }
  if (out >= 0)
    {
      close_out (job);
      job->out = out;
      job->unknown = FALSE;
      /* A job that was to fill the cache may get an output; it has none of the bytes. */
      if (!job->has_output)
        job->done = 0;
      job->has_output = TRUE;
      job->kind = kind;
    }
  g_clear_error (&job->error);
  set_state (job, JOB_QUEUED);
  return TRUE;
}

gboolean
job_cancel (Job *job, GError **error)
{
  if (!states[job->state].can_cancel)
    return refuse (job, N_ ("A job that is “%s” cannot be cancelled"), error);
  job_update (job);
  if (job->transfer)
    transfer_cancel (job->transfer);
  set_state (job, JOB_CANCELLED);
  return TRUE;
}

/* More than there is, or than was written, is a mistake, and would leave a hole. */
static gboolean
check_received (Job *job, guint64 received, GError **error)
{
  guint64 most;

  /* Who has said how much arrived may still correct it. */
  if (job->count && !job->told)
    job->most = MIN (job->most, count_get_most (job->count));
  most = job->has_output ? job->most : 0;
  if (job->total >= 0)
    most = MIN (most, (guint64)job->total);
  most = MIN (most, G_MAXINT64);
  if (received <= most)
    return TRUE;
  g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_INVALID_OPTION,
               _ ("%" PRIu64 " bytes cannot have been received: at most %" PRIu64
                  " were written"),
               received, most);
  return FALSE;
}

gboolean
job_set_received (Job *job, guint64 received, GError **error)
{
  if (!states[job->state].can_resume)
    return refuse (job, N_ ("A job that is “%s” cannot be set to what was received"), error);
  if (!check_received (job, received, error))
    return FALSE;
  job->done = received;
  job->unknown = FALSE;
  job->told = TRUE;
  /* Also for the helper that comes after this one. */
  if (job->count && !job->transfer)
    count_set (job->count, received, received);
  job->on_changed (job, job->data);
  return TRUE;
}
