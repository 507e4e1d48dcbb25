/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which application a process belongs to. */
#pragma once

#include <glib.h>

/* NULL where it is not known. */
char *app_id_of_process (guint32 pid, gboolean *sandboxed);

/* Pure: out of the text of /.flatpak-info, and of /proc/PID/cgroup. */
char *app_id_from_flatpak_info (const char *text, gsize length);
char *app_id_from_cgroup (const char *text);
