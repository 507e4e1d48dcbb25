/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which hosts go past a proxy: curl's meaning of no_proxy, ports, and entries that mean nothing. */
#include "policy/tern-proxy-bypass.h"

#include <time.h>

static const struct
{
  const char *list;
  const char *host;
  guint port;
  gboolean covered;
} bypasses[] = {
  { "", "example.com", 80, FALSE },
  { "*", "example.com", 80, TRUE },
  { " * ", "example.com", 80, TRUE },
  { "a,*", "example.com", 80, TRUE },
  { "*", "::1", 80, TRUE },
  { "*:80", "example.com", 80, TRUE },
  { "*:80", "example.com", 81, FALSE },
  { "*.example.com", "www.example.com", 80, FALSE },
  { "**", "example.com", 80, FALSE },
  { "example.com", "example.com", 80, TRUE },
  { "example.com", "www.example.com", 80, TRUE },
  { "example.com", "a.b.example.com", 80, TRUE },
  { "example.com", "nonexample.com", 80, FALSE },
  { "example.com", "example.com.org", 80, FALSE },
  { "example.com", "com", 80, FALSE },
  { "www.example.com", "example.com", 80, FALSE },
  { ".example.com", "example.com", 80, TRUE },
  { ".example.com", "www.example.com", 80, TRUE },
  { ".example.com", "nonexample.com", 80, FALSE },
  { "..example.com", "www.example.com", 80, FALSE },
  { "com", "example.com", 80, TRUE },
  { "EXAMPLE.com", "example.COM", 80, TRUE },
  { "example.com.", "example.com", 80, TRUE },
  { "example.com", "example.com.", 80, TRUE },
  { ".example.com.", "www.example.com.", 80, TRUE },
  { ".", "example.com", 80, FALSE },
  { "..", "example.com", 80, FALSE },
  { ".", ".", 80, FALSE },
  { "localhost", "localhost", 80, TRUE },
  { "localhost", "127.0.0.1", 80, FALSE },
  { "127.0.0.1", "localhost", 80, FALSE },
  { "a,b,example.com", "example.com", 80, TRUE },
  { "a, b, example.com", "example.com", 80, TRUE },
  { "a b example.com", "example.com", 80, TRUE },
  { "a\tb\texample.com\n", "example.com", 80, TRUE },
  { "example.com,", "example.com", 80, TRUE },
  { ",,example.com,,", "example.com", 80, TRUE },
  { " , example.com , ,", "example.com", 80, TRUE },
  { ",", "example.com", 80, FALSE },
  { "a;example.com", "example.com", 80, FALSE },
  { "example.com:80", "example.com", 80, TRUE },
  { "example.com:80", "www.example.com", 80, TRUE },
  { "example.com:80", "example.com", 443, FALSE },
  { "example.com:080", "example.com", 80, TRUE },
  { "example.com:", "example.com", 80, FALSE },
  { "example.com:0", "example.com", 0, FALSE },
  { "example.com:0", "example.com", 80, FALSE },
  { "example.com:-1", "example.com", 80, FALSE },
  { "example.com:65616", "example.com", 80, FALSE },
  { "example.com:4294967376", "example.com", 80, FALSE },
  { "example.com:80x", "example.com", 80, FALSE },
  { "example.com:http", "example.com", 80, FALSE },
  { ":80", "example.com", 80, FALSE },
  { "http://example.com", "example.com", 80, FALSE },
  { "example.com/", "example.com", 80, FALSE },
  { "127.0.0.1", "127.0.0.1", 80, TRUE },
  { "127.0.0.1:80", "127.0.0.1", 80, TRUE },
  { "127.0.0.1:81", "127.0.0.1", 80, FALSE },
  { "127.0.0.1", "127.0.0.2", 80, FALSE },
  { "0.0.1", "127.0.0.1", 80, FALSE },
  { ".1", "127.0.0.1", 80, FALSE },
  { "127.1", "127.0.0.1", 80, FALSE },
  { "127.0.0.1.", "127.0.0.1", 80, FALSE },
  { "10.0.0.0/8", "10.255.0.1", 80, TRUE },
  { "10.0.0.0/8", "11.0.0.1", 80, FALSE },
  { "10.9.9.9/8", "10.1.2.3", 80, TRUE },
  { "10.0.0.0/8:80", "10.1.2.3", 80, TRUE },
  { "10.0.0.0/8:80", "10.1.2.3", 81, FALSE },
  { "10.0.0.0/8", "10.1.2.3.example.com", 80, FALSE },
  { "192.168.0.0/22", "192.168.3.255", 80, TRUE },
  { "192.168.0.0/22", "192.168.4.0", 80, FALSE },
  { "192.168.1.1/31", "192.168.1.0", 80, TRUE },
  { "192.168.1.1/32", "192.168.1.1", 80, TRUE },
  { "192.168.1.1/32", "192.168.1.0", 80, FALSE },
  { "0.0.0.0/0", "8.8.8.8", 80, TRUE },
  { "0.0.0.0/0", "::1", 80, FALSE },
  { "0.0.0.0/0", "example.com", 80, FALSE },
  { "10.0.0.0/33", "10.0.0.0", 80, FALSE },
  { "10.0.0.0/", "10.0.0.0", 80, FALSE },
  { "10.0.0.0/-1", "10.0.0.0", 80, FALSE },
  { "10.0.0.0/8x", "10.0.0.0", 80, FALSE },
  { "10.0.0.0/8/8", "10.0.0.0", 80, FALSE },
  { "10.0.0.0/4294967304", "10.0.0.0", 80, FALSE },
  { "10.0.0/8", "10.0.0.1", 80, FALSE },
  { "/8", "10.0.0.1", 80, FALSE },
  { "::1", "::1", 80, TRUE },
  { "[::1]", "::1", 80, TRUE },
  { "::1", "[::1]", 80, TRUE },
  { "0:0:0:0:0:0:0:1", "::1", 80, TRUE },
  { "2001:DB8::A", "2001:db8:0::a", 80, TRUE },
  { "[::1]:80", "::1", 80, TRUE },
  { "[::1]:81", "::1", 80, FALSE },
  { "[::1]:", "::1", 80, FALSE },
  { "[::1]x", "::1", 80, FALSE },
  { "[::1", "::1", 80, FALSE },
  { "::1]", "::1", 80, FALSE },
  { "[[::1]]", "::1", 80, FALSE },
  { "[]", "::1", 80, FALSE },
  { "[", "::1", 80, FALSE },
  { "]", "::1", 80, FALSE },
  { "[*]", "example.com", 80, FALSE },
  { "[example.com]", "example.com", 80, FALSE },
  { "[127.0.0.1]", "127.0.0.1", 80, FALSE },
  { "fe80::/10", "fe80::1", 80, TRUE },
  { "fe80::/10", "febf::1", 80, TRUE },
  { "fe80::/10", "fec0::1", 80, FALSE },
  { "[fe80::]/10", "fe80::1", 80, TRUE },
  { "[fe80::/10]", "fe80::1", 80, FALSE },
  { "fe80::/10", "fe80::1%eth0", 80, TRUE },
  { "fe80::/10", "[fe80::1%25eth0]", 80, TRUE },
  { "fe80::1%eth0", "fe80::1", 80, FALSE },
  { "fe80::1%lo", "fe80::1%lo", 80, FALSE },
  { "::/0", "2001:db8::1", 80, TRUE },
  { "::/0", "127.0.0.1", 80, FALSE },
  { "::1/128", "::1", 80, TRUE },
  { "::1/129", "::1", 80, FALSE },
  { "::ffff:10.0.0.1", "::ffff:a00:1", 80, TRUE },
  { "10.0.0.1", "::ffff:10.0.0.1", 80, FALSE },
  { "b\xC3\xBC"
    "cher.example",
    "xn--bcher-kva.example", 80, TRUE },
  { "xn--bcher-kva.example",
    "www.b\xC3\xBC"
    "cher.example",
    80, TRUE },
  { "\xFF\xFE", "example.com", 80, FALSE },
  { "example.com", "\xFF\xFE", 80, FALSE },
  { "a\x01,\x7F,example.com", "example.com", 80, TRUE },
  { "example.com\x01", "example.com", 80, FALSE },
  { "%00,%,example%2ecom", "example.com", 80, FALSE },
  { "example.com", "", 80, FALSE },
  { "*", "", 80, FALSE },
};

static void
test_bypass (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bypasses); i++)
    {
      const char *const whole[] = { bypasses[i].list, NULL };
      g_auto (GStrv) split = tern_proxy_bypass_split (bypasses[i].list);

      g_test_message ("%" G_GSIZE_FORMAT, i);
      g_assert_cmpint (tern_proxy_bypass_covers (whole, bypasses[i].host, bypasses[i].port), ==,
                       bypasses[i].covered);
      g_assert_cmpint (
          tern_proxy_bypass_covers ((const char *const *)split, bypasses[i].host, bypasses[i].port),
          ==, bypasses[i].covered);
    }
}

static void
test_bypass_split (void)
{
  static const char *const rows[][2] = {
    { "", "" },       { ",", "" },           { "a", "a" },
    { "a,b", "a|b" }, { " a , b ,", "a|b" }, { "[::1]:80\t.x", "[::1]:80|.x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) entries = tern_proxy_bypass_split (rows[i][0]);
      g_autofree char *joined = g_strjoinv ("|", entries);

      g_assert_cmpstr (joined, ==, rows[i][1]);
    }
}

/* Linear, and with each kind of entry that costs something. Counted is what the process works, not
 * what it waits for a busy machine. */
static void
test_bypass_huge (void)
{
  static const struct
  {
    const char *piece;
    gsize size;
  } rows[] = {
    { "host.example,", 100 * 1024 },
    { "10.0.0.0/8,", 100 * 1024 },
    { "fe80::/10 ", 100 * 1024 },
    { "\xC3\xBC,", 10 * 1024 }, /* GLib takes its time */
    { ",", 100 * 1024 },
    { "[", 100 * 1024 },
    { "1.2.3.4:", 100 * 1024 },
  };
  static const char *const hosts[] = { "example.com", "192.0.2.1", "2001:db8::1" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) list = g_string_new (NULL);
      const clock_t start = clock ();

      while (list->len < rows[i].size)
        g_string_append (list, rows[i].piece);
      for (gsize n = 0; n < G_N_ELEMENTS (hosts); n++)
        {
          const char *entries[] = { list->str, hosts[n], NULL };

          g_assert_true (tern_proxy_bypass_covers (entries, hosts[n], 80));
          entries[1] = NULL;
          g_assert_false (tern_proxy_bypass_covers (entries, hosts[n], 80));
        }
      g_test_message ("“%s”: %g s", rows[i].piece, (double)(clock () - start) / CLOCKS_PER_SEC);
      g_assert_cmpint (clock () - start, <, 20 * CLOCKS_PER_SEC);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxy-bypass/covers", test_bypass);
  g_test_add_func ("/proxy-bypass/split", test_bypass_split);
  g_test_add_func ("/proxy-bypass/huge", test_bypass_huge);
  return g_test_run ();
}
