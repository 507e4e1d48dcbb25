/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the D-Bus fetch helper says when something fails; the names go over the bus. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_FETCH_ERROR (tern_fetch_error_quark ())

/**
 * TernFetchError:
 * @TERN_FETCH_ERROR_FAILED: anything that has no code of its own
 * @TERN_FETCH_ERROR_INVALID_URI: the URI is not one that can be fetched
 * @TERN_FETCH_ERROR_INVALID_OPTION: an option or argument is unknown, of a wrong type or too large
 * @TERN_FETCH_ERROR_INVALID_DESCRIPTOR: a descriptor is missing, of a wrong kind or not writable
 * @TERN_FETCH_ERROR_SECRET_IN_OPTIONS: a secret stands in the URI or in an option
 * @TERN_FETCH_ERROR_LIMIT_EXCEEDED: the caller has too many jobs, asks too often or takes too much
 * @TERN_FETCH_ERROR_NOT_FOUND: there is no such job for this caller
 * @TERN_FETCH_ERROR_WRONG_STATE: the job's state does not allow it
 * @TERN_FETCH_ERROR_LOOK_UP: the name of the server cannot be resolved
 * @TERN_FETCH_ERROR_CONNECT: the server or the proxy cannot be reached
 * @TERN_FETCH_ERROR_TLS: TLS failed, or the certificate is not good
 * @TERN_FETCH_ERROR_TIMED_OUT: it took too long
 * @TERN_FETCH_ERROR_AUTHENTICATION: credentials are missing or wrong
 * @TERN_FETCH_ERROR_HTTP_STATUS: the response's status is not one of success
 * @TERN_FETCH_ERROR_REDIRECT: a redirect that cannot be followed
 * @TERN_FETCH_ERROR_INCOMPLETE: the response ended early
 * @TERN_FETCH_ERROR_PROTOCOL: the server does not keep to HTTP
 * @TERN_FETCH_ERROR_CHECKSUM: what came has another checksum
 * @TERN_FETCH_ERROR_TOO_LARGE: it is larger than the caller or the helper allows
 * @TERN_FETCH_ERROR_NO_SPACE: there is no room for it
 * @TERN_FETCH_ERROR_WRITE: the descriptor cannot be written to
 * @TERN_FETCH_ERROR_CANCELLED: the caller cancelled it
 * @TERN_FETCH_ERROR_UNREACHABLE: the helper cannot be reached; never sent over the bus
 * @TERN_FETCH_ERROR_POSITION_UNKNOWN: nobody knows how much went into a pipe or a socket before the
 *   helper ended: the option `received` of Claim says it
 *
 * Error codes of #TERN_FETCH_ERROR. On the bus each is a name below `org.libtern.Fetch1.Error`,
 * like `org.libtern.Fetch1.Error.TimedOut`.
 */
typedef enum
{
  TERN_FETCH_ERROR_FAILED,
  TERN_FETCH_ERROR_INVALID_URI,
  TERN_FETCH_ERROR_INVALID_OPTION,
  TERN_FETCH_ERROR_INVALID_DESCRIPTOR,
  TERN_FETCH_ERROR_SECRET_IN_OPTIONS,
  TERN_FETCH_ERROR_LIMIT_EXCEEDED,
  TERN_FETCH_ERROR_NOT_FOUND,
  TERN_FETCH_ERROR_WRONG_STATE,
  TERN_FETCH_ERROR_LOOK_UP,
  TERN_FETCH_ERROR_CONNECT,
  TERN_FETCH_ERROR_TLS,
  TERN_FETCH_ERROR_TIMED_OUT,
  TERN_FETCH_ERROR_AUTHENTICATION,
  TERN_FETCH_ERROR_HTTP_STATUS,
  TERN_FETCH_ERROR_REDIRECT,
  TERN_FETCH_ERROR_INCOMPLETE,
  TERN_FETCH_ERROR_PROTOCOL,
  TERN_FETCH_ERROR_CHECKSUM,
  TERN_FETCH_ERROR_TOO_LARGE,
  TERN_FETCH_ERROR_NO_SPACE,
  TERN_FETCH_ERROR_WRITE,
  TERN_FETCH_ERROR_CANCELLED,
  TERN_FETCH_ERROR_UNREACHABLE,
  TERN_FETCH_ERROR_POSITION_UNKNOWN,
} TernFetchError;

TERN_AVAILABLE_IN_ALL
GQuark tern_fetch_error_quark (void);

G_END_DECLS
