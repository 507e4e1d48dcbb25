/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the commands of tern jobs say. */
#pragma once

#include <tern/tern-fetch-job.h>

int jobs_exit_code (const GError *error);

/* Says why, and gives the exit code. */
int jobs_fail (const GError *error);

const char *jobs_state_word (TernFetchState state);

/* The members that every object about a job has. */
void jobs_append_facts (GString *object, const char *path, TernFetchJob *job);

/* What came of @action, as an object on standard output; @number, @path, @job and @failure are NULL
 * where there is none. The exit code. */
int jobs_tell (const char *action,
               const char *number,
               const char *path,
               TernFetchJob *job,
               const GError *failure);
