/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the states of a download share. */
#pragma once

#include <tern/tern-error.h>

#include "client/tern-client-call.h"
#include "download/tern-download-plan.h"
#include "download/tern-download-run.h"
#include "download/tern-download-sink.h"
#include "download/tern-download-sum.h"

typedef enum
{
  TERN_DOWNLOAD_OPEN,
  TERN_DOWNLOAD_CHECK,
  TERN_DOWNLOAD_ASK,
  TERN_DOWNLOAD_SEND,
  TERN_DOWNLOAD_RECEIVE,
  TERN_DOWNLOAD_SLEEP,
  TERN_DOWNLOAD_FINISH,
  TERN_DOWNLOAD_OVER,
  TERN_DOWNLOAD_N_STATES
} TernDownloadRunState;

struct _TernDownloadRun
{
  TernClient *client;
  TernDownloadOptions *options; /* for its signals; may be NULL */
  TernDownloadWishes wishes;
  char *uri;
  char *shown_uri;    /* for messages */
  GFile *destination; /* NULL: into the descriptor */
  int fd;
  gint64 total_at; /* when all must be over */

  TernDownloadRunState state;
  TernUri *parsed;
  char *place; /* a digest of what is asked for */
  TernDownloadSink *sink;
  TernDownloadSum sum;
  gboolean summed;           /* the sum is of all that is there */
  guint64 checked;           /* how much of what was there has been summed */
  TernDownloadState left;    /* what the earlier download left, until it is checked */
  TernDownloadIdentity have; /* of what is there */
  char *name;                /* that the server gave it, where the sink needs one */
  guint64 resumed_from;

  /* The request that goes on. */
  TernRequest *request;
  TernClientCall *call;
  TernResponse *response;
  GInputStream *body;
  gboolean ranged;
  gint64 expected; /* bytes of the body that are still to come, -1 where that is not known */
  guint64 skip;    /* bytes at the start of the body that are there already */
  char *buffer;
  gsize filled;
  gsize at;

  guint tries;     /* in a row, that brought nothing new */
  guint64 highest; /* how much was there at most */
  gboolean answered;
  gboolean distrusts_ranges;
  gboolean anew; /* after a checksum that was wrong: not from a cache */
  gint64 wake_at;
  guint64 noted; /* the length that the state vouches for */
  gint64 noted_at;
  gint64 told_at;
  guint64 told; /* the length that was told last */
  gboolean is_finishing;
  gboolean is_watched; /* somebody listens to progress */
  TernDownload *result;
};

/* What is done, for who listens. */
void tern_download_run_tell (TernDownloadRun *self, const char *what);

/* Lets go of the request that goes on. */
void tern_download_run_drop (TernDownloadRun *self);

/* The state beside the file, where there is one to be kept. */
void tern_download_run_note (TernDownloadRun *self);

/* All that is there is worth nothing. */
gboolean tern_download_run_restart (TernDownloadRun *self, GError **error);

TernStep tern_download_run_ask (TernDownloadRun *self, TernWait *wait, GError **error);
TernStep tern_download_run_send (TernDownloadRun *self, TernWait *wait, GError **error);
TernStep tern_download_run_receive (TernDownloadRun *self, TernWait *wait, GError **error);

/* Another try after @delay (microseconds, -1: by the rule), or the end with @cause (taken). */
TernStep
tern_download_run_try_again (TernDownloadRun *self, GError *cause, gint64 delay, GError **error);
/* The same where @cause decides whether it is worth it. */
TernStep tern_download_run_fail (TernDownloadRun *self, GError *cause, GError **error);

TernStep tern_download_run_refuse_size (TernDownloadRun *self, GError **error);
