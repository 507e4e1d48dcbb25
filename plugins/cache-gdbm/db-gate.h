/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread of this process at a time works on a file; who comes first goes first. Between
 * processes the lock of the file decides, but that knows neither turns nor waking up, so threads
 * must not compete for it. */
#pragma once

#include <glib.h>

typedef struct _DbGate DbGate;

/* The gate of a path, one in a process. */
DbGate *db_gate_get (const char *path);
void db_gate_release (DbGate *self);

/* @deadline: in the time of g_get_monotonic_time(); FALSE when it passed. */
gboolean db_gate_enter (DbGate *self, gint64 deadline);
void db_gate_leave (DbGate *self);
