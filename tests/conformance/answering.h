/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scheme, a challenge and a request in one call, for the tests of single schemes. */
#pragma once

#include <string.h>
#include <tern/tern-error.h>
#include <tern/tern-plugin.h>
#include <tern/tern-plugins.h>

#include "plugin/tern-auth-request.h"

typedef struct
{
  const char *scheme;
  const char *challenge; /* with the scheme's name */
  const char *name;
  const char *password;
  const char *method;
  const char *target;
  const char *cnonce;
  guint32 nonce_count;
  gint64 time;
  TernHeaders *headers; /* of the request; NULL for none */
  const char *body;     /* NULL: it cannot be hashed */
} Asking;

static inline char *
answering_hash_body (gpointer data, const char *algorithm, GError **error)
{
  g_assert_true (g_strv_contains ((const char *const[]){ "MD5", "SHA-256", NULL }, algorithm));
  return g_compute_checksum_for_string (
      strcmp (algorithm, "MD5") == 0 ? G_CHECKSUM_MD5 : G_CHECKSUM_SHA256, data, -1);
}

/* The scheme after its challenge; NULL where it refused it. */
static inline TernAuthScheme *
answering_accept (const Asking *asking, GError **error)
{
  GObject *scheme = tern_plugins_create (TERN_PLUGIN_AUTH_SCHEME, asking->scheme, NULL);
  g_autoptr (GPtrArray) challenges = tern_challenges_parse (asking->challenge, NULL);

  g_assert_nonnull (scheme);
  g_assert_nonnull (challenges);
  if (TERN_AUTH_SCHEME_GET_IFACE (scheme)->accept (TERN_AUTH_SCHEME (scheme), challenges->pdata[0],
                                                   error))
    return TERN_AUTH_SCHEME (scheme);
  g_object_unref (scheme);
  return NULL;
}

static inline TernAuthRequest
answering_request (const Asking *asking, TernHeaders *none)
{
  return (TernAuthRequest){ .method = asking->method ? asking->method : "GET",
                            .target = asking->target ? asking->target : "/",
                            .headers = asking->headers ? asking->headers : none,
                            .time = asking->time,
                            .cnonce = asking->cnonce,
                            .nonce_count = asking->nonce_count ? asking->nonce_count : 1,
                            .hash_body = asking->body ? answering_hash_body : NULL,
                            .hash_body_data = (gpointer)asking->body };
}

/* The fields of the answer (transfer full), NULL with @error where there is none. */
static inline TernHeaders *
answering_respond (const Asking *asking, GError **error)
{
  g_autoptr (TernAuthScheme) scheme = answering_accept (asking, error);
  g_autoptr (TernCredentials) credentials = tern_credentials_new (asking->name, asking->password);
  g_autoptr (TernHeaders) none = tern_headers_new ();
  const TernAuthRequest request = answering_request (asking, none);

  if (!scheme)
    return NULL;
  return TERN_AUTH_SCHEME_GET_IFACE (scheme)->respond (scheme, &request, credentials, error);
}
