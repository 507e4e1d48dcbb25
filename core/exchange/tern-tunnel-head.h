/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a tunnel is asked for with, and the head of a CONNECT request put together from it. Pure. */
#pragma once

#include "base/tern-headers-private.h"
#include "base/tern-uri.h"
#include "http1/tern-http1-limits.h"

/* How many maps of fields may be given. */
#define TERN_TUNNEL_MAPS 3

/* All of it is borrowed while the tunnel is made; it keeps what it needs. */
typedef struct
{
  const char *proxy; /* its host, for messages */
  const char *host;  /* the target: a name, which goes through IDNA, or an IP literal */
  guint16 port;
  guint version; /* of HTTP: 10 or 11 */
  /* NULL for none; a field replaces those of its name in the maps before. A Host given there
   * replaces ours; what would frame a body, and Proxy-Connection, is never sent. */
  TernHeaders *fields[TERN_TUNNEL_MAPS];
  const char *user_agent; /* used where no map has one; NULL for none */
  TernHttp1Limits limits;
  gint64 idle_timeout; /* of the body of a refusal; 0 for none */
  gint64 deadline; /* the body of a refusal is not waited for past it; TERN_NEVER for none */
  TernUri *uri;    /* what the refusal says it is of; NULL: http://host:port/ */
  /* Told of each head as text; NULL for nobody. It outlives the tunnel. */
  void (*head) (gpointer data, gboolean is_sent, const char *text);
  gpointer data;
} TernTunnelPlan;

/* The target as a URI, after IDNA; INVALID_URL. */
TernUri *tern_tunnel_check_host (const char *host, guint16 port, GError **error);

/* "host:port", IPv6 in brackets. */
char *tern_tunnel_make_target (const char *host, guint16 port);

/* Errors: INVALID_URL, INVALID_HEADER. */
GByteArray *tern_tunnel_head_write (const TernTunnelPlan *plan, const char *target, GError **error);
