/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every call in every state of the reference's table. */
#include <tern/tern-error.h>

#include "http1/tern-http1-connection-state.h"

#define OK (-1)
#define REQUEST TERN_ERROR_CANNOT_SEND_REQUEST
#define HEADER TERN_ERROR_CANNOT_SEND_HEADER
#define NOT_READY TERN_ERROR_RESPONSE_NOT_READY
#define CLOSED TERN_ERROR_NOT_CONNECTED

typedef struct
{
  const char *name;
  TernHttp1State state;
  TernHttp1Situation situation;
  const char *shown; /* the state in messages */
  int codes[TERN_HTTP1_N_CALLS];
  TernHttp1State after[TERN_HTTP1_N_CALLS];
} Row;

#define I TERN_HTTP1_IDLE
#define S TERN_HTTP1_STARTED
#define T TERN_HTTP1_SENT

/* put_request, put_header, end_headers, send, get_response, close */
static const Row rows[] = {
  { "idle", I, TERN_HTTP1_READY, "Idle",
    { OK, HEADER, HEADER, OK, NOT_READY, OK }, { S, I, I, I, I, I } },
  { "request-started", S, TERN_HTTP1_READY, "Request-started",
    { REQUEST, OK, OK, OK, NOT_READY, OK }, { S, S, T, S, S, I } },
  { "request-sent", T, TERN_HTTP1_READY, "Request-sent",
    { REQUEST, HEADER, HEADER, OK, OK, OK }, { T, T, T, T, I, I } },
  { "unread-response", I, TERN_HTTP1_UNREAD, "Idle",
    { OK, HEADER, HEADER, OK, NOT_READY, OK }, { S, I, I, I, I, I } },
  { "request-started-unread", S, TERN_HTTP1_UNREAD, "Request-started",
    { REQUEST, OK, OK, OK, NOT_READY, OK }, { S, S, T, S, S, I } },
  { "request-sent-unread", T, TERN_HTTP1_UNREAD, "Request-sent",
    { REQUEST, HEADER, HEADER, OK, NOT_READY, OK }, { T, T, T, T, T, I } },
  { "closed", I, TERN_HTTP1_CLOSED, "Idle",
    { OK, HEADER, HEADER, CLOSED, NOT_READY, OK }, { S, I, I, I, I, I } },
  { "closed-request-started", S, TERN_HTTP1_CLOSED, "Request-started",
    { REQUEST, OK, CLOSED, CLOSED, NOT_READY, OK }, { S, S, T, S, S, I } },
  { "closed-request-sent", T, TERN_HTTP1_CLOSED, "Request-sent",
    { REQUEST, HEADER, HEADER, CLOSED, CLOSED, OK }, { T, T, T, T, T, I } },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;

  for (int call = 0; call < TERN_HTTP1_N_CALLS; call++)
    {
      g_autoptr (GError) error = NULL;
      TernHttp1State state = row->state;
      const gboolean ok = tern_http1_connection_call (&state, row->situation, call, &error);

      g_test_message ("call %d", call);
      g_assert_cmpint (ok, ==, row->codes[call] == OK);
      g_assert_cmpint (state, ==, row->after[call]);
      if (ok)
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_error (error, TERN_ERROR, row->codes[call]);
      g_assert_nonnull (strstr (error->message, row->shown));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/http1/connection-state/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  return g_test_run ();
}
