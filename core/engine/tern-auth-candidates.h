/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which credentials and which scheme could answer a challenge. It knows the plugins' wrappers and
 * the program's credentials; it sends nothing and remembers nothing. */
#pragma once

#include "engine/tern-auth-memory.h"
#include "message/tern-call.h"

/* The first pair of credentials (from number *@next on) and offer (strongest first) that goes
 * together; userinfo in the URI comes before the program's credentials. FALSE when none is left. */
gboolean tern_auth_candidate_next (GPtrArray *credentials,
                                   const TernUri *uri,
                                   GPtrArray *challenges,
                                   guint *next,
                                   TernAuthAnswer *answer);

/* The first credentials for the URI with a scheme that may speak before it is asked. */
gboolean
tern_auth_candidate_preempt (GPtrArray *credentials, const TernUri *uri, TernAuthAnswer *answer);

/* What the scheme says of the challenges that came after its answer. */
TernAuthVerdict tern_auth_candidate_judge (const TernAuthAnswer *answer, GPtrArray *challenges);

/* A new object of the same scheme for the new challenge, with the same credentials. */
gboolean tern_auth_candidate_renew (TernAuthAnswer *answer, GPtrArray *challenges);

/* The fields for one request (transfer full), NULL where the scheme gives none. */
TernHeaders *tern_auth_candidate_respond (const TernAuthAnswer *answer,
                                          const TernCall *call,
                                          const TernUri *uri);
