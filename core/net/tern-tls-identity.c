/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client's identity for some hosts, loaded when it is first needed. What it says never changes;
 * only what was read is added once. It must never send a password anywhere but into its key. */
#include "net/tern-tls-identity.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "net/tern-tls-key-pair.h"

struct _TernTlsIdentity
{
  gatomicrefcount ref_count;
  guint serial;
  char *key_file;
  char *cert_file;
  char *password;
  char *host; /* ASCII, lower case, no brackets; NULL is every host */
  char *port; /* decimal digits; NULL is every port */

  GMutex lock;
  gint is_loaded; /* atomic: pair is there and from then on only read */
  TernTlsKeyPair *pair;
  GError *refusal; /* of a token; kept, for each try counts there */
};

/* A name as URIs have it: lower case, A-labels (RFC 5891); one that is none stays and matches
 * nothing. */
static char *
normalize_host (const char *text, gsize len)
{
  g_autofree char *host = g_strndup (text, len);
  char *ascii = g_hostname_is_non_ascii (host) ? g_hostname_to_ascii (host) : NULL;

  return ascii ? ascii : g_ascii_strdown (host, -1);
}

static void
set_domain (TernTlsIdentity *self, const char *domain)
{
  const char *colon = strrchr (domain, ':');
  const char *end = domain[0] == '[' ? strchr (domain, ']') : NULL;

  if (end)
    {
      self->host = normalize_host (domain + 1, (gsize)(end - domain - 1));
      if (end[1] == ':' && end[2])
        self->port = g_strdup (end + 2);
    }
  else if (colon && strchr (domain, ':') == colon)
    {
      self->host = normalize_host (domain, (gsize)(colon - domain));
      if (colon[1])
        self->port = g_strdup (colon + 1);
    }
  else /* more than one colon: an IPv6 literal without its brackets */
    self->host = normalize_host (domain, strlen (domain));
}

TernTlsIdentity *
tern_tls_identity_new (const char *key_file,
                       const char *cert_file,
                       const char *domain,
                       const char *password)
{
  static guint serial = 0;
  TernTlsIdentity *self = g_new0 (TernTlsIdentity, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->serial = g_atomic_int_add (&serial, 1) + 1;
  self->key_file = g_strdup (key_file);
  self->cert_file = g_strdup (cert_file && *cert_file ? cert_file : key_file);
  self->password = g_strdup (password);
  if (domain && *domain)
    set_domain (self, domain);
  return self;
}

TernTlsIdentity *
tern_tls_identity_ref (TernTlsIdentity *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tern_tls_identity_unref (TernTlsIdentity *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->pair, tern_tls_key_pair_free);
  g_clear_error (&self->refusal);
  if (self->password)
    gnutls_memset (self->password, 0, strlen (self->password));
  g_mutex_clear (&self->lock);
  g_free (self->key_file);
  g_free (self->cert_file);
  g_free (self->password);
  g_free (self->host);
  g_free (self->port);
  g_free (self);
}

gboolean
tern_tls_identity_is_for (const TernTlsIdentity *self, const char *host, guint16 port)
{
  char digits[8];

  if (self->host && g_ascii_strcasecmp (self->host, host) != 0)
    return FALSE;
  if (!self->port)
    return TRUE;
  g_snprintf (digits, sizeof digits, "%u", port);
  return strcmp (self->port, digits) == 0;
}

/* With the lock held. */
static gboolean
load (TernTlsIdentity *self, GError **error)
{
  g_autoptr (GError) reason = NULL;
  gboolean is_token_pin = FALSE;

  if (self->refusal)
    {
      g_propagate_error (error, g_error_copy (self->refusal));
      return FALSE;
    }
  self->pair = tern_tls_key_pair_load (self->key_file, self->cert_file, self->password,
                                       &is_token_pin, &reason);
  if (self->pair)
    return TRUE;
  /* A file may be there, or be another, when the next request asks. */
  if (is_token_pin)
    self->refusal = g_error_copy (reason);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

gboolean
tern_tls_identity_load (TernTlsIdentity *self, GError **error)
{
  if (g_atomic_int_get (&self->is_loaded))
    return TRUE;

  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->lock);
  if (g_atomic_int_get (&self->is_loaded))
    return TRUE;
  if (!load (self, error))
    return FALSE;
  g_atomic_int_set (&self->is_loaded, TRUE);
  return TRUE;
}

/* The place where a server's session has its cache; a client's has none and leaves it free. */
void
tern_tls_identity_attach (TernTlsIdentity *self, gnutls_session_t session)
{
  gnutls_db_set_ptr (session, self);
}

/* Credentials are shared by all connections, so the session says whose it is. Whatever authorities
 * and algorithms the server names: a program that gave an identity for a host wants that one. */
int
tern_tls_identity_retrieve (gnutls_session_t session,
                            const gnutls_datum_t *authorities,
                            int n_authorities,
                            const gnutls_pk_algorithm_t *algorithms,
                            int n_algorithms,
                            gnutls_pcert_st **certs,
                            unsigned *n_certs,
                            gnutls_privkey_t *key)
{
  TernTlsIdentity *self = gnutls_db_get_ptr (session);

  *certs = self ? self->pair->certs : NULL;
  *n_certs = self ? self->pair->n_certs : 0;
  *key = self ? self->pair->key : NULL;
  return 0;
}

guint
tern_tls_identity_get_serial (const TernTlsIdentity *self)
{
  return self->serial;
}
