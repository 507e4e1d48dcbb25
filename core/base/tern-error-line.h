/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An error of TERN_ERROR may carry the offending line of the message, for TernFailure. */
#pragma once

#include <tern/tern-error.h>

/* Keeps a copy of @line, escaped already; does nothing for an error of another domain, or none. */
void tern_error_set_line (GError **error, const char *line);

/* NULL where there is none. */
const char *tern_error_get_line (const GError *error);
