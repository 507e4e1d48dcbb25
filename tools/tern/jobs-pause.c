/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern jobs pause. */
#include "jobs-each.h"

static gboolean
pause_job (JobsFile *file, const char *number, TernFetchJob *job, GError **error)
{
  return tern_fetch_job_pause (job, NULL, error);
}

int
jobs_pause_run (const void *values, char **arguments)
{
  static const JobsAction action = { "pause", pause_job, TRUE, NULL };

  return jobs_each (arguments, values, &action);
}
