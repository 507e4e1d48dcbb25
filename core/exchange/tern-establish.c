/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The states of a connection that is made; in brackets what only some have:
 *
 *   [PREPARE] ──> DIAL ──> [PROXY_TLS] ──> [PASSAGE] ──> [TLS] ──> DONE
 *                                              └─ refused ──────────┘
 *
 * DIAL is left to a connector where there is one. With a proxy it is the proxy that is dialed;
 * PREPARE and PASSAGE are for what has to be said to it. A proxy that cannot be had is an error and
 * never a direct connection. */
#include "exchange/tern-establish.h"

#include <gio/gio.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "exchange/tern-deadline.h"
#include "exchange/tern-passage.h"
#include "net/tern-dialer.h"

typedef enum
{
  STATE_PREPARE,
  STATE_DIAL,
  STATE_PROXY_TLS,
  STATE_PASSAGE,
  STATE_TLS,
  STATE_DONE,
} State;

/* Whom TLS is spoken with. */
typedef struct
{
  gboolean is_wanted;
  const char *host;
  guint16 port;
  char *ticket_key;
  TernTlsIdentity *identity; /* NULL for none */
} Peer;

struct _TernEstablish
{
  State state;
  TernUri *uri;
  TernRoute *route; /* NULL: direct */
  TernTlsSettings *tls;
  Peer origin;
  Peer proxy;
  gboolean is_prepared; /* TLS, for both */
  TernTlsAskFunc ask;   /* NULL where nobody listens */
  gpointer ask_data;
  TernDialer *dialer;
  TernPassage *passage; /* NULL where none is needed */
  TernTlsHandshake *handshake;
  TernTransport *transport;
  gint64 deadline;
  gint64 total_deadline; /* never before the one above */
  gint64 idle_timeout;   /* 0 is none */
  gint64 idle_at; /* when the network was silent for too long; 0 while it is not waited for */
  State was;      /* the state of the step before */
  TernPhase phase;
  guint64 moved; /* bytes of the talk by then */
  gint64 begun;  /* the state that is measured */
};

static void
choose_peers (TernEstablish *self, const TernExchangeEnv *env, const char *ticket_key)
{
  const TernRoute *route = self->route;
  const char *partition = env->partition;

  self->origin
      = (Peer){ self->uri->secure, self->uri->host, self->uri->port, g_strdup (ticket_key), NULL };
  if (!route || route->type != TERN_PROXY_HTTPS)
    return;
  /* The name has "//" in it, so no origin has the same key. */
  self->proxy = (Peer){ TRUE, route->host, route->port,
                        g_strdup_printf ("%s c%u%s%s", route->name, env->connector_serial,
                                         partition ? "\n" : "", partition ? partition : ""),
                        NULL };
}

/* The proxy is dialed like an origin, or a connector is asked for it. */
static void
choose_dialer (TernEstablish *self, const TernExchangeEnv *env)
{
  const TernRoute *route = self->route;
  const char *host = route ? route->host : self->uri->host;
  const guint16 port = route ? route->port : self->uri->port;
  const char *scheme = self->uri->secure ? "https" : "http";

  if (!env->connector)
    {
      self->dialer = tern_dialer_new (host, port, env->lookup, env->lookup_data);
      if (env->source)
        tern_dialer_set_source (self->dialer, env->source);
      return;
    }
  if (route)
    scheme = tern_route_get_scheme (route->type);
  if (g_str_has_prefix (scheme, "socks"))
    scheme = "socks";
  self->dialer = tern_dialer_new_connector (env->connector, scheme, host, port);
}

TernEstablish *
tern_establish_new (const TernExchangeEnv *env, TernUri *uri, const char *ticket_key)
{
  TernEstablish *self = g_new0 (TernEstablish, 1);

  self->uri = tern_uri_ref (uri);
  self->route = env->route ? tern_route_ref (env->route) : NULL;
  choose_peers (self, env, ticket_key);
  if (self->origin.is_wanted || self->proxy.is_wanted)
    self->tls = tern_tls_settings_ref (env->tls);
  self->ask = env->certificate_error;
  self->ask_data = env->data;
  self->deadline = self->total_deadline = env->total_deadline;
  self->idle_timeout = env->idle_timeout;
  if (env->connect_timeout > 0)
    self->deadline = MIN (self->deadline, g_get_monotonic_time () + env->connect_timeout);
  choose_dialer (self, env);
  if (tern_passage_is_needed (env->route, uri))
    self->passage = tern_passage_new (env, uri, self->deadline);
  self->state = self->passage ? STATE_PREPARE : STATE_DIAL;
  return self;
}

static void
peer_clear (Peer *peer)
{
  g_clear_pointer (&peer->identity, tern_tls_identity_unref);
  g_free (peer->ticket_key);
}

void
tern_establish_free (TernEstablish *self)
{
  g_clear_pointer (&self->dialer, tern_dialer_free);
  g_clear_pointer (&self->passage, tern_passage_free);
  g_clear_pointer (&self->handshake, tern_tls_handshake_free);
  g_clear_pointer (&self->transport, tern_transport_free);
  g_clear_pointer (&self->tls, tern_tls_settings_unref);
  g_clear_pointer (&self->route, tern_route_unref);
  peer_clear (&self->origin);
  peer_clear (&self->proxy);
  tern_uri_unref (self->uri);
  g_free (self);
}

TernPhase
tern_establish_get_phase (TernEstablish *self)
{
  if (self->state == STATE_TLS)
    return TERN_PHASE_TLS;
  if (self->state == STATE_PREPARE
      || (self->state == STATE_DIAL && tern_dialer_get_phase (self->dialer) == TERN_DIAL_RESOLVE))
    return TERN_PHASE_RESOLVE;
  return TERN_PHASE_CONNECT;
}

/* Whether what the states from DIAL to PASSAGE do is done with a proxy. */
static gboolean
is_at_proxy (TernEstablish *self)
{
  return self->route && self->state >= STATE_DIAL && self->state <= STATE_PASSAGE;
}

/* The page of a refusal has a clock of its own. */
static gboolean
has_own_clock (TernEstablish *self)
{
  return self->state == STATE_PASSAGE && tern_passage_is_refused (self->passage);
}

static guint64
count_moved (TernEstablish *self)
{
  if (self->handshake)
    return tern_tls_handshake_count_moved (self->handshake);
  return self->state == STATE_PASSAGE ? tern_passage_count_moved (self->passage) : 0;
}

/* The idle clock: it begins anew with each state, with each phase of dialing and with each byte of
 * a talk. Looking up a name is no network of ours. */
static void
wind_idle_clock (TernEstablish *self, TernWait *wait)
{
  const TernPhase phase = tern_establish_get_phase (self);
  const guint64 moved = count_moved (self);

  if (self->idle_timeout == 0 || phase == TERN_PHASE_RESOLVE || has_own_clock (self))
    return;
  if (self->state != self->was || phase != self->phase || moved != self->moved)
    self->idle_at = g_get_monotonic_time () + self->idle_timeout;
  self->was = self->state;
  self->phase = phase;
  self->moved = moved;
  tern_wait_add_deadline (wait, self->idle_at);
}

/* --- the states ------------------------------------------------------------------------------ */

/* On to the next state that this connection has. */
static void
advance (TernEstablish *self)
{
  const gboolean is_wanted[] = {
    [STATE_DIAL] = TRUE,
    [STATE_PROXY_TLS] = self->proxy.is_wanted,
    [STATE_PASSAGE] = self->passage != NULL,
    [STATE_TLS] = self->origin.is_wanted,
    [STATE_DONE] = TRUE,
  };

  do
    self->state++;
  while (!is_wanted[self->state]);
  self->begun = 0;
}

/* How long the state has taken. */
static gint64
get_spent (TernEstablish *self)
{
  return g_get_monotonic_time () - self->begun;
}

static gboolean
find_identity (TernEstablish *self, Peer *peer, GError **error)
{
  return !peer->is_wanted
         || tern_tls_settings_find_identity (self->tls, peer->host, peer->port, &peer->identity,
                                             error);
}

/* What cannot be used is found before a packet is sent. */
static gboolean
prepare_tls (TernEstablish *self, GError **error)
{
  if (self->tls && !self->is_prepared)
    self->is_prepared = tern_tls_settings_load (self->tls, error)
                        && find_identity (self, &self->proxy, error)
                        && find_identity (self, &self->origin, error);
  return !self->tls || self->is_prepared;
}

static TernStep
step_prepare (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  TernStep step;

  if (!prepare_tls (self, error))
    return TERN_STEP_FAILED;
  step = tern_passage_prepare (self->passage, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  timings->resolve = get_spent (self);
  advance (self);
  return TERN_STEP_DONE;
}

static TernStep
step_dial (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  TernStep step;

  if (!prepare_tls (self, error))
    return TERN_STEP_FAILED;
  step = tern_dialer_step (self->dialer, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  timings->resolve += tern_dialer_get_resolve_time (self->dialer);
  timings->connect = tern_dialer_get_connect_time (self->dialer);
  self->transport = tern_dialer_steal_transport (self->dialer);
  advance (self);
  g_clear_pointer (&self->dialer, tern_dialer_free);
  return TERN_STEP_DONE;
}

/* A person may take their time over it: it is not the network that was slow. */
static gboolean
ask (gpointer data, GPtrArray *chain, GTlsCertificateFlags errors)
{
  TernEstablish *self = data;
  const gint64 start = g_get_monotonic_time ();
  const gboolean yes = self->ask (self->ask_data, chain, errors);
  const gint64 spent = g_get_monotonic_time () - start;

  if (self->deadline < self->total_deadline)
    self->deadline = MIN (self->deadline + spent, self->total_deadline);
  if (self->idle_at != 0)
    self->idle_at += spent;
  return yes;
}

static void
begin_handshake (TernEstablish *self, const Peer *peer)
{
  self->handshake = tern_tls_handshake_new (self->tls, g_steal_pointer (&self->transport),
                                            peer->host, peer->ticket_key);
  tern_tls_handshake_set_identity (self->handshake, peer->identity);
  /* Nobody is asked about a proxy's: who listens decides about origins. */
  if (self->ask && peer == &self->origin)
    tern_tls_handshake_set_ask (self->handshake, ask, self);
}

static TernStep
shake_hands (TernEstablish *self, const Peer *peer, TernWait *wait, GError **error)
{
  TernStep step;

  if (!self->handshake)
    begin_handshake (self, peer);
  /* Before the first read, which may block until then. */
  wind_idle_clock (self, wait);
  step = tern_tls_handshake_step (self->handshake, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  self->transport = tern_tls_handshake_steal_transport (self->handshake);
  g_clear_pointer (&self->handshake, tern_tls_handshake_free);
  return TERN_STEP_DONE;
}

static TernStep
step_proxy_tls (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  const TernStep step = shake_hands (self, &self->proxy, wait, error);

  if (step != TERN_STEP_DONE)
    return step;
  timings->connect += get_spent (self);
  advance (self);
  return TERN_STEP_DONE;
}

static TernStep
step_passage (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  TernStep step;

  if (self->transport)
    tern_passage_take_transport (self->passage, g_steal_pointer (&self->transport));
  wind_idle_clock (self, wait);
  step = tern_passage_step (self->passage, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  timings->connect += get_spent (self);
  self->transport = tern_passage_steal_transport (self->passage);
  advance (self);
  if (!self->transport)
    self->state = STATE_DONE;
  return TERN_STEP_DONE;
}

static TernStep
step_tls (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  const TernStep step = shake_hands (self, &self->origin, wait, error);

  if (step != TERN_STEP_DONE)
    return step;
  timings->tls = get_spent (self);
  advance (self);
  return TERN_STEP_DONE;
}

static TernStep
establish (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  static TernStep (*const steps[]) (TernEstablish *, TernTimings *, TernWait *, GError **) = {
    [STATE_PREPARE] = step_prepare, [STATE_DIAL] = step_dial, [STATE_PROXY_TLS] = step_proxy_tls,
    [STATE_PASSAGE] = step_passage, [STATE_TLS] = step_tls,
  };
  TernStep step = TERN_STEP_DONE;

  while (step == TERN_STEP_DONE && self->state != STATE_DONE)
    {
      if (self->begun == 0)
        self->begun = g_get_monotonic_time ();
      step = steps[self->state](self, timings, wait, error);
    }
  return step;
}

static gboolean
is_late (gint64 deadline)
{
  return deadline != TERN_NEVER && deadline != 0 && g_get_monotonic_time () >= deadline;
}

static TernStep
establish_in_time (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  TernStep step;

  if (is_late (self->deadline) && !has_own_clock (self))
    {
      tern_deadline_set_error (error, tern_establish_get_phase (self), self->uri->host);
      return TERN_STEP_FAILED;
    }
  tern_wait_add_deadline (wait, self->deadline);
  wind_idle_clock (self, wait);
  step = establish (self, timings, wait, error);
  if (step != TERN_STEP_WAIT)
    return step;
  /* The phase may be another by now, and bytes may have moved. */
  wind_idle_clock (self, wait);
  if (has_own_clock (self) || (!is_late (self->deadline) && !is_late (self->idle_at)))
    return step;
  tern_deadline_set_error (error, tern_establish_get_phase (self), self->uri->host);
  return TERN_STEP_FAILED;
}

/* What goes wrong on the way names the proxy; one whose name is not known cannot be used, which is
 * another matter than an origin that does not exist. */
static void
blame_proxy (TernEstablish *self, GError *cause, GError **error)
{
  if (tern_establish_get_phase (self) == TERN_PHASE_RESOLVE
      && g_error_matches (cause, TERN_ERROR, TERN_ERROR_SERVER_NOT_FOUND))
    cause->code = TERN_ERROR_PROXY_UNAVAILABLE;
  g_propagate_prefixed_error (error, cause, _ ("While connecting to proxy %s: "),
                              self->route->name);
}

TernStep
tern_establish_step (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  GError *cause = NULL;
  const TernStep step = establish_in_time (self, timings, wait, &cause);

  if (cause && is_at_proxy (self))
    blame_proxy (self, cause, error);
  else if (cause)
    g_propagate_error (error, cause);
  return step;
}

TernTransport *
tern_establish_steal_transport (TernEstablish *self)
{
  return g_steal_pointer (&self->transport);
}

TernResponse *
tern_establish_steal_refusal (TernEstablish *self)
{
  return self->passage ? tern_passage_steal_refusal (self->passage) : NULL;
}
