/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --offline */
#pragma once

#include "fetch-options.h"
#include "plan.h"

/* Prints the request that would go out on standard output, secrets as ***. */
gboolean offline_print (const FetchOptions *options, Plan *plan, GError **error);
