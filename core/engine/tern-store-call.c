/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of cache stores. What was asked first is done first for each entry: else what an unsafe
 * request has just deleted could be stored again by a slower call from before. */
#include "engine/tern-store-call.h"

#include <string.h>

#include "base/tern-log.h"

/* Entries that share a line wait for each other now and then, which does no harm. */
#define N_LINES 16

/* Jobs start in the order in which they were queued, so the head of a line is always running, done
 * or about to leave it: nobody in a worker waits for one that cannot start. */
typedef struct
{
  GMutex lock;
  GCond moved;
  GQueue calls;
} Line;

typedef struct
{
  TernStoreCallKind kind;
  TernCacheStore *store;
  char *key;
  GBytes *value;
  gint64 keep_until;
  Line *line; /* NULL: in none */
} StoreCall;

static Line lines[N_LINES];

/* The two keys of an entry differ behind their '#', which no other part has. */
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
queue_up (StoreCall *call)
{
  call->line = find_line (call->key);
  g_mutex_lock (&call->line->lock);
  g_queue_push_tail (&call->line->calls, call);
  g_mutex_unlock (&call->line->lock);
}

static void
wait_turn (StoreCall *call)
{
  g_mutex_lock (&call->line->lock);
  while (g_queue_peek_head (&call->line->calls) != call)
    g_cond_wait (&call->line->moved, &call->line->lock);
  g_mutex_unlock (&call->line->lock);
}

static void
leave (StoreCall *call)
{
  Line *line = g_steal_pointer (&call->line);

  if (!line)
    return;
  g_mutex_lock (&line->lock);
  g_queue_remove (&line->calls, call);
  g_cond_broadcast (&line->moved);
  g_mutex_unlock (&line->lock);
}

static void
store_call_free (gpointer data)
{
  StoreCall *call = data;

  leave (call); /* one that was dropped before it began */
  g_object_unref (call->store);
  g_clear_pointer (&call->value, g_bytes_unref);
  g_free (call->key);
  g_free (call);
}

static void
run (StoreCall *call)
{
  g_autoptr (GError) error = NULL;

  if (call->kind == TERN_STORE_GET)
    call->value = tern_cache_store_get (call->store, call->key, &error);
  else if (call->kind == TERN_STORE_SET)
    tern_cache_store_set (call->store, call->key, call->value, call->keep_until, &error);
  else
    tern_cache_store_delete (call->store, call->key, &error);
  if (error)
    tern_log (TERN_LOG_CACHE, "store: %s", error->message);
}

static void
run_in_turn (gpointer data)
{
  StoreCall *call = data;

  wait_turn (call);
  run (call);
  leave (call);
}

static StoreCall *
store_call_new (
    TernStoreCallKind kind, TernCacheStore *store, char *key, GBytes *value, gint64 keep_until)
{
  StoreCall *call = g_new0 (StoreCall, 1);

  call->kind = kind;
  call->store = g_object_ref (store);
  call->key = key;
  call->value = value;
  call->keep_until = keep_until;
  return call;
}

/* A program's own object is called in the thread that asked; so is a store that says it is local.
 */
gboolean
tern_store_runs_in_place (TernCacheStore *store)
{
  const TernCacheStoreFlags flags = tern_cache_store_get_flags (store);

  return (flags & TERN_CACHE_STORE_LOCAL) || !(flags & TERN_CACHE_STORE_ANY_THREAD);
}

GBytes *
tern_store_call_run (
    TernStoreCallKind kind, TernCacheStore *store, char *key, GBytes *value, gint64 keep_until)
{
  StoreCall *call = store_call_new (kind, store, key, value, keep_until);
  GBytes *found;

  run (call);
  found = kind == TERN_STORE_GET ? g_steal_pointer (&call->value) : NULL;
  store_call_free (call);
  return found;
}

TernJob *
tern_store_call_start (TernStoreCallKind kind,
                       TernCacheStore *store,
                       char *key,
                       GBytes *value,
                       gint64 keep_until,
                       TernWake *wake)
{
  StoreCall *call = store_call_new (kind, store, key, value, keep_until);

  queue_up (call);
  return tern_job_start (TERN_LANE_STORE, run_in_turn, call, store_call_free, wake);
}

GBytes *
tern_store_call_steal_value (TernJob *job)
{
  StoreCall *call = tern_job_get_data (job);

  return call->kind == TERN_STORE_GET ? g_steal_pointer (&call->value) : NULL;
}

void
tern_store_call_later (TernCacheStore *store, char *key, GBytes *value, gint64 keep_until)
{
  const TernStoreCallKind kind = value ? TERN_STORE_SET : TERN_STORE_DELETE;
  StoreCall *call;

  if (tern_store_runs_in_place (store))
    {
      tern_store_call_run (kind, store, key, value, keep_until);
      return;
    }
  call = store_call_new (kind, store, key, value, keep_until);
  queue_up (call);
  tern_job_detach (TERN_LANE_STORE, run_in_turn, call, store_call_free);
}
