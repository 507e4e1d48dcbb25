/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An HTTP proxy that a test can lock: it opens tunnels, and answers what comes in absolute form
 * itself. It must never forward a request: what reaches an origin came through a tunnel, or
 * directly. */

#pragma once

#include "tern-origin.h"

G_BEGIN_DECLS

#define RELAY_USER "Basic dXNlcjpzZWNyZXQ=" /* user:secret */
#define RELAY_ASK "Proxy-Authenticate: Basic realm=\"relay\"\r\n"

typedef struct
{
  TernOrigin *origin; /* its log is that of what the proxy was told */
  const char *key;    /* the right Proxy-Authorization; NULL: everybody may */
  guint refusal;      /* the status of every CONNECT; 0: they are opened */
} Relay;

/* An absolute target with "?to=URI" is answered with a redirect there, else with 200 and the
 * target. */
void relay_init (Relay *self);
void relay_clear (Relay *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Relay, relay_clear)

/* "http://USERINFO@127.0.0.1:PORT"; @userinfo NULL for none. */
char *relay_uri (Relay *self, const char *userinfo);

/* What was asked since the last time: "METHOD target Proxy-Authorization" of each request with " |
 * " between them; "-" is none. */
#define relay_assert_asked(self, asked) relay_assert_asked_at (G_STRLOC, (self), (asked))
void relay_assert_asked_at (const char *where, Relay *self, const char *asked);

/* No head that @origin saw has a Proxy-Authorization, or any word of this secret. */
#define origin_assert_untold(origin) origin_assert_untold_at (G_STRLOC, (origin))
void origin_assert_untold_at (const char *where, TernOrigin *origin);

G_END_DECLS
