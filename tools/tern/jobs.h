/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern jobs: downloads that the fetch helper does while no command runs. */
#pragma once

#include "common/command.h"

typedef struct
{
  char *output;
  char *checksum;
  char *user;
  char *bearer;   /* the file with the token */
  double timeout; /* seconds; negative where it was not given, as below */
  double total_timeout;
  int priority; /* negative where it was not given */
  gint64 received; /* negative where it was not given */
  gboolean force;
  gboolean wait;
  gboolean json;
} JobsOptions;

extern const OptionSet jobs_add_sets[];
extern const OptionSet jobs_list_sets[]; /* --json alone */
extern const OptionSet jobs_resume_sets[];
extern const char jobs_add_more[];
extern const char jobs_list_more[];
extern const char jobs_resume_more[];
extern const char jobs_cancel_more[];

/* Each a CommandRun. */
int jobs_add_run (const void *values, char **arguments);
int jobs_list_run (const void *values, char **arguments);
int jobs_pause_run (const void *values, char **arguments);
int jobs_resume_run (const void *values, char **arguments);
int jobs_cancel_run (const void *values, char **arguments);
