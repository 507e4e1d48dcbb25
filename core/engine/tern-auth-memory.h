/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which sessions opened which protection spaces, so that the next request there is answered before
 * it is asked; and where more than a plain password was asked for. Thread-safe, shared by the
 * requests of a client, bounded. */
#pragma once

#include "base/tern-uri.h"
#include "engine/tern-auth-session.h"

typedef struct _TernAuthMemory TernAuthMemory;

TernAuthMemory *tern_auth_memory_new (void);
TernAuthMemory *tern_auth_memory_ref (TernAuthMemory *self);
void tern_auth_memory_unref (TernAuthMemory *self);

/* The session of the space that @uri lies in (transfer full); NULL where none is known. */
TernAuthSession *
tern_auth_memory_find (TernAuthMemory *self, const TernUri *uri, const char *partition);
/* @of_uri: the credentials stood in the URI and are for such URIs alone. */
void tern_auth_memory_add (TernAuthMemory *self,
                           TernUri *uri,
                           const char *partition,
                           gboolean of_uri,
                           TernAuthSession *session);
/* Its answer was refused: forgets it wherever it is known for that origin. */
void
tern_auth_memory_forget (TernAuthMemory *self, const TernUri *uri, const TernAuthSession *session);
/* The session is over, and the same credentials have opened with another one. */
void tern_auth_memory_renew (TernAuthMemory *self,
                             const TernUri *uri,
                             const TernAuthSession *old,
                             TernAuthSession *session);

/* The space of @challenge was offered with a scheme that does not show the secret. */
void tern_auth_memory_guard (TernAuthMemory *self,
                             TernUri *uri,
                             const char *partition,
                             const TernChallenge *challenge);
/* Whether @uri lies in such a space: what shows the secret is a step back there. */
gboolean
tern_auth_memory_is_guarded (TernAuthMemory *self, const TernUri *uri, const char *partition);
