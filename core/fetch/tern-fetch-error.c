/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of the helper's errors on the bus, in one table for both ends. A name that is on the
 * bus is never given another meaning. */
#include <tern/tern-fetch-error.h>

#include <gio/gio.h>

#define PREFIX "org.libtern.Fetch1.Error."

static const GDBusErrorEntry entries[] = {
  { TERN_FETCH_ERROR_FAILED, PREFIX "Failed" },
  { TERN_FETCH_ERROR_INVALID_URI, PREFIX "InvalidUri" },
  { TERN_FETCH_ERROR_INVALID_OPTION, PREFIX "InvalidOption" },
  { TERN_FETCH_ERROR_INVALID_DESCRIPTOR, PREFIX "InvalidDescriptor" },
  { TERN_FETCH_ERROR_SECRET_IN_OPTIONS, PREFIX "SecretInOptions" },
  { TERN_FETCH_ERROR_LIMIT_EXCEEDED, PREFIX "LimitExceeded" },
  { TERN_FETCH_ERROR_NOT_FOUND, PREFIX "NotFound" },
  { TERN_FETCH_ERROR_WRONG_STATE, PREFIX "WrongState" },
  { TERN_FETCH_ERROR_LOOK_UP, PREFIX "LookUp" },
  { TERN_FETCH_ERROR_CONNECT, PREFIX "Connect" },
  { TERN_FETCH_ERROR_TLS, PREFIX "Tls" },
  { TERN_FETCH_ERROR_TIMED_OUT, PREFIX "TimedOut" },
  { TERN_FETCH_ERROR_AUTHENTICATION, PREFIX "Authentication" },
  { TERN_FETCH_ERROR_HTTP_STATUS, PREFIX "HttpStatus" },
  { TERN_FETCH_ERROR_REDIRECT, PREFIX "Redirect" },
  { TERN_FETCH_ERROR_INCOMPLETE, PREFIX "Incomplete" },
  { TERN_FETCH_ERROR_PROTOCOL, PREFIX "Protocol" },
  { TERN_FETCH_ERROR_CHECKSUM, PREFIX "Checksum" },
  { TERN_FETCH_ERROR_TOO_LARGE, PREFIX "TooLarge" },
  { TERN_FETCH_ERROR_NO_SPACE, PREFIX "NoSpace" },
  { TERN_FETCH_ERROR_WRITE, PREFIX "Write" },
  { TERN_FETCH_ERROR_CANCELLED, PREFIX "Cancelled" },
  { TERN_FETCH_ERROR_UNREACHABLE, PREFIX "Unreachable" },
  { TERN_FETCH_ERROR_POSITION_UNKNOWN, PREFIX "PositionUnknown" },
};

/**
 * tern_fetch_error_quark:
 *
 * The domain of the errors of the D-Bus fetch helper. Asking for it also tells GDBus the names that
 * they have on the bus.
 *
 * Returns: the quark
 */
GQuark
tern_fetch_error_quark (void)
{
  static gsize quark;

  G_STATIC_ASSERT (G_N_ELEMENTS (entries) == TERN_FETCH_ERROR_POSITION_UNKNOWN + 1);
  g_dbus_error_register_error_domain ("tern-fetch-error-quark", &quark, entries,
                                      G_N_ELEMENTS (entries));
  return (GQuark)quark;
}
