/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of calls on a connection.
 *
 * A request goes through three states. A connection is IDLE until somebody puts a request line
 * (PUT_REQUEST), which makes it STARTED: now fields may be put, as many as wanted, and
 * nothing has been sent yet. END_HEADERS sends the head and makes it SENT. The response is
 * fetched by GET_RESPONSE, and the connection is IDLE again.
 *
 * The head of a response is not its body: after GET_RESPONSE the body may be unread still. Then the
 * next request may be put together and sent all the same, one deep, but its response has to wait
 * until the first one was read to its end, because the bytes lie behind each other.
 *
 * SEND is raw, and its state is never looked at. A connection that is not open opens itself at the
 * first call that sends, so being closed is not a state of its own; where the program has forbidden
 * that, the calls that would send are refused instead. The head counts as sent even so: who was
 * refused has to close the connection before another request is begun, as after any request that
 * could not be sent.
 *
 * CLOSE goes back to IDLE from everywhere.
 *
 * What stands here must stay a table: a rule that needs code is a rule that nobody can check. */
#include "http1/tern-http1-connection-state.h"

#include <tern/tern-error.h>

#include "base/tern-i18n.h"

/* What is said to a call. */
typedef enum
{
  YES,
  CANNOT_SEND_REQUEST,
  CANNOT_SEND_HEADER,
  RESPONSE_NOT_READY, /* nothing was asked */
  RESPONSE_UNREAD,    /* the one before comes first */
  NOT_CONNECTED,
} Verdict;

typedef struct
{
  guint8 verdict;
  guint8 next;
} Cell;

#define IDLE TERN_HTTP1_IDLE
#define STARTED TERN_HTTP1_STARTED
#define SENT TERN_HTTP1_SENT

/* Columns: PUT_REQUEST, PUT_HEADER, END_HEADERS, SEND, GET_RESPONSE, CLOSE. */
/* clang-format off */
static const Cell table[TERN_HTTP1_N_STATES][TERN_HTTP1_N_SITUATIONS][TERN_HTTP1_N_CALLS] = {
  [IDLE] = {
    [TERN_HTTP1_READY] = {
      { YES, STARTED }, { CANNOT_SEND_HEADER, IDLE }, { CANNOT_SEND_HEADER, IDLE },
      { YES, IDLE }, { RESPONSE_NOT_READY, IDLE }, { YES, IDLE } },
    [TERN_HTTP1_UNREAD] = {
      { YES, STARTED }, { CANNOT_SEND_HEADER, IDLE }, { CANNOT_SEND_HEADER, IDLE },
      { YES, IDLE }, { RESPONSE_NOT_READY, IDLE }, { YES, IDLE } },
    [TERN_HTTP1_CLOSED] = {
      { YES, STARTED }, { CANNOT_SEND_HEADER, IDLE }, { CANNOT_SEND_HEADER, IDLE },
      { NOT_CONNECTED, IDLE }, { RESPONSE_NOT_READY, IDLE }, { YES, IDLE } } },
  [STARTED] = {
    [TERN_HTTP1_READY] = {
      { CANNOT_SEND_REQUEST, STARTED }, { YES, STARTED }, { YES, SENT },
      { YES, STARTED }, { RESPONSE_NOT_READY, STARTED }, { YES, IDLE } },
    [TERN_HTTP1_UNREAD] = {
      { CANNOT_SEND_REQUEST, STARTED }, { YES, STARTED }, { YES, SENT },
      { YES, STARTED }, { RESPONSE_NOT_READY, STARTED }, { YES, IDLE } },
    [TERN_HTTP1_CLOSED] = {
      { CANNOT_SEND_REQUEST, STARTED }, { YES, STARTED }, { NOT_CONNECTED, SENT },
      { NOT_CONNECTED, STARTED }, { RESPONSE_NOT_READY, STARTED }, { YES, IDLE } } },
  [SENT] = {
    [TERN_HTTP1_READY] = {
      { CANNOT_SEND_REQUEST, SENT }, { CANNOT_SEND_HEADER, SENT }, { CANNOT_SEND_HEADER, SENT },
      { YES, SENT }, { YES, IDLE }, { YES, IDLE } },
    [TERN_HTTP1_UNREAD] = {
      { CANNOT_SEND_REQUEST, SENT }, { CANNOT_SEND_HEADER, SENT }, { CANNOT_SEND_HEADER, SENT },
      { YES, SENT }, { RESPONSE_UNREAD, SENT }, { YES, IDLE } },
    [TERN_HTTP1_CLOSED] = {
      { CANNOT_SEND_REQUEST, SENT }, { CANNOT_SEND_HEADER, SENT }, { CANNOT_SEND_HEADER, SENT },
      { NOT_CONNECTED, SENT }, { NOT_CONNECTED, SENT }, { YES, IDLE } } },
};
/* clang-format on */

/* As httplib names them in its exceptions; not translated. */
static const char *const names[TERN_HTTP1_N_STATES] = {
  [IDLE] = "Idle",
  [STARTED] = "Request-started",
  [SENT] = "Request-sent",
};

static const struct
{
  TernError code;
  const char *message; /* with the name of the state */
} refusals[] = {
  [CANNOT_SEND_REQUEST]
  = { TERN_ERROR_CANNOT_SEND_REQUEST, N_ ("A request cannot be started in the state “%s”") },
  [CANNOT_SEND_HEADER]
  = { TERN_ERROR_CANNOT_SEND_HEADER, N_ ("A header cannot be sent in the state “%s”") },
  [RESPONSE_NOT_READY]
  = { TERN_ERROR_RESPONSE_NOT_READY, N_ ("There is no response to wait for in the state “%s”") },
  [RESPONSE_UNREAD] = { TERN_ERROR_RESPONSE_NOT_READY,
                        N_ ("The response before is not read to its end (state “%s”)") },
  [NOT_CONNECTED] = { TERN_ERROR_NOT_CONNECTED, N_ ("The connection is not open (state “%s”)") },
};

gboolean
tern_http1_connection_call (TernHttp1State *state,
                            TernHttp1Situation situation,
                            TernHttp1Call call,
                            GError **error)
{
  const Cell cell = table[*state][situation][call];
  const char *name = names[*state];

  *state = cell.next;
  if (cell.verdict == YES)
    return TRUE;
  g_set_error (error, TERN_ERROR, refusals[cell.verdict].code, _ (refusals[cell.verdict].message),
               name);
  return FALSE;
}
