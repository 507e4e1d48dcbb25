/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program logs in with through the helper. It goes there by descriptor with each call and is
 * for one host alone; it never becomes part of a message. */
#include <tern/tern-fetch-service.h>

#include <string.h>

#include "fetch/tern-fetch-service-private.h"

/**
 * tern_fetch_service_add_credentials:
 * @self: the helper
 * @name: the user's name
 * @password: the password
 * @domain: whom it is for: a host, or host:port
 * @error: return location for a #GError
 *
 * Adds a name and a password for the calls that are made from now on. Only @domain gets them,
 * wherever redirects lead; with several for one domain each is tried. They go to the helper through
 * a sealed memory file, never in a message on the bus, and are written nowhere.
 *
 * Errors: %TERN_FETCH_ERROR_INVALID_OPTION where there is no domain or too much was added.
 *
 * Returns: whether they were added
 */
gboolean
tern_fetch_service_add_credentials (TernFetchService *self,
                                    const char *name,
                                    const char *password,
                                    const char *domain,
                                    GError **error)
{
  g_autoptr (GBytes) name_bytes = g_bytes_new_static (name, strlen (name));
  g_autoptr (GBytes) password_bytes = g_bytes_new_static (password, strlen (password));

  return tern_fetch_service_add_credentials_bytes (self, name_bytes, password_bytes, domain, error);
}

/**
 * tern_fetch_service_add_credentials_bytes:
 * @self: the helper
 * @name: the user's name, any bytes but NUL
 * @password: the password, likewise
 * @domain: whom it is for: a host, or host:port
 * @error: return location for a #GError
 *
 * As tern_fetch_service_add_credentials(), for what is not UTF-8.
 *
 * Errors: %TERN_FETCH_ERROR_INVALID_OPTION also for a NUL.
 *
 * Returns: whether they were added
 */
gboolean
tern_fetch_service_add_credentials_bytes (
    TernFetchService *self, GBytes *name, GBytes *password, const char *domain, GError **error)
{
  return tern_fetch_secrets_add (tern_fetch_service_get_secrets (self), "password", domain, name,
                                 password, error);
}

/**
 * tern_fetch_service_add_token:
 * @self: the helper
 * @token: a bearer token (RFC 6750)
 * @domain: whom it is for: a host, or host:port
 * @error: return location for a #GError
 *
 * Adds a token for the calls that are made from now on, as tern_fetch_service_add_credentials()
 * adds a password.
 *
 * Errors: %TERN_FETCH_ERROR_INVALID_OPTION where there is no domain or too much was added.
 *
 * Returns: whether it was added
 */
gboolean
tern_fetch_service_add_token (TernFetchService *self,
                              const char *token,
                              const char *domain,
                              GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (token, strlen (token));

  return tern_fetch_secrets_add (tern_fetch_service_get_secrets (self), "token", domain, NULL,
                                 bytes, error);
}

/**
 * tern_fetch_service_clear_credentials:
 * @self: the helper
 *
 * Forgets what was added, for the calls that are made from now on; jobs keep what they were started
 * with until they end.
 */
void
tern_fetch_service_clear_credentials (TernFetchService *self)
{
  tern_fetch_secrets_reset (tern_fetch_service_get_secrets (self));
}
