/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kinds of stores: see the header. */

#include "shelf.h"

#include "tern-test-util.h"

static const char *const names[] = {
  [STORE_NONE] = "none",         [STORE_MEMORY] = "memory", [STORE_FILE] = "file",
  [STORE_GDBM] = "gdbm",         [STORE_RING] = "ring",     [STORE_OWN] = "own",
  [STORE_MEMCACHE] = "memcache", [STORE_SLOW] = "slow",
  [STORE_ENTRIES] = "entries",   [STORE_ENTRIES_OWN] = "entries-own",
  [STORE_ENTRIES_SLOW] = "entries-slow",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == N_STORES);

const char *
shelf_get_name (StoreKind kind)
{
  return names[kind];
}

gboolean
shelf_has (StoreKind kind)
{
  g_autofree char *memcached = NULL;

  if (kind == STORE_GDBM)
    return HAVE_GDBM;
  if (kind != STORE_MEMCACHE && kind != STORE_RING)
    return TRUE;
  memcached = g_find_program_in_path ("memcached");
  return memcached != NULL;
}

gboolean
shelf_start_ring (TernRealServer *servers[SHELF_RING_SIZE])
{
  for (guint i = 0; i < SHELF_RING_SIZE; i++)
    {
      g_autoptr (GError) error = NULL;

      servers[i] = tern_real_server_new_memcached ("-m 64", &error);
      if (servers[i])
        continue;
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
      g_test_skip (error->message);
      return FALSE;
    }
  return TRUE;
}

char *
shelf_make_ring_uri (TernRealServer *const servers[], guint n, const char *prefix)
{
  g_autoptr (GString) hosts = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (hosts, "%s127.0.0.1:%u", i > 0 ? "," : "",
                            tern_real_server_get_port (servers[i]));
  /* A loaded machine gets time: a store that is late would be a miss. */
  return g_strdup_printf ("memcache://%s/%s:?timeout=20", hosts->str, prefix);
}

/* The servers stay as long as the program, and each test has a prefix of its own. */
static char *
make_memcache_uri (guint n)
{
  static TernRealServer *servers[SHELF_RING_SIZE];
  static guint n_opened = 0;
  g_autofree char *prefix = g_strdup_printf ("t%u", n_opened++);

  if (!servers[0])
    g_assert_true (shelf_start_ring (servers));
  return shelf_make_ring_uri (servers, n, prefix);
}

char *
shelf_make_uri (StoreKind kind, char **dir)
{
  *dir = NULL;
  switch (kind)
    {
    case STORE_MEMORY:
      return g_strdup ("memory:");
    case STORE_FILE:
      *dir = tern_test_make_dir ("shelf");
      return g_strconcat ("file://", *dir, NULL);
    case STORE_GDBM:
      *dir = tern_test_make_dir ("shelf");
      return g_strconcat ("gdbm://", *dir, "/cache.gdbm?wait=30", NULL);
    case STORE_MEMCACHE:
      return make_memcache_uri (1);
    case STORE_RING:
      return make_memcache_uri (SHELF_RING_SIZE);
    case STORE_NONE:
    case STORE_OWN:
    case STORE_SLOW:
    case STORE_ENTRIES:
    case STORE_ENTRIES_OWN:
    case STORE_ENTRIES_SLOW:
    case N_STORES:
    default:
      g_assert_not_reached ();
    }
}

TernCacheStore *
shelf_open (const char *uri)
{
  g_autoptr (GError) error = NULL;
  TernCacheStore *store = tern_cache_store_open (uri, &error);

  g_assert_no_error (error);
  return store;
}
