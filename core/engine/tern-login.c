/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rounds of a login. Nothing is said that was not asked for, unless it opened the same place
 * before; whatever the server says, there is an end to it. */
#include "engine/tern-login.h"

#include <string.h>

#include "engine/tern-auth-candidates.h"
#include "message/tern-response-private.h"
#include "policy/tern-challenge.h"

/* Rounds per request, whatever the server says: stale answers included (RFC 7616 §3.3). */
#define MAX_ROUNDS 10
#define MAX_STALE 2

void
tern_login_clear (TernLogin *self)
{
  tern_auth_answer_clear (&self->answer);
  g_clear_object (&self->opened);
}

/* NULL where the scheme will not. */
static TernHeaders *
respond (TernLogin *self, const TernLoginKind *kind, const TernLoginPlace *place)
{
  const TernAuthRequest request = {
    .method = place->method,
    .target = place->target,
    .headers = place->headers,
    .for_proxy = kind->for_proxy,
  };
  TernHeaders *fields = tern_auth_candidate_respond (&self->answer, &request);

  if (!fields)
    tern_auth_answer_clear (&self->answer);
  return fields;
}

/* What has opened this place before, unless the URI names somebody else. */
static void
recall (TernLogin *self, const TernLoginPlace *place)
{
  if (!tern_auth_memory_find (place->memory, place->uri, place->partition, &self->answer))
    return;
  if (tern_auth_candidate_suits (&self->answer, place->uri))
    self->opened = g_object_ref (self->answer.scheme);
  else
    tern_auth_answer_clear (&self->answer);
}

TernHeaders *
tern_login_begin (TernLogin *self, const TernLoginKind *kind, const TernLoginPlace *place)
{
  recall (self, place);
  if (!self->opened && place->preemptive)
    tern_auth_candidate_preempt (place->credentials, place->uri, place->led_astray, &self->answer);
  return self->answer.scheme ? respond (self, kind, place) : NULL;
}

static TernAuthVerdict
judge (TernLogin *self, GPtrArray *challenges)
{
  TernAuthVerdict verdict = TERN_AUTH_WRONG;

  if (self->answer.scheme)
    verdict = tern_auth_candidate_judge (&self->answer, challenges);
  if (verdict == TERN_AUTH_STALE && ++self->stale > MAX_STALE)
    verdict = TERN_AUTH_WRONG;
  return verdict;
}

TernHeaders *
tern_login_answer (TernLogin *self,
                   const TernLoginKind *kind,
                   const TernLoginPlace *place,
                   TernResponse *refusal)
{
  g_autoptr (GPtrArray) challenges = NULL;
  TernHeaders *fields = NULL;
  TernAuthAnswer refused;

  if (++self->rounds > MAX_ROUNDS)
    return NULL;
  challenges = tern_challenges_from_headers (refusal->headers, kind->challenges, kind->for_proxy);
  if (judge (self, challenges) != TERN_AUTH_WRONG
      && tern_auth_candidate_renew (&self->answer, challenges))
    fields = respond (self, kind, place);
  if (fields)
    return fields;
  if (self->opened)
    tern_auth_memory_forget (place->memory, place->uri, self->opened);
  g_clear_object (&self->opened);
  refused = self->answer;
  self->answer = (TernAuthAnswer){ NULL, NULL };
  /* Some credentials cannot be put into some schemes: those are not worth a request. */
  while (!fields
         && tern_auth_candidate_next (place->credentials, place->uri, challenges, &refused,
                                      &self->next_credentials, &self->answer))
    fields = respond (self, kind, place);
  tern_auth_answer_clear (&refused);
  return fields;
}

void
tern_login_tell (const TernLogin *self,
                 const TernLoginKind *kind,
                 const TernHeaders *fields,
                 TernDebugFunc log,
                 gpointer data)
{
  const char *answer = fields ? tern_headers_get (fields, kind->answer) : NULL;
  const char *space = answer ? strchr (answer, ' ') : NULL;

  if (!log)
    return;
  if (fields)
    tern_debug_tell (log, data, TERN_LOG_EVENT_AUTH, "round %u, answered with %.*s", self->rounds,
                     space ? (int)(space - answer) : 3, space ? answer : "***");
  else
    tern_debug_tell (log, data, TERN_LOG_EVENT_AUTH, "round %u, nothing left to answer with",
                     self->rounds);
}

void
tern_login_remember (TernLogin *self, const TernLoginPlace *place)
{
  if (!self->answer.scheme)
    return;
  if (!self->opened)
    tern_auth_memory_add (place->memory, place->uri, place->partition,
                          tern_auth_candidate_is_own (&self->answer, place->uri), &self->answer);
  else if (self->opened != self->answer.scheme)
    tern_auth_memory_renew (place->memory, place->uri, self->opened, &self->answer);
}
