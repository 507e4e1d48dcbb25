/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One URL, fetched: what came of it. */
#pragma once

#include "fetch-options.h"
#include "plan.h"
#include "progress.h"

#include <gio/gio.h>
#include <tern/tern-types.h>

typedef struct
{
  const FetchOptions *options;
  TernClient *client;
  GCancellable *cancellable;
  Progress *progress;
  Plan *plan;
  TernRequest *request;
  TernResponse *response; /* NULL when there was none */
  GError *error;          /* NULL when all went well, whatever the status */
  int spool_fd;           /* for --json: the body; 0 or less where there is none */
  guint64 received;       /* bytes of the body */
  gint64 body_time;       /* microseconds from the head to the end of the body */
  GChecksum *checksum;    /* for --json: of the bytes that were received */
  gboolean is_saved;      /* the file of -o was written */
  gboolean reader_left;   /* whoever read standard output went away */
  gboolean discards;      /* the body is of no interest */
  int exit_code;
} Fetch;

/* Does everything that -o, -i and -v ask for, and keeps what --json needs; self->exit_code tells
 * how it went. */
void fetch_run (Fetch *self);
void fetch_clear (Fetch *self);
