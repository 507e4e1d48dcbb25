/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the contract of cache stores share: a store, fresh wherever it can be, and
 * asking it in one line. They use the installed headers alone, for they are installed, too. */
#pragma once

#include <string.h>
#include <tern/tern-cache.h>
#include <tern/tern-error.h>

#include "tern-test-util.h"

typedef struct
{
  char *dir;
  TernCacheStore *store;
} CacheFixture;

void cache_set_up (CacheFixture *f, gconstpointer data);
void cache_tear_down (CacheFixture *f, gconstpointer data);

#define CACHE_ADD(path, func)                                                                      \
  g_test_add ("/cache-store/" path, CacheFixture, NULL, cache_set_up, func, cache_tear_down)

/* Registers what only stores with the slots for it are asked. */
void cache_store_add_entries (void);
void cache_store_add_entries_at_once (void);
void cache_store_add_whole (TernCacheStore *store);

static inline gint64
cache_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* A key that no other test uses: a store behind a given URI is the same for all of them. */
static inline char *
cache_key (CacheFixture *f, const char *name)
{
  return g_strdup_printf ("http://%s/%s", strrchr (f->dir, '/') + 1, name);
}

static inline void
cache_set (TernCacheStore *store, const char *key, const char *value, gint64 keep_until)
{
  g_autoptr (GBytes) bytes = g_bytes_new (value, strlen (value));
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_cache_store_set (store, key, bytes, keep_until, &error));
  g_assert_no_error (error);
}

static inline GBytes *
cache_get (TernCacheStore *store, const char *key)
{
  g_autoptr (GError) error = NULL;
  GBytes *value = tern_cache_store_get (store, key, &error);

  g_assert_no_error (error);
  return value;
}

static inline void
cache_assert_value (TernCacheStore *store, const char *key, const char *value)
{
  g_autoptr (GBytes) bytes = cache_get (store, key);

  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), value, strlen (value));
}

static inline void
cache_assert_none (TernCacheStore *store, const char *key)
{
  g_autoptr (GBytes) bytes = cache_get (store, key);

  g_assert_null (bytes);
}

static inline void
cache_delete (TernCacheStore *store, const char *key)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_cache_store_delete (store, key, &error));
  g_assert_no_error (error);
}

/* Bytes of which any two pieces differ, from one @number to another, too. */
static inline GBytes *
cache_make_body (gsize len, guint number)
{
  guint8 *bytes = g_malloc (len + 1);

  for (gsize i = 0; i < len; i++)
    bytes[i] = (guint8)((i * 7 + i / 251 + i / 65521 + number * 13) & 0xff);
  return g_bytes_new_take (bytes, len);
}
