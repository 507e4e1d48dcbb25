/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every way in which a request can fail, one code per cause. */
#pragma once

#include <tern/tern-types.h>

G_BEGIN_DECLS

#define TERN_ERROR (tern_error_quark ())
#define TERN_PLUGIN_ERROR (tern_plugin_error_quark ())

/**
 * TernError:
 * @TERN_ERROR_REDIRECT_MISSING_LOCATION: a redirect status without a Location field
 * @TERN_ERROR_REDIRECT_LIMIT: more redirects than the limit allows
 * @TERN_ERROR_SERVER_NOT_FOUND: the host name cannot be resolved
 * @TERN_ERROR_RELATIVE_URI: the URI is not absolute
 * @TERN_ERROR_DECOMPRESS_FAILED: the body does not decode by its content codings
 * @TERN_ERROR_UNSUPPORTED_DIGEST_OPTION: the server asks for a Digest option that is not supported
 * @TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION: the same for HMACDigest
 * @TERN_ERROR_MALFORMED_HEADER: a field value does not parse
 * @TERN_ERROR_PROXY_UNAVAILABLE: no proxy that was named can be used
 * @TERN_ERROR_DECODE_LIMIT: the decoded body passes its limit
 * @TERN_ERROR_NOT_CONNECTED: the connection is not open
 * @TERN_ERROR_INVALID_URL: the URI or host does not parse
 * @TERN_ERROR_UNKNOWN_PROTOCOL: the answer is of an HTTP version that is not spoken here
 * @TERN_ERROR_UNKNOWN_TRANSFER_ENCODING: a transfer coding that is not known
 * @TERN_ERROR_UNSUPPORTED_FILE_MODE: the file cannot be used as a body
 * @TERN_ERROR_INCOMPLETE_READ: the message ended early
 * @TERN_ERROR_CANNOT_SEND_REQUEST: a request cannot be started in this state
 * @TERN_ERROR_CANNOT_SEND_HEADER: a field cannot be sent in this state
 * @TERN_ERROR_RESPONSE_NOT_READY: no response can be read in this state
 * @TERN_ERROR_BAD_STATUS_LINE: the answer does not start with a valid status line
 * @TERN_ERROR_REMOTE_DISCONNECTED: the server closed before the first byte of an answer
 * @TERN_ERROR_LINE_TOO_LONG: a line of the message passes its limit
 * @TERN_ERROR_TOO_MANY_HEADERS: the head passes the limit of fields or size
 * @TERN_ERROR_INVALID_METHOD: the method is not a token
 * @TERN_ERROR_INVALID_HEADER: a field name or value may not be sent or received
 * @TERN_ERROR_UNSUPPORTED_SCHEME: neither http nor https
 * @TERN_ERROR_PROXY_TUNNEL: the proxy refused the tunnel
 * @TERN_ERROR_PROXY_AUTH: the proxy wants authentication that failed
 * @TERN_ERROR_CERTIFICATE: the certificate of the server does not verify
 * @TERN_ERROR_TLS: the TLS layer failed
 * @TERN_ERROR_BAD_FRAMING: the length of the message is ambiguous or wrong
 * @TERN_ERROR_BODY_NOT_REWINDABLE: the body has to be sent again and cannot be
 * @TERN_ERROR_CACHE: the cache store failed
 * @TERN_ERROR_TOO_LARGE: something passes a limit of size
 * @TERN_ERROR_CHECKSUM: what was downloaded has not the checksum that it should have
 *
 * Error codes of #TERN_ERROR. What the operating system reports (refused, timed out, cancelled)
 * keeps its #GIOErrorEnum code.
 */
typedef enum
{
  TERN_ERROR_REDIRECT_MISSING_LOCATION,
  TERN_ERROR_REDIRECT_LIMIT,
  TERN_ERROR_SERVER_NOT_FOUND,
  TERN_ERROR_RELATIVE_URI,
  TERN_ERROR_DECOMPRESS_FAILED,
  TERN_ERROR_UNSUPPORTED_DIGEST_OPTION,
  TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION,
  TERN_ERROR_MALFORMED_HEADER,
  TERN_ERROR_PROXY_UNAVAILABLE,
  TERN_ERROR_DECODE_LIMIT,
  TERN_ERROR_NOT_CONNECTED,
  TERN_ERROR_INVALID_URL,
  TERN_ERROR_UNKNOWN_PROTOCOL,
  TERN_ERROR_UNKNOWN_TRANSFER_ENCODING,
  TERN_ERROR_UNSUPPORTED_FILE_MODE,
  TERN_ERROR_INCOMPLETE_READ,
  TERN_ERROR_CANNOT_SEND_REQUEST,
  TERN_ERROR_CANNOT_SEND_HEADER,
  TERN_ERROR_RESPONSE_NOT_READY,
  TERN_ERROR_BAD_STATUS_LINE,
  TERN_ERROR_REMOTE_DISCONNECTED,
  TERN_ERROR_LINE_TOO_LONG,
  TERN_ERROR_TOO_MANY_HEADERS,
  TERN_ERROR_INVALID_METHOD,
  TERN_ERROR_INVALID_HEADER,
  TERN_ERROR_UNSUPPORTED_SCHEME,
  TERN_ERROR_PROXY_TUNNEL,
  TERN_ERROR_PROXY_AUTH,
  TERN_ERROR_CERTIFICATE,
  TERN_ERROR_TLS,
  TERN_ERROR_BAD_FRAMING,
  TERN_ERROR_BODY_NOT_REWINDABLE,
  TERN_ERROR_CACHE,
  TERN_ERROR_TOO_LARGE,
  TERN_ERROR_CHECKSUM,
} TernError;

/**
 * TernPluginError:
 * @TERN_PLUGIN_ERROR_NOT_FOUND: no descriptor offers the name
 * @TERN_PLUGIN_ERROR_BROKEN: the descriptor or the module does not load
 * @TERN_PLUGIN_ERROR_WRONG_ABI: built for another ABI, or needs a newer core
 * @TERN_PLUGIN_ERROR_NOT_ALLOWED: the program's allow-list leaves it out
 *
 * Error codes of #TERN_PLUGIN_ERROR.
 */
typedef enum
{
  TERN_PLUGIN_ERROR_NOT_FOUND,
  TERN_PLUGIN_ERROR_BROKEN,
  TERN_PLUGIN_ERROR_WRONG_ABI,
  TERN_PLUGIN_ERROR_NOT_ALLOWED,
} TernPluginError;

TERN_AVAILABLE_IN_ALL
GQuark tern_error_quark (void);
TERN_AVAILABLE_IN_ALL
GQuark tern_plugin_error_quark (void);

G_END_DECLS
