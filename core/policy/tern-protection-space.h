/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which targets of an origin lie in the same protection space (RFC 7617 §2.2). Pure; the origin
 * is the caller's to compare. */
#pragma once

#include <tern/tern-challenge.h>

#include "base/tern-uri.h"

/* Everything of the path up to and including its last slash, without the query. */
char *tern_protection_space_root (const char *target);

/* The roots of the space that @challenge, an answer to @uri, is about: for Digest what its domain
 * names of this origin, or all of it (RFC 7616 §3.3); for any other scheme the one above. */
char **tern_protection_space_roots (const TernChallenge *challenge, TernUri *uri);

/* Whether @target lies at or below @root. */
gboolean tern_protection_space_covers (const char *root, const char *target);

/* The same where it must err towards too large a space: also where @target has dot segments. */
gboolean tern_protection_space_may_cover (const char *root, const char *target);
