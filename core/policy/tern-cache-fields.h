/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which header fields belong to a stored response and which to one connection only (RFC 9110
 * §7.6.1, RFC 9111 §3.1). Pure. */
#pragma once

#include "base/tern-headers-private.h"

/* A copy without what concerns one hop only: the known fields, and those that Connection names. */
TernHeaders *tern_cache_fields_end_to_end (const TernHeaders *headers);

/* The field that may stand once only: NULL where there is none, or several that differ. */
const TernField *tern_cache_fields_single (const TernHeaders *headers, const char *name);
