/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands do with each job that they name. */
#pragma once

#include "jobs-file.h"
#include "jobs.h"

#include <tern/tern-fetch-job.h>
#include <tern/tern-fetch-service.h>

typedef struct
{
  const char *name;
  gboolean (*func) (JobsFile *file, const char *number, TernFetchJob *job, GError **error);
  gboolean stays; /* the job is there when it is done */
  /* NULL where the number says it all. */
  TernFetchJob *(*claim) (TernFetchService *service,
                          JobsFile *file,
                          const char *number,
                          const JobsOptions *options,
                          GError **error);
} JobsAction;

/* NULL with an error; the job is as it is now. @received is negative to say nothing. */
TernFetchJob *jobs_claim (
    TernFetchService *service, JobsFile *file, const char *number, gint64 received, GError **error);

/* The exit code. */
int jobs_each (char **arguments, const JobsOptions *options, const JobsAction *action);
