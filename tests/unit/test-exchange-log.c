/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an exchange says of its connection, and through which proxy, to who listens. */
#include "exchange/tern-exchange-log.h"

#include <gio/gio.h>

static void
gather (gpointer data, TernLogEvent event, const char *text)
{
  g_string_append_printf (data, "%d %s\n", event, text);
}

static void
tell_all (const TernExchangeEnv *env)
{
  g_autoptr (TernUri) uri = tern_uri_parse ("http://u:SECRET@[::1]:81/", NULL);
  g_autoptr (GError) error
      = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "via http://u:SECRET@proxy/\n");
  const TernTimings timings
      = { .queue = 1, .resolve = 2, .connect = 3, .tls = 4, .send = 5, .wait = 6 };

  tern_exchange_log_connect (env, uri);
  tern_exchange_log_connect_failed (env, uri, error);
  tern_exchange_log_reused (env, uri);
  tern_exchange_log_phase (env, TERN_PHASE_QUEUE);
  tern_exchange_log_phase (env, TERN_PHASE_RECEIVE);
  tern_exchange_log_end (env, &timings, 0);
  tern_exchange_log_end (env, &timings, 7);
}

static void
test_texts (void)
{
  g_autoptr (TernProxy) proxy = tern_proxy_new (TERN_PROXY_SOCKS5, "proxy.example", 1080);
  g_autoptr (TernRoute) route = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  TernExchangeEnv env = { .log = gather, .data = seen };

  tern_proxy_set_credentials (proxy, "name", "SECRET");
  route = tern_route_new (proxy, NULL);
  env.route = route;
  tell_all (&env);
  g_assert_cmpstr (seen->str, ==,
                   "0 (::1, 81)\n2 socks5://proxy.example:1080\n"
                   "1 (::1, 81) via http://***@proxy/\\n\n12 kept connection to (::1, 81)\n"
                   "16 queue\n16 receive\n"
                   "14 queue 1, resolve 2, connect 3, tls 4, send 5, wait 6 microseconds\n"
                   "13 7 bytes sent\n"
                   "14 queue 1, resolve 2, connect 3, tls 4, send 5, wait 6 microseconds\n");
}

/* Nobody listens: nothing is made, and nothing is called. */
static void
test_nobody (void)
{
  const TernExchangeEnv env = { .log = NULL };

  tell_all (&env);
  tern_exchange_log_connected (&env, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange-log/texts", test_texts);
  g_test_add_func ("/exchange-log/nobody", test_nobody);
  return g_test_run ();
}
