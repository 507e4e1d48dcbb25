/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tern trace */
#pragma once

#include "fetch-options.h"

extern const char trace_more[];
extern const OptionSet trace_sets[];

/* A CommandRun; the values are FetchOptions. */
int trace_run (const void *values, char **arguments);
