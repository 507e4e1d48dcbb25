/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rounds of a login. Nothing is said that was not asked for, unless it opened the same place
 * before; whatever the server says, there is an end to it. */
#include "engine/tern-login.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "base/tern-log.h"
#include "engine/tern-auth-candidates.h"
#include "engine/tern-body-hash.h"
#include "message/tern-response-private.h"
#include "plugin/tern-auth-scheme-private.h"
#include "policy/tern-challenge.h"

/* Rounds per request, whatever the server says: stale answers included (RFC 7616 §3.3). */
#define MAX_ROUNDS 10
#define MAX_STALE 2

static void
set_session (TernLogin *self, TernAuthSession *session)
{
  g_clear_pointer (&self->session, tern_auth_session_unref);
  g_clear_pointer (&self->body_hash, g_free);
  self->session = session;
}

void
tern_login_clear (TernLogin *self)
{
  set_session (self, NULL);
  g_clear_pointer (&self->opened, tern_auth_session_unref);
  g_clear_pointer (&self->offers, g_ptr_array_unref);
  g_clear_pointer (&self->told, tern_credentials_unref);
  g_clear_error (&self->unsupported);
  g_clear_error (&self->broken);
}

/* --- one answer ------------------------------------------------------------------------------ */

typedef struct
{
  const TernLogin *login;
  const TernBodySource *body;
} Hashing;

/* Bytes are hashed when it is asked for; what has to be read was read before. */
static char *
hash_body (gpointer data, const char *algorithm, GError **error)
{
  const Hashing *hashing = data;
  const TernBodySource *body = hashing->body;
  char *hash = NULL;

  if (hashing->login->body_hash)
    return g_strdup (hashing->login->body_hash);
  if (!body || body->kind == TERN_SOURCE_NONE)
    hash = tern_body_hash_bytes (algorithm, "", 0);
  else if (body->kind == TERN_SOURCE_BYTES)
    hash = tern_body_hash_bytes (algorithm, g_bytes_get_data (body->bytes, NULL),
                                 g_bytes_get_size (body->bytes));
  if (!hash)
    g_set_error_literal (error, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE,
                         _ ("The body of the request cannot be hashed"));
  return hash;
}

static TernAuthRequest
describe (const TernLogin *self,
          const TernLoginKind *kind,
          const TernLoginPlace *place,
          Hashing *hashing)
{
  *hashing = (Hashing){ self, place->body };
  return (TernAuthRequest){
    .method = place->method,
    .target = place->target,
    .headers = place->headers,
    .for_proxy = kind->for_proxy,
    .hash_body = hash_body,
    .hash_body_data = hashing,
  };
}

/* Whether the body has to be read through before there can be an answer. */
static gboolean
wants_hash (const TernLogin *self, const TernLoginPlace *place)
{
  const TernBodySource *body = place->body;

  return body && !self->body_hash
         && (body->kind == TERN_SOURCE_FILE
             || (body->kind == TERN_SOURCE_STREAM && tern_body_source_can_rewind (body)))
         && (tern_auth_scheme_get_flags (self->session->scheme) & TERN_AUTH_NEEDS_BODY_HASH);
}

/* Of the session that is up. GIVE_UP: the scheme will not. */
static TernLoginGo
respond (TernLogin *self,
         const TernLoginKind *kind,
         const TernLoginPlace *place,
         TernHeaders **fields)
{
  g_autoptr (GError) error = NULL;
  Hashing hashing;
  TernAuthRequest request = describe (self, kind, place, &hashing);

  if (wants_hash (self, place))
    return TERN_LOGIN_HASH;
  *fields = tern_auth_session_respond (self->session, &request, &error);
  self->nonce_count = request.nonce_count;
  self->unsent_count = place->is_late ? request.nonce_count : 0;
  if (*fields)
    return TERN_LOGIN_SEND;
  tern_log (TERN_LOG_PLUGIN, "auth: %s", error ? error->message : "no answer");
  set_session (self, NULL);
  return TERN_LOGIN_GIVE_UP;
}

TernHeaders *
tern_login_say (TernLogin *self, const TernLoginKind *kind, const TernLoginPlace *place)
{
  Hashing hashing;
  TernAuthRequest request = describe (self, kind, place, &hashing);
  TernHeaders *fields;

  if (!self->session)
    return NULL;
  request.nonce_count = self->unsent_count;
  self->unsent_count = 0;
  fields = tern_auth_session_respond (self->session, &request, NULL);
  self->nonce_count = request.nonce_count;
  return fields;
}

/* --- what comes next ------------------------------------------------------------------------- */

/* A server that has offered to hide the secret, and now wants it shown for all to read, is perhaps
 * no longer the same (RFC 7616 §5.10). And who asked for https did not mean to be read by all. */
static gboolean
must_hide (const TernLoginPlace *place)
{
  return !place->uri->secure && !place->allow_downgrade
         && (place->led_down
             || tern_auth_memory_is_guarded (place->memory, place->uri, place->partition));
}

static void
note_unsupported (TernLogin *self, GError *error)
{
  if (!self->unsupported
      && (g_error_matches (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION)
          || g_error_matches (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION)))
    self->unsupported = error;
  else
    g_clear_error (&error);
}

/* The next session to be tried with these credentials. A plugin that refuses costs the offer. */
static gboolean
pair_next (TernLogin *self, TernCredentials *credentials, TernAuthSession *refused, gboolean hide)
{
  while (self->next_offer < self->offers->len)
    {
      GError *error = NULL;
      TernAuthSession *session = tern_auth_candidate_pair (self->offers->pdata[self->next_offer++],
                                                           credentials, hide, &error);

      if (error)
        note_unsupported (self, error);
      if (!session)
        continue;
      set_session (self, session);
      if (!refused || !tern_auth_candidate_is_same (refused, session))
        return TRUE;
      set_session (self, NULL);
      return FALSE; /* nor is a weaker offer tried with them */
    }
  return FALSE;
}

/* The person, where there is one, and where there is something to be asked about. */
static TernLoginGo
ask (TernLogin *self, const TernLoginPlace *place)
{
  self->question = place->can_ask && self->asked < MAX_ROUNDS
                       ? tern_auth_candidate_find (self->offers, must_hide (place))
                       : NULL;
  if (!self->question)
    return TERN_LOGIN_GIVE_UP;
  g_clear_error (&self->unsupported);
  self->asked++;
  return TERN_LOGIN_ASK;
}

/* From where it stands: the next offer with the same credentials, then the next credentials. */
static TernLoginGo
go_on (TernLogin *self,
       const TernLoginKind *kind,
       const TernLoginPlace *place,
       TernAuthSession *refused,
       TernHeaders **fields)
{
  const gboolean hide = must_hide (place);
  g_autoptr (GPtrArray) list = tern_auth_candidate_list (place->credentials, place->uri, FALSE);

  while (self->told || self->next_credentials < list->len)
    {
      TernCredentials *credentials = self->told ? self->told : list->pdata[self->next_credentials];

      while (pair_next (self, credentials, refused, hide))
        {
          const TernLoginGo go = respond (self, kind, place, fields);

          if (go != TERN_LOGIN_GIVE_UP)
            return go;
        }
      self->next_offer = 0;
      if (self->told)
        break;
      self->next_credentials++;
    }
  g_clear_pointer (&self->told, tern_credentials_unref);
  return ask (self, place);
}

/* The credentials that were sent are wrong: others have to do. */
static void
drop_credentials (TernLogin *self)
{
  self->next_offer = 0;
  if (self->told)
    g_clear_pointer (&self->told, tern_credentials_unref);
  else if (self->session && self->session->challenge && !self->opened)
    self->next_credentials++; /* what was said unasked may do in another scheme */
}

/* What has opened this place before, unless the URI names somebody else. */
static void
recall (TernLogin *self, const TernLoginPlace *place)
{
  g_autoptr (TernAuthSession) session
      = tern_auth_memory_find (place->memory, place->uri, place->partition);

  if (!session || !tern_auth_candidate_suits (session->credentials, place->uri))
    return;
  self->opened = tern_auth_session_ref (session);
  self->session = g_steal_pointer (&session);
}

TernLoginGo
tern_login_begin (TernLogin *self,
                  const TernLoginKind *kind,
                  const TernLoginPlace *place,
                  TernHeaders **fields)
{
  recall (self, place);
  if (!self->session && place->preemptive && place->credentials)
    self->session = tern_auth_candidate_preempt (place->credentials, place->uri, place->led_astray,
                                                 must_hide (place));
  if (!self->session)
    return TERN_LOGIN_GIVE_UP;
  /* A kept connection may do: then nothing is to be said. */
  return place->is_late ? TERN_LOGIN_SEND : respond (self, kind, place, fields);
}

/* The same credentials will do with the new challenge: STALE or CONTINUE. */
static gboolean
renew (TernLogin *self, GPtrArray *challenges)
{
  TernAuthVerdict verdict = TERN_AUTH_WRONG;
  TernAuthSession *next;

  if (self->session)
    verdict = tern_auth_candidate_judge (self->session, challenges);
  if (verdict == TERN_AUTH_WRONG || (verdict == TERN_AUTH_STALE && ++self->stale > MAX_STALE))
    return FALSE;
  next = tern_auth_candidate_renew (self->session, challenges);
  if (next)
    set_session (self, next);
  return next != NULL;
}

static void
guard (TernLogin *self, const TernLoginPlace *place)
{
  TernChallenge *hidden = place->uri->secure ? NULL : tern_auth_candidate_find (self->offers, TRUE);

  if (hidden)
    tern_auth_memory_guard (place->memory, place->uri, place->partition, hidden);
}

/* Nothing was answered, nor said unasked. Who would have something to say is to know that it was
 * not the server who refused it; what no plugin is there for at all is the server's business. */
static void
note_broken (TernLogin *self, const TernLoginPlace *place, GPtrArray *challenges)
{
  g_autoptr (GPtrArray) list = tern_auth_candidate_list (place->credentials, place->uri, FALSE);

  g_clear_error (&self->broken);
  if (list->len > 0 || place->can_ask)
    self->broken = tern_auth_candidate_find_broken (challenges);
}

TernLoginGo
tern_login_answer (TernLogin *self,
                   const TernLoginKind *kind,
                   const TernLoginPlace *place,
                   TernResponse *refusal,
                   TernHeaders **fields)
{
  g_autoptr (GPtrArray) challenges = NULL;
  g_autoptr (TernAuthSession) refused = NULL;
  TernLoginGo go = TERN_LOGIN_GIVE_UP;

  if (++self->rounds > MAX_ROUNDS)
    return TERN_LOGIN_GIVE_UP;
  challenges = tern_challenges_from_headers (refusal->headers, kind->challenges, kind->for_proxy);
  g_clear_pointer (&self->offers, g_ptr_array_unref);
  self->offers = tern_auth_candidate_offers (challenges);
  guard (self, place);
  if (renew (self, challenges))
    go = respond (self, kind, place, fields);
  if (go != TERN_LOGIN_GIVE_UP)
    return go;
  drop_credentials (self);
  if (self->opened)
    tern_auth_memory_forget (place->memory, place->uri, self->opened);
  g_clear_pointer (&self->opened, tern_auth_session_unref);
  if (self->session)
    refused = tern_auth_session_ref (self->session);
  set_session (self, NULL);
  go = go_on (self, kind, place, refused, fields);
  if (go == TERN_LOGIN_GIVE_UP && self->rounds == 1 && !refused)
    note_broken (self, place, challenges);
  return go;
}

TernLoginGo
tern_login_hear (TernLogin *self,
                 const TernLoginKind *kind,
                 const TernLoginPlace *place,
                 TernCredentials *told,
                 TernHeaders **fields)
{
  if (!told)
    return TERN_LOGIN_GIVE_UP;
  self->told = tern_credentials_ref (told);
  self->next_offer = 0;
  return go_on (self, kind, place, NULL, fields);
}

TernLoginGo
tern_login_take_hash (TernLogin *self,
                      const TernLoginKind *kind,
                      const TernLoginPlace *place,
                      char *hash,
                      TernHeaders **fields)
{
  TernLoginGo go = TERN_LOGIN_GIVE_UP;

  g_free (self->body_hash);
  self->body_hash = hash;
  if (hash)
    go = respond (self, kind, place, fields);
  if (go != TERN_LOGIN_GIVE_UP)
    return go;
  set_session (self, NULL);
  return self->offers ? go_on (self, kind, place, NULL, fields) : TERN_LOGIN_GIVE_UP;
}

/* Whether the server has nothing else to offer than the one scheme that could not be used. */
static gboolean
is_alone (const TernLogin *self)
{
  for (guint i = 1; i < self->offers->len; i++)
    if (strcmp (tern_challenge_get_scheme (self->offers->pdata[0]),
                tern_challenge_get_scheme (self->offers->pdata[i]))
        != 0)
      return FALSE;
  return TRUE;
}

GError *
tern_login_steal_error (TernLogin *self)
{
  if (self->broken)
    return g_steal_pointer (&self->broken);
  /* Once something was tried, the refusal of that is the answer. */
  return self->unsupported && self->rounds == 1 && is_alone (self)
             ? g_steal_pointer (&self->unsupported)
             : NULL;
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

/* --- success --------------------------------------------------------------------------------- */

/* What the server says of the answer. FALSE: it could not show what it claims to know. */
static gboolean
heed_info (TernLogin *self,
           const TernLoginKind *kind,
           const TernLoginPlace *place,
           TernResponse *response)
{
  g_autofree char *info
      = response ? tern_headers_get_combined (response->headers, kind->info) : NULL;
  g_autoptr (GError) error = NULL;
  Hashing hashing;
  TernAuthRequest request;
  TernAuthSession *next;

  if (!info)
    return TRUE;
  request = describe (self, kind, place, &hashing);
  request.nonce_count = self->nonce_count;
  if (!tern_auth_session_verify (self->session, &request, info, &error))
    {
      tern_log (TERN_LOG_PLUGIN, "auth: %s", error ? error->message : "not verified");
      return FALSE;
    }
  next = tern_auth_session_follow (self->session, info);
  if (next)
    set_session (self, next);
  return TRUE;
}

void
tern_login_remember (TernLogin *self,
                     const TernLoginKind *kind,
                     const TernLoginPlace *place,
                     TernResponse *response)
{
  if (!self->session)
    return;
  if (!heed_info (self, kind, place, response))
    {
      if (self->opened)
        tern_auth_memory_forget (place->memory, place->uri, self->opened);
      return;
    }
  if (!self->opened)
    tern_auth_memory_add (place->memory, place->uri, place->partition,
                          tern_auth_candidate_is_own (self->session->credentials, place->uri),
                          self->session);
  else if (self->opened != self->session)
    tern_auth_memory_renew (place->memory, place->uri, self->opened, self->session);
}
