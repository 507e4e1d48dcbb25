/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the cache in memcached share: opening a store, and asking it in one line. A get
 * never fails here: whatever a server does, it is a hit or a miss. */
#pragma once

#include <string.h>
#include <tern/tern-cache.h>
#include <tern/tern-error.h>

#include "tern-test-util.h"

static inline TernCacheStore *
memcache_open (const char *uri)
{
  g_autoptr (GError) error = NULL;
  TernCacheStore *store = tern_cache_store_open (uri, &error);

  g_assert_no_error (error);
  return store;
}

/* A loaded machine gets time, unless the test is about time. */
static inline TernCacheStore *
memcache_open_port (guint16 port, const char *options)
{
  g_autofree char *uri = g_strdup_printf ("memcache://127.0.0.1:%u/p:?%s%s", port, options,
                                          strstr (options, "timeout") != NULL ? ""
                                          : options[0] != '\0'                ? "&timeout=10"
                                                                              : "timeout=10");

  return memcache_open (uri);
}

static inline gboolean
memcache_set_until (TernCacheStore *store, const char *key, const char *value, gint64 keep_until)
{
  g_autoptr (GBytes) bytes = g_bytes_new (value, strlen (value));
  g_autoptr (GError) error = NULL;
  gboolean done = tern_cache_store_set (store, key, bytes, keep_until, &error);

  if (done)
    g_assert_no_error (error);
  else
    g_assert_error (error, TERN_ERROR, TERN_ERROR_CACHE);
  return done;
}

static inline gboolean
memcache_set (TernCacheStore *store, const char *key, const char *value)
{
  return memcache_set_until (store, key, value, 0);
}

/* The value as text; NULL for a miss. */
static inline char *
memcache_get (TernCacheStore *store, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) value = tern_cache_store_get (store, key, &error);

  g_assert_no_error (error);
  return value != NULL ? g_strndup (g_bytes_get_data (value, NULL), g_bytes_get_size (value))
                       : NULL;
}

static inline gboolean
memcache_has (TernCacheStore *store, const char *key, const char *value)
{
  g_autofree char *found = memcache_get (store, key);

  if (found != NULL)
    g_assert_cmpstr (found, ==, value);
  return found != NULL;
}

static inline gboolean
memcache_delete (TernCacheStore *store, const char *key)
{
  return tern_cache_store_delete (store, key, NULL);
}

/* Letters that differ from one value, and one place, to another. */
static inline char *
memcache_make_value (gsize len, guint number)
{
  char *value = g_malloc (len + 1);

  for (gsize i = 0; i < len; i++)
    value[i] = (char)('a' + (i + i / 1000 + number) % 26);
  value[len] = '\0';
  return value;
}
