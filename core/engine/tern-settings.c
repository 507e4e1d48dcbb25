/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The snapshot of a client's settings. A plain value with references; it decides nothing. */
#include "engine/tern-settings.h"

#include "tern-config.h"

/* Numbers the TLS settings and the connectors of the process, so that the pool's keys tell them
 * apart. */
static guint
next_serial (void)
{
  static guint serial = 0;

  return g_atomic_int_add (&serial, 1) + 1;
}

static void
domain_credentials_free (gpointer data)
{
  TernDomainCredentials *self = data;

  tern_credentials_unref (self->credentials);
  g_free (self->domain);
  g_free (self);
}

TernDomainCredentials *
tern_domain_credentials_new (TernCredentials *credentials, const char *domain)
{
  TernDomainCredentials *self = g_new0 (TernDomainCredentials, 1);

  self->credentials = tern_credentials_ref (credentials);
  self->domain = domain && *domain ? g_ascii_strdown (domain, -1) : NULL;
  return self;
}

GPtrArray *
tern_domain_credentials_list_copy (const GPtrArray *list)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (domain_credentials_free);

  for (guint i = 0; list && i < list->len; i++)
    {
      const TernDomainCredentials *entry = list->pdata[i];

      g_ptr_array_add (copy, tern_domain_credentials_new (entry->credentials, entry->domain));
    }
  return copy;
}

TernSettings *
tern_settings_new (void)
{
  static const int codes[] = { 300, 301, 302, 303, 307, 308 };
  static const char *const safe[] = { "GET", "HEAD", "OPTIONS", "TRACE", NULL };
  static const char *const optimistic[] = { "PUT", "PATCH", NULL };
  TernSettings *self = g_new0 (TernSettings, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->pool = tern_pool_new ();
  self->auth_memory = tern_auth_memory_new ();
  self->proxy_memory = tern_auth_memory_new ();
  self->proxy_finder = tern_proxy_finder_new (NULL, NULL);
  self->lookup = tern_lookup_system;
  self->credentials = tern_domain_credentials_list_copy (NULL);
  self->identities = g_ptr_array_new ();
  self->timeout = 60 * G_TIME_SPAN_SECOND;
  self->connect_timeout = 30 * G_TIME_SPAN_SECOND;
  self->idle_connection_timeout = 90 * G_TIME_SPAN_SECOND;
  self->retries = 2;
  self->max_redirects = 5;
  self->follow_redirects = TRUE;
  self->redirect_codes = g_array_append_vals (g_array_new (FALSE, FALSE, sizeof (int)), codes,
                                              G_N_ELEMENTS (codes));
  self->safe_methods = g_strdupv ((char **) safe);
  self->optimistic_methods = g_strdupv ((char **) optimistic);
  self->user_agent = g_strdup ("libtern/" TERN_VERSION);
  self->max_connections = 64;
  self->max_connections_per_host = 6;
  self->decode_ratio_limit = 1000;
  self->max_header_count = 2000;
  self->max_header_size = 256 * 1024;
  self->validate_certificates = TRUE;
  self->tls_minimum_version = TERN_TLS_VERSION_1_2;
  tern_settings_renew_tls (self);
  return self;
}

TernSettings *
tern_settings_copy (const TernSettings *other)
{
  TernSettings *self = g_memdup2 (other, sizeof *other);

  g_atomic_ref_count_init (&self->ref_count);
  tern_pool_ref (self->pool);
  tern_auth_memory_ref (self->auth_memory);
  tern_auth_memory_ref (self->proxy_memory);
  tern_proxy_finder_ref (self->proxy_finder);
  tern_tls_settings_ref (self->tls);
  if (self->cache_store)
    g_object_ref (self->cache_store);
  if (self->connector)
    g_object_ref (self->connector);
  g_ptr_array_ref (self->credentials);
  g_ptr_array_ref (self->identities);
  g_array_ref (self->redirect_codes);
  self->safe_methods = g_strdupv (other->safe_methods);
  self->optimistic_methods = g_strdupv (other->optimistic_methods);
  self->user_agent = g_strdup (other->user_agent);
  self->ca_file = g_strdup (other->ca_file);
  return self;
}

TernSettings *
tern_settings_ref (TernSettings *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tern_settings_unref (TernSettings *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  tern_pool_unref (self->pool);
  tern_auth_memory_unref (self->auth_memory);
  tern_auth_memory_unref (self->proxy_memory);
  tern_proxy_finder_unref (self->proxy_finder);
  tern_tls_settings_unref (self->tls);
  g_clear_object (&self->cache_store);
  g_clear_object (&self->connector);
  g_ptr_array_unref (self->credentials);
  g_ptr_array_unref (self->identities);
  g_array_unref (self->redirect_codes);
  g_strfreev (self->safe_methods);
  g_strfreev (self->optimistic_methods);
  g_free (self->user_agent);
  g_free (self->ca_file);
  g_free (self);
}

void
tern_settings_renew_tls (TernSettings *self)
{
  g_clear_pointer (&self->tls, tern_tls_settings_unref);
  self->tls = tern_tls_settings_new (self->ca_file, self->validate_certificates,
                                     self->tls_minimum_version, self->tls_maximum_version);
  tern_tls_settings_set_identities (self->tls, self->identities);
  self->tls_serial = next_serial ();
}

void
tern_settings_set_connector (TernSettings *self, TernConnector *connector)
{
  g_set_object (&self->connector, connector);
  self->connector_serial = connector ? next_serial () : 0;
}
