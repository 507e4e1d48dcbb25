/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract of cache stores, for any plugin: test-cache-store STORE. A store that keeps things
 * in a folder is given by its name alone, any other by its URI; "{}" in that stands for a folder
 * that is fresh for each test. What goes beyond get, set and delete is tested where it is there. */
#include "cache-store.h"

#include "tern-real-server.h"

static const char *store_name;
static TernRealServer *memcached; /* for the store of that name */

/* What the stores of this project have, so that none loses a slot unseen. */
static const struct
{
  const char *name;
  gboolean has_entries, has_whole;
} expected[] = {
  { "file", TRUE, TRUE },
  { "gdbm", FALSE, TRUE },
  { "memcache", FALSE, FALSE },
  { "memory", TRUE, TRUE },
};

static char *
make_uri (const char *dir)
{
  const char *hole = strstr (store_name, "{}");

  if (hole != NULL)
    return g_strdup_printf ("%.*s%s%s", (int) (hole - store_name), store_name, dir, hole + 2);
  if (strchr (store_name, ':') != NULL)
    return g_strdup (store_name);
  if (g_str_equal (store_name, "memory"))
    return g_strdup ("memory:");
  if (g_str_equal (store_name, "gdbm"))
    return g_strdup_printf ("gdbm://%s/cache.gdbm?wait=30", dir);
  /* One server serves all tests, each with keys of its own. A loaded machine gets time. */
  if (memcached != NULL)
    return g_strdup_printf ("memcache://127.0.0.1:%u%s:?timeout=10",
                            tern_real_server_get_port (memcached), strrchr (dir, '/'));
  return g_strdup_printf ("%s://%s", store_name, dir);
}

void
cache_set_up (CacheFixture *f, gconstpointer data)
{
  g_autofree char *uri = NULL;
  g_autoptr (GError) error = NULL;

  f->dir = tern_test_make_dir ("tern-store");
  uri = make_uri (f->dir);
  f->store = tern_cache_store_open (uri, &error);
  g_assert_no_error (error);
  g_assert_true (TERN_IS_CACHE_STORE (f->store));
}

void
cache_tear_down (CacheFixture *f, gconstpointer data)
{
  g_clear_object (&f->store);
  tern_test_remove_dir (f->dir);
  g_free (f->dir);
}

static void
test_values (CacheFixture *f, gconstpointer data)
{
  cache_assert_none (f->store, "http://a/");
  cache_set (f->store, "http://a/", "one", 0);
  cache_assert_value (f->store, "http://a/", "one");
  cache_set (f->store, "http://a/", "another", 0);
  cache_assert_value (f->store, "http://a/", "another");
  cache_set (f->store, "http://a/", "", 0);
  cache_assert_value (f->store, "http://a/", "");
  cache_assert_none (f->store, "http://A/");
  cache_assert_none (f->store, "http://a");
  cache_delete (f->store, "http://a/");
  cache_assert_none (f->store, "http://a/");
  cache_delete (f->store, "http://a/");
}

static void
test_keys (CacheFixture *f, gconstpointer data)
{
  g_autofree char *long_key = g_strnfill (8000, 'k');
  g_autofree char *longer_key = g_strnfill (8001, 'k');
  const char *const keys[] = { "",       " ",  "a",        "A",     "../../etc/passwd", "/",
                               "a/b",    ".",  "..",       "a\nb",  "a\r\n\r\nb",       "%00",
                               "k\xc3\xa9", "\xff\xfe", "tmp-1.tern", long_key, longer_key };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *value = g_strdup_printf ("value %u", i);

      cache_set (f->store, keys[i], value, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *value = g_strdup_printf ("value %u", i);

      cache_assert_value (f->store, keys[i], value);
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    cache_delete (f->store, keys[i]);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    cache_assert_none (f->store, keys[i]);
}

static void
test_binary (CacheFixture *f, gconstpointer data)
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
      kept = cache_get (f->store, "key");
      g_assert_nonnull (kept);
      g_assert_true (g_bytes_equal (kept, value));
    }
}

/* A value stays good whatever becomes of the store. */
static void
test_lifetime (CacheFixture *f, gconstpointer data)
{
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;

  cache_set (f->store, "key", "first", 0);
  first = cache_get (f->store, "key");
  cache_set (f->store, "key", "other", 0);
  second = cache_get (f->store, "key");
  cache_delete (f->store, "key");
  g_clear_object (&f->store);
  g_assert_cmpmem (g_bytes_get_data (first, NULL), g_bytes_get_size (first), "first", 5);
  g_assert_cmpmem (g_bytes_get_data (second, NULL), g_bytes_get_size (second), "other", 5);
}

static void
test_expiry (CacheFixture *f, gconstpointer data)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  cache_set (f->store, "key", "value", now + 1000);
  cache_assert_value (f->store, "key", "value");
  /* What is of no use any more need not be kept, and the value before it is not right either. */
  cache_set (f->store, "key", "old", now - 10);
  cache_assert_none (f->store, "key");
  cache_set (f->store, "key", "value", G_MAXINT64);
  cache_assert_value (f->store, "key", "value");
}

/* A store may refuse to keep what is large, but not fail, nor keep the old value. */
static void
test_large (CacheFixture *f, gconstpointer data)
{
  const gsize size = 48 << 20;
  g_autoptr (GBytes) value = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (GBytes) kept = NULL;

  cache_set (f->store, "key", "small", 0);
  g_assert_true (tern_cache_store_set (f->store, "key", value, 0, NULL));
  kept = cache_get (f->store, "key");
  g_assert_true (kept == NULL || g_bytes_equal (kept, value));
}

static void
test_flags (CacheFixture *f, gconstpointer data)
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
        cache_delete (store, key);
      else if (what < 4)
        {
          g_autofree char *letters = g_strnfill (size, 'a' + number);

          cache_set (store, key, letters, 0);
        }
      else
        {
          g_autoptr (GBytes) value = cache_get (store, key);
          gsize len = 0;
          const char *letters = value != NULL ? g_bytes_get_data (value, &len) : NULL;

          for (gsize j = 1; j < len; j++)
            g_assert_cmpint (letters[j], ==, letters[0]);
        }
    }
  g_rand_free (rand);
}

static void
test_threads (CacheFixture *f, gconstpointer data)
{
  tern_test_run_threads (6, use_in_thread, f->store);
}

static void
test_misuse (CacheFixture *f, gconstpointer data)
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

/* Those of an entry come together or not at all. */
static void
test_slots (CacheFixture *f, gconstpointer data)
{
  TernCacheStoreInterface *iface = TERN_CACHE_STORE_GET_IFACE (f->store);
  gboolean has_entries = iface->create_entry != NULL;

  g_assert_true (iface->get != NULL && iface->set != NULL && iface->delete != NULL);
  g_assert_true ((iface->open_entry != NULL) == has_entries);
  g_assert_true ((iface->set_meta != NULL) == has_entries);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    if (g_str_equal (expected[i].name, store_name))
      {
        g_assert_true (has_entries == expected[i].has_entries);
        g_assert_true ((iface->foreach != NULL) == expected[i].has_whole);
        g_assert_true ((iface->usage != NULL) == expected[i].has_whole);
        g_assert_true ((iface->clear != NULL) == expected[i].has_whole);
        g_assert_true ((iface->verify != NULL) == expected[i].has_whole);
      }
}

/* Registers the tests that the store has the slots for. */
static void
add_optional (void)
{
  CacheFixture f = { NULL };

  cache_set_up (&f, NULL);
  if (TERN_CACHE_STORE_GET_IFACE (f.store)->create_entry != NULL)
    {
      cache_store_add_entries ();
      cache_store_add_entries_at_once ();
    }
  cache_store_add_whole (f.store);
  cache_tear_down (&f, NULL);
}

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
    g_error ("usage: test-cache-store NAME|URI");
  store_name = argv[1];
  if (g_str_equal (store_name, "memcache"))
    start_memcached ();
  CACHE_ADD ("values", test_values);
  CACHE_ADD ("keys", test_keys);
  CACHE_ADD ("binary", test_binary);
  CACHE_ADD ("lifetime", test_lifetime);
  CACHE_ADD ("expiry", test_expiry);
  CACHE_ADD ("large", test_large);
  CACHE_ADD ("flags", test_flags);
  CACHE_ADD ("threads", test_threads);
  CACHE_ADD ("misuse", test_misuse);
  CACHE_ADD ("slots", test_slots);
  add_optional ();
  status = g_test_run ();
  g_clear_pointer (&memcached, tern_real_server_free);
  return status;
}
