/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chooses what is spoken with a proxy, and with which name or address. It must never give a proxy
 * the origin's name where the program wants to look it up itself, nor look it up where the program
 * wants it to stay unknown here. */
#include "exchange/tern-passage.h"

#include <arpa/inet.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "exchange/tern-tunnel.h"
#include "net/tern-socks-handshake.h"

struct _TernPassage
{
  TernRoute *route;
  TernUri *uri;
  TernLookup *lookup;
  TernLookupFunc lookup_func;
  gpointer lookup_data;
  /* For CONNECT. */
  TernHeaders *tunnel_fields;
  TernHeaders *(*tunnel_answer) (gpointer data, const char *target);
  gpointer tunnel_data;
  char *user_agent;
  TernHttp1Limits limits;
  gint64 idle_timeout;
  gint64 deadline;
  void (*head) (gpointer data, gboolean is_sent, const char *text);
  gpointer data;
  /* One of them, once it is prepared. */
  TernTunnel *tunnel;
  TernSocksHandshake *socks;
};

static gboolean
speaks_http (const TernRoute *route)
{
  return route->type == TERN_PROXY_HTTP || route->type == TERN_PROXY_HTTPS;
}

gboolean
tern_passage_is_absolute (const TernRoute *route, const TernUri *uri)
{
  return route && !uri->secure && speaks_http (route);
}

gboolean
tern_passage_is_needed (const TernRoute *route, const TernUri *uri)
{
  return route && (uri->secure || !speaks_http (route));
}

TernPassage *
tern_passage_new (const TernExchangeEnv *env, TernUri *uri, gint64 deadline)
{
  TernPassage *self = g_new0 (TernPassage, 1);

  self->route = tern_route_ref (env->route);
  self->uri = tern_uri_ref (uri);
  self->lookup_func = env->lookup;
  self->lookup_data = env->lookup_data;
  self->tunnel_fields = env->tunnel_fields ? tern_headers_ref (env->tunnel_fields) : NULL;
  self->tunnel_answer = env->tunnel_answer;
  self->tunnel_data = env->tunnel_data;
  self->user_agent = g_strdup (env->user_agent);
  self->limits = env->limits;
  self->idle_timeout = env->idle_timeout;
  self->deadline = deadline;
  self->head = env->head;
  self->data = env->data;
  return self;
}

void
tern_passage_free (TernPassage *self)
{
  g_clear_pointer (&self->lookup, tern_lookup_free);
  g_clear_pointer (&self->tunnel, tern_tunnel_free);
  g_clear_pointer (&self->socks, tern_socks_handshake_free);
  g_clear_pointer (&self->tunnel_fields, tern_headers_unref);
  g_free (self->user_agent);
  tern_uri_unref (self->uri);
  tern_route_unref (self->route);
  g_free (self);
}

/* An answer may be one to a target (RFC 7616 §3.4, uri): the one that is really sent. */
static void
find_answer (TernPassage *self, const char *host)
{
  g_autofree char *target = NULL;

  if (!self->tunnel_answer)
    return;
  target = tern_tunnel_make_target (host, self->uri->port);
  g_clear_pointer (&self->tunnel_fields, tern_headers_unref);
  self->tunnel_fields = self->tunnel_answer (self->tunnel_data, target);
}

static gboolean
plan_tunnel (TernPassage *self, const char *host, GError **error)
{
  TernTunnelPlan plan;

  find_answer (self, host);
  plan = (TernTunnelPlan){
    .proxy = self->route->host,
    .host = host,
    .port = self->uri->port,
    .version = 11,
    .fields = { self->route->headers, self->tunnel_fields },
    .user_agent = self->user_agent,
    .limits = self->limits,
    .idle_timeout = self->idle_timeout,
    .deadline = self->deadline,
    .uri = self->uri,
    .head = self->head,
    .data = self->data,
  };

  self->tunnel = tern_tunnel_new (&plan, error);
  return self->tunnel != NULL;
}

static gboolean
plan_socks (TernPassage *self, const char *host, GError **error)
{
  TernCredentials *credentials = self->route->credentials;
  GBytes *user = credentials ? tern_credentials_get_name (credentials) : NULL;
  GBytes *password = credentials ? tern_credentials_get_password (credentials) : NULL;
  const TernSocksPlan plan = {
    .version = self->route->type == TERN_PROXY_SOCKS4 ? 4 : 5,
    .host = host,
    .port = self->uri->port,
    .user = user,
    .password = password,
  };

  self->socks = tern_socks_handshake_new (&plan, error);
  return self->socks != NULL;
}

static char *
find_address (const GArray *found, sa_family_t family)
{
  char text[INET6_ADDRSTRLEN];

  for (guint i = 0; i < found->len; i++)
    {
      const TernAddress *address = &g_array_index (found, TernAddress, i);
      const void *bytes
          = family == AF_INET
                ? (const void *)&((const struct sockaddr_in *)&address->addr.any)->sin_addr
                : (const void *)&((const struct sockaddr_in6 *)&address->addr.any)->sin6_addr;

      if (address->addr.any.sa_family == family && inet_ntop (family, bytes, text, sizeof text))
        return g_strdup (text);
    }
  return NULL;
}

/* The one address that the proxy is told: it cannot try the others, and IPv4 is reached from
 * more proxies. SOCKS4 knows no other. */
static char *
choose_address (TernPassage *self, GError **error)
{
  const GArray *found = tern_lookup_get_addresses (self->lookup);
  char *address = find_address (found, AF_INET);

  if (!address && self->route->type != TERN_PROXY_SOCKS4)
    address = find_address (found, AF_INET6);
  if (!address)
    g_set_error (error, TERN_ERROR, TERN_ERROR_PROXY_TUNNEL,
                 _ ("%s has no IPv4 address, and SOCKS4 carries no other"), self->uri->host);
  return address;
}

static TernStep
look_up (TernPassage *self, char **host, TernWait *wait, GError **error)
{
  TernAddress literal;
  TernStep step;

  if (self->route->remote_dns
      || tern_address_from_literal (self->uri->host, self->uri->port, &literal))
    {
      *host = g_strdup (self->uri->host);
      return TERN_STEP_DONE;
    }
  if (!self->lookup)
    self->lookup
        = tern_lookup_new (self->uri->host, self->uri->port, self->lookup_func, self->lookup_data);
  step = tern_lookup_step (self->lookup, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  *host = choose_address (self, error);
  return *host ? TERN_STEP_DONE : TERN_STEP_FAILED;
}

TernStep
tern_passage_prepare (TernPassage *self, TernWait *wait, GError **error)
{
  g_autofree char *host = NULL;
  const TernStep step = look_up (self, &host, wait, error);
  gboolean is_fine;

  if (step != TERN_STEP_DONE)
    return step;
  is_fine = speaks_http (self->route) ? plan_tunnel (self, host, error)
                                      : plan_socks (self, host, error);
  return is_fine ? TERN_STEP_DONE : TERN_STEP_FAILED;
}

void
tern_passage_take_transport (TernPassage *self, TernTransport *transport)
{
  if (self->tunnel)
    tern_tunnel_take_transport (self->tunnel, transport);
  else
    tern_socks_handshake_take_transport (self->socks, transport);
}

TernStep
tern_passage_step (TernPassage *self, TernWait *wait, GError **error)
{
  if (self->tunnel)
    return tern_tunnel_step (self->tunnel, wait, error);
  return tern_socks_handshake_step (self->socks, wait, error);
}

guint64
tern_passage_count_moved (TernPassage *self)
{
  if (self->tunnel)
    return tern_tunnel_count_moved (self->tunnel);
  return self->socks ? tern_socks_handshake_count_moved (self->socks) : 0;
}

gboolean
tern_passage_is_refused (TernPassage *self)
{
  return self->tunnel && tern_tunnel_is_refused (self->tunnel);
}

TernTransport *
tern_passage_steal_transport (TernPassage *self)
{
  if (self->tunnel)
    return tern_tunnel_steal_transport (self->tunnel);
  return tern_socks_handshake_steal_transport (self->socks);
}

TernResponse *
tern_passage_steal_refusal (TernPassage *self)
{
  return self->tunnel ? tern_tunnel_steal_refusal (self->tunnel) : NULL;
}
