/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proxies from URIs: what curl takes, what it leaves open, and what nobody should write. */
#include "policy/tern-proxy-uri.h"

#include <string.h>
#include <tern/tern-credentials.h>
#include <tern/tern-error.h>

#include "proxy-errors.h"

#define HTTP TERN_PROXY_HTTP
#define HTTPS TERN_PROXY_HTTPS
#define SOCKS4 TERN_PROXY_SOCKS4
#define SOCKS5 TERN_PROXY_SOCKS5

/* A literal with its length: what is decoded may have a NUL. */
#define BYTES(text) text, sizeof (text) - 1
#define NONE NULL, 0

static const struct
{
  const char *uri;
  TernProxyType type;
  const char *host;
  guint port;
  gboolean remote_dns;
  const char *name;
  gsize name_len;
  const char *password;
  gsize password_len;
} good_uris[] = {
  { "http://proxy.example:8080", HTTP, "proxy.example", 8080, TRUE, NONE, NONE },
  { "http://proxy.example:8080/", HTTP, "proxy.example", 8080, TRUE, NONE, NONE },
  { "proxy.example:8080", HTTP, "proxy.example", 8080, TRUE, NONE, NONE },
  { "localhost:3128", HTTP, "localhost", 3128, TRUE, NONE, NONE },
  { "socks5:1080", HTTP, "socks5", 1080, TRUE, NONE, NONE },
  { "proxy.example", HTTP, "proxy.example", 80, TRUE, NONE, NONE },
  { "proxy.example:", HTTP, "proxy.example", 80, TRUE, NONE, NONE },
  { "http://proxy.example", HTTP, "proxy.example", 80, TRUE, NONE, NONE },
  { "HTTP://proxy.example", HTTP, "proxy.example", 80, TRUE, NONE, NONE },
  { "https://proxy.example", HTTPS, "proxy.example", 443, TRUE, NONE, NONE },
  { "socks://proxy.example", SOCKS5, "proxy.example", 1080, TRUE, NONE, NONE },
  { "socks4://proxy.example", SOCKS4, "proxy.example", 1080, FALSE, NONE, NONE },
  { "socks4a://proxy.example", SOCKS4, "proxy.example", 1080, TRUE, NONE, NONE },
  { "socks5://proxy.example", SOCKS5, "proxy.example", 1080, FALSE, NONE, NONE },
  { "SOCKS5H://proxy.example", SOCKS5, "proxy.example", 1080, TRUE, NONE, NONE },
  { "socks5h://proxy.example:65535", SOCKS5, "proxy.example", 65535, TRUE, NONE, NONE },
  { "http://proxy.example:1", HTTP, "proxy.example", 1, TRUE, NONE, NONE },
  { "http://proxy.example:0080", HTTP, "proxy.example", 80, TRUE, NONE, NONE },
  { "http://127.0.0.1:8080", HTTP, "127.0.0.1", 8080, TRUE, NONE, NONE },
  { "http://[::1]:8888", HTTP, "::1", 8888, TRUE, NONE, NONE },
  { "[::1]:8888", HTTP, "::1", 8888, TRUE, NONE, NONE },
  { "[::1]", HTTP, "::1", 80, TRUE, NONE, NONE },
  { "http://[::1]:", HTTP, "::1", 80, TRUE, NONE, NONE },
  { "socks5h://u:p@[2001:DB8::a]", SOCKS5, "2001:DB8::a", 1080, TRUE, BYTES ("u"), BYTES ("p") },
  { "http://u:p@h:80", HTTP, "h", 80, TRUE, BYTES ("u"), BYTES ("p") },
  { "u:p@h:80", HTTP, "h", 80, TRUE, BYTES ("u"), BYTES ("p") },
  { "http://u@h", HTTP, "h", 80, TRUE, BYTES ("u"), BYTES ("") },
  { "http://u:@h", HTTP, "h", 80, TRUE, BYTES ("u"), BYTES ("") },
  { "http://:p@h", HTTP, "h", 80, TRUE, BYTES (""), BYTES ("p") },
  { "http://@h", HTTP, "h", 80, TRUE, NONE, NONE },
  { "http://u:p:q@h", HTTP, "h", 80, TRUE, BYTES ("u"), BYTES ("p:q") },
  { "http://u%3Av:p%40%2f%3F@h", HTTP, "h", 80, TRUE, BYTES ("u:v"), BYTES ("p@/?") },
  { "http://u:100%@h", HTTP, "h", 80, TRUE, BYTES ("u"), BYTES ("100%") },
  { "http://u:%zz%4@h", HTTP, "h", 80, TRUE, BYTES ("u"), BYTES ("%zz%4") },
  { "http://%C3%BC:%ff%00%0d%0a@h", HTTP, "h", 80, TRUE, BYTES ("\xC3\xBC"), BYTES ("\xFF\0\r\n") },
  { "http://%2541:p@h", HTTP, "h", 80, TRUE, BYTES ("%41"), BYTES ("p") },
  { "http://\xC3\xBC:\xFF@h", HTTP, "h", 80, TRUE, BYTES ("\xC3\xBC"), BYTES ("\xFF") },
  { "http://b\xC3\xBC"
    "cher.example:81",
    HTTP,
    "b\xC3\xBC"
    "cher.example",
    81, TRUE, NONE, NONE },
};

static void
check_bytes (GBytes *bytes, const char *data, gsize len)
{
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), data, len);
}

static void
test_good_uris (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good_uris); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernProxy) proxy = tern_proxy_new_from_uri (good_uris[i].uri, &error);
      TernCredentials *credentials;

      g_test_message ("good %" G_GSIZE_FORMAT, i);
      g_assert_no_error (error);
      g_assert_cmpint (tern_proxy_get_kind (proxy), ==, good_uris[i].type);
      g_assert_cmpstr (tern_proxy_get_host (proxy), ==, good_uris[i].host);
      g_assert_cmpuint (tern_proxy_get_port (proxy), ==, good_uris[i].port);
      g_assert_cmpint (tern_proxy_get_remote_dns (proxy), ==, good_uris[i].remote_dns);
      credentials = tern_proxy_get_credentials (proxy);
      g_assert_true ((credentials != NULL) == (good_uris[i].name != NULL));
      if (!credentials)
        continue;
      check_bytes (tern_credentials_get_name (credentials), good_uris[i].name,
                   good_uris[i].name_len);
      check_bytes (tern_credentials_get_password (credentials), good_uris[i].password,
                   good_uris[i].password_len);
    }
}

/* Where there is a secret in them, it is "hush" or "Hush". */
static const struct
{
  const char *uri;
  int code;
} bad_uris[] = {
  { NULL, TERN_ERROR_INVALID_URL },
  { "", TERN_ERROR_INVALID_URL },
  { "/", TERN_ERROR_INVALID_URL },
  { ":", TERN_ERROR_INVALID_URL },
  { "@", TERN_ERROR_INVALID_URL },
  { ":80", TERN_ERROR_INVALID_URL },
  { "://", TERN_ERROR_INVALID_URL },
  { "://h", TERN_ERROR_INVALID_URL },
  { "http://", TERN_ERROR_INVALID_URL },
  { "http://:80", TERN_ERROR_INVALID_URL },
  { "http://hush@", TERN_ERROR_INVALID_URL },
  { "http://u:hush@:80", TERN_ERROR_INVALID_URL },
  { "http:/h", TERN_ERROR_INVALID_URL },
  { "//h", TERN_ERROR_INVALID_URL },
  { "http:///h", TERN_ERROR_INVALID_URL },
  { "http://h:0", TERN_ERROR_INVALID_URL },
  { "http://h:65536", TERN_ERROR_INVALID_URL },
  { "http://h:99999999999999999999", TERN_ERROR_INVALID_URL },
  { "http://h:18446744073709551617", TERN_ERROR_INVALID_URL },
  { "http://h:-1", TERN_ERROR_INVALID_URL },
  { "http://h:+1", TERN_ERROR_INVALID_URL },
  { "http://h:8o", TERN_ERROR_INVALID_URL },
  { "http://h:80:80", TERN_ERROR_INVALID_URL },
  { "http://u:hush", TERN_ERROR_INVALID_URL },
  { "u:hush", TERN_ERROR_INVALID_URL },
  { "http://u:hush@h:x", TERN_ERROR_INVALID_URL },
  { "http://::1", TERN_ERROR_INVALID_URL },
  { "http://[::1", TERN_ERROR_INVALID_URL },
  { "http://::1]", TERN_ERROR_INVALID_URL },
  { "http://[[::1]]", TERN_ERROR_INVALID_URL },
  { "http://[::1]]", TERN_ERROR_INVALID_URL },
  { "http://[::1]80", TERN_ERROR_INVALID_URL },
  { "http://[]", TERN_ERROR_INVALID_URL },
  { "http://[h]", TERN_ERROR_INVALID_URL },
  { "http://[127.0.0.1]", TERN_ERROR_INVALID_URL },
  { "http://[fe80::1%eth0]", TERN_ERROR_INVALID_URL },
  { "http://[fe80::1%25eth0]", TERN_ERROR_INVALID_URL },
  { "http://127.1", TERN_ERROR_INVALID_URL },
  { "http://0x7f000001", TERN_ERROR_INVALID_URL },
  { "http://256.0.0.1", TERN_ERROR_INVALID_URL },
  { "http://a..b", TERN_ERROR_INVALID_URL },
  { "http://h%41", TERN_ERROR_INVALID_URL },
  { "http://u:hush@h@i", TERN_ERROR_INVALID_URL },
  { "http://u:hu@sh@h", TERN_ERROR_INVALID_URL },
  { "http://u:hush/x@h", TERN_ERROR_INVALID_URL },
  { "http://u:hush?x@h", TERN_ERROR_INVALID_URL },
  { "http://u:hush#x@h", TERN_ERROR_INVALID_URL },
  { "http://u:hush\\x@h", TERN_ERROR_INVALID_URL },
  { "u:hush://x@h", TERN_ERROR_INVALID_URL },
  { "http://h/path", TERN_ERROR_INVALID_URL },
  { "http://h//", TERN_ERROR_INVALID_URL },
  { "http://h?q", TERN_ERROR_INVALID_URL },
  { "http://h#f", TERN_ERROR_INVALID_URL },
  { "http://h\\", TERN_ERROR_INVALID_URL },
  { "http://h i", TERN_ERROR_INVALID_URL },
  { " http://h", TERN_ERROR_INVALID_URL },
  { "http://h\t", TERN_ERROR_INVALID_URL },
  { "http://h\r\nX: y", TERN_ERROR_INVALID_URL },
  { "http://u:hush\n@h", TERN_ERROR_INVALID_URL },
  { "http://u:hush\x01@h", TERN_ERROR_INVALID_URL },
  { "http://u:hush\x7F@h", TERN_ERROR_INVALID_URL },
  { "http://u:hush@\xFF\xFE", TERN_ERROR_INVALID_URL },
  { "http://a\xE2\x84\x80"
    "b",
    TERN_ERROR_INVALID_URL },
  { "1http://h", TERN_ERROR_INVALID_URL },
  { "ht_tp://h", TERN_ERROR_INVALID_URL },
  { "ftp://u:hush@h", TERN_ERROR_PROXY_UNAVAILABLE },
  { "socks6://u:hush@h", TERN_ERROR_PROXY_UNAVAILABLE },
  { "socks5hh://h", TERN_ERROR_PROXY_UNAVAILABLE },
  { "s://h", TERN_ERROR_PROXY_UNAVAILABLE },
  { "direct://", TERN_ERROR_PROXY_UNAVAILABLE },
};

static void
test_bad_uris (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad_uris); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TernProxy) proxy = tern_proxy_new_from_uri (bad_uris[i].uri, &error);

      g_test_message ("%" G_GSIZE_FORMAT " %s", i, error ? error->message : "no error");
      g_assert_error (error, TERN_ERROR, bad_uris[i].code);
      g_assert_null (proxy);
      check_fit_to_show (error);
    }
}

static void
test_every_byte (void)
{
  for (guint c = 1; c < 256; c++)
    {
      g_autofree char *in_host = g_strdup_printf ("http://u:hush@h%ci:80", c);
      g_autofree char *in_secret = g_strdup_printf ("http://u:hush%cHush@h:80", c);
      const char *const uris[] = { in_host, in_secret };

      for (guint i = 0; i < 2; i++)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (TernProxy) proxy = tern_proxy_new_from_uri (uris[i], &error);

          g_assert_true ((proxy == NULL) == (error != NULL));
          if (error)
            check_fit_to_show (error);
          if (proxy && i == 1)
            g_assert_cmpstr (tern_proxy_get_host (proxy), ==, "h");
        }
    }
}

static void
test_long_uris (void)
{
  g_autofree char *many = g_strnfill (100 * 1024, 'a');
  g_autofree char *host = g_strconcat ("http://", many, NULL);
  g_autofree char *secret = g_strconcat ("http://", many, ":", many, "@h", NULL);
  g_autofree char *scheme = g_strconcat (many, "://h", NULL);
  g_autoptr (TernProxy) proxy = tern_proxy_new_from_uri (secret, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (
      g_bytes_get_size (tern_credentials_get_name (tern_proxy_get_credentials (proxy))), ==,
      100 * 1024);
  g_assert_null (tern_proxy_new_from_uri (host, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL);
  check_fit_to_show (error);
  g_clear_error (&error);
  g_assert_null (tern_proxy_new_from_uri (scheme, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE);
  check_fit_to_show (error);
}

static void
test_for_gio (void)
{
  static const char *const rows[][2] = {
    { "h", "http://h:80" },
    { "https://u:p@h", "https://u:p@h:443" },
    { "http://u%40:%00%2F@[::1]:1", "http://u%40:%00%2F@[::1]:1" },
    { "http://u@h", "http://u:@h:80" },
    { "socks4://h", "socks4://h:1080" },
    { "socks4a://h", "socks4a://h:1080" },
    { "socks5://h:5", "socks5://h:5" },
    { "socks5h://h:5", "socks5://h:5" },
    { "socks://h:5", "socks5://h:5" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernProxy) proxy = tern_proxy_new_from_uri (rows[i][0], NULL);
      g_autofree char *uri = tern_proxy_uri_for_gio (proxy);

      g_assert_cmpstr (uri, ==, rows[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxy-uri/good", test_good_uris);
  g_test_add_func ("/proxy-uri/bad", test_bad_uris);
  g_test_add_func ("/proxy-uri/every-byte", test_every_byte);
  g_test_add_func ("/proxy-uri/long", test_long_uris);
  g_test_add_func ("/proxy-uri/for-gio", test_for_gio);
  return g_test_run ();
}
