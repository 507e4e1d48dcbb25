/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The step that sends. While the server does not read, it looks for an early answer, which is how
 * servers refuse a body; the rest of the body is then not sent, and the connection not kept. */
#include "connection/tern-connection-send.h"

#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "exchange/tern-stream-reader.h"
#include "exchange/tern-upload.h"

/* --- what is to be sent ---------------------------------------------------------------------- */

static void
expect_response (TernConnection *connection)
{
  TernHeadReader *reader = &connection->reader;

  tern_head_reader_clear (reader);
  *reader = (TernHeadReader){ .limits = tern_connection_get_limits (connection),
                              .upgrade = connection->request.wants_upgrade,
                              .simple = !connection->strict };
}

gboolean
tern_connection_send_take_head (TernConnectionOp *self, GError **error)
{
  TernConnection *connection = self->connection;
  TernConnectionRequest *request = &connection->request;
  GError *refusal;

  if (!tern_http1_connection_call (&connection->state, tern_connection_look (connection),
                                   TERN_HTTP1_END_HEADERS, error))
    return FALSE;
  refusal = g_steal_pointer (&request->refusal);
  if (refusal)
    {
      connection->state = TERN_HTTP1_IDLE;
      tern_connection_request_clear (request);
      g_propagate_error (error, refusal);
      return FALSE;
    }
  g_byte_array_append (request->head, (const guint8 *)"\r\n", 2);
  self->head = g_steal_pointer (&request->head);
  self->is_sender = self->is_request = TRUE;
  expect_response (connection);
  return TRUE;
}

void
tern_connection_send_take_bytes (TernConnectionOp *self, GBytes *bytes)
{
  self->bytes = g_bytes_ref (bytes);
  self->length = (gint64)g_bytes_get_size (bytes);
}

TernConnectionOp *
tern_connection_send_new_raw (TernConnection *connection)
{
  TernConnectionOp *self = tern_connection_op_new (connection, tern_connection_send_step);

  if (self->refusal
      || !tern_http1_connection_call (&connection->state, tern_connection_look (connection),
                                      TERN_HTTP1_SEND, &self->refusal))
    return self;
  if (connection->request.is_cut && tern_connection_get_link (connection))
    g_set_error (&self->refusal, TERN_ERROR, TERN_ERROR_NOT_CONNECTED,
                 _ ("Sending was broken off before: nothing more can be sent"));
  else
    {
      self->head = g_byte_array_new ();
      self->is_sender = TRUE;
    }
  return self;
}

TernReader *
tern_connection_send_open_stream (GInputStream *stream, GError **error)
{
  if (G_IS_INPUT_STREAM (stream) && !g_input_stream_is_closed (stream)
      && !g_input_stream_has_pending (stream))
    return tern_stream_reader_new (stream);
  g_set_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_FILE_MODE,
               _ ("The stream cannot be read: it is closed, or somebody else reads it"));
  return NULL;
}

TernReader *
tern_connection_send_open_file (GFile *file, gint64 *length, GError **error)
{
  const TernBodySource source = { .kind = TERN_SOURCE_FILE, .file = file };

  if (!G_IS_FILE (file))
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_UNSUPPORTED_FILE_MODE, _ ("There is no file"));
      return NULL;
    }
  return tern_upload_open (&source, FALSE, length, error);
}

/* --- before the first byte ------------------------------------------------------------------- */

/* A server that speaks before it was asked is not to be believed (RFC 9112 §9.3). */
static TernStep
fail_noise (TernConnectionOp *self, TernWait *wait, GError **error)
{
  const char *name = tern_connection_get_name (self->connection);
  char byte;
  gsize n = 0;
  TernStep step;

  wait->may_block = FALSE;
  step = tern_transport_read (self->end, &byte, 1, &n, wait, error);
  if (step != TERN_STEP_DONE)
    return step == TERN_STEP_WAIT ? TERN_STEP_DONE : step; /* the TLS layer's own business */
  tern_link_close (self->connection->link);
  if (n == 0)
    g_set_error (error, TERN_ERROR, TERN_ERROR_REMOTE_DISCONNECTED,
                 _ ("%s closed the connection without an answer"), name);
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_BAD_FRAMING,
                 _ ("%s sent something before it was asked"), name);
  return TERN_STEP_FAILED;
}

/* DONE: there is an open link on which nothing lies that nobody asked for. A kept one that the
 * server has closed meanwhile is opened anew. What comes over a program's own stream is the
 * program's business. */
static TernStep
open_quiet (TernConnectionOp *self, TernWait *wait, GError **error)
{
  TernConnection *connection = self->connection;
  TernLink *link = tern_connection_get_link (connection);
  TernStep step;

  if (link && self->is_request && connection->is_used && connection->is_dialed
      && !tern_link_is_reading (link) && !tern_link_is_quiet (link))
    {
      tern_link_close (link);
      if (!connection->auto_open)
        {
          g_set_error (error, TERN_ERROR, TERN_ERROR_NOT_CONNECTED,
                       _ ("%s has closed the connection"), tern_connection_get_name (connection));
          return TERN_STEP_FAILED;
        }
    }
  step = tern_connection_open_step (self, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  self->end = tern_link_new_end (connection->link);
  if (!self->is_request || connection->is_used || !connection->is_dialed
      || tern_link_is_quiet (connection->link))
    return TERN_STEP_DONE;
  return fail_noise (self, wait, error);
}

static void
begin (TernConnectionOp *self)
{
  TernConnection *connection = self->connection;

  self->phase = TERN_PHASE_SEND;
  self->is_sending = TRUE;
  connection->is_used |= self->is_request;
  if (self->is_request)
    tern_connection_tell_head (connection, self->head);
  if (self->bytes || self->upload)
    tern_connection_tell (connection, TERN_LOG_EVENT_BODY,
                          self->length >= 0 ? "%" G_GINT64_FORMAT " bytes"
                                            : "to its end (%" G_GINT64_FORMAT ")",
                          self->length);
  tern_send_init (&self->send, self->end, g_steal_pointer (&self->head), self->bytes,
                  g_steal_pointer (&self->upload), self->length, TRUE);
}

/* --- sending --------------------------------------------------------------------------------- */

/* Whether the server has said its word although it was not told everything. It is not looked for
 * while the bytes of another response come first. */
static TernStep
look_for_early_answer (TernConnectionOp *self, TernWait *wait, GError **error)
{
  TernConnection *connection = self->connection;
  TernHeadReader *reader = &connection->reader;
  TernStep step = TERN_STEP_DONE;

  if (connection->state != TERN_HTTP1_SENT || tern_link_is_reading (connection->link))
    return TERN_STEP_WAIT;
  wait->may_block = FALSE;
  while (step == TERN_STEP_DONE && !tern_connection_has_head (connection))
    step = tern_head_reader_step (reader, self->end, tern_connection_get_name (connection), wait,
                                  error);
  return step;
}

static TernStep
fail_sending (GError *cause, const char *name, GError **error)
{
  g_propagate_prefixed_error (error, cause, _ ("While %s (%s): "), _ ("sending the request"), name);
  return TERN_STEP_FAILED;
}

/* What waiting to write came to. */
static TernStep
wait_to_write (TernConnectionOp *self, TernWait *wait, GError **error)
{
  TernConnection *connection = self->connection;
  GError *cause = NULL;
  const TernStep early = look_for_early_answer (self, wait, &cause);

  if (early == TERN_STEP_FAILED) /* nobody is left to send the rest to */
    return fail_sending (cause, tern_connection_get_name (connection), error);
  if (early == TERN_STEP_DONE && connection->reader.head.status >= 400)
    return TERN_STEP_DONE;
  return tern_deadline_go_on (&self->deadline, self->send.moved || self->send.starved, wait,
                              TERN_PHASE_SEND, tern_connection_get_name (connection), error)
             ? TERN_STEP_WAIT
             : TERN_STEP_FAILED;
}

static TernStep
send_on (TernConnectionOp *self, TernWait *wait, GError **error)
{
  TernConnection *connection = self->connection;
  const char *name = tern_connection_get_name (connection);
  GError *cause = NULL;
  TernStep step;

  if (!tern_deadline_arm (&self->deadline, wait, TERN_PHASE_SEND, name, error))
    return TERN_STEP_FAILED;
  self->send.moved = FALSE;
  step = tern_send_step (&self->send, wait, &cause);
  if (step == TERN_STEP_FAILED)
    return fail_sending (cause, name, error);
  if (step == TERN_STEP_WAIT)
    step = wait_to_write (self, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  connection->request.body_sent += self->send.body_sent;
  self->is_sent = tern_send_is_complete (&self->send);
  return TERN_STEP_DONE;
}

TernStep
tern_connection_send_step (TernConnectionOp *self, TernWait *wait, GError **error)
{
  if (!self->is_sending)
    {
      const TernStep step = open_quiet (self, wait, error);

      if (step != TERN_STEP_DONE)
        return step;
      begin (self);
    }
  return send_on (self, wait, error);
}
