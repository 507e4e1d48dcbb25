/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The TLS settings that connections share: one credentials object, one parsed priority, one table
 * of tickets. Parsing the trust store costs 9 ms, so that is done once and not before it is needed;
 * a connection must never load any of it for itself. */
#include "net/tern-tls-settings.h"

#include <tern/tern-error.h>

#include "base/tern-i18n.h"

/* GnuTLS's own groups in another order: the first is the one that a key share is made for, and
 * x25519 costs a third of P-256. */
#define GROUPS                                                                                    \
  "-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-X448:+GROUP-SECP384R1:+GROUP-SECP521R1:"      \
  "+GROUP-FFDHE2048:+GROUP-FFDHE3072:+GROUP-FFDHE4096:+GROUP-FFDHE6144:+GROUP-FFDHE8192"

struct _TernTlsSettings
{
  gatomicrefcount ref_count;
  char *ca_file;
  gboolean validate;
  TernTlsVersion minimum;
  TernTlsVersion maximum;
  GPtrArray *identities; /* NULL for none */

  GMutex lock;
  gint is_loaded; /* atomic: what follows is complete and from then on only read */
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t priority;
  TernTlsTickets *tickets; /* has a lock of its own */
};

TernTlsSettings *
tern_tls_settings_new (const char *ca_file, gboolean validate, TernTlsVersion minimum,
                       TernTlsVersion maximum)
{
  TernTlsSettings *self = g_new0 (TernTlsSettings, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->ca_file = g_strdup (ca_file);
  self->validate = validate;
  self->minimum = minimum == TERN_TLS_VERSION_UNSET ? TERN_TLS_VERSION_1_2 : minimum;
  self->maximum = maximum == TERN_TLS_VERSION_UNSET ? TERN_TLS_VERSION_1_3 : maximum;
  self->tickets = tern_tls_tickets_new ();
  return self;
}

void
tern_tls_settings_set_identities (TernTlsSettings *self, GPtrArray *identities)
{
  if (identities && identities->len > 0)
    self->identities = g_ptr_array_ref (identities);
}

TernTlsSettings *
tern_tls_settings_ref (TernTlsSettings *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
unload (TernTlsSettings *self)
{
  g_clear_pointer (&self->credentials, gnutls_certificate_free_credentials);
  g_clear_pointer (&self->priority, gnutls_priority_deinit);
}

void
tern_tls_settings_unref (TernTlsSettings *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  unload (self);
  tern_tls_tickets_free (self->tickets);
  g_clear_pointer (&self->identities, g_ptr_array_unref);
  g_mutex_clear (&self->lock);
  g_free (self->ca_file);
  g_free (self);
}

static gboolean
fail (GError **error, int result, const char *what)
{
  g_set_error (error, TERN_ERROR, TERN_ERROR_TLS, "%s: %s", what, gnutls_strerror (result));
  return FALSE;
}

static gboolean
load_ca_file (TernTlsSettings *self, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *pem = NULL;
  gsize len;
  int n;

  /* Read here and not by GnuTLS, which has no words for what is wrong with a file. */
  if (!g_file_get_contents (self->ca_file, &pem, &len, &reason))
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE,
                   _ ("cannot read the certificates of authorities: %s"), reason->message);
      return FALSE;
    }
  gnutls_datum_t data = { (unsigned char *) pem, (unsigned) MIN (len, G_MAXUINT) };
  n = gnutls_certificate_set_x509_trust_mem (self->credentials, &data, GNUTLS_X509_FMT_PEM);
  if (n > 0)
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE,
               _ ("“%s” holds no certificate of an authority: %s"), self->ca_file,
               gnutls_strerror (n < 0 ? n : GNUTLS_E_NO_CERTIFICATE_FOUND));
  return FALSE;
}

static gboolean
load_system_trust (TernTlsSettings *self, GError **error)
{
  int n = gnutls_certificate_set_x509_system_trust (self->credentials);

  if (n > 0)
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_CERTIFICATE,
               _ ("the system's trust store holds no certificate: %s"),
               gnutls_strerror (n < 0 ? n : GNUTLS_E_NO_CERTIFICATE_FOUND));
  return FALSE;
}

static gboolean
load_priority (TernTlsSettings *self, GError **error)
{
  /* The profile is what certificates have to be worth: RSA keys of 2048 bits (NIST SP 800-57). */
  g_autoptr (GString) text = g_string_new ("NORMAL:%PROFILE_MEDIUM:-VERS-ALL:" GROUPS);
  int result;

  if (self->minimum > self->maximum)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_TLS,
                           _ ("the lowest allowed version of TLS is above the highest"));
      return FALSE;
    }
  if (self->maximum >= TERN_TLS_VERSION_1_3)
    g_string_append (text, ":+VERS-TLS1.3");
  if (self->minimum <= TERN_TLS_VERSION_1_2)
    g_string_append (text, ":+VERS-TLS1.2");
  result = gnutls_priority_init (&self->priority, text->str, NULL);
  return result < 0 ? fail (error, result, text->str) : TRUE;
}

static gboolean
load (TernTlsSettings *self, GError **error)
{
  int result = gnutls_certificate_allocate_credentials (&self->credentials);

  if (result < 0)
    return fail (error, result, "credentials");
  if (!load_priority (self, error))
    return FALSE;
  if (self->identities)
    gnutls_certificate_set_retrieve_function2 (self->credentials, tern_tls_identity_retrieve);
  if (!self->validate)
    return TRUE;
  return self->ca_file ? load_ca_file (self, error) : load_system_trust (self, error);
}

gboolean
tern_tls_settings_load (TernTlsSettings *self, GError **error)
{
  if (g_atomic_int_get (&self->is_loaded))
    return TRUE;

  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  if (g_atomic_int_get (&self->is_loaded))
    return TRUE;
  if (!load (self, error))
    {
      /* Not remembered: the file may be there when the next request asks. */
      unload (self);
      return FALSE;
    }
  g_atomic_int_set (&self->is_loaded, TRUE);
  return TRUE;
}

gboolean
tern_tls_settings_find_identity (TernTlsSettings *self, const char *host, guint16 port,
                                 TernTlsIdentity **identity, GError **error)
{
  *identity = NULL;
  for (guint i = 0; self->identities && i < self->identities->len && !*identity; i++)
    if (tern_tls_identity_is_for (self->identities->pdata[i], host, port))
      *identity = tern_tls_identity_ref (self->identities->pdata[i]);
  if (!*identity || tern_tls_identity_load (*identity, error))
    return TRUE;
  g_clear_pointer (identity, tern_tls_identity_unref);
  return FALSE;
}

gnutls_certificate_credentials_t
tern_tls_settings_get_credentials (TernTlsSettings *self)
{
  return self->credentials;
}

gnutls_priority_t
tern_tls_settings_get_priority (TernTlsSettings *self)
{
  return self->priority;
}

TernTlsTickets *
tern_tls_settings_get_tickets (TernTlsSettings *self)
{
  return self->tickets;
}

gboolean
tern_tls_settings_get_validate (TernTlsSettings *self)
{
  return self->validate;
}
