/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of `tern download`. */
#pragma once

#include "output-options.h"
#include "session-options.h"

typedef struct
{
  SessionOptions session;
  OutputOptions show;
  TransferOptions transfer;
  char *output;
  char *checksum;
  char *max_size;
  int retries;  /* negative where it was not given, as the one below */
  int parallel;
  gboolean goes_on;
  gboolean no_resume;
  gboolean force;
  gboolean no_mtime;
} DownloadOptions;

extern const char download_more[];
extern const OptionSet download_sets[];

/* What the kinds of the options cannot say; an error is one of usage. */
gboolean download_options_check (const DownloadOptions *self, guint n_urls, GError **error);
/* Bytes of --max-size; 0 where it was not given. */
gboolean download_options_get_max_size (const DownloadOptions *self, guint64 *size, GError **error);

/* How many run at once. */
guint download_options_get_parallel (const DownloadOptions *self);
