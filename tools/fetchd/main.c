/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern-fetchd: fetches for other programs on the session bus. This file puts the parts together; it
 * knows no method and no job. */
#include "app-id.h"
#include "bus-name.h"
#include "face.h"
#include "keep.h"
#include "manager.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <tern/tern.h>

typedef struct
{
  int idle_seconds;
  gboolean no_cache;
  gboolean by_connection;
  gboolean version;
  Limits limits;
} Settings;

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
make_client (const Settings *settings)
{
  TernClient *client = tern_client_new ();

  /* How many jobs run is the queue's to say. A connection is never to be waited for behind those
   * whose reader takes nothing, nor behind another caller's. */
  tern_client_set_max_connections (client, settings->limits.threads);
  tern_client_set_max_connections_per_host (client, settings->limits.threads);
  transfer_connect_client (client);
  if (!settings->no_cache)
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
        g_printerr ("tern-fetchd: no cache: %s\n", error->message);
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

  daemon->connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);
  if (!daemon->connection)
    return FALSE;
  daemon->client = make_client (settings);
  daemon->callers = callers_new (daemon->connection, &settings->limits, settings->by_connection,
                                 on_caller_gone, daemon);
  daemon->jobs = jobs_new (daemon->connection, daemon->client, daemon->callers, &settings->limits);
  daemon->streams
      = streams_new (daemon->connection, daemon->client, daemon->callers, &settings->limits);
  daemon->face = face_new (daemon->connection, daemon->jobs, error);
  if (!daemon->face)
    return FALSE;
  daemon->keep = keep_new (state, daemon->jobs, daemon->callers);
  daemon->manager = (Manager){ .connection = daemon->connection,
                               .limits = &settings->limits,
                               .callers = daemon->callers,
                               .jobs = daemon->jobs,
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
  g_clear_pointer (&daemon->callers, callers_free);
  if (daemon->connection)
    g_dbus_connection_flush_sync (daemon->connection, NULL, NULL);
  g_clear_object (&daemon->client);
  g_clear_object (&daemon->connection);
}

static gboolean
parse_settings (Settings *settings, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[]
      = { { "idle-timeout", 0, 0, G_OPTION_ARG_INT, &settings->idle_seconds,
            "End after SECONDS without work (60; 0: never)", "SECONDS" },
          { "no-cache", 0, 0, G_OPTION_ARG_NONE, &settings->no_cache, "Keep no cache", NULL },
          { "by-connection", 0, 0, G_OPTION_ARG_NONE, &settings->by_connection,
            "Tell callers apart by their connections to the bus alone", NULL },
          { "max-jobs", 0, 0, G_OPTION_ARG_INT, &settings->limits.jobs,
            "Jobs that one application may have (1000)", "N" },
          { "max-streams", 0, 0, G_OPTION_ARG_INT, &settings->limits.streams,
            "Bodies that one application may have open (100)", "N" },
          { "max-rate", 0, 0, G_OPTION_ARG_INT, &settings->limits.rate,
            "Calls a second of one application (200)", "N" },
          { "max-burst", 0, 0, G_OPTION_ARG_INT, &settings->limits.burst,
            "Calls of one application at once (1000)", "N" },
          { "max-memory", 0, 0, G_OPTION_ARG_INT64, &settings->limits.memory,
            "Bytes that one application's jobs may take here (33554432)", "BYTES" },
          { "version", 0, 0, G_OPTION_ARG_NONE, &settings->version, "Show the version", NULL },
          { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context,
                                "Fetches over HTTP for other programs on the session bus.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1 || settings->idle_seconds < 0 || settings->idle_seconds > 86400)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "wrong arguments");
      return FALSE;
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  Settings settings = { .idle_seconds = 60, .limits = LIMITS_DEFAULT };
  Daemon daemon = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean ran;

  setlocale (LC_ALL, "");
  g_set_prgname ("tern-fetchd");
  /* Nothing but what is asked for comes out of stdout, which may be another program's. */
  g_log_writer_default_set_use_stderr (TRUE);
  /* A reader that closes its pipe is an error of one job. */
  signal (SIGPIPE, SIG_IGN);
  if (!parse_settings (&settings, &argc, &argv, &error))
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
