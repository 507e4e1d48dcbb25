/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who calls. The partition of a caller keeps its cache entries, connections and credentials apart
 * from all others': the application where it is known, else the one connection to the bus. The bus
 * is asked once for each connection; its word, not the caller's, counts. */
#include "callers.h"

#include "app-id.h"

#include <glib/gi18n.h>
#include <tern/tern.h>

struct _Callers
{
  GDBusConnection *connection;
  const Limits *limits;
  gboolean by_connection;
  char *bus_id; /* names are unique as long as the bus lives, and the cache outlives it */
  GHashTable *by_name;
  GHashTable *accounts; /* by partition */
  CallerGoneFunc on_gone;
  gpointer data;
};

static void
account_free (gpointer data)
{
  Account *account = data;

  g_free (account->partition);
  g_free (account);
}

static GVariant *
ask_bus (GDBusConnection *connection,
         const char *method,
         GVariant *arguments,
         const char *type,
         GError **error)
{
  return g_dbus_connection_call_sync (
      connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
      arguments, G_VARIANT_TYPE (type), G_DBUS_CALL_FLAGS_NONE, 10000, NULL, error);
}

static void
caller_free (Callers *callers, Caller *caller)
{
  g_bus_unwatch_name (caller->watch);
  callers_drop_account (callers, caller->account);
  g_free (caller->name);
  g_free (caller);
}

Callers *
callers_new (GDBusConnection *connection,
             const Limits *limits,
             gboolean by_connection,
             CallerGoneFunc on_gone,
             gpointer data)
{
  Callers *callers = g_new0 (Callers, 1);
  g_autoptr (GVariant) reply = ask_bus (connection, "GetId", NULL, "(s)", NULL);

  callers->connection = g_object_ref (connection);
  callers->limits = limits;
  callers->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  callers->accounts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, account_free);
  callers->by_connection = by_connection;
  callers->on_gone = on_gone;
  callers->data = data;
  if (reply)
    g_variant_get (reply, "(s)", &callers->bus_id);
  else
    callers->bus_id = g_uuid_string_random ();
  return callers;
}

void
callers_free (Callers *callers)
{
  GHashTableIter iter;
  gpointer caller;

  g_hash_table_iter_init (&iter, callers->by_name);
  while (g_hash_table_iter_next (&iter, NULL, &caller))
    caller_free (callers, caller);
  g_hash_table_unref (callers->by_name);
  g_hash_table_unref (callers->accounts);
  g_object_unref (callers->connection);
  g_free (callers->bus_id);
  g_free (callers);
}

Account *
callers_take_account (Callers *callers, const char *partition)
{
  Account *account = g_hash_table_lookup (callers->accounts, partition);

  if (!account)
    {
      account = g_new0 (Account, 1);
      account->partition = g_strdup (partition);
      account->turns = callers->limits->burst;
      account->turns_at = g_get_monotonic_time ();
      g_hash_table_insert (callers->accounts, account->partition, account);
    }
  account->refs++;
  return account;
}

void
callers_drop_account (Callers *callers, Account *account)
{
  if (--account->refs == 0)
    g_hash_table_remove (callers->accounts, account->partition);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer data)
{
  Callers *callers = data;
  Caller *caller = g_hash_table_lookup (callers->by_name, name);

  if (!caller)
    return;
  callers->on_gone (name, callers->data);
  g_hash_table_remove (callers->by_name, name);
  caller_free (callers, caller);
}

Caller *
callers_peek (Callers *callers, const char *name)
{
  return g_hash_table_lookup (callers->by_name, name);
}

Caller *
callers_get (Callers *callers, const char *name, GError **error)
{
  Caller *caller = g_hash_table_lookup (callers->by_name, name);
  g_autoptr (GVariant) reply = NULL, facts = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *app = NULL, *partition = NULL;
  guint32 pid = 0;
  gboolean sandboxed = TRUE;

  if (caller)
    return caller;
  reply = ask_bus (callers->connection, "GetConnectionCredentials", g_variant_new ("(s)", name),
                   "(a{sv})", &local);
  if (!reply)
    {
      g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_FAILED,
                   _ ("The bus does not say who calls: %s"), local->message);
      return NULL;
    }
  facts = g_variant_get_child_value (reply, 0);
  if (!callers->by_connection && g_variant_lookup (facts, "ProcessID", "u", &pid))
    app = app_id_of_process (pid, &sandboxed);
  partition = app ? g_strdup_printf ("app:%s", app)
                  : g_strdup_printf ("bus:%s:%s", callers->bus_id, name);

  caller = g_new0 (Caller, 1);
  caller->name = g_strdup (name);
  caller->account = callers_take_account (callers, partition);
  caller->is_app = app != NULL;
  caller->sandboxed = sandboxed;
  g_hash_table_insert (callers->by_name, caller->name, caller);
  /* Tells at once, in a later turn of the main loop, when it has gone already. */
  caller->watch = g_bus_watch_name_on_connection (
      callers->connection, name, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_vanished, callers, NULL);
  return caller;
}
