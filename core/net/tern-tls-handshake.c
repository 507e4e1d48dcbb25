/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The TLS handshake: offers a ticket, has the certificate judged, keeps the tickets that come. A
 * session whose certificate did not pass must never come out of it, neither as a transport nor as a
 * ticket. */
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "net/tern-tls-info-private.h"
#include "net/tern-tls-verify.h"
#include "net/tern-transport-tls.h"

struct _TernTlsHandshake
{
  TernTlsLink *link; /* NULL once it was handed on */
  gboolean is_verified;
  TernTlsAskFunc ask; /* NULL: what does not pass is refused */
  gpointer ask_data;
  gnutls_alert_description_t alert;
  GError *refusal;
};

TernTlsHandshake *
tern_tls_handshake_new (TernTlsSettings *settings, TernTransport *inner, const char *host,
                        const char *ticket_key)
{
  TernTlsHandshake *self = g_new0 (TernTlsHandshake, 1);

  self->link = tern_tls_link_new (settings, inner, host, ticket_key);
  return self;
}

/* The identity is a part of the session: a ticket that was earned with it serves it alone. */
void
tern_tls_handshake_set_identity (TernTlsHandshake *self, TernTlsIdentity *identity)
{
  TernTlsLink *link = self->link;
  g_autofree char *key = NULL;

  if (!identity)
    return;
  link->identity = tern_tls_identity_ref (identity);
  key = g_steal_pointer (&link->ticket_key);
  link->ticket_key = g_strdup_printf ("%s\n%u", key, tern_tls_identity_get_serial (identity));
}

void
tern_tls_handshake_set_ask (TernTlsHandshake *self, TernTlsAskFunc ask, gpointer data)
{
  self->ask = ask;
  self->ask_data = data;
}

guint64
tern_tls_handshake_count_moved (TernTlsHandshake *self)
{
  return self->link ? self->link->moved : 0;
}

void
tern_tls_handshake_free (TernTlsHandshake *self)
{
  if (self->link)
    tern_tls_link_free (self->link, self->link->is_established);
  g_clear_error (&self->refusal);
  g_free (self);
}

/* Asks the program, which is shown the whole chain: yes covers all that is wrong with it. */
static gboolean
is_excused (TernTlsHandshake *self, GTlsCertificateFlags errors)
{
  g_autoptr (GPtrArray) chain = NULL;

  if (!self->ask || errors == 0)
    return FALSE;
  chain = tern_tls_info_copy_chain (self->link->session);
  if (!self->ask (self->ask_data, chain, errors))
    return FALSE;
  self->link->errors = errors;
  g_clear_error (&self->refusal);
  return TRUE;
}

/* Called by GnuTLS once the server has proved that it holds the key, before anything of ours is
 * sent that it could use; a resumed session does not come here. */
static int
on_certificate (gnutls_session_t session)
{
  TernTlsHandshake *self = gnutls_session_get_ptr (session);

  GTlsCertificateFlags errors = 0;

  self->is_verified = tern_tls_verify (session, self->link->host, &self->link->not_after,
                                       &self->alert, &errors, &self->refusal);
  if (self->is_verified || is_excused (self, errors))
    return 0;
  return GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}

/* A ticket that cannot be used costs a full handshake, nothing else. */
static void
offer_ticket (TernTlsHandshake *self)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (TernTlsTicket) ticket = tern_tls_tickets_take (
      tern_tls_settings_get_tickets (self->link->settings), self->link->ticket_key, now);

  if (!ticket)
    return;
  gnutls_session_set_data (self->link->session, ticket->data.data, ticket->data.size);
  self->link->not_after = ticket->not_after;
}

static gboolean
start (TernTlsHandshake *self, GError **error)
{
  if (!tern_tls_link_start (self->link, error))
    return FALSE;
  gnutls_session_set_ptr (self->link->session, self);
  if (tern_tls_settings_get_validate (self->link->settings))
    gnutls_session_set_verify_function (self->link->session, on_certificate);
  else
    self->link->not_after = G_MAXINT64;
  offer_ticket (self);
  return TRUE;
}

static TernStep
fail (TernTlsHandshake *self, int result, GError **error)
{
  if (self->refusal)
    {
      gnutls_alert_send (self->link->session, GNUTLS_AL_FATAL, self->alert);
      tern_tls_link_flush_now (self->link);
      g_propagate_error (error, g_steal_pointer (&self->refusal));
    }
  else
    tern_tls_link_fail (self->link, result, error);
  return TERN_STEP_FAILED;
}

/* A session is good if its certificate was judged in this handshake or in the one it resumes:
 * tickets belong to settings and name, and none is kept of what was not good. */
static gboolean
is_good (TernTlsHandshake *self)
{
  return self->is_verified || self->link->errors != 0
         || !tern_tls_settings_get_validate (self->link->settings)
         || gnutls_session_is_resumed (self->link->session);
}

TernStep
tern_tls_handshake_step (TernTlsHandshake *self, TernWait *wait, GError **error)
{
  TernTlsLink *link = self->link;
  int result;

  if (!link->session && !start (self, error))
    return TERN_STEP_FAILED;
  tern_tls_link_begin (link, wait);
  do
    result = gnutls_handshake (link->session);
  while (tern_tls_link_goes_on (link, result));
  tern_tls_link_end (link);

  if (result == GNUTLS_E_AGAIN && link->blocked)
    return TERN_STEP_WAIT;
  if (result < 0)
    return fail (self, result, error);
  if (!is_good (self))
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, _ ("%s showed no certificate"),
                   link->host);
      return TERN_STEP_FAILED;
    }
  link->is_established = TRUE;
  return TERN_STEP_DONE;
}

TernTransport *
tern_tls_handshake_steal_transport (TernTlsHandshake *self)
{
  return tern_transport_new_tls (g_steal_pointer (&self->link));
}
