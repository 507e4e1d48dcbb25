/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One login in rounds, as the stages for 401 and for 407 both do it (RFC 9110 §11): strongest
 * scheme first, one set of credentials after the other, in a bounded number of rounds. It decides
 * what is said and remembers what opened; it edits no request. */
#pragma once

#include <tern/tern-response.h>

#include "base/tern-debug.h"
#include "engine/tern-auth-memory.h"

/* What differs between the two; a constant of the stage. */
typedef struct
{
  guint status;           /* that asks */
  const char *challenges; /* the field that it asks in */
  const char *answer;     /* the field that answers */
  gboolean for_proxy;
} TernLoginKind;

/* Who asks, and what for; all borrowed. The URI, whatever it is the URI of, is what credentials
 * and memory go by. */
typedef struct
{
  TernAuthMemory *memory;
  GPtrArray *credentials; /* of TernDomainCredentials */
  TernUri *uri;
  const char *partition;
  gboolean preemptive; /* credentials are told before anybody asks */
  gboolean led_astray;
  /* The request that is sent there. */
  const char *method;
  const char *target;
  const TernHeaders *headers;
} TernLoginPlace;

/* Zeroed it is one that has not begun. */
typedef struct
{
  TernAuthAnswer answer;  /* what was sent with the last round */
  TernAuthScheme *opened; /* the one that had opened the place before; NULL for a new answer */
  guint rounds;
  guint stale;
  guint next_credentials; /* which set is tried next */
} TernLogin;

void tern_login_clear (TernLogin *self);

/* The fields of the first request (transfer full), NULL for none: what has opened the place
 * before, else nothing, unless it is to be preemptive. */
TernHeaders *
tern_login_begin (TernLogin *self, const TernLoginKind *kind, const TernLoginPlace *place);

/* The fields of the next request after a refusal (transfer full); NULL when nothing is left to be
 * tried. */
TernHeaders *tern_login_answer (TernLogin *self,
                                const TernLoginKind *kind,
                                const TernLoginPlace *place,
                                TernResponse *refusal);

/* Tells who listens (NULL is nobody) with which scheme it is tried next; @fields as answered, never
 * shown themselves. */
void tern_login_tell (const TernLogin *self,
                      const TernLoginKind *kind,
                      const TernHeaders *fields,
                      TernDebugFunc log,
                      gpointer data);

/* The place has let the request pass. */
void tern_login_remember (TernLogin *self, const TernLoginPlace *place);
