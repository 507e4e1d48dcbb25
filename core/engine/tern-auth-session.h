/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A challenge and the credentials that answer it, for as many requests as they are good for: what
 * belongs to the challenge and not to one request is here, the random text and the count of
 * answers (RFC 7616 §3.4). Shared by threads. */
#pragma once

#include <tern/tern-challenge.h>

#include "plugin/tern-auth-request.h"

typedef struct
{
  gatomicrefcount ref_count;
  TernAuthScheme *scheme;
  TernCredentials *credentials;
  TernChallenge *challenge; /* NULL where nobody asked */
  char cnonce[17];
  gint n_answers; /* atomic */
} TernAuthSession;

/* @scheme has accepted the challenge. NULL where there is no chance to be had. */
TernAuthSession *tern_auth_session_new (TernAuthScheme *scheme,
                                        TernCredentials *credentials,
                                        TernChallenge *challenge);
TernAuthSession *tern_auth_session_ref (TernAuthSession *self);
void tern_auth_session_unref (TernAuthSession *self);

/* The fields for one request (transfer full), NULL where the scheme gives none. The time, the
 * random text and the count of @request are filled in here; a count that is there already is that
 * of an answer that was not sent. */
TernHeaders *
tern_auth_session_respond (TernAuthSession *self, TernAuthRequest *request, GError **error);

/* Whether the server's Authentication-Info to that @request is what it should be. */
gboolean tern_auth_session_verify (TernAuthSession *self,
                                   const TernAuthRequest *request,
                                   const char *info,
                                   GError **error);

/* The session that the server wants next (nextnonce, RFC 7616 §3.5; transfer full); NULL where it
 * does not say, or says it badly. */
TernAuthSession *tern_auth_session_follow (TernAuthSession *self, const char *info);

/* The hash of a body that an answer may be made of: "MD5", "SHA-256", "SHA-512-256", or what the
 * server calls it. */
char *tern_auth_session_name_hash (TernAuthSession *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernAuthSession, tern_auth_session_unref)
