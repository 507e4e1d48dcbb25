/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name org.libtern.Fetch1: taken, given back when nothing is to be done. */
#pragma once

#include <gio/gio.h>

#define BUS_NAME "org.libtern.Fetch1"

typedef struct _BusName BusName;
typedef gboolean (*BusNameBusyFunc) (gpointer data);

/* Ends @loop when the connection ends, or @idle_seconds (0: never) have passed since
 * the last call without anything that @is_busy knows of. NULL with an error where somebody else has
 * the name. Objects are to be there before it is taken. */
BusName *bus_name_take (GDBusConnection *connection,
                        GMainLoop *loop,
                        guint idle_seconds,
                        BusNameBusyFunc is_busy,
                        gpointer data,
                        GError **error);
void bus_name_free (BusName *name);
/* Somebody called. */
void bus_name_touch (BusName *name);
