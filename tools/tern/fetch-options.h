/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of every command that fetches and prints. */
#pragma once

#include "output-options.h"
#include "session-options.h"

typedef struct
{
  SessionOptions session;
  OutputOptions show;
  TransferOptions transfer;
  char *output;
  gboolean include_head;
  gboolean raw;
  gboolean curl;
  gboolean offline;
} FetchOptions;

extern const Option fetch_options[];

/* @n_urls is how many there are. An error is one of usage. */
gboolean fetch_options_check (const FetchOptions *self, guint n_urls, GError **error);
