/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What outlives one answer to a challenge. It never changes but for the count. */
#include "engine/tern-auth-session.h"

#include <string.h>
#include <sys/random.h>

#include "plugin/tern-auth-scheme-private.h"
#include "plugin/tern-registry.h"
#include "policy/tern-challenge.h"

TernAuthSession *
tern_auth_session_new (TernAuthScheme *scheme,
                       TernCredentials *credentials,
                       TernChallenge *challenge)
{
  guint8 random[8] = { 0 };
  TernAuthSession *self;

  if (getrandom (random, sizeof random, 0) != sizeof random)
    return NULL;
  self = g_new0 (TernAuthSession, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->scheme = g_object_ref (scheme);
  self->credentials = tern_credentials_ref (credentials);
  self->challenge = challenge ? tern_challenge_ref (challenge) : NULL;
  for (gsize i = 0; i < sizeof random; i++)
    g_snprintf (self->cnonce + 2 * i, 3, "%02x", random[i]);
  return self;
}

TernAuthSession *
tern_auth_session_ref (TernAuthSession *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
tern_auth_session_unref (TernAuthSession *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_object_unref (self->scheme);
  tern_credentials_unref (self->credentials);
  g_clear_pointer (&self->challenge, tern_challenge_unref);
  g_free (self);
}

TernHeaders *
tern_auth_session_respond (TernAuthSession *self, TernAuthRequest *request, GError **error)
{
  request->time = g_get_real_time () / G_USEC_PER_SEC;
  request->cnonce = self->cnonce;
  if (request->nonce_count == 0)
    request->nonce_count = (guint32)g_atomic_int_add (&self->n_answers, 1) + 1;
  return tern_auth_scheme_respond (self->scheme, request, self->credentials, error);
}

gboolean
tern_auth_session_verify (TernAuthSession *self,
                          const TernAuthRequest *request,
                          const char *info,
                          GError **error)
{
  TernAuthRequest same = *request;

  same.cnonce = self->cnonce;
  return tern_auth_scheme_verify (self->scheme, &same, self->credentials, info, error);
}

TernAuthSession *
tern_auth_session_follow (TernAuthSession *self, const char *info)
{
  const char *name = self->challenge ? tern_challenge_get_scheme (self->challenge) : NULL;
  g_autoptr (TernChallenge) next = NULL;
  g_autoptr (TernAuthScheme) scheme = NULL;

  if (!name || !(next = tern_challenge_follow (self->challenge, info)))
    return NULL;
  scheme = tern_registry_create (TERN_PLUGIN_AUTH_SCHEME, name, NULL);
  if (!scheme || !tern_auth_scheme_accept (scheme, next, NULL))
    return NULL;
  return tern_auth_session_new (scheme, self->credentials, next);
}

char *
tern_auth_session_name_hash (TernAuthSession *self)
{
  const char *name
      = self->challenge ? tern_challenge_get_param (self->challenge, "algorithm") : NULL;
  const gsize len = name ? strlen (name) : 0;

  if (!name)
    return g_strdup ("MD5");
  if (len > 5 && g_ascii_strcasecmp (name + len - 5, "-sess") == 0)
    return g_strndup (name, len - 5);
  return g_strdup (name);
}
