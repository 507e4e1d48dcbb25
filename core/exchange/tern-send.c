/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request on its way out. Bytes in memory are never copied; a body that is read is framed in
 * place in one block. */
#include "exchange/tern-send.h"

#include <inttypes.h>
#include <string.h>
#include <tern/tern-error.h>

#include "base/tern-i18n.h"
#include "http1/tern-http1-write.h"

/* A block has room for the chunk line in front and for CRLF and the last chunk behind. */
#define LINE_ROOM 20
#define BLOCK_SIZE (64 * 1024)
#define TAIL_ROOM 8

void
tern_send_init (TernSend *self,
                TernTransport *transport,
                GByteArray *head,
                GBytes *bytes,
                TernReader *reader,
                gint64 length,
                gboolean body_allowed)
{
  memset (self, 0, sizeof *self);
  self->transport = transport;
  self->head = head;
  self->bytes = bytes;
  self->reader = reader;
  self->length = length;
  self->body_allowed = body_allowed;
  self->body_ended = (!bytes && !reader) || (!reader && length == 0);
}

void
tern_send_clear (TernSend *self)
{
  g_clear_pointer (&self->head, g_byte_array_unref);
  g_clear_pointer (&self->reader, tern_reader_free);
  g_clear_pointer (&self->block, g_free);
}

gboolean
tern_send_is_complete (const TernSend *self)
{
  return self->body_ended && self->at >= self->head->len + self->block_len;
}

/* Puts the chunk line in front of @n bytes and CRLF behind them; the last chunk where they end. */
static void
frame_block (TernSend *self, gsize n)
{
  char line[LINE_ROOM];
  gsize line_len;

  self->block_start = LINE_ROOM;
  self->block_len = n;
  if (self->length != -1)
    return;
  if (n == 0)
    {
      memcpy (self->block + LINE_ROOM, "0\r\n\r\n", 5);
      self->block_len = 5;
      return;
    }
  line_len = tern_http1_write_chunk_line (line, n);
  self->block_start = LINE_ROOM - line_len;
  memcpy (self->block + self->block_start, line, line_len);
  memcpy (self->block + LINE_ROOM + n, "\r\n", 2);
  self->block_len = line_len + n + 2;
}

static gboolean
check_length (TernSend *self, GError **error)
{
  if (self->length < 0 || self->body_sent == (guint64)self->length)
    return TRUE;
  g_set_error (
      error, TERN_ERROR, TERN_ERROR_INCOMPLETE_READ,
      _ ("The request's body ended after %" PRIu64 " of %" PRId64 " bytes"),
      self->body_sent, self->length);
  return FALSE;
}

/* Reads the next block of the body. DONE also when the body has ended. */
static TernStep
read_block (TernSend *self, TernWait *wait, GError **error)
{
  gsize want = BLOCK_SIZE;
  gsize n = 0;
  TernStep step;

  if (self->length >= 0)
    want = MIN (want, (guint64)self->length - self->body_sent);
  if (!self->block)
    self->block = g_malloc (LINE_ROOM + BLOCK_SIZE + TAIL_ROOM);
  step = want == 0
             ? TERN_STEP_DONE
             : tern_reader_read (self->reader, self->block + LINE_ROOM, want, &n, wait, error);
  if (step != TERN_STEP_DONE)
    return step;
  /* Behind the head from now on: what was written of the last block is over. */
  self->at = MIN (self->at, self->head->len);
  self->body_sent += n;
  self->body_ended = n == 0 || (self->length >= 0 && self->body_sent == (guint64)self->length);
  if (n == 0 && !check_length (self, error))
    return TERN_STEP_FAILED;
  frame_block (self, n);
  return TERN_STEP_DONE;
}

/* What is to be written now: the rest of the head, then of the block or of the bytes. */
static int
gather (TernSend *self, struct iovec *parts)
{
  const gsize head_len = self->head->len;
  const gsize at = self->at > head_len ? self->at - head_len : 0;
  int n = 0;

  if (self->at < head_len)
    parts[n++] = (struct iovec){ self->head->data + self->at, head_len - self->at };
  if (self->block_len > at)
    parts[n++] = (struct iovec){ self->block + self->block_start + at, self->block_len - at };
  if (self->bytes && self->body_allowed && !self->body_ended)
    {
      gsize size;
      const char *data = g_bytes_get_data (self->bytes, &size);

      parts[n++] = (struct iovec){ (char *)data + self->body_sent, size - self->body_sent };
    }
  return n;
}

static void
account (TernSend *self, gsize n)
{
  const gsize framed = self->head->len + self->block_len;
  const gsize of_framed = MIN (n, framed - MIN (framed, self->at));

  self->started = self->moved = TRUE;
  self->at += of_framed;
  if (!self->bytes)
    return;
  self->body_sent += n - of_framed;
  self->body_ended = self->body_sent == g_bytes_get_size (self->bytes);
}

TernStep
tern_send_step (TernSend *self, TernWait *wait, GError **error)
{
  struct iovec parts[3];
  gsize n = 0;

  self->starved = FALSE;
  while (TRUE)
    {
      const gboolean written = self->at >= self->head->len + self->block_len;
      TernStep step = TERN_STEP_DONE;
      int n_parts;

      /* The first block shares the head's packet when it is there at once. */
      if (self->reader && self->body_allowed && !self->body_ended
          && (written || self->block_len == 0))
        step = read_block (self, wait, error);
      if (step == TERN_STEP_FAILED)
        {
          self->starved_for_good = TRUE;
          return step;
        }
      n_parts = gather (self, parts);
      if (n_parts == 0)
        {
          self->starved = step == TERN_STEP_WAIT;
          return step;
        }
      step = tern_transport_write (self->transport, parts, n_parts, &n, wait, error);
      if (step != TERN_STEP_DONE)
        return step;
      account (self, n);
    }
}
