/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pairs credentials with offers. Credentials are scoped by domain; those in the URI go to the
 * origin of that URI alone. */
#include "engine/tern-auth-candidates.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
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

GPtrArray *
tern_auth_candidate_offers (GPtrArray *challenges)
{
  return tern_auth_choice_sort (challenges, rank_scheme, NULL);
}

gboolean
tern_auth_candidate_suits (const TernCredentials *credentials, const TernUri *uri)
{
  g_autoptr (TernCredentials) own = from_userinfo (uri);

  if (!own)
    return TRUE;
  if (wants_password (uri))
    return has_name (credentials, tern_credentials_get_name (own));
  return are_equal (own, credentials);
}

gboolean
tern_auth_candidate_is_own (const TernCredentials *credentials, const TernUri *uri)
{
  g_autoptr (TernCredentials) own = from_userinfo (uri);

  return own && are_equal (own, credentials);
}

GPtrArray *
tern_auth_candidate_list (GPtrArray *credentials, const TernUri *uri, gboolean only_scoped)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)tern_credentials_unref);
  g_autoptr (TernCredentials) own = from_userinfo (uri);

  for (guint i = 0; credentials && i < credentials->len && (!own || wants_password (uri)); i++)
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

/* A scheme object that takes the offer (NULL: speaks unasked), or NULL. */
static TernAuthScheme *
make_scheme (const char *name, TernChallenge *offer, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (TernAuthScheme) scheme = tern_registry_create (TERN_PLUGIN_AUTH_SCHEME, name, &local);

  if (scheme && tern_auth_scheme_accept (scheme, offer, &local))
    return g_steal_pointer (&scheme);
  if (!local)
    return NULL;
  tern_log (TERN_LOG_PLUGIN, "auth scheme %s: %s", name, local->message);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static gboolean
shows_secret (TernAuthScheme *scheme)
{
  return (tern_auth_scheme_get_flags (scheme) & TERN_AUTH_SHOWS_SECRET) != 0;
}

TernAuthSession *
tern_auth_candidate_pair (TernChallenge *offer,
                          TernCredentials *credentials,
                          gboolean only_hidden,
                          GError **error)
{
  g_autoptr (TernAuthScheme) scheme = make_scheme (tern_challenge_get_scheme (offer), offer, error);

  if (!scheme || !flags_allow (scheme, credentials) || (only_hidden && shows_secret (scheme)))
    return NULL;
  return tern_auth_session_new (scheme, credentials, offer);
}

gboolean
tern_auth_candidate_is_same (const TernAuthSession *old, const TernAuthSession *session)
{
  return G_OBJECT_TYPE (old->scheme) == G_OBJECT_TYPE (session->scheme)
         && (tern_auth_scheme_get_flags (old->scheme) & TERN_AUTH_PREEMPTIVE)
         && are_equal (old->credentials, session->credentials);
}

TernChallenge *
tern_auth_candidate_find (GPtrArray *offers, gboolean only_hidden)
{
  for (guint i = 0; i < offers->len; i++)
    {
      TernChallenge *offer = offers->pdata[i];
      g_autoptr (TernAuthScheme) scheme
          = make_scheme (tern_challenge_get_scheme (offer), offer, NULL);

      if (scheme && !(only_hidden && shows_secret (scheme)))
        return offer;
    }
  return NULL;
}

GError *
tern_auth_candidate_find_broken (GPtrArray *challenges)
{
  for (guint i = 0; i < challenges->len; i++)
    {
      const char *name = tern_challenge_get_scheme (challenges->pdata[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (TernAuthScheme) scheme
          = tern_registry_create (TERN_PLUGIN_AUTH_SCHEME, name, &error);

      if (scheme
          || (!g_error_matches (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN)
              && !g_error_matches (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_WRONG_ABI)))
        continue;
      g_prefix_error (&error, _ ("The plugin for the login with “%s” cannot be used: "), name);
      return g_steal_pointer (&error);
    }
  return NULL;
}

TernAuthSession *
tern_auth_candidate_preempt (GPtrArray *credentials,
                             const TernUri *uri,
                             gboolean led_astray,
                             gboolean only_hidden)
{
  g_autoptr (GPtrArray) list = tern_auth_candidate_list (credentials, uri, led_astray);
  g_auto (GStrv) names = tern_registry_list_names (TERN_PLUGIN_AUTH_SCHEME);

  for (gsize i = 0; list->len > 0 && names[i]; i++)
    {
      g_autoptr (TernAuthScheme) scheme
          = tern_registry_create (TERN_PLUGIN_AUTH_SCHEME, names[i], NULL);

      if (!scheme || !(tern_auth_scheme_get_flags (scheme) & TERN_AUTH_PREEMPTIVE)
          || !flags_allow (scheme, list->pdata[0]) || (only_hidden && shows_secret (scheme))
          || !tern_auth_scheme_accept (scheme, NULL, NULL))
        continue;
      return tern_auth_session_new (scheme, list->pdata[0], NULL);
    }
  return NULL;
}

TernAuthVerdict
tern_auth_candidate_judge (const TernAuthSession *session, GPtrArray *challenges)
{
  for (guint i = 0; i < challenges->len; i++)
    {
      const TernAuthVerdict verdict
          = tern_auth_scheme_judge (session->scheme, challenges->pdata[i]);

      if (verdict != TERN_AUTH_WRONG)
        return verdict;
    }
  return TERN_AUTH_WRONG;
}

TernAuthSession *
tern_auth_candidate_renew (const TernAuthSession *session, GPtrArray *challenges)
{
  for (guint i = 0; i < challenges->len; i++)
    {
      TernAuthSession *next;

      if (tern_auth_scheme_judge (session->scheme, challenges->pdata[i]) == TERN_AUTH_WRONG)
        continue;
      next = tern_auth_candidate_pair (challenges->pdata[i], session->credentials, FALSE, NULL);
      if (next)
        return next;
    }
  return NULL;
}
