/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernResponse: what came back. Strings that few programs ask for are made when they are asked
 * for. */
#include "message/tern-response-private.h"

/**
 * TernResponse:
 *
 * One response: httplib2's Response and httplib's HTTPResponse in one. The body is read through the
 * stream of tern_response_get_body(), or with tern_response_read() and tern_response_read_all();
 * a connection is free for the next request when the body was read to its end. A response belongs
 * to one thread at a time.
 */
G_DEFINE_FINAL_TYPE (TernResponse, tern_response, G_TYPE_OBJECT)

/**
 * tern_timings_copy:
 * @timings: timings
 *
 * Copies it.
 *
 * Returns: (transfer full): a copy
 */
TernTimings *
tern_timings_copy (const TernTimings *timings)
{
  return g_memdup2 (timings, sizeof *timings);
}

/**
 * tern_timings_free:
 * @timings: (transfer full): timings
 *
 * Frees it.
 */
void
tern_timings_free (TernTimings *timings)
{
  g_free (timings);
}

G_DEFINE_BOXED_TYPE (TernTimings, tern_timings, tern_timings_copy, tern_timings_free)

static void
tern_response_finalize (GObject *object)
{
  TernResponse *self = TERN_RESPONSE (object);

  g_clear_object (&self->body);
  g_clear_object (&self->previous);
  g_clear_pointer (&self->content, g_bytes_unref);
  g_clear_pointer (&self->unread, g_bytes_unref);
  g_clear_pointer (&self->headers, tern_headers_unref);
  g_clear_pointer (&self->trailers, tern_headers_unref);
  g_clear_pointer (&self->uri, tern_uri_unref);
  g_clear_pointer (&self->tls, tern_tls_info_unref);
  if (self->failed)
    g_weak_ref_clear (self->failed);
  g_free (self->failed);
  g_free (self->reason);
  g_free (self->cache_status);
  g_free (self->uri_text);
  G_OBJECT_CLASS (tern_response_parent_class)->finalize (object);
}

static void
tern_response_class_init (TernResponseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tern_response_finalize;
}

static void
tern_response_init (TernResponse *self)
{
  self->expected = -1;
}

TernResponse *
tern_response_new (guint status, guint version, char *reason, TernHeaders *headers, TernUri *uri)
{
  TernResponse *self = g_object_new (TERN_TYPE_RESPONSE, NULL);

  self->status = status;
  self->version = version;
  self->reason = reason;
  self->headers = headers;
  self->uri = uri ? tern_uri_ref (uri) : NULL;
  return self;
}

gboolean
tern_response_become (TernResponse *self, guint status, guint version, char *reason,
                      TernHeaders *headers, TernUri *uri)
{
  if (g_atomic_int_get (&G_OBJECT (self)->ref_count) != 1 || self->previous || self->body
      || self->content || self->unread || self->trailers || self->failed)
    return FALSE;
  self->status = status;
  self->version = version;
  g_free (self->reason);
  self->reason = reason;
  tern_headers_unref (self->headers);
  self->headers = headers;
  if (self->uri != uri)
    {
      g_clear_pointer (&self->uri, tern_uri_unref);
      self->uri = tern_uri_ref (uri);
    }
  g_clear_pointer (&self->uri_text, g_free);
  self->located = FALSE;
  self->find_trailers = NULL;
  return TRUE;
}

void
tern_response_take_body (TernResponse *self, GInputStream *body,
                         TernHeaders *(*find_trailers) (GInputStream *body))
{
  g_set_object (&self->body, body);
  g_object_unref (body);
  self->find_trailers = find_trailers;
}

/* Weak, because the failure holds the response. */
void
tern_response_set_failed (TernResponse *self, TernRequest *request)
{
  if (self->failed)
    return;
  self->failed = g_new0 (GWeakRef, 1);
  g_weak_ref_init (self->failed, request);
}

/**
 * tern_response_get_status:
 * @self: a response
 *
 * Gets the status code, 200 to 599 (RFC 9110 §15).
 *
 * Returns: the status code, 200 to 599 (RFC 9110 §15); 101 after an upgrade that was asked for; of
 * a #TernConnection up to 999
 */
guint
tern_response_get_status (TernResponse *self)
{
  return self->status;
}

/**
 * tern_response_get_reason:
 * @self: a response
 *
 * Gets the reason phrase as the server sent it, perhaps empty.
 *
 * Returns: (transfer none): the reason phrase as the server sent it, perhaps empty
 */
const char *
tern_response_get_reason (TernResponse *self)
{
  return self->reason;
}

/**
 * tern_response_get_version:
 * @self: a response
 *
 * Gets the HTTP version: 9, 10, 11 or 20.
 *
 * Returns: the HTTP version: 9, 10, 11 or 20
 */
guint
tern_response_get_version (TernResponse *self)
{
  return self->version;
}

/* Content-Location names what was asked for where the server did not; a relative one is made
 * absolute. */
static void
locate (TernResponse *self)
{
  g_autoptr (TernUri) resolved = NULL;
  g_autofree char *text = NULL;
  const char *given = tern_headers_get (self->headers, "content-location");

  self->located = TRUE;
  if (given)
    resolved = tern_uri_resolve (self->uri, given, NULL);
  text = tern_uri_to_string (resolved ? resolved : self->uri, FALSE);
  tern_headers_set (self->headers, "content-location", text);
}

/**
 * tern_response_get_headers:
 * @self: a response
 *
 * In a response of a client the field content-location is always there: the server's, made
 * absolute, or else the URI that was asked. A #TernConnection leaves the fields as they came.
 *
 * Returns: (transfer none): the header fields
 */
TernHeaders *
tern_response_get_headers (TernResponse *self)
{
  if (!self->located)
    locate (self);
  return self->headers;
}

/**
 * tern_response_get_header:
 * @self: a response
 * @name: a name, in any case
 *
 * Gets the values of that field, repeated ones joined by ", ".
 *
 * Returns: (nullable) (transfer full): the values of that field, repeated ones joined by ", "
 */
char *
tern_response_get_header (TernResponse *self, const char *name)
{
  return tern_headers_get_combined (tern_response_get_headers (self), name);
}

/**
 * tern_response_get_from_cache:
 * @self: a response
 *
 * Tells whether the body came from the cache, perhaps after a validation.
 *
 * Returns: whether the body came from the cache, perhaps after a validation
 */
gboolean
tern_response_get_from_cache (TernResponse *self)
{
  return self->from_cache;
}

/**
 * tern_response_get_cache_status:
 * @self: a response
 *
 * Gets what the cache did, as RFC 9211 writes it.
 *
 * Returns: (nullable) (transfer none): what the cache did, as RFC 9211 writes it; %NULL without a
 * cache
 */
const char *
tern_response_get_cache_status (TernResponse *self)
{
  return self->cache_status;
}

/**
 * tern_response_get_previous:
 * @self: a response
 *
 * Gets the response that led here by a redirect.
 *
 * Returns: (nullable) (transfer none): the response that led here by a redirect; the chain goes
 * back to the very first
 */
TernResponse *
tern_response_get_previous (TernResponse *self)
{
  return self->previous;
}

/**
 * tern_response_get_uri:
 * @self: a response
 *
 * Gets the URI that was finally asked, with its fragment.
 *
 * Returns: (transfer none): the URI that was finally asked, with its fragment
 */
const char *
tern_response_get_uri (TernResponse *self)
{
  if (!self->uri_text)
    self->uri_text = tern_uri_to_string (self->uri, TRUE);
  return self->uri_text;
}

/**
 * tern_response_get_body:
 * @self: a response
 *
 * Gets the body, decoded.
 *
 * Returns: (transfer none): the body, decoded; a #GPollableInputStream as well
 */
GInputStream *
tern_response_get_body (TernResponse *self)
{
  g_autoptr (GBytes) nothing = NULL;

  if (self->body)
    return self->body;
  nothing = self->content ? NULL : g_bytes_new (NULL, 0);
  self->body = g_memory_input_stream_new_from_bytes (self->content ? self->content : nothing);
  return self->body;
}

/**
 * tern_response_get_trailers:
 * @self: a response
 *
 * Gets the trailer fields (RFC 9110 §6.5), once the body was read to its end.
 *
 * Returns: (nullable) (transfer none): the trailer fields (RFC 9110 §6.5), once the body was read
 * to its end; %NULL where there are none
 */
TernHeaders *
tern_response_get_trailers (TernResponse *self)
{
  if (!self->trailers && self->body && self->find_trailers)
    {
      TernHeaders *found = self->find_trailers (self->body);

      self->trailers = found ? tern_headers_ref (found) : NULL;
    }
  return self->trailers;
}

/**
 * tern_response_get_timings:
 * @self: a response
 *
 * Gets how long each phase took.
 *
 * Returns: (transfer none): how long each phase took
 */
const TernTimings *
tern_response_get_timings (TernResponse *self)
{
  return &self->timings;
}

/**
 * tern_response_get_tls:
 * @self: a response
 *
 * Gets what is known of the TLS connection, %NULL for a plain one.
 *
 * Returns: (nullable) (transfer none): what is known of the TLS connection, %NULL for a plain one
 */
TernTlsInfo *
tern_response_get_tls (TernResponse *self)
{
  return self->tls;
}
