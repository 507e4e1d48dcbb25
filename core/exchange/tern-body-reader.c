/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Undoes the framing of RFC 9112 §6 and §7. It receives straight into the caller's buffer where no
 * coding stands between, never reads past the end of a message into another, and calls a body
 * complete only when it is. */
#include "exchange/tern-body-reader.h"

#include <inttypes.h>
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "http1/tern-http1-chunked.h"

/* From this size on, what is wanted is received without a stop in the buffer. */
#define DIRECT_SIZE (16 * 1024)

typedef struct
{
  TernReader reader;
  TernLease *lease; /* NULL once it was given back */
  TernTransport *transport;
  TernReceive receive;
  TernBodyKind kind;
  gboolean keep;
  guint64 left; /* for LENGTH */
  guint64 total;
  guint64 received;
  TernHttp1Chunked *chunked;
  TernHeaders *trailers;
  TernDeadline deadline;
  TernUri *uri;
  GError *failed;
} BodyReader;

/* The end of the body, or of all hope for it. */
static void
release (BodyReader *self, gboolean complete)
{
  const gboolean reusable = complete && self->keep && tern_receive_len (&self->receive) == 0;

  tern_receive_clear (&self->receive);
  self->transport = NULL;
  if (self->lease)
    tern_lease_release (g_steal_pointer (&self->lease), reusable, g_get_monotonic_time ());
}

static TernStep
fail (BodyReader *self, GError *cause, GError **error)
{
  self->failed = cause;
  release (self, FALSE);
  g_propagate_error (error, g_error_copy (cause));
  return TERN_STEP_FAILED;
}

static TernStep
fail_early_end (BodyReader *self, GError **error)
{
  if (self->kind == TERN_BODY_LENGTH)
    return fail (self,
                 g_error_new (TERN_ERROR, TERN_ERROR_INCOMPLETE_READ,
                              _ ("%s closed the connection after %" PRIu64 " of %" PRIu64 " bytes"),
                              self->uri->host, self->received, self->total),
                 error);
  return fail (
      self,
      g_error_new (TERN_ERROR, TERN_ERROR_INCOMPLETE_READ,
                   _ ("%s closed the connection before the last chunk, after %" PRIu64 " bytes"),
                   self->uri->host, self->received),
      error);
}

/* One read of the transport, into the caller's buffer or into ours, under the clocks. */
static TernStep
fetch (BodyReader *self, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  GError *cause = NULL;
  TernStep step;

  if (!tern_deadline_arm (&self->deadline, wait, TERN_PHASE_RECEIVE, self->uri->host, &cause))
    return fail (self, cause, error);
  if (buffer)
    step = tern_transport_read (self->transport, buffer, len, n, wait, &cause);
  else
    step = tern_receive_more (&self->receive, self->transport, n, wait, &cause);
  if (step == TERN_STEP_WAIT
      && !tern_deadline_check (&self->deadline, TERN_PHASE_RECEIVE, self->uri->host, &cause))
    return fail (self, cause, error);
  if (step == TERN_STEP_DONE)
    tern_deadline_moved (&self->deadline);
  if (step != TERN_STEP_FAILED)
    return step;
  g_prefix_error (&cause, _ ("While %s (%s): "), _ ("receiving the response"), self->uri->host);
  return fail (self, cause, error);
}

/* Hands out what lies in the buffer. */
static gsize
take_buffered (BodyReader *self, void *buffer, gsize len)
{
  const gsize n = MIN (len, tern_receive_len (&self->receive));

  memcpy (buffer, tern_receive_bytes (&self->receive), n);
  tern_receive_use (&self->receive, n);
  return n;
}

/* LENGTH and CLOSE: the bytes as they are. */
static TernStep
read_plain (BodyReader *self, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  const gboolean counted = self->kind == TERN_BODY_LENGTH;
  const gsize want = counted ? MIN (len, self->left) : len;

  if (tern_receive_len (&self->receive) == 0)
    {
      const gboolean direct
          = want >= DIRECT_SIZE || (counted && want == self->left) || self->transport->frugal;
      gsize got = 0;
      TernStep step = fetch (self, direct ? buffer : NULL, want, &got, wait, error);

      if (step != TERN_STEP_DONE)
        return step;
      if (got == 0 && counted)
        return fail_early_end (self, error);
      *n = direct ? got : 0;
    }
  if (*n == 0 && tern_receive_len (&self->receive) > 0)
    *n = take_buffered (self, buffer, want);
  self->received += *n;
  if (counted)
    self->left -= *n;
  if (counted ? self->left == 0 : *n == 0)
    release (self, TRUE);
  return TERN_STEP_DONE;
}

/* The end of the chunked coding: what is left of the buffer belongs to nobody. */
static void
end_chunked (BodyReader *self)
{
  TernHeaders *trailers = tern_http1_chunked_get_trailers (self->chunked);

  self->trailers = trailers && trailers->n > 0 ? tern_headers_ref (trailers) : NULL;
  release (self, TRUE);
}

/* Undoes the coding of what lies in the buffer. */
static TernStep
decode_buffered (BodyReader *self, void *buffer, gsize len, gsize *n, GError **error)
{
  GError *cause = NULL;
  gsize consumed = 0;
  TernParse parse;

  parse = tern_http1_chunked_copy (self->chunked, tern_receive_bytes (&self->receive),
                                   tern_receive_len (&self->receive), &consumed, buffer, len, n,
                                   &cause);
  if (parse == TERN_PARSE_FAILED)
    return fail (self, cause, error);
  self->received += *n;
  tern_receive_use (&self->receive, consumed);
  if (parse == TERN_PARSE_DONE)
    end_chunked (self);
  return TERN_STEP_DONE;
}

static TernStep
read_chunked (BodyReader *self, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  while (*n == 0 && self->lease)
    {
      const guint64 left = tern_http1_chunked_get_left (self->chunked);
      gsize got = 0;
      TernStep step = TERN_STEP_DONE;

      if (tern_receive_len (&self->receive) == 0)
        {
          const gboolean direct
              = self->transport->frugal ? left > 0 : left >= DIRECT_SIZE && len >= DIRECT_SIZE;

          step = fetch (self, direct ? buffer : NULL, MIN (len, left), &got, wait, error);
          if (step != TERN_STEP_DONE)
            return step;
          if (got == 0)
            return fail_early_end (self, error);
          if (direct)
            {
              tern_http1_chunked_skip (self->chunked, got);
              self->received += got;
              *n = got;
              return TERN_STEP_DONE;
            }
        }
      step = decode_buffered (self, buffer, len, n, error);
      if (step != TERN_STEP_DONE)
        return step;
      /* A coding line cut in two stays in the decoder, so an unchanged buffer cannot come round. */
    }
  return TERN_STEP_DONE;
}

static TernStep
body_read (TernReader *reader, void *buffer, gsize len, gsize *n, TernWait *wait, GError **error)
{
  BodyReader *self = (BodyReader *)reader;

  *n = 0;
  if (self->failed)
    {
      g_propagate_error (error, g_error_copy (self->failed));
      return TERN_STEP_FAILED;
    }
  if (!self->lease || len == 0)
    return TERN_STEP_DONE;
  if (self->kind == TERN_BODY_CHUNKED)
    return read_chunked (self, buffer, len, n, wait, error);
  return read_plain (self, buffer, len, n, wait, error);
}

static gint64
body_get_remaining (TernReader *reader)
{
  BodyReader *self = (BodyReader *)reader;

  return self->kind == TERN_BODY_LENGTH ? (gint64)MIN (self->left, G_MAXINT64) : -1;
}

static TernHeaders *
body_get_trailers (TernReader *reader)
{
  return ((BodyReader *)reader)->trailers;
}

/* A body that nobody wants, but that has come whole with its head, need not cost the connection. */
static void
drain_buffered (BodyReader *self)
{
  char scratch[4096];

  if (self->kind == TERN_BODY_LENGTH && self->left == tern_receive_len (&self->receive))
    {
      tern_receive_clear (&self->receive);
      release (self, TRUE);
    }
  while (self->kind == TERN_BODY_CHUNKED && self->lease && tern_receive_len (&self->receive) > 0)
    {
      gsize n = 0;

      if (decode_buffered (self, scratch, sizeof scratch, &n, NULL) != TERN_STEP_DONE)
        return;
    }
}

static void
body_free (TernReader *reader)
{
  BodyReader *self = (BodyReader *)reader;

  if (self->lease && !self->failed)
    drain_buffered (self);
  release (self, FALSE);
  g_clear_pointer (&self->chunked, tern_http1_chunked_free);
  g_clear_pointer (&self->trailers, tern_headers_unref);
  g_clear_error (&self->failed);
  tern_uri_unref (self->uri);
  g_free (self);
}

static void
body_unbind (TernReader *reader)
{
  tern_deadline_init (&((BodyReader *)reader)->deadline, 0, TERN_NEVER);
}

static const TernReaderClass body_class = {
  .read = body_read,
  .get_remaining = body_get_remaining,
  .get_trailers = body_get_trailers,
  .unbind = body_unbind,
  .free = body_free,
};

TernReader *
tern_body_reader_new (TernLease *lease,
                      TernReceive *receive,
                      const TernFraming *framing,
                      const TernHttp1Limits *limits,
                      const TernDeadline *deadline,
                      TernUri *uri)
{
  BodyReader *self = g_new0 (BodyReader, 1);

  self->reader.klass = &body_class;
  self->lease = lease;
  self->transport = tern_lease_get_transport (lease);
  tern_receive_move (&self->receive, receive);
  self->kind = framing->kind;
  self->keep = framing->keep;
  self->left = framing->length;
  self->total = framing->length;
  if (framing->kind == TERN_BODY_CHUNKED)
    self->chunked = tern_http1_chunked_new (limits);
  self->deadline = *deadline;
  tern_deadline_moved (&self->deadline);
  self->uri = tern_uri_ref (uri);
  return &self->reader;
}
