/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes responses of errors by one table. It never touches the response that a failure carries:
 * that one tells what was on the wire. */
#include "client/tern-error-response.h"

#include <string.h>
#include <tern/tern-status.h>

/* Every code has a row; a test counts them. */
static const guint statuses[] = {
  [TERN_ERROR_REDIRECT_MISSING_LOCATION] = 500,
  [TERN_ERROR_REDIRECT_LIMIT] = 500,
  [TERN_ERROR_SERVER_NOT_FOUND] = 400,
  [TERN_ERROR_RELATIVE_URI] = 400,
  [TERN_ERROR_DECOMPRESS_FAILED] = 500,
  [TERN_ERROR_UNSUPPORTED_DIGEST_OPTION] = 500,
  [TERN_ERROR_UNSUPPORTED_HMAC_DIGEST_OPTION] = 500,
  [TERN_ERROR_MALFORMED_HEADER] = 400,
  [TERN_ERROR_PROXY_UNAVAILABLE] = 400,
  [TERN_ERROR_DECODE_LIMIT] = 400,
  [TERN_ERROR_NOT_CONNECTED] = 400,
  [TERN_ERROR_INVALID_URL] = 400,
  [TERN_ERROR_UNKNOWN_PROTOCOL] = 400,
  [TERN_ERROR_UNKNOWN_TRANSFER_ENCODING] = 400,
  [TERN_ERROR_UNSUPPORTED_FILE_MODE] = 400,
  [TERN_ERROR_INCOMPLETE_READ] = 400,
  [TERN_ERROR_CANNOT_SEND_REQUEST] = 400,
  [TERN_ERROR_CANNOT_SEND_HEADER] = 400,
  [TERN_ERROR_RESPONSE_NOT_READY] = 400,
  [TERN_ERROR_BAD_STATUS_LINE] = 400,
  [TERN_ERROR_REMOTE_DISCONNECTED] = 400,
  [TERN_ERROR_LINE_TOO_LONG] = 400,
  [TERN_ERROR_TOO_MANY_HEADERS] = 400,
  [TERN_ERROR_INVALID_METHOD] = 400,
  [TERN_ERROR_INVALID_HEADER] = 400,
  [TERN_ERROR_UNSUPPORTED_SCHEME] = 400,
  [TERN_ERROR_PROXY_TUNNEL] = 400,
  [TERN_ERROR_PROXY_AUTH] = 400,
  [TERN_ERROR_CERTIFICATE] = 400,
  [TERN_ERROR_TLS] = 400,
  [TERN_ERROR_BAD_FRAMING] = 400,
  [TERN_ERROR_BODY_NOT_REWINDABLE] = 400,
  [TERN_ERROR_CACHE] = 400,
  [TERN_ERROR_TOO_LARGE] = 400,
  [TERN_ERROR_CHECKSUM] = 400,
};

guint
tern_error_response_find_status (TernError code)
{
  return (guint)code < G_N_ELEMENTS (statuses) ? statuses[code] : 0;
}

guint
tern_error_response_get_status (const GError *error)
{
  const guint found
      = error->domain == TERN_ERROR ? tern_error_response_find_status (error->code) : 0;

  /* Who cancelled a call knows; nobody waits for an answer. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return 0;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return 408;
  return found ? found : 400;
}

/* The header map's "status" keeps what was on the wire, as httplib2 has it. */
static void
tell_status (TernHeaders *headers, guint status)
{
  char text[12];

  g_snprintf (text, sizeof text, "%u", status);
  tern_headers_set (headers, "status", text);
}

/* A copy of what came, but for its status and reason, and without its body. */
static TernResponse *
restate (TernResponse *carried, guint status, const char *reason)
{
  TernResponse *self = tern_response_new (status, carried->version, g_strdup (reason),
                                          tern_headers_copy (carried->headers), carried->uri);

  tell_status (self->headers, carried->status);
  self->from_cache = carried->from_cache;
  self->located = carried->located;
  self->cache_status = g_strdup (carried->cache_status);
  self->expected = carried->expected;
  self->timings = carried->timings;
  self->tls = carried->tls ? tern_tls_info_ref (carried->tls) : NULL;
  g_set_object (&self->previous, carried->previous);
  return self;
}

static TernResponse *
compose (guint status, const char *reason, TernUri *uri, const char *uri_text, GBytes *text)
{
  TernHeaders *headers = tern_headers_new ();
  TernResponse *self = tern_response_new (status, 11, g_strdup (reason), headers, uri);
  char length[24];

  g_snprintf (length, sizeof length, "%" G_GSIZE_FORMAT, g_bytes_get_size (text));
  tern_headers_append (headers, "content-type", "text/plain");
  tern_headers_append (headers, "content-length", length);
  tell_status (headers, status);
  if (!uri)
    {
      self->uri_text = g_utf8_make_valid (uri_text ? uri_text : "", -1);
      self->located = TRUE;
    }
  self->content = g_bytes_ref (text);
  self->expected = (gint64)g_bytes_get_size (text);
  return self;
}

/* A timeout's text begins as httplib2's does; what ran out, and where, follows. */
static GBytes *
write_text (guint status, const char *message)
{
  char *text = status == 408 ? g_strconcat (tern_status_get_phrase (status), ": ", message, NULL)
                             : g_strdup (message);

  return g_bytes_new_take (text, strlen (text));
}

TernResponse *
tern_error_response_new (const GError *error,
                         const TernFailure *failure,
                         TernUri *uri,
                         const char *uri_text)
{
  const guint status = tern_error_response_get_status (error);
  g_autoptr (GBytes) text = NULL;
  TernResponse *previous;
  TernResponse *self;

  if (status == 500 && failure->response)
    return restate (failure->response, status, error->message);
  text = write_text (status, error->message);
  self = compose (status, status == 500 ? error->message : tern_status_get_phrase (status), uri,
                  uri_text, text);
  previous = tern_failure_get_previous (failure);
  g_set_object (&self->previous, previous);
  return self;
}
