/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pairs credentials with offers. Credentials are scoped by domain; those in the URI go to the
 * origin of that URI alone. */
#include "engine/tern-auth-candidates.h"

#include <string.h>
#include <sys/random.h>

#include "base/tern-log.h"
#include "engine/tern-settings.h"
#include "plugin/tern-auth-scheme-private.h"
#include "plugin/tern-registry.h"
#include "policy/tern-auth-choice.h"

static int
rank_scheme (const char *scheme, gpointer data)
{
  int rank = -1;

  return tern_registry_find (TERN_PLUGIN_AUTH_SCHEME, scheme, &rank) ? rank : -1;
}

/* A host, or host:port; an IPv6 address with its brackets or, alone, without. */
static gboolean
is_for (const TernDomainCredentials *entry, const TernUri *uri)
{
  g_autofree char *with_port = NULL;
  gsize len;

  if (!entry->domain || strcmp (entry->domain, uri->host) == 0)
    return TRUE;
  with_port = g_strdup_printf (strchr (uri->host, ':') ? "[%s]:%u" : "%s:%u", uri->host, uri->port);
  len = strrchr (with_port, ':') - with_port;
  return strcmp (entry->domain, with_port) == 0
         || (strlen (entry->domain) == len && strncmp (entry->domain, with_port, len) == 0);
}

/* "name:password" of the URI, its percent-encoding undone; NULL where it has none. */
static TernCredentials *
from_userinfo (const TernUri *uri)
{
  const char *colon;
  g_autoptr (GBytes) name = NULL;
  g_autoptr (GBytes) password = NULL;

  if (!uri->userinfo || !*uri->userinfo)
    return NULL;
  colon = strchr (uri->userinfo, ':');
  name = g_uri_unescape_bytes (uri->userinfo, colon ? colon - uri->userinfo : -1, NULL, NULL);
  password = g_uri_unescape_bytes (colon ? colon + 1 : "", -1, NULL, NULL);
  return name && password ? tern_credentials_new_bytes (name, password) : NULL;
}

static gboolean
flags_allow (TernAuthScheme *scheme, const TernCredentials *credentials)
{
  const TernAuthFlags flags = tern_auth_scheme_get_flags (scheme);
  const gboolean is_token = tern_credentials_get_token (credentials) != NULL;

  if ((flags & TERN_AUTH_NEEDS_PASSWORD) && is_token)
    return FALSE;
  return !(flags & TERN_AUTH_NEEDS_TOKEN) || is_token;
}

/* A scheme object that takes the challenge and can use the credentials, or NULL. */
static TernAuthScheme *
try_offer (const char *name, TernChallenge *challenge, const TernCredentials *credentials)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernAuthScheme) scheme = tern_registry_create (TERN_PLUGIN_AUTH_SCHEME, name, &error);

  if (scheme && flags_allow (scheme, credentials)
      && tern_auth_scheme_accept (scheme, challenge, &error))
    return g_steal_pointer (&scheme);
  if (error)
    tern_log (TERN_LOG_PLUGIN, "auth scheme %s: %s", name, error->message);
  return NULL;
}

static gboolean
are_equal (const TernCredentials *a, const TernCredentials *b)
{
  GBytes *const names[] = { tern_credentials_get_name (a), tern_credentials_get_name (b) };
  GBytes *const words[] = { tern_credentials_get_password (a), tern_credentials_get_password (b) };

  if (!names[0] || !names[1])
    return g_strcmp0 (tern_credentials_get_token (a), tern_credentials_get_token (b)) == 0;
  return g_bytes_equal (names[0], names[1]) && words[0] && words[1]
         && g_bytes_equal (words[0], words[1]);
}

static gboolean
has_name (const TernCredentials *credentials, GBytes *name)
{
  GBytes *own = tern_credentials_get_name (credentials);

  return own && g_bytes_equal (own, name);
}

/* Whether the URI names a user and leaves the password to the program. */
static gboolean
wants_password (const TernUri *uri)
{
  return strchr (uri->userinfo, ':') == NULL;
}

gboolean
tern_auth_candidate_suits (const TernAuthAnswer *answer, const TernUri *uri)
{
  g_autoptr (TernCredentials) own = from_userinfo (uri);

  if (!own)
    return TRUE;
  if (wants_password (uri))
    return has_name (answer->credentials, tern_credentials_get_name (own));
  return are_equal (own, answer->credentials);
}

/* (element-type TernCredentials): what may be tried, in order. A URI that names somebody is never
 * answered with somebody else's. */
static GPtrArray *
list_candidates (GPtrArray *credentials, const TernUri *uri, gboolean only_scoped)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)tern_credentials_unref);
  g_autoptr (TernCredentials) own = from_userinfo (uri);

  for (guint i = 0; i < credentials->len && (!own || wants_password (uri)); i++)
    {
      const TernDomainCredentials *entry = credentials->pdata[i];

      if (is_for (entry, uri) && (entry->domain || !only_scoped)
          && (!own || has_name (entry->credentials, tern_credentials_get_name (own))))
        g_ptr_array_add (list, tern_credentials_ref (entry->credentials));
    }
  if (own && list->len == 0)
    g_ptr_array_add (list, g_steal_pointer (&own));
  return list;
}

gboolean
tern_auth_candidate_is_own (const TernAuthAnswer *answer, const TernUri *uri)
{
  g_autoptr (TernCredentials) own = from_userinfo (uri);

  return own && are_equal (own, answer->credentials);
}

/* A scheme that speaks before it is asked says the same when it is: once was enough. */
static gboolean
was_refused (const TernAuthAnswer *refused, TernAuthScheme *scheme, TernCredentials *credentials)
{
  return refused->scheme && G_OBJECT_TYPE (refused->scheme) == G_OBJECT_TYPE (scheme)
         && (tern_auth_scheme_get_flags (scheme) & TERN_AUTH_PREEMPTIVE)
         && are_equal (refused->credentials, credentials);
}

static gboolean
pair (TernCredentials *credentials,
      GPtrArray *offers,
      const TernAuthAnswer *refused,
      TernAuthAnswer *answer)
{
  for (guint i = 0; i < offers->len; i++)
    {
      TernChallenge *challenge = offers->pdata[i];

      answer->scheme = try_offer (tern_challenge_get_scheme (challenge), challenge, credentials);
      if (!answer->scheme)
        continue;
      if (was_refused (refused, answer->scheme, credentials))
        {
          g_clear_object (&answer->scheme);
          return FALSE; /* nor is a weaker offer tried with them */
        }
      answer->credentials = tern_credentials_ref (credentials);
      return TRUE;
    }
  return FALSE;
}

gboolean
tern_auth_candidate_next (GPtrArray *credentials,
                          const TernUri *uri,
                          GPtrArray *challenges,
                          const TernAuthAnswer *refused,
                          guint *next,
                          TernAuthAnswer *answer)
{
  g_autoptr (GPtrArray) offers = tern_auth_choice_sort (challenges, rank_scheme, NULL);
  g_autoptr (GPtrArray) list = list_candidates (credentials, uri, FALSE);

  while (*next < list->len)
    if (pair (list->pdata[(*next)++], offers, refused, answer))
      return TRUE;
  return FALSE;
}

gboolean
tern_auth_candidate_preempt (GPtrArray *credentials,
                             const TernUri *uri,
                             gboolean led_astray,
                             TernAuthAnswer *answer)
{
  g_autoptr (GPtrArray) list = list_candidates (credentials, uri, led_astray);
  g_auto (GStrv) names = tern_registry_list_names (TERN_PLUGIN_AUTH_SCHEME);

  for (gsize i = 0; list->len > 0 && names[i]; i++)
    {
      g_autoptr (TernAuthScheme) scheme
          = tern_registry_create (TERN_PLUGIN_AUTH_SCHEME, names[i], NULL);

      if (!scheme || !(tern_auth_scheme_get_flags (scheme) & TERN_AUTH_PREEMPTIVE)
          || !flags_allow (scheme, list->pdata[0]) || !tern_auth_scheme_accept (scheme, NULL, NULL))
        continue;
      *answer
          = (TernAuthAnswer){ g_steal_pointer (&scheme), tern_credentials_ref (list->pdata[0]) };
      return TRUE;
    }
  return FALSE;
}

TernAuthVerdict
tern_auth_candidate_judge (const TernAuthAnswer *answer, GPtrArray *challenges)
{
  for (guint i = 0; i < challenges->len; i++)
    {
      const TernAuthVerdict verdict = tern_auth_scheme_judge (answer->scheme, challenges->pdata[i]);

      if (verdict != TERN_AUTH_WRONG)
        return verdict;
    }
  return TERN_AUTH_WRONG;
}

gboolean
tern_auth_candidate_renew (TernAuthAnswer *answer, GPtrArray *challenges)
{
  g_autoptr (TernAuthScheme) old = g_steal_pointer (&answer->scheme);

  for (guint i = 0; i < challenges->len; i++)
    {
      TernChallenge *challenge = challenges->pdata[i];

      if (tern_auth_scheme_judge (old, challenge) == TERN_AUTH_WRONG)
        continue;
      answer->scheme
          = try_offer (tern_challenge_get_scheme (challenge), challenge, answer->credentials);
      if (answer->scheme)
        return TRUE;
    }
  tern_auth_answer_clear (answer);
  return FALSE;
}

TernHeaders *
tern_auth_candidate_respond (const TernAuthAnswer *answer, const TernAuthRequest *request)
{
  g_autoptr (GError) error = NULL;
  guint8 random[8] = { 0 };
  char cnonce[17];
  TernHeaders *fields;
  TernAuthRequest view = *request;

  if (getrandom (random, sizeof random, 0) != sizeof random)
    return NULL;
  for (gsize i = 0; i < sizeof random; i++)
    g_snprintf (cnonce + 2 * i, 3, "%02x", random[i]);
  view.time = g_get_real_time () / G_USEC_PER_SEC;
  view.cnonce = cnonce;
  view.nonce_count = 1;
  fields = tern_auth_scheme_respond (answer->scheme, &view, answer->credentials, &error);
  if (!fields)
    tern_log (TERN_LOG_PLUGIN, "auth: %s", error ? error->message : "no answer");
  return fields;
}
