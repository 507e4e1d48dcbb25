/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cache in memcached decides without a server: what a URI means, where a key belongs, how
 * it is named, what stands before a value, when it expires. */
#include <string.h>

#include "memcache-ketama.h"
#include "memcache-key.h"
#include "memcache-options.h"
#include "memcache-record.h"
#include "memcache-rings.h"

static gboolean
parse (MemcacheOptions *options, const char *location, const char *query, GError **error)
{
  g_autoptr (GHashTable) items = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_NONE, NULL);

  return memcache_options_parse (options, location, items, error);
}

static void
assert_address (const MemcacheOptions *options, guint i, const char *host, guint port)
{
  const MemcacheAddress *address = options->addresses->pdata[i];

  g_assert_cmpstr (address->host, ==, host);
  g_assert_cmpuint (address->port, ==, port);
}

static void
test_locations (void)
{
  MemcacheOptions options = { NULL };
  g_autoptr (GError) error = NULL;

  parse (&options, "Host,10.0.0.1:7,[::1],[2001:db8::7]:65535/a/b:", "", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (options.addresses->len, ==, 4);
  assert_address (&options, 0, "Host", 11211);
  assert_address (&options, 1, "10.0.0.1", 7);
  assert_address (&options, 2, "::1", 11211);
  assert_address (&options, 3, "2001:db8::7", 65535);
  g_assert_cmpstr (options.prefix, ==, "a/b:");
  parse (&options, "host/", "", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (options.prefix, ==, "tern:");
  parse (&options, "/run/memcached.sock", "prefix=x", &error);
  g_assert_no_error (error);
  assert_address (&options, 0, "/run/memcached.sock", 0);
  g_assert_cmpstr (options.prefix, ==, "x");
  memcache_options_clear (&options);
}

static void
test_bad_locations (void)
{
  g_autofree char *long_name = g_strnfill (256, 'h');
  g_autofree char *long_path = g_strdup_printf ("/%s", long_name);
  g_autofree char *long_prefix = g_strdup_printf ("host/%.129s", long_name);
  const char *const bad[]
      = { "",           ",",          "a,",       "a,,b",  "a:",          "a:0",       "a:65536",
          "a:-1",       "a:+1",       "a:1x",     "a:0x5", "::1",         "[::1",      "[::1]x",
          "[::1]:",     "[]",         "[a]",      "[::g]", "a b",         "u@a",       "a\r\nb",
          "-a",         "a\\",        "a%",       "a,a",   "a,b,a:11211", "h\xc3\xa4", "a/b c",
          "a/b\r\nget", "a/\xc3\xa4", "a/\x7f",   "/",     ":11211",      "a:11211:1", "[1.2.3.4]",
          long_name,    long_path,    long_prefix };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      MemcacheOptions options = { NULL };
      g_autoptr (GError) error = NULL;

      if (parse (&options, bad[i], "", &error))
        g_error ("“%s” was taken for a location", bad[i]);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      memcache_options_clear (&options);
    }
}

static void
test_options (void)
{
  MemcacheOptions options = { NULL };
  g_autoptr (GError) error = NULL;

  parse (&options, "host", "", &error);
  g_assert_no_error (error);
  g_assert_cmpint (options.timeout, ==, 500000);
  g_assert_cmpuint (options.item_size, ==, 1 << 20);
  g_assert_cmpuint (options.max_entry_size, ==, 8 << 20);
  g_assert_cmpuint (options.connections, ==, 4);
  g_assert_false (options.classic);
  parse (&options, "host",
         "timeout=0.25&item-size=64K&max-entry-size=1G&connections=9&protocol=classic", &error);
  g_assert_no_error (error);
  g_assert_cmpint (options.timeout, ==, 250000);
  g_assert_cmpuint (options.item_size, ==, 64 << 10);
  g_assert_cmpuint (options.max_entry_size, ==, 1 << 30);
  g_assert_cmpuint (options.connections, ==, 9);
  g_assert_true (options.classic);
  parse (&options, "host", "timeout=60&protocol=auto&item-size=1024", &error);
  g_assert_no_error (error);
  g_assert_cmpint (options.timeout, ==, 60 * G_USEC_PER_SEC);
  g_assert_false (options.classic);
  memcache_options_clear (&options);
}

static void
test_bad_options (void)
{
  const char *const bad[] = { "timeout=",
                              "timeout=0",
                              "timeout=-1",
                              "timeout=1e3",
                              "timeout=61",
                              "timeout=.5",
                              "timeout=5.",
                              "timeout=0.0000001",
                              "timeout=nan",
                              "timeout=inf",
                              "timeout=0x5",
                              "timeout=1 ",
                              "item-size=1023",
                              "item-size=2G",
                              "item-size=1T",
                              "item-size=K",
                              "item-size=5MB",
                              "item-size=+5M",
                              "item-size=0",
                              "item-size=99999999999",
                              "max-entry-size=0",
                              "connections=0",
                              "connections=257",
                              "connections=4K",
                              "protocol=binary",
                              "protocol=",
                              "prefix=a b",
                              "size=1M",
                              "prefix=a%0d%0aget",
                              "max-entry-size=1025M",
                              "connections=99999999999999999999" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      MemcacheOptions options = { NULL };
      g_autoptr (GError) error = NULL;

      if (parse (&options, "host", bad[i], &error))
        g_error ("“%s” was taken for an option", bad[i]);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      memcache_options_clear (&options);
    }
}

/* Two prefixes are one too many. */
static void
test_two_prefixes (void)
{
  MemcacheOptions options = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (parse (&options, "host/a", "prefix=b", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  memcache_options_clear (&options);
}

static void
test_rings (void)
{
  static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

  for (guint i = 0; i < G_N_ELEMENTS (memcache_rings); i++)
    {
      MemcacheOptions options = { NULL };
      g_autoptr (GError) error = NULL;
      g_autoptr (MemcacheKetama) ketama = NULL;

      parse (&options, memcache_rings[i].location, "", &error);
      g_assert_no_error (error);
      ketama = memcache_ketama_new (options.addresses);
      g_assert_cmpuint (strlen (memcache_rings[i].indices), ==, 1000);
      for (guint j = 0; j < 1000; j++)
        {
          g_autofree char *key = g_strdup_printf ("key-%u", j);

          g_assert_cmpint (digits[memcache_ketama_find (ketama, key)], ==,
                           memcache_rings[i].indices[j]);
        }
      memcache_options_clear (&options);
    }
}

/* A server that goes takes its own keys with it and moves no others. */
static void
test_ring_without_one (void)
{
  MemcacheOptions all = { NULL }, fewer = { NULL };
  g_autoptr (MemcacheKetama) of_all = NULL;
  g_autoptr (MemcacheKetama) of_fewer = NULL;
  guint n_moved = 0;

  g_assert_true (parse (&all, "one,two,three", "", NULL));
  g_assert_true (parse (&fewer, "one,two", "", NULL));
  of_all = memcache_ketama_new (all.addresses);
  of_fewer = memcache_ketama_new (fewer.addresses);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key-%u", i);
      guint index = memcache_ketama_find (of_all, key);

      if (index == 2)
        n_moved++;
      else
        g_assert_cmpuint (memcache_ketama_find (of_fewer, key), ==, index);
    }
  g_assert_cmpuint (n_moved, >, 200);
  g_assert_cmpuint (n_moved, <, 500);
  memcache_options_clear (&all);
  memcache_options_clear (&fewer);
}

static void
test_names (void)
{
  g_autofree char *prefix = g_strnfill (128, 'p');
  char part[MEMCACHE_KEY_SIZE];
  MemcacheKey key;

  memcache_key_make (&key, "a:", "http://a/\r\nflush_all\r\n");
  g_assert_cmpstr (key.name, ==,
                   "a:9baa28f0e295cbc2916b495c8eb568775b32c90c8277ed01550273f6424c50ae");
  memcache_key_name_part (&key, G_GUINT64_CONSTANT (0xfedcba9876543210), 7, part);
  g_assert_cmpstr (part, ==,
                   "a:9baa28f0e295cbc2916b495c8eb568775b32c90c8277ed01550273f6424c50ae"
                   ":fedcba9876543210:7");
  /* The longest there can be. */
  memcache_key_make (&key, prefix, "");
  memcache_key_name_part (&key, G_MAXUINT64, G_MAXUINT16, part);
  g_assert_cmpuint (strlen (part), ==, 128 + 64 + 18 + 5);
  g_assert_true (g_str_has_suffix (part, ":ffffffffffffffff:65535"));
}

static void
test_records (void)
{
  const MemcacheRecord record = { MEMCACHE_RECORD_PART,
                                  513,
                                  G_GUINT64_CONSTANT (0x0102030405060708),
                                  G_GINT64_CONSTANT (-2),
                                  G_GUINT64_CONSTANT (0xf1f2f3f4f5f6f7f8),
                                  0x89abcdef };
  guint8 bytes[MEMCACHE_RECORD_SIZE];
  MemcacheKey key, other;
  MemcacheRecord found;

  memcache_key_make (&key, "", "key");
  memcache_key_make (&other, "", "other");
  memcache_record_write (&record, &key, bytes);
  g_assert_true (memcache_record_read (&found, &key, bytes, sizeof bytes));
  g_assert_cmpint (found.kind, ==, record.kind);
  g_assert_cmpuint (found.number, ==, record.number);
  g_assert_cmpuint (found.length, ==, record.length);
  g_assert_cmpint (found.keep_until, ==, record.keep_until);
  g_assert_cmpuint (found.nonce, ==, record.nonce);
  g_assert_cmpuint (found.sum, ==, record.sum);
  g_assert_false (memcache_record_read (&found, &other, bytes, sizeof bytes));
  for (gsize i = 0; i < sizeof bytes; i++)
    g_assert_false (memcache_record_read (&found, &key, bytes, i));
  for (guint i = 0; i < 8 * sizeof bytes; i++)
    {
      bytes[i / 8] ^= 1 << i % 8;
      g_assert_false (memcache_record_read (&found, &key, bytes, sizeof bytes));
      bytes[i / 8] ^= 1 << i % 8;
    }
}

/* The check value of CRC-32, so that the sums of other builds are the same; in pieces, too. */
static void
test_sums (void)
{
  g_assert_cmphex (memcache_record_add_sum (0, "123456789", 9), ==, 0xcbf43926);
  g_assert_cmphex (memcache_record_add_sum (memcache_record_add_sum (0, "1234", 4), "56789", 5), ==,
                   0xcbf43926);
  g_assert_cmphex (memcache_record_add_sum (0, NULL, 0), ==, 0);
}

static void
test_expiry (void)
{
  const gint64 now = 1700000000, day = 86400;
  const struct
  {
    gint64 keep_until;
    gboolean is_kept;
    guint32 expiry;
  } cases[] = { { 0, TRUE, 0 },
                { 1, FALSE, 0 },
                { -1, FALSE, 0 },
                { G_MININT64, FALSE, 0 },
                { now - 1, FALSE, 0 },
                { now, TRUE, 1 },
                { now + 1, TRUE, 2 },
                { now + 30 * day - 1, TRUE, 30 * day },
                { now + 30 * day, TRUE, now + 30 * day },
                { G_MAXINT32, TRUE, G_MAXINT32 },
                { (gint64)G_MAXINT32 + 1, TRUE, 0 },
                { G_GINT64_CONSTANT (4102444800), TRUE, 0 },
                { G_MAXINT64, TRUE, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint32 expiry;

      g_assert_cmpint (memcache_record_get_expiry (cases[i].keep_until, now, &expiry), ==,
                       cases[i].is_kept);
      g_assert_cmpuint (expiry, ==, cases[i].expiry);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache-memcache/locations", test_locations);
  g_test_add_func ("/cache-memcache/locations/bad", test_bad_locations);
  g_test_add_func ("/cache-memcache/options", test_options);
  g_test_add_func ("/cache-memcache/options/bad", test_bad_options);
  g_test_add_func ("/cache-memcache/options/two-prefixes", test_two_prefixes);
  g_test_add_func ("/cache-memcache/rings", test_rings);
  g_test_add_func ("/cache-memcache/rings/without-one", test_ring_without_one);
  g_test_add_func ("/cache-memcache/names", test_names);
  g_test_add_func ("/cache-memcache/records", test_records);
  g_test_add_func ("/cache-memcache/records/sums", test_sums);
  g_test_add_func ("/cache-memcache/expiry", test_expiry);
  return g_test_run ();
}
