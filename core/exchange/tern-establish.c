/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dialing and the TLS handshake as one step. A proxy's tunnel will stand between the two. */
#include "exchange/tern-establish.h"

#include "exchange/tern-deadline.h"
#include "net/tern-dialer.h"

struct _TernEstablish
{
  TernUri *uri;
  char *ticket_key;
  TernTlsSettings *tls;
  TernDialer *dialer;
  TernTlsHandshake *handshake;
  TernTransport *transport;
  gint64 deadline;
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
  self->deadline = env->total_deadline;
  if (env->connect_timeout > 0)
    self->deadline = MIN (self->deadline, g_get_monotonic_time () + env->connect_timeout);
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
  tern_uri_unref (self->uri);
  g_free (self->ticket_key);
  g_free (self);
}

TernPhase
tern_establish_get_phase (TernEstablish *self)
{
  if (self->handshake)
    return TERN_PHASE_TLS;
  if (self->dialer && tern_dialer_get_phase (self->dialer) == TERN_DIAL_RESOLVE)
    return TERN_PHASE_RESOLVE;
  return TERN_PHASE_CONNECT;
}

static TernStep
dial (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  const TernStep step = tern_dialer_step (self->dialer, wait, error);

  if (step != TERN_STEP_DONE)
    return step;
  timings->resolve = tern_dialer_get_resolve_time (self->dialer);
  timings->connect = tern_dialer_get_connect_time (self->dialer);
  self->transport = tern_dialer_steal_transport (self->dialer);
  g_clear_pointer (&self->dialer, tern_dialer_free);
  return TERN_STEP_DONE;
}

static TernStep
encrypt (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  TernStep step;

  if (!self->handshake)
    {
      self->tls_start = g_get_monotonic_time ();
      self->handshake = tern_tls_handshake_new (self->tls, g_steal_pointer (&self->transport),
                                                self->uri->host, self->ticket_key);
    }
  step = tern_tls_handshake_step (self->handshake, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  timings->tls = g_get_monotonic_time () - self->tls_start;
  self->transport = tern_tls_handshake_steal_transport (self->handshake);
  g_clear_pointer (&self->handshake, tern_tls_handshake_free);
  g_clear_pointer (&self->tls, tern_tls_settings_unref);
  return TERN_STEP_DONE;
}

TernStep
tern_establish_step (TernEstablish *self, TernTimings *timings, TernWait *wait, GError **error)
{
  TernStep step = TERN_STEP_DONE;

  if (self->deadline != TERN_NEVER)
    {
      if (g_get_monotonic_time () >= self->deadline)
        {
          tern_deadline_set_error (error, tern_establish_get_phase (self), self->uri->host);
          return TERN_STEP_FAILED;
        }
      tern_wait_add_deadline (wait, self->deadline);
    }
  /* What cannot be used is found before a packet is sent. */
  if (self->tls && self->dialer && !tern_tls_settings_load (self->tls, error))
    return TERN_STEP_FAILED;
  if (self->dialer)
    step = dial (self, timings, wait, error);
  if (step == TERN_STEP_DONE && self->tls)
    step = encrypt (self, timings, wait, error);
  return step;
}

TernTransport *
tern_establish_steal_transport (TernEstablish *self)
{
  return g_steal_pointer (&self->transport);
}
