/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a store says of all that it holds: listing, counting, clearing, verifying. Each of them may
 * be missing, and then has to say so. A store behind a given URI may hold more than what is put in
 * here, so only what the test made is looked for. */
#include "cache-entry.h"

#define N_KEYS 40

typedef struct
{
  CacheFixture *f;
  char *prefix;
  GHashTable *told; /* key to itself, of ours */
  guint stop_after; /* 0 is never */
  guint n;
  gboolean deletes;
} Listing;

static void
listing_init (Listing *self, CacheFixture *f)
{
  *self = (Listing){ f, cache_key (f, ""),
                     g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
}

static void
listing_clear (Listing *self)
{
  g_free (self->prefix);
  g_hash_table_unref (self->told);
}

static char *
numbered_key (CacheFixture *f, guint number)
{
  g_autofree char *name = g_strdup_printf ("%s%u", number % 3 == 0 ? "a long name " : "", number);

  return cache_key (f, name);
}

static gboolean
takes_entries (TernCacheStore *store)
{
  return CACHE_IFACE (store)->create_entry != NULL;
}

/* Key number n has about n hundred bytes; every other one is an entry, where there are such. */
static void
put_keys (CacheFixture *f)
{
  for (guint i = 0; i < N_KEYS; i++)
    {
      g_autofree char *key = numbered_key (f, i);
      g_autofree char *value = g_strnfill (i * 100, 'v');

      if (i % 2 == 1 && takes_entries (f->store))
        {
          g_autoptr (TernCacheWriter) writer = cache_create (f->store, key, "meta");

          cache_write (writer, value, strlen (value));
          cache_commit_until (writer, "meta", cache_now () + 5000);
        }
      else
        cache_set (f->store, key, value, cache_now () + 5000);
    }
}

static gboolean
note (const char *key, guint64 size, gint64 keep_until, gpointer data)
{
  Listing *listing = data;
  guint number;

  listing->n++;
  if (!g_str_has_prefix (key, listing->prefix))
    return TRUE;
  number = (guint)g_ascii_strtoull (strrchr (key, '/') + 1 + (strstr (key, "name ") ? 12 : 0), NULL,
                                    10);
  g_assert_cmpuint (size, >=, number * 100);
  g_assert_true (keep_until == 0 || ABS (keep_until - cache_now () - 5000) < 600);
  g_assert_true (g_hash_table_add (listing->told, g_strdup (key)));
  if (listing->deletes)
    cache_delete (listing->f->store, key);
  return listing->stop_after == 0 || listing->n < listing->stop_after;
}

static void
list (Listing *listing)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_cache_store_foreach (listing->f->store, note, listing, &error));
  g_assert_no_error (error);
}

static void
test_foreach (CacheFixture *f, gconstpointer data)
{
  Listing listing;

  listing_init (&listing, f);
  list (&listing);
  g_assert_cmpuint (g_hash_table_size (listing.told), ==, 0);
  put_keys (f);
  list (&listing);
  g_assert_cmpuint (g_hash_table_size (listing.told), ==, N_KEYS);
  for (guint i = 0; i < N_KEYS; i++)
    {
      g_autofree char *key = numbered_key (f, i);

      g_assert_true (g_hash_table_contains (listing.told, key));
    }
  listing_clear (&listing);
}

static void
test_stop (CacheFixture *f, gconstpointer data)
{
  Listing listing;

  listing_init (&listing, f);
  put_keys (f);
  listing.stop_after = 3;
  list (&listing);
  g_assert_cmpuint (listing.n, ==, 3);
  listing_clear (&listing);
}

/* What was deleted, replaced or has expired is told of no more, or no more than once. */
static void
test_changed (CacheFixture *f, gconstpointer data)
{
  g_autofree char *deleted = numbered_key (f, 1);
  g_autofree char *expired = numbered_key (f, 2);
  Listing listing;

  listing_init (&listing, f);
  put_keys (f);
  put_keys (f);
  cache_delete (f->store, deleted);
  cache_set (f->store, expired, "old", cache_now () - 10);
  list (&listing);
  g_assert_cmpuint (g_hash_table_size (listing.told), ==, N_KEYS - 2);
  g_assert_false (g_hash_table_contains (listing.told, deleted));
  g_assert_false (g_hash_table_contains (listing.told, expired));
  listing_clear (&listing);
}

/* Who is told may use the store. */
static void
test_reentry (CacheFixture *f, gconstpointer data)
{
  Listing listing;

  listing_init (&listing, f);
  put_keys (f);
  listing.deletes = TRUE;
  list (&listing);
  g_assert_cmpuint (g_hash_table_size (listing.told), ==, N_KEYS);
  for (guint i = 0; i < N_KEYS; i++)
    {
      g_autofree char *key = numbered_key (f, i);

      cache_assert_none (f->store, key);
    }
  g_hash_table_remove_all (listing.told);
  list (&listing);
  g_assert_cmpuint (g_hash_table_size (listing.told), ==, 0);
  listing_clear (&listing);
}

static void
count (TernCacheStore *store, guint64 *n_keys, guint64 *size)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_cache_store_usage (store, n_keys, size, &error));
  g_assert_no_error (error);
}

static void
test_usage (CacheFixture *f, gconstpointer data)
{
  g_autofree char *key = numbered_key (f, 39);
  guint64 n, size, n_before;

  count (f->store, &n_before, NULL);
  put_keys (f);
  count (f->store, &n, &size);
  g_assert_cmpuint (n, ==, n_before + N_KEYS);
  g_assert_cmpuint (size, >=, N_KEYS * (N_KEYS - 1) / 2 * 100);
  put_keys (f);
  count (f->store, &n, NULL);
  g_assert_cmpuint (n, ==, n_before + N_KEYS);
  cache_delete (f->store, key);
  count (f->store, &n, NULL);
  g_assert_cmpuint (n, ==, n_before + N_KEYS - 1);
}

static void
test_clear (CacheFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint64 n = 0;
  Listing listing;

  listing_init (&listing, f);
  for (guint i = 0; i < 2; i++)
    {
      put_keys (f);
      g_assert_true (tern_cache_store_clear (f->store, &error));
      g_assert_no_error (error);
      for (guint j = 0; j < N_KEYS; j++)
        {
          g_autofree char *key = numbered_key (f, j);

          cache_assert_none (f->store, key);
          if (takes_entries (f->store))
            cache_assert_no_entry (f->store, key);
        }
      if (tern_cache_store_usage (f->store, &n, NULL, NULL))
        g_assert_cmpuint (n, ==, 0);
    }
  g_assert_true (tern_cache_store_clear (f->store, &error));
  g_assert_no_error (error);
  listing_clear (&listing);
}

static void
count_damage (const char *name, const char *what, gpointer data)
{
  g_test_message ("%s: %s", name, what);
  ++*(guint *)data;
}

/* In what was written and read as it should be there is nothing wrong. */
static void
test_verify (CacheFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint n_damaged = 0;

  put_keys (f);
  g_assert_true (tern_cache_store_verify (f->store, count_damage, &n_damaged, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_damaged, ==, 0);
  for (guint i = 0; i < N_KEYS; i++)
    {
      g_autofree char *key = numbered_key (f, i);
      g_autofree char *value = g_strnfill (i * 100, 'v');
      g_autoptr (GBytes) body = g_bytes_new (value, strlen (value));

      if (i % 2 == 1 && takes_entries (f->store))
        cache_assert_entry (f->store, key, "meta", body);
      else
        cache_assert_value (f->store, key, value);
    }
}

typedef struct
{
  CacheFixture *f;
  int n_busy; /* atomic */
} Busy;

/* One lists while others change things: nothing is told twice, and nothing is damaged. */
static void
be_busy (guint number, gpointer data)
{
  Busy *busy = data;
  guint n_damaged = 0;

  if (number > 0)
    {
      for (guint i = 0; i < 5; i++)
        put_keys (busy->f);
      g_atomic_int_dec_and_test (&busy->n_busy);
      return;
    }
  while (g_atomic_int_get (&busy->n_busy) > 0)
    {
      TernCacheStoreInterface *iface = CACHE_IFACE (busy->f->store);
      Listing listing;

      listing_init (&listing, busy->f);
      if (iface->foreach != NULL)
        list (&listing);
      if (iface->usage != NULL)
        count (busy->f->store, NULL, NULL);
      if (iface->verify != NULL)
        g_assert_true (tern_cache_store_verify (busy->f->store, count_damage, &n_damaged, NULL));
      g_assert_cmpuint (n_damaged, ==, 0);
      listing_clear (&listing);
    }
}

static void
test_threads (CacheFixture *f, gconstpointer data)
{
  Busy busy = { f, 3 };

  tern_test_run_threads (4, be_busy, &busy);
}

/* What a store has no slot for is an error that says just that. */
static void
test_absent (CacheFixture *f, gconstpointer data)
{
  TernCacheStoreInterface *iface = CACHE_IFACE (f->store);
  Listing listing;
  guint n_damaged = 0;

  listing_init (&listing, f);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;

      if (i == 0   ? iface->foreach != NULL
          : i == 1 ? iface->usage != NULL
          : i == 2 ? iface->clear != NULL
                   : iface->verify != NULL)
        continue;
      g_assert_false (i == 0   ? tern_cache_store_foreach (f->store, note, &listing, &error)
                      : i == 1 ? tern_cache_store_usage (f->store, NULL, NULL, &error)
                      : i == 2
                          ? tern_cache_store_clear (f->store, &error)
                          : tern_cache_store_verify (f->store, count_damage, &n_damaged, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
    }
  listing_clear (&listing);
}

void
cache_store_add_whole (TernCacheStore *store)
{
  TernCacheStoreInterface *iface = CACHE_IFACE (store);

  CACHE_ADD ("whole/absent", test_absent);
  if (iface->foreach != NULL)
    {
      CACHE_ADD ("whole/foreach", test_foreach);
      CACHE_ADD ("whole/stop", test_stop);
      CACHE_ADD ("whole/changed", test_changed);
      CACHE_ADD ("whole/reentry", test_reentry);
    }
  if (iface->usage != NULL)
    CACHE_ADD ("whole/usage", test_usage);
  if (iface->clear != NULL)
    CACHE_ADD ("whole/clear", test_clear);
  if (iface->verify != NULL)
    CACHE_ADD ("whole/verify", test_verify);
  if (iface->foreach != NULL || iface->usage != NULL || iface->verify != NULL)
    CACHE_ADD ("whole/threads", test_threads);
}
