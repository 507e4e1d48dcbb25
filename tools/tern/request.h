/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a plan to the library's request. */
#pragma once

#include "fetch-options.h"
#include "plan.h"

#include <tern/tern-types.h>

/* A line as it was typed, of a request for @url; an error of G_OPTION_ERROR where it is none. */
gboolean
request_add_header (TernHeaders *headers, const char *line, const char *url, GError **error);

/* Whether these fields of a request forbid to ask anybody but the cache. */
gboolean request_is_cache_only (TernHeaders *headers);

/* Reads what has to be joined; an error of G_OPTION_ERROR is one of usage. */
TernRequest *request_make (Plan *plan, const FetchOptions *options, GError **error);
