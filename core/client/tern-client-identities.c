/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who a client says it is in TLS, by domain. Each change makes new TLS settings: a connection or a
 * ticket of one identity must never serve another. */
#include "client/tern-client-private.h"

static void
identity_free (gpointer identity)
{
  tern_tls_identity_unref (identity);
}

/* The list is shared by snapshots, so another one is made; @added NULL is an empty one. */
static void
replace_list (TernSettings *settings, TernTlsIdentity *added)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (identity_free);

  for (guint i = 0; added && i < settings->identities->len; i++)
    g_ptr_array_add (list, tern_tls_identity_ref (settings->identities->pdata[i]));
  if (added)
    g_ptr_array_add (list, tern_tls_identity_ref (added));
  g_ptr_array_unref (settings->identities);
  settings->identities = list;
  tern_settings_renew_tls (settings);
}

static void
edit_add_identity (TernSettings *settings, gconstpointer data)
{
  replace_list (settings, (TernTlsIdentity *)data);
}

static void
edit_clear_identities (TernSettings *settings, gconstpointer data)
{
  replace_list (settings, NULL);
}

/**
 * tern_client_add_certificate:
 * @self: a client
 * @key_file: (type filename): the private key: a PEM file (PKCS#1, SEC 1, PKCS#8, each also
 *   encrypted) or a PKCS#11 URI (RFC 7512)
 * @cert_file: (nullable) (type filename): the certificate and the intermediates behind it: a PEM
 *   file or a PKCS#11 URI; %NULL when they are where the key is
 * @domain: (nullable): the host, or host:port, that it is for; %NULL or empty for every host
 * @password: (nullable): opens the key, or is the token's PIN; %NULL for none
 *
 * Adds a client certificate, which is shown to https servers of @domain that ask for one. Of
 * several that would do, the one added first is taken. Nothing is read now: a file that is missing,
 * a wrong password, or a key that does not fit the certificate is a %TERN_ERROR_CERTIFICATE of each
 * request to @domain, before anything is sent. Connections made before are not used any more.
 */
void
tern_client_add_certificate (TernClient *self,
                             const char *key_file,
                             const char *cert_file,
                             const char *domain,
                             const char *password)
{
  g_autoptr (TernTlsIdentity) identity = NULL;

  g_return_if_fail (TERN_IS_CLIENT (self));
  g_return_if_fail (key_file != NULL);

  identity = tern_tls_identity_new (key_file, cert_file, domain, password);
  tern_client_edit_settings (self, edit_add_identity, identity);
}

/**
 * tern_client_clear_certificates:
 * @self: a client
 *
 * Forgets every client certificate; connections that were made with one are not used any more.
 */
void
tern_client_clear_certificates (TernClient *self)
{
  g_return_if_fail (TERN_IS_CLIENT (self));

  tern_client_edit_settings (self, edit_clear_identities, NULL);
}
