/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cache in memory promises beyond the contract: limits, order of use, names. */
#include <string.h>
#include <tern/tern-cache.h>
#include <tern/tern-error.h>

static TernCacheStore *
open_store (const char *uri)
{
  g_autoptr (GError) error = NULL;
  TernCacheStore *store = tern_cache_store_open (uri, &error);

  g_assert_no_error (error);
  return store;
}

static void
set (TernCacheStore *store, guint number, gsize size, gint64 keep_until)
{
  g_autofree char *key = g_strdup_printf ("key %u", number);
  g_autoptr (GBytes) value = g_bytes_new_take (g_malloc0 (size), size);

  g_assert_true (tern_cache_store_set (store, key, value, keep_until, NULL));
}

static gboolean
has (TernCacheStore *store, guint number)
{
  g_autofree char *key = g_strdup_printf ("key %u", number);
  g_autoptr (GBytes) value = tern_cache_store_get (store, key, NULL);

  return value != NULL;
}

static void
test_limit (void)
{
  g_autoptr (TernCacheStore) store = open_store ("memory:?max-size=100K");
  guint n_kept = 0;

  for (guint i = 0; i < 1000; i++)
    set (store, i, 1024, 0);
  for (guint i = 0; i < 1000; i++)
    n_kept += has (store, i);
  g_assert_cmpuint (n_kept, <=, 100);
  g_assert_cmpuint (n_kept, >, 50);
  g_assert_true (has (store, 999));
  g_assert_false (has (store, 0));
}

static void
test_order_of_use (void)
{
  g_autoptr (TernCacheStore) store = open_store ("memory:?max-size=10K");

  for (guint i = 0; i < 100; i++)
    {
      set (store, i, 1024, 0);
      g_assert_true (has (store, 0));
    }
  g_assert_false (has (store, 1));
  g_assert_true (has (store, 99));
}

static void
test_entry_limit (void)
{
  g_autoptr (TernCacheStore) store = open_store ("memory:?max-entry-size=1000");

  set (store, 1, 1000, 0);
  g_assert_true (has (store, 1));
  set (store, 1, 1001, 0);
  g_assert_false (has (store, 1));
}

/* The expired go first, though they were used last. */
static void
test_expired_first (void)
{
  g_autoptr (TernCacheStore) store = open_store ("memory:?max-size=20K");
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  for (guint i = 0; i < 8; i++)
    set (store, i, 1024, 0);
  for (guint i = 8; i < 16; i++)
    set (store, i, 1024, now + 1);
  g_usleep (2100 * 1000);
  for (guint i = 16; i < 24; i++)
    set (store, i, 1024, 0);
  for (guint i = 0; i < 24; i++)
    g_assert_cmpint (has (store, i), ==, i < 8 || i >= 16);
}

static void
test_names (void)
{
  g_autoptr (TernCacheStore) one = open_store ("memory:shared?max-size=1M");
  g_autoptr (TernCacheStore) two = open_store ("memory:shared");
  g_autoptr (TernCacheStore) other = open_store ("memory:other");
  g_autoptr (TernCacheStore) own = open_store ("memory:");
  g_autoptr (TernCacheStore) own_too = open_store ("memory:");

  set (one, 1, 10, 0);
  set (own, 1, 10, 0);
  g_assert_true (has (two, 1));
  g_assert_false (has (other, 1));
  g_assert_false (has (own_too, 1));
  g_clear_object (&one);
  g_assert_true (has (two, 1));
  g_clear_object (&two);
  /* Nobody held it any more; the name stands for a new one. */
  two = open_store ("memory:shared");
  g_assert_false (has (two, 1));
}

/* The very bytes that were handed in. */
static void
test_no_copy (void)
{
  g_autoptr (TernCacheStore) store = open_store ("memory:");
  g_autoptr (GBytes) value = g_bytes_new_take (g_malloc0 (4096), 4096);
  g_autoptr (GBytes) kept = NULL;

  g_assert_true (tern_cache_store_set (store, "key", value, 0, NULL));
  kept = tern_cache_store_get (store, "key", NULL);
  g_assert_true (g_bytes_get_data (kept, NULL) == g_bytes_get_data (value, NULL));
}

typedef struct
{
  TernCacheStore *store;
  guint n_freed;
} Reentry;

static void
use_store_again (gpointer data)
{
  Reentry *reentry = data;

  has (reentry->store, 1);
  reentry->n_freed++;
}

/* Freeing a value runs code of the program, which may use the store: no lock may be held. */
static void
test_frees_unlocked (void)
{
  g_autoptr (TernCacheStore) store = open_store ("memory:?max-size=2K");
  Reentry reentry = { store, 0 };
  static const char text[1000];

  for (guint i = 0; i < 3; i++)
    {
      GBytes *value = g_bytes_new_with_free_func (text, sizeof text, use_store_again, &reentry);
      g_autofree char *key = g_strdup_printf ("value %u", i);

      tern_cache_store_set (store, key, value, 0, NULL);
      g_bytes_unref (value);
    }
  g_assert_cmpuint (reentry.n_freed, ==, 2);
  tern_cache_store_delete (store, "value 2", NULL);
  g_assert_cmpuint (reentry.n_freed, ==, 3);
}

static void
test_options (void)
{
  const char *const bad[] = { "memory:?max-size=",   "memory:?max-size=0",
                              "memory:?max-size=-1", "memory:?max-size=1T",
                              "memory:?max-size=1MM", "memory:?max-size=99999999999999999999",
                              "memory:?max-size=9999999999999G", "memory:?size=1M" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tern_cache_store_open (bad[i], &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-memory/limit", test_limit);
  g_test_add_func ("/cache-memory/order-of-use", test_order_of_use);
  g_test_add_func ("/cache-memory/entry-limit", test_entry_limit);
  g_test_add_func ("/cache-memory/expired-first", test_expired_first);
  g_test_add_func ("/cache-memory/names", test_names);
  g_test_add_func ("/cache-memory/no-copy", test_no_copy);
  g_test_add_func ("/cache-memory/frees-unlocked", test_frees_unlocked);
  g_test_add_func ("/cache-memory/options", test_options);
  return g_test_run ();
}
