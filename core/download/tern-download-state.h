/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands beside a partial file, as text: to whom its bytes belong and how many of them are
 * known to be right. Pure. It checks itself: what was cut, changed or mixed up is no state. */
#pragma once

#include "download/tern-download-identity.h"

/* The text is filled up to that, so that writing it anew in its place never leaves a rest. */
#define TERN_DOWNLOAD_STATE_SIZE 2048

typedef struct
{
  char *uri;                     /* a digest: what was asked for may hold secrets */
  TernDownloadIdentity identity; /* with a validator */
  guint64 length;                /* of the bytes that are vouched for */
  char *sum;                     /* their SHA-256 */
  char *name;                    /* that the server gave it; NULL where none is needed */
} TernDownloadState;

/* TERN_DOWNLOAD_STATE_SIZE bytes; NULL where the state does not fit. */
char *tern_download_state_write (const TernDownloadState *self);
/* FALSE, with nothing set, where the text is none. */
gboolean tern_download_state_read (TernDownloadState *self, const char *text, gsize len);
void tern_download_state_clear (TernDownloadState *self);
