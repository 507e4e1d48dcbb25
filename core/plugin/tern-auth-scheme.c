/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The interface of authentication schemes and the safe way to call it. It decides nothing: which
 * challenge, which credentials and how many rounds is the policy's. */
#include "plugin/tern-auth-scheme-private.h"

#include <tern/tern-error.h>

#include "base/tern-headers-private.h"
#include "base/tern-i18n.h"

/**
 * TernAuthScheme:
 *
 * An authentication scheme (RFC 9110 §11), made by a plugin for one challenge.
 */
G_DEFINE_INTERFACE (TernAuthScheme, tern_auth_scheme, G_TYPE_OBJECT)

static void
tern_auth_scheme_default_init (TernAuthSchemeInterface *iface)
{
}

/* A plugin that fails without saying why still fails with an error. */
static void
complete_error (TernAuthScheme *self, GError **error, const char *what)
{
  if (error != NULL && *error == NULL)
    g_set_error (error, TERN_PLUGIN_ERROR, TERN_PLUGIN_ERROR_BROKEN, "%s: %s",
                 G_OBJECT_TYPE_NAME (self), what);
}

TernAuthFlags
tern_auth_scheme_get_flags (TernAuthScheme *self)
{
  TernAuthSchemeInterface *iface = TERN_AUTH_SCHEME_GET_IFACE (self);

  return iface->get_flags != NULL ? iface->get_flags (self) : TERN_AUTH_NONE;
}

gboolean
tern_auth_scheme_accept (TernAuthScheme *self, TernChallenge *challenge, GError **error)
{
  TernAuthSchemeInterface *iface = TERN_AUTH_SCHEME_GET_IFACE (self);
  g_autoptr (GError) inner = NULL;

  if (iface->accept == NULL || iface->accept (self, challenge, &inner))
    return TRUE;
  complete_error (self, &inner, _ ("refuses the challenge"));
  g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}

TernHeaders *
tern_auth_scheme_respond (TernAuthScheme *self, const TernAuthRequest *request,
                          TernCredentials *credentials, GError **error)
{
  TernAuthSchemeInterface *iface = TERN_AUTH_SCHEME_GET_IFACE (self);
  g_autoptr (GError) inner = NULL;
  g_autoptr (TernHeaders) headers = NULL;

  if (iface->respond != NULL)
    headers = iface->respond (self, request, credentials, &inner);
  if (headers != NULL && inner == NULL && tern_headers_get_n (headers) > 0
      && tern_headers_get_poison (headers) == NULL)
    return g_steal_pointer (&headers);
  complete_error (self, &inner, _ ("gives no answer"));
  g_propagate_error (error, g_steal_pointer (&inner));
  return NULL;
}

TernAuthVerdict
tern_auth_scheme_judge (TernAuthScheme *self, TernChallenge *challenge)
{
  TernAuthSchemeInterface *iface = TERN_AUTH_SCHEME_GET_IFACE (self);
  TernAuthVerdict verdict = TERN_AUTH_WRONG;

  if (iface->judge != NULL)
    verdict = iface->judge (self, challenge);
  /* A value of a later version would mean another round; better none. */
  return verdict == TERN_AUTH_STALE || verdict == TERN_AUTH_CONTINUE ? verdict : TERN_AUTH_WRONG;
}

gboolean
tern_auth_scheme_verify (TernAuthScheme *self, const TernAuthRequest *request,
                         TernCredentials *credentials, const char *authentication_info,
                         GError **error)
{
  TernAuthSchemeInterface *iface = TERN_AUTH_SCHEME_GET_IFACE (self);
  g_autoptr (GError) inner = NULL;

  if (iface->verify == NULL
      || iface->verify (self, request, credentials, authentication_info, &inner))
    return TRUE;
  complete_error (self, &inner, _ ("the server does not prove that it knows the password"));
  g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}
