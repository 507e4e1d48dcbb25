/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSSE UsernameToken as httplib2 and the servers of its time speak it: the hash is over the nonce
 * as it is printed. The password itself is never sent. */
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <tern/tern-plugin.h>

#define TERN_TYPE_AUTH_WSSE (tern_auth_wsse_get_type ())
G_DECLARE_FINAL_TYPE (TernAuthWsse, tern_auth_wsse, TERN, AUTH_WSSE, GObject)

/* SHA-1. */
#define DIGEST_SIZE 20

struct _TernAuthWsse
{
  GObject parent;
};

static void tern_auth_wsse_scheme_init (TernAuthSchemeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernAuthWsse,
                               tern_auth_wsse,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_AUTH_SCHEME,
                                                      tern_auth_wsse_scheme_init))

static TernAuthFlags
tern_auth_wsse_get_flags (TernAuthScheme *scheme)
{
  return TERN_AUTH_NEEDS_PASSWORD;
}

/* Servers name the profile or do not; another one than ours is not spoken here. */
static gboolean
tern_auth_wsse_accept (TernAuthScheme *scheme, TernChallenge *challenge, GError **error)
{
  const char *profile = challenge != NULL ? tern_challenge_get_param (challenge, "profile") : NULL;

  if (profile == NULL || g_ascii_strcasecmp (profile, "UsernameToken") == 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       _ ("WSSE authentication: the profile is not UsernameToken"));
  return FALSE;
}

/* A nonce is good once: those after the first have their count behind it. */
static char *
make_nonce (const TernAuthRequest *request)
{
  const char *cnonce = tern_auth_request_get_cnonce (request);
  const guint32 count = tern_auth_request_get_nonce_count (request);

  return count > 1 ? g_strdup_printf ("%s%08x", cnonce, count) : g_strdup (cnonce);
}

/* base64 (SHA-1 (nonce created password)) */
static char *
digest_password (const char *nonce, const char *created, GBytes *password)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[DIGEST_SIZE];
  gsize len = sizeof digest;

  g_checksum_update (sum, (const guchar *)nonce, -1);
  g_checksum_update (sum, (const guchar *)created, -1);
  if (password != NULL && g_bytes_get_size (password) > 0)
    g_checksum_update (sum, g_bytes_get_data (password, NULL), g_bytes_get_size (password));
  g_checksum_get_digest (sum, digest, &len);
  return g_base64_encode (digest, len);
}

/* Quoted; FALSE where a byte of it has no place in a quoted string (RFC 9110 §5.6.4). */
static gboolean
add_name (GString *field, GBytes *name)
{
  gsize len;
  const char *text = g_bytes_get_data (name, &len);

  g_string_append (field, "Username=\"");
  for (gsize i = 0; i < len; i++)
    {
      if ((guchar)text[i] < ' ' || text[i] == 0x7F)
        return FALSE;
      if (text[i] == '"' || text[i] == '\\')
        g_string_append_c (field, '\\');
      g_string_append_c (field, text[i]);
    }
  g_string_append_c (field, '"');
  return TRUE;
}

static TernHeaders *
tern_auth_wsse_respond (TernAuthScheme *scheme,
                        const TernAuthRequest *request,
                        TernCredentials *credentials,
                        GError **error)
{
  GBytes *name = credentials != NULL ? tern_credentials_get_name (credentials) : NULL;
  g_autofree char *nonce = make_nonce (request);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (tern_auth_request_get_time (request));
  g_autofree char *created = time ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  g_autoptr (GString) token = g_string_new ("UsernameToken ");
  g_autofree char *digest = NULL;
  g_autoptr (GBytes) value = NULL;
  TernHeaders *headers;

  if (name == NULL || created == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("WSSE authentication needs a user name"));
      return NULL;
    }
  if (!add_name (token, name))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("WSSE authentication cannot send a user name with a control "
                              "character"));
      return NULL;
    }
  digest = digest_password (nonce, created, tern_credentials_get_password (credentials));
  g_string_append_printf (token, ", PasswordDigest=\"%s\", Nonce=\"%s\", Created=\"%s\"", digest,
                          nonce, created);
  value = g_bytes_new (token->str, token->len);
  headers = tern_headers_new ();
  tern_headers_append (headers, tern_auth_request_get_field_name (request),
                       "WSSE profile=\"UsernameToken\"");
  tern_headers_append_bytes (headers, "X-WSSE", value);
  return headers;
}

static void
tern_auth_wsse_scheme_init (TernAuthSchemeInterface *iface)
{
  iface->get_flags = tern_auth_wsse_get_flags;
  iface->accept = tern_auth_wsse_accept;
  iface->respond = tern_auth_wsse_respond;
}

static void
tern_auth_wsse_class_init (TernAuthWsseClass *klass)
{
}

static void
tern_auth_wsse_init (TernAuthWsse *self)
{
}

TERN_PLUGIN_DEFINE (
    auth_wsse, TERN_PLUGIN_AUTH_SCHEME, TernAuthSchemeInterface, "wsse", tern_auth_wsse_get_type)
