/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys taken apart: what was put together comes back, and what is not ours is left alone. */
#include "cache/tern-cache-slot.h"

#include "policy/tern-cache-key.h"
#include "policy/tern-cache-variants.h"

#define DIGEST "0123456789abcdef0123456789abcdef"

static void
test_round_trip (void)
{
  static const char *const uris[]
      = { "http://a/", "https://user:pw@b.example:8443/x?y=%23#f", "http://[::1]/" };
  static const char *const partitions[] = { NULL, "", "p", "a b/c#d" };
  static const char *const slots[] = { NULL, DIGEST };
  char *(*const makers[]) (const char *, const char *)
      = { tern_cache_slot_key, tern_cache_meta_key, tern_cache_body_key };

  for (guint u = 0; u < G_N_ELEMENTS (uris); u++)
    for (guint p = 0; p < G_N_ELEMENTS (partitions); p++)
      for (guint s = 0; s < G_N_ELEMENTS (slots); s++)
        for (guint m = 0; m < G_N_ELEMENTS (makers); m++)
          {
            g_autoptr (TernUri) uri = tern_uri_parse (uris[u], NULL);
            g_autofree char *plain = tern_uri_to_string (uri, FALSE);
            g_autofree char *home = tern_cache_key (uri, partitions[p]);
            g_autofree char *key = makers[m](home, slots[s]);
            g_autofree char *whole = tern_cache_slot_key (home, slots[s]);
            g_auto (TernCacheSlot) slot;

            tern_cache_slot_read (&slot, key);
            g_assert_cmpint (slot.kind, ==, TERN_CACHE_SLOT_ENTRY + m);
            g_assert_cmpstr (slot.key, ==, whole);
            g_assert_cmpstr (slot.uri, ==, plain);
            g_assert_cmpstr (slot.partition, ==, partitions[p]);
            g_assert_cmpstr (slot.slot, ==, slots[s]);
            g_assert_cmpstr (slot.home, ==, slots[s] ? home : NULL);
            g_assert_true (tern_cache_slot_is_of (key, plain));
          }
}

static void
test_others (void)
{
  static const char *const keys[]
      = { "",      "tern:salt",     "ftp://a/",      "http:/a",           "note",
          "#meta", "http://a/\xff", "http://a/ %ff", "http://a/ %fe#meta" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_auto (TernCacheSlot) slot;

      tern_cache_slot_read (&slot, keys[i]);
      g_assert_cmpint (slot.kind, ==, TERN_CACHE_SLOT_NONE);
      g_assert_null (slot.key);
    }
}

/* Keys that only look like ours: all of it is taken as text, and nothing beyond its end. */
static void
test_odd (void)
{
  static const char *const keys[]
      = { "http://",      "http:// ",     "http://#",   "http:// #",
          "http://#meta", "https://a# b", "http://a %", "http://a %zz#meta" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_auto (TernCacheSlot) slot;

      tern_cache_slot_read (&slot, keys[i]);
      g_assert_cmpint (slot.kind, !=, TERN_CACHE_SLOT_NONE);
      g_assert_true (g_str_has_prefix (keys[i], slot.uri));
    }
}

static void
test_of (void)
{
  g_assert_true (tern_cache_slot_is_of ("http://a/b", "http://a/b"));
  g_assert_true (tern_cache_slot_is_of ("http://a/b p#meta", "http://a/b"));
  g_assert_false (tern_cache_slot_is_of ("http://a/bc", "http://a/b"));
  g_assert_false (tern_cache_slot_is_of ("http://a/", "http://a/b"));
  g_assert_false (tern_cache_slot_is_of ("http://a/b?c", "http://a/b"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache/slot/round-trip", test_round_trip);
  g_test_add_func ("/cache/slot/others", test_others);
  g_test_add_func ("/cache/slot/odd", test_odd);
  g_test_add_func ("/cache/slot/of", test_of);
  return g_test_run ();
}
