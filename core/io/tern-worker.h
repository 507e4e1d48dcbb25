/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The library's worker pool, for what can only block. Lanes have limits of their own, so that
 * dead look-ups never hold up a cache. A job owns its data: an operation that stops waiting
 * orphans it. */
#pragma once

#include "io/tern-wake.h"

typedef enum
{
  TERN_LANE_RESOLVE, /* of names */
  TERN_LANE_PROXY,   /* asking the desktop, which may ask the network */
  TERN_LANE_STORE,
  TERN_LANE_STREAM,  /* bodies to be sent, writes to programs' streams, opening those */
  TERN_LANE_RECEIVE, /* reads of those, which wait for the other side */
  TERN_LANE_REVALIDATE, /* questions to origins behind stale answers (RFC 5861) */
  TERN_LANE_CLOSE,   /* what nobody waits for and may never end */
  TERN_LANE_WATCH,   /* the clocks of calls in place: a thread each of the program's, at most */
  TERN_N_LANES,
} TernLane;

typedef struct _TernJob TernJob;
typedef void (*TernJobFunc) (gpointer data);

/* @func runs on a worker with @data; @free_data runs when both the worker and the owner are done
 * with it, in either thread; @wake is fired when @func has returned. */
TernJob *tern_job_start (TernLane lane, TernJobFunc func, gpointer data, GDestroyNotify free_data,
                         TernWake *wake);

/* The same without an owner: it runs when its turn comes and frees its data. */
void tern_job_detach (TernLane lane, TernJobFunc func, gpointer data, GDestroyNotify free_data);

/* Whether @func has returned; from then on the data is the owner's to read. */
gboolean tern_job_is_done (TernJob *job);
gpointer tern_job_get_data (TernJob *job);

/* The owner goes away; a job that has not started never runs. */
void tern_job_drop (TernJob *job);

/* For who holds a lock of his own over the start of a job and over a fork: called before he watches
 * forks himself, it has those locks taken in the same order as then. */
void tern_worker_watch_forks (void);

/* How many jobs a lane holds, waiting or running: for the tests that look for leftovers. */
guint tern_worker_count (TernLane lane);
