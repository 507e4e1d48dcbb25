/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From received bytes to a parsed head; it counts interim responses and tells an early end from a
 * late one. It never waits past what the transport says. */
#include "exchange/tern-head-reader.h"

#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"

void
tern_head_reader_clear (TernHeadReader *self)
{
  tern_receive_clear (&self->receive);
  tern_http1_head_clear (&self->head);
}

static TernStep
fail_end (TernHeadReader *self, const char *host, GError **error)
{
  if (!self->started)
    g_set_error (error, TERN_ERROR, TERN_ERROR_REMOTE_DISCONNECTED,
                 _ ("%s closed the connection without an answer"), host);
  else
    g_set_error (error, TERN_ERROR, TERN_ERROR_INCOMPLETE_READ,
                 _ ("%s closed the connection within the head of its answer"), host);
  return TERN_STEP_FAILED;
}

static gboolean
parse_head (TernHeadReader *self, gsize head_len, GError **error)
{
  tern_http1_head_clear (&self->head);
  if (!tern_http1_head_parse (tern_receive_bytes (&self->receive), head_len, &self->limits,
                              &self->head, error))
    return FALSE;
  tern_receive_use (&self->receive, head_len);
  self->scan = (TernHttp1Scan){ 0 };
  if (self->head.status >= 200)
    return TRUE;
  if (self->head.status == 101 && !self->upgrade)
    {
      g_set_error (error, TERN_ERROR, TERN_ERROR_BAD_FRAMING,
                   _ ("The server switched protocols, which nobody asked for"));
      return FALSE;
    }
  if (++self->n_interim <= TERN_MAX_INTERIM)
    return TRUE;
  g_set_error (error, TERN_ERROR, TERN_ERROR_TOO_MANY_HEADERS, _ ("More than %d interim responses"),
               TERN_MAX_INTERIM);
  return FALSE;
}

/* Whether the bytes can no longer become "HTTP/". */
static gboolean
is_simple (TernHeadReader *self, gboolean is_end)
{
  const gsize len = tern_receive_len (&self->receive);

  if (!self->simple || self->n_interim > 0 || len == 0)
    return FALSE;
  return memcmp (tern_receive_bytes (&self->receive), "HTTP/", MIN (len, 5)) != 0
         || (is_end && len < 5);
}

static TernStep
answer_simply (TernHeadReader *self)
{
  tern_http1_head_clear (&self->head);
  self->head = (TernHttp1Head){ 9, 200, g_strdup (""), tern_headers_new () };
  return TERN_STEP_DONE;
}

TernStep
tern_head_reader_step (TernHeadReader *self,
                       TernTransport *transport,
                       const char *host,
                       TernWait *wait,
                       GError **error)
{
  while (TRUE)
    {
      TernParse parse = TERN_PARSE_MORE;
      gsize head_len = 0;
      gsize n = 0;
      TernStep step;

      if (is_simple (self, FALSE))
        return answer_simply (self);
      if (tern_receive_len (&self->receive) > 0)
        parse = tern_http1_head_find_end (&self->scan, tern_receive_bytes (&self->receive),
                                          tern_receive_len (&self->receive), &self->limits,
                                          &head_len, error);
      if (parse == TERN_PARSE_DONE)
        return parse_head (self, head_len, error) ? TERN_STEP_DONE : TERN_STEP_FAILED;
      if (parse == TERN_PARSE_FAILED)
        return TERN_STEP_FAILED;
      step = tern_receive_more (&self->receive, transport, &n, wait, error);
      if (step != TERN_STEP_DONE)
        return step;
      if (n == 0 && is_simple (self, TRUE))
        return answer_simply (self);
      if (n == 0)
        return fail_end (self, host, error);
      self->started = self->moved = TRUE;
      /* The idle clock begins anew now, so who keeps it must be asked before another wait. */
      wait->may_block = FALSE;
    }
}
