/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern send. */
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

/* A CommandRun. */
int send_run (const void *values, char **arguments);
