/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bearer tokens (RFC 6750). Whoever holds a token is let in, so it is only ever put into the field
 * and never into a message. */
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <tern/tern-plugin.h>

#define TERN_TYPE_AUTH_BEARER (tern_auth_bearer_get_type ())
G_DECLARE_FINAL_TYPE (TernAuthBearer, tern_auth_bearer, TERN, AUTH_BEARER, GObject)

struct _TernAuthBearer
{
  GObject parent;
};

static void tern_auth_bearer_scheme_init (TernAuthSchemeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernAuthBearer,
                               tern_auth_bearer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_AUTH_SCHEME,
                                                      tern_auth_bearer_scheme_init))

static TernAuthFlags
tern_auth_bearer_get_flags (TernAuthScheme *scheme)
{
  return TERN_AUTH_NEEDS_TOKEN | TERN_AUTH_PREEMPTIVE | TERN_AUTH_SHOWS_SECRET;
}

/* Every parameter is optional (§3), and the answer depends on none. */
static gboolean
tern_auth_bearer_accept (TernAuthScheme *scheme, TernChallenge *challenge, GError **error)
{
  return TRUE;
}

/* §2.1: b64token. */
static gboolean
is_token (const char *text)
{
  const char *at = text;

  while (g_ascii_isalnum (*at) || (*at != '\0' && strchr ("-._~+/", *at) != NULL))
    at++;
  if (at == text)
    return FALSE;
  while (*at == '=')
    at++;
  return *at == '\0';
}

static TernHeaders *
tern_auth_bearer_respond (TernAuthScheme *scheme,
                          const TernAuthRequest *request,
                          TernCredentials *credentials,
                          GError **error)
{
  const char *token = credentials != NULL ? tern_credentials_get_token (credentials) : NULL;
  TernHeaders *headers;
  char *value;

  if (token == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("Bearer authentication needs a token"));
      return NULL;
    }
  if (!is_token (token))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("Bearer authentication: the token has a character that may not be "
                              "sent"));
      return NULL;
    }
  value = g_strconcat ("Bearer ", token, NULL);
  headers = tern_headers_new ();
  tern_headers_append (headers, tern_auth_request_get_field_name (request), value);
  explicit_bzero (value, strlen (value));
  g_free (value);
  return headers;
}

static void
tern_auth_bearer_scheme_init (TernAuthSchemeInterface *iface)
{
  iface->get_flags = tern_auth_bearer_get_flags;
  iface->accept = tern_auth_bearer_accept;
  iface->respond = tern_auth_bearer_respond;
}

static void
tern_auth_bearer_class_init (TernAuthBearerClass *klass)
{
}

static void
tern_auth_bearer_init (TernAuthBearer *self)
{
}

TERN_PLUGIN_DEFINE (auth_bearer,
                    TERN_PLUGIN_AUTH_SCHEME,
                    TernAuthSchemeInterface,
                    "bearer",
                    tern_auth_bearer_get_type)
