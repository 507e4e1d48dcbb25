/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the library's errors to those that go over the bus: one table for each domain. The message
 * goes along as it is; it names servers and phases, never secrets. */
#include "fetch-error.h"

#include <gio/gio.h>
#include <tern/tern.h>

static int
from_tern (int code)
{
  switch ((TernError)code)
    {
    case TERN_ERROR_INVALID_URL:
    case TERN_ERROR_RELATIVE_URI:
    case TERN_ERROR_UNSUPPORTED_SCHEME:
      return TERN_FETCH_ERROR_INVALID_URI;
    case TERN_ERROR_INVALID_METHOD:
      return TERN_FETCH_ERROR_INVALID_OPTION;
    case TERN_ERROR_SERVER_NOT_FOUND:
      return TERN_FETCH_ERROR_LOOK_UP;
    case TERN_ERROR_PROXY_UNAVAILABLE:
    case TERN_ERROR_PROXY_TUNNEL:
      return TERN_FETCH_ERROR_CONNECT;
    case TERN_ERROR_PROXY_AUTH:
    case TERN_ERROR_UNSUPPORTED_DIGEST_OPTION:
    case TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION:
      return TERN_FETCH_ERROR_AUTHENTICATION;
    case TERN_ERROR_CERTIFICATE:
    case TERN_ERROR_TLS:
      return TERN_FETCH_ERROR_TLS;
    case TERN_ERROR_REDIRECT_LIMIT:
    case TERN_ERROR_REDIRECT_MISSING_LOCATION:
      return TERN_FETCH_ERROR_REDIRECT;
    case TERN_ERROR_INCOMPLETE_READ:
    case TERN_ERROR_REMOTE_DISCONNECTED:
      return TERN_FETCH_ERROR_INCOMPLETE;
    case TERN_ERROR_CHECKSUM:
      return TERN_FETCH_ERROR_CHECKSUM;
    case TERN_ERROR_TOO_LARGE:
    case TERN_ERROR_DECODE_LIMIT:
      return TERN_FETCH_ERROR_TOO_LARGE;
    case TERN_ERROR_BAD_STATUS_LINE:
    case TERN_ERROR_BAD_FRAMING:
    case TERN_ERROR_LINE_TOO_LONG:
    case TERN_ERROR_TOO_MANY_HEADERS:
    case TERN_ERROR_UNKNOWN_PROTOCOL:
    case TERN_ERROR_UNKNOWN_TRANSFER_ENCODING:
    case TERN_ERROR_DECOMPRESS_FAILED:
    case TERN_ERROR_MALFORMED_HEADER:
    /* The caller's own fields were looked at before: this is one of the server's. */
    case TERN_ERROR_INVALID_HEADER:
      return TERN_FETCH_ERROR_PROTOCOL;
    default:
      return TERN_FETCH_ERROR_FAILED;
    }
}

static int
from_io (int code)
{
  switch (code)
    {
    case G_IO_ERROR_CANCELLED:
      return TERN_FETCH_ERROR_CANCELLED;
    case G_IO_ERROR_TIMED_OUT:
      return TERN_FETCH_ERROR_TIMED_OUT;
    case G_IO_ERROR_CONNECTION_REFUSED:
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return TERN_FETCH_ERROR_CONNECT;
    case G_IO_ERROR_NO_SPACE:
      return TERN_FETCH_ERROR_NO_SPACE;
    case G_IO_ERROR_BROKEN_PIPE:
    case G_IO_ERROR_READ_ONLY:
    case G_IO_ERROR_PERMISSION_DENIED: /* a sealed file */
      return TERN_FETCH_ERROR_WRITE;
    default:
      return TERN_FETCH_ERROR_FAILED;
    }
}

GError *
fetch_error_from (const GError *error)
{
  int code = TERN_FETCH_ERROR_FAILED;

  if (error->domain == TERN_FETCH_ERROR)
    return g_error_copy (error);
  if (error->domain == TERN_ERROR)
    code = from_tern (error->code);
  else if (error->domain == G_IO_ERROR)
    code = from_io (error->code);
  else if (error->domain == TERN_STATUS_ERROR)
    code = error->code == TERN_STATUS_UNAUTHORIZED
                   || error->code == TERN_STATUS_PROXY_AUTHENTICATION_REQUIRED
               ? TERN_FETCH_ERROR_AUTHENTICATION
               : TERN_FETCH_ERROR_HTTP_STATUS;
  else if (error->domain == G_RESOLVER_ERROR)
    code = TERN_FETCH_ERROR_LOOK_UP;
  return g_error_new_literal (TERN_FETCH_ERROR, code, error->message);
}

char *
fetch_error_name (const GError *error)
{
  g_autoptr (GError) own = fetch_error_from (error);

  return g_dbus_error_encode_gerror (own);
}
