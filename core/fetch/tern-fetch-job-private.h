/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the service makes jobs. */
#pragma once

#include <tern/tern-fetch-job.h>

#include <gio/gio.h>

TernFetchJob *tern_fetch_job_new (GDBusConnection *connection, const char *path);
GDBusConnection *tern_fetch_job_get_connection (TernFetchJob *self);
/* Takes what the bus says of it (a{sv}); what is of another type is left out. */
void tern_fetch_job_take_properties (TernFetchJob *self, GVariant *properties);
/* TRUE when nothing more happens by itself; with @error when it is not done. */
gboolean tern_fetch_job_has_ended (TernFetchJob *self, GError **error);
