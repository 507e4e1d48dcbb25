/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the cache in memcached talks to its servers: dialects, connections, servers that go and come
 * back, expiry. */
#include "memcache-fake.h"
#include "memcache-store.h"

static gint64
get_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
test_dialects (void)
{
  static const struct
  {
    gboolean meta;
    const char *version, *options;
    const char *get, *set, *del;
    guint n_greetings;
  } cases[] = {
    { TRUE, "1.6.18", "", "mg", "ms", "md", 1 },
    { TRUE, "1.6.6", "", "get", "set", "delete", 1 },
    { FALSE, "1.4.39", "", "get", "set", "delete", 1 },
    { TRUE, "1.6.18", "protocol=classic", "get", "set", "delete", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MemcacheFake) fake = memcache_fake_new (cases[i].meta);
      g_autoptr (TernCacheStore) store
          = memcache_open_port (memcache_fake_get_port (fake), cases[i].options);

      memcache_fake_set_version (fake, cases[i].version);
      g_assert_false (memcache_has (store, "key", ""));
      g_assert_true (memcache_set (store, "key", "\r\nflush_all\r\n"));
      g_assert_true (memcache_has (store, "key", "\r\nflush_all\r\n"));
      g_assert_true (memcache_delete (store, "key"));
      g_assert_true (memcache_delete (store, "key"));
      g_assert_false (memcache_has (store, "key", ""));
      g_assert_cmpuint (memcache_fake_count (fake, "mn"), ==, cases[i].n_greetings);
      g_assert_cmpuint (memcache_fake_count (fake, "version"), ==, cases[i].n_greetings);
      g_assert_cmpuint (memcache_fake_count (fake, cases[i].get), ==, 3);
      g_assert_cmpuint (memcache_fake_count (fake, cases[i].set), ==, 1);
      g_assert_cmpuint (memcache_fake_count (fake, cases[i].del), ==, 2);
      g_assert_cmpuint (memcache_fake_count_peak (fake), ==, 1);
    }
}

/* A server is asked on each connection, for it may be another program by now; one that does not
 * know a command would take the value for commands. */
static void
test_other_program (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autoptr (TernCacheStore) store = memcache_open_port (memcache_fake_get_port (fake), "");

  g_assert_true (memcache_set (store, "key", "value"));
  memcache_fake_drop (fake);
  memcache_fake_set_meta (fake, FALSE);
  g_assert_true (memcache_set (store, "key", "delete\r\nflush_all\r\nget x"));
  g_assert_cmpuint (memcache_fake_count (fake, "ms"), ==, 1);
  g_assert_cmpuint (memcache_fake_count (fake, "set"), ==, 1);
  g_assert_cmpuint (memcache_fake_count (fake, "delete"), ==, 0);
  g_assert_cmpuint (memcache_fake_count (fake, "flush_all"), ==, 0);
  g_assert_true (memcache_has (store, "key", "delete\r\nflush_all\r\nget x"));
}

/* The number behind the T of a "ms", or the third of a "set". */
static gint64
get_expiry (MemcacheFake *fake, const char *verb)
{
  g_autofree char *line = memcache_fake_last (fake, verb);
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  return g_ascii_strtoll (words[3][0] == 'T' ? words[3] + 1 : words[3], NULL, 10);
}

static void
test_expiry (gconstpointer data)
{
  gboolean meta = GPOINTER_TO_INT (data);
  const char *verb = meta ? "ms" : "set";
  g_autoptr (MemcacheFake) fake = memcache_fake_new (meta);
  g_autoptr (TernCacheStore) store = memcache_open_port (memcache_fake_get_port (fake), "");
  gint64 now = get_now ();
  gint64 later = now + 40 * 86400;

  g_assert_true (memcache_set (store, "key", "value"));
  g_assert_cmpint (get_expiry (fake, verb), ==, 0);
  g_assert_true (memcache_set_until (store, "key", "value", now + 1000));
  g_assert_cmpint (get_expiry (fake, verb), <=, 1001);
  g_assert_cmpint (get_expiry (fake, verb), >, 900);
  g_assert_true (memcache_set_until (store, "key", "value", later));
  g_assert_cmpint (get_expiry (fake, verb), ==, later);
  g_assert_true (memcache_has (store, "key", "value"));
  /* Over already: it is not written, and what was there goes. */
  g_assert_true (memcache_set_until (store, "key", "old", now - 5));
  g_assert_cmpuint (memcache_fake_count (fake, verb), ==, 3);
  g_assert_cmpuint (memcache_fake_count (fake, meta ? "md" : "delete"), ==, 1);
  g_assert_false (memcache_has (store, "key", ""));
}

/* A server whose clock is behind, or that never lets a value expire, as the fake: the record says
 * how long the value is good. */
static void
test_late_server (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autoptr (TernCacheStore) store = memcache_open_port (memcache_fake_get_port (fake), "");

  g_assert_true (memcache_set_until (store, "key", "value", get_now () + 1));
  g_usleep (2100 * 1000);
  g_assert_false (memcache_has (store, "key", ""));
  g_assert_cmpuint (memcache_fake_count (fake, "mg"), ==, 1);
}

/* What the server closed while it was idle is no miss. */
static void
test_closed_idle (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autoptr (TernCacheStore) store = memcache_open_port (memcache_fake_get_port (fake), "");

  g_assert_true (memcache_set (store, "key", "value"));
  for (guint i = 0; i < 5; i++)
    {
      memcache_fake_drop (fake);
      g_assert_true (memcache_has (store, "key", "value"));
    }
  memcache_fake_drop (fake);
  g_assert_true (memcache_set (store, "key", "another"));
  memcache_fake_drop (fake);
  g_assert_true (memcache_delete (store, "key"));
  g_assert_cmpuint (memcache_fake_count (fake, "mn"), ==, 8);
}

static void
get_in_the_end (TernCacheStore *store)
{
  gint64 begun = tern_test_watch_start ();

  while (!memcache_has (store, "key", "value"))
    {
      g_assert_cmpfloat (tern_test_watch_ms (begun), <, 30000);
      g_usleep (20 * 1000);
    }
}

/* Bytes that nobody asked for are nobody's answer. Where they arrive after the next question, that
 * is a miss; and in the classic dialect a stray "END" is one that cannot be told from an answer. */
static void
test_stray_bytes (gconstpointer data)
{
  gboolean meta = GPOINTER_TO_INT (data);
  static const char *const strays[] = { "END\r\n", "EN\r\n", "VA 5\r\nwrong\r\n", "x" };
  g_autoptr (MemcacheFake) fake = memcache_fake_new (meta);
  g_autoptr (TernCacheStore) store = memcache_open_port (memcache_fake_get_port (fake), "");

  g_assert_true (memcache_set (store, "key", "value"));
  for (guint i = 0; i < G_N_ELEMENTS (strays); i++)
    {
      memcache_fake_blurt (fake, strays[i]);
      g_usleep (20 * 1000);
      get_in_the_end (store);
      g_assert_cmpuint (memcache_fake_count (fake, "mn"), >=, meta ? i + 2 : i + 1);
    }
}

/* A server that is away is a miss; it is left alone for a second, and then it is found again. */
static void
test_comes_back (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autoptr (TernCacheStore) store = memcache_open_port (memcache_fake_get_port (fake), "");
  g_autoptr (GError) error = NULL;
  gint64 begun;

  g_assert_true (memcache_set (store, "key", "value"));
  memcache_fake_stop (fake);
  begun = tern_test_watch_start ();
  g_assert_false (memcache_has (store, "key", ""));
  g_assert_false (tern_cache_store_delete (store, "key", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_assert_nonnull (strstr (error->message, "127.0.0.1:"));
  memcache_fake_start (fake);
  get_in_the_end (store);
  g_assert_cmpfloat (tern_test_watch_ms (begun), >=, 1000);
  g_assert_true (memcache_has (store, "key", "value"));
  g_assert_cmpuint (memcache_fake_count (fake, "mn"), ==, 2);
}

static void
refuse (GString *answer, const char *verb, const char *name, gconstpointer data)
{
  if (g_str_equal (verb, "ms") && g_str_has_suffix (name, data))
    g_string_assign (answer, "SERVER_ERROR no \xf0\x9f\x90\xa6 room\r\n");
}

/* A value that the server does not take is an error that says so; what was there before goes. */
static void
test_refusal (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autoptr (TernCacheStore) store
      = memcache_open_port (memcache_fake_get_port (fake), "item-size=1K");
  g_autofree char *value = memcache_make_value (2000, 1);
  g_autoptr (GBytes) bytes = g_bytes_new (value, 2000);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (memcache_set (store, "key", "old"));
      /* The third part; the head. */
      memcache_fake_set_twist (fake, refuse, i == 0 ? ":2" : "");
      g_assert_false (tern_cache_store_set (store, "key", bytes, 0, &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
      g_assert_nonnull (strstr (error->message, "SERVER_ERROR no"));
      g_assert_true (g_str_is_ascii (strstr (error->message, "SERVER_ERROR")));
      g_assert_false (memcache_has (store, "key", "old"));
      memcache_fake_set_twist (fake, NULL, NULL);
    }
  /* It is not away because of that. */
  g_assert_true (memcache_set (store, "key", value));
  g_assert_true (memcache_has (store, "key", value));
}

static void
use_in_thread (guint number, gpointer data)
{
  g_autofree char *key = g_strdup_printf ("key %u", number);

  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *value = g_strdup_printf ("value %u of %u", i, number);

      g_assert_true (memcache_set (data, key, value));
      g_assert_true (memcache_has (data, key, value));
    }
}

static void
test_pool (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autoptr (TernCacheStore) store
      = memcache_open_port (memcache_fake_get_port (fake), "connections=2&timeout=30");

  tern_test_run_threads (8, use_in_thread, store);
  g_assert_cmpuint (memcache_fake_count_peak (fake), <=, 2);
  g_assert_cmpuint (memcache_fake_count (fake, "mn"), <=, 2);
  g_assert_cmpuint (memcache_fake_count (fake, "mg"), ==, 400);
}

static void
test_socket (void)
{
  g_autofree char *dir = tern_test_make_dir ("tern-memcache");
  g_autofree char *path = g_build_filename (dir, "socket", NULL);
  g_autofree char *uri = g_strdup_printf ("memcache://%s?timeout=10&prefix=x", path);
  g_autoptr (TernCacheStore) store = memcache_open (uri);
  MemcacheFake *fake = memcache_fake_new_at (path);
  g_auto (GStrv) names = NULL;

  g_assert_true (memcache_set (store, "key", "value"));
  g_assert_true (memcache_has (store, "key", "value"));
  names = memcache_fake_list (fake);
  g_assert_cmpuint (g_strv_length (names), ==, 1);
  g_assert_cmpint (names[0][0], ==, 'x');
  memcache_fake_free (fake);
  tern_test_remove_dir (dir);
}

/* Names are looked up, and what is not there at the start is a miss, not an error. */
static void
test_names (void)
{
  g_autoptr (MemcacheFake) fake = memcache_fake_new (TRUE);
  g_autofree char *uri
      = g_strdup_printf ("memcache://localhost:%u/?timeout=10", memcache_fake_get_port (fake));
  g_autoptr (TernCacheStore) store = memcache_open (uri);
  /* No name server is asked about such a name. */
  g_autoptr (TernCacheStore) nowhere = memcache_open ("memcache://no..where/?timeout=10");

  g_assert_true (memcache_set (store, "key", "value"));
  g_assert_true (memcache_has (store, "key", "value"));
  g_assert_false (memcache_has (nowhere, "key", ""));
  g_assert_false (memcache_set (nowhere, "key", "value"));
}

static void
test_bad_uris (void)
{
  const char *const bad[] = { "memcache:",           "memcache://",
                              "memcache://host:0",   "memcache://host,host/",
                              "memcache://::1/",     "memcache://host/a%20b",
                              "memcache://host?x=1", "memcache://host?timeout=never" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tern_cache_store_open (bad[i], &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
      g_assert_nonnull (strstr (error->message, bad[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-memcache/dialects", test_dialects);
  g_test_add_func ("/cache-memcache/other-program", test_other_program);
  g_test_add_data_func ("/cache-memcache/expiry/meta", GINT_TO_POINTER (TRUE), test_expiry);
  g_test_add_data_func ("/cache-memcache/expiry/classic", GINT_TO_POINTER (FALSE), test_expiry);
  g_test_add_func ("/cache-memcache/late-server", test_late_server);
  g_test_add_func ("/cache-memcache/closed-idle", test_closed_idle);
  g_test_add_data_func ("/cache-memcache/stray-bytes/meta", GINT_TO_POINTER (TRUE),
                        test_stray_bytes);
  g_test_add_data_func ("/cache-memcache/stray-bytes/classic", GINT_TO_POINTER (FALSE),
                        test_stray_bytes);
  g_test_add_func ("/cache-memcache/comes-back", test_comes_back);
  g_test_add_func ("/cache-memcache/refusal", test_refusal);
  g_test_add_func ("/cache-memcache/pool", test_pool);
  g_test_add_func ("/cache-memcache/socket", test_socket);
  g_test_add_func ("/cache-memcache/names", test_names);
  g_test_add_func ("/cache-memcache/bad-uris", test_bad_uris);
  return g_test_run ();
}
