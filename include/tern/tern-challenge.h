/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One authentication challenge of a server or proxy (RFC 9110 §11.3). */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_TYPE_CHALLENGE (tern_challenge_get_type ())

TERN_AVAILABLE_IN_ALL
GType tern_challenge_get_type (void);
TERN_AVAILABLE_IN_ALL
TernChallenge *tern_challenge_ref (TernChallenge *challenge);
TERN_AVAILABLE_IN_ALL
void tern_challenge_unref (TernChallenge *challenge);
TERN_AVAILABLE_IN_ALL
const char *tern_challenge_get_scheme (const TernChallenge *challenge);
TERN_AVAILABLE_IN_ALL
const char *tern_challenge_get_param (const TernChallenge *challenge, const char *name);
TERN_AVAILABLE_IN_ALL
GBytes *tern_challenge_get_param_bytes (const TernChallenge *challenge, const char *name);
TERN_AVAILABLE_IN_ALL
GHashTable *tern_challenge_get_params (const TernChallenge *challenge);
TERN_AVAILABLE_IN_ALL
const char *tern_challenge_get_token68 (const TernChallenge *challenge);
TERN_AVAILABLE_IN_ALL
const char *tern_challenge_get_realm (const TernChallenge *challenge);
TERN_AVAILABLE_IN_ALL
gboolean tern_challenge_is_for_proxy (const TernChallenge *challenge);
TERN_AVAILABLE_IN_ALL
GPtrArray *tern_challenges_parse (const char *value, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernChallenge, tern_challenge_unref)

G_END_DECLS
