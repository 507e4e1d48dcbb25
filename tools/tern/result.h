/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --json */
#pragma once

#include "trace-text.h"

#include <tern/tern-failure.h>

/* Their members, within an object. */
void result_append_error (GString *out, const GError *error, TernPhase phase);
void result_append_response (GString *out, TernResponse *response, gint64 body_time);

/* Tells what kept all fetches of @urls from beginning, with --json as the result of each, too. The
 * exit code. */
int result_refuse (const GError *failure, char **urls, gboolean is_json);

/* Prints what came of a fetch as one object on one line of standard output. */
gboolean result_print (const Fetch *fetch, const Trace *trace, GError **error);
