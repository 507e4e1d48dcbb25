/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract of cache stores, for any plugin: test-cache-store NAME or a URI. Of a store that
 * keeps things in a folder the name is enough; it gets a fresh one. */
#include <string.h>
#include <tern/tern-cache.h>
#include <tern/tern-error.h>

#include "tern-real-server.h"
#include "tern-test-util.h"

static const char *store_name;
static TernRealServer *memcached; /* for the store of that name */

typedef struct
{
  char *dir;
  TernCacheStore *store;
} Fixture;

static TernCacheStore *
open_store (const char *dir)
{
  g_autofree char *uri = NULL;
  g_autoptr (GError) error = NULL;
  TernCacheStore *store;

  if (strchr (store_name, ':') != NULL)
    uri = g_strdup (store_name);
  else if (g_str_equal (store_name, "memory"))
    uri = g_strdup ("memory:");
  else if (g_str_equal (store_name, "gdbm"))
    uri = g_strdup_printf ("gdbm://%s/cache.gdbm?wait=30", dir);
  /* One server serves all tests, each with keys of its own. A loaded machine gets time. */
  else if (memcached != NULL)
    uri = g_strdup_printf ("memcache://127.0.0.1:%u%s:?timeout=10",
                           tern_real_server_get_port (memcached), strrchr (dir, '/'));
  else
    uri = g_strdup_printf ("%s://%s", store_name, dir);
  store = tern_cache_store_open (uri, &error);
  g_assert_no_error (error);
  g_assert_true (TERN_IS_CACHE_STORE (store));
  return store;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = tern_test_make_dir ("tern-store");
  f->store = open_store (f->dir);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->store);
  tern_test_remove_dir (f->dir);
  g_free (f->dir);
}

static void
set (TernCacheStore *store, const char *key, const char *value, gint64 keep_until)
{
  g_autoptr (GBytes) bytes = g_bytes_new (value, strlen (value));
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_cache_store_set (store, key, bytes, keep_until, &error));
  g_assert_no_error (error);
}

static GBytes *
get (TernCacheStore *store, const char *key)
{
  g_autoptr (GError) error = NULL;
  GBytes *value = tern_cache_store_get (store, key, &error);

  g_assert_no_error (error);
  return value;
}

static void
assert_value (TernCacheStore *store, const char *key, const char *value)
{
  g_autoptr (GBytes) bytes = get (store, key);

  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), value,
                   strlen (value));
}

static void
assert_none (TernCacheStore *store, const char *key)
{
  g_autoptr (GBytes) bytes = get (store, key);

  g_assert_null (bytes);
}

static void
delete (TernCacheStore *store, const char *key)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_cache_store_delete (store, key, &error));
  g_assert_no_error (error);
}

static void
test_values (Fixture *f, gconstpointer data)
{
  assert_none (f->store, "http://a/");
  set (f->store, "http://a/", "one", 0);
  assert_value (f->store, "http://a/", "one");
  set (f->store, "http://a/", "another", 0);
  assert_value (f->store, "http://a/", "another");
  set (f->store, "http://a/", "", 0);
  assert_value (f->store, "http://a/", "");
  assert_none (f->store, "http://A/");
  assert_none (f->store, "http://a");
  delete (f->store, "http://a/");
  assert_none (f->store, "http://a/");
  delete (f->store, "http://a/");
}

static void
test_keys (Fixture *f, gconstpointer data)
{
  g_autofree char *long_key = g_strnfill (8000, 'k');
  g_autofree char *longer_key = g_strnfill (8001, 'k');
  const char *const keys[] = { "",       " ",  "a",        "A",     "../../etc/passwd", "/",
                               "a/b",    ".",  "..",       "a\nb",  "a\r\n\r\nb",       "%00",
                               "k\xc3\xa9", "\xff\xfe", "tmp-1.tern", long_key, longer_key };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *value = g_strdup_printf ("value %u", i);

      set (f->store, keys[i], value, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *value = g_strdup_printf ("value %u", i);

      assert_value (f->store, keys[i], value);
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    delete (f->store, keys[i]);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    assert_none (f->store, keys[i]);
}

static void
test_binary (Fixture *f, gconstpointer data)
{
  const gsize sizes[] = { 1, 31, 32, 33, 4095, 4096, 4097, 100000, 1 << 20 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint8 *bytes = g_malloc (sizes[i]);
      g_autoptr (GBytes) value = NULL;
      g_autoptr (GBytes) kept = NULL;

      for (gsize j = 0; j < sizes[i]; j++)
        bytes[j] = (guint8) (j * 7 + j / 256);
      value = g_bytes_new_take (bytes, sizes[i]);
      g_assert_true (tern_cache_store_set (f->store, "key", value, 0, NULL));
      kept = get (f->store, "key");
      g_assert_nonnull (kept);
      g_assert_true (g_bytes_equal (kept, value));
    }
}

/* A value stays good whatever becomes of the store. */
static void
test_lifetime (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;

  set (f->store, "key", "first", 0);
  first = get (f->store, "key");
  set (f->store, "key", "other", 0);
  second = get (f->store, "key");
  delete (f->store, "key");
  g_clear_object (&f->store);
  g_assert_cmpmem (g_bytes_get_data (first, NULL), g_bytes_get_size (first), "first", 5);
  g_assert_cmpmem (g_bytes_get_data (second, NULL), g_bytes_get_size (second), "other", 5);
}

static void
test_expiry (Fixture *f, gconstpointer data)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  set (f->store, "key", "value", now + 1000);
  assert_value (f->store, "key", "value");
  /* What is of no use any more need not be kept, and the value before it is not right either. */
  set (f->store, "key", "old", now - 10);
  assert_none (f->store, "key");
  set (f->store, "key", "value", G_MAXINT64);
  assert_value (f->store, "key", "value");
}

/* A store may refuse to keep what is large, but not fail, nor keep the old value. */
static void
test_large (Fixture *f, gconstpointer data)
{
  const gsize size = 48 << 20;
  g_autoptr (GBytes) value = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (GBytes) kept = NULL;

  set (f->store, "key", "small", 0);
  g_assert_true (tern_cache_store_set (f->store, "key", value, 0, NULL));
  kept = get (f->store, "key");
  g_assert_true (kept == NULL || g_bytes_equal (kept, value));
}

static void
test_flags (Fixture *f, gconstpointer data)
{
  TernCacheStoreFlags flags = tern_cache_store_get_flags (f->store);

  g_assert_cmpuint (flags & ~(TERN_CACHE_STORE_LOCAL | TERN_CACHE_STORE_ANY_THREAD), ==, 0);
  /* Plugins' objects may be called from any thread. */
  g_assert_cmpuint (flags & TERN_CACHE_STORE_ANY_THREAD, !=, 0);
}

/* Threads write whole values of one letter under few keys; nobody ever sees two letters in one. */
static void
use_in_thread (guint number, gpointer data)
{
  TernCacheStore *store = data;
  GRand *rand = g_rand_new_with_seed (number);

  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %d", g_rand_int_range (rand, 0, 5));
      gsize size = g_rand_int_range (rand, 1, 5000);
      guint what = g_rand_int_range (rand, 0, 10);

      if (what == 0)
        delete (store, key);
      else if (what < 4)
        {
          g_autofree char *letters = g_strnfill (size, 'a' + number);

          set (store, key, letters, 0);
        }
      else
        {
          g_autoptr (GBytes) value = get (store, key);
          gsize len = 0;
          const char *letters = value != NULL ? g_bytes_get_data (value, &len) : NULL;

          for (gsize j = 1; j < len; j++)
            g_assert_cmpint (letters[j], ==, letters[0]);
        }
    }
  g_rand_free (rand);
}

static void
test_threads (Fixture *f, gconstpointer data)
{
  tern_test_run_threads (6, use_in_thread, f->store);
}

static void
test_misuse (Fixture *f, gconstpointer data)
{
  g_autofree char *scheme = g_strndup (store_name, strcspn (store_name, ":"));
  const char *const formats[] = { "%s:?no-such-option=1", "%s:#fragment", "%s:%%zz", "%s:a?=%%" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *head = g_strdup_printf ("%s:", scheme);
      g_autofree char *uri = g_strconcat (head, formats[i] + strlen ("%s:"), NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (TernCacheStore) store = tern_cache_store_open (uri, &error);

      g_assert_null (store);
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
    }
}

#define ADD(path, func) g_test_add ("/cache-store/" path, Fixture, NULL, set_up, func, tear_down)

/* Ends the program where the store's server is not installed. */
static void
start_memcached (void)
{
  g_autoptr (GError) error = NULL;

  memcached = tern_real_server_new_memcached ("-m 64", &error);
  if (memcached != NULL)
    return;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_print ("1..0 # SKIP %s\n", error->message);
  exit (0);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    g_error ("usage: test-cache-store NAME");
  store_name = argv[1];
  if (g_str_equal (store_name, "memcache"))
    start_memcached ();
  ADD ("values", test_values);
  ADD ("keys", test_keys);
  ADD ("binary", test_binary);
  ADD ("lifetime", test_lifetime);
  ADD ("expiry", test_expiry);
  ADD ("large", test_large);
  ADD ("flags", test_flags);
  ADD ("threads", test_threads);
  ADD ("misuse", test_misuse);
  status = g_test_run ();
  g_clear_pointer (&memcached, tern_real_server_free);
  return status;
}
