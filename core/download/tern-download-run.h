/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole download as one step, which either driver runs. */
#pragma once

#include "client/tern-client-private.h"
#include "download/tern-download-options-private.h"
#include "io/tern-step.h"

typedef struct _TernDownloadRun TernDownloadRun;

/* Without @destination it goes to @fd. */
TernDownloadRun *tern_download_run_new (
    TernClient *client, const char *uri, GFile *destination, int fd, TernDownloadOptions *options);
void tern_download_run_free (TernDownloadRun *self);

TernStep tern_download_run_step (gpointer run, TernWait *wait, GError **error);

/* After the driver, also one that was cancelled: decides what stays of it, and gives @error its
 * last words. */
void tern_download_run_settle (TernDownloadRun *self, GError **error);

/* After DONE (transfer full). */
TernDownload *tern_download_run_steal (TernDownloadRun *self);
