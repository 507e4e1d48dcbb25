/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Digest authentication (RFC 7616). The password is never sent, and nothing is answered that was
 * not understood. */
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <tern/tern-plugin.h>

#include "digest-field.h"

#define TERN_TYPE_AUTH_DIGEST (tern_auth_digest_get_type ())
G_DECLARE_FINAL_TYPE (TernAuthDigest, tern_auth_digest, TERN, AUTH_DIGEST, GObject)

struct _TernAuthDigest
{
  GObject parent;
  DigestOptions options; /* of the challenge; set once */
};

static void tern_auth_digest_scheme_init (TernAuthSchemeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TernAuthDigest,
                               tern_auth_digest,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_AUTH_SCHEME,
                                                      tern_auth_digest_scheme_init))

/* Of an accepted challenge it is known whether the body counts. */
static TernAuthFlags
tern_auth_digest_get_flags (TernAuthScheme *scheme)
{
  const DigestOptions *options = &TERN_AUTH_DIGEST (scheme)->options;

  return TERN_AUTH_NEEDS_PASSWORD
         | (options->qop == DIGEST_QOP_AUTH_INT ? TERN_AUTH_NEEDS_BODY_HASH : TERN_AUTH_NONE);
}

static gboolean
tern_auth_digest_accept (TernAuthScheme *scheme, TernChallenge *challenge, GError **error)
{
  TernAuthDigest *self = TERN_AUTH_DIGEST (scheme);
  g_auto (DigestOptions) options = { 0 };

  if (challenge == NULL)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION,
                           _ ("Digest authentication needs a challenge"));
      return FALSE;
    }
  if (!digest_options_read (&options, challenge, error))
    return FALSE;
  digest_options_clear (&self->options);
  self->options = options;
  options = (DigestOptions){ 0 };
  return TRUE;
}

/* FALSE: the body cannot be hashed. */
static gboolean
fill_use (TernAuthDigest *self,
          const TernAuthRequest *request,
          DigestUse *use,
          char **body_hash,
          GError **error)
{
  use->method = tern_auth_request_get_method (request);
  use->target = tern_auth_request_get_target (request);
  use->cnonce = tern_auth_request_get_cnonce (request);
  g_snprintf (use->nc, sizeof use->nc, "%08x", tern_auth_request_get_nonce_count (request));
  if (self->options.qop != DIGEST_QOP_AUTH_INT)
    return TRUE;
  *body_hash
      = tern_auth_request_hash_body (request, digest_hash_get_name (self->options.hash), error);
  use->body_hash = *body_hash;
  return *body_hash != NULL;
}

static TernHeaders *
tern_auth_digest_respond (TernAuthScheme *scheme,
                          const TernAuthRequest *request,
                          TernCredentials *credentials,
                          GError **error)
{
  TernAuthDigest *self = TERN_AUTH_DIGEST (scheme);
  GBytes *name = credentials != NULL ? tern_credentials_get_name (credentials) : NULL;
  g_autoptr (TernHeaders) headers = NULL;
  g_autoptr (GBytes) field = NULL;
  g_autofree char *body_hash = NULL;
  char response[DIGEST_HEX_SIZE];
  DigestUse use;

  if (name == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("Digest authentication needs a user name"));
      return NULL;
    }
  if (!fill_use (self, request, &use, &body_hash, error))
    return NULL;
  digest_answer_compute (&self->options, &use, name, tern_credentials_get_password (credentials),
                         response);
  field = digest_field_write (&self->options, &use, name, response, error);
  if (field == NULL)
    return NULL;
  headers = tern_headers_new ();
  tern_headers_append_bytes (headers, tern_auth_request_get_field_name (request), field);
  return g_steal_pointer (&headers);
}

/* Only the server's word makes it stale: a new nonce comes with every refusal (§3.3). */
static TernAuthVerdict
tern_auth_digest_judge (TernAuthScheme *scheme, TernChallenge *challenge)
{
  const DigestOptions *old = &TERN_AUTH_DIGEST (scheme)->options;
  g_auto (DigestOptions) options = { 0 };

  if (g_strcmp0 (tern_challenge_get_scheme (challenge), "digest") != 0
      || !digest_options_read (&options, challenge, NULL) || !options.is_stale)
    return TERN_AUTH_WRONG;
  return options.hash == old->hash && g_bytes_equal (options.realm, old->realm) ? TERN_AUTH_STALE
                                                                                : TERN_AUTH_WRONG;
}

/* §3.5: the server shows that it knows the secret as well. What it does not show is not missed. */
static gboolean
tern_auth_digest_verify (TernAuthScheme *scheme,
                         const TernAuthRequest *request,
                         TernCredentials *credentials,
                         const char *authentication_info,
                         GError **error)
{
  TernAuthDigest *self = TERN_AUTH_DIGEST (scheme);
  g_autofree char *text = g_strconcat ("Digest ", authentication_info, NULL);
  g_autoptr (GPtrArray) parsed = tern_challenges_parse (text, NULL);
  TernChallenge *info = parsed != NULL && parsed->len == 1 ? parsed->pdata[0] : NULL;
  const char *shown = info != NULL ? tern_challenge_get_param (info, "rspauth") : NULL;
  char expected[DIGEST_HEX_SIZE];
  DigestUse use;

  /* The hash of the answer's body is not at hand, so auth-int cannot be checked. */
  if (shown == NULL || self->options.qop != DIGEST_QOP_AUTH
      || !fill_use (self, request, &use, NULL, error))
    return TRUE;
  use.method = "";
  digest_answer_compute (&self->options, &use, tern_credentials_get_name (credentials),
                         tern_credentials_get_password (credentials), expected);
  if (g_ascii_strcasecmp (shown, expected) == 0)
    return TRUE;
  g_set_error_literal (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION,
                       _ ("Digest authentication: the server could not prove that it knows the "
                          "password"));
  return FALSE;
}

static void
tern_auth_digest_scheme_init (TernAuthSchemeInterface *iface)
{
  iface->get_flags = tern_auth_digest_get_flags;
  iface->accept = tern_auth_digest_accept;
  iface->respond = tern_auth_digest_respond;
  iface->judge = tern_auth_digest_judge;
  iface->verify = tern_auth_digest_verify;
}

static void
tern_auth_digest_finalize (GObject *object)
{
  digest_options_clear (&TERN_AUTH_DIGEST (object)->options);
  G_OBJECT_CLASS (tern_auth_digest_parent_class)->finalize (object);
}

static void
tern_auth_digest_class_init (TernAuthDigestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_auth_digest_finalize;
}

static void
tern_auth_digest_init (TernAuthDigest *self)
{
}

TERN_PLUGIN_DEFINE (auth_digest,
                    TERN_PLUGIN_AUTH_SCHEME,
                    TernAuthSchemeInterface,
                    "digest",
                    tern_auth_digest_get_type)
