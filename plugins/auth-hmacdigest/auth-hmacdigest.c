/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HMACDigest, an experiment of httplib2's author: the fields that go end to end are signed with a
 * key made of the password. The password itself is never sent. */
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <tern/tern-plugin.h>

#include "hmac-options.h"

#define TERN_TYPE_AUTH_HMAC_DIGEST (tern_auth_hmac_digest_get_type ())
G_DECLARE_FINAL_TYPE (TernAuthHmacDigest, tern_auth_hmac_digest, TERN, AUTH_HMAC_DIGEST, GObject)

struct _TernAuthHmacDigest
{
  GObject parent;
  HmacOptions options; /* of the challenge; set once */
};

static void tern_auth_hmac_digest_scheme_init (TernAuthSchemeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernAuthHmacDigest,
                               tern_auth_hmac_digest,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_AUTH_SCHEME,
                                                      tern_auth_hmac_digest_scheme_init))

static TernAuthFlags
tern_auth_hmac_digest_get_flags (TernAuthScheme *scheme)
{
  return TERN_AUTH_NEEDS_PASSWORD;
}

static gboolean
tern_auth_hmac_digest_accept (TernAuthScheme *scheme, TernChallenge *challenge, GError **error)
{
  TernAuthHmacDigest *self = TERN_AUTH_HMAC_DIGEST (scheme);
  g_auto (HmacOptions) options = { 0 };

  if (challenge == NULL)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION,
                           _ ("HMACDigest authentication needs a challenge"));
      return FALSE;
    }
  if (!hmac_options_read (&options, challenge, error))
    return FALSE;
  hmac_options_clear (&self->options);
  self->options = options;
  options = (HmacOptions){ 0 };
  return TRUE;
}

static void
update (GChecksum *sum, GBytes *bytes)
{
  if (bytes != NULL && g_bytes_get_size (bytes) > 0)
    g_checksum_update (sum, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* H(name ":" H(password salt) ":" realm), each in hexadecimal digits. */
static char *
make_key (const HmacOptions *options, TernCredentials *credentials)
{
  g_autoptr (GChecksum) inner = g_checksum_new (options->pw_algorithm);
  g_autoptr (GChecksum) outer = g_checksum_new (options->pw_algorithm);

  update (inner, tern_credentials_get_password (credentials));
  update (inner, options->salt);
  update (outer, tern_credentials_get_name (credentials));
  g_checksum_update (outer, (const guchar *)":", 1);
  g_checksum_update (outer, (const guchar *)g_checksum_get_string (inner), -1);
  g_checksum_update (outer, (const guchar *)":", 1);
  update (outer, options->realm);
  return g_strdup (g_checksum_get_string (outer));
}

/* Whether the field is for the next hop alone: by its name, or because Connection names it. */
static gboolean
is_hop_by_hop (const TernHeaders *headers, const char *name)
{
  static const char *const names[]
      = { "connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
          "te",         "trailers",   "transfer-encoding",  "upgrade" };
  g_autofree char *connection = tern_headers_get_combined ((TernHeaders *)headers, "Connection");
  g_auto (GStrv) named = g_strsplit_set (connection != NULL ? connection : "", ", \t", -1);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  for (gsize i = 0; named[i] != NULL; i++)
    if (g_ascii_strcasecmp (name, named[i]) == 0)
      return TRUE;
  return FALSE;
}

/* The names with a space behind each, and the values without anything between. */
static void
gather_fields (const TernHeaders *headers, GString *names, GString *values)
{
  const char *name, *value;

  for (guint i = 0; tern_headers_get_nth ((TernHeaders *)headers, i, &name, &value); i++)
    {
      g_autofree char *lower = g_ascii_strdown (name, -1);

      if (is_hop_by_hop (headers, lower))
        continue;
      g_string_append_printf (names, "%s ", lower);
      g_string_append (values, value);
    }
}

/* A nonce is good once: those after the first have their count behind it. */
static char *
make_nonce (const TernAuthRequest *request)
{
  const char *cnonce = tern_auth_request_get_cnonce (request);
  const guint32 count = tern_auth_request_get_nonce_count (request);

  return count > 1 ? g_strdup_printf ("%s%08x", cnonce, count) : g_strdup (cnonce);
}

static char *
sign (const TernAuthHmacDigest *self,
      const TernAuthRequest *request,
      TernCredentials *credentials,
      const char *cnonce,
      const char *values)
{
  g_autofree char *key = make_key (&self->options, credentials);
  GHmac *hmac = g_hmac_new (self->options.algorithm, (const guchar *)key, strlen (key));
  g_autofree char *head = g_strdup_printf ("%s:%s:%s:", tern_auth_request_get_method (request),
                                           tern_auth_request_get_target (request), cnonce);
  char *signature;

  g_hmac_update (hmac, (const guchar *)head, -1);
  g_hmac_update (hmac, g_bytes_get_data (self->options.snonce, NULL),
                 g_bytes_get_size (self->options.snonce));
  g_hmac_update (hmac, (const guchar *)":", 1);
  g_hmac_update (hmac, (const guchar *)values, -1);
  signature = g_strdup (g_hmac_get_string (hmac));
  g_hmac_unref (hmac);
  explicit_bzero (key, strlen (key));
  return signature;
}

/* FALSE where a byte has no place in a quoted string (RFC 9110 §5.6.4). */
static gboolean
add_quoted (GString *field, const char *name, const char *text, gsize len)
{
  g_string_append_printf (field, "%s%s=\"", field->len > strlen ("HMACDigest ") ? ", " : "", name);
  for (gsize i = 0; i < len; i++)
    {
      if (((guchar)text[i] < ' ' && text[i] != '\t') || text[i] == 0x7F)
        return FALSE;
      if (text[i] == '"' || text[i] == '\\')
        g_string_append_c (field, '\\');
      g_string_append_c (field, text[i]);
    }
  g_string_append_c (field, '"');
  return TRUE;
}

static gboolean
add_text (GString *field, const char *name, const char *text)
{
  return add_quoted (field, name, text, strlen (text));
}

static gboolean
add_bytes (GString *field, const char *name, GBytes *bytes)
{
  gsize len;
  const char *text = g_bytes_get_data (bytes, &len);

  return add_quoted (field, name, text, len);
}

static gboolean
write_field (const TernAuthHmacDigest *self,
             const TernAuthRequest *request,
             TernCredentials *credentials,
             GString *field)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (tern_auth_request_get_time (request));
  g_autofree char *created = time ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  g_autofree char *cnonce = make_nonce (request);
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GString) values = g_string_new (NULL);
  g_autofree char *signature = NULL;

  gather_fields (tern_auth_request_get_headers (request), names, values);
  signature = sign (self, request, credentials, cnonce, values->str);
  return created != NULL && add_bytes (field, "username", tern_credentials_get_name (credentials))
         && add_bytes (field, "realm", self->options.realm)
         && add_bytes (field, "snonce", self->options.snonce) && add_text (field, "cnonce", cnonce)
         && add_text (field, "uri", tern_auth_request_get_target (request))
         && add_text (field, "created", created) && add_text (field, "response", signature)
         && add_text (field, "headers", names->str);
}

static TernHeaders *
tern_auth_hmac_digest_respond (TernAuthScheme *scheme,
                               const TernAuthRequest *request,
                               TernCredentials *credentials,
                               GError **error)
{
  g_autoptr (GString) field = g_string_new ("HMACDigest ");
  g_autoptr (GBytes) value = NULL;
  TernHeaders *headers;

  if (credentials == NULL || tern_credentials_get_name (credentials) == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("HMACDigest authentication needs a user name"));
      return NULL;
    }
  if (!write_field (TERN_AUTH_HMAC_DIGEST (scheme), request, credentials, field))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("HMACDigest authentication cannot send a user name with a control "
                              "character"));
      return NULL;
    }
  value = g_bytes_new (field->str, field->len);
  headers = tern_headers_new ();
  tern_headers_append_bytes (headers, tern_auth_request_get_field_name (request), value);
  return headers;
}

static TernAuthVerdict
tern_auth_hmac_digest_judge (TernAuthScheme *scheme, TernChallenge *challenge)
{
  g_auto (HmacOptions) options = { 0 };

  if (g_strcmp0 (tern_challenge_get_scheme (challenge), "hmacdigest") != 0
      || !hmac_options_read (&options, challenge, NULL))
    return TERN_AUTH_WRONG;
  return options.is_stale ? TERN_AUTH_STALE : TERN_AUTH_WRONG;
}

static void
tern_auth_hmac_digest_scheme_init (TernAuthSchemeInterface *iface)
{
  iface->get_flags = tern_auth_hmac_digest_get_flags;
  iface->accept = tern_auth_hmac_digest_accept;
  iface->respond = tern_auth_hmac_digest_respond;
  iface->judge = tern_auth_hmac_digest_judge;
}

static void
tern_auth_hmac_digest_finalize (GObject *object)
{
  hmac_options_clear (&TERN_AUTH_HMAC_DIGEST (object)->options);
  G_OBJECT_CLASS (tern_auth_hmac_digest_parent_class)->finalize (object);
}

static void
tern_auth_hmac_digest_class_init (TernAuthHmacDigestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_auth_hmac_digest_finalize;
}

static void
tern_auth_hmac_digest_init (TernAuthHmacDigest *self)
{
}

TERN_PLUGIN_DEFINE (auth_hmacdigest,
                    TERN_PLUGIN_AUTH_SCHEME,
                    TernAuthSchemeInterface,
                    "hmacdigest",
                    tern_auth_hmac_digest_get_type)
