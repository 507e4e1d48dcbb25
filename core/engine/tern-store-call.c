/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of cache stores. What was asked first is done first for each entry: else what an unsafe
 * request has just deleted could be stored again by a slower call from before. */
#include "engine/tern-store-call.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/tern-log.h"
#include "policy/tern-cache-variants.h"

/* Entries that share a line wait for each other now and then, which does no harm. */
#define N_LINES 16

#define MAX_EXIT_DELAY G_TIME_SPAN_SECOND

/* Jobs start in the order in which they were queued, which for each line is the order in the line,
 * so the head of a line is always running, done or about to leave it: nobody in a worker waits for
 * one that cannot start. */
typedef struct
{
  GMutex starting; /* from the place in the line to that in the queue of the workers */
  GMutex lock;
  GCond moved;
  GQueue calls;
} Line;

typedef struct
{
  TernStoreCall call;
  TernCacheStore *store;
  Line *line; /* NULL: in none */
} QueuedCall;

static Line lines[N_LINES];

void
tern_store_call_clear (TernStoreCall *self)
{
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_clear_pointer (&self->meta, g_bytes_unref);
  g_clear_pointer (&self->before, g_bytes_unref);
  tern_cache_parts_clear (&self->parts);
}

/* ---- what a call does ---- */

/* An entry as two values: the body first, so that no record tells of one that is not there. */
static void
put_values (const TernStoreCall *self, TernCacheStore *store, GError **error)
{
  g_autofree char *body_key = tern_cache_body_key (self->key, NULL);
  g_autofree char *meta_key = tern_cache_meta_key (self->key, NULL);

  if (tern_cache_store_set (store, body_key, self->value, self->keep_until, error))
    tern_cache_store_set (store, meta_key, self->meta, self->keep_until, error);
}

static void
remove_values (const TernStoreCall *self, TernCacheStore *store, GError **error)
{
  g_autofree char *body_key = tern_cache_body_key (self->key, NULL);
  g_autofree char *meta_key = tern_cache_meta_key (self->key, NULL);

  if (tern_cache_store_delete (store, meta_key, error))
    tern_cache_store_delete (store, body_key, error);
}

static void
run_on_values (TernStoreCall *self, TernCacheStore *store, GError **error)
{
  g_autofree char *key = NULL;

  switch (self->kind)
    {
    case TERN_STORE_FIND:
      key = tern_cache_meta_key (self->key, NULL);
      self->parts.meta = tern_cache_store_get (store, key, error);
      break;
    case TERN_STORE_OPEN:
      key = tern_cache_body_key (self->key, NULL);
      self->parts.body = tern_cache_store_get (store, key, error);
      break;
    case TERN_STORE_PUT:
      put_values (self, store, error);
      break;
    case TERN_STORE_AMEND:
      key = tern_cache_meta_key (self->key, NULL);
      tern_cache_store_set (store, key, self->meta, self->keep_until, error);
      break;
    case TERN_STORE_REMOVE:
    default:
      remove_values (self, store, error);
    }
}

static void
put_entry (const TernStoreCall *self, TernCacheStore *store, GError **error)
{
  g_autoptr (TernCacheWriter) writer
      = tern_cache_parts_create (store, self->key, self->meta, error);
  gsize size;
  const void *data = g_bytes_get_data (self->value, &size);

  if (writer && (size == 0 || tern_cache_parts_write (writer, data, size, error)))
    tern_cache_parts_commit (writer, self->meta, self->keep_until, error);
}

static void
run_on_entries (TernStoreCall *self, TernCacheStore *store, GError **error)
{
  switch (self->kind)
    {
    case TERN_STORE_FIND:
    case TERN_STORE_OPEN:
      tern_cache_parts_open (&self->parts, store, self->key, error);
      break;
    case TERN_STORE_PUT:
      put_entry (self, store, error);
      break;
    case TERN_STORE_AMEND:
      tern_cache_parts_set_meta (store, self->key, self->before, self->meta, self->keep_until,
                                 error);
      break;
    case TERN_STORE_REMOVE:
    default:
      tern_cache_store_delete (store, self->key, error);
    }
}

void
tern_store_call_run (TernStoreCall *self, TernCacheStore *store)
{
  g_autoptr (GError) error = NULL;

  if (self->kind == TERN_STORE_GET)
    self->value = tern_cache_store_get (store, self->key, &error);
  else if (self->kind == TERN_STORE_SET)
    tern_cache_store_set (store, self->key, self->value, self->keep_until, &error);
  else if (tern_cache_parts_taken_by (store))
    run_on_entries (self, store, &error);
  else
    run_on_values (self, store, &error);
  if (error)
    tern_log (TERN_LOG_CACHE, "store: %s", error->message);
}

/* ---- when it does it ---- */

/* What an entry is kept under differs behind a '#', which no other part has. */
static Line *
find_line (const char *key)
{
  const gsize len = strcspn (key, "#");
  guint hash = 5381;

  for (gsize i = 0; i < len; i++)
    hash = hash * 33 + (guchar)key[i];
  return &lines[hash % N_LINES];
}

static void
wait_turn (QueuedCall *queued)
{
  g_mutex_lock (&queued->line->lock);
  while (g_queue_peek_head (&queued->line->calls) != queued)
    g_cond_wait (&queued->line->moved, &queued->line->lock);
  g_mutex_unlock (&queued->line->lock);
}

static void
leave (QueuedCall *queued)
{
  Line *line = g_steal_pointer (&queued->line);

  if (!line)
    return;
  g_mutex_lock (&line->lock);
  g_queue_remove (&line->calls, queued);
  g_cond_broadcast (&line->moved);
  g_mutex_unlock (&line->lock);
}

static void
queued_call_free (gpointer data)
{
  QueuedCall *queued = data;

  leave (queued); /* one that was dropped before it began */
  g_object_unref (queued->store);
  tern_store_call_clear (&queued->call);
  g_free (queued);
}

static void
run_in_turn (gpointer data)
{
  QueuedCall *queued = data;

  wait_turn (queued);
  tern_store_call_run (&queued->call, queued->store);
  leave (queued);
}

/* A child that goes on after a fork has nobody who would run what stands in the lines: that is for
 * the parent to go on with, and nobody may wait behind it. */

static void
before_fork (void)
{
  for (guint i = 0; i < N_LINES; i++)
    {
      g_mutex_lock (&lines[i].starting);
      g_mutex_lock (&lines[i].lock);
    }
}

static void
after_fork_in_parent (void)
{
  for (guint i = 0; i < N_LINES; i++)
    {
      g_mutex_unlock (&lines[i].lock);
      g_mutex_unlock (&lines[i].starting);
    }
}

static void
after_fork_in_child (void)
{
  for (guint i = 0; i < N_LINES; i++)
    {
      g_queue_init (&lines[i].calls);
      g_mutex_unlock (&lines[i].lock);
      g_mutex_unlock (&lines[i].starting);
    }
}

/* Of what was kept by the last requests of a short program most would be lost. */

static gboolean
has_changes (Line *line)
{
  for (GList *at = line->calls.head; at; at = at->next)
    {
      const TernStoreCallKind kind = ((QueuedCall *)at->data)->call.kind;

      if (kind != TERN_STORE_GET && kind != TERN_STORE_FIND && kind != TERN_STORE_OPEN)
        return TRUE;
    }
  return FALSE;
}

gint64
tern_store_get_exit_end (void)
{
  static gint64 end = 0; /* all that is done at exit is done in one thread */

  if (end == 0)
    end = g_get_monotonic_time () + MAX_EXIT_DELAY;
  return end;
}

void
tern_store_wait_at_exit (void)
{
  const gint64 end = tern_store_get_exit_end ();
  gboolean in_time = TRUE;

  for (guint i = 0; i < N_LINES && in_time; i++)
    {
      g_mutex_lock (&lines[i].lock);
      while (in_time && has_changes (&lines[i]))
        in_time = g_cond_wait_until (&lines[i].moved, &lines[i].lock, end);
      g_mutex_unlock (&lines[i].lock);
    }
}

static void
watch_process (void)
{
  static gsize watched = 0;

  if (!g_once_init_enter (&watched))
    return;
  /* Where there is no room for it nobody waits. */
  (void)!atexit (tern_store_wait_at_exit);
  /* Who forks takes the locks of who watches last first, and a line's is taken before a lane's. */
  tern_worker_watch_forks ();
  pthread_atfork (before_fork, after_fork_in_parent, after_fork_in_child);
  g_once_init_leave (&watched, 1);
}

/* The line goes no further until it is told that the call was handed to the workers. */
static QueuedCall *
queue_up (TernStoreCall *call, TernCacheStore *store)
{
  QueuedCall *queued = g_new0 (QueuedCall, 1);

  queued->call = *call;
  *call = (TernStoreCall){ .kind = call->kind };
  queued->store = g_object_ref (store);
  queued->line = find_line (queued->call.key);
  watch_process ();
  g_mutex_lock (&queued->line->starting);
  g_mutex_lock (&queued->line->lock);
  g_queue_push_tail (&queued->line->calls, queued);
  g_mutex_unlock (&queued->line->lock);
  return queued;
}

/* A program's own object is called in the thread that asked; so is a store that says it is local.
 */
gboolean
tern_store_runs_in_place (TernCacheStore *store)
{
  const TernCacheStoreFlags flags = tern_cache_store_get_flags (store);

  return (flags & TERN_CACHE_STORE_LOCAL) || !(flags & TERN_CACHE_STORE_ANY_THREAD);
}

gboolean
tern_store_streams (TernCacheStore *store)
{
  return tern_cache_parts_taken_by (store) && tern_store_runs_in_place (store);
}

TernJob *
tern_store_call_start (TernStoreCall *self, TernCacheStore *store, TernWake *wake)
{
  QueuedCall *queued = queue_up (self, store);
  Line *line = queued->line;
  TernJob *job
      = tern_job_start (TERN_LANE_STORE, run_in_turn, queued, queued_call_free, wake);

  g_mutex_unlock (&line->starting);
  return job;
}

TernStoreCall *
tern_store_call_of (TernJob *job)
{
  return &((QueuedCall *)tern_job_get_data (job))->call;
}

void
tern_store_call_later (TernStoreCall *self, TernCacheStore *store)
{
  QueuedCall *queued;
  Line *line;

  if (tern_store_runs_in_place (store))
    {
      tern_store_call_run (self, store);
      tern_store_call_clear (self);
      return;
    }
  queued = queue_up (self, store);
  line = queued->line;
  tern_job_detach (TERN_LANE_STORE, run_in_turn, queued, queued_call_free);
  g_mutex_unlock (&line->starting);
}

void
tern_store_remove_later (TernCacheStore *store, char *key)
{
  tern_store_call_later (&(TernStoreCall){ .kind = TERN_STORE_REMOVE, .key = key }, store);
}
