/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading WWW-Authenticate and Proxy-Authenticate fields. Pure, linear in the length of the
 * field, and bounded; it never fails a response because of a challenge that it cannot read. */
#pragma once

#include <tern/tern-challenge.h>
#include <tern/tern-headers.h>

/* More than these is an attack; the rest is left out. */
#define TERN_CHALLENGE_MAX 100
#define TERN_CHALLENGE_MAX_PARAMS 64
#define TERN_CHALLENGE_MAX_VALUE 65536

/* (element-type TernChallenge): every challenge that can be read in all fields of that name, in
 * their order; junk is skipped. Never NULL. */
GPtrArray *tern_challenges_from_headers (const TernHeaders *headers, const char *field_name,
                                         gboolean for_proxy);

/* The same challenge with the next nonce that an Authentication-Info field names (RFC 7616 §3.5;
 * transfer full); NULL where it names none. */
TernChallenge *tern_challenge_follow (const TernChallenge *challenge, const char *info);
