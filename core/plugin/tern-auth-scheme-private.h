/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the core calls an authentication scheme: absent slots have their documented meaning, and a
 * scheme that breaks the contract becomes an error, never a crash. */
#pragma once

#include <tern/plugin/tern-auth-scheme.h>

TernAuthFlags tern_auth_scheme_get_flags (TernAuthScheme *self);

/* To be called once, before anything else; @challenge is NULL for a pre-emptive answer. */
gboolean tern_auth_scheme_accept (TernAuthScheme *self, TernChallenge *challenge, GError **error);

/* The fields of the answer: at least one, all fit to be sent (transfer full). */
TernHeaders *tern_auth_scheme_respond (TernAuthScheme *self, const TernAuthRequest *request,
                                       TernCredentials *credentials, GError **error);

TernAuthVerdict tern_auth_scheme_judge (TernAuthScheme *self, TernChallenge *challenge);

/* A scheme that cannot check trusts the server. */
gboolean tern_auth_scheme_verify (TernAuthScheme *self, const TernAuthRequest *request,
                                  TernCredentials *credentials, const char *authentication_info,
                                  GError **error);
