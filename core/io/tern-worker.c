/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The threads for what can only block, in lanes with limits of their own, so that sixteen dead
 * look-ups never hold up a cache. It must never run a job whose owner has gone before it started,
 * and never keep an owner waiting for one that has. */
#include "io/tern-worker.h"

#include <pthread.h>
#include <signal.h>

/* How many threads of a lane may hang in jobs that nobody waits for without taking a place from
 * those that somebody does wait for. */
#define MAX_ORPHANS 64

/* How long a thread without work stays. */
#define IDLE_TIME (10 * G_TIME_SPAN_SECOND)

typedef enum
{
  JOB_WAITING,
  JOB_RUNNING,
  JOB_DONE,
  JOB_LOST, /* it waited in the parent of a fork */
} JobState;

struct _TernJob
{
  TernLane lane;
  TernJobFunc func;
  gpointer data;
  GDestroyNotify free_data;
  TernWake *wake;    /* the worker takes it when it tells */
  int state;         /* JobState; written under the lane's lock, read without */
  gboolean dropped;  /* the owner has gone: who runs it frees it */
  gboolean orphaned; /* it had an owner when it began */
  GList link;        /* in the lane's queue */
};

typedef struct
{
  const char *name;
  guint max_threads;
  GMutex lock;
  GCond work;
  GQueue queue;
  guint n_threads;
  guint n_idle;
  guint n_running; /* also those that have been dropped */
  guint n_orphans; /* of these, those that have been dropped */
} Lane;

static Lane lanes[TERN_N_LANES] = {
  [TERN_LANE_RESOLVE] = { .name = "tern-resolve", .max_threads = 16 },
  [TERN_LANE_PROXY] = { .name = "tern-proxy", .max_threads = 8 },
  [TERN_LANE_STORE] = { .name = "tern-store", .max_threads = 4 },
  /* Each waits for somebody else and uses no processor meanwhile: too few would be waiting for each
   * other. */
  [TERN_LANE_STREAM] = { .name = "tern-stream", .max_threads = 64 },
  [TERN_LANE_RECEIVE] = { .name = "tern-receive", .max_threads = 256 },
  [TERN_LANE_REVALIDATE] = { .name = "tern-revalidate", .max_threads = 4 },
  [TERN_LANE_CLOSE] = { .name = "tern-close", .max_threads = 4 },
  [TERN_LANE_WATCH] = { .name = "tern-watch", .max_threads = G_MAXINT },
};

/* --- fork ------------------------------------------------------------------------------------
 *
 * A child has none of its parent's threads. A program that forks and goes on (Python's
 * multiprocessing does) would wait for them for ever, so the child starts with empty lanes; the
 * jobs in them belong to operations that only the parent goes on with. */

static void
before_fork (void)
{
  for (guint i = 0; i < TERN_N_LANES; i++)
    g_mutex_lock (&lanes[i].lock);
}

static void
after_fork_in_parent (void)
{
  for (guint i = 0; i < TERN_N_LANES; i++)
    g_mutex_unlock (&lanes[i].lock);
}

static void
after_fork_in_child (void)
{
  for (guint i = 0; i < TERN_N_LANES; i++)
    {
      for (GList *l = lanes[i].queue.head; l; l = l->next)
        ((TernJob *)l->data)->state = JOB_LOST;
      g_queue_init (&lanes[i].queue);
      lanes[i].n_threads = 0;
      lanes[i].n_idle = 0;
      lanes[i].n_running = 0;
      lanes[i].n_orphans = 0;
      g_mutex_unlock (&lanes[i].lock);
    }
}

void
tern_worker_watch_forks (void)
{
  static gsize watched = 0;

  if (!g_once_init_enter (&watched))
    return;
  pthread_atfork (before_fork, after_fork_in_parent, after_fork_in_child);
  g_once_init_leave (&watched, 1);
}

/* --- jobs ------------------------------------------------------------------------------------ */

static void
job_free (TernJob *job)
{
  if (job->free_data)
    job->free_data (job->data);
  g_clear_pointer (&job->wake, tern_wake_unref);
  g_free (job);
}

/* Runs one job with the lane's lock held, which is let go meanwhile. */
static void
run_job (Lane *lane, TernJob *job)
{
  g_autoptr (TernWake) wake = NULL;
  gboolean orphaned;

  g_atomic_int_set (&job->state, JOB_RUNNING);
  lane->n_running++;
  g_mutex_unlock (&lane->lock);
  job->func (job->data);
  g_mutex_lock (&lane->lock);

  if (job->dropped)
    {
      /* It counts until its data is gone, so that who sees a count of nothing finds nothing. */
      orphaned = job->orphaned;
      g_mutex_unlock (&lane->lock);
      job_free (job);
      g_mutex_lock (&lane->lock);
      lane->n_running--;
      lane->n_orphans -= orphaned ? 1 : 0;
      return;
    }

  /* From the next line on the owner may free the job, so the wake handle is taken out of it. */
  lane->n_running--;
  wake = g_steal_pointer (&job->wake);
  g_atomic_int_set (&job->state, JOB_DONE);
  g_mutex_unlock (&lane->lock);
  if (wake)
    tern_wake_fire (wake);
  g_mutex_lock (&lane->lock);
}

/* Waits for a job with the lane's lock held; NULL when none came for so long. */
static TernJob *
wait_for_job (Lane *lane)
{
  const gint64 end = g_get_monotonic_time () + IDLE_TIME;
  gboolean in_time = TRUE;

  lane->n_idle++;
  while (in_time && lane->queue.length == 0)
    in_time = g_cond_wait_until (&lane->work, &lane->lock, end);
  lane->n_idle--;
  /* A job may have come at the very end: its signal is spent on this thread. */
  return lane->queue.length > 0 ? g_queue_pop_head_link (&lane->queue)->data : NULL;
}

static gpointer
worker_main (gpointer data)
{
  Lane *lane = data;
  TernJob *job;

  g_mutex_lock (&lane->lock);
  while ((job = wait_for_job (lane)))
    run_job (lane, job);
  lane->n_threads--;
  g_mutex_unlock (&lane->lock);
  return NULL;
}

/* Workers take none of the program's signals: its handlers run in threads that it knows. */
static gboolean
start_thread (Lane *lane)
{
  sigset_t all, before;
  GThread *thread;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  thread = g_thread_try_new (lane->name, worker_main, lane, NULL);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  if (!thread)
    return FALSE;
  g_thread_unref (thread);
  lane->n_threads++;
  return TRUE;
}

/* Whether the lane may have one thread more. */
static gboolean
has_place (const Lane *lane)
{
  return lane->n_threads < lane->max_threads + MIN (lane->n_orphans, MAX_ORPHANS);
}

static TernJob *
start_job (TernLane lane_id,
           TernJobFunc func,
           gpointer data,
           GDestroyNotify free_data,
           TernWake *wake,
           gboolean dropped)
{
  Lane *lane = &lanes[lane_id];
  TernJob *job = g_new0 (TernJob, 1);

  job->lane = lane_id;
  job->func = func;
  job->data = data;
  job->free_data = free_data;
  job->wake = wake ? tern_wake_ref (wake) : NULL;
  job->state = JOB_WAITING;
  job->dropped = dropped;
  job->link.data = job;

  tern_worker_watch_forks ();
  g_mutex_lock (&lane->lock);
  g_queue_push_tail_link (&lane->queue, &job->link);
  /* A thread counts as idle until it has taken a job, so each waiting job wants one of them. */
  if (lane->queue.length <= lane->n_idle)
    g_cond_signal (&lane->work);
  else if (has_place (lane) && !start_thread (lane) && lane->n_threads == 0)
    {
      /* The system has no thread left for us and nobody else will come: a wait is better than a
       * request that never ends. */
      g_queue_unlink (&lane->queue, &job->link);
      run_job (lane, job);
    }
  g_mutex_unlock (&lane->lock);
  return job;
}

TernJob *
tern_job_start (
    TernLane lane_id, TernJobFunc func, gpointer data, GDestroyNotify free_data, TernWake *wake)
{
  return start_job (lane_id, func, data, free_data, wake, FALSE);
}

void
tern_job_detach (TernLane lane_id, TernJobFunc func, gpointer data, GDestroyNotify free_data)
{
  start_job (lane_id, func, data, free_data, NULL, TRUE);
}

gboolean
tern_job_is_done (TernJob *job)
{
  return g_atomic_int_get (&job->state) == JOB_DONE;
}

gpointer
tern_job_get_data (TernJob *job)
{
  return job->data;
}

void
tern_job_drop (TernJob *job)
{
  Lane *lane = &lanes[job->lane];
  gboolean orphaned;

  g_mutex_lock (&lane->lock);
  orphaned = job->state == JOB_RUNNING;
  job->dropped = TRUE;
  if (job->state == JOB_WAITING)
    g_queue_unlink (&lane->queue, &job->link);
  if (orphaned)
    {
      job->orphaned = TRUE;
      lane->n_orphans++;
      if (lane->queue.length > lane->n_idle && has_place (lane))
        start_thread (lane);
    }
  g_mutex_unlock (&lane->lock);
  if (!orphaned)
    job_free (job);
}

guint
tern_worker_count (TernLane lane_id)
{
  Lane *lane = &lanes[lane_id];
  guint n;

  g_mutex_lock (&lane->lock);
  n = lane->queue.length + lane->n_running;
  g_mutex_unlock (&lane->lock);
  return n;
}
