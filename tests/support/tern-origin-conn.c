/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* TernOriginConn: one accepted connection and its thread: read a request, log it, answer it by a
 * script or a route, until one side ends it. Handlers write through the functions below. */

#include "tern-origin-private.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define CONTINUE_100 "HTTP/1.1 100 Continue\r\n\r\n"

TernOrigin *
tern_origin_conn_get_origin (TernOriginConn *self)
{
  return self->origin;
}

gboolean
tern_origin_write (TernOriginConn *self,
                   gconstpointer   data,
                   gssize          length)
{
  return conn_send (self, data, length < 0 ? strlen (data) : (gsize) length);
}

gboolean
tern_origin_write_slowly (TernOriginConn *self,
                          gconstpointer   data,
                          gssize          length,
                          gsize           step,
                          guint           ms)
{
  const char *p = data;
  gsize left = length < 0 ? strlen (data) : (gsize) length;

  while (left > 0)
    {
      gsize n = MIN (left, MAX (step, 1));

      if (!conn_send (self, p, n))
        return FALSE;
      p += n;
      left -= n;
      if (left > 0 && !tern_origin_sleep (self, ms))
        return FALSE;
    }
  return TRUE;
}

gboolean
tern_origin_write_chunk (TernOriginConn *self,
                         gconstpointer   data,
                         gssize          length)
{
  gsize n = length < 0 ? strlen (data) : (gsize) length;
  g_autoptr (GString) out = g_string_sized_new (n + 32);

  g_string_append_printf (out, "%" G_GSIZE_MODIFIER "x\r\n", n);
  g_string_append_len (out, data, (gssize) n);
  g_string_append (out, "\r\n");
  return conn_send (self, out->str, out->len);
}

static const char *
usual_reason (guint status)
{
  static const struct
  {
    guint       status;
    const char *reason;
  } reasons[] = {
    { 100, "Continue" }, { 103, "Early Hints" }, { 200, "OK" }, { 201, "Created" },
    { 204, "No Content" }, { 206, "Partial Content" }, { 301, "Moved Permanently" },
    { 302, "Found" }, { 303, "See Other" }, { 304, "Not Modified" },
    { 307, "Temporary Redirect" }, { 308, "Permanent Redirect" }, { 400, "Bad Request" },
    { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
    { 407, "Proxy Authentication Required" }, { 412, "Precondition Failed" },
    { 416, "Range Not Satisfiable" }, { 417, "Expectation Failed" },
    { 500, "Internal Server Error" }, { 502, "Bad Gateway" }, { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" }
  };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reasons[i].status == status)
      return reasons[i].reason;
  return "Status";
}

gboolean
tern_origin_reply_bytes (TernOriginConn *self,
                         guint           status,
                         const char     *reason,
                         const char     *headers,
                         gconstpointer   body,
                         gsize           length)
{
  g_autoptr (GString) out = g_string_sized_new (256 + length);
  gboolean framed = status >= 200 && status != 204 && status != 304;
  gboolean head = strcmp (tern_origin_request_method (self->request), "HEAD") == 0;

  g_string_append_printf (out, "HTTP/1.1 %u %s\r\n%s", status,
                          reason ? reason : usual_reason (status), headers ? headers : "");
  if (headers && *headers && !g_str_has_suffix (headers, "\n"))
    g_string_append (out, "\r\n");
  if (framed)
    g_string_append_printf (out, "Content-Length: %" G_GSIZE_FORMAT "\r\n", length);
  if (status >= 200 && (self->ended || request_wants_close (self->request)))
    g_string_append (out, "Connection: close\r\n");
  g_string_append (out, "\r\n");
  if (framed && !head && length > 0)
    g_string_append_len (out, body, (gssize) length);
  return conn_send (self, out->str, out->len);
}

gboolean
tern_origin_reply (TernOriginConn *self,
                   guint           status,
                   const char     *reason,
                   const char     *headers,
                   const char     *body)
{
  return tern_origin_reply_bytes (self, status, reason, headers, body ? body : "",
                                  body ? strlen (body) : 0);
}

void
tern_origin_close (TernOriginConn *self)
{
  self->ended = TRUE;
}

void
tern_origin_truncate (TernOriginConn *self)
{
  self->truncate = TRUE;
  self->ended = TRUE;
}

void
tern_origin_reset (TernOriginConn *self)
{
  struct linger now = { .l_onoff = 1, .l_linger = 0 };

  /* What was written must have left, or the reset discards it. */
  setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  self->reset = TRUE;
  self->ended = TRUE;
}

/* Parks the thread for @ms or, when negative, until the client closes. TRUE when time is over. */
static gboolean
park (TernOriginConn *self,
      int             ms)
{
  conn_set_state (self, CONN_PARKED);
  gboolean over = !conn_poll (self, POLLRDHUP, ms);
  conn_set_state (self, CONN_BUSY);
  if (!over)
    conn_mark_gone (self);
  return over;
}

gboolean
tern_origin_sleep (TernOriginConn *self,
                   guint           ms)
{
  return park (self, (int) ms);
}

void
tern_origin_hang (TernOriginConn *self)
{
  park (self, -1);
}

/* The log's copy is replaced when a late body has come. */
static void
log_request (TernOriginConn *self,
             gboolean        again)
{
  TernOrigin *origin = self->origin;
  TernOriginRequest *copy = request_copy (self->request);
  gboolean placed = FALSE;

  origin_lock (origin);
  for (guint i = origin->requests->len; again && !placed && i-- > 0;)
    {
      TernOriginRequest *old = g_ptr_array_index (origin->requests, i);

      placed = tern_origin_request_connection (old) == self->index
               && tern_origin_request_index (old) == tern_origin_request_index (copy);
      if (!placed)
        continue;
      tern_origin_request_free (old);
      origin->requests->pdata[i] = copy;
    }
  if (!again)
    g_ptr_array_add (origin->requests, copy);
  else if (!placed) /* the log was cleared meanwhile */
    tern_origin_request_free (copy);
  origin_changed (origin);
  origin_unlock (origin);
}

static gboolean
read_body (TernOriginConn *self,
           gboolean        keep)
{
  self->body_unread = FALSE;
  switch (request_read_body (self, self->request, keep))
    {
    case READ_OK:
      return TRUE;
    case READ_BAD:
      tern_origin_close (self);
      tern_origin_reply (self, 400, NULL, NULL, "bad body\n");
      return FALSE;
    case READ_ENDED:
    default:
      return FALSE;
    }
}

gboolean
tern_origin_read_body (TernOriginConn *self,
                       gboolean        send_continue)
{
  if (!self->body_unread)
    return TRUE;
  if (send_continue && !tern_origin_write (self, CONTINUE_100, -1))
    return FALSE;
  if (!read_body (self, TRUE))
    return FALSE;
  log_request (self, TRUE);
  return TRUE;
}

static guint
get_delay (TernOriginConn *self)
{
  origin_lock (self->origin);
  guint ms = self->origin->delay;
  origin_unlock (self->origin);
  return ms;
}

/* Reads the body the way the route wants it; FALSE when the exchange is over. */
static gboolean
take_body (TernOriginConn      *self,
           TernOriginRouteFlags flags)
{
  self->body_unread = request_has_body (self->request);
  if (!self->body_unread || (flags & TERN_ORIGIN_ROUTE_BEFORE_BODY))
    return TRUE;
  /* RFC 9110 §10.1.1: no 100 when the body is already on its way. */
  gboolean waits = request_expects_100 (self->request) && self->in->len == 0;
  if (waits && (flags & TERN_ORIGIN_ROUTE_LATE_CONTINUE)
      && !tern_origin_sleep (self, get_delay (self)))
    return FALSE;
  if (waits && !(flags & TERN_ORIGIN_ROUTE_NO_CONTINUE)
      && !tern_origin_write (self, CONTINUE_100, -1))
    return FALSE;
  return read_body (self, !(flags & TERN_ORIGIN_ROUTE_DISCARD_BODY));
}

static gboolean
write_script_bytes (TernOriginConn *self,
                    const Script   *script)
{
  gboolean extra = (script->flags & TERN_ORIGIN_SCRIPT_EXTRA) != 0;
  g_autoptr (GString) out = g_string_new_len (script->data, (gssize) script->length);

  if (extra)
    g_string_append (out, TERN_ORIGIN_EXTRA_RESPONSE);
  if (script->flags & TERN_ORIGIN_SCRIPT_BYTE_BY_BYTE)
    {
      /* No-delay is on: each byte is a segment; the pause makes most of them a read, too. */
      for (gsize i = 0; i < out->len; i++, g_usleep (50))
        if (!conn_send (self, out->str + i, 1))
          return FALSE;
      return TRUE;
    }
  gsize first = script->at > 0 ? MIN (script->at, out->len) : out->len;
  if (!conn_send (self, out->str, first))
    return FALSE;
  if (first == out->len)
    return TRUE;
  return tern_origin_sleep (self, 20) && conn_send (self, out->str + first, out->len - first);
}

static void
play_script (TernOriginConn *self,
             const Script   *script)
{
  if ((script->flags & TERN_ORIGIN_SCRIPT_DELAY) && !tern_origin_sleep (self, get_delay (self)))
    return;
  if (!write_script_bytes (self, script))
    return;
  if (script->flags & TERN_ORIGIN_SCRIPT_HANG_AFTER)
    tern_origin_hang (self);
  if (script->flags & TERN_ORIGIN_SCRIPT_RESET_AFTER)
    {
      /* A reset overtakes bytes that the client has not read yet; give it a moment. */
      if (script->length > 0 && !tern_origin_sleep (self, 20))
        return;
      tern_origin_reset (self);
    }
  if (script->flags & TERN_ORIGIN_SCRIPT_TRUNCATE_AFTER)
    tern_origin_truncate (self);
  if (script->flags & TERN_ORIGIN_SCRIPT_CLOSE_AFTER)
    tern_origin_close (self);
}

static TernOriginRouteFlags
flags_of_script (const Script *script)
{
  TernOriginRouteFlags flags = TERN_ORIGIN_ROUTE_DEFAULT;

  if (script->flags & TERN_ORIGIN_SCRIPT_BEFORE_BODY)
    flags |= TERN_ORIGIN_ROUTE_BEFORE_BODY;
  if (script->flags & TERN_ORIGIN_SCRIPT_NO_CONTINUE)
    flags |= TERN_ORIGIN_ROUTE_NO_CONTINUE;
  return flags;
}

static void
run_route (TernOriginConn *self,
           const Route    *route)
{
  if (route->handler)
    route->handler (self, self->request, route->data);
  else if (route->status)
    tern_origin_reply (self, route->status, NULL, route->headers, route->body);
  else
    tern_origin_reply (self, 404, NULL, "Content-Type: text/plain\r\n", "no such route\n");
}

/* Answers the request that has been read. The script is taken before the body is read, so that
 * scripts are dealt out in the order of the heads. */
static void
answer (TernOriginConn *self)
{
  Script *script = self->swallow ? NULL : origin_take_script (self->origin, FALSE);
  Route route = origin_find_route (self->origin, self->request);

  if (take_body (self, script ? flags_of_script (script) : route.flags))
    {
      log_request (self, FALSE);
      if (script)
        play_script (self, script);
      else if (!self->swallow)
        run_route (self, &route);
      self->swallow = FALSE;
    }
  if (script)
    script_free (script);
  if (self->body_unread && !self->ended)
    tern_origin_read_body (self, FALSE);
  if (request_wants_close (self->request))
    self->ended = TRUE;
}

static void
serve_one (TernOriginConn *self)
{
  ReadResult result = request_read_head (self, &self->request);

  if (result == READ_ENDED)
    {
      self->ended = TRUE;
      return;
    }
  if (result == READ_BAD)
    {
      log_request (self, FALSE);
      tern_origin_close (self);
      tern_origin_reply (self, 400, NULL, NULL, "bad request\n");
    }
  else
    answer (self);
  g_clear_pointer (&self->request, tern_origin_request_free);
}

gpointer
conn_run (gpointer data)
{
  TernOriginConn *self = data;
  Script *script = NULL;

  if (self->origin->tls && !conn_start_tls (self))
    self->ended = TRUE;
  else
    script = origin_take_script (self->origin, TRUE);
  if (script)
    {
      self->swallow = TRUE;
      play_script (self, script);
      script_free (script);
    }
  while (!self->ended)
    serve_one (self);
  conn_shut (self);

  origin_lock (self->origin);
  self->thread_done = TRUE;
  origin_unlock (self->origin);
  return NULL;
}

void
conn_free (TernOriginConn *self)
{
  tls_facts_clear (&self->facts);
  g_byte_array_unref (self->in);
  g_free (self);
}
