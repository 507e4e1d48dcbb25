/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which credentials and which scheme could answer a challenge. It knows the plugins' wrappers and
 * the program's credentials; it sends nothing and remembers nothing. */
#pragma once

#include "base/tern-uri.h"
#include "engine/tern-auth-session.h"

/* (element-type TernChallenge): those that a plugin is there for, strongest first. */
GPtrArray *tern_auth_candidate_offers (GPtrArray *challenges);

/* (element-type TernCredentials): what may be tried, in order; @credentials are of
 * TernDomainCredentials. A URI that names somebody is never answered with somebody else's; a name
 * alone picks those of that name. @only_scoped: none that are for every host. */
GPtrArray *
tern_auth_candidate_list (GPtrArray *credentials, const TernUri *uri, gboolean only_scoped);

/* Whether credentials from memory are those in the URI, where it has some. */
gboolean tern_auth_candidate_suits (const TernCredentials *credentials, const TernUri *uri);
/* Whether they are those in the URI. */
gboolean tern_auth_candidate_is_own (const TernCredentials *credentials, const TernUri *uri);

/* A session of the two (transfer full); NULL where the scheme will not take the offer (@error) or
 * has no use for such credentials. @only_hidden: nor where its answer shows the secret. */
TernAuthSession *tern_auth_candidate_pair (TernChallenge *offer,
                                           TernCredentials *credentials,
                                           gboolean only_hidden,
                                           GError **error);

/* Whether @old, which was refused, was the same answer: a scheme that speaks before it is asked
 * says the same when it is, so once was enough. */
gboolean tern_auth_candidate_is_same (const TernAuthSession *old, const TernAuthSession *session);

/* The first offer that its scheme takes (transfer none), or NULL; @only_hidden as above. */
TernChallenge *tern_auth_candidate_find (GPtrArray *offers, gboolean only_hidden);

/* Why the plugin of the first of @challenges that has one which does not work cannot be used
 * (transfer full); NULL where there is none such. */
GError *tern_auth_candidate_find_broken (GPtrArray *challenges);

/* The first credentials for the URI with a scheme that may speak before it is asked. Where a
 * redirect has led to another origin (@led_astray), those for every host are not told unasked. */
TernAuthSession *tern_auth_candidate_preempt (GPtrArray *credentials,
                                              const TernUri *uri,
                                              gboolean led_astray,
                                              gboolean only_hidden);

/* What the scheme says of the challenges that came after its answer. */
TernAuthVerdict tern_auth_candidate_judge (const TernAuthSession *session, GPtrArray *challenges);

/* The same scheme and credentials with the new challenge (transfer full). */
TernAuthSession *tern_auth_candidate_renew (const TernAuthSession *session, GPtrArray *challenges);
