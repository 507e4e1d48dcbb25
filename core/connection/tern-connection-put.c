/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls that send what was put together, or raw bytes. */
#include "connection/tern-connection-send.h"

static TernConnectionOp *
begin_end_headers (TernConnection *self, GBytes *body)
{
  TernConnectionOp *op = tern_connection_op_new (self, tern_connection_send_step);

  if (!op->refusal && tern_connection_send_take_head (op, &op->refusal) && body)
    tern_connection_send_take_bytes (op, body);
  return op;
}

static TernConnectionOp *
begin_send (TernConnection *self, GBytes *data)
{
  TernConnectionOp *op = tern_connection_send_new_raw (self);

  if (!op->refusal && data)
    tern_connection_send_take_bytes (op, data);
  return op;
}

static TernConnectionOp *
begin_send_stream (TernConnection *self, GInputStream *stream)
{
  TernConnectionOp *op = tern_connection_send_new_raw (self);

  if (!op->refusal)
    op->upload = tern_connection_send_open_stream (stream, &op->refusal);
  return op;
}

static TernConnectionOp *
begin_send_file (TernConnection *self, GFile *file)
{
  TernConnectionOp *op = tern_connection_send_new_raw (self);
  gint64 length;

  if (!op->refusal)
    op->upload = tern_connection_send_open_file (file, &length, &op->refusal);
  return op;
}

/**
 * tern_connection_end_headers:
 * @self: a connection
 * @body: (nullable): the body, or its beginning
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Ends the head and sends it, with @body behind it in the same write; opens the connection where
 * that is needed. No header is added: who sends a body has put its Content-Length or
 * Transfer-Encoding before. Errors: %TERN_ERROR_CANNOT_SEND_HEADER; %TERN_ERROR_INVALID_HEADER,
 * with nothing sent, when a header was refused before; %TERN_ERROR_NOT_CONNECTED; those of
 * tern_connection_open(); #G_IO_ERROR when sending breaks: then the server may have answered early,
 * and tern_connection_get_response() still reads that.
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_end_headers (TernConnection *self,
                             GBytes *body,
                             GCancellable *cancellable,
                             GError **error)
{
  return tern_connection_op_run (begin_end_headers (self, body), NULL, cancellable, error);
}

/**
 * tern_connection_end_headers_async:
 * @self: a connection
 * @body: (nullable): the body, or its beginning
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_connection_end_headers(), without blocking.
 */
void
tern_connection_end_headers_async (TernConnection *self,
                                   GBytes *body,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  tern_connection_op_run_async (begin_end_headers (self, body), cancellable, callback, user_data,
                                tern_connection_end_headers_async);
}

/**
 * tern_connection_end_headers_finish:
 * @self: a connection
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_connection_end_headers_async().
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_end_headers_finish (TernConnection *self, GAsyncResult *result, GError **error)
{
  return tern_connection_op_finish (result, NULL, error);
}

/**
 * tern_connection_send:
 * @self: a connection
 * @data: the bytes
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Sends bytes as they are, behind the head: a body, or what a tunnel or another protocol wants. The
 * state is not looked at. Errors: %TERN_ERROR_NOT_CONNECTED, #G_IO_ERROR.
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_send (TernConnection *self, GBytes *data, GCancellable *cancellable, GError **error)
{
  return tern_connection_op_run (begin_send (self, data), NULL, cancellable, error);
}

/**
 * tern_connection_send_async:
 * @self: a connection
 * @data: the bytes
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_connection_send(), without blocking.
 */
void
tern_connection_send_async (TernConnection *self,
                            GBytes *data,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  tern_connection_op_run_async (begin_send (self, data), cancellable, callback, user_data,
                                tern_connection_send_async);
}

/**
 * tern_connection_send_finish:
 * @self: a connection
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_connection_send_async().
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_send_finish (TernConnection *self, GAsyncResult *result, GError **error)
{
  return tern_connection_op_finish (result, NULL, error);
}

/**
 * tern_connection_send_stream:
 * @self: a connection
 * @stream: the stream
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Sends what the stream has until it ends, as it is: not in the chunked coding. Errors: as of
 * tern_connection_send(), %TERN_ERROR_UNSUPPORTED_FILE_MODE for a stream that cannot be read, those
 * of the stream.
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_send_stream (TernConnection *self,
                             GInputStream *stream,
                             GCancellable *cancellable,
                             GError **error)
{
  return tern_connection_op_run (begin_send_stream (self, stream), NULL, cancellable, error);
}

/**
 * tern_connection_send_stream_async:
 * @self: a connection
 * @stream: the stream
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_connection_send_stream(), without blocking.
 */
void
tern_connection_send_stream_async (TernConnection *self,
                                   GInputStream *stream,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  tern_connection_op_run_async (begin_send_stream (self, stream), cancellable, callback, user_data,
                                tern_connection_send_stream_async);
}

/**
 * tern_connection_send_stream_finish:
 * @self: a connection
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_connection_send_stream_async().
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_send_stream_finish (TernConnection *self, GAsyncResult *result, GError **error)
{
  return tern_connection_op_finish (result, NULL, error);
}

/**
 * tern_connection_send_file:
 * @self: a connection
 * @file: the file
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Sends the content of a file as it is. Errors: as of tern_connection_send(),
 * %TERN_ERROR_UNSUPPORTED_FILE_MODE for what is no plain file, those of the file.
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_send_file (TernConnection *self,
                           GFile *file,
                           GCancellable *cancellable,
                           GError **error)
{
  return tern_connection_op_run (begin_send_file (self, file), NULL, cancellable, error);
}

/**
 * tern_connection_send_file_async:
 * @self: a connection
 * @file: the file
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_connection_send_file(), without blocking.
 */
void
tern_connection_send_file_async (TernConnection *self,
                                 GFile *file,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  tern_connection_op_run_async (begin_send_file (self, file), cancellable, callback, user_data,
                                tern_connection_send_file_async);
}

/**
 * tern_connection_send_file_finish:
 * @self: a connection
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_connection_send_file_async().
 *
 * Returns: whether all of it was sent
 */
gboolean
tern_connection_send_file_finish (TernConnection *self, GAsyncResult *result, GError **error)
{
  return tern_connection_op_finish (result, NULL, error);
}
