/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection and what its last call came to: every call that waits through its sync or its
 * async form. It must never judge; it asserts only what holds for all calls. */
#pragma once

#include <string.h>
#include <tern/tern-connection.h>
#include <tern/tern-error.h>

#include "tern-origin.h"
#include "tern-test-util.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean async;
  TernConnection *connection;
  TernResponse *response;
  GError *error;
  int peer; /* the other end of a stream; -1 for none */
  int own;  /* the connection's end, borrowed */
} Wire;

/* To an origin. */
void wire_init (Wire *self, gboolean async, TernOrigin *origin);
/* Over a stream on which these bytes lie ready; what follows a message may be asked for later. */
void wire_init_canned (Wire *self, gboolean async, const char *bytes, gssize len);
/* The same over a stream that cannot be polled. */
void wire_init_unpollable (Wire *self, gboolean async, const char *bytes, gssize len);
void wire_clear (Wire *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wire, wire_clear)

/* More bytes from the other side, and its end. */
void wire_feed (Wire *self, const char *bytes);
void wire_end (Wire *self);
/* What was sent so far. */
char *wire_sent (Wire *self);

/* What lies on the connection's end of the stream and was not taken. */
char *wire_unread (Wire *self);

/* Each forgets the error before. */
gboolean wire_open (Wire *self);
gboolean wire_request (
    Wire *self, const char *method, const char *target, TernHeaders *headers, const char *body);
gboolean wire_request_stream (
    Wire *self, const char *method, TernHeaders *headers, GInputStream *body, gint64 length);
gboolean wire_request_file (Wire *self, const char *method, TernHeaders *headers, GFile *body);
gboolean wire_put (Wire *self, const char *method, const char *target, TernPutFlags flags);
gboolean wire_header (Wire *self, const char *name, const char *value);
gboolean wire_end_headers (Wire *self, const char *body);
gboolean wire_send (Wire *self, const char *data);
gboolean wire_send_stream (Wire *self, GInputStream *stream);
gboolean wire_send_file (Wire *self, GFile *file);
/* The response becomes @response; the one before is let go. */
gboolean wire_get (Wire *self);
GBytes *wire_read (Wire *self, TernResponse *response, gsize size);
/* NULL with the error; @response NULL is the last one. */
char *wire_read_all (Wire *self, TernResponse *response);

#define wire_assert_state(self, state)                                                             \
  g_assert_cmpint (tern_connection_get_state ((self)->connection), ==, TERN_CONNECTION_##state)
#define wire_assert_error(self, code, text)                                                        \
  tern_test_assert_error ((self)->error, TERN_ERROR, TERN_ERROR_##code, (text))
/* A response with that status and body. */
#define wire_assert_answer(self, status, body)                                                     \
  wire_assert_answer_at (G_STRLOC, (self), (status), (body))
void wire_assert_answer_at (const char *where, Wire *self, guint status, const char *body);

G_END_DECLS
