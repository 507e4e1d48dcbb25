/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of every command that prints results, and of those that transfer something. */
#pragma once

#include "common/command.h"

typedef struct
{
  char *color;
  gboolean json;
} OutputOptions;

typedef struct
{
  char *progress;
  gboolean verbose;
} TransferOptions;

extern const Option output_options[];
extern const Option transfer_options[];
