/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All fetches of one run of the program. */
#pragma once

#include "fetch-options.h"

#include <tern/tern-types.h>

/* Fetches each Plan of @plans, or prints what --curl and --offline ask for. The first exit code
 * that is not 0 is the program's. */
int fetches_run (const FetchOptions *options, GPtrArray *plans);

/* The client for all of @plans, and the cancellable that Ctrl-C cancels. NULL when it failed: a
 * person was told, and @exit_code tells the rest. */
TernClient *fetches_make_client (const FetchOptions *options, GPtrArray *plans,
                                 GCancellable **cancellable, int *exit_code);
