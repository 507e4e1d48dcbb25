/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TernRequest: what a program wants to be sent. It is a plain description; a bad method or URI is
 * found by the send, never here. */
#include "message/tern-request-private.h"

#include "message/tern-failure-private.h"

/**
 * TernRequest:
 *
 * One request: a method, a URI, header fields and perhaps a body. Making one never fails; what is
 * wrong with it is the error of the send. A request may be sent again, and is not to be changed
 * while a send is under way.
 */
G_DEFINE_FINAL_TYPE (TernRequest, tern_request, G_TYPE_OBJECT)

enum
{
  PROP_METHOD = 1,
  PROP_URI,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
tern_request_finalize (GObject *object)
{
  TernRequest *self = TERN_REQUEST (object);

  g_free (self->method);
  g_free (self->uri);
  g_free (self->partition);
  tern_headers_unref (self->headers);
  tern_body_source_clear (&self->body);
  g_clear_pointer (&self->failure, tern_failure_unref);
  g_clear_pointer (&self->question.credentials, tern_credentials_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (tern_request_parent_class)->finalize (object);
}

static void
tern_request_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TernRequest *self = TERN_REQUEST (object);

  if (id == PROP_METHOD)
    g_value_set_string (value, self->method);
  else
    g_value_set_string (value, self->uri);
}

static void
tern_request_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TernRequest *self = TERN_REQUEST (object);

  if (id == PROP_METHOD)
    tern_request_set_method (self, g_value_get_string (value));
  else
    tern_request_set_uri (self, g_value_get_string (value));
}

static void
tern_request_class_init (TernRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = tern_request_finalize;
  object_class->get_property = tern_request_get_property;
  object_class->set_property = tern_request_set_property;

  /**
   * TernRequest:method:
   *
   * The method, any token (RFC 9110 §9).
   */
  props[PROP_METHOD] = g_param_spec_string ("method", NULL, NULL, "GET",
                                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * TernRequest:uri:
   *
   * The absolute URI, http or https.
   */
  props[PROP_URI]
      = g_param_spec_string ("uri", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
tern_request_init (TernRequest *self)
{
  self->headers = tern_headers_new ();
  self->max_redirects = -1;
  self->timeout = -1;
  self->total_timeout = -1;
  self->accept_encoding = TRUE;
  g_mutex_init (&self->lock);
}

/**
 * tern_request_new:
 * @method: the method, any token
 * @uri: the absolute URI, http or https
 *
 * Never fails: a method or URI that cannot be sent is the error of the send.
 *
 * Returns: (transfer full): a request
 */
TernRequest *
tern_request_new (const char *method, const char *uri)
{
  TernRequest *self = g_object_new (TERN_TYPE_REQUEST, NULL);

  self->method = g_strdup (method);
  self->uri = g_strdup (uri);
  return self;
}

/**
 * tern_request_get_method:
 * @self: a request
 *
 * Gets the method.
 *
 * Returns: (nullable) (transfer none): the method
 */
const char *
tern_request_get_method (TernRequest *self)
{
  return self->method;
}

/**
 * tern_request_set_method:
 * @self: a request
 * @method: the method
 *
 * Sets the method.
 */
void
tern_request_set_method (TernRequest *self, const char *method)
{
  g_free (self->method);
  self->method = g_strdup (method);
}

/**
 * tern_request_get_uri:
 * @self: a request
 *
 * Gets the URI as it was given.
 *
 * Returns: (nullable) (transfer none): the URI as it was given
 */
const char *
tern_request_get_uri (TernRequest *self)
{
  return self->uri;
}

/**
 * tern_request_set_uri:
 * @self: a request
 * @uri: the absolute URI
 *
 * Sets the absolute URI.
 */
void
tern_request_set_uri (TernRequest *self, const char *uri)
{
  g_free (self->uri);
  self->uri = g_strdup (uri);
}

/**
 * tern_request_get_headers:
 * @self: a request
 *
 * Content-Length, Transfer-Encoding and Host are the library's: what a program puts there is
 * replaced by what fits the body and the URI.
 *
 * Returns: (transfer none): the header fields, to be filled
 */
TernHeaders *
tern_request_get_headers (TernRequest *self)
{
  return self->headers;
}

static void
set_content_type (TernRequest *self, const char *content_type)
{
  if (content_type)
    tern_headers_set (self->headers, "Content-Type", content_type);
}

/**
 * tern_request_set_body_bytes:
 * @self: a request
 * @content_type: (nullable): the media type, or %NULL to set no Content-Type
 * @body: (nullable): the body; %NULL for none
 *
 * Sets the body.
 */
void
tern_request_set_body_bytes (TernRequest *self, const char *content_type, GBytes *body)
{
  set_content_type (self, content_type);
  tern_body_source_set_bytes (&self->body, body);
}

/**
 * tern_request_set_body_stream:
 * @self: a request
 * @content_type: (nullable): the media type, or %NULL to set no Content-Type
 * @body: (nullable): the stream; %NULL for no body
 * @length: how many bytes will be sent of it; -1 for all, in the chunked coding (RFC 9112 §7.1)
 *
 * A stream that ends before @length bytes fails the request. It is sent a second time (a redirect
 * that keeps the body, authentication, a retry) only if it can seek; otherwise that is
 * %TERN_ERROR_BODY_NOT_REWINDABLE.
 */
void
tern_request_set_body_stream (TernRequest *self, const char *content_type, GInputStream *body,
                              gint64 length)
{
  set_content_type (self, content_type);
  tern_body_source_set_stream (&self->body, body, length);
}

/**
 * tern_request_set_body_file:
 * @self: a request
 * @content_type: (nullable): the media type, or %NULL to set no Content-Type
 * @file: (nullable): the file, opened anew by each send; %NULL for no body
 *
 * Sets the file, opened anew by each send.
 */
void
tern_request_set_body_file (TernRequest *self, const char *content_type, GFile *file)
{
  set_content_type (self, content_type);
  tern_body_source_set_file (&self->body, file);
}

/**
 * tern_request_set_max_redirects:
 * @self: a request
 * @max_redirects: how many redirects are followed; -1 for the client's limit
 *
 * Sets how many redirects are followed.
 */
void
tern_request_set_max_redirects (TernRequest *self, int max_redirects)
{
  self->max_redirects = MAX (-1, max_redirects);
}

/**
 * tern_request_set_timeout:
 * @self: a request
 * @seconds: the longest time in which no byte moves, fractions allowed; 0 for none, negative for
 * the client's
 *
 * Sets the longest time in which no byte moves, fractions allowed.
 */
void
tern_request_set_timeout (TernRequest *self, double seconds)
{
  self->timeout = seconds;
}

/**
 * tern_request_set_total_timeout:
 * @self: a request
 * @seconds: the longest time for everything, body included; 0 for none, negative for the client's
 *
 * Sets the longest time for everything, body included.
 */
void
tern_request_set_total_timeout (TernRequest *self, double seconds)
{
  self->total_timeout = seconds;
}

/**
 * tern_request_set_expect_continue:
 * @self: a request
 * @expect_continue: whether to send Expect: 100-continue with a body and wait up to one second for
 * the server's word before the body is sent (RFC 9110 §10.1.1)
 *
 * Sets whether to send Expect: 100-continue with a body and wait up to one second for the
 * server's word before the body is sent (RFC 9110 §10.1.1).
 */
void
tern_request_set_expect_continue (TernRequest *self, gboolean expect_continue)
{
  self->expect_continue = expect_continue;
}

/**
 * tern_request_set_partition:
 * @self: a request
 * @partition: (nullable): a name; connections, cached responses, TLS sessions and remembered
 *   authorizations are never shared between partitions
 *
 * Keeps the request apart from those of other partitions.
 */
void
tern_request_set_partition (TernRequest *self, const char *partition)
{
  g_free (self->partition);
  self->partition = g_strdup (partition);
}

/**
 * tern_request_set_accept_encoding:
 * @self: a request
 * @accept_encoding: whether content codings are asked for and decoded; %FALSE gives the raw bytes
 *
 * Sets whether content codings are asked for and decoded.
 */
void
tern_request_set_accept_encoding (TernRequest *self, gboolean accept_encoding)
{
  self->accept_encoding = accept_encoding;
}

void
tern_request_take_failure (TernRequest *self, TernFailure *failure)
{
  g_autoptr (TernFailure) old = NULL;

  g_mutex_lock (&self->lock);
  old = g_steal_pointer (&self->failure);
  self->failure = failure;
  g_mutex_unlock (&self->lock);
}

void
tern_request_note_partial (TernRequest *self, TernResponse *response, const char *data, gsize len)
{
  TernFailure *failure;

  g_mutex_lock (&self->lock);
  failure = self->failure;
  if (failure && failure->response == response && !failure->partial_body)
    failure->partial_body = g_bytes_new (data, len);
  g_mutex_unlock (&self->lock);
}

/**
 * tern_request_get_failure:
 * @self: a request
 *
 * Gets what is known of the failure of the last send, %NULL when it did not fail.
 *
 * Returns: (nullable) (transfer full): what is known of the failure of the last send, %NULL when it
 * did not fail
 */
TernFailure *
tern_request_get_failure (TernRequest *self)
{
  TernFailure *failure;

  g_mutex_lock (&self->lock);
  failure = self->failure ? tern_failure_ref (self->failure) : NULL;
  g_mutex_unlock (&self->lock);
  return failure;
}
