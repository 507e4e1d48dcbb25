/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The getters and setters of TernClient: choices and names. Each is one line of the table of
 * properties. */
#include "client/tern-client-properties.h"

/**
 * tern_client_get_follow_redirects:
 * @self: a client
 *
 * Gets #TernClient:follow-redirects.
 *
 * Returns: see #TernClient:follow-redirects
 */
gboolean
tern_client_get_follow_redirects (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  tern_client_read_property (self, TERN_CLIENT_PROP_FOLLOW_REDIRECTS, &value);
  return g_value_get_boolean (&value);
}

/**
 * tern_client_set_follow_redirects:
 * @self: a client
 * @follow_redirects: see #TernClient:follow-redirects
 *
 * Sets #TernClient:follow-redirects.
 */
void
tern_client_set_follow_redirects (TernClient *self, gboolean follow_redirects)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, follow_redirects);
  tern_client_write_property (self, TERN_CLIENT_PROP_FOLLOW_REDIRECTS, &value);
}

/**
 * tern_client_get_follow_all_redirects:
 * @self: a client
 *
 * Gets #TernClient:follow-all-redirects.
 *
 * Returns: see #TernClient:follow-all-redirects
 */
gboolean
tern_client_get_follow_all_redirects (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  tern_client_read_property (self, TERN_CLIENT_PROP_FOLLOW_ALL_REDIRECTS, &value);
  return g_value_get_boolean (&value);
}

/**
 * tern_client_set_follow_all_redirects:
 * @self: a client
 * @follow_all_redirects: see #TernClient:follow-all-redirects
 *
 * Sets #TernClient:follow-all-redirects.
 */
void
tern_client_set_follow_all_redirects (TernClient *self, gboolean follow_all_redirects)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, follow_all_redirects);
  tern_client_write_property (self, TERN_CLIENT_PROP_FOLLOW_ALL_REDIRECTS, &value);
}

/**
 * tern_client_get_forward_authorization:
 * @self: a client
 *
 * Gets #TernClient:forward-authorization.
 *
 * Returns: see #TernClient:forward-authorization
 */
gboolean
tern_client_get_forward_authorization (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  tern_client_read_property (self, TERN_CLIENT_PROP_FORWARD_AUTHORIZATION, &value);
  return g_value_get_boolean (&value);
}

/**
 * tern_client_set_forward_authorization:
 * @self: a client
 * @forward_authorization: see #TernClient:forward-authorization
 *
 * Sets #TernClient:forward-authorization.
 */
void
tern_client_set_forward_authorization (TernClient *self, gboolean forward_authorization)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, forward_authorization);
  tern_client_write_property (self, TERN_CLIENT_PROP_FORWARD_AUTHORIZATION, &value);
}

/**
 * tern_client_get_ignore_etag:
 * @self: a client
 *
 * Gets #TernClient:ignore-etag.
 *
 * Returns: see #TernClient:ignore-etag
 */
gboolean
tern_client_get_ignore_etag (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  tern_client_read_property (self, TERN_CLIENT_PROP_IGNORE_ETAG, &value);
  return g_value_get_boolean (&value);
}

/**
 * tern_client_set_ignore_etag:
 * @self: a client
 * @ignore_etag: see #TernClient:ignore-etag
 *
 * Sets #TernClient:ignore-etag.
 */
void
tern_client_set_ignore_etag (TernClient *self, gboolean ignore_etag)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, ignore_etag);
  tern_client_write_property (self, TERN_CLIENT_PROP_IGNORE_ETAG, &value);
}

/**
 * tern_client_get_preemptive_auth:
 * @self: a client
 *
 * Gets #TernClient:preemptive-auth.
 *
 * Returns: see #TernClient:preemptive-auth
 */
gboolean
tern_client_get_preemptive_auth (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  tern_client_read_property (self, TERN_CLIENT_PROP_PREEMPTIVE_AUTH, &value);
  return g_value_get_boolean (&value);
}

/**
 * tern_client_set_preemptive_auth:
 * @self: a client
 * @preemptive_auth: see #TernClient:preemptive-auth
 *
 * Sets #TernClient:preemptive-auth.
 */
void
tern_client_set_preemptive_auth (TernClient *self, gboolean preemptive_auth)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, preemptive_auth);
  tern_client_write_property (self, TERN_CLIENT_PROP_PREEMPTIVE_AUTH, &value);
}

/**
 * tern_client_get_allow_auth_downgrade:
 * @self: a client
 *
 * Gets #TernClient:allow-auth-downgrade.
 *
 * Returns: see #TernClient:allow-auth-downgrade
 */
gboolean
tern_client_get_allow_auth_downgrade (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  tern_client_read_property (self, TERN_CLIENT_PROP_ALLOW_AUTH_DOWNGRADE, &value);
  return g_value_get_boolean (&value);
}

/**
 * tern_client_set_allow_auth_downgrade:
 * @self: a client
 * @allow_auth_downgrade: see #TernClient:allow-auth-downgrade
 *
 * Sets #TernClient:allow-auth-downgrade.
 */
void
tern_client_set_allow_auth_downgrade (TernClient *self, gboolean allow_auth_downgrade)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, allow_auth_downgrade);
  tern_client_write_property (self, TERN_CLIENT_PROP_ALLOW_AUTH_DOWNGRADE, &value);
}

/**
 * tern_client_get_errors_as_responses:
 * @self: a client
 *
 * Gets #TernClient:errors-as-responses.
 *
 * Returns: see #TernClient:errors-as-responses
 */
gboolean
tern_client_get_errors_as_responses (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  tern_client_read_property (self, TERN_CLIENT_PROP_ERRORS_AS_RESPONSES, &value);
  return g_value_get_boolean (&value);
}

/**
 * tern_client_set_errors_as_responses:
 * @self: a client
 * @errors_as_responses: see #TernClient:errors-as-responses
 *
 * Sets #TernClient:errors-as-responses.
 */
void
tern_client_set_errors_as_responses (TernClient *self, gboolean errors_as_responses)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, errors_as_responses);
  tern_client_write_property (self, TERN_CLIENT_PROP_ERRORS_AS_RESPONSES, &value);
}

/**
 * tern_client_get_user_agent:
 * @self: a client
 *
 * Gets #TernClient:user-agent.
 *
 * Returns: (transfer full) (nullable): see #TernClient:user-agent
 */
char *
tern_client_get_user_agent (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  tern_client_read_property (self, TERN_CLIENT_PROP_USER_AGENT, &value);
  return g_value_dup_string (&value);
}

/**
 * tern_client_set_user_agent:
 * @self: a client
 * @user_agent: (nullable): see #TernClient:user-agent
 *
 * Sets #TernClient:user-agent.
 */
void
tern_client_set_user_agent (TernClient *self, const char *user_agent)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, user_agent);
  tern_client_write_property (self, TERN_CLIENT_PROP_USER_AGENT, &value);
}

/**
 * tern_client_get_ca_file:
 * @self: a client
 *
 * Gets #TernClient:ca-file.
 *
 * Returns: (transfer full) (nullable) (type filename): see #TernClient:ca-file
 */
char *
tern_client_get_ca_file (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  tern_client_read_property (self, TERN_CLIENT_PROP_CA_FILE, &value);
  return g_value_dup_string (&value);
}

/**
 * tern_client_set_ca_file:
 * @self: a client
 * @ca_file: (nullable) (type filename): see #TernClient:ca-file
 *
 * Sets #TernClient:ca-file.
 */
void
tern_client_set_ca_file (TernClient *self, const char *ca_file)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, ca_file);
  tern_client_write_property (self, TERN_CLIENT_PROP_CA_FILE, &value);
}

/**
 * tern_client_get_validate_certificates:
 * @self: a client
 *
 * Gets #TernClient:validate-certificates.
 *
 * Returns: see #TernClient:validate-certificates
 */
gboolean
tern_client_get_validate_certificates (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  tern_client_read_property (self, TERN_CLIENT_PROP_VALIDATE_CERTIFICATES, &value);
  return g_value_get_boolean (&value);
}

/**
 * tern_client_set_validate_certificates:
 * @self: a client
 * @validate_certificates: see #TernClient:validate-certificates
 *
 * Sets #TernClient:validate-certificates.
 */
void
tern_client_set_validate_certificates (TernClient *self, gboolean validate_certificates)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&value, validate_certificates);
  tern_client_write_property (self, TERN_CLIENT_PROP_VALIDATE_CERTIFICATES, &value);
}

/**
 * tern_client_get_tls_minimum_version:
 * @self: a client
 *
 * Gets #TernClient:tls-minimum-version.
 *
 * Returns: see #TernClient:tls-minimum-version
 */
TernTlsVersion
tern_client_get_tls_minimum_version (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, TERN_TYPE_TLS_VERSION);
  tern_client_read_property (self, TERN_CLIENT_PROP_TLS_MINIMUM_VERSION, &value);
  return g_value_get_enum (&value);
}

/**
 * tern_client_set_tls_minimum_version:
 * @self: a client
 * @tls_minimum_version: see #TernClient:tls-minimum-version
 *
 * Sets #TernClient:tls-minimum-version.
 */
void
tern_client_set_tls_minimum_version (TernClient *self, TernTlsVersion tls_minimum_version)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, TERN_TYPE_TLS_VERSION);
  g_value_set_enum (&value, tls_minimum_version);
  tern_client_write_property (self, TERN_CLIENT_PROP_TLS_MINIMUM_VERSION, &value);
}

/**
 * tern_client_get_tls_maximum_version:
 * @self: a client
 *
 * Gets #TernClient:tls-maximum-version.
 *
 * Returns: see #TernClient:tls-maximum-version
 */
TernTlsVersion
tern_client_get_tls_maximum_version (TernClient *self)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, TERN_TYPE_TLS_VERSION);
  tern_client_read_property (self, TERN_CLIENT_PROP_TLS_MAXIMUM_VERSION, &value);
  return g_value_get_enum (&value);
}

/**
 * tern_client_set_tls_maximum_version:
 * @self: a client
 * @tls_maximum_version: see #TernClient:tls-maximum-version
 *
 * Sets #TernClient:tls-maximum-version.
 */
void
tern_client_set_tls_maximum_version (TernClient *self, TernTlsVersion tls_maximum_version)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, TERN_TYPE_TLS_VERSION);
  g_value_set_enum (&value, tls_maximum_version);
  tern_client_write_property (self, TERN_CLIENT_PROP_TLS_MAXIMUM_VERSION, &value);
}
