/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dialing (or asking a connector) and the TLS handshake as one step. A proxy's tunnel will stand
 * between the two. */
#include "exchange/tern-establish.h"

#include "exchange/tern-deadline.h"
#include "net/tern-dialer.h"

typedef enum
{
  STATE_DIAL,
  STATE_TLS,
  STATE_DONE,
} State;

struct _TernEstablish
{
  State state;
  TernUri *uri;
  char *ticket_key;
  TernTlsSettings *tls;
  TernTlsIdentity *identity; /* NULL for none */
  gboolean is_prepared;      /* both of them */
  TernTlsAskFunc ask;        /* NULL where nobody listens */
  gpointer ask_data;
  TernDialer *dialer;
  TernTlsHandshake *handshake;
  TernTransport *transport;
  gint64 deadline;
  gint64 total_deadline; /* never before the one above */
  gint64 idle_timeout; /* 0 is none */
  gint64 idle_at;      /* when the network was silent for too long; 0 while it is not waited for */
  TernPhase phase;     /* of the step before */
  guint64 moved;       /* bytes of the handshake by then */
  gint64 tls_start;
};

TernEstablish *
tern_establish_new (const TernExchangeEnv *env, TernUri *uri, const char *ticket_key)
{
  TernEstablish *self = g_new0 (TernEstablish, 1);

  self->uri = tern_uri_ref (uri);
  self->ticket_key = g_strdup (ticket_key);
  if (uri->secure)
    self->tls = tern_tls_settings_ref (env->tls);
  self->ask = env->certificate_error;
  self->ask_data = env->data;
  self->deadline = self->total_deadline = env->total_deadline;
  self->idle_timeout = env->idle_timeout;
  if (env->connect_timeout > 0)
    self->deadline = MIN (self->deadline, g_get_monotonic_time () + env->connect_timeout);
  if (env->connector)
    self->dialer = tern_dialer_new_connector (env->connector, uri->secure ? "https" : "http",
                                              uri->host, uri->port);
  else
    self->dialer = tern_dialer_new (uri->host, uri->port, env->lookup, env->lookup_data);
  return self;
}

void
tern_establish_free (TernEstablish *self)
{
  g_clear_pointer (&self->dialer, tern_dialer_free);
  g_clear_pointer (&self->handshake, tern_tls_handshake_free);
  g_clear_pointer (&self->transport, tern_transport_free);
  g_clear_pointer (&self->tls, tern_tls_settings_unref);
  g_clear_pointer (&self->identity, tern_tls_identity_unref);
  tern_uri_unref (self->uri);
  g_free (self->ticket_key);
  g_free (self);
}

TernPhase
tern_establish_get_phase (TernEstablish *self)
{
  if (self->state == STATE_TLS)
    return TERN_PHASE_TLS;
  if (self->dialer && tern_dialer_get_phase (self->dialer) == TERN_DIAL_RESOLVE)
    return TERN_PHASE_RESOLVE;
  return TERN_PHASE_CONNECT;
}

/* The idle clock: it begins anew with each phase and with each byte of the handshake. Looking up a
 * name is no network of ours. */
static void
wind_idle_clock (TernEstablish *self, TernWait *wait)
{
  const TernPhase phase = tern_establish_get_phase (self);
  const guint64 moved = self->handshake ? tern_tls_handshake_count_moved (self->handshake) : 0;

  if (self->idle_timeout == 0 || phase == TERN_PHASE_RESOLVE)
    return;
  if (phase != self->phase || moved != self->moved)
    self->idle_at = g_get_monotonic_time () + self->idle_timeout;
  self->phase = phase;
  self->moved = moved;
  tern_wait_add_deadline (wait, self->idle_at);
}

/* What cannot be used is found before a packet is sent. */
static gboolean
prepare_tls (TernEstablish *self, GError **error)
{
  if (self->tls && !self->is_prepared)
    self->is_prepared = tern_tls_settings_load (self->tls, error)
                        && tern_tls_settings_find_identity (self->tls, self->uri->host,
                                                            self->uri->port, &self->identity,
                                                            error);
  return !self->tls || self->is_prepared;
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
  timings->resolve = tern_dialer_get_resolve_time (self->dialer);
  timings->connect = tern_dialer_get_connect_time (self->dialer);
  self->transport = tern_dialer_steal_transport (self->dialer);
  g_clear_pointer (&self->dialer, tern_dialer_free);
  self->state = self->tls ? STATE_TLS : STATE_DONE;
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
begin_handshake (TernEstablish *self)
{
  self->tls_start = g_get_monotonic_time ();
  self->handshake = tern_tls_handshake_new (self->tls, g_steal_pointer (&self->transport),
                                            self->uri->host, self->ticket_key);
  tern_tls_handshake_set_identity (self->handshake, self->identity);
  if (self->ask)
    tern_tls_handshake_set_ask (self->handshake, ask, self);
}

static TernStep
step_tls (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  TernStep step;

  if (!self->handshake)
    begin_handshake (self);
  /* Before the first read, which may block until then. */
  wind_idle_clock (self, wait);
  step = tern_tls_handshake_step (self->handshake, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  timings->tls = g_get_monotonic_time () - self->tls_start;
  self->transport = tern_tls_handshake_steal_transport (self->handshake);
  g_clear_pointer (&self->handshake, tern_tls_handshake_free);
  self->state = STATE_DONE;
  return TERN_STEP_DONE;
}

static TernStep
establish (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  static TernStep (*const steps[]) (TernEstablish *, TernTimings *, TernWait *, GError **) = {
    [STATE_DIAL] = step_dial,
    [STATE_TLS] = step_tls,
  };
  TernStep step = TERN_STEP_DONE;

  while (step == TERN_STEP_DONE && self->state != STATE_DONE)
    step = steps[self->state](self, timings, wait, error);
  return step;
}

static gboolean
is_late (gint64 deadline)
{
  return deadline != TERN_NEVER && deadline != 0 && g_get_monotonic_time () >= deadline;
}

TernStep
tern_establish_step (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  TernStep step;

  if (is_late (self->deadline))
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
  if (!is_late (self->deadline) && !is_late (self->idle_at))
    return step;
  tern_deadline_set_error (error, tern_establish_get_phase (self), self->uri->host);
  return TERN_STEP_FAILED;
}

TernTransport *
tern_establish_steal_transport (TernEstablish *self)
{
  return g_steal_pointer (&self->transport);
}
