/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is there? The caller's own answer, out of the secrets that it sent or from its agent. What
 * one caller knows is never used for another, nor sent to a host that it is not for. */
#include "transfer-private.h"

#include <string.h>
#include <tern/tern.h>

#define AGENT_INTERFACE "org.libtern.Fetch1.Agent"
#define AGENT_TIMEOUT_MS 120000

static gboolean
is_bearer (TernChallenge *challenge)
{
  return g_ascii_strcasecmp (tern_challenge_get_scheme (challenge), "bearer") == 0;
}

static gboolean
is_secure (GUri *uri)
{
  return uri && g_ascii_strcasecmp (g_uri_get_scheme (uri), "https") == 0;
}

void
transfer_set_place (Transfer *self, const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED, NULL);
  g_autoptr (GUri) first = g_uri_parse (self->spec->uri, G_URI_FLAGS_ENCODED, NULL);
  const char *host = parsed ? g_uri_get_host (parsed) : NULL;
  int port = parsed ? g_uri_get_port (parsed) : -1;

  g_clear_pointer (&self->host, g_free);
  g_clear_pointer (&self->server, g_free);
  self->n_answers = 0;
  self->is_exposed = is_secure (first) && !is_secure (parsed);
  if (!host)
    return;
  if (port < 0)
    port = is_secure (parsed) ? TERN_HTTPS_PORT : TERN_HTTP_PORT;
  self->host = g_strdup (host);
  self->server = g_strdup_printf (strchr (host, ':') ? "[%s]:%d" : "%s:%d", host, port);
}

static TernCredentials *
answer_from_secrets (Transfer *self, TernChallenge *challenge)
{
  /* Whose secret a proxy's would be, a host's name does not say; an agent may know. */
  if (!self->spec->secrets || !self->server || tern_challenge_is_for_proxy (challenge))
    return NULL;
  /* What was meant for https does not go out in the clear because a server says so; who names the
   * port of http means it. */
  return secrets_find (self->spec->secrets, self->server, self->is_exposed ? NULL : self->host,
                       is_bearer (challenge), self->n_answers++);
}

static GVariant *
describe (Transfer *self, TernChallenge *challenge, guint attempt)
{
  GVariantBuilder builder;
  const char *realm = tern_challenge_get_realm (challenge);
  g_autofree char *scheme = g_utf8_make_valid (tern_challenge_get_scheme (challenge), -1);
  g_autofree char *valid_realm = g_utf8_make_valid (realm ? realm : "", -1);
  g_autofree char *uri = g_utf8_make_valid (self->server ? self->server : "", -1);

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", "scheme", g_variant_new_string (scheme));
  g_variant_builder_add (&builder, "{sv}", "realm", g_variant_new_string (valid_realm));
  g_variant_builder_add (&builder, "{sv}", "server", g_variant_new_string (uri));
  g_variant_builder_add (&builder, "{sv}", "proxy",
                         g_variant_new_boolean (tern_challenge_is_for_proxy (challenge)));
  g_variant_builder_add (&builder, "{sv}", "exposed", g_variant_new_boolean (self->is_exposed));
  g_variant_builder_add (&builder, "{sv}", "attempt", g_variant_new_uint32 (attempt));
  if (self->spec->handle_token)
    g_variant_builder_add (&builder, "{sv}", "handle_token",
                           g_variant_new_string (self->spec->handle_token));
  return g_variant_new ("(s@a{sv})", self->spec->uri, g_variant_builder_end (&builder));
}

/* Some bindings end a byte string with a NUL, which belongs to no secret. */
static GBytes *
look_up_bytes (GVariant *answer, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (answer, key, G_VARIANT_TYPE_BYTESTRING);
  g_autoptr (GBytes) bytes = value ? g_variant_get_data_as_bytes (value) : NULL;
  gsize size = 0;
  const char *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;

  if (size > 0 && data[size - 1] == '\0')
    return g_bytes_new_from_bytes (bytes, 0, size - 1);
  return g_steal_pointer (&bytes);
}

static TernCredentials *
read_answer (GVariant *reply)
{
  g_autoptr (GVariant) answer = g_variant_get_child_value (reply, 0);
  g_autoptr (GBytes) name = look_up_bytes (answer, "name");
  g_autoptr (GBytes) password = look_up_bytes (answer, "password");
  g_autoptr (GBytes) token = look_up_bytes (answer, "token");

  if (token)
    {
      g_autofree char *text = g_strndup (g_bytes_get_data (token, NULL), g_bytes_get_size (token));
      TernCredentials *credentials = tern_credentials_new_token (text);

      explicit_bzero (text, strlen (text));
      return credentials;
    }
  return name && password ? tern_credentials_new_bytes (name, password) : NULL;
}

/* Blocks this thread alone; the agent may ask a person. */
static TernCredentials *
answer_from_agent (Transfer *self, TernChallenge *challenge, guint attempt)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  if (!self->spec->agent)
    return NULL;
  reply = g_dbus_connection_call_sync (
      self->connection, self->spec->caller, self->spec->agent, AGENT_INTERFACE, "GetCredentials",
      describe (self, challenge, attempt), G_VARIANT_TYPE ("(a{sv})"),
      G_DBUS_CALL_FLAGS_NO_AUTO_START, AGENT_TIMEOUT_MS, self->cancellable, &error);
  if (!reply)
    {
      g_debug ("an agent did not answer: %s", error->message);
      return NULL;
    }
  return read_answer (reply);
}

TernCredentials *
transfer_answer (Transfer *self, TernChallenge *challenge, guint attempt)
{
  TernCredentials *credentials = answer_from_secrets (self, challenge);

  return credentials ? credentials : answer_from_agent (self, challenge, attempt);
}
