/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which credentials and which scheme could answer a challenge. It knows the plugins' wrappers and
 * the program's credentials; it sends nothing and remembers nothing. */
#pragma once

#include "base/tern-uri.h"
#include "engine/tern-auth-memory.h"
#include "plugin/tern-auth-request.h"

/* The first pair of credentials (from number *@next on) and offer (strongest first) that goes
 * together; what was @refused already is left out. FALSE when none is left. Userinfo in the URI
 * stands in place of the program's credentials; a name alone picks those of that name. */
gboolean tern_auth_candidate_next (GPtrArray *credentials,
                                   const TernUri *uri,
                                   GPtrArray *challenges,
                                   const TernAuthAnswer *refused,
                                   guint *next,
                                   TernAuthAnswer *answer);

/* Whether an answer from memory is one of the credentials in the URI, where it has some. */
gboolean tern_auth_candidate_suits (const TernAuthAnswer *answer, const TernUri *uri);
/* Whether they are those in the URI. */
gboolean tern_auth_candidate_is_own (const TernAuthAnswer *answer, const TernUri *uri);

/* The first credentials for the URI with a scheme that may speak before it is asked. Where a
 * redirect has led to another origin (@led_astray), those for every host are not told unasked. */
gboolean tern_auth_candidate_preempt (GPtrArray *credentials,
                                      const TernUri *uri,
                                      gboolean led_astray,
                                      TernAuthAnswer *answer);

/* What the scheme says of the challenges that came after its answer. */
TernAuthVerdict tern_auth_candidate_judge (const TernAuthAnswer *answer, GPtrArray *challenges);

/* A new object of the same scheme for the new challenge, with the same credentials. */
gboolean tern_auth_candidate_renew (TernAuthAnswer *answer, GPtrArray *challenges);

/* The fields for one request (transfer full), NULL where the scheme gives none. The time, the
 * random text and the count of @request are filled in here. */
TernHeaders *tern_auth_candidate_respond (const TernAuthAnswer *answer,
                                          const TernAuthRequest *request);
