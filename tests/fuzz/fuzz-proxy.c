/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as a proxy's URI, as a list of hosts to go past it and as a host: what is taken can be
 * dialed, and reads back as itself. */
#include <string.h>
#include <tern/tern-credentials.h>

#include "fuzz.h"
#include "message/tern-route.h"
#include "policy/tern-proxy-bypass.h"
#include "policy/tern-proxy-uri.h"

const FuzzSeed fuzz_seeds[] = {
  FUZZ_SEED ("http://user:pass%40@proxy.example:8080/"),
  FUZZ_SEED ("socks5h://[2001:db8::1]:1080"),
  FUZZ_SEED ("b\xC3\xBC"
             "cher.example:81"),
  FUZZ_SEED ("socks4a://%00%ff@127.0.0.1"),
  FUZZ_SEED ("localhost, .example.com:80,10.0.0.0/8 fe80::/10,[::1]:443,"),
  { NULL, 0 },
};

const FuzzSeed fuzz_words[] = {
  FUZZ_SEED ("@"),
  FUZZ_SEED (":"),
  FUZZ_SEED ("/"),
  FUZZ_SEED ("://"),
  FUZZ_SEED ("["),
  FUZZ_SEED ("]"),
  FUZZ_SEED ("%"),
  FUZZ_SEED ("%00"),
  FUZZ_SEED ("%eth"),
  FUZZ_SEED ("*"),
  FUZZ_SEED (","),
  FUZZ_SEED (" "),
  FUZZ_SEED ("."),
  FUZZ_SEED ("::1"),
  FUZZ_SEED ("/128"),
  FUZZ_SEED ("/0"),
  FUZZ_SEED (":65536"),
  FUZZ_SEED ("\r\n"),
  FUZZ_SEED ("\xE2\x84\x80"),
  FUZZ_SEED ("\xFF"),
  FUZZ_SEED ("socks5://"),
  FUZZ_SEED ("https://"),
  FUZZ_SEED ("0x7f"),
  FUZZ_SEED ("1.2.3.4"),
  { NULL, 0 },
};

/* Both NULL or the same. */
static gboolean
same_bytes (GBytes *a, GBytes *b)
{
  return a && b ? g_bytes_equal (a, b) : a == b;
}

static void
check_proxy (TernProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRoute) route = tern_route_new (proxy, &error);
  g_autofree char *uri = tern_proxy_uri_for_gio (proxy);
  g_autoptr (TernProxy) again = tern_proxy_new_from_uri (uri, NULL);
  TernCredentials *credentials = tern_proxy_get_credentials (proxy);

  g_assert_no_error (error);
  g_assert_null (strpbrk (route->host, "@/\\?#%[] \t\r\n"));
  g_assert_cmpuint (strlen (route->host), >, 0);
  g_assert_cmpuint (strlen (route->host), <=, 255);
  g_assert_cmpuint (route->port, >, 0);
  g_assert_null (strchr (route->name, '@'));
  g_assert_nonnull (again);
  g_assert_cmpstr (tern_proxy_get_host (again), ==, tern_proxy_get_host (proxy));
  g_assert_cmpuint (tern_proxy_get_port (again), ==, tern_proxy_get_port (proxy));
  if (credentials)
    {
      TernCredentials *other = tern_proxy_get_credentials (again);

      g_assert_nonnull (other);
      g_assert_true (
          same_bytes (tern_credentials_get_name (other), tern_credentials_get_name (credentials)));
      g_assert_true (same_bytes (tern_credentials_get_password (other),
                                 tern_credentials_get_password (credentials)));
    }
}

static void
check_uri (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernProxy) proxy = tern_proxy_new_from_uri (text, &error);

  g_assert_true ((proxy == NULL) == (error != NULL));
  fuzz_check_error (error);
  if (proxy)
    check_proxy (proxy);
}

static void
check_host (const char *text)
{
  g_autoptr (TernProxy) proxy = tern_proxy_new (TERN_PROXY_SOCKS5, text, 1080);
  g_autoptr (GError) error = NULL;
  g_autoptr (TernRoute) route = tern_route_new (proxy, &error);

  g_assert_true ((route == NULL) == (error != NULL));
  fuzz_check_error (error);
}

/* A list and its entries mean the same, for hosts of every kind and for the text itself. */
static void
check_bypass (const char *text)
{
  const char *const hosts[] = { "www.example.com", "10.1.2.3", "fe80::1", text };
  const char *const whole[] = { text, NULL };
  g_auto (GStrv) entries = tern_proxy_bypass_split (text);

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    g_assert_cmpint (tern_proxy_bypass_covers (whole, hosts[i], 80), ==,
                     tern_proxy_bypass_covers ((const char *const *)entries, hosts[i], 80));
  for (guint i = 0; entries[i]; i++)
    {
      g_assert_cmpuint (strlen (entries[i]), >, 0);
      g_assert_null (strpbrk (entries[i], ", \t\r\n"));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *)data, size);

  check_uri (text);
  check_host (text);
  check_bypass (text);
  return 0;
}
