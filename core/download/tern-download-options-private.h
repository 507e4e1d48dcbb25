/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program wishes of a download, as values: a download keeps those with which it began. */
#pragma once

#include <tern/tern-download.h>

typedef struct
{
  TernHeaders *headers;
  char *checksum;
  char *partition;
  char *resume_etag;
  guint64 resume_offset;
  guint64 max_size;   /* 0 is none */
  gint64 retry_delay; /* microseconds */
  double timeout;     /* seconds; negative: the client's, as below */
  double total_timeout;
  guint retries;
  gboolean resume;
  gboolean overwrite;
  gboolean set_mtime;
} TernDownloadWishes;

enum
{
  TERN_DOWNLOAD_PROGRESS,
  TERN_DOWNLOAD_RESPONSE,
  TERN_DOWNLOAD_WRITING,
  TERN_DOWNLOAD_FAILED,
  TERN_DOWNLOAD_N_SIGNALS
};

extern guint tern_download_signals[TERN_DOWNLOAD_N_SIGNALS];

/* A copy of those of @options, which may be NULL: the defaults. */
void tern_download_wishes_init (TernDownloadWishes *self, TernDownloadOptions *options);
void tern_download_wishes_clear (TernDownloadWishes *self);

/* The options' own, for its setters. */
TernDownloadWishes *tern_download_options_peek (TernDownloadOptions *self);
