/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All jobs: who may see which, and which runs next. */
#pragma once

#include "job.h"

typedef struct _Jobs Jobs;

/* Who is told of what happens to jobs. @changed: something of it; @added and @removed: to @owner.
 */
typedef struct
{
  void (*changed) (Job *job, gpointer data);
  void (*added) (Job *job, const char *owner, gpointer data);
  void (*removed) (Job *job, const char *owner, gpointer data);
  gpointer data;
} JobsListener;

Jobs *
jobs_new (GDBusConnection *connection, TernClient *client, Callers *callers, const Limits *limits);
void jobs_free (Jobs *jobs);
/* A second listener is told after the first; there are at most two. */
void jobs_listen (Jobs *jobs, const JobsListener *listener);

/* Takes @job; its account has been charged. It runs as soon as it is its turn. */
void jobs_add (Jobs *jobs, Job *job, const char *owner);
/* Ends it and forgets it. */
void jobs_remove (Jobs *jobs, Job *job);
/* Makes @owner another owner of a job. */
void jobs_share (Jobs *jobs, Job *job, const char *owner);
/* NULL where there is none of that path, or none that @owner may see. */
Job *jobs_find (Jobs *jobs, const char *path, const char *owner);
/* NULL where no detached job has that token. */
Job *jobs_find_token (Jobs *jobs, const char *token);
/* Those of @owner, or all where it is NULL, the oldest first. */
GPtrArray *jobs_list (Jobs *jobs, const char *owner);
/* A caller has ended: its jobs end with it, but for those that are detached. */
void jobs_drop_owner (Jobs *jobs, const char *owner);
/* Something may run now. */
void jobs_schedule (Jobs *jobs);
/* Whether the helper is needed for any. */
gboolean jobs_are_busy (Jobs *jobs);
guint jobs_count_detached (Jobs *jobs);
