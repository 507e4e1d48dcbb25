/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which credentials opened which protection space, so that the next request there is answered
 * before it is asked. Thread-safe, shared by the requests of a client, bounded. */
#pragma once

#include <tern/plugin/tern-auth-scheme.h>

#include "base/tern-uri.h"

typedef struct _TernAuthMemory TernAuthMemory;

/* What a remembered success is made of; the caller owns the references in it. */
typedef struct
{
  TernAuthScheme *scheme;
  TernCredentials *credentials;
} TernAuthAnswer;

void tern_auth_answer_clear (TernAuthAnswer *answer);

TernAuthMemory *tern_auth_memory_new (void);
TernAuthMemory *tern_auth_memory_ref (TernAuthMemory *self);
void tern_auth_memory_unref (TernAuthMemory *self);

/* Fills in the answer for the space that @uri lies in; FALSE where none is known. */
gboolean tern_auth_memory_find (TernAuthMemory *self,
                                const TernUri *uri,
                                const char *partition,
                                TernAuthAnswer *answer);
/* @of_uri: the credentials stood in the URI and are for such URIs alone. */
void tern_auth_memory_add (TernAuthMemory *self,
                           TernUri *uri,
                           const char *partition,
                           gboolean of_uri,
                           const TernAuthAnswer *answer);
/* The answer of @scheme was refused: forgets it wherever it is known for that origin. */
void tern_auth_memory_forget (TernAuthMemory *self, const TernUri *uri, TernAuthScheme *scheme);
/* The answer of @old was stale, and the same credentials have opened with a newer one. */
void tern_auth_memory_renew (TernAuthMemory *self,
                             const TernUri *uri,
                             TernAuthScheme *old,
                             const TernAuthAnswer *answer);
