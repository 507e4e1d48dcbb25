/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an authentication scheme may ask about the request that it answers for; nothing else of the
 * request can be reached from here. */
#include "plugin/tern-auth-request.h"

#include <tern/tern-error.h>

#include "base/tern-i18n.h"

/**
 * tern_auth_request_get_method:
 * @request: the request
 *
 * Gets the method.
 *
 * Returns: the method
 */
const char *
tern_auth_request_get_method (const TernAuthRequest *request)
{
  return request->method;
}

/**
 * tern_auth_request_get_target:
 * @request: the request
 *
 * Gets the request target as it is sent (RFC 9112 §3.2).
 *
 * Returns: the request target as it is sent (RFC 9112 §3.2)
 */
const char *
tern_auth_request_get_target (const TernAuthRequest *request)
{
  return request->target;
}

/**
 * tern_auth_request_get_field_name:
 * @request: the request
 *
 * Gets the field that takes the answer: `Authorization` or `Proxy-Authorization`.
 *
 * Returns: the field that takes the answer: `Authorization` or `Proxy-Authorization`
 */
const char *
tern_auth_request_get_field_name (const TernAuthRequest *request)
{
  return request->for_proxy ? "Proxy-Authorization" : "Authorization";
}

/**
 * tern_auth_request_get_headers:
 * @request: the request
 *
 * Gets the header fields that are sent.
 *
 * Returns: (transfer none): the header fields that are sent
 */
const TernHeaders *
tern_auth_request_get_headers (const TernAuthRequest *request)
{
  return request->headers;
}

/**
 * tern_auth_request_get_time:
 * @request: the request
 *
 * Gets the time of the answer, Unix seconds.
 *
 * Returns: the time of the answer, Unix seconds
 */
gint64
tern_auth_request_get_time (const TernAuthRequest *request)
{
  return request->time;
}

/**
 * tern_auth_request_get_cnonce:
 * @request: the request
 *
 * Gets a random text, new for each challenge, safe in a quoted string.
 *
 * Returns: a random text, new for each challenge, safe in a quoted string
 */
const char *
tern_auth_request_get_cnonce (const TernAuthRequest *request)
{
  return request->cnonce;
}

/**
 * tern_auth_request_get_nonce_count:
 * @request: the request
 *
 * Gets how many answers to this challenge there are, this one counted.
 *
 * Returns: how many answers to this challenge there are, this one counted
 */
guint32
tern_auth_request_get_nonce_count (const TernAuthRequest *request)
{
  return request->nonce_count;
}

/**
 * tern_auth_request_hash_body:
 * @request: the request
 * @algorithm: a hash algorithm as challenges name it: `MD5`, `SHA-256`, `SHA-512-256`
 * @error: return location for a #GError
 *
 * Hashes the body that is sent, which may read it through; a request without one has the hash of
 * nothing.
 *
 * Returns: (transfer full) (nullable): the hash in lower-case hexadecimal digits
 */
char *
tern_auth_request_hash_body (const TernAuthRequest *request, const char *algorithm, GError **error)
{
  if (request->hash_body == NULL)
    {
      g_set_error_literal (error, TERN_ERROR, TERN_ERROR_BODY_NOT_REWINDABLE,
                           _ ("The body of the request cannot be hashed"));
      return NULL;
    }
  return request->hash_body (request->hash_body_data, algorithm, error);
}
