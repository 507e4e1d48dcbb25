/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the variants of one URI go, and how they are found again. A store of three functions is
 * played with a table. */
#include "policy/tern-cache-variants.h"

#include "cache-case.h"
#include "policy/tern-cache-decision.h"
#include "policy/tern-cache-vary.h"

#define KEY "http://a/"

/* key -> TernCacheRecord */
static GHashTable *
store_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                (GDestroyNotify)tern_cache_record_free);
}

/* What an engine does with a response that may be stored. */
static void
keep (GHashTable *store, const char *asked, const char *answered, gint64 when)
{
  g_autofree char *home_key = tern_cache_slot_key (KEY, NULL);
  TernCacheRecord *home = g_hash_table_lookup (store, home_key);
  TernCacheRecord *fresh = case_record_at (asked, 200, answered, when);
  g_auto (TernCachePlace) place;
  g_auto (Case) c;

  case_init (&c, "GET", asked);
  tern_cache_place (&place, home, &c.request, fresh);
  for (gsize i = 0; place.dropped[i]; i++)
    {
      g_autofree char *key = tern_cache_slot_key (KEY, place.dropped[i]);

      g_hash_table_remove (store, key);
    }
  if (place.slot)
    {
      g_hash_table_replace (store, tern_cache_slot_key (KEY, place.slot), fresh);
      g_ptr_array_unref (home->siblings);
      home->siblings = g_steal_pointer (&place.siblings);
      return;
    }
  g_ptr_array_unref (fresh->siblings);
  fresh->siblings = g_steal_pointer (&place.siblings);
  g_hash_table_replace (store, g_steal_pointer (&home_key), fresh);
}

/* The tag of what answers such a request; NULL for a miss. */
static char *
find (GHashTable *store, const char *asked)
{
  const TernCacheRecord *records[2] = { g_hash_table_lookup (store, KEY), NULL };
  const TernCacheSibling *sibling;
  const TernCacheRecord *chosen;
  gsize n = 0;
  g_auto (Case) c;

  case_init (&c, "GET", asked);
  if (!records[n])
    return NULL;
  n++;
  sibling = tern_cache_find_sibling (records[0], &c.request);
  if (sibling)
    {
      g_autofree char *key = tern_cache_slot_key (KEY, sibling->slot);

      records[n] = g_hash_table_lookup (store, key);
      n += records[n] != NULL;
    }
  chosen = tern_cache_choose (&c.request, records, n);
  return chosen ? g_strdup (tern_headers_get (chosen->headers, "ETag")) : NULL;
}

#define assert_finds(store, asked, tag)                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found = find ((store), (asked));                                              \
    g_assert_cmpstr (found, ==, (tag));                                                            \
  }                                                                                                \
  G_STMT_END

static void
test_many (void)
{
  g_autoptr (GHashTable) store = store_new ();

  keep (store, "Accept: a", "ETag: \"a\"\nVary: accept", NOV);
  keep (store, "Accept: b", "ETag: \"b\"\nVary: accept", NOV + 1);
  keep (store, "Accept: c", "ETag: \"c\"\nVary: accept", NOV + 2);
  g_assert_cmpuint (g_hash_table_size (store), ==, 3);
  assert_finds (store, "Accept: a", "\"a\"");
  assert_finds (store, "Accept: b", "\"b\"");
  assert_finds (store, "Accept: c", "\"c\"");
  assert_finds (store, "Accept: d", NULL);
  assert_finds (store, "", NULL);
  /* Newer ones take their own place, at home and elsewhere. */
  keep (store, "Accept: a", "ETag: \"a2\"\nVary: accept", NOV + 3);
  keep (store, "Accept: b", "ETag: \"b2\"\nVary: accept", NOV + 4);
  g_assert_cmpuint (g_hash_table_size (store), ==, 3);
  assert_finds (store, "Accept: a", "\"a2\"");
  assert_finds (store, "Accept: b", "\"b2\"");
  assert_finds (store, "Accept: c", "\"c\"");
  /* Without home nothing is found, and the first that comes makes it anew. */
  g_hash_table_remove (store, KEY);
  assert_finds (store, "Accept: b", NULL);
  keep (store, "Accept: d", "ETag: \"d\"\nVary: accept", NOV + 5);
  assert_finds (store, "Accept: d", "\"d\"");
  assert_finds (store, "Accept: b", NULL);
  keep (store, "Accept: b", "ETag: \"b3\"\nVary: accept", NOV + 6);
  assert_finds (store, "Accept: b", "\"b3\"");
  g_assert_cmpuint (g_hash_table_size (store), ==, 3); /* c is left for the store to forget */
}

/* A server that changes its mind about what it chooses by. */
static void
test_changed_vary (void)
{
  g_autoptr (GHashTable) store = store_new ();

  keep (store, "Accept: a\nX: 1", "ETag: \"a\"\nVary: accept", NOV);
  keep (store, "Accept: b\nX: 1", "ETag: \"b\"\nVary: accept", NOV + 1);
  keep (store, "Accept: b\nX: 2", "ETag: \"b2\"\nVary: accept, x", NOV + 2);
  g_assert_cmpuint (g_hash_table_size (store), ==, 2); /* b was for such a request, too */
  assert_finds (store, "Accept: b\nX: 2", "\"b2\"");
  assert_finds (store, "Accept: b\nX: 1", NULL);
  assert_finds (store, "Accept: a\nX: 9", "\"a\"");
  /* What is chosen by nothing is for everybody. */
  keep (store, "Accept: z", "ETag: \"all\"", NOV + 3);
  g_assert_cmpuint (g_hash_table_size (store), ==, 1);
  assert_finds (store, "Accept: a", "\"all\"");
  assert_finds (store, "", "\"all\"");
}

static void
test_credentials (void)
{
  g_autoptr (GHashTable) store = store_new ();

  keep (store, "Authorization: u", "ETag: \"u\"", NOV);
  keep (store, "Authorization: v", "ETag: \"v\"", NOV + 1);
  assert_finds (store, "Authorization: u", "\"u\"");
  assert_finds (store, "Authorization: v", "\"v\"");
  assert_finds (store, "Authorization: w", NULL);
  assert_finds (store, "", NULL);
}

/* More than a list may have: the oldest goes, with its slot. */
static void
test_room (void)
{
  g_autoptr (GHashTable) store = store_new ();
  const guint most = TERN_CACHE_MAX_SIBLINGS + 1;

  for (guint i = 0; i < most + 5; i++)
    {
      g_autofree char *asked = g_strdup_printf ("Accept: %u", i);
      g_autofree char *tag = g_strdup_printf ("\"%u\"", i);
      g_autofree char *answered = g_strdup_printf ("ETag: %s\nVary: accept", tag);

      keep (store, asked, answered, NOV + i);
      g_assert_cmpuint (g_hash_table_size (store), ==, MIN (i + 1, most));
      assert_finds (store, asked, tag);
    }
  assert_finds (store, "Accept: 0", "\"0\""); /* at home */
  assert_finds (store, "Accept: 5", NULL);
  assert_finds (store, "Accept: 6", "\"6\"");
}

static void
test_tagged (void)
{
  g_autoptr (GHashTable) store = store_new ();
  g_autoptr (TernHeaders) b = fields_new ("ETag: W/\"b\""), u = fields_new ("ETag: \"u\"");
  g_autoptr (TernHeaders) none = fields_new ("A: b"), unknown = fields_new ("ETag: \"x\"");
  const TernCacheRecord *home;
  g_auto (Case) c;

  keep (store, "Accept: a", "ETag: \"a\"\nVary: accept", NOV);
  keep (store, "Accept: b", "ETag: \"b\"\nVary: accept", NOV + 1);
  keep (store, "Accept: c\nAuthorization: u", "ETag: \"u\"\nVary: accept", NOV + 2);
  home = g_hash_table_lookup (store, KEY);
  case_init (&c, "GET", "Accept: d");
  g_assert_cmpstr (tern_cache_find_tagged_sibling (home, &c.request, b)->tag, ==, "\"b\"");
  g_assert_null (tern_cache_find_tagged_sibling (home, &c.request, u));
  g_assert_null (tern_cache_find_tagged_sibling (home, &c.request, none));
  g_assert_null (tern_cache_find_tagged_sibling (home, &c.request, unknown));
}

/* A slot is the same whenever it is made, and different wishes never share one. */
static void
test_slots (void)
{
  static const char *const wishes[] = {
    "A: 1\nB: 2", "A: 12", "A: 1", "A:", "B: 1", "A: 1,2", "A: 2\nB: 1", "A: b\nB:", "",
  };
  g_autoptr (TernCacheRecord) home = case_record ("X: home", 200, "Vary: x");
  g_autoptr (GHashTable) slots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint round = 0; round < 2; round++)
    for (gsize i = 0; i < G_N_ELEMENTS (wishes); i++)
      {
        g_autoptr (TernCacheRecord) fresh = case_record (wishes[i], 200, "Vary: a, b");
        g_autofree char *key = NULL;
        g_auto (TernCachePlace) place;
        g_auto (Case) c;

        case_init (&c, "GET", wishes[i]);
        tern_cache_place (&place, home, &c.request, fresh);
        key = tern_cache_slot_key (KEY, place.slot);
        g_assert_true (g_str_has_prefix (key, KEY "#"));
        g_assert_cmpuint (strlen (place.slot), ==, 32);
        g_assert_cmpuint (place.siblings->len, ==, 1);
        g_assert_cmpint (g_hash_table_add (slots, g_strdup (place.slot)), ==, round == 0);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-variants/many", test_many);
  g_test_add_func ("/cache-variants/changed-vary", test_changed_vary);
  g_test_add_func ("/cache-variants/credentials", test_credentials);
  g_test_add_func ("/cache-variants/room", test_room);
  g_test_add_func ("/cache-variants/tagged", test_tagged);
  g_test_add_func ("/cache-variants/slots", test_slots);
  return g_test_run ();
}
