/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernProxy, the routes that are made of it, and what this process's environment says. */
#include <string.h>
#include <tern/tern-credentials.h>
#include <tern/tern-enum-types.h>
#include <tern/tern-environment-proxy-resolver.h>
#include <tern/tern-error.h>
#include <tern/tern-headers.h>
#include <tern/tern-proxy.h>

#include "engine/tern-proxy-environment.h"
#include "message/tern-route.h"

static void
count (GObject *object, GParamSpec *pspec, gpointer data)
{
  ++*(guint *)data;
}

static void
test_properties (void)
{
  static const char *const hosts[] = { "a", ".b:80", NULL };
  g_autoptr (TernProxy) proxy
      = g_object_new (TERN_TYPE_PROXY, "proxy-type", TERN_PROXY_SOCKS4, "host", "h", "port", 81,
                      "remote-dns", FALSE, "bypass", hosts, NULL);
  g_autofree char *host = NULL;
  g_auto (GStrv) bypass = NULL;
  TernProxyType type;
  gboolean remote_dns;
  guint changes = 0;
  guint port;

  g_object_get (proxy, "proxy-type", &type, "host", &host, "port", &port, "remote-dns", &remote_dns,
                "bypass", &bypass, NULL);
  g_assert_cmpint (type, ==, TERN_PROXY_SOCKS4);
  g_assert_cmpstr (host, ==, "h");
  g_assert_cmpuint (port, ==, 81);
  g_assert_false (remote_dns);
  g_assert_true (g_strv_equal ((const char *const *)bypass, hosts));
  g_signal_connect (proxy, "notify", G_CALLBACK (count), &changes);
  tern_proxy_set_remote_dns (proxy, FALSE);
  g_assert_cmpuint (changes, ==, 0);
  tern_proxy_set_remote_dns (proxy, 2);
  g_assert_cmpint (tern_proxy_get_remote_dns (proxy), ==, TRUE);
  tern_proxy_set_bypass (proxy, tern_proxy_get_bypass (proxy));
  g_assert_true (g_strv_equal (tern_proxy_get_bypass (proxy), hosts));
  tern_proxy_set_bypass (proxy, NULL);
  g_assert_null (tern_proxy_get_bypass (proxy)[0]);
  g_assert_cmpuint (changes, ==, 3);
}

static void
test_defaults (void)
{
  g_autoptr (TernProxy) proxy = tern_proxy_new (TERN_PROXY_SOCKS5, "h", 1080);

  g_assert_cmpint (tern_proxy_get_kind (proxy), ==, TERN_PROXY_SOCKS5);
  g_assert_true (tern_proxy_get_remote_dns (proxy));
  g_assert_null (tern_proxy_get_credentials (proxy));
  g_assert_null (tern_proxy_get_bypass (proxy)[0]);
  g_assert_cmpuint (tern_headers_get_n (tern_proxy_get_headers (proxy)), ==, 0);
  g_assert_true (tern_proxy_applies_to (proxy, "localhost", 80));
  g_assert_true (tern_proxy_applies_to (proxy, NULL, 80));
}

static void
test_credentials (void)
{
  g_autoptr (TernProxy) proxy = tern_proxy_new (TERN_PROXY_HTTP, "h", 80);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\0\xFF", 2);

  tern_proxy_set_credentials (proxy, "n", NULL);
  g_assert_cmpuint (
      g_bytes_get_size (tern_credentials_get_password (tern_proxy_get_credentials (proxy))), ==, 0);
  tern_proxy_set_credentials_bytes (proxy, bytes, NULL);
  g_assert_true (
      g_bytes_equal (tern_credentials_get_name (tern_proxy_get_credentials (proxy)), bytes));
  tern_proxy_set_credentials (proxy, NULL, "p");
  g_assert_null (tern_proxy_get_credentials (proxy));
  tern_proxy_set_credentials (proxy, "n", "p");
  tern_proxy_set_credentials_bytes (proxy, NULL, bytes);
  g_assert_null (tern_proxy_get_credentials (proxy));
}

static void
test_bypass (void)
{
  static const char *const hosts[] = { "example.com", "10.0.0.0/8, [::1]:80", "", NULL };
  g_autoptr (TernProxy) proxy = tern_proxy_new (TERN_PROXY_HTTP, "h", 80);

  tern_proxy_set_bypass (proxy, hosts);
  g_assert_false (tern_proxy_applies_to (proxy, "www.example.com", 443));
  g_assert_false (tern_proxy_applies_to (proxy, "10.1.1.1", 443));
  g_assert_false (tern_proxy_applies_to (proxy, "::1", 80));
  g_assert_true (tern_proxy_applies_to (proxy, "::1", 443));
  g_assert_true (tern_proxy_applies_to (proxy, "example.org", 443));
}

static void
test_route (void)
{
  static const struct
  {
    TernProxyType type;
    const char *host;
    guint port;
    const char *dialed;
    const char *name;
  } rows[] = {
    { TERN_PROXY_HTTP, "Proxy.Example", 80, "proxy.example", "http://proxy.example:80" },
    { TERN_PROXY_HTTPS, "proxy.example.", 443, "proxy.example.", "https://proxy.example.:443" },
    { TERN_PROXY_SOCKS4, "127.0.0.1", 1, "127.0.0.1", "socks4://127.0.0.1:1" },
    { TERN_PROXY_SOCKS5, "::1", 65535, "::1", "socks5://[::1]:65535" },
    { TERN_PROXY_SOCKS5, "[2001:DB8::A]", 1, "2001:db8::a", "socks5://[2001:db8::a]:1" },
    { TERN_PROXY_HTTP,
      "b\xC3\xBC"
      "cher.example",
      80, "xn--bcher-kva.example", "http://xn--bcher-kva.example:80" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernProxy) proxy = tern_proxy_new (rows[i].type, rows[i].host, rows[i].port);
      g_autoptr (GError) error = NULL;
      g_autoptr (TernRoute) route = tern_route_new (proxy, &error);

      g_assert_no_error (error);
      g_assert_cmpint (route->type, ==, rows[i].type);
      g_assert_cmpstr (route->host, ==, rows[i].dialed);
      g_assert_cmpuint (route->port, ==, rows[i].port);
      g_assert_cmpstr (route->name, ==, rows[i].name);
      g_assert_cmpuint (route->hash, ==, g_str_hash (route->key));
      g_assert_true (route->remote_dns);
      g_assert_null (route->credentials);
      g_assert_null (route->headers);
    }
}

static void
test_route_refuses (void)
{
  g_autofree char *endless = g_strnfill (100 * 1024, 'a');
  const struct
  {
    TernProxyType type;
    const char *host;
    guint port;
    int code;
  } rows[] = {
    { TERN_PROXY_HTTP, NULL, 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, endless, 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "h:80", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "u:p@h", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "u@h", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "http://h", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "h/x", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "h?x", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "h#x", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "h\\x", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "h x", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "h\r\nX: y", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "h\x01", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "\xFF", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "[", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "]", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "[]", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "[::1", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "[::1]:80", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "[[::1]]", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "fe80::1%lo", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "127.1", 80, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "h", 0, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "h", 65536, TERN_ERROR_INVALID_URL },
    { TERN_PROXY_HTTP, "h", (guint)-1, TERN_ERROR_INVALID_URL },
    { (TernProxyType)4, "h", 80, TERN_ERROR_PROXY_UNAVAILABLE },
    { (TernProxyType)-1, "h", 80, TERN_ERROR_PROXY_UNAVAILABLE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TernProxy) proxy = tern_proxy_new (rows[i].type, rows[i].host, rows[i].port);
      g_autoptr (GError) error = NULL;

      g_assert_null (tern_route_new (proxy, &error));
      g_assert_error (error, TERN_ERROR, rows[i].code);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_cmpuint (strlen (error->message), <, 600);
      g_assert_null (strpbrk (error->message, "\r\n\x01"));
    }
}

static void
test_route_headers (void)
{
  g_autoptr (TernProxy) proxy = tern_proxy_new (TERN_PROXY_HTTP, "h", 80);
  g_autoptr (TernRoute) route = NULL;
  g_autoptr (GError) error = NULL;

  tern_headers_append (tern_proxy_get_headers (proxy), "X-Client", "a");
  route = tern_route_new (proxy, NULL);
  tern_headers_append (tern_proxy_get_headers (proxy), "X-Client", "b");
  g_assert_cmpuint (tern_headers_get_n (route->headers), ==, 1);
  g_assert_false (tern_headers_append (tern_proxy_get_headers (proxy), "X", "a\r\nb"));
  g_assert_null (tern_route_new (proxy, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_HEADER);
}

/* Who is told apart by the pool. Each row is another connection than all the others. */
static void
test_route_key (void)
{
  static const struct
  {
    TernProxyType type;
    const char *host;
    guint port;
    gboolean remote_dns;
    const char *name, *password;
    const char *field, *value;
  } rows[] = {
    { TERN_PROXY_HTTP, "h", 80, TRUE, NULL, NULL, NULL, NULL },
    { TERN_PROXY_HTTPS, "h", 80, TRUE, NULL, NULL, NULL, NULL },
    { TERN_PROXY_HTTP, "i", 80, TRUE, NULL, NULL, NULL, NULL },
    { TERN_PROXY_HTTP, "h", 81, TRUE, NULL, NULL, NULL, NULL },
    { TERN_PROXY_HTTP, "h", 80, FALSE, NULL, NULL, NULL, NULL },
    { TERN_PROXY_HTTP, "h", 80, TRUE, "", "", NULL, NULL },
    { TERN_PROXY_HTTP, "h", 80, TRUE, "sesam", "", NULL, NULL },
    { TERN_PROXY_HTTP, "h", 80, TRUE, "sesa", "m", NULL, NULL },
    { TERN_PROXY_HTTP, "h", 80, TRUE, "", "sesam", NULL, NULL },
    { TERN_PROXY_HTTP, "h", 80, TRUE, NULL, NULL, "sesa", "m" },
    { TERN_PROXY_HTTP, "h", 80, TRUE, NULL, NULL, "sesam", "" },
    { TERN_PROXY_HTTP, "h", 80, TRUE, "sesa", "m", "sesa", "m" },
  };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      const gsize row = i % G_N_ELEMENTS (rows);
      g_autoptr (TernProxy) proxy = tern_proxy_new (rows[row].type, rows[row].host, rows[row].port);
      g_autoptr (TernRoute) route = NULL;

      tern_proxy_set_remote_dns (proxy, rows[row].remote_dns);
      tern_proxy_set_credentials (proxy, rows[row].name, rows[row].password);
      if (rows[row].field)
        tern_headers_append (tern_proxy_get_headers (proxy), rows[row].field, rows[row].value);
      route = tern_route_new (proxy, NULL);
      g_assert_null (strstr (route->key, "sesa"));
      g_assert_null (strstr (route->name, "sesa"));
      g_assert_true (g_hash_table_add (seen, g_strdup (route->key)) == (i == row));
    }
}

static const char *const variables[]
    = { "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",    "all_proxy",
        "ALL_PROXY",  "no_proxy",   "NO_PROXY",    "REQUEST_METHOD", NULL };

static void
clear_variables (void)
{
  for (guint i = 0; variables[i]; i++)
    g_unsetenv (variables[i]);
}

static void
test_stamp (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  guint64 stamp;

  clear_variables ();
  g_assert_cmpuint (tern_proxy_environment_stamp (), ==, 0);
  for (guint i = 0; variables[i]; i++)
    for (guint n = 0; n < 3; n++)
      {
        static const char *const values[] = { "", "a", "b" };

        g_setenv (variables[i], values[n], TRUE);
        stamp = tern_proxy_environment_stamp ();
        g_assert_cmpuint (stamp, ==, tern_proxy_environment_stamp ());
        g_assert_cmpuint (stamp, !=, 0);
        g_assert_true (g_hash_table_add (seen, g_memdup2 (&stamp, sizeof stamp)));
      }
  clear_variables ();
  g_assert_cmpuint (tern_proxy_environment_stamp (), ==, 0);
  g_setenv ("REQUEST_METHOD", "GET", TRUE);
  g_setenv ("http_proxy2", "GET", TRUE);
  g_setenv ("xhttp_proxy", "GET", TRUE);
  g_assert_cmpuint (tern_proxy_environment_stamp (), ==, 0);
  clear_variables ();
}

static void
test_environment (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernProxy) proxy = NULL;

  clear_variables ();
  g_assert_null (tern_proxy_new_from_environment ("http", &error));
  g_assert_null (tern_proxy_new_from_environment (NULL, &error));
  g_assert_no_error (error);
  g_setenv ("HTTP_PROXY", "http://u:p@h", TRUE);
  proxy = tern_proxy_new_from_environment ("http", &error);
  g_assert_cmpstr (tern_proxy_get_host (proxy), ==, "h");
  g_clear_object (&proxy);
  g_setenv ("REQUEST_METHOD", "GET", TRUE);
  g_assert_null (tern_proxy_find_in_environment ("http", &error));
  g_assert_no_error (error);
  g_setenv ("http_proxy", "u:secret", TRUE);
  g_assert_null (tern_proxy_new_from_environment ("http", &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID_URL);
  g_assert_nonnull (strstr (error->message, "http_proxy"));
  g_assert_null (strstr (error->message, "secret"));
  clear_variables ();
}

static void
keep (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

/* Asks both ways and compares; returns the one answer, or NULL. */
static char *
ask (GProxyResolver *resolver, const char *uri, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) late = NULL;
  g_auto (GStrv) answer = g_proxy_resolver_lookup (resolver, uri, cancellable, error);
  g_auto (GStrv) again = NULL;

  g_proxy_resolver_lookup_async (resolver, uri, cancellable, keep, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  again = g_proxy_resolver_lookup_finish (resolver, result, &late);
  if (!answer)
    {
      g_assert_null (again);
      g_assert_true (g_error_matches (late, (*error)->domain, (*error)->code));
      return NULL;
    }
  g_assert_cmpuint (g_strv_length (answer), ==, 1);
  g_assert_true (g_strv_equal ((const char *const *)answer, (const char *const *)again));
  return g_strdup (answer[0]);
}

static void
test_resolver (void)
{
  static const char *const rows[][2] = {
    { "http://example.org/", "http://u%40:p@proxy.example:8080" },
    { "HTTP://example.org/", "http://u%40:p@proxy.example:8080" },
    { "http://www.past.example/", "direct://" },
    { "http://port.example/", "direct://" },
    { "http://port.example:81/", "http://u%40:p@proxy.example:8080" },
    { "https://port.example/", "socks5://[::1]:1080" },
    { "https://port.example:80/", "direct://" },
    { "https://[2001:db8::1]/", "direct://" },
    { "ftp://example.org/", "direct://" },
  };
  g_autoptr (GProxyResolver) resolver = G_PROXY_RESOLVER (tern_environment_proxy_resolver_new ());

  clear_variables ();
  g_assert_true (g_proxy_resolver_is_supported (resolver));
  g_setenv ("http_proxy", "http://u%40:p@proxy.example:8080/", TRUE);
  g_setenv ("https_proxy", "socks5h://[::1]", TRUE);
  g_setenv ("no_proxy", "past.example, port.example:80, 2001:db8::/32,", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *answer = ask (resolver, rows[i][0], NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (answer, ==, rows[i][1]);
    }
  clear_variables ();
}

static void
test_resolver_fails (void)
{
  g_autoptr (GProxyResolver) resolver = G_PROXY_RESOLVER (tern_environment_proxy_resolver_new ());
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  clear_variables ();
  g_cancellable_cancel (cancelled);
  g_assert_null (ask (resolver, "http://h/", cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (ask (resolver, "mailto:a", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_setenv ("http_proxy", "nonsense://u:secret@h", TRUE);
  g_assert_null (ask (resolver, "http://h/", NULL, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_PROXY_UNAVAILABLE);
  g_assert_null (strstr (error->message, "secret"));
  clear_variables ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proxy/properties", test_properties);
  g_test_add_func ("/proxy/defaults", test_defaults);
  g_test_add_func ("/proxy/credentials", test_credentials);
  g_test_add_func ("/proxy/bypass", test_bypass);
  g_test_add_func ("/proxy/route", test_route);
  g_test_add_func ("/proxy/route/refuses", test_route_refuses);
  g_test_add_func ("/proxy/route/headers", test_route_headers);
  g_test_add_func ("/proxy/route/key", test_route_key);
  g_test_add_func ("/proxy/environment/stamp", test_stamp);
  g_test_add_func ("/proxy/environment", test_environment);
  g_test_add_func ("/proxy/resolver", test_resolver);
  g_test_add_func ("/proxy/resolver/fails", test_resolver_fails);
  return g_test_run ();
}
