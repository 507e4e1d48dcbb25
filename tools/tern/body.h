/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of a request. */
#pragma once

#include "plan.h"

#include <tern/tern-types.h>

/* Makes the body of @plan from its -d parts, if it has any: of one file it keeps the name, several
 * parts are joined. */
gboolean body_load (Plan *plan, GError **error);

/* Gives @request the body of @plan, and Content-Type unless it has one. */
gboolean body_attach (const Plan *plan, TernRequest *request, GError **error);

/* How long it is, -1 where nobody knows before it is read. */
gint64 body_get_length (const Plan *plan);

/* All of standard input, to be freed. */
gboolean body_read_stdin (GByteArray *joined, GError **error);
