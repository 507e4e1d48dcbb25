/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The agent: an object of the program's own on its connection to the bus, which answers the helper
 * and nobody else on that bus. What it answers goes in one message to the one who asked. */
#include <tern/tern-credentials.h>
#include <tern/tern-fetch-service.h>

#include <string.h>

#include "base/tern-i18n.h"
#include "fetch/tern-fetch-call.h"
#include "fetch/tern-fetch-service-private.h"

typedef struct
{
  GWeakRef service; /* it has the export, not the other way round */
  TernFetchAgentFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Agent;

static const GDBusArgInfo uri_info = { -1, (char *)"uri", (char *)"s", NULL };
static const GDBusArgInfo challenge_info = { -1, (char *)"challenge", (char *)"a{sv}", NULL };
static const GDBusArgInfo credentials_info = { -1, (char *)"credentials", (char *)"a{sv}", NULL };
static const GDBusArgInfo *const in_info[] = { &uri_info, &challenge_info, NULL };
static const GDBusArgInfo *const out_info[] = { &credentials_info, NULL };
static const GDBusMethodInfo method_info
    = { -1, (char *)"GetCredentials", (GDBusArgInfo **)in_info, (GDBusArgInfo **)out_info, NULL };
static const GDBusMethodInfo *const methods_info[] = { &method_info, NULL };
static const GDBusInterfaceInfo interface_info = {
  -1, (char *)"org.libtern.Fetch1.Agent", (GDBusMethodInfo **)methods_info, NULL, NULL, NULL
};

static void
agent_free (gpointer data)
{
  Agent *self = data;

  if (self->destroy)
    self->destroy (self->data);
  g_weak_ref_clear (&self->service);
  g_free (self);
}

static void
add_bytes (GVariantBuilder *builder, const char *key, GBytes *bytes)
{
  if (bytes)
    g_variant_builder_add (builder, "{sv}", key,
                           g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

static GVariant *
describe (TernCredentials *credentials)
{
  const char *token = credentials ? tern_credentials_get_token (credentials) : NULL;
  g_autoptr (GBytes) token_bytes = token ? g_bytes_new (token, strlen (token)) : NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  add_bytes (&builder, "token", token_bytes);
  if (credentials && !token)
    {
      add_bytes (&builder, "name", tern_credentials_get_name (credentials));
      add_bytes (&builder, "password", tern_credentials_get_password (credentials));
    }
  return g_variant_new ("(a{sv})", &builder);
}

/* Whoever has the name of the helper, and no other: anybody on the bus can call. */
static gboolean
is_helper (GDBusConnection *connection, const char *sender)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "GetNameOwner", g_variant_new ("(s)", TERN_FETCH_NAME), G_VARIANT_TYPE ("(s)"),
      G_DBUS_CALL_FLAGS_NONE, 10000, NULL, NULL);
  const char *owner;

  if (!reply)
    return FALSE;
  g_variant_get (reply, "(&s)", &owner);
  return g_strcmp0 (owner, sender) == 0;
}

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *arguments,
         GDBusMethodInvocation *invocation,
         gpointer data)
{
  Agent *self = data;
  g_autoptr (TernFetchService) service = g_weak_ref_get (&self->service);
  g_autoptr (TernCredentials) credentials = NULL;
  g_autoptr (GVariant) challenge = NULL;
  const char *uri;

  if (!is_helper (connection, sender))
    {
      g_dbus_method_invocation_return_error_literal (invocation, G_DBUS_ERROR,
                                                     G_DBUS_ERROR_ACCESS_DENIED,
                                                     _ ("Only the fetch helper may ask"));
      return;
    }
  g_variant_get (arguments, "(&s@a{sv})", &uri, &challenge);
  if (service)
    credentials = self->func (service, uri, challenge, self->data);
  g_dbus_method_invocation_return_value (invocation, describe (credentials));
}

/**
 * tern_fetch_service_set_agent:
 * @self: the helper
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): who is asked for
 *   credentials; %NULL for nobody
 * @user_data: for @func
 * @destroy: (nullable): called when @user_data is not needed any more
 * @error: return location for a #GError
 *
 * Sets who is asked when a server or a proxy wants to know who is there, for the calls that are
 * made from now on and name no agent of their own in their options. It is asked by the helper
 * alone, in the thread-default main context that is the caller's now, and that context has to run:
 * a thread that blocks in a call of its own answers nobody. The answer has to come within two
 * minutes; none after that.
 *
 * Errors: those of g_dbus_connection_register_object().
 *
 * Returns: whether it could be set
 */
gboolean
tern_fetch_service_set_agent (TernFetchService *self,
                              TernFetchAgentFunc func,
                              gpointer user_data,
                              GDestroyNotify destroy,
                              GError **error)
{
  static const GDBusInterfaceVTable table = { .method_call = on_call };
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *path = g_strdelimit (g_strconcat ("/org/libtern/Agent/a", uuid, NULL), "-", '_');
  Agent *agent;
  guint id;

  tern_fetch_service_take_agent (self, NULL, 0);
  if (!func)
    return TRUE;
  agent = g_new0 (Agent, 1);
  g_weak_ref_init (&agent->service, self);
  agent->func = func;
  agent->data = user_data;
  agent->destroy = destroy;
  id = g_dbus_connection_register_object (tern_fetch_service_get_connection (self), path,
                                          (GDBusInterfaceInfo *)&interface_info, &table, agent,
                                          agent_free, error);
  if (id == 0)
    {
      agent_free (agent);
      return FALSE;
    }
  tern_fetch_service_take_agent (self, g_steal_pointer (&path), id);
  return TRUE;
}
