/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --curl */
#pragma once

#include "fetch-options.h"
#include "plan.h"

/* Prints a line for a shell on standard output. */
gboolean curl_print (const FetchOptions *options, const Plan *plan, GError **error);
