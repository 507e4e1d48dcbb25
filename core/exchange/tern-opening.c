/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an origin to a leased connection: ask the pool, wait for a turn, dial. It never sends a byte
 * of the request. */
#include "exchange/tern-opening.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "exchange/tern-deadline.h"
#include "exchange/tern-exchange-log.h"
#include "exchange/tern-passage.h"

/* A key is the origin, the TLS settings and the partition; this is enough for nearly every one. */
#define KEY_ROOM 320

void
tern_opening_init (TernOpening *self,
                   const TernExchangeEnv *env,
                   TernUri *uri,
                   gboolean fresh,
                   const char *own_authorization)
{
  *self = (TernOpening){
    .env = env, .uri = uri, .fresh = fresh, .own_authorization = own_authorization
  };
}

void
tern_opening_clear (TernOpening *self)
{
  g_clear_pointer (&self->ticket, tern_ticket_free);
  g_clear_pointer (&self->establish, tern_establish_free);
  g_clear_object (&self->refusal);
  if (self->lease)
    tern_lease_release (g_steal_pointer (&self->lease), FALSE, g_get_monotonic_time ());
}

TernTransport *
tern_opening_get_transport (TernOpening *self)
{
  return self->lease ? tern_lease_get_transport (self->lease) : NULL;
}

TernResponse *
tern_opening_steal_refusal (TernOpening *self)
{
  return g_steal_pointer (&self->refusal);
}

TernLease *
tern_opening_steal_lease (TernOpening *self)
{
  return g_steal_pointer (&self->lease);
}

/* What else tells connections through a proxy apart: the proxy, and what the program itself told it
 * with CONNECT. Requests in absolute form all share the connections to the proxy. */
static char *
make_routed_key (TernOpening *self)
{
  const TernExchangeEnv *env = self->env;
  const TernRoute *route = env->route;
  const char *partition = env->partition;
  const gboolean absolute = tern_passage_is_absolute (route, self->uri);
  const gboolean has_tls = absolute ? route->type == TERN_PROXY_HTTPS
                                    : self->uri->secure || route->type == TERN_PROXY_HTTPS;
  g_autofree char *own = NULL;

  if (!absolute && self->own_authorization)
    own = g_compute_checksum_for_string (G_CHECKSUM_SHA256, self->own_authorization, -1);
  return g_strdup_printf ("%c%u c%u %s\t%s %s%s%s",
                          absolute            ? 'p'
                          : self->uri->secure ? 't'
                                              : 'u',
                          has_tls ? env->tls_serial : 0, env->connector_serial,
                          absolute ? "" : self->uri->authority, route->key, own ? own : "",
                          partition ? "\n" : "", partition ? partition : "");
}

/* "s1 host:port", with a connector's number before it and the partition behind a byte that no
 * authority has. */
static char *
make_key (TernOpening *self, char *room, gsize size)
{
  const char *partition = self->env->partition;
  const guint connector = self->env->connector_serial;
  const gsize len = strlen (self->uri->authority);
  char made_by[16] = "";

  if (self->env->route)
    return make_routed_key (self);
  if (connector == 0 && !partition && !self->uri->secure && len + 2 < size)
    {
      room[0] = 'h';
      memcpy (room + 1, self->uri->authority, len + 1);
      return NULL;
    }
  if (connector != 0)
    g_snprintf (made_by, sizeof made_by, "c%u ", connector);
  return g_strdup_printf ("%s%c%u %s%s%s", made_by, self->uri->secure ? 's' : 'h',
                          self->uri->secure ? self->env->tls_serial : 0, self->uri->authority,
                          partition ? "\n" : "", partition ? partition : "");
}

/* Of what the key is made of, so the same for the same key. */
static guint
make_hash (TernOpening *self)
{
  const TernExchangeEnv *env = self->env;
  guint hash = self->uri->hash;

  if (env->route)
    hash = env->route->hash + (tern_passage_is_absolute (env->route, self->uri) ? 0 : hash);
  return hash + (env->partition ? g_str_hash (env->partition) : 0);
}

/* A kept connection, the right to dial, or a place in the queue. */
static void
ask_pool (TernOpening *self, gint64 now)
{
  const TernExchangeEnv *env = self->env;
  char room[KEY_ROOM];
  g_autofree char *long_key = make_key (self, room, sizeof room);
  const char *key = long_key ? long_key : room;
  const guint hash = make_hash (self);

  self->lease = tern_pool_try (env->pool, key, hash, self->fresh, now);
  if (!self->lease)
    self->ticket = tern_ticket_new (env->pool, key, hash, self->fresh);
}

/* The idle clock stands still in the queue: no network is waited for. */
static TernStep
wait_for_turn (TernOpening *self, TernWait *wait, GError **error)
{
  const gint64 until = self->env->total_deadline;
  const gint64 now = g_get_monotonic_time ();
  TernStep step;

  wait->may_block = FALSE;
  if (until != TERN_NEVER && now >= until)
    {
      tern_deadline_set_error (error, TERN_PHASE_QUEUE, self->uri->host);
      return TERN_STEP_FAILED;
    }
  tern_wait_add_deadline (wait, until);
  step = tern_ticket_step (self->ticket, now, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  self->lease = tern_ticket_steal_lease (self->ticket);
  g_clear_pointer (&self->ticket, tern_ticket_free);
  return TERN_STEP_DONE;
}

TernStep
tern_opening_lease (TernOpening *self, gint64 now, TernWait *wait, GError **error)
{
  if (!self->lease && !self->ticket)
    ask_pool (self, now);
  return self->lease ? TERN_STEP_DONE : wait_for_turn (self, wait, error);
}

/* A server that answers before it was asked is not to be believed (RFC 9112 §9.3); one that closed
 * is only gone, and another connection may do better. */
static TernStep
fail_noise (TernOpening *self, TernPhase *phase, TernWait *wait, GError **error)
{
  const char *host = tern_passage_is_absolute (self->env->route, self->uri) ? self->env->route->host
                                                                            : self->uri->host;
  char byte;
  gsize n = 0;
  TernStep step;

  wait->may_block = FALSE;
  step = tern_transport_read (tern_opening_get_transport (self), &byte, 1, &n, wait, error);
  if (step == TERN_STEP_FAILED)
    return step;
  if (step == TERN_STEP_WAIT)
    return TERN_STEP_DONE; /* it was the TLS layer's own business */
  if (n == 0)
    g_set_error (error, TERN_ERROR, TERN_ERROR_REMOTE_DISCONNECTED,
                 _ ("%s closed the connection without an answer"), host);
  else
    {
      *phase = TERN_PHASE_WAIT;
      g_set_error (error, TERN_ERROR, TERN_ERROR_BAD_FRAMING,
                   _ ("%s sent something before it was asked"), host);
    }
  return TERN_STEP_FAILED;
}

static TernEstablish *
begin (TernOpening *self)
{
  const char *partition = self->env->partition;
  const TernRoute *route = self->env->route;
  /* Resuming what began on another way would tell the origin that it is the same client. */
  g_autofree char *ticket_key = g_strdup_printf (
      "%s c%u\t%s%s%s", self->uri->authority, self->env->connector_serial,
      route ? route->key : "", partition ? "\n" : "", partition ? partition : "");

  return tern_establish_new (self->env, self->uri, ticket_key);
}

TernStep
tern_opening_establish (
    TernOpening *self, TernTimings *timings, TernPhase *phase, TernWait *wait, GError **error)
{
  TernTransport *transport;
  TernStep step;

  if (!self->establish)
    {
      tern_exchange_log_connect (self->env, self->uri);
      self->establish = begin (self);
    }
  step = tern_establish_step (self->establish, timings, wait, error);
  *phase = tern_establish_get_phase (self->establish);
  if (step != TERN_STEP_DONE)
    return step;
  transport = tern_establish_steal_transport (self->establish);
  self->refusal = tern_establish_steal_refusal (self->establish);
  g_clear_pointer (&self->establish, tern_establish_free);
  if (!transport)
    {
      tern_lease_release (g_steal_pointer (&self->lease), FALSE, g_get_monotonic_time ());
      return TERN_STEP_DONE;
    }
  tern_lease_set_transport (self->lease, transport);
  tern_exchange_log_connected (self->env, transport);
  return tern_transport_is_quiet (transport) ? TERN_STEP_DONE
                                             : fail_noise (self, phase, wait, error);
}
