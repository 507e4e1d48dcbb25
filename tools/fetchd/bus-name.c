/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name on the bus, and the end of a helper that has nothing to do. A call may be on its way
 * while the helper decides to end: so the name is given back first, and what the bus had sent
 * before is answered; if that is work, the name is taken again. No call is ever lost between two
 * helpers. */
#include "bus-name.h"

#include <glib/gi18n.h>
#include <tern/tern.h>

struct _BusName
{
  GDBusConnection *connection;
  GMainLoop *loop;
  guint idle_seconds;
  gint64 touched_at;
  guint timer;
  gulong closed;
  BusNameBusyFunc is_busy;
  gpointer data;
};

/* The number that the bus answers with; 0 is an error. */
static guint32
ask_bus (BusName *self, const char *method, GVariant *arguments, GError **error)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (
      self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      method, arguments, G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, 10000, NULL, error);
  guint32 number = 0;

  if (reply)
    g_variant_get (reply, "(u)", &number);
  return number;
}

static gboolean
take (BusName *self, GError **error)
{
  /* 4: do not wait in a queue; nobody may take it away either. 1: it is ours now, 4: it was. */
  const guint32 number = ask_bus (self, "RequestName", g_variant_new ("(su)", BUS_NAME, 4), error);

  if (number == 1 || number == 4)
    return TRUE;
  if (number != 0)
    g_set_error (error, TERN_FETCH_ERROR, TERN_FETCH_ERROR_FAILED,
                 _ ("The name %s is taken on this bus"), BUS_NAME);
  return FALSE;
}

static gboolean
is_idle (BusName *self)
{
  return g_get_monotonic_time () - self->touched_at >= (gint64)self->idle_seconds * G_USEC_PER_SEC
         && !self->is_busy (self->data);
}

static gboolean
on_timer (gpointer data)
{
  BusName *self = data;
  g_autoptr (GError) error = NULL;

  /* The rest begins when the work ends: whoever waited for it has yet to ask what came of it. */
  if (self->is_busy (self->data))
    bus_name_touch (self);
  if (!is_idle (self))
    return G_SOURCE_CONTINUE;
  ask_bus (self, "ReleaseName", g_variant_new ("(s)", BUS_NAME), NULL);
  /* Everything that the bus sent before its answer is in this context by now. */
  while (is_idle (self) && g_main_context_iteration (NULL, FALSE))
    ;
  if (!is_idle (self) && take (self, &error))
    return G_SOURCE_CONTINUE;
  g_debug ("nothing to do: ending");
  g_main_loop_quit (self->loop);
  self->timer = 0;
  return G_SOURCE_REMOVE;
}

static void
on_closed (GDBusConnection *connection, gboolean vanished, GError *error, gpointer data)
{
  BusName *self = data;

  g_main_loop_quit (self->loop);
}

BusName *
bus_name_take (GDBusConnection *connection,
               GMainLoop *loop,
               guint idle_seconds,
               BusNameBusyFunc is_busy,
               gpointer data,
               GError **error)
{
  BusName *self = g_new0 (BusName, 1);

  self->connection = g_object_ref (connection);
  self->loop = loop;
  self->idle_seconds = idle_seconds;
  self->is_busy = is_busy;
  self->data = data;
  self->touched_at = g_get_monotonic_time ();
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  self->closed = g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  if (idle_seconds > 0)
    self->timer = g_timeout_add (MIN (idle_seconds * 250, 5000), on_timer, self);
  if (take (self, error))
    return self;
  bus_name_free (self);
  return NULL;
}

void
bus_name_free (BusName *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_signal_handler_disconnect (self->connection, self->closed);
  g_object_unref (self->connection);
  g_free (self);
}

void
bus_name_touch (BusName *self)
{
  self->touched_at = g_get_monotonic_time ();
}
