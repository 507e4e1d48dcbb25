/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Detached jobs on disk, so that the end of the helper is not theirs. */
#pragma once

#include "jobs.h"

typedef struct _Keep Keep;

/* Reads what @folder holds into @jobs, and keeps it up to date from then on. Waits some seconds
 * where another helper has the folder. */
Keep *keep_new (const char *folder, Jobs *jobs, Callers *callers);
/* Whether there can be detached jobs: the folder is ours, or has become free since. */
gboolean keep_take (Keep *keep, GError **error);
/* Writes what is not written yet. */
void keep_free (Keep *keep);
