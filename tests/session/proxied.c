/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fixtures of the proxy tests. */
#include "proxied.h"

void
proxied_set (Ask *ask, TernProxy *proxy)
{
  tern_client_set_proxy (ask->client, proxy);
}

TernProxy *
proxied_use (Ask *ask, TernProxyType type, guint16 port)
{
  TernProxy *proxy
      = tern_proxy_new (type, type == TERN_PROXY_HTTPS ? "localhost" : "127.0.0.1", port);

  proxied_set (ask, proxy);
  return proxy;
}

TernOrigin *
proxied_new_proxy (void)
{
  TernOrigin *proxy = tern_origin_new ();

  tern_origin_add_proxy (proxy);
  return proxy;
}

TernOrigin *
proxied_new_origin (const TernTestCerts *certs)
{
  TernOrigin *origin
      = certs ? tern_origin_new_tls (certs, TERN_TEST_CERT_SERVER, NULL, 0) : tern_origin_new ();

  tern_origin_add_reply (origin, "/", 200, NULL, "fine");
  return origin;
}

void
proxied_assert_head_at (const char *where, TernOrigin *origin, guint i, const char *text)
{
  g_autoptr (TernOriginRequest) request = tern_origin_get_request (origin, i);

  tern_test_assert_bytes_at (where, tern_origin_request_head (request), -1, text, -1);
}
