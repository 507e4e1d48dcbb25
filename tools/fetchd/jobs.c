/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All jobs, in the order of asking, and the queue: among those that wait the highest priority runs
 * first, then the oldest; no application runs more than its share, and a job whose reader takes
 * nothing keeps its turn from nobody. */
#include "jobs.h"

#include <string.h>

#define TICK_MS 250
#define ENDED_SECONDS 60

struct _Jobs
{
  GDBusConnection *connection;
  TernClient *client;
  Callers *callers;
  const Limits *limits;
  GHashTable *by_path;
  GHashTable *by_token; /* of detached jobs, by the hash */
  GPtrArray *order;
  guint64 last_number;
  JobsListener listeners[2];
  guint n_listeners;
  guint tick;  /* while something runs */
  guint later; /* a turn of the queue that is asked for */
};

Jobs *
jobs_new (GDBusConnection *connection, TernClient *client, Callers *callers, const Limits *limits)
{
  Jobs *jobs = g_new0 (Jobs, 1);

  jobs->connection = g_object_ref (connection);
  jobs->client = g_object_ref (client);
  jobs->callers = callers;
  jobs->limits = limits;
  jobs->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  jobs->by_token = g_hash_table_new (g_str_hash, g_str_equal);
  jobs->order = g_ptr_array_new ();
  return jobs;
}

/* A job's end without a word to anybody. */
static void
discard (Jobs *jobs, Job *job)
{
  account_remove_job (job->account, job->charged);
  callers_drop_account (jobs->callers, job->account);
  job_free (job);
}

void
jobs_free (Jobs *jobs)
{
  g_clear_handle_id (&jobs->tick, g_source_remove);
  g_clear_handle_id (&jobs->later, g_source_remove);
  for (guint i = 0; i < jobs->order->len; i++)
    discard (jobs, g_ptr_array_index (jobs->order, i));
  g_ptr_array_unref (jobs->order);
  g_hash_table_unref (jobs->by_path);
  g_hash_table_unref (jobs->by_token);
  g_object_unref (jobs->client);
  g_object_unref (jobs->connection);
  g_free (jobs);
}

void
jobs_listen (Jobs *jobs, const JobsListener *listener)
{
  g_assert (jobs->n_listeners < G_N_ELEMENTS (jobs->listeners));
  jobs->listeners[jobs->n_listeners++] = *listener;
}

static void
tell_changed (Jobs *jobs, Job *job)
{
  for (guint i = 0; i < jobs->n_listeners; i++)
    if (jobs->listeners[i].changed)
      jobs->listeners[i].changed (job, jobs->listeners[i].data);
}

static void
tell_owner (Jobs *jobs, Job *job, const char *owner, gboolean added)
{
  for (guint i = 0; i < jobs->n_listeners; i++)
    {
      const JobsListener *listener = &jobs->listeners[i];

      if (added && listener->added)
        listener->added (job, owner, listener->data);
      else if (!added && listener->removed)
        listener->removed (job, owner, listener->data);
    }
}

/* ---- the queue ---- */

static gboolean
counts_as_active (const Job *job)
{
  return job->transfer && !transfer_is_stalled (job->transfer);
}

static gboolean
is_before (const Job *a, const Job *b)
{
  if (a->options->priority != b->options->priority)
    return a->options->priority > b->options->priority;
  return a->number < b->number;
}

/* Counts what runs, in all and for each application. */
static guint
count_active (Jobs *jobs)
{
  guint n = 0;

  for (guint i = 0; i < jobs->order->len; i++)
    ((Job *)g_ptr_array_index (jobs->order, i))->account->active = 0;
  for (guint i = 0; i < jobs->order->len; i++)
    {
      const Job *job = g_ptr_array_index (jobs->order, i);

      if (!counts_as_active (job))
        continue;
      job->account->active++;
      n++;
    }
  return n;
}

static Job *
pick_next (Jobs *jobs)
{
  Job *next = NULL;

  for (guint i = 0; i < jobs->order->len; i++)
    {
      Job *job = g_ptr_array_index (jobs->order, i);

      /* One that is still ending an earlier run waits for that. */
      if (job->state == JOB_QUEUED && !job->transfer && (!next || is_before (job, next))
          && job->account->active < jobs->limits->active_one)
        next = job;
    }
  return next;
}

static gboolean on_tick (gpointer data);

static gboolean
run_queue (gpointer data)
{
  Jobs *jobs = data;
  guint active = count_active (jobs);

  while (active < jobs->limits->active && transfer_count_threads () < jobs->limits->threads)
    {
      Job *job = pick_next (jobs);

      if (!job)
        break;
      job_run (job, jobs->client, jobs->connection);
      active++;
      job->account->active++;
    }
  jobs->later = 0;
  if (!jobs->tick && jobs->order->len > 0)
    jobs->tick = g_timeout_add (TICK_MS, on_tick, jobs);
  return G_SOURCE_REMOVE;
}

/* Once for all that happens in one turn of the main loop. */
void
jobs_schedule (Jobs *jobs)
{
  if (!jobs->later)
    jobs->later = g_idle_add_full (G_PRIORITY_DEFAULT, run_queue, jobs, NULL);
}

static gboolean
on_tick (gpointer data)
{
  Jobs *jobs = data;
  gboolean any = FALSE;

  for (guint i = 0; i < jobs->order->len; i++)
    {
      Job *job = g_ptr_array_index (jobs->order, i);

      any |= job->transfer || job->state == JOB_QUEUED;
      if (job_update (job))
        tell_changed (jobs, job);
    }
  /* A job that stalls has given up its turn. */
  jobs_schedule (jobs);
  if (any)
    return G_SOURCE_CONTINUE;
  g_clear_handle_id (&jobs->later, g_source_remove);
  jobs->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
on_changed (Job *job, gpointer data)
{
  Jobs *jobs = data;

  tell_changed (jobs, job);
  jobs_schedule (jobs);
}

/* ---- the table ---- */

void
jobs_add (Jobs *jobs, Job *job, const char *owner)
{
  job->number = ++jobs->last_number;
  job->on_changed = on_changed;
  job->data = jobs;
  g_hash_table_insert (jobs->by_path, job->path, job);
  if (job->options->detached && job->token_hash)
    g_hash_table_insert (jobs->by_token, job->token_hash, job);
  g_ptr_array_add (jobs->order, job);
  tell_changed (jobs, job);
  if (owner)
    jobs_share (jobs, job, owner);
  jobs_schedule (jobs);
}

void
jobs_share (Jobs *jobs, Job *job, const char *owner)
{
  if (g_hash_table_add (job->owners, g_strdup (owner)))
    tell_owner (jobs, job, owner, TRUE);
}

void
jobs_remove (Jobs *jobs, Job *job)
{
  g_autofree gpointer *owners = g_hash_table_get_keys_as_array (job->owners, NULL);

  g_hash_table_remove (jobs->by_path, job->path);
  if (job->token_hash && g_hash_table_lookup (jobs->by_token, job->token_hash) == job)
    g_hash_table_remove (jobs->by_token, job->token_hash);
  g_ptr_array_remove (jobs->order, job);
  for (guint i = 0; owners[i]; i++)
    tell_owner (jobs, job, owners[i], FALSE);
  tell_owner (jobs, job, NULL, FALSE);
  discard (jobs, job);
  jobs_schedule (jobs);
}

Job *
jobs_find (Jobs *jobs, const char *path, const char *owner)
{
  Job *job = g_hash_table_lookup (jobs->by_path, path);

  return job && job_is_owned_by (job, owner) ? job : NULL;
}

Job *
jobs_find_token (Jobs *jobs, const char *token)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, token, -1);

  return g_hash_table_lookup (jobs->by_token, hash);
}

GPtrArray *
jobs_list (Jobs *jobs, const char *owner)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < jobs->order->len; i++)
    {
      Job *job = g_ptr_array_index (jobs->order, i);

      if (!owner || job_is_owned_by (job, owner))
        g_ptr_array_add (list, job);
    }
  return list;
}

void
jobs_drop_owner (Jobs *jobs, const char *owner)
{
  g_autoptr (GPtrArray) list = jobs_list (jobs, owner);

  for (guint i = 0; i < list->len; i++)
    {
      Job *job = g_ptr_array_index (list, i);

      if (g_strcmp0 (job->agent_owner, owner) == 0)
        g_clear_pointer (&job->agent_owner, g_free);
      g_hash_table_remove (job->owners, owner);
      if (!job->options->detached && g_hash_table_size (job->owners) == 0)
        jobs_remove (jobs, job);
    }
}

/* Who pauses a job may go on with it while it is there itself: its descriptor cannot be had again
 * from anybody else. */
static gboolean
is_held (const Job *job)
{
  return job->state == JOB_PAUSED && job->out >= 0 && g_hash_table_size (job->owners) > 0;
}

/* What has ended is kept for a while for who started it, and does not keep the helper alive after
 * that; nor does a detached job that waits for somebody. */
gboolean
jobs_are_busy (Jobs *jobs)
{
  const gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < jobs->order->len; i++)
    {
      const Job *job = g_ptr_array_index (jobs->order, i);

      if (job->transfer || job->state == JOB_QUEUED || is_held (job))
        return TRUE;
      if (job->options->detached)
        continue;
      if (!job_has_ended (job) || now - job->ended_at < ENDED_SECONDS * G_USEC_PER_SEC)
        return TRUE;
    }
  return FALSE;
}

guint
jobs_count_detached (Jobs *jobs)
{
  return g_hash_table_size (jobs->by_token);
}
