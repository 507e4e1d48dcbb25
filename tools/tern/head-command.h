/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern head. */
#pragma once

#include "fetch-options.h"

extern const char head_more[];
extern const OptionSet head_sets[];

/* A CommandRun. */
int head_run (const void *values, char **arguments);
