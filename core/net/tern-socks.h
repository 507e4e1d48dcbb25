/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said to a SOCKS proxy and what it answers: SOCKS4, SOCKS4a, SOCKS5 (RFC 1928) without
 * authentication or with name and password (RFC 1929), CONNECT only. Pure: bytes in, bytes out. */
#pragma once

#include <glib.h>

typedef struct _TernSocks TernSocks;

/* All of it is borrowed while the talk is made. */
typedef struct
{
  guint version;    /* 4 or 5 */
  const char *host; /* the target: an IP literal goes as an address, a name is for the proxy to
                     * look up (in SOCKS4 that is SOCKS4a) */
  guint16 port;
  GBytes *user; /* NULL for none; SOCKS4 has no password */
  GBytes *password;
} TernSocksPlan;

/* Everything is checked here, before a byte is sent. Errors: INVALID_URL for a name of no byte, of
 * more than 255, or with one that no name has; PROXY_TUNNEL for an address that the version cannot
 * carry; PROXY_AUTH for a user or password that it cannot. */
TernSocks *tern_socks_new (const TernSocksPlan *plan, GError **error);
void tern_socks_free (TernSocks *self);

/* What is to be sent before the next reply can come; empty where nothing is (transfer none). */
GBytes *tern_socks_get_output (TernSocks *self);

/* How many bytes the next part of the reply has, at most TERN_SOCKS_MAX_NEED; 0: all is said, the
 * connection is the target's. */
gsize tern_socks_get_need (TernSocks *self);

/* Takes exactly as many bytes; afterwards there is new output and another need. FALSE: PROXY_TUNNEL
 * for a refusal and for what is no answer, PROXY_AUTH where it is about who we are. */
gboolean tern_socks_eat (TernSocks *self, const guint8 *reply, GError **error);

/* A name's length is one byte; the port follows it. */
#define TERN_SOCKS_MAX_NEED (255 + 2)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernSocks, tern_socks_free)
