/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which targets of an origin lie in the same protection space (RFC 7617 §2.2). Pure; the origin
 * is the caller's to compare. */
#pragma once

#include <glib.h>

/* Everything of the path up to and including its last slash, without the query. */
char *tern_protection_space_root (const char *target);

/* Whether @target lies at or below @root. */
gboolean tern_protection_space_covers (const char *root, const char *target);
