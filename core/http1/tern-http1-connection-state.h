/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which call a connection of the program's takes in which state: httplib's order of calls as a
 * table. Pure. */
#pragma once

#include <glib.h>

/* How far the request is. */
typedef enum
{
  TERN_HTTP1_IDLE,
  TERN_HTTP1_STARTED,
  TERN_HTTP1_SENT,
  TERN_HTTP1_N_STATES,
} TernHttp1State;

/* What stands beside the state and decides with it. */
typedef enum
{
  TERN_HTTP1_READY,  /* open, or free to open itself */
  TERN_HTTP1_UNREAD, /* a response on the open connection was not read to its end */
  TERN_HTTP1_CLOSED, /* not open, and may not open itself */
  TERN_HTTP1_N_SITUATIONS,
} TernHttp1Situation;

typedef enum
{
  TERN_HTTP1_PUT_REQUEST,
  TERN_HTTP1_PUT_HEADER,
  TERN_HTTP1_END_HEADERS,
  TERN_HTTP1_SEND,
  TERN_HTTP1_GET_RESPONSE,
  TERN_HTTP1_CLOSE,
  TERN_HTTP1_N_CALLS,
} TernHttp1Call;

/* The state after the call goes to @state, also after one that is refused. FALSE with
 * CANNOT_SEND_REQUEST, CANNOT_SEND_HEADER, RESPONSE_NOT_READY or NOT_CONNECTED, each naming the
 * state. */
gboolean tern_http1_connection_call (TernHttp1State *state,
                                     TernHttp1Situation situation,
                                     TernHttp1Call call,
                                     GError **error);
