/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One job: what it fetches, how far it is, and what may be done with it in which state. */
#pragma once

#include "callers.h"
#include "count.h"
#include "options.h"
#include "transfer.h"

#include <gio/gio.h>

#define JOB_ROOT "/org/libtern/Fetch1/jobs"

typedef enum
{
  JOB_QUEUED,
  JOB_RUNNING,
  JOB_PAUSED,
  JOB_INTERRUPTED,
  JOB_DONE,
  JOB_FAILED,
  JOB_CANCELLED,
  N_JOB_STATES
} JobState;

typedef struct _Job Job;
typedef void (*JobChangedFunc) (Job *job, gpointer data);

struct _Job
{
  char *path;
  JobState state;
  char *uri;
  Options *options;
  GHashTable *owners; /* names on the bus */
  char *token_hash;   /* NULL where it has no token */
  Account *account;
  gsize charged;
  guint64 number; /* the order of asking */
  gint64 created; /* seconds of the real clock */

  gboolean has_output; /* a descriptor was given once */
  int out;             /* -1 when there is none now */
  DescriptorKind kind;
  guint64 base;      /* where in a regular file the body begins */
  char *agent_owner; /* whose object the agent is */

  guint64 done;
  guint64 most;     /* that may have been written; all bits where nobody knows */
  gboolean unknown; /* whether it is @done that was written is not known */
  gboolean told;    /* @done is what the reader says; nobody wrote since */
  Count *count;     /* of a detached job that writes into no file, else NULL */
  gint64 total;
  guint64 speed;
  char *etag;
  char *final_uri;
  GError *error; /* of a failed job */

  Transfer *transfer; /* NULL when no thread works for it */
  gint64 measured_at;
  guint64 measured_done;
  gint64 ended_at; /* monotonic; 0 when it has not */

  JobChangedFunc on_changed;
  gpointer data;
};

/* Takes @options and @out. @on_changed is told of every change of state. */
Job *job_new (const char *path, const char *uri, Options *options, int out, DescriptorKind kind);
void job_free (Job *job);
const char *job_state_name (JobState state);
JobState job_state_from_name (const char *name);
gboolean job_has_ended (const Job *job);
/* Whether what it wrote can be neither read nor written again: a pipe or a socket has it. */
gboolean job_is_stream (const Job *job);
gboolean job_is_owned_by (const Job *job, const char *name);

/* The queue gives it its turn. */
void job_run (Job *job, TernClient *client, GDBusConnection *connection);
/* Takes what the transfer says of how far it is; TRUE when something changed. */
gboolean job_update (Job *job);

/* What callers ask for; errors are TERN_FETCH_ERROR_WRONG_STATE, _INVALID_DESCRIPTOR,
 * _INVALID_OPTION and _POSITION_UNKNOWN. */
gboolean job_pause (Job *job, GError **error);
/* Takes @out; -1 is none. */
gboolean job_resume (Job *job, int out, DescriptorKind kind, GError **error);
gboolean job_cancel (Job *job, GError **error);
/* The job is to go on behind so many bytes, whatever was written. */
gboolean job_set_received (Job *job, guint64 received, GError **error);
