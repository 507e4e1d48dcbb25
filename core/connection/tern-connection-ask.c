/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole request in one call, as httplib's request(): the body is framed by itself unless the
 * program has framed it. */
#include "connection/tern-connection-send.h"

static TernConnectionOp *
begin_request (TernConnection *self,
               const char *method,
               const char *target,
               TernHeaders *headers,
               GBytes *body)
{
  TernConnectionOp *op = tern_connection_op_new (self, tern_connection_send_step);
  const gint64 length = body ? (gint64)g_bytes_get_size (body) : 0;

  if (!op->refusal
      && tern_connection_put_all (self, method, target, headers, body != NULL, length, &op->refusal)
      && tern_connection_send_take_head (op, &op->refusal) && body)
    tern_connection_send_take_bytes (op, body);
  return op;
}

/* Takes the opened body, which is sent raw where the program says how it is framed. */
static void
begin_upload (TernConnectionOp *op,
              const char *method,
              const char *target,
              TernHeaders *headers,
              TernReader *upload,
              gint64 length)
{
  TernConnection *self = op->connection;

  op->upload = upload;
  op->length = tern_connection_frames_body (headers) ? length : TERN_SEND_RAW;
  if (tern_connection_put_all (self, method, target, headers, TRUE, length, &op->refusal))
    tern_connection_send_take_head (op, &op->refusal);
}

static TernConnectionOp *
begin_request_stream (TernConnection *self,
                      const char *method,
                      const char *target,
                      TernHeaders *headers,
                      GInputStream *body,
                      gint64 length)
{
  TernConnectionOp *op = tern_connection_op_new (self, tern_connection_send_step);
  TernReader *upload = op->refusal ? NULL : tern_connection_send_open_stream (body, &op->refusal);

  if (upload)
    begin_upload (op, method, target, headers, upload, MAX (length, -1));
  return op;
}

static TernConnectionOp *
begin_request_file (
    TernConnection *self, const char *method, const char *target, TernHeaders *headers, GFile *body)
{
  TernConnectionOp *op = tern_connection_op_new (self, tern_connection_send_step);
  gint64 length = -1;
  TernReader *upload
      = op->refusal ? NULL : tern_connection_send_open_file (body, &length, &op->refusal);

  if (upload)
    begin_upload (op, method, target, headers, upload, length);
  return op;
}

/**
 * tern_connection_request:
 * @self: a connection
 * @method: the method, any token
 * @target: the path and query, see tern_connection_put_request()
 * @headers: (nullable): the headers; Host and Accept-Encoding among them replace the automatic ones
 * @body: (nullable): the body
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Sends a whole request. Behind `Host` and `Accept-Encoding: identity` goes `Content-Length`, also
 * for an empty body, and for PUT, POST and PATCH without one; but nothing of that where @headers
 * has a Content-Length or a Transfer-Encoding: then the body is sent as it is. Nothing is sent at
 * all when anything is wrong with the request. Errors: those of tern_connection_put_request(),
 * tern_connection_put_header() and tern_connection_end_headers().
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_request (TernConnection *self,
                         const char *method,
                         const char *target,
                         TernHeaders *headers,
                         GBytes *body,
                         GCancellable *cancellable,
                         GError **error)
{
  return tern_connection_op_run (begin_request (self, method, target, headers, body), NULL,
                                 cancellable, error);
}

/**
 * tern_connection_request_async:
 * @self: a connection
 * @method: the method, any token
 * @target: the path and query, see tern_connection_put_request()
 * @headers: (nullable): the headers; Host and Accept-Encoding among them replace the automatic ones
 * @body: (nullable): the body
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_connection_request(), without blocking.
 */
void
tern_connection_request_async (TernConnection *self,
                               const char *method,
                               const char *target,
                               TernHeaders *headers,
                               GBytes *body,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  tern_connection_op_run_async (begin_request (self, method, target, headers, body), cancellable,
                                callback, user_data, tern_connection_request_async);
}

/**
 * tern_connection_request_finish:
 * @self: a connection
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_connection_request_async().
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_request_finish (TernConnection *self, GAsyncResult *result, GError **error)
{
  return tern_connection_op_finish (result, NULL, error);
}

/**
 * tern_connection_request_stream:
 * @self: a connection
 * @method: the method, any token
 * @target: the path and query, see tern_connection_put_request()
 * @headers: (nullable): the headers; Host and Accept-Encoding among them replace the automatic ones
 * @body: the stream
 * @length: how many bytes of it are sent; -1 for all
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * As tern_connection_request(), with a body that is read from a stream: with `Content-Length` where
 * @length is known, else in the chunked coding (RFC 9112 §7.1), which HTTP/1.0 does not have.
 * Errors: also %TERN_ERROR_UNSUPPORTED_FILE_MODE for a stream that cannot be read or whose length
 * HTTP/1.0 would have to know, and those of the stream.
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_request_stream (TernConnection *self,
                                const char *method,
                                const char *target,
                                TernHeaders *headers,
                                GInputStream *body,
                                gint64 length,
                                GCancellable *cancellable,
                                GError **error)
{
  return tern_connection_op_run (begin_request_stream (self, method, target, headers, body, length),
                                 NULL, cancellable, error);
}

/**
 * tern_connection_request_stream_async:
 * @self: a connection
 * @method: the method, any token
 * @target: the path and query, see tern_connection_put_request()
 * @headers: (nullable): the headers; Host and Accept-Encoding among them replace the automatic ones
 * @body: the stream
 * @length: how many bytes of it are sent; -1 for all
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_connection_request_stream(), without blocking.
 */
void
tern_connection_request_stream_async (TernConnection *self,
                                      const char *method,
                                      const char *target,
                                      TernHeaders *headers,
                                      GInputStream *body,
                                      gint64 length,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  tern_connection_op_run_async (begin_request_stream (self, method, target, headers, body, length),
                                cancellable, callback, user_data,
                                tern_connection_request_stream_async);
}

/**
 * tern_connection_request_stream_finish:
 * @self: a connection
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_connection_request_stream_async().
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_request_stream_finish (TernConnection *self, GAsyncResult *result, GError **error)
{
  return tern_connection_op_finish (result, NULL, error);
}

/**
 * tern_connection_request_file:
 * @self: a connection
 * @method: the method, any token
 * @target: the path and query, see tern_connection_put_request()
 * @headers: (nullable): the headers; Host and Accept-Encoding among them replace the automatic ones
 * @body: the file
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * As tern_connection_request(), with a file for a body, whose size is the `Content-Length`. Errors:
 * also %TERN_ERROR_UNSUPPORTED_FILE_MODE for what is no plain file, and those of the file.
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_request_file (TernConnection *self,
                              const char *method,
                              const char *target,
                              TernHeaders *headers,
                              GFile *body,
                              GCancellable *cancellable,
                              GError **error)
{
  return tern_connection_op_run (begin_request_file (self, method, target, headers, body), NULL,
                                 cancellable, error);
}

/**
 * tern_connection_request_file_async:
 * @self: a connection
 * @method: the method, any token
 * @target: the path and query, see tern_connection_put_request()
 * @headers: (nullable): the headers; Host and Accept-Encoding among them replace the automatic ones
 * @body: the file
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_connection_request_file(), without blocking.
 */
void
tern_connection_request_file_async (TernConnection *self,
                                    const char *method,
                                    const char *target,
                                    TernHeaders *headers,
                                    GFile *body,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  tern_connection_op_run_async (begin_request_file (self, method, target, headers, body),
                                cancellable, callback, user_data,
                                tern_connection_request_file_async);
}

/**
 * tern_connection_request_file_finish:
 * @self: a connection
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_connection_request_file_async().
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_request_file_finish (TernConnection *self, GAsyncResult *result, GError **error)
{
  return tern_connection_op_finish (result, NULL, error);
}
