/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Visit: see the header. */

#include "test-visit.h"

#include "test-client.h"

#include <string.h>
#include <unistd.h>

void
visit_clear (Visit *visit)
{
  g_clear_pointer (&visit->answer, g_free);
}

static void
read_answer (gnutls_session_t session, Visit *visit)
{
  const char *request
      = visit->request ? visit->request : "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  GString *out = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  gnutls_record_send (session, request, strlen (request));
  for (;;)
    {
      n = gnutls_record_recv (session, buffer, sizeof buffer);
      if (n > 0)
        g_string_append_len (out, buffer, n);
      else if (n != GNUTLS_E_AGAIN && n != GNUTLS_E_INTERRUPTED)
        break;
    }
  visit->last = (int)n;
  visit->answer = g_string_free (out, FALSE);
}

static gnutls_certificate_credentials_t
make_credentials (const Visit *visit, const TernTestCerts *certs)
{
  gnutls_certificate_credentials_t credentials;

  gnutls_certificate_allocate_credentials (&credentials);
  gnutls_certificate_set_x509_trust_file (credentials, tern_test_certs_get_ca_file (certs),
                                          GNUTLS_X509_FMT_PEM);
  if (visit->identified)
    g_assert_cmpint (gnutls_certificate_set_x509_key_file (
                         credentials, tern_test_certs_get_cert_file (certs, TERN_TEST_CERT_CLIENT),
                         tern_test_certs_get_key_file (certs, TERN_TEST_CERT_CLIENT),
                         GNUTLS_X509_FMT_PEM),
                     ==, 0);
  return credentials;
}

static void
keep_ticket (gnutls_session_t session, gnutls_datum_t *ticket)
{
  if (ticket == NULL)
    return;
  g_clear_pointer (&ticket->data, gnutls_free);
  gnutls_session_get_data2 (session, ticket);
}

void
visit_run_on (Visit *visit, int fd, const TernTestCerts *certs, const char *host)
{
  static const gnutls_datum_t http11 = { (unsigned char *)"http/1.1", 8 };
  gnutls_certificate_credentials_t credentials = make_credentials (visit, certs);
  gnutls_session_t session;

  gnutls_init (&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
  gnutls_set_default_priority (session);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_server_name_set (session, GNUTLS_NAME_DNS, host, strlen (host));
  gnutls_alpn_set_protocols (session, &http11, 1, 0);
  gnutls_transport_set_int (session, fd);
  gnutls_handshake_set_timeout (session, 20000);
  if (visit->ticket && visit->ticket->data)
    gnutls_session_set_data (session, visit->ticket->data, visit->ticket->size);
  do
    visit->handshake = gnutls_handshake (session);
  while (visit->handshake < 0 && !gnutls_error_is_fatal (visit->handshake));
  if (visit->handshake == 0)
    {
      gnutls_certificate_verify_peers3 (session, host, &visit->verify);
      read_answer (session, visit);
      keep_ticket (session, visit->ticket);
      gnutls_bye (session, GNUTLS_SHUT_WR);
    }
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
  close (fd);
}

void
visit_run (Visit *visit, guint16 port, const TernTestCerts *certs, const char *host)
{
  visit_run_on (visit, test_connect (port), certs, host);
}
