/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of a slow store: one after the other for each entry, and not held up in a forked child by
 * what only the parent goes on with. */
#include "engine/tern-store-call.h"

#include <sys/wait.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif

/* ---- a store that writes down what it is asked for, and may be held ---- */

#define SLOW_TYPE_STORE (slow_store_get_type ())
G_DECLARE_FINAL_TYPE (SlowStore, slow_store, SLOW, STORE, GObject)

struct _SlowStore
{
  GObject parent;
  int holds; /* atomic: no call returns before it is FALSE */
  int n_begun;
  GMutex lock;
  GString *calls;
};

static void slow_store_iface_init (TernCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SlowStore,
                               slow_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_CACHE_STORE, slow_store_iface_init))

static void
note (SlowStore *self, char what)
{
  g_atomic_int_inc (&self->n_begun);
  while (g_atomic_int_get (&self->holds))
    g_usleep (500);
  g_mutex_lock (&self->lock);
  g_string_append_c (self->calls, what);
  g_mutex_unlock (&self->lock);
}

static GBytes *
slow_store_get (TernCacheStore *store, const char *key, GError **error)
{
  note (SLOW_STORE (store), 'g');
  return NULL;
}

static gboolean
slow_store_set (
    TernCacheStore *store, const char *key, GBytes *value, gint64 keep_until, GError **error)
{
  note (SLOW_STORE (store), 's');
  return TRUE;
}

static gboolean
slow_store_delete (TernCacheStore *store, const char *key, GError **error)
{
  note (SLOW_STORE (store), 'd');
  return TRUE;
}

static TernCacheStoreFlags
slow_store_get_flags (TernCacheStore *store)
{
  return TERN_CACHE_STORE_ANY_THREAD;
}

static void
slow_store_iface_init (TernCacheStoreInterface *iface)
{
  iface->get = slow_store_get;
  iface->set = slow_store_set;
  iface->delete = slow_store_delete;
  iface->get_flags = slow_store_get_flags;
}

static void
slow_store_finalize (GObject *object)
{
  SlowStore *self = SLOW_STORE (object);

  g_mutex_clear (&self->lock);
  g_string_free (self->calls, TRUE);
  G_OBJECT_CLASS (slow_store_parent_class)->finalize (object);
}

static void
slow_store_class_init (SlowStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = slow_store_finalize;
}

static void
slow_store_init (SlowStore *self)
{
  g_mutex_init (&self->lock);
  self->calls = g_string_new (NULL);
}

/* ---- helpers ---- */

static void
call_later (SlowStore *store, TernStoreCallKind kind)
{
  TernStoreCall call = { .kind = kind, .key = g_strdup ("http://a.example/") };

  if (kind == TERN_STORE_SET)
    call.value = g_bytes_new_static ("v", 1);
  tern_store_call_later (&call, TERN_CACHE_STORE (store));
}

static void
wait_begun (SlowStore *store, int n)
{
  while (g_atomic_int_get (&store->n_begun) < n)
    g_usleep (500);
}

/* FALSE where they are not done within ten seconds. */
static gboolean
wait_idle (void)
{
  for (guint i = 0; i < 20000 && tern_worker_count (TERN_LANE_STORE) > 0; i++)
    g_usleep (500);
  return tern_worker_count (TERN_LANE_STORE) == 0;
}

/* ---- tests ---- */

/* One that takes its time is not overtaken by those for the same entry. */
static void
test_in_turn (void)
{
  static const TernStoreCallKind kinds[]
      = { TERN_STORE_SET, TERN_STORE_GET, TERN_STORE_REMOVE, TERN_STORE_FIND, TERN_STORE_SET };
  g_autoptr (SlowStore) store = g_object_new (SLOW_TYPE_STORE, NULL);

  store->holds = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    call_later (store, kinds[i]);
  wait_begun (store, 1);
  g_usleep (2000);
  g_assert_cmpint (g_atomic_int_get (&store->n_begun), ==, 1);
  g_atomic_int_set (&store->holds, FALSE);
  g_assert_true (wait_idle ());
  g_assert_cmpstr (store->calls->str, ==, "sgddgs"); /* an entry is two values here */
}

static gpointer
call_often (gpointer store)
{
  for (guint i = 0; i < 500; i++)
    {
      call_later (store, TERN_STORE_GET);
      if (i % 16 == 0)
        g_thread_yield ();
    }
  return NULL;
}

/* Whoever is in front in the line is so among the workers, too: else all of them could wait for one
 * that none of them has. */
static void
test_crowd (void)
{
  g_autoptr (SlowStore) store = g_object_new (SLOW_TYPE_STORE, NULL);
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("crowd", call_often, store);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_true (wait_idle ());
  g_assert_cmpuint (store->calls->len, ==, 500 * G_N_ELEMENTS (threads));
}

static void
test_fork (void)
{
  g_autoptr (SlowStore) store = g_object_new (SLOW_TYPE_STORE, NULL);
  int status;
  pid_t pid;

#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
  g_test_skip ("ThreadSanitizer allows no threads in a forked child");
  return;
#endif
  if (g_getenv ("TERN_TEST_MEMCHECK") != NULL)
    {
      g_test_skip ("memcheck counts as lost what the parent's threads hold in a forked child");
      return;
    }
  store->holds = TRUE;
  call_later (store, TERN_STORE_SET);
  wait_begun (store, 1);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      store->holds = FALSE;
      call_later (store, TERN_STORE_GET);
      _exit (wait_idle () ? 0 : 1);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_atomic_int_set (&store->holds, FALSE);
  g_assert_true (wait_idle ());
  g_assert_cmpstr (store->calls->str, ==, "s");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-call/in-turn", test_in_turn);
  g_test_add_func ("/store-call/crowd", test_crowd);
  g_test_add_func ("/store-call/fork", test_fork);
  return g_test_run ();
}
