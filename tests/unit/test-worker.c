/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The worker pool: who frees what, what never runs, and that lanes do not hold each other up. */
#include "io/tern-worker.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/tern-in-place.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif

/* What a job works on: it may be held until the test lets it go. */
typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean open;
  int n_started;
  int n_run;
  int n_freed;
  int n_woken;
} Gate;

static void
gate_open (Gate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->open = TRUE;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

static void
gate_pass (gpointer data)
{
  Gate *gate = data;

  g_mutex_lock (&gate->lock);
  gate->n_started++;
  g_cond_broadcast (&gate->changed);
  while (!gate->open)
    g_cond_wait (&gate->changed, &gate->lock);
  gate->n_run++;
  g_mutex_unlock (&gate->lock);
}

static void
gate_freed (gpointer data)
{
  Gate *gate = data;

  g_mutex_lock (&gate->lock);
  gate->n_freed++;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

static void
gate_woken (gpointer data)
{
  Gate *gate = data;

  g_mutex_lock (&gate->lock);
  gate->n_woken++;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

/* Waits until one of the numbers is reached; FALSE when it is not within five seconds. */
static gboolean
gate_wait (Gate *gate, const int *number, int wanted)
{
  const gint64 end = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;
  gboolean reached = TRUE;

  g_mutex_lock (&gate->lock);
  while (reached && *number < wanted)
    reached = g_cond_wait_until (&gate->changed, &gate->lock, end);
  reached = *number >= wanted;
  g_mutex_unlock (&gate->lock);
  return reached;
}

static int
gate_get (Gate *gate, const int *number)
{
  int value;

  g_mutex_lock (&gate->lock);
  value = *number;
  g_mutex_unlock (&gate->lock);
  return value;
}

static void
wait_until_empty (TernLane lane)
{
  const gint64 end = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  while (tern_worker_count (lane) > 0 && g_get_monotonic_time () < end)
    g_usleep (500);
  g_assert_cmpuint (tern_worker_count (lane), ==, 0);
}

static void
test_done (void)
{
  Gate gate = { .open = TRUE };
  g_autoptr (TernWake) wake = tern_wake_new (gate_woken, &gate);
  TernJob *job = tern_job_start (TERN_LANE_STORE, gate_pass, &gate, gate_freed, wake);

  g_assert_true (gate_wait (&gate, &gate.n_woken, 1));
  g_assert_true (tern_job_is_done (job));
  g_assert_cmpuint (tern_worker_count (TERN_LANE_STORE), ==, 0);
  g_assert_true (tern_job_get_data (job) == &gate);
  g_assert_cmpint (gate_get (&gate, &gate.n_run), ==, 1);
  g_assert_cmpint (gate_get (&gate, &gate.n_freed), ==, 0);
  tern_job_drop (job);
  g_assert_cmpint (gate_get (&gate, &gate.n_freed), ==, 1);
  g_assert_cmpint (gate_get (&gate, &gate.n_woken), ==, 1);
  tern_wake_disarm (wake);
}

static void
test_orphan (void)
{
  Gate gate = { 0 };
  g_autoptr (TernWake) wake = tern_wake_new (gate_woken, &gate);
  TernJob *job = tern_job_start (TERN_LANE_STREAM, gate_pass, &gate, gate_freed, wake);

  g_assert_true (gate_wait (&gate, &gate.n_started, 1));
  g_assert_false (tern_job_is_done (job));
  tern_job_drop (job);
  g_assert_cmpint (gate_get (&gate, &gate.n_freed), ==, 0);
  g_assert_cmpuint (tern_worker_count (TERN_LANE_STREAM), ==, 1);
  gate_open (&gate);
  wait_until_empty (TERN_LANE_STREAM);
  g_assert_cmpint (gate_get (&gate, &gate.n_freed), ==, 1);
  g_assert_cmpint (gate_get (&gate, &gate.n_woken), ==, 0);
  tern_wake_disarm (wake);
}

static void
test_never_run (void)
{
  Gate gate = { 0 };
  Gate late = { .open = TRUE };
  TernJob *running[4];
  TernJob *waiting;

  for (guint i = 0; i < G_N_ELEMENTS (running); i++)
    running[i] = tern_job_start (TERN_LANE_STORE, gate_pass, &gate, gate_freed, NULL);
  g_assert_true (gate_wait (&gate, &gate.n_started, 4));
  waiting = tern_job_start (TERN_LANE_STORE, gate_pass, &late, gate_freed, NULL);
  g_assert_cmpuint (tern_worker_count (TERN_LANE_STORE), ==, 5);
  tern_job_drop (waiting);
  g_assert_cmpint (gate_get (&late, &late.n_freed), ==, 1);
  g_assert_cmpuint (tern_worker_count (TERN_LANE_STORE), ==, 4);
  gate_open (&gate);
  wait_until_empty (TERN_LANE_STORE);
  g_assert_cmpint (gate_get (&late, &late.n_run), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (running); i++)
    tern_job_drop (running[i]);
  g_assert_cmpint (gate_get (&gate, &gate.n_freed), ==, 4);
}

/* Sixteen look-ups hang; the seventeenth waits, and a store does not notice. */
static void
test_lanes (void)
{
  Gate gate = { 0 };
  Gate store = { .open = TRUE };
  TernJob *hanging[17];
  TernJob *job;

  for (guint i = 0; i < G_N_ELEMENTS (hanging); i++)
    hanging[i] = tern_job_start (TERN_LANE_RESOLVE, gate_pass, &gate, gate_freed, NULL);
  g_assert_true (gate_wait (&gate, &gate.n_started, 16));
  job = tern_job_start (TERN_LANE_STORE, gate_pass, &store, gate_freed, NULL);
  g_assert_true (gate_wait (&store, &store.n_run, 1));
  g_assert_cmpint (gate_get (&gate, &gate.n_started), ==, 16);
  gate_open (&gate);
  g_assert_true (gate_wait (&gate, &gate.n_run, 17));
  for (guint i = 0; i < G_N_ELEMENTS (hanging); i++)
    tern_job_drop (hanging[i]);
  tern_job_drop (job);
  wait_until_empty (TERN_LANE_STORE);
  wait_until_empty (TERN_LANE_RESOLVE);
  g_assert_true (gate_wait (&gate, &gate.n_freed, 17));
}

typedef struct
{
  Gate gate;
  char name[16];
  gboolean blocks_signals;
} Facts;

static void
find_facts (gpointer data)
{
  Facts *facts = data;
  sigset_t blocked;

  prctl (PR_GET_NAME, facts->name);
  pthread_sigmask (SIG_SETMASK, NULL, &blocked);
  facts->blocks_signals
    = sigismember (&blocked, SIGINT) == 1 && sigismember (&blocked, SIGCHLD) == 1;
}

static void
test_threads (void)
{
  static const char *const names[] = { "tern-resolve", "tern-proxy", "tern-store", "tern-stream",
                                       "tern-receive", "tern-revalidate", "tern-close",
                                       "tern-watch" };
  G_STATIC_ASSERT (G_N_ELEMENTS (names) == TERN_N_LANES);
  sigset_t blocked;

  for (guint lane = 0; lane < TERN_N_LANES; lane++)
    {
      Facts facts = { 0 };
      g_autoptr (TernWake) wake = tern_wake_new (gate_woken, &facts.gate);
      TernJob *job = tern_job_start (lane, find_facts, &facts, NULL, wake);

      g_assert_true (gate_wait (&facts.gate, &facts.gate.n_woken, 1));
      g_assert_cmpstr (facts.name, ==, names[lane]);
      g_assert_true (facts.blocks_signals);
      tern_job_drop (job);
      tern_wake_disarm (wake);
    }
  pthread_sigmask (SIG_SETMASK, NULL, &blocked);
  g_assert_cmpint (sigismember (&blocked, SIGINT), ==, 0);
}

static void
until_cancelled (gpointer cancellable)
{
  const gint64 end = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  while (!g_cancellable_is_cancelled (cancellable) && g_get_monotonic_time () < end)
    g_usleep (1000);
}

/* What is called in place is told when its time is over, whatever else hangs. */
static void
test_in_place (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TernJob *hanging[80];
  Gate gate = { 0 };
  TernWait wait;

  for (guint i = 0; i < G_N_ELEMENTS (hanging); i++)
    hanging[i] = tern_job_start (TERN_LANE_STREAM, gate_pass, &gate, NULL, NULL);
  tern_wait_init (&wait, NULL, NULL);
  tern_wait_add_deadline (&wait, g_get_monotonic_time () + 20 * G_TIME_SPAN_MILLISECOND);
  g_assert_false (tern_in_place_call (&wait, cancellable, until_cancelled, cancellable));
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  gate_open (&gate);
  g_assert_true (gate_wait (&gate, &gate.n_run, G_N_ELEMENTS (hanging)));
  for (guint i = 0; i < G_N_ELEMENTS (hanging); i++)
    tern_job_drop (hanging[i]);
  tern_wait_clear (&wait);
}

static void
do_nothing (gpointer data)
{
}

/* Who cancels the operation cancels what it called; who is in time is not disturbed. */
static void
test_in_place_cancelled (void)
{
  g_autoptr (GCancellable) operation = g_cancellable_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TernWait wait;

  tern_wait_init (&wait, NULL, NULL);
  tern_wait_add_deadline (&wait, g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND);
  wait.cancellable = operation;
  g_assert_true (tern_in_place_call (&wait, cancellable, do_nothing, NULL));
  g_cancellable_cancel (operation);
  g_assert_false (g_cancellable_is_cancelled (cancellable));
  g_assert_false (tern_in_place_call (&wait, cancellable, until_cancelled, cancellable));
  tern_wait_clear (&wait);
}

#define HAMMER_JOBS 300

static void
count_run (gpointer data)
{
  g_atomic_int_inc ((int *) data);
}

static void
count_freed (gpointer data)
{
  g_atomic_int_inc ((int *) data + 1);
}

static gpointer
hammer (gpointer data)
{
  TernJob *jobs[8] = { NULL };

  for (guint i = 0; i < HAMMER_JOBS; i++)
    {
      const guint slot = i % G_N_ELEMENTS (jobs);

      if (jobs[slot])
        tern_job_drop (jobs[slot]);
      jobs[slot] = tern_job_start (i % TERN_N_LANES, count_run, data, count_freed, NULL);
      if (i % 7 == 0)
        while (!tern_job_is_done (jobs[slot]))
          g_thread_yield ();
    }
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    tern_job_drop (jobs[i]);
  return NULL;
}

static void
test_hammer (void)
{
  GThread *threads[8];
  int counts[2] = { 0, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("hammer", hammer, counts);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  for (guint lane = 0; lane < TERN_N_LANES; lane++)
    wait_until_empty (lane);
  g_assert_cmpint (g_atomic_int_get (&counts[1]), ==, 8 * HAMMER_JOBS);
  g_assert_cmpint (g_atomic_int_get (&counts[0]), <=, 8 * HAMMER_JOBS);
  g_assert_cmpint (g_atomic_int_get (&counts[0]), >=, 8 * (HAMMER_JOBS / 7));
}

/* A child has no workers of its parent's, and must get its own. */
static void
test_fork (void)
{
  Gate gate = { .open = TRUE };
  TernJob *job;
  int status;
  pid_t pid;

#if defined(__SANITIZE_THREAD__) || __has_feature (thread_sanitizer)
  g_test_skip ("ThreadSanitizer allows no threads in a forked child");
  return;
#endif
  if (g_getenv ("TERN_TEST_MEMCHECK") != NULL)
    {
      g_test_skip ("memcheck counts as lost what the parent's threads hold in a forked child");
      return;
    }
  job = tern_job_start (TERN_LANE_STORE, gate_pass, &gate, NULL, NULL);
  g_assert_true (gate_wait (&gate, &gate.n_run, 1));
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      tern_job_start (TERN_LANE_STORE, gate_pass, &gate, NULL, NULL);
      _exit (gate_wait (&gate, &gate.n_run, 2) ? 0 : 1);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  tern_job_drop (job);
  wait_until_empty (TERN_LANE_STORE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/done", test_done);
  g_test_add_func ("/worker/orphan", test_orphan);
  g_test_add_func ("/worker/dropped-before-it-ran", test_never_run);
  g_test_add_func ("/worker/lanes", test_lanes);
  g_test_add_func ("/worker/threads", test_threads);
  g_test_add_func ("/worker/hammer", test_hammer);
  g_test_add_func ("/worker/fork", test_fork);
  g_test_add_func ("/worker/in-place", test_in_place);
  g_test_add_func ("/worker/in-place/cancelled", test_in_place_cancelled);
  return g_test_run ();
}
