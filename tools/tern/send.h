/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern send and tern head. */
#pragma once

#include "fetch-options.h"

typedef struct
{
  FetchOptions fetch;
  gboolean form;
  gboolean multipart;
} SendOptions;

extern const char send_more[];
extern const OptionSet send_sets[];
extern const char head_more[];
extern const OptionSet head_sets[];

/* CommandRuns. */
int send_run (const void *values, char **arguments);
int head_run (const void *values, char **arguments);
