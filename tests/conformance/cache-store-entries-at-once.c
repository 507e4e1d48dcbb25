/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of stores that take entries: what several writers, readers and threads see of each other. */
#include <stdio.h>
#include <stdlib.h>

#include "cache-entry.h"

#define N_THREADS 5

/* Two writers of one key do not mix; the one that commits last stays. */
static void
test_two_writers (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "two-writers");
  g_autoptr (GBytes) one = cache_make_body (250000, 1);
  g_autoptr (GBytes) two = cache_make_body (250000, 2);
  g_autoptr (TernCacheWriter) first = cache_create (f->store, key, "one");
  g_autoptr (TernCacheWriter) second = cache_create (f->store, key, "two");

  for (gsize at = 0; at < 250000; at += 50000)
    {
      cache_write (first, (const guint8 *)g_bytes_get_data (one, NULL) + at, 50000);
      cache_write (second, (const guint8 *)g_bytes_get_data (two, NULL) + at, 50000);
    }
  cache_commit (second, "two");
  cache_assert_entry (f->store, key, "two", two);
  cache_commit (first, "one");
  cache_assert_entry (f->store, key, "one", one);
}

typedef struct
{
  TernCacheWriter *writer;
  GBytes *body;
  int is_written; /* atomic */
} Tail;

/* Follows a writer from another thread, up to its end. */
static void
follow (guint number, gpointer data)
{
  Tail *tail = data;
  gsize len, at = 0;
  const guint8 *bytes = g_bytes_get_data (tail->body, &len);
  guint8 buffer[7000];

  if (number == 0)
    {
      for (gsize i = 0; i < len; i += 3001)
        cache_write (tail->writer, bytes + i, MIN (3001, len - i));
      cache_commit (tail->writer, "meta");
      g_atomic_int_set (&tail->is_written, TRUE);
      return;
    }
  while (at < len)
    {
      gboolean is_written = g_atomic_int_get (&tail->is_written);
      g_autoptr (GError) error = NULL;
      gssize n
          = WRITER_IFACE (tail->writer)->read (tail->writer, at, buffer, sizeof buffer, &error);

      g_assert_no_error (error);
      g_assert_true (n > 0 || (n == 0 && !is_written));
      g_assert_cmpmem (buffer, n, bytes + at, n);
      at += (gsize)n;
    }
}

static void
test_follow (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = cache_key (f, "follow");
  g_autoptr (GBytes) body = cache_make_body (2000003, 3);
  g_autoptr (TernCacheWriter) writer = cache_create (f->store, key, "meta");
  Tail tail = { writer, body, FALSE };

  tern_test_run_threads (4, follow, &tail);
  cache_assert_entry (f->store, key, "meta", body);
}

typedef struct
{
  CacheFixture *f;
  char *keys[4];
} Shared;

/* The meta names the letter and the length of its body, and more that changes. */
static void
assert_fits (const char *meta, GBytes *body)
{
  gsize len;
  const char *letters = g_bytes_get_data (body, &len);

  g_assert_cmpuint (strtoul (meta + 2, NULL, 10), ==, len);
  for (gsize i = 0; i < len; i++)
    g_assert_cmpint (letters[i], ==, meta[0]);
}

static void
write_letters (TernCacheStore *store, const char *key, char letter, GRand *rand)
{
  gsize len = (gsize)g_rand_int_range (rand, 0, g_rand_boolean (rand) ? 3000 : 200000);
  g_autofree char *letters = g_strnfill (len, letter);
  g_autofree char *meta = g_strdup_printf ("%c %" G_GSIZE_FORMAT, letter, len);
  g_autoptr (GBytes) body = g_bytes_new (letters, len);

  cache_put (store, key, meta, body, 0);
}

static void
use_in_thread (guint number, gpointer data)
{
  Shared *shared = data;
  TernCacheStore *store = shared->f->store;
  GRand *rand = g_rand_new_with_seed (number);

  for (guint i = 0; i < 250; i++)
    {
      const char *key = shared->keys[g_rand_int_range (rand, 0, G_N_ELEMENTS (shared->keys))];
      guint what = (guint)g_rand_int_range (rand, 0, 20);
      g_autofree char *meta = NULL;
      g_autoptr (GBytes) body = NULL;

      if (what == 0)
        cache_delete (store, key);
      else if (what < 6)
        write_letters (store, key, 'a' + number, rand);
      else if ((body = cache_open (store, key, &meta)) != NULL)
        {
          g_autofree char *more = g_strdup_printf ("%.8s      #%u", meta, i);

          assert_fits (meta, body);
          if (what < 12)
            cache_set_meta (store, key, meta, more);
        }
    }
  g_rand_free (rand);
}

/* Whatever others do, a meta and the body it is opened with belong together. */
static void
test_threads (CacheFixture *f, gconstpointer data)
{
  Shared shared = { f, { NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (shared.keys); i++)
    {
      g_autofree char *name = g_strdup_printf ("threads-%u", i);

      shared.keys[i] = cache_key (f, name);
    }
  tern_test_run_threads (N_THREADS, use_in_thread, &shared);
  for (guint i = 0; i < G_N_ELEMENTS (shared.keys); i++)
    g_free (shared.keys[i]);
}

typedef struct
{
  CacheFixture *f;
  char *key;
} Counter;

/* Counts on from what it read. Who wrote over a meta that was not the one he read would set the
 * count back, for all to see. */
static void
count_in_thread (guint number, gpointer data)
{
  Counter *counter = data;
  unsigned long highest = 0;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *meta = NULL;
      g_autofree char *next = NULL;
      g_autoptr (GBytes) body = cache_open (counter->f->store, counter->key, &meta);
      unsigned long count;

      g_assert_nonnull (body);
      g_assert_cmpuint (g_bytes_get_size (body), ==, 70000);
      count = strtoul (meta, NULL, 10);
      g_assert_cmpuint (count, >=, highest);
      highest = count;
      next = g_strdup_printf ("%lu by %u in turn %u", count + 1, number, i);
      cache_set_meta (counter->f->store, counter->key, meta, next);
    }
}

static void
test_lost_update (CacheFixture *f, gconstpointer data)
{
  Counter counter = { f, cache_key (f, "lost-update") };
  g_autoptr (GBytes) body = cache_make_body (70000, 4);
  g_autofree char *meta = NULL;
  g_autoptr (GBytes) found = NULL;

  cache_put (f->store, counter.key, "0 by nobody", body, 0);
  tern_test_run_threads (N_THREADS, count_in_thread, &counter);
  found = cache_open (f->store, counter.key, &meta);
  g_assert_cmpuint (strtoul (meta, NULL, 10), >=, 200);
  g_assert_true (g_bytes_equal (found, body));
  g_free (counter.key);
}

void
cache_store_add_entries_at_once (void)
{
  CACHE_ADD ("entries/two-writers", test_two_writers);
  CACHE_ADD ("entries/follow", test_follow);
  CACHE_ADD ("entries/threads", test_threads);
  CACHE_ADD ("entries/lost-update", test_lost_update);
}
