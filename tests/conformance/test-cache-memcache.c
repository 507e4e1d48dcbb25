/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cache in memcached against memcached itself: one, with its limits and its clock, and three of
 * which one is killed. */
#include <sys/wait.h>
#include <unistd.h>

#include "memcache-store.h"
#include "tern-real-server.h"

/* FALSE where memcached is not installed; the test is skipped then. */
static gboolean
start (TernRealServer **server, const char *args)
{
  g_autoptr (GError) error = NULL;

  *server = tern_real_server_new_memcached (args, &error);
  if (*server != NULL)
    return TRUE;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_test_skip (error->message);
  return FALSE;
}

/* Values on both sides of what an item takes, with the server's own limit as option. */
static void
try_sizes (const char *args, const char *options, gsize item_size, guint most_parts)
{
  g_autoptr (TernRealServer) server = NULL;
  g_autoptr (TernCacheStore) store = NULL;

  if (!start (&server, args))
    return;
  store = memcache_open_port (tern_real_server_get_port (server), options);
  for (guint n = 1; n <= most_parts; n++)
    for (gsize less = 0; less <= 768; less += 128)
      {
        g_autofree char *value = memcache_make_value (n * (item_size - less), n + less);

        g_assert_true (memcache_set (store, "key", value));
        g_assert_true (memcache_has (store, "key", value));
      }
  g_assert_true (memcache_delete (store, "key"));
  g_assert_false (memcache_has (store, "key", ""));
}

static void
test_small_items (void)
{
  try_sizes ("-m 64 -I 512k", "item-size=512K", 512 << 10, 3);
}

static void
test_default_items (void)
{
  try_sizes ("-m 64", "", 1 << 20, 1);
}

static void
test_large_items (void)
{
  try_sizes ("-m 128 -I 4m", "item-size=4M", 4 << 20, 1);
}

/* Told to take more than the server does, the store says what the server said. */
static void
test_too_large (void)
{
  g_autoptr (TernRealServer) server = NULL;
  g_autoptr (TernCacheStore) store = NULL;
  g_autofree char *value = memcache_make_value (600000, 1);
  g_autoptr (GBytes) bytes = g_bytes_new_static (value, 600000);
  g_autoptr (GError) error = NULL;

  if (!start (&server, "-m 64 -I 512k"))
    return;
  store = memcache_open_port (tern_real_server_get_port (server), "");
  g_assert_true (memcache_set (store, "key", "old"));
  g_assert_false (tern_cache_store_set (store, "key", bytes, 0, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  g_assert_nonnull (strstr (error->message, "object too large for cache"));
  g_assert_false (memcache_has (store, "key", "old"));
  g_assert_true (memcache_set (store, "key", "new"));
  g_assert_true (memcache_has (store, "key", "new"));
}

/* With -M a full server refuses; without, it forgets what was not used. */
static void
test_full (gconstpointer args)
{
  gboolean refuses = strstr (args, "-M") != NULL;
  g_autoptr (TernRealServer) server = NULL;
  g_autoptr (TernCacheStore) store = NULL;
  guint n_kept = 0, n_taken = 0;

  if (!start (&server, args))
    return;
  store = memcache_open_port (tern_real_server_get_port (server), "item-size=64K");
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);
      g_autofree char *value = memcache_make_value (200000, i);

      n_taken += memcache_set (store, key, value);
    }
  /* Some of their parts are gone; that makes them misses and nothing else. */
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);
      g_autofree char *value = memcache_make_value (200000, i);

      n_kept += memcache_has (store, key, value);
    }
  g_assert_cmpuint (n_kept, >, 0);
  g_assert_cmpuint (n_kept, <, 60);
  if (refuses)
    g_assert_cmpuint (n_taken, ==, n_kept);
  else
    g_assert_cmpuint (n_taken, ==, 60);
}

/* The server lets values expire; asked with a store whose clock is not the reason. */
static void
test_expiry (void)
{
  g_autoptr (TernRealServer) server = NULL;
  g_autoptr (TernCacheStore) store = NULL;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (!start (&server, "-m 64"))
    return;
  store = memcache_open_port (tern_real_server_get_port (server), "");
  g_assert_true (memcache_set_until (store, "far", "value", now + 100 * 86400));
  g_assert_true (memcache_set_until (store, "farther", "value", G_GINT64_CONSTANT (5000000000)));
  g_assert_true (memcache_set_until (store, "near", "value", now + 60));
  g_assert_true (memcache_set_until (store, "now", "value", now + 1));
  g_assert_true (memcache_has (store, "far", "value"));
  g_assert_true (memcache_has (store, "farther", "value"));
  g_assert_true (memcache_has (store, "near", "value"));
  g_usleep (2100 * 1000);
  g_assert_false (memcache_has (store, "now", "value"));
  g_assert_true (memcache_has (store, "near", "value"));
}

/* Whether all that was written was read again, and nothing else. */
static gboolean
write_and_read (TernCacheStore *store, const char *key)
{
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *value = g_strdup_printf ("%s %u", key, i);
      g_autofree char *found = NULL;

      if (!memcache_set (store, key, value))
        return FALSE;
      found = memcache_get (store, key);
      if (g_strcmp0 (found, value) != 0)
        return FALSE;
    }
  return TRUE;
}

/* A server program may open the store and then fork its workers. */
static void
test_fork (void)
{
  g_autoptr (TernRealServer) server = NULL;
  g_autoptr (TernCacheStore) store = NULL;
  int status = 0;
  pid_t child;

  if (!start (&server, "-m 64"))
    return;
  store = memcache_open_port (tern_real_server_get_port (server), "");
  g_assert_true (write_and_read (store, "key"));
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    _exit (write_and_read (store, "child") ? 0 : 1);
  g_assert_true (write_and_read (store, "parent"));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

typedef struct
{
  TernRealServer *servers[3];
  char *uri;
} Ring;

static gboolean
ring_start (Ring *ring)
{
  g_autoptr (GString) hosts = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (ring->servers); i++)
    {
      if (!start (&ring->servers[i], "-m 64"))
        return FALSE;
      g_string_append_printf (hosts, "%s127.0.0.1:%u", i > 0 ? "," : "",
                              tern_real_server_get_port (ring->servers[i]));
    }
  ring->uri = g_strdup_printf ("memcache://%s/p:?timeout=10", hosts->str);
  return TRUE;
}

static void
ring_stop (Ring *ring)
{
  for (guint i = 0; i < G_N_ELEMENTS (ring->servers); i++)
    g_clear_pointer (&ring->servers[i], tern_real_server_free);
  g_clear_pointer (&ring->uri, g_free);
}

/* Which servers have the key, as bits. */
static guint
find (Ring *ring, const char *key, const char *value)
{
  guint found = 0;

  for (guint i = 0; i < G_N_ELEMENTS (ring->servers); i++)
    {
      g_autoptr (TernCacheStore) one = NULL;

      if (ring->servers[i] == NULL)
        continue;
      one = memcache_open_port (tern_real_server_get_port (ring->servers[i]), "");
      if (memcache_has (one, key, value))
        found |= 1 << i;
    }
  return found;
}

/* Each key is on one server, and every server has some. When one is killed its keys are misses, and
 * those of the others stay where they are. */
static void
test_three (void)
{
  Ring ring = { { NULL } };
  guint where[60];
  guint all = 0, n_lost = 0;

  if (ring_start (&ring))
    {
      g_autoptr (TernCacheStore) store = memcache_open (ring.uri);

      for (guint i = 0; i < G_N_ELEMENTS (where); i++)
        {
          g_autofree char *key = g_strdup_printf ("key %u", i);

          g_assert_true (memcache_set (store, key, key));
          where[i] = find (&ring, key, key);
          g_assert_true (where[i] == 1 || where[i] == 2 || where[i] == 4);
          all |= where[i];
        }
      g_assert_cmpuint (all, ==, 7);
      g_clear_pointer (&ring.servers[1], tern_real_server_free);
      for (guint i = 0; i < G_N_ELEMENTS (where); i++)
        {
          g_autofree char *key = g_strdup_printf ("key %u", i);

          g_assert_cmpint (memcache_has (store, key, key), ==, where[i] != 2);
          g_assert_cmpint (memcache_set (store, key, "new"), ==, where[i] != 2);
          g_assert_cmpint (memcache_has (store, key, "new"), ==, where[i] != 2);
          g_assert_cmpint (memcache_delete (store, key), ==, where[i] != 2);
          n_lost += where[i] == 2;
        }
      g_assert_cmpuint (n_lost, >, 0);
    }
  ring_stop (&ring);
}

typedef struct
{
  Ring *ring;
  TernCacheStore *store;
  guint n_failed; /* atomic */
} Load;

/* Whole values of one letter; nobody ever sees two letters in one, nor another key's. */
static void
use_in_thread (guint number, gpointer data)
{
  Load *load = data;
  GRand *rand = g_rand_new_with_seed (number);

  for (guint i = 0; i < 300; i++)
    {
      gint which = g_rand_int_range (rand, 0, 100);
      g_autofree char *key = g_strdup_printf ("key %d", which);
      g_autofree char *letters = g_strnfill (g_rand_int_range (rand, 2, 6000), 'a' + number);
      g_autofree char *found = NULL;

      /* Somebody kills a server in the middle. */
      if (number == 0 && i == 150)
        g_clear_pointer (&load->ring->servers[2], tern_real_server_free);
      letters[0] = (char)(' ' + which);
      if (g_rand_boolean (rand))
        g_atomic_int_add (&load->n_failed, !memcache_set (load->store, key, letters));
      else
        found = memcache_get (load->store, key);
      if (found == NULL)
        continue;
      g_assert_cmpint ((guint8)found[0], ==, ' ' + which);
      for (gsize j = 2; found[j] != '\0'; j++)
        g_assert_cmpint (found[j], ==, found[1]);
    }
  g_rand_free (rand);
}

static void
test_killed_under_load (void)
{
  Ring ring = { { NULL } };

  if (ring_start (&ring))
    {
      g_autofree char *uri = g_strconcat (ring.uri, "&item-size=2K&connections=3", NULL);
      g_autoptr (TernCacheStore) store = memcache_open (uri);
      Load load = { &ring, store, 0 };

      tern_test_run_threads (5, use_in_thread, &load);
      g_assert_cmpuint (g_atomic_int_get (&load.n_failed), >, 0);
    }
  ring_stop (&ring);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-memcache/real/small-items", test_small_items);
  g_test_add_func ("/cache-memcache/real/default-items", test_default_items);
  g_test_add_func ("/cache-memcache/real/large-items", test_large_items);
  g_test_add_func ("/cache-memcache/real/too-large", test_too_large);
  g_test_add_data_func ("/cache-memcache/real/full/evicts", "-m 4", test_full);
  g_test_add_data_func ("/cache-memcache/real/full/refuses", "-M -m 4", test_full);
  g_test_add_func ("/cache-memcache/real/expiry", test_expiry);
  g_test_add_func ("/cache-memcache/real/fork", test_fork);
  g_test_add_func ("/cache-memcache/real/three", test_three);
  g_test_add_func ("/cache-memcache/real/killed-under-load", test_killed_under_load);
  return g_test_run ();
}
