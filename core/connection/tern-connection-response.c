/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fetching a response: its head is read here; its body is read through it, off the same link where
 * the connection lives on, else off a link that is the response's alone. */
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-field.h"
#include "base/tern-i18n.h"
#include "connection/tern-connection-op.h"
#include "exchange/tern-body-reader.h"
#include "exchange/tern-body-stream.h"

gboolean
tern_connection_has_head (TernConnection *self)
{
  const TernHttp1Head *head = &self->reader.head;

  return head->headers && (head->status >= 200 || head->status == 101);
}

/* Whether what comes behind the head is no HTTP any more: the connection is then the program's, see
 * tern_connection_steal_stream(). */
static gboolean
is_handover (TernConnection *self)
{
  const guint status = self->reader.head.status;

  return status == 101
         || (status >= 200 && status < 300 && strcmp (self->request.method, "CONNECT") == 0);
}

/* The other ways in which servers of HTTP/1.0 said that they keep a connection. They matter only
 * where the end of the body is known. */
static gboolean
keeps_old_style (const TernHttp1Head *head, const TernFraming *framing)
{
  return head->version == 10 && framing->kind != TERN_BODY_CLOSE
         && framing->kind != TERN_BODY_CHUNKED
         && !tern_headers_has (head->headers, "Transfer-Encoding")
         && !tern_field_has_token (head->headers, "Connection", "close")
         && (tern_headers_has (head->headers, "Keep-Alive")
             || tern_field_has_token (head->headers, "Proxy-Connection", "keep-alive"));
}

/* Whether the whole request went out as it was announced. */
static gboolean
is_request_whole (const TernConnectionRequest *request)
{
  const guint64 announced = request->length > 0 ? (guint64)request->length : 0;

  return !request->is_cut && (request->has_coding || request->body_sent == announced);
}

static gboolean
decide_framing (TernConnection *self, TernFraming *framing, GError **error)
{
  const TernHttp1Head *head = &self->reader.head;

  if (head->version == 9)
    {
      *framing = (TernFraming){ TERN_BODY_CLOSE, 0, FALSE };
      return TRUE;
    }
  if (!tern_http1_framing_decide (self->request.method, head->status, head->version, head->headers,
                                  framing, error))
    return FALSE;
  framing->keep |= keeps_old_style (head, framing);
  framing->keep
      &= head->version > 9 && !self->request.wants_close && is_request_whole (&self->request);
  return TRUE;
}

static TernResponse *
make_response (TernConnection *self, const TernFraming *framing)
{
  TernHttp1Head *head = &self->reader.head;
  TernResponse *response
      = tern_response_new (head->status, head->version, g_steal_pointer (&head->reason),
                           g_steal_pointer (&head->headers), self->request.uri);

  response->located = TRUE; /* the fields as they came, and no others */
  response->timings = self->timings;
  response->tls = tern_link_get_tls_info (self->link);
  if (framing->kind == TERN_BODY_LENGTH)
    response->expected = (gint64)MIN (framing->length, G_MAXINT64);
  else if (framing->kind == TERN_BODY_NONE)
    response->expected = 0;
  return response;
}

static void
attach_body (TernConnectionOp *self, const TernFraming *framing)
{
  TernConnection *connection = self->connection;
  const TernHttp1Limits limits = tern_connection_get_limits (connection);
  TernUri *uri = connection->tunnel ? connection->tunnel : connection->uri;
  TernReader *body
      = tern_body_reader_new (tern_link_lease (connection->link), &connection->reader.receive,
                              framing, &limits, &self->deadline, uri);

  tern_response_take_body (self->response,
                           tern_body_stream_new (body, connection->asked, self->response),
                           tern_body_stream_find_trailers);
  if (framing->keep)
    connection->unread = g_object_ref (self->response);
}

/* From the head to a response; what is left of the link is the connection's, or the body's. */
static TernStep
finish (TernConnectionOp *self, GError **error)
{
  TernConnection *connection = self->connection;
  const gboolean handover = is_handover (connection);
  TernFraming framing;

  if (!decide_framing (connection, &framing, error))
    return TERN_STEP_FAILED;
  connection->state = TERN_HTTP1_IDLE;
  if (handover)
    {
      framing.keep = TRUE;
      connection->is_stealable = TRUE;
      connection->is_switched = connection->reader.head.status == 101;
    }
  self->response = make_response (connection, &framing);
  if (framing.kind != TERN_BODY_NONE && !(framing.kind == TERN_BODY_LENGTH && framing.length == 0))
    attach_body (self, &framing);
  /* A response that will close takes the link along; without a body there is nothing to take. */
  if (!framing.keep)
    g_clear_pointer (&connection->link, tern_link_unref);
  tern_head_reader_clear (&connection->reader);
  tern_connection_request_clear (&connection->request);
  return TERN_STEP_DONE;
}

static TernStep
read_head (TernConnectionOp *self, TernWait *wait, GError **error)
{
  TernConnection *connection = self->connection;
  TernHeadReader *reader = &connection->reader;
  const char *name = tern_connection_get_name (connection);
  g_autoptr (GError) cause = NULL;
  TernStep step;

  self->phase = TERN_PHASE_WAIT;
  if (!tern_deadline_arm (&self->deadline, wait, TERN_PHASE_WAIT, name, error))
    return TERN_STEP_FAILED;
  reader->moved = FALSE;
  step = tern_head_reader_step (reader, self->end, name, wait, &cause);
  if (step == TERN_STEP_WAIT)
    return tern_deadline_go_on (&self->deadline, reader->moved, wait, TERN_PHASE_WAIT, name, error)
               ? step
               : TERN_STEP_FAILED;
  tern_deadline_moved (&self->deadline);
  if (step == TERN_STEP_DONE)
    tern_connection_tell_reply (connection, &reader->head);
  else
    {
      self->is_fatal = TRUE;
      g_propagate_prefixed_error (error, g_steal_pointer (&cause), _ ("While %s (%s): "),
                                  _ ("waiting for the response"), name);
    }
  return step;
}

static TernStep
response_step (TernConnectionOp *self, TernWait *wait, GError **error)
{
  TernStep step = TERN_STEP_DONE;

  while (step == TERN_STEP_DONE && !tern_connection_has_head (self->connection))
    step = read_head (self, wait, error);
  if (step == TERN_STEP_DONE)
    {
      step = finish (self, error);
      self->is_fatal = step == TERN_STEP_FAILED;
    }
  /* Who was only late, or cancelled, may ask again; an answer that failed takes the connection
   * with it. */
  if (step == TERN_STEP_FAILED && self->is_fatal)
    tern_connection_drop (self->connection);
  return step;
}

static TernConnectionOp *
begin (TernConnection *self)
{
  TernConnectionOp *op = tern_connection_op_new (self, response_step);
  TernHttp1State after = self->state;

  if (op->refusal
      || !tern_http1_connection_call (&after, tern_connection_look (self), TERN_HTTP1_GET_RESPONSE,
                                      &op->refusal))
    return op;
  if (self->request.is_unsent)
    g_set_error (&op->refusal, TERN_ERROR, TERN_ERROR_NOT_CONNECTED,
                 _ ("The request was not sent"));
  else if (!tern_connection_get_link (self))
    g_set_error (&op->refusal, TERN_ERROR, TERN_ERROR_NOT_CONNECTED,
                 _ ("The connection was closed before the response came"));
  else
    op->end = tern_link_new_end (self->link);
  return op;
}

/**
 * tern_connection_get_response:
 * @self: a connection
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Waits for the response to the request that was sent; interim responses are skipped. The body is
 * read through the response. Where the connection lives on, the body has to be read to its end
 * before the next response can be fetched, and not a byte behind it is taken; where it does not,
 * the response has the stream for itself and the connection opens anew for the next request. After
 * a 2xx to CONNECT, and a 101 that was asked for, tern_connection_steal_stream() gives the stream.
 *
 * Errors: %TERN_ERROR_RESPONSE_NOT_READY when no request was sent or the response before is unread,
 * %TERN_ERROR_NOT_CONNECTED, %TERN_ERROR_REMOTE_DISCONNECTED, %TERN_ERROR_BAD_STATUS_LINE,
 * %TERN_ERROR_UNKNOWN_PROTOCOL, %TERN_ERROR_LINE_TOO_LONG, %TERN_ERROR_TOO_MANY_HEADERS,
 * %TERN_ERROR_INVALID_HEADER, %TERN_ERROR_BAD_FRAMING, %TERN_ERROR_UNKNOWN_TRANSFER_ENCODING,
 * %TERN_ERROR_INCOMPLETE_READ, all of which close the connection; and %G_IO_ERROR_TIMED_OUT or
 * %G_IO_ERROR_CANCELLED, after which it may be called again.
 *
 * Returns: (transfer full): the response; %NULL on error
 */
TernResponse *
tern_connection_get_response (TernConnection *self, GCancellable *cancellable, GError **error)
{
  TernResponse *response = NULL;

  tern_connection_op_run (begin (self), &response, cancellable, error);
  return response;
}

/**
 * tern_connection_get_response_async:
 * @self: a connection
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called once, in the thread-default main context of the caller
 * @user_data: for @callback
 *
 * As tern_connection_get_response(), without blocking.
 */
void
tern_connection_get_response_async (TernConnection *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  tern_connection_op_run_async (begin (self), cancellable, callback, user_data,
                                tern_connection_get_response_async);
}

/**
 * tern_connection_get_response_finish:
 * @self: a connection
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends a call of tern_connection_get_response_async().
 *
 * Returns: (transfer full): the response; %NULL on error
 */
TernResponse *
tern_connection_get_response_finish (TernConnection *self, GAsyncResult *result, GError **error)
{
  TernResponse *response = NULL;

  tern_connection_op_finish (result, &response, error);
  return response;
}
