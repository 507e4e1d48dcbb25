/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of stored responses, and the file names made of them. */
#include "policy/tern-cache-key.h"

#include <string.h>
#include <tern/tern-util.h>

static void
test_key (void)
{
  static const struct
  {
    const char *uri, *partition, *key;
  } rows[] = {
    { "HTTP://User:Pw@A.example/b?c#d", NULL, "http://a.example/b?c" },
    { "http://a.example:80", NULL, "http://a.example/" },
    { "https://a.example/", "", "https://a.example/ " },
    { "https://a.example/", "tab 1", "https://a.example/ tab%201" },
    { "https://a.example/%20x", NULL, "https://a.example/%20x" },
    { "https://a.example/", "a/b\n\xC3\xA9", "https://a.example/ a%2Fb%0A%C3%A9" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernUri) uri = tern_uri_parse (rows[i].uri, &error);
      g_autofree char *key = NULL;

      g_assert_no_error (error);
      key = tern_cache_key (uri, rows[i].partition);
      g_assert_cmpstr (key, ==, rows[i].key);
    }
}

/* The names that httplib2 makes. */
static void
test_safe_name (void)
{
  static const char *const rows[][2] = {
    { "http://example.org/fred/?a=b", "example.orgfreda=b,58489f63a7a83c3b7794a6a398ee8b1f" },
    { "http://example.org/fred?/a=b", "example.orgfreda=b,8c5946d56fec453071f43329ff0be46b" },
    { "https://www.example.org/fred?/a=b",
      "www.example.orgfreda=b,692e843a333484ce0095b070497ab45d" },
    { "../../etc/passwd", "....etcpasswd,425be980bfb7680d223bc54a998d25a2" },
    { "http://a/caf\xC3\xA9", "acaf,b30680866521013a3fa51dbce0f49437" },
    { "", ",d41d8cd98f00b204e9800998ecf8427e" },
    { "my key", "mykey,5ce4d599cfd4a44131e422eaeede2929" },
  };
  g_autofree char *path = g_strnfill (200, 'x');
  g_autofree char *long_key = g_strconcat ("http://a/", path, NULL);
  g_autofree char *long_name = tern_cache_safe_name (long_key);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = tern_cache_safe_name (rows[i][0]);

      g_assert_cmpstr (name, ==, rows[i][1]);
    }
  g_assert_cmpuint (strlen (long_name), ==, 123);
  g_assert_true (g_str_has_suffix (long_name, "xxx,9d6ba3851705587e2ac54cc724ecfb87"));
}

/* The same for the same key, and every byte counts; that of all places few share one. */
static void
test_hash (void)
{
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);

  for (gsize len = 0; len < 40; len++)
    {
      char key[40] = { 0 }, same[40] = { 0 };

      memset (key, 'a', len);
      memset (same, 'a', len);
      g_assert_cmpuint (tern_cache_key_hash (key), ==, tern_cache_key_hash (same));
      for (gsize at = 0; at < len; at++)
        {
          same[at] = 'b';
          g_assert_cmpuint (tern_cache_key_hash (key), !=, tern_cache_key_hash (same));
          same[at] = 'a';
        }
    }
  for (guint i = 0; i < 1024; i++)
    {
      g_autofree char *key = g_strdup_printf ("http://a.example/item?number=%u", i);

      g_hash_table_add (places, GUINT_TO_POINTER (tern_cache_key_hash (key) % 1024));
    }
  g_assert_cmpuint (g_hash_table_size (places), >, 512); /* 647 where all is chance */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-key/key", test_key);
  g_test_add_func ("/cache-key/safe-name", test_safe_name);
  g_test_add_func ("/cache-key/hash", test_hash);
  return g_test_run ();
}
