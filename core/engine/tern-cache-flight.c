/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One table of flights for the process. It must never make anybody wait for a request that cannot
 * go on while he waits: one of his own thread that this thread drives itself. */
#include "engine/tern-cache-flight.h"

#include <pthread.h>
#include <string.h>

#include "policy/tern-cache-key.h"

#define N_BUCKETS 64

struct _TernCacheFlight
{
  gatomicrefcount ref_count;
  TernCacheStore *store;
  char *key;
  GQueue *bucket; /* of the table, where it is as long as it is listed */
  TernHeaders *fields;
  gboolean any_thread; /* the store may be called by all threads */
  GThread *thread;     /* that drives it */
  gboolean in_loop;    /* of that thread, else it blocks */
  gconstpointer context;

  /* Under the lock. */
  TernFlightState state; /* LEADS as long as it is in the air */
  gboolean listed;
  GPtrArray *wakes; /* of who waits */
  TernCacheRecord *record;
  TernCacheFetch *fetch;
};

static GMutex lock;
static GQueue buckets[N_BUCKETS];
static gint n_landed; /* atomic */

/* ---- forks ---- */

static void
before_fork (void)
{
  g_mutex_lock (&lock);
}

static void
after_fork_in_parent (void)
{
  g_mutex_unlock (&lock);
}

/* What the parent is waiting for never lands here. */
static void
after_fork_in_child (void)
{
  for (guint i = 0; i < N_BUCKETS; i++)
    g_queue_init (&buckets[i]);
  g_mutex_unlock (&lock);
}

static void
watch_forks (void)
{
  static gsize watched = 0;

  if (!g_once_init_enter (&watched))
    return;
  pthread_atfork (before_fork, after_fork_in_parent, after_fork_in_child);
  g_once_init_leave (&watched, 1);
}

/* ---- the table ---- */

static GQueue *
find_bucket (const char *key)
{
  return &buckets[tern_cache_key_hash (key) % N_BUCKETS];
}

static void
flight_ref (TernCacheFlight *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
}

void
tern_cache_flight_unref (TernCacheFlight *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->record, tern_cache_record_free);
  g_clear_pointer (&self->fetch, tern_cache_fetch_unref);
  g_clear_pointer (&self->wakes, g_ptr_array_unref);
  tern_headers_unref (self->fields);
  g_free (self->key);
  g_object_unref (self->store);
  g_free (self);
}

/* The same fields in the same order with the same bytes; nearly all programs send the same request
 * in the same way, and who does not goes by himself. */
static gboolean
have_same_fields (const TernHeaders *a, const TernHeaders *b)
{
  if (a->n != b->n)
    return FALSE;
  for (guint i = 0; i < a->n; i++)
    {
      const TernField *x = &a->fields[i], *y = &b->fields[i];

      if (x->name_len != y->name_len || x->raw_len != y->raw_len
          || g_ascii_strncasecmp (tern_headers_name (a, x), tern_headers_name (b, y), x->name_len)
                 != 0
          || memcmp (tern_headers_raw (a, x), tern_headers_raw (b, y), x->raw_len) != 0)
        return FALSE;
    }
  return TRUE;
}

/* With the lock held. */
static TernCacheFlight *
find (const GQueue *bucket, const TernFlightQuestion *question)
{
  for (GList *at = bucket->head; at; at = at->next)
    {
      TernCacheFlight *flight = at->data;

      if (flight->store == question->store && strcmp (flight->key, question->key) == 0
          && (flight->any_thread || flight->thread == g_thread_self ())
          && have_same_fields (flight->fields, question->fields))
        return flight;
    }
  return NULL;
}

/* A thread that blocks, or iterates another loop, does not bring its other requests on. */
static gboolean
can_be_awaited (const TernCacheFlight *self, const TernWait *wait)
{
  return self->thread != g_thread_self ()
         || (self->in_loop && wait->in_loop && self->context == wait->context);
}

static TernCacheFlight *
flight_new (GQueue *bucket, const TernFlightQuestion *question, const TernWait *wait)
{
  TernCacheFlight *self = g_new0 (TernCacheFlight, 1);

  self->bucket = bucket;
  g_atomic_ref_count_init (&self->ref_count);
  self->store = g_object_ref (question->store);
  self->key = g_strdup (question->key);
  self->fields = tern_headers_ref (question->fields);
  self->any_thread
      = (tern_cache_store_get_flags (question->store) & TERN_CACHE_STORE_ANY_THREAD) != 0;
  self->thread = g_thread_self ();
  self->in_loop = wait->in_loop;
  self->context = wait->context;
  self->listed = TRUE;
  return self;
}

/* With the lock held; TRUE where the table's reference is to be dropped. */
static gboolean
unlist (TernCacheFlight *self)
{
  if (!self->listed)
    return FALSE;
  self->listed = FALSE;
  return g_queue_remove (self->bucket, self);
}

/* With the lock held. */
static guint
count_waiting (const TernCacheFlight *self)
{
  return self->wakes ? self->wakes->len : 0;
}

guint
tern_cache_flights_stamp (void)
{
  return (guint)g_atomic_int_get (&n_landed);
}

guint
tern_cache_flights_count (guint *n_waiting)
{
  guint n = 0;

  *n_waiting = 0;
  g_mutex_lock (&lock);
  for (guint i = 0; i < N_BUCKETS; i++)
    for (GList *at = buckets[i].head; at; at = at->next, n++)
      *n_waiting += count_waiting (at->data);
  g_mutex_unlock (&lock);
  return n;
}

/* ---- joining ---- */

TernFlightState
tern_cache_flight_join (const TernFlightQuestion *question,
                        TernWait *wait,
                        TernCacheFlight **flight)
{
  GQueue *bucket = find_bucket (question->key);
  TernCacheFlight *found;
  TernFlightState state;

  watch_forks ();
  g_mutex_lock (&lock);
  found = find (bucket, question);
  if (found)
    {
      state = found->state == TERN_FLIGHT_LANDED ? TERN_FLIGHT_LANDED : TERN_FLIGHT_WAITS;
      if (state == TERN_FLIGHT_WAITS && !can_be_awaited (found, wait))
        state = TERN_FLIGHT_ALONE;
    }
  else
    state = question->stamp == tern_cache_flights_stamp () ? TERN_FLIGHT_LEADS : TERN_FLIGHT_AGAIN;
  if (state == TERN_FLIGHT_LEADS)
    {
      found = flight_new (bucket, question, wait);
      g_queue_push_tail (bucket, found);
    }
  if (state == TERN_FLIGHT_WAITS)
    {
      if (!found->wakes)
        found->wakes = g_ptr_array_new_with_free_func ((GDestroyNotify)tern_wake_unref);
      g_ptr_array_add (found->wakes, tern_wake_ref (tern_wait_get_wake (wait)));
    }
  if (state != TERN_FLIGHT_ALONE && found)
    {
      flight_ref (found);
      *flight = found;
    }
  g_mutex_unlock (&lock);
  return state;
}

TernFlightState
tern_cache_flight_poll (TernCacheFlight *self)
{
  TernFlightState state;

  g_mutex_lock (&lock);
  state = self->state == TERN_FLIGHT_LEADS ? TERN_FLIGHT_WAITS : self->state;
  g_mutex_unlock (&lock);
  return state;
}

void
tern_cache_flight_leave (TernCacheFlight *self, TernWake *wake)
{
  gboolean reserved;

  g_mutex_lock (&lock);
  reserved = !(self->wakes && g_ptr_array_remove_fast (self->wakes, wake))
             && self->state == TERN_FLIGHT_LANDED;
  g_mutex_unlock (&lock);
  if (reserved)
    tern_cache_fetch_release (self->fetch);
}

/* ---- landing ---- */

/* With the lock held, which it lets go. */
static void
wake_all (TernCacheFlight *self)
{
  g_autoptr (GPtrArray) wakes = g_steal_pointer (&self->wakes);

  g_mutex_unlock (&lock);
  for (guint i = 0; wakes && i < wakes->len; i++)
    tern_wake_fire (wakes->pdata[i]);
}

/* The body is whole, or will never be: from now on the store is asked. */
static void
on_over (gpointer data)
{
  TernCacheFlight *self = data;
  gboolean unref;

  g_mutex_lock (&lock);
  g_atomic_int_inc (&n_landed);
  unref = unlist (self);
  g_mutex_unlock (&lock);
  if (unref)
    tern_cache_flight_unref (self);
  tern_cache_flight_unref (self);
}

void
tern_cache_flight_land (TernCacheFlight *self, TernCacheRecord *record, TernCacheFetch *fetch)
{
  gboolean doomed;

  flight_ref (self);
  tern_cache_fetch_set_over (fetch, on_over, self);
  g_mutex_lock (&lock);
  self->state = TERN_FLIGHT_LANDED;
  self->record = record;
  self->fetch = tern_cache_fetch_ref (fetch);
  doomed = !self->listed;
  /* Who leads may be through with it before those who wait have woken up. */
  tern_cache_fetch_reserve (fetch, count_waiting (self));
  wake_all (self);
  if (doomed)
    tern_cache_fetch_spoil (fetch);
}

void
tern_cache_flight_end (TernCacheFlight *self, gboolean again)
{
  gboolean unref;

  g_mutex_lock (&lock);
  if (self->state != TERN_FLIGHT_LEADS)
    {
      g_mutex_unlock (&lock);
      return;
    }
  self->state = again ? TERN_FLIGHT_AGAIN : TERN_FLIGHT_ALONE;
  if (again)
    g_atomic_int_inc (&n_landed);
  unref = unlist (self);
  wake_all (self);
  if (unref)
    tern_cache_flight_unref (self);
}

const TernCacheRecord *
tern_cache_flight_get_record (const TernCacheFlight *self)
{
  return self->record;
}

TernCacheFetch *
tern_cache_flight_get_fetch (const TernCacheFlight *self)
{
  return self->fetch;
}

void
tern_cache_flights_doom (TernCacheStore *store, const char *key)
{
  g_autoptr (GPtrArray) doomed
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tern_cache_flight_unref);

  g_mutex_lock (&lock);
  for (GList *at = find_bucket (key)->head, *next; at; at = next)
    {
      TernCacheFlight *flight = at->data;

      next = at->next;
      if (flight->store == store && strcmp (flight->key, key) == 0 && unlist (flight))
        g_ptr_array_add (doomed, flight);
    }
  g_mutex_unlock (&lock);
  for (guint i = 0; i < doomed->len; i++)
    {
      TernCacheFlight *flight = doomed->pdata[i];
      TernCacheFetch *fetch = NULL;

      g_mutex_lock (&lock);
      fetch = flight->fetch;
      g_mutex_unlock (&lock);
      if (fetch)
        tern_cache_fetch_spoil (fetch);
    }
}
