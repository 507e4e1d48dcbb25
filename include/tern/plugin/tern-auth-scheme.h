/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The contract of an authentication scheme (RFC 9110 §11): pure, no I/O, no hidden input. */
#pragma once

#include <tern/plugin/tern-plugin-abi.h>
#include <tern/tern-challenge.h>
#include <tern/tern-credentials.h>
#include <tern/tern-headers.h>
#include <tern/tern-types.h>

G_BEGIN_DECLS

/**
 * TernAuthFlags:
 * @TERN_AUTH_NONE: nothing special
 * @TERN_AUTH_NEEDS_PASSWORD: credentials without a name and password are of no use to it
 * @TERN_AUTH_NEEDS_TOKEN: credentials without a token are of no use to it
 * @TERN_AUTH_NEEDS_BODY_HASH: an answer may ask for the hash of the request's body
 * @TERN_AUTH_CONNECTION_BOUND: an answer is good for one connection only
 * @TERN_AUTH_PREEMPTIVE: may answer without having seen a challenge
 * @TERN_AUTH_SHOWS_SECRET: whoever reads an answer knows the password or the token
 *
 * What a scheme needs and may do.
 */
typedef enum /*< flags >*/
{
  TERN_AUTH_NONE = 0,
  TERN_AUTH_NEEDS_PASSWORD = 1 << 0,
  TERN_AUTH_NEEDS_TOKEN = 1 << 1,
  TERN_AUTH_NEEDS_BODY_HASH = 1 << 2,
  TERN_AUTH_CONNECTION_BOUND = 1 << 3,
  TERN_AUTH_PREEMPTIVE = 1 << 4,
  TERN_AUTH_SHOWS_SECRET = 1 << 5,
} TernAuthFlags;

/**
 * TernAuthVerdict:
 * @TERN_AUTH_WRONG: the credentials were refused
 * @TERN_AUTH_STALE: the same credentials will do with the new challenge
 * @TERN_AUTH_CONTINUE: the exchange goes on with the new challenge
 *
 * What a second challenge means to a scheme that has answered the first.
 */
typedef enum
{
  TERN_AUTH_WRONG,
  TERN_AUTH_STALE,
  TERN_AUTH_CONTINUE,
} TernAuthVerdict;

typedef struct _TernAuthRequest TernAuthRequest;

TERN_AVAILABLE_IN_ALL
const char *tern_auth_request_get_method (const TernAuthRequest *request);
TERN_AVAILABLE_IN_ALL
const char *tern_auth_request_get_target (const TernAuthRequest *request);
TERN_AVAILABLE_IN_ALL
const char *tern_auth_request_get_field_name (const TernAuthRequest *request);
TERN_AVAILABLE_IN_ALL
const TernHeaders *tern_auth_request_get_headers (const TernAuthRequest *request);
TERN_AVAILABLE_IN_ALL
gint64 tern_auth_request_get_time (const TernAuthRequest *request);
TERN_AVAILABLE_IN_ALL
const char *tern_auth_request_get_cnonce (const TernAuthRequest *request);
TERN_AVAILABLE_IN_ALL
guint32 tern_auth_request_get_nonce_count (const TernAuthRequest *request);
TERN_AVAILABLE_IN_ALL
char *tern_auth_request_hash_body (const TernAuthRequest *request, const char *algorithm,
                                   GError **error);

#define TERN_TYPE_AUTH_SCHEME (tern_auth_scheme_get_type ())

TERN_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (TernAuthScheme, tern_auth_scheme, TERN, AUTH_SCHEME, GObject)

/**
 * TernAuthSchemeInterface:
 * @g_iface: the parent
 * @get_flags: what the scheme needs and may do
 * @accept: (nullable): takes the challenge that this object answers, or refuses it; called once,
 * before anything else; the challenge is %NULL for a pre-emptive answer
 * @respond: the fields that answer the challenge for one request
 * @judge: (nullable): what a new challenge means after an answer; absent it means WRONG
 * @verify: (nullable): checks the server's Authentication-Info
 *
 * An object is made for one challenge and does not change after @accept.
 */
struct _TernAuthSchemeInterface
{
  GTypeInterface g_iface;

  TernAuthFlags (*get_flags) (TernAuthScheme *self);
  gboolean (*accept) (TernAuthScheme *self, TernChallenge *challenge, GError **error);
  TernHeaders *(*respond) (TernAuthScheme *self, const TernAuthRequest *request,
                           TernCredentials *credentials, GError **error);
  TernAuthVerdict (*judge) (TernAuthScheme *self, TernChallenge *challenge);
  gboolean (*verify) (TernAuthScheme *self, const TernAuthRequest *request,
                      TernCredentials *credentials, const char *authentication_info,
                      GError **error);
};

G_END_DECLS
