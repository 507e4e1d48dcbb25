/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting the head of a request together, field by field. Nothing is sent here; a field that may
 * not be sent spoils the whole head, so that a caller who looks away sends nothing. */
#include "connection/tern-connection-private.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "connection/tern-connection-field.h"
#include "http1/tern-http1-write.h"

static void
append (GByteArray *head, const char *text, gssize len)
{
  g_byte_array_append (head, (const guint8 *)text, len < 0 ? (guint)strlen (text) : (guint)len);
}

static void
append_field (GByteArray *head, const char *name, const char *value, gssize len)
{
  append (head, name, -1);
  append (head, ": ", 2);
  append (head, value, len);
  append (head, "\r\n", 2);
}

/* --- the request line ------------------------------------------------------------------------ */

static gboolean
is_absolute (const char *target)
{
  return g_ascii_strncasecmp (target, "http://", 7) == 0
         || g_ascii_strncasecmp (target, "https://", 8) == 0;
}

/* A fragment is nobody's business but the program's, and credentials in an absolute target would
 * tell everybody on the way (RFC 9110 §4.2.4): both are left out. */
static char *
clean_target (const char *target)
{
  char *clean = g_strndup (target, strcspn (target, "#"));
  char *authority = is_absolute (clean) ? strstr (clean, "://") + 3 : NULL;
  char *at = authority ? memchr (authority, '@', strcspn (authority, "/?")) : NULL;

  if (at)
    memmove (authority, at + 1, strlen (at + 1) + 1);
  if (*clean == '\0')
    {
      g_free (clean);
      return g_strdup ("/");
    }
  return clean;
}

/* What the Host field says: of an absolute target the authority as it stands there, else that of
 * the server, be it behind a tunnel. */
static char *
make_host (TernConnection *self, const char *target)
{
  const char *authority = is_absolute (target) ? strstr (target, "://") + 3 : NULL;

  if (authority)
    return g_strndup (authority, strcspn (authority, "/?"));
  return g_strdup ((self->tunnel ? self->tunnel : self->uri)->authority);
}

/* What the response says it is of. */
static TernUri *
make_uri (TernConnection *self, const char *target, GError **error)
{
  TernUri *base = self->tunnel ? self->tunnel : self->uri;

  if (is_absolute (target))
    return tern_uri_parse (target, error);
  if (target[0] == '/' && target[1] != '/')
    {
      g_autofree char *text
          = g_strconcat (base->secure ? "https://" : "http://", base->authority, target, NULL);
      TernUri *uri = tern_uri_parse (text, NULL);

      if (uri)
        return uri;
    }
  return tern_uri_ref (base);
}

static gboolean
check_line (TernConnection *self, const char *method, const char *target, GError **error)
{
  const GError *bad = self->bad_host ? self->bad_host : self->bad_tunnel;

  if (bad)
    g_propagate_error (error, g_error_copy (bad));
  return !bad && tern_http1_check_method (method, error) && tern_http1_check_target (target, error);
}

static void
write_line (TernConnection *self, const char *target, TernPutFlags flags)
{
  TernConnectionRequest *request = &self->request;

  request->head = g_byte_array_sized_new (512);
  append (request->head, request->method, -1);
  append (request->head, " ", 1);
  append (request->head, target, -1);
  append (request->head, request->version == 10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n", -1);
  /* A server of HTTP/1.0 knows neither. */
  if (request->version == 10)
    return;
  if (!(flags & TERN_PUT_SKIP_HOST))
    {
      g_autofree char *host = make_host (self, target);

      append_field (request->head, "Host", host, -1);
      request->has_host = TRUE;
    }
  if (!(flags & TERN_PUT_SKIP_ACCEPT_ENCODING))
    append_field (request->head, "Accept-Encoding", "identity", -1);
}

/* After 101 it is another protocol that is spoken. */
static gboolean
check_switched (TernConnection *self, GError **error)
{
  if (!tern_connection_get_link (self) || !self->is_switched)
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_CANNOT_SEND_REQUEST,
               _ ("The connection does not speak HTTP any more: take its stream, or close it"));
  return FALSE;
}

static gboolean
put_request (TernConnection *self,
             const char *method,
             const char *raw_target,
             TernPutFlags flags,
             GError **error)
{
  g_autofree char *target = clean_target (raw_target ? raw_target : "");
  g_autoptr (TernUri) uri = NULL;

  if (!check_line (self, method, target, error))
    return FALSE;
  uri = make_uri (self, target, error);
  if (!uri)
    return FALSE;
  tern_connection_request_clear (&self->request);
  self->request.method = g_strdup (method);
  self->request.uri = g_steal_pointer (&uri);
  self->request.version = self->http_version == 10 ? 10 : 11;
  self->request.length = -1;
  write_line (self, target, flags);
  return TRUE;
}

/**
 * tern_connection_put_request:
 * @self: a connection
 * @method: the method, any token (RFC 9110 §9)
 * @target: the path and query; or what else a request line may have: an absolute URI, whose host
 *   then is what the Host field says, `*`, or for CONNECT a host and port. Empty is `/`.
 * @flags: which fields are not put by themselves
 * @error: return location for a #GError
 *
 * Starts a request: the request line, `Host` and `Accept-Encoding: identity` (neither in HTTP/1.0).
 * Nothing is sent yet. Allowed while the response before is unread. Errors:
 * %TERN_ERROR_CANNOT_SEND_REQUEST, %TERN_ERROR_INVALID_METHOD, %TERN_ERROR_INVALID_URL.
 *
 * Returns: whether a request was started
 */
gboolean
tern_connection_put_request (TernConnection *self,
                             const char *method,
                             const char *target,
                             TernPutFlags flags,
                             GError **error)
{
  if (!tern_connection_call (self, TERN_HTTP1_PUT_REQUEST, error))
    return FALSE;
  if (check_switched (self, error) && put_request (self, method, target, flags, error))
    return TRUE;
  self->state = TERN_HTTP1_IDLE;
  return FALSE;
}

/* --- fields ---------------------------------------------------------------------------------- */

/* What the field says about the message as a whole; FALSE where it contradicts what was put
 * before. */
static gboolean
note_field (
    TernConnectionRequest *request, const char *name, const char *value, gsize len, GError **error)
{
  gint64 length = -1;

  switch (tern_connection_field_recognize (name))
    {
    case TERN_FIELD_HOST:
      if (request->has_host)
        return tern_connection_field_fail (name, N_ ("The header “%s” was put before"), error);
      request->has_host = TRUE;
      return TRUE;
    case TERN_FIELD_CONTENT_LENGTH:
      if (request->has_coding || !tern_connection_field_read_length (value, len, &length)
          || (request->length >= 0 && request->length != length))
        return tern_connection_field_fail (
            name, N_ ("The header “%s” is no length, or contradicts another header"), error);
      request->length = length;
      return TRUE;
    case TERN_FIELD_TRANSFER_ENCODING:
      if (request->length >= 0)
        return tern_connection_field_fail (
            name, N_ ("The header “%s” is no length, or contradicts another header"), error);
      request->has_coding = TRUE;
      return TRUE;
    case TERN_FIELD_CONNECTION:
      request->wants_close |= tern_connection_field_has_close (value, len);
      return TRUE;
    case TERN_FIELD_UPGRADE:
      request->wants_upgrade = TRUE;
      return TRUE;
    case TERN_FIELD_OTHER:
    default:
      return TRUE;
    }
}

static gboolean
put_field (
    TernConnectionRequest *request, const char *name, const char *value, gsize len, GError **error)
{
  g_autoptr (GError) refusal = NULL;

  if (tern_connection_field_check (name, value, len, &refusal)
      && note_field (request, name, value, len, &refusal))
    {
      append_field (request->head, name, value, (gssize)len);
      return TRUE;
    }
  if (!request->refusal)
    request->refusal = g_error_copy (refusal);
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

/**
 * tern_connection_put_header:
 * @self: a connection with a request that was started
 * @name: the name
 * @value: the value; blanks around it are sent too, and so are continued lines (CR LF and a blank)
 * @error: return location for a #GError
 *
 * Adds a header to the request. Errors: %TERN_ERROR_CANNOT_SEND_HEADER,
 * %TERN_ERROR_INVALID_HEADER for a name or value that would end the line or for a field that
 * contradicts one that was put before. A request with a header that was refused is never sent.
 *
 * Returns: whether it was added
 */
gboolean
tern_connection_put_header (TernConnection *self,
                            const char *name,
                            const char *value,
                            GError **error)
{
  return tern_connection_call (self, TERN_HTTP1_PUT_HEADER, error)
         && put_field (&self->request, name, value ? value : "", value ? strlen (value) : 0, error);
}

/**
 * tern_connection_put_header_values:
 * @self: a connection with a request that was started
 * @name: the name
 * @values: (array zero-terminated=1): the first line of the value and those that continue it, each
 *   behind CR LF and a tabulator (obs-fold: modern servers want one line, see RFC 9112 §5.2)
 * @error: return location for a #GError
 *
 * As tern_connection_put_header(), with continued lines.
 *
 * Returns: whether it was added
 */
gboolean
tern_connection_put_header_values (TernConnection *self,
                                   const char *name,
                                   const char *const *values,
                                   GError **error)
{
  g_autofree char *value = values ? g_strjoinv ("\r\n\t", (char **)values) : g_strdup ("");

  return tern_connection_put_header (self, name, value, error);
}

/**
 * tern_connection_put_header_bytes:
 * @self: a connection with a request that was started
 * @name: the name
 * @value: the value, perhaps in no known encoding
 * @error: return location for a #GError
 *
 * As tern_connection_put_header(), for a value that is not UTF-8.
 *
 * Returns: whether it was added
 */
gboolean
tern_connection_put_header_bytes (TernConnection *self,
                                  const char *name,
                                  GBytes *value,
                                  GError **error)
{
  gsize len = 0;
  const char *data = value ? g_bytes_get_data (value, &len) : NULL;

  return tern_connection_call (self, TERN_HTTP1_PUT_HEADER, error)
         && put_field (&self->request, name, data ? data : "", len, error);
}

/* --- everything at once ---------------------------------------------------------------------- */

gboolean
tern_connection_frames_body (TernHeaders *headers)
{
  return !headers
         || (!tern_headers_has (headers, "Content-Length")
             && !tern_headers_has (headers, "Transfer-Encoding"));
}

/* httplib's rule: who sends no body says so where one is expected (RFC 9110 §8.6). */
static gboolean
wants_length (const char *method)
{
  return g_ascii_strcasecmp (method, "PUT") == 0 || g_ascii_strcasecmp (method, "POST") == 0
         || g_ascii_strcasecmp (method, "PATCH") == 0;
}

static gboolean
put_frame (TernConnection *self, gboolean has_body, gint64 length, GError **error)
{
  char text[24];

  if (has_body && length < 0 && self->request.version == 10)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_FILE_MODE,
                   _ ("HTTP/1.0 cannot send a body whose length is not known"));
      return FALSE;
    }
  if (has_body && length < 0)
    return put_field (&self->request, "Transfer-Encoding", "chunked", 7, error);
  if (!has_body && !wants_length (self->request.method))
    return TRUE;
  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, has_body ? length : (gint64)0);
  return put_field (&self->request, "Content-Length", text, strlen (text), error);
}

static gboolean
put_map (TernConnection *self, TernHeaders *headers, GError **error)
{
  for (guint i = 0; headers && i < headers->n; i++)
    {
      const TernField *field = &headers->fields[i];

      if (!put_field (&self->request, tern_headers_name (headers, field),
                      tern_headers_raw (headers, field), field->raw_len, error))
        return FALSE;
    }
  return TRUE;
}

/* More than was announced would be read as another request. */
static gboolean
check_length (TernConnection *self, gboolean has_body, gint64 length, GError **error)
{
  if (!has_body || self->request.length < 0 || length <= self->request.length)
    return TRUE;
  return tern_connection_field_fail ("Content-Length", N_ ("The body is longer than “%s” says"),
                                     error);
}

gboolean
tern_connection_put_all (TernConnection *self,
                         const char *method,
                         const char *target,
                         TernHeaders *headers,
                         gboolean has_body,
                         gint64 length,
                         GError **error)
{
  const GError *poison = headers ? tern_headers_get_poison (headers) : NULL;
  const gboolean frames = tern_connection_frames_body (headers);
  TernPutFlags flags = TERN_PUT_DEFAULT;

  if (headers && tern_headers_has (headers, "Host"))
    flags |= TERN_PUT_SKIP_HOST;
  if (headers && tern_headers_has (headers, "Accept-Encoding"))
    flags |= TERN_PUT_SKIP_ACCEPT_ENCODING;
  if (!tern_http1_connection_call (&self->state, tern_connection_look (self),
                                   TERN_HTTP1_PUT_REQUEST, error))
    return FALSE;
  if (poison)
    g_propagate_error (error, g_error_copy (poison));
  if (!poison && check_switched (self, error) && put_request (self, method, target, flags, error)
      && (!frames || put_frame (self, has_body, length, error)) && put_map (self, headers, error)
      && check_length (self, has_body, length, error))
    return TRUE;
  tern_connection_request_clear (&self->request);
  self->state = TERN_HTTP1_IDLE;
  return FALSE;
}
