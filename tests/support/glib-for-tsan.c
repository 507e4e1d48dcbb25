/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells ThreadSanitizer what GLib's functions promise between threads.
 *
 * Debian's GLib is not instrumented and its locks are futexes of its own, so the sanitizer sees
 * neither that a GMutex orders two threads nor that the last unref comes after all others: it would
 * report every correct use. This library is preloaded before GLib, passes each call on and says
 * what is ordered by it. It must never order more than the documentation of the function promises
 * (a main context is the exception: see below), or it would hide races.
 *
 * It is built by tests/run and used there only. */

#include <dlfcn.h>
#include <glib-object.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);
void __tsan_mutex_pre_lock (void *address, unsigned flags);
void __tsan_mutex_post_lock (void *address, unsigned flags, int recursion);
int __tsan_mutex_pre_unlock (void *address, unsigned flags);
void __tsan_mutex_post_unlock (void *address, unsigned flags);

enum
{
  READ_LOCK = 1 << 3,
  TRY_LOCK = 1 << 4,
  TRY_LOCK_FAILED = 1 << 5,
  RECURSIVE = 1 << 1,
};

/* The next definition of the function that is being replaced. */
#define REAL(name) \
  static __typeof__ (name) *real; \
  if (G_UNLIKELY (__atomic_load_n (&real, __ATOMIC_ACQUIRE) == NULL)) \
    __atomic_store_n (&real, (__typeof__ (name) *) dlsym (RTLD_NEXT, #name), __ATOMIC_RELEASE)

/* --- locks ----------------------------------------------------------------------------------- */

#define LOCK(name, type, flags) \
  void name (type *lock) \
  { \
    REAL (name); \
    __tsan_mutex_pre_lock (lock, flags); \
    real (lock); \
    __tsan_mutex_post_lock (lock, flags, 1); \
  }

#define TRYLOCK(name, type, flags) \
  gboolean name (type *lock) \
  { \
    REAL (name); \
    __tsan_mutex_pre_lock (lock, (flags) | TRY_LOCK); \
    gboolean got = real (lock); \
    __tsan_mutex_post_lock (lock, (flags) | TRY_LOCK | (got ? 0 : TRY_LOCK_FAILED), 1); \
    return got; \
  }

#define UNLOCK(name, type, flags) \
  void name (type *lock) \
  { \
    REAL (name); \
    __tsan_mutex_pre_unlock (lock, flags); \
    real (lock); \
    __tsan_mutex_post_unlock (lock, flags); \
  }

#undef g_mutex_lock
#undef g_mutex_trylock
#undef g_mutex_unlock
LOCK (g_mutex_lock, GMutex, 0)
TRYLOCK (g_mutex_trylock, GMutex, 0)
UNLOCK (g_mutex_unlock, GMutex, 0)
LOCK (g_rec_mutex_lock, GRecMutex, RECURSIVE)
TRYLOCK (g_rec_mutex_trylock, GRecMutex, RECURSIVE)
UNLOCK (g_rec_mutex_unlock, GRecMutex, RECURSIVE)
LOCK (g_rw_lock_writer_lock, GRWLock, 0)
TRYLOCK (g_rw_lock_writer_trylock, GRWLock, 0)
UNLOCK (g_rw_lock_writer_unlock, GRWLock, 0)
LOCK (g_rw_lock_reader_lock, GRWLock, READ_LOCK)
TRYLOCK (g_rw_lock_reader_trylock, GRWLock, READ_LOCK)
UNLOCK (g_rw_lock_reader_unlock, GRWLock, READ_LOCK)

/* Waiting on a condition unlocks the mutex and locks it again. */
void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL (g_cond_wait);
  __tsan_mutex_pre_unlock (mutex, 0);
  __tsan_mutex_post_unlock (mutex, 0);
  real (cond, mutex);
  __tsan_mutex_pre_lock (mutex, 0);
  __tsan_mutex_post_lock (mutex, 0, 1);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  REAL (g_cond_wait_until);
  __tsan_mutex_pre_unlock (mutex, 0);
  __tsan_mutex_post_unlock (mutex, 0);
  gboolean signalled = real (cond, mutex, end_time);
  __tsan_mutex_pre_lock (mutex, 0);
  __tsan_mutex_post_lock (mutex, 0, 1);
  return signalled;
}

/* --- once ------------------------------------------------------------------------------------ */

#undef g_once_init_enter
#undef g_once_init_leave
gboolean
g_once_init_enter (volatile void *location)
{
  REAL (g_once_init_enter);
  gboolean first = real (location);
  __tsan_acquire ((void *) location);
  return first;
}

void
g_once_init_leave (volatile void *location, gsize result)
{
  REAL (g_once_init_leave);
  __tsan_release ((void *) location);
  real (location, result);
}

/* --- references: all that was done before an unref comes before what the last unref does ------ */

#define UNREF(name, type) \
  void name (type pointer) \
  { \
    REAL (name); \
    __tsan_release ((void *) pointer); \
    __tsan_acquire ((void *) pointer); \
    real (pointer); \
  }

UNREF (g_object_unref, gpointer)
UNREF (g_bytes_unref, GBytes *)
UNREF (g_ptr_array_unref, GPtrArray *)
UNREF (g_hash_table_unref, GHashTable *)
UNREF (g_byte_array_unref, GByteArray *)
UNREF (g_uri_unref, GUri *)
UNREF (g_source_unref, GSource *)
UNREF (g_closure_unref, GClosure *)
UNREF (g_main_context_unref, GMainContext *)
UNREF (g_atomic_rc_box_release, gpointer)

void
g_atomic_rc_box_release_full (gpointer memory, GDestroyNotify clear)
{
  REAL (g_atomic_rc_box_release_full);
  __tsan_release (memory);
  __tsan_acquire (memory);
  real (memory, clear);
}

gboolean
(g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  REAL (g_atomic_ref_count_dec);
  __tsan_release (count);
  gboolean last = real (count);
  if (last)
    __tsan_acquire (count);
  return last;
}

/* --- handing data to another thread ---------------------------------------------------------- */

void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  REAL (g_async_queue_push);
  __tsan_release (queue);
  real (queue, data);
}

gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  REAL (g_async_queue_pop);
  gpointer data = real (queue);
  __tsan_acquire (queue);
  return data;
}

gpointer
g_async_queue_timeout_pop (GAsyncQueue *queue, guint64 timeout)
{
  REAL (g_async_queue_timeout_pop);
  gpointer data = real (queue, timeout);
  __tsan_acquire (queue);
  return data;
}

typedef struct
{
  GFunc func;
  gpointer user_data;
} PoolJob;

static void
run_job (gpointer data, gpointer user_data)
{
  PoolJob *job = user_data;

  __tsan_acquire (data);
  job->func (data, job->user_data);
}

/* The closure lives as long as the pool, and the library's pools as long as the process. */
GThreadPool *
g_thread_pool_new (GFunc func, gpointer user_data, int most, gboolean exclusive, GError **error)
{
  REAL (g_thread_pool_new);
  PoolJob *job = g_new (PoolJob, 1);

  job->func = func;
  job->user_data = user_data;
  return real (run_job, job, most, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer data, GError **error)
{
  REAL (g_thread_pool_push);
  __tsan_release (data);
  return real (pool, data, error);
}

/* --- main contexts ----------------------------------------------------------------------------
 *
 * Who attaches a source, makes one ready or wakes a context is ordered before what that context
 * dispatches after its next poll. The poll function is not told whose it is, so that one address
 * stands for all contexts: this is the one place that orders more than GLib promises. */

static char posted;

static int
poll_then_acquire (GPollFD *fds, guint n_fds, int timeout)
{
  int ready = g_poll (fds, n_fds, timeout);

  __tsan_acquire (&posted);
  return ready;
}

GMainContext *
g_main_context_new (void)
{
  REAL (g_main_context_new);
  GMainContext *context = real ();

  g_main_context_set_poll_func (context, poll_then_acquire);
  return context;
}

guint
g_source_attach (GSource *source, GMainContext *context)
{
  REAL (g_source_attach);

  if (context == NULL)
    g_main_context_set_poll_func (NULL, poll_then_acquire);
  __tsan_release (&posted);
  return real (source, context);
}

void
g_source_set_ready_time (GSource *source, gint64 ready_time)
{
  REAL (g_source_set_ready_time);
  __tsan_release (&posted);
  real (source, ready_time);
}

void
g_source_destroy (GSource *source)
{
  REAL (g_source_destroy);
  __tsan_release (&posted);
  real (source);
}

void
g_main_context_wakeup (GMainContext *context)
{
  REAL (g_main_context_wakeup);
  __tsan_release (&posted);
  real (context);
}
