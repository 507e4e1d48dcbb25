/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern-fetchd: fetches for other programs on the session bus. This file puts the parts together; it
 * knows no method and no job. */
#include "app-id.h"
#include "bus-name.h"
#include "face.h"
#include "keep.h"
#include "manager.h"
#include "settings.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <tern/tern.h>

typedef struct
{
  GMainLoop *loop;
  GDBusConnection *connection;
  TernClient *client;
  Callers *callers;
  Jobs *jobs;
  Streams *streams;
  Face *face;
  Keep *keep;
  Limits limits;
  Manager manager;
  guint exported;
  GDebugControllerDBus *debug;
  BusName *name;
} Daemon;

static void
on_call (gpointer data)
{
  Daemon *daemon = data;

  if (daemon->name)
    bus_name_touch (daemon->name);
}

static gboolean
is_busy (gpointer data)
{
  Daemon *daemon = data;

  return jobs_are_busy (daemon->jobs) || streams_are_busy (daemon->streams);
}

static void
on_caller_gone (const char *name, gpointer data)
{
  Daemon *daemon = data;

  jobs_drop_owner (daemon->jobs, name);
  streams_drop_caller (daemon->streams, name);
}

static gboolean
on_terminate (gpointer data)
{
  Daemon *daemon = data;

  g_main_loop_quit (daemon->loop);
  return G_SOURCE_CONTINUE;
}

/* systemd says where; else it is where caches are. */
static char *
cache_folder (void)
{
  const char *folder = g_getenv ("CACHE_DIRECTORY");

  return folder && *folder ? g_strdup (folder)
                           : g_build_filename (g_get_user_cache_dir (), "tern-fetchd", NULL);
}

static char *
state_folder (void)
{
  const char *folder = g_getenv ("STATE_DIRECTORY");

  return folder && *folder ? g_strdup (folder)
                           : g_build_filename (g_get_user_state_dir (), "tern-fetchd", NULL);
}

static TernClient *
make_client (const Limits *limits, gboolean no_cache)
{
  TernClient *client = tern_client_new ();

  /* How many jobs run is the queue's to say. A connection is never to be waited for behind those
   * whose reader takes nothing, nor behind another caller's. */
  tern_client_set_max_connections (client, limits->threads);
  tern_client_set_max_connections_per_host (client, limits->threads);
  transfer_connect_client (client);
  if (!no_cache)
    {
      g_autofree char *folder = cache_folder ();
      g_autoptr (GFile) file = g_file_new_for_path (folder);
      g_autofree char *uri = g_file_get_uri (file);
      g_autoptr (GError) error = NULL;
      g_autoptr (TernCacheStore) store = tern_cache_store_open (uri, &error);

      /* Without a cache everything works, only slower. */
      if (store)
        tern_client_set_cache_store (client, store);
      else
        g_printerr (_ ("tern-fetchd: no cache: %s\n"), error->message);
    }
  return client;
}

/* Debug messages go to the journal and name no secret; still no sandbox turns them on. Called in a
 * thread of GIO's. */
static gboolean
on_authorize_debug (GDebugControllerDBus *controller,
                    GDBusMethodInvocation *invocation,
                    gpointer data)
{
  g_autofree char *app = NULL;
  gboolean sandboxed = TRUE;
  guint32 pid = 0;
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      g_dbus_method_invocation_get_connection (invocation), "org.freedesktop.DBus",
      "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
      g_variant_new ("(s)", g_dbus_method_invocation_get_sender (invocation)),
      G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, 10000, NULL, NULL);

  if (reply)
    {
      g_variant_get (reply, "(u)", &pid);
      app = app_id_of_process (pid, &sandboxed);
    }
  return !sandboxed;
}

static gboolean
daemon_start (Daemon *daemon, const Settings *settings, GError **error)
{
  g_autofree char *state = state_folder ();

  settings_get_limits (settings, &daemon->limits);
  daemon->connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);
  if (!daemon->connection)
    return FALSE;
  daemon->client = make_client (&daemon->limits, settings->no_cache);
  daemon->callers = callers_new (daemon->connection, &daemon->limits, settings->by_connection,
                                 on_caller_gone, daemon);
  daemon->jobs = jobs_new (daemon->connection, daemon->client, daemon->callers, &daemon->limits);
  daemon->streams
      = streams_new (daemon->connection, daemon->client, daemon->callers, &daemon->limits);
  daemon->face = face_new (daemon->connection, daemon->jobs, error);
  if (!daemon->face)
    return FALSE;
  daemon->keep = keep_new (state, daemon->jobs, daemon->callers);
  daemon->manager = (Manager){ .connection = daemon->connection,
                               .limits = &daemon->limits,
                               .callers = daemon->callers,
                               .jobs = daemon->jobs,
                               .keep = daemon->keep,
                               .streams = daemon->streams,
                               .on_call = on_call,
                               .data = daemon };
  daemon->exported = manager_export (&daemon->manager, error);
  if (!daemon->exported)
    return FALSE;
  daemon->debug = g_debug_controller_dbus_new (daemon->connection, NULL, error);
  if (!daemon->debug)
    return FALSE;
  g_signal_connect (daemon->debug, "authorize", G_CALLBACK (on_authorize_debug), daemon);
  daemon->name = bus_name_take (daemon->connection, daemon->loop, (guint)settings->idle_seconds,
                                is_busy, daemon, error);
  return daemon->name != NULL;
}

static void
daemon_stop (Daemon *daemon)
{
  g_clear_pointer (&daemon->name, bus_name_free);
  g_clear_object (&daemon->debug);
  if (daemon->exported)
    g_dbus_connection_unregister_object (daemon->connection, daemon->exported);
  g_clear_pointer (&daemon->keep, keep_free);
  g_clear_pointer (&daemon->face, face_free);
  g_clear_pointer (&daemon->streams, streams_free);
  g_clear_pointer (&daemon->jobs, jobs_free);
  transfer_wait_threads ();
  g_clear_pointer (&daemon->callers, callers_free);
  if (daemon->connection)
    g_dbus_connection_flush_sync (daemon->connection, NULL, NULL);
  g_clear_object (&daemon->client);
  g_clear_object (&daemon->connection);
}

int
main (int argc, char **argv)
{
  Settings settings;
  Daemon daemon = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean ran;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, FETCHD_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("tern-fetchd");
  /* Nothing but what is asked for comes out of stdout, which may be another program's. */
  g_log_writer_default_set_use_stderr (TRUE);
  /* A reader that closes its pipe is an error of one job. */
  signal (SIGPIPE, SIG_IGN);
  if (!settings_parse (&settings, &argc, &argv, &error))
    {
      g_printerr ("tern-fetchd: %s\n", error->message);
      return 2;
    }
  if (settings.version)
    {
      g_print ("tern-fetchd %s\n", FETCHD_VERSION);
      return 0;
    }
  daemon.loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_terminate, &daemon);
  g_unix_signal_add (SIGINT, on_terminate, &daemon);
  ran = daemon_start (&daemon, &settings, &error);
  if (ran)
    g_main_loop_run (daemon.loop);
  else
    g_printerr ("tern-fetchd: %s\n", error->message);
  daemon_stop (&daemon);
  g_main_loop_unref (daemon.loop);
  return ran ? 0 : 1;
}
