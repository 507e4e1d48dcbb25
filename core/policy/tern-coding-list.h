/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which content codings lie over a body (RFC 9110 §8.4). Pure; it knows names, no decoders. */
#pragma once

#include <tern/tern-headers.h>

/* More is an attack (CVE-2022-32206), not a body. */
#define TERN_CODING_LIST_MAX 3

/* The codings in the order in which they are to be undone, lower case, without "identity": an
 * empty vector where there are none. NULL with DECOMPRESS_FAILED for what is no list of codings,
 * or too long. */
char **tern_coding_list_read (const TernHeaders *response_headers, GError **error);
