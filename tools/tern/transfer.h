/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One download of `tern download`, from its URL to what is said of it. */
#pragma once

#include "download-options.h"
#include "download-result.h"
#include "plan.h"
#include "progress.h"

typedef enum
{
  TRANSFER_QUEUED,
  TRANSFER_RUNS,
  TRANSFER_OVER,
} TransferState;

typedef struct _Transfer Transfer;
typedef void (*TransferDone) (Transfer *self, gpointer data);

struct _Transfer
{
  const DownloadOptions *options;
  TernClient *client;
  GHashTable *names; /* name to Transfer, of all that go into one folder; or NULL */
  GCancellable *cancellable;
  Plan *plan;
  Progress *progress;
  TransferState state;
  DownloadResult result;
  guint64 skipped; /* what was there before */
  gint64 answered_at;
  char *name;          /* that it has claimed; or NULL */
  gboolean cache_only; /* nobody else may be asked */
  gboolean is_refused; /* another has that name */
  TransferDone done;
  gpointer data;
};

/* @typed is the URL as it was typed; the rest is to be filled in. */
void transfer_init (Transfer *self, const DownloadOptions *options, const char *typed);
void transfer_clear (Transfer *self);

/* It ends when @cancellable is cancelled. @done comes from the main context, or before this returns
 * where it cannot even begin. */
void transfer_start (Transfer *self, GCancellable *cancellable, TransferDone done, gpointer data);

/* Says what came of one that is over: a message, and the object of --json. */
void transfer_tell (Transfer *self);
