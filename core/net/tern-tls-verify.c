/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one place where a server's certificate is judged: the chain by GnuTLS, the host by our own
 * rules. It must never be skipped by a path of its own; who does not want it does not call it. */
#include "net/tern-tls-verify.h"

#include <gnutls/x509.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "net/tern-tls-name.h"

/* GnuTLS takes no longer chains either. */
#define MAX_CHAIN 16

typedef struct
{
  guint n;
  gnutls_x509_crt_t crts[MAX_CHAIN];
} Chain;

/* What concerns the chain as a whole, by the bit that GnuTLS sets. What names one certificate of it
 * has a function below. */
static const struct
{
  unsigned bit;
  gnutls_alert_description_t alert;
  const char *text;
} checks[] = {
  { GNUTLS_CERT_REVOKED, GNUTLS_A_CERTIFICATE_REVOKED, N_ ("“%s” was revoked") },
  { GNUTLS_CERT_SIGNATURE_FAILURE, GNUTLS_A_BAD_CERTIFICATE,
    N_ ("a signature in the chain of “%s” is wrong") },
  { GNUTLS_CERT_SIGNER_NOT_CA, GNUTLS_A_BAD_CERTIFICATE,
    N_ ("“%s” is signed by a certificate that may not sign others") },
  { GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, GNUTLS_A_BAD_CERTIFICATE,
    N_ ("“%s” is outside of what its issuer may sign") },
  { GNUTLS_CERT_PURPOSE_MISMATCH, GNUTLS_A_UNSUPPORTED_CERTIFICATE,
    N_ ("“%s” is not meant for a server") },
  { GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, GNUTLS_A_UNSUPPORTED_CERTIFICATE,
    N_ ("“%s” has a critical extension that is not known") },
  { GNUTLS_CERT_MISSING_OCSP_STATUS, GNUTLS_A_BAD_CERTIFICATE,
    N_ ("“%s” demands an OCSP answer that did not come") },
  { GNUTLS_CERT_INVALID_OCSP_STATUS, GNUTLS_A_BAD_CERTIFICATE,
    N_ ("the OCSP answer for “%s” is not valid") },
};

/* What a program is told of them. */
static const struct
{
  unsigned bits;
  GTlsCertificateFlags flag;
} flags_of_bits[] = {
  { GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA, G_TLS_CERTIFICATE_UNKNOWN_CA },
  { GNUTLS_CERT_NOT_ACTIVATED, G_TLS_CERTIFICATE_NOT_ACTIVATED },
  { GNUTLS_CERT_EXPIRED, G_TLS_CERTIFICATE_EXPIRED },
  { GNUTLS_CERT_REVOKED, G_TLS_CERTIFICATE_REVOKED },
  { GNUTLS_CERT_INSECURE_ALGORITHM, G_TLS_CERTIFICATE_INSECURE },
};

static GTlsCertificateFlags
get_flags (unsigned status)
{
  GTlsCertificateFlags flags = 0;
  unsigned rest = status & ~(unsigned) GNUTLS_CERT_INVALID; /* that there is something at all */

  for (guint i = 0; i < G_N_ELEMENTS (flags_of_bits); i++)
    if (status & flags_of_bits[i].bits)
      {
        flags |= flags_of_bits[i].flag;
        rest &= ~flags_of_bits[i].bits;
      }
  return rest != 0 || (status != 0 && flags == 0) ? flags | G_TLS_CERTIFICATE_GENERIC_ERROR : flags;
}

static void
chain_clear (Chain *chain)
{
  while (chain->n > 0)
    gnutls_x509_crt_deinit (chain->crts[--chain->n]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chain, chain_clear)

static gboolean
chain_import (Chain *chain, gnutls_session_t session)
{
  unsigned n = 0;
  const gnutls_datum_t *peers = gnutls_certificate_get_peers (session, &n);

  if (gnutls_certificate_type_get (session) != GNUTLS_CRT_X509)
    return FALSE;
  for (unsigned i = 0; i < MIN (n, MAX_CHAIN); i++)
    {
      gnutls_x509_crt_t crt;

      if (gnutls_x509_crt_init (&crt) < 0)
        return FALSE;
      chain->crts[chain->n++] = crt;
      if (gnutls_x509_crt_import (crt, &peers[i], GNUTLS_X509_FMT_DER) < 0)
        return FALSE;
    }
  return chain->n > 0;
}

static char *
name_of (gnutls_x509_crt_t crt, int (*get_dn) (gnutls_x509_crt_t, gnutls_datum_t *, unsigned))
{
  gnutls_datum_t dn = { NULL, 0 };
  char *text;

  if (get_dn (crt, &dn, 0) < 0)
    return g_strdup ("?");
  text = tern_tls_name_printable ((const char *) dn.data, dn.size);
  gnutls_free (dn.data);
  return text;
}

static void
add (GString *reasons, char *reason)
{
  if (reasons->len > 0)
    g_string_append (reasons, "; ");
  g_string_append (reasons, reason);
  g_free (reason);
}

/* Says it of the certificate at the end of what was sent: that is where no anchor was found. */
static void
add_unknown_issuer (GString *reasons, const Chain *chain)
{
  gnutls_x509_crt_t last = chain->crts[chain->n - 1];
  g_autofree char *subject = name_of (last, gnutls_x509_crt_get_dn3);
  g_autofree char *issuer = name_of (last, gnutls_x509_crt_get_issuer_dn3);

  if (gnutls_x509_crt_check_issuer (last, last) != 0)
    add (reasons, g_strdup_printf (_ ("“%s” is self-signed and not trusted"), subject));
  else
    add (reasons, g_strdup_printf (_ ("“%s” is signed by an unknown authority, “%s”"), subject,
                                   issuer));
}

static char *
format_time (gint64 when)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (when);

  return time ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S UTC") : g_strdup ("?");
}

/* Names each certificate of the chain whose time is over or has not come; one that the trust store
 * supplied is not in the chain, then the leaf stands for it. */
static void
add_time (GString *reasons, const Chain *chain, gboolean is_expired)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  for (guint i = 0; i <= chain->n; i++)
    {
      gnutls_x509_crt_t crt = chain->crts[i % chain->n];
      g_autofree char *subject = name_of (crt, gnutls_x509_crt_get_dn3);
      gint64 start = gnutls_x509_crt_get_activation_time (crt);
      gint64 end = gnutls_x509_crt_get_expiration_time (crt);
      g_autofree char *when = format_time (is_expired ? end : start);

      if (i == chain->n)
        add (reasons, g_strdup_printf (is_expired ? _ ("an authority of “%s” expired")
                                                  : _ ("an authority of “%s” is not valid yet"),
                                       subject));
      else if (is_expired ? end < now : start > now)
        {
          add (reasons, g_strdup_printf (is_expired ? _ ("“%s” expired on %s")
                                                    : _ ("“%s” is not valid before %s"),
                                         subject, when));
          return;
        }
    }
}

/* A signature by MD5 or SHA-1, or a key that is too short: of the first certificate that has it. */
static void
add_insecure (GString *reasons, const Chain *chain)
{
  g_autofree char *leaf = name_of (chain->crts[0], gnutls_x509_crt_get_dn3);

  for (guint i = 0; i < chain->n; i++)
    {
      gnutls_x509_crt_t crt = chain->crts[i];
      g_autofree char *subject = name_of (crt, gnutls_x509_crt_get_dn3);
      const int sign = gnutls_x509_crt_get_signature_algorithm (crt);
      unsigned bits = 0;
      const int key = gnutls_x509_crt_get_pk_algorithm (crt, &bits);

      if (sign >= 0 && !gnutls_sign_is_secure2 (sign, GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS))
        add (reasons, g_strdup_printf (_ ("“%s” is signed by the insecure algorithm %s"), subject,
                                       gnutls_sign_get_name (sign)));
      else if (key >= 0 && gnutls_pk_bits_to_sec_param (key, bits) < GNUTLS_SEC_PARAM_MEDIUM)
        add (reasons, g_strdup_printf (_ ("the key of “%s” is too short, %u bits"), subject, bits));
      else
        continue;
      return;
    }
  add (reasons, g_strdup_printf (_ ("the chain of “%s” uses an insecure algorithm or key"), leaf));
}

static void
add_host (GString *reasons, const Chain *chain, const char *host)
{
  g_autofree char *subject = name_of (chain->crts[0], gnutls_x509_crt_get_dn3);
  g_autofree char *names = tern_tls_name_list (chain->crts[0]);

  if (names)
    add (reasons, g_strdup_printf (_ ("“%s” is not for host “%s”, it is for %s"), subject, host,
                                   names));
  else
    /* RFC 9525 §2: the common name is no longer looked at. */
    add (reasons, g_strdup_printf (_ ("“%s” is not for host “%s”, it has no subject alternative "
                                      "name"),
                                   subject, host));
}

static void
add_checks (GString *reasons, const Chain *chain, unsigned status,
            gnutls_alert_description_t *alert)
{
  g_autofree char *subject = name_of (chain->crts[0], gnutls_x509_crt_get_dn3);

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      if (!(status & checks[i].bit))
        continue;
      *alert = checks[i].alert;
      add (reasons, g_strdup_printf (_ (checks[i].text), subject));
    }
  if (status & (GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED))
    {
      *alert = GNUTLS_A_CERTIFICATE_EXPIRED;
      add_time (reasons, chain, (status & GNUTLS_CERT_EXPIRED) != 0);
    }
  if (status & GNUTLS_CERT_INSECURE_ALGORITHM)
    {
      *alert = GNUTLS_A_BAD_CERTIFICATE;
      add_insecure (reasons, chain);
    }
  if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
    {
      *alert = GNUTLS_A_UNKNOWN_CA;
      add_unknown_issuer (reasons, chain);
    }
}

/* A bit that this file has no words for. */
static void
add_other (GString *reasons, unsigned status)
{
  gnutls_datum_t text = { NULL, 0 };

  if (gnutls_certificate_verification_status_print (status, GNUTLS_CRT_X509, &text, 0) < 0)
    return;
  add (reasons, tern_tls_name_printable ((const char *) text.data, text.size));
  gnutls_free (text.data);
}

static gboolean
refuse (GError **error, const char *host, const char *reasons)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE, _ ("certificate of %s refused: %s"), host,
               reasons);
  return FALSE;
}

gboolean
tern_tls_verify (gnutls_session_t session, const char *host, gint64 *not_after,
                 gnutls_alert_description_t *alert, GTlsCertificateFlags *flags, GError **error)
{
  g_auto (Chain) chain = { 0 };
  g_autoptr (GString) reasons = g_string_new (NULL);
  gnutls_typed_vdata_st purpose
      = { GNUTLS_DT_KEY_PURPOSE_OID, (void *) GNUTLS_KP_TLS_WWW_SERVER, 0 };
  unsigned status = 0;
  int result;

  *alert = GNUTLS_A_BAD_CERTIFICATE;
  *flags = 0;
  if (!chain_import (&chain, session))
    return refuse (error, host, _ ("it cannot be read"));
  result = gnutls_certificate_verify_peers (session, &purpose, 1, &status);
  if (result < 0)
    return refuse (error, host, gnutls_strerror (result));

  *flags = get_flags (status);
  add_checks (reasons, &chain, status, alert);
  if (!tern_tls_name_check (chain.crts[0], host))
    {
      *flags |= G_TLS_CERTIFICATE_BAD_IDENTITY;
      add_host (reasons, &chain, host);
    }
  else if (status != 0 && reasons->len == 0)
    add_other (reasons, status);
  if (reasons->len > 0 || status != 0)
    return refuse (error, host, reasons->str);
  *not_after = gnutls_x509_crt_get_expiration_time (chain.crts[0]);
  return TRUE;
}
