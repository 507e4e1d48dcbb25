/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client with a proxy: what the tests of both proxy files share. */
#pragma once

#include <tern/tern-proxy.h>

#include "ask.h"
#include "tern-origin-tunnel.h"
#include "tern-test-socks.h"

/* The client goes through a proxy on 127.0.0.1 (an HTTPS one is called localhost). */
TernProxy *proxied_use (Ask *ask, TernProxyType type, guint16 port);
/* The same for a proxy that was set up by the test. */
void proxied_set (Ask *ask, TernProxy *proxy);

/* A TernOrigin that answers CONNECT with tunnels and the rest by itself. */
TernOrigin *proxied_new_proxy (void);
/* An origin whose "/" is 200 "fine", with TLS where there are certificates. */
TernOrigin *proxied_new_origin (const TernTestCerts *certs);

/* The head of request number @i, whole. */
#define proxied_assert_head(origin, i, text)                                                       \
  proxied_assert_head_at (G_STRLOC, (origin), (i), (text))
void proxied_assert_head_at (const char *where, TernOrigin *origin, guint i, const char *text);
