/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern jobs cancel: the job is forgotten, its file is not touched. */
#include "jobs-each.h"

const char jobs_cancel_more[] = "Jobs that have ended are forgotten. The files stay as they are.";

static gboolean
cancel_job (JobsFile *file, const char *number, TernFetchJob *job, GError **error)
{
  if (!tern_fetch_job_remove (job, NULL, error))
    return FALSE;
  jobs_file_remove (file, number);
  return TRUE;
}

int
jobs_cancel_run (const void *values, char **arguments)
{
  static const JobsAction action = { "cancel", cancel_job, FALSE, NULL };

  return jobs_each (arguments, values, &action);
}
