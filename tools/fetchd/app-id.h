/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which application a process belongs to. */
#pragma once

#include <glib.h>

/* NULL where it is not known; @sandboxed is FALSE only where it is certain. */
char *app_id_of_process (guint32 pid, gboolean *sandboxed);

/* Pure: out of the text of /.flatpak-info, and of /proc/PID/cgroup: of a process outside of any
 * sandbox, and of one that may be in one. */
char *app_id_from_flatpak_info (const char *text, gsize length);
char *app_id_from_cgroup (const char *text);
char *app_id_from_flatpak_cgroup (const char *text);
/* Out of /proc/PID/status. */
gboolean app_id_may_gain_privileges (const char *status);
