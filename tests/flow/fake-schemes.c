/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The fake schemes, and the table of plugins with nothing else in it: see the header. */

#include "fake-schemes.h"

#include <gio/gio.h>
#include <string.h>

#include "plugin/tern-plugin-entry.h"

/* ---- both ---- */

static TernHeaders *
say (const char *scheme, const TernAuthRequest *request, TernCredentials *credentials,
     const char *more)
{
  GBytes *name = tern_credentials_get_name (credentials);
  g_autofree char *text
      = g_strndup (g_bytes_get_data (name, NULL) ? g_bytes_get_data (name, NULL) : "",
                   g_bytes_get_size (name));
  g_autofree char *value
      = strcmp (text, "tell") == 0
            ? g_strjoin (" ", scheme, tern_auth_request_get_method (request),
                         tern_auth_request_get_target (request), NULL)
            : g_strjoin (" ", scheme, text, more, NULL);
  TernHeaders *headers = tern_headers_new ();

  tern_headers_append (headers, tern_auth_request_get_field_name (request), value);
  return headers;
}

/* ---- Strong ---- */

#define FAKE_TYPE_STRONG (fake_strong_get_type ())
G_DECLARE_FINAL_TYPE (FakeStrong, fake_strong, FAKE, STRONG, GObject)

struct _FakeStrong
{
  GObject parent;
  char *nonce;
  gboolean signs;
  gboolean counts;
};

static void fake_strong_scheme_init (TernAuthSchemeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeStrong, fake_strong, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_AUTH_SCHEME,
                                                      fake_strong_scheme_init))

static TernAuthFlags
fake_strong_get_flags (TernAuthScheme *scheme)
{
  return TERN_AUTH_NEEDS_PASSWORD
         | (FAKE_STRONG (scheme)->signs ? TERN_AUTH_NEEDS_BODY_HASH : TERN_AUTH_NONE);
}

static gboolean
fake_strong_accept (TernAuthScheme *scheme, TernChallenge *challenge, GError **error)
{
  FakeStrong *self = FAKE_STRONG (scheme);

  if (g_strcmp0 (tern_challenge_get_param (challenge, "alg"), "unknown") == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "alg");
      return FALSE;
    }
  if (g_strcmp0 (tern_challenge_get_param (challenge, "alg"), "unsupported") == 0)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_DIGEST_OPTION, "alg");
      return FALSE;
    }
  self->nonce = g_strdup (tern_challenge_get_param (challenge, "nonce"));
  self->signs = tern_challenge_get_param (challenge, "sign") != NULL;
  self->counts = tern_challenge_get_param (challenge, "count") != NULL;
  return TRUE;
}

static TernHeaders *
fake_strong_respond (TernAuthScheme *scheme, const TernAuthRequest *request,
                     TernCredentials *credentials, GError **error)
{
  FakeStrong *self = FAKE_STRONG (scheme);
  g_autofree char *hash
      = self->signs ? tern_auth_request_hash_body (request, "MD5", error) : NULL;
  g_autofree char *count
      = self->counts ? g_strdup_printf ("%u", tern_auth_request_get_nonce_count (request)) : NULL;
  g_autofree char *more = g_strjoin (hash || count ? " " : NULL, self->nonce,
                                     hash ? hash : count, NULL);
  g_autoptr (TernHeaders) headers = NULL;

  if (self->signs && !hash)
    return NULL;
  headers = say ("Strong", request, credentials, more);
  if (strstr (tern_headers_get (headers, tern_auth_request_get_field_name (request)), "mute"))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "mute");
      return NULL;
    }
  return g_steal_pointer (&headers);
}

static TernAuthVerdict
fake_strong_judge (TernAuthScheme *scheme, TernChallenge *challenge)
{
  if (strcmp (tern_challenge_get_scheme (challenge), "strong") != 0)
    return TERN_AUTH_WRONG;
  if (g_strcmp0 (tern_challenge_get_param (challenge, "stale"), "true") == 0)
    return TERN_AUTH_STALE;
  return tern_challenge_get_param (challenge, "step") ? TERN_AUTH_CONTINUE : TERN_AUTH_WRONG;
}

static gboolean
fake_strong_verify (TernAuthScheme *scheme, const TernAuthRequest *request,
                    TernCredentials *credentials, const char *info, GError **error)
{
  if (!strstr (info, "bad"))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "bad");
  return FALSE;
}

static void
fake_strong_scheme_init (TernAuthSchemeInterface *iface)
{
  iface->get_flags = fake_strong_get_flags;
  iface->accept = fake_strong_accept;
  iface->respond = fake_strong_respond;
  iface->judge = fake_strong_judge;
  iface->verify = fake_strong_verify;
}

static void
fake_strong_finalize (GObject *object)
{
  g_free (FAKE_STRONG (object)->nonce);
  G_OBJECT_CLASS (fake_strong_parent_class)->finalize (object);
}

static void
fake_strong_class_init (FakeStrongClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_strong_finalize;
}

static void
fake_strong_init (FakeStrong *self)
{
}

/* ---- Weak ---- */

#define FAKE_TYPE_WEAK (fake_weak_get_type ())
G_DECLARE_FINAL_TYPE (FakeWeak, fake_weak, FAKE, WEAK, GObject)

struct _FakeWeak
{
  GObject parent;
};

static void fake_weak_scheme_init (TernAuthSchemeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeWeak, fake_weak, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TERN_TYPE_AUTH_SCHEME, fake_weak_scheme_init))

static TernAuthFlags
fake_weak_get_flags (TernAuthScheme *scheme)
{
  return TERN_AUTH_NEEDS_PASSWORD | TERN_AUTH_PREEMPTIVE | TERN_AUTH_SHOWS_SECRET;
}

static TernHeaders *
fake_weak_respond (TernAuthScheme *scheme, const TernAuthRequest *request,
                   TernCredentials *credentials, GError **error)
{
  return say ("Weak", request, credentials, NULL);
}

static void
fake_weak_scheme_init (TernAuthSchemeInterface *iface)
{
  iface->get_flags = fake_weak_get_flags;
  iface->respond = fake_weak_respond;
}

static void
fake_weak_class_init (FakeWeakClass *klass)
{
}

static void
fake_weak_init (FakeWeak *self)
{
}

/* ---- the table ---- */

TERN_PLUGIN_DEFINE (fake_strong, TERN_PLUGIN_AUTH_SCHEME, TernAuthSchemeInterface, "strong",
                    fake_strong_get_type)
TERN_PLUGIN_DEFINE (fake_weak, TERN_PLUGIN_AUTH_SCHEME, TernAuthSchemeInterface, "weak",
                    fake_weak_get_type)

#define DESCRIPTOR(name, rank)                                                                     \
  "[Plugin]\nKind=auth-scheme\nNames=" name "\nModule=libtern-fake-" name "\nRank=" rank           \
  "\nAbi=1\nMinCore=1.0\nName=" name "\nDescription=" name "\nLicence=LGPL-2.1-or-later\n"

const TernBuiltinPlugin tern_builtin_plugins[] = {
  { "fake-strong.tern-plugin", DESCRIPTOR ("strong", "900"), &tern_plugin_fake_strong },
  { "fake-weak.tern-plugin", DESCRIPTOR ("weak", "10"), &tern_plugin_fake_weak },
  { NULL, NULL, NULL },
};
