/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From statuses and errors to exit codes: pure, and the only place that knows the numbers. */
#include "exit-code.h"

#include <gio/gio.h>
#include <tern/tern.h>

TernExit
exit_code_of_status (guint status, gboolean cache_only)
{
  if (status == TERN_STATUS_UNAUTHORIZED || status == TERN_STATUS_PROXY_AUTHENTICATION_REQUIRED)
    return TERN_EXIT_AUTHENTICATION;
  /* RFC 9111 §5.2.1.7: what a cache answers that may not ask anybody. */
  if (status == TERN_STATUS_GATEWAY_TIMEOUT && cache_only)
    return TERN_EXIT_NOT_IN_CACHE;
  if (status >= 500)
    return TERN_EXIT_SERVER_ERROR;
  if (status >= 400)
    return TERN_EXIT_CLIENT_ERROR;
  /* 304 leads nowhere: it is the answer that a conditional request hoped for. */
  if (status >= 300 && status != TERN_STATUS_NOT_MODIFIED)
    return TERN_EXIT_REDIRECT;
  return TERN_EXIT_OK;
}

static TernExit
exit_code_of_phase (TernPhase phase)
{
  switch (phase)
    {
    case TERN_PHASE_RESOLVE:
      return TERN_EXIT_LOOK_UP;
    case TERN_PHASE_CONNECT:
      return TERN_EXIT_CONNECT;
    case TERN_PHASE_TLS:
      return TERN_EXIT_TLS;
    case TERN_PHASE_SEND:
    case TERN_PHASE_WAIT:
    case TERN_PHASE_RECEIVE:
      return TERN_EXIT_INCOMPLETE;
    case TERN_PHASE_NONE:
    case TERN_PHASE_QUEUE:
    default:
      return TERN_EXIT_OTHER;
    }
}

static TernExit
exit_code_of_tern_error (int code, gboolean before_sending)
{
  switch ((TernError) code)
    {
    case TERN_ERROR_REDIRECT_LIMIT:
      return TERN_EXIT_TOO_MANY_REDIRECTS;
    case TERN_ERROR_SERVER_NOT_FOUND:
      return TERN_EXIT_LOOK_UP;
    case TERN_ERROR_PROXY_UNAVAILABLE:
    case TERN_ERROR_PROXY_TUNNEL:
      return TERN_EXIT_CONNECT;
    case TERN_ERROR_CERTIFICATE:
    case TERN_ERROR_TLS:
      return TERN_EXIT_TLS;
    case TERN_ERROR_PROXY_AUTH:
    case TERN_ERROR_UNSUPPORTED_DIGEST_OPTION:
    case TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION:
      return TERN_EXIT_AUTHENTICATION;
    case TERN_ERROR_INCOMPLETE_READ:
    case TERN_ERROR_REMOTE_DISCONNECTED:
      return TERN_EXIT_INCOMPLETE;
    case TERN_ERROR_CHECKSUM:
      return TERN_EXIT_CHECKSUM;
    case TERN_ERROR_UNSUPPORTED_FILE_MODE:
      return TERN_EXIT_LOCAL_FILE;
    case TERN_ERROR_INVALID_URL:
    case TERN_ERROR_RELATIVE_URI:
    case TERN_ERROR_UNSUPPORTED_SCHEME:
    case TERN_ERROR_INVALID_METHOD:
    case TERN_ERROR_INVALID_HEADER:
      /* The same words about an answer are not the fault of whoever typed the command. */
      return before_sending ? TERN_EXIT_USAGE : TERN_EXIT_OTHER;
    default:
      return TERN_EXIT_OTHER;
    }
}

static TernExit
exit_code_of_io_error (int code, TernPhase phase)
{
  switch (code)
    {
    case G_IO_ERROR_CANCELLED:
      return TERN_EXIT_INTERRUPTED;
    case G_IO_ERROR_TIMED_OUT:
      return TERN_EXIT_TIMEOUT;
    case G_IO_ERROR_CONNECTION_REFUSED:
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return TERN_EXIT_CONNECT;
    case G_IO_ERROR_NOT_FOUND:
    case G_IO_ERROR_IS_DIRECTORY:
    case G_IO_ERROR_NO_SPACE:
    case G_IO_ERROR_READ_ONLY:
      return TERN_EXIT_LOCAL_FILE;
    case G_IO_ERROR_PERMISSION_DENIED:
      /* A firewall may say it too. */
      return phase == TERN_PHASE_CONNECT ? TERN_EXIT_CONNECT : TERN_EXIT_LOCAL_FILE;
    default:
      return exit_code_of_phase (phase);
    }
}

TernExit
exit_code_of_error (const GError *error, TernPhase phase, gboolean answered)
{
  if (error->domain == TERN_ERROR)
    return exit_code_of_tern_error (error->code, phase == TERN_PHASE_NONE && !answered);
  if (error->domain == TERN_PLUGIN_ERROR)
    return TERN_EXIT_PLUGIN;
  if (error->domain == G_RESOLVER_ERROR)
    return TERN_EXIT_LOOK_UP;
  if (error->domain == G_FILE_ERROR)
    return TERN_EXIT_LOCAL_FILE;
  if (error->domain == G_IO_ERROR)
    return exit_code_of_io_error (error->code, phase);
  return exit_code_of_phase (phase);
}
