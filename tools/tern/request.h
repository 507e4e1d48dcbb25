/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a plan to the library's request. */
#pragma once

#include "fetch-options.h"
#include "plan.h"

#include <tern/tern-types.h>

/* Reads what has to be joined; an error of G_OPTION_ERROR is one of usage. */
TernRequest *request_make (Plan *plan, const FetchOptions *options, GError **error);
