/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the command line of `tern get` asks for, checked. */
#pragma once

#include "fetch-options.h"

typedef struct
{
  FetchOptions fetch;
  char *method;
  char **data;
} GetOptions;

extern const char get_more[];
extern const OptionSet get_sets[];

/* An error is one of usage. */
gboolean get_options_check (const GetOptions *self, char **urls, GError **error);
