/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The TLS side of TernOrigin: one set of credentials and one ticket key per origin, a session
 * per connection, and the ways in which a handshake can go wrong. It must never be touched by
 * what libtern sets up; GnuTLS is all they share. */

#include "tern-origin-private.h"

#include <gnutls/x509.h>
#include <poll.h>
#include <string.h>

struct _OriginTls
{
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t                priority;
  gnutls_datum_t                   ticket_key;
  TernOriginTlsFlags               flags;
};

static void
check (int         result,
       const char *what)
{
  if (result < 0)
    g_error ("test origin: %s: %s", what, gnutls_strerror (result));
}

OriginTls *
origin_tls_new (const TernTestCerts *certs,
                TernTestCert         which,
                const char          *priority,
                TernOriginTlsFlags   flags)
{
  OriginTls *self = g_new0 (OriginTls, 1);

  self->flags = flags;
  check (gnutls_certificate_allocate_credentials (&self->credentials), "credentials");
  check (gnutls_certificate_set_x509_key_file (self->credentials,
                                               tern_test_certs_get_cert_file (certs, which),
                                               tern_test_certs_get_key_file (certs, which),
                                               GNUTLS_X509_FMT_PEM),
         "certificate");
  check (gnutls_certificate_set_x509_trust_file (self->credentials,
                                                 tern_test_certs_get_ca_file (certs),
                                                 GNUTLS_X509_FMT_PEM),
         "trust file");
  check (gnutls_priority_init (&self->priority, priority ? priority : "NORMAL", NULL),
         "priority");
  check (gnutls_session_ticket_key_generate (&self->ticket_key), "ticket key");
  return self;
}

void
origin_tls_free (OriginTls *self)
{
  if (self == NULL)
    return;
  gnutls_certificate_free_credentials (self->credentials);
  gnutls_priority_deinit (self->priority);
  gnutls_free (self->ticket_key.data);
  g_free (self);
}

void
tls_facts_clear (TlsFacts *facts)
{
  g_free (facts->client);
  g_free (facts->sni);
  g_free (facts->alpn);
  g_free (facts->version);
  g_free (facts->alert);
  g_free (facts->error);
}

/* Notes what the other side said last: an alert, a close_notify, or nothing at all. */
void
conn_note_tls_error (TernOriginConn *conn,
                     int             result)
{
  origin_lock (conn->origin);
  if (result == 0)
    conn->facts.got_close_notify = TRUE;
  if (result == GNUTLS_E_FATAL_ALERT_RECEIVED && conn->facts.alert == NULL)
    conn->facts.alert = g_strdup (gnutls_alert_get_name (gnutls_alert_get (conn->tls)));
  if (result < 0 && result != GNUTLS_E_PREMATURE_TERMINATION && conn->facts.error == NULL)
    conn->facts.error = g_strdup (gnutls_strerror (result));
  origin_unlock (conn->origin);
}

static char *
get_sni (gnutls_session_t session)
{
  char name[256];
  size_t size = sizeof name;
  unsigned type;

  if (gnutls_server_name_get (session, name, &size, &type, 0) < 0 || type != GNUTLS_NAME_DNS)
    return NULL;
  return g_strndup (name, size);
}

/* Also of a resumed session, whose ticket holds the certificate. */
static char *
get_client (gnutls_session_t session)
{
  unsigned n = 0;
  const gnutls_datum_t *peers = gnutls_certificate_get_peers (session, &n);
  gnutls_x509_crt_t crt;
  gnutls_datum_t dn = { NULL, 0 };
  char *name = NULL;

  if (n == 0)
    return NULL;
  check (gnutls_x509_crt_init (&crt), "certificate");
  if (gnutls_x509_crt_import (crt, &peers[0], GNUTLS_X509_FMT_DER) >= 0
      && gnutls_x509_crt_get_dn3 (crt, &dn, 0) >= 0)
    name = g_strndup ((const char *) dn.data, dn.size);
  gnutls_free (dn.data);
  gnutls_x509_crt_deinit (crt);
  return name;
}

static void
note_facts (TernOriginConn *conn)
{
  gnutls_datum_t alpn = { NULL, 0 };
  gnutls_session_t session = conn->tls;
  unsigned n_certs = 0;
  char *client = get_client (session);

  gnutls_alpn_get_selected_protocol (session, &alpn);
  gnutls_certificate_get_peers (session, &n_certs);
  origin_lock (conn->origin);
  conn->facts.resumed = gnutls_session_is_resumed (session) != 0;
  conn->facts.has_client_cert = n_certs > 0;
  conn->facts.client = client;
  conn->facts.version
      = g_strdup (gnutls_protocol_get_name (gnutls_protocol_get_version (session)));
  if (alpn.size > 0)
    conn->facts.alpn = g_strndup ((const char *) alpn.data, alpn.size);
  origin_unlock (conn->origin);
}

static void
note_sni (TernOriginConn *conn)
{
  char *sni = get_sni (conn->tls);

  origin_lock (conn->origin);
  conn->facts.sni = sni;
  origin_unlock (conn->origin);
}

static gnutls_session_t
make_session (const OriginTls *self,
              int              fd)
{
  static const gnutls_datum_t http11 = { (unsigned char *) "http/1.1", 8 };
  static const gnutls_datum_t h2 = { (unsigned char *) "h2", 2 };
  gnutls_session_t session;

  check (gnutls_init (&session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL), "session");
  check (gnutls_priority_set (session, self->priority), "priority");
  check (gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, self->credentials),
         "credentials");
  if (!(self->flags & TERN_ORIGIN_TLS_NO_TICKETS))
    check (gnutls_session_ticket_enable_server (session, &self->ticket_key), "tickets");
  if (self->flags & TERN_ORIGIN_TLS_ALPN_H2_ONLY)
    check (gnutls_alpn_set_protocols (session, &h2, 1, GNUTLS_ALPN_MANDATORY), "alpn");
  else if (!(self->flags & TERN_ORIGIN_TLS_NO_ALPN))
    check (gnutls_alpn_set_protocols (session, &http11, 1, 0), "alpn");
  if (self->flags & TERN_ORIGIN_TLS_ASK_CLIENT_CERT)
    gnutls_certificate_server_set_request (session, GNUTLS_CERT_REQUEST);
  if (self->flags & TERN_ORIGIN_TLS_REQUIRE_CLIENT_CERT)
    {
      gnutls_certificate_server_set_request (session, GNUTLS_CERT_REQUIRE);
      gnutls_session_set_verify_cert (session, NULL, 0);
    }
  gnutls_transport_set_int (session, fd);
  return session;
}

/* The ways of not doing TLS at all; TRUE when one of them was asked for. */
static gboolean
misbehave (TernOriginConn    *conn,
           TernOriginTlsFlags flags)
{
  static const char plain[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  /* RFC 8446 §6: record type 21, version 3.3, length 2, fatal (2), handshake_failure (40). */
  static const unsigned char alert[] = { 21, 3, 3, 0, 2, 2, 40 };

  if (flags & TERN_ORIGIN_TLS_HANG)
    {
      tern_origin_hang (conn);
      return TRUE;
    }
  if (!(flags & (TERN_ORIGIN_TLS_PLAIN_TEXT | TERN_ORIGIN_TLS_CLOSE | TERN_ORIGIN_TLS_ALERT)))
    return FALSE;
  if (conn_fill (conn, FALSE) <= 0)
    return TRUE;
  if (flags & TERN_ORIGIN_TLS_PLAIN_TEXT)
    conn_send (conn, plain, sizeof plain - 1);
  if (flags & TERN_ORIGIN_TLS_ALERT)
    conn_send (conn, alert, sizeof alert);
  return TRUE;
}

/* Does the handshake; FALSE when there is no session to talk over. */
gboolean
conn_start_tls (TernOriginConn *conn)
{
  const OriginTls *tls = conn->origin->tls;
  int result;

  if (misbehave (conn, tls->flags))
    return FALSE;
  conn->truncate = (tls->flags & TERN_ORIGIN_TLS_TRUNCATE) != 0;
  conn->tls = make_session (tls, conn->fd);
  do
    {
      result = gnutls_handshake (conn->tls);
      if (result == GNUTLS_E_AGAIN)
        conn_poll (conn, gnutls_record_get_direction (conn->tls) ? POLLOUT : POLLIN, -1);
    }
  while (result < 0 && !gnutls_error_is_fatal (result));

  note_sni (conn);
  if (result < 0)
    {
      conn_note_tls_error (conn, result);
      if (result == GNUTLS_E_PREMATURE_TERMINATION || result == GNUTLS_E_FATAL_ALERT_RECEIVED)
        conn_mark_gone (conn);
      else
        gnutls_alert_send_appropriate (conn->tls, result);
      conn->truncate = TRUE;
      return FALSE;
    }
  note_facts (conn);
  return TRUE;
}
